/* REDIS_URL, taken apart. Pure. */
#ifndef MOSTRADOR_SESSIONS_URL_H
#define MOSTRADOR_SESSIONS_URL_H

#include "common/str.h"

typedef struct redis_url {
    char path[104]; /* of a unix socket; empty: TCP */
    char host[256]; /* name or address */
    char port[6];
    char user[128]; /* empty: Redis' default user */
    char password[512];
    unsigned database;
} redis_url_t;

/*
 * Reads unix://[user:password@]path[?db=n] or redis://[user:password@]host[:port][/n]. "%40" and
 * kin stand for bytes in user and password. An IPv6 address stands in brackets. On false why is a
 * literal that says what is wrong and never quotes the URL, which holds a password.
 */
bool redis_url_parse(str_t text, redis_url_t *url, const char **why);

#endif

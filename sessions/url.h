/* REDIS_URL, taken apart. Pure. */
#ifndef MOSTRADOR_SESSIONS_URL_H
#define MOSTRADOR_SESSIONS_URL_H

#include "common/str.h"

#define REDIS_URL_HOSTS 16

typedef struct redis_address {
    char path[104]; /* of a unix socket; empty: TCP */
    char host[256]; /* name or address */
    char port[6];
} redis_address_t;

typedef struct redis_login {
    char user[128]; /* empty: the server's default user */
    char password[512];
} redis_login_t;

typedef enum redis_kind {
    REDIS_SERVER,   /* hosts has the one Redis */
    REDIS_SENTINEL, /* hosts has the sentinels, which know where the master is */
    REDIS_CLUSTER   /* hosts has some nodes, which know the others */
} redis_kind_t;

typedef struct redis_url {
    redis_kind_t kind;
    redis_address_t hosts[REDIS_URL_HOSTS];
    size_t count; /* of hosts, at least 1 */
    redis_login_t login;
    redis_login_t sentinel; /* how to log in at the sentinels */
    char master[128];       /* what the sentinels call it */
    unsigned database;
} redis_url_t;

/*
 * Reads one of
 *
 *   unix://[user:password@]path[?db=n]
 *   redis://[user:password@]host[:port][/n]
 *   redis+sentinel://[user:password@]host[:port],…/master[/n][?sentinel=[user]:password]
 *   redis+cluster://[user:password@]host[:port],…
 *
 * The port is 6379, and 26379 of a sentinel, if it is not said. "%40" and kin stand for bytes in
 * user and password; in the last two forms "/", "?", "@" and "," must be written so. An IPv6
 * address stands in brackets. On false why is a literal that says what is wrong and never quotes
 * the URL, which holds a password.
 */
bool redis_url_parse(str_t text, redis_url_t *url, const char **why);

/* True if both are the same, letter by letter. */
bool redis_address_same(const redis_address_t *a, const redis_address_t *b);

/* Takes a host and a port as a server announces them; false if they cannot be an address. */
bool redis_address_set(redis_address_t *address, str_t host, str_t port);

/* "host:port" or the path, for a log. */
#define REDIS_ADDRESS_TEXT 272
const char *redis_address_text(const redis_address_t *address, char text[REDIS_ADDRESS_TEXT]);

#endif

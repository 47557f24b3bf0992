/*
 * What a user of the console may be called, which passwords will do, and what is derived from names
 * and tokens before it is stored. Pure.
 */
#ifndef MOSTRADOR_SESSIONS_CONSOLE_RULES_H
#define MOSTRADOR_SESSIONS_CONSOLE_RULES_H

#include "common/str.h"

#define CONSOLE_NAME_SIZE 33     /* with its 0 */
#define CONSOLE_SHOWN_SIZE 65    /* the same */
#define CONSOLE_TOKEN_SIZE 44    /* 32 random bytes as base64url, and a 0 */
#define CONSOLE_KEY_SIZE 65      /* a hash as hex, and a 0 */
#define CONSOLE_BUCKET_SIZE 8    /* "n4095" */
#define CONSOLE_PASSWORD_MIN 10  /* characters */
#define CONSOLE_PASSWORD_MAX 128 /* bytes */

/* The name as it is kept: without blanks around it, lowercase. false if it cannot be one: a letter
 * or digit, then up to 31 of them, '.', '_' and '-'. */
bool console_name(str_t typed, char name[CONSOLE_NAME_SIZE]);

bool console_is_role(str_t role);

/* May customers be told of somebody like this? Blanks around it do not count; empty will do. */
bool console_shown(str_t typed);

/* NULL, or what is wrong with a password for that name. */
const char *console_password_wrong(str_t password, const char *name);

/* A new token. */
void console_token(char token[CONSOLE_TOKEN_SIZE]);

/* What is kept of a token: who reads Redis cannot sign in with it. */
void console_key(str_t token, char key[CONSOLE_KEY_SIZE]);

/* What a page must send beside the cookie; made of the token, which it cannot read. */
void console_csrf(str_t token, char csrf[CONSOLE_TOKEN_SIZE]);

/* Attempts are counted by bucket, so that who makes up names fills no memory. kind is 'n' for a
 * name, 'a' for an address. */
void console_bucket(char kind, str_t text, char bucket[CONSOLE_BUCKET_SIZE]);

#endif

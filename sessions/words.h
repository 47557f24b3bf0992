/*
 * A command that runs a script, word by word: EVALSHA sha numkeys key … arg …
 */
#ifndef MOSTRADOR_SESSIONS_WORDS_H
#define MOSTRADOR_SESSIONS_WORDS_H

#include <stdint.h>

#include "sessions/keys.h"
#include "sessions/scripts.h"

#define WORDS_MAX 64

typedef struct words {
    str_t words[WORDS_MAX];
    size_t count;
    char numbers[WORDS_MAX][24]; /* texts of words_number */
} words_t;

/* The script's name; the keys come next. */
void words_begin(words_t *self, script_t script);

/* Their number, and the names of these keys of a user, which are added to names and must live there
 * until the command is made. */
void words_keys(words_t *self, buf_t *names, str_t user, str_t id, const session_key_t *keys,
                size_t count);

/* Borrows the word until the command is made. */
void words_add(words_t *self, str_t word);
void words_number(words_t *self, int64_t number);

/* The command's bytes, of malloc as hiredis' own are: freed with redisFreeCommand. */
char *words_format(const words_t *self, size_t *size);

#endif

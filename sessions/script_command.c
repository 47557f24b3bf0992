#include "sessions/script_command.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS (3 + SCRIPT_COMMAND_KEYS + SCRIPT_COMMAND_ARGS)

typedef struct words {
    const char *data[WORDS];
    size_t size[WORDS];
    int count;
} words_t;

static void add(words_t *self, str_t word)
{
    self->data[self->count] = word.data ? word.data : "";
    self->size[self->count++] = word.size;
}

char *script_command(script_t script, const session_key_t *keys, size_t key_count,
                     const str_t *args, size_t arg_count, size_t *size)
{
    words_t words = {.count = 0};
    char number[24], *bytes = NULL;
    buf_t names[SCRIPT_COMMAND_KEYS];
    assert(key_count <= SCRIPT_COMMAND_KEYS && arg_count <= SCRIPT_COMMAND_ARGS);
    snprintf(number, sizeof number, "%zu", key_count);
    add(&words, STR_LIT("EVALSHA"));
    add(&words, script_sha(script));
    add(&words, str_from(number));
    for (size_t i = 0; i < key_count; i++) {
        buf_init(&names[i], KEY_MAX);
        keys_name(&names[i], keys[i], (str_t){0}, (str_t){0});
        add(&words, buf_view(&names[i]));
    }
    for (size_t i = 0; i < arg_count; i++)
        add(&words, args[i]);
    int length = redisFormatCommandArgv(&bytes, words.count, words.data, words.size);
    if (length < 0)
        abort(); /* memory */
    for (size_t i = 0; i < key_count; i++)
        buf_free(&names[i]);
    *size = (size_t)length;
    return bytes;
}

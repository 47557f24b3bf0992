#include "sessions/script_command.h"

#include <assert.h>

#include "sessions/words.h"

char *script_command(script_t script, const session_key_t *keys, size_t key_count,
                     const str_t *args, size_t arg_count, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    assert(key_count <= SCRIPT_COMMAND_KEYS && arg_count <= SCRIPT_COMMAND_ARGS);
    buf_init(&names, SCRIPT_COMMAND_KEYS * KEY_MAX);
    words_begin(&words, script);
    words_keys(&words, &names, (str_t){0}, (str_t){0}, keys, key_count);
    for (size_t i = 0; i < arg_count; i++)
        words_add(&words, args[i]);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

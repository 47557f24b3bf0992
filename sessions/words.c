#include "sessions/words.h"

#include <assert.h>
#include <hiredis/hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void words_add(words_t *self, str_t word)
{
    assert(self->count < WORDS_MAX);
    self->data[self->count] = word.data ? word.data : "";
    self->size[self->count++] = word.size;
}

void words_number(words_t *self, int64_t number)
{
    assert(self->count < WORDS_MAX);
    char *text = self->numbers[self->count];
    snprintf(text, sizeof self->numbers[0], "%" PRId64, number);
    words_add(self, str_from(text));
}

void words_begin(words_t *self, script_t script)
{
    words_add(self, STR_LIT("EVALSHA"));
    words_add(self, script_sha(script));
}

void words_keys(words_t *self, buf_t *names, str_t user, str_t id, const session_key_t *keys,
                size_t count)
{
    size_t ends[KEY_COUNT];
    assert(count <= KEY_COUNT);
    words_number(self, (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        keys_name(names, keys[i], user, id);
        ends[i] = names->size;
    }
    assert(buf_ok(names));
    for (size_t i = 0, at = 0; i < count; at = ends[i++])
        words_add(self, (str_t){names->data + at, ends[i] - at});
}

char *words_format(const words_t *self, size_t *size)
{
    char *bytes = NULL;
    int length = redisFormatCommandArgv(&bytes, self->count, (const char **)self->data, self->size);
    if (length < 0)
        abort(); /* memory */
    *size = (size_t)length;
    return bytes;
}

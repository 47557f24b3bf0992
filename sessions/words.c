#include "sessions/words.h"

#include <assert.h>
#include <stdlib.h>

#define LENGTH_MAX 24 /* bytes around a word: "$", its size, the ends of two lines */

void words_add(words_t *self, str_t word)
{
    assert(self->count < WORDS_MAX);
    self->words[self->count++] = word;
}

/* Digits up to end; returns where they begin. A command has some forty numbers and sizes, and there
 * are thousands of commands a second: too many for printf. */
static char *write_digits(char *end, uint64_t number)
{
    do
        *--end = (char)('0' + number % 10);
    while (number /= 10);
    return end;
}

void words_number(words_t *self, int64_t number)
{
    assert(self->count < WORDS_MAX);
    char *text = self->numbers[self->count], *end = text + sizeof self->numbers[0];
    char *from = write_digits(end, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    if (number < 0)
        *--from = '-';
    words_add(self, (str_t){from, (size_t)(end - from)});
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

static char *write_line(char *at, char kind, size_t number)
{
    char digits[LENGTH_MAX], *end = digits + sizeof digits, *from = write_digits(end, number);
    *at++ = kind;
    memcpy(at, from, (size_t)(end - from));
    at += end - from;
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

/* As redisFormatCommandArgv, which spends most of its time in printf. */
char *words_format(const words_t *self, size_t *size)
{
    size_t room = (self->count + 1) * (LENGTH_MAX + 4);
    for (size_t i = 0; i < self->count; i++)
        room += self->words[i].size;
    char *bytes = malloc(room), *at = bytes;
    if (!bytes)
        abort();
    at = write_line(at, '*', self->count);
    for (size_t i = 0; i < self->count; i++) {
        str_t word = self->words[i];
        at = write_line(at, '$', word.size);
        if (word.size)
            memcpy(at, word.data, word.size);
        at += word.size;
        *at++ = '\r';
        *at++ = '\n';
    }
    *size = (size_t)(at - bytes);
    return bytes;
}

#include "sessions/redis_slots.h"

#include <stdio.h>

#define POLYNOMIAL 0x1021u /* CRC16-CCITT (XMODEM) */

static unsigned crc16(str_t text)
{
    unsigned crc = 0;
    for (size_t i = 0; i < text.size; i++) {
        crc ^= (unsigned)(unsigned char)text.data[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = (crc & 0x8000u ? crc << 1 ^ POLYNOMIAL : crc << 1) & 0xffffu;
    }
    return crc;
}

unsigned redis_slot(str_t key)
{
    const char *open = key.size ? memchr(key.data, '{', key.size) : NULL;
    if (open) {
        str_t rest = {open + 1, (size_t)(key.data + key.size - open - 1)};
        const char *close = rest.size ? memchr(rest.data, '}', rest.size) : NULL;
        if (close && close > rest.data)
            key = (str_t){rest.data, (size_t)(close - rest.data)};
    }
    return crc16(key) % REDIS_SLOTS;
}

/* ---- commands ---- */

/* Cuts "<mark><number>\r\n" off the front. */
static bool take_number(str_t *rest, char mark, size_t *value)
{
    size_t i = 1;
    if (rest->size == 0 || rest->data[0] != mark)
        return false;
    for (*value = 0; i < rest->size && rest->data[i] >= '0' && rest->data[i] <= '9'; i++) {
        if (*value > SIZE_MAX / 20)
            return false;
        *value = *value * 10 + (size_t)(rest->data[i] - '0');
    }
    if (i == 1 || rest->size - i < 2 || memcmp(rest->data + i, "\r\n", 2) != 0)
        return false;
    *rest = (str_t){rest->data + i + 2, rest->size - i - 2};
    return true;
}

static bool take_word(str_t *rest, str_t *word)
{
    size_t size;
    if (!take_number(rest, '$', &size) || size > rest->size || rest->size - size < 2)
        return false;
    *word = (str_t){rest->data, size};
    *rest = (str_t){rest->data + size + 2, rest->size - size - 2};
    return true;
}

int redis_slot_of_command(str_t bytes)
{
    size_t words;
    str_t name, script, keys, key;
    if (!take_number(&bytes, '*', &words) || !take_word(&bytes, &name) ||
        !(str_is(name, "EVALSHA") || str_is(name, "EVAL")) || !take_word(&bytes, &script) ||
        !take_word(&bytes, &keys) || str_is(keys, "0") || !take_word(&bytes, &key))
        return -1;
    return (int)redis_slot(key);
}

/* ---- the map ---- */

static bool add_node(redis_slots_t *self, const redis_address_t *address, uint16_t *index)
{
    size_t i = 0;
    while (i < self->count && !redis_address_same(&self->nodes[i], address))
        i++;
    if (i == REDIS_SLOTS_NODES)
        return false;
    if (i == self->count)
        self->nodes[self->count++] = *address;
    *index = (uint16_t)i;
    return true;
}

/* [host, port, …]; the host may be nil or empty: that of the node that was asked. "?" is one that
 * nobody has named yet. */
static bool read_node(const redisReply *node, const redis_address_t *asked,
                      redis_address_t *address)
{
    if (node->type != REDIS_REPLY_ARRAY || node->elements < 2 ||
        node->element[1]->type != REDIS_REPLY_INTEGER)
        return false;
    const redisReply *name = node->element[0];
    bool named = name->type == REDIS_REPLY_STRING && name->len > 0;
    char port[24];
    snprintf(port, sizeof port, "%lld", node->element[1]->integer);
    return redis_address_set(address, named ? (str_t){name->str, name->len} : str_from(asked->host),
                             str_from(port)) &&
           strcmp(address->host, "?") != 0;
}

/* [first, last, master, replica …] */
static bool read_range(redis_slots_t *self, const redisReply *range, const redis_address_t *asked)
{
    redis_address_t master;
    uint16_t index;
    if (range->type != REDIS_REPLY_ARRAY || range->elements < 3 ||
        range->element[0]->type != REDIS_REPLY_INTEGER ||
        range->element[1]->type != REDIS_REPLY_INTEGER)
        return false;
    long long first = range->element[0]->integer, last = range->element[1]->integer;
    if (first < 0 || last < first || last >= REDIS_SLOTS)
        return false;
    if (!read_node(range->element[2], asked, &master))
        return true; /* its slots have nobody who serves them */
    if (!add_node(self, &master, &index))
        return false;
    for (long long slot = first; slot <= last; slot++)
        self->owner[slot] = index;
    return true;
}

bool redis_slots_read(redis_slots_t *self, const redisReply *reply, const redis_address_t *asked)
{
    self->count = 0;
    for (size_t slot = 0; slot < REDIS_SLOTS; slot++)
        self->owner[slot] = REDIS_SLOTS_NONE;
    if (reply->type != REDIS_REPLY_ARRAY)
        return false;
    for (size_t i = 0; i < reply->elements; i++)
        if (!read_range(self, reply->element[i], asked))
            return false;
    return true;
}

/* ---- redirections ---- */

static str_t take_until(str_t *rest, char mark)
{
    const char *found = rest->size ? memchr(rest->data, mark, rest->size) : NULL;
    str_t word = {rest->data, found ? (size_t)(found - rest->data) : rest->size};
    size_t gone = word.size + (found ? 1 : 0);
    *rest = (str_t){rest->data + gone, rest->size - gone};
    return word;
}

bool redis_slots_redirect(str_t text, const redis_address_t *asked, bool *ask, unsigned *slot,
                          redis_address_t *address)
{
    str_t word = take_until(&text, ' ');
    *ask = str_is(word, "ASK");
    if (!*ask && !str_is(word, "MOVED"))
        return false;
    word = take_until(&text, ' ');
    if (word.size == 0 || word.size > 5)
        return false;
    *slot = 0;
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9')
            return false;
        *slot = *slot * 10 + (unsigned)(word.data[i] - '0');
    }
    word = take_until(&text, ' ');
    const char *colon = word.size ? memrchr(word.data, ':', word.size) : NULL; /* ::1 has more */
    if (*slot >= REDIS_SLOTS || !colon)
        return false;
    str_t host = {word.data, (size_t)(colon - word.data)};
    str_t port = {colon + 1, word.size - host.size - 1};
    return redis_address_set(address, host.size ? host : str_from(asked->host), port) &&
           strcmp(address->host, "?") != 0;
}

/* What nodes of a Redis Cluster and sentinels may say, and commands as they are routed: none may
 * ever do harm. The first byte picks which; a reply is built of bytes that each open a list, end
 * it, or are followed by a number or a text. */
#include <stdint.h>
#include <stdlib.h>

#include "sessions/redis_master.h"
#include "sessions/redis_slots.h"

#define MAX_REPLIES 512
#define MAX_DEPTH 4

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

typedef struct builder {
    const uint8_t *bytes;
    size_t size;
    redisReply replies[MAX_REPLIES];
    redisReply *lists[MAX_REPLIES];
    size_t replies_used, lists_used;
} builder_t;

static redisReply *build(builder_t *self, unsigned depth);

static void build_list(builder_t *self, redisReply *list, unsigned depth)
{
    redisReply *found[32] = {NULL};
    size_t count = 0;
    while (count < 32 && self->size > 0 && self->bytes[0] != ')') {
        redisReply *one = build(self, depth + 1);
        if (!one)
            break;
        found[count++] = one;
    }
    if (self->size > 0 && self->bytes[0] == ')')
        self->bytes++, self->size--;
    if (self->lists_used + count > MAX_REPLIES)
        count = 0;
    list->type = REDIS_REPLY_ARRAY;
    list->element = self->lists + self->lists_used;
    list->elements = count;
    for (size_t i = 0; i < count; i++)
        self->lists[self->lists_used++] = found[i];
}

static redisReply *build(builder_t *self, unsigned depth)
{
    if (self->size == 0 || self->replies_used == MAX_REPLIES)
        return NULL;
    redisReply *reply = &self->replies[self->replies_used++];
    uint8_t kind = *self->bytes++;
    self->size--;
    if (kind == '(' && depth < MAX_DEPTH) {
        build_list(self, reply, depth);
    } else if (kind == '#' && self->size >= 2) {
        reply->type = REDIS_REPLY_INTEGER;
        reply->integer = (int16_t)(self->bytes[0] << 8 | self->bytes[1]);
        self->bytes += 2, self->size -= 2;
    } else if (kind == '_') {
        reply->type = REDIS_REPLY_NIL;
    } else {
        size_t length = kind % 16;
        if (length > self->size)
            length = self->size;
        reply->type = REDIS_REPLY_STRING;
        reply->str = (char *)self->bytes;
        reply->len = length;
        self->bytes += length, self->size -= length;
    }
    return reply;
}

static void fuzz_replies(const uint8_t *bytes, size_t size)
{
    static const redis_address_t asked = {.host = "h", .port = "1"};
    static redis_slots_t slots;
    builder_t *builder = calloc(1, sizeof *builder);
    redis_address_t address;
    builder->bytes = bytes;
    builder->size = size;
    redisReply *reply = build(builder, 0);
    if (reply && redis_slots_read(&slots, reply, &asked))
        for (size_t slot = 0; slot < REDIS_SLOTS; slot++)
            if (slots.owner[slot] != REDIS_SLOTS_NONE && slots.owner[slot] >= slots.count)
                abort();
    if (reply && redis_master_read(reply, &address) && !address.host[0])
        abort();
    free(builder);
}

static void fuzz_texts(str_t text)
{
    static const redis_address_t asked = {.host = "h", .port = "1"};
    bool ask;
    unsigned slot;
    redis_address_t address;
    if (redis_slots_redirect(text, &asked, &ask, &slot, &address) &&
        (slot >= REDIS_SLOTS || !address.host[0] || !address.port[0]))
        abort();
    if (redis_master_switched(text, STR_LIT("shop"), &address) && !address.host[0])
        abort();
    if (redis_slot(text) >= REDIS_SLOTS || redis_slot_of_command(text) >= REDIS_SLOTS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    if (bytes[0] & 1)
        fuzz_replies(bytes + 1, size - 1);
    else
        fuzz_texts((str_t){(const char *)bytes + 1, size - 1});
    return 0;
}

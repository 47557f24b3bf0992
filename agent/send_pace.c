#include "agent/send_pace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/send_policy.h"

#define BUCKETS 4096

typedef struct bucket {
    LIST_ENTRY(bucket) link;
    int64_t level;
    size_t size;
    char key[];
} bucket_t;

LIST_HEAD(bucket_list, bucket);

struct send_pace {
    send_pace_settings_t settings;
    struct bucket_list persons[BUCKETS], numbers[BUCKETS];
};

static size_t hash(str_t key)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < key.size; i++)
        value = (value ^ (uint8_t)key.data[i]) * 1099511628211u;
    return (size_t)(value % BUCKETS);
}

/* Those that are full again go, so that a list is as long as what was sent lately. */
static bucket_t *find(struct bucket_list *lists, str_t key, int64_t now_ms)
{
    struct bucket_list *list = &lists[hash(key)];
    bucket_t *found = NULL;
    for (bucket_t *bucket = LIST_FIRST(list), *next; bucket; bucket = next) {
        next = LIST_NEXT(bucket, link);
        if (str_eq(key, (str_t){bucket->key, bucket->size})) {
            found = bucket;
        } else if (bucket->level <= now_ms) {
            LIST_REMOVE(bucket, link);
            free(bucket);
        }
    }
    if (found)
        return found;
    found = calloc(1, sizeof *found + key.size);
    if (!found)
        abort();
    found->size = key.size;
    memcpy(found->key, key.data, key.size);
    LIST_INSERT_HEAD(list, found, link);
    return found;
}

int64_t send_pace(send_pace_t *self, str_t person, str_t number, int64_t now_ms)
{
    const send_pace_settings_t *settings = &self->settings;
    bucket_t *to = find(self->persons, person, now_ms), *from = find(self->numbers, number, now_ms);
    int64_t to_level = to->level, from_level = from->level;
    int64_t to_wait = send_rate(&to_level, now_ms, settings->person_ms, settings->person_burst);
    int64_t from_wait = send_rate(&from_level, now_ms, settings->number_ms, settings->number_burst);
    if (!to_wait && !from_wait) {
        to->level = to_level;
        from->level = from_level;
    }
    return to_wait > from_wait ? to_wait : from_wait;
}

send_pace_t *send_pace_new(const send_pace_settings_t *settings)
{
    send_pace_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->settings = *settings;
    return self;
}

static void empty(struct bucket_list *lists)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (bucket_t *bucket; (bucket = LIST_FIRST(&lists[i])) != NULL;) {
            LIST_REMOVE(bucket, link);
            free(bucket);
        }
}

void send_pace_destroy(send_pace_t **self_p)
{
    assert(self_p);
    send_pace_t *self = *self_p;
    if (!self)
        return;
    empty(self->persons);
    empty(self->numbers);
    free(self);
    *self_p = NULL;
}

#include "sessions/redis_command.h"

#include <stdlib.h>

#include "common/clock.h"
#include "common/metrics.h"

redis_command_t *redis_command_new(redis_load_t *load, char *bytes, size_t size, int64_t deadline,
                                   redis_done_t *done, void *arg)
{
    redis_command_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    *self = (redis_command_t){.load = load,
                              .bytes = bytes,
                              .size = size,
                              .deadline = deadline,
                              .made_us = clock_us(),
                              .slot = REDIS_SLOT_ANY,
                              .done = done,
                              .arg = arg};
    load->count++;
    load->bytes += size;
    return self;
}

void redis_command_done(redis_command_t *self, const redisReply *reply)
{
    redis_done_t *done = self->done;
    self->done = NULL;
    if (done)
        done(self->arg, reply);
}

void redis_command_free(redis_command_t **self_p)
{
    redis_command_t *self = *self_p;
    self->load->count--;
    self->load->bytes -= self->size;
    redisFreeCommand(self->bytes);
    free(self);
    *self_p = NULL;
}

void redis_commands_expire(redis_commands_t *list, int64_t now, bool drop)
{
    for (redis_command_t *command = TAILQ_FIRST(list), *next; command; command = next) {
        next = TAILQ_NEXT(command, link);
        if (command->done && command->deadline <= now) {
            metric_add_label(METRIC_REDIS_REFUSED, "away", 1);
            redis_command_done(command, NULL);
        }
        if (!command->done && drop) {
            TAILQ_REMOVE(list, command, link);
            redis_command_free(&command);
        }
    }
}

/*
 * One command on its way to Redis: it waits in a list, is sent by one connection or another, and is
 * answered once. Lists hand it on to each other; whoever has it frees it.
 */
#ifndef MOSTRADOR_SESSIONS_REDIS_COMMAND_H
#define MOSTRADOR_SESSIONS_REDIS_COMMAND_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* reply is NULL when Redis did not answer by the deadline; else it is good until done returns, and
 * may be an error (REDIS_REPLY_ERROR). */
typedef void(redis_done_t)(void *arg, const redisReply *reply);

/* All commands that are not freed yet. */
typedef struct redis_load {
    size_t count;
    size_t bytes;
} redis_load_t;

typedef struct redis_command {
    TAILQ_ENTRY(redis_command) link;
    redis_load_t *load; /* borrowed */
    char *bytes;
    size_t size;
    int64_t deadline;      /* clock_ms */
    int64_t made_us;       /* clock_us, for the histogram */
    unsigned reloads;      /* how often Redis did not know its script */
    unsigned redirects;    /* how often a node of a cluster named another one */
    int slot;              /* of a cluster, or one of these: */
#define REDIS_SLOT_ANY -1  /* any node will do */
#define REDIS_SLOT_HERE -2 /* no other node than the one it was given to */
    bool asking;           /* the node serves it only after ASKING */
    redis_done_t *done;    /* NULL: nobody waits any more */
    void *arg;
} redis_command_t;

TAILQ_HEAD(redis_commands, redis_command);
typedef struct redis_commands redis_commands_t;

/* Takes bytes, which redisFormatCommandArgv made. */
redis_command_t *redis_command_new(redis_load_t *load, char *bytes, size_t size, int64_t deadline,
                                   redis_done_t *done, void *arg);

/* Tells whoever waits, once. */
void redis_command_done(redis_command_t *self, const redisReply *reply);

/* It is on no list any more. Nulls the caller's pointer. */
void redis_command_free(redis_command_t **self_p);

/* Answers those whose deadline has passed, with NULL. Drops them too if the list is one of commands
 * that are not under way. */
void redis_commands_expire(redis_commands_t *list, int64_t now, bool drop);

#endif

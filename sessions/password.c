#include "sessions/password.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "common/metrics.h"

_Static_assert(crypto_pwhash_argon2id_STRBYTES <= PASSWORD_HASH_SIZE, "a hash fits");

#define OPS crypto_pwhash_argon2id_OPSLIMIT_INTERACTIVE
#define MEMORY crypto_pwhash_argon2id_MEMLIMIT_INTERACTIVE

typedef struct job job_t;
struct job {
    STAILQ_ENTRY(job) link;
    uv_work_t work;
    passwords_t *passwords; /* NULL: the service has ended, nobody wants to know */
    password_done_t *done;
    void *arg;
    bool check; /* against hash, which is made otherwise */
    password_end_t end;
    char hash[PASSWORD_HASH_SIZE];
    size_t size;
    char password[]; /* size bytes */
};

struct passwords {
    uv_loop_t *loop;
    STAILQ_HEAD(job_line, job) waiting;
    size_t waiting_count;
    job_t *running[PASSWORDS_AT_ONCE];
};

static void tell_metric(const passwords_t *self)
{
    size_t count = self->waiting_count;
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++)
        count += self->running[i] != NULL;
    metric_set(METRIC_CONSOLE_HASHES, (int64_t)count);
}

static void job_free(job_t *self)
{
    sodium_memzero(self->password, self->size);
    free(self);
}

/* On a thread of the pool: touches nothing but the job. */
static void work(uv_work_t *work)
{
    job_t *self = work->data;
    char made[PASSWORD_HASH_SIZE];
    if (self->check && self->hash[0]) {
        self->end = crypto_pwhash_argon2id_str_verify(self->hash, self->password, self->size)
                        ? PASSWORD_WRONG
                        : PASSWORD_RIGHT;
        return;
    }
    if (crypto_pwhash_argon2id_str(made, self->password, self->size, OPS, MEMORY) != 0) {
        self->end = PASSWORD_FAILED;
        return;
    }
    if (self->check) {
        self->end = PASSWORD_WRONG;
        return;
    }
    memcpy(self->hash, made, sizeof made);
    self->end = PASSWORD_RIGHT;
}

static void start(passwords_t *self);

static void after(uv_work_t *work, int status)
{
    job_t *job = work->data;
    passwords_t *self = job->passwords;
    if (!self) {
        job_free(job);
        return;
    }
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++)
        if (self->running[i] == job)
            self->running[i] = NULL;
    start(self);
    job->done(job->arg, status == 0 ? job->end : PASSWORD_FAILED, job->hash);
    job_free(job);
}

/* As many as may run. */
static void start(passwords_t *self)
{
    for (size_t i = 0; i < PASSWORDS_AT_ONCE && !STAILQ_EMPTY(&self->waiting); i++) {
        if (self->running[i])
            continue;
        job_t *job = STAILQ_FIRST(&self->waiting);
        STAILQ_REMOVE_HEAD(&self->waiting, link);
        self->waiting_count--;
        self->running[i] = job;
        uv_queue_work(self->loop, &job->work, work, after);
    }
    tell_metric(self);
}

static bool take(passwords_t *self, str_t password, str_t hash, bool check, password_done_t *done,
                 void *arg)
{
    if (self->waiting_count >= PASSWORDS_WAITING || hash.size >= PASSWORD_HASH_SIZE)
        return false;
    job_t *job = calloc(1, sizeof *job + password.size + 1);
    if (!job)
        abort();
    job->work.data = job;
    job->passwords = self;
    job->done = done;
    job->arg = arg;
    job->check = check;
    job->size = password.size;
    if (password.size)
        memcpy(job->password, password.data, password.size);
    if (hash.size)
        memcpy(job->hash, hash.data, hash.size);
    STAILQ_INSERT_TAIL(&self->waiting, job, link);
    self->waiting_count++;
    start(self);
    return true;
}

bool passwords_hash(passwords_t *self, str_t password, password_done_t *done, void *arg)
{
    return take(self, password, (str_t){0}, false, done, arg);
}

bool passwords_check(passwords_t *self, str_t password, str_t hash, password_done_t *done,
                     void *arg)
{
    return take(self, password, hash, true, done, arg);
}

passwords_t *passwords_new(uv_loop_t *loop)
{
    passwords_t *self = calloc(1, sizeof *self);
    if (!self || sodium_init() < 0)
        abort();
    self->loop = loop;
    STAILQ_INIT(&self->waiting);
    return self;
}

void passwords_destroy(passwords_t **self_p)
{
    passwords_t *self = *self_p;
    job_t *job;
    if (!self)
        return;
    for (size_t i = 0; i < PASSWORDS_AT_ONCE; i++) {
        if (!(job = self->running[i]))
            continue;
        job->passwords = NULL; /* its thread is still at it: freed when that has ended */
        job->done(job->arg, PASSWORD_FAILED, "");
    }
    while ((job = STAILQ_FIRST(&self->waiting))) {
        STAILQ_REMOVE_HEAD(&self->waiting, link);
        job->done(job->arg, PASSWORD_FAILED, "");
        job_free(job);
    }
    free(self);
    *self_p = NULL;
}

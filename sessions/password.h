/*
 * Passwords as argon2id hashes. A hash is slow and large on purpose (64 MiB, about a tenth of a
 * second), so it is made on libuv's threads, never on the loop: PASSWORDS_AT_ONCE of them, others
 * wait in a line of PASSWORDS_WAITING, beyond which nothing is taken.
 */
#ifndef MOSTRADOR_SESSIONS_PASSWORD_H
#define MOSTRADOR_SESSIONS_PASSWORD_H

#include <uv.h>

#include "common/str.h"

#define PASSWORDS_AT_ONCE 2
#define PASSWORDS_WAITING 16

#define PASSWORD_HASH_SIZE 128 /* with its 0 */

typedef struct passwords passwords_t;

typedef enum password_end {
    PASSWORD_RIGHT, /* it is the hash's; or the hash was made */
    PASSWORD_WRONG,
    PASSWORD_FAILED, /* no memory, or the service ends */
} password_end_t;

/* hash: the one that was made; good until the function returns. */
typedef void(password_done_t)(void *arg, password_end_t end, const char *hash);

passwords_t *passwords_new(uv_loop_t *loop);

/* Ends everything as failed, and nulls the caller's pointer. */
void passwords_destroy(passwords_t **self_p);

/* Both return false, and done is not called, when too many wait. done is called once, from the
 * loop. What is asked is copied, and wiped when it is done. */
bool passwords_hash(passwords_t *self, str_t password, password_done_t *done, void *arg);

/* Against an empty hash every password is wrong, and takes as long as if there were one. */
bool passwords_check(passwords_t *self, str_t password, str_t hash, password_done_t *done,
                     void *arg);

#endif

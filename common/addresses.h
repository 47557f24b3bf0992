/*
 * Who stands behind the host names of a list of endpoints. A name may have many addresses, one for
 * each replica of a service, and they change as replicas come and go. A lookup blocks, so a thread
 * of its own repeats it; there is none when the list has no name that could change.
 *
 * A lookup that fails changes nothing: a name server that is away takes nobody with it.
 */
#ifndef MOSTRADOR_COMMON_ADDRESSES_H
#define MOSTRADOR_COMMON_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESSES_MAX 64  /* more are left out, and that is logged */
#define ADDRESS_SIZE 128  /* bytes of one, with its end */
#define ADDRESSES_MS 2000 /* between two lookups */

typedef struct addresses addresses_t;

typedef struct address_list {
    char endpoint[ADDRESSES_MAX][ADDRESS_SIZE]; /* "tcp://172.18.0.3:5570", "ipc:///…" */
    size_t count;
} address_list_t;

/* endpoints is a comma separated list of ipc://path and tcp://host:port. */
addresses_t *addresses_new(const char *endpoints);

/* Waits for a lookup that is under way, which a name server that is away can make long. */
void addresses_destroy(addresses_t **self_p);

/* True if they are not those of the last time, or this is the first; then they are in list.
 * Costs next to nothing otherwise. */
bool addresses_changed(addresses_t *self, address_list_t *list);

#endif

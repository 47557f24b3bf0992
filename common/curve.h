/*
 * Keys for what crosses a network. ZeroMQ's CURVE encrypts every connection and knows both ends of
 * it: a client knows the service's public key beforehand, a service has a list of the clients it
 * lets in, and nobody else gets beyond the handshake. Within a machine, over ipc and loopback,
 * there is no need of it.
 *
 * KEYS_DIR is what one process is given of the keys, written by `make keys`:
 *   own.secret               its own pair, CZMQ's certificate format
 *   services/NAME.public     sessions, catalog, dispatcher: the services it calls
 *   clients/NAME.public      those it lets in, if it is a service; read again when they change
 *
 * Plain libzmq, because the Kore worker uses it too; rpc_server has CZMQ's zauth see who is let in.
 */
#ifndef MOSTRADOR_COMMON_CURVE_H
#define MOSTRADOR_COMMON_CURVE_H

#include <stdbool.h>
#include <stddef.h>

#define CURVE_KEY_SIZE 41 /* Z85 and its end */

typedef struct curve_pair {
    char public_key[CURVE_KEY_SIZE];
    char secret_key[CURVE_KEY_SIZE];
} curve_pair_t;

/* Is this endpoint, or any of a comma separated list, encrypted? With KEYS_DIR all of TCP is;
 * config sees to it that without it there is no TCP beyond loopback. */
bool curve_wanted(const char *endpoints);

/* Before connect or bind: the socket speaks CURVE from now on. Exit through log_fatal with the file
 * and the reason if a key cannot be read. */
void curve_connects(void *socket, const char *service);
void curve_binds(void *socket);

/* Keys of a certificate's text; a file of a public key has no secret one: then it is left empty.
 * false: there is no public key in it, or one that is none. */
bool curve_parse(const char *text, curve_pair_t *pair);

#endif

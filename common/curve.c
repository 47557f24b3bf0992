#include "common/curve.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "common/config.h"
#include "common/log.h"

#define MAX_FILE 4096

bool curve_wanted(const char *endpoints)
{
    return config.KEYS_DIR[0] && strstr(endpoints, "tcp://") != NULL;
}

/* ---- files ---- */

/* The value of a line `name = "…"`; false: there is none, or it is no key. */
static bool find_key(const char *text, const char *name, char key[CURVE_KEY_SIZE])
{
    uint8_t bytes[32];
    const char *at = strstr(text, name);
    if (at)
        at = strchr(at, '"'); /* what follows may begin with "=" */
    if (!at || strcspn(++at, "\"\r\n") != CURVE_KEY_SIZE - 1)
        return false;
    memcpy(key, at, CURVE_KEY_SIZE - 1);
    key[CURVE_KEY_SIZE - 1] = 0;
    return zmq_z85_decode(bytes, key) != NULL;
}

bool curve_parse(const char *text, curve_pair_t *pair)
{
    *pair = (curve_pair_t){0};
    if (!find_key(text, "secret-key", pair->secret_key))
        pair->secret_key[0] = 0;
    return find_key(text, "public-key", pair->public_key);
}

static void read_pair(const char *name, bool secret, curve_pair_t *pair)
{
    char path[1024], text[MAX_FILE];
    snprintf(path, sizeof path, "%s/%s", config.KEYS_DIR, name);
    FILE *in = fopen(path, "r");
    if (!in)
        log_fatal("KEYS_DIR: %s: %s", path, strerror(errno));
    size_t size = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[size] = 0;
    if (!curve_parse(text, pair) || (secret && !pair->secret_key[0]))
        log_fatal("KEYS_DIR: %s has no %s key: run make keys", path, secret ? "secret" : "public");
}

/* ---- sockets ---- */

static void set_key(void *socket, int option, const char *key)
{
    if (zmq_setsockopt(socket, option, key, CURVE_KEY_SIZE) == -1)
        log_fatal("KEYS_DIR: a key was refused: %s", zmq_strerror(errno));
}

void curve_connects(void *socket, const char *service)
{
    char name[128];
    curve_pair_t own, theirs;
    snprintf(name, sizeof name, "services/%s.public", service);
    read_pair("own.secret", true, &own);
    read_pair(name, false, &theirs);
    set_key(socket, ZMQ_CURVE_SERVERKEY, theirs.public_key);
    set_key(socket, ZMQ_CURVE_PUBLICKEY, own.public_key);
    set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret_key);
    memset(&own, 0, sizeof own);
}

void curve_binds(void *socket)
{
    int yes = 1;
    curve_pair_t own;
    read_pair("own.secret", true, &own);
    zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "mostrador", strlen("mostrador"));
    zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof yes);
    set_key(socket, ZMQ_CURVE_SECRETKEY, own.secret_key);
    memset(&own, 0, sizeof own);
}

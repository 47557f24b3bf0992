/*
 * Makes the keys of all processes: `keys DIR` writes DIR/NAME for each, which is what that process
 * gets as its KEYS_DIR (common/curve.h). Pairs that are there already are kept, so it can be run
 * again; to renew a pair, delete its folder and run it. Processes let in new clients without a
 * restart, and use a new pair of their own after one.
 */
#include <czmq.h>
#include <errno.h>

#include "common/curve.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Who calls whom. The services call themselves too: catalog-import runs with the catalog's keys,
 * and health checks with those of what they ask. */
static const struct {
    const char *client, *service;
} calls[] = {
    {"gateway", "sessions"},  {"gateway", "dispatcher"},  {"gateway", "catalog"},
    {"agent", "sessions"},    {"agent", "dispatcher"},    {"agent", "catalog"},
    {"catalog", "catalog"},   {"dispatcher", "sessions"}, {"dispatcher", "dispatcher"},
    {"sessions", "sessions"},
};
static const char *const names[] = {"gateway", "agent", "dispatcher", "sessions", "catalog"};

static int fail(const char *path)
{
    fprintf(stderr, "keys: %s: %s\n", path, strerror(errno));
    return 1;
}

static bool make_folder(const char *path, mode_t mode)
{
    return mkdir(path, mode) == 0 || errno == EEXIST;
}

static bool read_pair(const char *path, curve_pair_t *pair)
{
    char text[4096];
    FILE *in = fopen(path, "r");
    if (!in)
        return false;
    text[fread(text, 1, sizeof text - 1, in)] = 0;
    fclose(in);
    return curve_parse(text, pair) && pair->secret_key[0];
}

/* DIR/NAME with own.secret in it; 0 or what main returns. */
static int make_pair(const char *dir, const char *name, zcert_t **pair_p)
{
    char path[1100];
    curve_pair_t kept;
    const char *const folders[] = {"", "/services", "/clients"};
    for (size_t i = 0; i < COUNT(folders); i++) {
        snprintf(path, sizeof path, "%s/%s%s", dir, name, folders[i]);
        if (!make_folder(path, 0700))
            return fail(path);
    }
    snprintf(path, sizeof path, "%s/%s/own.secret", dir, name);
    if (access(path, F_OK) == 0) {
        if (!read_pair(path, &kept)) {
            fprintf(stderr, "keys: %s is no certificate; delete it to have it made again\n", path);
            return 1;
        }
        uint8_t public_key[32], secret_key[32];
        zmq_z85_decode(public_key, kept.public_key);
        zmq_z85_decode(secret_key, kept.secret_key);
        *pair_p = zcert_new_from(public_key, secret_key);
        zcert_set_meta(*pair_p, "name", "%s", name);
        return 0;
    }
    *pair_p = zcert_new();
    zcert_set_meta(*pair_p, "name", "%s", name);
    if (!*pair_p || zcert_save_secret(*pair_p, path) != 0)
        return fail(path);
    printf("%s: new\n", path);
    return 0;
}

static int give(zcert_t *pair, const char *dir, const char *to, const char *as, const char *name)
{
    char path[1100];
    snprintf(path, sizeof path, "%s/%s/%s/%s.public", dir, to, as, name);
    return zcert_save_public(pair, path) == 0 ? 0 : fail(path);
}

static zcert_t *of(zcert_t **pairs, const char *name)
{
    size_t i = 0;
    while (strcmp(names[i], name) != 0)
        i++;
    return pairs[i];
}

int main(int argc, char **argv)
{
    zcert_t *pairs[COUNT(names)] = {NULL};
    int failed = 0;
    if (argc != 2 || strlen(argv[1]) > 1000) {
        fprintf(stderr, "usage: keys DIR\n");
        return 2;
    }
    if (!make_folder(argv[1], 0700))
        return fail(argv[1]);
    for (size_t i = 0; i < COUNT(names) && !failed; i++)
        failed = make_pair(argv[1], names[i], &pairs[i]);
    for (size_t i = 0; i < COUNT(calls) && !failed; i++) {
        const char *client = calls[i].client, *service = calls[i].service;
        failed = give(of(pairs, client), argv[1], service, "clients", client) ||
                 give(of(pairs, service), argv[1], client, "services", service);
    }
    for (size_t i = 0; i < COUNT(names); i++)
        zcert_destroy(&pairs[i]);
    return failed;
}

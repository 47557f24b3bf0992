#include "common/addresses.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/log.h"

struct addresses {
    char *endpoints;
    bool names; /* there is one to look up, and so a thread */
    pthread_t thread;
    pthread_mutex_t lock; /* of list and leaving */
    pthread_cond_t wake;  /* leaving was set */
    address_list_t list;
    bool leaving;
    atomic_uint_fast64_t changes;
    uint_fast64_t told;   /* changes when the caller last looked */
    address_list_t fresh; /* the thread's own */
    bool failing;         /* … too: logged once */
    bool overflowed;
};

/* ---- one endpoint ---- */

static void add(addresses_t *self, const char *endpoint)
{
    for (size_t i = 0; i < self->fresh.count; i++)
        if (strcmp(self->fresh.endpoint[i], endpoint) == 0)
            return;
    if (self->fresh.count == ADDRESSES_MAX) {
        if (!self->overflowed)
            log_warn("addresses_left_out", LOG_INT("most", ADDRESSES_MAX));
        self->overflowed = true;
        return;
    }
    snprintf(self->fresh.endpoint[self->fresh.count++], ADDRESS_SIZE, "%s", endpoint);
}

/* Host and port of "tcp://host:port" if host is a name. */
static bool name_of(const char *endpoint, char *host, size_t size, const char **port)
{
    unsigned char address[sizeof(struct in6_addr)];
    if (strncmp(endpoint, "tcp://", 6) != 0)
        return false;
    const char *from = endpoint + 6, *colon = strrchr(from, ':');
    if (!colon || from[0] == '[' || from[0] == '*' || (size_t)(colon - from) >= size)
        return false;
    snprintf(host, size, "%.*s", (int)(colon - from), from);
    *port = colon + 1;
    return inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

static void add_found(addresses_t *self, const struct addrinfo *found, const char *port)
{
    char host[64], endpoint[ADDRESS_SIZE];
    if (getnameinfo(found->ai_addr, found->ai_addrlen, host, sizeof host, NULL, 0,
                    NI_NUMERICHOST) != 0)
        return;
    snprintf(endpoint, sizeof endpoint,
             found->ai_family == AF_INET6 ? "tcp://[%s]:%s" : "tcp://%s:%s", host, port);
    add(self, endpoint);
}

/* IPv6 only where there is no IPv4: a replica with both would be taken for two. */
static bool look_up(addresses_t *self, const char *host, const char *port)
{
    static const int families[] = {AF_INET, AF_INET6};
    for (size_t i = 0; i < 2; i++) {
        struct addrinfo hints = {.ai_family = families[i], .ai_socktype = SOCK_STREAM}, *found;
        if (getaddrinfo(host, NULL, &hints, &found) != 0)
            continue;
        for (const struct addrinfo *at = found; at; at = at->ai_next)
            add_found(self, at, port);
        freeaddrinfo(found);
        return true;
    }
    return false;
}

/* ---- all of them ---- */

static bool has_names(const char *endpoints)
{
    char list[1024], host[256];
    const char *port;
    snprintf(list, sizeof list, "%s", endpoints);
    for (char *rest = list, *endpoint; (endpoint = strsep(&rest, ",")) != NULL;)
        if (name_of(endpoint, host, sizeof host, &port))
            return true;
    return false;
}

/* What is known of a name that cannot be looked up now stays, and that of the others with it. */
static void look_up_all(addresses_t *self)
{
    char list[1024], host[256];
    const char *port;
    bool complete = true;
    self->fresh.count = 0;
    snprintf(list, sizeof list, "%s", self->endpoints);
    for (char *rest = list, *endpoint; (endpoint = strsep(&rest, ",")) != NULL;) {
        if (!name_of(endpoint, host, sizeof host, &port)) {
            add(self, endpoint);
        } else if (!look_up(self, host, port)) {
            complete = false;
            if (!self->failing)
                log_warn("name_unknown", LOG_CSTR("host", host));
        }
    }
    self->failing = !complete;
    if (!complete)
        for (size_t i = 0; i < self->list.count; i++)
            add(self, self->list.endpoint[i]);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* In an order of their own, because a name server gives them in any. */
static void publish(addresses_t *self)
{
    qsort(self->fresh.endpoint, self->fresh.count, ADDRESS_SIZE, by_text);
    bool same = self->fresh.count == self->list.count;
    for (size_t i = 0; same && i < self->fresh.count; i++)
        same = strcmp(self->fresh.endpoint[i], self->list.endpoint[i]) == 0;
    if (same)
        return;
    self->list = self->fresh;
    atomic_fetch_add(&self->changes, 1);
}

static void *run(void *arg)
{
    addresses_t *self = arg;
    pthread_mutex_lock(&self->lock);
    while (!self->leaving) {
        pthread_mutex_unlock(&self->lock);
        look_up_all(self); /* reads list, which only this thread writes */
        pthread_mutex_lock(&self->lock);
        publish(self);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += ADDRESSES_MS / 1000;
        int late = 0;
        while (!self->leaving && !late)
            late = pthread_cond_timedwait(&self->wake, &self->lock, &until);
    }
    pthread_mutex_unlock(&self->lock);
    return NULL;
}

/* ---- the caller's side ---- */

addresses_t *addresses_new(const char *endpoints)
{
    addresses_t *self = calloc(1, sizeof *self);
    if (!self || !(self->endpoints = strdup(endpoints)))
        abort();
    self->names = has_names(endpoints);
    if (!self->names) {
        look_up_all(self);
        publish(self);
        return self;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&self->thread, NULL, run, self) != 0)
        log_fatal("no thread to look up %s", endpoints);
    return self;
}

void addresses_destroy(addresses_t **self_p)
{
    addresses_t *self = *self_p;
    if (!self)
        return;
    if (self->names) {
        pthread_mutex_lock(&self->lock);
        self->leaving = true;
        pthread_cond_signal(&self->wake);
        pthread_mutex_unlock(&self->lock);
        pthread_join(self->thread, NULL);
        pthread_cond_destroy(&self->wake);
        pthread_mutex_destroy(&self->lock);
    }
    free(self->endpoints);
    free(self);
    *self_p = NULL;
}

bool addresses_changed(addresses_t *self, address_list_t *list)
{
    uint_fast64_t changes = atomic_load(&self->changes);
    if (changes == self->told)
        return false;
    if (self->names)
        pthread_mutex_lock(&self->lock);
    self->told = atomic_load(&self->changes);
    *list = self->list;
    if (self->names)
        pthread_mutex_unlock(&self->lock);
    return true;
}

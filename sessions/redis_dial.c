#include "sessions/redis_dial.h"

#include <stdio.h>
#include <stdlib.h>

#include "sessions/redis_poll.h"

/* Outlives its caller if it must: libuv cannot always cancel a lookup. */
struct redis_dial {
    uv_getaddrinfo_t request;
    uv_loop_t *loop;
    size_t nth;
    int port;
    redis_dialled_t *done; /* NULL: nobody waits */
    void *arg;
};

/* Hands over a context that hiredis has just made. */
static void hand_over(uv_loop_t *loop, redisAsyncContext *context, redis_dialled_t *done, void *arg)
{
    char why[128] = "the loop cannot watch the connection";
    if (context && context->err)
        snprintf(why, sizeof why, "%s", context->errstr);
    if (context && !context->err && redis_poll_attach(context, loop)) {
        done(arg, context, "");
        return;
    }
    if (context)
        redisAsyncFree(context);
    done(arg, NULL, why);
}

static const struct addrinfo *nth_address(const struct addrinfo *found, size_t n)
{
    size_t count = 0;
    for (const struct addrinfo *one = found; one; one = one->ai_next)
        count++;
    if (count == 0)
        return NULL;
    for (n %= count; n > 0; n--)
        found = found->ai_next;
    return found;
}

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found)
{
    redis_dial_t *self = request->data;
    char address[64] = "";
    const struct addrinfo *one = status == 0 ? nth_address(found, self->nth) : NULL;
    if (one && one->ai_family == AF_INET)
        uv_ip4_name((const struct sockaddr_in *)one->ai_addr, address, sizeof address);
    else if (one && one->ai_family == AF_INET6)
        uv_ip6_name((const struct sockaddr_in6 *)one->ai_addr, address, sizeof address);
    uv_freeaddrinfo(found);
    if (self->done && address[0])
        hand_over(self->loop, redisAsyncConnect(address, self->port), self->done, self->arg);
    else if (self->done)
        self->done(self->arg, NULL, "the host is not known");
    free(self);
}

redis_dial_t *redis_dial(uv_loop_t *loop, const redis_address_t *address, size_t nth,
                         redis_dialled_t *done, void *arg)
{
    if (address->path[0]) {
        hand_over(loop, redisAsyncConnectUnix(address->path), done, arg);
        return NULL;
    }
    redis_dial_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    *self = (redis_dial_t){
        .loop = loop, .nth = nth, .port = atoi(address->port), .done = done, .arg = arg};
    self->request.data = self;
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    if (uv_getaddrinfo(loop, &self->request, on_resolved, address->host, address->port, &hints) ==
        0)
        return self;
    free(self);
    done(arg, NULL, "the host cannot be looked up");
    return NULL;
}

void redis_dial_cancel(redis_dial_t **self_p)
{
    redis_dial_t *self = *self_p;
    if (!self)
        return;
    self->done = NULL;
    uv_cancel((uv_req_t *)&self->request);
    *self_p = NULL;
}

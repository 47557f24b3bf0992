#include "agent/send_pace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "agent/send_line.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"

#define PACE_MS 2000         /* for sessions to answer, before it is asked again */
#define PACE_AGAIN_US 200000 /* between two times */

typedef struct address {
    LIST_ENTRY(address) link;
    send_pace_t *pace;
    send_line_t line;
    TAILQ_HEAD(place_list, send_place) waiting; /* the oldest first */
    int64_t count;
    uint64_t call; /* PACE under way; 0: none */
    size_t size;
    char text[];
} address_t;

struct send_place {
    TAILQ_ENTRY(send_place) link;
    address_t *address;
    int64_t until_us;
    send_placed_t *done;
    void *arg;
};

struct send_pace {
    rpc_client_t *sessions;
    uv_timer_t timer;
    LIST_HEAD(address_list, address) addresses; /* a few */
};

static void on_timer(uv_timer_t *timer);

/* ---- addresses ---- */

static address_t *find(send_pace_t *self, str_t from)
{
    address_t *found;
    LIST_FOREACH(found, &self->addresses, link)
    if (str_eq(from, (str_t){found->text, found->size}))
        break;
    return found;
}

static address_t *add(send_pace_t *self, str_t from)
{
    address_t *address = calloc(1, sizeof *address + from.size);
    if (!address)
        abort();
    address->pace = self;
    address->size = from.size;
    memcpy(address->text, from.data, from.size);
    TAILQ_INIT(&address->waiting);
    LIST_INSERT_HEAD(&self->addresses, address, link);
    return address;
}

/* An address from which nothing was sent lately is as good as an unknown one. */
static bool is_idle(const address_t *address, int64_t now_us)
{
    const send_line_t *line = &address->line;
    return !address->count && !address->call && line->end_us + SEND_LINE_WAIT_US < now_us &&
           line->back_us < now_us;
}

static void forget_idle(send_pace_t *self, int64_t now_us)
{
    for (address_t *address = LIST_FIRST(&self->addresses), *next; address; address = next) {
        next = LIST_NEXT(address, link);
        if (is_idle(address, now_us)) {
            LIST_REMOVE(address, link);
            free(address);
        }
    }
}

/* ---- those who wait ---- */

static void leave(send_place_t *place)
{
    TAILQ_REMOVE(&place->address->waiting, place, link);
    place->address->count--;
}

static void tell(send_place_t *place, int64_t away_ms)
{
    send_placed_t *done = place->done;
    void *arg = place->arg;
    leave(place);
    free(place);
    done(arg, away_ms);
}

static int64_t away_ms(address_t *address, int64_t now_us)
{
    metric_add_label(METRIC_SEND_PLACES, "postponed", 1);
    return send_line_away_us(&address->line, now_us) / 1000 + 1;
}

static void give_places(address_t *address, int64_t now_us)
{
    send_place_t *first;
    int64_t lapsed;
    while ((first = TAILQ_FIRST(&address->waiting)) != NULL && first->until_us <= now_us)
        tell(first, away_ms(address, now_us));
    while ((first = TAILQ_FIRST(&address->waiting)) != NULL) {
        bool taken = send_line_take(&address->line, now_us, &lapsed);
        if (lapsed)
            metric_add_label(METRIC_SEND_PLACES, "lapsed", lapsed);
        if (!taken)
            break;
        tell(first, 0);
    }
}

/* ---- sessions ---- */

static void run(send_pace_t *self);

static void on_paced(void *arg, const rpc_answer_t *answer)
{
    address_t *address = arg;
    int64_t now_us = clock_us();
    address->call = 0;
    if (answer->type == PROTO_PACED) {
        const proto_paced_t *paced = answer->msg;
        send_line_given(&address->line, paced->places, paced->first_us, paced->every_us, now_us);
    } else {
        log_warn("pace_unknown", LOG_CSTR("error", answer->error ? answer->error : "type"));
        send_line_failed(&address->line, PACE_AGAIN_US, now_us);
    }
    run(address->pace);
}

static void ask(address_t *address, int64_t now_us)
{
    int64_t wanted = send_line_wanted(&address->line, address->count, now_us);
    if (!wanted || address->call)
        return;
    proto_pace_t msg = {.address = {address->text, address->size}, .wanted = wanted};
    address->call = rpc_client_call(address->pace->sessions, PROTO_PACE, &msg, NULL, PACE_MS,
                                    on_paced, address);
}

/* ---- all of it ---- */

static int64_t wakes_us(const address_t *address)
{
    const send_place_t *first = TAILQ_FIRST(&address->waiting);
    if (!first)
        return INT64_MAX;
    int64_t at_us = send_line_wakes_us(&address->line, address->call != 0);
    return at_us < first->until_us ? at_us : first->until_us;
}

static void run(send_pace_t *self)
{
    int64_t now_us = clock_us(), at_us = INT64_MAX;
    address_t *address;
    forget_idle(self, now_us);
    LIST_FOREACH(address, &self->addresses, link)
    {
        /* those that were freed are removed */
        /* cppcheck-suppress uninitvar */
        give_places(address, now_us); /* NOLINT(clang-analyzer-unix.Malloc) */
        ask(address, now_us);
    }
    LIST_FOREACH(address, &self->addresses, link)
    if (wakes_us(address) < at_us)
        at_us = wakes_us(address);
    if (at_us == INT64_MAX)
        uv_timer_stop(&self->timer);
    else
        uv_timer_start(&self->timer, on_timer,
                       at_us > now_us ? (uint64_t)(at_us - now_us) / 1000 + 1 : 1, 0);
}

static void on_timer(uv_timer_t *timer)
{
    run(timer->data);
}

int64_t send_pace_wait(send_pace_t *self, str_t from, send_placed_t *done, void *arg,
                       send_place_t **place)
{
    int64_t now_us = clock_us();
    address_t *address = find(self, from);
    if (!address)
        address = add(self, from);
    if (send_line_full(&address->line, address->count))
        return away_ms(address, now_us);
    send_place_t *made = calloc(1, sizeof *made);
    if (!made)
        abort();
    *made = (send_place_t){
        .address = address, .until_us = now_us + SEND_LINE_WAIT_US, .done = done, .arg = arg};
    TAILQ_INSERT_TAIL(&address->waiting, made, link);
    address->count++;
    *place = made;
    uv_timer_start(&self->timer, on_timer, 0, 0);
    return 0;
}

void send_pace_cancel(send_place_t **place)
{
    if (!*place)
        return;
    leave(*place);
    free(*place);
    *place = NULL;
}

void send_pace_return(send_pace_t *self, str_t from)
{
    address_t *address = find(self, from);
    if (!address)
        return;
    send_line_return(&address->line);
    uv_timer_start(&self->timer, on_timer, 0, 0);
}

/* ---- life ---- */

send_pace_t *send_pace_new(uv_loop_t *loop, rpc_client_t *sessions)
{
    send_pace_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->sessions = sessions;
    LIST_INIT(&self->addresses);
    uv_timer_init(loop, &self->timer);
    self->timer.data = self;
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void send_pace_destroy(send_pace_t **self_p)
{
    assert(self_p);
    send_pace_t *self = *self_p;
    if (!self)
        return;
    *self_p = NULL;
    for (address_t *address; (address = LIST_FIRST(&self->addresses)) != NULL;) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): as above */
        assert(!address->count);
        rpc_client_cancel(self->sessions, address->call);
        LIST_REMOVE(address, link);
        free(address);
    }
    uv_close((uv_handle_t *)&self->timer, on_closed);
}

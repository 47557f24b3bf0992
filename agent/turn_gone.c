/*
 * Whether the cars that a conversation speaks of are still for sale. What is known of it stands in
 * the context, with the state of the catalog that it is of, so that the catalog is asked again only
 * when it has changed. Of a change that was made before the customer wrote, an answer knows.
 */
#include "agent/turn.h"
#include "common/log.h"
#include "common/metrics.h"

#define MOST_ASKED 512 /* as the protocol has it */
#define MOST_KEPT 64

static void go_on(turn_t *self)
{
    self->gone_ask.then(self);
}

/* The catalog has not said: the turn goes on with what was known, and the next one asks again. */
static void unasked(turn_t *self, const char *error)
{
    metric_add(METRIC_CARS_UNCHECKED, 1);
    log_warn("cars_unchecked", LOG_TRACE(&self->trace), LOG_CSTR("error", error));
}

static bool take(turn_t *self, const proto_checked_t *checked)
{
    proto_context_t *now = &self->context.now;
    size_t count = checked->gone_count < MOST_KEPT ? checked->gone_count : MOST_KEPT;
    proto_checked_t copy;
    if (!proto_copy(proto_message(PROTO_CHECKED), checked, &copy, self->arena))
        return false;
    if (count != now->gone_count)
        log_info("cars_gone", LOG_TRACE(&self->trace), LOG_INT("cars", count));
    now->gone = copy.gone;
    now->gone_count = count;
    now->catalog = checked->generation;
    self->context.state.known = false;
    self->check.facts = NULL;
    return true;
}

static void on_checked(void *arg, const rpc_answer_t *answer)
{
    turn_t *self = arg;
    self->gone_ask.call = 0;
    if (answer->type != PROTO_CHECKED)
        unasked(self, answer->error ? answer->error : "type");
    else if (!take(self, answer->msg))
        unasked(self, "too_much");
    go_on(self);
}

static bool found_cars(const proto_context_t *context, size_t entries)
{
    for (size_t i = 0; i < entries; i++)
        if (str_is(context->entries[i].role, "tool"))
            return true;
    return context->shown_count || context->chosen_count || context->kept_count;
}

bool turn_gone_known(turn_t *self, void (*then)(turn_t *self))
{
    proto_context_t *now = &self->context.now;
    int64_t generation = catalog_watch_generation(self->parts->catalog);
    int64_t ids[MOST_ASKED];
    proto_car_id_t cars[MOST_ASKED];
    if (!generation || generation == now->catalog)
        return true;
    const ground_facts_t *facts =
        found_cars(now, now->entries_count) ? turn_check_facts(self) : NULL;
    size_t count = facts ? ground_facts_cars(facts, ids, MOST_ASKED) : 0;
    if (!count) {
        now->catalog = generation;
        return true;
    }
    for (size_t i = 0; i < count; i++)
        cars[i].stock_id = ids[i];
    proto_check_cars_t msg = {.cars = cars, .cars_count = count};
    self->gone_ask.then = then;
    self->gone_ask.call =
        catalog_watch_check(self->parts->catalog, &msg, &self->trace, on_checked, self);
    return false;
}

static void on_told(void *arg)
{
    turn_t *self = arg;
    if (!catalog_watch_knows(self->parts->catalog, self->heard_us))
        unasked(self, "catalog");
    if (turn_gone_known(self, self->gone_ask.then))
        go_on(self);
}

bool turn_gone_sure(turn_t *self, void (*then)(turn_t *self))
{
    const context_t *context = &self->context;
    bool told_before =
        found_cars(&context->before, 0) || found_cars(&context->now, context->turn_start);
    if (!told_before || self->model == self->parts->offline ||
        catalog_watch_knows(self->parts->catalog, self->heard_us))
        return turn_gone_known(self, then);
    self->gone_ask.then = then;
    catalog_watch_wait(self->parts->catalog, &self->gone_ask.waiter, on_told, self);
    return false;
}

void turn_gone_cancel(turn_t *self)
{
    catalog_watch_cancel(self->parts->catalog, self->gone_ask.call);
    catalog_watch_forget(&self->gone_ask.waiter);
    self->gone_ask.call = 0;
}

/* Lists of ten: they are copied whole whenever one of them changes. */
#include "agent/kept.h"

const proto_car_t *kept_find(const proto_context_t *context, int64_t stock_id)
{
    for (size_t i = 0; i < context->kept_count; i++)
        if (context->kept[i].stock_id == stock_id)
            return &context->kept[i];
    return NULL;
}

bool kept_gone(const proto_context_t *context, int64_t stock_id)
{
    for (size_t i = 0; i < context->gone_count; i++)
        if (context->gone[i].stock_id == stock_id)
            return true;
    return false;
}

const proto_quote_t *kept_plan(const proto_context_t *context, int64_t stock_id)
{
    for (size_t i = 0; stock_id && i < context->kept_quotes_count; i++)
        if (context->kept_quotes[i].stock_id == stock_id)
            return &context->kept_quotes[i];
    return NULL;
}

/* Room for one more in front; NULL: the arena is full. */
static proto_car_t *copy_cars(const proto_context_t *context, arena_t *arena)
{
    proto_car_t *cars = arena_alloc(arena, (KEPT_MAX + 1) * sizeof *cars);
    if (cars && context->kept_count)
        memcpy(cars + 1, context->kept, context->kept_count * sizeof *cars);
    return cars;
}

static proto_quote_t *copy_quotes(const proto_context_t *context, arena_t *arena)
{
    proto_quote_t *quotes = arena_alloc(arena, (KEPT_MAX + 1) * sizeof *quotes);
    if (quotes && context->kept_quotes_count)
        memcpy(quotes + 1, context->kept_quotes, context->kept_quotes_count * sizeof *quotes);
    return quotes;
}

static int64_t first_quoted(const proto_context_t *context)
{
    size_t count = context->kept_quotes_count;
    return count ? context->kept_quotes[count - 1].stock_id : 0;
}

/* Index of the car that leaves when a new one stands in front of a full list. */
static size_t leaving(const proto_context_t *context)
{
    size_t count = context->kept_count, leaves = count - 1;
    for (size_t i = count; i-- > 1;)
        if (!kept_plan(context, context->kept[i].stock_id))
            return i;
    if (context->kept[leaves].stock_id == first_quoted(context))
        leaves--;
    return leaves;
}

static bool drop_quote(proto_context_t *context, int64_t stock_id, arena_t *arena)
{
    proto_quote_t *quotes = copy_quotes(context, arena);
    if (!quotes)
        return false;
    size_t count = 0;
    for (size_t i = 0; i < context->kept_quotes_count; i++)
        if (context->kept_quotes[i].stock_id != stock_id)
            quotes[count++] = context->kept_quotes[i];
    context->kept_quotes = quotes;
    context->kept_quotes_count = count;
    return true;
}

bool kept_car(proto_context_t *context, const proto_car_t *car, arena_t *arena, proto_car_t *gone)
{
    const proto_car_t *known = kept_find(context, car->stock_id);
    size_t at = known ? (size_t)(known - context->kept) : 0;
    proto_car_t *cars = copy_cars(context, arena);
    *gone = (proto_car_t){0};
    if (!cars)
        return false;
    if (known) {
        cars[at + 1] = *car;
        context->kept = cars + 1;
        return true;
    }
    cars[0] = *car;
    context->kept = cars;
    if (++context->kept_count <= KEPT_MAX)
        return true;
    at = leaving(context);
    *gone = cars[at];
    memmove(cars + at, cars + at + 1, (context->kept_count - at - 1) * sizeof *cars);
    context->kept_count--;
    return !kept_plan(context, gone->stock_id) || drop_quote(context, gone->stock_id, arena);
}

bool kept_quote(proto_context_t *context, const proto_quote_t *quote, arena_t *arena)
{
    if (!kept_find(context, quote->stock_id))
        return true;
    const proto_quote_t *known = kept_plan(context, quote->stock_id);
    size_t at = known ? (size_t)(known - context->kept_quotes) : 0;
    proto_quote_t *quotes = copy_quotes(context, arena);
    if (!quotes)
        return false;
    if (known) {
        quotes[at + 1] = *quote;
        context->kept_quotes = quotes + 1;
    } else {
        quotes[0] = *quote;
        context->kept_quotes = quotes;
        context->kept_quotes_count += context->kept_quotes_count < KEPT_MAX;
    }
    return true;
}

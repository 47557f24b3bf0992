/* What comes near when there is nothing: other makes that please the same people, the same search
 * with one wish less, something cheaper, something that takes little fuel. */
#include "agent/offline_scene.h"
#include "common/text.h"

bool search_alike(const proto_mention_t *mention, proto_query_t *query)
{
    static const struct {
        const char *make;
        proto_query_t query;
    } rows[] = {
        {"ferrari", {.body = STR_LIT("Coupé")}},      {"lamborghini", {.body = STR_LIT("Coupé")}},
        {"maserati", {.body = STR_LIT("Coupé")}},     {"mclaren", {.body = STR_LIT("Coupé")}},
        {"porsche", {.body = STR_LIT("Coupé")}},      {"lotus", {.body = STR_LIT("Coupé")}},
        {"aston martin", {.body = STR_LIT("Coupé")}}, {"bugatti", {.body = STR_LIT("Coupé")}},
        {"tesla", {.fuel = STR_LIT("Híbrido")}},      {"byd", {.fuel = STR_LIT("Híbrido")}},
        {"zeekr", {.fuel = STR_LIT("Híbrido")}},      {"bentley", {.sort = STR_LIT("-price")}},
        {"rolls-royce", {.sort = STR_LIT("-price")}},
    };
    buf_t said;
    bool alike = false;
    buf_init(&said, 1024);
    text_fold(&said, mention->make.size > 0 ? mention->make : mention->said);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !alike; i++)
        if (str_is(buf_view(&said), rows[i].make)) {
            *query = rows[i].query;
            alike = true;
        }
    buf_free(&said);
    return alike;
}

/* ---- what comes near ---- */

bool search_same(const proto_query_t *a, const proto_query_t *b)
{
    return same_folded(a->make, b->make) && same_folded(a->model, b->model) &&
           same_folded(a->q, b->q) && same_folded(a->body, b->body) &&
           same_folded(a->fuel, b->fuel) && same_folded(a->transmission, b->transmission) &&
           same_folded(a->colour, b->colour) && same_folded(a->city, b->city) &&
           same_folded(a->exclude, b->exclude) && same_folded(a->sort, b->sort) &&
           a->year_min == b->year_min && a->year_max == b->year_max &&
           a->price_min == b->price_min && a->price_max == b->price_max && a->km_min == b->km_min &&
           a->km_max == b->km_max && a->bluetooth == b->bluetooth && a->car_play == b->car_play &&
           a->length_min == b->length_min && a->page_size == b->page_size;
}

static void leave_extras(proto_query_t *query)
{
    query->q = (str_t){NULL, 0};
    query->bluetooth = query->car_play = 0;
}

/* Budget and use; what is nearest to the budget comes first. */
static void leave_numbers(proto_query_t *query)
{
    if (query->price_max)
        query->sort = STR_LIT("price");
    else if (query->price_min)
        query->sort = STR_LIT("-price");
    query->km_min = query->km_max = query->price_min = query->price_max = 0;
    query->year_min = query->year_max = 0;
    query->length_min = 0;
}

/* 2019 to 2021 for 2020 */
static bool widen_years(proto_query_t *query)
{
    if (query->year_min == 0 || query->year_max == 0 || query->year_max - query->year_min > 1)
        return false;
    query->year_min -= 2;
    query->year_max += 2;
    return true;
}

static void leave_name(proto_query_t *query)
{
    if (query->model.size > 0)
        query->model = (str_t){NULL, 0};
    else if (query->body.size > 0)
        query->make = (str_t){NULL, 0};
}

typedef struct relaxed {
    const proto_query_t *from;
    proto_query_t *to;
    size_t count, max;
} relaxed_t;

static void offer(relaxed_t *self, const proto_query_t *query)
{
    bool known = search_same(query, self->from);
    for (size_t i = 0; i < self->count; i++)
        known |= search_same(query, &self->to[i]);
    if (known)
        return;
    if (self->count == self->max) /* the last one gives up most */
        self->count--;
    self->to[self->count++] = *query;
}

/* What a customer gives up more easily comes first: where it stands, its colour, comfort. */
static void offer_single(relaxed_t *self)
{
    proto_query_t query = *self->from;
    query.city = (str_t){NULL, 0};
    offer(self, &query);
    query = *self->from;
    query.colour = (str_t){NULL, 0};
    offer(self, &query);
    query = *self->from;
    leave_extras(&query);
    offer(self, &query);
    query = *self->from;
    if (widen_years(&query))
        offer(self, &query);
    query = *self->from;
    query.fuel = query.transmission = (str_t){NULL, 0};
    offer(self, &query);
}

size_t search_relaxed(const proto_query_t *from, proto_query_t *to, size_t max)
{
    proto_query_t start = *from;
    relaxed_t self = {&start, to, 0, max};
    start.page = 1;
    offer_single(&self);
    proto_query_t query = start;
    query.city = query.colour = query.fuel = query.transmission = (str_t){NULL, 0};
    leave_extras(&query);
    leave_numbers(&query);
    if (search_same(&query, &start))
        leave_name(&query);
    offer(&self, &query);
    return self.count;
}

size_t search_thrifty(const proto_query_t *from, proto_query_t *to, size_t max)
{
    proto_query_t start = *from;
    relaxed_t self = {&start, to, 0, max};
    start.page = 1;
    proto_query_t query = start;
    query.fuel = (str_t){NULL, 0};
    if (query.body.size == 0)
        query.body = STR_LIT("Hatchback");
    offer(&self, &query);
    query = *from;
    query.page = 1;
    leave_numbers(&query);
    offer(&self, &query);
    return self.count;
}

size_t search_cheaper(const proto_query_t *from, proto_query_t *to, size_t max)
{
    proto_query_t start = *from;
    relaxed_t self = {&start, to, 0, max};
    start.page = 1;
    proto_query_t query = start;
    query.model = (str_t){NULL, 0};
    offer(&self, &query);
    query.make = (str_t){NULL, 0};
    offer(&self, &query);
    query.body = (str_t){NULL, 0};
    offer(&self, &query);
    return self.count;
}

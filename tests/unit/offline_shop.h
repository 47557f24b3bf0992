/*
 * A shop small enough to know by heart, for the offline seller's tests and benchmark: two dozen
 * cars, the tools run on them inside this file, and the agent's own code reads the arguments,
 * writes the results and keeps the conversation.
 */
#ifndef MOSTRADOR_TESTS_OFFLINE_SHOP_H
#define MOSTRADOR_TESTS_OFFLINE_SHOP_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/context.h"
#include "agent/ground.h"
#include "agent/kept.h"
#include "agent/lead.h"
#include "agent/model_offline.h"
#include "agent/tool_args.h"
#include "agent/tool_json.h"
#include "agent/window.h"
#include "common/clock.h"
#include "common/text.h"

#define S(text) STR_LIT(text)
#define CAR(id, mk, md, vs, yr, pesos, kms, bd, fl, tr, cl, ct)                                  \
    {                                                                                            \
        .stock_id = (id), .make = S(mk), .model = S(md), .version = S(vs), .year = (yr),         \
        .price = INT64_C(pesos) * 100, .km = (kms), .bluetooth = (id) % 2 == 0,                  \
        .car_play = (id) % 3 == 0, .length = 4300, .width = 1750, .height = 1500, .body = S(bd), \
        .fuel = S(fl), .transmission = S(tr), .colour = S(cl), .city = S(ct)                     \
    }

/* In the order of the catalog's relevance. */
static const proto_car_t SHOP_CARS[] = {
    CAR(301641, "Nissan", "Versa", "Advance", 2019, 214999, 54300, "Sedán", "Gasolina", "Manual",
        "Rojo", "Puebla"),
    CAR(301642, "Nissan", "March", "Sense", 2020, 198999, 35000, "Hatchback", "Gasolina", "Manual",
        "Blanco", "Toluca"),
    CAR(301643, "Nissan", "Versa", "Sense", 2021, 245999, 41000, "Sedán", "Gasolina", "Automática",
        "Gris", "Puebla"),
    CAR(301644, "Nissan", "Sentra", "Advance", 2018, 259999, 72000, "Sedán", "Gasolina",
        "Automática", "Negro", "Monterrey"),
    CAR(301645, "Nissan", "Kicks", "Sense", 2019, 289999, 60500, "SUV", "Gasolina", "Manual",
        "Azul", "Mérida"),
    CAR(301646, "Nissan", "March", "Advance", 2017, 149999, 88000, "Hatchback", "Gasolina",
        "Manual", "Rojo", "Toluca"),
    CAR(301647, "Nissan", "Tiida", "Drive", 2015, 119999, 120500, "Sedán", "Gasolina", "Manual",
        "Plata", "Puebla"),
    CAR(301648, "Nissan", "X-Trail", "Exclusive", 2021, 459999, 39000, "SUV", "Híbrido",
        "Automática", "Blanco", "Guadalajara"),
    CAR(301649, "Mazda", "3", "i Touring", 2018, 279999, 66000, "Sedán", "Gasolina", "Automática",
        "Rojo", "Ciudad de México"),
    CAR(301650, "Mazda", "CX-5", "i Sport", 2022, 637999, 12491, "SUV", "Gasolina", "Automática",
        "Gris", "Ciudad de México"),
    CAR(301651, "Audi", "A3", "Sedán Ambiente", 2016, 249999, 91000, "Sedán", "Gasolina",
        "Automática", "Negro", "Monterrey"),
    CAR(301652, "Audi", "A3", "Select", 2019, 389999, 52000, "Sedán", "Gasolina", "Automática",
        "Blanco", "Monterrey"),
    CAR(301653, "Audi", "Q5", "Dynamic", 2020, 689999, 33000, "SUV", "Gasolina", "Automática",
        "Negro", "Guadalajara"),
    CAR(301654, "Ford", "Mustang", "GT", 2018, 599999, 45000, "Coupé", "Gasolina", "Automática",
        "Rojo", "Guadalajara"),
    CAR(301655, "Ford", "Mustang", "EcoBoost", 2016, 429999, 70100, "Coupé", "Gasolina",
        "Automática", "Azul", "Toluca"),
    CAR(301656, "Ford", "Ranger", "XL", 2019, 415999, 83000, "Pickup", "Diésel", "Manual", "Blanco",
        "Mérida"),
    CAR(301657, "Volkswagen", "Jetta", "Trendline", 2019, 299999, 58000, "Sedán", "Gasolina",
        "Manual", "Gris", "Puebla"),
    CAR(301658, "Volkswagen", "Jetta", "Comfortline", 2020, 339999, 47000, "Sedán", "Gasolina",
        "Automática", "Azul", "Puebla"),
    CAR(301659, "Honda", "CR-V", "Touring", 2019, 499999, 61000, "SUV", "Gasolina", "Automática",
        "Plata", "Toluca"),
    CAR(301660, "Toyota", "Prius", "Base", 2018, 354999, 77700, "Hatchback", "Híbrido",
        "Automática", "Verde", "Querétaro"),
};
#define SHOP_COUNT (sizeof SHOP_CARS / sizeof *SHOP_CARS)

/* Names as customers write them. count is counted. */
static const struct shop_name {
    const char *said, *make, *model;
    bool corrected;
} SHOP_NAMES[] = {
    {"nissan", "Nissan", "", false},
    {"nisan", "Nissan", "", true},
    {"versa", "Nissan", "Versa", false},
    {"march", "Nissan", "March", false},
    {"sentra", "Nissan", "Sentra", false},
    {"mazda 3", "Mazda", "3", false},
    {"mazda3", "Mazda", "3", true},
    {"mazda", "Mazda", "", false},
    {"audi", "Audi", "", false},
    {"audis", "Audi", "", true},
    {"mustang", "Ford", "Mustang", false},
    {"ford", "Ford", "", false},
    {"jetta", "Volkswagen", "Jetta", false},
    {"jettas", "Volkswagen", "Jetta", true},
    {"volksvagen", "Volkswagen", "", true},
    {"honda", "Honda", "", false},
    {"crv", "Honda", "CR-V", true},
    {"ferrari", "Ferrari", "", false},
    {"tesla", "Tesla", "", false},
    {"lada", "Lada", "", false},
    {"gracia", "Grace", "", true},
};

static const proto_passage_t SHOP_PASSAGES[] = {
    {S("shop.md"), S("Horario"),
     S("## Horario\nLunes a sábado, 9 a 18 h. Los domingos descansamos.")},
    {S("shop.md"), S("Garantía"),
     S("Todos los autos tienen garantía de 3 meses en motor y transmisión.")},
    {S("shop_en.md"), S("Opening hours"),
     S("Monday to Saturday, 9 am to 6 pm. We are closed on Sundays.")},
};

typedef struct shop {
    arena_t *arena;
    proto_context_t memory;
    context_t now;
    window_t window; /* bounds the conversation as an agent does; wide, unless a test narrows it */
    offline_shop_t about;
    bool away;   /* the catalog does not answer */
    bool silent; /* no tool may be called */
    str_t reply;
    shown_t shown;
    found_t found;
    size_t steps;     /* model calls of the last turn */
    str_t arguments;  /* of the last search or quote */
    unsigned calls;   /* bit 1 << tool_id_t of the last turn */
    int64_t think_us; /* spent in offline_think, all turns */
    bool unchecked;   /* replies are not held against the facts */
    size_t unbacked;  /* findings in its replies, all turns */
} shop_t;

static inline void shop_open(shop_t *self)
{
    *self = (shop_t){.arena = arena_new(256 << 20)};
    self->window = (window_t){.tokens = 1 << 20, .entries = CONTEXT_MAX_ENTRIES};
    self->about = (offline_shop_t){S("Mostrador Autos"), {1000, 0, 36, 72}};
}

/* Whatever was said was backed, unless a test says otherwise. */
static inline void shop_close(shop_t *self)
{
    assert(self->unbacked == 0);
    arena_destroy(&self->arena);
}

/* ---- its catalog ---- */

static inline bool shop_same(str_t asked, str_t has)
{
    return asked.size == 0 || str_eq(asked, has);
}

static inline bool shop_within(int64_t min, int64_t max, int64_t value)
{
    return (min == 0 || value >= min) && (max == 0 || value <= max);
}

/* Is it one of those that are not wanted? */
static inline bool shop_excluded(str_t exclude, const proto_car_t *car)
{
    char full[160];
    snprintf(full, sizeof full, "%.*s %.*s", STR_ARG(car->make), STR_ARG(car->model));
    for (size_t from = 0, at = 0; at <= exclude.size; at++) {
        if (at < exclude.size && exclude.data[at] != ',')
            continue;
        str_t name = text_trim((str_t){exclude.data + from, at - from});
        from = at + 1;
        if (name.size > 0 &&
            (str_eq(name, car->make) || str_is(name, full) || str_eq(name, car->body) ||
             str_eq(name, car->fuel) || str_eq(name, car->transmission) ||
             str_eq(name, car->colour) || str_eq(name, car->city)))
            return true;
    }
    return false;
}

static inline bool shop_fits(const proto_query_t *q, const proto_car_t *car)
{
    return shop_same(q->make, car->make) && shop_same(q->model, car->model) && q->q.size == 0 &&
           shop_same(q->body, car->body) && shop_same(q->fuel, car->fuel) &&
           shop_same(q->transmission, car->transmission) && shop_same(q->colour, car->colour) &&
           shop_same(q->city, car->city) && shop_within(q->price_min, q->price_max, car->price) &&
           shop_within(q->year_min, q->year_max, car->year) &&
           shop_within(q->km_min, q->km_max, car->km) && !shop_excluded(q->exclude, car) &&
           (q->bluetooth == 0 || (q->bluetooth == 1) == car->bluetooth) &&
           (q->car_play == 0 || (q->car_play == 1) == car->car_play);
}

static inline int64_t shop_key(const proto_car_t *car, str_t sort)
{
    if (sort.size == 0)
        return 0;
    bool down = sort.data[0] == '-';
    char by = sort.data[down];
    int64_t value = by == 'p' ? car->price : by == 'k' ? car->km : by == 'y' ? car->year : 0;
    return down ? -value : value;
}

static inline void shop_page(shop_t *self, const proto_query_t *query, proto_paged_t *paged)
{
    const proto_car_t *fit[SHOP_COUNT];
    size_t total = 0;
    for (size_t i = 0; i < SHOP_COUNT; i++) {
        if (!shop_fits(query, &SHOP_CARS[i]))
            continue;
        size_t at = total++;
        while (at > 0 &&
               shop_key(fit[at - 1], query->sort) > shop_key(&SHOP_CARS[i], query->sort)) {
            fit[at] = fit[at - 1];
            at--;
        }
        fit[at] = &SHOP_CARS[i];
    }
    size_t size = query->page_size > 0 ? (size_t)query->page_size : 5;
    size_t page = query->page > 0 ? (size_t)query->page : 1, pages = (total + size - 1) / size;
    *paged = (proto_paged_t){.list = arena_alloc(self->arena, sizeof(proto_list_t)),
                             .list_count = 1,
                             .query = arena_alloc(self->arena, sizeof(proto_query_t)),
                             .query_count = 1,
                             .cars = arena_alloc(self->arena, size * sizeof(proto_car_t))};
    *paged->list = (proto_list_t){(int64_t)total, (int64_t)page, (int64_t)pages,
                                  page < pages ? (int64_t)(pages - page) : 0, (int64_t)size};
    *paged->query = *query;
    for (size_t i = (page - 1) * size; i < total && paged->cars_count < size; i++)
        paged->cars[paged->cars_count++] = *fit[i];
    if (total == 0) {
        static proto_facet_t near[2] = {{S("Ford"), 3, 41599900}, {S("Audi"), 3, 24999900}};
        paged->near = near;
        paged->near_count = 2;
    }
}

static inline void shop_resolve(shop_t *self, str_t text, proto_resolved_t *resolved)
{
    buf_t folded;
    buf_init(&folded, 65536);
    text_fold(&folded, text);
    resolved->mentions = arena_alloc(self->arena, 8 * sizeof(proto_mention_t));
    resolved->mentions_count = 0;
    for (size_t at = 0; at < folded.size && resolved->mentions_count < 8; at++) {
        for (size_t n = 0; n < sizeof SHOP_NAMES / sizeof *SHOP_NAMES; n++) {
            const struct shop_name *name = &SHOP_NAMES[n];
            size_t size = strlen(name->said);
            bool starts =
                at == 0 || !strchr("abcdefghijklmnopqrstuvwxyz0123456789", folded.data[at - 1]);
            if (!starts || at + size > folded.size ||
                memcmp(folded.data + at, name->said, size) != 0 ||
                (at + size < folded.size && folded.data[at + size] >= 'a' &&
                 folded.data[at + size] <= 'z'))
                continue;
            proto_mention_t *mention = &resolved->mentions[resolved->mentions_count++];
            *mention = (proto_mention_t){str_from(name->said),
                                         str_from(name->make),
                                         str_from(name->model),
                                         name->corrected,
                                         0,
                                         0};
            /* folding may have moved it; the seller only blanks it out there */
            mention->at = (int64_t)(at + text.size - folded.size);
            for (size_t i = 0; i < SHOP_COUNT; i++)
                mention->count += str_eq(SHOP_CARS[i].make, mention->make) &&
                                  shop_same(mention->model, SHOP_CARS[i].model);
            at += size - 1;
            break;
        }
    }
    buf_free(&folded);
}

static inline const proto_car_t *shop_car(int64_t stock_id)
{
    for (size_t i = 0; i < SHOP_COUNT; i++)
        if (SHOP_CARS[i].stock_id == stock_id)
            return &SHOP_CARS[i];
    return NULL;
}

/* ---- its tools ---- */

static inline void shop_quote(shop_t *self, const tool_args_t *args, tool_result_t *result,
                              buf_t *text)
{
    tool_quotes_t found = {.car = shop_car(args->stock_id)};
    const proto_context_t *now = &self->now.now;
    int64_t price = found.car ? found.car->price : args->price;
    static const int64_t usual[] = {36, 48, 60, 72};
    const int64_t *months = args->month_count ? args->months : usual;
    size_t count = args->month_count ? args->month_count : 4;
    int64_t down = args->down_payment >= 0          ? args->down_payment
                   : args->down_bp >= 0             ? financing_percent(price, args->down_bp)
                   : kept_plan(now, args->stock_id) ? kept_plan(now, args->stock_id)->down_payment
                                                    : 0;
    for (size_t i = 0; i < count; i++) {
        proto_quote_t plan = {.stock_id = args->stock_id};
        financing_status_t status =
            financing_quote(&self->about.terms, price, down, months[i], &plan);
        if (status == FINANCING_OK)
            found.quotes[found.count++] = plan;
        else
            found.refused[found.refused_count++].months = months[i];
    }
    if (found.count) {
        proto_quote_t *quotes = arena_alloc(self->arena, found.count * sizeof *quotes);
        memcpy(quotes, found.quotes, found.count * sizeof *quotes);
        result->quotes = quotes;
        result->quote_count = found.count;
    }
    if (found.car) {
        result->cars = found.car;
        result->car_count = 1;
    }
    tool_json_quotes(text, &found, &self->about.terms);
}

static inline void shop_run(shop_t *self, tool_id_t tool, const tool_args_t *args,
                            tool_result_t *result, buf_t *text)
{
    switch (tool) {
    case TOOL_SEARCH_CARS: {
        proto_paged_t *paged = arena_alloc(self->arena, sizeof *paged);
        shop_page(self, &args->query, paged);
        result->query = paged->query;
        result->list = paged->list;
        result->cars = paged->cars;
        result->car_count = paged->cars_count;
        tool_json_page(text, paged);
        break;
    }
    case TOOL_GET_CAR: {
        proto_cars_t cars = {.cars = (proto_car_t *)shop_car(args->stock_id)};
        cars.cars_count = cars.cars != NULL;
        result->cars = cars.cars;
        result->car_count = cars.cars_count;
        tool_json_car(text, &cars, args->stock_id);
        break;
    }
    case TOOL_LIST_MAKES: {
        proto_facet_t makes[2] = {{S("Audi"), 3, 0}, {S("Nissan"), 8, 0}};
        proto_facets_t facets = {.facets = makes, .facets_count = 2, .cars = SHOP_COUNT};
        tool_json_facets(text, &facets, args->make);
        break;
    }
    case TOOL_SAVE_LEAD: {
        const char *why = NULL;
        if (lead_check(&self->now.now, args, &why))
            tool_json_lead(text, STR_LIT(""));
        else
            tool_json_error(text, why);
        break;
    }
    case TOOL_QUOTE_FINANCING:
        shop_quote(self, args, result, text);
        break;
    case TOOL_SEARCH_KNOWLEDGE: {
        buf_t folded;
        buf_init(&folded, 4096);
        text_fold(&folded, args->text);
        bool hours = memmem(folded.data, folded.size, "h", 1) &&
                     memmem(folded.data, folded.size, "o", 1) &&
                     (memmem(folded.data, folded.size, "horario", 7) ||
                      memmem(folded.data, folded.size, "hours", 5));
        bool guarantee = memmem(folded.data, folded.size, "garantia", 8) != NULL;
        proto_passage_t hits[3];
        size_t count = 0;
        if (hours) {
            hits[count++] = SHOP_PASSAGES[0];
            hits[count++] = SHOP_PASSAGES[2];
        }
        if (guarantee)
            hits[count++] = SHOP_PASSAGES[1];
        proto_passages_t passages = {.passages = hits, .passages_count = count};
        tool_json_passages(text, &passages);
        buf_free(&folded);
        break;
    }
    case TOOL_RESOLVE_NAMES: {
        proto_resolved_t *resolved = arena_alloc(self->arena, sizeof *resolved);
        shop_resolve(self, args->text, resolved);
        result->resolved = resolved;
        tool_json_mentions(text, resolved);
        break;
    }
    case TOOL_COUNT:
        break;
    }
}

/* false: the arguments were refused. */
static inline bool shop_call(shop_t *self, const model_tool_call_t *call)
{
    tool_id_t tool = tool_by_name(call->name);
    tool_args_t args;
    tool_result_t result = {.ok = true};
    const char *why = NULL;
    buf_t text;
    buf_init(&text, 65536);
    bool read =
        tool < TOOL_COUNT && tool_args_read(tool, call->arguments, &args, self->arena, &why);
    if (tool == TOOL_SEARCH_CARS || tool == TOOL_QUOTE_FINANCING)
        self->arguments = (str_t){arena_copy(self->arena, call->arguments), call->arguments.size};
    self->calls |= 1u << tool;
    if (!read || self->away)
        tool_json_error(&text, read ? "the catalog does not answer now" : why);
    else
        shop_run(self, tool, &args, &result, &text);
    result.text = (str_t){arena_copy(self->arena, buf_view(&text)), text.size};
    buf_free(&text);
    found_add(&self->found, &result);
    bool kept = context_called(&self->now, call->name, call->id, call->arguments, &result, 1);
    assert(kept);
    return read && kept;
}

/* ---- its customers ---- */

/* Whatever the seller says must be backed, in every test that hears it. */
static inline void shop_ground(shop_t *self)
{
    static proto_facet_t makes[SHOP_COUNT];
    static size_t make_count;
    for (size_t i = 0; i < SHOP_COUNT && make_count < SHOP_COUNT; i++) {
        size_t at = 0;
        while (at < make_count && !str_eq(makes[at].name, SHOP_CARS[i].make))
            at++;
        if (at == make_count)
            makes[make_count++] = (proto_facet_t){SHOP_CARS[i].make, 0, 0};
        makes[at].count++;
        if (i + 1 == SHOP_COUNT)
            break;
    }
    ground_sources_t sources = {.context = &self->now.now,
                                .makes = makes,
                                .make_count = make_count,
                                .cars = SHOP_COUNT,
                                .terms = &self->about.terms,
                                .shop_name = self->about.name};
    arena_t *arena = arena_new(16 << 20);
    ground_finding_t found[8];
    const ground_facts_t *facts = ground_facts_new(arena, &sources);
    assert(facts != NULL);
    size_t count = ground_check(facts, self->reply, found, 8);
    for (size_t i = 0; i < count; i++)
        fprintf(stderr, "%s «%.*s» is not backed in:\n%.*s\n", ground_kind_name(found[i].kind),
                STR_ARG(found[i].said), STR_ARG(self->reply));
    self->unbacked += count;
    arena_destroy(&arena);
}

/* One turn, from one or more messages to the reply; false when something in it was not as it must
 * be: an argument refused, too many steps, no text. */
static inline bool shop_hear(shop_t *self, const char *const *messages, size_t count)
{
    char turn_id[32];
    snprintf(turn_id, sizeof turn_id, "turn%lld", (long long)self->memory.turns);
    self->found = (found_t){0};
    self->steps = 0;
    self->calls = 0;
    self->reply = (str_t){NULL, 0};
    if (!context_open(&self->now, self->arena, &self->memory, turn_id))
        return false;
    for (size_t i = 0; i < count; i++) {
        proto_waiting_t message = {.text = str_from(messages[i]),
                                   .received_ms = INT64_C(1767225600000)};
        if (!context_said(&self->now, &message))
            return false;
    }
    window_loss_t loss;
    if (!window_fit(&self->window, &self->now, false, &loss))
        return false;
    while (self->steps < 6) {
        model_result_t result;
        model_request_t request = {.context = &self->now.now,
                                   .turn_start = self->now.turn_start,
                                   .tools = !self->silent && self->steps < 5};
        arena_t *arena = arena_new(1 << 20);
        int64_t from = clock_us();
        offline_think(arena, &self->about, &request, &result);
        self->think_us += clock_us() - from;
        self->steps++;
        bool ok = true;
        if (result.status == MODEL_CALLS)
            for (size_t i = 0; i < result.call_count; i++)
                ok &= shop_call(self, &result.calls[i]);
        else
            self->reply = (str_t){arena_copy(self->arena, result.text), result.text.size};
        ok &= result.status == MODEL_CALLS || result.status == MODEL_TEXT;
        arena_destroy(&arena);
        if (!ok)
            return false;
        if (self->reply.size > 0)
            break;
    }
    if (!self->unchecked)
        shop_ground(self);
    shown_find(self->reply, &self->found, &self->shown);
    context_answered(&self->now, self->reply, &self->shown, 1);
    if (!window_fit(&self->window, &self->now, true, &loss))
        return false;
    self->memory = self->now.now;
    return self->reply.size > 0;
}

static inline bool shop_says(shop_t *self, const char *message)
{
    return shop_hear(self, &message, 1);
}

#endif

/* What is looked for: filters as said, on top of the last search where they refine it. */
#include "agent/json.h"
#include "agent/offline_scene.h"
#include "common/text.h"

#define YEAR_MS INT64_C(31556952000)
#define THOUSAND INT64_C(100000) /* pesos, in cents */
#define LIKE_PERCENT 20          /* so far apart may the prices of cars be that are alike */

bool search_filters(const understood_t *u)
{
    return u->price_min || u->price_max || u->year_min || u->year_max || u->km_min || u->km_max ||
           u->age_max || u->bluetooth || u->car_play || u->body || u->fuel || u->transmission ||
           u->colour || u->city || u->drive || u->excluded_count || u->any ||
           u->seats > SCENE_SEATS || (u->economy && !(u->says & SAYS_DETAIL));
}

/* A town alone ("¿hacen envíos a Monterrey?") is no wish for a car that stands there. */
static bool only_a_place(const understood_t *u)
{
    understood_t rest = *u;
    rest.city = NULL;
    return u->city != NULL && !search_filters(&rest) && u->topics != 0;
}

bool search_wanted(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    if (scene->mention_count > 0 || scene->unwanted_count > 0)
        return true;
    if (only_a_place(u))
        return false;
    return search_filters(u) || u->sort != NULL || (u->similar && current_stock(scene) > 0) ||
           (u->says & (SAYS_OTHER_COLOUR | SAYS_OTHER_MAKE | SAYS_TOO_EXPENSIVE)) != 0;
}

/* Does the message go on from the last search, or begin a new one? */
static bool refines(const scene_t *scene, const proto_mention_t *mention)
{
    const understood_t *u = &scene->u;
    if (scene->query == NULL)
        return false;
    if (mention != NULL) /* "¿y de Mazda?", but not "¿y un Audi de menos de 300 mil?" */
        return (u->says & SAYS_ALSO) && !u->price_min && !u->price_max && !u->year_min &&
               !u->year_max;
    if (u->says & SAYS_ALSO)
        return true;
    bool names_kind = (u->says & SAYS_CAR) || u->body != NULL;
    return !((u->says & SAYS_SEARCH) && names_kind);
}

static void take_name(proto_query_t *query, const proto_mention_t *mention)
{
    query->make = mention->make.size > 0 ? mention->make : mention->said;
    query->model = mention->model;
}

static void take_numbers(proto_query_t *query, const scene_t *scene)
{
    const understood_t *u = &scene->u;
    if ((u->price_min || u->price_max) && !(u->says & SAYS_DOLLARS)) {
        query->price_min = u->price_min;
        query->price_max = u->price_max;
    }
    if (u->year_min || u->year_max) {
        query->year_min = u->year_min;
        query->year_max = u->year_max;
    }
    if (u->age_max > 0 && u->age_max < 100 && scene->said_ms > 0)
        query->year_min = 1970 + scene->said_ms / YEAR_MS - u->age_max;
    if (u->km_min || u->km_max) {
        query->km_min = u->km_min;
        query->km_max = u->km_max;
    }
}

/* ---- what it must not be ---- */

#define MOST_EXCLUDED 16
#define MAX_EXCLUDED 256 /* bytes */

typedef struct exclusion {
    str_t names[MOST_EXCLUDED];
    size_t count;
} exclusion_t;

static void exclude(exclusion_t *self, str_t name)
{
    for (size_t i = 0; i < self->count; i++)
        if (same_folded(self->names[i], name))
            return;
    if (name.size > 0 && self->count < MOST_EXCLUDED)
        self->names[self->count++] = name;
}

/* What is looked for now is not left out any more. */
static void include(exclusion_t *self, str_t name)
{
    for (size_t i = 0; i < self->count; i++)
        if (same_folded(self->names[i], name)) {
            self->names[i] = self->names[--self->count];
            return;
        }
}

static void read_excluded(exclusion_t *self, str_t said)
{
    *self = (exclusion_t){0};
    for (size_t from = 0, at = 0; at <= said.size; at++)
        if (at == said.size || said.data[at] == ',') {
            exclude(self, text_trim((str_t){said.data + from, at - from}));
            from = at + 1;
        }
}

static str_t full_name(const scene_t *scene, str_t make, str_t model)
{
    if (model.size == 0)
        return make;
    char *full = arena_printf(scene->arena, "%.*s %.*s", STR_ARG(make), STR_ARG(model));
    return full != NULL ? str_from(full) : model;
}

static str_t write_excluded(const scene_t *scene, const exclusion_t *self)
{
    buf_t text;
    buf_init(&text, MAX_EXCLUDED);
    for (size_t i = 0; i < self->count; i++)
        if (text.size + self->names[i].size + 2 < MAX_EXCLUDED)
            buf_printf(&text, "%s%.*s", text.size > 0 ? ", " : "", STR_ARG(self->names[i]));
    char *copy = arena_copy(scene->arena, buf_view(&text));
    str_t view = {copy, copy != NULL ? text.size : 0};
    buf_free(&text);
    return view;
}

static void drop_if(str_t *value, str_t unwanted)
{
    if (same_folded(*value, unwanted))
        *value = (str_t){NULL, 0};
}

/* "otra marca", "de otro color": not what was looked for so far. */
static void exclude_last(const scene_t *scene, exclusion_t *out, const proto_query_t *query)
{
    if ((scene->u.says & SAYS_OTHER_MAKE) && scene->query != NULL)
        exclude(out, query->make);
    if (!(scene->u.says & SAYS_OTHER_COLOUR))
        return;
    bool chosen = query->colour.size == 0 && scene->chosen != NULL && current_stock(scene) > 0;
    exclude(out, chosen ? scene->chosen->colour : query->colour);
}

static void take_exclusions(const scene_t *scene, proto_query_t *query)
{
    const understood_t *u = &scene->u;
    exclusion_t out;
    read_excluded(&out, query->exclude);
    exclude_last(scene, &out, query);
    for (size_t i = 0; i < u->excluded_count; i++) {
        str_t value = str_from(u->excluded[i]);
        exclude(&out, value);
        drop_if(&query->body, value);
        drop_if(&query->fuel, value);
        drop_if(&query->transmission, value);
        drop_if(&query->colour, value);
        drop_if(&query->city, value);
    }
    for (size_t i = 0; i < scene->unwanted_count; i++) {
        const proto_mention_t *mention = &scene->unwanted[i];
        exclude(&out, full_name(scene, mention->make, mention->model));
        bool whole_make = mention->model.size == 0;
        if (same_folded(query->make, mention->make) &&
            (whole_make || same_folded(query->model, mention->model))) {
            query->model = (str_t){NULL, 0};
            if (whole_make)
                query->make = (str_t){NULL, 0};
        }
    }
    const char *const wanted[] = {u->body, u->fuel, u->transmission, u->colour, u->city};
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (wanted[i] != NULL)
            include(&out, str_from(wanted[i]));
    for (size_t i = 0; i < scene->mention_count; i++) {
        include(&out, scene->mentions[i].make);
        include(&out, full_name(scene, scene->mentions[i].make, scene->mentions[i].model));
    }
    query->exclude = write_excluded(scene, &out);
}

/* What does not matter any more. */
static void take_any(proto_query_t *query, uint32_t any)
{
    if (any & ANY_COLOUR)
        query->colour = (str_t){NULL, 0};
    if (any & ANY_MAKE)
        query->make = query->model = (str_t){NULL, 0};
    if (any & ANY_YEAR)
        query->year_min = query->year_max = 0;
    if (any & ANY_PRICE)
        query->price_min = query->price_max = 0;
}

static void take_words(proto_query_t *query, const understood_t *u)
{
    if (u->drive != NULL)
        query->q = str_from(u->drive);
    if (u->bluetooth)
        query->bluetooth = u->bluetooth;
    if (u->car_play)
        query->car_play = u->car_play;
    if (u->fuel != NULL)
        query->fuel = str_from(u->fuel);
    if (u->transmission != NULL)
        query->transmission = str_from(u->transmission);
    if (u->colour != NULL)
        query->colour = str_from(u->colour);
    if (u->city != NULL && u->topics == 0)
        query->city = str_from(u->city);
    if (u->body != NULL) {
        query->body = str_from(u->body);
        query->model = (str_t){NULL, 0};
    }
}

/* "Está muy caro": less than what they look at. */
static void take_less(const scene_t *scene, proto_query_t *query)
{
    int64_t least = 0;
    int64_t current = current_stock(scene);
    for (size_t i = 0; i < scene->shown_count; i++)
        if ((current == 0 || scene->shown[i].stock_id == current) &&
            (least == 0 || scene->shown[i].price < least))
            least = scene->shown[i].price;
    if (least <= THOUSAND || scene->u.price_max > 0 || scene->u.price_min > 0)
        return;
    query->price_min = 0;
    query->price_max = (least - 1) / THOUSAND * THOUSAND;
    if (query->body.size == 0 && query->model.size > 0)
        query->body = scene->shown[0].body; /* what else may do if the model has none */
}

/* "Algo parecido": of its kind, not far from its price, and another model. */
static void take_like(const scene_t *scene, proto_query_t *query)
{
    const proto_car_t *car = scene->chosen;
    int64_t around = car->price / 100 * LIKE_PERCENT;
    *query = (proto_query_t){.body = car->body,
                             .price_min = (car->price - around) / THOUSAND * THOUSAND,
                             .price_max = (car->price + around) / THOUSAND * THOUSAND,
                             .exclude = full_name(scene, car->make, car->model)};
    if (scene->u.sort != NULL && strcmp(scene->u.sort, "price") == 0)
        query->price_max = (car->price - 1) / THOUSAND * THOUSAND; /* "… y más barato" */
}

void search_query(const scene_t *scene, const proto_mention_t *mention, proto_query_t *query)
{
    const understood_t *u = &scene->u;
    *query = (proto_query_t){0};
    if (refines(scene, mention)) {
        *query = *scene->query;
        if (mention != NULL)
            query->q = (str_t){NULL, 0};
    } else if (mention == NULL && scene->chosen != NULL && (u->says & SAYS_OTHER_COLOUR)) {
        query->make = scene->chosen->make;
        query->model = scene->chosen->model;
    }
    if (u->similar && mention == NULL && scene->chosen != NULL && current_stock(scene) > 0)
        take_like(scene, query);
    take_any(query, u->any);
    take_exclusions(scene, query);
    if (u->says & SAYS_OTHER_MAKE) {
        query->make = query->model = query->q = (str_t){NULL, 0};
    }
    if (u->says & SAYS_OTHER_COLOUR)
        query->colour = (str_t){NULL, 0};
    take_words(query, u);
    take_numbers(query, scene);
    if (mention != NULL) {
        if (mention->model.size > 0)
            query->body = u->body != NULL ? str_from(u->body) : (str_t){NULL, 0};
        take_name(query, mention);
    }
    if (u->sort != NULL) {
        query->sort = str_from(u->sort);
        if (u->price_min == 0 && str_is(query->sort, "price"))
            query->price_min = 0; /* cheaper ones, also below the range looked at so far */
    }
    if (u->sort == NULL && (u->says & (SAYS_TOO_EXPENSIVE | SAYS_DOLLARS)))
        query->sort = STR_LIT("price");
    if (u->says & SAYS_TOO_EXPENSIVE)
        take_less(scene, query);
    if (u->economy && query->fuel.size == 0 && mention == NULL)
        query->fuel = STR_LIT("Híbrido");
    query->page = 1;
    query->page_size = 0;
}

int64_t search_reach(const financing_terms_t *terms, int64_t monthly, int64_t down)
{
    int64_t low = 0, high = INT64_C(100000000000);
    while (high - low > 100000) {
        int64_t middle = low + (high - low) / 2;
        proto_quote_t quote;
        financing_terms_t any_down = *terms;
        any_down.min_down_bp = 0;
        if (financing_quote(&any_down, middle, 0, terms->max_months, &quote) == FINANCING_OK &&
            quote.instalment <= monthly)
            low = middle;
        else
            high = middle;
    }
    return (low + (down > 0 ? down : 0)) / 100000 * 100000;
}

void call_search(scene_t *scene, tag_t tag, const proto_query_t *query, int64_t page)
{
    buf_t arguments;
    buf_init(&arguments, OFFLINE_MAX_TEXT);
    json_filters(&arguments, query);
    if (buf_ok(&arguments) && arguments.size > 0)
        arguments.data[--arguments.size] = '\0'; /* reopened for the page */
    json_int(&arguments, "page", page);
    buf_char(&arguments, '}');
    scene_call(scene, tag, "search_cars", &arguments);
}

void call_text(scene_t *scene, tag_t tag, const char *tool, const char *argument, str_t text)
{
    buf_t arguments;
    buf_init(&arguments, 8 * UNDERSTAND_MAX_TEXT);
    buf_char(&arguments, '{');
    if (argument != NULL)
        json_text(&arguments, argument, text);
    buf_char(&arguments, '}');
    scene_call(scene, tag, tool, &arguments);
}

void call_car(scene_t *scene, tag_t tag, int64_t stock_id)
{
    buf_t arguments;
    buf_init(&arguments, 256);
    buf_char(&arguments, '{');
    json_int(&arguments, "stock_id", stock_id);
    buf_char(&arguments, '}');
    scene_call(scene, tag, "get_car", &arguments);
}

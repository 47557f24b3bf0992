/* What is looked for: filters as said, on top of the last search where they refine it. */
#include "agent/json.h"
#include "agent/offline_scene.h"
#include "common/text.h"

#define YEAR_MS INT64_C(31556952000)

static bool has_filters(const understood_t *u)
{
    return u->price_min || u->price_max || u->year_min || u->year_max || u->km_min || u->km_max ||
           u->age_max || u->bluetooth || u->car_play || u->body || u->fuel || u->transmission ||
           u->colour || u->city;
}

/* A town alone ("¿hacen envíos a Monterrey?") is no wish for a car that stands there. */
static bool only_a_place(const understood_t *u)
{
    understood_t rest = *u;
    rest.city = NULL;
    return u->city != NULL && !has_filters(&rest) && u->topics != 0;
}

bool search_wanted(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    if (scene->mention_count > 0)
        return true;
    if (only_a_place(u))
        return false;
    return has_filters(u) || u->sort != NULL ||
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
    query->q = (str_t){NULL, 0};
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

static void take_words(proto_query_t *query, const understood_t *u)
{
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

void search_query(const scene_t *scene, const proto_mention_t *mention, proto_query_t *query)
{
    const understood_t *u = &scene->u;
    *query = (proto_query_t){0};
    if (refines(scene, mention))
        *query = *scene->query;
    else if (mention == NULL && scene->chosen != NULL && (u->says & SAYS_OTHER_COLOUR)) {
        query->make = scene->chosen->make;
        query->model = scene->chosen->model;
    }
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
    query->page = 1;
    query->page_size = 0;
}

bool search_alike(const proto_mention_t *mention, proto_query_t *query)
{
    static const char *const sporty[] = {"ferrari",      "lamborghini", "maserati",
                                         "mclaren",      "porsche",     "lotus",
                                         "aston martin", "bugatti",     "corvette"};
    buf_t said;
    buf_init(&said, 1024);
    text_fold(&said, mention->make.size > 0 ? mention->make : mention->said);
    bool alike = false;
    for (size_t i = 0; i < sizeof(sporty) / sizeof(sporty[0]); i++)
        alike |= str_is(buf_view(&said), sporty[i]);
    buf_free(&said);
    *query = (proto_query_t){.body = STR_LIT("Coupé")};
    return alike;
}

/* What a customer gives up first: colour and comfort. */
static bool leave_comfort(proto_query_t *query)
{
    bool had = query->colour.size || query->city.size || query->q.size || query->bluetooth ||
               query->car_play;
    query->colour = query->city = query->q = (str_t){NULL, 0};
    query->bluetooth = query->car_play = 0;
    return had;
}

/* Then use and budget; what is nearest to the budget comes first. */
static bool leave_numbers(proto_query_t *query)
{
    bool had = query->transmission.size || query->fuel.size || query->km_min || query->km_max ||
               query->price_min || query->price_max || query->year_min || query->year_max;
    if (query->price_max)
        query->sort = STR_LIT("price");
    else if (query->price_min)
        query->sort = STR_LIT("-price");
    query->transmission = query->fuel = (str_t){NULL, 0};
    query->km_min = query->km_max = query->price_min = query->price_max = 0;
    query->year_min = query->year_max = 0;
    return had;
}

static bool leave_names(proto_query_t *query)
{
    bool had = query->make.size && (query->model.size || query->body.size);
    if (query->model.size)
        query->model = (str_t){NULL, 0};
    else if (had)
        query->make = (str_t){NULL, 0};
    return had;
}

bool search_relax(const proto_query_t *from, int step, proto_query_t *to)
{
    *to = *from;
    to->page = 1;
    bool left = leave_comfort(to);
    if (left && step == 0)
        return true;
    if (leave_numbers(to))
        return true;
    return leave_names(to) || left;
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

void call_car(scene_t *scene, int64_t stock_id)
{
    buf_t arguments;
    buf_init(&arguments, 256);
    buf_char(&arguments, '{');
    json_int(&arguments, "stock_id", stock_id);
    buf_char(&arguments, '}');
    scene_call(scene, TAG_CAR, "get_car", &arguments);
}

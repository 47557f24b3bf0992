/* Lists: what was searched in words, the cars of a page, and how to go on. */
#include "agent/offline_scene.h"
#include "common/money.h"
#include "common/text.h"

static void number(char text[MONEY_TEXT_SIZE], int64_t value)
{
    snprintf(text, MONEY_TEXT_SIZE, "%lld", (long long)value);
}

/* ---- values ---- */

static const struct {
    const char *value; /* of the catalog */
    phrase_t phrase;
} VALUES[] = {
    {"Sedán", PHRASE_IS_SEDAN},
    {"Beige", PHRASE_IS_BEIGE},
    {"Automática", PHRASE_IS_AUTOMATIC},
    {"Manual", PHRASE_IS_MANUAL},
    {"Híbrido", PHRASE_IS_HYBRID},
    {"Eléctrico", PHRASE_IS_ELECTRIC},
    {"Diésel", PHRASE_IS_DIESEL},
    {"Gasolina", PHRASE_IS_PETROL},
    {"Rojo", PHRASE_IS_RED},
    {"Azul", PHRASE_IS_BLUE},
    {"Blanco", PHRASE_IS_WHITE},
    {"Negro", PHRASE_IS_BLACK},
    {"Gris", PHRASE_IS_GREY},
    {"Plata", PHRASE_IS_SILVER},
    {"Verde", PHRASE_IS_GREEN},
    {"Amarillo", PHRASE_IS_YELLOW},
    {"Naranja", PHRASE_IS_ORANGE},
    {"Café", PHRASE_IS_BROWN},
    {"Dorado", PHRASE_IS_GOLD},
    {"Vino", PHRASE_IS_WINE},
};

bool same_folded(str_t a, str_t b)
{
    buf_t x, y;
    buf_init(&x, 1024);
    buf_init(&y, 1024);
    text_fold(&x, a);
    text_fold(&y, b);
    bool same = str_eq(buf_view(&x), buf_view(&y));
    buf_free(&x);
    buf_free(&y);
    return same;
}

static bool is_value(str_t value)
{
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++)
        if (same_folded(value, str_from(VALUES[i].value)))
            return true;
    return false;
}

void write_value(const scene_t *scene, buf_t *out, str_t value)
{
    for (size_t i = 0; i < sizeof(VALUES) / sizeof(VALUES[0]); i++)
        if (same_folded(value, str_from(VALUES[i].value))) {
            phrase_say(out, &scene->voice, VALUES[i].phrase);
            return;
        }
    buf_add(out, value.data, value.size);
}

/* ---- what was searched ---- */

static const struct {
    const char *body;
    phrase_t noun;
    bool feminine; /* in Spanish and Portuguese */
} BODIES[] = {
    {"SUV", PHRASE_NOUN_SUV, true},
    {"Sedán", PHRASE_NOUN_SEDAN, false},
    {"Hatchback", PHRASE_NOUN_HATCHBACK, false},
    {"Pickup", PHRASE_NOUN_PICKUP, true},
    {"Coupé", PHRASE_NOUN_COUPE, false},
    {"Convertible", PHRASE_NOUN_CONVERTIBLE, false},
    {"Minivan", PHRASE_NOUN_MINIVAN, true},
};

static void noun(scene_t *scene, buf_t *out, const proto_query_t *query)
{
    scene->voice.feminine = false;
    if (query->body.size == 0) {
        if (query->make.size == 0 && query->model.size == 0)
            phrase_say(out, &scene->voice, PHRASE_NOUN_CAR);
        return;
    }
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++)
        if (same_folded(query->body, str_from(BODIES[i].body))) {
            scene->voice.feminine = BODIES[i].feminine && scene->voice.language != LANGUAGE_EN;
            phrase_say(out, &scene->voice, BODIES[i].noun);
            return;
        }
    phrase_add(out, &scene->voice, PHRASE_NOUN_OTHER, PHRASE_ARGS({"name", query->body}));
}

static void names(buf_t *out, const proto_query_t *query)
{
    if (query->make.size == 0 && query->model.size == 0)
        return;
    if (out->size > 0 && out->data[out->size - 1] != ' ')
        buf_char(out, ' ');
    buf_char(out, '*');
    buf_add(out, query->make.data, query->make.size);
    if (query->make.size > 0 && query->model.size > 0)
        buf_char(out, ' ');
    buf_add(out, query->model.data, query->model.size);
    buf_char(out, '*');
}

/* Adjectives: behind the noun, or before it in English. */
static void kinds(const scene_t *scene, buf_t *out, const proto_query_t *query)
{
    static const struct {
        const char *value;
        phrase_t phrase;
    } rows[] = {{"Automática", PHRASE_OF_AUTOMATIC}, {"Manual", PHRASE_OF_MANUAL},
                {"Híbrido", PHRASE_OF_HYBRID},       {"Eléctrico", PHRASE_OF_ELECTRIC},
                {"Diésel", PHRASE_OF_DIESEL},        {"Gasolina", PHRASE_OF_PETROL}};
    const voice_t *voice = &scene->voice;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (same_folded(query->transmission, str_from(rows[i].value)) ||
            same_folded(query->fuel, str_from(rows[i].value)))
            phrase_say(out, voice, rows[i].phrase);
    if (query->length_min > 0)
        phrase_say(out, voice, PHRASE_OF_LONG);
}

static void traits(const scene_t *scene, buf_t *out, const proto_query_t *query)
{
    const voice_t *voice = &scene->voice;
    if (query->colour.size > 0) {
        buf_t colour;
        buf_init(&colour, 256);
        write_value(scene, &colour, query->colour);
        phrase_add(out, voice, PHRASE_OF_COLOUR, PHRASE_ARGS({"colour", buf_view(&colour)}));
        buf_free(&colour);
    }
    if (query->bluetooth == 1 && query->car_play == 1) {
        phrase_say(out, voice, PHRASE_OF_BOTH);
        return;
    }
    if (query->bluetooth)
        phrase_say(out, voice,
                   query->bluetooth == 1 ? PHRASE_OF_BLUETOOTH : PHRASE_OF_NO_BLUETOOTH);
    if (query->car_play)
        phrase_say(out, voice, query->car_play == 1 ? PHRASE_OF_CAR_PLAY : PHRASE_OF_NO_CAR_PLAY);
}

/* "Chevrolet", "de color rojo", "automáticos": one of the things it must not be. *coloured: a
 * colour was the last one, so that the next needs only its name. */
static void unwanted(scene_t *scene, buf_t *out, str_t value, bool *coloured)
{
    bool follows = *coloured;
    *coloured = false;
    for (size_t i = 0; i < sizeof(BODIES) / sizeof(BODIES[0]); i++)
        if (same_folded(value, str_from(BODIES[i].body))) {
            phrase_say(out, &scene->voice, BODIES[i].noun);
            return;
        }
    buf_t said;
    buf_init(&said, 1024);
    proto_query_t query = {.transmission = value, .fuel = value};
    kinds(scene, &said, &query);
    if (said.size == 0 && is_value(value)) {
        buf_t colour;
        buf_init(&colour, 256);
        write_value(scene, &colour, value);
        if (follows)
            buf_add(&said, colour.data, colour.size);
        else
            phrase_add(&said, &scene->voice, PHRASE_COLOURED,
                       PHRASE_ARGS({"colour", buf_view(&colour)}));
        *coloured = true;
        buf_free(&colour);
    }
    understood_t known;
    understand(value, &known);
    if (known.city != NULL)
        phrase_add(&said, &scene->voice, PHRASE_STANDING_IN, PHRASE_ARGS({"city", value}));
    str_t text = said.size > 0 ? text_trim(buf_view(&said)) : value;
    buf_add(out, text.data, text.size);
    buf_free(&said);
}

static void exclusions(scene_t *scene, buf_t *out, str_t exclude)
{
    buf_t list;
    bool coloured = false;
    buf_init(&list, 2048);
    for (size_t from = 0, at = 0; at <= exclude.size; at++) {
        if (at < exclude.size && exclude.data[at] != ',')
            continue;
        if (list.size > 0)
            phrase_say(&list, &scene->voice, PHRASE_NOR);
        unwanted(scene, &list, text_trim((str_t){exclude.data + from, at - from}), &coloured);
        from = at + 1;
    }
    if (exclude.size > 0)
        phrase_add(out, &scene->voice, PHRASE_OF_NOT, PHRASE_ARGS({"list", buf_view(&list)}));
    buf_free(&list);
}

/* A range behind another is parted from it by a comma; *before: there was one. */
static void between(const voice_t *voice, buf_t *out, int64_t min, int64_t max,
                    const char *(*print)(int64_t, char *), const phrase_t phrases[4], bool *before)
{
    char a[MONEY_TEXT_SIZE], b[MONEY_TEXT_SIZE];
    if (min == 0 && max == 0)
        return;
    if (*before)
        buf_char(out, ',');
    *before = min == 0 || min != max; /* "Versa 2020 hasta $200,000" */
    size_t which = min != 0 && min == max ? 3 : min != 0 && max != 0 ? 2 : min != 0 ? 1 : 0;
    phrase_add(out, voice, phrases[which],
               PHRASE_ARGS({"a", str_from(print(min, a))}, {"b", str_from(print(max, b))}));
}

static const char *print_year(int64_t year, char *text)
{
    number(text, year);
    return text;
}

static void order(const voice_t *voice, buf_t *out, str_t sort)
{
    static const struct {
        const char *sort;
        phrase_t phrase;
    } rows[] = {{"price", PHRASE_BY_PRICE}, {"-price", PHRASE_BY_PRICE_DOWN},
                {"year", PHRASE_BY_YEAR},   {"-year", PHRASE_BY_YEAR_DOWN},
                {"km", PHRASE_BY_KM},       {"-km", PHRASE_BY_KM_DOWN}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (str_is(sort, rows[i].sort))
            phrase_say(out, voice, rows[i].phrase);
}

void write_what(scene_t *scene, buf_t *out, const proto_query_t *query)
{
    static const phrase_t years[4] = {PHRASE_OF_YEAR_TO, PHRASE_OF_YEAR_FROM, PHRASE_OF_YEARS,
                                      PHRASE_OF_YEAR};
    static const phrase_t prices[4] = {PHRASE_OF_PRICE_TO, PHRASE_OF_PRICE_FROM, PHRASE_OF_PRICES,
                                       PHRASE_OF_PRICES};
    static const phrase_t kms[4] = {PHRASE_OF_KM_TO, PHRASE_OF_KM_FROM, PHRASE_OF_KM_TO,
                                    PHRASE_OF_KM_TO};
    buf_t what;
    buf_init(&what, 2048);
    bool adjectives_first = scene->voice.language == LANGUAGE_EN;
    if (adjectives_first)
        kinds(scene, &what, query);
    noun(scene, &what, query);
    names(&what, query);
    if (str_is(query->q, "4x4") || str_is(query->q, "AWD"))
        buf_printf(&what, " %.*s", STR_ARG(query->q));
    else if (query->q.size > 0)
        buf_printf(&what, " «%.*s»", STR_ARG(utf8_front(query->q, 60)));
    bool before = false, one_year = query->year_min == query->year_max;
    if (one_year)
        between(&scene->voice, &what, query->year_min, query->year_max, print_year, years, &before);
    if (!adjectives_first)
        kinds(scene, &what, query);
    if (!one_year)
        between(&scene->voice, &what, query->year_min, query->year_max, print_year, years, &before);
    traits(scene, &what, query);
    between(&scene->voice, &what, query->price_min, query->price_max, money_print, prices, &before);
    between(&scene->voice, &what, query->km_min, query->km_max, number_print, kms, &before);
    if (query->city.size > 0)
        phrase_add(&what, &scene->voice, PHRASE_OF_CITY, PHRASE_ARGS({"city", query->city}));
    exclusions(scene, &what, query->exclude);
    buf_add(out, what.data, what.size);
    buf_free(&what);
}

/* ---- the cars ---- */

static void line(const scene_t *scene, buf_t *out, size_t nth, const proto_car_t *car,
                 const proto_query_t *query)
{
    char text[MONEY_TEXT_SIZE];
    buf_printf(out, "%zu. ", nth);
    write_car_name(out, car, query->make);
    if (query->colour.size > 0 || (scene->u.says & SAYS_OTHER_COLOUR)) {
        if (car->colour.size > 0)
            buf_str(out, " · ");
        write_value(scene, out, car->colour);
    }
    buf_printf(out, " · %s km", number_print(car->km, text));
    buf_printf(out, " · %s\n", money_print(car->price, text));
}

typedef struct list_numbers {
    char total[MONEY_TEXT_SIZE], n[MONEY_TEXT_SIZE], from[MONEY_TEXT_SIZE], to[MONEY_TEXT_SIZE];
    char page[MONEY_TEXT_SIZE], pages[MONEY_TEXT_SIZE], left[MONEY_TEXT_SIZE];
    char price[MONEY_TEXT_SIZE]; /* of the first car */
    int64_t left_count;
} list_numbers_t;

static void read_numbers(const cJSON *json, int64_t shown, list_numbers_t *out)
{
    int64_t total = json_read_int(json, "total"), to = json_read_int(json, "to");
    int64_t left = total - to;
    number_print(total, out->total);
    number(out->n, shown);
    number_print(json_read_int(json, "from"), out->from);
    number_print(to, out->to);
    number_print(json_read_int(json, "page"), out->page);
    number_print(json_read_int(json, "pages"), out->pages);
    out->left_count = left;
    const cJSON *first = cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(json, "cars"), 0);
    money_print(json_read_cents(first, "price"), out->price);
    number(out->left, left < shown ? left : shown);
}

static void header(scene_t *scene, buf_t *out, const scene_result_t *result,
                   const proto_query_t *query, const list_numbers_t *n)
{
    const voice_t *voice = &scene->voice;
    int64_t total = json_read_int(result->json, "total");
    int64_t page = json_read_int(result->json, "page");
    buf_t what;
    buf_init(&what, 4096);
    write_what(scene, &what, query);
    phrase_t phrase = result->tag == TAG_VAGUE  ? PHRASE_VAGUE
                      : result->tag == TAG_NEAR ? total == 1 ? PHRASE_LIST_ONE : PHRASE_NEAREST
                      : page > 1 && !strcmp(n->n, "1") ? PHRASE_LIST_PAGE_ONE
                      : page > 1                       ? PHRASE_LIST_PAGE
                      : total == 1                     ? PHRASE_LIST_ONE
                      : n->left_count > 0              ? PHRASE_LIST_SOME
                                                       : PHRASE_LIST_ALL;
    if (phrase == PHRASE_VAGUE && n->left_count <= 0)
        phrase = total == 1 ? PHRASE_LIST_ONE : PHRASE_LIST_ALL;
    if (result->tag != TAG_VAGUE && total > 1)
        order(voice, &what, query->sort);
    phrase_add(out, voice, phrase,
               PHRASE_ARGS({"total", str_from(n->total)}, {"n", str_from(n->n)},
                           {"price", str_from(n->price)}, {"from", str_from(n->from)},
                           {"to", str_from(n->to)}, {"what", buf_view(&what)}));
    buf_free(&what);
}

static void footer(scene_t *scene, buf_t *out, const scene_result_t *result,
                   const list_numbers_t *n, list_place_t place)
{
    const voice_t *voice = &scene->voice;
    bool one_page = json_read_int(result->json, "pages") <= 1;
    if (!one_page)
        phrase_add(out, voice, PHRASE_PAGE_OF,
                   PHRASE_ARGS({"page", str_from(n->page)}, {"pages", str_from(n->pages)}));
    if (!place.last)
        return;
    if (!one_page)
        buf_char(out, ' ');
    if (place.others) {
        phrase_say(out, voice, PHRASE_ASK_WHICH);
        return;
    }
    if (result->tag == TAG_VAGUE) {
        phrase_say(out, voice, PHRASE_ASK_BUDGET);
        return;
    }
    if (n->left_count <= 0) {
        bool one = json_read_int(result->json, "total") == 1;
        if (!one) {
            phrase_say(out, voice, PHRASE_PAGE_LAST);
            buf_char(out, ' ');
        }
        phrase_say(out, voice, one ? PHRASE_ASK_ONE : PHRASE_ASK_WHICH);
        return;
    }
    phrase_t more = n->left_count == 1                               ? PHRASE_MORE_ONE
                    : json_read_int(result->json, "pages_left") == 1 ? PHRASE_MORE_OTHERS
                                                                     : PHRASE_MORE_NEXT;
    phrase_add(out, voice, more, PHRASE_ARGS({"n", str_from(n->left)}));
}

size_t write_list(scene_t *scene, buf_t *out, const scene_result_t *result, list_place_t place)
{
    const cJSON *cars = cJSON_GetObjectItemCaseSensitive(result->json, "cars");
    proto_query_t query;
    json_read_query(cJSON_GetObjectItemCaseSensitive(result->json, "filters"), &query);
    list_numbers_t n;
    read_numbers(result->json, cJSON_GetArraySize(cars), &n);
    header(scene, out, result, &query, &n);
    buf_char(out, '\n');
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, cars) {
        proto_car_t car;
        json_read_car(item, &car);
        line(scene, out, place.first + ++count, &car, &query);
    }
    footer(scene, out, result, &n, place);
    return count;
}

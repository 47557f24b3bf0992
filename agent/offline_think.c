/*
 * What to do next. begin walks a table of steps, each of which looks at the scene and either ends
 * the step with calls or text, or leaves it to those after it: the order of the table is what goes
 * before what. follow_up looks at results and mostly writes them.
 */
#include "agent/json.h"
#include "agent/offline_steps.h"
#include "common/money.h"
#include "common/text.h"

#define ROOMY_LENGTH 4650 /* mm: SUVs with a third row are longer, mostly */
#define MOST_NEAR 3       /* searches for something else in a turn */

/* ---- the steps ---- */

static bool step_names(scene_t *scene)
{
    const understood_t *u = &scene->u;
    if (scene->resolved)
        return false;
    if (is_pure(scene, SAYS_YES) && scene->asked_show && scene->question.month_count == 0) {
        call_text(scene, TAG_EARLIER, "resolve_names", "text", scene->asked);
        return true;
    }
    bool looks = (u->says & (SAYS_SEARCH | SAYS_ALSO)) && !search_wanted(scene) &&
                 !(u->says & SAYS_CAR) && u->words > 1 && u->ordinal_count == 0 &&
                 u->page == PAGE_NONE && u->topics == 0 && !wants_quote(scene);
    if (u->unknown == 0 && !looks)
        return false;
    call_text(scene, TAG_NAMES, "resolve_names", "text", scene->said);
    return true;
}

/* The car of the customer's message before, 0: it named none. */
static int64_t recalled_stock(const scene_t *scene)
{
    understood_t before;
    int64_t stock_id = 0;
    understand(scene->said_before, &before);
    if (before.ordinal_count > 0 &&
        target_by_place(scene, before.ordinals[0], &stock_id) != TARGET_CAR)
        return 0;
    return before.stock_id > 0 ? before.stock_id : stock_id;
}

/* "sí" to what was asked last. */
static bool step_yes(scene_t *scene)
{
    int64_t stock_id = current_stock(scene);
    if (!is_pure(scene, SAYS_YES))
        return false;
    if (stock_id == 0) /* "el 2 a 10 años" — "¿Lo calculo a 72?" */
        stock_id = recalled_stock(scene);
    if (scene->question.month_count > 0 && stock_id > 0) {
        memcpy(scene->u.months, scene->question.months, sizeof(scene->u.months));
        scene->u.month_count = scene->question.month_count;
        quote_car(scene, stock_id);
        return true;
    }
    if (!scene->asked_quote)
        return false;
    if (stock_id > 0)
        call_quote(scene, stock_id, 0);
    else
        answer_phrase(scene, scene->shown_count > 1 ? PHRASE_QUOTE_WHICH : PHRASE_QUOTE_WHAT);
    return true;
}

/* Of a car they speak of, "36 meses con 60 mil" and "60 mil" to "¿cuánto de enganche?" are down
 * payments, not what another car may cost. */
static bool step_down(scene_t *scene)
{
    understood_t *u = &scene->u;
    bool alone = u->price_max > 0 && u->price_min == 0 && u->down < 0 && u->down_bp < 0 &&
                 (scene->mention_count == 0 || (u->down_said && u->ordinal_count > 0)) &&
                 !(u->says & SAYS_SEARCH) && u->body == NULL;
    bool named = u->ordinal_count > 0 || current_stock(scene) > 0;
    if (alone && named && (u->month_count > 0 || scene->asked_down)) {
        u->down = u->price_max;
        u->price_max = 0;
    }
    return false;
}

/* A number alone answers the question before it. */
static bool step_bare(scene_t *scene)
{
    understood_t *u = &scene->u;
    int64_t bare = u->bare, stock_id = current_stock(scene);
    if (bare < 0 || search_wanted(scene))
        return false;
    if (u->month_count > 0 && u->down < 0 && u->down_bp < 0 && bare > 0 && bare <= 50 &&
        bare % 5 == 0) { /* "a 48 con 20" */
        u->down_bp = bare * 100;
        return false;
    }
    bool term = bare >= scene->shop->terms.min_months && bare <= scene->shop->terms.max_months;
    if (wants_quote(scene) && term && u->month_count == 0)
        u->months[u->month_count++] = bare;
    if (wants_quote(scene) || u->words > 4)
        return false;
    if (term && stock_id == 0 && scene->asked_list) {
        answer_phrase(scene, PHRASE_QUOTE_WHICH);
        return true;
    }
    if (bare >= 12 && bare <= 96 && bare % 6 == 0 && stock_id > 0 && !scene->asked_down) {
        u->months[u->month_count++] = bare;
        quote_car(scene, stock_id);
        return true;
    }
    if (scene->asked_down && stock_id > 0 && bare > (int64_t)scene->shown_count) {
        if (bare <= 50 && bare % 5 == 0)
            u->down_bp = bare * 100;
        else
            u->down = bare * (bare < 1000 ? 100000 : 100);
        quote_car(scene, stock_id);
        return true;
    }
    if (bare >= 20 && bare < 2000 && (scene->asked_budget || !term))
        u->price_max = bare * 100000;
    return false;
}

static bool step_page(scene_t *scene)
{
    const understood_t *u = &scene->u;
    if (u->page == PAGE_NONE || search_wanted(scene))
        return false;
    if (scene->list == NULL || scene->query == NULL) {
        answer_phrase(scene, PHRASE_MORE_OF_WHAT);
        return true;
    }
    int64_t page = u->page == PAGE_NEXT   ? scene->list->page + 1
                   : u->page == PAGE_BACK ? scene->list->page - 1
                   : u->page == PAGE_LAST ? scene->list->pages
                                          : u->page_number;
    if (page >= 1 && page <= scene->list->pages) {
        call_search(scene, TAG_LIST, scene->query, page);
        return true;
    }
    char total[MONEY_TEXT_SIZE], pages[MONEY_TEXT_SIZE];
    number_print(scene->list->total, total);
    number_print(scene->list->pages, pages);
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_add(&text, &scene->voice,
               u->page == PAGE_NEXT   ? PHRASE_MORE_NONE
               : u->page == PAGE_BACK ? PHRASE_BACK_NONE
                                      : PHRASE_PAGE_NONE_SUCH,
               PHRASE_ARGS({"total", str_from(total)}, {"pages", str_from(pages)}));
    answer_text(scene, &text);
    return true;
}

static bool step_compare(scene_t *scene)
{
    const understood_t *u = &scene->u;
    int64_t first = 0, second = 0;
    if (!(u->says & SAYS_COMPARE) || u->month_count > 0)
        return false;
    bool two = u->ordinal_count >= 2;
    if (scene->shown_count < 2) {
        if (!two || page_count(scene) < 2 || scene->query == NULL)
            return false;
        call_search(scene, TAG_PLACE, scene->query, scene->list->page);
        return true;
    }
    if (target_by_place(scene, two ? u->ordinals[0] : 1, &first) != TARGET_CAR ||
        target_by_place(scene, two ? u->ordinals[1] : 2, &second) != TARGET_CAR)
        return false;
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    write_comparison(scene, &text, seen_car(scene, first), seen_car(scene, second));
    answer_text(scene, &text);
    return true;
}

static void say_nowhere(scene_t *scene)
{
    char count[MONEY_TEXT_SIZE];
    int64_t on_page = page_count(scene);
    number_print(on_page > (int64_t)scene->shown_count ? on_page : (int64_t)scene->shown_count,
                 count);
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_add(&text, &scene->voice, PHRASE_NO_SUCH_PLACE, PHRASE_ARGS({"n", str_from(count)}));
    answer_text(scene, &text);
}

/* The car of the last answer, 0: it showed none or several. */
static int64_t shown_alone(const scene_t *scene)
{
    return scene->shown_count == 1 ? scene->shown[0].stock_id : 0;
}

static void answer_equipment(scene_t *scene)
{
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_add(&text, &scene->voice, PHRASE_EQUIPMENT_ASK,
               PHRASE_ARGS({"what", str_from(scene->u.equipment)}));
    answer_text(scene, &text);
}

static bool step_car(scene_t *scene)
{
    const understood_t *u = &scene->u;
    int64_t stock_id = 0;
    switch (find_target(scene, &stock_id)) {
    case TARGET_CAR:
        if (u->topics != 0 && !wants_quote(scene))
            return false;
        take_up_car(scene, stock_id);
        return true;
    case TARGET_PLACE:
        call_search(scene, TAG_PLACE, scene->query, scene->list->page);
        return true;
    case TARGET_NOWHERE:
        say_nowhere(scene);
        return true;
    case TARGET_FORGOTTEN:
        answer_phrase(scene, scene->shown_count > 1 ? PHRASE_QUOTE_WHICH : PHRASE_QUOTE_WHAT);
        return true;
    case TARGET_NONE:
        break;
    }
    stock_id = current_stock(scene);
    uint32_t topics = wants_quote(scene) ? u->topics & ~TOPIC_FINANCING : u->topics;
    bool has_it = (u->says & SAYS_DETAIL) && (u->bluetooth || u->car_play); /* "does it have …" */
    if (stock_id > 0 && stock_id == shown_alone(scene) && u->economy && topics == 0) {
        answer_phrase(scene, PHRASE_ECONOMY_ASK);
        return true;
    }
    bool looks_for_one =
        (u->says & SAYS_SEARCH) && ((u->says & SAYS_CAR) || scene->shown_count == 0);
    if (u->equipment != NULL && topics == 0 && !wants_quote(scene) && !search_wanted(scene) &&
        !looks_for_one) {
        answer_equipment(scene);
        return true;
    }
    if (stock_id == 0 || (search_wanted(scene) && !has_it) || topics != 0)
        return false;
    if (!wants_quote(scene) && !(u->says & (SAYS_DETAIL | SAYS_THIS)))
        return false;
    if ((u->says & SAYS_CAR) && (u->says & SAYS_SEARCH))
        return false;
    take_up_car(scene, stock_id);
    return true;
}

static bool step_makes(scene_t *scene)
{
    const proto_mention_t *mention = carried(scene);
    bool another = (scene->u.says & SAYS_OTHER_MAKE) && mention == NULL &&
                   (scene->query == NULL || scene->query->make.size == 0);
    if (!(scene->u.says & SAYS_MAKES) && !another)
        return false;
    call_text(scene, TAG_MAKES, "list_makes", mention != NULL ? "make" : NULL,
              mention != NULL ? mention->make : (str_t){NULL, 0});
    return true;
}

/* How many seats a car has stands nowhere; these bodies are where many are. */
static void call_roomy(scene_t *scene, const proto_query_t *query)
{
    proto_query_t roomy = *query;
    roomy.page_size = 4;
    roomy.body = STR_LIT("Minivan");
    call_search(scene, TAG_LIST, &roomy, 1);
    roomy.body = STR_LIT("SUV");
    roomy.length_min = ROOMY_LENGTH;
    call_search(scene, TAG_LIST, &roomy, 1);
}

static void call_lists(scene_t *scene)
{
    proto_query_t query;
    size_t lists = 0;
    for (size_t i = 0; i < scene->mention_count && lists < 2; i++) {
        if (scene->mentions[i].count == 0 && carried(scene) != NULL)
            continue;
        search_query(scene, &scene->mentions[i], &query);
        if (scene_result(scene, TAG_EARLIER) != NULL && scene->question.sort != NULL)
            query.sort = str_from(scene->question.sort);
        if (lists > 0 || (i + 1 < scene->mention_count && scene->mentions[i + 1].count > 0))
            query.page_size = 4; /* two lists in one answer are shorter */
        call_search(scene, TAG_LIST, &query, 1);
        lists++;
    }
    if (lists > 0)
        return;
    search_query(scene, NULL, &query);
    if (scene->u.seats > SCENE_SEATS && query.make.size == 0 &&
        (query.body.size == 0 || str_is(query.body, "SUV"))) {
        call_roomy(scene, &query);
        return;
    }
    if (scene->u.monthly > 0)
        query.price_max = search_reach(&scene->shop->terms, scene->u.monthly, scene->u.down);
    call_search(scene, TAG_LIST, &query, 1);
}

static bool step_know(scene_t *scene)
{
    if (scene->u.topics == 0)
        return false;
    call_topics(scene);
    if (search_wanted(scene) && (scene->u.says & SAYS_SEARCH))
        call_lists(scene);
    return true;
}

/* A bare price with a term: "¿cuánto queda uno de 300 mil a 48 meses?" */
static bool step_quote_price(scene_t *scene)
{
    const understood_t *u = &scene->u;
    if (u->month_count == 0 || u->price_max == 0 || u->price_min != 0 || scene->mention_count > 0 ||
        (u->says & SAYS_SEARCH))
        return false;
    if (!refuse_plan(scene, u->price_max))
        call_quote(scene, 0, u->price_max);
    return true;
}

static void say_cheapest(scene_t *scene)
{
    char price[MONEY_TEXT_SIZE];
    buf_t text, name;
    buf_init(&text, OFFLINE_MAX_TEXT);
    buf_init(&name, 1024);
    write_car_name(&name, &scene->shown[0], (str_t){NULL, 0});
    phrase_add(&text, &scene->voice, PHRASE_CHEAPEST_FIRST,
               PHRASE_ARGS({"name", buf_view(&name)},
                           {"price", str_from(money_print(scene->shown[0].price, price))}));
    buf_free(&name);
    answer_text(scene, &text);
}

static bool step_search(scene_t *scene)
{
    bool pays_monthly = scene->u.monthly > 0 && current_stock(scene) == 0;
    if (!search_wanted(scene) && !pays_monthly)
        return false;
    if (cheapest_first(scene))
        say_cheapest(scene);
    else
        call_lists(scene);
    return true;
}

static bool step_quote_what(scene_t *scene)
{
    if (!wants_quote(scene))
        return false;
    if (refuse_plan(scene, 0))
        return true;
    answer_phrase(scene, scene->shown_count > 1 ? PHRASE_QUOTE_WHICH : PHRASE_QUOTE_WHAT);
    return true;
}

static bool step_vague(scene_t *scene)
{
    const understood_t *u = &scene->u;
    proto_query_t query = {0};
    if (!(u->says & (SAYS_SEARCH | SAYS_CAR | SAYS_ANY | SAYS_DETAIL)) && !u->similar)
        return false;
    if (((u->says & SAYS_DETAIL) || u->similar) && scene->shown_count > 1) {
        answer_phrase(scene, PHRASE_DETAIL_WHICH);
        return true;
    }
    if (u->says & (SAYS_ABUSE | SAYS_WHO | SAYS_BYE | SAYS_THANKS))
        return false;
    if ((u->says & SAYS_SEARCH) && !(u->says & SAYS_CAR) && u->unknown > 0 && u->words <= 5) {
        query.q = unknown_words(scene);
        if (query.q.size > 0) {
            call_search(scene, TAG_LIST, &query, 1);
            return true;
        }
    }
    call_search(scene, TAG_VAGUE, &query, 1);
    return true;
}

static bool (*const steps[])(scene_t *) = {
    step_opt,         step_reset,
    step_no_words,    step_person,
    step_lead,        step_names,
    step_trick,       step_yes,
    step_down,        step_bare,
    step_page,        step_compare,
    step_haggle,      step_car,
    step_makes,       step_know,
    step_shop_word,   step_offtopic,
    step_quote_price, step_search,
    step_quote_what,  step_vague,
    step_manners,     step_ask,
    step_silence,     step_not_understood,
};

static void begin(scene_t *scene)
{
    const scene_result_t *names = scene_result(scene, TAG_NAMES);
    if (names != NULL && names->failed && scene->u.topics == 0) {
        answer_phrase(scene, scene->shown_count > 0 ? PHRASE_TROUBLE_SHOWN : PHRASE_TROUBLE);
        return;
    }
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
        if (steps[i](scene))
            return;
}

/* ---- after the tools ---- */

static void answer_results(scene_t *scene)
{
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    write_results(scene, &text);
    if (text.size > 0) {
        answer_text(scene, &text);
        return;
    }
    buf_free(&text);
    answer_phrase(scene, PHRASE_TROUBLE);
}

static bool follow_compare(scene_t *scene, const cJSON *cars, int count)
{
    proto_car_t pair[2];
    for (size_t i = 0; i < 2; i++) {
        int64_t place = place_on_page(scene, scene->u.ordinals[i], count);
        if (place == 0)
            return false;
        json_read_car(cJSON_GetArrayItem(cars, (int)place - 1), &pair[i]);
    }
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    write_comparison(scene, &text, &pair[0], &pair[1]);
    answer_text(scene, &text);
    return true;
}

static bool follow_trait(scene_t *scene, const cJSON *page)
{
    proto_car_t cars[PROTO_MAX_PAGE];
    const proto_car_t *seen[PROTO_MAX_PAGE];
    size_t count = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, page) {
        if (count == PROTO_MAX_PAGE)
            break;
        json_read_car(item, &cars[count]);
        seen[count] = &cars[count];
        count++;
    }
    const proto_car_t *found = car_by_trait(scene, seen, count);
    if (found != NULL)
        take_up_car(scene, found->stock_id);
    else
        call_lists(scene);
    return true;
}

/* The page was fetched again to see who is third on it, or the red one. */
static bool follow_place(scene_t *scene, const scene_result_t *result)
{
    const cJSON *cars = cJSON_GetObjectItemCaseSensitive(result->json, "cars");
    int count = cJSON_GetArraySize(cars);
    if (scene->u.ordinal_count == 0)
        return follow_trait(scene, cars);
    if ((scene->u.says & SAYS_COMPARE) && scene->u.ordinal_count >= 2)
        return follow_compare(scene, cars, count);
    int64_t place = place_on_page(scene, scene->u.ordinals[0], count);
    int64_t stock_id = json_read_int(cJSON_GetArrayItem(cars, (int)place - 1), "stock_id");
    if (place == 0 || stock_id == 0)
        return false;
    take_up_car(scene, stock_id);
    return true;
}

static void say_unknown(scene_t *scene, str_t words)
{
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_add(&text, &scene->voice, PHRASE_UNKNOWN_WORDS,
               PHRASE_ARGS({"words", utf8_front(words, 60)}));
    answer_text(scene, &text);
}

/* An empty page: look for what comes near, one step after the other. */
static bool follow_empty(scene_t *scene, const scene_result_t *result)
{
    proto_query_t query, near[MOST_NEAR];
    size_t step = 0, lists = 0, count;
    const scene_result_t *list = NULL;
    for (size_t i = 0; i < scene->result_count; i++) {
        step += scene->results[i].tag == TAG_NEAR;
        lists += scene->results[i].tag == TAG_LIST;
        if (scene->results[i].tag == TAG_LIST)
            list = &scene->results[i];
    }
    if (result->failed || json_read_int(result->json, "total") > 0 || lists != 1)
        return false;
    json_read_query(list->arguments, &query);
    if (query.q.size > 0 && query.make.size == 0 && scene->u.drive == NULL) {
        say_unknown(scene, query.q); /* words that mean nothing among cars */
        return true;
    }
    if (scene->mention_count > 0 && scene->mentions[0].count == 0)
        count = search_alike(&scene->mentions[0], &near[0]);
    else if (scene->u.economy && scene->u.fuel == NULL)
        count = search_thrifty(&query, near, MOST_NEAR);
    else if (scene->u.says & SAYS_TOO_EXPENSIVE)
        count = search_cheaper(&query, near, MOST_NEAR);
    else
        count = search_relaxed(&query, near, MOST_NEAR);
    if (step >= count)
        return false;
    call_search(scene, TAG_NEAR, &near[step], 1);
    return true;
}

/* The car that was meant has been sold: what is like it is looked for. */
static bool follow_sold(scene_t *scene, const scene_result_t *result)
{
    proto_car_t car;
    if (scene_result(scene, TAG_LIST) != NULL || !read_sold(result, &car))
        return false;
    proto_query_t query = {.make = car.make, .model = car.model};
    call_search(scene, TAG_LIST, &query, 1);
    return true;
}

static void follow_up(scene_t *scene)
{
    const scene_result_t *last = &scene->results[scene->result_count - 1];
    bool done = follow_sold(scene, last);
    if (done)
        return;
    if (last->tag == TAG_PLACE)
        done = follow_place(scene, last);
    else if (last->tag == TAG_LIST || last->tag == TAG_NEAR)
        done = follow_empty(scene, last);
    if (!done)
        answer_results(scene);
}

static bool has_found(const scene_t *scene)
{
    for (size_t i = 0; i < scene->result_count; i++)
        if (scene->results[i].tag != TAG_NAMES && scene->results[i].tag != TAG_EARLIER)
            return true;
    return false;
}

void offline_think(arena_t *arena, const offline_shop_t *shop, const model_request_t *request,
                   model_result_t *result)
{
    scene_t scene;
    scene_open(&scene, arena, shop, request, result);
    if (!has_found(&scene))
        begin(&scene);
    else if (scene.may_call)
        follow_up(&scene);
    else
        answer_results(&scene);
    if (result->status == MODEL_CALLS && !scene.may_call)
        answer_phrase(&scene, scene.shown_count > 0 ? PHRASE_TROUBLE_SHOWN : PHRASE_TROUBLE);
    result->missed = scene.missed;
    scene_close(&scene);
}

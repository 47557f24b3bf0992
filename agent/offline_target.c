/* Which car is meant: "el segundo", "el rojo", "ese", "el 301650", "el Versa", "el primero que me
 * cotizaste". */
#include "agent/kept.h"
#include "agent/offline_scene.h"

const proto_car_t *seen_car(const scene_t *scene, int64_t stock_id)
{
    for (size_t i = 0; i < scene->shown_count; i++)
        if (scene->shown[i].stock_id == stock_id)
            return &scene->shown[i];
    if (scene->chosen != NULL && scene->chosen->stock_id == stock_id)
        return scene->chosen;
    return kept_find(scene->context, stock_id);
}

int64_t current_stock(const scene_t *scene)
{
    if (scene->shown_count == 1)
        return scene->shown[0].stock_id;
    if (scene->chosen == NULL)
        return 0;
    for (size_t i = 0; i < scene->shown_count; i++)
        if (scene->shown[i].stock_id == scene->chosen->stock_id)
            return scene->chosen->stock_id;
    return scene->shown_count == 0 ? scene->chosen->stock_id : 0;
}

int64_t page_count(const scene_t *scene)
{
    if (scene->list == NULL)
        return 0;
    int64_t size = scene->list->page_size > 0 ? scene->list->page_size : SCENE_LINES;
    int64_t rest = scene->list->total - (scene->list->page - 1) * size;
    return rest < 0 ? 0 : rest < size ? rest : size;
}

int64_t place_on_page(const scene_t *scene, int64_t nth, int64_t count)
{
    if (nth < 0)
        nth = count + 1 + nth;
    if (nth >= 1 && nth <= count)
        return nth;
    if (scene->list != NULL && scene->list->page > 1) {
        int64_t size = scene->list->page_size > 0 ? scene->list->page_size : SCENE_LINES;
        nth -= (scene->list->page - 1) * size;
    }
    return nth >= 1 && nth <= count ? nth : 0;
}

target_t target_by_place(const scene_t *scene, int64_t nth, int64_t *stock_id)
{
    bool whole = scene->shown_count > 1 || page_count(scene) <= 1;
    if (scene->shown_count == 0 && scene->list == NULL)
        return TARGET_NONE;
    int64_t count = whole ? (int64_t)scene->shown_count : page_count(scene);
    int64_t place = place_on_page(scene, nth, count);
    if (place == 0)
        return TARGET_NOWHERE;
    if (!whole)
        return scene->query != NULL ? TARGET_PLACE : TARGET_NONE;
    *stock_id = scene->shown[place - 1].stock_id;
    return TARGET_CAR;
}

static bool better(const proto_car_t *a, const proto_car_t *b, const char *sort)
{
    bool down = sort[0] == '-';
    const char *by = sort + down;
    int64_t x = !strcmp(by, "price") ? a->price : !strcmp(by, "year") ? a->year : a->km;
    int64_t y = !strcmp(by, "price") ? b->price : !strcmp(by, "year") ? b->year : b->km;
    return down ? x > y : x < y;
}

const proto_car_t *car_by_trait(const scene_t *scene, const proto_car_t *const *cars, size_t count)
{
    const understood_t *u = &scene->u;
    const proto_car_t *found = NULL;
    size_t matches = 0;
    for (size_t i = 0; i < count; i++) {
        if (u->colour != NULL && !str_is(cars[i]->colour, u->colour))
            continue;
        matches++;
        if (found == NULL || (u->sort != NULL && better(cars[i], found, u->sort)))
            found = cars[i];
    }
    return u->sort != NULL || matches == 1 ? found : NULL;
}

bool cheapest_first(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    proto_query_t query;
    if (u->sort == NULL || strcmp(u->sort, "price") != 0 || scene->query == NULL ||
        scene->list == NULL || scene->list->page != 1 || scene->shown_count < 2 ||
        scene->mention_count > 0 || scene->query->q.size > 0)
        return false;
    if (scene->query->sort.size > 0 && !str_is(scene->query->sort, "relevance") &&
        !str_is(scene->query->sort, "price"))
        return false;
    search_query(scene, NULL, &query);
    query.sort = scene->query->sort;
    query.page_size = scene->query->page_size;
    return search_same(&query, scene->query);
}

/* "el más barato de esos", "el rojo": of the page that was shown, long ago perhaps. */
static target_t target_by_trait(const scene_t *scene, int64_t *stock_id)
{
    const understood_t *u = &scene->u;
    int64_t on_page = page_count(scene);
    bool whole = scene->shown_count >= 2;
    bool all_there = scene->list == NULL ||
                     scene->list->total <= (whole ? (int64_t)scene->shown_count : on_page);
    all_there |= wants_quote(scene) && cheapest_first(scene);
    bool trait = u->colour != NULL || (u->sort != NULL && ((u->says & SAYS_OF_THESE) || all_there));
    if (!(u->says & (SAYS_THE_ONE | SAYS_OF_THESE)) || !trait)
        return TARGET_NONE;
    if (!whole)
        return on_page >= 2 && scene->query != NULL ? TARGET_PLACE : TARGET_NONE;
    const proto_car_t *cars[PROTO_MAX_PAGE];
    for (size_t i = 0; i < scene->shown_count; i++)
        cars[i] = &scene->shown[i];
    const proto_car_t *found = car_by_trait(scene, cars, scene->shown_count);
    if (found == NULL)
        return TARGET_NONE;
    *stock_id = found->stock_id;
    return TARGET_CAR;
}

static bool is_named(const scene_t *scene, const proto_car_t *car)
{
    const proto_mention_t *mention = &scene->mentions[0];
    return str_eq(car->make, mention->make) &&
           (mention->model.size == 0 || str_eq(car->model, mention->model)) &&
           (scene->u.year_min == 0 || car->year == scene->u.year_min);
}

/* The one car of that name, or 0. */
static int64_t only_named(const scene_t *scene, const proto_car_t *cars, size_t count)
{
    size_t matches = 0;
    int64_t stock_id = 0;
    for (size_t i = 0; i < count; i++)
        if (is_named(scene, &cars[i])) {
            stock_id = cars[i].stock_id;
            matches++;
        }
    return matches == 1 ? stock_id : 0;
}

/* "me interesa el Versa", with one Versa on the list; "¿y el Mazda a 60 meses?", with one that was
 * chosen before. */
static target_t target_by_name(const scene_t *scene, int64_t *stock_id)
{
    bool asks = wants_quote(scene) || (scene->u.says & SAYS_THIS);
    if (scene->mention_count != 1 || !(asks || (scene->u.says & SAYS_DETAIL)))
        return TARGET_NONE;
    *stock_id = only_named(scene, scene->shown, scene->shown_count);
    if (*stock_id == 0 && asks && !(scene->u.says & SAYS_SEARCH))
        *stock_id = only_named(scene, scene->context->kept, scene->context->kept_count);
    return *stock_id != 0 ? TARGET_CAR : TARGET_NONE;
}

/* ---- what was chosen or quoted before ---- */

/* Of those that are meant, the oldest first. */
static size_t remembered(const scene_t *scene, const proto_car_t *cars[KEPT_MAX])
{
    const proto_context_t *context = scene->context;
    bool quoted = (scene->u.says & SAYS_QUOTED) != 0;
    size_t all = quoted ? context->kept_quotes_count : context->kept_count, count = 0;
    for (size_t i = all; i-- > 0 && count < KEPT_MAX;) {
        const proto_car_t *car =
            quoted ? kept_find(context, context->kept_quotes[i].stock_id) : &context->kept[i];
        if (car != NULL && (scene->mention_count == 0 || is_named(scene, car)))
            cars[count++] = car;
    }
    return count;
}

/* "el primero que me cotizaste", "el Mazda que me gustó", "el más barato de los que cotizamos". */
static target_t target_by_memory(const scene_t *scene, int64_t *stock_id)
{
    const understood_t *u = &scene->u;
    const proto_car_t *cars[KEPT_MAX], *found = NULL;
    if (!(u->says & (SAYS_QUOTED | SAYS_LIKED)))
        return TARGET_NONE;
    size_t count = remembered(scene, cars);
    int64_t nth = u->ordinal_count > 0 ? u->ordinals[0] : 0;
    if (nth < -1)
        nth += (int64_t)count + 1;
    bool latest = nth == -1 || nth == 0; /* the last plan may be of one that was quoted before */
    if (latest && (u->colour != NULL || u->sort != NULL))
        found = car_by_trait(scene, cars, count);
    for (size_t i = 0; latest && found == NULL && i < count && (u->says & SAYS_QUOTED); i++)
        if (scene->quote != NULL && scene->quote->stock_id == cars[i]->stock_id)
            found = cars[i];
    if (latest && found == NULL && count > 0)
        found = cars[count - 1];
    else if (nth >= 1 && nth <= (int64_t)count)
        found = cars[nth - 1];
    if (found == NULL)
        return scene->mention_count > 0 || !(u->says & SAYS_QUOTED) || current_stock(scene) > 0
                   ? TARGET_NONE
                   : TARGET_FORGOTTEN;
    *stock_id = found->stock_id;
    return TARGET_CAR;
}

/* "el de 198,999" */
static target_t target_by_price(const scene_t *scene, int64_t *stock_id)
{
    for (size_t i = 0; i < scene->shown_count; i++)
        if (scene->u.price_max > 0 && scene->u.price_min == 0 &&
            scene->shown[i].price == scene->u.price_max && scene->mention_count == 0 &&
            !(scene->u.says & SAYS_SEARCH)) {
            *stock_id = scene->shown[i].stock_id;
            return TARGET_CAR;
        }
    return TARGET_NONE;
}

/* A number alone: a stock id, or a place on the list. */
static target_t target_by_number(const scene_t *scene, int64_t *stock_id)
{
    int64_t bare = scene->u.bare;
    if (bare <= 0 || scene->mention_count > 0)
        return TARGET_NONE;
    if (seen_car(scene, bare) != NULL || bare >= 10000) {
        *stock_id = bare;
        return TARGET_CAR;
    }
    if (bare <= (int64_t)scene->shown_count && scene->shown_count > 1)
        return target_by_place(scene, bare, stock_id);
    return TARGET_NONE;
}

target_t find_target(const scene_t *scene, int64_t *stock_id)
{
    const understood_t *u = &scene->u;
    if (u->stock_id > 0) {
        *stock_id = u->stock_id;
        return TARGET_CAR;
    }
    target_t target = target_by_memory(scene, stock_id);
    if (target != TARGET_NONE)
        return target;
    if (u->ordinal_count > 0)
        return target_by_place(scene, u->ordinals[0], stock_id);
    target = target_by_trait(scene, stock_id);
    if (target == TARGET_NONE)
        target = target_by_name(scene, stock_id);
    if (target == TARGET_NONE)
        target = target_by_price(scene, stock_id);
    return target == TARGET_NONE ? target_by_number(scene, stock_id) : target;
}

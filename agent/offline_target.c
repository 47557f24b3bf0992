/* Which car is meant: "el segundo", "el rojo", "ese", "el 301650", "el Versa". */
#include "agent/offline_scene.h"

const proto_car_t *seen_car(const scene_t *scene, int64_t stock_id)
{
    for (size_t i = 0; i < scene->shown_count; i++)
        if (scene->shown[i].stock_id == stock_id)
            return &scene->shown[i];
    return scene->chosen != NULL && scene->chosen->stock_id == stock_id ? scene->chosen : NULL;
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

/* "el más barato de esos", "el rojo" */
static target_t target_by_trait(const scene_t *scene, int64_t *stock_id)
{
    const understood_t *u = &scene->u;
    const proto_car_t *found = NULL;
    size_t matches = 0;
    bool all_there = scene->list == NULL || scene->list->total <= (int64_t)scene->shown_count;
    if (scene->shown_count < 2 || !(u->says & (SAYS_THE_ONE | SAYS_OF_THESE)))
        return TARGET_NONE;
    for (size_t i = 0; i < scene->shown_count; i++) {
        const proto_car_t *car = &scene->shown[i];
        if (u->colour != NULL && str_is(car->colour, u->colour)) {
            found = car;
            matches++;
        } else if (u->colour == NULL && u->sort != NULL &&
                   ((u->says & SAYS_OF_THESE) || all_there)) {
            if (found == NULL || better(car, found, u->sort))
                found = car;
            matches = 1;
        }
    }
    if (matches != 1 || found == NULL)
        return TARGET_NONE;
    *stock_id = found->stock_id;
    return TARGET_CAR;
}

/* "me interesa el Versa", with one Versa on the list */
static target_t target_by_name(const scene_t *scene, int64_t *stock_id)
{
    size_t matches = 0;
    if (scene->mention_count != 1 || scene->shown_count < 1 ||
        !(wants_quote(scene) || (scene->u.says & (SAYS_DETAIL | SAYS_THIS))))
        return TARGET_NONE;
    const proto_mention_t *mention = &scene->mentions[0];
    for (size_t i = 0; i < scene->shown_count; i++) {
        const proto_car_t *car = &scene->shown[i];
        if (!str_eq(car->make, mention->make) ||
            (mention->model.size > 0 && !str_eq(car->model, mention->model)) ||
            (scene->u.year_min != 0 && car->year != scene->u.year_min))
            continue;
        *stock_id = car->stock_id;
        matches++;
    }
    return matches == 1 ? TARGET_CAR : TARGET_NONE;
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
    if (u->ordinal_count > 0)
        return target_by_place(scene, u->ordinals[0], stock_id);
    target_t target = target_by_trait(scene, stock_id);
    if (target == TARGET_NONE)
        target = target_by_name(scene, stock_id);
    if (target == TARGET_NONE)
        target = target_by_price(scene, stock_id);
    return target == TARGET_NONE ? target_by_number(scene, stock_id) : target;
}

/* One car: what it is, what it would cost a month, and how it stands against another. */
#include <stdlib.h>

#include "agent/offline_scene.h"
#include "common/money.h"
#include "common/text.h"

#define MOST_PLANS 8

/* ---- what it is ---- */

static void headline(scene_t *scene, buf_t *out, const proto_car_t *car)
{
    char price[MONEY_TEXT_SIZE];
    buf_t name;
    buf_init(&name, 1024);
    write_car_name(&name, car, scene->query != NULL ? scene->query->make : (str_t){NULL, 0});
    phrase_add(
        out, &scene->voice, PHRASE_CAR_LINE,
        PHRASE_ARGS({"car", buf_view(&name)}, {"price", str_from(money_print(car->price, price))}));
    buf_char(out, '\n');
    buf_free(&name);
}

static void part(const scene_t *scene, buf_t *out, str_t value)
{
    if (value.size == 0)
        return;
    buf_str(out, " · ");
    write_value(scene, out, value);
}

static void with(const scene_t *scene, buf_t *out, bool has, const char *what)
{
    phrase_add(out, &scene->voice, has ? PHRASE_WITH : PHRASE_WITHOUT,
               PHRASE_ARGS({"what", str_from(what)}));
}

static void facts(const scene_t *scene, buf_t *out, const proto_car_t *car)
{
    char text[MONEY_TEXT_SIZE];
    phrase_add(out, &scene->voice, PHRASE_KM,
               PHRASE_ARGS({"km", str_from(number_print(car->km, text))}));
    part(scene, out, car->body);
    part(scene, out, car->fuel);
    part(scene, out, car->transmission);
    part(scene, out, car->colour);
    part(scene, out, car->city);
    buf_char(out, '\n');
    with(scene, out, car->bluetooth, "Bluetooth");
    buf_str(out, " · ");
    with(scene, out, car->car_play, "CarPlay");
    buf_char(out, '\n');
}

static void size_of_car(const scene_t *scene, buf_t *out, const proto_car_t *car)
{
    char length[MONEY_TEXT_SIZE], width[MONEY_TEXT_SIZE], height[MONEY_TEXT_SIZE], all[160];
    if (car->length == 0 || car->width == 0 || car->height == 0)
        return;
    snprintf(all, sizeof(all), "%s × %s × %s", number_print(car->length, length),
             number_print(car->width, width), number_print(car->height, height));
    phrase_add(out, &scene->voice, PHRASE_SIZE, PHRASE_ARGS({"size", str_from(all)}));
    buf_char(out, '\n');
}

static void no_such_stock(const scene_t *scene, buf_t *out, int64_t stock_id)
{
    char stock[MONEY_TEXT_SIZE];
    snprintf(stock, sizeof(stock), "%lld", (long long)stock_id);
    phrase_add(out, &scene->voice, PHRASE_NO_SUCH_STOCK, PHRASE_ARGS({"stock", str_from(stock)}));
}

/* The model is not told of pictures, so the link is taken from the cursor. */
static void photo(const scene_t *scene, buf_t *out, int64_t stock_id)
{
    const proto_car_t *car = scene->chosen;
    if (car != NULL && car->stock_id == stock_id && car->photo_url.size > 0)
        phrase_add(out, &scene->voice, PHRASE_PHOTO, PHRASE_ARGS({"url", car->photo_url}));
    else
        phrase_say(out, &scene->voice, PHRASE_NO_PHOTO);
    buf_char(out, '\n');
}

bool read_sold(const scene_result_t *result, proto_car_t *car)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(result->json, "car");
    if (object == NULL || !cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(result->json, "sold")))
        return false;
    json_read_car(object, car);
    return true;
}

bool write_sold(scene_t *scene, buf_t *out)
{
    proto_car_t car;
    int64_t said = 0;
    for (size_t i = 0; i < scene->result_count; i++) {
        if (!read_sold(&scene->results[i], &car) || car.stock_id == said)
            continue;
        said = car.stock_id;
        buf_t name;
        buf_init(&name, 1024);
        write_car_name(&name, &car, (str_t){NULL, 0});
        phrase_add(out, &scene->voice, PHRASE_SOLD, PHRASE_ARGS({"car", buf_view(&name)}));
        buf_char(out, '\n');
        buf_free(&name);
    }
    return said != 0;
}

void write_car(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    char stock[MONEY_TEXT_SIZE];
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(result->json, "car");
    proto_car_t car;
    json_read_car(object, &car);
    if (object == NULL) {
        no_such_stock(scene, out, json_read_int(result->json, "stock_id"));
        return;
    }
    snprintf(stock, sizeof(stock), "%lld", (long long)car.stock_id);
    if (scene->u.says & SAYS_STILL) {
        phrase_say(out, &scene->voice, PHRASE_STILL);
        buf_char(out, '\n');
    }
    headline(scene, out, &car);
    facts(scene, out, &car);
    size_of_car(scene, out, &car);
    phrase_add(out, &scene->voice, PHRASE_STOCK, PHRASE_ARGS({"stock", str_from(stock)}));
    buf_char(out, '\n');
    if (scene->u.economy || scene->u.seats > 0) {
        phrase_say(out, &scene->voice, scene->u.economy ? PHRASE_ECONOMY_CAR : PHRASE_SEATS_CAR);
        buf_char(out, '\n');
    }
    if (scene->u.equipment != NULL) {
        phrase_add(out, &scene->voice, PHRASE_EQUIPMENT,
                   PHRASE_ARGS({"what", str_from(scene->u.equipment)}));
        buf_char(out, '\n');
    }
    if (scene->u.says & SAYS_PHOTO)
        photo(scene, out, car.stock_id);
    phrase_fresh(out, &scene->voice, PHRASE_ASK_QUOTE);
}

/* ---- what it costs a month ---- */

/* "10", "10.5" */
static const char *percent(int64_t basis_points, char text[MONEY_TEXT_SIZE])
{
    int64_t rest = basis_points % 100;
    if (rest == 0)
        snprintf(text, MONEY_TEXT_SIZE, "%lld", (long long)(basis_points / 100));
    else
        snprintf(text, MONEY_TEXT_SIZE, rest % 10 == 0 ? "%lld.%lld" : "%lld.%02lld",
                 (long long)(basis_points / 100), (long long)(rest % 10 == 0 ? rest / 10 : rest));
    return text;
}

/* The down payment with its percentage where that is a whole one. */
static void down_line(const scene_t *scene, buf_t *out, const proto_quote_t *plan)
{
    char down[MONEY_TEXT_SIZE], text[MONEY_TEXT_SIZE];
    money_print(plan->down_payment, down);
    int64_t bp = 0;
    for (int64_t whole = 100; whole < 10000 && bp == 0; whole += 100)
        if (financing_percent(plan->price, whole) == plan->down_payment)
            bp = whole;
    if (plan->down_payment == 0)
        phrase_say(out, &scene->voice, PHRASE_NO_DOWN);
    else if (bp > 0)
        phrase_add(out, &scene->voice, PHRASE_DOWN_PERCENT,
                   PHRASE_ARGS({"percent", str_from(percent(bp, text))}, {"down", str_from(down)}));
    else
        phrase_add(out, &scene->voice, PHRASE_DOWN, PHRASE_ARGS({"down", str_from(down)}));
    buf_char(out, '\n');
}

/* Whole years around the plan that the shop offers too: 36 or 60 for 48. */
static void ask_compare(const scene_t *scene, buf_t *out, int64_t months)
{
    const financing_terms_t *terms = &scene->shop->terms;
    int64_t others[2];
    size_t count = 0;
    char a[MONEY_TEXT_SIZE], b[MONEY_TEXT_SIZE];
    for (int64_t apart = 1; apart <= 240 && count < 2; apart++)
        for (int side = -1; side <= 1 && count < 2; side += 2) {
            int64_t other = months + side * apart;
            if (other % 12 == 0 && other >= terms->min_months && other <= terms->max_months)
                others[count++] = other;
        }
    if (count == 2 && others[0] > others[1]) {
        int64_t swap = others[0];
        others[0] = others[1];
        others[1] = swap;
    }
    snprintf(a, sizeof(a), "%lld", (long long)(count > 0 ? others[0] : 0));
    snprintf(b, sizeof(b), "%lld", (long long)(count > 1 ? others[1] : 0));
    if (count == 2)
        phrase_add(out, &scene->voice, PHRASE_ASK_COMPARE,
                   PHRASE_ARGS({"a", str_from(a)}, {"b", str_from(b)}));
    else if (count == 1)
        phrase_add(out, &scene->voice, PHRASE_ASK_COMPARE_ONE, PHRASE_ARGS({"a", str_from(a)}));
    else
        phrase_say(out, &scene->voice, PHRASE_ASK_DOWN);
}

static void one_plan(scene_t *scene, buf_t *out, const proto_quote_t *plan, bool asks)
{
    char months[MONEY_TEXT_SIZE], instalment[MONEY_TEXT_SIZE], rate[MONEY_TEXT_SIZE];
    char financed[MONEY_TEXT_SIZE], interest[MONEY_TEXT_SIZE];
    snprintf(months, sizeof(months), "%lld", (long long)plan->months);
    down_line(scene, out, plan);
    phrase_add(
        out, &scene->voice, PHRASE_INSTALMENTS,
        PHRASE_ARGS({"months", str_from(months)},
                    {"instalment", str_from(money_print_cents(plan->instalment, instalment))},
                    {"rate", str_from(percent(plan->rate_bp, rate))}));
    buf_char(out, '\n');
    phrase_add(out, &scene->voice, PHRASE_FINANCED,
               PHRASE_ARGS({"financed", str_from(money_print_cents(plan->financed, financed))},
                           {"interest", str_from(money_print_cents(plan->interest, interest))}));
    if (!asks)
        return;
    buf_char(out, '\n');
    ask_compare(scene, out, plan->months);
}

static bool within(const scene_t *scene, const proto_quote_t *plan)
{
    return scene->u.monthly == 0 || plan->instalment <= scene->u.monthly;
}

static void several_plans(scene_t *scene, buf_t *out, const proto_quote_t *plans, size_t count,
                          bool asks)
{
    char text[MONEY_TEXT_SIZE], months[MONEY_TEXT_SIZE];
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any |= within(scene, &plans[i]);
    down_line(scene, out, &plans[0]);
    for (size_t i = 0; i < count; i++) {
        if (any && !within(scene, &plans[i]))
            continue;
        snprintf(months, sizeof(months), "%lld", (long long)plans[i].months);
        phrase_add(
            out, &scene->voice, PHRASE_INSTALMENT_LINE,
            PHRASE_ARGS({"months", str_from(months)},
                        {"instalment", str_from(money_print_cents(plans[i].instalment, text))}));
        buf_char(out, '\n');
    }
    if (!any) {
        phrase_add(out, &scene->voice, PHRASE_MONTHLY_NONE,
                   PHRASE_ARGS({"monthly", str_from(money_print(scene->u.monthly, text))}));
        buf_char(out, '\n');
    }
    phrase_add(out, &scene->voice, PHRASE_RATE,
               PHRASE_ARGS({"rate", str_from(percent(plans[0].rate_bp, text))}));
    if (!asks)
        return;
    buf_char(out, ' ');
    bool down_said = scene->u.down >= 0 || scene->u.down_bp >= 0 || plans[0].down_payment > 0;
    phrase_say(out, &scene->voice, down_said ? PHRASE_ASK_ANOTHER : PHRASE_ASK_DOWN);
}

/* The car is gone, the catalog is away, or the plan cannot be. */
static void write_no_quote(const scene_t *scene, buf_t *out, const scene_result_t *result,
                           bool car_found)
{
    str_t error = json_read_text(result->json, "error");
    int64_t stock_id = json_read_int(result->arguments, "stock_id");
    if (car_found || stock_id == 0)
        phrase_say(out, &scene->voice, PHRASE_QUOTE_FAILED);
    else if (memmem(error.data, error.size, "stock_id", 8) != NULL)
        no_such_stock(scene, out, stock_id);
    else
        phrase_say(out, &scene->voice, PHRASE_TROUBLE_SHOWN);
}

void write_quote(scene_t *scene, buf_t *out, const scene_result_t *result, bool asks)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(result->json, "car"), *item;
    proto_quote_t plans[MOST_PLANS];
    size_t count = 0;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result->json, "quotes")) {
        if (count < MOST_PLANS)
            json_read_quote(item, &plans[count++]);
    }
    if (count == 0) {
        write_no_quote(scene, out, result, object != NULL);
        return;
    }
    proto_car_t car;
    json_read_car(object, &car);
    if (object != NULL) {
        headline(scene, out, &car);
    } else {
        char price[MONEY_TEXT_SIZE];
        phrase_add(out, &scene->voice, PHRASE_PRICE_LINE,
                   PHRASE_ARGS({"price", str_from(money_print(plans[0].price, price))}));
        buf_char(out, '\n');
    }
    if (count == 1)
        one_plan(scene, out, &plans[0], asks);
    else
        several_plans(scene, out, plans, count, asks);
}

/* ---- one against the other ---- */

/* "El 1 cuesta menos y tiene menos kilómetros." differences: below 0 it has the point. */
static void points(const scene_t *scene, buf_t *out, size_t nth, const int64_t differences[3])
{
    static const phrase_t phrases[3] = {PHRASE_COSTS_LESS, PHRASE_LESS_KM, PHRASE_NEWER};
    size_t has = 0, said = 0;
    for (size_t i = 0; i < 3; i++)
        has += differences[i] < 0;
    if (has == 0)
        return;
    buf_t list;
    buf_init(&list, 1024);
    for (size_t i = 0; i < 3; i++) {
        if (differences[i] >= 0)
            continue;
        if (said > 0 && said + 1 == has)
            phrase_say(&list, &scene->voice, PHRASE_AND);
        else if (said > 0)
            buf_str(&list, ", ");
        phrase_say(&list, &scene->voice, phrases[i]);
        said++;
    }
    if (out->data[out->size - 1] != '\n')
        buf_char(out, ' ');
    phrase_add(
        out, &scene->voice, PHRASE_POINTS,
        PHRASE_ARGS({"n", nth == 0 ? STR_LIT("1") : STR_LIT("2")}, {"list", buf_view(&list)}));
    buf_free(&list);
}

void write_comparison(scene_t *scene, buf_t *out, const proto_car_t *a, const proto_car_t *b)
{
    const proto_car_t *cars[2] = {a, b};
    char price[MONEY_TEXT_SIZE];
    phrase_say(out, &scene->voice, PHRASE_COMPARE);
    buf_char(out, '\n');
    for (size_t i = 0; i < 2; i++) {
        buf_printf(out, "%zu. *", i + 1);
        write_car_name(out, cars[i], (str_t){NULL, 0});
        buf_printf(out, "* · %s\n", money_print(cars[i]->price, price));
        facts(scene, out, cars[i]);
    }
    points(scene, out, 0, (int64_t[]){a->price - b->price, a->km - b->km, b->year - a->year});
    points(scene, out, 1, (int64_t[]){b->price - a->price, b->km - a->km, a->year - b->year});
    if (out->data[out->size - 1] != '\n')
        buf_char(out, '\n');
    phrase_say(out, &scene->voice, PHRASE_COMPARE_WHICH);
}

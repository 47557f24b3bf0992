/* Asking for a plan, or saying why there can be none. */
#include "agent/json.h"
#include "agent/kept.h"
#include "agent/offline_scene.h"
#include "common/money.h"

bool wants_quote(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    return (u->says & (SAYS_QUOTE | SAYS_QUOTED)) || u->month_count > 0 || u->down >= 0 ||
           u->down_bp >= 0 || u->monthly > 0;
}

/* The plan given for the car last, or NULL. */
static const proto_quote_t *last_plan(const scene_t *scene, int64_t stock_id)
{
    if (scene->quote != NULL && scene->quote->stock_id == stock_id)
        return scene->quote;
    return kept_plan(scene->context, stock_id);
}

/* A car that was quoted earlier in the conversation keeps its down payment. */
static void kept_down(const scene_t *scene, int64_t stock_id, buf_t *arguments)
{
    const proto_context_t *context = scene->context;
    for (size_t i = context->kept_quotes_count; i-- > 0;)
        if (context->kept_quotes[i].stock_id == stock_id) {
            json_money(arguments, "down_payment", context->kept_quotes[i].down_payment);
            return;
        }
}

void call_quote(scene_t *scene, int64_t stock_id, int64_t price)
{
    const understood_t *u = &scene->u;
    const proto_quote_t *last = last_plan(scene, stock_id);
    buf_t arguments;
    buf_init(&arguments, 1024);
    buf_char(&arguments, '{');
    if (stock_id > 0)
        json_int(&arguments, "stock_id", stock_id);
    else
        json_money(&arguments, "price", price);
    if (u->down >= 0)
        json_money(&arguments, "down_payment", u->down);
    else if (u->down_bp >= 0)
        json_money(&arguments, "down_payment_percent", u->down_bp);
    else if (stock_id > 0 && (last == NULL || last->stock_id != stock_id))
        kept_down(scene, stock_id, &arguments);
    const int64_t *months = u->months;
    size_t count = u->month_count;
    bool same_term = (u->says & SAYS_QUOTED) || /* what it was */
                     (!scene->asked_down && !scene->asked_term &&
                      (u->down >= 0 || u->down_bp >= 0)); /* another down payment */
    if (count == 0 && same_term && last != NULL) {
        months = &last->months;
        count = 1;
    }
    if (count > 0) {
        json_key(&arguments, "months");
        for (size_t i = 0; i < count; i++)
            buf_printf(&arguments, "%s%lld", i == 0 ? "[" : ",", (long long)months[i]);
        buf_char(&arguments, ']');
    }
    buf_char(&arguments, '}');
    scene_call(scene, TAG_QUOTE, "quote_financing", &arguments);
}

static void refuse_months(scene_t *scene, int64_t months)
{
    const financing_terms_t *terms = &scene->shop->terms;
    char min[MONEY_TEXT_SIZE], max[MONEY_TEXT_SIZE], near[MONEY_TEXT_SIZE];
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    number_print(terms->min_months, min);
    number_print(terms->max_months, max);
    number_print(months < terms->min_months ? terms->min_months : terms->max_months, near);
    phrase_add(
        &text, &scene->voice, PHRASE_BAD_MONTHS,
        PHRASE_ARGS({"min", str_from(min)}, {"max", str_from(max)}, {"near", str_from(near)}));
    answer_text(scene, &text);
}

static void refuse_down(scene_t *scene, int64_t price, financing_status_t status)
{
    const financing_terms_t *terms = &scene->shop->terms;
    char percent[MONEY_TEXT_SIZE], money[MONEY_TEXT_SIZE];
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    number_print(terms->min_down_bp / 100, percent);
    if (status == FINANCING_DOWN_TOO_HIGH) {
        phrase_add(&text, &scene->voice, PHRASE_BAD_DOWN_HIGH,
                   PHRASE_ARGS({"price", str_from(money_print(price, money))}));
    } else {
        money_print(financing_percent(price, terms->min_down_bp), money);
        phrase_add(&text, &scene->voice, PHRASE_BAD_DOWN_LOW,
                   PHRASE_ARGS({"percent", str_from(percent)}, {"down", str_from(money)}));
    }
    answer_text(scene, &text);
}

bool refuse_plan(scene_t *scene, int64_t price)
{
    const understood_t *u = &scene->u;
    const financing_terms_t *terms = &scene->shop->terms;
    if (u->negative) {
        answer_phrase(scene, PHRASE_BAD_NEGATIVE);
        return true;
    }
    size_t impossible = 0;
    for (size_t i = 0; i < u->month_count; i++)
        impossible += u->months[i] < terms->min_months || u->months[i] > terms->max_months;
    if (impossible > 0 && impossible == u->month_count) {
        refuse_months(scene, u->months[0]);
        return true;
    }
    int64_t down = u->down >= 0      ? u->down
                   : u->down_bp >= 0 ? financing_percent(price, u->down_bp)
                                     : -1;
    proto_quote_t quote;
    if (price <= 0 || down < 0)
        return false;
    financing_status_t status = financing_quote(terms, price, down, terms->min_months, &quote);
    if (status != FINANCING_DOWN_TOO_HIGH && status != FINANCING_DOWN_TOO_LOW)
        return false;
    refuse_down(scene, price, status);
    return true;
}

void quote_car(scene_t *scene, int64_t stock_id)
{
    const proto_car_t *car = seen_car(scene, stock_id);
    if (refuse_plan(scene, car != NULL ? car->price : 0))
        return;
    call_quote(scene, stock_id, 0);
    for (size_t i = 1; i < scene->u.ordinal_count && i < 2; i++) {
        int64_t other = 0;
        if (target_by_place(scene, scene->u.ordinals[i], &other) == TARGET_CAR && other != stock_id)
            call_quote(scene, other, 0);
    }
}

/* "¿De cuál de la lista te hago la cuenta?" — "El 2": the terms stand in what was said before. */
static void recall_terms(scene_t *scene)
{
    understood_t before;
    understand(scene->said_before, &before);
    memcpy(scene->u.months, before.months, sizeof(before.months));
    scene->u.month_count = before.month_count;
    scene->u.down = before.down;
    scene->u.down_bp = before.down_bp;
}

/* "¿Y el segundo?" after a plan of the first: the same plan of the second. */
static bool same_plan_again(scene_t *scene)
{
    const proto_quote_t *last = scene->quote;
    understood_t *u = &scene->u;
    if (!(u->says & SAYS_ALSO) || (u->says & (SAYS_DETAIL | SAYS_PHOTO | SAYS_SEARCH)) ||
        last == NULL || scene->question.month_count == 0 || wants_quote(scene))
        return false;
    u->months[0] = last->months;
    u->month_count = 1;
    for (int64_t bp = 0; bp < 10000 && u->down_bp < 0; bp += 100)
        if (financing_percent(last->price, bp) == last->down_payment)
            u->down_bp = bp;
    if (u->down_bp < 0)
        u->down = last->down_payment;
    return true;
}

void take_up_car(scene_t *scene, int64_t stock_id)
{
    bool asked = (scene->asked_quote || scene->asked_list) && scene->question.month_count == 0 &&
                 !(scene->u.says & (SAYS_DETAIL | SAYS_PHOTO | SAYS_THIS | SAYS_SEARCH));
    if (asked && scene->asked_list && !wants_quote(scene))
        recall_terms(scene);
    if (same_plan_again(scene) || (asked && seen_car(scene, stock_id) != NULL) ||
        wants_quote(scene))
        quote_car(scene, stock_id);
    else
        call_car(scene, TAG_CAR, stock_id);
}

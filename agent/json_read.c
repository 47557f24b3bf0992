#include "agent/json_read.h"

#include <math.h>

#include "common/money.h"

int64_t json_read_int(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    if (!cJSON_IsNumber(value) || !(fabs(value->valuedouble) < 9e15))
        return 0;
    return llround(value->valuedouble);
}

int64_t json_read_cents(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    int64_t cents = 0;
    if (cJSON_IsString(value))
        return money_parse(str_from(value->valuestring), &cents) ? cents : 0;
    if (!cJSON_IsNumber(value) || !(fabs(value->valuedouble) < 1e13))
        return 0;
    return llround(value->valuedouble * 100);
}

str_t json_read_text(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(value) ? str_from(value->valuestring) : (str_t){NULL, 0};
}

static bool read_bool(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int64_t read_wish(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsTrue(value) ? 1 : cJSON_IsFalse(value) ? 2 : 0;
}

void json_read_car(const cJSON *object, proto_car_t *car)
{
    *car = (proto_car_t){
        .stock_id = json_read_int(object, "stock_id"),
        .make = json_read_text(object, "make"),
        .model = json_read_text(object, "model"),
        .version = json_read_text(object, "version"),
        .year = json_read_int(object, "year"),
        .price = json_read_cents(object, "price"),
        .km = json_read_int(object, "km"),
        .bluetooth = read_bool(object, "bluetooth"),
        .car_play = read_bool(object, "car_play"),
        .length = json_read_int(object, "length_mm"),
        .width = json_read_int(object, "width_mm"),
        .height = json_read_int(object, "height_mm"),
        .body = json_read_text(object, "body"),
        .fuel = json_read_text(object, "fuel"),
        .transmission = json_read_text(object, "transmission"),
        .colour = json_read_text(object, "colour"),
        .city = json_read_text(object, "city"),
    };
}

void json_read_query(const cJSON *object, proto_query_t *query)
{
    *query = (proto_query_t){
        .make = json_read_text(object, "make"),
        .model = json_read_text(object, "model"),
        .q = json_read_text(object, "text"),
        .year_min = json_read_int(object, "year_min"),
        .year_max = json_read_int(object, "year_max"),
        .price_min = json_read_cents(object, "price_min"),
        .price_max = json_read_cents(object, "price_max"),
        .km_min = json_read_int(object, "km_min"),
        .km_max = json_read_int(object, "km_max"),
        .bluetooth = read_wish(object, "bluetooth"),
        .car_play = read_wish(object, "car_play"),
        .body = json_read_text(object, "body"),
        .fuel = json_read_text(object, "fuel"),
        .transmission = json_read_text(object, "transmission"),
        .colour = json_read_text(object, "colour"),
        .city = json_read_text(object, "city"),
        .length_min = json_read_int(object, "length_min"),
        .exclude = json_read_text(object, "exclude"),
        .sort = json_read_text(object, "sort"),
        .page = json_read_int(object, "page"),
        .page_size = json_read_int(object, "page_size"),
    };
}

void json_read_quote(const cJSON *object, proto_quote_t *quote)
{
    *quote = (proto_quote_t){
        .stock_id = json_read_int(object, "stock_id"),
        .price = json_read_cents(object, "price"),
        .down_payment = json_read_cents(object, "down_payment"),
        .months = json_read_int(object, "months"),
        .rate_bp = json_read_cents(object, "rate_percent"),
        .instalment = json_read_cents(object, "instalment"),
        .financed = json_read_cents(object, "financed"),
        .total = json_read_cents(object, "total"),
        .interest = json_read_cents(object, "interest"),
    };
}

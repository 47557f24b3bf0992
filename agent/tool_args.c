#include "agent/tool_args.h"

#include <assert.h>
#include <cjson/cJSON.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/amount.h"
#include "common/money.h"
#include "common/text.h"

/* ---- reading one value ---- */

/* Numbers may come as text; hundredths, so that money is exact. */
static bool hundredths_of(const cJSON *value, int64_t *hundredths)
{
    if (cJSON_IsString(value))
        return amount_read(str_from(value->valuestring), hundredths);
    if (!cJSON_IsNumber(value) || !(fabs(value->valuedouble) <= (double)MONEY_MAX))
        return false;
    *hundredths = llround(value->valuedouble * 100);
    return true;
}

static bool read_number(const arg_t *arg, const cJSON *value, int64_t *out)
{
    int64_t number;
    if (!hundredths_of(value, &number) || number % 100 != 0)
        return false;
    number /= 100;
    if (number < arg->min || number > arg->max)
        return false;
    *out = number;
    return true;
}

static bool read_amount(const arg_t *arg, const cJSON *value, int64_t *out)
{
    int64_t cents;
    if (!hundredths_of(value, &cents) || cents < arg->min * 100 || cents > arg->max * 100)
        return false;
    *out = cents;
    return true;
}

static bool read_percent(const arg_t *arg, const cJSON *value, int64_t *out)
{
    char text[32];
    int64_t basis_points;
    if (cJSON_IsString(value)) {
        size_t size = strcspn(value->valuestring, "% ");
        if (size >= sizeof text ||
            strspn(value->valuestring + size, "% ") != strlen(value->valuestring + size))
            return false;
        memcpy(text, value->valuestring, size);
        text[size] = 0;
        if (!money_parse(str_from(text), &basis_points))
            return false;
    } else if (!hundredths_of(value, &basis_points)) {
        return false;
    }
    if (basis_points < arg->min * 100 || basis_points > arg->max * 100)
        return false;
    *out = basis_points;
    return true;
}

/* Below 20 it must be metres, below 1,000 centimetres: no car is shorter than a metre. */
static bool read_mm(const arg_t *arg, const cJSON *value, int64_t *out)
{
    int64_t length;
    if (!hundredths_of(value, &length) || length <= 0)
        return false;
    length = length < 2000 ? length * 10 : length < 100000 ? length / 10 : length / 100;
    if (length < arg->min || length > arg->max)
        return false;
    *out = length;
    return true;
}

static bool read_wish(const cJSON *value, int64_t *out)
{
    static const char *const yes[] = {"true", "yes", "si", "sí", "with", "con", "1", NULL};
    static const char *const no[] = {"false", "no", "without", "sin", "0", NULL};
    if (cJSON_IsBool(value)) {
        *out = cJSON_IsTrue(value) ? 1 : 2;
        return true;
    }
    for (size_t i = 0; cJSON_IsString(value) && yes[i]; i++)
        if (!strcmp(value->valuestring, yes[i]))
            return *out = 1, true;
    for (size_t i = 0; cJSON_IsString(value) && no[i]; i++)
        if (!strcmp(value->valuestring, no[i]))
            return *out = 2, true;
    return false;
}

static bool read_word(const cJSON *value, const char *const *words, str_t *out)
{
    for (size_t i = 0; cJSON_IsString(value) && words[i]; i++)
        if (!strcmp(value->valuestring, words[i]))
            return *out = str_from(words[i]), true;
    return false;
}

static bool read_text(const arg_t *arg, const cJSON *value, arena_t *arena, str_t *out)
{
    char number[32];
    const char *said = value->valuestring;
    if (cJSON_IsNumber(value)) { /* model 3, a Mazda 3, a Peugeot 208 */
        snprintf(number, sizeof number, "%.10g", value->valuedouble);
        said = number;
    } else if (!cJSON_IsString(value)) {
        return false;
    }
    str_t text = text_trim(str_from(said));
    if (!utf8_valid(text) || text.size < (size_t)arg->min ||
        (arg->kind == ARG_OWN && text.size > (size_t)arg->max))
        return false;
    text = utf8_front(text, (size_t)arg->max);
    char *copy = arena_copy(arena, text);
    *out = (str_t){copy, copy ? text.size : 0};
    return copy != NULL;
}

static bool read_months(const arg_t *arg, const cJSON *value, tool_args_t *args)
{
    const cJSON *item = cJSON_IsArray(value) ? value->child : value;
    args->month_count = 0;
    for (; item; item = cJSON_IsArray(value) ? item->next : NULL) {
        int64_t months = 0;
        if (args->month_count == TOOL_ARGS_MAX_MONTHS || !read_number(arg, item, &months))
            return false;
        args->months[args->month_count++] = months;
    }
    return true;
}

static bool arg_read(const arg_t *arg, const cJSON *value, tool_args_t *args, arena_t *arena)
{
    void *to = (char *)args + arg->offset;
    switch (arg->kind) {
    case ARG_TEXT:
    case ARG_OWN:
        return read_text(arg, value, arena, to);
    case ARG_NUMBER:
        return read_number(arg, value, to);
    case ARG_AMOUNT:
        return read_amount(arg, value, to);
    case ARG_PERCENT:
        return read_percent(arg, value, to);
    case ARG_MM:
        return read_mm(arg, value, to);
    case ARG_WISH:
        return read_wish(value, to);
    case ARG_SORT:
        return read_word(value, tool_sorts, to);
    case ARG_INTEREST:
        return read_word(value, tool_interests, to);
    case ARG_MONTHS:
        return read_months(arg, value, args);
    }
    return false;
}

/* ---- reading all ---- */

/* cJSON recurses, so depth is looked at before it gets the bytes. */
static bool depth_ok(str_t json)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.size; i++) {
        char c = json.data[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > TOOL_ARGS_MAX_DEPTH)
                return false;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return true;
}

static const char *expected(const arg_t *arg)
{
    switch (arg->kind) {
    case ARG_TEXT:
        return "a text";
    case ARG_NUMBER:
        return "a whole number";
    case ARG_AMOUNT:
        return "an amount in pesos, such as 300000";
    case ARG_PERCENT:
        return "a percentage from 0 to 100";
    case ARG_MM:
        return "a length in millimetres";
    case ARG_WISH:
        return "true, false or null";
    case ARG_OWN:
        return "a short text";
    case ARG_INTEREST:
        return "one of visit, test_drive, reserve, buy, contact";
    case ARG_SORT:
        return "one of relevance, price, -price, km, -km, year, -year";
    case ARG_MONTHS:
        return "a list of 1 to 6 whole numbers of months, from 1 to 600";
    }
    return "";
}

static const char *why_bad(const arg_t *arg, arena_t *arena)
{
    if (arg->kind == ARG_NUMBER && arg->max < INT64_MAX)
        return arena_printf(arena, "%s must be %s from %lld to %lld%s", arg->name, expected(arg),
                            (long long)arg->min, (long long)arg->max,
                            arg->required ? "" : ", or null");
    return arena_printf(arena, "%s must be %s%s", arg->name, expected(arg),
                        arg->required || arg->kind == ARG_WISH ? "" : ", or null");
}

static const char *why_unknown(tool_id_t tool, arena_t *arena)
{
    buf_t names;
    buf_init(&names, 2048);
    for (size_t i = 0; i < tool_arg_count; i++)
        if (tool_arg_table[i].tool == tool)
            buf_printf(&names, "%s%s", names.size ? ", " : "", tool_arg_table[i].name);
    const char *why = arena_printf(arena, "unknown argument; %s takes only: %s",
                                   tool_specs[tool].name, names.data);
    buf_free(&names);
    return why;
}

/* A text that says nothing is as good as null. */
static bool says_nothing(const arg_t *arg, const cJSON *value)
{
    return cJSON_IsNull(value) || (!arg->required && cJSON_IsString(value) &&
                                   text_trim(str_from(value->valuestring)).size == 0);
}

static void put_right(int64_t *min, int64_t *max)
{
    if (*min && *max && *min > *max) {
        int64_t swap = *min;
        *min = *max;
        *max = swap;
    }
}

static bool object_read(tool_id_t tool, const cJSON *object, tool_args_t *args, arena_t *arena,
                        const char **why)
{
    uint64_t seen = 0; /* a bit for each row of the table */
    for (const cJSON *value = object->child; value; value = value->next) {
        const arg_t *arg = tool_arg_by_name(tool, value->string);
        if (!arg)
            return *why = why_unknown(tool, arena), false;
        if (says_nothing(arg, value))
            continue;
        if (!arg_read(arg, value, args, arena))
            return *why = why_bad(arg, arena), false;
        seen |= 1ull << (arg - tool_arg_table);
    }
    for (size_t i = 0; i < tool_arg_count; i++)
        if (tool_arg_table[i].tool == tool && tool_arg_table[i].required && !(seen >> i & 1))
            return *why = arena_printf(arena, "%s is missing", tool_arg_table[i].name), false;
    return true;
}

bool tool_args_read(tool_id_t tool, str_t json, tool_args_t *args, arena_t *arena, const char **why)
{
    assert(tool < TOOL_COUNT && tool_arg_count <= 64);
    *args = (tool_args_t){.down_payment = -1, .down_bp = -1};
    *why = NULL;
    json = text_trim(json);
    if (json.size == 0)
        json = STR_LIT("{}");
    if (json.size > TOOL_ARGS_MAX_BYTES || !depth_ok(json)) {
        *why = "the arguments are too long or nested too deep; send one flat JSON object";
        return false;
    }
    cJSON *object = cJSON_ParseWithLength(json.data, json.size);
    bool ok = cJSON_IsObject(object);
    if (ok)
        ok = object_read(tool, object, args, arena, why);
    else
        *why = "the arguments are not a JSON object; send them again as one";
    cJSON_Delete(object);
    proto_query_t *q = &args->query;
    put_right(&q->year_min, &q->year_max);
    put_right(&q->price_min, &q->price_max);
    put_right(&q->km_min, &q->km_max);
    put_right(&q->length_min, &q->length_max);
    put_right(&q->width_min, &q->width_max);
    put_right(&q->height_min, &q->height_max);
    if (!ok && !*why)
        *why = "the arguments are too long";
    return ok;
}

/* Answers have the shape of the real API's, chunk by chunk. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/json.h"
#include "agent/json_walk.h"
#include "tests/bench/sim/chat.h"

#define MAX_TEXT (16 << 10)
#define CALL_PIECE 24 /* bytes of arguments in one event */

/* ---- the script ---- */

#define NULLS                                                                               \
    "\"year_max\":null,\"price_min\":null,\"km_min\":null,\"car_play\":null,\"body\":null," \
    "\"fuel\":null,\"transmission\":null,\"colour\":null,\"city\":null,\"exclude\":null,"   \
    "\"length_min\":null,\"length_max\":null,\"width_min\":null,\"width_max\":null,"        \
    "\"height_min\":null,\"height_max\":null,\"page_size\":null}"

static const char default_script[] =
    "search_cars {\"make\":\"Nissan\",\"model\":null,\"text\":null,\"year_min\":null,"
    "\"price_max\":300000,\"km_max\":null,\"bluetooth\":null,\"sort\":null,\"page\":1," NULLS "\n"
    "search_cars {\"make\":\"Volkswagen\",\"model\":\"Jetta\",\"text\":null,\"year_min\":2014,"
    "\"price_max\":null,\"km_max\":null,\"bluetooth\":null,\"sort\":\"price\",\"page\":1," NULLS
    "\n"
    "search_cars {\"make\":\"Chevrolet\",\"model\":null,\"text\":null,\"year_min\":2015,"
    "\"price_max\":400000,\"km_max\":120000,\"bluetooth\":null,\"sort\":null,\"page\":1," NULLS "\n"
    "search_cars {\"make\":\"Toyota\",\"model\":null,\"text\":null,\"year_min\":null,"
    "\"price_max\":null,\"km_max\":null,\"bluetooth\":null,\"sort\":\"-year\",\"page\":1," NULLS
    "\n";

void chat_script_default(chat_script_t *self)
{
    const char *why;
    chat_script_read(self, str_from(default_script), &why);
}

static bool read_line(chat_script_t *self, str_t line, const char **why)
{
    const char *blank = memchr(line.data, ' ', line.size);
    *why = "a line is a tool's name, a blank and its arguments as JSON";
    if (!blank || self->count == CHAT_MAX_TOOL_CALLS)
        return false;
    size_t name = (size_t)(blank - line.data);
    str_t arguments = {blank + 1, line.size - name - 1};
    json_walk_t walk = json_walk(arguments);
    if (!json_walk_skip(&walk) || !json_walk_end(&walk)) {
        *why = walk.why;
        return false;
    }
    self->calls[self->count].name = strndup(line.data, name);
    self->calls[self->count++].arguments = strndup(arguments.data, arguments.size);
    return true;
}

bool chat_script_read(chat_script_t *self, str_t text, const char **why)
{
    while (text.size) {
        const char *end = memchr(text.data, '\n', text.size);
        str_t line = {text.data, end ? (size_t)(end - text.data) : text.size};
        if (line.size && !read_line(self, line, why))
            return false;
        size_t used = line.size + (end != NULL);
        text = (str_t){text.data + used, text.size - used};
    }
    *why = "there is no call in it";
    return self->count > 0;
}

void chat_script_free(chat_script_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        free(self->calls[i].name);
        free(self->calls[i].arguments);
    }
    self->count = 0;
}

/* ---- what is said about a result ---- */

static long long number_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsNumber(item) ? (long long)item->valuedouble : 0;
}

static const char *text_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : "";
}

/* 1234567 as 1,234,567 */
static void add_grouped(buf_t *out, long long number)
{
    char plain[24];
    int size = snprintf(plain, sizeof plain, "%lld", number);
    for (int i = 0; i < size; i++) {
        if (i && (size - i) % 3 == 0)
            buf_char(out, ',');
        buf_char(out, plain[i]);
    }
}

static void say_car(const cJSON *car, buf_t *out)
{
    const cJSON *price = cJSON_GetObjectItemCaseSensitive(car, "price");
    long long cents = cJSON_IsNumber(price) ? (long long)(price->valuedouble * 100 + 0.5) : 0;
    buf_printf(out, "%s %s %s %lld · ", text_of(car, "make"), text_of(car, "model"),
               text_of(car, "version"), number_of(car, "year"));
    add_grouped(out, number_of(car, "km"));
    buf_str(out, " km · $");
    add_grouped(out, cents / 100);
    if (cents % 100)
        buf_printf(out, ".%02lld", cents % 100);
}

static void say_page(const cJSON *page, const cJSON *cars, buf_t *out)
{
    const cJSON *car;
    int at = 0;
    buf_printf(out, "Tengo %lld:\n", number_of(page, "total"));
    cJSON_ArrayForEach (car, cars) {
        buf_printf(out, "%d. ", ++at);
        say_car(car, out);
        buf_char(out, '\n');
    }
    buf_printf(out, "Página %lld de %lld, quedan %lld.", number_of(page, "page"),
               number_of(page, "pages"), number_of(page, "pages_left"));
}

static const char *say_result(str_t raw, buf_t *out)
{
    /* the result is JSON inside a JSON string */
    cJSON *string = cJSON_ParseWithLength(raw.data - 1, raw.size + 2);
    cJSON *result = cJSON_IsString(string) ? cJSON_Parse(string->valuestring) : NULL;
    const cJSON *cars = cJSON_GetObjectItemCaseSensitive(result, "cars");
    const cJSON *car = cJSON_GetObjectItemCaseSensitive(result, "car");
    const char *why = NULL;
    if (!cJSON_IsObject(result))
        why = "a tool's result is no JSON object";
    else if (cJSON_GetObjectItemCaseSensitive(result, "error"))
        why = "a tool failed";
    else if (cJSON_GetArraySize(cars))
        say_page(result, cars, out);
    else if (car)
        say_car(car, out);
    else if (cars)
        buf_str(out, "No encontré ninguno así.");
    else
        buf_str(out, "Con gusto, ¿qué auto buscas?");
    cJSON_Delete(result);
    cJSON_Delete(string);
    return why;
}

/* ---- as events ---- */

static void begin_chunk(buf_t *out, const chat_asked_t *asked)
{
    buf_str(out, "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                 "\"created\":1795374000,\"model\":\"");
    buf_add(out, asked->model.data, asked->model.size);
    buf_str(out, "\",\"service_tier\":\"default\",\"system_fingerprint\":null,");
    if (asked->usage)
        buf_str(out, "\"usage\":null,");
    buf_str(out, "\"choices\":[{\"index\":0,\"delta\":{");
}

static void end_chunk(buf_t *out, const char *finish)
{
    buf_str(out, "},\"logprobs\":null,\"finish_reason\":");
    buf_str(out, finish);
    buf_str(out, "}]}\n\n");
}

/* The next piece of text, which ends between two characters. */
static str_t cut(str_t *text, size_t size)
{
    if (size > text->size)
        size = text->size;
    while (size < text->size && ((unsigned char)text->data[size] & 0xc0) == 0x80)
        size++;
    str_t piece = {text->data, size};
    *text = (str_t){text->data + size, text->size - size};
    return piece;
}

static void stream_text(const chat_asked_t *asked, str_t text, size_t piece, buf_t *out)
{
    begin_chunk(out, asked);
    buf_str(out, "\"role\":\"assistant\",\"content\":\"\",\"refusal\":null");
    end_chunk(out, "null");
    while (text.size) {
        begin_chunk(out, asked);
        buf_str(out, "\"content\":");
        json_quote(out, cut(&text, piece));
        end_chunk(out, "null");
    }
    begin_chunk(out, asked);
    end_chunk(out, "\"stop\"");
}

static void stream_call(const chat_asked_t *asked, const char *name, str_t arguments, size_t nth,
                        buf_t *out)
{
    begin_chunk(out, asked);
    buf_printf(out,
               "\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"index\":0,\"id\":"
               "\"call_%024zu\",\"type\":\"function\",\"function\":{\"name\":\"%s\","
               "\"arguments\":\"\"}}],\"refusal\":null",
               nth, name);
    end_chunk(out, "null");
    while (arguments.size) {
        begin_chunk(out, asked);
        buf_str(out, "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":");
        json_quote(out, cut(&arguments, CALL_PIECE));
        buf_str(out, "}}]");
        end_chunk(out, "null");
    }
    begin_chunk(out, asked);
    end_chunk(out, "\"tool_calls\"");
}

static void add_usage(const chat_asked_t *asked, size_t made, buf_t *out)
{
    buf_printf(out,
               "\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu,\"total_tokens\":%zu,"
               "\"prompt_tokens_details\":{\"cached_tokens\":%zu,\"audio_tokens\":0},"
               "\"completion_tokens_details\":{\"reasoning_tokens\":0}}",
               asked->tokens, made, asked->tokens + made, asked->tokens / 2);
}

static void end_stream(const chat_asked_t *asked, size_t tokens_out, buf_t *out)
{
    if (asked->usage) {
        buf_str(out, "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                     "\"created\":1795374000,\"choices\":[],");
        add_usage(asked, tokens_out, out);
        buf_str(out, "}\n\n");
    }
    buf_str(out, "data: [DONE]\n\n");
}

/* ---- in one piece ---- */

static void whole(const chat_asked_t *asked, str_t text, const char *name, size_t nth, buf_t *out)
{
    buf_str(out, "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1795374000,"
                 "\"model\":\"");
    buf_add(out, asked->model.data, asked->model.size);
    buf_str(out,
            "\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"refusal\":null,"
            "\"content\":");
    if (name) {
        buf_printf(out,
                   "null,\"tool_calls\":[{\"id\":\"call_%024zu\",\"type\":\"function\","
                   "\"function\":{\"name\":\"%s\",\"arguments\":",
                   nth, name);
        json_quote(out, text);
        buf_str(out, "}}]},\"logprobs\":null,\"finish_reason\":\"tool_calls\"}],");
    } else {
        json_quote(out, text);
        buf_str(out, "},\"logprobs\":null,\"finish_reason\":\"stop\"}],");
    }
    add_usage(asked, text.size / 4 + 5, out);
    buf_char(out, '}');
}

const char *chat_answer(chat_script_t *script, const chat_asked_t *asked, buf_t *out)
{
    buf_t said;
    buf_init(&said, MAX_TEXT);
    const char *why = NULL, *name = NULL;
    str_t text = {0};
    if (!asked->has_result && asked->tools) {
        size_t nth = script->next++ % script->count;
        name = script->calls[nth].name;
        text = str_from(script->calls[nth].arguments);
    } else {
        if (asked->has_result && (why = say_result(asked->result, &said)))
            buf_str(&said, "Disculpa, no pude consultarlo.");
        else if (!asked->has_result)
            buf_str(&said, "¡Hola! Dime qué auto buscas.");
        text = buf_view(&said);
    }
    if (!asked->stream) {
        whole(asked, text, name, script->next, out);
    } else {
        if (name)
            stream_call(asked, name, text, script->next, out);
        else
            stream_text(asked, text, script->piece, out);
        end_stream(asked, text.size / 4 + 5, out);
    }
    buf_free(&said);
    return why;
}

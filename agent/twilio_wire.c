/* Writes and reads what twilio_wire.h promises. */
#include "agent/twilio_wire.h"

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <math.h>
#include <stdlib.h>

#include "common/text.h"

#define CODE_MAX 999999

/* ---- out ---- */

static bool unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

/* &name=value, percent-encoded; nothing for an empty value. */
static void add(buf_t *out, const char *name, str_t value)
{
    if (value.size == 0)
        return;
    if (out->size)
        buf_char(out, '&');
    buf_str(out, name);
    buf_char(out, '=');
    for (size_t i = 0; i < value.size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (unreserved(c))
            buf_char(out, (char)c);
        else
            buf_printf(out, "%%%02X", (unsigned)c);
    }
}

static bool starts(str_t text, const char *front)
{
    size_t size = strlen(front);
    return text.size >= size && memcmp(text.data, front, size) == 0;
}

static bool is_service(str_t from)
{
    return starts(from, "MG");
}

void twilio_write_message(const twilio_outgoing_t *message, buf_t *out)
{
    add(out, "To", message->to);
    add(out, is_service(message->from) ? "MessagingServiceSid" : "From", message->from);
    if (message->content_sid.size) {
        add(out, "ContentSid", message->content_sid);
        add(out, "ContentVariables", message->content_variables);
    } else {
        add(out, "Body", message->body);
    }
    add(out, "StatusCallback", message->status_callback);
}

void twilio_write_query(str_t to, str_t from, buf_t *out)
{
    add(out, "To", to);
    if (!is_service(from))
        add(out, "From", from);
    buf_printf(out, "&PageSize=%d", TWILIO_PAGE);
}

void twilio_write_typing(str_t message_id, buf_t *out)
{
    add(out, "messageId", message_id);
    add(out, "channel", STR_LIT("whatsapp"));
}

/* ---- in ---- */

static str_t text_of(const cJSON *object, const char *name, arena_t *arena)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    const char *copied =
        cJSON_IsString(item) ? arena_copy(arena, str_from(item->valuestring)) : NULL;
    return str_from(copied);
}

/* A number, which Twilio sometimes writes as a string. */
static int64_t number_of(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    double value = 0;
    if (cJSON_IsNumber(item))
        value = item->valuedouble;
    else if (cJSON_IsString(item))
        value = strtod(item->valuestring, NULL);
    return value >= 1 && value <= CODE_MAX ? (int64_t)value : 0; /* not for NaN either */
}

static bool read_entry(const cJSON *object, arena_t *arena, twilio_entry_t *entry)
{
    const cJSON *created = cJSON_GetObjectItemCaseSensitive(object, "date_created");
    *entry = (twilio_entry_t){
        .sid = text_of(object, "sid", arena),
        .body = text_of(object, "body", arena),
        .status = text_of(object, "status", arena),
        .direction = text_of(object, "direction", arena),
        .code = number_of(object, "error_code"),
    };
    if (cJSON_IsString(created)) {
        int64_t seconds = (int64_t)curl_getdate(created->valuestring, NULL);
        entry->created_ms = seconds > 0 ? seconds * 1000 : 0;
    }
    return entry->sid.size > 0;
}

bool twilio_read_message(str_t json, arena_t *arena, twilio_entry_t *entry)
{
    cJSON *object = cJSON_ParseWithLength(json.data ? json.data : "", json.size);
    bool ok = cJSON_IsObject(object) && read_entry(object, arena, entry);
    cJSON_Delete(object);
    return ok;
}

bool twilio_read_page(str_t json, arena_t *arena, twilio_page_t *page)
{
    *page = (twilio_page_t){0};
    cJSON *object = cJSON_ParseWithLength(json.data ? json.data : "", json.size);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(object, "messages");
    bool ok = cJSON_IsObject(object) && cJSON_IsArray(list);
    if (ok) {
        size_t room = (size_t)cJSON_GetArraySize(list) + 1;
        page->entries = arena_alloc(arena, room * sizeof *page->entries);
        ok = page->entries != NULL;
    }
    const cJSON *item;
    cJSON_ArrayForEach (item, list) {
        if (ok)
            ok = cJSON_IsObject(item) && read_entry(item, arena, &page->entries[page->count++]);
    }
    /* only the query is taken: the next page is asked of the same server */
    str_t next = ok ? text_of(object, "next_page_uri", arena) : (str_t){NULL, 0};
    const char *mark = next.size ? memchr(next.data, '?', next.size) : NULL;
    page->next = str_from(mark ? mark + 1 : NULL);
    cJSON_Delete(object);
    return ok;
}

int64_t twilio_read_error(str_t json)
{
    cJSON *object = cJSON_ParseWithLength(json.data ? json.data : "", json.size);
    int64_t code = number_of(object, "code");
    cJSON_Delete(object);
    return code;
}

/* ---- which one it is ---- */

/* The next character of a text whose line ends may be CRLF; 0 at the end. */
static int next_byte(str_t text, size_t *at)
{
    while (*at < text.size && text.data[*at] == '\r')
        (*at)++;
    return *at < text.size ? (unsigned char)text.data[(*at)++] : -1;
}

static bool same_text(str_t a, str_t b)
{
    size_t i = 0, k = 0;
    for (;;) {
        int x = next_byte(a, &i), y = next_byte(b, &k);
        if (x != y)
            return false;
        if (x < 0)
            return true;
    }
}

bool twilio_may_be(const twilio_entry_t *entry, twilio_way_t way, str_t body, int64_t since_ms)
{
    static const char trial[] = "Sent from your Twilio trial account - ";
    const char *direction = way == TWILIO_BY_API ? "outbound-api" : "outbound-reply";
    if (entry->direction.size && !str_is(entry->direction, direction))
        return false;
    if (entry->created_ms && entry->created_ms + TWILIO_SKEW_MS < since_ms)
        return false;
    str_t text = text_trim(entry->body);
    body = text_trim(body);
    if (body.size == 0)
        return true;
    if (starts(text, trial))
        text = (str_t){text.data + sizeof trial - 1, text.size - (sizeof trial - 1)};
    return same_text(text, body);
}

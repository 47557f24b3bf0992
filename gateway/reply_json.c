/* Answers as JSON; see reply_json.h. */
#include "gateway/reply_json.h"

#include <inttypes.h>

#include "gateway/json_text.h"

static void member(buf_t *out, const char *name, str_t text)
{
    buf_printf(out, "\"%s\":", name);
    json_put_text(out, text);
}

static void number(buf_t *out, const char *name, int64_t value)
{
    buf_printf(out, ",\"%s\":%" PRId64, name, value);
}

/* What every answer says of a car; the caller closes the object. */
static void car_start(const proto_car_t *car, buf_t *out)
{
    buf_printf(out, "{\"stock_id\":%" PRId64 ",", car->stock_id);
    member(out, "make", car->make);
    buf_char(out, ',');
    member(out, "model", car->model);
    buf_char(out, ',');
    member(out, "version", car->version);
    number(out, "year", car->year);
    number(out, "km", car->km);
    buf_str(out, ",\"price\":");
    json_put_money(out, car->price);
    buf_str(out, ",\"bluetooth\":");
    json_put_bool(out, car->bluetooth);
    buf_str(out, ",\"car_play\":");
    json_put_bool(out, car->car_play);
}

/* What only the catalog tells, and only where the shop wrote it down. */
static void car_extras(const proto_car_t *car, buf_t *out)
{
    const struct {
        const char *name;
        int64_t value;
    } lengths[] = {{"length", car->length}, {"width", car->width}, {"height", car->height}};
    const struct {
        const char *name;
        str_t value;
    } texts[] = {{"body", car->body},     {"fuel", car->fuel}, {"transmission", car->transmission},
                 {"colour", car->colour}, {"city", car->city}, {"photo_url", car->photo_url}};

    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        if (lengths[i].value)
            number(out, lengths[i].name, lengths[i].value);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value.size) {
            buf_char(out, ',');
            member(out, texts[i].name, texts[i].value);
        }
    }
}

static void car_array(const proto_car_t *cars, size_t count, bool extras, buf_t *out)
{
    buf_str(out, "\"cars\":[");
    for (size_t i = 0; i < count; i++) {
        if (i)
            buf_char(out, ',');
        car_start(&cars[i], out);
        if (extras)
            car_extras(&cars[i], out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void list_object(const proto_list_t *list, buf_t *out)
{
    buf_printf(out, "\"list\":{\"total\":%" PRId64, list->total);
    number(out, "page", list->page);
    number(out, "pages", list->pages);
    number(out, "pages_left", list->pages_left);
    buf_char(out, '}');
}

void reply_json(str_t user_id, const proto_reply_t *reply, buf_t *out)
{
    buf_char(out, '{');
    member(out, "user_id", user_id);
    buf_char(out, ',');
    member(out, "turn_id", reply->turn_id);
    buf_char(out, ',');
    member(out, "reply", reply->text);
    buf_char(out, ',');
    car_array(reply->cars, reply->cars_count, false, out);
    if (reply->list_count) {
        buf_char(out, ',');
        list_object(reply->list, out);
    }
    buf_char(out, '}');
}

bool session_known(const proto_session_t *session)
{
    return session->context_count > 0 || session->waiting > 0 || session->leased ||
           session->opted_out;
}

static void conversation(const proto_context_t *context, buf_t *out)
{
    bool first = true;

    buf_str(out, "\"messages\":[");
    for (size_t i = 0; context && i < context->entries_count; i++) {
        const proto_entry_t *entry = &context->entries[i];

        if ((!str_is(entry->role, "user") && !str_is(entry->role, "assistant")) ||
            entry->text.size == 0)
            continue;
        buf_str(out, first ? "{" : ",{");
        first = false;
        member(out, "role", entry->role);
        buf_char(out, ',');
        member(out, "text", entry->text);
        buf_str(out, ",\"at\":");
        json_put_time(out, entry->at_ms);
        buf_char(out, ',');
        member(out, "turn_id", entry->turn_id);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static str_t result_of(const proto_context_t *context, str_t call_id)
{
    for (size_t i = 0; i < context->entries_count; i++)
        if (str_is(context->entries[i].role, "tool") &&
            str_eq(context->entries[i].call_id, call_id))
            return context->entries[i].text;
    return (str_t){0};
}

/* What the seller looked up; it belongs to the answer of the same turn. */
static void tool_calls(const proto_context_t *context, buf_t *out)
{
    bool first = true;

    buf_str(out, ",\"tools\":[");
    for (size_t i = 0; context && i < context->entries_count; i++) {
        const proto_entry_t *entry = &context->entries[i];

        if (!str_is(entry->role, "call"))
            continue;
        buf_str(out, first ? "{" : ",{");
        first = false;
        member(out, "turn_id", entry->turn_id);
        buf_char(out, ',');
        member(out, "name", entry->tool);
        buf_char(out, ',');
        member(out, "arguments", entry->text);
        buf_char(out, ',');
        member(out, "result", result_of(context, entry->call_id));
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void survey_object(const proto_survey_t *survey, buf_t *out)
{
    buf_str(out, ",\"survey\":{");
    member(out, "state", survey->state);
    buf_str(out, ",\"asked_at\":");
    json_put_time(out, survey->asked_ms);
    buf_str(out, ",\"score\":");
    if (survey->answered)
        buf_printf(out, "%" PRId64 ",", survey->score);
    else
        buf_str(out, "null,");
    member(out, "comment", survey->comment);
    buf_char(out, '}');
}

void session_json(str_t user_id, const proto_session_t *session, buf_t *out)
{
    const proto_context_t *context = session->context_count ? session->context : NULL;

    buf_char(out, '{');
    member(out, "user_id", user_id);
    buf_char(out, ',');
    conversation(context, out);
    tool_calls(context, out);
    buf_char(out, ',');
    car_array(context ? context->shown : NULL, context ? context->shown_count : 0, false, out);
    if (context && context->list_count) {
        buf_char(out, ',');
        list_object(context->list, out);
    }
    number(out, "waiting", session->waiting);
    number(out, "undelivered", session->outbox);
    buf_str(out, ",\"writing\":");
    json_put_bool(out, session->leased);
    buf_str(out, ",\"opted_out\":");
    json_put_bool(out, session->opted_out);
    if (context) {
        buf_char(out, ',');
        member(out, "language", context->language);
        number(out, "turns", context->turns);
    }
    if (session->survey_count)
        survey_object(session->survey, out);
    buf_str(out, ",\"expires_at\":");
    json_put_time(out, session->expires_ms);
    buf_char(out, '}');
}

static void facet_array(const char *name, const proto_facet_t *facets, size_t count, buf_t *out)
{
    buf_printf(out, "\"%s\":[", name);
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i ? ",{" : "{");
        member(out, "name", facets[i].name);
        number(out, "count", facets[i].count);
        if (facets[i].price_min) {
            buf_str(out, ",\"price_min\":");
            json_put_money(out, facets[i].price_min);
        }
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void cars_json(const proto_paged_t *page, buf_t *out)
{
    buf_char(out, '{');
    car_array(page->cars, page->cars_count, true, out);
    if (page->list_count) {
        buf_char(out, ',');
        list_object(page->list, out);
    }
    buf_str(out, ",\"corrections\":[");
    for (size_t i = 0; i < page->corrections_count; i++) {
        buf_str(out, i ? ",{" : "{");
        member(out, "field", page->corrections[i].field);
        buf_char(out, ',');
        member(out, "from", page->corrections[i].from);
        buf_char(out, ',');
        member(out, "to", page->corrections[i].to);
        buf_char(out, '}');
    }
    buf_str(out, "],");
    facet_array("near", page->near, page->near_count, out);
    buf_char(out, '}');
}

void makes_json(const proto_facets_t *facets, buf_t *out)
{
    buf_printf(out, "{\"total\":%" PRId64 ",", facets->cars);
    facet_array("makes", facets->facets, facets->facets_count, out);
    buf_char(out, '}');
}

void models_json(const proto_facets_t *facets, buf_t *out)
{
    buf_char(out, '{');
    member(out, "make", facets->make);
    buf_char(out, ',');
    facet_array("models", facets->facets, facets->facets_count, out);
    buf_char(out, '}');
}

void delta_json(str_t text, buf_t *out)
{
    buf_char(out, '{');
    member(out, "text", text);
    buf_char(out, '}');
}

void event_print(const char *name, str_t data, buf_t *out)
{
    buf_printf(out, "event: %s\ndata: ", name);
    buf_add(out, data.data, data.size);
    buf_str(out, "\n\n");
}

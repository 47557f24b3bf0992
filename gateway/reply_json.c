/* Answers as JSON; see reply_json.h. */
#include "gateway/reply_json.h"

#include "gateway/handoff_json.h"
#include "gateway/json_text.h"

/* What every answer says of a car; the caller closes the object. */
static void car_start(const proto_car_t *car, buf_t *out)
{
    json_open(out);
    json_int(out, "stock_id", car->stock_id);
    json_str(out, "make", car->make);
    json_str(out, "model", car->model);
    json_str(out, "version", car->version);
    json_int(out, "year", car->year);
    json_int(out, "km", car->km);
    json_money(out, "price", car->price);
    json_bool(out, "bluetooth", car->bluetooth);
    json_bool(out, "car_play", car->car_play);
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
            json_int(out, lengths[i].name, lengths[i].value);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (texts[i].value.size)
            json_str(out, texts[i].name, texts[i].value);
    }
}

void car_json(const proto_car_t *car, buf_t *out)
{
    car_start(car, out);
    car_extras(car, out);
    buf_char(out, '}');
}

static void car_array(const proto_car_t *cars, size_t count, bool extras, buf_t *out)
{
    json_list(out, "cars");
    for (size_t i = 0; i < count; i++) {
        car_start(&cars[i], out);
        if (extras)
            car_extras(&cars[i], out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void list_object(const proto_list_t *list, buf_t *out)
{
    json_object(out, "list");
    json_int(out, "total", list->total);
    json_int(out, "page", list->page);
    json_int(out, "pages", list->pages);
    json_int(out, "pages_left", list->pages_left);
    buf_char(out, '}');
}

void reply_json(str_t user_id, const proto_reply_t *reply, buf_t *out)
{
    buf_char(out, '{');
    json_str(out, "user_id", user_id);
    json_str(out, "turn_id", reply->turn_id);
    json_str(out, "reply", reply->text);
    car_array(reply->cars, reply->cars_count, false, out);
    if (reply->list_count)
        list_object(reply->list, out);
    buf_char(out, '}');
}

bool session_known(const proto_session_t *session)
{
    return session->context_count > 0 || session->waiting > 0 || session->leased ||
           session->opted_out || session->by.size || session->talk_count > 0;
}

/* How far what somebody of the shop wrote has come; NULL if it is fetched. */
static const proto_tick_t *tick_of(const proto_session_t *session, str_t turn_id)
{
    for (size_t i = 0; i < session->ticks_count; i++)
        if (str_eq(session->ticks[i].turn_id, turn_id))
            return &session->ticks[i];
    return NULL;
}

static bool is_unsent(const proto_session_t *session, str_t turn_id)
{
    for (size_t i = 0; i < session->talk_count; i++)
        if (str_is(session->talk[i].role, "unsent") && str_eq(session->talk[i].message_id, turn_id))
            return true;
    return false;
}

/* The caller closes the object. */
static void message_start(str_t role, str_t by, str_t text, int64_t at_ms, str_t turn_id,
                          buf_t *out)
{
    json_open(out);
    json_str(out, "role", role);
    if (by.size)
        json_str(out, "by", by);
    json_str(out, "text", text);
    json_time(out, "at", at_ms);
    json_str(out, "turn_id", turn_id);
}

static void message_tick(const proto_tick_t *tick, buf_t *out)
{
    if (!tick)
        return;
    json_str(out, "status", tick->status);
    json_int(out, "code", tick->code);
}

/* Is it for them to read? */
static bool may_read(session_reader_t reader, str_t role)
{
    return reader != READER_CUSTOMER || str_is(role, "user") || str_is(role, "assistant") ||
           str_is(role, "person");
}

static void conversation(const proto_session_t *session, session_reader_t reader, buf_t *out)
{
    const proto_context_t *context = session->context_count ? session->context : NULL;
    bool inside = reader == READER_SHOP;

    json_list(out, "messages");
    for (size_t i = 0; context && i < context->entries_count; i++) {
        const proto_entry_t *entry = &context->entries[i];

        if (str_is(entry->role, "call") || str_is(entry->role, "tool") || entry->text.size == 0 ||
            !may_read(reader, entry->role))
            continue;
        bool unsent = str_is(entry->role, "assistant") && is_unsent(session, entry->turn_id);
        if (unsent && reader == READER_CUSTOMER)
            continue;
        message_start(entry->role, inside ? entry->by : entry->shown, entry->text, entry->at_ms,
                      entry->turn_id, out);
        if (unsent)
            json_bool(out, "unsent", true);
        else if (str_is(entry->role, "assistant") || str_is(entry->role, "person"))
            message_tick(tick_of(session, entry->turn_id), out);
        buf_char(out, '}');
    }
    for (size_t i = 0; i < session->talk_count; i++) {
        const proto_waiting_t *said = &session->talk[i];
        str_t role = said->role.size ? said->role : STR_LIT("user");

        if (str_is(role, "unsent") || !may_read(reader, role))
            continue;
        message_start(role, inside ? said->by : said->shown, said->text, said->received_ms,
                      str_is(role, "person") ? said->message_id : (str_t){0}, out);
        if (str_is(role, "person"))
            message_tick(tick_of(session, said->message_id), out);
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

    json_list(out, "tools");
    for (size_t i = 0; context && i < context->entries_count; i++) {
        const proto_entry_t *entry = &context->entries[i];

        if (!str_is(entry->role, "call"))
            continue;
        json_open(out);
        json_str(out, "turn_id", entry->turn_id);
        json_str(out, "name", entry->tool);
        json_str(out, "arguments", entry->text);
        json_str(out, "result", result_of(context, entry->call_id));
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void survey_object(const proto_survey_t *survey, buf_t *out)
{
    json_object(out, "survey");
    json_str(out, "state", survey->state);
    json_time(out, "asked_at", survey->asked_ms);
    json_int_or_null(out, "score", survey->answered, survey->score);
    json_str(out, "comment", survey->comment);
    buf_char(out, '}');
}

static void wanted_object(const proto_session_t *session, buf_t *out)
{
    json_object(out, "wanted");
    json_time(out, "at", session->wanted_ms);
    json_str(out, "why", session->wanted_why);
    json_str(out, "note", session->wanted_note);
    buf_char(out, '}');
}

void session_json(str_t user_id, const proto_session_t *session, session_reader_t reader,
                  buf_t *out)
{
    const proto_context_t *context = session->context_count ? session->context : NULL;
    bool customer = reader == READER_CUSTOMER;

    buf_char(out, '{');
    json_str(out, "user_id", user_id);
    conversation(session, reader, out);
    tool_calls(customer ? NULL : context, out);
    car_array(context ? context->shown : NULL, context ? context->shown_count : 0, false, out);
    if (context && context->list_count)
        list_object(context->list, out);
    json_int(out, "waiting", session->waiting);
    json_int(out, "undelivered", session->outbox);
    json_bool(out, "writing", session->leased);
    json_bool(out, "opted_out", session->opted_out);
    json_key(out, "person");
    attendant_json(session->by, reader == READER_SHOP ? session->by : session->shown,
                   session->by_ms, out);
    if (session->wanted_ms && !customer)
        wanted_object(session, out);
    if (context) {
        json_str(out, "language", context->language);
        json_int(out, "turns", context->turns);
    }
    if (session->survey_count && !customer)
        survey_object(session->survey, out);
    json_time(out, "expires_at", session->expires_ms);
    buf_char(out, '}');
}

static void facet_array(const char *name, const proto_facet_t *facets, size_t count, buf_t *out)
{
    json_list(out, name);
    for (size_t i = 0; i < count; i++) {
        json_open(out);
        json_str(out, "name", facets[i].name);
        json_int(out, "count", facets[i].count);
        if (facets[i].price_min)
            json_money(out, "price_min", facets[i].price_min);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void cars_json(const proto_paged_t *page, buf_t *out)
{
    buf_char(out, '{');
    car_array(page->cars, page->cars_count, true, out);
    if (page->list_count)
        list_object(page->list, out);
    json_list(out, "corrections");
    for (size_t i = 0; i < page->corrections_count; i++) {
        json_open(out);
        json_str(out, "field", page->corrections[i].field);
        json_str(out, "from", page->corrections[i].from);
        json_str(out, "to", page->corrections[i].to);
        buf_char(out, '}');
    }
    buf_char(out, ']');
    facet_array("near", page->near, page->near_count, out);
    buf_char(out, '}');
}

void makes_json(const proto_facets_t *facets, buf_t *out)
{
    buf_char(out, '{');
    json_int(out, "total", facets->cars);
    facet_array("makes", facets->facets, facets->facets_count, out);
    buf_char(out, '}');
}

void models_json(const proto_facets_t *facets, buf_t *out)
{
    buf_char(out, '{');
    json_str(out, "make", facets->make);
    facet_array("models", facets->facets, facets->facets_count, out);
    buf_char(out, '}');
}

void delta_json(str_t text, buf_t *out)
{
    buf_char(out, '{');
    json_str(out, "text", text);
    buf_char(out, '}');
}

void event_print(const char *name, str_t data, buf_t *out)
{
    buf_printf(out, "event: %s\ndata: ", name);
    buf_add(out, data.data, data.size);
    buf_str(out, "\n\n");
}

#include "gateway/handoff_json.h"

#include <inttypes.h>

#include "gateway/json_text.h"

static void begin(str_t user_id, buf_t *out)
{
    buf_str(out, "{\"user_id\":");
    json_put_text(out, user_id);
}

static void put_text(buf_t *out, const char *name, str_t text)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_text(out, text);
}

static void put_time(buf_t *out, const char *name, int64_t ms)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_time(out, ms);
}

static void put_bool(buf_t *out, const char *name, bool value)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_bool(out, value);
}

static void put_person(buf_t *out, str_t by, int64_t since_ms)
{
    buf_str(out, ",\"person\":");
    person_json(by, since_ms, out);
}

void person_json(str_t by, int64_t since_ms, buf_t *out)
{
    if (!by.size) {
        buf_str(out, "null");
        return;
    }
    buf_str(out, "{\"by\":");
    json_put_text(out, by);
    put_time(out, "since", since_ms);
    buf_char(out, '}');
}

void held_json(str_t user_id, const proto_enqueued_t *enqueued, buf_t *out)
{
    begin(user_id, out);
    buf_str(out, ",\"turn_id\":\"\",\"reply\":\"\",\"cars\":[]");
    put_person(out, enqueued->by, enqueued->since_ms);
    buf_char(out, '}');
}

void taken_json(str_t user_id, const proto_handoff_t *handoff, buf_t *out)
{
    begin(user_id, out);
    put_person(out, handoff->by, handoff->since_ms);
    put_text(out, "before", handoff->before);
    buf_printf(out, ",\"moved\":%" PRId64 ",\"dropped\":%" PRId64 "}", handoff->moved,
               handoff->dropped);
}

void said_json(str_t user_id, str_t id, const proto_handoff_t *handoff, bool closed, buf_t *out)
{
    begin(user_id, out);
    put_text(out, "id", id);
    buf_printf(out, ",\"number\":%" PRId64, handoff->number);
    put_bool(out, "duplicate", str_is(handoff->status, "again"));
    put_bool(out, "sent_by_carrier", handoff->outbox);
    put_bool(out, "window_closed", closed);
    put_person(out, handoff->by, handoff->since_ms);
    buf_char(out, '}');
}

void given_json(str_t user_id, buf_t *out)
{
    begin(user_id, out);
    buf_str(out, ",\"person\":null}");
}

void conflict_json(const problem_t *problem, const proto_handoff_t *handoff, buf_t *out)
{
    problem_print(problem, out);
    if (!buf_ok(out) || !handoff->by.size)
        return;
    out->size--; /* the brace */
    put_person(out, handoff->by, handoff->since_ms);
    buf_char(out, '}');
}

void messages_json(str_t user_id, const proto_said_t *said, buf_t *out)
{
    begin(user_id, out);
    put_person(out, said->by, said->since_ms);
    put_bool(out, "waiting", said->wanted_ms && !said->by.size);
    buf_printf(out, ",\"last\":%" PRId64 ",\"messages\":[", said->last);
    for (size_t i = 0; i < said->said_count; i++) {
        const proto_waiting_t *message = &said->said[i];

        buf_printf(out, "%s{\"number\":%" PRId64, i ? "," : "", message->seq);
        put_text(out, "by", message->by);
        put_text(out, "text", message->text);
        put_time(out, "at", message->received_ms);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

void desk_json(const proto_desk_t *desk, buf_t *out)
{
    buf_str(out, "{\"sessions\":[");
    for (size_t i = 0; i < desk->people_count; i++) {
        const proto_desk_entry_t *entry = &desk->people[i];

        if (i)
            buf_char(out, ',');
        begin(entry->user_id, out);
        put_time(out, "since", entry->since_ms);
        put_person(out, entry->by, entry->since_ms);
        put_time(out, "wanted_at", entry->wanted_ms);
        put_text(out, "why", entry->why);
        put_text(out, "note", entry->note);
        put_time(out, "wrote_at", entry->wrote_ms);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

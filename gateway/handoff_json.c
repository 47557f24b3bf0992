#include "gateway/handoff_json.h"

#include "gateway/json_text.h"

static void begin(str_t user_id, buf_t *out)
{
    json_open(out);
    json_str(out, "user_id", user_id);
}

static void put_person(buf_t *out, str_t by, int64_t since_ms)
{
    json_key(out, "person");
    person_json(by, since_ms, out);
}

void person_json(str_t by, int64_t since_ms, buf_t *out)
{
    attendant_json(by, by, since_ms, out);
}

void attendant_json(str_t by, str_t shown, int64_t since_ms, buf_t *out)
{
    if (!by.size) {
        buf_str(out, "null");
        return;
    }
    json_open(out);
    json_str(out, "by", shown);
    json_time(out, "since", since_ms);
    buf_char(out, '}');
}

void held_json(str_t user_id, const proto_enqueued_t *enqueued, buf_t *out)
{
    begin(user_id, out);
    json_str(out, "turn_id", (str_t){0});
    json_str(out, "reply", (str_t){0});
    json_list(out, "cars");
    buf_char(out, ']');
    json_key(out, "person");
    attendant_json(enqueued->by, enqueued->shown, enqueued->since_ms, out);
    buf_char(out, '}');
}

void taken_json(str_t user_id, const proto_handoff_t *handoff, buf_t *out)
{
    begin(user_id, out);
    put_person(out, handoff->by, handoff->since_ms);
    json_str(out, "before", handoff->before);
    json_int(out, "moved", handoff->moved);
    json_int(out, "dropped", handoff->dropped);
    buf_char(out, '}');
}

void said_json(str_t user_id, str_t id, const proto_handoff_t *handoff, bool closed, buf_t *out)
{
    begin(user_id, out);
    json_str(out, "id", id);
    json_int(out, "number", handoff->number);
    json_bool(out, "duplicate", str_is(handoff->status, "again"));
    json_bool(out, "sent_by_carrier", handoff->outbox);
    json_bool(out, "window_closed", closed);
    put_person(out, handoff->by, handoff->since_ms);
    buf_char(out, '}');
}

void given_json(str_t user_id, buf_t *out)
{
    begin(user_id, out);
    put_person(out, (str_t){0}, 0);
    buf_char(out, '}');
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
    json_key(out, "person");
    attendant_json(said->by, said->shown, said->since_ms, out);
    json_bool(out, "waiting", said->wanted_ms && !said->by.size);
    json_int(out, "last", said->last);
    json_list(out, "messages");
    for (size_t i = 0; i < said->said_count; i++) {
        const proto_waiting_t *message = &said->said[i];

        json_open(out);
        json_int(out, "number", message->seq);
        json_str(out, "by", message->shown);
        json_str(out, "text", message->text);
        json_time(out, "at", message->received_ms);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

void desk_json(const proto_desk_t *desk, buf_t *out)
{
    json_open(out);
    json_list(out, "sessions");
    for (size_t i = 0; i < desk->people_count; i++) {
        const proto_desk_entry_t *entry = &desk->people[i];

        begin(entry->user_id, out);
        json_time(out, "since", entry->since_ms);
        put_person(out, entry->by, entry->since_ms);
        json_time(out, "wanted_at", entry->wanted_ms);
        json_str(out, "why", entry->why);
        json_str(out, "note", entry->note);
        json_time(out, "wrote_at", entry->wrote_ms);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

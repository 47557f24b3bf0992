/* The log of turns, budgets, and what exists once per partition. */
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "common/shop_day.h"
#include "sessions/request_fill.h"
#include "sessions/tally.h"

#define HOUR_MS 3600000

void request_logs_init(request_logs_t *self)
{
    buf_init(&self->bytes, REQUEST_LOGS_MOST * (PROTO_MAX_BODY + 1024));
    self->count = 0;
}

bool request_log_is_sound(const proto_log_turn_t *msg, const char **why)
{
    const proto_turn_record_t *record = msg->record; /* REQUIRED: there is one */
    CHECK_USER(msg);
    CHECK(record->turn_id.size > 0, "record.turn_id is empty");
    CHECK(record->claimed_ms > 0 && record->claimed_ms <= REQUEST_MAX_TOKEN,
          "record.claimed_ms is not one");
    CHECK(record->received_ms > 0 && record->received_ms <= record->claimed_ms,
          "record.received_ms is not one");
    CHECK_SPENT(record->tokens_spent, record->model_calls);
    return true;
}

/* "<day> <hour> <steps> <sum>=<amount>,… <sizes> <names>", as turn_log.lua takes it apart. */
static void add_tally(buf_t *out, const proto_turn_record_t *record, int64_t shop_ms)
{
    tally_pair_t pairs[TALLY_PAIRS];
    size_t count = tally_pairs(record, pairs);
    str_t failure = tally_failure(record);
    unsigned steps = 0;
    for (tally_step_t step = 0; step < TALLY_STEPS; step++)
        steps |= (unsigned)tally_reaches(record, step) << step;
    buf_printf(out, "%" PRId64 " %d %u ", shop_ms / SHOP_DAY_MS, (int)(shop_ms / HOUR_MS % 24),
               steps);
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%s=%" PRId64, i ? "," : "", pairs[i].sum, pairs[i].amount);
    buf_printf(out, " %zu %zu ", record->sought.size, record->missed.size);
    buf_add(out, record->sought.data, record->sought.size);
    buf_add(out, record->missed.data, record->missed.size);
    buf_add(out, failure.data, failure.size);
}

bool request_logs_add(request_logs_t *self, const proto_log_turn_t *msg,
                      const request_limits_t *limits)
{
    const proto_turn_record_t *record = msg->record;
    size_t *end = self->ends + self->count * REQUEST_LOG_WORDS;
    buf_t stored, *bytes = &self->bytes;
    assert(self->count < REQUEST_LOGS_MOST);
    buf_init(&stored, PROTO_MAX_BODY);
    bool encoded = proto_encode(&proto_turn_record_record, record, &stored, NULL);
    if (encoded) {
        buf_add(bytes, record->turn_id.data, record->turn_id.size);
        *end++ = bytes->size;
        buf_printf(bytes, "%" PRId64, record->claimed_ms);
        *end++ = bytes->size;
        buf_printf(bytes, "%" PRId64 " %" PRId64 " ", record->received_ms, record->claimed_ms);
        buf_add(bytes, stored.data, stored.size);
        *end++ = bytes->size;
        buf_add(bytes, msg->user_id.data, msg->user_id.size);
        *end++ = bytes->size;
        int64_t shop_ms = record->claimed_ms + limits->day_offset_ms;
        add_tally(bytes, record, shop_ms > 0 ? shop_ms : 0); /* none is of before 1970 */
        *end = bytes->size;
        self->count++;
    }
    buf_free(&stored);
    return encoded;
}

/* A day's keys, all or those of people only. */
static void add_day_keys(words_t *words, buf_t *names, int64_t day, const session_key_t *keys,
                         size_t count)
{
    char text[24];
    buf_init(names, KEYS_MAX * KEY_MAX);
    snprintf(text, sizeof text, "%" PRId64, day);
    words_keys(words, names, (str_t){0}, str_from(text), keys, count);
}

char *request_logs_take(request_logs_t *self, const request_limits_t *limits, size_t *size)
{
    static const session_key_t keys[] = {KEY_TURNS,     KEY_RECORDS, KEY_PEOPLE,   KEY_MARKS,
                                         KEY_CHANGES,   KEY_TALLY,   KEY_MET_TALK, KEY_MET_LIST,
                                         KEY_MET_QUOTE, KEY_MET_LEAD};
    words_t words = {.count = 0};
    buf_t names;
    assert(buf_ok(&self->bytes)); /* each record fits into its part of it */
    words_begin(&words, SCRIPT_TURN_LOG);
    add_day_keys(&words, &names, 0, keys, sizeof keys / sizeof *keys);
    words_number(&words, limits->turn_log);
    words_number(&words, REQUEST_MAX_PEOPLE);
    words_number(&words, limits->session_ttl);
    words_number(&words, REQUEST_TALLY_KEPT_MS);
    for (size_t i = 0, at = 0; i < self->count * REQUEST_LOG_WORDS; at = self->ends[i++])
        words_add(&words, (str_t){self->bytes.data + at, self->ends[i] - at});
    char *command = words_format(&words, size);
    buf_free(&names);
    buf_free(&self->bytes);
    self->count = 0;
    return command;
}

char *request_tally_read(int64_t day, size_t *size)
{
    static const session_key_t keys[] = {KEY_TALLY, KEY_MET_TALK};
    words_t words = {.count = 0};
    buf_t names;
    words_begin(&words, SCRIPT_TALLY_READ);
    add_day_keys(&words, &names, day, keys, sizeof keys / sizeof *keys);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_tally_met(int64_t first, int64_t last, size_t *size)
{
    static const session_key_t keys[TALLY_STEPS] = {KEY_MET_TALK, KEY_MET_LIST, KEY_MET_QUOTE,
                                                    KEY_MET_LEAD};
    words_t words = {.count = 0};
    buf_t names;
    words_begin(&words, SCRIPT_TALLY_MET);
    add_day_keys(&words, &names, last, keys, TALLY_STEPS);
    words_number(&words, first);
    words_number(&words, last);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

static void add_spend(words_t *words, buf_t *names, const request_limits_t *limits, str_t user_id,
                      str_t turn_id, int64_t tokens, int64_t calls)
{
    static const session_key_t keys[] = {OUTBOX_KEYS, KEY_SPENT};
    words_keys(words, names, user_id, (str_t){0}, keys, sizeof keys / sizeof *keys);
    words_add(words, user_id);
    words_number(words, request_state_ttl(limits));
    words_add(words, turn_id);
    words_number(words, tokens);
    words_number(words, calls);
    words_number(words, limits->day_offset_ms);
}

bool request_fill_get_budget(request_t *self, const char **why)
{
    const proto_get_budget_t *msg = self->msg;
    (void)why;
    add_spend(&self->words, &self->names, self->limits, msg->user_id, STR_LIT(""), 0, 0);
    return true;
}

char *request_spend(const request_limits_t *limits, str_t user_id, str_t turn_id, int64_t tokens,
                    int64_t calls, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    words_begin(&words, SCRIPT_SPEND);
    add_spend(&words, &names, limits, user_id, turn_id, tokens, calls);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_budget(const request_limits_t *limits, const request_spent_t *turns, size_t count,
                     size_t *size)
{
    words_t words = {.count = 0};
    buf_t names[REQUEST_SPENT_MOST + 1];
    assert(count <= REQUEST_SPENT_MOST);
    words_begin(&words, SCRIPT_BUDGET);
    words_number(&words, (int64_t)count + 1);
    for (size_t i = 0; i <= count; i++) {
        buf_init(&names[i], KEY_MAX);
        keys_name(&names[i], i ? KEY_COUNTED : KEY_BUDGET, (str_t){0},
                  str_from(i ? turns[i - 1].turn_id : ""));
        words_add(&words, buf_view(&names[i]));
    }
    words_number(&words, limits->day_offset_ms);
    words_number(&words, limits->day_tokens);
    words_number(&words, limits->day_calls);
    words_number(&words, REQUEST_COUNTED_MS);
    for (size_t i = 0; i < count; i++) {
        words_number(&words, turns[i].tokens);
        words_number(&words, turns[i].calls);
    }
    char *bytes = words_format(&words, size);
    for (size_t i = 0; i <= count; i++)
        buf_free(&names[i]);
    return bytes;
}

char *request_turn_out(str_t turn_id, bool all, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    words_begin(&words, SCRIPT_TURN_OUT);
    words_keys(&words, &names, (str_t){0}, (str_t){0}, (const session_key_t[]){KEY_RECORDS}, 1);
    words_add(&words, turn_id);
    words_number(&words, all);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

char *request_turn_read(const request_turns_t *range, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names;
    buf_init(&names, KEYS_MAX * KEY_MAX);
    words_begin(&words, SCRIPT_TURN_READ);
    words_keys(&words, &names, (str_t){0}, (str_t){0},
               (const session_key_t[]){KEY_TURNS, KEY_RECORDS}, 2);
    if (range->since_ms)
        words_number(&words, range->since_ms);
    else
        words_add(&words, STR_LIT("-inf"));
    if (range->until_ms)
        words_number(&words, range->until_ms);
    else
        words_add(&words, STR_LIT("+inf"));
    words_add(&words, range->before);
    words_number(&words, (int64_t)range->max);
    char *bytes = words_format(&words, size);
    buf_free(&names);
    return bytes;
}

/* A script with two keys of a partition, whose names are the caller's to free. */
static void begin_partition(words_t *words, buf_t names[2], script_t script, unsigned partition,
                            const session_key_t keys[2])
{
    words_begin(words, script);
    words_number(words, 2);
    for (size_t i = 0; i < 2; i++) {
        buf_init(&names[i], KEY_MAX);
        keys_partition_name(&names[i], keys[i], partition);
        words_add(words, buf_view(&names[i]));
    }
}

char *request_sweep(const request_limits_t *limits, unsigned partition, size_t max, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names[2];
    begin_partition(&words, names, SCRIPT_SWEEP, partition,
                    (const session_key_t[]){KEY_READY, KEY_CLOCK});
    words_number(&words, (int64_t)max);
    words_number(&words, limits->lease_ms);
    char *bytes = words_format(&words, size);
    buf_free(&names[0]);
    buf_free(&names[1]);
    return bytes;
}

char *request_surveys(unsigned partition, const proto_surveys_t *msg, size_t *size)
{
    words_t words = {.count = 0};
    buf_t names[2];
    begin_partition(&words, names, SCRIPT_SURVEYS, partition,
                    (const session_key_t[]){KEY_SURVEYS, KEY_OPINIONS});
    words_number(&words, msg->since_day);
    words_number(&words, msg->until_day);
    words_number(&words, msg->comments);
    char *bytes = words_format(&words, size);
    buf_free(&names[0]);
    buf_free(&names[1]);
    return bytes;
}

char *request_desk(unsigned partition, const proto_list_desk_t *msg, size_t *size)
{
    words_t words = {.count = 0};
    buf_t name, front;
    buf_init(&name, KEY_MAX);
    buf_init(&front, KEY_MAX);
    words_begin(&words, SCRIPT_DESK);
    words_number(&words, 1);
    keys_partition_name(&name, KEY_DESK, partition);
    words_add(&words, buf_view(&name));
    buf_printf(&front, "most:{%u}:%s:", partition, keys_kind(KEY_STATE));
    words_add(&words, buf_view(&front));
    words_number(&words, !msg->taken);
    words_number(&words, msg->limit);
    char *bytes = words_format(&words, size);
    buf_free(&name);
    buf_free(&front);
    return bytes;
}

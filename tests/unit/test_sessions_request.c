/* Messages become commands for Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "sessions/keys.h"
#include "sessions/request.h"
#include "sessions/scripts.h"
#include "sessions/stored.h"
#include "sessions/words.h"

static const request_limits_t limits = {.inbox_max = 7,
                                        .session_ttl = 5000,
                                        .dedup_ttl = 9000,
                                        .lease_ms = 4000,
                                        .settle_ms = 6000,
                                        .turn_log = 8,
                                        .nps_after = 1800000,
                                        .nps_every = 2592000000,
                                        .day_offset_ms = -21600000,
                                        .day_tokens = 90000,
                                        .day_calls = 40,
                                        .person_ms = 6000,
                                        .person_burst = 10,
                                        .number_rate = 80,
                                        .template_sid = {"HX1", 3},
                                        .handoff_ttl = 70000};

/* ---- scripts ---- */

static void scripts_are_built_in(void **state)
{
    (void)state;
    for (script_t script = 0; script < SCRIPT_COUNT; script++) {
        str_t source = script_source(script);
        assert_true(source.size > 100);
        assert_memory_equal(source.data, "#!lua", 5);
        assert_null(strstr(source.data + 5, "#!lua")); /* nor a second one behind outbox.lua */
        assert_int_equal(source.data[source.size - 1], '\n');
        assert_int_equal(script_sha(script).size, 40);
        assert_int_equal(strspn(script_sha(script).data, "0123456789abcdef"), 40);
    }
}

/* ---- requests ---- */

/* A command's words, read back by hiredis: an array of strings. */
static redisReply *words(char *bytes, size_t size)
{
    void *reply = NULL;
    redisReader *reader = redisReaderCreate();
    assert_int_equal(redisReaderFeed(reader, bytes, size), REDIS_OK);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    assert_non_null(reply);
    redisReaderFree(reader);
    redisFreeCommand(bytes);
    return reply;
}

/* The same bytes as hiredis makes of the same words. */
static void words_are_formatted(void **state)
{
    (void)state;
    static const int64_t numbers[] = {0, 7, 10, -1, 1699999999999, INT64_MAX, INT64_MIN};
    words_t made; /* only count is the caller's to set */
    memset(&made, 0x5a, sizeof made);
    made.count = 0;
    words_add(&made, STR_LIT("EVALSHA"));
    words_add(&made, (str_t){NULL, 0});
    words_add(&made, (str_t){"a\0\r\n$3", 7});
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        words_number(&made, numbers[i]);
    const char *texts[] = {"EVALSHA",
                           "",
                           "a\0\r\n$3",
                           "0",
                           "7",
                           "10",
                           "-1",
                           "1699999999999",
                           "9223372036854775807",
                           "-9223372036854775808"};
    size_t sizes[] = {7, 0, 7, 1, 1, 2, 2, 13, 19, 20}, size;
    char *theirs, *ours = words_format(&made, &size);
    int length = redisFormatCommandArgv(&theirs, 10, texts, sizes);
    assert_int_equal(size, length);
    assert_memory_equal(ours, theirs, size);
    redisFreeCommand(ours);
    redisFreeCommand(theirs);
}

static redisReply *command_of(const request_limits_t *with, proto_type_t type, const void *msg)
{
    const char *why = "";
    size_t size = 0;
    char *bytes = request_command(with, type, msg, &size, &why);
    if (!bytes)
        fail_msg("%s", why);
    return words(bytes, size);
}

static redisReply *command(proto_type_t type, const void *msg)
{
    return command_of(&limits, type, msg);
}

static void assert_count(const redisReply *self, int count)
{
    assert_string_equal(self->element[0]->str, "EVALSHA");
    assert_int_equal(atoi(self->element[2]->str), count);
}

/* The number of keys, and that they are all of the user's slot. */
static void assert_keys(const redisReply *self, int count)
{
    assert_count(self, count);
    for (int i = 0; i < count; i++)
        assert_memory_equal(self->element[3 + i]->str, "most:{300}:", 11);
}

static void assert_words(const redisReply *self, size_t from, const char *const *expected)
{
    for (; *expected; expected++, from++) {
        assert_true(from < self->elements);
        assert_string_equal(self->element[from]->str, *expected);
    }
    assert_int_equal(from, self->elements);
}

static void enqueue_becomes_a_command(void **state)
{
    (void)state;
    proto_enqueue_t msg = {.user_id = STR_LIT("a"),
                           .message_id = STR_LIT("m1"),
                           .channel = STR_LIT("api"),
                           .text = STR_LIT("hola")};
    redisReply *got = command(PROTO_ENQUEUE, &msg);
    assert_keys(got, 15);
    assert_string_equal(got->element[1]->str, script_sha(SCRIPT_ENQUEUE).data);
    assert_string_equal(got->element[8]->str, "most:{300}:seen:1:a:m1");
    arena_t *arena = arena_new(4096);
    proto_waiting_t waiting;
    assert_true(proto_decode(&proto_waiting_record, got->element[20]->str, got->element[20]->len,
                             &waiting, arena, NULL));
    assert_true(str_is(waiting.text, "hola"));
    assert_true(str_is(waiting.message_id, "m1"));
    /* no reply_to: the outbox has no part in it */
    assert_words(got, 21,
                 (const char *[]){"7", "9000", "5000", "2000", "", "0", "100", "", "0", NULL});
    freeReplyObject(got);
    msg.opt = STR_LIT("out"); /* nor is there anything to leave; the turn is told all the same */
    got = command(PROTO_ENQUEUE, &msg);
    assert_string_equal(got->element[28]->str, "");
    assert_true(proto_decode(&proto_waiting_record, got->element[20]->str, got->element[20]->len,
                             &waiting, arena, NULL));
    assert_true(str_is(waiting.opt, "out"));
    freeReplyObject(got);

    msg.reply_to = STR_LIT("whatsapp:+1");
    msg.hold_ms = 800;
    got = command(PROTO_ENQUEUE, &msg);
    assert_string_equal(got->element[26]->str, "800");
    proto_outgoing_t target;
    assert_true(proto_decode(&proto_outgoing_record, got->element[25]->str, got->element[25]->len,
                             &target, arena, NULL));
    assert_true(str_is(target.reply_to, "whatsapp:+1"));
    assert_true(str_is(target.message_id, "m1"));
    assert_true(str_is(target.channel, "api"));
    assert_string_equal(got->element[28]->str, "out");
    freeReplyObject(got);

    msg.silent = true; /* the wish is kept, and nothing goes anywhere */
    got = command(PROTO_ENQUEUE, &msg);
    assert_words(got, 25, (const char *[]){"", "800", "100", "out", "1", NULL});
    freeReplyObject(got);
    arena_destroy(&arena);
}

static void claim_becomes_a_command(void **state)
{
    (void)state;
    proto_claim_t msg = {.user_id = STR_LIT("a"),
                         .holder = STR_LIT("agent-1/5"),
                         .lease_ms = 3000,
                         .dead = STR_LIT("agent-2/6"),
                         .token = 12};
    redisReply *got = command(PROTO_CLAIM, &msg);
    assert_keys(got, 12);
    assert_int_equal(got->elements, 24);
    assert_string_equal(got->element[9]->str, "most:{300}:spent:a");
    assert_string_equal(got->element[15]->str, "a");
    assert_string_equal(got->element[17]->str, "agent-1/5");
    assert_string_equal(got->element[18]->str, "3000");
    assert_string_equal(got->element[19]->str, "agent-2/6");
    assert_string_equal(got->element[20]->str, "12");
    assert_true(atoi(got->element[21]->str) < PROTO_MAX_BODY);
    assert_string_equal(got->element[22]->str, "1"); /* people are asked */
    assert_string_equal(got->element[23]->str, "-21600000");
    freeReplyObject(got);
}

static void commit_becomes_a_command(void **state)
{
    (void)state;
    proto_reply_t reply = {.turn_id = STR_LIT("t1"), .text = STR_LIT("hola"), .upto_seq = 4};
    proto_commit_t msg = {.user_id = STR_LIT("a"),
                          .token = 12,
                          .reply = &reply,
                          .reply_count = 1,
                          .tokens = 1500,
                          .calls = 2,
                          .talk = 7,
                          .wanted = STR_LIT("asked"),
                          .wanted_note = STR_LIT("llámenme")};
    redisReply *got = command(PROTO_COMMIT, &msg);
    assert_keys(got, 15);
    assert_string_equal(got->element[11]->str, "most:{300}:spent:a");
    assert_string_equal(got->element[19]->str, "3609000"); /* the state outlives the rest */
    assert_string_equal(got->element[20]->str, "12");
    assert_string_equal(got->element[21]->str, "t1");
    assert_string_equal(got->element[22]->str, "4");
    assert_int_equal(got->element[24]->len, 0); /* no context: forget */
    assert_words(got, 25,
                 (const char *[]){"5000",       "9000",     "2000",       "256",         "",
                                  "",           "",         "",           "0",           "1800000",
                                  "2592000000", "82800000", "2592000000", "1500",        "2",
                                  "-21600000",  "7",        "asked",      "llámenme",    "",
                                  "",           "",         "",           "34560000000", "",
                                  NULL});
    freeReplyObject(got);

    proto_lead_t lead = {.lead_id = STR_LIT("not ours to say"),
                         .interest = STR_LIT("visit"),
                         .stock_id = 7,
                         .name = STR_LIT("Ana"),
                         .contact = STR_LIT("55")};
    msg.lead = &lead;
    msg.lead_count = 1;
    got = command(PROTO_COMMIT, &msg);
    assert_string_equal(got->element[44]->str, "7");
    assert_string_equal(got->element[45]->str, "Ana");
    assert_string_equal(got->element[46]->str, "55");
    assert_null(memmem(got->element[47]->str, got->element[47]->len, "ours", 4));
    assert_string_equal(got->element[49]->str, "visit");
    freeReplyObject(got);
    msg.lead_count = 0;

    proto_context_t context = {.version = 1};
    msg.context = &context;
    msg.context_count = 1;
    got = command(PROTO_COMMIT, &msg);
    assert_true(got->element[24]->len > 0);
    freeReplyObject(got);
}

static void the_rest_becomes_commands(void **state)
{
    (void)state;
    str_t user = STR_LIT("a");
    redisReply *got =
        command(PROTO_WITHDRAW, &(proto_withdraw_t){.user_id = user, .message_id = STR_LIT("m")});
    assert_keys(got, 8);
    freeReplyObject(got);
    got = command(PROTO_RENEW, &(proto_renew_t){.user_id = user, .token = 2, .lease_ms = 3});
    assert_keys(got, 5);
    assert_words(got, 8, (const char *[]){"a", "3609000", "2", "3", NULL});
    freeReplyObject(got);
    got = command(PROTO_RELEASE, &(proto_release_t){.user_id = user, .token = 2});
    assert_keys(got, 5);
    freeReplyObject(got);
    got = command(PROTO_RESET, &(proto_reset_t){.user_id = user});
    assert_keys(got, 8);
    freeReplyObject(got);
    got = command(PROTO_READ, &(proto_read_t){.user_id = user});
    assert_keys(got, 7);
    freeReplyObject(got);
    size_t size;
    char *bytes = request_sweep(&limits, 300, 17, &size);
    got = words(bytes, size);
    assert_keys(got, 2);
    assert_words(got, 3,
                 (const char *[]){"most:{300}:ready", "most:{300}:clock", "17", "4000", NULL});
    freeReplyObject(got);
}

static void deliveries_become_commands(void **state)
{
    (void)state;
    str_t user = STR_LIT("a"), turn = STR_LIT("t1");
    redisReply *got = command(
        PROTO_TAKE, &(proto_take_t){.user_id = user, .turn_id = turn, .taker = STR_LIT("bb")});
    assert_keys(got, 5);
    assert_words(got, 8, (const char *[]){"a", "3609000", "t1", "6000", "bb", NULL});
    freeReplyObject(got);
    got = command(PROTO_FORGO, &(proto_forgo_t){.user_id = user, .message_id = STR_LIT("m")});
    assert_keys(got, 7);
    assert_string_equal(got->element[8]->str, "most:{300}:seen:1:a:m");
    freeReplyObject(got);
    got = command(PROTO_DELIVERED, &(proto_delivered_t){.user_id = user,
                                                        .turn_id = turn,
                                                        .token = 12,
                                                        .state = STR_LIT("sent"),
                                                        .parts_sent = 2,
                                                        .sid = STR_LIT("SM1"),
                                                        .code = 3,
                                                        .retry_ms = 4,
                                                        .nth = 5});
    assert_keys(got, 13);
    assert_string_equal(got->element[8]->str, "most:{300}:sid:1:a:SM1");
    assert_string_equal(got->element[9]->str, "most:{300}:sent:a");
    assert_string_equal(got->element[11]->str, "most:{300}:pace:a");
    assert_words(got, 16, (const char *[]){"a",     "3609000", "t1", "12",   "sent", "2",     "SM1",
                                           "3",     "4",       "5",  "9000", "2000", "21610", "3",
                                           "63016", "6000000", "10", "HX1",  "",     NULL});
    freeReplyObject(got);
    got = command(PROTO_STATUS, &(proto_status_t){.user_id = user,
                                                  .sid = STR_LIT("SM1"),
                                                  .status = STR_LIT("read"),
                                                  .code = 9,
                                                  .turn_id = turn});
    assert_keys(got, 12);
    assert_string_equal(got->element[8]->str, "most:{300}:sid:1:a:SM1");
    assert_words(got, 15,
                 (const char *[]){"a", "3609000", "read", "6", "9", "9000", "3", "63016", "21610",
                                  "HX1", "t1", NULL});
    freeReplyObject(got);
}

/* In microseconds, rounded up: never faster than was set; a quarter of a second's places at most.
 */
static void a_pace_becomes_a_command(void **state)
{
    (void)state;
    request_limits_t slow = limits;
    str_t from = STR_LIT("whatsapp:+1");
    redisReply *got = command(PROTO_PACE, &(proto_pace_t){.address = from, .wanted = 1000});
    assert_count(got, 1);
    assert_string_equal(got->element[3]->str, "most:{from whatsapp:+1}:rate");
    assert_words(got, 4, (const char *[]){"12500", "20", "1000000", NULL});
    freeReplyObject(got);
    got = command(PROTO_PACE, &(proto_pace_t){.address = from, .wanted = 3});
    assert_words(got, 4, (const char *[]){"12500", "3", "1000000", NULL});
    freeReplyObject(got);
    slow.number_rate = 3;
    got = command_of(&slow, PROTO_PACE, &(proto_pace_t){.address = from, .wanted = 3});
    assert_words(got, 4, (const char *[]){"333334", "1", "1000000", NULL});
    freeReplyObject(got);
}

static void what_people_of_the_shop_do_becomes_commands(void **state)
{
    (void)state;
    str_t user = STR_LIT("a"), ana = STR_LIT("Ana");
    redisReply *got =
        command(PROTO_TAKE_OVER,
                &(proto_take_over_t){
                    .user_id = user, .by = ana, .force = true, .shown = STR_LIT("Ana L.")});
    assert_keys(got, 11);
    assert_words(got, 14,
                 (const char *[]){"a", "3609000", "Ana", "1", "70000", "5000", "Ana L.", NULL});
    freeReplyObject(got);
    got = command(PROTO_SAY, &(proto_say_t){.user_id = user,
                                            .say_id = STR_LIT("c1"),
                                            .text = STR_LIT("hola"),
                                            .by = ana,
                                            .turn_id = STR_LIT("say-1")});
    assert_keys(got, 10);
    assert_string_equal(got->element[8]->str, "most:{300}:saying:1:a:c1");
    assert_string_equal(got->element[15]->str, "Ana");
    assert_string_equal(got->element[16]->str, "say-1");
    arena_t *arena = arena_new(4096);
    proto_waiting_t said;
    assert_true(proto_decode(&proto_waiting_record, got->element[17]->str, got->element[17]->len,
                             &said, arena, NULL));
    assert_true(str_is(said.role, "person") && str_is(said.text, "hola"));
    assert_words(got, 19, (const char *[]){"70000", "5000", "9000", "100", NULL});
    freeReplyObject(got);
    got = command(PROTO_GIVE_BACK, &(proto_give_back_t){.user_id = user});
    assert_keys(got, 7);
    assert_words(got, 10, (const char *[]){"a", "3609000", "", "", "5000", NULL});
    freeReplyObject(got);
    got = command(PROTO_GET_SAID, &(proto_get_said_t){.user_id = user, .after = 3});
    assert_keys(got, 2);
    assert_words(got, 5, (const char *[]){"3", NULL});
    freeReplyObject(got);
    size_t size;
    char *bytes = request_desk(300, &(proto_list_desk_t){.limit = 9}, &size);
    got = words(bytes, size);
    assert_keys(got, 1);
    assert_words(got, 3, (const char *[]){"most:{300}:desk", "most:{300}:state:", "1", "9", NULL});
    freeReplyObject(got);
    arena_destroy(&arena);
}

/* Who adds a key says whose it is; what is a person's is exported and erased without more ado. */
static void every_key_is_somebodys(void **state)
{
    (void)state;
    for (session_key_t key = 0; key < KEY_COUNT; key++) {
        assert_non_null(keys_kind(key));
        assert_int_not_equal(keys_scope(key), SCOPE_NONE);
        for (session_key_t other = 0; other < key; other++)
            assert_string_not_equal(keys_kind(key), keys_kind(other));
        buf_t name;
        buf_init(&name, KEY_MAX);
        keys_name(&name, key, STR_LIT("the-user"), STR_LIT("the-id"));
        bool names_user = strstr(name.data, "the-user") != NULL;
        bool of_user = keys_scope(key) == SCOPE_PERSON || keys_scope(key) == SCOPE_ID;
        assert_int_equal(names_user, of_user);
        if (of_user)
            assert_int_equal(strstr(name.data, "the-id") != NULL, keys_scope(key) == SCOPE_ID);
        buf_free(&name);
    }
}

static void assert_person_keys(const redisReply *got)
{
    session_key_t keys[KEY_COUNT];
    size_t own = keys_of_scope(SCOPE_PERSON, keys), shared = keys_of_scope(SCOPE_PARTITION, keys);
    assert_keys(got, (int)(own + shared));
    assert_string_equal(got->element[3]->str, "most:{300}:known:a");
    assert_string_equal(got->element[4]->str, "most:{300}:state:a");
    for (session_key_t key = 0; key < KEY_COUNT; key++) {
        size_t found = 0, last = 0;
        buf_t name;
        buf_init(&name, KEY_MAX);
        keys_name(&name, key, STR_LIT("a"), (str_t){0});
        for (size_t i = 0; i < own + shared; i++)
            if (strcmp(got->element[3 + i]->str, name.data) == 0)
                found++, last = i;
        bool wanted = keys_scope(key) == SCOPE_PERSON || keys_scope(key) == SCOPE_PARTITION;
        assert_int_equal(found, wanted);
        assert_true(!wanted || (last < own) == (keys_scope(key) == SCOPE_PERSON));
        buf_free(&name);
    }
    assert_string_equal(got->element[3 + own + shared]->str, "a");
    assert_int_equal(atoi(got->element[4 + own + shared]->str), own);
}

static void all_of_a_person_is_exported_and_erased(void **state)
{
    (void)state;
    redisReply *got = command(PROTO_ERASE, &(proto_erase_t){STR_LIT("a")});
    assert_person_keys(got);
    freeReplyObject(got);
    got = command(PROTO_EXPORT, &(proto_export_t){STR_LIT("a"), STR_LIT("")});
    assert_person_keys(got);
    assert_string_equal(got->element[got->elements - 3]->str, "1");
    assert_string_equal(got->element[got->elements - 2]->str, "0");
    assert_true(atoi(got->element[got->elements - 1]->str) < PROTO_MAX_BODY / 2);
    freeReplyObject(got);
    got = command(PROTO_EXPORT, &(proto_export_t){STR_LIT("a"), STR_LIT("7 21")});
    assert_string_equal(got->element[got->elements - 3]->str, "7");
    assert_string_equal(got->element[got->elements - 2]->str, "21");
    freeReplyObject(got);
    static const char *const wrong[] = {"7", "0 1", "1 -1", "a b", "1 2 3", "99 1", "1 2x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *why = NULL;
        size_t size;
        proto_export_t msg = {STR_LIT("a"), str_from(wrong[i])};
        assert_null(request_command(&limits, PROTO_EXPORT, &msg, &size, &why));
        assert_non_null(strstr(why, "next"));
    }
}

static void what_is_stored_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *key, *name, *value, *record, *name_told, *value_told;
        int64_t number;
    } rows[] = {
        {"context", "", "x", "context", "", "x", 7},
        {"inbox", "", "3 1700000000000 x", "waiting", "3", "x", 1700000000000},
        {"replies", "", "3 1700 x y", "reply", "3", "x y", 1700},
        {"replies", "", "3 x", "", "", "3 x", 7},
        {"targets", "3", "1700 x", "outgoing", "3", "x", 1700},
        {"outgoing", "state T1", "due", "", "state T1", "due", 7},
        {"outgoing", "reply T1", "x", "reply", "reply T1", "x", 7},
        {"sent", "to 2", "x", "outgoing", "to 2", "x", 7},
        {"state", "ask", "x", "survey", "ask", "x", 7},
        {"state", "ask_at", "5", "", "ask_at", "5", 7},
        {"seen", "m1", "3", "", "m1", "3", 7},
        {"new kind", "f", "\xff", "", "f", "\xff", 7},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        proto_stored_t stored;
        stored_read(str_from(rows[i].key), str_from(rows[i].name), 7, str_from(rows[i].value),
                    &stored);
        assert_true(str_is(stored.record, rows[i].record));
        assert_true(str_is(stored.name, rows[i].name_told));
        assert_true(str_is(stored.value, rows[i].value_told));
        assert_int_equal(stored.number, rows[i].number);
    }
}

static void turn_records_become_a_command(void **state)
{
    (void)state;
    proto_tool_call_t tool = {.name = STR_LIT("quote_financing"), .ok = true};
    proto_turn_record_t record = {.turn_id = STR_LIT("t1"),
                                  .received_ms = 1700000000001,
                                  .claimed_ms = 1700000000002,
                                  .outcome = STR_LIT("answered"),
                                  .tools = &tool,
                                  .tools_count = 1,
                                  .sought = STR_LIT("Mazda 3"),
                                  .missed = STR_LIT("Tesla"),
                                  .tokens_in = 12};
    proto_log_turn_t msg = {.user_id = STR_LIT("a"), .record = &record, .record_count = 1};
    request_logs_t logs;
    const char *why;
    size_t size;
    request_logs_init(&logs);
    assert_true(request_log_is_sound(&msg, &why) && request_logs_add(&logs, &msg, &limits));
    record = (proto_turn_record_t){.turn_id = STR_LIT("t2"),
                                   .received_ms = 1700000000001,
                                   .claimed_ms = 1700030000002,
                                   .outcome = STR_LIT("failed")};
    assert_true(request_logs_add(&logs, &msg, &limits));
    char *bytes = request_logs_take(&logs, &limits, &size);
    assert_int_equal(logs.count, 0);
    redisReply *got = words(bytes, size);
    static const char first[] = "1700000000001 1700000000002 ",
                      second[] = "1700000000001 1700030000002 ";
    const char *records[] = {got->element[19]->str, got->element[24]->str};
    /* 16:13 of 14 November 2023 where the shop stands, and 0:33 of the day after */
    assert_words(got, 2,
                 (const char *[]){"10",
                                  "most:{turns}:log",
                                  "most:{turns}:records",
                                  "most:{turns}:people",
                                  "most:{turns}:marks",
                                  "most:{turns}:changes",
                                  "most:{turns}:tally:0",
                                  "most:{turns}:met_talk:0",
                                  "most:{turns}:met_list:0",
                                  "most:{turns}:met_quote:0",
                                  "most:{turns}:met_lead:0",
                                  "8",
                                  "10000",
                                  "5000",
                                  "34560000000",
                                  "t1",
                                  "1700000000002",
                                  records[0],
                                  "a",
                                  "19675 16 5 t=1,b0=1,i=12 7 5 Mazda 3Tesla",
                                  "t2",
                                  "1700030000002",
                                  records[1],
                                  "a",
                                  "19676 0 1 f=1 0 0 failed",
                                  NULL});
    assert_memory_equal(records[0], first, strlen(first));
    assert_memory_equal(records[1], second, strlen(second));
    arena_t *arena = arena_new(4096);
    proto_turn_record_t stored;
    assert_true(proto_decode(&proto_turn_record_record, records[1] + strlen(second),
                             got->element[24]->len - strlen(second), &stored, arena, NULL));
    assert_true(str_is(stored.turn_id, "t2") && str_is(stored.outcome, "failed"));
    freeReplyObject(got);
    arena_destroy(&arena);

    bytes = request_turn_out(STR_LIT("t1"), true, &size);
    got = words(bytes, size);
    assert_words(got, 2, (const char *[]){"1", "most:{turns}:records", "t1", "1", NULL});
    freeReplyObject(got);
}

static void days_are_asked_for_by_their_keys(void **state)
{
    (void)state;
    size_t size;
    char *bytes = request_tally_read(19675, &size);
    redisReply *got = words(bytes, size);
    assert_words(
        got, 2,
        (const char *[]){"2", "most:{turns}:tally:19675", "most:{turns}:met_talk:19675", NULL});
    freeReplyObject(got);
    bytes = request_tally_met(19670, 19675, &size);
    got = words(bytes, size);
    assert_words(got, 2,
                 (const char *[]){"4", "most:{turns}:met_talk:19675", "most:{turns}:met_list:19675",
                                  "most:{turns}:met_quote:19675", "most:{turns}:met_lead:19675",
                                  "19670", "19675", NULL});
    freeReplyObject(got);
}

static void spending_becomes_commands(void **state)
{
    (void)state;
    size_t size;
    char *bytes = request_spend(&limits, STR_LIT("a"), STR_LIT("t1"), 1500, 2, &size);
    redisReply *got = words(bytes, size);
    assert_keys(got, 6);
    assert_string_equal(got->element[8]->str, "most:{300}:spent:a");
    assert_words(got, 9, (const char *[]){"a", "3609000", "t1", "1500", "2", "-21600000", NULL});
    freeReplyObject(got);
    got = command(PROTO_GET_BUDGET, &(proto_get_budget_t){.user_id = STR_LIT("a")});
    assert_words(got, 11, (const char *[]){"", "0", "0", "-21600000", NULL});
    freeReplyObject(got);

    const request_spent_t spent[] = {{"t1", 1500, 2}, {"t2", 700, 1}};
    bytes = request_budget(&limits, spent, 2, &size);
    got = words(bytes, size);
    assert_words(got, 2,
                 (const char *[]){"3", "most:{budget}:day", "most:{budget}:counted:t1",
                                  "most:{budget}:counted:t2", "-21600000", "90000", "40", "3600000",
                                  "1500", "2", "700", "1", NULL});
    freeReplyObject(got);
    bytes = request_budget(&limits, NULL, 0, &size);
    got = words(bytes, size);
    assert_string_equal(got->element[2]->str, "1"); /* nothing to count: a look */
    freeReplyObject(got);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    str_t a = STR_LIT("a"), none = STR_LIT(""), done = STR_LIT("done"), say = STR_LIT("say-1");
    proto_reply_t reply = {.turn_id = a, .text = a, .upto_seq = 1};
    proto_reply_t no_turn = {.text = a, .upto_seq = 1};
    proto_reply_t no_seq = {.turn_id = a, .text = a};
    int64_t huge = REQUEST_MAX_TOKEN + 1;
    proto_turn_record_t no_id = {.received_ms = 1, .claimed_ms = 1, .outcome = a};
    proto_turn_record_t no_claim = {.turn_id = a, .received_ms = 1, .outcome = a};
    proto_turn_record_t no_message = {.turn_id = a, .claimed_ms = 1, .outcome = a};
    proto_turn_record_t backwards = {.turn_id = a, .received_ms = 2, .claimed_ms = 1, .outcome = a};
    proto_turn_record_t spendthrift = {.turn_id = a,
                                       .received_ms = 1,
                                       .claimed_ms = 1,
                                       .outcome = a,
                                       .tokens_spent = REQUEST_MAX_SPENT + 1};
    proto_turn_record_t good = {.turn_id = a, .received_ms = 1, .claimed_ms = 1, .outcome = a};
    const struct {
        proto_type_t type;
        const void *msg;
    } cases[] = {
        {PROTO_ENQUEUE, &(proto_enqueue_t){none, a, a, a, none, 0, none, false, NULL, 0}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, none, a, a, none, 0, none, false, NULL, 0}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, a, none, a, none, 0, none, false, NULL, 0}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, a, a, a, a, -1, none, false, NULL, 0}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, a, a, a, a, 60001, none, false, NULL, 0}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, a, a, a, a, 0, STR_LIT("of"), false, NULL, 0}},
        {PROTO_TAKE, &(proto_take_t){none, a, none}},
        {PROTO_TAKE, &(proto_take_t){a, none, none}},
        {PROTO_FORGO, &(proto_forgo_t){none, a}},
        {PROTO_FORGO, &(proto_forgo_t){a, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){.turn_id = a, .token = 1, .state = done}},
        {PROTO_DELIVERED, &(proto_delivered_t){.user_id = a, .token = 1, .state = done}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, -1, done, 0, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, huge, done, 0, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, a, 0, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 0, STR_LIT("sent"), 1, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, STR_LIT("sent"), 0, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, done, -1, none, 0, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, done, 0, none, -1, 0, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, done, 0, none, 0, -1, 0, none}},
        {PROTO_DELIVERED, &(proto_delivered_t){a, a, 1, done, 0, none, 0, 0, -1, none}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){none, &good, 1}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){a, &no_id, 1}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){a, &spendthrift, 1}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 1, &reply, 1, NULL, 0, NULL, 0, -1, 0, 0, none, none, NULL, 0}},
        {PROTO_COMMIT, &(proto_commit_t){a, 1, &reply, 1, NULL, 0, NULL, 0, 0,
                                         REQUEST_MAX_SPENT + 1, 0, none, none, NULL, 0}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){a, &no_claim, 1}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){a, &no_message, 1}},
        {PROTO_LOG_TURN, &(proto_log_turn_t){a, &backwards, 1}},
        {PROTO_STATUS, &(proto_status_t){none, a, a, 0, none}},
        {PROTO_STATUS, &(proto_status_t){a, none, a, 0, none}},
        {PROTO_STATUS, &(proto_status_t){a, a, none, 0, none}},
        {PROTO_STATUS, &(proto_status_t){a, a, a, -1, none}},
        {PROTO_WITHDRAW, &(proto_withdraw_t){none, a}},
        {PROTO_WITHDRAW, &(proto_withdraw_t){a, none}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = none, .holder = a, .lease_ms = 1}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = a, .holder = none, .lease_ms = 1}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = a, .holder = a, .lease_ms = 0}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = a, .holder = a, .lease_ms = 600001}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = a, .holder = a, .lease_ms = 1, .token = -1}},
        {PROTO_CLAIM, &(proto_claim_t){.user_id = a, .holder = a, .lease_ms = 1, .token = huge}},
        {PROTO_RENEW, &(proto_renew_t){a, 0, 1}},
        {PROTO_RENEW, &(proto_renew_t){a, 1, -1}},
        {PROTO_RENEW, &(proto_renew_t){none, 1, 1}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 0, &reply, 1, NULL, 0, NULL, 0, 0, 0, 0, none, none, NULL, 0}},
        {PROTO_COMMIT,
         &(proto_commit_t){none, 1, &reply, 1, NULL, 0, NULL, 0, 0, 0, 0, none, none, NULL, 0}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 1, &no_turn, 1, NULL, 0, NULL, 0, 0, 0, 0, none, none, NULL, 0}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 1, &no_seq, 1, NULL, 0, NULL, 0, 0, 0, 0, none, none, NULL, 0}},
        {PROTO_RELEASE, &(proto_release_t){a, -1}},
        {PROTO_RELEASE, &(proto_release_t){none, 1}},
        {PROTO_RESET, &(proto_reset_t){none}},
        {PROTO_READ, &(proto_read_t){none}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 1, &reply, 1, NULL, 0, NULL, 0, 0, 0, -1, none, none, NULL, 0}},
        {PROTO_COMMIT,
         &(proto_commit_t){a, 1, &reply, 1, NULL, 0, NULL, 0, 0, 0, 0, a, none, NULL, 0}},
        {PROTO_TAKE_OVER, &(proto_take_over_t){none, a, false, none}},
        {PROTO_TAKE_OVER, &(proto_take_over_t){a, none, false, none}},
        {PROTO_SAY, &(proto_say_t){none, a, a, a, say}},
        {PROTO_SAY, &(proto_say_t){a, none, a, a, say}},
        {PROTO_SAY, &(proto_say_t){a, a, none, a, say}},
        {PROTO_SAY, &(proto_say_t){a, a, a, a, a}},
        {PROTO_GIVE_BACK, &(proto_give_back_t){none, a, a}},
        {PROTO_GET_SAID, &(proto_get_said_t){none, 0}},
        {PROTO_GET_SAID, &(proto_get_said_t){a, -1}},
        {PROTO_PAGE, &(proto_page_t){0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        size_t size;
        bool taken =
            cases[i].type == PROTO_LOG_TURN
                ? request_log_is_sound(cases[i].msg, &why)
                : request_command(&limits, cases[i].type, cases[i].msg, &size, &why) != NULL;
        if (taken)
            fail_msg("case %zu was taken", i);
        assert_non_null(why);
    }
}

static void too_large_a_context_is_refused(void **state)
{
    (void)state;
    static char text[PROTO_MAX_REPLY];
    memset(text, 'x', sizeof text);
    proto_entry_t entries[17];
    for (size_t i = 0; i < 17; i++)
        entries[i] = (proto_entry_t){.role = STR_LIT("user"), .text = {text, sizeof text}};
    proto_context_t context = {.version = 1, .entries = entries, .entries_count = 17};
    proto_reply_t reply = {.turn_id = STR_LIT("t"), .text = STR_LIT("x"), .upto_seq = 1};
    proto_commit_t msg = {STR_LIT("a"), 1,   &reply, 1, &context, 1, NULL, 0, 0, 0, 0,
                          {0},          {0}, NULL,   0};
    const char *why = NULL;
    size_t size;
    assert_null(request_command(&limits, PROTO_COMMIT, &msg, &size, &why));
    assert_non_null(strstr(why, "context"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_are_built_in),
        cmocka_unit_test(words_are_formatted),
        cmocka_unit_test(enqueue_becomes_a_command),
        cmocka_unit_test(claim_becomes_a_command),
        cmocka_unit_test(commit_becomes_a_command),
        cmocka_unit_test(the_rest_becomes_commands),
        cmocka_unit_test(deliveries_become_commands),
        cmocka_unit_test(a_pace_becomes_a_command),
        cmocka_unit_test(what_people_of_the_shop_do_becomes_commands),
        cmocka_unit_test(turn_records_become_a_command),
        cmocka_unit_test(days_are_asked_for_by_their_keys),
        cmocka_unit_test(spending_becomes_commands),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(every_key_is_somebodys),
        cmocka_unit_test(all_of_a_person_is_exported_and_erased),
        cmocka_unit_test(what_is_stored_is_told_apart),
        cmocka_unit_test(too_large_a_context_is_refused),
    };
    return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}

/* The pure parts of the session service: names, URL, commands, answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "sessions/answer.h"
#include "sessions/carrier.h"
#include "sessions/keys.h"
#include "sessions/redis_error.h"
#include "sessions/request.h"
#include "sessions/scripts.h"
#include "sessions/stored.h"
#include "sessions/url.h"
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

/* ---- keys ---- */

/* What is stored depends on these numbers: they may never change. */
static void partition_is_fnv1a(void **state)
{
    (void)state;
    assert_int_equal(keys_partition(STR_LIT("")), 2166136261u % KEYS_PARTITIONS);
    assert_int_equal(keys_partition(STR_LIT("a")), 0xe40c292cu % KEYS_PARTITIONS);
    assert_int_equal(keys_partition(STR_LIT("foobar")), 0xbf9cf968u % KEYS_PARTITIONS);
}

static void partitions_are_used_evenly(void **state)
{
    (void)state;
    static unsigned users[KEYS_PARTITIONS];
    for (int i = 0; i < 100 * KEYS_PARTITIONS; i++) {
        char user[64];
        int size = snprintf(user, sizeof user, "whatsapp:+52155%08d", i);
        users[keys_partition((str_t){user, (size_t)size})]++;
    }
    for (size_t i = 0; i < KEYS_PARTITIONS; i++)
        assert_in_range(users[i], 40, 200);
}

static void assert_key(session_key_t key, const char *user, const char *id, const char *expected)
{
    buf_t name;
    buf_init(&name, KEY_MAX);
    keys_name(&name, key, str_from(user), str_from(id));
    assert_true(buf_ok(&name));
    assert_string_equal(name.data, expected);
    buf_free(&name);
}

static void keys_carry_the_partition(void **state)
{
    (void)state;
    assert_key(KEY_READY, "a", "", "most:{300}:ready");
    assert_key(KEY_STATE, "a", "", "most:{300}:state:a");
    assert_key(KEY_INBOX, "a", "", "most:{300}:inbox:a");
    assert_key(KEY_CONTEXT, "a", "", "most:{300}:context:a");
    assert_key(KEY_REPLIES, "a", "", "most:{300}:replies:a");
    assert_key(KEY_SEEN, "a", "m:1", "most:{300}:seen:1:a:m:1");
    assert_key(KEY_TARGETS, "a", "", "most:{300}:targets:a");
    assert_key(KEY_OUTBOX, "a", "", "most:{300}:outbox:a");
    assert_key(KEY_OUTGOING, "a", "", "most:{300}:outgoing:a");
    assert_key(KEY_SID, "a", "SM1", "most:{300}:sid:1:a:SM1");
    assert_key(KEY_TALK, "a", "", "most:{300}:talk:a");
    assert_key(KEY_TICKS, "a", "", "most:{300}:ticks:a");
    assert_key(KEY_SAYING, "a", "c1", "most:{300}:saying:1:a:c1");
    assert_key(KEY_DESK, "a", "", "most:{300}:desk");
    assert_key(KEY_CLOCK, "a", "", "most:{300}:clock");
    assert_key(KEY_TURNS, "a", "", "most:{turns}:log");
    assert_key(KEY_RECORDS, "a", "", "most:{turns}:records");
    assert_key(KEY_SPENT, "a", "", "most:{300}:spent:a");
    assert_key(KEY_PACE, "a", "", "most:{300}:pace:a");
    assert_key(KEY_RATE, "", "whatsapp:+1", "most:{from whatsapp:+1}:rate");
    assert_key(KEY_BUDGET, "a", "", "most:{budget}:day");
    assert_key(KEY_COUNTED, "a", "t1", "most:{budget}:counted:t1");
}

static void keys_of_different_messages_differ(void **state)
{
    (void)state;
    buf_t one, two;
    buf_init(&one, KEY_MAX);
    buf_init(&two, KEY_MAX);
    keys_name(&one, KEY_SEEN, STR_LIT("a"), STR_LIT("b:c"));
    keys_name(&two, KEY_SEEN, STR_LIT("a:b"), STR_LIT("c"));
    /* without the partition: that two users have different ones is luck */
    assert_string_not_equal(strstr(one.data, "seen"), strstr(two.data, "seen"));
    buf_free(&one);
    buf_free(&two);
}

static void longest_key_fits(void **state)
{
    (void)state;
    char text[PROTO_MAX_USER];
    memset(text, 'x', sizeof text);
    buf_t name;
    buf_init(&name, KEY_MAX);
    keys_name(&name, KEY_SEEN, (str_t){text, sizeof text}, (str_t){text, sizeof text});
    assert_true(buf_ok(&name));
    buf_free(&name);
}

/* ---- URL ---- */

static const char *text_or_none(const char *text)
{
    return text ? text : "";
}

static void url_good(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        struct {
            const char *path, *host, *port, *user, *password;
            unsigned database;
        } url;
    } cases[] = {
        {"unix:///run/redis.sock", {.path = "/run/redis.sock"}},
        {"unix://var/run/redis.sock", {.path = "var/run/redis.sock"}},
        {"unix:///r.sock?db=3", {.path = "/r.sock", .database = 3}},
        {"unix://:secret@/r.sock", {.path = "/r.sock", .password = "secret"}},
        {"unix://shop:se%40cret@/r.sock",
         {.path = "/r.sock", .user = "shop", .password = "se@cret"}},
        {"redis://localhost", {.host = "localhost", .port = "6379"}},
        {"redis://localhost/", {.host = "localhost", .port = "6379"}},
        {"redis://10.0.0.1:7000", {.host = "10.0.0.1", .port = "7000"}},
        {"redis://redis:6380/2", {.host = "redis", .port = "6380", .database = 2}},
        {"redis://:p%3Aw@h", {.host = "h", .port = "6379", .password = "p:w"}},
        {"redis://u:p@ss@h:1", {.host = "h", .port = "1", .user = "u", .password = "p@ss"}},
        {"redis://[::1]", {.host = "::1", .port = "6379"}},
        {"redis://[::1]:6400/1", {.host = "::1", .port = "6400", .database = 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redis_url_t url;
        const char *why;
        if (!redis_url_parse(str_from(cases[i].text), &url, &why))
            fail_msg("%s: %s", cases[i].text, why);
        assert_null(why);
        const redis_address_t *host = &url.hosts[0];
        assert_int_equal(url.kind, REDIS_SERVER);
        assert_int_equal(url.count, 1);
        assert_string_equal(host->path, text_or_none(cases[i].url.path));
        assert_string_equal(host->host, text_or_none(cases[i].url.host));
        assert_string_equal(host->port, text_or_none(cases[i].url.port));
        assert_string_equal(url.login.user, text_or_none(cases[i].url.user));
        assert_string_equal(url.login.password, text_or_none(cases[i].url.password));
        assert_int_equal(url.database, cases[i].url.database);
    }
}

static void url_bad(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "localhost:6379",
        "rediss://secret@h",
        "unix://",
        "unix:///r.sock?db=x",
        "unix:///r.sock?timeout=3",
        "redis://",
        "redis://:6379",
        "redis://h:",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:6379x",
        "redis://h/two",
        "redis://secret%4@h",
        "redis://secret%zz@h",
        "redis://a:secret%00@h",
        "redis://[::1",
        "redis://[::1]x:2",
        "unix:///0123456789012345678901234567890123456789012345678901234567890123456789"
        "0123456789012345678901234567890123456789",
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redis_url_t url;
        const char *why = NULL;
        if (redis_url_parse(str_from(cases[i]), &url, &why))
            fail_msg("%s was taken", cases[i]);
        assert_non_null(why);
        assert_null(strstr(why, "secret"));
        assert_int_equal(url.count | (size_t)url.login.password[0], 0);
    }
}

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

/* ---- answers ---- */

typedef struct fixture {
    arena_t *arena;
    redisReply *reply;
    answer_t answer;
} fixture_t;

static int set_up(void **state)
{
    fixture_t *self = calloc(1, sizeof *self);
    self->arena = arena_new(1 << 20);
    *state = self;
    return 0;
}

static int tear_down(void **state)
{
    fixture_t *self = *state;
    if (self->reply)
        freeReplyObject(self->reply);
    arena_destroy(&self->arena);
    free(self);
    return 0;
}

/* What becomes of a reply in Redis' own notation. */
static answer_t *answered(fixture_t *self, proto_type_t request, const char *wire, size_t size)
{
    void *reply = NULL;
    redisReader *reader = redisReaderCreate();
    redisReaderFeed(reader, wire, size);
    assert_int_equal(redisReaderGetReply(reader, &reply), REDIS_OK);
    assert_non_null(reply);
    redisReaderFree(reader);
    if (self->reply)
        freeReplyObject(self->reply);
    self->reply = reply;
    answer_make(&self->answer, request, reply, self->arena);
    return &self->answer;
}
#define ANSWERED(self, request, wire) answered(self, request, wire, sizeof(wire) - 1)

static void assert_error(const answer_t *answer, const char *code)
{
    assert_int_equal(answer->type, PROTO_ERROR);
    assert_string_equal(answer->msg.error.code.data, code);
    assert_true(answer->msg.error.detail.size > 0);
}

static void enqueued_is_read(void **state)
{
    fixture_t *self = *state;
    answer_t *answer = ANSWERED(self, PROTO_ENQUEUE,
                                "*6\r\n$3\r\nnew\r\n:5\r\n$4\r\nleft\r\n:2\r\n:0\r\n$3\r\nAna\r\n");
    assert_int_equal(answer->type, PROTO_ENQUEUED);
    assert_int_equal(answer->msg.enqueued.seq, 5);
    assert_false(answer->msg.enqueued.duplicate);
    assert_true(str_is(answer->change, "left"));
    assert_int_equal(answer->dropped, 2);
    assert_true(str_is(answer->lapsed, "Ana"));
    assert_false(answer->msg.enqueued.silent);
    answer = ANSWERED(self, PROTO_ENQUEUE,
                      "*10\r\n$4\r\nheld\r\n:5\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n"
                      "$3\r\nAna\r\n:1700000000001\r\n$6\r\nAna L.\r\n:2\r\n");
    assert_true(answer->msg.enqueued.silent && !answer->msg.enqueued.duplicate);
    assert_true(str_is(answer->msg.enqueued.by, "Ana"));
    assert_true(str_is(answer->msg.enqueued.shown, "Ana L."));
    assert_int_equal(answer->msg.enqueued.since_ms, 1700000000001);
    assert_int_equal(answer->lost, 2);
    answer =
        ANSWERED(self, PROTO_ENQUEUE, "*5\r\n$6\r\nsilent\r\n:5\r\n$0\r\n\r\n:0\r\n$0\r\n\r\n");
    assert_true(answer->msg.enqueued.duplicate && answer->msg.enqueued.silent);
    answer = ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$7\r\nwaiting\r\n:5\r\n");
    assert_true(answer->msg.enqueued.duplicate);
    assert_int_equal(answer->msg.enqueued.reply_count, 0);
    assert_error(
        ANSWERED(self, PROTO_ENQUEUE, "*5\r\n$4\r\nfull\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n"),
        PROTO_CODE_BUSY);
    assert_true(self->answer.msg.error.retry_after_ms > 0);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$9\r\nforgotten\r\n:5\r\n"),
                 PROTO_CODE_INVALID);
}

/* Appends a bulk string. */
static void bulk(buf_t *out, str_t text)
{
    buf_printf(out, "$%zu\r\n", text.size);
    buf_add(out, text.data, text.size);
    buf_str(out, "\r\n");
}

static void a_stored_reply_is_read(void **state)
{
    fixture_t *self = *state;
    buf_t stored, wire;
    buf_init(&stored, 4096);
    buf_init(&wire, 4096);
    proto_reply_t reply = {.turn_id = STR_LIT("t1"), .text = STR_LIT("listo"), .upto_seq = 6};
    buf_str(&stored, "5 1700000000000 ");
    assert_true(proto_encode(&proto_reply_record, &reply, &stored, NULL));
    buf_str(&wire, "*3\r\n$8\r\nanswered\r\n:5\r\n");
    bulk(&wire, buf_view(&stored));
    answer_t *answer = answered(self, PROTO_ENQUEUE, wire.data, wire.size);
    assert_int_equal(answer->type, PROTO_ENQUEUED);
    assert_int_equal(answer->msg.enqueued.reply_count, 1);
    assert_true(str_is(answer->msg.enqueued.reply->text, "listo"));
    buf_free(&stored);
    buf_free(&wire);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "*3\r\n$8\r\nanswered\r\n:5\r\n$4\r\n5 6 \r\n"),
                 PROTO_CODE_INTERNAL);
}

static void claimed_is_read(void **state)
{
    fixture_t *self = *state;
    buf_t context, stored, place, said, asked, wire;
    buf_t *all[] = {&context, &stored, &place, &said, &asked, &wire};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_init(all[i], 4096);
    proto_context_t remembered = {.version = 1, .language = STR_LIT("es"), .turns = 3};
    assert_true(proto_encode(&proto_context_record, &remembered, &context, NULL));
    proto_waiting_t waiting = {
        .message_id = STR_LIT("m"), .channel = STR_LIT("api"), .text = STR_LIT("más")};
    buf_str(&stored, "12 1700000000001 ");
    assert_true(proto_encode(&proto_waiting_record, &waiting, &stored, NULL));
    proto_outgoing_t target = {.channel = STR_LIT("twilio"),
                               .reply_to = STR_LIT("whatsapp:+1"),
                               .message_id = STR_LIT("m")};
    assert_true(proto_encode(&proto_outgoing_record, &target, &place, NULL));
    proto_reply_t reply = {.turn_id = STR_LIT("t1"),
                           .text = STR_LIT("listo"),
                           .upto_seq = 6,
                           .literal = STR_LIT("1 2")};
    assert_true(proto_encode(&proto_reply_record, &reply, &said, NULL));
    proto_survey_t survey = {.state = STR_LIT("asked"), .turn_id = STR_LIT("q1"), .score = 9};
    assert_true(proto_encode(&proto_survey_record, &survey, &asked, NULL));
    buf_str(&wire, "*35\r\n$7\r\ngranted\r\n:1700000000002\r\n");
    bulk(&wire, buf_view(&context));
    buf_str(&wire, ":1700000000099\r\n$6\r\nclosed\r\n");
    bulk(&wire, buf_view(&asked));
    buf_str(&wire, ":1\r\n:1\r\n:3000000000\r\n:17\r\n$3\r\nAna\r\n:2\r\n:1\r\n");
    buf_str(&wire, "$3\r\ndue\r\n:0\r\n:0\r\n:0\r\n$4\r\nSM01\r\n:1\r\n$3\r\nW16\r\n$3\r\nHX1\r\n");
    bulk(&wire, buf_view(&place));
    buf_str(&wire, "$0\r\n\r\n$6\r\nunsure\r\n:2\r\n:3\r\n:1700000000004\r\n$4\r\nSM01\r\n:0\r\n");
    buf_str(&wire, "$2\r\nt1\r\n$0\r\n\r\n");
    bulk(&wire, buf_view(&place));
    bulk(&wire, buf_view(&said));
    bulk(&wire, buf_view(&stored)); /* said while a person of the shop had it … */
    bulk(&wire, buf_view(&stored)); /* … and what waits */
    answer_t *answer = answered(self, PROTO_CLAIM, wire.data, wire.size);
    assert_int_equal(answer->type, PROTO_CLAIMED);
    const proto_claimed_t *msg = &answer->msg.claimed;
    assert_true(str_is(msg->status, "granted"));
    assert_int_equal(msg->token, 1700000000002);
    assert_int_equal(msg->now_ms, 1700000000099);
    assert_int_equal(answer->tokens, 3000000000);
    assert_int_equal(answer->calls, 17);
    assert_int_equal(msg->context_count, 1);
    assert_int_equal(msg->context->turns, 3);
    assert_true(str_is(answer->lapsed, "Ana"));
    assert_int_equal(msg->talk_count, 1);
    assert_true(str_is(msg->talk->text, "más"));
    assert_int_equal(msg->messages_count, 1);
    assert_int_equal(msg->messages[0].seq, 12);
    assert_int_equal(msg->messages[0].received_ms, 1700000000001);
    assert_true(str_is(msg->messages[0].text, "más"));
    assert_int_equal(msg->outgoing_count, 2);
    assert_true(str_is(msg->outgoing[1].turn_id, "t1"));
    assert_true(str_is(msg->outgoing[1].text, "listo"));
    assert_true(str_is(msg->outgoing[1].literal, "1 2"));
    assert_true(str_is(msg->outgoing[1].channel, "twilio"));
    assert_true(str_is(msg->outgoing[1].reply_to, "whatsapp:+1"));
    assert_true(str_is(msg->outgoing[1].message_id, "m"));
    assert_true(str_is(msg->outgoing[1].state, "unsure"));
    assert_int_equal(msg->outgoing[1].parts_sent, 2);
    assert_int_equal(msg->outgoing[1].attempts, 3);
    assert_int_equal(msg->outgoing[1].since_ms, 1700000000004);
    assert_true(str_is(msg->outgoing[1].sids, "SM01"));
    assert_false(msg->outgoing[1].unasked);
    assert_int_equal(msg->outgoing[1].template_sid.size, 0);
    assert_true(str_is(msg->outgoing[0].turn_id, "W16"));
    assert_true(str_is(msg->outgoing[0].template_sid, "HX1"));
    assert_true(str_is(msg->outgoing[0].reply_to, "whatsapp:+1"));
    assert_true(msg->outgoing[0].unasked && !msg->outgoing[0].text.size);
    assert_int_equal(msg->survey_count, 1);
    assert_true(str_is(msg->survey->state, "closed")); /* sessions knows it best */
    assert_true(str_is(msg->survey->turn_id, "q1"));
    assert_true(msg->ask && msg->opted_out);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        buf_free(all[i]);
}

static void refused_claims_are_read(void **state)
{
    fixture_t *self = *state;
    answer_t *answer = ANSWERED(self, PROTO_CLAIM, "*2\r\n$4\r\nbusy\r\n:250\r\n");
    assert_true(str_is(answer->msg.claimed.status, "busy"));
    assert_int_equal(answer->msg.claimed.retry_ms, 250);
    answer = ANSWERED(self, PROTO_CLAIM, "*2\r\n$5\r\nempty\r\n$0\r\n\r\n");
    assert_true(str_is(answer->msg.claimed.status, "empty"));
    assert_error(ANSWERED(self, PROTO_CLAIM, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
}

/* Better a seller who has forgotten than one who never answers. */
static void a_damaged_context_counts_as_none(void **state)
{
    fixture_t *self = *state;
    answer_t *answer =
        ANSWERED(self, PROTO_CLAIM,
                 "*13\r\n$7\r\ngranted\r\n:9\r\n$3\r\n\xff\xff\xff\r\n:1\r\n$"
                 "0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n:0\r\n:0\r\n$0\r\n\r\n:0\r\n:0\r\n");
    assert_int_equal(answer->type, PROTO_CLAIMED);
    assert_int_equal(answer->msg.claimed.context_count, 0);
    assert_true(answer->damaged);
}

static void a_damaged_message_is_an_error(void **state)
{
    fixture_t *self = *state;
#define GRANTED                                                                               \
    "\r\n$7\r\ngranted\r\n:9\r\n$0\r\n\r\n:5\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n:0\r\n:0\r\n" \
    "$0\r\n\r\n"
    static const char *const wires[] = {
        "*14" GRANTED ":0\r\n:0\r\n$3\r\n1 2\r\n",
        /* replies that are not there, one that is none, and too many */
        "*13" GRANTED ":1\r\n:0\r\n",
        "*13" GRANTED ":-1\r\n:0\r\n",
        "*13" GRANTED ":9\r\n:0\r\n",
        "*23" GRANTED ":1\r\n:0\r\n$3\r\ndue\r\n:0\r\n:0\r\n:0\r\n$1\r\nx\r\n:0\r\n$1\r\nt\r\n$"
        "0\r\n\r\n$1\r\nx\r\n$1\r\nx\r\n",
        /* words of a person that are not there, that are none, and too many */
        "*13" GRANTED ":0\r\n:1\r\n",
        "*14" GRANTED ":0\r\n:1\r\n$3\r\n1 2\r\n",
        "*13" GRANTED ":0\r\n:-1\r\n",
        "*13" GRANTED ":0\r\n:257\r\n",
    };
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        assert_error(answered(self, PROTO_CLAIM, wires[i], strlen(wires[i])), PROTO_CODE_INTERNAL);
}

static void the_rest_is_read(void **state)
{
    fixture_t *self = *state;
    assert_int_equal(ANSWERED(self, PROTO_RENEW, "*1\r\n$2\r\nok\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_RENEW, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_int_equal(ANSWERED(self, PROTO_COMMIT,
                              "*8\r\n$9\r\ncommitted\r\n:2\r\n$6\r\nqueued\r\n$5\r\nasked\r\n:"
                              "1\r\n:1\r\n$4\r\nmade\r\n$3\r\nnew\r\n")
                         ->msg.committed.waiting,
                     2);
    assert_int_equal(
        ANSWERED(self, PROTO_COMMIT,
                 "*8\r\n$5\r\nagain\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n$0\r\n\r\n")
            ->type,
        PROTO_COMMITTED);
    assert_true(str_is(self->answer.heard, ""));
    assert_true(
        ANSWERED(
            self, PROTO_COMMIT,
            "*8\r\n$9\r\novertaken\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n:0\r\n:0\r\n$0\r\n\r\n$0\r\n\r\n")
            ->msg.committed.overtaken);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*3\r\n$5\r\nwrong\r\n:1\r\n:2\r\n"),
                 PROTO_CODE_INVALID);
    assert_int_equal(ANSWERED(self, PROTO_RESET, "*2\r\n$2\r\nok\r\n:1\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$9\r\nwithdrawn\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$4\r\nnone\r\n")->msg.ok.count, 0);
    assert_error(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    const proto_session_t *session =
        &ANSWERED(self, PROTO_READ,
                  "*18\r\n$2\r\nok\r\n$0\r\n\r\n:3\r\n:1\r\n:99\r\n:4\r\n:1\r\n$0\r\n\r\n$0\r\n\r\n"
                  "$3\r\nAna\r\n:7\r\n:6\r\n$5\r\nasked\r\n$4\r\nnota\r\n$6\r\nAna "
                  "L.\r\n:1\r\n$5\r\nsay-1\r\n$"
                  "6\r\nread 0\r\n")
             ->msg.session;
    assert_int_equal(session->waiting, 3);
    assert_true(session->leased);
    assert_int_equal(session->expires_ms, 99);
    assert_int_equal(session->context_count, 0);
    assert_int_equal(session->outbox, 4);
    assert_true(session->opted_out);
    assert_true(str_is(session->by, "Ana") && str_is(session->wanted_note, "nota"));
    assert_true(str_is(session->shown, "Ana L."));
    assert_int_equal(session->ticks_count, 1);
    assert_true(str_is(session->ticks->turn_id, "say-1") && str_is(session->ticks->status, "read"));
}

static void what_people_of_the_shop_did_is_read(void **state)
{
    fixture_t *self = *state;
    const proto_handoff_t *handoff =
        &ANSWERED(self, PROTO_TAKE_OVER,
                  "*8\r\n$2\r\nok\r\n$3\r\nAna\r\n:7\r\n$4\r\nLuis\r\n:2\r\n:3\r\n:4\r\n:5\r\n")
             ->msg.handoff;
    assert_true(str_is(handoff->status, "ok") && str_is(handoff->before, "Luis"));
    assert_int_equal(handoff->dropped, 2);
    assert_int_equal(handoff->moved, 3);
    assert_int_equal(self->answer.lost, 4);
    handoff = &ANSWERED(self, PROTO_SAY, "*3\r\n$5\r\ntaken\r\n$3\r\nAna\r\n:7\r\n")->msg.handoff;
    assert_true(str_is(handoff->status, "taken") && str_is(handoff->by, "Ana"));
    handoff =
        &ANSWERED(self, PROTO_SAY, "*7\r\n$2\r\nok\r\n:4\r\n:1\r\n:99\r\n:0\r\n$3\r\nAna\r\n:7\r\n")
             ->msg.handoff;
    assert_int_equal(handoff->number, 4);
    assert_true(handoff->outbox && handoff->wrote_ms == 99);
    handoff = &ANSWERED(self, PROTO_GIVE_BACK, "*2\r\n$4\r\nfree\r\n$3\r\nAna\r\n")->msg.handoff;
    assert_true(str_is(handoff->status, "free") && str_is(self->answer.lapsed, "Ana"));
    const proto_said_t *said =
        &ANSWERED(self, PROTO_GET_SAID, "*6\r\n$2\r\nok\r\n$0\r\n\r\n:0\r\n:6\r\n:9\r\n$0\r\n\r\n")
             ->msg.said;
    assert_int_equal(said->last, 9);
    assert_int_equal(said->said_count, 0);
}

static void deliveries_are_read(void **state)
{
    fixture_t *self = *state;
    assert_int_equal(ANSWERED(self, PROTO_TAKE, "*1\r\n$5\r\ntaken\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_TAKE, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    assert_int_equal(ANSWERED(self, PROTO_FORGO, "*2\r\n$2\r\nok\r\n:1\r\n")->msg.ok.count, 1);
    answer_t *answer =
        ANSWERED(self, PROTO_DELIVERED, "*5\r\n$6\r\ntrying\r\n:4\r\n:0\r\n:0\r\n:0\r\n");
    assert_int_equal(answer->type, PROTO_OK);
    assert_int_equal(answer->msg.ok.count, 4);
    answer = ANSWERED(self, PROTO_DELIVERED, "*5\r\n$6\r\nfailed\r\n:2\r\n:21610\r\n:1\r\n:3\r\n");
    assert_int_equal(answer->msg.ok.count, 2);
    assert_int_equal(answer->code, 21610);
    assert_int_equal(answer->invited, 1);
    assert_int_equal(answer->dropped, 3);
    assert_true(str_is(answer->event, "failed"));
    assert_int_equal(ANSWERED(self, PROTO_DELIVERED, "*2\r\n$4\r\nsame\r\n:0\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    assert_error(ANSWERED(self, PROTO_DELIVERED, "*1\r\n$5\r\nwrong\r\n"), PROTO_CODE_INVALID);
    answer = ANSWERED(self, PROTO_DELIVERED, "*2\r\n$5\r\nearly\r\n:1234\r\n");
    assert_error(answer, PROTO_CODE_EARLY);
    assert_int_equal(answer->msg.error.retry_after_ms, 1234);
    answer = ANSWERED(self, PROTO_PACE, "*4\r\n$2\r\nok\r\n:20\r\n:500\r\n:12500\r\n");
    assert_int_equal(answer->msg.paced.places, 20);
    assert_int_equal(answer->msg.paced.first_us, 500);
    assert_int_equal(answer->msg.paced.every_us, 12500);
    answer = ANSWERED(self, PROTO_STATUS,
                      "*6\r\n$5\r\nknown\r\n:1\r\n$6\r\nfailed\r\n:30003\r\n:3\r\n:1\r\n");
    assert_int_equal(answer->invited, 1);
    assert_int_equal(answer->type, PROTO_OK);
    assert_int_equal(answer->msg.ok.count, 1);
    assert_int_equal(answer->code, 30003);
    assert_int_equal(answer->dropped, 3);
    assert_true(str_is(answer->event, "failed"));
}

static void what_makes_no_sense_is_internal(void **state)
{
    fixture_t *self = *state;
    static const proto_type_t types[] = {
        PROTO_ENQUEUE,   PROTO_WITHDRAW,  PROTO_CLAIM,    PROTO_RENEW, PROTO_COMMIT,
        PROTO_RELEASE,   PROTO_RESET,     PROTO_READ,     PROTO_TAKE,  PROTO_FORGO,
        PROTO_DELIVERED, PROTO_STATUS,    PROTO_EXPORT,   PROTO_ERASE, PROTO_TAKE_OVER,
        PROTO_SAY,       PROTO_GIVE_BACK, PROTO_GET_SAID, PROTO_PACE};
    static const char *const wires[] = {
        ":1\r\n",
        "$2\r\nok\r\n",
        "*0\r\n",
        "*1\r\n:1\r\n",
        "*1\r\n$3\r\nwho\r\n",
        "*1\r\n$7\r\ngranted\r\n",
        "$-1\r\n",
        "*1\r\n$9\r\ncommitted\r\n",
        "*2\r\n$2\r\nok\r\n$1\r\nx\r\n",
        "-ERR oh no\r\n",
    };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t w = 0; w < sizeof wires / sizeof *wires; w++)
            assert_error(answered(self, types[t], wires[w], strlen(wires[w])), PROTO_CODE_INTERNAL);
}

static void redis_away_is_unavailable(void **state)
{
    fixture_t *self = *state;
    answer_make(&self->answer, PROTO_READ, NULL, self->arena);
    assert_error(&self->answer, PROTO_CODE_UNAVAILABLE);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "-OOM command not allowed\r\n"),
                 PROTO_CODE_UNAVAILABLE);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "-MISCONF Redis is configured to save\r\n"),
                 PROTO_CODE_UNAVAILABLE);
}

/* ---- the carrier's words ---- */

static void statuses_are_ranked(void **state)
{
    (void)state;
    static const char *const order[] = {"made-up", "accepted",  "queued", "sending",
                                        "sent",    "delivered", "read",   "failed"};
    for (size_t i = 1; i < sizeof order / sizeof *order; i++)
        assert_true(carrier_status_rank(str_from(order[i - 1])) <
                    carrier_status_rank(str_from(order[i])));
    assert_int_equal(carrier_status_rank(STR_LIT("undelivered")),
                     carrier_status_rank(STR_LIT("failed")));
    assert_true(carrier_status_failed(STR_LIT("undelivered")));
    assert_true(carrier_status_failed(STR_LIT("canceled")));
    assert_false(carrier_status_failed(STR_LIT("read")));
    assert_string_equal(carrier_status_name(STR_LIT("read")), "read");
    assert_string_equal(carrier_status_name(STR_LIT("rea")), "other");
    assert_string_equal(carrier_status_name(STR_LIT("")), "other");
}

static void codes_become_labels(void **state)
{
    (void)state;
    char text[8];
    assert_string_equal(carrier_code_label(0, text), "none");
    assert_string_equal(carrier_code_label(63016, text), "63016");
    assert_string_equal(carrier_code_label(999999, text), "999999");
    assert_string_equal(carrier_code_label(1000000, text), "other");
    assert_string_equal(carrier_code_label(-1, text), "other");
}

static void errors_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(redis_error(STR_LIT("NOSCRIPT No matching script.")), REDIS_ERROR_SCRIPT);
    assert_int_equal(redis_error(STR_LIT("LOADING Redis is loading")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("READONLY You can't write")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("BUSY Redis is busy")), REDIS_ERROR_AWAY);
    assert_int_equal(redis_error(STR_LIT("OOM")), REDIS_ERROR_FULL);
    assert_int_equal(redis_error(STR_LIT("ERR OOM")), REDIS_ERROR_OTHER);
    assert_int_equal(redis_error(STR_LIT("")), REDIS_ERROR_OTHER);
}

static void stored_texts(void **state)
{
    (void)state;
    int64_t a, b;
    str_t record;
    assert_true(answer_stored(STR_LIT("1 22 x y"), &a, &b, &record));
    assert_int_equal(a, 1);
    assert_int_equal(b, 22);
    assert_true(str_is(record, "x y"));
    assert_true(answer_stored(STR_LIT("1 2 "), &a, &b, &record));
    assert_int_equal(record.size, 0);
    static const char *const bad[] = {
        "", "1", "1 ", "1 2", " 1 2 ", "1  2 x", "-1 2 x", "1 x 2", "1 9999999999999999999 x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(answer_stored(str_from(bad[i]), &a, &b, &record));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partition_is_fnv1a),
        cmocka_unit_test(partitions_are_used_evenly),
        cmocka_unit_test(keys_carry_the_partition),
        cmocka_unit_test(keys_of_different_messages_differ),
        cmocka_unit_test(longest_key_fits),
        cmocka_unit_test(url_good),
        cmocka_unit_test(url_bad),
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
        cmocka_unit_test(statuses_are_ranked),
        cmocka_unit_test(codes_become_labels),
        cmocka_unit_test(too_large_a_context_is_refused),
        cmocka_unit_test(errors_are_told_apart),
        cmocka_unit_test(stored_texts),
        cmocka_unit_test_setup_teardown(enqueued_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_stored_reply_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(claimed_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refused_claims_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_context_counts_as_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_message_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_rest_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_people_of_the_shop_did_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(deliveries_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_internal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redis_away_is_unavailable, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}

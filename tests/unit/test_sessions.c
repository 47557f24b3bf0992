/* The pure parts of the session service: names, URL, commands, answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <hiredis/hiredis.h>

#include "sessions/answer.h"
#include "sessions/keys.h"
#include "sessions/redis_error.h"
#include "sessions/request.h"
#include "sessions/scripts.h"
#include "sessions/url.h"

static const request_limits_t limits = {
    .inbox_max = 7, .session_ttl = 5000, .dedup_ttl = 9000, .lease_ms = 4000};

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

static void url_good(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        redis_url_t url;
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
        assert_string_equal(url.path, cases[i].url.path);
        assert_string_equal(url.host, cases[i].url.host);
        assert_string_equal(url.port, cases[i].url.port);
        assert_string_equal(url.user, cases[i].url.user);
        assert_string_equal(url.password, cases[i].url.password);
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
        assert_int_equal(url.path[0] | url.host[0] | url.password[0], 0);
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

static redisReply *command(proto_type_t type, const void *msg)
{
    const char *why = "";
    size_t size = 0;
    char *bytes = request_command(&limits, type, msg, &size, &why);
    if (!bytes)
        fail_msg("%s", why);
    return words(bytes, size);
}

/* The number of keys, and that they are all of the user's slot. */
static void assert_keys(const redisReply *self, int count)
{
    assert_string_equal(self->element[0]->str, "EVALSHA");
    assert_int_equal(atoi(self->element[2]->str), count);
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
    proto_enqueue_t msg = {STR_LIT("a"), STR_LIT("m1"), STR_LIT("api"), STR_LIT("hola")};
    redisReply *got = command(PROTO_ENQUEUE, &msg);
    assert_keys(got, 6);
    assert_string_equal(got->element[1]->str, script_sha(SCRIPT_ENQUEUE).data);
    assert_string_equal(got->element[3]->str, "most:{300}:seen:1:a:m1");
    arena_t *arena = arena_new(4096);
    proto_waiting_t waiting;
    assert_true(proto_decode(&proto_waiting_record, got->element[10]->str, got->element[10]->len,
                             &waiting, arena, NULL));
    assert_true(str_is(waiting.text, "hola"));
    assert_true(str_is(waiting.message_id, "m1"));
    assert_words(got, 11, (const char *[]){"7", "9000", "5000", "2000", NULL});
    arena_destroy(&arena);
    freeReplyObject(got);
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
    assert_keys(got, 4);
    assert_int_equal(got->elements, 13);
    assert_string_equal(got->element[7]->str, "a");
    assert_string_equal(got->element[8]->str, "agent-1/5");
    assert_string_equal(got->element[9]->str, "3000");
    assert_string_equal(got->element[10]->str, "agent-2/6");
    assert_string_equal(got->element[11]->str, "12");
    assert_true(atoi(got->element[12]->str) < PROTO_MAX_BODY);
    freeReplyObject(got);
}

static void commit_becomes_a_command(void **state)
{
    (void)state;
    proto_reply_t reply = {.turn_id = STR_LIT("t1"), .text = STR_LIT("hola"), .upto_seq = 4};
    proto_commit_t msg = {.user_id = STR_LIT("a"), .token = 12, .reply = &reply, .reply_count = 1};
    redisReply *got = command(PROTO_COMMIT, &msg);
    assert_keys(got, 5);
    assert_string_equal(got->element[9]->str, "12");
    assert_string_equal(got->element[10]->str, "t1");
    assert_string_equal(got->element[11]->str, "4");
    assert_int_equal(got->element[13]->len, 0); /* no context: forget */
    /* SESSION_TTL, DEDUP_TTL, and the state outlives both */
    assert_words(got, 14, (const char *[]){"5000", "9000", "3609000", "2000", "256", NULL});
    freeReplyObject(got);

    proto_context_t context = {.version = 1};
    msg.context = &context;
    msg.context_count = 1;
    got = command(PROTO_COMMIT, &msg);
    assert_true(got->element[13]->len > 0);
    freeReplyObject(got);
}

static void the_rest_becomes_commands(void **state)
{
    (void)state;
    str_t user = STR_LIT("a");
    redisReply *got =
        command(PROTO_WITHDRAW, &(proto_withdraw_t){.user_id = user, .message_id = STR_LIT("m")});
    assert_keys(got, 4);
    freeReplyObject(got);
    got = command(PROTO_RENEW, &(proto_renew_t){.user_id = user, .token = 2, .lease_ms = 3});
    assert_keys(got, 2);
    assert_words(got, 5, (const char *[]){"a", "2", "3", NULL});
    freeReplyObject(got);
    got = command(PROTO_RELEASE, &(proto_release_t){.user_id = user, .token = 2});
    assert_keys(got, 3);
    freeReplyObject(got);
    got = command(PROTO_RESET, &(proto_reset_t){.user_id = user});
    assert_keys(got, 4);
    freeReplyObject(got);
    got = command(PROTO_READ, &(proto_read_t){.user_id = user});
    assert_keys(got, 3);
    freeReplyObject(got);
    size_t size;
    char *bytes = request_sweep(&limits, 300, 17, &size);
    got = words(bytes, size);
    assert_keys(got, 1);
    assert_words(got, 3, (const char *[]){"most:{300}:ready", "17", "4000", NULL});
    freeReplyObject(got);
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    str_t a = STR_LIT("a"), none = STR_LIT("");
    proto_reply_t reply = {.turn_id = a, .text = a, .upto_seq = 1};
    proto_reply_t no_turn = {.text = a, .upto_seq = 1};
    proto_reply_t no_seq = {.turn_id = a, .text = a};
    int64_t huge = REQUEST_MAX_TOKEN + 1;
    const struct {
        proto_type_t type;
        const void *msg;
    } cases[] = {
        {PROTO_ENQUEUE, &(proto_enqueue_t){none, a, a, a}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, none, a, a}},
        {PROTO_ENQUEUE, &(proto_enqueue_t){a, a, none, a}},
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
        {PROTO_COMMIT, &(proto_commit_t){a, 0, &reply, 1, NULL, 0}},
        {PROTO_COMMIT, &(proto_commit_t){none, 1, &reply, 1, NULL, 0}},
        {PROTO_COMMIT, &(proto_commit_t){a, 1, &no_turn, 1, NULL, 0}},
        {PROTO_COMMIT, &(proto_commit_t){a, 1, &no_seq, 1, NULL, 0}},
        {PROTO_RELEASE, &(proto_release_t){a, -1}},
        {PROTO_RELEASE, &(proto_release_t){none, 1}},
        {PROTO_RESET, &(proto_reset_t){none}},
        {PROTO_READ, &(proto_read_t){none}},
        {PROTO_PAGE, &(proto_page_t){0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        size_t size;
        if (request_command(&limits, cases[i].type, cases[i].msg, &size, &why))
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
    proto_commit_t msg = {STR_LIT("a"), 1, &reply, 1, &context, 1};
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
    answer_t *answer = ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$3\r\nnew\r\n:5\r\n");
    assert_int_equal(answer->type, PROTO_ENQUEUED);
    assert_int_equal(answer->msg.enqueued.seq, 5);
    assert_false(answer->msg.enqueued.duplicate);
    answer = ANSWERED(self, PROTO_ENQUEUE, "*2\r\n$7\r\nwaiting\r\n:5\r\n");
    assert_true(answer->msg.enqueued.duplicate);
    assert_int_equal(answer->msg.enqueued.reply_count, 0);
    assert_error(ANSWERED(self, PROTO_ENQUEUE, "*1\r\n$4\r\nfull\r\n"), PROTO_CODE_BUSY);
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
    buf_t context, stored, wire;
    buf_init(&context, 4096);
    buf_init(&stored, 4096);
    buf_init(&wire, 4096);
    proto_context_t remembered = {.version = 1, .language = STR_LIT("es"), .turns = 3};
    assert_true(proto_encode(&proto_context_record, &remembered, &context, NULL));
    proto_waiting_t waiting = {
        .message_id = STR_LIT("m"), .channel = STR_LIT("api"), .text = STR_LIT("más")};
    buf_str(&stored, "12 1700000000001 ");
    assert_true(proto_encode(&proto_waiting_record, &waiting, &stored, NULL));
    buf_str(&wire, "*4\r\n$7\r\ngranted\r\n:1700000000002\r\n");
    bulk(&wire, buf_view(&context));
    bulk(&wire, buf_view(&stored));
    answer_t *answer = answered(self, PROTO_CLAIM, wire.data, wire.size);
    assert_int_equal(answer->type, PROTO_CLAIMED);
    const proto_claimed_t *msg = &answer->msg.claimed;
    assert_true(str_is(msg->status, "granted"));
    assert_int_equal(msg->token, 1700000000002);
    assert_int_equal(msg->context_count, 1);
    assert_int_equal(msg->context->turns, 3);
    assert_int_equal(msg->messages_count, 1);
    assert_int_equal(msg->messages[0].seq, 12);
    assert_int_equal(msg->messages[0].received_ms, 1700000000001);
    assert_true(str_is(msg->messages[0].text, "más"));
    buf_free(&context);
    buf_free(&stored);
    buf_free(&wire);
}

static void refused_claims_are_read(void **state)
{
    fixture_t *self = *state;
    answer_t *answer = ANSWERED(self, PROTO_CLAIM, "*2\r\n$4\r\nbusy\r\n:250\r\n");
    assert_true(str_is(answer->msg.claimed.status, "busy"));
    assert_int_equal(answer->msg.claimed.retry_ms, 250);
    answer = ANSWERED(self, PROTO_CLAIM, "*1\r\n$5\r\nempty\r\n");
    assert_true(str_is(answer->msg.claimed.status, "empty"));
    assert_error(ANSWERED(self, PROTO_CLAIM, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
}

/* Better a seller who has forgotten than one who never answers. */
static void a_damaged_context_counts_as_none(void **state)
{
    fixture_t *self = *state;
    answer_t *answer =
        ANSWERED(self, PROTO_CLAIM, "*3\r\n$7\r\ngranted\r\n:9\r\n$3\r\n\xff\xff\xff\r\n");
    assert_int_equal(answer->type, PROTO_CLAIMED);
    assert_int_equal(answer->msg.claimed.context_count, 0);
    assert_true(answer->damaged);
}

static void a_damaged_message_is_an_error(void **state)
{
    fixture_t *self = *state;
    assert_error(
        ANSWERED(self, PROTO_CLAIM, "*4\r\n$7\r\ngranted\r\n:9\r\n$0\r\n\r\n$3\r\n1 2\r\n"),
        PROTO_CODE_INTERNAL);
}

static void the_rest_is_read(void **state)
{
    fixture_t *self = *state;
    assert_int_equal(ANSWERED(self, PROTO_RENEW, "*1\r\n$2\r\nok\r\n")->type, PROTO_OK);
    assert_error(ANSWERED(self, PROTO_RENEW, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_int_equal(
        ANSWERED(self, PROTO_COMMIT, "*2\r\n$9\r\ncommitted\r\n:2\r\n")->msg.committed.waiting, 2);
    assert_int_equal(ANSWERED(self, PROTO_COMMIT, "*2\r\n$5\r\nagain\r\n:1\r\n")->type,
                     PROTO_COMMITTED);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*1\r\n$5\r\nstale\r\n"), PROTO_CODE_STALE_TOKEN);
    assert_error(ANSWERED(self, PROTO_COMMIT, "*3\r\n$5\r\nwrong\r\n:1\r\n:2\r\n"),
                 PROTO_CODE_INVALID);
    assert_int_equal(ANSWERED(self, PROTO_RESET, "*2\r\n$2\r\nok\r\n:1\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$9\r\nwithdrawn\r\n")->msg.ok.count, 1);
    assert_int_equal(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$4\r\nnone\r\n")->msg.ok.count, 0);
    assert_error(ANSWERED(self, PROTO_WITHDRAW, "*1\r\n$7\r\nclaimed\r\n"), PROTO_CODE_CLAIMED);
    const proto_session_t *session =
        &ANSWERED(self, PROTO_READ, "*5\r\n$2\r\nok\r\n$0\r\n\r\n:3\r\n:1\r\n:99\r\n")->msg.session;
    assert_int_equal(session->waiting, 3);
    assert_true(session->leased);
    assert_int_equal(session->expires_ms, 99);
    assert_int_equal(session->context_count, 0);
}

static void what_makes_no_sense_is_internal(void **state)
{
    fixture_t *self = *state;
    static const proto_type_t types[] = {PROTO_ENQUEUE, PROTO_WITHDRAW, PROTO_CLAIM, PROTO_RENEW,
                                         PROTO_COMMIT,  PROTO_RELEASE,  PROTO_RESET, PROTO_READ};
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
        cmocka_unit_test(enqueue_becomes_a_command),
        cmocka_unit_test(claim_becomes_a_command),
        cmocka_unit_test(commit_becomes_a_command),
        cmocka_unit_test(the_rest_becomes_commands),
        cmocka_unit_test(nonsense_is_refused),
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
        cmocka_unit_test_setup_teardown(what_makes_no_sense_is_internal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redis_away_is_unavailable, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("sessions", tests, NULL, NULL);
}

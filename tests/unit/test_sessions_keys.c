/* Names of keys, and the partitions they are in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/proto.h"
#include "sessions/keys.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(partition_is_fnv1a),
        cmocka_unit_test(partitions_are_used_evenly),
        cmocka_unit_test(keys_carry_the_partition),
        cmocka_unit_test(keys_of_different_messages_differ),
        cmocka_unit_test(longest_key_fits),
    };
    return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}

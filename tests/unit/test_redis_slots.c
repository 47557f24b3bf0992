/* What a Redis Cluster and sentinels say, as values: slots, maps, redirections, masters; and the
 * URLs that lead to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sessions/keys.h"
#include "sessions/redis_error.h"
#include "sessions/redis_master.h"
#include "sessions/redis_slots.h"
#include "sessions/request.h"

/* ---- replies, made by hand ---- */

#define STRING(text)                                                               \
    &(redisReply)                                                                  \
    {                                                                              \
        .type = REDIS_REPLY_STRING, .str = (char *)(text), .len = sizeof(text) - 1 \
    }
#define NUMBER(value)                                   \
    &(redisReply)                                       \
    {                                                   \
        .type = REDIS_REPLY_INTEGER, .integer = (value) \
    }
#define NIL                     \
    &(redisReply)               \
    {                           \
        .type = REDIS_REPLY_NIL \
    }
#define LIST(...)                                                                \
    &(redisReply)                                                                \
    {                                                                            \
        .type = REDIS_REPLY_ARRAY, .element = (redisReply *[]){__VA_ARGS__},     \
        .elements = sizeof((redisReply *[]){__VA_ARGS__}) / sizeof(redisReply *) \
    }

static const redis_address_t asked = {.host = "10.0.0.9", .port = "7009"};

/* ---- slots ---- */

static void slots_of_keys(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        unsigned slot;
    } cases[] = {
        {"123456789", 12739},
        {"", 0},
        {"foo", 12182},
        {"bar", 5061},
        {"{user1000}.following", 3443},
        {"user1000", 3443},
        {"foo{bar}{zap}", 5061},
        {"foo{}{bar}", 8363},
        {"foo{{bar}}zap", 4015},
        {"most:{bar}:state:x{foo}", 5061},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(redis_slot(str_from(cases[i].key)), cases[i].slot);
    assert_int_equal(redis_slot((str_t){0}), 0);
}

static void slots_of_commands(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int slot;
    } cases[] = {
        {"*4\r\n$7\r\nEVALSHA\r\n$2\r\nab\r\n$1\r\n1\r\n$3\r\nfoo\r\n", 12182},
        {"*4\r\n$4\r\nEVAL\r\n$4\r\n\r\n$1\r\n$1\r\n1\r\n$5\r\n{bar}\r\n", 5061},
        {"*3\r\n$7\r\nEVALSHA\r\n$2\r\nab\r\n$1\r\n0\r\n", -1},
        {"*2\r\n$3\r\nGET\r\n$3\r\nfoo\r\n", -1},
        {"*4\r\n$7\r\nEVALSHA\r\n$2\r\nab\r\n$1\r\n1\r\n$9\r\nfoo\r\n", -1},
        {"*4\r\n$99999999999999999999\r\nEVALSHA\r\n", -1},
        {"*4\r\n$7\r\nEVALSHA", -1},
        {"*4\r\n$-1\r\n", -1},
        {"*", -1},
        {"", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(redis_slot_of_command(str_from(cases[i].bytes)), cases[i].slot);
}

/* Whatever is asked for a user goes to the slot of the user's partition. */
static void commands_go_to_the_users_slot(void **state)
{
    (void)state;
    request_limits_t limits = {.session_ttl = 1000, .dedup_ttl = 1000};
    proto_read_t msg = {.user_id = STR_LIT("ana")};
    const char *why;
    size_t size;
    char *bytes = request_command(&limits, PROTO_READ, &msg, &size, &why), tag[8];
    assert_non_null(bytes);
    snprintf(tag, sizeof tag, "%u", keys_partition(STR_LIT("ana")));
    assert_int_equal(redis_slot_of_command((str_t){bytes, size}), redis_slot(str_from(tag)));
    redisFreeCommand(bytes);
}

/* ---- the map ---- */

static void a_map_is_read(void **state)
{
    (void)state;
    static redis_slots_t map;
    const redisReply *reply = LIST(
        LIST(NUMBER(0), NUMBER(99), LIST(STRING("10.0.0.1"), NUMBER(7000), STRING("id"), LIST(NIL)),
             LIST(STRING("10.0.0.2"), NUMBER(7000), STRING("id"))),
        LIST(NUMBER(100), NUMBER(100), LIST(STRING("::1"), NUMBER(7001))),
        LIST(NUMBER(102), NUMBER(16383), LIST(STRING("10.0.0.1"), NUMBER(7000))));
    assert_true(redis_slots_read(&map, reply, &asked));
    assert_int_equal(map.count, 2);
    assert_string_equal(map.nodes[0].host, "10.0.0.1");
    assert_string_equal(map.nodes[0].port, "7000");
    assert_string_equal(map.nodes[1].host, "::1");
    assert_int_equal(map.owner[0], 0);
    assert_int_equal(map.owner[99], 0);
    assert_int_equal(map.owner[100], 1);
    assert_int_equal(map.owner[101], REDIS_SLOTS_NONE);
    assert_int_equal(map.owner[16383], 0);
}

static void who_has_no_name_is_where_we_asked(void **state)
{
    (void)state;
    static redis_slots_t map;
    const redisReply *empty = LIST(LIST(NUMBER(0), NUMBER(1), LIST(STRING(""), NUMBER(7000))));
    const redisReply *nil = LIST(LIST(NUMBER(0), NUMBER(1), LIST(NIL, NUMBER(7000))));
    const redisReply *unknown = LIST(LIST(NUMBER(0), NUMBER(1), LIST(STRING("?"), NUMBER(7000))));
    assert_true(redis_slots_read(&map, empty, &asked));
    assert_string_equal(map.nodes[0].host, "10.0.0.9");
    assert_string_equal(map.nodes[0].port, "7000");
    assert_true(redis_slots_read(&map, nil, &asked));
    assert_string_equal(map.nodes[0].host, "10.0.0.9");
    assert_true(redis_slots_read(&map, unknown, &asked));
    assert_int_equal(map.count, 0);
    assert_int_equal(map.owner[0], REDIS_SLOTS_NONE);
}

static void what_is_no_map_is_refused(void **state)
{
    (void)state;
    static redis_slots_t map;
    const redisReply *node = LIST(STRING("h"), NUMBER(7000));
    const redisReply *const cases[] = {
        STRING("OK"),
        NIL,
        LIST(STRING("x")),
        LIST(LIST(NUMBER(0), NUMBER(1))),
        LIST(LIST(NUMBER(-1), NUMBER(1), (redisReply *)node)),
        LIST(LIST(NUMBER(2), NUMBER(1), (redisReply *)node)),
        LIST(LIST(NUMBER(0), NUMBER(16384), (redisReply *)node)),
        LIST(LIST(STRING("0"), NUMBER(1), (redisReply *)node)),
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_false(redis_slots_read(&map, cases[i], &asked));
}

static void a_cluster_has_so_many_masters(void **state)
{
    (void)state;
    static redis_slots_t map;
    static redisReply parts[REDIS_SLOTS_NODES + 1][5];
    static redisReply *range[REDIS_SLOTS_NODES + 1][3], *node[REDIS_SLOTS_NODES + 1][2];
    static redisReply *ranges[REDIS_SLOTS_NODES + 1];
    redisReply all = {.type = REDIS_REPLY_ARRAY, .element = ranges};
    for (size_t i = 0; i <= REDIS_SLOTS_NODES; i++) {
        redisReply *p = parts[i];
        p[0] = (redisReply){.type = REDIS_REPLY_INTEGER, .integer = (long long)i};
        p[1] = (redisReply){.type = REDIS_REPLY_STRING, .str = (char *)"h", .len = 1};
        p[2] = (redisReply){.type = REDIS_REPLY_INTEGER, .integer = (long long)i + 1};
        node[i][0] = &p[1], node[i][1] = &p[2];
        p[3] = (redisReply){.type = REDIS_REPLY_ARRAY, .element = node[i], .elements = 2};
        range[i][0] = range[i][1] = &p[0], range[i][2] = &p[3];
        p[4] = (redisReply){.type = REDIS_REPLY_ARRAY, .element = range[i], .elements = 3};
        ranges[i] = &p[4];
    }
    all.elements = REDIS_SLOTS_NODES;
    assert_true(redis_slots_read(&map, &all, &asked));
    assert_int_equal(map.count, REDIS_SLOTS_NODES);
    all.elements++;
    assert_false(redis_slots_read(&map, &all, &asked));
}

static void redirections_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good, ask;
        unsigned slot;
        const char *host, *port;
    } cases[] = {
        {"MOVED 3999 127.0.0.1:6381", true, false, 3999, "127.0.0.1", "6381"},
        {"ASK 16383 redis-2:6379", true, true, 16383, "redis-2", "6379"},
        {"MOVED 0 ::1:6381", true, false, 0, "::1", "6381"},
        {"MOVED 0 :6381", true, false, 0, "10.0.0.9", "6381"},
        {"MOVED 16384 h:1", false, false, 0, NULL, NULL},
        {"MOVED 123456789 h:1", false, false, 0, NULL, NULL},
        {"MOVED x h:1", false, false, 0, NULL, NULL},
        {"MOVED 1 h", false, false, 0, NULL, NULL},
        {"MOVED 1 h:0", false, false, 0, NULL, NULL},
        {"MOVED 1 ?:7000", false, false, 0, NULL, NULL},
        {"MOVED 1", false, false, 0, NULL, NULL},
        {"MOVED", false, false, 0, NULL, NULL},
        {"TRYAGAIN Multiple keys", false, false, 0, NULL, NULL},
        {"", false, false, 0, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool ask;
        unsigned slot;
        redis_address_t address;
        bool good = redis_slots_redirect(str_from(cases[i].text), &asked, &ask, &slot, &address);
        if (good != cases[i].good)
            fail_msg("%s", cases[i].text);
        if (!good)
            continue;
        assert_int_equal(ask, cases[i].ask);
        assert_int_equal(slot, cases[i].slot);
        assert_string_equal(address.host, cases[i].host);
        assert_string_equal(address.port, cases[i].port);
    }
}

static void errors_of_a_cluster(void **state)
{
    (void)state;
    assert_int_equal(redis_error(STR_LIT("MOVED 1 h:1")), REDIS_ERROR_ELSEWHERE);
    assert_int_equal(redis_error(STR_LIT("ASK 1 h:1")), REDIS_ERROR_ELSEWHERE);
    assert_int_equal(redis_error(STR_LIT("TRYAGAIN Multiple keys")), REDIS_ERROR_LATER);
    assert_int_equal(redis_error(STR_LIT("CLUSTERDOWN The cluster is down")), REDIS_ERROR_LATER);
    assert_int_equal(redis_error(STR_LIT("NOREPLICAS Not enough good replicas")), REDIS_ERROR_LONE);
    assert_int_equal(redis_error(STR_LIT("ERR Script attempted to access a non local key in a "
                                         "cluster node script: 1")),
                     REDIS_ERROR_LATER);
}

/* ---- sentinels ---- */

static void masters_are_read(void **state)
{
    (void)state;
    redis_address_t master;
    assert_true(redis_master_read(LIST(STRING("10.0.0.1"), STRING("6379")), &master));
    assert_string_equal(master.host, "10.0.0.1");
    assert_string_equal(master.port, "6379");
    assert_false(redis_master_read(NIL, &master));
    assert_false(redis_master_read(LIST(STRING("10.0.0.1")), &master));
    assert_false(redis_master_read(LIST(STRING("10.0.0.1"), NUMBER(6379)), &master));
    assert_false(redis_master_read(LIST(STRING(""), STRING("6379")), &master));
    assert_false(redis_master_read(LIST(STRING("h"), STRING("65536")), &master));
}

static void switches_are_read(void **state)
{
    (void)state;
    redis_address_t master;
    str_t name = STR_LIT("shop");
    assert_true(redis_master_switched(STR_LIT("shop 10.0.0.1 6379 10.0.0.2 6380"), name, &master));
    assert_string_equal(master.host, "10.0.0.2");
    assert_string_equal(master.port, "6380");
    assert_false(redis_master_switched(STR_LIT("shop2 10.0.0.1 1 10.0.0.2 2"), name, &master));
    assert_false(redis_master_switched(STR_LIT("shop 10.0.0.1 1 10.0.0.2"), name, &master));
    assert_false(redis_master_switched(STR_LIT("shop 10.0.0.1 1  2"), name, &master));
    assert_false(redis_master_switched(STR_LIT(""), name, &master));
    assert_false(redis_master_switched((str_t){0}, name, &master));
}

/* ---- URLs ---- */

static void urls_of_several_hosts(void **state)
{
    (void)state;
    redis_url_t url;
    const char *why;
    assert_true(redis_url_parse(
        STR_LIT("redis+sentinel://shop:se%2Fcret@a:1,[::1],c/mymaster/3?sentinel=watch:b%3Fd"),
        &url, &why));
    assert_int_equal(url.kind, REDIS_SENTINEL);
    assert_int_equal(url.count, 3);
    assert_string_equal(url.hosts[0].host, "a");
    assert_string_equal(url.hosts[0].port, "1");
    assert_string_equal(url.hosts[1].host, "::1");
    assert_string_equal(url.hosts[1].port, "26379");
    assert_string_equal(url.hosts[2].host, "c");
    assert_string_equal(url.master, "mymaster");
    assert_int_equal(url.database, 3);
    assert_string_equal(url.login.user, "shop");
    assert_string_equal(url.login.password, "se/cret");
    assert_string_equal(url.sentinel.user, "watch");
    assert_string_equal(url.sentinel.password, "b?d");

    assert_true(redis_url_parse(STR_LIT("redis+sentinel://a/m?sentinel=:pw"), &url, &why));
    assert_string_equal(url.sentinel.user, "");
    assert_string_equal(url.sentinel.password, "pw");
    assert_string_equal(url.login.password, "");

    assert_true(redis_url_parse(STR_LIT("redis+cluster://:pw@a,b:7001/"), &url, &why));
    assert_int_equal(url.kind, REDIS_CLUSTER);
    assert_int_equal(url.count, 2);
    assert_string_equal(url.hosts[0].port, "6379");
    assert_string_equal(url.hosts[1].port, "7001");
    assert_string_equal(url.login.password, "pw");
}

static void urls_that_are_wrong_say_what(void **state)
{
    (void)state;
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"redis+cluster://", "the host"},
        {"redis+cluster://a,", "the host"},
        {"redis+cluster://a,,b", "the host"},
        {"redis+cluster://a:0", "the port"},
        {"redis+cluster://a,b:65536", "the port"},
        {"redis+cluster://a/1", "one database"},
        {"redis+cluster://u:secret%zz@a", "user or password"},
        {"redis+cluster://[::1", "the port"},
        {"redis+cluster://1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17", "16 hosts"},
        {"redis+sentinel://a", "the name of the master"},
        {"redis+sentinel://a/", "the name of the master"},
        {"redis+sentinel://a//1", "the name of the master"},
        {"redis+sentinel://a/m/x", "database"},
        {"redis+sentinel:///m", "the host"},
        {"redis+sentinel://a/m?password=secret", "only sentinel="},
        {"redis+sentinel://a/m?sentinel=secret%4", "only sentinel="},
        {"redis+sentinel://a/m?sentinel=user", "no password"},
        {"redis+sentinels://a/m", "must begin"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        redis_url_t url;
        const char *why = NULL;
        if (redis_url_parse(str_from(cases[i].text), &url, &why))
            fail_msg("%s was taken", cases[i].text);
        if (!strstr(why, cases[i].why))
            fail_msg("%s: %s", cases[i].text, why);
        assert_null(strstr(why, "secret"));
        assert_int_equal(url.count, 0);
    }
}

static void addresses_as_text(void **state)
{
    (void)state;
    char text[REDIS_ADDRESS_TEXT];
    redis_address_t address;
    assert_true(redis_address_set(&address, STR_LIT("::1"), STR_LIT("1")));
    assert_string_equal(redis_address_text(&address, text), "[::1]:1");
    assert_true(redis_address_set(&address, STR_LIT("h"), STR_LIT("1")));
    assert_string_equal(redis_address_text(&address, text), "h:1");
    assert_false(redis_address_same(&address, &asked));
    assert_false(redis_address_set(&address, STR_LIT("h\0x"), STR_LIT("1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_of_keys),
        cmocka_unit_test(slots_of_commands),
        cmocka_unit_test(commands_go_to_the_users_slot),
        cmocka_unit_test(a_map_is_read),
        cmocka_unit_test(who_has_no_name_is_where_we_asked),
        cmocka_unit_test(what_is_no_map_is_refused),
        cmocka_unit_test(a_cluster_has_so_many_masters),
        cmocka_unit_test(redirections_are_read),
        cmocka_unit_test(errors_of_a_cluster),
        cmocka_unit_test(masters_are_read),
        cmocka_unit_test(switches_are_read),
        cmocka_unit_test(urls_of_several_hosts),
        cmocka_unit_test(urls_that_are_wrong_say_what),
        cmocka_unit_test(addresses_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

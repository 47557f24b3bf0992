/* What REDIS_URL may be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sessions/url.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(url_good),
        cmocka_unit_test(url_bad),
    };
    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}

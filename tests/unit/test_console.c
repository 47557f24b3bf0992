/* The pure parts of the console: names, passwords, tokens, cookies, addresses; and passwords hashed
 * beside the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/cookie.h"
#include "sessions/console_rules.h"
#include "sessions/password.h"

/* ---- names, passwords, tokens ---- */

static void names(void **state)
{
    static const char *const bad[] = {"",  " ",  "a b", "-a", ".a", "_a",
                                      "ñ", "a/", "a:",  "a}", "<",  "a\n b"};
    char name[CONSOLE_NAME_SIZE], longest[CONSOLE_NAME_SIZE];
    (void)state;
    assert_true(console_name(STR_LIT(" Ana.Lopez_2-x\n"), name));
    assert_string_equal(name, "ana.lopez_2-x");
    memset(longest, 'a', sizeof longest);
    assert_true(console_name((str_t){longest, sizeof longest - 1}, name));
    assert_false(console_name((str_t){longest, sizeof longest}, name));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(console_name(str_from(bad[i]), name));
        assert_string_equal(name, ""); /* not even its front */
    }
}

static void password_rules(void **state)
{
    (void)state;
    assert_null(console_password_wrong(STR_LIT("ten chars!"), "ana"));
    assert_null(console_password_wrong(STR_LIT("ñandúñandú"), "ana"));
    assert_non_null(console_password_wrong(STR_LIT("nine char"), "ana"));
    assert_non_null(console_password_wrong(STR_LIT("aaaaaaaaaaaaaaaa"), "ana"));
    assert_non_null(console_password_wrong(STR_LIT("ana.lopez.2"), "ana.lopez.2"));
    assert_non_null(
        console_password_wrong(STR_LIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff!"), "a"));
}

static void tokens(void **state)
{
    char one[CONSOLE_TOKEN_SIZE], two[CONSOLE_TOKEN_SIZE], csrf[CONSOLE_TOKEN_SIZE];
    char key[CONSOLE_KEY_SIZE], again[CONSOLE_KEY_SIZE], bucket[CONSOLE_BUCKET_SIZE];
    (void)state;
    console_token(one);
    console_token(two);
    assert_int_equal(strlen(one), 43);
    assert_string_not_equal(one, two);
    console_key(str_from(one), key);
    console_key(str_from(one), again);
    assert_string_equal(key, again);
    console_csrf(str_from(one), csrf);
    assert_string_not_equal(csrf, one);
    console_csrf(str_from(two), again);
    assert_string_not_equal(csrf, again);
    for (int i = 0; i < 1000; i++) {
        char text[16];
        snprintf(text, sizeof text, "%d", i);
        console_bucket('n', str_from(text), bucket);
        assert_int_equal(bucket[0], 'n');
        assert_in_range(atoi(bucket + 1), 0, 4095);
    }
}

/* ---- cookies and addresses ---- */

static void cookies(void **state)
{
    char out[COOKIE_HEADER_MAX], longest[COOKIE_TOKEN_MAX + 32];
    (void)state;
    assert_true(str_is(cookie_token(STR_LIT("mostrador=abc-_9")), "abc-_9"));
    assert_true(str_is(cookie_token(STR_LIT("a=b; mostrador=abc ;c=d")), "abc"));
    /* the one that nobody else can have planted comes first, also when it is no good */
    assert_true(str_is(cookie_token(STR_LIT("mostrador=abc; __Host-mostrador=def")), "def"));
    assert_int_equal(cookie_token(STR_LIT("mostrador=abc; __Host-mostrador=d f")).size, 0);
    assert_int_equal(cookie_token(STR_LIT("xmostrador=abc; mostradora=b; mostrador")).size, 0);
    assert_int_equal(cookie_token(STR_LIT("mostrador=a\"b")).size, 0);
    assert_int_equal(cookie_token((str_t){0}).size, 0);
    snprintf(longest, sizeof longest, "mostrador=%065d", 0);
    assert_int_equal(cookie_token(str_from(longest)).size, 0);

    assert_true(cookie_print(STR_LIT("abc"), false, 60, out));
    assert_string_equal(out, "mostrador=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=60");
    assert_true(cookie_print((str_t){0}, true, 60, out));
    assert_string_equal(out,
                        "__Host-mostrador=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");
    assert_false(cookie_print(STR_LIT("a;b"), false, 60, out));
    assert_false(cookie_print(STR_LIT("a\r\nb"), false, 60, out));
}

static void https(void **state)
{
    (void)state;
    assert_true(cookie_https(STR_LIT("x"), STR_LIT("HTTPS"), ""));
    assert_false(cookie_https(STR_LIT("x"), STR_LIT("http"), ""));
    assert_true(cookie_https(STR_LIT("Shop.example"), (str_t){0}, "https://shop.example/#rc=2"));
    assert_false(cookie_https(STR_LIT("127.0.0.1:8000"), (str_t){0}, "https://shop.example"));
    assert_false(cookie_https(STR_LIT("shop.example"), (str_t){0}, "http://shop.example"));
    assert_false(cookie_https((str_t){0}, (str_t){0}, "https://"));
}

static void assert_address(const char *forwarded, const char *peer, const char *expected)
{
    char out[ADDRESS_SIZE];
    client_address(str_from(forwarded), peer, out);
    assert_string_equal(out, expected);
}

static void addresses(void **state)
{
    (void)state;
    assert_address("", "127.0.0.1", "127.0.0.1");
    assert_address("192.0.2.1, 10.0.0.7", "127.0.0.1", "10.0.0.7"); /* what the proxy added */
    assert_address("192.0.2.1,", "127.0.0.1", "127.0.0.1");
    assert_address("2001:db8:1:2:3:4:5:6", "127.0.0.1", "2001:db8:1:2::");
    assert_address("", "2001:db8:1:2:ffff::1", "2001:db8:1:2::");
    assert_address("unknown", "127.0.0.1", "127.0.0.1");
    assert_address("10.0.0.7\" evil", "127.0.0.1", "127.0.0.1");
}

/* ---- passwords beside the loop ---- */

typedef struct heard {
    int count, right, wrong, failed;
    char hash[PASSWORD_HASH_SIZE];
} heard_t;

static void on_done(void *arg, password_end_t end, const char *hash)
{
    heard_t *heard = arg;
    heard->count++;
    heard->right += end == PASSWORD_RIGHT;
    heard->wrong += end == PASSWORD_WRONG;
    heard->failed += end == PASSWORD_FAILED;
    snprintf(heard->hash, sizeof heard->hash, "%s", hash);
}

static void hashes(void **state)
{
    uv_loop_t loop;
    heard_t made = {0}, checked = {0};
    (void)state;
    uv_loop_init(&loop);
    passwords_t *passwords = passwords_new(&loop);
    assert_true(passwords_hash(passwords, STR_LIT("secret"), on_done, &made));
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(made.right, 1);
    assert_non_null(strstr(made.hash, "$argon2id$v=19$m=65536,t=2,p=1$"));
    str_t hash = str_from(made.hash);
    assert_true(passwords_check(passwords, STR_LIT("secret"), hash, on_done, &checked));
    assert_true(passwords_check(passwords, STR_LIT("Secret"), hash, on_done, &checked));
    assert_true(passwords_check(passwords, STR_LIT(""), hash, on_done, &checked));
    assert_true(passwords_check(passwords, STR_LIT("secret"), (str_t){0}, on_done, &checked));
    assert_int_equal(checked.count, 0); /* never from inside */
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(checked.right, 1);
    assert_int_equal(checked.wrong, 3);
    passwords_destroy(&passwords);
    uv_loop_close(&loop);
}

static void a_full_line_takes_no_more_and_the_end_is_told(void **state)
{
    uv_loop_t loop;
    heard_t heard = {0};
    (void)state;
    uv_loop_init(&loop);
    passwords_t *passwords = passwords_new(&loop);
    for (int i = 0; i < PASSWORDS_AT_ONCE + PASSWORDS_WAITING; i++)
        assert_true(passwords_hash(passwords, STR_LIT("secret"), on_done, &heard));
    assert_false(passwords_hash(passwords, STR_LIT("secret"), on_done, &heard));
    passwords_destroy(&passwords);
    assert_int_equal(heard.failed, PASSWORDS_AT_ONCE + PASSWORDS_WAITING);
    uv_run(&loop, UV_RUN_DEFAULT); /* those on threads end, and nobody hears of it */
    assert_int_equal(heard.count, PASSWORDS_AT_ONCE + PASSWORDS_WAITING);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),  cmocka_unit_test(password_rules),
        cmocka_unit_test(tokens), cmocka_unit_test(cookies),
        cmocka_unit_test(https),  cmocka_unit_test(addresses),
        cmocka_unit_test(hashes), cmocka_unit_test(a_full_line_takes_no_more_and_the_end_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

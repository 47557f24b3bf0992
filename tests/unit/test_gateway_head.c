/* The check of a request's head: what is whole, what is incomplete, what is refused and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gateway/head.h"

/* In memory of exactly its size, so that a sanitizer sees a byte too far. */
static head_verdict_t check_bytes(const char *bytes, size_t size, head_t *head, problem_t *problem)
{
    char *copy = malloc(size ? size : 1);
    head_verdict_t verdict;

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    memset(problem, 0, sizeof *problem);
    verdict = head_check((str_t){copy, size}, head, problem);
    free(copy);
    return verdict;
}

static void refused(const char *bytes, int status)
{
    problem_t problem;
    head_t head;

    assert_int_equal(check_bytes(bytes, strlen(bytes), &head, &problem), HEAD_BAD);
    assert_int_equal(problem.status, status);
    assert_true(problem.detail[0] != 0);
}

static const char POST[] = "POST /seller/bot/ HTTP/1.1\r\nHost: a.b:80\r\ncontent-length: 3\r\n"
                           "Expect: 100-Continue\r\n\r\n";

static void every_front_is_incomplete_and_the_whole_is_whole(void **state)
{
    problem_t problem;
    head_t head;

    (void)state;
    for (size_t size = 0; size < sizeof POST - 1; size++)
        assert_int_equal(check_bytes(POST, size, &head, &problem), HEAD_MORE);
    assert_int_equal(check_bytes(POST, sizeof POST - 1, &head, &problem), HEAD_WHOLE);
    assert_int_equal(head.size, sizeof POST - 1);
    assert_int_equal(head.body, 3);
    assert_true(head.expects);
}

static void a_body_may_follow_but_nothing_else(void **state)
{
    char bytes[sizeof POST + 8];
    problem_t problem;
    head_t head;

    (void)state;
    for (size_t more = 0; more <= 4; more++) {
        snprintf(bytes, sizeof bytes, "%s%.*s", POST, (int)more, "abcd");
        assert_int_equal(check_bytes(bytes, strlen(bytes), &head, &problem),
                         more <= 3 ? HEAD_WHOLE : HEAD_BAD);
    }
    assert_int_equal(problem.status, 400);
}

static void lengths(void **state)
{
    (void)state;
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n", 413);
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551619\r\n\r\n", 413);
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 2\r\n\r\n", 400);
    refused("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400);
    refused("POST / HTTP/1.1\r\nHost: a\r\n\r\n", 411);
    refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", 411);
    refused("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\n", 400);
}

static void sizes_and_counts(void **state)
{
    char bytes[3 * HEAD_MAX];
    problem_t problem;
    head_t head;

    (void)state;
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes, "GET /", 5);
    assert_int_equal(check_bytes(bytes, HEAD_MAX - 1, &head, &problem), HEAD_MORE);
    assert_int_equal(check_bytes(bytes, HEAD_MAX, &head, &problem), HEAD_BAD);
    assert_int_equal(problem.status, 414);
    for (int lines = HEAD_MAX_LINES; lines <= HEAD_MAX_LINES + 1; lines++) {
        int size = snprintf(bytes, sizeof bytes, "GET / HTTP/1.1\r\nHost: a\r\n");

        for (int i = 1; i < lines; i++)
            size += snprintf(bytes + size, sizeof bytes - (size_t)size, "X: %d\r\n", i);
        snprintf(bytes + size, sizeof bytes - (size_t)size, "\r\n");
        assert_int_equal(check_bytes(bytes, strlen(bytes), &head, &problem),
                         lines == HEAD_MAX_LINES ? HEAD_WHOLE : HEAD_BAD);
    }
    assert_int_equal(problem.status, 431);
}

static void what_is_no_http(void **state)
{
    problem_t problem;
    head_t head;

    (void)state;
    refused("\r\n", 400);
    refused("GET /\r\n", 400);
    refused("GET / HTTP/1.1\n", 400);
    refused("GET / HTTP/3.0\r\n", 505);
    refused("BREW / HTTP/1.1\r\n", 501);
    refused("GET http://a/ HTTP/1.1\r\n", 400);
    refused("GET / HTTP/1.1\r\nHost: a\r\n b\r\n", 400);
    refused("GET / HTTP/1.1\r\nHostile: a\r\n", 400);
    refused("GET / HTTP/1.1\r\nX: \x01\r\n", 400);
    refused("GET / HTTP/1.1\r\nX: a\t\r\n", 400);
    refused("\x16\x03\x01", 400);
    assert_int_equal(check_bytes("G\0T", 3, &head, &problem), HEAD_BAD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_front_is_incomplete_and_the_whole_is_whole),
        cmocka_unit_test(a_body_may_follow_but_nothing_else),
        cmocka_unit_test(lengths),
        cmocka_unit_test(sizes_and_counts),
        cmocka_unit_test(what_is_no_http),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * The simulators (tests/openai_sim.py, tests/twilio_sim.py, tests/h2_front.py) for unit tests:
 * processes of their own that end when their stdin is closed, and are asked and told over HTTP.
 * Only included by tests, each of which is one program.
 */
#ifndef MOSTRADOR_TESTS_SIMULATOR_H
#define MOSTRADOR_TESTS_SIMULATOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"

extern char **environ;

typedef struct helper {
    pid_t pid;
    int in;
    int port;
} helper_t;

/* Starts a Python program (with up to four arguments) and reads its port from its first line, the
 * whole of it: it may come in pieces, and the other side must not meet a closed pipe. */
static inline helper_t helper_start(const char *program, const char *const *arguments)
{
    helper_t helper;
    int in[2], out[2];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    const char *argv[8] = {"python3", program};
    for (size_t i = 0; arguments[i]; i++)
        argv[i + 2] = arguments[i];
    assert_int_equal(
        posix_spawn(&helper.pid, "/usr/bin/python3", &actions, NULL, (char *const *)argv, environ),
        0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    helper.in = in[1];
    FILE *lines = fdopen(out[0], "r");
    char line[64];
    assert_non_null(fgets(line, sizeof line, lines));
    assert_int_equal(sscanf(line, "{\"port\": %d}", &helper.port), 1);
    fclose(lines);
    return helper;
}

static inline void helper_stop(helper_t *helper)
{
    close(helper->in);
    waitpid(helper->pid, NULL, 0);
}

static inline size_t helper_keep(char *bytes, size_t size, size_t count, void *arg)
{
    buf_add(arg, bytes, size * count);
    return size * count;
}

/* POSTs settings (GETs when NULL); returns what is answered, which must be 200 and JSON. authority:
 * a file, of https. */
static inline cJSON *fetch_json(const char *url, const char *authority, const char *settings)
{
    buf_t body;
    buf_init(&body, 64 << 20);
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, helper_keep);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    if (authority)
        curl_easy_setopt(easy, CURLOPT_CAINFO, authority);
    if (settings)
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, settings);
    assert_int_equal(curl_easy_perform(easy), CURLE_OK);
    long status;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        fail_msg("%s %s: %s", url, settings ? settings : "", body.data);
    curl_easy_cleanup(easy);
    cJSON *told = cJSON_Parse(body.data);
    buf_free(&body);
    assert_non_null(told);
    return told;
}

static inline cJSON *helper_ask(const helper_t *helper, const char *path, const char *settings)
{
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", helper->port, path);
    return fetch_json(url, NULL, settings);
}

#endif

/*
 * Everybody outside that a benchmark needs, in one program: a language model behind the Chat
 * Completions API, and as much of Twilio's API as it takes to send a message.
 *
 *   model-sim [--port 0] [--address 127.0.0.1] [--latency-ms 0] [--script FILE] [--piece 24]
 *
 * The first line it prints is its port. A script has a tool call a line (chat.h). GET /stats tells
 * what was counted; what it answered 400, and tools that failed, are errors of a benchmark.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "tests/bench/sim/chat.h"
#include "tests/bench/sim/serve.h"

#define MAX_SCRIPT (1 << 20)

typedef struct sim {
    chat_script_t script;
    serve_t *serve;
    uint64_t calls, texts, refused, tool_errors, sent, listed, typing;
    const char *last_wrong; /* a literal */
} sim_t;

static sim_t sim;

static void on_signal(int number)
{
    (void)number;
    serve_stop(sim.serve);
}

static bool begins(str_t text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.data, with, size) == 0;
}

static bool ends(str_t text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.data + text.size - size, with, size) == 0;
}

static void refuse(const char *why, serve_answer_t *answer)
{
    sim.refused++;
    sim.last_wrong = why;
    answer->status = 400;
    answer->type = "application/json";
    buf_clear(answer->body);
    buf_printf(answer->body, "{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\"}}",
               why);
}

static void complete(const serve_request_t *request, serve_answer_t *answer)
{
    chat_asked_t asked;
    const char *why = NULL;
    if (!begins(request->authorization, "Bearer ") || request->authorization.size < 8)
        why = "no bearer token";
    else if (!begins(request->content_type, "application/json"))
        why = "not JSON by its type";
    else
        why = chat_check(request->body, &asked);
    if (why) {
        refuse(why, answer);
        return;
    }
    answer->status = 200;
    answer->late = true;
    answer->type = asked.stream ? "text/event-stream; charset=utf-8" : "application/json";
    if (asked.has_result || !asked.tools)
        sim.texts++;
    else
        sim.calls++;
    if ((why = chat_answer(&sim.script, &asked, answer->body))) {
        sim.tool_errors++;
        sim.last_wrong = why;
    }
}

static void twilio(const serve_request_t *request, serve_answer_t *answer)
{
    answer->type = "application/json";
    if (!begins(request->authorization, "Basic ")) {
        refuse("no credentials", answer);
    } else if (str_is(request->method, "GET")) {
        sim.listed++;
        answer->status = 200;
        buf_str(answer->body, "{\"messages\":[],\"next_page_uri\":null}");
    } else if (!begins(request->content_type, "application/x-www-form-urlencoded") ||
               !memmem(request->body.data, request->body.size, "To=", 3) ||
               !memmem(request->body.data, request->body.size, "Body=", 5)) {
        refuse("no message", answer);
    } else {
        answer->status = 201;
        buf_printf(answer->body,
                   "{\"sid\":\"SM%032llx\",\"status\":\"queued\",\"error_code\":null,"
                   "\"direction\":\"outbound-api\"}",
                   (unsigned long long)++sim.sent);
    }
}

static void stats(serve_answer_t *answer)
{
    const serve_counts_t *counts = serve_counts(sim.serve);
    answer->status = 200;
    answer->type = "application/json";
    buf_printf(answer->body,
               "{\"calls\":%llu,\"texts\":%llu,\"refused\":%llu,\"tool_errors\":%llu,"
               "\"sent\":%llu,\"listed\":%llu,\"typing\":%llu,",
               (unsigned long long)sim.calls, (unsigned long long)sim.texts,
               (unsigned long long)sim.refused, (unsigned long long)sim.tool_errors,
               (unsigned long long)sim.sent, (unsigned long long)sim.listed,
               (unsigned long long)sim.typing);
    buf_printf(answer->body,
               "\"connections\":%llu,\"open\":%llu,\"most_open\":%llu,\"requests\":%llu,"
               "\"most_waiting\":%llu,\"bad_requests\":%llu,\"last_wrong\":\"%s\"}\n",
               (unsigned long long)counts->connections, (unsigned long long)counts->open,
               (unsigned long long)counts->most_open, (unsigned long long)counts->requests,
               (unsigned long long)counts->most_waiting, (unsigned long long)counts->bad_requests,
               sim.last_wrong ? sim.last_wrong : "");
}

static void on_request(void *arg, const serve_request_t *request, serve_answer_t *answer)
{
    (void)arg;
    if (str_is(request->method, "GET") && str_is(request->path, "/stats")) {
        stats(answer);
    } else if (str_is(request->method, "POST") && ends(request->path, "/chat/completions")) {
        complete(request, answer);
    } else if (ends(request->path, "/Messages.json")) {
        twilio(request, answer);
    } else if (str_is(request->method, "POST") && ends(request->path, "/Typing.json")) {
        sim.typing++;
        answer->status = 200;
        answer->type = "application/json";
        buf_str(answer->body, "{\"success\":true}");
    } else {
        refuse("nothing is there", answer);
        answer->status = 404;
    }
}

static int wrong(const char *what, const char *why)
{
    fprintf(stderr, "model-sim: %s: %s\n", what, why);
    return 2;
}

static bool read_script(const char *path, const char **why)
{
    static char text[MAX_SCRIPT];
    FILE *file = fopen(path, "r");
    *why = "cannot be read";
    if (!file)
        return false;
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    return chat_script_read(&sim.script, (str_t){text, size}, why);
}

static bool read_number(const char *text, long most, long *number)
{
    char *end;
    *number = strtol(text, &end, 10);
    return *text && !*end && *number >= 0 && *number <= most;
}

static void allow_connections(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},       {"address", required_argument, NULL, 'a'},
        {"latency-ms", required_argument, NULL, 'l'}, {"script", required_argument, NULL, 's'},
        {"piece", required_argument, NULL, 'n'},      {0}};
    const char *address = "127.0.0.1", *script = NULL, *why;
    long port = 0, latency_ms = 0, piece = 24;
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'a')
            address = optarg;
        else if (option == 's')
            script = optarg;
        else if ((option == 'p' && !read_number(optarg, 65535, &port)) ||
                 (option == 'l' && !read_number(optarg, 600000, &latency_ms)) ||
                 (option == 'n' && (!read_number(optarg, 16384, &piece) || !piece)) ||
                 option == '?')
            return wrong("a bad option", "see the head of tests/bench/sim/main.c");
    }
    sim.script.piece = (size_t)piece;
    if (!script)
        chat_script_default(&sim.script);
    else if (!read_script(script, &why))
        return wrong(script, why);
    allow_connections();
    uint16_t bound = (uint16_t)port;
    if (!(sim.serve = serve_new(address, &bound, latency_ms, on_request, NULL)))
        return wrong(address, strerror(errno));
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    printf("%u\n", (unsigned)bound);
    fflush(stdout);
    serve_run(sim.serve);
    serve_destroy(&sim.serve);
    chat_script_free(&sim.script);
    return 0;
}

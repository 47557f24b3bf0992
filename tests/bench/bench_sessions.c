/*
 * How many turns a second the session service and Redis carry: ENQUEUE, CLAIM and COMMIT of one
 * user after the other, with a conversation of 20 lines, so many users at once, and after
 * each the LOG_TURN that nobody waits for.
 *
 *   bench_sessions [seconds, default 5] [users at once, default 32] [appendfsync, default always]
 *                  [bytes of a conversation, default 6000]
 *
 * Starts a Redis and a sessions process of its own in a temporary folder. Prints one line of JSON:
 * turns a second, how long they took, µs of CPU a turn of the session service and of Redis.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/id.h"
#include "common/log.h"
#include "common/rpc_loop.h"

#define ENTRIES 20
#define TIMEOUT_MS 10000
#define MAX_CYCLES 4000000

extern char **environ;

typedef struct turn {
    char user[32];
    char id[ID_TEXT_SIZE];
    int64_t began; /* clock_us */
    int64_t claimed_ms;
} turn_t;

static struct {
    uv_loop_t loop;
    rpc_client_t *client;
    int64_t end;      /* clock_us */
    unsigned running; /* users, and records on their way */
    size_t done;
    int64_t *took; /* µs, of each */
    proto_entry_t entries[ENTRIES];
} bench;

static pid_t children[2];
static char folder[] = "/tmp/bXXXXXX";

static void clean_up(void)
{
    for (size_t i = 0; i < 2; i++)
        if (children[i] > 0) {
            kill(children[i], SIGTERM);
            waitpid(children[i], NULL, 0);
        }
    char command[64];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        fprintf(stderr, "%s is left\n", folder);
}

static pid_t start(const char *const *argv)
{
    pid_t pid;
    if (posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ) != 0)
        log_fatal("cannot start %s", argv[0]);
    return pid;
}

static void call(turn_t *turn, proto_type_t type, const void *msg, rpc_done_t *done)
{
    proto_trace_t trace = {{0}};
    rpc_client_call(bench.client, type, msg, &trace, TIMEOUT_MS, done, turn);
}

static void check(const rpc_answer_t *answer, proto_type_t type)
{
    if (answer->type != type)
        log_fatal("%s instead of %s", answer->error ? answer->error : proto_type_name(answer->type),
                  proto_type_name(type));
}

static void enqueue(turn_t *turn);

static void one_less(void)
{
    if (--bench.running == 0)
        uv_stop(&bench.loop);
}

static void on_logged(void *arg, const rpc_answer_t *answer)
{
    (void)arg;
    check(answer, PROTO_OK);
    one_less();
}

/* As an agent sends it: two calls of a model and a tool between them. */
static void log_turn(turn_t *turn)
{
    proto_model_call_t calls[2] = {{.model = STR_LIT("gpt-4o-mini"),
                                    .outcome = STR_LIT("calls"),
                                    .first_us = 412345,
                                    .total_us = 845678,
                                    .tokens_in = 2100,
                                    .tokens_cached = 1920,
                                    .tokens_out = 35}};
    calls[1] = calls[0];
    proto_tool_call_t tool = {.name = STR_LIT("search_cars"), .us = 1234, .ok = true};
    proto_turn_record_t record = {.turn_id = str_from(turn->id),
                                  .user = STR_LIT("whatsapp:+*********5678"),
                                  .channel = STR_LIT("twilio"),
                                  .received_ms = turn->claimed_ms,
                                  .claimed_ms = turn->claimed_ms,
                                  .claim_us = 1234,
                                  .think_us = 1691356,
                                  .tools_us = 1300,
                                  .commit_us = 2345,
                                  .total_us = 1700000,
                                  .calls = calls,
                                  .calls_count = 2,
                                  .tools = &tool,
                                  .tools_count = 1,
                                  .model_calls = 2,
                                  .tool_calls = 1,
                                  .tokens_in = 4200,
                                  .tokens_cached = 3840,
                                  .tokens_out = 70,
                                  .rules = STR_LIT("v1"),
                                  .model = STR_LIT("gpt-4o-mini"),
                                  .outcome = STR_LIT("answered")};
    proto_log_turn_t msg = {.user_id = str_from(turn->user), .record = &record, .record_count = 1};
    bench.running++;
    call(turn, PROTO_LOG_TURN, &msg, on_logged);
}

static void on_committed(void *arg, const rpc_answer_t *answer)
{
    turn_t *turn = arg;
    check(answer, PROTO_COMMITTED);
    int64_t now = clock_us();
    log_turn(turn);
    if (bench.done < MAX_CYCLES)
        bench.took[bench.done++] = now - turn->began;
    if (now < bench.end)
        enqueue(turn);
    else
        one_less();
}

static void on_claimed(void *arg, const rpc_answer_t *answer)
{
    turn_t *turn = arg;
    check(answer, PROTO_CLAIMED);
    const proto_claimed_t *claimed = answer->msg;
    turn->claimed_ms = claimed->now_ms;
    if (claimed->messages_count != 1)
        log_fatal("%zu messages", claimed->messages_count);
    proto_reply_t reply = {.turn_id = str_from(turn->id),
                           .text = STR_LIT("Tengo 7 Nissan hasta $300,000."),
                           .upto_seq = claimed->messages[0].seq};
    proto_context_t context = {
        .version = 1, .entries = bench.entries, .entries_count = ENTRIES, .turns = 1};
    proto_commit_t msg = {.user_id = str_from(turn->user),
                          .token = claimed->token,
                          .reply = &reply,
                          .reply_count = 1,
                          .context = &context,
                          .context_count = 1};
    call(turn, PROTO_COMMIT, &msg, on_committed);
}

static void on_enqueued(void *arg, const rpc_answer_t *answer)
{
    turn_t *turn = arg;
    check(answer, PROTO_ENQUEUED);
    proto_claim_t msg = {
        .user_id = str_from(turn->user), .holder = STR_LIT("bench/1"), .lease_ms = 10000};
    call(turn, PROTO_CLAIM, &msg, on_claimed);
}

static void enqueue(turn_t *turn)
{
    id_text(turn->id);
    turn->began = clock_us();
    proto_enqueue_t msg = {.user_id = str_from(turn->user),
                           .message_id = str_from(turn->id),
                           .channel = STR_LIT("api"),
                           .text = STR_LIT("busco un Nisan de menos de 300 mil")};
    call(turn, PROTO_ENQUEUE, &msg, on_enqueued);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* What people write. */
static void fill(char *line, size_t size)
{
    static const char said[] =
        "Versa Advance 2019, 54,300 km, $214,999: «March Sense 2020» a 48 meses con 20 % de "
        "enganche, mensualidades de $4,037.70, tasa anual 10 %, total financiado $159,199.20, "
        "intereses $34,610.40. ¿Quieres que lo compare con 36 o 60 meses? Dime cuál te late. ";
    for (size_t i = 0; i < size; i++)
        line[i] = said[i % (sizeof said - 1)];
    while (size && (line[size - 1] & 0x80)) /* not half a character */
        line[--size] = '.';
}

/* µs of CPU that a child has used. */
static double cpu_us(pid_t pid)
{
    char path[32], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return 0;
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    const char *behind = strrchr(text, ')');
    if (behind)
        sscanf(behind, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    return (double)(user + system) * 1e6 / (double)sysconf(_SC_CLK_TCK);
}

int main(int argc, char **argv)
{
    int64_t seconds = argc > 1 ? atoi(argv[1]) : 5;
    unsigned users = argc > 2 ? (unsigned)atoi(argv[2]) : 32;
    const char *fsync = argc > 3 ? argv[3] : "always";
    char path[64], redis[64], log[64], sessions[1024];
    if (!mkdtemp(folder) || seconds < 1 || users < 1)
        log_fatal("wrong arguments");
    atexit(clean_up);
    snprintf(path, sizeof path, "%s/run", folder);
    if (mkdir(path, 0700) != 0)
        log_fatal("cannot make %s", path);
    snprintf(log, sizeof log, "%s/redis.log", folder);
    snprintf(redis, sizeof redis, "%s/run/redis.sock", folder);
    /* the program lies beside this one: build/release/tests, build/release/bin */
    snprintf(sessions, sizeof sessions, "%.*s/../bin/sessions",
             (int)(strrchr(argv[0], '/') ? strrchr(argv[0], '/') - argv[0] : 0), argv[0]);
    setenv("VAR", folder, 1);
    setenv("LOG_LEVEL", "error", 1);
    config_load(NULL);
    log_start("bench", "warn", "logfmt");
    children[0] = start((const char *[]){"redis-server", "--port", "0", "--unixsocket", redis,
                                         "--dir", folder, "--appendonly", "yes", "--save", "",
                                         "--appendfsync", fsync, "--logfile", log, NULL});
    children[1] = start((const char *[]){sessions, "sessions", NULL});

    size_t bytes = argc > 4 ? (size_t)atoi(argv[4]) / ENTRIES : 300;
    char *line = malloc(bytes + 1);
    if (!line)
        log_fatal("no memory");
    fill(line, bytes);
    for (size_t i = 0; i < ENTRIES; i++)
        bench.entries[i] = (proto_entry_t){.role = STR_LIT("assistant"), .text = {line, bytes}};
    uv_loop_init(&bench.loop);
    bench.client = rpc_client_new(rpc_loop_context(), "sessions", "bench", config.SESSIONS_ENDPOINT,
                                  config.HEARTBEAT_MS, 64 * (size_t)users);
    rpc_loop_t *attached = rpc_loop_attach(&bench.loop, bench.client);
    turn_t *turns = calloc(users, sizeof *turns);
    bench.took = calloc(MAX_CYCLES, sizeof *bench.took);
    bench.running = users;
    int64_t began = clock_us();
    bench.end = began + seconds * 1000000;
    for (unsigned i = 0; i < users; i++) {
        snprintf(turns[i].user, sizeof turns[i].user, "whatsapp:+52155%08u", i);
        enqueue(&turns[i]);
    }
    uv_run(&bench.loop, UV_RUN_DEFAULT);
    double took = (double)(clock_us() - began) / 1e6;
    qsort(bench.took, bench.done, sizeof *bench.took, by_value);
    double turns_done = (double)bench.done;
    printf("{\"answers\":%zu,\"rate\":%.1f,\"p50_us\":%lld,\"p99_us\":%lld,"
           "\"cpu_us\":{\"redis\":%.1f,\"sessions\":%.1f}}\n",
           bench.done, turns_done / took, (long long)bench.took[bench.done / 2],
           (long long)bench.took[bench.done * 99 / 100], cpu_us(children[0]) / turns_done,
           cpu_us(children[1]) / turns_done);
    rpc_loop_detach(&attached);
    rpc_client_destroy(&bench.client);
    rpc_loop_end(&bench.loop);
    free(turns);
    free(line);
    free(bench.took);
    return 0;
}

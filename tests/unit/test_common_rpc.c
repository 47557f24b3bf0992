/* rpc_client and rpc_server over real sockets: answers, replicas that die and come back, bounds,
 * and frames that mean harm. */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/rpc_client.h"
#include "common/rpc_loop.h"
#include "common/rpc_server.h"
#include "common/rpc_socket.h"

#define HEARTBEAT_MS 50
#define CALM_MS 20000     /* between heartbeats: nobody is given up however long we are stopped */
#define PATIENCE_MS 60000 /* an event that has not come by then will not come */

static uv_loop_t loop;
static char folder[] = "/tmp/mrpc-XXXXXX";
static char endpoint[2][64];

/* A service that answers RESET with OK, unless it is told to keep still. */
typedef struct service {
    rpc_server_t *server;
    int served;
    bool still;
    rpc_peer_t peer;
    proto_header_t header; /* of the request last seen */
    uint16_t first_attempt;
    int asked; /* served, without those that were sent again */
} service_t;

static void handle(void *arg, const rpc_request_t *request)
{
    service_t *self = arg;
    if (self->served++ == 0)
        self->first_attempt = request->header.attempt;
    self->asked += request->header.attempt == 0;
    self->peer = request->peer;
    self->header = request->header;
    assert_int_equal(request->header.type, PROTO_RESET);
    if (!self->still)
        rpc_server_reply(request->server, &request->peer, &request->header, PROTO_OK,
                         &(proto_ok_t){self->served});
}

static void service_start(service_t *self, int i)
{
    static const proto_type_t accepts[] = {PROTO_RESET, 0};
    char why[256] = "";
    self->server = rpc_server_new(&loop, "unit", "sessions", endpoint[i], accepts, handle, self,
                                  why, sizeof why);
    if (!self->server)
        fail_msg("%s", why);
}

typedef struct outcome {
    int finals, partials;
    proto_type_t type;
    char error[33];
    int64_t count;
} outcome_t;

static void on_done(void *arg, const rpc_answer_t *answer)
{
    outcome_t *self = arg;
    if (!answer->final) {
        self->partials++;
        return;
    }
    self->finals++;
    self->type = answer->type;
    snprintf(self->error, sizeof self->error, "%s", answer->error ? answer->error : "");
    if (answer->type == PROTO_OK)
        self->count = ((const proto_ok_t *)answer->msg)->count;
}

static void tick(uv_timer_t *timer)
{
    (void)timer;
}

/* Runs the loop until *flag is at least n. */
static void await(const int *flag, int n)
{
    uv_timer_t timer;
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, tick, 10, 10);
    int64_t end = clock_ms() + PATIENCE_MS;
    while (*flag < n && clock_ms() < end)
        uv_run(&loop, UV_RUN_ONCE);
    uv_close((uv_handle_t *)&timer, NULL);
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_true(*flag >= n);
}

static void await_up(rpc_client_t *client, bool up)
{
    int64_t end = clock_ms() + PATIENCE_MS;
    while (rpc_client_up(client) != up && clock_ms() < end)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(rpc_client_up(client), up);
}

/* ---- a name server of our own, for one name ---- */

#define OURS 0x4d6f7374 /* in ai_flags: not the system's to free */

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned replicas; /* bit i: 127.0.0.<2 + i> is behind the name; 0: it cannot be looked up */

static int lookups;

static int lookups_so_far(void)
{
    pthread_mutex_lock(&names_lock);
    int count = lookups;
    pthread_mutex_unlock(&names_lock);
    return count;
}

static void set_replicas(unsigned bits)
{
    pthread_mutex_lock(&names_lock);
    replicas = bits;
    pthread_mutex_unlock(&names_lock);
}

int getaddrinfo(const char *host, const char *port, const struct addrinfo *hints,
                struct addrinfo **found)
{
    if (!host || strcmp(host, "replicas.test") != 0) {
        int (*system)(const char *, const char *, const struct addrinfo *, struct addrinfo **) =
            dlsym(RTLD_NEXT, "getaddrinfo");
        return system(host, port, hints, found);
    }
    pthread_mutex_lock(&names_lock);
    unsigned bits = replicas;
    lookups += hints->ai_family == AF_INET; /* the first family that is asked for */
    pthread_mutex_unlock(&names_lock);
    *found = NULL;
    for (uint32_t i = 0; i < 2 && hints->ai_family == AF_INET; i++) {
        if (!(bits & 1u << i))
            continue;
        struct addrinfo *one = calloc(1, sizeof *one + sizeof(struct sockaddr_in));
        struct sockaddr_in *address = (struct sockaddr_in *)(one + 1);
        address->sin_family = AF_INET;
        address->sin_addr.s_addr = htonl(0x7f000002 + i);
        one->ai_flags = OURS;
        one->ai_family = AF_INET;
        one->ai_addr = (struct sockaddr *)address;
        one->ai_addrlen = sizeof *address;
        one->ai_next = *found;
        *found = one;
    }
    return *found ? 0 : EAI_AGAIN;
}

void freeaddrinfo(struct addrinfo *found)
{
    if (found && found->ai_flags != OURS) {
        void (*system)(struct addrinfo *) = dlsym(RTLD_NEXT, "freeaddrinfo");
        system(found);
        return;
    }
    while (found) {
        struct addrinfo *next = found->ai_next;
        free(found);
        found = next;
    }
}

typedef struct fixture {
    service_t service[2];
    rpc_client_t *client;
    rpc_loop_t *attached;
} fixture_t;

static fixture_t *fixture_new(int services, const char *endpoints, int64_t heartbeat_ms,
                              size_t in_flight)
{
    fixture_t *self = calloc(1, sizeof *self);
    for (int i = 0; i < services; i++)
        service_start(&self->service[i], i);
    self->client =
        rpc_client_new(rpc_loop_context(), "sessions", "unit", endpoints, heartbeat_ms, in_flight);
    self->attached = rpc_loop_attach(&loop, self->client);
    return self;
}

static void fixture_destroy(fixture_t *self)
{
    rpc_loop_detach(&self->attached);
    rpc_client_destroy(&self->client);
    for (int i = 0; i < 2; i++)
        rpc_server_destroy(&self->service[i].server);
    uv_run(&loop, UV_RUN_NOWAIT);
    free(self);
}

static uint64_t reset(fixture_t *f, outcome_t *outcome, int64_t timeout_ms)
{
    proto_reset_t msg = {STR_LIT("ana")};
    proto_trace_t trace = proto_trace_new();
    return rpc_client_call(f->client, PROTO_RESET, &msg, &trace, timeout_ms, on_done, outcome);
}

static void test_answers(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 2000);
    outcome_t outcome[1000];
    memset(outcome, 0, sizeof outcome);
    int64_t repeated = metric_value(METRIC_RPC_RETRIES);
    for (int i = 0; i < 1000; i++)
        reset(f, &outcome[i], PATIENCE_MS);
    assert_int_equal(outcome[0].finals, 0); /* never from inside the call */
    for (int i = 0; i < 1000; i++) {
        await(&outcome[i].finals, 1);
        assert_int_equal(outcome[i].type, PROTO_OK);
    }
    repeated = metric_value(METRIC_RPC_RETRIES) - repeated;
    assert_in_range(f->service[0].served, 1000, 1000 + repeated);
    assert_int_equal(rpc_client_in_flight(f->client), 0);
    const proto_process_t *processes[4];
    await_up(f->client, true);
    assert_int_equal(rpc_client_processes(f->client, processes, 4), 1);
    assert_true(str_is(processes[0]->role, "sessions"));
    assert_int_equal(processes[0]->boot, rpc_server_boot(f->service[0].server));
    fixture_destroy(f);
}

/* A call made while nobody is there is answered by whoever comes. */
static void test_waits_for_a_peer(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(0, endpoint[0], CALM_MS, 10);
    outcome_t outcome = {0}, late = {0};
    reset(f, &outcome, PATIENCE_MS);
    reset(f, &late, 60);
    await(&late.finals, 1);
    assert_string_equal(late.error, PROTO_CODE_UNAVAILABLE);
    assert_int_equal(outcome.finals, 0);
    service_start(&f->service[0], 0);
    await(&outcome.finals, 1);
    assert_int_equal(outcome.type, PROTO_OK);
    fixture_destroy(f);
}

/* The peer gets the request and dies; the one that takes its place answers it. */
static void test_restarted_peer(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], HEARTBEAT_MS, 10);
    outcome_t outcome = {0};
    f->service[0].still = true;
    reset(f, &outcome, PATIENCE_MS);
    await(&f->service[0].served, 1);
    assert_int_equal(f->service[0].first_attempt, 0);
    rpc_server_destroy(&f->service[0].server);
    f->service[0] = (service_t){0};
    service_start(&f->service[0], 0);
    await(&outcome.finals, 1);
    assert_int_equal(outcome.type, PROTO_OK);
    assert_true(f->service[0].served >= 1);
    assert_true(f->service[0].first_attempt >= 1);
    fixture_destroy(f);
}

static void await_processes(rpc_client_t *client, size_t count)
{
    const proto_process_t *processes[4];
    int64_t end = clock_ms() + PATIENCE_MS;
    while (rpc_client_processes(client, processes, 4) != count && clock_ms() < end)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(rpc_client_processes(client, processes, 4), count);
}

#define IN_FLIGHT 200
#define BURST 10

/* What is asked of two replicas at once is shared by them. While the first keeps still it owes
 * answers: to a burst, or to more, should it have seemed dead during one. */
typedef struct owed {
    outcome_t outcome[IN_FLIGHT];
    int count;
} owed_t;

static bool burst_over(const owed_t *self)
{
    for (int i = self->count - BURST; i < self->count; i++)
        if (!self->outcome[i].finals)
            return false;
    return true;
}

static owed_t *owed_new(fixture_t *f)
{
    owed_t *self = calloc(1, sizeof *self);
    int before = f->service[0].served;
    f->service[0].still = true;
    while (f->service[0].served < before + BURST / 2) {
        assert_true(self->count < IN_FLIGHT);
        for (int i = 0; i < BURST; i++)
            reset(f, &self->outcome[self->count++], PATIENCE_MS);
        while (f->service[0].served < before + BURST / 2 && !burst_over(self))
            uv_run(&loop, UV_RUN_ONCE);
    }
    return self;
}

/* Every one is answered, once. */
static void owed_end(owed_t *self)
{
    for (int i = 0; i < self->count; i++) {
        await(&self->outcome[i].finals, 1);
        assert_int_equal(self->outcome[i].type, PROTO_OK);
        assert_int_equal(self->outcome[i].finals, 1);
    }
    free(self);
}

/* Of two replicas one dies with calls in flight; the other answers them. */
static void test_replica_takes_over(void **state)
{
    (void)state;
    char both[130];
    snprintf(both, sizeof both, "%s,%s", endpoint[0], endpoint[1]);
    fixture_t *f = fixture_new(2, both, HEARTBEAT_MS, IN_FLIGHT);
    await_processes(f->client, 2);
    owed_t *owed = owed_new(f);
    rpc_server_destroy(&f->service[0].server);
    owed_end(owed);
    fixture_destroy(f);
}

static void ask_twenty(fixture_t *f)
{
    outcome_t outcome[20];
    memset(outcome, 0, sizeof outcome);
    for (int n = 0; n < 20; n++)
        reset(f, &outcome[n], PATIENCE_MS);
    for (int n = 0; n < 20; n++) {
        await(&outcome[n].finals, 1);
        assert_int_equal(outcome[n].type, PROTO_OK);
    }
}

/* Everything that is asked goes to one of them. */
static void await_served(fixture_t *f, int i)
{
    int before = f->service[1 - i].served;
    ask_twenty(f);
    assert_int_equal(f->service[1 - i].served, before);
}

/* Until the client knows what is behind the name now: a lookup that began after it was set has
 * ended when the next one begins. The last calls to a replica that was taken off the list have come
 * there before those asked here are answered. */
static void await_looked_up(fixture_t *f)
{
    int looked = lookups_so_far();
    int64_t end = clock_ms() + PATIENCE_MS;
    while (lookups_so_far() < looked + 2 && clock_ms() < end)
        uv_run(&loop, UV_RUN_ONCE);
    ask_twenty(f);
}

static int free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    close(fd);
    return ntohs(address.sin_port);
}

/* Replicas behind one name come and go; a name that cannot be looked up takes nobody along. */
static void test_replicas_behind_a_name(void **state)
{
    (void)state;
    char before[2][64], name[64];
    int port = free_port();
    memcpy(before, endpoint, sizeof before);
    for (int i = 0; i < 2; i++)
        snprintf(endpoint[i], sizeof endpoint[i], "tcp://127.0.0.%d:%d", 2 + i, port);
    snprintf(name, sizeof name, "tcp://replicas.test:%d", port);
    set_replicas(1);
    fixture_t *f = fixture_new(2, name, HEARTBEAT_MS, IN_FLIGHT);
    await_processes(f->client, 1);
    await_served(f, 0);
    set_replicas(3); /* one more */
    await_processes(f->client, 2);
    owed_t *owed = owed_new(f);
    f->service[0].still = false;
    set_replicas(2); /* the first is taken off the list with calls to answer */
    await_looked_up(f);
    await_served(f, 1);
    set_replicas(0); /* the name server is away */
    await_looked_up(f);
    await_served(f, 1);
    rpc_server_destroy(&f->service[0].server); /* its calls go to the one that is left */
    owed_end(owed);
    await_processes(f->client, 1);
    fixture_destroy(f);
    memcpy(endpoint, before, sizeof before);
}

/* All calls with one key go to one peer; when it dies, to another. */
static void test_calls_with_a_key(void **state)
{
    (void)state;
    char both[130];
    proto_reset_t msg = {STR_LIT("ana")};
    snprintf(both, sizeof both, "%s,%s", endpoint[0], endpoint[1]);
    fixture_t *f = fixture_new(2, both, CALM_MS, IN_FLIGHT);
    await_processes(f->client, 2);
    int used[2] = {0};
    for (int key = 0; key < 40; key++) {
        char name[16];
        outcome_t outcome = {0};
        int before = f->service[0].asked;
        snprintf(name, sizeof name, "%d", key);
        for (int i = 0; i < 5; i++)
            rpc_client_call_keyed(f->client, str_from(name), PROTO_RESET, &msg, NULL, PATIENCE_MS,
                                  on_done, &outcome);
        await(&outcome.finals, 5);
        int to_first = f->service[0].asked - before;
        assert_true(to_first == 0 || to_first == 5);
        used[to_first == 0]++;
    }
    assert_true(used[0] > 5 && used[1] > 5);
    fixture_destroy(f);
    f = fixture_new(2, both, HEARTBEAT_MS, IN_FLIGHT);
    await_processes(f->client, 2);
    rpc_server_destroy(&f->service[0].server);
    outcome_t outcome = {0};
    for (int key = 0; key < 40; key++) {
        char name[16];
        snprintf(name, sizeof name, "%d", key);
        rpc_client_call_keyed(f->client, str_from(name), PROTO_RESET, &msg, NULL, PATIENCE_MS,
                              on_done, &outcome);
    }
    await(&outcome.finals, 40);
    assert_int_equal(outcome.type, PROTO_OK);
    fixture_destroy(f);
}

static void test_timeout_and_cancel(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 10);
    outcome_t slow = {0}, cancelled = {0}, after = {0};
    await_up(f->client, true);
    f->service[0].still = true;
    reset(f, &slow, 300);
    uint64_t id = reset(f, &cancelled, PATIENCE_MS);
    await(&f->service[0].served, 2);
    rpc_client_cancel(f->client, id);
    rpc_client_cancel(f->client, id);
    await(&slow.finals, 1);
    assert_string_equal(slow.error, PROTO_CODE_TIMEOUT);
    assert_int_equal(cancelled.finals, 0);
    /* an answer that comes too late reaches nobody, also not the next call in the same slot */
    f->service[0].still = false;
    int64_t late = metric_value(METRIC_RPC_LATE);
    rpc_server_reply(f->service[0].server, &f->service[0].peer, &f->service[0].header, PROTO_OK,
                     &(proto_ok_t){77});
    reset(f, &after, PATIENCE_MS);
    await(&after.finals, 1);
    assert_int_not_equal(after.count, 77);
    assert_true(metric_value(METRIC_RPC_LATE) > late);
    fixture_destroy(f);
}

static void test_partials_and_errors(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 10);
    outcome_t outcome = {0};
    f->service[0].still = true;
    reset(f, &outcome, PATIENCE_MS);
    await(&f->service[0].served, 1);
    proto_partial_t partial = {.user_id = STR_LIT("ana"), .text = STR_LIT("ho")};
    for (int i = 0; i < 3; i++)
        rpc_server_reply(f->service[0].server, &f->service[0].peer, &f->service[0].header,
                         PROTO_PARTIAL, &partial);
    await(&outcome.partials, 3);
    assert_int_equal(outcome.finals, 0);
    rpc_server_error(f->service[0].server, &f->service[0].peer, &f->service[0].header,
                     PROTO_CODE_BUSY, 1500, "inbox full: %d", 100);
    await(&outcome.finals, 1);
    assert_string_equal(outcome.error, PROTO_CODE_BUSY);
    fixture_destroy(f);
}

static void test_bound(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 3);
    outcome_t outcome[4];
    memset(outcome, 0, sizeof outcome);
    f->service[0].still = true;
    for (int i = 0; i < 4; i++)
        reset(f, &outcome[i], PATIENCE_MS);
    await(&outcome[3].finals, 1);
    assert_string_equal(outcome[3].error, PROTO_CODE_BUSY);
    assert_int_equal(outcome[0].finals, 0);
    fixture_destroy(f);
    for (int i = 0; i < 3; i++) { /* leaving ends every call, once */
        assert_int_equal(outcome[i].finals, 1);
        assert_string_equal(outcome[i].error, PROTO_CODE_UNAVAILABLE);
    }
}

/* Within the window calls go out, the others wait here: until one of those ends, or in vain. */
static void test_window(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 10);
    service_t *service = &f->service[0];
    outcome_t outcome[6];
    uint64_t ids[5];
    memset(outcome, 0, sizeof outcome);
    rpc_client_set_window(f->client, 3);
    await_up(f->client, true);
    service->still = true;
    for (int i = 0; i < 5; i++)
        ids[i] = reset(f, &outcome[i], PATIENCE_MS);
    reset(f, &outcome[5], 60);
    await(&outcome[5].finals, 1);
    assert_string_equal(outcome[5].error, PROTO_CODE_BUSY);
    await(&service->asked, 3);
    assert_int_equal(service->asked, 3);
    rpc_client_cancel(f->client, ids[0]);
    await(&service->asked, 4);
    assert_int_equal(service->asked, 4);
    fixture_destroy(f);
}

/* ---- harm ---- */

static void *raw_open(void)
{
    void *raw = zmq_socket(rpc_loop_context(), ZMQ_DEALER);
    int zero = 0;
    zmq_setsockopt(raw, ZMQ_LINGER, &zero, sizeof zero);
    assert_int_equal(zmq_connect(raw, endpoint[0]), 0);
    return raw;
}

/* Sends frames and waits for one answer; returns the code of the ERROR, "" for anything else. */
static void raw_ask(void *raw, const str_t *frames, size_t count, char code[33])
{
    for (size_t i = 0; i < count; i++)
        zmq_send(raw, frames[i].data, frames[i].size, i + 1 < count ? ZMQ_SNDMORE : 0);
    uint8_t part[3][4096];
    int sizes[3] = {0}, got = 0;
    int64_t end = clock_ms() + PATIENCE_MS;
    while (got < 3 && clock_ms() < end) {
        uv_run(&loop, UV_RUN_NOWAIT);
        sizes[got] = zmq_recv(raw, part[got], sizeof part[got], ZMQ_DONTWAIT);
        if (sizes[got] != -1)
            got++;
    }
    assert_int_equal(got, 3);
    code[0] = 0;
    proto_header_t header;
    assert_true(proto_header_decode(&header, part[1], (size_t)sizes[1]));
    if (header.type != PROTO_ERROR)
        return;
    proto_error_t error;
    arena_t *arena = arena_new(10000);
    assert_true(proto_decode(&proto_error_record, part[2], (size_t)sizes[2], &error, arena, NULL));
    snprintf(code, 33, "%.*s", STR_ARG(error.code));
    arena_destroy(&arena);
}

static void test_bad_frames(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 10);
    void *raw = raw_open();
    uint8_t good[PROTO_HEADER_SIZE], unknown[PROTO_HEADER_SIZE], other[PROTO_HEADER_SIZE];
    proto_header_encode(&(proto_header_t){.type = PROTO_RESET, .id = 5}, good);
    memcpy(unknown, good, sizeof good);
    unknown[0] = 200;
    proto_header_encode(&(proto_header_t){.type = PROTO_PAGE, .id = 5}, other);
    str_t version = STR_LIT(PROTO_VERSION), body = STR_LIT("\x81\x01\xa1"
                                                           "a");
    const struct {
        str_t frames[5];
        size_t count;
        const char *code;
    } cases[] = {
        {{STR_LIT("MOST/2"), {(char *)good, 32}, body}, 3, PROTO_CODE_BAD_VERSION},
        {{STR_LIT("")}, 1, PROTO_CODE_BAD_VERSION},
        {{version}, 1, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)good, 32}}, 2, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)good, 31}, body}, 3, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)good, 32}, body, body, body}, 5, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)good, 32}, STR_LIT("\xdd\x05\xf5\xe1\x00")}, 3, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)good, 32}, STR_LIT("\x80")}, 3, PROTO_CODE_BAD_MESSAGE},
        {{version, {(char *)unknown, 32}, body}, 3, PROTO_CODE_UNKNOWN_TYPE},
        {{version, {(char *)other, 32}, body}, 3, PROTO_CODE_UNKNOWN_TYPE},
        {{version, {(char *)good, 32}, body}, 3, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char code[33];
        raw_ask(raw, cases[i].frames, cases[i].count, code);
        assert_string_equal(code, cases[i].code);
    }
    assert_int_equal(f->service[0].served, 1); /* only the good one */
    zmq_close(raw);
    fixture_destroy(f);
}

/* A socket that a process listens on is not taken from it. */
static void test_endpoint_in_use(void **state)
{
    (void)state;
    fixture_t *f = fixture_new(1, endpoint[0], CALM_MS, 10);
    static const proto_type_t accepts[] = {PROTO_RESET, 0};
    char why[256] = "";
    assert_null(rpc_server_new(&loop, "unit", "sessions", endpoint[0], accepts, handle, NULL, why,
                               sizeof why));
    assert_non_null(strstr(why, "in use"));
    outcome_t outcome = {0};
    reset(f, &outcome, PATIENCE_MS);
    await(&outcome.finals, 1);
    assert_int_equal(outcome.type, PROTO_OK);
    fixture_destroy(f);
}

static bool same_place(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
    return a->sin_port == b->sin_port && a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* The descriptor of this process whose own address is the one given; -1: there is none. */
static int descriptor_at(const struct sockaddr_in *wanted)
{
    for (int fd = 3; fd < 1024; fd++) {
        struct sockaddr_in own;
        socklen_t size = sizeof own;
        if (getsockname(fd, (struct sockaddr *)&own, &size) == 0 && own.sin_family == AF_INET &&
            same_place(&own, wanted))
            return fd;
    }
    return -1;
}

static int option_of(int fd, int level, int option)
{
    int value;
    socklen_t size = sizeof value;
    return getsockopt(fd, level, option, &value, &size) == 0 ? value : -1;
}

/* A peer that was cut off without a word may have another address when it is back: the kernel gives
 * its connection up in seconds, whether something is to be sent to it or not. */
static void test_who_is_cut_off_is_given_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    char where[64], first;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    snprintf(where, sizeof where, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
    void *dealer = zmq_socket(rpc_loop_context(), ZMQ_DEALER);
    rpc_socket_options(dealer);
    assert_int_equal(zmq_connect(dealer, where), 0);
    size = sizeof address;
    int accepted = accept(listener, (struct sockaddr *)&address, &size);
    assert_int_equal(read(accepted, &first, 1), 1); /* it has been made ready */
    int fd = descriptor_at(&address);
    int untaken_ms = option_of(fd, IPPROTO_TCP, TCP_USER_TIMEOUT);
    int asked = option_of(fd, SOL_SOCKET, SO_KEEPALIVE);
    zmq_close(dealer); /* before anything can fail: ZeroMQ would wait for it */
    close(accepted);
    close(listener);
    assert_in_range(untaken_ms, 1000, 10000);
    assert_int_equal(asked, 1);
}

int main(void)
{
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 2; i++)
        snprintf(endpoint[i], sizeof endpoint[i], "ipc://%s/%d", folder, i);
    char why[256];
    if (!config_try("/dev/null", why, sizeof why))
        log_fatal("%s", why);
    log_start("unit", "error", "logfmt");
    uv_loop_init(&loop);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_waits_for_a_peer),
        cmocka_unit_test(test_restarted_peer),
        cmocka_unit_test(test_replica_takes_over),
        cmocka_unit_test(test_replicas_behind_a_name),
        cmocka_unit_test(test_calls_with_a_key),
        cmocka_unit_test(test_timeout_and_cancel),
        cmocka_unit_test(test_partials_and_errors),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_endpoint_in_use),
        cmocka_unit_test(test_who_is_cut_off_is_given_up),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (failed)
        return failed; /* a failed test leaves sockets open, and ZeroMQ would wait for them */
    rpc_loop_end(&loop);
    for (int i = 0; i < 2; i++)
        unlink(endpoint[i] + 6);
    rmdir(folder);
    return failed;
}

/* Encrypted sockets: who is on the list is served, everybody else is not even heard. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <czmq.h>

#include "common/clock.h"
#include "common/config.h"
#include "common/curve.h"
#include "common/log.h"
#include "common/rpc_client.h"
#include "common/rpc_loop.h"
#include "common/rpc_server.h"

#define HEARTBEAT_MS 50
#define PATIENCE_MS 20000

static uv_loop_t loop;
static char folder[] = "/tmp/mcurve-XXXXXX";
static char endpoint[64];
static int served;

/* ---- keys ---- */

static void save(zcert_t *pair, bool secret, const char *path)
{
    char file[256];
    snprintf(file, sizeof file, "%s/%s", folder, path);
    assert_int_equal(zsys_dir_create("%.*s", (int)(strrchr(file, '/') - file), file), 0);
    assert_int_equal((secret ? zcert_save_secret : zcert_save_public)(pair, file), 0);
}

static void become(const char *who)
{
    static char dir[64];
    snprintf(dir, sizeof dir, "%s/%s", folder, who);
    config.KEYS_DIR = dir;
}

static void make_keys(void)
{
    zcert_t *server = zcert_new(), *friend = zcert_new(), *stranger = zcert_new();
    save(server, true, "server/own.secret");
    save(friend, false, "server/clients/friend.public");
    save(friend, true, "friend/own.secret");
    save(server, false, "friend/services/sessions.public");
    save(stranger, true, "stranger/own.secret");
    save(server, false, "stranger/services/sessions.public");
    save(friend, true, "misled/own.secret"); /* knows another key than the service's */
    save(stranger, false, "misled/services/sessions.public");
    zcert_destroy(&server);
    zcert_destroy(&friend);
    zcert_destroy(&stranger);
}

/* ---- a service ---- */

static void handle(void *arg, const rpc_request_t *request)
{
    (void)arg;
    served++;
    rpc_server_reply(request->server, &request->peer, &request->header, PROTO_OK, &(proto_ok_t){1});
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

static rpc_server_t *serve(void)
{
    static const proto_type_t accepts[] = {PROTO_RESET, 0};
    char why[256] = "";
    become("server");
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", free_port());
    rpc_server_t *server =
        rpc_server_new(&loop, "unit", "sessions", endpoint, accepts, handle, NULL, why, sizeof why);
    if (!server)
        fail_msg("%s", why);
    return server;
}

/* ---- clients ---- */

typedef struct caller {
    rpc_client_t *client;
    rpc_loop_t *attached;
    int answers;
} caller_t;

static void on_done(void *arg, const rpc_answer_t *answer)
{
    if (answer->type == PROTO_OK)
        ((caller_t *)arg)->answers++;
}

static caller_t *caller_new(const char *who)
{
    proto_reset_t msg = {STR_LIT("ana")};
    caller_t *self = calloc(1, sizeof *self);
    become(who);
    self->client =
        rpc_client_new(rpc_loop_context(), "sessions", "unit", endpoint, HEARTBEAT_MS, 10);
    self->attached = rpc_loop_attach(&loop, self->client);
    rpc_client_call(self->client, PROTO_RESET, &msg, NULL, PATIENCE_MS, on_done, self);
    return self;
}

static void caller_destroy(caller_t *self)
{
    rpc_loop_detach(&self->attached);
    rpc_client_destroy(&self->client);
    uv_run(&loop, UV_RUN_NOWAIT);
    free(self);
}

static void run_until(const int *count, int wanted)
{
    for (int64_t end = clock_ms() + PATIENCE_MS; *count < wanted && clock_ms() < end;)
        uv_run(&loop, UV_RUN_ONCE);
    assert_int_equal(*count, wanted);
}

/* The handshake of a socket that is not let in has ended, in one way or another. */
static void await_refusal(void *monitor, int event_wanted)
{
    for (int64_t end = clock_ms() + PATIENCE_MS; clock_ms() < end;) {
        zmq_msg_t event, address;
        uv_run(&loop, UV_RUN_NOWAIT);
        zmq_pollitem_t item = {monitor, 0, ZMQ_POLLIN, 0};
        if (zmq_poll(&item, 1, 10) != 1)
            continue;
        zmq_msg_init(&event);
        zmq_msg_init(&address);
        zmq_msg_recv(&event, monitor, 0);
        zmq_msg_recv(&address, monitor, 0);
        uint16_t number;
        memcpy(&number, zmq_msg_data(&event), sizeof number);
        zmq_msg_close(&event);
        zmq_msg_close(&address);
        assert_int_not_equal(number, ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
        if (number & event_wanted)
            return;
    }
    fail_msg("neither let in nor refused");
}

/* A DEALER that sends a well-formed request, with these keys or none. */
static void knock(const char *who, int event_wanted)
{
    void *context = rpc_loop_context();
    void *socket = zmq_socket(context, ZMQ_DEALER), *monitor = zmq_socket(context, ZMQ_PAIR);
    static int knocks;
    char address[32];
    int none = 0;
    snprintf(address, sizeof address, "inproc://knock-%d", knocks++);
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    if (who) {
        become(who);
        curve_connects(socket, "sessions");
    }
    assert_int_equal(zmq_socket_monitor(socket, address, ZMQ_EVENT_ALL), 0);
    assert_int_equal(zmq_connect(monitor, address), 0);
    assert_int_equal(zmq_connect(socket, endpoint), 0);
    zmq_send(socket, "anything", 8, ZMQ_DONTWAIT);
    await_refusal(monitor, event_wanted);
    zmq_socket_monitor(socket, NULL, 0);
    zmq_close(socket);
    zmq_close(monitor);
}

static void test_let_in(void **state)
{
    (void)state;
    served = 0;
    rpc_server_t *server = serve();
    caller_t *friend = caller_new("friend");
    run_until(&friend->answers, 1);
    assert_int_equal(served, 1);
    caller_destroy(friend);
    rpc_server_destroy(&server);
}

static void test_kept_out(void **state)
{
    (void)state;
    served = 0;
    rpc_server_t *server = serve();
    knock("stranger", ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    knock("misled", ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                        ZMQ_EVENT_DISCONNECTED);
    knock(NULL, ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                    ZMQ_EVENT_DISCONNECTED);
    caller_t *stranger = caller_new("stranger"), *friend = caller_new("friend");
    run_until(&friend->answers, 1);
    assert_int_equal(stranger->answers, 0);
    assert_false(rpc_client_up(stranger->client));
    assert_int_equal(served, 1); /* nothing but the friend's */
    caller_destroy(stranger);
    caller_destroy(friend);
    rpc_server_destroy(&server);
}

/* A new client is let in without a restart. */
static void test_let_in_later(void **state)
{
    (void)state;
    char file[256];
    served = 0;
    rpc_server_t *server = serve();
    knock("stranger", ZMQ_EVENT_HANDSHAKE_FAILED_AUTH);
    snprintf(file, sizeof file, "%s/stranger/own.secret", folder);
    zcert_t *pair = zcert_load(file);
    save(pair, false, "server/clients/new.public");
    zcert_destroy(&pair);
    caller_t *caller = caller_new("stranger");
    run_until(&caller->answers, 1);
    caller_destroy(caller);
    snprintf(file, sizeof file, "%s/server/clients/new.public", folder);
    unlink(file);
    rpc_server_destroy(&server);
}

static void test_parse(void **state)
{
    (void)state;
    curve_pair_t pair;
    const char *key = "=S89fRa:ARpWQ[@%7I4wVIcAx=K?P3EsiLI7o#!y"; /* the sign is part of it */
    char text[256];
    snprintf(text, sizeof text, "curve\n    public-key = \"%s\"\n", key);
    assert_true(curve_parse(text, &pair));
    assert_string_equal(pair.public_key, key);
    assert_string_equal(pair.secret_key, "");
    snprintf(text, sizeof text, "curve\n public-key = \"%s\"\n secret-key = \"%s\"\n", key, key);
    assert_true(curve_parse(text, &pair));
    assert_string_equal(pair.secret_key, key);
    static const char *const bad[] = {
        "",
        "public-key",
        "public-key = ",
        "public-key = \"",
        "public-key = \"short\"",
        "public-key = \"qS89fRa:ARpWQ[@%7I4wVIcAx=K?P3EsiLI7o#!\"",
        "public-key = \"qS89fRa:ARpWQ[@%7I4wVIcAx=K?P3EsiLI7o#!yy\"",
        "public-key = \"qS89fRa:ARpWQ[@%7I4wVIcAx=K?P3EsiLI7o#! \"",
        "secret-key = \"qS89fRa:ARpWQ[@%7I4wVIcAx=K?P3EsiLI7o#!y\"",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(curve_parse(bad[i], &pair));
}

/* One socket has keys for all its endpoints, and clients over ipc bring none. */
static void test_not_mixed(void **state)
{
    (void)state;
    static const proto_type_t accepts[] = {PROTO_RESET, 0};
    char both[160], why[256] = "";
    become("server");
    snprintf(both, sizeof both, "ipc://%s/s.sock,tcp://127.0.0.1:%d", folder, free_port());
    assert_null(
        rpc_server_new(&loop, "unit", "sessions", both, accepts, handle, NULL, why, sizeof why));
    assert_non_null(strstr(why, "not both"));
}

static void test_wanted(void **state)
{
    (void)state;
    become("server");
    assert_true(curve_wanted("tcp://127.0.0.1:1"));
    assert_true(curve_wanted("ipc:///tmp/a,tcp://*:1"));
    assert_false(curve_wanted("ipc:///tmp/a"));
    config.KEYS_DIR = "";
    assert_false(curve_wanted("tcp://127.0.0.1:1"));
}

static int clean_up(void **state)
{
    (void)state;
    zdir_t *dir = zdir_new(folder, NULL);
    zdir_remove(dir, true);
    zdir_destroy(&dir);
    return 0;
}

int main(void)
{
    assert_non_null(mkdtemp(folder));
    log_start("unit", "error", "logfmt");
    rpc_loop_context();
    uv_loop_init(&loop);
    make_keys();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_let_in),       cmocka_unit_test(test_kept_out),
        cmocka_unit_test(test_let_in_later), cmocka_unit_test(test_parse),
        cmocka_unit_test(test_not_mixed),    cmocka_unit_test(test_wanted),
    };
    int failed = cmocka_run_group_tests(tests, NULL, clean_up);
    rpc_loop_end(&loop);
    return failed;
}

/*
 * What the machine can do at best: the steps of a turn without a turn around them, one after the
 * other, one at a time.
 *
 *   bench_floor SECONDS REDIS_SOCKET MODEL_PORT
 *
 * A round trip over ZeroMQ (DEALER to ROUTER and back, 1 kB, between two threads over ipc), one to
 * Redis (SET of 6 kB and GET of it in turn; with appendfsync always the SET waits for the disk as a
 * turn does) and a POST of 14 kB to the model that benchmarks talk to, through libcurl. Prints
 * JSON: µs of wall clock each, and µs of CPU of this process alone.
 */
#include <curl/curl.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "agent/json.h"
#include "common/clock.h"

#define ZMQ_BYTES 1024
#define REDIS_BYTES 6144
#define RULES_BYTES 13000

typedef struct timed {
    double wall_us, cpu_us;
} timed_t;

static void fail(const char *what)
{
    fprintf(stderr, "bench_floor: %s\n", what);
    exit(EXIT_FAILURE);
}

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Runs step over and over for so long. */
static timed_t measure(int64_t seconds, void (*step)(void *arg), void *arg)
{
    int64_t begin = clock_us(), cpu = cpu_us(), count = 0;
    do {
        step(arg);
        count++;
    } while (clock_us() - begin < seconds * 1000000);
    return (timed_t){(double)(clock_us() - begin) / (double)count,
                     (double)(cpu_us() - cpu) / (double)count};
}

/* ---- ZeroMQ ---- */

static void *echo(void *socket)
{
    char id[256], bytes[ZMQ_BYTES];
    for (;;) {
        int size = zmq_recv(socket, id, sizeof id, 0);
        if (size < 0)
            break;
        int body = zmq_recv(socket, bytes, sizeof bytes, 0);
        zmq_send(socket, id, (size_t)size, ZMQ_SNDMORE);
        zmq_send(socket, bytes, (size_t)body, 0);
    }
    zmq_close(socket);
    return NULL;
}

static void round_trip(void *socket)
{
    char bytes[ZMQ_BYTES] = {0};
    if (zmq_send(socket, bytes, sizeof bytes, 0) < 0 ||
        zmq_recv(socket, bytes, sizeof bytes, 0) != ZMQ_BYTES)
        fail("ZeroMQ");
}

static timed_t measure_zmq(int64_t seconds)
{
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "ipc:///tmp/bench_floor.%d", (int)getpid());
    void *context = zmq_ctx_new(), *router = zmq_socket(context, ZMQ_ROUTER);
    void *dealer = zmq_socket(context, ZMQ_DEALER);
    pthread_t thread;
    if (zmq_bind(router, endpoint) != 0 || zmq_connect(dealer, endpoint) != 0 ||
        pthread_create(&thread, NULL, echo, router) != 0)
        fail("ZeroMQ");
    timed_t timed = measure(seconds, round_trip, dealer);
    zmq_close(dealer);
    zmq_ctx_shutdown(context);
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
    return timed;
}

/* ---- Redis ---- */

static void set_and_get(void *arg)
{
    static char bytes[REDIS_BYTES];
    static unsigned count;
    redisReply *reply = ++count % 2 ? redisCommand(arg, "SET bench_floor %b", bytes, sizeof bytes)
                                    : redisCommand(arg, "GET bench_floor");
    if (!reply || reply->type == REDIS_REPLY_ERROR)
        fail("Redis");
    freeReplyObject(reply);
}

static timed_t measure_redis(int64_t seconds, const char *path)
{
    redisContext *context = redisConnectUnix(path);
    if (!context || context->err)
        fail("Redis");
    timed_t timed = measure(seconds, set_and_get, context);
    freeReplyObject(redisCommand(context, "DEL bench_floor"));
    redisFree(context);
    return timed;
}

/* ---- HTTP ---- */

static size_t swallow(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static void post(void *easy)
{
    long status = 0;
    if (curl_easy_perform(easy) != CURLE_OK ||
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
        fail("the model");
}

static timed_t measure_post(int64_t seconds, const char *port)
{
    char url[80], rules[RULES_BYTES];
    snprintf(url, sizeof url, "http://127.0.0.1:%s/v1/chat/completions", port);
    memset(rules, 'r', sizeof rules);
    buf_t body;
    buf_init(&body, 1 << 20);
    buf_str(&body, "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":");
    json_quote(&body, (str_t){rules, sizeof rules});
    buf_str(&body, "},{\"role\":\"user\",\"content\":\"hola\"}]}");
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    headers = curl_slist_append(headers, "Authorization: Bearer sk-test");
    headers = curl_slist_append(headers, "Expect:");
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, (long)body.size);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
    timed_t timed = measure(seconds, post, easy);
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
    buf_free(&body);
    return timed;
}

int main(int argc, char **argv)
{
    int64_t seconds = argc == 4 ? atoi(argv[1]) : 0;
    if (seconds < 1)
        fail("SECONDS REDIS_SOCKET MODEL_PORT");
    timed_t zmq = measure_zmq(seconds), redis = measure_redis(seconds, argv[2]);
    timed_t http = measure_post(seconds, argv[3]);
    printf("{\"zmq_us\":%.1f,\"zmq_cpu_us\":%.1f,\"redis_us\":%.1f,\"redis_cpu_us\":%.1f,"
           "\"post_us\":%.1f,\"post_cpu_us\":%.1f}\n",
           zmq.wall_us, zmq.cpu_us, redis.wall_us, redis.cpu_us, http.wall_us, http.cpu_us);
    return 0;
}

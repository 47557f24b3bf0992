/*
 * A call is in one of four places: delayed, ready (waiting for room), running (inside curl), or
 * gone. place() is the only function that moves it.
 */
#include "agent/http.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "agent/curl_loop.h"
#include "common/clock.h"

#define SWEEP_MS 20               /* how exact delays and timeouts are */
#define STREAMS_PER_CONNECTION 64 /* servers usually offer 100 or more */
#define TOLD_AT_ONCE 32           /* pieces and ends */
#define SPARE_HANDLES 256         /* curl handles kept for the next calls */
#define LANE_CALLS 256 /* of one multi: for each call curl looks through all its connections */

typedef enum place { GONE, DELAYED, READY, RUNNING, PLACES } place_t;

typedef enum version { VERSION_UNKNOWN, VERSION_1, VERSION_2 } version_t;

typedef struct lane {
    CURLM *multi;
    size_t running; /* calls */
} lane_t;

struct http_call {
    http_t *http;
    place_t place;
    CURL *easy;   /* while running */
    lane_t *lane; /* with it */
    str_t body;
    size_t posted;    /* bytes of it that curl has read */
    char *url;        /* of a GET; NULL: post body to http->url */
    int64_t due_ms;   /* delayed until */
    int64_t start_ms; /* since it runs */
    int64_t last_ms;  /* the last piece came; 0: none yet */
    int64_t deadline_ms;
    buf_t came;         /* pieces that data has not seen yet */
    bool fresh;         /* in http->fresh */
    bool too_long;      /* came did not take it all */
    bool known_version; /* this answer's HTTP version was looked at */
    size_t bytes;       /* of the answer so far */
    http_data_t *data;
    http_done_t *done;
    void *arg;
    TAILQ_ENTRY(http_call) link;
    TAILQ_ENTRY(http_call) fresh_link;
};

TAILQ_HEAD(call_list, http_call);

struct http {
    http_settings_t settings;
    char *url, *ca_file, *user, *password;
    lane_t *lanes; /* the first that has room is taken: its connections are used again */
    size_t lane_count;
    size_t listening; /* the lane whose ended calls are taken next */
    curl_loop_t *curl;
    struct curl_slist *headers, *get_headers;
    version_t version;
    struct call_list calls[PLACES];
    size_t count[PLACES];
    struct call_list fresh; /* running ones with something in came */
    http_call_t *telling;   /* whose function is being called; NULL once it was cancelled */
    buf_t spare;            /* memory that changes places with came */
    CURL *handles[SPARE_HANDLES];
    size_t handle_count;
    uv_timer_t rest;  /* of what is to be told, in the next round of the loop */
    uv_timer_t sweep; /* delays and timeouts; stopped while there are no calls */
    size_t open;      /* handles not closed yet */
};

/* ---- places ---- */

static void place(http_call_t *call, place_t to)
{
    http_t *self = call->http;
    if (call->place != GONE) {
        TAILQ_REMOVE(&self->calls[call->place], call, link);
        self->count[call->place]--;
    }
    call->place = to;
    if (to != GONE) {
        TAILQ_INSERT_TAIL(&self->calls[to], call, link);
        self->count[to]++;
    }
}

static void forget_fresh(http_call_t *call)
{
    if (call->fresh)
        TAILQ_REMOVE(&call->http->fresh, call, fresh_link);
    call->fresh = false;
}

/* The handle leaves the call and curl, and is used again. */
static void give_back(http_t *self, lane_t *lane, CURL *easy)
{
    curl_multi_remove_handle(lane->multi, easy);
    lane->running--;
    if (self->handle_count < SPARE_HANDLES)
        self->handles[self->handle_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

static void call_free(http_call_t *call)
{
    forget_fresh(call);
    place(call, GONE);
    if (call->easy)
        give_back(call->http, call->lane, call->easy);
    buf_free(&call->came);
    free(call->url);
    free(call);
}

/* ---- inside curl: only notes ---- */

/* Hands out the body, once: there is no way back to its start, so curl cannot post it again. */
static size_t on_read(char *bytes, size_t size, size_t count, void *arg)
{
    http_call_t *call = arg;
    size_t piece = call->body.size - call->posted;
    if (piece > size * count)
        piece = size * count;
    if (piece)
        memcpy(bytes, call->body.data + call->posted, piece);
    call->posted += piece;
    return piece;
}

static size_t on_write(char *bytes, size_t size, size_t count, void *arg)
{
    http_call_t *call = arg;
    size *= count;
    call->bytes += size;
    if (call->bytes > call->http->settings.max_bytes) {
        call->too_long = true;
        return 0;
    }
    buf_add(&call->came, bytes, size);
    if (!call->fresh) {
        call->fresh = true;
        TAILQ_INSERT_TAIL(&call->http->fresh, call, fresh_link);
    }
    return size;
}

/* ---- starting ---- */

static CURL *handle_new(const http_t *self)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        abort();
    const http_settings_t *settings = &self->settings;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)settings->connect_ms);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     settings->http1 ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS);
    /* wait for a connection that is being made rather than open one more: it may speak HTTP/2 */
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, settings->http1 ? 0L : 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 4096L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    if (*self->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, self->ca_file);
    if (settings->user) {
        curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(easy, CURLOPT_USERNAME, self->user);
        curl_easy_setopt(easy, CURLOPT_PASSWORD, self->password);
    }
    return easy;
}

/* What of a request changes from call to call. */
static void prepare(http_call_t *call)
{
    http_t *self = call->http;
    CURL *easy = call->easy;
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_URL, call->url ? call->url : self->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->url ? self->get_headers : self->headers);
    if (call->url) {
        curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
        return;
    }
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.size);
    if (self->settings.once) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy, CURLOPT_READDATA, call);
    } else {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data);
    }
}

static size_t room(const http_t *self)
{
    size_t most = self->settings.in_flight;
    if (self->version == VERSION_UNKNOWN && self->settings.connections < most)
        most = self->settings.connections;
    if (self->version == VERSION_2 && self->settings.connections * STREAMS_PER_CONNECTION < most)
        most = self->settings.connections * STREAMS_PER_CONNECTION;
    return self->count[RUNNING] < most ? most - self->count[RUNNING] : 0;
}

/* With HTTP/2 there are few connections, and one lane has them all. */
static lane_t *lane_with_room(http_t *self)
{
    size_t most = self->version == VERSION_1 ? self->lane_count : 1;
    for (size_t i = 0; i < most; i++)
        if (self->lanes[i].running < LANE_CALLS)
            return &self->lanes[i];
    return &self->lanes[0];
}

static void start(http_call_t *call)
{
    http_t *self = call->http;
    call->lane = lane_with_room(self);
    call->lane->running++;
    call->easy = self->handle_count ? self->handles[--self->handle_count] : handle_new(self);
    call->start_ms = clock_ms();
    prepare(call);
    place(call, RUNNING);
    CURLMcode code = curl_multi_add_handle(call->lane->multi, call->easy);
    assert(code == CURLM_OK); /* only a handle that is in use already, or no memory */
    (void)code;
}

static void start_ready(http_t *self)
{
    http_call_t *call = TAILQ_FIRST(&self->calls[READY]);
    int64_t now = call ? clock_ms() : 0;
    while (call && room(self)) {
        http_call_t *next = TAILQ_NEXT(call, link);
        if (now < call->deadline_ms)
            start(call); /* else the sweep will end it */
        call = next;
    }
}

/* How many connections curl may open, by what the server speaks. */
static void set_version(http_t *self, version_t version)
{
    self->version = version;
    size_t most = version == VERSION_1 ? self->settings.in_flight : self->settings.connections;
    for (size_t i = 0; i < self->lane_count; i++) {
        curl_multi_setopt(self->lanes[i].multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)most);
        curl_multi_setopt(self->lanes[i].multi, CURLMOPT_MAXCONNECTS, (long)most);
    }
}

static void learn_version(http_call_t *call)
{
    http_t *self = call->http;
    if (call->known_version)
        return;
    call->known_version = true;
    long version = 0;
    curl_easy_getinfo(call->easy, CURLINFO_HTTP_VERSION, &version);
    version_t spoken = version == CURL_HTTP_VERSION_2_0 ? VERSION_2 : VERSION_1;
    if (version && self->version != spoken)
        set_version(self, spoken);
}

/* ---- ending ---- */

static const char *header(CURL *easy, const char *name)
{
    struct curl_header *found;
    if (curl_easy_header(easy, name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK)
        return NULL;
    return found->value;
}

static const char *error_of(CURL *easy, CURLcode code)
{
    curl_off_t sent_us = 0;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return "dns";
    case CURLE_COULDNT_CONNECT:
        return "connect";
    case CURLE_OPERATION_TIMEDOUT:
        curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
        return sent_us ? "timeout" : "connect_timeout";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
        return "tls";
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        return "cut";
    default:
        return "network";
    }
}

/* The last thing that happens to a call: tells it, with the headers its handle still holds. */
static void finish(http_call_t *call, http_outcome_t outcome, const char *error)
{
    http_t *self = call->http;
    http_end_t end = {.outcome = outcome, .error = error};
    CURL *easy = call->easy;
    if (easy) {
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        curl_off_t sent_us = 0;
        curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
        end.status = status;
        end.reached = status || sent_us;
        end.request_id = header(easy, "x-request-id");
        if (!end.request_id)
            end.request_id = header(easy, "twilio-request-id");
        end.retry_after = header(easy, "retry-after");
        end.retry_after_ms = header(easy, "retry-after-ms");
        end.should_retry = header(easy, "x-should-retry");
    }
    http_done_t *done = call->done;
    void *arg = call->arg;
    lane_t *lane = call->lane;
    call->easy = NULL;
    call_free(call);
    done(arg, &end);
    if (easy)
        give_back(self, lane, easy);
}

/* Passes on what came. */
static void tell(http_call_t *call)
{
    http_t *self = call->http;
    long status = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &status);
    learn_version(call);
    call->last_ms = clock_ms();
    forget_fresh(call);
    buf_t came = call->came;
    call->came = self->spare;
    buf_init(&self->spare, self->settings.max_bytes);
    self->telling = call;
    bool more = call->data(call->arg, status, buf_view(&came));
    buf_clear(&came);
    if (self->spare.data)
        buf_free(&self->spare);
    self->spare = came;
    if (self->telling && !more)
        finish(call, HTTP_STOPPED, NULL);
    self->telling = NULL;
}

static void finish_by_curl(http_call_t *call, CURLcode code)
{
    learn_version(call);
    if (call->too_long)
        finish(call, HTTP_TOO_LONG, "too_long");
    else if (code == CURLE_OK)
        finish(call, HTTP_ANSWERED, NULL);
    else
        finish(call, code == CURLE_OPERATION_TIMEDOUT ? HTTP_TIMEOUT : HTTP_FAILED,
               error_of(call->easy, code));
}

/* The next call that curl has ended; NULL: none. */
static http_call_t *next_ended(http_t *self, CURLcode *code)
{
    CURLMsg *message;
    int left;
    for (size_t i = 0; i < self->lane_count; i++) {
        while ((message = curl_multi_info_read(self->lanes[self->listening].multi, &left)))
            if (message->msg == CURLMSG_DONE) {
                http_call_t *call;
                *code = message->data.result;
                curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &call);
                return call;
            }
        self->listening = (self->listening + 1) % self->lane_count;
    }
    return NULL;
}

static void on_rest(uv_timer_t *timer);

/* After curl has run: tells what it noted, and fills the room that became free. curl may end a
 * thousand calls in one go; who is told works a while with it, so some are told in a round of the
 * loop, and its timers have their turn before the others. */
static void settle(void *arg)
{
    http_t *self = arg;
    http_call_t *call;
    CURLcode code = CURLE_OK;
    size_t told = 0;
    for (; told < TOLD_AT_ONCE && (call = TAILQ_FIRST(&self->fresh)); told++)
        tell(call); /* NOLINT(clang-analyzer-unix.Malloc): a call that is freed leaves the list */
    if (!TAILQ_FIRST(&self->fresh))
        for (; told < TOLD_AT_ONCE && (call = next_ended(self, &code)); told++)
            finish_by_curl(call, code);
    if (told == TOLD_AT_ONCE)
        uv_timer_start(&self->rest, on_rest, 0, 0);
    start_ready(self);
}

static void on_rest(uv_timer_t *timer)
{
    settle(timer->data);
}

/* ---- time ---- */

static const char *overdue(const http_call_t *call, int64_t now)
{
    const http_settings_t *settings = &call->http->settings;
    if (now >= call->deadline_ms)
        return "deadline";
    if (call->place != RUNNING)
        return NULL;
    if (!call->last_ms && now - call->start_ms >= settings->first_ms)
        return "first_byte_timeout";
    if (call->last_ms && now - call->last_ms >= settings->idle_ms)
        return "idle_timeout";
    return NULL;
}

/* The next call that is overdue, or NULL. Looked for anew after each, because what a call is told
 * may end others. */
static http_call_t *find_overdue(http_t *self, int64_t now)
{
    for (place_t at = DELAYED; at < PLACES; at++) {
        http_call_t *call = TAILQ_FIRST(&self->calls[at]);
        while (call && !overdue(call, now)) /* NOLINT(clang-analyzer-unix.Malloc): as in settle */
            call = TAILQ_NEXT(call, link);
        if (call)
            return call;
    }
    return NULL;
}

static void on_sweep(uv_timer_t *timer)
{
    http_t *self = timer->data;
    int64_t now = clock_ms();
    http_call_t *call = TAILQ_FIRST(&self->calls[DELAYED]);
    while (call) {
        http_call_t *next = TAILQ_NEXT(call, link);
        if (call->due_ms <= now)
            place(call, READY);
        call = next;
    }
    while ((call = find_overdue(self, now)))
        finish(call, HTTP_TIMEOUT, overdue(call, now));
    settle(self);
    if (!self->count[DELAYED] && !self->count[READY] && !self->count[RUNNING])
        uv_timer_stop(&self->sweep);
}

/* ---- calls ---- */

static http_call_t *call_new(http_t *self, int64_t delay_ms, int64_t deadline_ms, http_data_t *data,
                             http_done_t *done, void *arg)
{
    http_call_t *call = calloc(1, sizeof *call);
    if (!call)
        abort();
    call->http = self;
    call->due_ms = clock_ms() + delay_ms;
    call->deadline_ms = deadline_ms;
    call->data = data;
    call->done = done;
    call->arg = arg;
    buf_init(&call->came, self->settings.max_bytes);
    place(call, delay_ms > 0 ? DELAYED : READY);
    if (!uv_is_active((uv_handle_t *)&self->sweep))
        uv_timer_start(&self->sweep, on_sweep, SWEEP_MS, SWEEP_MS);
    return call;
}

http_call_t *http_post(http_t *self, str_t body, int64_t delay_ms, int64_t deadline_ms,
                       http_data_t *data, http_done_t *done, void *arg)
{
    http_call_t *call = call_new(self, delay_ms, deadline_ms, data, done, arg);
    call->body = body;
    /* adding to curl only asks for a timer; the rest happens in the loop */
    if (call->place == READY)
        start_ready(self);
    return call;
}

http_call_t *http_get(http_t *self, const char *query, int64_t delay_ms, int64_t deadline_ms,
                      http_data_t *data, http_done_t *done, void *arg)
{
    http_call_t *call = call_new(self, delay_ms, deadline_ms, data, done, arg);
    size_t size = strlen(self->url) + strlen(query) + 2;
    call->url = malloc(size);
    if (!call->url)
        abort();
    snprintf(call->url, size, "%s%s%s", self->url, *query ? "?" : "", query);
    if (call->place == READY)
        start_ready(self);
    return call;
}

void http_cancel(http_call_t **call_p)
{
    http_call_t *call = *call_p;
    *call_p = NULL;
    http_t *self = call->http;
    if (self->telling == call)
        self->telling = NULL;
    call_free(call);
}

/* ---- birth and death ---- */

static char *copy(const char *text)
{
    char *copied = text ? strdup(text) : NULL;
    if (text && !copied)
        abort();
    return copied;
}

static void add_header(http_t *self, const char *name, const char *value, bool posts_only)
{
    size_t size = strlen(name) + strlen(value) + 1;
    char *line = malloc(size);
    if (!line)
        abort();
    snprintf(line, size, "%s%s", name, value);
    self->headers = curl_slist_append(self->headers, line);
    if (!posts_only)
        self->get_headers = curl_slist_append(self->get_headers, line);
    free(line);
}

static void set_headers(http_t *self)
{
    const http_settings_t *settings = &self->settings;
    bool json = !settings->content_type;
    add_header(self, "Content-Type: ", json ? "application/json" : settings->content_type, true);
    add_header(self, "Accept: ", json ? "text/event-stream, application/json" : "application/json",
               false);
    add_header(self, "User-Agent: ", "mostrador", false);
    add_header(self, "Expect:", "", true);
    if (settings->bearer && *settings->bearer && !settings->user)
        add_header(self, "Authorization: Bearer ", settings->bearer, false);
}

/* As many as all calls that may be under way need. */
static void open_lanes(http_t *self, uv_loop_t *loop)
{
    self->lane_count = (self->settings.in_flight + LANE_CALLS - 1) / LANE_CALLS;
    if (self->lane_count == 0)
        self->lane_count = 1;
    self->lanes = calloc(self->lane_count, sizeof *self->lanes);
    CURLM **multis = calloc(self->lane_count, sizeof *multis);
    if (!self->lanes || !multis)
        abort();
    for (size_t i = 0; i < self->lane_count; i++)
        if (!(multis[i] = self->lanes[i].multi = curl_multi_init()))
            abort();
    self->curl = curl_loop_new(loop, multis, self->lane_count, settle, self);
    free(multis);
}

http_t *http_new(uv_loop_t *loop, const http_settings_t *settings)
{
    static bool global;
    if (!global && curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    global = true;
    http_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->settings = *settings;
    self->url = copy(settings->url);
    self->ca_file = copy(settings->ca_file);
    self->user = copy(settings->user);
    self->password = copy(settings->password);
    for (place_t at = GONE; at < PLACES; at++)
        TAILQ_INIT(&self->calls[at]);
    TAILQ_INIT(&self->fresh);
    buf_init(&self->spare, settings->max_bytes);
    set_headers(self);
    open_lanes(self, loop);
    /* without TLS nobody negotiates HTTP/2 */
    bool plain = strncmp(settings->url, "https:", 6) != 0;
    self->settings.http1 = settings->http1 || plain;
    set_version(self, self->settings.http1 ? VERSION_1 : VERSION_UNKNOWN);
    uv_timer_init(loop, &self->sweep);
    uv_timer_init(loop, &self->rest);
    self->sweep.data = self->rest.data = self;
    self->open = 2;
    return self;
}

static void on_closed(uv_handle_t *handle)
{
    http_t *self = handle->data;
    if (--self->open == 0)
        free(self);
}

void http_destroy(http_t **self_p)
{
    http_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    http_call_t *call;
    for (place_t at = DELAYED; at < PLACES; at++)
        while ((call = TAILQ_FIRST(&self->calls[at])))
            call_free(call); /* NOLINT(clang-analyzer-unix.Malloc): as in settle */
    while (self->handle_count)
        curl_easy_cleanup(self->handles[--self->handle_count]);
    curl_loop_destroy(&self->curl);
    free(self->lanes);
    curl_slist_free_all(self->headers);
    curl_slist_free_all(self->get_headers);
    buf_free(&self->spare);
    free(self->url);
    free(self->ca_file);
    free(self->user);
    free(self->password);
    uv_close((uv_handle_t *)&self->rest, on_closed);
    uv_close((uv_handle_t *)&self->sweep, on_closed);
}

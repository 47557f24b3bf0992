/*
 * Requests to one URL, hundreds to thousands at once, on one libuv loop: curl's multi_socket
 * interface under a queue of our own. Knows HTTP and time, nothing of what is sent.
 *
 * Waiting inside curl would burn a transfer's own timeouts, so a request waits here until there is
 * room: with HTTP/2 fewer requests than the connections have streams, with HTTP/1.1 a connection
 * per request. Which of the two a server speaks is known after its first answer.
 *
 * curl must not be entered from inside its callbacks. So those only note what came, and the
 * functions given here are called afterwards: they may post and cancel as they like.
 */
#ifndef MOSTRADOR_AGENT_HTTP_H
#define MOSTRADOR_AGENT_HTTP_H

#include <uv.h>

#include "common/buf.h"

typedef struct http http_t;
typedef struct http_call http_call_t;

typedef struct http_settings {
    const char *url;
    const char *bearer;  /* token; empty: none is sent */
    const char *ca_file; /* certificates to trust; empty: the system's */
    bool http1;          /* never HTTP/2 */
    size_t connections;  /* at most, with HTTP/2 */
    size_t in_flight;    /* requests at the server at most; the rest waits */
    int64_t connect_ms;
    int64_t first_ms; /* from the start of the request to the first byte of the answer's body */
    int64_t idle_ms;  /* between two pieces */
    size_t max_bytes; /* of an answer */
    const char *content_type;    /* of what is posted; NULL: JSON */
    const char *user, *password; /* HTTP Basic; NULL: bearer */
    /* What is posted goes out over one connection only. Else curl posts it again, by itself, when a
     * connection that was used before ends without an answer: twice, if the server had taken it. */
    bool once;
} http_settings_t;

typedef enum http_outcome {
    HTTP_ANSWERED, /* the server's answer is all there; its status may still be an error */
    HTTP_STOPPED,  /* the data function said so */
    HTTP_TOO_LONG, /* more than max_bytes */
    HTTP_TIMEOUT,
    HTTP_FAILED, /* no connection, or it broke */
} http_outcome_t;

typedef struct http_end {
    http_outcome_t outcome;
    const char *error; /* a literal for logs: "connect", "first_byte_timeout" …; NULL if answered */
    bool reached;      /* something of the request may have come to the server */
    int64_t status;    /* 0 if none came */
    const char *request_id, *retry_after, *retry_after_ms, *should_retry; /* headers, or NULL */
} http_end_t;

/* A piece of the answer's body. false: enough, the call ends as HTTP_STOPPED. */
typedef bool(http_data_t)(void *arg, int64_t status, str_t bytes);

/* The end of a call, exactly once unless it was cancelled, never from inside http_post. */
typedef void(http_done_t)(void *arg, const http_end_t *end);

/* Copies the settings. Aborts if curl cannot start. */
http_t *http_new(uv_loop_t *loop, const http_settings_t *settings);

/* Cancels every call and nulls the caller's pointer; the memory goes when the loop has closed the
 * handles. */
void http_destroy(http_t **self_p);

/* Posts after delay_ms, until deadline_ms (of clock_ms) at most. Borrows body until the end.
 */
http_call_t *http_post(http_t *self, str_t body, int64_t delay_ms, int64_t deadline_ms,
                       http_data_t *data, http_done_t *done, void *arg);

/* GET, of the URL with that query (encoded, may be empty) behind it. */
http_call_t *http_get(http_t *self, const char *query, int64_t delay_ms, int64_t deadline_ms,
                      http_data_t *data, http_done_t *done, void *arg);

/* Ends a call silently. Not after its done function. */
void http_cancel(http_call_t **call_p);

#endif

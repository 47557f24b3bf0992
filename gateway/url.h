/* Paths and query strings: which endpoint is meant, and what %41 stands for. Pure. */
#ifndef MOSTRADOR_GATEWAY_URL_H
#define MOSTRADOR_GATEWAY_URL_H

#include "common/arena.h"
#include "gateway/problem.h"

typedef enum route_name {
    ROUTE_UNKNOWN,
    ROUTE_BOT,            /* POST /seller/bot/ */
    ROUTE_SESSION,        /* GET, DELETE /seller/sessions/{user_id} */
    ROUTE_PERSON,         /* GET, DELETE /seller/people/{user_id} */
    ROUTE_TURNS,          /* GET /seller/turns */
    ROUTE_LATENCY,        /* GET /seller/latency */
    ROUTE_NPS,            /* GET /seller/nps */
    ROUTE_BUDGET,         /* GET /seller/budget */
    ROUTE_CARS,           /* GET /catalog/cars */
    ROUTE_MAKES,          /* GET /catalog/makes */
    ROUTE_HEALTH,         /* GET /healthz */
    ROUTE_READY,          /* GET /readyz */
    ROUTE_METRICS,        /* GET /metrics */
    ROUTE_WEBHOOK,        /* POST /webhook/twilio/: a message */
    ROUTE_WEBHOOK_STATUS, /* POST /webhook/twilio/status: how a message fares */
    ROUTE_PAGE,           /* GET / and the files it needs */
} route_name_t;

enum { METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_DELETE = 8, METHOD_OTHER = 16 };

typedef struct route {
    route_name_t name;
    unsigned methods;  /* METHOD_… it takes */
    const char *allow; /* the same as an Allow header */
    bool guarded;      /* asks for API_TOKEN when there is one */
    str_t rest; /* ROUTE_SESSION, ROUTE_PERSON: the user id, still encoded; ROUTE_PAGE: the path */
} route_t;

/* The endpoint of a path; ROUTE_UNKNOWN if there is none. */
route_t route_find(str_t path);

/* Replaces %XX, and + by a blank if plus is set. false on a % that is none, on a NUL, on what is
 * not UTF-8, and past the arena's ceiling. */
bool url_decode(arena_t *arena, str_t text, bool plus, str_t *decoded);

/* The next name=value of a query string, decoded; *query moves behind it. Empty pairs are passed
 * over. Returns 1 for a pair, 0 at the end, -1 for what cannot be decoded. */
int url_pair(arena_t *arena, str_t *query, str_t *name, str_t *value);

#endif

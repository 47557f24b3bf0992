/* Paths and query strings: which endpoint is meant, and what %41 stands for. Pure. */
#ifndef MOSTRADOR_GATEWAY_URL_H
#define MOSTRADOR_GATEWAY_URL_H

#include "common/arena.h"
#include "gateway/problem.h"

/* ROUTE_BOT, ROUTE_SESSION …: what an operation of routes.h is handled by. Two of one name are
 * handled by the same function. */
typedef enum route_name {
    ROUTE_UNKNOWN,
    ROUTE_PAGE,
    ROUTE_BOT,
    ROUTE_WIDGET_VISITORS,
    ROUTE_SESSION,
    ROUTE_SESSIONS,
    ROUTE_TAKE,
    ROUTE_SAY,
    ROUTE_GIVE,
    ROUTE_MESSAGES,
    ROUTE_PERSON,
    ROUTE_TURNS,
    ROUTE_LATENCY,
    ROUTE_NUMBERS,
    ROUTE_NPS,
    ROUTE_BUDGET,
    ROUTE_CONVERSATIONS,
    ROUTE_EVENTS,
    ROUTE_PROCESSES,
    ROUTE_ALERTS_TEST,
    ROUTE_LEADS,
    ROUTE_LEADS_CSV,
    ROUTE_LEAD,
    ROUTE_CARS,
    ROUTE_MAKES,
    ROUTE_CAR,
    ROUTE_CAR_SOLD,
    ROUTE_CATALOG_HISTORY,
    ROUTE_CATALOG_UNDO,
    ROUTE_CATALOG_IMPORT,
    ROUTE_HEALTH,
    ROUTE_READY,
    ROUTE_METRICS,
    ROUTE_WEBHOOK,
    ROUTE_WEBHOOK_STATUS,
    ROUTE_CONSOLE_SESSION,
    ROUTE_CONSOLE_PASSWORD,
    ROUTE_CONSOLE_USERS,
    ROUTE_CONSOLE_USER,
    ROUTE_TEXTS,
    ROUTE_TEXT,
    ROUTE_PUBLISH,
    ROUTE_TRY,
} route_name_t;

enum { METHOD_GET = 1, METHOD_HEAD = 2, METHOD_POST = 4, METHOD_DELETE = 8, METHOD_OTHER = 16 };

/* Who may: the words of routes.h. */
typedef enum who { WHO_ANYBODY, WHO_SIGNED, WHO_API, WHO_VISITOR, WHO_CONSOLE, WHO_PAGE } who_t;
typedef enum role { ROLE_NONE, ROLE_VIEWER, ROLE_SELLER, ROLE_OWNER } role_t;

typedef struct route {
    route_name_t name;
    unsigned methods; /* METHOD_… that the path takes */
    char allow[32];   /* the same as an Allow header */
    who_t who;        /* may do what was asked for, if the path takes the method … */
    role_t role;      /* … and at least with this role */
    const char *doc;  /* what that is, for the log */
    str_t rest;       /* what {…} in the path stands for, still encoded; else the path */
} route_t;

/* The operation of a path and one METHOD_…; ROUTE_UNKNOWN if there is nothing at the path. */
route_t route_find(str_t path, unsigned method);

/* Replaces %XX, and + by a blank if plus is set. false on a % that is none, on a NUL, on what is
 * not UTF-8, and past the arena's ceiling. */
bool url_decode(arena_t *arena, str_t text, bool plus, str_t *decoded);

/* The next name=value of a query string, decoded; *query moves behind it. Empty pairs are passed
 * over. Returns 1 for a pair, 0 at the end, -1 for what cannot be decoded. */
int url_pair(arena_t *arena, str_t *query, str_t *name, str_t *value);

#endif

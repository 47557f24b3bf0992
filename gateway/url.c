/* Paths and query strings; see url.h. */
#include "gateway/url.h"

#include "common/text.h"

#define GETS (METHOD_GET | METHOD_HEAD)

static const struct {
    const char *path;
    route_t route;
} routes[] = {
    {"/", {ROUTE_PAGE, GETS, "GET, HEAD", false, {0}}},
    {"/chat.css", {ROUTE_PAGE, GETS, "GET, HEAD", false, {0}}},
    {"/chat.js", {ROUTE_PAGE, GETS, "GET, HEAD", false, {0}}},
    {"/icon.svg", {ROUTE_PAGE, GETS, "GET, HEAD", false, {0}}},
    {"/seller/bot/", {ROUTE_BOT, METHOD_POST, "POST", true, {0}}},
    {"/seller/bot", {ROUTE_BOT, METHOD_POST, "POST", true, {0}}},
    {"/seller/turns", {ROUTE_TURNS, GETS, "GET, HEAD", true, {0}}},
    {"/seller/latency", {ROUTE_LATENCY, GETS, "GET, HEAD", true, {0}}},
    {"/seller/nps", {ROUTE_NPS, GETS, "GET, HEAD", true, {0}}},
    {"/seller/budget", {ROUTE_BUDGET, GETS, "GET, HEAD", true, {0}}},
    {"/catalog/cars", {ROUTE_CARS, GETS, "GET, HEAD", false, {0}}},
    {"/catalog/makes", {ROUTE_MAKES, GETS, "GET, HEAD", false, {0}}},
    {"/healthz", {ROUTE_HEALTH, GETS, "GET, HEAD", false, {0}}},
    {"/readyz", {ROUTE_READY, GETS, "GET, HEAD", false, {0}}},
    {"/metrics", {ROUTE_METRICS, GETS, "GET, HEAD", false, {0}}},
    {"/webhook/twilio/", {ROUTE_WEBHOOK, METHOD_POST, "POST", false, {0}}},
    {"/webhook/twilio", {ROUTE_WEBHOOK, METHOD_POST, "POST", false, {0}}},
    {"/webhook/twilio/status", {ROUTE_WEBHOOK_STATUS, METHOD_POST, "POST", false, {0}}},
    {"/webhook/twilio/status/", {ROUTE_WEBHOOK_STATUS, METHOD_POST, "POST", false, {0}}},
};

/* What is behind these is a user id. */
static const struct {
    const char *front;
    route_name_t name;
} fronts[] = {{"/seller/sessions/", ROUTE_SESSION}, {"/seller/people/", ROUTE_PERSON}};

route_t route_find(str_t path)
{
    route_t route = {ROUTE_UNKNOWN, 0, "", false, {0}};

    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (str_is(path, routes[i].path)) {
            route = routes[i].route;
            route.rest = path;
            return route;
        }
    }
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        size_t size = strlen(fronts[i].front);

        if (path.size > size && memcmp(path.data, fronts[i].front, size) == 0 &&
            !memchr(path.data + size, '/', path.size - size))
            return (route_t){fronts[i].name,
                             GETS | METHOD_DELETE,
                             "GET, HEAD, DELETE",
                             true,
                             {path.data + size, path.size - size}};
    }
    return route;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool url_decode(arena_t *arena, str_t text, bool plus, str_t *decoded)
{
    char *out = arena_alloc(arena, text.size + 1);
    size_t size = 0;

    if (!out)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (c == '%') {
            int high = i + 2 < text.size ? hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? hex(text.data[i + 2]) : -1;

            if (high < 0 || low < 0 || (high == 0 && low == 0))
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[size++] = c;
    }
    *decoded = (str_t){out, size};
    return utf8_valid(*decoded);
}

/* The bytes up to the separator; *text moves behind it. */
static str_t front_of(str_t *text, char separator)
{
    const char *at = text->size ? memchr(text->data, separator, text->size) : NULL;
    str_t front = {text->data, at ? (size_t)(at - text->data) : text->size};

    text->data += front.size + (at ? 1 : 0);
    text->size -= front.size + (at ? 1 : 0);
    return front;
}

int url_pair(arena_t *arena, str_t *query, str_t *name, str_t *value)
{
    while (query->size) {
        str_t pair = front_of(query, '&');
        str_t left;

        if (pair.size == 0)
            continue;
        left = front_of(&pair, '=');
        return url_decode(arena, left, true, name) && url_decode(arena, pair, true, value) ? 1 : -1;
    }
    return 0;
}

/* Paths and query strings; see url.h. */
#include "gateway/url.h"

#include <stdio.h>

#include "common/text.h"
#include "gateway/routes.h"

static const struct {
    const char *path;
    route_name_t name;
    unsigned methods;
    who_t who;
    role_t role;
    const char *doc;
} operations[] = {
#define METHODS_GET (METHOD_GET | METHOD_HEAD)
#define METHODS_POST METHOD_POST
#define METHODS_DELETE METHOD_DELETE
#define OPERATION(route, path, method, who, role, doc) \
    {path, ROUTE_##route, METHODS_##method, WHO_##who, ROLE_##role, doc},
    ROUTES(OPERATION)};

/* Is it this path? rest is then what the {…} in it stands for, or else all of it. */
static bool matches(const char *path, str_t asked, str_t *rest)
{
    const char *brace = strchr(path, '{');
    str_t front = {path, brace ? (size_t)(brace - path) : strlen(path)};
    str_t back = str_from(brace ? strchr(brace, '}') + 1 : "");

    *rest = asked;
    if (asked.size < front.size + back.size || !str_eq((str_t){asked.data, front.size}, front) ||
        !str_eq((str_t){asked.data + asked.size - back.size, back.size}, back))
        return false;
    if (!brace)
        return asked.size == front.size;
    *rest = (str_t){asked.data + front.size, asked.size - front.size - back.size};
    return rest->size && !memchr(rest->data, '/', rest->size);
}

static void print_allow(route_t *route)
{
    snprintf(route->allow, sizeof route->allow, "%s%s%s",
             route->methods & METHOD_GET ? ", GET, HEAD" : "",
             route->methods & METHOD_POST ? ", POST" : "",
             route->methods & METHOD_DELETE ? ", DELETE" : "");
    memmove(route->allow, route->allow + 2, sizeof route->allow - 2);
}

route_t route_find(str_t path, unsigned method)
{
    route_t route = {.who = WHO_CONSOLE, .role = ROLE_OWNER, .doc = ""};
    str_t rest;

    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        if (!matches(operations[i].path, path, &rest))
            continue;
        route.name = operations[i].name;
        route.rest = rest;
        route.methods |= operations[i].methods;
        if (operations[i].methods & method) {
            route.who = operations[i].who;
            route.role = operations[i].role;
            route.doc = operations[i].doc;
        }
    }
    if (route.name != ROUTE_UNKNOWN)
        print_allow(&route);
    return route;
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
            int high = i + 2 < text.size ? text_hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? text_hex(text.data[i + 2]) : -1;

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

#include "sessions/url.h"

#include <stdint.h>

static bool starts(str_t text, const char *with)
{
    size_t size = strlen(with);
    return text.size >= size && memcmp(text.data, with, size) == 0;
}

static str_t from(str_t text, size_t at)
{
    return (str_t){text.data + at, text.size - at};
}

/* Copies text, terminated; false if it does not fit or holds a 0. */
static bool copy(str_t text, char *out, size_t room)
{
    if (text.size >= room || memchr(text.data, 0, text.size))
        return false;
    memcpy(out, text.data, text.size);
    out[text.size] = 0;
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The same with %XX decoded. */
static bool copy_decoded(str_t text, char *out, size_t room)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            if (i + 2 >= text.size || hex(text.data[i + 1]) < 0 || hex(text.data[i + 2]) < 0)
                return false;
            c = (char)(hex(text.data[i + 1]) << 4 | hex(text.data[i + 2]));
            i += 2;
        }
        if (c == 0 || size + 1 >= room)
            return false;
        out[size++] = c;
    }
    out[size] = 0;
    return true;
}

static bool number(str_t text, unsigned max, unsigned *value)
{
    if (text.size == 0 || text.size > 5)
        return false;
    *value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *value = *value * 10 + (unsigned)(text.data[i] - '0');
    }
    return *value <= max;
}

/* Cuts "user:password@" off the front of rest, if it is there. */
static bool parse_credentials(str_t *rest, redis_url_t *url)
{
    const char *at = memrchr(rest->data, '@', rest->size);
    if (!at)
        return true;
    str_t both = {rest->data, (size_t)(at - rest->data)};
    const char *colon = memchr(both.data, ':', both.size);
    size_t name = colon ? (size_t)(colon - both.data) : both.size;
    *rest = from(*rest, both.size + 1);
    return copy_decoded((str_t){both.data, name}, url->user, sizeof url->user) &&
           (!colon || copy_decoded(from(both, name + 1), url->password, sizeof url->password));
}

static bool parse_unix(str_t rest, redis_url_t *url, const char **why)
{
    const char *query = memchr(rest.data, '?', rest.size);
    if (query) {
        str_t option = from(rest, (size_t)(query - rest.data) + 1);
        rest.size = (size_t)(query - rest.data);
        *why = "after the path only ?db=n is allowed";
        if (!starts(option, "db=") || !number(from(option, 3), 65535, &url->database))
            return false;
    }
    *why = "wrong user or password";
    if (!parse_credentials(&rest, url))
        return false;
    *why = "the path of the socket must have 1 to 103 bytes";
    return rest.size > 0 && copy(rest, url->path, sizeof url->path);
}

static bool parse_tcp(str_t rest, redis_url_t *url, const char **why)
{
    *why = "wrong user or password";
    if (!parse_credentials(&rest, url))
        return false;
    const char *slash = memchr(rest.data, '/', rest.size);
    if (slash) {
        str_t database = from(rest, (size_t)(slash - rest.data) + 1);
        rest.size = (size_t)(slash - rest.data);
        *why = "after the / only the number of a database is allowed";
        if (database.size > 0 && !number(database, 65535, &url->database))
            return false;
    }
    str_t host = rest, port = STR_LIT("6379");
    const char *bracket = starts(rest, "[") ? memchr(rest.data, ']', rest.size) : NULL;
    size_t searched = bracket ? (size_t)(bracket - rest.data) : 0;
    const char *colon = memchr(rest.data + searched, ':', rest.size - searched);
    if (colon) {
        host.size = (size_t)(colon - rest.data);
        port = from(rest, host.size + 1);
    }
    if (bracket) {
        *why = "wrong IPv6 address";
        if (host.size != searched + 1)
            return false;
        host = (str_t){host.data + 1, searched - 1};
    }
    unsigned value;
    *why = "the port must be 1 to 65535";
    if (!number(port, 65535, &value) || value == 0 || !copy(port, url->port, sizeof url->port))
        return false;
    *why = "the host must have 1 to 255 bytes";
    return host.size > 0 && copy(host, url->host, sizeof url->host);
}

bool redis_url_parse(str_t text, redis_url_t *url, const char **why)
{
    memset(url, 0, sizeof *url);
    bool good = false;
    if (starts(text, "unix://"))
        good = parse_unix(from(text, 7), url, why);
    else if (starts(text, "redis://"))
        good = parse_tcp(from(text, 8), url, why);
    else
        *why = "must begin with unix:// or redis:// (for TLS put a tunnel beside it)";
    if (good)
        *why = NULL;
    else
        memset(url, 0, sizeof *url);
    return good;
}

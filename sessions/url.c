#include "sessions/url.h"

#include <stdio.h>

#include "common/text.h"

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

/* The same with %XX decoded. */
static bool copy_decoded(str_t text, char *out, size_t room)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '%') {
            int high = i + 2 < text.size ? text_hex(text.data[i + 1]) : -1;
            int low = i + 2 < text.size ? text_hex(text.data[i + 2]) : -1;
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
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

/* Cuts at the first of the byte that is looked for; false if there is none, then rest is empty. */
static bool cut(str_t *text, char at, str_t *rest)
{
    const char *found = text->size ? memchr(text->data, at, text->size) : NULL;
    *rest = (str_t){0};
    if (!found)
        return false;
    size_t before = (size_t)(found - text->data);
    *rest = from(*text, before + 1);
    text->size = before;
    return true;
}

static bool parse_login(str_t both, redis_login_t *login)
{
    str_t password;
    bool has_password = cut(&both, ':', &password);
    return copy_decoded(both, login->user, sizeof login->user) &&
           (!has_password || copy_decoded(password, login->password, sizeof login->password));
}

/* Cuts "user:password@" off the front of rest, if it is there. */
static bool parse_credentials(str_t *rest, redis_login_t *login)
{
    const char *at = rest->size ? memrchr(rest->data, '@', rest->size) : NULL;
    if (!at)
        return true;
    str_t both = {rest->data, (size_t)(at - rest->data)};
    *rest = from(*rest, both.size + 1);
    return parse_login(both, login);
}

static bool parse_unix(str_t rest, redis_url_t *url, const char **why)
{
    str_t option;
    if (cut(&rest, '?', &option)) {
        *why = "after the path only ?db=n is allowed";
        if (!starts(option, "db=") || !number(from(option, 3), 65535, &url->database))
            return false;
    }
    *why = "wrong user or password";
    if (!parse_credentials(&rest, &url->login))
        return false;
    *why = "the path of the socket must have 1 to 103 bytes";
    url->count = 1;
    return rest.size > 0 && copy(rest, url->hosts[0].path, sizeof url->hosts[0].path);
}

/* host[:port] */
static bool parse_host(str_t host, str_t port, redis_address_t *address, const char **why)
{
    const char *bracket = starts(host, "[") ? memchr(host.data, ']', host.size) : NULL;
    size_t searched = bracket ? (size_t)(bracket - host.data) : 0;
    const char *colon = host.size ? memchr(host.data + searched, ':', host.size - searched) : NULL;
    if (colon) {
        port = from(host, (size_t)(colon - host.data) + 1);
        host.size = (size_t)(colon - host.data);
    }
    if (bracket) {
        *why = "wrong IPv6 address";
        if (host.size != searched + 1)
            return false;
        host = (str_t){host.data + 1, searched - 1};
    }
    unsigned value;
    *why = "the port must be 1 to 65535";
    if (!number(port, 65535, &value) || value == 0)
        return false;
    *why = "the host must have 1 to 255 bytes";
    return redis_address_set(address, host, port);
}

static bool parse_hosts(str_t rest, str_t port, redis_url_t *url, const char **why)
{
    for (bool more = true; more;) {
        str_t next;
        more = cut(&rest, ',', &next);
        *why = "there are more than 16 hosts";
        if (url->count == REDIS_URL_HOSTS || !parse_host(rest, port, &url->hosts[url->count], why))
            return false;
        url->count++;
        rest = next;
    }
    return true;
}

static bool parse_database(str_t text, redis_url_t *url, const char **why)
{
    *why = "after the / only the number of a database is allowed";
    return text.size == 0 || number(text, 65535, &url->database);
}

static bool parse_tcp(str_t rest, redis_url_t *url, const char **why)
{
    str_t database;
    *why = "wrong user or password";
    if (!parse_credentials(&rest, &url->login))
        return false;
    cut(&rest, '/', &database);
    url->count = 1;
    return parse_database(database, url, why) &&
           parse_host(rest, STR_LIT("6379"), &url->hosts[0], why);
}

static bool parse_sentinel(str_t rest, redis_url_t *url, const char **why)
{
    str_t option, name, database;
    url->kind = REDIS_SENTINEL;
    if (cut(&rest, '?', &option)) {
        *why = "after the ? only sentinel=user:password is allowed";
        if (!starts(option, "sentinel=") || !parse_login(from(option, 9), &url->sentinel))
            return false;
        *why = "after ?sentinel= there is no password";
        if (!url->sentinel.password[0])
            return false;
    }
    cut(&rest, '/', &name);
    cut(&name, '/', &database);
    *why = "wrong user or password";
    if (!parse_credentials(&rest, &url->login))
        return false;
    *why = "after the hosts of the sentinels must come the name of the master, 1 to 127 bytes";
    if (name.size == 0 || !copy(name, url->master, sizeof url->master))
        return false;
    return parse_database(database, url, why) && parse_hosts(rest, STR_LIT("26379"), url, why);
}

static bool parse_cluster(str_t rest, redis_url_t *url, const char **why)
{
    str_t path;
    url->kind = REDIS_CLUSTER;
    cut(&rest, '/', &path);
    *why = "after the hosts of a cluster nothing may come: it has one database";
    if (path.size > 0)
        return false;
    *why = "wrong user or password";
    return parse_credentials(&rest, &url->login) && parse_hosts(rest, STR_LIT("6379"), url, why);
}

bool redis_url_parse(str_t text, redis_url_t *url, const char **why)
{
    static const struct {
        const char *scheme;
        bool (*parse)(str_t rest, redis_url_t *url, const char **why);
    } forms[] = {
        {"unix://", parse_unix},
        {"redis://", parse_tcp},
        {"redis+sentinel://", parse_sentinel},
        {"redis+cluster://", parse_cluster},
    };
    memset(url, 0, sizeof *url);
    *why =
        "must begin with unix://, redis://, redis+sentinel:// or redis+cluster:// (for TLS put a "
        "tunnel beside it)";
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (starts(text, forms[i].scheme) &&
            forms[i].parse(from(text, strlen(forms[i].scheme)), url, why)) {
            *why = NULL;
            return true;
        }
    memset(url, 0, sizeof *url);
    return false;
}

/* ---- addresses ---- */

bool redis_address_same(const redis_address_t *a, const redis_address_t *b)
{
    return strcmp(a->path, b->path) == 0 && strcmp(a->host, b->host) == 0 &&
           strcmp(a->port, b->port) == 0;
}

bool redis_address_set(redis_address_t *address, str_t host, str_t port)
{
    unsigned value;
    memset(address, 0, sizeof *address);
    return host.size > 0 && copy(host, address->host, sizeof address->host) &&
           number(port, 65535, &value) && value > 0 &&
           copy(port, address->port, sizeof address->port);
}

const char *redis_address_text(const redis_address_t *address, char text[REDIS_ADDRESS_TEXT])
{
    if (address->path[0])
        return address->path;
    snprintf(text, REDIS_ADDRESS_TEXT, strchr(address->host, ':') ? "[%s]:%s" : "%s:%s",
             address->host, address->port);
    return text;
}

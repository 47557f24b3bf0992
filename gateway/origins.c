/* Which sites may show the chat; see origins.h. */
#include "gateway/origins.h"

#include <stdio.h>

#include "common/str.h"

#define SEPARATORS " ,\t"
#define PORT_DIGITS 5

static bool is_host(str_t host)
{
    for (size_t i = 0; i < host.size; i++) {
        char c = host.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '.'))
            return false;
    }
    return host.size > 0 && host.data[0] != '.' && host.data[0] != '-';
}

static bool is_port(str_t port)
{
    unsigned value = 0;

    if (port.size == 0 || port.size > PORT_DIGITS)
        return false;
    for (size_t i = 0; i < port.size; i++) {
        if (port.data[i] < '0' || port.data[i] > '9')
            return false;
        value = 10 * value + (unsigned)(port.data[i] - '0');
    }
    return value > 0 && value <= 65535;
}

static bool is_origin(str_t text)
{
    size_t scheme = strncmp(text.data, "https://", 8) == 0  ? 8
                    : strncmp(text.data, "http://", 7) == 0 ? 7
                                                            : 0;
    str_t host = {text.data + scheme, text.size - scheme};
    const char *colon = host.size ? memchr(host.data, ':', host.size) : NULL;

    if (!scheme)
        return false;
    if (colon) {
        str_t port = {colon + 1, (size_t)(host.data + host.size - colon - 1)};

        host.size = (size_t)(colon - host.data);
        if (!is_port(port))
            return false;
    }
    return is_host(host);
}

bool origins_print(const char *list, buf_t *out, char *why, size_t size)
{
    bool first = true;

    for (list += strspn(list, SEPARATORS); *list; list += strspn(list, SEPARATORS)) {
        str_t origin = {list, strcspn(list, SEPARATORS)};

        if (!is_origin(origin)) {
            snprintf(why, size, "%.*s is no origin, as in https://www.shop.example",
                     (int)(origin.size < 100 ? origin.size : 100), origin.data);
            return false;
        }
        buf_printf(out, "%s%.*s", first ? "" : " ", STR_ARG(origin));
        first = false;
        list += origin.size;
    }
    return true;
}

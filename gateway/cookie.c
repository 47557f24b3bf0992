/* The console's cookie; see cookie.h. */
#include "gateway/cookie.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "common/text.h"

#define NAME "mostrador"
#define HOST_NAME "__Host-mostrador"

static bool is_token(str_t text)
{
    if (text.size == 0 || text.size > COOKIE_TOKEN_MAX)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_'))
            return false;
    }
    return true;
}

/* The value of name=value; empty if it is another's. */
static str_t value_of(str_t pair, const char *name)
{
    size_t size = strlen(name);

    if (pair.size <= size || memcmp(pair.data, name, size) != 0 || pair.data[size] != '=')
        return (str_t){0};
    return (str_t){pair.data + size + 1, pair.size - size - 1};
}

str_t cookie_token(str_t header)
{
    str_t found = {0};

    while (header.size) {
        const char *end = memchr(header.data, ';', header.size);
        size_t size = end ? (size_t)(end - header.data) : header.size;
        str_t pair = text_trim((str_t){header.data, size});
        str_t host = value_of(pair, HOST_NAME), plain = value_of(pair, NAME);

        if (host.size)
            return is_token(host) ? host : (str_t){0};
        if (plain.size && !found.size && is_token(plain))
            found = plain;
        header.data += size + (end ? 1 : 0);
        header.size -= size + (end ? 1 : 0);
    }
    return found;
}

bool cookie_print(str_t token, bool https, int64_t max_age_s, char out[COOKIE_HEADER_MAX])
{
    if (token.size && !is_token(token))
        return false;
    snprintf(out, COOKIE_HEADER_MAX,
             "%s=%.*s; Path=/; HttpOnly; SameSite=Strict; Max-Age=%" PRId64 "%s",
             https ? HOST_NAME : NAME, STR_ARG(token), token.size ? max_age_s : 0,
             https ? "; Secure" : "");
    return true;
}

bool cookie_https(str_t host, str_t proto, const char *base)
{
    static const char scheme[] = "https://";
    str_t of_base = {0};

    if (proto.size == 5 && strncasecmp(proto.data, "https", 5) == 0)
        return true;
    if (strncasecmp(base, scheme, sizeof scheme - 1) != 0)
        return false;
    of_base.data = base + sizeof scheme - 1;
    of_base.size = strcspn(of_base.data, "/#?");
    return host.size && host.size == of_base.size &&
           strncasecmp(host.data, of_base.data, host.size) == 0;
}

void client_address(str_t forwarded, const char *peer, char out[ADDRESS_SIZE])
{
    struct in6_addr six;
    struct in_addr four;
    char text[ADDRESS_SIZE];
    str_t last = forwarded;

    for (size_t i = 0; i < forwarded.size; i++)
        if (forwarded.data[i] == ',')
            last = (str_t){forwarded.data + i + 1, forwarded.size - i - 1};
    last = text_trim(last);
    if (last.size == 0 || last.size >= sizeof text)
        last = str_from(peer);
    snprintf(text, sizeof text, "%.*s", STR_ARG(last));
    if (inet_pton(AF_INET6, text, &six) == 1 && !IN6_IS_ADDR_V4MAPPED(&six)) {
        memset(six.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &six, out, ADDRESS_SIZE);
    } else if (inet_pton(AF_INET, text, &four) == 1) {
        inet_ntop(AF_INET, &four, out, ADDRESS_SIZE);
    } else {
        snprintf(out, ADDRESS_SIZE, "%s", peer);
    }
}

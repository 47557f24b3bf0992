/* The console's cookie and the address of a client, from headers as they may come. */
#include <assert.h>
#include <stdint.h>

#include "gateway/cookie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t text = {(const char *)data, size};
    str_t token = cookie_token(text);
    char out[COOKIE_HEADER_MAX], address[ADDRESS_SIZE];

    assert(token.size <= COOKIE_TOKEN_MAX);
    if (token.size) {
        assert(token.data >= text.data && token.data + token.size <= text.data + text.size);
        assert(cookie_print(token, size % 2, (int64_t)size, out));
    }
    if (cookie_print(text, false, 1, out))
        for (const char *c = out; *c; c++)
            assert(*c >= ' ' && *c <= '~');
    client_address(text, "127.0.0.1", address);
    for (const char *c = address; *c; c++)
        assert((*c >= '0' && *c <= '9') || (*c >= 'a' && *c <= 'f') || *c == '.' || *c == ':');
    cookie_https(text, text, "https://shop.example");
    return 0;
}

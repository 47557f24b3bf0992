/* Keys of the widget's visitors; see visitor.h. */
#include "gateway/visitor.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <strings.h>

#define PURPOSE "visitor "
#define PROOF_BYTES 32

static void print_hex(const unsigned char *bytes, size_t count, char *out)
{
    for (size_t i = 0; i < count; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void prove(str_t id, const char *secret, char proof[2 * PROOF_BYTES + 1])
{
    unsigned char mac[EVP_MAX_MD_SIZE];
    char text[sizeof PURPOSE + VISITOR_ID_SIZE];
    int size = snprintf(text, sizeof text, PURPOSE "%.*s", STR_ARG(id));

    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)text, (size_t)size, mac,
         NULL);
    print_hex(mac, PROOF_BYTES, proof);
}

void visitor_key(const unsigned char random[VISITOR_RANDOM], const char *secret,
                 char key[VISITOR_KEY_SIZE])
{
    snprintf(key, VISITOR_KEY_SIZE, "web-");
    print_hex(random, VISITOR_RANDOM, key + 4);
    key[VISITOR_ID_SIZE - 1] = '.';
    prove((str_t){key, VISITOR_ID_SIZE - 1}, secret, key + VISITOR_ID_SIZE);
}

str_t visitor_id(str_t authorization, const char *secret)
{
    static const char scheme[] = "Visitor ";
    const size_t front = sizeof scheme - 1;
    char proof[2 * PROOF_BYTES + 1];
    str_t id;

    if (authorization.size != front + VISITOR_KEY_SIZE - 1 ||
        strncasecmp(authorization.data, scheme, front) != 0)
        return (str_t){0};
    id = (str_t){authorization.data + front, VISITOR_ID_SIZE - 1};
    prove(id, secret, proof);
    if (id.data[id.size] != '.' ||
        CRYPTO_memcmp(id.data + id.size + 1, proof, sizeof proof - 1) != 0)
        return (str_t){0};
    return id;
}

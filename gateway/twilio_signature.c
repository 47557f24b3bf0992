/* Checks X-Twilio-Signature; see twilio_signature.h. */
#include "gateway/twilio_signature.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <strings.h>

#include "common/buf.h"

#define SIGNATURE_SIZE 28 /* base64 of 20 bytes */
#define SIGNED_MAX (TWILIO_MAX_URL + FORM_MAX_BODY)

/* The pieces of a URL that vary. Views. */
typedef struct pieces {
    str_t origin;      /* "https://shop.example", without a default port */
    str_t port;        /* ":443" or ":80" if that is the scheme's default and no other is given */
    str_t prefix;      /* path of the base, without a slash at its end */
    str_t path, query; /* of the target; query with its '?' */
    str_t fragment;    /* with its '#'; may be empty */
} pieces_t;

static str_t front(str_t text, size_t size)
{
    return (str_t){text.data, size};
}

static str_t behind(str_t text, size_t size)
{
    return (str_t){text.data + size, text.size - size};
}

/* Bytes before the first of those characters, all if there is none. */
static size_t span(str_t text, const char *until)
{
    size_t i = 0;
    while (i < text.size && (text.data[i] == 0 || !strchr(until, text.data[i])))
        i++;
    return i;
}

static bool ends_with(str_t text, str_t end)
{
    return text.size >= end.size && str_eq(behind(text, text.size - end.size), end);
}

static bool take_apart(const twilio_request_t *request, pieces_t *pieces)
{
    bool secure = request->base.size > 8 && strncasecmp(request->base.data, "https://", 8) == 0;
    bool plain = request->base.size > 7 && strncasecmp(request->base.data, "http://", 7) == 0;
    if (!secure && !plain)
        return false;
    size_t scheme = secure ? 8 : 7;
    size_t base = span(request->base, "#");
    pieces->fragment = behind(request->base, base);
    size_t host = scheme + span(front(behind(request->base, scheme), base - scheme), "/");
    pieces->origin = front(request->base, host);
    pieces->prefix = (str_t){request->base.data + host, base - host};
    while (pieces->prefix.size && pieces->prefix.data[pieces->prefix.size - 1] == '/')
        pieces->prefix.size--;
    pieces->port = secure ? STR_LIT(":443") : STR_LIT(":80");
    if (ends_with(pieces->origin, pieces->port))
        pieces->origin.size -= pieces->port.size;
    else if (memchr(pieces->origin.data + scheme, ':', host - scheme))
        pieces->port.size = 0; /* another port, which is always part of the URL */
    size_t path = span(request->target, "?");
    pieces->path = front(request->target, path);
    pieces->query = behind(request->target, path);
    return true;
}

static void add(buf_t *out, str_t piece)
{
    buf_add(out, piece.data, piece.size);
}

enum { WITH_PORT = 1, WITH_FRAGMENT = 2, OTHER_SLASH = 4, VARIANTS = 8 };

static void print_url(const pieces_t *pieces, int variant, buf_t *out)
{
    str_t path = pieces->path;
    bool slash = path.size && path.data[path.size - 1] == '/';
    add(out, pieces->origin);
    if (variant & WITH_PORT)
        add(out, pieces->port);
    add(out, pieces->prefix);
    if (variant & OTHER_SLASH && slash)
        path.size--;
    add(out, path);
    if (variant & OTHER_SLASH && !slash)
        buf_char(out, '/');
    add(out, pieces->query);
    if (variant & WITH_FRAGMENT)
        add(out, pieces->fragment);
}

static int compare_str(str_t a, str_t b)
{
    size_t least = a.size < b.size ? a.size : b.size;
    int order = least ? memcmp(a.data, b.data, least) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_fields(const void *a, const void *b)
{
    const form_field_t *x = a, *y = b;
    int order = compare_str(x->name, y->name);
    return order ? order : compare_str(x->value, y->value);
}

/* Name and value of every different pair, sorted. */
static void print_fields(const form_t *form, buf_t *out)
{
    form_field_t *sorted = malloc((form->count + 1) * sizeof *sorted);
    if (!sorted)
        abort();
    if (form->count)
        memcpy(sorted, form->fields, form->count * sizeof *sorted);
    qsort(sorted, form->count, sizeof *sorted, compare_fields);
    for (size_t i = 0; i < form->count; i++) {
        if (i && compare_fields(&sorted[i - 1], &sorted[i]) == 0)
            continue;
        add(out, sorted[i].name);
        add(out, sorted[i].value);
    }
    free(sorted);
}

/* A MAC with that key, used once for each variant; NULL if there is none. */
static EVP_MAC_CTX *mac_new(const char *token)
{
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *mac = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    char digest[] = "SHA1";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    EVP_MAC_free(hmac);
    if (mac && !EVP_MAC_init(mac, (const unsigned char *)token, strlen(token), params)) {
        EVP_MAC_CTX_free(mac);
        mac = NULL;
    }
    return mac;
}

/* 1 if the signature is that of data, else 0; as long in both cases. */
static int matches(EVP_MAC_CTX *mac, const buf_t *data, const char given[SIGNATURE_SIZE])
{
    unsigned char digest[SHA_DIGEST_LENGTH];
    unsigned char text[SIGNATURE_SIZE + 1];
    size_t size;
    if (!EVP_MAC_init(mac, NULL, 0, NULL) || /* its key stays */
        !EVP_MAC_update(mac, (const unsigned char *)data->data, data->size) ||
        !EVP_MAC_final(mac, digest, &size, sizeof digest) || size != sizeof digest)
        return 0;
    EVP_EncodeBlock(text, digest, sizeof digest);
    return CRYPTO_memcmp(text, given, SIGNATURE_SIZE) == 0;
}

/* 1 if it is signed with one of the tokens, in one of the variants; all are tried. */
static int check_tokens(const twilio_request_t *request, const pieces_t *pieces,
                        const buf_t *fields, buf_t *data)
{
    EVP_MAC_CTX *macs[TWILIO_TOKENS] = {NULL};
    int found = 0;
    for (int i = 0; i < TWILIO_TOKENS; i++)
        if (request->tokens[i] && *request->tokens[i])
            macs[i] = mac_new(request->tokens[i]);
    for (int variant = 0; variant < VARIANTS; variant++) {
        if ((variant & WITH_PORT && !pieces->port.size) ||
            (variant & WITH_FRAGMENT && !pieces->fragment.size))
            continue;
        buf_clear(data);
        print_url(pieces, variant, data);
        add(data, buf_view(fields));
        for (int i = 0; i < TWILIO_TOKENS && buf_ok(data) && buf_ok(fields); i++)
            if (macs[i])
                found |= matches(macs[i], data, request->signature.data);
    }
    for (int i = 0; i < TWILIO_TOKENS; i++)
        EVP_MAC_CTX_free(macs[i]);
    return found;
}

static bool check(const twilio_request_t *request, const form_t *form)
{
    pieces_t pieces;
    if (request->signature.size != SIGNATURE_SIZE ||
        request->base.size + request->target.size > TWILIO_MAX_URL - 16 ||
        !take_apart(request, &pieces))
        return false;
    buf_t fields, data;
    buf_init(&fields, FORM_MAX_BODY);
    buf_init(&data, SIGNED_MAX);
    if (form)
        print_fields(form, &fields);
    int found = check_tokens(request, &pieces, &fields, &data);
    buf_free(&fields);
    buf_free(&data);
    return found;
}

bool twilio_signed_form(const twilio_request_t *request, const form_t *form)
{
    return check(request, form);
}

/* The value of bodySHA256 in the query; empty if there is none. */
static str_t hash_in(str_t target)
{
    static const char name[] = "bodySHA256=";
    size_t path = span(target, "?");
    str_t query = behind(target, path < target.size ? path + 1 : path);
    while (query.size) {
        size_t size = span(query, "&");
        if (size >= sizeof name - 1 && memcmp(query.data, name, sizeof name - 1) == 0)
            return behind(front(query, size), sizeof name - 1);
        query = behind(query, size < query.size ? size + 1 : size);
    }
    return (str_t){NULL, 0};
}

bool twilio_signed_body(const twilio_request_t *request, str_t body)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    char text[2 * SHA256_DIGEST_LENGTH + 1];
    str_t given = hash_in(request->target);
    if (given.size != sizeof text - 1)
        return false;
    SHA256((const unsigned char *)(body.data ? body.data : ""), body.size, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        text[2 * i] = "0123456789abcdef"[digest[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[digest[i] & 15];
    }
    /* the hash is no secret: it is in the URL, which the signature covers */
    bool whole = strncasecmp(given.data, text, given.size) == 0;
    return check(request, NULL) && whole;
}

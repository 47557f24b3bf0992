#include "sessions/console_rules.h"

#include <sodium.h>
#include <stdio.h>

#include "common/text.h"

#define BUCKETS 4096

static bool plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool console_name(str_t typed, char name[CONSOLE_NAME_SIZE])
{
    typed = text_trim(typed);
    name[0] = 0;
    if (typed.size == 0 || typed.size >= CONSOLE_NAME_SIZE)
        return false;
    for (size_t i = 0; i < typed.size; i++) {
        char c = typed.data[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (!plain(c) && (i == 0 || (c != '.' && c != '_' && c != '-'))) {
            name[0] = 0;
            return false;
        }
        name[i] = c;
    }
    name[typed.size] = 0;
    return true;
}

bool console_shown(str_t typed)
{
    str_t shown = text_trim(typed);
    for (size_t i = 0; i < shown.size; i++)
        if ((unsigned char)shown.data[i] < ' ' || shown.data[i] == 0x7f)
            return false;
    return shown.size < CONSOLE_SHOWN_SIZE;
}

bool console_is_role(str_t role)
{
    return str_is(role, "owner") || str_is(role, "seller") || str_is(role, "viewer");
}

const char *console_password_wrong(str_t password, const char *name)
{
    if (!utf8_valid(password) || password.size > CONSOLE_PASSWORD_MAX)
        return "a password has at most 128 bytes of UTF-8";
    if (utf8_length(password) < CONSOLE_PASSWORD_MIN)
        return "a password has at least 10 characters";
    for (size_t i = 1; i < password.size; i++)
        if (password.data[i] != password.data[0])
            return str_is(password, name) ? "a password is not the name" : NULL;
    return "a password is not one character";
}

void console_token(char token[CONSOLE_TOKEN_SIZE])
{
    unsigned char bytes[32];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(token, CONSOLE_TOKEN_SIZE, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(bytes, sizeof bytes);
}

static void digest(str_t text, const char *purpose, unsigned char hash[32])
{
    crypto_generichash(hash, 32, (const unsigned char *)text.data, text.size,
                       (const unsigned char *)purpose, strlen(purpose));
}

void console_key(str_t token, char key[CONSOLE_KEY_SIZE])
{
    unsigned char hash[32];
    digest(token, "mostrador console session", hash);
    sodium_bin2hex(key, CONSOLE_KEY_SIZE, hash, sizeof hash);
}

void console_csrf(str_t token, char csrf[CONSOLE_TOKEN_SIZE])
{
    unsigned char hash[32];
    digest(token, "mostrador console csrf", hash);
    sodium_bin2base64(csrf, CONSOLE_TOKEN_SIZE, hash, sizeof hash,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void console_bucket(char kind, str_t text, char bucket[CONSOLE_BUCKET_SIZE])
{
    unsigned char hash[32];
    digest(text, "mostrador console tries", hash);
    snprintf(bucket, CONSOLE_BUCKET_SIZE, "%c%u", kind,
             (unsigned)(hash[0] | hash[1] << 8) % BUCKETS);
}

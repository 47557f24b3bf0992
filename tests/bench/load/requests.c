/* A form's parameters stand in the order in which they are signed. */
#include "tests/bench/load/requests.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

#define MAX_BODY 4096
#define HEAD "Host: shop.example\r\nAccept: */*\r\n"

static const char *const said[] = {
    "Busco un Nissan de menos de 300 mil",
    "¿Qué Jetta tienes del 2014 en adelante?",
    "Quiero un Chevrolet barato con poco kilometraje",
    "Enséñame los Toyota más nuevos",
};

static const char *phrase(uint64_t nth)
{
    return said[nth % (sizeof said / sizeof *said)];
}

static void add_request(const requests_t *self, const char *type, const char *signature, str_t body,
                        buf_t *out)
{
    buf_printf(out, "POST %s HTTP/1.1\r\n" HEAD "Content-Type: %s\r\nContent-Length: %zu\r\n",
               self->path, type, body.size);
    if (signature)
        buf_printf(out, "X-Twilio-Signature: %s\r\n", signature);
    buf_str(out, "\r\n");
    buf_add(out, body.data, body.size);
}

static void add_bot(requests_t *self, size_t person, buf_t *out)
{
    buf_t body;
    buf_init(&body, MAX_BODY);
    buf_printf(&body, "{\"user_id\":\"%s%zu\",\"msg\":\"%s\"}", self->prefix, person,
               phrase(self->count));
    add_request(self, "application/json", NULL, buf_view(&body), out);
    buf_free(&body);
}

/* ---- webhooks ---- */

typedef struct signing {
    buf_t form, data; /* what is sent, and what is signed */
} signing_t;

static void add_pair(signing_t *self, const char *name, const char *value)
{
    buf_str(&self->data, name);
    buf_str(&self->data, value);
    buf_printf(&self->form, "%s%s=", self->form.size ? "&" : "", name);
    for (; *value; value++) {
        bool plain = (*value >= '0' && *value <= '9') || (*value >= 'a' && *value <= 'z') ||
                     (*value >= 'A' && *value <= 'Z');
        if (plain)
            buf_char(&self->form, *value);
        else
            buf_printf(&self->form, "%%%02X", (unsigned)(unsigned char)*value);
    }
}

static void add_webhook(requests_t *self, size_t person, buf_t *out)
{
    signing_t signing;
    char from[48], sid[40];
    unsigned char digest[EVP_MAX_MD_SIZE], signature[2 * EVP_MAX_MD_SIZE];
    unsigned size = 0;
    buf_init(&signing.form, MAX_BODY);
    buf_init(&signing.data, MAX_BODY);
    snprintf(from, sizeof from, "whatsapp:+%s%09zu", self->prefix, person);
    snprintf(sid, sizeof sid, "SM%016llx%016llx", (unsigned long long)self->run,
             (unsigned long long)self->count);
    buf_printf(&signing.data, "%s%s", self->public_url, self->path);
    add_pair(&signing, "AccountSid", "AC0123456789abcdef0123456789abcdef");
    add_pair(&signing, "ApiVersion", "2010-04-01");
    add_pair(&signing, "Body", phrase(self->count));
    add_pair(&signing, "From", from);
    add_pair(&signing, "MessageSid", sid);
    add_pair(&signing, "NumMedia", "0");
    add_pair(&signing, "NumSegments", "1");
    add_pair(&signing, "ProfileName", "Ana López");
    add_pair(&signing, "SmsMessageSid", sid);
    add_pair(&signing, "SmsSid", sid);
    add_pair(&signing, "SmsStatus", "received");
    add_pair(&signing, "To", "whatsapp:+14155238886");
    HMAC(EVP_sha1(), self->token, (int)strlen(self->token),
         (const unsigned char *)signing.data.data, signing.data.size, digest, &size);
    EVP_EncodeBlock(signature, digest, (int)size);
    add_request(self, "application/x-www-form-urlencoded", (const char *)signature,
                buf_view(&signing.form), out);
    buf_free(&signing.form);
    buf_free(&signing.data);
}

void requests_write(requests_t *self, size_t person, buf_t *out)
{
    self->count++;
    switch (self->kind) {
    case REQUESTS_BOT:
        add_bot(self, person, out);
        return;
    case REQUESTS_WEBHOOK:
        add_webhook(self, person, out);
        return;
    case REQUESTS_GET:
        buf_printf(out, "GET %s HTTP/1.1\r\n" HEAD "\r\n", self->path);
        return;
    }
}

bool requests_good(const requests_t *self, int status, str_t body)
{
    return status == 200 && (!self->expect || memmem(body.data ? body.data : "", body.size,
                                                     self->expect, strlen(self->expect)));
}

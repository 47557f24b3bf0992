#include "agent/alert_post.h"

#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "agent/alert_address.h"
#include "agent/curl_loop.h"
#include "common/text.h"

#define CONNECT_MS 5000
#define MAX_ADDRESS 256

typedef struct post {
    alert_post_t *owner;
    CURL *easy;
    char *body; /* of a mail; curl copies that of a post */
    size_t size, read;
    struct curl_slist *list; /* headers, or recipients */
    bool kept_out;           /* the address was not a public one */
    alert_posted_t *done;
    void *arg;
    LIST_ENTRY(post) link;
} post_t;

LIST_HEAD(post_list, post);

struct alert_post {
    CURLM *multi;
    curl_loop_t *loop;
    bool allow_private;
    struct post_list posts;
};

/* ---- inside curl ---- */

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
    post_t *post = arg;
    (void)purpose;
    if (!post->owner->allow_private && !alert_address_public(&address->addr)) {
        post->kept_out = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/* Nobody reads what a target answers. */
static size_t on_write(char *bytes, size_t size, size_t count, void *arg)
{
    (void)bytes;
    (void)arg;
    return size * count;
}

static size_t on_read(char *bytes, size_t size, size_t count, void *arg)
{
    post_t *post = arg;
    size_t piece = post->size - post->read;
    if (piece > size * count)
        piece = size * count;
    memcpy(bytes, post->body + post->read, piece);
    post->read += piece;
    return piece;
}

/* ---- life of a post ---- */

static void post_free(post_t *self)
{
    LIST_REMOVE(self, link);
    curl_multi_remove_handle(self->owner->multi, self->easy);
    curl_easy_cleanup(self->easy);
    curl_slist_free_all(self->list);
    free(self->body);
    free(self);
}

static post_t *post_new(alert_post_t *owner, const char *url, const char *protocols,
                        alert_posted_t *done, void *arg)
{
    post_t *self = calloc(1, sizeof *self);
    CURL *easy = curl_easy_init();
    if (!self || !easy)
        abort();
    *self = (post_t){.owner = owner, .easy = easy, .done = done, .arg = arg};
    LIST_INSERT_HEAD(&owner->posts, self, link);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, self);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)ALERT_POST_MS);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_write);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, self);
    return self;
}

static void add_line(post_t *self, const char *text)
{
    struct curl_slist *list = curl_slist_append(self->list, text);
    if (!list)
        abort();
    self->list = list;
}

void alert_post_http(alert_post_t *self, const char *url, const char *header, str_t body,
                     alert_posted_t *done, void *arg)
{
    post_t *post = post_new(self, url, "http,https", done, arg);
    add_line(post, "Content-Type: application/json");
    add_line(post, "User-Agent: mostrador");
    add_line(post, "Expect:");
    if (header)
        add_line(post, header);
    curl_easy_setopt(post->easy, CURLOPT_HTTPHEADER, post->list);
    curl_easy_setopt(post->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    curl_easy_setopt(post->easy, CURLOPT_COPYPOSTFIELDS, body.data);
    curl_multi_add_handle(self->multi, post->easy);
}

void alert_post_mail(alert_post_t *self, const alert_mail_server_t *server, str_t message,
                     alert_posted_t *done, void *arg)
{
    char address[MAX_ADDRESS];
    post_t *post = post_new(self, server->url, "smtp,smtps", done, arg);
    post->body = malloc(message.size + 1);
    if (!post->body)
        abort();
    memcpy(post->body, message.data, message.size);
    post->size = message.size;
    for (const char *at = server->to; *at;) {
        size_t size = strcspn(at, ",");
        str_t one = text_trim((str_t){at, size});
        snprintf(address, sizeof address, "%.*s", STR_ARG(one));
        add_line(post, address);
        at += size + (at[size] == ',');
    }
    /* a password, or what customers say, is not for the wire; only loopback has no STARTTLS */
    bool local = self->allow_private && strncmp(server->url, "smtp://127.", 11) == 0;
    curl_easy_setopt(post->easy, CURLOPT_USE_SSL, (long)(local ? CURLUSESSL_TRY : CURLUSESSL_ALL));
    curl_easy_setopt(post->easy, CURLOPT_MAIL_FROM, server->from);
    curl_easy_setopt(post->easy, CURLOPT_MAIL_RCPT, post->list);
    curl_easy_setopt(post->easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(post->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(post->easy, CURLOPT_READDATA, post);
    if (*server->user) {
        curl_easy_setopt(post->easy, CURLOPT_USERNAME, server->user);
        curl_easy_setopt(post->easy, CURLOPT_PASSWORD, server->password);
    }
    curl_multi_add_handle(self->multi, post->easy);
}

/* ---- ends ---- */

/* What never gets better by trying again. */
static bool is_final(const post_t *post, CURLcode code, long status)
{
    if (code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED ||
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_UNSUPPORTED_PROTOCOL ||
        code == CURLE_URL_MALFORMAT)
        return true;
    if (post->body) /* SMTP: 4xx may pass */
        return code != CURLE_OPERATION_TIMEDOUT && status >= 500;
    return code == CURLE_OK && status < 500 && status != 408 && status != 429;
}

static alert_outcome_t outcome_of(const post_t *post, CURLcode code, long status, const char **why)
{
    if (code == CURLE_OK && (post->body || (status >= 200 && status < 300))) {
        *why = "";
        return ALERT_SENT;
    }
    *why = post->kept_out     ? "address is private"
           : code == CURLE_OK ? "status"
                              : curl_easy_strerror(code);
    return post->kept_out || is_final(post, code, status) ? ALERT_REFUSED : ALERT_FAILED;
}

static void on_ran(void *arg)
{
    alert_post_t *self = arg;
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(self->multi, &left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        post_t *post;
        long status = 0;
        const char *why;
        CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &post);
        curl_easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
        alert_outcome_t outcome = outcome_of(post, code, status, &why);
        alert_posted_t *done = post->done;
        void *whose = post->arg;
        post_free(post);
        done(whose, outcome, why, status);
    }
}

alert_post_t *alert_post_new(uv_loop_t *loop, bool allow_private)
{
    alert_post_t *self = calloc(1, sizeof *self);
    if (!self || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    self->allow_private = allow_private;
    LIST_INIT(&self->posts);
    self->multi = curl_multi_init();
    if (!self->multi)
        abort();
    curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, 4L);
    self->loop = curl_loop_new(loop, &self->multi, 1, on_ran, self);
    return self;
}

void alert_post_destroy(alert_post_t **self_p)
{
    alert_post_t *self = *self_p;
    post_t *post;
    if (!self)
        return;
    while ((post = LIST_FIRST(&self->posts)))
        post_free(post); /* NOLINT(clang-analyzer-unix.Malloc): it leaves the list */
    curl_loop_destroy(&self->loop);
    free(self);
    *self_p = NULL;
}

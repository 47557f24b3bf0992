/* Problems as JSON; see problem.h. */
#include "gateway/problem.h"

#include <stdarg.h>
#include <stdio.h>

#include "gateway/json_text.h"

#define STATUSES(S)                           \
    S(200, "OK")                              \
    S(201, "Created")                         \
    S(204, "No Content")                      \
    S(304, "Not Modified")                    \
    S(400, "Bad Request")                     \
    S(401, "Unauthorized")                    \
    S(403, "Forbidden")                       \
    S(404, "Not Found")                       \
    S(405, "Method Not Allowed")              \
    S(408, "Request Timeout")                 \
    S(409, "Conflict")                        \
    S(411, "Length Required")                 \
    S(413, "Content Too Large")               \
    S(414, "URI Too Long")                    \
    S(415, "Unsupported Media Type")          \
    S(429, "Too Many Requests")               \
    S(431, "Request Header Fields Too Large") \
    S(500, "Internal Server Error")           \
    S(501, "Not Implemented")                 \
    S(502, "Bad Gateway")                     \
    S(503, "Service Unavailable")             \
    S(504, "Gateway Timeout")                 \
    S(505, "HTTP Version Not Supported")

#define TITLE(code, title) \
    case code:             \
        return title;
#define WORD(code, title) \
    case code:            \
        return #code;

const char *status_title(int status)
{
    switch (status) {
        STATUSES(TITLE)
    default:
        return "Error";
    }
}

const char *status_word(int status)
{
    switch (status) {
        STATUSES(WORD)
    default:
        return "other";
    }
}

bool problem_set(problem_t *self, int status, const char *format, ...)
{
    va_list args;

    self->status = status;
    self->retry_after_s = 0;
    va_start(args, format);
    vsnprintf(self->detail, sizeof self->detail, format, args);
    va_end(args);
    return false;
}

void problem_print(const problem_t *self, buf_t *out)
{
    buf_str(out, "{\"type\":\"about:blank\",\"title\":");
    json_put_text(out, str_from(status_title(self->status)));
    buf_printf(out, ",\"status\":%d,\"detail\":", self->status);
    json_put_text(out, str_from(self->detail));
    buf_char(out, '}');
}

#include "sessions/refuse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/log.h"

void refuse(const rpc_request_t *request, const char *code, const char *format, ...)
{
    char why[240];
    va_list args;
    bool invalid = strcmp(code, PROTO_CODE_INVALID) == 0;
    bool later = strcmp(code, PROTO_CODE_BUSY) == 0 || strcmp(code, PROTO_CODE_UNAVAILABLE) == 0;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    log_warn(invalid ? "request_invalid" : "request_refused", LOG_TRACE(&request->header.trace),
             LOG_CSTR("type", proto_type_name(request->header.type)), LOG_CSTR("code", code),
             LOG_CSTR("detail", why));
    rpc_server_error(request->server, &request->peer, &request->header, code,
                     later ? REFUSE_RETRY_MS : 0, "%s", why);
}

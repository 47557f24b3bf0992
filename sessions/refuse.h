/* What every part says of a request that it does not serve. */
#ifndef MOSTRADOR_SESSIONS_REFUSE_H
#define MOSTRADOR_SESSIONS_REFUSE_H

#include "common/rpc_server.h"

#define REFUSE_RETRY_MS 500
#define REFUSE_LATE "Redis did not answer in time"

/* Tells the log and whoever asked. code is a PROTO_CODE_…; busy and unavailable come with the
 * advice to try again after REFUSE_RETRY_MS. The request's message is not needed any more. */
void refuse(const rpc_request_t *request, const char *code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif

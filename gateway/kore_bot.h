/* POST /seller/bot/: one message in, one answer out, at once or as a stream of events. */
#ifndef MOSTRADOR_GATEWAY_KORE_BOT_H
#define MOSTRADOR_GATEWAY_KORE_BOT_H

#include "gateway/kore_api.h"

/* The first run of the handler; the later ones are wait_handle. */
int bot_post(struct http_request *req, int64_t started_us);

/* POST /console/api/try: the same in the console's side chat, by versions of rules and knowledge
 * that need not be live, and counted nowhere. */
int try_post(struct http_request *req, int64_t started_us);

#endif

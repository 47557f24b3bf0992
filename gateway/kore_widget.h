/*
 * The widget: the chat in a frame on the shop's own site. WIDGET_ORIGINS switches it on.
 *
 *   GET  /widget.js         what the site loads
 *   GET  /widget            the chat page, which those sites may frame
 *   POST /widget/visitors   a new visitor: {"user_id":…,"key":…}
 *
 * With the key ("Authorization: Visitor …", visitor.h) somebody talks to the seller in their own
 * conversation; how often is limited for each address.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_WIDGET_H
#define MOSTRADOR_GATEWAY_KORE_WIDGET_H

#include "gateway/kore_api.h"
#include "gateway/problem.h"
#include "gateway/url.h"

/* In the parent: ends the start if WIDGET_ORIGINS has what is no origin. */
void widget_check(void);

/* In a worker. */
void widget_start(void);

/* Is it switched on? */
bool widget_on(void);

/* The sites that may frame it, for Content-Security-Policy. */
const char *widget_origins(void);

int widget_visitors_post(struct http_request *req, int64_t started_us);

/* Whose key the request has: their user id, a view into its header. Empty, and why, if the key is
 * none, the operation is about somebody else, or the address is too fast. */
str_t widget_admit(struct http_request *req, const route_t *route, problem_t *problem);

#endif

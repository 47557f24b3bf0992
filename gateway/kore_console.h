/* The console's own API: signing in and out, passwords, users. What it shows comes from /seller/.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_CONSOLE_H
#define MOSTRADOR_GATEWAY_KORE_CONSOLE_H

#include "gateway/kore_api.h"

#include "common/str.h"

int console_session_get(struct http_request *req, int64_t started_us);
int console_session_post(struct http_request *req, int64_t started_us);
int console_session_delete(struct http_request *req, int64_t started_us);
int console_password_post(struct http_request *req, int64_t started_us);
int console_users_get(struct http_request *req, int64_t started_us);
int console_users_post(struct http_request *req, int64_t started_us);

/* name is still percent-encoded. */
int console_user_post(struct http_request *req, str_t name, int64_t started_us);
int console_user_delete(struct http_request *req, str_t name, int64_t started_us);

#endif

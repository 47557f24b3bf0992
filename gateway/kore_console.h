/* The console's own API: signing in and out, passwords, users. What it shows comes from /seller/.
 */
#ifndef MOSTRADOR_GATEWAY_KORE_CONSOLE_H
#define MOSTRADOR_GATEWAY_KORE_CONSOLE_H

#include "common/str.h"
#include "gateway/kore_question.h"

int console_session_get(struct http_request *req, int64_t started_us);
int console_session_post(struct http_request *req, int64_t started_us);
int console_session_delete(struct http_request *req, int64_t started_us);
int console_password_post(struct http_request *req, int64_t started_us);
int console_users_get(struct http_request *req, int64_t started_us);
int console_users_post(struct http_request *req, int64_t started_us);

/* name is still percent-encoded. */
int console_user_post(struct http_request *req, str_t name, int64_t started_us);
int console_user_delete(struct http_request *req, str_t name, int64_t started_us);

/* Of the console's questions: what the session service says is the answer's detail. */
extern const question_error_t console_errors[];

#endif

/* Who may post to the webhooks; see twilio_gate.h. */
#include "gateway/twilio_gate.h"

#include <strings.h>

#include "common/text.h"

static bool has_token(const twilio_gate_t *self)
{
    for (size_t i = 0; i < TWILIO_TOKENS; i++)
        if (self->tokens[i] && *self->tokens[i])
            return true;
    return false;
}

twilio_gate_state_t twilio_gate_state(const twilio_gate_t *self)
{
    if (!has_token(self))
        return self->loopback ? TWILIO_GATE_OPEN : TWILIO_GATE_CLOSED;
    return self->base.size ? TWILIO_GATE_SIGNED : TWILIO_GATE_CLOSED;
}

/* Is the media type that, whatever follows it (charset and kin)? */
static bool type_is(str_t type, const char *name)
{
    const char *end = type.size ? memchr(type.data, ';', type.size) : NULL;
    str_t front = text_trim((str_t){type.data, end ? (size_t)(end - type.data) : type.size});
    return front.size == strlen(name) && strncasecmp(front.data, name, front.size) == 0;
}

static bool refuse(const char **reason, const char *why, problem_t *problem, int status,
                   const char *detail)
{
    *reason = why;
    return problem_set(problem, status, "%s", detail);
}

static bool unread(form_status_t status, const char **reason, problem_t *problem)
{
    if (status == FORM_TOO_LARGE)
        return refuse(reason, "too_large", problem, 413, "There are too many parameters.");
    return refuse(reason, "malformed", problem, 400, "The body cannot be read.");
}

/* What is signed is the URL, which holds the hash of the body. */
static bool pass_json(const twilio_request_t *request, bool open, const twilio_post_t *post,
                      arena_t *arena, form_t *form, const char **reason, problem_t *problem)
{
    form_status_t status;
    if (!open && !twilio_signed_body(request, post->body))
        return refuse(reason, "signature", problem, 403, "The signature is not Twilio's.");
    status = form_parse_json(post->body, arena, form);
    return status == FORM_OK || unread(status, reason, problem);
}

/* What is signed are the parameters: what is no form is not signed either. */
static bool pass_form(const twilio_request_t *request, bool open, const twilio_post_t *post,
                      arena_t *arena, form_t *form, const char **reason, problem_t *problem)
{
    form_status_t status = form_parse(post->body, arena, form);
    if (status == FORM_TOO_LARGE || (open && status != FORM_OK))
        return unread(status, reason, problem);
    if (!open && (status != FORM_OK || !twilio_signed_form(request, form)))
        return refuse(reason, "signature", problem, 403, "The signature is not Twilio's.");
    return true;
}

bool twilio_gate_pass(const twilio_gate_t *self, const twilio_post_t *post, arena_t *arena,
                      form_t *form, const char **reason, problem_t *problem)
{
    twilio_gate_state_t state = twilio_gate_state(self);
    bool open = state == TWILIO_GATE_OPEN;
    twilio_request_t request = {.base = self->base,
                                .target = post->target,
                                .signature = post->signature,
                                .tokens = {self->tokens[0], self->tokens[1]}};
    if (state == TWILIO_GATE_CLOSED)
        return refuse(reason, "closed", problem, 403,
                      "The webhook is closed: TWILIO_AUTH_TOKEN or PUBLIC_BASE_URL is not set.");
    if (!open && !post->signature.size)
        return refuse(reason, "unsigned", problem, 403, "The request is not signed.");
    if (type_is(post->type, "application/json"))
        return pass_json(&request, open, post, arena, form, reason, problem);
    if (type_is(post->type, "application/x-www-form-urlencoded"))
        return pass_form(&request, open, post, arena, form, reason, problem);
    return refuse(reason, "malformed", problem, 400, "The body must be a form or JSON.");
}

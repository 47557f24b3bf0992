/* The gate of the webhooks in Kore; see kore_webhook_gate.h. */
#include "gateway/kore_webhook_gate.h"

#include "common/config.h"
#include "common/metrics.h"
#include "gateway/kore_answer.h"

static twilio_gate_t gate_of_settings(void)
{
    return (twilio_gate_t){.base = str_from(config.PUBLIC_BASE_URL),
                           .tokens = {config.TWILIO_AUTH_TOKEN, config.TWILIO_AUTH_TOKEN_SECONDARY},
                           .loopback = config_on_loopback()};
}

/* The first use of its hashes makes OpenSSL read its settings: before a worker is confined. */
static void warm_up(void)
{
    twilio_request_t request = {.base = STR_LIT("https://localhost"),
                                .target = STR_LIT("/"),
                                .signature = STR_LIT("AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
                                .tokens = {"warm up"}};
    twilio_signed_body(&request, STR_LIT(""));
    request.target =
        STR_LIT("/?bodySHA256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    twilio_signed_body(&request, STR_LIT(""));
}

void webhook_gate_start(void)
{
    twilio_gate_t gate = gate_of_settings();

    warm_up();
    switch (twilio_gate_state(&gate)) {
    case TWILIO_GATE_OPEN:
        log_warn("webhook_open", LOG_CSTR("why", "TWILIO_AUTH_TOKEN is not set: /webhook/twilio/ "
                                                 "takes messages from anybody on this machine"));
        break;
    case TWILIO_GATE_CLOSED:
        log_warn("webhook_closed",
                 LOG_CSTR("why", gate.base.size || config.TWILIO_AUTH_TOKEN[0] == 0
                                     ? "TWILIO_AUTH_TOKEN is not set: without it "
                                       "/webhook/twilio/ is served on loopback only"
                                     : "PUBLIC_BASE_URL is not set: without it no signature of "
                                       "Twilio's can be checked"));
        break;
    case TWILIO_GATE_SIGNED:
        log_info("webhook_signed", LOG_TEXT("base", gate.base));
        if (!config.TWILIO_ACCOUNT_SID[0])
            log_warn("webhook_twiml_only",
                     LOG_CSTR("why", "TWILIO_ACCOUNT_SID is not set: an answer that takes longer "
                                     "than TWIML_WAIT_MS cannot be sent"));
        break;
    }
}

static str_t header(struct http_request *req, const char *name)
{
    const char *value;

    return http_request_header(req, name, &value) == KORE_RESULT_OK ? str_from(value)
                                                                    : (str_t){NULL, 0};
}

static void refuse(struct http_request *req, const char *reason, const problem_t *problem,
                   int64_t started_us)
{
    metric_add_label(METRIC_TWILIO_REFUSED, reason, 1);
    log_warn("webhook_refused", LOG_INT("status", problem->status), LOG_CSTR("reason", reason),
             LOG_CSTR("why", problem->detail));
    answer_problem(req, problem, NULL, started_us);
}

bool webhook_gate_read(struct http_request *req, arena_t *arena, form_t *form, int64_t started_us)
{
    twilio_gate_t gate = gate_of_settings();
    twilio_post_t post = {.type = header(req, "content-type"),
                          .signature = header(req, "x-twilio-signature")};
    const char *reason;
    problem_t problem;

    if (req->query_string)
        post.target = str_from(arena_printf(arena, "%s?%s", req->path, req->query_string));
    else
        post.target = str_from(req->path);
    if (req->http_body)
        post.body = (str_t){(const char *)req->http_body->data, req->content_length};
    if (twilio_gate_pass(&gate, &post, arena, form, &reason, &problem))
        return true;
    refuse(req, reason, &problem, started_us);
    return false;
}

void webhook_gate_refuse(struct http_request *req, const char *why, int64_t started_us)
{
    problem_t problem;

    problem_set(&problem, 400, "%s", why);
    refuse(req, "malformed", &problem, started_us);
}

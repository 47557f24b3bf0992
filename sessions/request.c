#include "sessions/request_fill.h"

#define STATE_MARGIN_MS 3600000

int64_t request_state_ttl(const request_limits_t *limits)
{
    int64_t longer =
        limits->session_ttl > limits->dedup_ttl ? limits->session_ttl : limits->dedup_ttl;
    return longer + STATE_MARGIN_MS;
}

bool request_among(str_t word, const char *const *words)
{
    while (*words && !str_is(word, *words))
        words++;
    return *words != NULL;
}

static const struct {
    proto_type_t type;
    script_t script;
    bool (*fill)(request_t *self, const char **why);
} requests[] = {
    {PROTO_ENQUEUE, SCRIPT_ENQUEUE, request_fill_enqueue},
    {PROTO_WITHDRAW, SCRIPT_WITHDRAW, request_fill_withdraw},
    {PROTO_CLAIM, SCRIPT_CLAIM, request_fill_claim},
    {PROTO_RENEW, SCRIPT_RENEW, request_fill_renew},
    {PROTO_COMMIT, SCRIPT_COMMIT, request_fill_commit},
    {PROTO_RELEASE, SCRIPT_RELEASE, request_fill_release},
    {PROTO_RESET, SCRIPT_RESET, request_fill_reset},
    {PROTO_READ, SCRIPT_READ, request_fill_read},
    {PROTO_TAKE, SCRIPT_TAKE, request_fill_take},
    {PROTO_EXPORT, SCRIPT_EXPORT, request_fill_export},
    {PROTO_ERASE, SCRIPT_ERASE, request_fill_erase},
    {PROTO_FORGO, SCRIPT_FORGO, request_fill_forgo},
    {PROTO_STATUS, SCRIPT_STATUS, request_fill_status},
    {PROTO_DELIVERED, SCRIPT_DELIVERED, request_fill_delivered},
    {PROTO_GET_BUDGET, SCRIPT_SPEND, request_fill_get_budget},
    {PROTO_PACE, SCRIPT_PACE, request_fill_pace},
    {PROTO_TAKE_OVER, SCRIPT_TAKEOVER, request_fill_take_over},
    {PROTO_SAY, SCRIPT_SAY, request_fill_say},
    {PROTO_GIVE_BACK, SCRIPT_GIVEBACK, request_fill_give_back},
    {PROTO_GET_SAID, SCRIPT_SAID, request_fill_get_said},
};

char *request_command(const request_limits_t *limits, proto_type_t type, const void *msg,
                      size_t *size, const char **why)
{
    request_t self = {.limits = limits, .msg = msg};
    buf_init(&self.names, KEYS_MAX * KEY_MAX);
    buf_init(&self.records[0], PROTO_MAX_BODY);
    buf_init(&self.records[1], PROTO_MAX_CONTEXT);
    buf_init(&self.records[2], PROTO_MAX_TEXT);
    buf_init(&self.records[3], PROTO_MAX_TEXT);
    char *bytes = NULL;
    *why = "not a request of this service";
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (requests[i].type == type) {
            words_begin(&self.words, requests[i].script);
            if (requests[i].fill(&self, why))
                bytes = words_format(&self.words, size);
        }
    buf_free(&self.names);
    buf_free(&self.records[0]);
    buf_free(&self.records[1]);
    buf_free(&self.records[2]);
    buf_free(&self.records[3]);
    return bytes;
}

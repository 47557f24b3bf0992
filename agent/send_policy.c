/* The policy of send_policy.h. */
#include "agent/send_policy.h"

#include <stddef.h>

#define FIRST_MS 1000
#define MOST_MS 60000
#define AFTER_MAX_MS 300000 /* a longer Retry-After is not waited for */
#define SETTLE_FIRST_MS 3000
#define SETTLE_LEAST_MS 250 /* between two looks */
#define RATE_MS 6000        /* WhatsApp's own pace to one person */
#define CONFIGURATION_MS 30000

/* Twilio's error codes that mean something else than their HTTP status, or come without one.
 * (https://www.twilio.com/docs/api/errors) */
static const struct {
    int64_t code;
    send_step_t step;
    int64_t least_ms;
    const char *reason;
} codes[] = {
    {20429, SEND_RETRY, 0, "rate"}, /* too many requests */
    {20003, SEND_RETRY, CONFIGURATION_MS, "credentials"},
    {20005, SEND_RETRY, CONFIGURATION_MS, "account"}, /* suspended */
    {20503, SEND_RETRY, 0, "unavailable"},
    {14107, SEND_RETRY, 0, "rate"},             /* messages per second of an account */
    {21611, SEND_RETRY, RATE_MS, "queue_full"}, /* too many queued from this number */
    {30001, SEND_RETRY, RATE_MS, "queue_full"},
    {30022, SEND_RETRY, RATE_MS, "rate"},
    {63018, SEND_RETRY, RATE_MS, "rate"}, /* the channel's limit */
    {63038, SEND_GIVE_UP, 0, "daily_limit"},
    {63016, SEND_TEMPLATE, 0, "window"},  /* free text outside the 24 hours */
    {63027, SEND_GIVE_UP, 0, "template"}, /* no such template in that language */
    {21610, SEND_OPTED_OUT, 0, "opted_out"},
    {63049, SEND_GIVE_UP, 0, "meta_refused"},
};

static send_plan_t plan(send_step_t step, int64_t delay_ms, const char *reason)
{
    return (send_plan_t){step, delay_ms, reason};
}

/* Doubles from a second to a minute, less up to a quarter at random. */
static int64_t backoff(int64_t tries, uint32_t random)
{
    int64_t delay = tries < 7 ? (int64_t)FIRST_MS << (tries > 1 ? tries - 1 : 0) : MOST_MS;
    if (delay > MOST_MS)
        delay = MOST_MS;
    return delay - (int64_t)(random % 1000) * delay / 4000;
}

static send_plan_t again(const send_attempt_t *attempt, int64_t least_ms, const char *reason)
{
    if (attempt->tries >= SEND_TRIES)
        return plan(SEND_GIVE_UP, 0, reason);
    int64_t delay = backoff(attempt->tries, attempt->random);
    if (delay < least_ms)
        delay = least_ms;
    if (delay < attempt->after_ms)
        delay = attempt->after_ms;
    return plan(SEND_RETRY, delay < AFTER_MAX_MS ? delay : AFTER_MAX_MS, reason);
}

/* What a known code asks for; false if nothing is known of it. */
static bool by_code(const send_attempt_t *attempt, send_plan_t *found)
{
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (codes[i].code != attempt->code)
            continue;
        *found = codes[i].step == SEND_RETRY ? again(attempt, codes[i].least_ms, codes[i].reason)
                                             : plan(codes[i].step, 0, codes[i].reason);
        return true;
    }
    return false;
}

send_plan_t send_policy(const send_attempt_t *attempt)
{
    send_plan_t found;
    int64_t status = attempt->status;
    if (!attempt->reached)
        return again(attempt, 0, "unreachable");
    if (status >= 200 && status < 300 && attempt->sid)
        return plan(SEND_DONE, 0, "taken");
    if (status >= 400 && by_code(attempt, &found))
        return found;
    if (status == 429)
        return again(attempt, 0, "rate");
    if (status == 503 && attempt->after_ms >= 0)
        return again(attempt, 0, "unavailable");
    if (status == 401 || status == 403)
        return again(attempt, CONFIGURATION_MS, "credentials");
    if (status >= 400 && status < 500 && status != 408)
        return plan(SEND_GIVE_UP, 0, "refused");
    /* no answer, one that cannot be read, or a failure somewhere behind the door */
    int64_t delay = attempt->after_ms > SETTLE_FIRST_MS ? attempt->after_ms : SETTLE_FIRST_MS;
    return plan(SEND_SETTLE, delay < AFTER_MAX_MS ? delay : AFTER_MAX_MS, "unknown");
}

send_plan_t send_policy_look(const send_look_t *look)
{
    int64_t left = look->settle_ms - look->age_ms;
    if (look->listed && look->found)
        return plan(SEND_DONE, 0, "found");
    if (look->listed && left <= 0)
        return look->tries < SEND_TRIES ? plan(SEND_RETRY, 0, "absent")
                                        : plan(SEND_GIVE_UP, 0, "absent");
    if (look->age_ms >= SEND_UNSETTLED_MS)
        return plan(SEND_GIVE_UP, 0, "unsettled");
    int64_t delay = look->listed ? look->settle_ms / 4 : look->age_ms / 2;
    if (delay < SETTLE_LEAST_MS)
        delay = SETTLE_LEAST_MS;
    if (delay > MOST_MS)
        delay = MOST_MS;
    return plan(SEND_SETTLE, look->listed && delay > left ? left : delay,
                look->listed ? "absent" : "unlisted");
}

send_plan_t send_policy_failed(int64_t code, int64_t tries, uint32_t random)
{
    send_plan_t found;
    send_attempt_t attempt = {
        .reached = true, .code = code, .after_ms = -1, .tries = tries, .random = random};
    return by_code(&attempt, &found) ? found : plan(SEND_GIVE_UP, 0, "undelivered");
}

#include "sessions/carrier.h"

#include <inttypes.h>
#include <stdio.h>

#define RANK_FAILED 7

static const struct {
    const char *name;
    int rank;
} statuses[] = {
    {"accepted", 1},
    {"scheduled", 1},
    {"queued", 2},
    {"sending", CARRIER_SENDING},
    {"sent", 4},
    {"delivered", 5},
    {"read", 6},
    {"undelivered", RANK_FAILED},
    {"failed", RANK_FAILED},
    {"canceled", RANK_FAILED},
};
#define COUNT (sizeof statuses / sizeof *statuses)

static size_t find(str_t status)
{
    size_t i = 0;
    while (i < COUNT && !str_is(status, statuses[i].name))
        i++;
    return i;
}

int carrier_status_rank(str_t status)
{
    size_t i = find(status);
    return i < COUNT ? statuses[i].rank : 0;
}

const char *carrier_status_name(str_t status)
{
    size_t i = find(status);
    return i < COUNT ? statuses[i].name : "other";
}

bool carrier_status_failed(str_t status)
{
    return carrier_status_rank(status) == RANK_FAILED;
}

const char *carrier_code_label(int64_t code, char text[8])
{
    if (code == 0)
        return "none";
    if (code < 0 || code > 999999)
        return "other";
    snprintf(text, 8, "%" PRId64, code);
    return text;
}

#include "sessions/redis_error.h"

static const struct {
    const char *word;
    redis_error_t error;
} words[] = {
    {"NOSCRIPT", REDIS_ERROR_SCRIPT},   {"LOADING", REDIS_ERROR_AWAY},
    {"READONLY", REDIS_ERROR_AWAY},     {"MASTERDOWN", REDIS_ERROR_AWAY},
    {"CLUSTERDOWN", REDIS_ERROR_LATER}, {"TRYAGAIN", REDIS_ERROR_LATER},
    {"MOVED", REDIS_ERROR_ELSEWHERE},   {"ASK", REDIS_ERROR_ELSEWHERE},
    {"BUSY", REDIS_ERROR_AWAY},         {"NOAUTH", REDIS_ERROR_AWAY},
    {"OOM", REDIS_ERROR_FULL},          {"MISCONF", REDIS_ERROR_FULL},
    {"NOREPLICAS", REDIS_ERROR_LONE},
};

/* While a slot moves, keys that a script finds by itself may have gone ahead of those it was given.
 */
static const char ahead[] = "ERR Script attempted to access a non local key";

redis_error_t redis_error(str_t text)
{
    if (text.size >= sizeof ahead - 1 && memcmp(text.data, ahead, sizeof ahead - 1) == 0)
        return REDIS_ERROR_LATER;
    const char *space = text.size ? memchr(text.data, ' ', text.size) : NULL;
    str_t first = {text.data, space ? (size_t)(space - text.data) : text.size};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(first, words[i].word))
            return words[i].error;
    return REDIS_ERROR_OTHER;
}

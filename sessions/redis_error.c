#include "sessions/redis_error.h"

static const struct {
    const char *word;
    redis_error_t error;
} words[] = {
    {"NOSCRIPT", REDIS_ERROR_SCRIPT},  {"LOADING", REDIS_ERROR_AWAY},
    {"READONLY", REDIS_ERROR_AWAY},    {"MASTERDOWN", REDIS_ERROR_AWAY},
    {"CLUSTERDOWN", REDIS_ERROR_AWAY}, {"TRYAGAIN", REDIS_ERROR_AWAY},
    {"BUSY", REDIS_ERROR_AWAY},        {"NOAUTH", REDIS_ERROR_AWAY},
    {"OOM", REDIS_ERROR_FULL},         {"MISCONF", REDIS_ERROR_FULL},
    {"NOREPLICAS", REDIS_ERROR_FULL},
};

redis_error_t redis_error(str_t text)
{
    const char *space = text.size ? memchr(text.data, ' ', text.size) : NULL;
    str_t first = {text.data, space ? (size_t)(space - text.data) : text.size};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_is(first, words[i].word))
            return words[i].error;
    return REDIS_ERROR_OTHER;
}

/*
 * A view of bytes that somebody else owns. Not terminated. Everything that was
 * decoded from a message or cut out of a request is one of these.
 */
#ifndef MOSTRADOR_COMMON_STR_H
#define MOSTRADOR_COMMON_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct str {
    const char *data; /* may be NULL when size is 0 */
    size_t size;      /* bytes */
} str_t;

/* printf ("%.*s", STR_ARG (s)) */
#define STR_ARG(s) (int)(s).size, (s).data ? (s).data : ""
#define STR_LIT(literal) ((str_t){"" literal, sizeof(literal) - 1})

static inline str_t str_from(const char *text)
{
    return (str_t){text, text ? strlen(text) : 0};
}

static inline bool str_eq(str_t a, str_t b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool str_is(str_t a, const char *text)
{
    if (a.size == 0)
        return !text || !*text;
    /* most that are compared begin otherwise: those need not be measured */
    return text && *text == *a.data && str_eq(a, str_from(text));
}

#endif

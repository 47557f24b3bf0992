/*
 * What tests of the offline seller say to it and expect to read, a turn at a time. Only included by
 * tests, each of which is one program.
 */
#ifndef MOSTRADOR_TESTS_OFFLINE_SAYS_H
#define MOSTRADOR_TESTS_OFFLINE_SAYS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/offline_shop.h"

static inline bool has(str_t text, const char *words)
{
    return memmem(text.data, text.size, words, strlen(words)) != NULL;
}

/* One turn; every further argument must stand in the reply, or, after a '!', must not. */
#define SAYS(shop, message, ...) says(shop, message, (const char *const[]){__VA_ARGS__, NULL})

static inline void says(shop_t *shop, const char *message, const char *const *words)
{
    if (!shop_says(shop, message))
        fail_msg("«%s» was not answered: %.*s", message, STR_ARG(shop->arguments));
    for (; *words != NULL; words++) {
        bool wanted = **words != '!';
        if (has(shop->reply, *words + !wanted) != wanted)
            fail_msg("«%s»: %s «%s» in\n%.*s", message, wanted ? "missing" : "unwanted",
                     *words + !wanted, STR_ARG(shop->reply));
    }
}

static inline void asked_for(const shop_t *shop, const char *arguments)
{
    if (!has(shop->arguments, arguments))
        fail_msg("missing «%s» in %.*s", arguments, STR_ARG(shop->arguments));
}

#endif

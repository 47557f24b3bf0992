/* Any bytes as an answer and as what a page or the rules say: what is found lies inside the answer,
 * and a page never adds a finding. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/leak.h"
#include "agent/promise.h"

#define MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(str_t text, str_t said)
{
    if (said.data < text.data || said.data + said.size > text.data + text.size || !said.size)
        abort();
}

/* The first byte says where the page begins. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    size_t cut = 1 + data[0] * (size - 1) / 255;
    str_t text = {(const char *)data + 1, cut - 1}, page = {(const char *)data + cut, size - cut};
    promise_t promises[MAX], backed[MAX];
    leak_t leaks[MAX];
    size_t count = promise_find(text, NULL, promises, MAX);
    for (size_t i = 0; i < count; i++)
        check(text, promises[i].said);
    promise_sources_t sources = {.pages = &page,
                                 .page_count = 1,
                                 .results = &page,
                                 .result_count = 1,
                                 .said = &page,
                                 .said_count = 1};
    if (promise_find(text, &sources, backed, MAX) > count)
        abort();
    leak_rules_t *rules = leak_rules_new(page);
    count = leak_find(rules, text, leaks, MAX);
    for (size_t i = 0; i < count; i++)
        check(text, leaks[i].said);
    leak_rules_destroy(&rules);
    return 0;
}

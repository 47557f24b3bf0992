/* Any UTF-8 as a knowledge file: passages keep their limits and are UTF-8. */
#include <stdlib.h>
#include <string.h>

#include "catalog/knowledge.h"
#include "common/text.h"

static void check_passage(void *arg, str_t title, str_t text)
{
    *(size_t *)arg += text.size;
    if (title.size > KNOWLEDGE_MAX_TITLE || text.size == 0 || text.size > KNOWLEDGE_MAX_TEXT ||
        !utf8_valid(title) || !utf8_valid(text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t bytes = 0;
    str_t text = {(const char *)data, size};
    if (size == 0 || !utf8_valid(text))
        return 0;
    knowledge_split(text, check_passage, &bytes);
    if (bytes > size)
        abort();
    return 0;
}

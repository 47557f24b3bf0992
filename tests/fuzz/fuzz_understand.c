/* Customers write anything: no bytes may harm the reader, and its answers stay within bounds. */
#include <stdlib.h>

#include "agent/understand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t text = {(const char *)data, size};
    understood_t u;
    language_t language;
    int formal;
    understand(text, &u);
    understand_manners(text, &language, &formal);
    if (u.price_min < 0 || u.price_max < 0 || u.km_max < 0 || u.down < -1 || u.down_bp < -1 ||
        u.month_count > UNDERSTAND_MAX_LIST || u.ordinal_count > UNDERSTAND_MAX_LIST)
        abort();
    if (u.price_min != 0 && u.price_max != 0 && u.price_min > u.price_max)
        abort();
    if (u.year_min > u.year_max && u.year_max != 0)
        abort();
    if (u.language != language || u.unknown > u.words)
        abort();
    return 0;
}

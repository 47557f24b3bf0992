/* Any bytes as an answer: what comes out is valid, bounded, and stays as it is when tidied again.
 */
#include <stdint.h>
#include <stdlib.h>

#include "agent/tidy.h"
#include "common/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t text = {(const char *)data, size};
    buf_t once, twice;
    buf_init(&once, 3 * size + 1);
    buf_init(&twice, 9 * size + 1);
    tidy(&once, text);
    if (!buf_ok(&once) || !utf8_valid(buf_view(&once)))
        abort();
    tidy(&twice, buf_view(&once));
    if (!str_eq(buf_view(&once), buf_view(&twice)))
        abort();
    buf_free(&once);
    buf_free(&twice);
    return 0;
}

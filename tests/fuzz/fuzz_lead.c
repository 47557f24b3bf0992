/* What the offline seller hears of names, numbers and wishes: views into the text, each what a lead
 * may have. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agent/lead.h"
#include "agent/lead_wish.h"

static void check(str_t part, str_t whole)
{
    assert(part.size == 0 ||
           (part.data >= whole.data && part.data + part.size <= whole.data + whole.size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1); /* so that a byte too far is seen */
    if (!copy)
        abort();
    memcpy(copy, data, size);
    str_t text = {copy, size};
    lead_wish_t wish;
    lead_wish_read(text, &wish);
    check(wish.name, text);
    check(wish.contact, text);
    assert(!wish.name.size || lead_is_name(wish.name));
    assert(!wish.contact.size || lead_is_contact(wish.contact));
    free(copy);
    return 0;
}

/*
 * A model may write anything, after a conversation of anything: no bytes may harm the check, a
 * stream lets nothing through that the whole text is refused for, and an amount that stands nowhere
 * is found whatever stands before it.
 *
 * What comes before the first 0 byte was said by the customer, what comes before the second is a
 * tool's result, the rest is the answer.
 */
#include <stdlib.h>

#include "agent/ground.h"
#include "common/buf.h"

#define NOWHERE "8,642,975.31"
#define MOST_FOUND 32

static const proto_car_t CARS[] = {
    {.stock_id = 301642,
     .make = STR_LIT("Nissan"),
     .model = STR_LIT("March"),
     .version = STR_LIT("Sense 1.6 TA"),
     .year = 2020,
     .price = 19899900,
     .km = 35000,
     .length = 4300,
     .photo_url = STR_LIT("https://example.com/a.jpg")},
    {.stock_id = 301649,
     .make = STR_LIT("Mazda"),
     .model = STR_LIT("3"),
     .version = STR_LIT("i Touring"),
     .year = 2018,
     .price = 27999900,
     .km = 66000},
};
static const proto_quote_t QUOTE = {.stock_id = 301642,
                                    .price = 19899900,
                                    .down_payment = 3979980,
                                    .months = 48,
                                    .rate_bp = 1000,
                                    .instalment = 403770,
                                    .financed = 15919920,
                                    .total = 19380960,
                                    .interest = 3461040};
static const proto_list_t LIST = {7, 1, 2, 1, 5};
static const proto_facet_t MAKES[] = {{STR_LIT("Nissan"), 8, 0}, {STR_LIT("Mazda"), 2, 27999900}};
static const financing_terms_t TERMS = {1000, 1000, 36, 72};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static str_t next_part(str_t *rest)
{
    const char *end = rest->size ? memchr(rest->data, 0, rest->size) : NULL;
    if (end == NULL)
        return (str_t){NULL, 0};
    str_t part = {rest->data, (size_t)(end - rest->data)};
    rest->size -= part.size + 1;
    rest->data = end + 1;
    return part;
}

static const ground_facts_t *facts_of(arena_t *arena, str_t said, str_t result)
{
    static const char *const tools[] = {"search_cars", "get_car", "list_makes", "quote_financing",
                                        "search_knowledge"};
    proto_entry_t entries[2] = {
        {.role = STR_LIT("user"), .text = said},
        {.role = STR_LIT("tool"),
         .text = result,
         .tool = str_from(tools[result.size ? (uint8_t)result.data[0] % 5 : 0])}};
    if (result.size)
        entries[1].text = (str_t){result.data + 1, result.size - 1};
    proto_context_t context = {.version = 1,
                               .entries = entries,
                               .entries_count = 2,
                               .shown = (proto_car_t *)CARS,
                               .shown_count = 2,
                               .list = (proto_list_t *)&LIST,
                               .list_count = 1,
                               .quote = (proto_quote_t *)&QUOTE,
                               .quote_count = 1};
    ground_sources_t sources = {.context = &context,
                                .makes = MAKES,
                                .make_count = 2,
                                .cars = 20,
                                .terms = &TERMS,
                                .shop_name = STR_LIT("Autos 24")};
    return ground_facts_new(arena, &sources);
}

static bool has_digits(str_t text, const char *digits)
{
    size_t matched = 0;
    for (size_t i = 0; i < text.size && digits[matched]; i++)
        if (text.data[i] == digits[matched])
            matched++;
    return digits[matched] == 0;
}

static void check_stream(arena_t *arena, const ground_facts_t *facts, str_t text, size_t allowed)
{
    ground_stream_t *stream = ground_stream_new(arena, facts);
    size_t passed = 0;
    for (size_t given = 0; stream != NULL && given < text.size; given += 1 + text.size / 7) {
        size_t now = ground_stream_passed(stream, (str_t){text.data, given}, false);
        if (now < passed || now > given || now > allowed)
            abort();
        passed = now;
    }
    if (stream != NULL && ground_stream_passed(stream, text, true) > allowed)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t rest = {(const char *)data, size};
    str_t said = next_part(&rest), result = next_part(&rest), text = rest;
    arena_t *arena = arena_new(4 << 20);
    const ground_facts_t *facts = facts_of(arena, said, result);
    ground_finding_t found[MOST_FOUND];
    if (facts != NULL) {
        size_t count = ground_check(facts, text, found, MOST_FOUND);
        for (size_t i = 0; i < count; i++)
            if (found[i].kind >= GROUND_KIND_COUNT || found[i].said.data < text.data ||
                found[i].said.data + found[i].said.size > text.data + text.size)
                abort();
        check_stream(arena, facts, text,
                     count > 0 ? (size_t)(found[0].said.data - text.data) : text.size);
        buf_t lie;
        buf_init(&lie, size + 64);
        buf_add(&lie, text.data, text.size);
        buf_str(&lie, "\nCuesta $" NOWHERE ".");
        bool nowhere = !has_digits(said, "864297531") && !has_digits(result, "864297531");
        if (nowhere && ground_check(facts, buf_view(&lie), found, MOST_FOUND) == 0)
            abort();
        buf_free(&lie);
    }
    arena_destroy(&arena);
    return 0;
}

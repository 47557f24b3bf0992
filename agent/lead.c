#include "agent/lead.h"

#include <stdio.h>
#include <string.h>

#include "agent/kept.h"
#include "common/text.h"

#define MAX_SAID (64 << 10) /* bytes of the customer's words that are looked at, the newest */
#define MAX_WORDS 6         /* of a name */
#define MIN_DIGITS 7
#define MAX_DIGITS 15

/* ---- shapes ---- */

/* Latin, Greek and Cyrillic letters: what looks like nothing, or turns the line, is none. */
static bool is_letter(uint32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return (c >= 0xc0 && c <= 0x24f && c != 0xd7 && c != 0xf7) || (c >= 0x370 && c <= 0x52f) ||
           (c >= 0x1e00 && c <= 0x1eff);
}

bool lead_is_name(str_t text)
{
    size_t words = 0, letters = 0;
    if (text.size > LEAD_MAX_NAME || !utf8_valid(text))
        return false;
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        if (is_letter(c)) {
            words += letters == 0;
            letters++;
        } else if (c == ' ') {
            letters = 0;
        } else if ((c != '-' && c != '\'' && c != '.') || letters == 0) {
            return false;
        }
    }
    return words >= 1 && words <= MAX_WORDS;
}

static size_t digits_of(str_t text, char *out, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] >= '0' && text.data[i] <= '9' && count < room)
            out[count++] = text.data[i];
    return count;
}

static bool is_phone(str_t text)
{
    char digits[MAX_DIGITS + 1];
    for (size_t i = 0; i < text.size; i++)
        if (!text.data[i] || !strchr("0123456789 +-().", text.data[i]))
            return false;
    size_t count = digits_of(text, digits, sizeof digits);
    return count >= MIN_DIGITS && count <= MAX_DIGITS;
}

static bool is_mail(str_t text)
{
    size_t at = 0, dot = 0;
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c <= ' ' || c >= 0x7f || strchr("<>()[]\\,;:\"'", c) || (c == '@' && (at || i == 0)))
            return false;
        if (c == '@')
            at = i;
        else if (c == '.' && at && i > at + 1)
            dot = i;
    }
    return at && dot && dot + 2 < text.size;
}

bool lead_is_contact(str_t text)
{
    return text.size <= LEAD_MAX_CONTACT && (is_phone(text) || is_mail(text));
}

/* ---- the customer's words ---- */

/* All messages folded, a line each; the newest first, so that the oldest fall off. */
static void said_by_customer(const proto_context_t *context, buf_t *said)
{
    buf_init(said, MAX_SAID);
    for (size_t i = context->entries_count; i-- > 0;) {
        const proto_entry_t *entry = &context->entries[i];
        if (!str_is(entry->role, "user") || said->size + entry->text.size + 1 > MAX_SAID / 2)
            continue;
        text_fold(said, entry->text);
        buf_char(said, '\n');
    }
    if (said->size + context->summary.size + 1 < MAX_SAID)
        text_fold(said, context->summary); /* the name, when the line that told it is gone */
}

static bool is_part(char c)
{
    return (c >= 'a' && c <= 'z') || (c & 0x80);
}

/* A whole word. */
static bool has_word(str_t said, str_t word)
{
    for (size_t i = 0; i + word.size <= said.size; i++)
        if (memcmp(said.data + i, word.data, word.size) == 0 &&
            (i == 0 || !is_part(said.data[i - 1])) &&
            (i + word.size == said.size || !is_part(said.data[i + word.size])))
            return true;
    return false;
}

static bool has_name(str_t said, str_t name)
{
    buf_t folded;
    bool has = true;
    buf_init(&folded, 4 * LEAD_MAX_NAME);
    text_fold(&folded, name);
    str_t words = buf_view(&folded);
    for (size_t at = 0; at < words.size && has;) {
        size_t end = at;
        while (end < words.size && words.data[end] != ' ')
            end++;
        if (end > at)
            has = has_word(said, (str_t){words.data + at, end - at});
        at = end + 1;
    }
    buf_free(&folded);
    return has;
}

/* A number's digits one after the other, whatever is between them but letters. */
static bool has_digits(str_t said, const char *digits, size_t count)
{
    for (size_t i = 0; i < said.size; i++) {
        size_t found = 0;
        for (size_t j = i; j < said.size && found < count; j++) {
            char c = said.data[j];
            if (c == digits[found])
                found++;
            else if (j == i || !c || !strchr(" +-().", c))
                break;
        }
        if (found == count)
            return true;
    }
    return false;
}

static bool has_contact(str_t said, str_t contact)
{
    char digits[MAX_DIGITS + 1];
    buf_t folded;
    if (is_phone(contact)) {
        size_t count = digits_of(contact, digits, sizeof digits);
        return has_digits(said, digits, count);
    }
    buf_init(&folded, 4 * LEAD_MAX_CONTACT);
    text_fold(&folded, contact);
    bool has = folded.size && memmem(said.data, said.size, folded.data, folded.size);
    buf_free(&folded);
    return has;
}

/* ---- the car ---- */

static bool is_among(const proto_car_t *cars, size_t count, int64_t stock_id)
{
    for (size_t i = 0; i < count; i++)
        if (cars[i].stock_id == stock_id)
            return true;
    return false;
}

/* A result of a tool that tells cars, as tool_json.h writes it. */
static bool tells(const proto_entry_t *entry, const char *mark, size_t size)
{
    if (!str_is(entry->role, "tool") ||
        (!str_is(entry->tool, tool_specs[TOOL_SEARCH_CARS].name) &&
         !str_is(entry->tool, tool_specs[TOOL_GET_CAR].name) &&
         !str_is(entry->tool, tool_specs[TOOL_QUOTE_FINANCING].name)))
        return false;
    str_t text = entry->text;
    for (const char *at = text.data; text.size >= size;) {
        at = memmem(at, text.size, mark, size);
        if (!at)
            return false;
        text.size = entry->text.size - (size_t)(at - entry->text.data) - size;
        at += size;
        if (!text.size || *at < '0' || *at > '9')
            return true;
    }
    return false;
}

bool lead_has_seen(const proto_context_t *context, int64_t stock_id)
{
    char mark[48];
    int size = snprintf(mark, sizeof mark, "\"stock_id\":%lld", (long long)stock_id);
    if (is_among(context->shown, context->shown_count, stock_id) ||
        is_among(context->chosen, context->chosen_count, stock_id) || kept_find(context, stock_id))
        return true;
    for (size_t i = 0; i < context->entries_count; i++)
        if (tells(&context->entries[i], mark, (size_t)size))
            return true;
    return false;
}

/* ---- all of it ---- */

bool lead_check(const proto_context_t *context, const tool_args_t *args, const char **why)
{
    buf_t said;
    *why = NULL;
    if (!args->stock_id && !args->name.size && !args->contact.size) {
        *why = "give the stock_id of a car that you have shown, or what the customer told you of "
               "themselves";
        return false;
    }
    if (args->stock_id && !lead_has_seen(context, args->stock_id)) {
        *why = "this conversation has shown no car with this stock_id";
        return false;
    }
    said_by_customer(context, &said);
    if (args->name.size && (!lead_is_name(args->name) || !has_name(buf_view(&said), args->name)))
        *why = "name must be the customer's own name, in their own words of this conversation, or "
               "null";
    else if (args->contact.size &&
             (!lead_is_contact(args->contact) || !has_contact(buf_view(&said), args->contact)))
        *why = "contact must be a phone number or a mail address that the customer wrote in this "
               "conversation, or null";
    buf_free(&said);
    return !*why;
}

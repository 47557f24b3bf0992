#include "common/shop_text.h"

#include "common/text.h"

static const char *const names[SHOP_TEXT_COUNT] = {"rules", "knowledge"};

static const char *const placeholders[PLACEHOLDER_COUNT] = {"{{shop}}", "{{makes}}", "{{cars}}",
                                                            "{{financing}}"};

shop_text_t shop_text_by_name(str_t name)
{
    shop_text_t document = 0;
    while (document < SHOP_TEXT_COUNT && !str_is(name, names[document]))
        document++;
    return document;
}

const char *shop_text_name(shop_text_t document)
{
    return names[document];
}

placeholder_t placeholder_at(str_t text, size_t *size)
{
    placeholder_t found = 0;
    for (; found < PLACEHOLDER_COUNT; found++) {
        *size = strlen(placeholders[found]);
        if (text.size >= *size && memcmp(text.data, placeholders[found], *size) == 0)
            break;
    }
    return found;
}

/* Tabs and ends of lines are the only control characters that Markdown has. */
static bool is_clean(str_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < ' ' && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
            return false;
    }
    return utf8_valid(text);
}

static bool names_unknown(str_t text)
{
    size_t size;
    for (size_t i = 0; i + 1 < text.size; i++)
        if (text.data[i] == '{' && text.data[i + 1] == '{' &&
            placeholder_at((str_t){text.data + i, text.size - i}, &size) == PLACEHOLDER_COUNT)
            return true;
    return false;
}

const char *shop_text_wrong(shop_text_t document, str_t text)
{
    if (text_trim(text).size == 0)
        return "the text is empty";
    if (!is_clean(text))
        return "the text has control characters, or is not UTF-8";
    if (document == SHOP_RULES && names_unknown(text))
        return "the rules may name {{shop}}, {{makes}}, {{cars}} and {{financing}}, and nothing "
               "else between two braces";
    return NULL;
}

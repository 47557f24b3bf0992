#include "sessions/stored.h"

/* What keys.h says of values. field: how the name begins; numbers: how many stand in front of the
 * record, "<number> <number> <record>". */
static const struct {
    const char *key, *field;
    int numbers;
    const char *record;
} forms[] = {
    {"context", "", 0, "context"},      {"inbox", "", 2, "waiting"},
    {"replies", "", 2, "reply"},        {"targets", "", 1, "outgoing"},
    {"outgoing", "to ", 0, "outgoing"}, {"outgoing", "reply ", 0, "reply"},
    {"sent", "to ", 0, "outgoing"},     {"sent", "reply ", 0, "reply"},
    {"state", "ask_to", 0, "outgoing"}, {"state", "ask", 0, "survey"},
    {"survey", "record", 0, "survey"},  {"survey", "opinion", 0, "survey"},
    {"opinions", "", 0, "survey"},      {"talk", "", 2, "waiting"},
    {"state", "to", 0, "outgoing"},     {"leads", "record ", 0, "lead"},
};

/* Takes "<number> " off the front; false: there is none. */
static bool take_number(str_t *text, str_t *digits)
{
    size_t size = 0;
    while (size < text->size && text->data[size] >= '0' && text->data[size] <= '9')
        size++;
    if (size == 0 || size > 18 || size == text->size || text->data[size] != ' ')
        return false;
    *digits = (str_t){text->data, size};
    *text = (str_t){text->data + size + 1, text->size - size - 1};
    return true;
}

static int64_t number_of(str_t digits)
{
    int64_t number = 0;
    for (size_t i = 0; i < digits.size; i++)
        number = number * 10 + (digits.data[i] - '0');
    return number;
}

/* The last number is a time; the first of two, where nothing else is its name, is its place. */
static bool take_numbers(int numbers, str_t *value, proto_stored_t *stored)
{
    str_t first = {0}, last = {0};
    if (numbers == 2 && !take_number(value, &first))
        return false;
    if (numbers > 0 && !take_number(value, &last))
        return false;
    if (numbers > 0)
        stored->number = number_of(last);
    if (!stored->name.size)
        stored->name = first;
    return true;
}

/* A field that ends with a blank goes on with an id. */
static bool is_form(size_t form, str_t key, str_t name)
{
    str_t field = str_from(forms[form].field);
    bool more = field.size && field.data[field.size - 1] == ' ';
    if (!str_is(key, forms[form].key))
        return false;
    if (more)
        return name.size > field.size && memcmp(name.data, field.data, field.size) == 0;
    return !field.size || str_eq(name, field);
}

void stored_read(str_t key, str_t name, int64_t number, str_t value, proto_stored_t *stored)
{
    *stored = (proto_stored_t){.key = key, .name = name, .number = number, .value = value};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (is_form(i, key, name) && take_numbers(forms[i].numbers, &value, stored)) {
            stored->value = value;
            stored->record = str_from(forms[i].record);
            return;
        }
}

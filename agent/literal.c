/*
 * The text's marks, as a list of offsets, and for each of them whether a word of the data covers
 * it. A word ends at white space and at what a JSON string ends or escapes with, so that results
 * are read as they are; their own names ("stock_id") are words too, which no answer says.
 */
#include "agent/literal.h"

#include <stdlib.h>

#include "common/marks.h"

static const char kinds[] = "*_~`";

typedef struct mark {
    size_t at;
    bool literal;
} mark_t;

typedef struct finder {
    str_t text;
    mark_t *marks;
    size_t count;
    bool present[sizeof kinds]; /* which of them are there at all */
} finder_t;

static void take_marks(finder_t *self)
{
    for (size_t at = 0; at < self->text.size; at++)
        self->count += is_mark(self->text.data[at]);
    self->marks = calloc(self->count + 1, sizeof *self->marks);
    if (!self->marks)
        abort();
    self->count = 0;
    for (size_t at = 0; at < self->text.size; at++)
        if (is_mark(self->text.data[at])) {
            self->marks[self->count++].at = at;
            self->present[strchr(kinds, self->text.data[at]) - kinds] = true;
        }
}

static bool ends_word(char c)
{
    return (unsigned char)c <= ' ' || c == '"' || c == '\\';
}

/* Between blanks or the text's ends. */
static bool stands_alone(str_t text, size_t at, size_t size)
{
    return (at == 0 || ends_word(text.data[at - 1])) &&
           (at + size == text.size || ends_word(text.data[at + size]));
}

/* Not a part of a longer word. */
static bool stands(str_t text, size_t at, size_t size)
{
    return !(marks_letter_at(text, at) && marks_letter_before(text, at)) &&
           !(marks_letter_before(text, at + size) && marks_letter_at(text, at + size));
}

/* The marks of the text from at on that are in this word of the data. */
static void cover(finder_t *self, size_t at, size_t size)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->marks[i].at >= at && self->marks[i].at < at + size)
            self->marks[i].literal = true;
}

/* only_marks: such a word is the data's only if nothing is next to it, else every mark would be. */
static void look_for(finder_t *self, str_t word, bool only_marks)
{
    str_t text = self->text;
    for (size_t at = 0; at + word.size <= text.size; at++) {
        const char *found = memmem(text.data + at, text.size - at, word.data, word.size);
        if (!found)
            return;
        at = (size_t)(found - text.data);
        if (only_marks ? stands_alone(text, at, word.size) : stands(text, at, word.size))
            cover(self, at, word.size);
    }
}

static void take_word(finder_t *self, str_t word)
{
    size_t marks = 0;
    for (size_t i = 0; i < word.size; i++)
        marks += is_mark(word.data[i]);
    if (word.size <= self->text.size)
        look_for(self, word, marks == word.size);
}

/* The words in which that mark is. */
static void take_words(finder_t *self, str_t data, char mark)
{
    const char *from = data.data, *end = data.data + data.size;
    while (from < end && (from = memchr(from, mark, (size_t)(end - from))) != NULL) {
        const char *first = from;
        while (first > data.data && !ends_word(first[-1]))
            first--;
        while (from < end && !ends_word(*from))
            from++;
        take_word(self, (str_t){first, (size_t)(from - first)});
    }
}

static void take_data(finder_t *self, str_t data)
{
    for (size_t i = 0; kinds[i]; i++)
        if (self->present[i] && data.size)
            take_words(self, data, kinds[i]);
}

static void take_cars(finder_t *self, const proto_car_t *cars, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const proto_car_t *car = &cars[i];
        const str_t fields[] = {car->make, car->model,        car->version, car->body,
                                car->fuel, car->transmission, car->colour,  car->city};
        for (size_t k = 0; k < sizeof fields / sizeof *fields; k++)
            take_data(self, fields[k]);
    }
}

static void print(const finder_t *self, buf_t *out)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->marks[i].literal)
            buf_printf(out, out->size ? " %zu" : "%zu", self->marks[i].at);
    if (buf_ok(out))
        return;
    buf_clear(out);
    buf_str(out, MARKS_ALL);
}

/* The shop's own pages are Markdown: what is formatted there is meant so. */
static bool is_data(const proto_entry_t *entry)
{
    return str_is(entry->role, "tool") && !str_is(entry->tool, "search_knowledge");
}

void literal_find(buf_t *out, str_t text, const proto_context_t *context)
{
    finder_t self = {.text = text};
    take_marks(&self);
    for (size_t i = 0; i < context->entries_count && self.count; i++)
        if (is_data(&context->entries[i]))
            take_data(&self, context->entries[i].text);
    if (self.count) {
        take_cars(&self, context->shown, context->shown_count);
        take_cars(&self, context->chosen, context->chosen_count);
        take_cars(&self, context->kept, context->kept_count);
        print(&self, out);
    }
    free(self.marks);
}

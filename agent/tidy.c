#include "agent/tidy.h"

#include "agent/tidy_steps.h"
#include "common/text.h"

/* One step may uncover another's work (an entity of an entity), so all are repeated until nothing
 * changes. What still changes then is nested on purpose. */
#define MOST_ROUNDS 8

typedef void(step_t)(buf_t *out, str_t text);

/* Marks that could begin anything: what is left of nests. */
static void drop_marks(buf_t *out, str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!strchr("<>&[]()|*_~#`\\!+=-", text.data[i]))
            buf_char(out, text.data[i]);
}

static void apply(buf_t *text, buf_t *spare, step_t *step)
{
    buf_clear(spare);
    step(spare, buf_view(text));
    buf_t other = *text;
    *text = *spare;
    *spare = other;
}

static bool round_changes(buf_t *text, buf_t *spare, buf_t *before)
{
    static step_t *const steps[] = {tidy_characters, tidy_html, tidy_markdown};
    buf_clear(before);
    buf_add(before, text->data, text->size);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        apply(text, spare, steps[i]);
    return !str_eq(buf_view(before), buf_view(text));
}

void tidy(buf_t *out, str_t text)
{
    size_t max = 3 * text.size + 64;
    buf_t now, spare, before;
    buf_init(&now, max);
    buf_init(&spare, max);
    buf_init(&before, max);
    buf_add(&now, text.data, text.size);
    bool changes = true;
    for (int i = 0; i < MOST_ROUNDS && changes; i++)
        changes = round_changes(&now, &spare, &before);
    if (changes)
        apply(&now, &spare, drop_marks);
    for (int i = 0; i < MOST_ROUNDS && changes; i++)
        changes = round_changes(&now, &spare, &before);
    buf_add(out, now.data, now.size);
    buf_free(&now);
    buf_free(&spare);
    buf_free(&before);
}

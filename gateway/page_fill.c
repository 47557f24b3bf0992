/* A page's marks; see page_fill.h. */
#include "gateway/page_fill.h"

static void add_escaped(buf_t *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text))
            buf_printf(out, "&#%d;", *text);
        else
            buf_char(out, *text);
    }
}

/* The first mark in html; what it stands for is its value. NULL if there is none. */
static const char *next_mark(str_t html, const str_t marks[], size_t count, size_t *which)
{
    const char *first = NULL;

    for (size_t i = 0; i < count; i++) {
        const char *at =
            html.size ? memmem(html.data, html.size, marks[i].data, marks[i].size) : NULL;

        if (at && (!first || at < first)) {
            first = at;
            *which = i;
        }
    }
    return first;
}

void page_fill(str_t html, const char *shop, const char *mode, buf_t *out)
{
    static const str_t marks[] = {STR_LIT("{{SHOP_NAME}}"), STR_LIT("{{MODE}}")};
    const char *values[] = {shop, mode};
    const char *at;
    size_t which = 0;

    while ((at = next_mark(html, marks, sizeof marks / sizeof *marks, &which)) != NULL) {
        size_t front = (size_t)(at - html.data);

        buf_add(out, html.data, front);
        add_escaped(out, values[which]);
        html.data += front + marks[which].size;
        html.size -= front + marks[which].size;
    }
    buf_add(out, html.data, html.size);
}

/* The shop's name in the page; see page_fill.h. */
#include "gateway/page_fill.h"

static const str_t mark = STR_LIT("{{SHOP_NAME}}");

static void add_escaped(buf_t *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("<>&\"'", *text))
            buf_printf(out, "&#%d;", *text);
        else
            buf_char(out, *text);
    }
}

void page_fill(str_t html, const char *shop, buf_t *out)
{
    const char *at;

    while (html.size && (at = memmem(html.data, html.size, mark.data, mark.size)) != NULL) {
        size_t front = (size_t)(at - html.data);

        buf_add(out, html.data, front);
        add_escaped(out, shop);
        html.data += front + mark.size;
        html.size -= front + mark.size;
    }
    buf_add(out, html.data, html.size);
}

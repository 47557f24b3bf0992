/* A page's text with the shop's name in it. Pure. */
#ifndef MOSTRADOR_GATEWAY_PAGE_FILL_H
#define MOSTRADOR_GATEWAY_PAGE_FILL_H

#include "common/buf.h"

/* Replaces every "{{SHOP_NAME}}" by shop and "{{MODE}}" by mode ("page" or "widget"), escaped for
 * HTML text and attributes. */
void page_fill(str_t html, const char *shop, const char *mode, buf_t *out);

#endif

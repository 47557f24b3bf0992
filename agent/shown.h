/*
 * Which cars a reply shows. A turn collects what its tools found; when there is text, those of the
 * found cars that the text names are the reply's cars, in the order of the text. Pure.
 */
#ifndef MOSTRADOR_AGENT_SHOWN_H
#define MOSTRADOR_AGENT_SHOWN_H

#include "agent/tools.h"

#define FOUND_MAX_PAGES 16
#define FOUND_MAX_CARS 96 /* of one turn; later ones are not looked for in the text */

typedef struct found_page {
    const proto_query_t *query;
    const proto_list_t *list;
    const proto_car_t *cars;
    size_t count;
} found_page_t;

/* What the tools of one turn found; borrows everything from their results. */
typedef struct found {
    found_page_t pages[FOUND_MAX_PAGES]; /* the newest, oldest first */
    size_t page_count;
    const proto_car_t *cars[FOUND_MAX_CARS]; /* each stock id once */
    size_t car_count;
} found_t;

void found_add(found_t *self, const tool_result_t *result);

typedef struct shown {
    const proto_car_t *cars[PROTO_MAX_PAGE];
    size_t count;
    const found_page_t *page; /* the newest page with a car that is shown, or NULL */
} shown_t;

/*
 * A car is named by its price, by its stock id, or by model and year (and by the make, where the
 * model alone is no word: "Mazda 3"). Among cars that fit alike, what else stands in the line
 * decides: version, kilometres.
 */
void shown_find(str_t text, const found_t *found, shown_t *shown);

#endif

#include "agent/ground_page.h"

#include <stdlib.h>

#include "agent/json_read.h"

#define MAX_WORDS 1024 /* bytes of each of a car's texts */
#define CAR_TEXTS 8

/* A page while its JSON is still there. */
typedef struct reading {
    ground_page_t page;
    ground_page_car_t cars[PROTO_MAX_PAGE];
    proto_facet_t near[GROUND_PAGE_NEAR];
    size_t ends[PROTO_MAX_PAGE]; /* of each car's words */
    buf_t words;
} reading_t;

void ground_page_tokens(buf_t *out, const ground_sentence_t *sentence)
{
    for (size_t i = 0; i < sentence->count; i++) {
        if (sentence->tokens[i].kind == GROUND_MARK)
            continue;
        str_t text = ground_token_text(sentence, i);
        buf_add(out, text.data, text.size);
        buf_char(out, ' ');
    }
}

size_t ground_page_words(buf_t *out, ground_sentence_t *scratch, const str_t *texts, size_t count)
{
    size_t from = out->size, first = 0;
    buf_char(out, ' ');
    for (size_t i = 0; i < count; i++) {
        if (texts[i].size == 0 || texts[i].size > MAX_WORDS)
            continue;
        ground_sentence_read(scratch, texts[i]);
        ground_page_tokens(out, scratch);
        if (i == 0)
            first = out->size - from;
    }
    return first;
}

/* ---- reading ---- */

static void read_car(reading_t *self, ground_sentence_t *scratch, const cJSON *json)
{
    size_t at = self->page.car_count++;
    proto_car_t read;
    json_read_car(json, &read);
    const str_t texts[CAR_TEXTS] = {read.version, read.body, read.fuel, read.transmission,
                                    read.colour,  read.city, read.make, read.model};
    self->cars[at].version_size = ground_page_words(&self->words, scratch, texts, CAR_TEXTS);
    self->ends[at] = self->words.size;
    self->cars[at].car = (proto_car_t){.stock_id = read.stock_id,
                                       .make = read.make,
                                       .model = read.model,
                                       .year = read.year,
                                       .price = read.price,
                                       .km = read.km,
                                       .length = read.length,
                                       .width = read.width,
                                       .height = read.height};
}

static void read_list(ground_page_t *page, const cJSON *json)
{
    const cJSON *filters = cJSON_GetObjectItemCaseSensitive(json, "filters");
    proto_query_t *query = &page->query;
    json_read_query(filters, query);
    query->length_max = json_read_int(filters, "length_max");
    query->q = query->body = query->fuel = query->transmission = (str_t){NULL, 0};
    query->colour = query->city = query->sort = (str_t){NULL, 0};
    page->list = (proto_list_t){json_read_int(json, "total"), json_read_int(json, "page"),
                                json_read_int(json, "pages"), json_read_int(json, "pages_left"),
                                query->page_size > 0 ? query->page_size : (int64_t)page->car_count};
    int64_t from = json_read_int(json, "from");
    if (from > 1 && page->list.page > 1) /* the size of a full page */
        page->list.page_size = (from - 1) / (page->list.page - 1);
}

static void read_page(reading_t *self, ground_sentence_t *scratch, const cJSON *json)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "cars")) {
        if (self->page.car_count == PROTO_MAX_PAGE)
            break;
        read_car(self, scratch, item);
    }
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "near")) {
        if (self->page.near_count == GROUND_PAGE_NEAR)
            break;
        self->near[self->page.near_count++] =
            (proto_facet_t){json_read_text(item, "name"), json_read_int(item, "count"),
                            json_read_cents(item, "price_min")};
    }
    read_list(&self->page, json);
}

/* ---- keeping, in one block ---- */

static void pack(char **at, str_t *text)
{
    if (text->size > 0)
        memcpy(*at, text->data, text->size);
    text->data = *at;
    *at += text->size;
}

static size_t packed_size(const reading_t *self)
{
    const ground_page_t *page = &self->page;
    size_t size = sizeof *page + page->car_count * sizeof *page->cars +
                  page->near_count * sizeof *page->near + self->words.size + page->query.make.size +
                  page->query.model.size + page->query.exclude.size;
    for (size_t i = 0; i < page->car_count; i++)
        size += self->cars[i].car.make.size + self->cars[i].car.model.size;
    for (size_t i = 0; i < page->near_count; i++)
        size += self->near[i].name.size;
    return size;
}

static void pack_page(const reading_t *self, ground_page_t *page)
{
    *page = self->page;
    page->cars = (ground_page_car_t *)(page + 1);
    page->near = (proto_facet_t *)(page->cars + page->car_count);
    char *at = (char *)(page->near + page->near_count);
    pack(&at, &page->query.make);
    pack(&at, &page->query.model);
    pack(&at, &page->query.exclude);
    for (size_t i = 0, words = 0; i < page->car_count; words = self->ends[i++]) {
        ground_page_car_t *car = &page->cars[i];
        *car = self->cars[i];
        car->words = (str_t){self->words.data + words, self->ends[i] - words};
        pack(&at, &car->car.make);
        pack(&at, &car->car.model);
        pack(&at, &car->words);
    }
    for (size_t i = 0; i < page->near_count; i++) {
        page->near[i] = self->near[i];
        pack(&at, &page->near[i].name);
    }
}

const ground_page_t *ground_page_read(arena_t *arena, memo_t *memo, ground_sentence_t *scratch,
                                      str_t json)
{
    size_t size;
    const ground_page_t *known = memo_find(memo, MEMO_PAGE, json, &size);
    if (known != NULL)
        return known;
    reading_t *self = calloc(1, sizeof *self);
    if (self == NULL)
        abort();
    buf_init(&self->words, PROTO_MAX_PAGE * CAR_TEXTS * 2 * MAX_WORDS);
    cJSON *tree = cJSON_ParseWithLength(json.data != NULL ? json.data : "", json.size);
    read_page(self, scratch, tree);
    size = packed_size(self);
    ground_page_t *page = buf_ok(&self->words) ? memo_add(memo, MEMO_PAGE, json, size) : NULL;
    if (page == NULL)
        page = buf_ok(&self->words) ? arena_alloc(arena, size) : NULL;
    if (page != NULL)
        pack_page(self, page);
    cJSON_Delete(tree);
    buf_free(&self->words);
    free(self);
    return page;
}

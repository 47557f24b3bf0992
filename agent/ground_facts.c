/*
 * The newest comes first and wins: a car whose price has changed is true as it was found last. So
 * the conversation is read from its end, then the cursor, then what memory keeps.
 */
#include "agent/ground_facts.h"

#include <stddef.h>
#include <stdlib.h>

#include "agent/ground_links.h"
#include "agent/ground_page.h"
#include "agent/json_read.h"
#include "agent/kept.h"
#include "agent/shown.h"
#include "common/hash.h"

#define MAX_WORDS 1024 /* bytes of a car's words */
#define TITLE_STEMS 3
#define NEAR_TOKENS 10

/* Where a set of facts is being put together. */
typedef struct gathering {
    ground_facts_t *facts;
    memo_t *memo;
    buf_t said, pages, links;
    size_t said_bytes, page_bytes, result_bytes;
    size_t car_room, quote_room, list_room, facet_room, page_room, said_room;
    const proto_context_t *context;
    bool sold;                  /* what is read is of a car that was */
    bool by_shop;               /* what is read is the word of somebody of the shop */
    bool full;                  /* the arena is */
    bool dropped;               /* something had no room */
    ground_sentence_t sentence; /* read last; before that, what it is does not matter */
} gathering_t;

/* Room for one more of *count items, zeroed; NULL at the bound or when the arena is full. */
static void *add_item(gathering_t *self, void *items_p, size_t *count, size_t *room, size_t size,
                      size_t most)
{
    void **items = items_p;
    if (*count == *room) {
        size_t more = *room > 0 ? *room * 2 : 16;
        void *larger = *count < most ? arena_alloc(self->facts->arena, more * size) : NULL;
        self->dropped |= larger == NULL;
        if (larger == NULL)
            return NULL;
        if (*items != NULL)
            memcpy(larger, *items, *count * size);
        *items = larger;
        *room = more;
    }
    return (char *)*items + (*count)++ * size;
}

/* ---- words ---- */

/* Words of one subject in three languages, and what stands for them. */
static const struct topic {
    const char *stem, *topic;
} topics[] = {{"reser", "apart"}, {"depos", "apart"}, {"hold", "apart"},  {"warra", "garan"},
              {"retur", "devol"}, {"refun", "devol"}, {"reemb", "devol"}, {"mante", "servi"},
              {"maint", "servi"}, {"manut", "servi"}, {"deliv", "entre"}, {"shipp", "entre"},
              {"envia", "entre"}, {"envio", "entre"}, {"inspe", "revis"}, {"troca", "cuent"},
              {"trade", "cuent"}, {"engin", "motor"}};

uint32_t ground_stem(str_t folded)
{
    const ground_word_t *word = folded.size < 4 ? NULL : ground_word(folded);
    bool plain = word == NULL || (word->unit == UNIT_NONE && word->label == LABEL_NONE &&
                                  word->numeral == NUMERAL_NONE && word->is == IS_BOUND);
    if (folded.size < 4 || !plain)
        return 0;
    str_t stem = {folded.data, folded.size < 5 ? folded.size : 5};
    for (size_t i = 0; i < sizeof topics / sizeof *topics; i++)
        if (stem.data[0] == topics[i].stem[0] && stem.data[1] == topics[i].stem[1] &&
            str_is(stem, topics[i].stem)) {
            stem = str_from(topics[i].topic);
            break; /* no topic is another's stem */
        }
    uint32_t hash = hash_add(HASH_START, stem.data, stem.size);
    return hash != 0 ? hash : 1;
}

static str_t keep(gathering_t *self, const buf_t *text)
{
    char *copy = buf_ok(text) ? arena_copy(self->facts->arena, buf_view(text)) : NULL;
    self->full |= copy == NULL;
    return (str_t){copy, copy != NULL ? text->size : 0};
}

/* " advance 1.6 cvt " of several texts; *first: the size of the first one's. */
static str_t words_of(gathering_t *self, const str_t *texts, size_t count, size_t *first)
{
    buf_t words;
    buf_init(&words, MAX_WORDS * 4);
    *first = ground_page_words(&words, &self->sentence, texts, count);
    str_t kept = keep(self, &words);
    buf_free(&words);
    return kept;
}

/* ---- cars ---- */

static str_t copied(gathering_t *self, str_t text)
{
    char *copy = arena_copy(self->facts->arena, text);
    self->full |= copy == NULL;
    return (str_t){copy, copy != NULL ? text.size : 0};
}

static void add_link(gathering_t *self, str_t link)
{
    buf_add(&self->links, link.data, link.size);
    buf_char(&self->links, '\n');
}

/* Of what the customer said only phone numbers: links are not repeated. */
static void add_links(gathering_t *self, bool phones)
{
    ground_link_t link;
    for (size_t at = 0; ground_link_next(&self->sentence, at, &link); at = link.to)
        if (link.size > 0 && (link.phone || !phones))
            add_link(self, (str_t){link.text, link.size});
}

static bool is_gone(const gathering_t *self, int64_t stock_id)
{
    return self->sold || kept_gone(self->context, stock_id);
}

/* Its numbers and its names; NULL if it is known, or there is no room. */
static ground_car_t *add_car(gathering_t *self, const proto_car_t *car)
{
    ground_facts_t *facts = self->facts;
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].car.stock_id == car->stock_id)
            return NULL;
    ground_car_t *kept = car->stock_id == 0
                             ? NULL
                             : add_item(self, &facts->cars, &facts->car_count, &self->car_room,
                                        sizeof *kept, GROUND_MAX_CARS);
    if (kept == NULL)
        return NULL;
    kept->car = (proto_car_t){.stock_id = car->stock_id,
                              .year = car->year,
                              .price = car->price,
                              .km = car->km,
                              .length = car->length,
                              .width = car->width,
                              .height = car->height};
    kept->gone = is_gone(self, car->stock_id);
    facts->any_gone |= kept->gone;
    ground_names_car(facts->names, car->make, car->model, &kept->make, &kept->model);
    return kept;
}

static void take_car(gathering_t *self, const proto_car_t *car)
{
    ground_car_t *kept = add_car(self, car);
    if (kept == NULL)
        return;
    const str_t texts[] = {car->version, car->body, car->fuel, car->transmission,
                           car->colour,  car->city, car->make, car->model};
    kept->words = words_of(self, texts, sizeof texts / sizeof *texts, &kept->version_size);
}

/* One of a page, whose words were read with it. */
static void take_page_car(gathering_t *self, const ground_page_car_t *car)
{
    ground_car_t *kept = add_car(self, &car->car);
    if (kept == NULL)
        return;
    kept->words = copied(self, car->words);
    kept->version_size = car->version_size;
}

/* The model is not told of pictures: only the cursor has their links. */
static void take_photo(gathering_t *self, const proto_car_t *car)
{
    if (car->photo_url.size == 0 || car->photo_url.size > GROUND_MAX_SENTENCE)
        return;
    ground_sentence_read(&self->sentence, car->photo_url);
    add_links(self, false);
}

static void take_quote(gathering_t *self, const proto_quote_t *quote)
{
    ground_facts_t *facts = self->facts;
    proto_quote_t *kept = add_item(self, &facts->quotes, &facts->quote_count, &self->quote_room,
                                   sizeof *kept, GROUND_MAX_QUOTES);
    if (kept != NULL)
        *kept = *quote;
}

/* ---- lists and counts ---- */

/* What the filters of a list name, as far as it is known. */
static void name_ids(const ground_facts_t *facts, ground_list_t *list)
{
    int16_t make, model;
    list->make = list->model = GROUND_NO_NAME;
    if (list->query.make.size > 0 &&
        ground_names_look(facts->names, list->query.make, &make, &model))
        list->make = make;
    if (list->query.model.size > 0) {
        list->model = ground_names_model(facts->names, list->query.model);
        if (list->model == GROUND_NO_NAME)
            list->model = GROUND_UNKNOWN_NAME;
    }
}

/* The cars that are on it are the caller's to add (list_car). NULL: there is no room. */
static ground_list_t *take_list(gathering_t *self, const proto_list_t *list,
                                const proto_query_t *query, size_t count, bool recent)
{
    ground_facts_t *facts = self->facts;
    ground_list_t *kept = add_item(self, &facts->lists, &facts->list_count, &self->list_room,
                                   sizeof *kept, GROUND_MAX_LISTS);
    if (kept == NULL)
        return NULL;
    kept->list = *list;
    kept->recent = recent;
    if (query != NULL) {
        kept->query = *query;
        kept->query.make = copied(self, query->make);
        kept->query.model = copied(self, query->model);
        size_t whole;
        kept->excluded = words_of(self, &query->exclude, 1, &whole);
    }
    if (list->page > 0 && list->page_size > 0 && list->page_size <= 1000 && list->page <= 1000000) {
        kept->from = (list->page - 1) * list->page_size + 1;
        kept->to = kept->from - 1 + (int64_t)(count > 0 ? (int64_t)count : list->page_size);
        if (kept->to > list->total)
            kept->to = list->total;
    }
    return kept;
}

static void list_car(ground_list_t *list, int64_t stock_id)
{
    if (list != NULL && list->count < PROTO_MAX_PAGE)
        list->stock_ids[list->count++] = stock_id;
}

static void take_list_of(gathering_t *self, const proto_list_t *list, const proto_query_t *query,
                         const proto_car_t *cars, size_t count)
{
    ground_list_t *kept = take_list(self, list, query, count, true);
    for (size_t i = 0; i < count; i++)
        list_car(kept, cars[i].stock_id);
}

static void take_count(gathering_t *self, int64_t count)
{
    ground_facts_t *facts = self->facts;
    if (count > 0 && facts->count_count < GROUND_MAX_COUNTS)
        facts->counts[facts->count_count++] = count;
}

/* A make, or with a make the model of it. */
static void take_facet(gathering_t *self, str_t make, const proto_facet_t *facet)
{
    ground_facts_t *facts = self->facts;
    ground_facet_t *kept = add_item(self, &facts->facets, &facts->facet_count, &self->facet_room,
                                    sizeof *kept, GROUND_MAX_FACETS);
    if (kept == NULL)
        return;
    *kept = (ground_facet_t){GROUND_NO_NAME, GROUND_NO_NAME, facet->count, facet->price_min};
    if (make.size > 0)
        ground_names_car(facts->names, make, facet->name, &kept->make, &kept->model);
    else
        kept->make = ground_names_make(facts->names, facet->name);
}

/* ---- numbers ---- */

static void take_near(const ground_sentence_t *sentence, const ground_number_t *number,
                      ground_figure_t *figure)
{
    for (size_t apart = 1; apart <= NEAR_TOKENS && figure->near_count < GROUND_NEAR; apart++) {
        size_t places[2] = {number->first - apart, number->to + apart - 1};
        for (size_t side = 0; side < 2 && figure->near_count < GROUND_NEAR; side++) {
            if (places[side] >= sentence->count ||
                sentence->tokens[places[side]].kind != GROUND_WORD)
                continue;
            uint32_t stem = ground_stem(ground_token_text(sentence, places[side]));
            if (stem != 0)
                figure->near[figure->near_count++] = stem;
        }
    }
}

/* What cars cost stands in the catalog and nowhere else. */
static bool is_price_of_cars(const ground_sentence_t *sentence, const ground_number_t *number)
{
    bool cars = false;
    for (size_t at = 0; at < sentence->count; at++)
        cars |= sentence->words[at] != NULL && sentence->words[at]->unit == UNIT_CARS;
    return cars && number->measure == MEASURE_MONEY &&
           (number->label == LABEL_PRICE || number->label == LABEL_INSTALMENT);
}

/* The numbers of a text; title: stems for those that have none beside them. */
static void take_figures(gathering_t *self, str_t text, bool said, const uint32_t *title,
                         size_t title_count)
{
    ground_figures_t *figures = said ? &self->facts->said : &self->facts->pages;
    size_t *room = said ? &self->said_room : &self->page_room;
    for (size_t at = 0; at < text.size;) {
        size_t end = ground_sentence_end(text, at, true);
        ground_sentence_t *sentence = &self->sentence;
        ground_sentence_read(sentence, (str_t){text.data + at, end - at});
        ground_page_tokens(said ? &self->said : &self->pages, sentence);
        add_links(self, said);
        ground_sentence_numbers(sentence);
        for (size_t i = 0; i < sentence->number_count; i++) {
            const ground_number_t *number = &sentence->numbers[i];
            ground_figure_t *figure =
                number->value == GROUND_UNREADABLE ||
                        (!said && !self->by_shop && is_price_of_cars(sentence, number)) ||
                        (said && number->measure == MEASURE_BARE && number->digits == 0)
                    ? NULL
                    : add_item(self, &figures->items, &figures->count, room, sizeof *figure,
                               GROUND_MAX_FIGURES);
            if (figure == NULL)
                continue;
            *figure = (ground_figure_t){.value = number->value,
                                        .measure = number->measure,
                                        .part = number->part,
                                        .marked = number->marked,
                                        .instalment = number->label == LABEL_INSTALMENT};
            take_near(sentence, number, figure);
            if (figure->near_count == 0)
                for (size_t t = 0; t < title_count; t++)
                    figure->near[figure->near_count++] = title[t];
        }
        at = end;
    }
}

static void take_passage(gathering_t *self, const cJSON *passage)
{
    uint32_t title[TITLE_STEMS];
    size_t count = 0;
    str_t text = json_read_text(passage, "text"), heading = json_read_text(passage, "title");
    if (text.size > GROUND_MAX_PAGES - self->page_bytes)
        return;
    self->page_bytes += text.size;
    if (heading.size < GROUND_MAX_SENTENCE) {
        ground_sentence_read(&self->sentence, heading);
        for (size_t i = 0; i < self->sentence.count && count < TITLE_STEMS; i++) {
            uint32_t stem = ground_stem(ground_token_text(&self->sentence, i));
            if (stem != 0)
                title[count++] = stem;
        }
    }
    take_figures(self, text, false, title, count);
}

/* What a message says, as it is kept in the memo: behind it its figures, words and links. */
typedef struct said {
    size_t figure_count, words_size, links_size;
} said_t;

static void keep_said(gathering_t *self, str_t text, const said_t *before)
{
    const ground_figures_t *figures = &self->facts->said;
    said_t said = {figures->count - before->figure_count, self->said.size - before->words_size,
                   self->links.size - before->links_size};
    size_t items = said.figure_count * sizeof *figures->items;
    char *at = memo_add(self->memo, MEMO_SAID, text,
                        sizeof said + items + said.words_size + said.links_size);
    if (at == NULL)
        return;
    memcpy(at, &said, sizeof said);
    if (items > 0)
        memcpy(at + sizeof said, figures->items + before->figure_count, items);
    if (said.words_size > 0)
        memcpy(at + sizeof said + items, self->said.data + before->words_size, said.words_size);
    if (said.links_size > 0)
        memcpy(at + sizeof said + items + said.words_size, self->links.data + before->links_size,
               said.links_size);
}

static void take_said(gathering_t *self, const said_t *said)
{
    const ground_figure_t *figures = (const ground_figure_t *)(said + 1);
    const char *words = (const char *)(figures + said->figure_count);
    for (size_t i = 0; i < said->figure_count; i++) {
        ground_figure_t *figure = add_item(self, &self->facts->said.items, &self->facts->said.count,
                                           &self->said_room, sizeof *figure, GROUND_MAX_FIGURES);
        if (figure != NULL)
            *figure = figures[i];
    }
    buf_add(&self->said, words, said->words_size);
    buf_add(&self->links, words + said->words_size, said->links_size);
}

static void take_message(gathering_t *self, str_t text)
{
    size_t size;
    if (text.size > GROUND_MAX_SAID - self->said_bytes)
        return;
    self->said_bytes += text.size;
    const said_t *known = memo_find(self->memo, MEMO_SAID, text, &size);
    if (known != NULL) {
        take_said(self, known);
        return;
    }
    said_t before = {self->facts->said.count, self->said.size, self->links.size};
    self->dropped = false;
    take_figures(self, text, true, NULL, 0);
    if (!self->dropped && buf_ok(&self->said) && buf_ok(&self->links))
        keep_said(self, text, &before);
}

/* What somebody of the shop said in this conversation: prices, too. */
static void take_shops_word(gathering_t *self, str_t text)
{
    if (text.size > GROUND_MAX_PAGES - self->page_bytes)
        return;
    self->page_bytes += text.size;
    self->by_shop = true;
    take_figures(self, text, false, NULL, 0);
    self->by_shop = false;
}

/* ---- results ---- */

static void take_facets(gathering_t *self, const cJSON *array, str_t make)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, array) {
        proto_facet_t facet = {json_read_text(item, "name"), json_read_int(item, "count"),
                               json_read_cents(item, "price_min")};
        take_facet(self, make, &facet);
    }
}

static void take_page(gathering_t *self, str_t json)
{
    const ground_page_t *page =
        ground_page_read(self->facts->arena, self->memo, &self->sentence, json);
    self->full |= page == NULL;
    if (page == NULL)
        return;
    for (size_t i = 0; i < page->car_count; i++)
        take_page_car(self, &page->cars[i]);
    for (size_t i = 0; i < page->near_count; i++)
        take_facet(self, (str_t){NULL, 0}, &page->near[i]);
    ground_list_t *list = take_list(self, &page->list, &page->query, page->car_count, false);
    for (size_t i = 0; i < page->car_count; i++)
        list_car(list, page->cars[i].car.stock_id);
}

static void take_quotes(gathering_t *self, const cJSON *json)
{
    const cJSON *item, *car = cJSON_GetObjectItemCaseSensitive(json, "car");
    if (car != NULL) {
        proto_car_t read;
        json_read_car(car, &read);
        self->sold = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "sold"));
        take_car(self, &read);
        self->sold = false;
    }
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "quotes")) {
        proto_quote_t quote;
        json_read_quote(item, &quote);
        take_quote(self, &quote);
    }
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "refused")) {
        ground_facts_t *facts = self->facts;
        if (facts->refused_count < GROUND_MAX_COUNTS)
            facts->refused_months[facts->refused_count++] = json_read_int(item, "months");
    }
}

static void take_missing(gathering_t *self, const cJSON *json)
{
    ground_facts_t *facts = self->facts;
    int64_t stock_id = json_read_int(json, "stock_id");
    if (stock_id > 0 && facts->missing_count < GROUND_MAX_COUNTS)
        facts->missing[facts->missing_count++] = stock_id;
}

static void take_makes(gathering_t *self, const cJSON *json)
{
    const cJSON *makes = cJSON_GetObjectItemCaseSensitive(json, "makes");
    const cJSON *models = cJSON_GetObjectItemCaseSensitive(json, "models");
    take_facets(self, makes, (str_t){NULL, 0});
    take_facets(self, models, json_read_text(json, "make"));
    take_count(self, cJSON_GetArraySize(makes));
    take_count(self, cJSON_GetArraySize(models));
    take_count(self, json_read_int(json, "cars"));
    take_count(self, json_read_int(json, "not_listed"));
}

static void take_mentions(gathering_t *self, const cJSON *json)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "mentions")) {
        str_t make = json_read_text(item, "make"), model = json_read_text(item, "model");
        proto_facet_t facet = {model.size > 0 ? model : make, json_read_int(item, "count"), 0};
        if (facet.count > 0 && make.size > 0)
            take_facet(self, model.size > 0 ? make : (str_t){NULL, 0}, &facet);
    }
}

static void take_result(gathering_t *self, const proto_entry_t *entry)
{
    if (entry->text.size > GROUND_MAX_RESULTS - self->result_bytes)
        return;
    self->result_bytes += entry->text.size;
    if (str_is(entry->tool, "search_cars")) {
        take_page(self, entry->text);
        return;
    }
    cJSON *json =
        cJSON_ParseWithLength(entry->text.data != NULL ? entry->text.data : "", entry->text.size);
    const cJSON *item;
    if (str_is(entry->tool, "get_car") || str_is(entry->tool, "quote_financing"))
        take_quotes(self, json);
    else if (str_is(entry->tool, "list_makes"))
        take_makes(self, json);
    else if (str_is(entry->tool, "resolve_names"))
        take_mentions(self, json);
    if (str_is(entry->tool, "get_car"))
        take_missing(self, json);
    if (str_is(entry->tool, "search_knowledge")) {
        cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(json, "passages")) {
            take_passage(self, item);
        }
    }
    cJSON_Delete(json);
}

/* ---- all of it ---- */

static void take_cursor(gathering_t *self, const proto_context_t *context)
{
    take_count(self, (int64_t)context->shown_count);
    const struct {
        const proto_car_t *cars;
        size_t count;
    } parts[] = {{context->shown, context->shown_count},
                 {context->chosen, context->chosen_count},
                 {context->kept, context->kept_count}};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
        for (size_t i = 0; i < parts[p].count; i++) {
            take_car(self, &parts[p].cars[i]);
            take_photo(self, &parts[p].cars[i]);
        }
    for (size_t i = 0; i < context->quote_count; i++)
        take_quote(self, &context->quote[i]);
    for (size_t i = 0; i < context->kept_quotes_count; i++)
        take_quote(self, &context->kept_quotes[i]);
    if (context->list_count > 0)
        take_list_of(self, context->list, context->query_count > 0 ? context->query : NULL,
                     context->shown, context->shown_count);
}

static void take_found(gathering_t *self, const found_t *found)
{
    for (size_t i = found->car_count; i-- > 0;)
        take_car(self, found->cars[i]);
    if (found->car_count == 1 && found->page_count == 0)
        self->facts->subject = found->cars[0]->stock_id;
    for (size_t i = found->page_count; i-- > 0;)
        take_list_of(self, found->pages[i].list, found->pages[i].query, found->pages[i].cars,
                     found->pages[i].count);
}

/* A price that a model thought of itself and had quoted: the customer has not said it, and no car
 * costs it. */
static bool is_invented(const ground_facts_t *facts, const proto_quote_t *quote)
{
    if (quote->stock_id != 0)
        return false;
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->cars[i].car.price == quote->price)
            return false;
    for (size_t i = 0; i < facts->said.count; i++) {
        int64_t value = facts->said.items[i].value;
        if (value == quote->price || (value < 200000 && value * 1000 == quote->price))
            return false;
    }
    return true;
}

static void drop_invented(ground_facts_t *facts)
{
    size_t kept = 0;
    for (size_t i = 0; i < facts->quote_count; i++)
        if (!is_invented(facts, &facts->quotes[i]))
            facts->quotes[kept++] = facts->quotes[i];
    facts->quote_count = kept;
}

static void take_entries(gathering_t *self, const proto_context_t *context)
{
    for (size_t i = context->entries_count; i-- > 0;) {
        const proto_entry_t *entry = &context->entries[i];
        if (str_is(entry->role, "tool"))
            take_result(self, entry);
        else if (str_is(entry->role, "user"))
            take_message(self, entry->text);
        else if (str_is(entry->role, "person") || str_is(entry->role, "note"))
            take_shops_word(self, entry->text);
    }
}

static void take_prompt(gathering_t *self, const ground_sources_t *sources)
{
    for (size_t i = 0; i < sources->make_count; i++)
        take_facet(self, (str_t){NULL, 0}, &sources->makes[i]);
    take_count(self, (int64_t)sources->make_count);
    take_count(self, sources->cars);
}

/* Lists name what their filters name: when all names are known. */
static void name_lists(ground_facts_t *facts)
{
    for (size_t i = 0; i < facts->list_count; i++)
        name_ids(facts, &facts->lists[i]);
}

size_t ground_facts_cars(const ground_facts_t *facts, int64_t *stock_ids, size_t max)
{
    size_t count = facts->car_count < max ? facts->car_count : max;
    for (size_t i = 0; i < count; i++)
        stock_ids[i] = facts->cars[i].car.stock_id;
    return count;
}

ground_facts_t *ground_facts_new(arena_t *arena, const ground_sources_t *sources)
{
    gathering_t *self = malloc(sizeof *self); /* too large for some stacks */
    ground_facts_t *facts = arena_alloc(arena, sizeof *facts);
    if (self == NULL)
        abort();
    memset(self, 0, offsetof(gathering_t, sentence)); /* the rest is 128 kB, and is read into */
    self->facts = facts;
    self->memo = sources->memo;
    self->context = sources->context;
    self->full = facts == NULL || (facts->names = ground_names_new(arena)) == NULL;
    buf_init(&self->said, 4 * GROUND_MAX_SAID);
    buf_init(&self->pages, 4 * GROUND_MAX_PAGES);
    buf_init(&self->links, GROUND_MAX_PAGES);
    if (facts != NULL && !self->full) {
        facts->arena = arena;
        facts->terms = *sources->terms;
        buf_char(&self->said, ' ');
        buf_char(&self->pages, ' ');
        buf_char(&self->links, '\n');
        take_entries(self, sources->context);
        take_message(self, sources->context->summary); /* of what the customer said, too */
        if (sources->found != NULL)
            take_found(self, sources->found);
        take_cursor(self, sources->context);
        take_prompt(self, sources);
        name_lists(facts);
        drop_invented(facts);
        size_t whole;
        facts->shop_words = words_of(self, &sources->shop_name, 1, &whole);
        facts->said_words = keep(self, &self->said);
        facts->page_words = keep(self, &self->pages);
        facts->links = keep(self, &self->links);
    }
    buf_free(&self->said);
    buf_free(&self->pages);
    buf_free(&self->links);
    bool full = self->full;
    free(self);
    return full ? NULL : facts;
}

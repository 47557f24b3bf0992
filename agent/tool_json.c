#include "agent/tool_json.h"

#include "agent/json.h"

#define MOST_FACETS 400 /* of a list: some 25 kB */

static void data(buf_t *out, const char *source)
{
    buf_str(out, "{\"data_from\":");
    json_quote(out, str_from(source));
}

static void facets_array(buf_t *out, const char *key, const proto_facet_t *facets, size_t count)
{
    json_key(out, key);
    buf_char(out, '[');
    for (size_t i = 0; i < count; i++) {
        buf_str(out, i ? ",{" : "{");
        json_text(out, "name", facets[i].name);
        json_int(out, "count", facets[i].count);
        if (facets[i].price_min)
            json_money(out, "price_min", facets[i].price_min);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void corrections(buf_t *out, const proto_paged_t *paged)
{
    json_key(out, "corrections");
    buf_char(out, '[');
    for (size_t i = 0; i < paged->corrections_count; i++) {
        buf_str(out, i ? ",{" : "{");
        json_text(out, "field", paged->corrections[i].field);
        json_text(out, "from", paged->corrections[i].from);
        json_text(out, "to", paged->corrections[i].to);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void tool_json_page(buf_t *out, const proto_paged_t *paged)
{
    const proto_list_t *list = &paged->list[0];
    data(out, "catalog");
    json_int(out, "total", list->total);
    json_int(out, "page", list->page);
    json_int(out, "pages", list->pages);
    json_int(out, "pages_left", list->pages_left);
    if (paged->cars_count) {
        int64_t before = (list->page - 1) * list->page_size;
        json_int(out, "from", before + 1);
        json_int(out, "to", before + (int64_t)paged->cars_count);
    }
    json_key(out, "filters");
    json_filters(out, &paged->query[0]);
    if (paged->corrections_count)
        corrections(out, paged);
    json_key(out, "cars");
    buf_char(out, '[');
    for (size_t i = 0; i < paged->cars_count; i++)
        json_car(out, &paged->cars[i]);
    buf_char(out, ']');
    if (paged->near_count)
        facets_array(out, "near", paged->near, paged->near_count);
    buf_char(out, '}');
}

void tool_json_car(buf_t *out, const proto_cars_t *cars, int64_t stock_id)
{
    data(out, "catalog");
    json_bool(out, "found", cars->cars_count > 0);
    if (!cars->cars_count && cars->sold_count) {
        json_bool(out, "sold", true);
        json_key(out, "car");
        json_car(out, &cars->sold[0]);
        json_text(out, "note", STR_LIT(TOOL_SOLD_NOTE));
    } else if (cars->cars_count) {
        json_key(out, "car");
        json_car(out, &cars->cars[0]);
    } else {
        json_int(out, "stock_id", stock_id);
    }
    buf_char(out, '}');
}

void tool_json_sold(buf_t *out, const proto_car_t *car)
{
    buf_str(out, "{\"error\":");
    json_quote(out, STR_LIT(TOOL_SOLD_NOTE));
    json_bool(out, "sold", true);
    json_key(out, "car");
    json_car(out, car);
    buf_char(out, '}');
}

void tool_json_facets(buf_t *out, const proto_facets_t *facets, str_t make)
{
    size_t count = facets->facets_count;
    bool cut = count > MOST_FACETS;
    data(out, "catalog");
    if (make.size) {
        json_bool(out, "found", count > 0);
        json_text(out, "make", facets->make.size ? facets->make : make);
    } else {
        json_int(out, "cars", facets->cars);
    }
    facets_array(out, make.size ? "models" : "makes", facets->facets, cut ? MOST_FACETS : count);
    if (cut)
        json_int(out, "not_listed", (int64_t)(count - MOST_FACETS));
    buf_char(out, '}');
}

void tool_json_passages(buf_t *out, const proto_passages_t *passages)
{
    data(out, "shop pages");
    json_key(out, "passages");
    buf_char(out, '[');
    for (size_t i = 0; i < passages->passages_count; i++) {
        const proto_passage_t *passage = &passages->passages[i];
        buf_str(out, i ? ",{" : "{");
        json_text(out, "source", passage->source);
        if (passage->title.size)
            json_text(out, "title", passage->title);
        json_text(out, "text", passage->text);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

void tool_json_mentions(buf_t *out, const proto_resolved_t *resolved)
{
    data(out, "catalog");
    json_key(out, "mentions");
    buf_char(out, '[');
    for (size_t i = 0; i < resolved->mentions_count; i++) {
        const proto_mention_t *mention = &resolved->mentions[i];
        buf_str(out, i ? ",{" : "{");
        json_text(out, "said", mention->said);
        json_text(out, "make", mention->make);
        json_text(out, "model", mention->model);
        json_bool(out, "corrected", mention->corrected);
        json_int(out, "count", mention->count);
        json_int(out, "at", mention->at);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

static void terms_object(buf_t *out, const financing_terms_t *terms)
{
    json_key(out, "terms");
    buf_char(out, '{');
    json_money(out, "rate_percent", terms->rate_bp); /* basis points: two decimals, like cents */
    json_money(out, "min_down_payment_percent", terms->min_down_bp);
    json_int(out, "min_months", terms->min_months);
    json_int(out, "max_months", terms->max_months);
    buf_char(out, '}');
}

static const char *down_name(down_source_t source)
{
    switch (source) {
    case DOWN_GIVEN:
        return "asked for";
    case DOWN_LAST_QUOTE:
        return "that of the last quote of this car";
    case DOWN_MINIMUM:
        return "the smallest the shop takes; the customer named none";
    }
    return "";
}

void tool_json_quotes(buf_t *out, const tool_quotes_t *quotes, const financing_terms_t *terms)
{
    if (quotes->count == 0)
        buf_str(out, "{\"error\":\"no plan is possible like this; refused says why, terms what is "
                     "possible\",\"data_from\":\"financing\"");
    else
        data(out, "financing");
    if (quotes->car) {
        json_key(out, "car");
        json_car(out, quotes->car);
    }
    if (quotes->price_ignored)
        json_text(out, "note", STR_LIT("the price given was not used: the catalog's price holds"));
    json_text(out, "down_payment_is", str_from(down_name(quotes->down)));
    json_key(out, "quotes");
    buf_char(out, '[');
    for (size_t i = 0; i < quotes->count; i++)
        json_quote_plan(out, &quotes->quotes[i]);
    buf_char(out, ']');
    if (quotes->refused_count) {
        json_key(out, "refused");
        buf_char(out, '[');
        for (size_t i = 0; i < quotes->refused_count; i++) {
            buf_str(out, i ? ",{" : "{");
            json_int(out, "months", quotes->refused[i].months);
            json_text(out, "why", str_from(financing_reason(quotes->refused[i].why)));
            buf_char(out, '}');
        }
        buf_char(out, ']');
    }
    terms_object(out, terms);
    buf_char(out, '}');
}

void tool_json_lead(buf_t *out, str_t car)
{
    data(out, "leads");
    json_bool(out, "saved", true);
    if (car.size)
        json_text(out, "car", car);
    json_text(out, "note",
              STR_LIT("an advisor sees it and writes to them here; promise nothing else"));
    buf_char(out, '}');
}

void tool_json_error(buf_t *out, const char *why)
{
    buf_char(out, '{');
    json_text(out, "error", str_from(why));
    buf_char(out, '}');
}

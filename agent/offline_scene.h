/*
 * Everything the offline seller looks at in one step, read once: what was said in this turn, what
 * was asked before, which names the catalog found in it, and what the tools answered. Inside of
 * the offline seller only; offline_*.c share it.
 */
#ifndef MOSTRADOR_AGENT_OFFLINE_SCENE_H
#define MOSTRADOR_AGENT_OFFLINE_SCENE_H

#include "agent/json_read.h"
#include "agent/model_offline.h"
#include "agent/phrases.h"
#include "agent/understand.h"

#define SCENE_MAX_MENTIONS 8
#define SCENE_MAX_RESULTS 12
#define SCENE_SEATS 5 /* as most cars have */
#define SCENE_LINES 5 /* cars on a page, as the catalog's default */

/* What a call was made for; the first part of its id. */
#define TAGS(T)                                                                    \
    T(NONE, "none")                                                                \
    T(NAMES, "names")     /* makes and models of what was said */                  \
    T(EARLIER, "earlier") /* the same of what was last proposed */                 \
    T(LIST, "list")       /* a page to show */                                     \
    T(VAGUE, "vague")     /* something to look at while the budget is asked */     \
    T(NEAR, "near")       /* instead of an empty page */                           \
    T(ABSENT, "absent")   /* a make the shop does not have, for what comes near */ \
    T(TRICK, "trick")     /* one honest price to lead back with */                 \
    T(HAGGLE, "haggle")                                                            \
    T(HAGGLE_CAR, "firm") /* the car whose price is to go down */                  \
    T(ASK, "ask")         /* a question that no topic stands for */                \
    T(PLACE, "place")     /* the page again, to find "the third one" on it */      \
    T(QUOTE, "quote")                                                              \
    T(CAR, "car")                                                                  \
    T(MAKES, "makes")                                                              \
    T(KNOW, "know")   /* what the shop wrote */                                    \
    T(HOURS, "hours") /* when a person is there */                                 \
    T(LEAD, "lead")   /* somebody who means it is noted */

#define TAG_ENUM(name, text) TAG_##name,
typedef enum tag { TAGS(TAG_ENUM) TAG_COUNT } tag_t;

typedef struct scene_result {
    tag_t tag;
    cJSON *json;      /* NULL: not to be read */
    cJSON *arguments; /* NULL: not to be read */
    bool failed;      /* {"error": …} */
} scene_result_t;

typedef struct scene {
    arena_t *arena;
    const offline_shop_t *shop;
    const proto_context_t *context;
    bool may_call;
    voice_t voice;
    str_t opt;   /* as model.h has it */
    str_t said;  /* all messages of the turn, one a line */
    bool noted;  /* there was also something that is no text: a photo, a place, nothing … */
    bool unseen; /* … and it was something */
    understood_t u;
    int64_t said_ms;

    bool missed; /* not understood, or nothing is known of it */

    str_t asked;           /* the last line of the last answer */
    understood_t question; /* its last sentence */
    bool asked_budget, asked_show, asked_quote, asked_person, asked_down, asked_term;
    bool asked_list;   /* which one of the list */
    str_t said_before; /* the customer's message before this turn */

    bool resolved;
    proto_mention_t mentions[SCENE_MAX_MENTIONS];
    size_t mention_count;
    proto_mention_t unwanted[SCENE_MAX_MENTIONS]; /* "que no sea Chevrolet" */
    size_t unwanted_count;

    scene_result_t results[SCENE_MAX_RESULTS];
    size_t result_count;

    /* The cursor; NULL where there is none. */
    const proto_query_t *query;
    const proto_list_t *list;
    const proto_car_t *shown;
    size_t shown_count;
    const proto_car_t *chosen;
    const proto_quote_t *quote;

    model_result_t *out;
} scene_t;

void scene_open(scene_t *self, arena_t *arena, const offline_shop_t *shop,
                const model_request_t *request, model_result_t *out);
void scene_close(scene_t *self);

/* The newest result of a kind, or NULL. */
const scene_result_t *scene_result(const scene_t *self, tag_t tag);

/* Adds a call to the answer; arguments is a JSON object, which the call frees. */
void scene_call(scene_t *self, tag_t tag, const char *tool, buf_t *arguments);

/* The same but for capitals and accents. */
bool same_folded(str_t a, str_t b);

/* ---- offline_search.c: what is looked for ---- */

/* The query that was said, on top of the last one where it refines it; strings live in the scene's
 * arena. */
void search_query(const scene_t *scene, const proto_mention_t *mention, proto_query_t *query);

/* Does it name anything a car may have? */
bool search_filters(const understood_t *u);

/* Does the message say anything to search by? */
bool search_wanted(const scene_t *scene);

/* The dearest car that so much a month pays for over the longest plan, whole thousands; cents. */
int64_t search_reach(const financing_terms_t *terms, int64_t monthly, int64_t down);

void call_search(scene_t *scene, tag_t tag, const proto_query_t *query, int64_t page);
void call_text(scene_t *scene, tag_t tag, const char *tool, const char *argument, str_t text);
void call_car(scene_t *scene, tag_t tag, int64_t stock_id);

/* ---- offline_near.c: what comes near ---- */

/* Do they ask for the same cars in the same order, but for the page? */
bool search_same(const proto_query_t *a, const proto_query_t *b);

/* What comes near a query that found nothing, the nearest first; how many. */
size_t search_relaxed(const proto_query_t *from, proto_query_t *to, size_t max);

/* The same of hybrids: what else may take little fuel. */
size_t search_thrifty(const proto_query_t *from, proto_query_t *to, size_t max);

/* The same of one that found nothing cheaper than what they look at. */
size_t search_cheaper(const proto_query_t *from, proto_query_t *to, size_t max);

/* What somebody who asks for a make that is not there may like instead; false: nobody knows. */
bool search_alike(const proto_mention_t *mention, proto_query_t *query);

/* ---- offline_target.c: which car is meant ---- */

typedef enum target {
    TARGET_NONE,
    TARGET_CAR,
    TARGET_PLACE,    /* on the page of the list, which has to be fetched again */
    TARGET_NOWHERE,  /* the list has no such place */
    TARGET_FORGOTTEN /* no such car was quoted */
} target_t;

target_t find_target(const scene_t *scene, int64_t *stock_id);

/* The list that was shown is asked for from the cheapest up, and begins with it already. */
bool cheapest_first(const scene_t *scene);

target_t target_by_place(const scene_t *scene, int64_t nth, int64_t *stock_id);

/* Of some cars the one of the colour, or the first of the order, that was said; NULL: none, or
 * several. */
const proto_car_t *car_by_trait(const scene_t *scene, const proto_car_t *const *cars, size_t count);

/* A car they have seen, or NULL. */
const proto_car_t *seen_car(const scene_t *scene, int64_t stock_id);

/* The car they speak of; 0 when a list came after it. */
int64_t current_stock(const scene_t *scene);

/* Cars on the page of the list shown last, as it was when it was shown. */
int64_t page_count(const scene_t *scene);

/* 1 to count: nth counts from the front of the page, or of the whole list; 0: neither. */
int64_t place_on_page(const scene_t *scene, int64_t nth, int64_t count);

/* ---- offline_quote.c: asking for a plan ---- */

bool wants_quote(const scene_t *scene);

/* A plan for a car, or for a bare price when stock_id is 0. */
void call_quote(scene_t *scene, int64_t stock_id, int64_t price);

/* What cannot be is refused in the customer's words; true: it was. price 0: not known yet. */
bool refuse_plan(scene_t *scene, int64_t price);

/* The plan, or what the car is, as the customer wishes. */
void take_up_car(scene_t *scene, int64_t stock_id);
void quote_car(scene_t *scene, int64_t stock_id);

/* ---- offline_know.c: what the shop wrote ---- */

void call_topics(scene_t *scene);
void call_hours(scene_t *scene);

/* The passages found; false: none were asked for. asks: it ends with a question already. */
bool write_known(scene_t *scene, buf_t *out, bool *asks);

/* What the shop wrote about a question of no topic, if it has to do with it. */
void write_asked(scene_t *scene, buf_t *out, const scene_result_t *result);

/* The words of the message that nobody here knows. */
str_t unknown_words(const scene_t *scene);

/* A person will write, "(lunes a sábado, 9 a 18 h)": the first line with a figure in it. */
void write_person(scene_t *scene, buf_t *out, const scene_result_t *result);

/* ---- offline_lead.c ---- */

/* That somebody of the shop knows; false: nothing was noted. */
bool write_noted(scene_t *scene, buf_t *out);

/* ---- offline_list.c, offline_names.c, offline_car.c, offline_write.c: what is said ---- */

/* "camionetas *Nissan* automáticas hasta $300,000"; sets the gender of the voice. */
void write_what(scene_t *scene, buf_t *out, const proto_query_t *query);

/* One of the lists of an answer. */
typedef struct list_place {
    size_t first; /* cars are numbered from first + 1 on, so that numbers are unique */
    bool others;  /* there are other lists in the answer */
    bool last;    /* the question goes below this one */
} list_place_t;

/* The page of a search result; returns how many cars it has. */
size_t write_list(scene_t *scene, buf_t *out, const scene_result_t *result, list_place_t place);

void write_makes(scene_t *scene, buf_t *out, const scene_result_t *result);

/* "3 Mustang y 2 A3 desde $389,999" of the result's near; false: there are none. */
bool write_near(scene_t *scene, buf_t *out, const scene_result_t *result);

/* "Versa Advance 2019", with the make if it is not clear. */
void write_car_name(buf_t *out, const proto_car_t *car, str_t clear_make);

void write_car(scene_t *scene, buf_t *out, const scene_result_t *result);

/* asks: the question goes below this one. */
void write_quote(scene_t *scene, buf_t *out, const scene_result_t *result, bool asks);
void write_comparison(scene_t *scene, buf_t *out, const proto_car_t *a, const proto_car_t *b);

/* A value of the catalog ("Rojo") in the customer's language. */
void write_value(const scene_t *scene, buf_t *out, str_t value);

/* The car that a result says has been sold; false: it says no such thing. */
bool read_sold(const scene_result_t *result, proto_car_t *car);

/* "El *Versa Advance 2019* ya se vendió.", of each such result; false: there is none. */
bool write_sold(scene_t *scene, buf_t *out);

/* The text of all results of the turn. */
void write_results(scene_t *scene, buf_t *out);

/* Ends the step with text; frees it. */
void answer_text(scene_t *scene, buf_t *text);
void answer_phrase(scene_t *scene, phrase_t phrase);

#define OFFLINE_MAX_TEXT 16384

#endif

/*
 * A page of cars as search_cars told it to the model, read back from its JSON: what grounding
 * takes from it. Inside of grounding only. Pure.
 */
#ifndef MOSTRADOR_AGENT_GROUND_PAGE_H
#define MOSTRADOR_AGENT_GROUND_PAGE_H

#include "agent/ground_numbers.h"
#include "agent/memo.h"
#include "common/arena.h"
#include "proto/proto.h"

#define GROUND_PAGE_NEAR 256 /* makes and models near what was looked for that are read */

typedef struct ground_page_car {
    proto_car_t car; /* of its strings make and model */
    str_t words;     /* as ground_car_t has them */
    size_t version_size;
} ground_page_car_t;

typedef struct ground_page {
    proto_list_t list;
    proto_query_t query; /* of its strings make, model and exclude */
    size_t car_count, near_count;
    ground_page_car_t *cars;
    proto_facet_t *near;
} ground_page_t;

/* From memo, or read and kept there; scratch is written over. Good until the next memo_add; NULL
 * when the arena is full. What is no such JSON is an empty page. */
const ground_page_t *ground_page_read(arena_t *arena, memo_t *memo, ground_sentence_t *scratch,
                                      str_t json);

/* Appends " advance 1.6 cvt " of several texts, folded tokens; returns the bytes up to the end of
 * the first one's. */
size_t ground_page_words(buf_t *out, ground_sentence_t *scratch, const str_t *texts, size_t count);

/* Appends a sentence's words and digits, a blank behind each. */
void ground_page_tokens(buf_t *out, const ground_sentence_t *sentence);

#endif

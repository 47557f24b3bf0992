/* What the catalog answers people of the shop, as JSON. Pure. */
#ifndef MOSTRADOR_GATEWAY_CATALOG_JSON_H
#define MOSTRADOR_GATEWAY_CATALOG_JSON_H

#include "gateway/problem.h"
#include "proto/proto.h"

/* {"car":{…},"seen":"…","sold":false}; false if there is no such car. */
bool catalog_car_json(const proto_cars_t *cars, buf_t *out);

/* {"revision":{…},"seen":"…"} */
void edited_json(const proto_edited_t *edited, buf_t *out);

/* A problem with what is wrong with the values: "problems":[{"column","reason"}…]. */
void values_problem_json(const problem_t *problem, const proto_edited_t *edited, buf_t *out);

/* {"revisions":[…],"more":false} */
void history_json(const proto_history_t *history, buf_t *out);

/* What a file changes: {"digest","cars","added",…,"samples":[{"before","after"}…],"revision"}. */
void imported_json(const proto_imported_t *imported, buf_t *out);

/* A problem with what is wrong with a file's lines: "lines":[{"line","column","reason"}…]. */
void lines_problem_json(const problem_t *problem, const proto_imported_t *imported, buf_t *out);

#endif

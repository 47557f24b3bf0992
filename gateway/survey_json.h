/*
 * What people answered to the survey, as JSON: in all, by version of the rules, by day and version,
 * and the comments. Ratios are computed in whole numbers and rounded once. Pure.
 */
#ifndef MOSTRADOR_GATEWAY_SURVEY_JSON_H
#define MOSTRADOR_GATEWAY_SURVEY_JSON_H

#include "gateway/survey_query.h"
#include "proto/proto.h"

/* People are named as in the log: masked. The rows are those of SURVEYED, by day and rules. */
void survey_json(const survey_query_t *query, const proto_surveyed_t *surveyed, buf_t *out);

#endif

/* The body of a request that is a JSON object, and its members. Pure. */
#ifndef MOSTRADOR_GATEWAY_JSON_BODY_H
#define MOSTRADOR_GATEWAY_JSON_BODY_H

#include <cjson/cJSON.h>
#include <stdint.h>

#include "common/str.h"
#include "gateway/problem.h"

/* The object, freed with cJSON_Delete; NULL and a 400 if the body is none, or has a NUL, with which
 * cJSON would end a string. */
cJSON *json_body_read(str_t body, problem_t *problem);

/* The one string of that name; NULL if it is missing and may be. false and a 400 if it is missing,
 * doubled or no string. */
bool json_body_text(const cJSON *object, const char *name, bool needed, const char **text,
                    problem_t *problem);

/* The same for true or false; false if it is missing. */
bool json_body_flag(const cJSON *object, const char *name, bool *flag, problem_t *problem);

/* The same for a whole number from 0 to 2^53; 0 if it is missing. */
bool json_body_number(const cJSON *object, const char *name, int64_t *number, problem_t *problem);

#endif

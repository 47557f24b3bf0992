/*
 * The models of OPENAI_MODEL in their order, each with its circuit breaker. A turn asks for the
 * next one that may be called; what became of the call is told here, counted and logged.
 */
#ifndef MOSTRADOR_AGENT_MODEL_LIST_H
#define MOSTRADOR_AGENT_MODEL_LIST_H

#include "agent/breaker.h"
#include "agent/model.h"

#define MODEL_LIST_MAX 8
#define MODEL_LIST_FAIR_MS 5000 /* a call cut short before is not held against its server */

typedef struct model_list model_list_t;

/* A call that has begun. */
typedef struct model_pick {
    size_t at; /* in the list */
    breaker_ticket_t ticket;
    int64_t began_ms;
} model_pick_t;

model_list_t *model_list_new(const breaker_settings_t *settings);
void model_list_destroy(model_list_t **self_p);

/* Appends a model and owns it; its label stays good as long as it lives. At most MODEL_LIST_MAX. */
void model_list_add(model_list_t *self, model_t **model);

/* opened is called, inside of model_list_ended and model_list_cut, when one is left alone. */
void model_list_on_open(model_list_t *self, void (*opened)(void *arg, const char *label),
                        void *arg);

size_t model_list_count(const model_list_t *self);

/* The first that may be called now and is not among the failed ones (bit i is the model at i), or
 * -1. */
int model_list_next(const model_list_t *self, uint32_t failed, int64_t now_ms);

model_t *model_list_at(const model_list_t *self, int at);

/* Begins a call of the model at that place, which model_list_next has just named. Every pick is to
 * be given to model_list_ended or model_list_cut. */
void model_list_begin(model_list_t *self, int at, int64_t now_ms, model_pick_t *pick);
void model_list_ended(model_list_t *self, const model_pick_t *pick, const model_result_t *result,
                      int64_t now_ms);

/* Nobody waits for it any more; late: because it took too long. */
void model_list_cut(model_list_t *self, const model_pick_t *pick, bool late, int64_t now_ms);

#endif

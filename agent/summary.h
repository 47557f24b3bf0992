/*
 * What is left of the lines of a conversation that had to go (context.summary): the customer's name
 * if it was told, what was looked for, what can be paid, what was asked about, cars that were
 * spoken of. Made by rules, a few lines of text in the customer's language, the newest last:
 *
 *   Nombre: Ana
 *   Al mes: $5,000
 *   Buscó: Nissan ≤$300,000; Mazda 3 2018+ Automática
 *   Preguntó por: horario, garantía
 *   También vio: March Sense 2020 (301642)
 *
 * It reads its own lines back, in any of the languages, so that taking in one turn after another
 * keeps it short: SUMMARY_MAX bytes, and when a line is full its oldest go. No
 * sentence of the customer gets into it: figures, words of a table, a name of letters, and of what
 * was searched a few words without marks. Pure.
 */
#ifndef MOSTRADOR_AGENT_SUMMARY_H
#define MOSTRADOR_AGENT_SUMMARY_H

#include "proto/proto.h"

#define SUMMARY_MAX 1500

/* Takes in the first count entries, which are about to be dropped. The new text is in the arena;
 * false, and nothing changed: it is full. */
bool summary_take(proto_context_t *context, size_t count, arena_t *arena);

/* A car that is no longer kept. */
bool summary_take_car(proto_context_t *context, const proto_car_t *car, arena_t *arena);

#endif

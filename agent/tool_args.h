/*
 * Reads the arguments a model gives to a tool. They are bytes from outside: what can be understood
 * is (a number written as text, "300 mil", swapped bounds, metres for millimetres), the rest is
 * refused in words the model can act on. Pure.
 */
#ifndef MOSTRADOR_AGENT_TOOL_ARGS_H
#define MOSTRADOR_AGENT_TOOL_ARGS_H

#include "agent/tool_table.h"

#define TOOL_ARGS_MAX_BYTES 65536
#define TOOL_ARGS_MAX_DEPTH 4

/* Strings live in the arena. false: *why is a sentence for the model, good as long as the arena. */
bool tool_args_read(tool_id_t tool, str_t json, tool_args_t *args, arena_t *arena,
                    const char **why);

#endif

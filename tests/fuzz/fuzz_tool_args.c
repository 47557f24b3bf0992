/* Arguments of a tool call: the first byte picks the tool, the rest is what the model sent. What is
 * read must be fit to be sent to the catalog; what is not must say why. */
#include <stdlib.h>

#include "agent/tool_args.h"
#include "agent/tool_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_sendable(tool_id_t tool, const tool_args_t *args)
{
    buf_t out;
    proto_page_t page = {.query = (proto_query_t *)&args->query, .query_count = 1};
    proto_models_t models = {.make = args->make};
    proto_knowledge_t knowledge = {.q = args->text};
    proto_resolve_t resolve = {.text = args->text};
    buf_init(&out, PROTO_MAX_BODY);
    if (tool == TOOL_SEARCH_CARS)
        check(proto_encode(&proto_page_record, &page, &out, NULL));
    else if (tool == TOOL_LIST_MAKES)
        check(proto_encode(&proto_models_record, &models, &out, NULL));
    else if (tool == TOOL_SEARCH_KNOWLEDGE)
        check(proto_encode(&proto_knowledge_record, &knowledge, &out, NULL));
    else if (tool == TOOL_RESOLVE_NAMES)
        check(proto_encode(&proto_resolve_record, &resolve, &out, NULL));
    else if (tool == TOOL_GET_CAR)
        check(args->stock_id > 0);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    tool_id_t tool = data[0] % TOOL_COUNT;
    arena_t *arena = arena_new(1 << 20);
    tool_args_t args;
    const char *why = NULL;
    str_t json = {(const char *)data + 1, size - 1};
    if (tool_args_read(tool, json, &args, arena, &why))
        check_sendable(tool, &args);
    else
        check(why && why[0]);
    arena_destroy(&arena);
    return 0;
}

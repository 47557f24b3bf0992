/*
 * The writer of chat_request.h. The history comes from storage and may have been cut anywhere, so a
 * call without its result and a result without its call are left out here: servers refuse both.
 */
#include "agent/chat_request.h"

#include <assert.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>

#include "agent/json.h"
#include "agent/json_walk.h"
#include "agent/prompt.h"
#include "agent/tools.h"
#include "agent/untrusted.h"

#define HASH_TEXT_SIZE (2 * SHA256_DIGEST_LENGTH + 1)
#define CACHE_GROUPS 16 /* a prefix is cached per machine; one key for all would overload one */

struct chat_request {
    char *model;
    int64_t max_tokens;
    bool hosted;
    memo_t *memo;
    buf_t rules; /* what head was made from */
    buf_t head;  /* {"model":…,"messages":[{the rules} */
    buf_t tail;  /* ],"tools":[…],… up to what differs from call to call */
    char rules_hash[HASH_TEXT_SIZE];
};

static void sha256_text(str_t bytes, char text[HASH_TEXT_SIZE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256((const unsigned char *)(bytes.data ? bytes.data : ""), bytes.size, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

chat_request_t *chat_request_new(const char *model, int64_t max_tokens, bool hosted, memo_t *memo)
{
    chat_request_t *self = calloc(1, sizeof *self);
    if (!self || !(self->model = strdup(model)))
        abort();
    self->max_tokens = max_tokens;
    self->hosted = hosted;
    self->memo = memo;
    buf_init(&self->rules, CHAT_MAX_REQUEST);
    buf_init(&self->head, CHAT_MAX_REQUEST);
    buf_init(&self->tail, CHAT_MAX_REQUEST);
    buf_char(&self->tail, ']');
    json_key(&self->tail, "tools");
    buf_add(&self->tail, tools_schema().data, tools_schema().size);
    json_int(&self->tail, "max_completion_tokens", max_tokens);
    buf_str(&self->tail, ",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
    return self;
}

void chat_request_destroy(chat_request_t **self_p)
{
    chat_request_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    free(self->model);
    buf_free(&self->rules);
    buf_free(&self->head);
    buf_free(&self->tail);
    free(self);
}

/* ---- messages ---- */

static void begin_message(buf_t *out, const char *role)
{
    buf_str(out, out->size && out->data[out->size - 1] == '}' ? ",{" : "{");
    buf_str(out, "\"role\":\"");
    buf_str(out, role); /* ours: nothing in it needs an escape */
    buf_char(out, '"');
}

/* What others wrote, or the tools found in what they wrote. */
static void quote_untrusted(buf_t *out, str_t content)
{
    buf_t safe;
    buf_init(&safe, 3 * content.size + 1);
    untrusted_add(&safe, content);
    json_quote(out, buf_view(&safe));
    buf_free(&safe);
}

/* Some servers parse the arguments of old calls and fail on what a model once wrote wrongly. */
static void quote_arguments(buf_t *out, str_t arguments)
{
    json_quote(out, json_walk_is_object(arguments) ? arguments : STR_LIT("{}"));
}

/* A text of the conversation, made ready once for all the requests it is in. */
static void add_text(chat_request_t *self, buf_t *out, const char *key, memo_kind_t kind,
                     str_t text)
{
    static void (*const quote[])(buf_t * out, str_t text) = {[MEMO_QUOTED] = json_quote,
                                                             [MEMO_CLEANED] = quote_untrusted,
                                                             [MEMO_ARGUMENTS] = quote_arguments};
    size_t size;
    json_key(out, key);
    const void *known = memo_find(self->memo, kind, text, &size);
    if (known) {
        buf_add(out, known, size);
        return;
    }
    size_t from = out->size;
    quote[kind](out, text);
    void *kept = buf_ok(out) ? memo_add(self->memo, kind, text, out->size - from) : NULL;
    if (kept)
        memcpy(kept, out->data + from, out->size - from);
}

static void add_said(chat_request_t *self, buf_t *out, const char *role, str_t content)
{
    begin_message(out, role);
    add_text(self, out, "content", MEMO_CLEANED, content);
    buf_char(out, '}');
}

static void add_message(chat_request_t *self, buf_t *out, const char *role, str_t content)
{
    begin_message(out, role);
    add_text(self, out, "content", MEMO_QUOTED, content);
    buf_char(out, '}');
}

/* Made anew only when the rules have changed. */
static void refresh_head(chat_request_t *self, str_t rules)
{
    if (self->head.size && str_eq(buf_view(&self->rules), rules))
        return;
    buf_clear(&self->rules);
    buf_add(&self->rules, rules.data, rules.size);
    buf_clear(&self->head);
    buf_char(&self->head, '{');
    json_text(&self->head, "model", str_from(self->model));
    json_key(&self->head, "messages");
    buf_char(&self->head, '[');
    add_message(self, &self->head, "system", rules);
    sha256_text(rules, self->rules_hash);
}

static bool is_role(const proto_entry_t *entry, const char *role)
{
    return str_is(entry->role, role);
}

/*
 * An id says nothing but which result belongs to which call, so both get one made from the place in
 * the conversation: unique, and of the nine letters and digits that the strictest servers ask for,
 * whoever (another server, the offline seller) made the call.
 */
static void add_id(buf_t *out, const char *key, size_t at)
{
    char id[] = "call00000";
    for (size_t i = sizeof id - 1; at && id[i - 1] != 'l'; at /= 10)
        id[--i] = (char)('0' + at % 10);
    json_key(out, key);
    buf_char(out, '"');
    buf_add(out, id, sizeof id - 1);
    buf_char(out, '"');
}

/* Index of the result of the call at index call, among entries from to end; end if it has none. A
 * result belongs to the first call of its id. */
static size_t find_result(const proto_context_t *context, size_t first, size_t call, size_t from,
                          size_t end)
{
    str_t id = context->entries[call].call_id;
    for (size_t i = first; i < call; i++)
        if (str_eq(context->entries[i].call_id, id))
            return end;
    for (size_t i = from; i < end; i++)
        if (str_eq(context->entries[i].call_id, id))
            return i;
    return end;
}

/*
 * Calls that stand together were one answer: one assistant message with said (may be empty), then
 * their results. Returns the index behind the calls and results.
 */
static size_t add_calls(chat_request_t *self, buf_t *out, const proto_context_t *context,
                        size_t first, str_t said)
{
    size_t count = context->entries_count, from = first, end;
    while (from < count && is_role(&context->entries[from], "call"))
        from++;
    for (end = from; end < count && is_role(&context->entries[end], "tool");)
        end++;
    bool any = false;
    for (size_t i = first; i < from; i++) {
        const proto_entry_t *call = &context->entries[i];
        if (find_result(context, first, i, from, end) == end)
            continue;
        if (!any) {
            begin_message(out, "assistant");
            if (said.size) {
                add_text(self, out, "content", MEMO_QUOTED, said);
            } else {
                json_key(out, "content");
                buf_str(out, "null");
            }
            buf_str(out, ",\"tool_calls\":[");
        }
        buf_str(out, any ? ",{" : "{");
        add_id(out, "id", i);
        buf_str(out, ",\"type\":\"function\",\"function\":{");
        json_text(out, "name", call->tool);
        add_text(self, out, "arguments", MEMO_ARGUMENTS, call->text);
        buf_str(out, "}}");
        any = true;
    }
    if (any)
        buf_str(out, "]}");
    else if (said.size)
        add_message(self, out, "assistant", said);
    for (size_t i = first; i < from; i++) {
        size_t result = find_result(context, first, i, from, end);
        if (result == end)
            continue;
        begin_message(out, "tool");
        add_id(out, "tool_call_id", i);
        add_text(self, out, "content", MEMO_CLEANED, context->entries[result].text);
        buf_char(out, '}');
    }
    return end;
}

/* What somebody of the shop said, as data in a message of the system's: it is neither the seller's
 * own nor an order. */
static void add_shops(chat_request_t *self, buf_t *out, const proto_entry_t *entry)
{
    buf_t text;
    buf_init(&text, PROTO_MAX_REPLY + 512);
    buf_printf(&text,
               is_role(entry, "note")
                   ? "Nota interna de la agencia%s%.*s, al devolverte la conversación. Tenla en "
                     "cuenta; no es una instrucción ni se le muestra al cliente:\n%.*s"
                   : "Una persona de la agencia%s%.*s, le escribió al cliente. Vale lo que le "
                     "dijo; no lo contradigas:\n%.*s",
               entry->shown.size ? ", " : "", STR_ARG(entry->shown), STR_ARG(entry->text));
    add_said(self, out, "system", buf_view(&text));
    buf_free(&text);
}

static void add_conversation(chat_request_t *self, buf_t *out, const proto_context_t *context)
{
    for (size_t i = 0; i < context->entries_count;) {
        const proto_entry_t *entry = &context->entries[i];
        bool said = is_role(entry, "assistant");
        if (is_role(entry, "call")) {
            i = add_calls(self, out, context, i, (str_t){0});
        } else if (said && i + 1 < context->entries_count &&
                   is_role(&context->entries[i + 1], "call")) {
            i = add_calls(self, out, context, i + 1, entry->text);
        } else {
            if (is_role(entry, "user"))
                add_said(self, out, "user", entry->text);
            else if (is_role(entry, "person") || is_role(entry, "note"))
                add_shops(self, out, entry);
            else if (said && entry->text.size)
                add_message(self, out, "assistant", entry->text);
            i++; /* a result without its call is left out */
        }
    }
}

/* ---- the body ---- */

static void add_identity(chat_request_t *self, str_t user_id, buf_t *out)
{
    char hash[HASH_TEXT_SIZE], key[40];
    sha256_text(user_id, hash);
    json_text(out, "safety_identifier", str_from(hash));
    unsigned group = 0;
    sscanf(hash, "%2x", &group);
    snprintf(key, sizeof key, "mostrador-%.12s-%u", self->rules_hash, group % CACHE_GROUPS);
    json_text(out, "prompt_cache_key", str_from(key));
}

bool chat_request_write(chat_request_t *self, const model_request_t *request, buf_t *out)
{
    refresh_head(self, request->rules);
    buf_add(out, self->head.data, self->head.size);
    buf_t state;
    buf_init(&state, PROMPT_MAX_STATE);
    prompt_summary(request->context, &state);
    if (state.size)
        add_said(self, out, "system", buf_view(&state));
    add_conversation(self, out, request->context);
    buf_clear(&state);
    if (!request->state.data)
        prompt_state(request->context, request->state_tokens, &state);
    str_t stands = request->state.data ? request->state : buf_view(&state);
    if (stands.size && buf_ok(&state)) { /* it does not come again */
        begin_message(out, "system");
        json_key(out, "content");
        quote_untrusted(out, stands);
        buf_char(out, '}');
    }
    buf_free(&state);
    if (request->note.size) {
        add_message(self, out, "assistant", request->draft);
        add_message(self, out, "system", request->note);
    }
    buf_add(out, self->tail.data, self->tail.size);
    if (!request->tools)
        json_text(out, "tool_choice", STR_LIT("none"));
    if (self->hosted)
        add_identity(self, request->user_id, out);
    buf_char(out, '}');
    return buf_ok(out) && buf_ok(&self->head);
}

/* Joins deltas. A streamed answer and one in a piece differ only in the name of a field. */
#include "agent/chat_reply.h"

#include <cjson/cJSON.h>
#include <stdio.h>

#include "agent/chat_delta.h"
#include "common/text.h"

void chat_reply_init(chat_reply_t *self)
{
    *self = (chat_reply_t){.finish = CHAT_UNFINISHED};
    buf_init(&self->text, CHAT_MAX_TEXT);
    buf_init(&self->refusal, CHAT_MAX_TEXT);
    for (size_t i = 0; i < MODEL_MAX_CALLS; i++)
        buf_init(&self->calls[i].arguments, CHAT_MAX_TEXT);
}

void chat_reply_free(chat_reply_t *self)
{
    buf_free(&self->text);
    buf_free(&self->refusal);
    for (size_t i = 0; i < MODEL_MAX_CALLS; i++)
        buf_free(&self->calls[i].arguments);
}

static bool bad(chat_reply_t *self, const char *why)
{
    if (!self->bad)
        self->bad = why;
    return false;
}

static const char *string_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    return cJSON_IsString(item) ? item->valuestring : NULL;
}

static int64_t count_of(const cJSON *object, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
    if (!cJSON_IsNumber(item) || !(item->valuedouble > 0) || item->valuedouble > 1e12)
        return 0;
    return (int64_t)item->valuedouble;
}

/* cJSON passes bytes on as they came; what goes to customers and to other processes is UTF-8. */
static void add_text(buf_t *out, const char *piece)
{
    str_t text = str_from(piece);
    if (utf8_valid(text)) {
        buf_add(out, text.data, text.size);
        return;
    }
    for (size_t at = 0; at < text.size;)
        utf8_add(out, utf8_next(text, &at));
}

/* ---- tool calls ---- */

static chat_call_t *find_call(chat_reply_t *self, const cJSON *item, const char *id)
{
    const cJSON *index = cJSON_GetObjectItemCaseSensitive(item, "index");
    int64_t wanted;
    if (cJSON_IsNumber(index)) {
        wanted = (int64_t)index->valueint;
    } else {
        /* some servers number nothing: an id begins a call, a piece without one goes on with it */
        chat_call_t *last = self->call_count ? &self->calls[self->call_count - 1] : NULL;
        if (last && (!id || strcmp(last->id, id) == 0))
            return last;
        wanted = last ? last->index + 1 : 0;
    }
    for (size_t i = 0; i < self->call_count; i++)
        if (self->calls[i].index == wanted)
            return &self->calls[i];
    if (self->call_count == MODEL_MAX_CALLS)
        return NULL;
    chat_call_t *call = &self->calls[self->call_count++];
    call->index = wanted;
    return call;
}

static bool add_call(chat_reply_t *self, const cJSON *item)
{
    const char *id = string_of(item, "id");
    if (id && !*id)
        id = NULL;
    chat_call_t *call = find_call(self, item, id);
    if (!call)
        return bad(self, "too_many_calls");
    if (id && strlen(id) <= CHAT_MAX_NAME && utf8_valid(str_from(id)))
        snprintf(call->id, sizeof call->id, "%s", id);
    const cJSON *function = cJSON_GetObjectItemCaseSensitive(item, "function");
    const char *name = string_of(function, "name");
    if (name && *name) {
        if (strlen(name) > CHAT_MAX_NAME || !utf8_valid(str_from(name)))
            return bad(self, "garbage");
        snprintf(call->name, sizeof call->name, "%s", name);
    }
    const char *arguments = string_of(function, "arguments");
    if (arguments)
        add_text(&call->arguments, arguments);
    return buf_ok(&call->arguments) || bad(self, "too_long");
}

/* Another of the first count calls has the id of call i. */
static bool shares_id(const chat_reply_t *self, size_t i, size_t count)
{
    for (size_t j = 0; j < count; j++)
        if (j != i && strcmp(self->calls[i].id, self->calls[j].id) == 0)
            return true;
    return false;
}

/* Ids only pair a call with its result, so a missing, overlong or repeated one is replaced, by one
 * that no other call has, also none that comes after. */
static void mend_ids(chat_reply_t *self)
{
    for (size_t i = 0; i < self->call_count; i++) {
        chat_call_t *call = &self->calls[i];
        bool wrong = !call->id[0] || shares_id(self, i, i);
        for (size_t n = i; wrong; n++) {
            snprintf(call->id, sizeof call->id, "call_%zu", n);
            wrong = shares_id(self, i, self->call_count);
        }
    }
}

/* ---- messages ---- */

/* A delta, or a whole message: the same fields. */
static bool add_message(chat_reply_t *self, const cJSON *message)
{
    const char *content = string_of(message, "content");
    if (content)
        add_text(&self->text, content);
    const char *refusal = string_of(message, "refusal");
    if (refusal)
        add_text(&self->refusal, refusal);
    if (!buf_ok(&self->text) || !buf_ok(&self->refusal))
        return bad(self, "too_long");
    const cJSON *calls = cJSON_GetObjectItemCaseSensitive(message, "tool_calls"), *call;
    cJSON_ArrayForEach (call, calls) {
        if (!add_call(self, call))
            return false;
    }
    return true;
}

static chat_finish_t finish_of(const char *reason)
{
    if (strcmp(reason, "length") == 0)
        return CHAT_LENGTH;
    if (strcmp(reason, "content_filter") == 0)
        return CHAT_FILTERED;
    return CHAT_STOP;
}

static void error_of(chat_error_t *self, const cJSON *error)
{
    const char *code = string_of(error, "code"), *type = string_of(error, "type");
    const char *said = code && *code ? code : type ? type : "";
    snprintf(self->code, sizeof self->code, "%s", said);
    self->quota = (code && strcmp(code, "insufficient_quota") == 0) ||
                  (type && strcmp(type, "insufficient_quota") == 0);
    self->filtered = code && strcmp(code, "content_filter") == 0;
}

static bool add_answer(chat_reply_t *self, const cJSON *answer, const char *message)
{
    if (!cJSON_IsObject(answer))
        return bad(self, "garbage");
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(answer, "error");
    if (error && !cJSON_IsNull(error)) {
        self->failed = true;
        error_of(&self->error, error);
        return false;
    }
    const cJSON *usage = cJSON_GetObjectItemCaseSensitive(answer, "usage");
    if (cJSON_IsObject(usage)) {
        self->tokens_in = count_of(usage, "prompt_tokens");
        self->tokens_out = count_of(usage, "completion_tokens");
        self->tokens_cached = count_of(
            cJSON_GetObjectItemCaseSensitive(usage, "prompt_tokens_details"), "cached_tokens");
    }
    const cJSON *choices = cJSON_GetObjectItemCaseSensitive(answer, "choices");
    const cJSON *choice = cJSON_GetArrayItem(choices, 0);
    if (!choice)
        return true; /* the last event has the usage only */
    if (!add_message(self, cJSON_GetObjectItemCaseSensitive(choice, message)))
        return false;
    const char *reason = string_of(choice, "finish_reason");
    if (reason && *reason)
        self->finish = finish_of(reason);
    return true;
}

static bool parse(chat_reply_t *self, str_t json, const char *message)
{
    cJSON *answer = cJSON_ParseWithLength(json.data ? json.data : "", json.size);
    if (!answer)
        return bad(self, "garbage");
    bool more = add_answer(self, answer, message);
    cJSON_Delete(answer);
    return more;
}

/* ---- the usual event ---- */

static void add_unescaped(buf_t *out, str_t raw)
{
    static const char meant[128] = {['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
                                    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t'};
    for (const char *at; raw.size && (at = memchr(raw.data, '\\', raw.size));) {
        size_t plain = (size_t)(at - raw.data);
        buf_add(out, raw.data, plain);
        buf_char(out, meant[at[1] & 0x7f]);
        raw = (str_t){at + 2, raw.size - plain - 2};
    }
    if (raw.size)
        buf_add(out, raw.data, raw.size);
}

/* false: the event is not of that kind, and nothing was taken of it. */
static bool take_delta(chat_reply_t *self, str_t data)
{
    chat_delta_t delta;
    if (!chat_delta_next(&self->shape, data, &delta))
        return false;
    chat_call_t *call = NULL;
    for (size_t i = 0; i < self->call_count && delta.index >= 0 && !call; i++)
        if (self->calls[i].index == delta.index)
            call = &self->calls[i];
    if (delta.index >= 0 && !call)
        return false; /* the beginning of a call */
    if (delta.content.data)
        add_unescaped(&self->text, delta.content);
    if (call)
        add_unescaped(&call->arguments, delta.arguments);
    if (!buf_ok(&self->text) || (call && !buf_ok(&call->arguments)))
        bad(self, "too_long");
    else if (delta.finish.size)
        self->finish = str_is(delta.finish, "length")           ? CHAT_LENGTH
                       : str_is(delta.finish, "content_filter") ? CHAT_FILTERED
                                                                : CHAT_STOP;
    return true;
}

bool chat_reply_event(chat_reply_t *self, str_t data)
{
    if (self->bad || self->failed)
        return false;
    self->events++;
    data = text_trim(data);
    if (data.size == 0 || self->done)
        return true;
    if (str_is(data, "[DONE]")) {
        self->done = true;
        return true;
    }
    if (take_delta(self, data))
        return !self->bad;
    return parse(self, data, "delta");
}

bool chat_reply_whole(chat_reply_t *self, str_t json)
{
    if (!parse(self, json, "message"))
        return false;
    self->done = true;
    return true;
}

bool chat_reply_complete(const chat_reply_t *self)
{
    return self->done || self->finish != CHAT_UNFINISHED;
}

bool chat_reply_begun(const chat_reply_t *self)
{
    return self->text.size || self->refusal.size || self->call_count;
}

/* ---- the result ---- */

static void refused(chat_reply_t *self, model_result_t *result)
{
    result->status = MODEL_REFUSED;
    result->error = self->refusal.size ? "refusal" : "content_filter";
    result->text = self->refusal.size ? buf_view(&self->refusal) : buf_view(&self->text);
}

static void unusable(model_result_t *result, const char *why)
{
    result->status = MODEL_BAD;
    result->error = why;
}

static void calls(chat_reply_t *self, model_result_t *result)
{
    mend_ids(self);
    for (size_t i = 0; i < self->call_count; i++) {
        const chat_call_t *call = &self->calls[i];
        if (!call->name[0]) {
            unusable(result, "garbage");
            return;
        }
        result->calls[i] = (model_tool_call_t){str_from(call->id), str_from(call->name),
                                               buf_view(&call->arguments)};
    }
    result->status = MODEL_CALLS;
    result->call_count = self->call_count;
    result->text = buf_view(&self->text);
}

void chat_reply_result(chat_reply_t *self, model_result_t *result)
{
    result->tokens_in = self->tokens_in;
    result->tokens_cached = self->tokens_cached;
    result->tokens_out = self->tokens_out;
    if (self->bad) {
        unusable(result, self->bad);
    } else if (self->refusal.size || self->finish == CHAT_FILTERED) {
        refused(self, result);
    } else if (self->call_count && self->finish == CHAT_LENGTH) {
        unusable(result, "cut_call");
    } else if (self->call_count) {
        calls(self, result);
    } else if (text_trim(buf_view(&self->text)).size == 0) {
        unusable(result, self->finish == CHAT_LENGTH ? "cut" : "empty");
    } else {
        result->status = MODEL_TEXT;
        result->text = buf_view(&self->text);
    }
}

void chat_error_read(chat_error_t *self, str_t body)
{
    *self = (chat_error_t){.quota = false};
    cJSON *answer = cJSON_ParseWithLength(body.data ? body.data : "", body.size);
    error_of(self, cJSON_GetObjectItemCaseSensitive(answer, "error"));
    cJSON_Delete(answer);
}

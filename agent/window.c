/*
 * Sizes are estimates all the way: of an entry it is kept with it, so a long conversation is not
 * counted anew in every turn.
 */
#include "agent/window.h"

#include "agent/summary.h"

/* ---- sizes ---- */

size_t window_fixed(const prompt_t *prompt)
{
    return 2 * TOKENS_MESSAGE + prompt_tokens(prompt) + tools_schema_tokens();
}

static size_t scaled(const window_t *self)
{
    return self->tokens * 1000 / (size_t)tokens_scale_permille(&self->scale);
}

bool window_too_narrow(const window_t *self)
{
    return scaled(self) < self->fixed + WINDOW_LEAST;
}

size_t window_room(const window_t *self)
{
    return window_too_narrow(self) ? WINDOW_LEAST : scaled(self) - self->fixed;
}

size_t window_state_room(const window_t *self)
{
    return window_room(self) / 3;
}

/* Of prompt_state, which is written into text if there is one. */
static size_t state_tokens(const window_t *self, const proto_context_t *context, buf_t *text)
{
    buf_t own;
    buf_init(&own, PROMPT_MAX_STATE);
    buf_t *out = text ? text : &own;
    size_t tokens = prompt_state(context, window_state_room(self), out);
    buf_free(&own);
    return tokens ? TOKENS_MESSAGE + tokens : 0;
}

static size_t summary_tokens(const proto_context_t *context)
{
    buf_t text;
    buf_init(&text, PROMPT_MAX_STATE);
    prompt_summary(context, &text);
    size_t tokens = text.size ? TOKENS_MESSAGE + tokens_of(buf_view(&text)) : 0;
    buf_free(&text);
    return tokens;
}

static size_t sum(const proto_entry_t *entries, size_t count)
{
    size_t tokens = 0;
    for (size_t i = 0; i < count; i++)
        tokens += (size_t)entries[i].tokens;
    return tokens;
}

static size_t bytes(const proto_entry_t *entries, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += entries[i].text.size;
    return size;
}

static size_t request_tokens(const window_t *self, const proto_context_t *context, size_t state)
{
    return self->fixed + summary_tokens(context) + state +
           sum(context->entries, context->entries_count);
}

size_t window_request(const window_t *self, const proto_context_t *context)
{
    return request_tokens(self, context, state_tokens(self, context, NULL));
}

str_t window_state(const window_t *self, context_t *context)
{
    context_state_t *state = &context->state;
    size_t room = window_state_room(self);
    if (state->known && state->room == room)
        return state->text;
    buf_t text;
    buf_init(&text, PROMPT_MAX_STATE);
    state->tokens = state_tokens(self, &context->now, &text);
    state->text = (str_t){arena_copy(context->arena, buf_view(&text)), text.size};
    state->room = room;
    state->known = state->text.data != NULL;
    buf_free(&text);
    return state->text;
}

size_t window_request_stated(const window_t *self, context_t *context)
{
    window_state(self, context);
    return request_tokens(self, &context->now, context->state.tokens);
}

/* ---- results ---- */

static void replace(proto_entry_t *entry, str_t text)
{
    entry->text = text;
    entry->tokens = context_entry_tokens(entry);
}

/* Results from from to end become markers, oldest first, while there is more than room; returns
 * how many. */
static size_t mark_results(context_t *context, size_t from, size_t end, size_t *size, size_t room)
{
    size_t marked = 0;
    str_t marker = STR_LIT(WINDOW_MARKER);
    for (size_t i = from; i<end && * size> room; i++) {
        proto_entry_t *entry = &context->now.entries[i];
        if (!str_is(entry->role, "tool") || entry->text.size <= marker.size)
            continue;
        *size -= (size_t)entry->tokens;
        replace(entry, marker);
        *size += (size_t)entry->tokens;
        marked++;
    }
    return marked;
}

/* ---- dropping ---- */

static void drop(context_t *context, size_t at, size_t count)
{
    proto_context_t *now = &context->now;
    memmove(now->entries + at, now->entries + at + count,
            (now->entries_count - at - count) * sizeof *now->entries);
    now->entries_count -= count;
    if (at < context->turn_start)
        context->turn_start -= count;
    if (at < context->turn_said)
        context->turn_said -= count;
}

/* Where the turn ends that begins at from; never beyond the start of this one. */
static size_t turn_end(const context_t *context, size_t from)
{
    const proto_entry_t *entries = context->now.entries;
    size_t end = from + 1;
    while (end < context->turn_start && str_eq(entries[end].turn_id, entries[from].turn_id))
        end++;
    return end;
}

static bool drop_turns(const window_t *self, context_t *context, size_t *size, size_t room,
                       window_loss_t *loss)
{
    proto_context_t *now = &context->now;
    size_t count = 0, tokens = *size, left = bytes(now->entries, now->entries_count);
    size_t most = self->entries - self->entries / 4;
    while (count < context->turn_start &&
           (tokens > room || now->entries_count - count > most || left > WINDOW_MAX_BYTES)) {
        size_t end = turn_end(context, count);
        tokens -= sum(now->entries + count, end - count);
        left -= bytes(now->entries + count, end - count);
        count = end;
        loss->turns++;
    }
    if (!count)
        return true;
    bool kept = summary_take(now, count, context->arena);
    drop(context, 0, count);
    *size = tokens;
    return kept;
}

/* This turn's messages have at most room; the last one is cut if it has to be. */
static void fit_messages(context_t *context, size_t *size, size_t room, window_loss_t *loss)
{
    size_t from = context->turn_start, end = context->turn_said;
    proto_entry_t *entries = context->now.entries;
    size_t own = sum(entries + from, end - from), count = 0;
    for (; own > room && from + count + 1 < end; count++) {
        own -= (size_t)entries[from + count].tokens;
        *size -= (size_t)entries[from + count].tokens;
    }
    drop(context, from, count);
    /* drop moved the end too, but not the start: what went was behind it */
    loss->messages += count;
    if (own <= room || end == from)
        return;
    proto_entry_t *last = &entries[from];
    *size -= (size_t)last->tokens;
    replace(last, tokens_front(last->text, room - TOKENS_MESSAGE));
    *size += (size_t)last->tokens;
    loss->messages++;
}

/* What this turn has called and found goes until there is room: older results, the newest one,
 * older pairs. */
static void fit_results(context_t *context, size_t *size, size_t room, window_loss_t *loss)
{
    proto_context_t *now = &context->now;
    size_t from = context->turn_said, end = now->entries_count;
    size_t newest = end;
    while (newest > from && !str_is(now->entries[newest - 1].role, "tool"))
        newest--;
    if (newest == from)
        return;
    newest--;
    loss->results += mark_results(context, from, newest, size, room);
    if (*size > room && now->entries[newest].text.size > sizeof WINDOW_TOO_LONG) {
        *size -= (size_t)now->entries[newest].tokens;
        replace(&now->entries[newest], STR_LIT(WINDOW_TOO_LONG));
        *size += (size_t)now->entries[newest].tokens;
        loss->results++;
    }
    while (*size > room && from + 1 < newest) { /* a call is followed by its result */
        *size -= sum(now->entries + from, 2);
        drop(context, from, 2);
        newest -= 2;
        loss->results++;
    }
}

/* The tokens that are left for the conversation beside a state of that size: the summary may have
 * its whole size as soon as something goes. */
static size_t conversation_room(const window_t *self, size_t state)
{
    size_t room = window_room(self), around = state + WINDOW_SUMMARY;
    return room > around ? room - around : 0;
}

static bool is_too_large(const window_t *self, const context_t *context, size_t size, size_t room)
{
    const proto_context_t *now = &context->now;
    return size > room || now->entries_count > self->entries ||
           bytes(now->entries, now->entries_count) > WINDOW_MAX_BYTES;
}

/* It fits even if the state were as large as it may be: it need not be written to know. */
static bool fits_anyway(const window_t *self, const context_t *context, size_t size)
{
    size_t room = conversation_room(self, TOKENS_MESSAGE + window_state_room(self));
    size_t from = context->turn_start, count = context->turn_said - from;
    return !is_too_large(self, context, size, room) &&
           sum(context->now.entries + from, count) <= room / 2;
}

bool window_fit(const window_t *self, context_t *context, bool results, window_loss_t *loss)
{
    proto_context_t *now = &context->now;
    *loss = (window_loss_t){.turns = 0};
    size_t size = sum(now->entries, now->entries_count);
    if (!now->entries_count || fits_anyway(self, context, size))
        return true;
    window_state(self, context);
    size_t conversation = conversation_room(self, context->state.tokens);
    fit_messages(context, &size, conversation / 2, loss);
    bool kept = true;
    if (is_too_large(self, context, size, conversation)) {
        size_t target = conversation - conversation / 4;
        mark_results(context, 0, context->turn_start, &size, target);
        kept = drop_turns(self, context, &size, target, loss);
    }
    if (results && size > conversation)
        fit_results(context, &size, conversation, loss);
    return kept;
}

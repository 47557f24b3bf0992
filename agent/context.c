#include "agent/context.h"

#include <stdio.h>

#include "agent/kept.h"
#include "agent/person.h"
#include "agent/summary.h"
#include "agent/understand.h"
#include "agent/untrusted.h"
#include "common/text.h"
#include "common/tokens.h"

#define MAX_TEXT PROTO_MAX_REPLY /* of an entry */
#define MAX_NAME 64              /* of a tool or a call id */
#define ID_FRONT 30              /* bytes; with a turn id and a number they make a name */
#define MAX_TURN_ID 32
#define SPARE_ROOM 8 /* what a turn adds, mostly; thousands of them wait with theirs */
#define SURVEY_MARK "survey"
#define SHORT_BYTES 200 /* a longer message says something else too */

/* ---- opening ---- */

bool context_open(context_t *self, arena_t *arena, const proto_context_t *remembered,
                  const char *turn_id)
{
    *self = (context_t){.arena = arena};
    snprintf(self->turn_id, sizeof self->turn_id, "%s", turn_id);
    if (remembered && !proto_copy(&proto_context_record, remembered, &self->now, arena))
        return false;
    self->now.version = 1;
    for (size_t i = 0; i < self->now.entries_count; i++)
        if (!self->now.entries[i].tokens)
            self->now.entries[i].tokens = context_entry_tokens(&self->now.entries[i]);
    self->room = self->now.entries_count;
    self->before = self->now;
    self->turn_start = self->turn_said = self->now.entries_count;
    return true;
}

/* ---- entries ---- */

/* As it is sent: what others wrote is a little longer when there are marks in it to be broken. */
static size_t text_tokens(const proto_entry_t *entry)
{
    str_t text = entry->text;
    bool others = !str_is(entry->role, "assistant") && !str_is(entry->role, "call");
    if (!others || !text.size ||
        (!memchr(text.data, '<', text.size) && !memchr(text.data, '[', text.size)))
        return tokens_of(text);
    buf_t safe;
    buf_init(&safe, 3 * text.size + 1);
    untrusted_add(&safe, text);
    size_t tokens = tokens_of(buf_view(&safe));
    buf_free(&safe);
    return tokens;
}

int64_t context_entry_tokens(const proto_entry_t *entry)
{
    size_t around = str_is(entry->role, "call") ? TOKENS_CALL : TOKENS_MESSAGE;
    if (str_is(entry->role, "tool"))
        around += TOKENS_MESSAGE; /* the id of its call */
    else if (entry->tool.size)
        around += tokens_of(entry->tool);
    else if (entry->by.size)
        around += TOKENS_WHOSE + tokens_of(entry->shown);
    return (int64_t)(around + text_tokens(entry));
}

str_t context_clean(arena_t *arena, str_t text, size_t max)
{
    if (utf8_valid(text)) {
        text = utf8_front(text, max);
        char *copy = arena_copy(arena, text);
        return (str_t){copy, copy ? text.size : 0};
    }
    buf_t mended;
    buf_init(&mended, max + 4);
    for (size_t at = 0; at < text.size && mended.size < max;)
        utf8_add(&mended, utf8_next(text, &at));
    text = buf_ok(&mended) ? utf8_front(buf_view(&mended), max) : (str_t){0};
    char *copy = arena_copy(arena, text);
    buf_free(&mended);
    return (str_t){copy, copy ? text.size : 0};
}

static bool make_room(context_t *self, size_t more)
{
    size_t wanted = self->now.entries_count + more;
    if (wanted <= self->room)
        return true;
    size_t room = wanted + wanted / 4 + SPARE_ROOM;
    proto_entry_t *entries = arena_alloc(self->arena, room * sizeof *entries);
    if (!entries)
        return false;
    if (self->now.entries_count)
        memcpy(entries, self->now.entries, self->now.entries_count * sizeof *entries);
    self->now.entries = entries;
    self->room = room;
    return true;
}

static bool add(context_t *self, proto_entry_t entry)
{
    if (self->now.entries_count >= CONTEXT_MAX_ENTRIES || !make_room(self, 1))
        return false;
    char *turn_id = arena_copy(self->arena, str_from(self->turn_id));
    if (!turn_id)
        return false;
    entry.turn_id = str_from(turn_id);
    entry.tokens = context_entry_tokens(&entry);
    self->now.entries[self->now.entries_count++] = entry;
    return true;
}

/* Without the note that the gateway put at the end for what is no text: it is Spanish, and so may
 * be the name of a place in it, whatever the customer speaks. */
static str_t own_words(str_t text)
{
    const char *end = text.size ? memrchr(text.data, '\n', text.size) : NULL;
    size_t at = end ? (size_t)(end + 1 - text.data) : 0;
    bool note = text.size > at && text.data[at] == '[' && text.data[text.size - 1] == ']';
    return note ? (str_t){text.data, at} : text;
}

static void note_manners(context_t *self, str_t text)
{
    language_t spoken = language_from(self->now.language), said;
    int formal = 0;
    text = own_words(text);
    understand_manners(text, &said, &formal);
    if (said != spoken && said != LANGUAGE_NONE)
        self->now.language = str_from(language_code(understand_language(text, spoken)));
    if (formal != 0)
        self->now.formal = formal > 0;
}

static void forget(context_t *self)
{
    self->now =
        (proto_context_t){.version = 1, .language = self->now.language, .formal = self->now.formal};
    self->before = self->now;
    self->state.known = false;
    self->room = self->turn_start = self->turn_said = 0;
    self->forgot = true;
}

bool context_said(context_t *self, const proto_waiting_t *message)
{
    str_t text = context_clean(self->arena, message->text, MAX_TEXT);
    understood_t said = {0};
    if (text.size <= SHORT_BYTES)
        understand(text, &said);
    if (said.says & SAYS_RESET)
        forget(self);
    self->wants_person |= ((said.says & SAYS_PERSON) && !(said.says & SAYS_WHO)) ||
                          person_is_agreed(&self->now, &said);
    self->angry |= person_is_angry(text, &said);
    if (!add(self,
             (proto_entry_t){.role = STR_LIT("user"), .text = text, .at_ms = message->received_ms}))
        return false;
    note_manners(self, text);
    if (message->opt.size)
        self->opt = str_is(message->opt, "out") ? STR_LIT("out") : STR_LIT("in");
    self->turn_said = self->now.entries_count;
    return text.size == 0 || text.data != NULL;
}

/* An answer that never went out was never given; what was found out for it stays. */
static void take_back(context_t *self, str_t turn_id)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->now.entries_count; i++) {
        const proto_entry_t *entry = &self->now.entries[i];
        if (!str_is(entry->role, "assistant") || !str_eq(entry->turn_id, turn_id))
            self->now.entries[kept++] = *entry;
    }
    self->now.entries_count = kept;
}

/* Each is a turn of its own, so that the newest stay when not all fit. */
bool context_talk(context_t *self, const proto_waiting_t *said)
{
    bool person = str_is(said->role, "person"), note = str_is(said->role, "note");
    if (str_is(said->role, "unsent")) {
        take_back(self, said->message_id);
    } else if (person || note || !said->role.size) {
        const char *number = arena_printf(self->arena, "talk-%lld", (long long)said->seq);
        str_t turn_id = person ? context_clean(self->arena, said->message_id, MAX_TURN_ID)
                               : str_from(number ? number : "");
        str_t text = context_clean(self->arena, said->text, MAX_TEXT);
        proto_entry_t entry = {.role = person ? STR_LIT("person")
                                       : note ? STR_LIT("note")
                                              : STR_LIT("user"),
                               .text = text,
                               .by = context_clean(self->arena, said->by, MAX_NAME),
                               .shown = context_clean(self->arena, said->shown, MAX_NAME),
                               .at_ms = said->received_ms};
        if (!turn_id.size || !add(self, entry))
            return false;
        self->now.entries[self->now.entries_count - 1].turn_id = turn_id;
        if (!person && !note)
            note_manners(self, text);
    }
    self->turn_start = self->turn_said = self->now.entries_count;
    return true;
}

bool context_aside(context_t *self, const char *role, str_t text, int64_t at_ms)
{
    text = context_clean(self->arena, text, MAX_TEXT);
    if (!add(self, (proto_entry_t){.role = str_from(role), .text = text, .at_ms = at_ms}))
        return false;
    proto_entry_t *entries = self->now.entries;
    size_t last = self->now.entries_count - 1;
    proto_entry_t added = entries[last];
    memmove(entries + self->turn_start + 1, entries + self->turn_start,
            (last - self->turn_start) * sizeof *entries);
    entries[self->turn_start] = added;
    self->turn_start++;
    self->turn_said++;
    if (str_is(added.role, "user"))
        note_manners(self, text);
    return true;
}

static proto_entry_t *last_answer(context_t *self)
{
    size_t count = self->now.entries_count;
    proto_entry_t *last = count ? &self->now.entries[count - 1] : NULL;
    return last && str_is(last->role, "assistant") ? last : NULL;
}

void context_mark_question(context_t *self)
{
    proto_entry_t *last = last_answer(self);
    if (last)
        last->tool = STR_LIT(SURVEY_MARK);
}

void context_unsay(context_t *self, str_t turn_id)
{
    const proto_entry_t *last = last_answer(self);
    if (last && str_is(last->tool, SURVEY_MARK) && !str_eq(last->turn_id, turn_id))
        self->turn_start = self->turn_said = --self->now.entries_count;
}

static bool id_taken(const context_t *self, str_t id)
{
    for (size_t i = 0; i < self->now.entries_count; i++)
        if (str_eq(self->now.entries[i].call_id, id))
            return true;
    return false;
}

/* Ids pair a call with its result, so one that is missing, too long or used before is replaced; its
 * front stays, which may mean something to the model that made it. */
static str_t call_id(context_t *self, str_t id)
{
    if (id.size && id.size <= MAX_NAME && utf8_valid(id) && !id_taken(self, id))
        return context_clean(self->arena, id, MAX_NAME);
    str_t front = id.size && utf8_valid(id) ? utf8_front(id, ID_FRONT) : STR_LIT("call");
    return str_from(arena_printf(self->arena, "%.*s-%s-%zu", STR_ARG(front), self->turn_id,
                                 self->now.entries_count - self->turn_start));
}

/* What does not fit among the kept cars any more is left to the summary. */
static bool keep_car(context_t *self, const proto_car_t *car)
{
    proto_car_t gone;
    return kept_car(&self->now, car, self->arena, &gone) &&
           (!gone.stock_id || summary_take_car(&self->now, &gone, self->arena));
}

/* The cursor: what was found last is what they speak of, until the answer says what was shown. */
static bool take_finds(context_t *self, const tool_result_t *result)
{
    proto_context_t *now = &self->now;
    self->state.known = false;
    if (result->list) {
        now->query = (proto_query_t *)result->query;
        now->query_count = result->query != NULL;
        now->list = (proto_list_t *)result->list;
        now->list_count = 1;
        now->shown = (proto_car_t *)result->cars;
        now->shown_count = result->car_count;
    } else if (result->car_count) {
        now->chosen = (proto_car_t *)result->cars;
        now->chosen_count = 1;
        if (!keep_car(self, result->cars))
            return false;
    }
    if (result->quote_count) {
        now->quote = (proto_quote_t *)&result->quotes[result->quote_count - 1];
        now->quote_count = 1;
        return kept_quote(now, now->quote, self->arena);
    }
    return true;
}

bool context_called(context_t *self, str_t name, str_t id, str_t arguments,
                    const tool_result_t *result, int64_t now_ms)
{
    if (self->now.entries_count + 2 > CONTEXT_MAX_ENTRIES || !make_room(self, 2))
        return false;
    str_t clean_name = context_clean(self->arena, name, MAX_NAME);
    str_t clean_id = call_id(self, id);
    str_t clean_arguments = arguments.size > CONTEXT_MAX_ARGUMENTS
                                ? STR_LIT("{}")
                                : context_clean(self->arena, arguments, CONTEXT_MAX_ARGUMENTS);
    if (!clean_name.data || !clean_id.data || !clean_arguments.data)
        return false;
    if (!add(self, (proto_entry_t){.role = STR_LIT("call"),
                                   .text = clean_arguments,
                                   .tool = clean_name,
                                   .call_id = clean_id,
                                   .at_ms = now_ms}))
        return false;
    if (!add(self, (proto_entry_t){.role = STR_LIT("tool"),
                                   .text = result->text,
                                   .tool = clean_name,
                                   .call_id = clean_id,
                                   .at_ms = now_ms})) {
        self->now.entries_count--;
        return false;
    }
    return take_finds(self, result);
}

static void cursor_back(context_t *self)
{
    proto_context_t *now = &self->now;
    const proto_context_t *before = &self->before;
    self->state.known = false;
    now->query = before->query;
    now->query_count = before->query_count;
    now->list = before->list;
    now->list_count = before->list_count;
    now->shown = before->shown;
    now->shown_count = before->shown_count;
    now->chosen = before->chosen;
    now->chosen_count = before->chosen_count;
    now->quote = before->quote;
    now->quote_count = before->quote_count;
    now->kept = before->kept;
    now->kept_count = before->kept_count;
    now->kept_quotes = before->kept_quotes;
    now->kept_quotes_count = before->kept_quotes_count;
}

void context_rewind(context_t *self)
{
    self->now.entries_count = self->turn_said;
    cursor_back(self);
}

/* ---- the answer ---- */

static bool show_cars(context_t *self, const shown_t *shown)
{
    proto_car_t *cars = arena_alloc(self->arena, shown->count * sizeof *cars);
    if (!cars)
        return false;
    for (size_t i = 0; i < shown->count; i++)
        cars[i] = *shown->cars[i];
    self->now.shown = cars;
    self->now.shown_count = shown->count;
    if (shown->count == 1) {
        self->now.chosen = cars;
        self->now.chosen_count = 1;
        return keep_car(self, cars);
    }
    return true;
}

bool context_answered(context_t *self, str_t text, const shown_t *shown, int64_t now_ms)
{
    proto_context_t *now = &self->now;
    const proto_context_t *before = &self->before;
    if (!add(self, (proto_entry_t){.role = STR_LIT("assistant"), .text = text, .at_ms = now_ms}))
        return false;
    self->state.known = false;
    now->shown = before->shown;
    now->shown_count = before->shown_count;
    now->query = before->query;
    now->query_count = before->query_count;
    now->list = before->list;
    now->list_count = before->list_count;
    if (shown->page) {
        now->query = (proto_query_t *)shown->page->query;
        now->query_count = shown->page->query != NULL;
        now->list = (proto_list_t *)shown->page->list;
        now->list_count = 1;
    }
    now->turns++;
    now->updated_ms = now_ms;
    if (!now->started_ms)
        now->started_ms = now_ms;
    return shown->count == 0 || show_cars(self, shown);
}

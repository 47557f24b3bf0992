/* The order of messages is checked as servers do: each tool call is followed by its result, and no
 * result comes without its call. */
#include "agent/json_walk.h"
#include "common/text.h"
#include "tests/bench/sim/chat.h"

#define BYTES_PER_TOKEN 4
#define MAX_OPEN 32 /* tool calls of one message */

typedef struct message {
    str_t role, content, call_id;
    bool has_content;
    str_t calls[MAX_OPEN]; /* ids */
    size_t call_count;
} message_t;

typedef struct checked {
    json_walk_t walk;
    chat_asked_t *asked;
    str_t open[MAX_OPEN]; /* ids of calls without a result so far */
    size_t open_count;
    size_t messages, users, tools;
    bool choice_none;
    const char *why;
} checked_t;

static bool refuse(checked_t *self, const char *why)
{
    if (!self->why)
        self->why = why;
    return false;
}

static bool read_call(checked_t *self, message_t *message)
{
    json_walk_t *walk = &self->walk;
    str_t key, text, id = {0};
    bool name = false, arguments = false;
    if (!json_walk_enter(walk, '{'))
        return false;
    while (json_walk_key(walk, &key)) {
        if (str_is(key, "id")) {
            json_walk_string(walk, &id);
        } else if (str_is(key, "function") && json_walk_enter(walk, '{')) {
            while (json_walk_key(walk, &key)) {
                name = name || str_is(key, "name");
                arguments = arguments || str_is(key, "arguments");
                json_walk_string(walk, &text);
            }
        } else {
            json_walk_skip(walk);
        }
    }
    if (!id.size || !name || !arguments || message->call_count == MAX_OPEN)
        return refuse(self, "a tool call without id, name or arguments");
    message->calls[message->call_count++] = id;
    return true;
}

static bool read_message(checked_t *self, message_t *message)
{
    json_walk_t *walk = &self->walk;
    str_t key;
    if (!json_walk_enter(walk, '{'))
        return false;
    while (json_walk_key(walk, &key)) {
        if (str_is(key, "role")) {
            json_walk_string(walk, &message->role);
        } else if (str_is(key, "tool_call_id")) {
            json_walk_string(walk, &message->call_id);
        } else if (str_is(key, "content") && json_walk_peek(walk) == '"') {
            message->has_content = json_walk_string(walk, &message->content);
        } else if (str_is(key, "tool_calls") && json_walk_enter(walk, '[')) {
            while (json_walk_element(walk))
                read_call(self, message);
        } else {
            json_walk_skip(walk);
        }
    }
    return !walk->why && !self->why;
}

static bool take_result(checked_t *self, const message_t *message)
{
    for (size_t i = 0; i < self->open_count; i++)
        if (str_eq(self->open[i], message->call_id)) {
            self->open[i] = self->open[--self->open_count];
            self->asked->result = message->content;
            self->asked->has_result = true;
            return message->has_content || refuse(self, "a tool message without content");
        }
    return refuse(self, "a tool message that belongs to no call");
}

static bool take_message(checked_t *self, const message_t *message)
{
    if (str_is(message->role, "tool"))
        return take_result(self, message);
    if (self->open_count)
        return refuse(self, "a tool call without its result");
    if (str_is(message->role, "user")) {
        self->users++;
        self->asked->has_result = false;
    } else if (!str_is(message->role, "assistant") && !str_is(message->role, "system")) {
        return refuse(self, "an unknown role");
    }
    memcpy(self->open, message->calls, message->call_count * sizeof *message->calls);
    self->open_count = message->call_count;
    if (self->messages == 1 && !str_is(message->role, "system"))
        return refuse(self, "the first message is not the rules");
    return message->has_content || message->call_count || refuse(self, "a message without content");
}

static void read_messages(checked_t *self)
{
    if (!json_walk_enter(&self->walk, '['))
        return;
    while (json_walk_element(&self->walk)) {
        message_t message = {0};
        self->messages++;
        if (!read_message(self, &message) || !take_message(self, &message))
            return;
    }
    if (self->open_count)
        refuse(self, "a tool call without its result");
}

static void read_tools(checked_t *self)
{
    json_walk_t *walk = &self->walk;
    str_t key, text;
    if (!json_walk_enter(walk, '['))
        return;
    while (json_walk_element(walk) && json_walk_enter(walk, '{')) {
        bool named = false, schema = false;
        while (json_walk_key(walk, &key)) {
            if (!str_is(key, "function") || !json_walk_enter(walk, '{')) {
                json_walk_skip(walk);
                continue;
            }
            while (json_walk_key(walk, &key)) {
                if (str_is(key, "name"))
                    named = json_walk_string(walk, &text) && text.size;
                else if (json_walk_skip(walk) && str_is(key, "parameters"))
                    schema = true;
            }
        }
        self->tools++;
        if (!named || !schema)
            refuse(self, "a tool without name or parameters");
    }
}

static void read_flag(checked_t *self, bool *flag)
{
    *flag = json_walk_peek(&self->walk) == 't';
    json_walk_skip(&self->walk);
}

static void read_field(checked_t *self, str_t key)
{
    json_walk_t *walk = &self->walk;
    str_t text;
    if (str_is(key, "model")) {
        json_walk_string(walk, &self->asked->model);
    } else if (str_is(key, "messages")) {
        read_messages(self);
    } else if (str_is(key, "tools")) {
        read_tools(self);
    } else if (str_is(key, "stream")) {
        read_flag(self, &self->asked->stream);
    } else if (str_is(key, "stream_options") && json_walk_enter(walk, '{')) {
        while (json_walk_key(walk, &text))
            read_flag(self, &self->asked->usage);
    } else if (str_is(key, "tool_choice") && json_walk_peek(walk) == '"') {
        self->choice_none = json_walk_string(walk, &text) && str_is(text, "none");
    } else {
        json_walk_skip(walk);
    }
}

const char *chat_check(str_t body, chat_asked_t *asked)
{
    *asked = (chat_asked_t){.tokens = body.size / BYTES_PER_TOKEN};
    checked_t self = {.walk = json_walk(body), .asked = asked};
    str_t key;
    if (!utf8_valid(body))
        return "not UTF-8";
    if (json_walk_enter(&self.walk, '{'))
        while (!self.why && json_walk_key(&self.walk, &key))
            read_field(&self, key);
    if (self.why)
        return self.why;
    if (!json_walk_end(&self.walk))
        return self.walk.why;
    if (!asked->model.size || !self.users)
        return "no model, or nobody said anything";
    if (asked->usage && !asked->stream)
        return "stream_options without stream";
    asked->tools = self.tools && !self.choice_none;
    return NULL;
}

#include "sessions/leads.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/lead_stage.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/text.h"
#include "sessions/refuse.h"
#include "sessions/reply_at.h"
#include "sessions/request.h"
#include "sessions/scatter.h"
#include "sessions/store.h"
#include "sessions/words.h"

#define ARENA_MAX (64 << 20)
#define LIST_WORDS 9 /* of an answer, for one lead */
#define ONE_WORDS 6  /* the same, before its notes */
#define MAX_NOTES 50

struct leads {
    redis_t *redis;
    people_index_t *people;
    size_t count; /* requests under way */
};

/* One request under way. */
typedef struct look {
    leads_t *leads;
    rpc_request_t request; /* its message is gone */
    int64_t deadline;      /* clock_ms */
    arena_t *arena;        /* all strings */
    str_t user_id;         /* GET_LEADS, CHANGE_LEAD */
    proto_leads_t told;
    /* LIST_LEADS */
    proto_list_leads_t asked;
    unsigned next;     /* partition */
    int64_t before_ms; /* the last one of the page before: 0: none … */
    unsigned before_partition;
    str_t before_member;
    proto_lead_t page[LEADS_SHOWN + 1]; /* one more tells whether there are more */
    unsigned where[LEADS_SHOWN + 1];    /* their partitions */
    size_t count;
} look_t;

/* ---- what scripts tell ---- */

bool leads_read_note(str_t stored, proto_lead_note_t *note)
{
    char front[48];
    long long at_ms = 0;
    int size = 0, by = 0;
    snprintf(front, sizeof front, "%.*s", STR_ARG(utf8_front(stored, sizeof front - 1)));
    *note = (proto_lead_note_t){0};
    if (sscanf(front, "%18lld %3d:%n", &at_ms, &by, &size) != 2 || size == 0 || by < 0 || by > 64 ||
        (size_t)size + (size_t)by > stored.size)
        return false;
    note->at_ms = at_ms;
    note->by = (str_t){stored.data + size, (size_t)by};
    note->text = (str_t){stored.data + size + by, stored.size - (size_t)(size + by)};
    return true;
}

bool leads_read(proto_lead_t *lead, const redisReply *reply, size_t first, arena_t *arena)
{
    str_t stands, record, name, contact;
    char text[80], stage[17] = "";
    long long made = 0, at = 0, car = 0;
    int64_t notes;
    if (!text_at(reply, first, &stands) || !text_at(reply, first + 1, &record) ||
        !text_at(reply, first + 2, &name) || !text_at(reply, first + 3, &contact) ||
        !number_at(reply, first + 4, &notes) ||
        !proto_decode(&proto_lead_record, record.data, record.size, lead, arena, NULL))
        return false;
    snprintf(text, sizeof text, "%.*s", STR_ARG(stands));
    if (sscanf(text, "%18lld %18lld %16[a-z] %18lld", &made, &at, stage, &car) != 4)
        return false;
    lead->created_ms = made;
    lead->at_ms = at;
    lead->stage = (str_t){arena_copy(arena, str_from(stage)), strlen(stage)};
    lead->name = name;
    lead->contact = contact;
    lead->note_count = notes;
    return true;
}

/* ---- the end ---- */

static void look_free(look_t *self)
{
    self->leads->count--;
    arena_destroy(&self->arena);
    free(self);
}

static void look_fail(look_t *self, const char *code, const char *why)
{
    refuse(&self->request, code, "%s", why);
    look_free(self);
}

static void answer(look_t *self)
{
    rpc_server_reply(self->request.server, &self->request.peer, &self->request.header, PROTO_LEADS,
                     &self->told);
    look_free(self);
}

/* The views of an answer are gone with it. */
static bool keep(look_t *self, str_t *text)
{
    char *copy = arena_copy(self->arena, *text);
    *text = (str_t){copy, copy ? text->size : 0};
    return copy != NULL;
}

/* ---- one person ---- */

/* The stage that the list of conversations shows: of the newest lead that is open, else of the
 * newest. */
static str_t stage_of_person(const proto_leads_t *leads)
{
    for (size_t i = 0; i < leads->leads_count; i++)
        if (!str_is(leads->leads[i].stage, "won") && !str_is(leads->leads[i].stage, "lost"))
            return leads->leads[i].stage;
    return leads->leads_count ? leads->leads[0].stage : (str_t){0};
}

static bool take_notes(look_t *self, proto_lead_t *lead, const redisReply *reply, size_t first)
{
    if (lead->note_count < 0 || lead->note_count > MAX_NOTES)
        return false;
    lead->notes = arena_alloc(self->arena, ((size_t)lead->note_count + 1) * sizeof *lead->notes);
    for (size_t i = 0; lead->notes && i < (size_t)lead->note_count; i++) {
        str_t stored;
        if (!text_at(reply, first + i, &stored) ||
            !leads_read_note(stored, &lead->notes[lead->notes_count++]))
            return false;
    }
    return lead->notes != NULL;
}

static bool take_person(look_t *self, const redisReply *reply)
{
    proto_leads_t *told = &self->told;
    told->leads = arena_alloc(self->arena, LEADS_SHOWN * sizeof *told->leads);
    if (!told->leads)
        return false;
    for (size_t i = 2; i < reply->elements;) {
        proto_lead_t *lead = &told->leads[told->leads_count];
        if (told->leads_count == LEADS_SHOWN || !leads_read(lead, reply, i + 1, self->arena) ||
            !text_at(reply, i, &lead->lead_id) || !take_notes(self, lead, reply, i + ONE_WORDS))
            return false;
        lead->user_id = self->user_id;
        told->leads_count++;
        i += ONE_WORDS + (size_t)lead->note_count;
    }
    return true;
}

static void on_person(void *arg, const redisReply *reply)
{
    look_t *self = arg;
    str_t status;
    int64_t changed;
    if (!reply || reply->type != REDIS_REPLY_ARRAY || !text_at(reply, 0, &status)) {
        look_fail(self, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
    } else if (str_is(status, "unknown")) {
        look_fail(self, PROTO_CODE_NOT_FOUND, "there is no such lead");
    } else if (str_is(status, "full")) {
        look_fail(self, PROTO_CODE_CONFLICT, "it has as many notes as it may");
    } else if (!number_at(reply, 1, &changed) || !take_person(self, reply)) {
        look_fail(self, PROTO_CODE_INTERNAL, "what is stored cannot be read");
    } else {
        if (changed) {
            metric_add_label(METRIC_LEADS, "by_hand", 1);
            people_index_lead(self->leads->people, self->user_id, stage_of_person(&self->told),
                              false, self->deadline);
        }
        answer(self);
    }
}

/* NULL, or what is wrong with it. */
static const char *ask_person(look_t *self, const void *msg, words_t *words, buf_t *names)
{
    static const session_key_t keys[] = {KEY_LEADS, KEY_LISTED};
    const proto_get_leads_t *get = msg;
    const proto_change_lead_t *change =
        self->request.header.type == PROTO_CHANGE_LEAD ? msg : &(proto_change_lead_t){0};
    bool changes = self->request.header.type == PROTO_CHANGE_LEAD;
    self->user_id = changes ? change->user_id : get->user_id;
    if (!self->user_id.size)
        return "user_id is empty";
    if (changes && !change->lead_id.size)
        return "lead_id is empty";
    if (change->stage.size && !lead_stage_known(change->stage))
        return "stage is none";
    keep(self, &self->user_id);
    words_begin(words, SCRIPT_LEADS_PERSON);
    words_keys(words, names, self->user_id, (str_t){0}, keys, sizeof keys / sizeof *keys);
    words_add(words, self->user_id);
    words_add(words, change->lead_id);
    words_add(words, change->stage);
    words_add(words, change->note);
    words_add(words, change->by);
    words_number(words, REQUEST_LEAD_KEPT_MS);
    return NULL;
}

static void start_person(look_t *self, const void *msg)
{
    words_t words = {.count = 0};
    buf_t names;
    size_t size;
    buf_init(&names, 2 * KEY_MAX);
    const char *why = ask_person(self, msg, &words, &names);
    char *bytes = why ? NULL : words_format(&words, &size);
    buf_free(&names);
    if (why)
        look_fail(self, PROTO_CODE_INVALID, why);
    else if (!redis_send(self->leads->redis, bytes, size, self->deadline, on_person, self))
        look_fail(self, PROTO_CODE_BUSY, "too many requests wait for Redis");
}

/* ---- the list ---- */

/* The newest first; of one moment by partition, and within one as Redis has them. */
static bool comes_before(int64_t at_ms, unsigned partition, const look_t *self, size_t i)
{
    return at_ms > self->page[i].at_ms ||
           (at_ms == self->page[i].at_ms && partition < self->where[i]);
}

static bool add_listed(look_t *self, const redisReply *reply, size_t i, unsigned partition)
{
    proto_lead_t lead, kept;
    proto_lead_note_t note;
    str_t last;
    int64_t at_ms;
    size_t most = (size_t)self->asked.limit + 1, at = self->count;
    if (!number_at(reply, i + 2, &at_ms))
        return false;
    while (at > 0 && comes_before(at_ms, partition, self, at - 1))
        at--;
    if (at >= most)
        return true;
    if (!leads_read(&lead, reply, i + 3, self->arena) || !text_at(reply, i, &lead.user_id) ||
        !text_at(reply, i + 1, &lead.lead_id) || !text_at(reply, i + 8, &last))
        return false;
    lead.at_ms = at_ms;
    lead.notes = &note;
    lead.notes_count = last.size && leads_read_note(last, &note);
    if (!proto_copy(&proto_lead_record, &lead, &kept, self->arena))
        return false;
    if (self->count < most)
        self->count++;
    memmove(&self->page[at + 1], &self->page[at], (self->count - 1 - at) * sizeof *self->page);
    memmove(&self->where[at + 1], &self->where[at], (self->count - 1 - at) * sizeof *self->where);
    self->page[at] = kept;
    self->where[at] = partition;
    return true;
}

static void finish(void *arg, bool failed)
{
    look_t *self = arg;
    size_t limit = (size_t)self->asked.limit;
    if (failed) {
        look_fail(self, PROTO_CODE_UNAVAILABLE, REFUSE_LATE);
        return;
    }
    self->told = (proto_leads_t){.leads = self->page, .leads_count = self->count};
    if (self->count > limit) {
        const proto_lead_t *last = &self->page[limit - 1];
        self->told.leads_count = limit;
        self->told.before = str_from(arena_printf(
            self->arena, "%" PRId64 " %u %zu:%.*s%.*s", last->at_ms, self->where[limit - 1],
            last->user_id.size, STR_ARG(last->user_id), STR_ARG(last->lead_id)));
    }
    answer(self);
}

/* What is older than the page is not asked for any more. */
static int64_t since_of(const look_t *self)
{
    size_t most = (size_t)self->asked.limit + 1;
    int64_t since = self->asked.since_ms;
    if (self->count == most && self->page[most - 1].at_ms > since)
        since = self->page[most - 1].at_ms;
    return since;
}

static char *part_command(look_t *self, unsigned partition, size_t *size)
{
    words_t words = {.count = 0};
    buf_t name, front;
    char upto[32] = "+inf";
    bool here = self->before_ms && partition == self->before_partition;
    if (self->before_ms)
        snprintf(upto, sizeof upto, "%s%" PRId64, partition < self->before_partition ? "(" : "",
                 self->before_ms);
    buf_init(&name, KEY_MAX);
    buf_init(&front, KEY_MAX);
    keys_partition_name(&name, KEY_LISTED, partition);
    buf_printf(&front, "most:{%u}:%s:", partition, keys_kind(KEY_LEADS));
    words_begin(&words, SCRIPT_LEADS_LIST);
    words_number(&words, 1);
    words_add(&words, buf_view(&name));
    words_add(&words, buf_view(&front));
    words_add(&words, self->asked.stage);
    words_number(&words, since_of(self));
    words_add(&words, self->asked.q);
    words_add(&words, str_from(upto));
    words_add(&words, here ? self->before_member : (str_t){0});
    words_number(&words, self->asked.limit + 1);
    char *bytes = words_format(&words, size);
    buf_free(&name);
    buf_free(&front);
    return bytes;
}

static bool take_part(void *arg, unsigned partition, const redisReply *reply)
{
    look_t *self = arg;
    if (reply->elements % LIST_WORDS != 1)
        return false;
    for (size_t i = 1; i < reply->elements; i += LIST_WORDS)
        if (!add_listed(self, reply, i, partition))
            log_error("lead_unread", LOG_TRACE(&self->request.header.trace));
    return true;
}

static char *next_part(void *arg, unsigned *partition, size_t *size)
{
    look_t *self = arg;
    if (self->next == KEYS_PARTITIONS)
        return NULL;
    *partition = self->next++;
    return part_command(self, *partition, size);
}

static const scatter_use_t list = {LEADS_WAVE, next_part, take_part, finish};

/* "<ms> <partition> <member>" */
static bool read_before(look_t *self, str_t before)
{
    char front[48];
    long long ms = 0;
    unsigned partition = 0;
    int size = 0;
    if (!before.size)
        return true;
    snprintf(front, sizeof front, "%.*s", STR_ARG(utf8_front(before, sizeof front - 1)));
    if (sscanf(front, "%18lld %4u %n", &ms, &partition, &size) != 2 || size == 0 || ms <= 0 ||
        ms > REQUEST_MAX_TOKEN || partition >= KEYS_PARTITIONS || (size_t)size >= before.size)
        return false;
    self->before_ms = ms;
    self->before_partition = partition;
    self->before_member = (str_t){before.data + size, before.size - (size_t)size};
    return keep(self, &self->before_member);
}

static void start_list(look_t *self, const proto_list_leads_t *msg)
{
    const char *why = NULL;
    self->asked = *msg;
    if (msg->limit < 1 || msg->limit > LEADS_SHOWN)
        why = "limit must be 1 to 100";
    else if (msg->stage.size && !str_is(msg->stage, "open") && !lead_stage_known(msg->stage))
        why = "stage is none";
    else if (msg->since_ms < 0 || msg->since_ms > REQUEST_MAX_TOKEN)
        why = "since_ms is no time";
    else if (!read_before(self, msg->before))
        why = "before is none of ours";
    keep(self, &self->asked.stage);
    keep(self, &self->asked.q);
    if (why)
        look_fail(self, PROTO_CODE_INVALID, why);
    else
        scatter(self->leads->redis, &self->request.header.trace, self->deadline, &list, self);
}

/* ---- requests ---- */

bool leads_take(proto_type_t type)
{
    return type == PROTO_LIST_LEADS || type == PROTO_GET_LEADS || type == PROTO_CHANGE_LEAD;
}

void leads_handle(leads_t *self, const rpc_request_t *request)
{
    look_t *look;
    if (self->count >= LEADS_AT_ONCE) {
        refuse(request, PROTO_CODE_BUSY, "as many looks at leads as may be are under way");
        return;
    }
    look = calloc(1, sizeof *look);
    if (!look)
        abort();
    self->count++;
    look->leads = self;
    look->request = rpc_request_later(request);
    look->deadline = store_deadline(&request->header);
    look->arena = arena_new(ARENA_MAX);
    if (request->header.type == PROTO_LIST_LEADS)
        start_list(look, request->msg);
    else
        start_person(look, request->msg);
}

leads_t *leads_new(redis_t *redis, people_index_t *people)
{
    leads_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->redis = redis;
    self->people = people;
    return self;
}

void leads_destroy(leads_t **self_p)
{
    leads_t *self = *self_p;
    if (!self)
        return;
    assert(self->count == 0);
    free(self);
    *self_p = NULL;
}

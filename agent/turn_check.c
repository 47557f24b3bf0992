/*
 * Nothing a model wrote reaches a customer, the page that shows it being written, the conversation
 * or the log before it was checked: that what it says is backed (ground.h), promises nothing the
 * shop did not (promise.h) and gives nothing away (leak.h). What is wrong is told to the model
 * once; if its second answer is no better, the offline seller answers, whose replies are composed
 * from the data.
 *
 * The offline seller's own replies are checked too, and only counted: they are made of results by
 * rules that the tests hold against the same checks, so a finding there is most likely the check's
 * own fault, and a shrug instead of the cars would help nobody.
 */
#include "agent/answer.h"
#include "agent/promise.h"
#include "agent/tidy.h"
#include "agent/tool_table.h"
#include "agent/turn.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/text.h"

#define MOST_FOUND 16 /* findings of one text that are told and counted */
#define MOST_WORDS 80 /* bytes of what one quotes */
#define MAX_NOTE 8192
#define LOOK_BYTES 200 /* so many new bytes are looked at at once … */
#define LOOK_MS 30     /* … fewer after so long */
#define MOST_TOLD 32   /* pages, results and messages, the newest, that may back a promise */
#define GUARD_BACK 400 /* bytes before what is new that a promise may begin in */

void turn_check_open(turn_t *self)
{
    self->check = (turn_check_t){0};
    buf_init(&self->check.made, PARTIAL_MAX_TEXT);
}

void turn_check_close(turn_t *self)
{
    buf_free(&self->check.made);
}

void turn_check_begin(turn_t *self)
{
    self->check.facts = NULL;
    self->check.stream = NULL;
    self->check.looked = 0;
    buf_clear(&self->check.made);
}

void turn_check_forget(turn_t *self)
{
    if (self->check.note.size)
        metric_add_label(METRIC_GROUND_REPAIRS, "given_up", 1);
    self->check.draft = self->check.note = (str_t){0};
    turn_check_begin(self);
}

const ground_facts_t *turn_check_facts(turn_t *self)
{
    turn_check_t *check = &self->check;
    if (check->facts)
        return check->facts;
    ground_sources_t sources = {
        .context = &self->context.now, .found = &self->found, .memo = self->parts->memo};
    prompt_ground(self->editions[SHOP_RULES]->prompt, &sources);
    check->facts = ground_facts_new(self->arena, &sources);
    return check->facts;
}

/* ---- promises and leaks ---- */

/* What was said in this conversation, the newest first. */
typedef struct told {
    str_t pages[MOST_TOLD], results[MOST_TOLD], said[MOST_TOLD];
    promise_sources_t sources;
} told_t;

static void add_told(str_t *texts, size_t *count, str_t text)
{
    if (*count < MOST_TOLD)
        texts[(*count)++] = text;
}

/* What its pages say, or one of its people. */
static bool is_word_of_the_shop(const proto_entry_t *entry)
{
    return str_is(entry->role, "person") || str_is(entry->role, "note") ||
           (str_is(entry->role, "tool") &&
            str_is(entry->tool, tool_specs[TOOL_SEARCH_KNOWLEDGE].name));
}

static const promise_sources_t *sources_of(const turn_t *self, told_t *told)
{
    const proto_context_t *context = &self->context.now;
    promise_sources_t *sources = &told->sources;
    *sources =
        (promise_sources_t){.pages = told->pages, .results = told->results, .said = told->said};
    for (size_t i = context->entries_count; i-- > 0;) {
        const proto_entry_t *entry = &context->entries[i];
        if (str_is(entry->role, "user"))
            add_told(told->said, &sources->said_count, entry->text);
        else if (is_word_of_the_shop(entry))
            add_told(told->pages, &sources->page_count, entry->text);
        else if (str_is(entry->role, "tool"))
            add_told(told->results, &sources->result_count, entry->text);
    }
    return sources;
}

static bool gives_away(turn_t *self, str_t text)
{
    told_t told;
    promise_t promise;
    leak_t leak;
    return promise_find(text, sources_of(self, &told), &promise, 1) ||
           leak_find(self->editions[SHOP_RULES]->secrets, text, &leak, 1);
}

/* ---- text as it is made ---- */

/* How much of the front of a text will stay as it is whatever follows: a mark may still be closed
 * in the last line. */
static str_t settled(str_t front)
{
    const char *end = front.size ? memrchr(front.data, '\n', front.size) : NULL;
    size_t line = end ? (size_t)(end - front.data) + 1 : 0;
    for (size_t i = line; i < front.size; i++)
        if (strchr("*_~`<[|&#\\", front.data[i]))
            return (str_t){front.data, line};
    return front;
}

/* Shows what is new of a front that is backed. */
static void show(turn_t *self, str_t front)
{
    partial_t *partial = &self->partial;
    size_t shown = partial->text.size, from = shown > GUARD_BACK ? shown - GUARD_BACK : 0;
    buf_t tidied;
    buf_init(&tidied, 4 * front.size + 1);
    if (self->model == self->parts->offline)
        buf_add(&tidied, front.data, front.size);
    else
        tidy(&tidied, settled(front));
    str_t text = buf_view(&tidied);
    bool goes_on = buf_ok(&tidied) && text.size > shown &&
                   (!shown || memcmp(text.data, partial->text.data, shown) == 0);
    while (from > 0 && goes_on && text.data[from - 1] != '\n')
        from--;
    if (goes_on && (self->model == self->parts->offline ||
                    !gives_away(self, (str_t){text.data + from, text.size - from})))
        partial_add(partial, (str_t){text.data + shown, text.size - shown}, clock_ms());
    buf_free(&tidied);
}

static void look(turn_t *self)
{
    turn_check_t *check = &self->check;
    str_t made = buf_view(&check->made);
    check->looked = made.size;
    if (!check->stream && turn_check_facts(self))
        check->stream = ground_stream_new(self->arena, check->facts);
    size_t passed = check->stream ? ground_stream_passed(check->stream, made, false) : 0;
    if (passed)
        show(self, (str_t){made.data, passed});
}

void turn_check_made(turn_t *self, str_t piece)
{
    turn_check_t *check = &self->check;
    size_t room = PARTIAL_MAX_TEXT - check->made.size;
    if (check->looked == check->made.size)
        check->since_ms = clock_ms();
    buf_add(&check->made, piece.data, piece.size < room ? piece.size : room);
    turn_check_look(self);
}

void turn_check_look(turn_t *self)
{
    size_t unseen = self->check.made.size - self->check.looked;
    if (unseen >= LOOK_BYTES || (unseen && clock_ms() - self->check.since_ms >= LOOK_MS))
        look(self);
}

/* What was shown is the front of the answer, or void. */
static void show_all(turn_t *self, str_t text)
{
    partial_t *partial = &self->partial;
    size_t shown = partial->text.size;
    if (shown > text.size || (shown && memcmp(partial->text.data, text.data, shown) != 0)) {
        partial_restart(partial);
        shown = 0;
    }
    partial_add(partial, (str_t){text.data + shown, text.size - shown}, clock_ms());
}

/* ---- an answer ---- */

/* What is wrong with a text. */
typedef struct findings {
    struct finding {
        metric_t metric;
        const char *kind, *advice;
        str_t said;
    } items[MOST_FOUND];
    size_t count;
} findings_t;

static void find_guarded(turn_t *self, str_t text, findings_t *findings)
{
    told_t told;
    promise_t promises[MOST_FOUND];
    leak_t leaks[MOST_FOUND];
    size_t count =
        promise_find(text, sources_of(self, &told), promises, MOST_FOUND - findings->count);
    for (size_t i = 0; i < count; i++)
        findings->items[findings->count++] =
            (struct finding){METRIC_PROMISE_FINDINGS, promise_kind_name(promises[i].kind),
                             promise_kind_advice(promises[i].kind), promises[i].said};
    count =
        leak_find(self->editions[SHOP_RULES]->secrets, text, leaks, MOST_FOUND - findings->count);
    for (size_t i = 0; i < count; i++)
        findings->items[findings->count++] =
            (struct finding){METRIC_LEAK_FINDINGS, leak_kind_name(leaks[i].kind),
                             leak_kind_advice(leaks[i].kind), leaks[i].said};
}

static void find(turn_t *self, str_t text, findings_t *findings)
{
    ground_finding_t found[MOST_FOUND];
    const ground_facts_t *facts = turn_check_facts(self);
    findings->count = 0;
    if (!facts) { /* nothing is known: nothing is backed */
        findings->items[findings->count++] =
            (struct finding){METRIC_GROUND_FINDINGS, "number", "", text};
        return;
    }
    size_t count = ground_check(facts, text, found, MOST_FOUND);
    for (size_t i = 0; i < count; i++)
        findings->items[findings->count++] =
            (struct finding){METRIC_GROUND_FINDINGS, ground_kind_name(found[i].kind),
                             ground_kind_advice(found[i].kind), found[i].said};
    if (self->model != self->parts->offline)
        find_guarded(self, text, findings);
}

static void count_findings(turn_t *self, const findings_t *findings, bool offline)
{
    buf_t kinds;
    buf_init(&kinds, 1024);
    for (size_t i = 0; i < findings->count; i++) {
        metric_add_label(offline ? METRIC_GROUND_OFFLINE : findings->items[i].metric,
                         findings->items[i].kind, 1);
        buf_printf(&kinds, "%s%s", i ? "," : "", findings->items[i].kind);
    }
    if (offline)
        log_error("offline_unbacked", LOG_TRACE(&self->trace), LOG_INT("findings", findings->count),
                  LOG_TEXT("kinds", buf_view(&kinds)));
    else
        log_warn("answer_unbacked", LOG_TRACE(&self->trace), LOG_INT("findings", findings->count),
                 LOG_TEXT("kinds", buf_view(&kinds)), LOG_INT("again", self->check.note.size > 0));
    buf_free(&kinds);
}

static void write_note(buf_t *out, const findings_t *findings)
{
    buf_str(out, "Tu respuesta anterior no se envió al cliente: dice cosas que no están en los "
                 "resultados de tus herramientas ni en las páginas de la agencia, o que no se "
                 "pueden prometer.\n");
    for (size_t i = 0; i < findings->count; i++)
        buf_printf(out, "- «%.*s»: %s.\n", STR_ARG(utf8_front(findings->items[i].said, MOST_WORDS)),
                   findings->items[i].advice);
    buf_str(out, "Escribe otra vez la respuesta completa, sin mencionar esta nota. Usa solo "
                 "cifras, autos y condiciones que estén en los resultados, copiados tal cual; si "
                 "te falta un dato, búscalo con una herramienta o di que no lo tienes. No hagas "
                 "cuentas ni redondees.");
}

/* One more try. false: there is no room for what it needs. */
static bool ask_again(turn_t *self, str_t text, const findings_t *findings)
{
    buf_t note;
    buf_init(&note, MAX_NOTE);
    write_note(&note, findings);
    self->check.draft = context_clean(self->arena, text, ANSWER_MAX_BYTES);
    self->check.note = context_clean(self->arena, buf_view(&note), MAX_NOTE);
    buf_free(&note);
    if (!self->check.draft.data || !self->check.note.data)
        return false;
    ledger_repaired(&self->ledger);
    partial_restart(&self->partial);
    turn_move(self, TURN_EVENT_AGAIN);
    return true;
}

bool turn_check_answer(turn_t *self, str_t text)
{
    findings_t findings;
    bool offline = self->model == self->parts->offline, again = self->check.note.size > 0;
    int64_t from_us = clock_us();
    find(self, text, &findings);
    ledger_checked(&self->ledger, clock_us() - from_us, (int64_t)findings.count);
    if (findings.count)
        count_findings(self, &findings, offline);
    if (!findings.count || offline) {
        if (again)
            metric_add_label(METRIC_GROUND_REPAIRS, offline ? "given_up" : "repaired", 1);
        self->check.note = (str_t){0};
        turn_check_begin(self);
        show_all(self, text);
        return true;
    }
    if (!again && ask_again(self, text, &findings))
        return false;
    metric_add_label(METRIC_GROUND_REPAIRS, again ? "unbacked" : "no_room", 1);
    self->check.note = (str_t){0};
    turn_fall_back(self, "unbacked", NULL);
    return false;
}

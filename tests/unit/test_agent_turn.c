/* The parts of a turn that need nobody else: its states, its conversation, the prompt, its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <zmq.h>

#include "agent/answer.h"
#include "agent/prompt.h"
#include "agent/turn.h"
#include "common/config.h"
#include "common/log.h"

static arena_t *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

/* ---- states ---- */

static void test_every_state_is_left(void **state)
{
    (void)state;
    for (turn_state_t from = 0; from < TURN_STATE_COUNT; from++) {
        bool left = false, reached = from == TURN_CLAIMING, stops = false;
        for (turn_event_t event = 0; event < TURN_EVENT_COUNT; event++) {
            turn_state_t next;
            if (turn_state_next(from, event, &next)) {
                left |= next != from;
                stops |= event == TURN_EVENT_STOP;
            }
            for (turn_state_t other = 0; other < TURN_STATE_COUNT; other++)
                reached |= turn_state_next(other, event, &next) && next == from;
        }
        assert_true(reached);
        assert_int_equal(left, from != TURN_ENDED);
        assert_int_equal(stops, from != TURN_ENDED);
    }
}

static void test_every_event_is_used_and_printed(void **state)
{
    (void)state;
    buf_t out;
    buf_init(&out, 8192);
    turn_state_print(&out);
    for (turn_event_t event = 0; event < TURN_EVENT_COUNT; event++) {
        char word[32];
        snprintf(word, sizeof word, " %s ", turn_event_name(event));
        assert_non_null(strstr(out.data, word));
    }
    assert_non_null(strstr(out.data, "thinking calls tooling\n"));
    assert_non_null(strstr(out.data, "committing unsure committing\n"));
    assert_string_equal(turn_state_name(TURN_STATE_COUNT), "?");
    buf_free(&out);
}

static void test_only_a_commit_is_answered(void **state)
{
    (void)state;
    turn_state_t next;
    for (turn_state_t from = 0; from < TURN_STATE_COUNT; from++)
        assert_int_equal(turn_state_next(from, TURN_EVENT_COMMITTED, &next),
                         from == TURN_COMMITTING);
}

/* ---- the conversation ---- */

static void say(context_t *context, int64_t seq, const char *text)
{
    proto_waiting_t message = {.seq = seq,
                               .message_id = STR_LIT("m"),
                               .channel = STR_LIT("api"),
                               .text = str_from(text),
                               .received_ms = 1000 + seq};
    assert_true(context_said(context, &message));
}

static void call(context_t *context, const char *id, const char *result)
{
    tool_result_t found = {.ok = true, .text = str_from(result)};
    assert_true(
        context_called(context, STR_LIT("search_cars"), str_from(id), STR_LIT("{}"), &found, 2000));
}

static void answer(context_t *context, const char *text)
{
    shown_t nothing = {0};
    assert_true(context_answered(context, str_from(text), &nothing, 3000));
}

/* "ucta": user, call, tool, assistant */
static const char *roles(const context_t *context)
{
    static char text[CONTEXT_MAX_ENTRIES + 1];
    for (size_t i = 0; i < context->now.entries_count; i++)
        text[i] = context->now.entries[i].role.data[0];
    text[context->now.entries_count] = 0;
    return text;
}

static void test_a_turn_is_written_down(void **state)
{
    (void)state;
    context_t context;
    assert_true(context_open(&context, arena, NULL, "turn-1"));
    say(&context, 1, "hola");
    say(&context, 2, "busco un nissan");
    call(&context, "call_a", "{\"total\":1}");
    call(&context, "call_b", "{\"total\":2}");
    answer(&context, "Tengo dos.");
    assert_string_equal(roles(&context), "uuctcta");
    assert_int_equal(context.turn_start, 0);
    assert_int_equal(context.turn_said, 2);
    for (size_t i = 2; i < 6; i += 2)
        assert_true(str_eq(context.now.entries[i].call_id, context.now.entries[i + 1].call_id));
    assert_true(str_is(context.now.entries[6].turn_id, "turn-1"));
    assert_int_equal(context.now.entries[1].at_ms, 1002);
    assert_int_equal(context.now.turns, 1);
    assert_int_equal(context.now.started_ms, 3000);
    buf_t out;
    buf_init(&out, 1 << 20);
    assert_true(proto_encode(&proto_context_record, &context.now, &out, NULL));
    buf_free(&out);
}

static void test_ids_always_pair(void **state)
{
    (void)state;
    char longest[200];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    const char *ids[] = {"same", "same", "", longest, "\xff"};
    context_t context;
    assert_true(context_open(&context, arena, NULL, "turn-1"));
    say(&context, 1, "hola");
    for (size_t i = 0; i < 5; i++)
        call(&context, ids[i], "{}");
    for (size_t i = 1; i < context.now.entries_count; i += 2) {
        assert_true(str_eq(context.now.entries[i].call_id, context.now.entries[i + 1].call_id));
        assert_in_range(context.now.entries[i].call_id.size, 1, 64);
        for (size_t j = i + 2; j < context.now.entries_count; j += 2)
            assert_false(str_eq(context.now.entries[i].call_id, context.now.entries[j].call_id));
    }
    assert_memory_equal(context.now.entries[3].call_id.data, "same-", 5);
    buf_t out;
    buf_init(&out, 1 << 20);
    assert_true(proto_encode(&proto_context_record, &context.now, &out, NULL));
    buf_free(&out);
}

static void test_bad_bytes_are_mended(void **state)
{
    (void)state;
    assert_true(str_is(context_clean(arena, STR_LIT("a\xff"), 100), "a\xef\xbf\xbd"));
    assert_true(str_is(context_clean(arena, STR_LIT("año"), 2), "a"));
    assert_int_equal(context_clean(arena, STR_LIT("\xff\xff\xff"), 4).size, 3);
}

static proto_car_t cars[] = {
    {.stock_id = 1, .make = STR_LIT("Nissan"), .model = STR_LIT("March"), .year = 2020},
    {.stock_id = 2, .make = STR_LIT("Nissan"), .model = STR_LIT("Versa"), .year = 2019},
};
static proto_query_t query = {.make = STR_LIT("Nissan"), .page = 2};
static proto_list_t list = {.total = 7, .page = 2, .pages = 2, .page_size = 5};

static void test_cursor_follows_and_rewinds(void **state)
{
    (void)state;
    tool_result_t page = {.ok = true,
                          .text = STR_LIT("{}"),
                          .query = &query,
                          .list = &list,
                          .cars = cars,
                          .car_count = 2};
    proto_quote_t quote = {.stock_id = 2, .months = 48};
    tool_result_t quoted = {.ok = true,
                            .text = STR_LIT("{}"),
                            .cars = &cars[1],
                            .car_count = 1,
                            .quotes = &quote,
                            .quote_count = 1};
    context_t context;
    assert_true(context_open(&context, arena, NULL, "turn-1"));
    say(&context, 1, "el segundo");
    context_called(&context, STR_LIT("search_cars"), STR_LIT("a"), STR_LIT("{}"), &page, 1);
    context_called(&context, STR_LIT("quote_financing"), STR_LIT("b"), STR_LIT("{}"), &quoted, 1);
    assert_int_equal(context.now.query[0].page, 2);
    assert_int_equal(context.now.shown_count, 2);
    assert_int_equal(context.now.chosen[0].stock_id, 2);
    assert_int_equal(context.now.quote[0].months, 48);
    context_rewind(&context);
    assert_string_equal(roles(&context), "u");
    assert_int_equal(context.now.list_count + context.now.shown_count + context.now.chosen_count +
                         context.now.quote_count,
                     0);
}

/* What the customer wants forgotten is gone before a model sees it, and so is the cursor. */
static void test_a_reset_by_words_forgets(void **state)
{
    (void)state;
    proto_car_t chosen = {.stock_id = 7};
    proto_entry_t old[2] = {{.role = STR_LIT("user"), .text = STR_LIT("mi clave es 1234")},
                            {.role = STR_LIT("assistant"), .text = STR_LIT("La guardo.")}};
    proto_context_t remembered = {.version = 1,
                                  .language = STR_LIT("es"),
                                  .summary = STR_LIT("clave 1234"),
                                  .entries = old,
                                  .entries_count = 2,
                                  .chosen = &chosen,
                                  .chosen_count = 1,
                                  .turns = 9};
    static const char *const words[] = {"borrar conversación", "/reset", "start over"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        context_t context;
        assert_true(context_open(&context, arena, &remembered, "turn-1"));
        say(&context, 1, "hola");
        assert_false(context.forgot);
        say(&context, 2, words[i]);
        say(&context, 3, "busco un nissan");
        assert_true(context.forgot);
        answer(&context, "Listo.");
        assert_string_equal(roles(&context), "uua");
        assert_string_equal(context.now.entries[0].text.data, words[i]);
        assert_int_equal(context.now.chosen_count, 0);
        assert_int_equal(context.now.summary.size, 0);
        assert_int_equal(context.now.turns, 1);
        context_rewind(&context);
        assert_int_equal(context.now.chosen_count, 0);
    }
    context_t asks;
    assert_true(context_open(&asks, arena, &remembered, "turn-1"));
    say(&asks, 1, "hola");
    assert_false(asks.wants_person);
    say(&asks, 2, "quiero hablar con una persona");
    say(&asks, 3, "por favor");
    assert_true(asks.wants_person);
    context_t context; /* words that only look like it */
    assert_true(context_open(&context, arena, &remembered, "turn-1"));
    say(&context, 1, "no borres nada, y ¿tienes otro?");
    assert_false(context.forgot);
}

static void test_only_what_was_shown_is_remembered(void **state)
{
    (void)state;
    tool_result_t page = {.ok = true,
                          .text = STR_LIT("{}"),
                          .query = &query,
                          .list = &list,
                          .cars = cars,
                          .car_count = 2};
    proto_list_t none = {.total = 0, .page = 1, .pages = 0, .page_size = 5};
    tool_result_t nothing = {.ok = true, .text = STR_LIT("{}"), .query = &query, .list = &none};
    context_t context, later;
    found_t found = {0};
    shown_t shown;
    assert_true(context_open(&context, arena, NULL, "turn-1"));
    say(&context, 1, "nissan");
    context_called(&context, STR_LIT("search_cars"), STR_LIT("a"), STR_LIT("{}"), &page, 1);
    found_add(&found, &page);
    shown_find(STR_LIT("Versa 2019"), &found, &shown);
    assert_true(context_answered(&context, STR_LIT("Versa 2019"), &shown, 5));
    assert_int_equal(context.now.shown_count, 1);
    assert_int_equal(context.now.chosen[0].stock_id, 2);
    assert_int_equal(context.now.list[0].page, 2);

    /* what was looked for in vain does not take the customer's list away */
    found = (found_t){0};
    assert_true(context_open(&later, arena, &context.now, "turn-2"));
    say(&later, 2, "¿ferrari?");
    context_called(&later, STR_LIT("search_cars"), STR_LIT("b"), STR_LIT("{}"), &nothing, 1);
    found_add(&found, &nothing);
    assert_int_equal(later.now.list[0].total, 0);
    shown_find(STR_LIT("No hay"), &found, &shown);
    assert_true(context_answered(&later, STR_LIT("No hay"), &shown, 6));
    assert_int_equal(later.now.list[0].total, 7);
    assert_int_equal(later.now.shown[0].stock_id, 2);
}

static void test_a_full_arena_is_no_crash(void **state)
{
    (void)state;
    for (size_t max = 0; max < 20000; max += 61) {
        arena_t *small = arena_new(max);
        context_t context;
        proto_waiting_t message = {.seq = 1, .text = STR_LIT("hola")};
        tool_result_t result = {.ok = true, .text = STR_LIT("{}")};
        shown_t nothing = {0};
        if (context_open(&context, small, NULL, "turn-1") && context_said(&context, &message)) {
            context_called(&context, STR_LIT("x"), STR_LIT(""), STR_LIT("{}"), &result, 1);
            context_answered(&context, STR_LIT("ya"), &nothing, 1);
            assert_null(strstr(roles(&context), "ca"));
        }
        arena_destroy(&small);
    }
}

/* ---- the prompt ---- */

static const financing_terms_t terms = {1050, 1000, 36, 72};

static prompt_t *prompt_of(const char *rules, char *why, size_t size)
{
    return prompt_new(str_from(rules), "v1", "Autos \"Ñandú\"", &terms, why, size);
}

static void test_prompt_is_filled_in(void **state)
{
    (void)state;
    char why[256];
    prompt_t *prompt =
        prompt_of("Eres {{shop}}. {{financing}}. {{cars}}: {{makes}}.", why, sizeof why);
    assert_non_null(prompt);
    proto_facet_t facets[] = {{STR_LIT("Audi"), 12, 0}, {STR_LIT("Nissan"), 1300, 0}};
    proto_facets_t makes = {.version = 3, .facets = facets, .facets_count = 2, .cars = 1312};
    prompt_set_makes(prompt, &makes);
    assert_string_equal(prompt_rules(prompt).data,
                        "Eres Autos \"Ñandú\". tasa anual 10.50 %, plazos de 36 a 72 meses, "
                        "enganche mínimo 10 %. 1,312: Audi (12), Nissan (1300).");
    const char *same = prompt_rules(prompt).data;
    makes.facets_count = 0; /* nothing new */
    prompt_set_makes(prompt, &makes);
    assert_ptr_equal(prompt_rules(prompt).data, same);
    assert_non_null(strstr(prompt_rules(prompt).data, "Audi (12)"));
    assert_int_equal(prompt_catalog_version(prompt), 3);
    prompt_destroy(&prompt);
}

static void test_makes_are_always_there(void **state)
{
    (void)state;
    char why[256];
    prompt_t *prompt = prompt_of("Hola.", why, sizeof why);
    proto_facet_t facets[] = {{STR_LIT("Audi"), 12, 0}};
    proto_facets_t makes = {.version = 1, .facets = facets, .facets_count = 1, .cars = 12};
    prompt_set_makes(prompt, &makes);
    assert_non_null(strstr(prompt_rules(prompt).data, "Audi (12)"));
    prompt_destroy(&prompt);
}

static void test_wrong_rules_are_told(void **state)
{
    (void)state;
    char why[256] = "";
    buf_t out;
    buf_init(&out, PROMPT_MAX_RULES);
    assert_null(prompt_of("a {{nonsense}}", why, sizeof why));
    assert_non_null(strstr(why, "{{nonsense}}"));
    assert_false(prompt_read("/nowhere", "v1", &out, why, sizeof why));
    assert_non_null(strstr(why, "/nowhere/v1.md"));
    assert_false(prompt_read(".", "../v1", &out, why, sizeof why));
    buf_free(&out);
}

static void test_the_rules_that_ship_are_right(void **state)
{
    (void)state;
    char why[256] = "";
    buf_t rules;
    buf_init(&rules, PROMPT_MAX_RULES);
    assert_true(prompt_read("agent/rules", "v1", &rules, why, sizeof why));
    prompt_t *prompt = prompt_of(rules.data, why, sizeof why);
    assert_string_equal(why, "");
    assert_null(strstr(prompt_rules(prompt).data, "{{"));
    assert_non_null(strstr(prompt_rules(prompt).data, "Ñandú"));
    prompt_destroy(&prompt);
    buf_free(&rules);
}

static void test_state_is_json(void **state)
{
    (void)state;
    buf_t out;
    buf_init(&out, PROMPT_MAX_STATE);
    proto_context_t context = {0};
    prompt_state(&context, 2000, &out);
    assert_int_equal(out.size, 0);
    proto_quote_t quote = {.stock_id = 2, .months = 48, .instalment = 403770};
    context = (proto_context_t){.query = &query,
                                .query_count = 1,
                                .list = &list,
                                .list_count = 1,
                                .shown = cars,
                                .shown_count = 2,
                                .chosen = &cars[1],
                                .chosen_count = 1,
                                .quote = &quote,
                                .quote_count = 1};
    prompt_state(&context, 2000, &out);
    cJSON *json = cJSON_Parse(strchr(out.data, '{'));
    assert_non_null(json);
    const cJSON *last = cJSON_GetObjectItem(json, "last_list");
    assert_int_equal(cJSON_GetObjectItem(last, "pages")->valueint, 2);
    assert_string_equal(
        cJSON_GetObjectItem(cJSON_GetObjectItem(last, "filters"), "make")->valuestring, "Nissan");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "cars_shown_in_order")), 2);
    assert_non_null(strstr(out.data, "\"instalment\":4037.70"));
    cJSON_Delete(json);
    buf_free(&out);
}

/* ---- the time it has ---- */

/* A model whose calls never end by themselves. */
typedef struct stuck {
    model_t base;
    int calls;
    int64_t deadline_ms; /* that it was told */
} stuck_t;

static model_call_t *stuck_start(model_t *base, const model_request_t *request,
                                 model_delta_t *delta, model_done_t *done, void *arg)
{
    (void)delta;
    (void)done;
    (void)arg;
    stuck_t *self = (stuck_t *)base;
    self->calls++;
    self->deadline_ms = request->deadline_ms;
    return (model_call_t *)self;
}

static void stuck_cancel(model_t *base, model_call_t *call)
{
    assert_ptr_equal(call, base);
    ((stuck_t *)base)->calls--;
}

static void stuck_destroy(model_t **self_p)
{
    *self_p = NULL;
}

static const model_t stuck_base = {.name = "stuck",
                                   .label = "stuck",
                                   .start = stuck_start,
                                   .cancel = stuck_cancel,
                                   .destroy = stuck_destroy};

static void on_gone(void *arg, turn_t *turn)
{
    (void)turn;
    ++*(int *)arg;
}

/* TURN_MS is the turn's to keep, whatever a model does with the deadline it is told. */
static void test_models_that_never_end(void **state)
{
    (void)state;
    char why[256];
    assert_true(config_try("/dev/null", why, sizeof why));
    stuck_t openai = {.base = stuck_base}, offline = {.base = stuck_base};
    breaker_settings_t breaker = {.percent = 100, .window_ms = 10000, .open_ms = 1000};
    model_list_t *models = model_list_new(&breaker);
    model_t *listed = &openai.base;
    model_list_add(models, &listed);
    window_t window = {.tokens = 8000, .entries = 60};
    void *zmq = zmq_ctx_new();
    prompt_t *prompt = prompt_of("Hola.", why, sizeof why);
    editions_t *editions = editions_new(&prompt, &window);
    rpc_client_t *catalog =
        rpc_client_new(zmq, "catalog", "unit", "ipc:///tmp/nobody.sock", 1000, 10);
    uv_loop_t loop;
    uv_loop_init(&loop);
    turn_parts_t parts = {
        .catalog = catalog_watch_new(&loop, catalog, editions, "unit"),
        .sessions = rpc_client_new(zmq, "sessions", "unit", "ipc:///tmp/nobody.sock", 1000, 10),
        .editions = editions,
        .models = models,
        .offline = &offline.base,
        .holder = "agent-1/1",
        .lease_ms = 120000,
        .turn_ms = 50000,
        .model_calls = 6,
        .window = &window,
    };
    int gone = 0;
    proto_trace_t trace = {{1}};
    turn_t *turn = turn_new(&parts, STR_LIT("ana"), STR_LIT(""), &trace, on_gone, &gone);
    assert_true(context_open(&turn->context, turn->arena, NULL, "turn-1"));
    say(&turn->context, 1, "hola");
    turn_move(turn, TURN_EVENT_GRANTED);
    assert_int_equal(turn->state, TURN_THINKING);
    int64_t end = turn->deadline_ms;
    assert_int_equal(openai.deadline_ms, end);
    turn_tick(turn, end - 1);
    assert_int_equal(openai.calls, 1);
    turn_tick(turn, end); /* the offline model has its own time … */
    assert_int_equal(openai.calls, 0);
    assert_int_equal(offline.calls, 1);
    assert_int_equal(turn->state, TURN_THINKING);
    turn_tick(turn, turn->deadline_ms - 1);
    assert_int_equal(offline.calls, 1);
    turn_tick(turn, turn->deadline_ms); /* … and then there is an answer all the same */
    assert_int_equal(offline.calls, 0);
    assert_int_equal(turn->state, TURN_COMMITTING);
    str_t sorry = answer_sorry(STR_LIT("es"), false);
    assert_true(str_eq(turn->reply.text, sorry));
    assert_int_equal(gone, 0);
    turn_stop(turn);
    turn_stop(turn);
    assert_int_equal(gone, 1);
    rpc_client_destroy(&parts.sessions);
    catalog_watch_destroy(&parts.catalog);
    rpc_client_destroy(&catalog);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    model_list_destroy(&models);
    editions_destroy(&editions);
    zmq_ctx_term(zmq);
}

int main(void)
{
    log_start("test", "error", "logfmt");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_state_is_left),
        cmocka_unit_test(test_every_event_is_used_and_printed),
        cmocka_unit_test(test_only_a_commit_is_answered),
        cmocka_unit_test(test_a_turn_is_written_down),
        cmocka_unit_test(test_ids_always_pair),
        cmocka_unit_test(test_bad_bytes_are_mended),
        cmocka_unit_test(test_cursor_follows_and_rewinds),
        cmocka_unit_test(test_a_reset_by_words_forgets),
        cmocka_unit_test(test_only_what_was_shown_is_remembered),
        cmocka_unit_test(test_a_full_arena_is_no_crash),
        cmocka_unit_test(test_prompt_is_filled_in),
        cmocka_unit_test(test_makes_are_always_there),
        cmocka_unit_test(test_wrong_rules_are_told),
        cmocka_unit_test(test_the_rules_that_ship_are_right),
        cmocka_unit_test(test_state_is_json),
        cmocka_unit_test(test_models_that_never_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}

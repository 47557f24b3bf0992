/* The offline seller on a loop: when it delivers, what it streams, and that it can be cancelled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "agent/model.h"
#include "common/buf.h"
#include "common/config.h"

typedef struct heard {
    int done;
    bool starting; /* inside start */
    buf_t text;
    model_status_t status;
    char result[1024];
} heard_t;

static void on_delta(void *arg, str_t piece, bool restart)
{
    heard_t *self = arg;
    assert_false(self->starting);
    assert_false(restart);
    buf_add(&self->text, piece.data, piece.size);
}

static void on_done(void *arg, const model_result_t *result)
{
    heard_t *self = arg;
    assert_false(self->starting);
    self->done++;
    self->status = result->status;
    snprintf(self->result, sizeof(self->result), "%.*s",
             STR_ARG(result->status == MODEL_CALLS ? result->calls[0].name : result->text));
}

static model_call_t *ask(model_t *model, proto_context_t *context, heard_t *heard)
{
    model_request_t request = {.context = context, .tools = true};
    heard->starting = true;
    buf_init(&heard->text, 65536);
    model_call_t *call = model->start(model, &request, on_delta, on_done, heard);
    heard->starting = false;
    assert_non_null(call);
    assert_int_equal(heard->done, 0);
    return call;
}

static void delivers_on_the_loop(void **state)
{
    (void)state;
    uv_loop_t loop;
    uv_loop_init(&loop);
    assert_true(config_try("/dev/null", (char[256]){0}, 256));
    model_t *model = model_offline_new(&loop);
    assert_string_equal(model->name, "offline");
    proto_entry_t hello = {.role = STR_LIT("user"), .text = STR_LIT("hola")};
    proto_entry_t search = {.role = STR_LIT("user"), .text = STR_LIT("busco un jetta")};
    proto_context_t greeting = {.entries = &hello, .entries_count = 1};
    proto_context_t looking = {.entries = &search, .entries_count = 1};
    heard_t heard[100] = {0};
    for (size_t i = 0; i < 100; i++) {
        model_call_t *call = ask(model, i % 2 ? &looking : &greeting, &heard[i]);
        if (i % 10 == 3 || i % 10 == 4)
            model->cancel(model, call);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    for (size_t i = 0; i < 100; i++) {
        bool cancelled = i % 10 == 3 || i % 10 == 4;
        assert_int_equal(heard[i].done, cancelled ? 0 : 1);
        if (!cancelled && i % 2 == 0) {
            assert_int_equal(heard[i].status, MODEL_TEXT);
            assert_string_equal(heard[i].text.data, heard[i].result);
        } else if (!cancelled) {
            assert_int_equal(heard[i].status, MODEL_CALLS);
            assert_string_equal(heard[i].result, "resolve_names");
            assert_int_equal(heard[i].text.size, 0);
        }
        buf_free(&heard[i].text);
    }
    model->destroy(&model);
    assert_null(model);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delivers_on_the_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What the console sends about the rules and the shop's knowledge: the first byte says which body
 * or query string it is. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "gateway/text_request.h"

static void check_try(str_t text, arena_t *arena, problem_t *problem)
{
    bot_request_t request = {0};
    proto_trial_t trial = {0};
    if (!text_try_parse(text, "ana", arena, &request, &trial, problem))
        return;
    assert(request.user_id.size > strlen(TRIAL_USER) &&
           memcmp(request.user_id.data, TRIAL_USER, strlen(TRIAL_USER)) == 0);
    assert(utf8_valid(request.user_id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    char *copy = malloc(size); /* so that a byte too far is seen */
    if (!copy)
        abort();
    memcpy(copy, data + 1, size - 1);
    str_t text = {copy, size - 1};
    arena_t *arena = arena_new(256 << 10);
    problem_t problem = {0};
    proto_save_text_t save = {0};
    proto_publish_text_t publish = {0};
    int64_t version = 0;
    switch (data[0] % 4) {
    case 0:
        if (text_save_parse(text, arena, &save, &problem))
            assert(utf8_valid(save.text) && utf8_valid(save.note));
        break;
    case 1:
        text_publish_parse(text, &publish, &problem);
        break;
    case 2:
        check_try(text, arena, &problem);
        break;
    default:
        text_version_parse(text, arena, &version, &problem);
    }
    assert(problem.status == 0 || problem.status >= 400);
    arena_destroy(&arena);
    free(copy);
    return 0;
}

/* What the console sends about the rules and the shop's knowledge: the first byte says which body
 * or query string it is. */
#include "common/text.h"
#include "gateway/text_request.h"
#include "tests/fuzz/fuzz_request.h"

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

static void read_one(unsigned which, str_t text, arena_t *arena, problem_t *problem)
{
    proto_save_text_t save = {0};
    proto_publish_text_t publish = {0};
    int64_t version = 0;
    switch (which % 4) {
    case 0:
        if (text_save_parse(text, arena, &save, problem))
            assert(utf8_valid(save.text) && utf8_valid(save.note));
        break;
    case 1:
        text_publish_parse(text, &publish, problem);
        break;
    case 2:
        check_try(text, arena, problem);
        break;
    default:
        text_version_parse(text, arena, &version, problem);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return fuzz_request(data, size, read_one);
}

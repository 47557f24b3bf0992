/* Heads of requests: never a byte too far, and a verdict that does not change its mind. */
#include <stdlib.h>

#include "gateway/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str_t bytes = {(const char *)data, size};
    problem_t problem = {0};
    problem_t other;
    head_t head;
    head_t front;

    switch (head_check(bytes, &head, &problem)) {
    case HEAD_BAD:
        if (problem.status < 400 || problem.detail[0] == 0)
            abort();
        break;
    case HEAD_WHOLE: /* then no shorter front was refused, and its head alone is the same */
        if (head.size > size || size > head.size + head.body || head.body > HEAD_MAX_BODY)
            abort();
        bytes.size = head.size;
        if (head_check(bytes, &front, &other) != HEAD_WHOLE || front.body != head.body)
            abort();
        bytes.size--;
        if (head_check(bytes, &front, &other) != HEAD_MORE)
            abort();
        break;
    case HEAD_MORE:
        if (size >= HEAD_MAX)
            abort();
    }
    return 0;
}

/* For targets that try several parsers of a request: the first byte says which. */
#ifndef MOSTRADOR_TESTS_FUZZ_REQUEST_H
#define MOSTRADOR_TESTS_FUZZ_REQUEST_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "gateway/problem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Hands the rest to one; what it says is wrong is a status of HTTP's, or nothing is. */
static inline int fuzz_request(const uint8_t *data, size_t size,
                               void (*read)(unsigned which, str_t text, arena_t *arena,
                                            problem_t *problem))
{
    if (size == 0)
        return 0;
    char *copy = malloc(size); /* so that a byte too far is seen */
    if (!copy)
        abort();
    memcpy(copy, data + 1, size - 1);
    arena_t *arena = arena_new(256 << 10);
    problem_t problem = {0};
    read(data[0], (str_t){copy, size - 1}, arena, &problem);
    assert(problem.status == 0 || problem.status >= 400);
    arena_destroy(&arena);
    free(copy);
    return 0;
}

#endif

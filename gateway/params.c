#include "gateway/params.h"

#include <assert.h>

#include "gateway/url.h"

params_t params_of(str_t text, arena_t *arena, const char *const *names, size_t count,
                   const char *there, problem_t *problem)
{
    assert(count <= PARAMS_MAX);
    return (params_t){.text = text,
                      .arena = arena,
                      .names = names,
                      .count = count,
                      .there = there,
                      .problem = problem};
}

bool params_next(params_t *self, size_t *which, str_t *value)
{
    str_t name;
    int more = url_pair(self->arena, &self->text, &name, value);

    *which = 0;
    if (more == 0)
        return false;
    self->bad = true;
    if (more < 0)
        return problem_set(self->problem, 400, "The query string is not percent-encoded UTF-8.");
    while (*which < self->count && !str_is(name, self->names[*which]))
        ++*which;
    if (*which == self->count)
        return problem_set(self->problem, 400, "A parameter is not known. %s", self->there);
    if (self->seen[*which])
        return problem_set(self->problem, 400, "%s is given more than once.", self->names[*which]);
    self->bad = false;
    self->seen[*which] = true;
    return true;
}

bool params_good(const params_t *self)
{
    return !self->bad;
}

#include "common/lead_stage.h"

static const char *const stages[] = {"new", "contacted", "visit", "won", "lost"};

bool lead_stage_known(str_t stage)
{
    for (size_t i = 0; i < sizeof stages / sizeof *stages; i++)
        if (str_is(stage, stages[i]))
            return true;
    return false;
}

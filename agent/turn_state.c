#include "agent/turn_state.h"

static const struct step {
    turn_state_t from;
    turn_event_t event;
    turn_state_t to;
} steps[] = {
    {TURN_CLAIMING, TURN_EVENT_GRANTED, TURN_THINKING},
    {TURN_CLAIMING, TURN_EVENT_OWED, TURN_DELIVERING},
    {TURN_CLAIMING, TURN_EVENT_ASK, TURN_COMMITTING},
    {TURN_CLAIMING, TURN_EVENT_EMPTY, TURN_ENDED},
    {TURN_CLAIMING, TURN_EVENT_BUSY, TURN_ENDED},
    {TURN_CLAIMING, TURN_EVENT_UNAVAILABLE, TURN_ENDED},
    {TURN_CLAIMING, TURN_EVENT_STOP, TURN_ENDED},

    {TURN_DELIVERING, TURN_EVENT_THROUGH, TURN_THINKING},
    {TURN_DELIVERING, TURN_EVENT_NOTHING_LEFT, TURN_RELEASING},
    {TURN_DELIVERING, TURN_EVENT_STALE, TURN_ENDED},
    {TURN_DELIVERING, TURN_EVENT_STOP, TURN_RELEASING},

    {TURN_THINKING, TURN_EVENT_TEXT, TURN_COMMITTING},
    {TURN_THINKING, TURN_EVENT_CALLS, TURN_TOOLING},
    {TURN_THINKING, TURN_EVENT_AGAIN, TURN_THINKING},
    {TURN_THINKING, TURN_EVENT_STALE, TURN_ENDED},
    {TURN_THINKING, TURN_EVENT_STOP, TURN_RELEASING},

    {TURN_TOOLING, TURN_EVENT_RESULTS, TURN_THINKING},
    {TURN_TOOLING, TURN_EVENT_AGAIN, TURN_THINKING},
    {TURN_TOOLING, TURN_EVENT_TEXT, TURN_COMMITTING}, /* no model is left to see the results */
    {TURN_TOOLING, TURN_EVENT_STALE, TURN_ENDED},
    {TURN_TOOLING, TURN_EVENT_STOP, TURN_RELEASING},

    {TURN_COMMITTING, TURN_EVENT_COMMITTED, TURN_ENDED},
    {TURN_COMMITTING, TURN_EVENT_UNSURE, TURN_COMMITTING}, /* the same turn id: once is enough */
    {TURN_COMMITTING, TURN_EVENT_STALE, TURN_ENDED},
    {TURN_COMMITTING, TURN_EVENT_REFUSED, TURN_RELEASING},
    {TURN_COMMITTING, TURN_EVENT_STOP, TURN_RELEASING},

    {TURN_RELEASING, TURN_EVENT_RELEASED, TURN_ENDED},
    {TURN_RELEASING, TURN_EVENT_STOP, TURN_ENDED},
};

bool turn_state_next(turn_state_t state, turn_event_t event, turn_state_t *next)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (steps[i].from == state && steps[i].event == event) {
            *next = steps[i].to;
            return true;
        }
    return false;
}

const char *turn_state_name(turn_state_t state)
{
    static const char *const names[] = {
#define TURN_C(id, name, doc) name,
        TURN_STATES(TURN_C)
#undef TURN_C
    };
    return state < TURN_STATE_COUNT ? names[state] : "?";
}

const char *turn_event_name(turn_event_t event)
{
    static const char *const names[] = {
#define TURN_C(id, name) name,
        TURN_EVENTS(TURN_C)
#undef TURN_C
    };
    return event < TURN_EVENT_COUNT ? names[event] : "?";
}

void turn_state_print(buf_t *out)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        buf_printf(out, "%s %s %s\n", turn_state_name(steps[i].from),
                   turn_event_name(steps[i].event), turn_state_name(steps[i].to));
}

/*
 * A person of the shop in a turn (person.h): what is known of this turn, and what is said behind
 * the answer. Called once, when the answer is there and before it is remembered.
 */
#include "agent/person.h"
#include "agent/turn.h"
#include "common/clock.h"
#include "common/metrics.h"
#include "common/shop_day.h"

#define MAX_SAID 1024

/* Nothing was found, and that is because nothing was there, understood or thought of. */
static bool has_missed(const turn_t *self)
{
    static const char *const failures[] = {"unbacked", "refused", "bad", "failed", "deadline"};
    bool failed = self->missed || self->found.page_count > 0;
    for (size_t i = 0; self->offline_why && i < sizeof failures / sizeof *failures; i++)
        failed |= strcmp(self->offline_why, failures[i]) == 0;
    return failed && self->found.car_count == 0;
}

/* The customer's last message to the seller in this turn. */
static str_t said(const turn_t *self)
{
    const context_t *context = &self->context;
    for (size_t i = context->turn_said; i > context->turn_start; i--)
        if (str_is(context->now.entries[i - 1].role, "user"))
            return context->now.entries[i - 1].text;
    return (str_t){0};
}

void turn_person(turn_t *self)
{
    context_t *context = &self->context;
    int64_t now_ms = clock_unix_ms();
    if (self->asks || context->opt.size || context->forgot)
        return;
    person_scene_t scene = {.voice = {.language = language_from(context->now.language),
                                      .formal = context->now.formal,
                                      .context = &context->now},
                            .hours = self->parts->hours,
                            .shop_ms = now_ms + shop_day_offset_ms(now_ms),
                            .wants = context->wants_person,
                            .angry = context->angry,
                            .missed = has_missed(self),
                            .said = said(self),
                            .text = self->text};
    if (scene.voice.language == LANGUAGE_NONE)
        scene.voice.language = LANGUAGE_ES;
    bool offered = context->now.offered.size > 0;
    buf_t more;
    buf_init(&more, MAX_SAID);
    self->person = person_decide(&scene, &context->now, &more);
    if (!offered && context->now.offered.size)
        metric_add_label(METRIC_PERSON_OFFERED, context->now.offered.data, 1);
    const char *whole = more.size ? arena_printf(self->arena, "%.*s\n\n%.*s", STR_ARG(self->text),
                                                 STR_ARG(buf_view(&more)))
                                  : NULL;
    if (whole)
        self->text = str_from(whole);
    buf_free(&more);
}

#include "agent/phrases.h"

#include <assert.h>

#define MAX_PHRASE 16384 /* bytes of one wording filled in */
#define LOOK_BACK 40     /* assistant entries that are compared */

static const phrase_table_t *table_of(language_t language)
{
    switch (language) {
    case LANGUAGE_EN:
        return &phrases_en;
    case LANGUAGE_PT:
        return &phrases_pt;
    default:
        return &phrases_es;
    }
}

/* ---- filling in ---- */

static const phrase_arg_t *arg_of(const phrase_arg_t *args, size_t count, str_t name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, args[i].name))
            return &args[i];
    return NULL;
}

/* The nth of the choices in "a|b|c|d". */
static str_t choice(str_t choices, size_t nth)
{
    size_t from = 0;
    for (size_t at = 0; at <= choices.size; at++) {
        if (at < choices.size && choices.data[at] != '|')
            continue;
        if (nth == 0)
            return (str_t){choices.data + from, at - from};
        nth--;
        from = at + 1;
    }
    return (str_t){NULL, 0};
}

static void fill(buf_t *out, const voice_t *voice, const char *wording, const phrase_arg_t *args,
                 size_t count)
{
    for (const char *at = wording; *at != '\0'; at++) {
        const char *close = *at == '{' ? "}" : *at == '[' ? "]" : *at == '<' ? ">" : NULL;
        if (close == NULL) {
            buf_char(out, *at);
            continue;
        }
        const char *end = strchr(at, *close);
        assert(end != NULL);
        str_t inner = {at + 1, (size_t)(end - at - 1)};
        str_t value = {NULL, 0};
        if (*at == '{') {
            const phrase_arg_t *arg = arg_of(args, count, inner);
            assert(arg != NULL);
            value = arg->value;
        } else {
            value = *at == '[' ? choice(inner, voice->formal) : choice(inner, voice->feminine);
        }
        buf_add(out, value.data, value.size);
        at = end;
    }
}

/* ---- not to repeat oneself ---- */

/* How many answers ago the text was said, 0: never. */
static size_t said_ago(const voice_t *voice, str_t text)
{
    const proto_context_t *context = voice->context;
    size_t ago = 0;
    if (context == NULL || text.size == 0)
        return 0;
    for (size_t i = context->entries_count; i-- > 0 && ago < LOOK_BACK;) {
        const proto_entry_t *entry = &context->entries[i];
        if (!str_is(entry->role, "assistant"))
            continue;
        ago++;
        if (memmem(entry->text.data, entry->text.size, text.data, text.size) != NULL)
            return ago;
    }
    return 0;
}

/* Which wording comes next: round and round from the one used last, over those that were used;
 * where all were, the one used longest ago. What was said before what is remembered word by word
 * counts for nothing, so the start is another one then. */
static size_t next_wording(const size_t *ago, size_t count, const proto_context_t *context)
{
    size_t last = count, oldest = 0;
    for (size_t i = 0; i < count; i++) {
        if (ago[i] > 0 && (last == count || ago[i] < ago[last]))
            last = i;
        if (ago[i] > ago[oldest])
            oldest = i;
    }
    size_t from = last < count ? last + 1 : 0;
    if (last == count && context != NULL && context->summary.size > 0)
        from = (size_t)(context->turns < 0 ? 0 : context->turns);
    for (size_t i = 0; i < count; i++)
        if (ago[(from + i) % count] == 0)
            return (from + i) % count;
    return oldest;
}

/* Fills in the wording to use; true: it was not used yet. */
static bool choose(buf_t *out, const voice_t *voice, phrase_t phrase, const phrase_arg_t *args,
                   size_t count)
{
    const char *const *wordings = (*table_of(voice->language))[phrase];
    size_t wording_count = 0, ago[PHRASE_WORDINGS] = {0};
    while (wording_count < PHRASE_WORDINGS && wordings[wording_count] != NULL)
        wording_count++;
    assert(wording_count > 0);
    for (size_t i = 0; i < wording_count && wording_count > 1; i++) {
        buf_t trial;
        buf_init(&trial, MAX_PHRASE);
        fill(&trial, voice, wordings[i], args, count);
        ago[i] = said_ago(voice, buf_view(&trial));
        buf_free(&trial);
    }
    size_t best = next_wording(ago, wording_count, voice->context);
    fill(out, voice, wordings[best], args, count);
    return ago[best] == 0;
}

void phrase_add(buf_t *out, const voice_t *voice, phrase_t phrase, const phrase_arg_t *args,
                size_t count)
{
    choose(out, voice, phrase, args, count);
}

bool phrase_fresh(buf_t *out, const voice_t *voice, phrase_t phrase)
{
    buf_t trial;
    buf_init(&trial, MAX_PHRASE);
    bool fresh = choose(&trial, voice, phrase, NULL, 0);
    if (fresh)
        buf_add(out, trial.data, trial.size);
    buf_free(&trial);
    return fresh;
}

void phrase_say(buf_t *out, const voice_t *voice, phrase_t phrase)
{
    phrase_add(out, voice, phrase, NULL, 0);
}

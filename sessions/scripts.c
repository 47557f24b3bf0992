#include "sessions/scripts.h"

#include <openssl/evp.h>
#include <stdio.h>

/* The path is from the folder the compiler runs in, the root of the project. */
#define EMBED_FILE(name, before, file, skip)                                                   \
    __asm__(".pushsection .rodata\n"                                                           \
            ".global script_" #name "_text\n"                                                  \
            "script_" #name "_text:\n" before ".incbin \"sessions/" #file ".lua\"," #skip "\n" \
            ".global script_" #name "_end\n"                                                   \
            "script_" #name "_end:\n"                                                          \
            ".byte 0\n"                                                                        \
            ".popsection\n");                                                                  \
    __attribute__((visibility("hidden"))) extern const char script_##name##_text[];            \
    __attribute__((visibility("hidden"))) extern const char script_##name##_end[]
#define EMBED_AFTER(before, name, skip) EMBED_FILE(name, before, name, skip)
#define EMBED(name) EMBED_AFTER("", name, 0)
/* The same text once more, for what only reads: done also where nothing may be written. */
#define EMBED_READING(name, file) EMBED_FILE(name, ".ascii \"#!lua flags=no-writes\\n\"\n", file, 6)
/* With outbox.lua between its first line, "#!lua", and the rest. */
#define EMBED_OUTBOX(name) \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n", name, 6)
/* … and with survey.lua behind that … */
#define EMBED_SURVEY(name)                                               \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/survey.lua\"\n",                     \
                name, 6)
/* … or spent.lua. */
#define EMBED_SPENT(name)                                                \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/spent.lua\"\n",                      \
                name, 6)
/* … and gcra.lua. */
#define EMBED_SURVEY_GCRA(name)                                          \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/survey.lua\"\n"                      \
                ".incbin \"sessions/gcra.lua\"\n",                       \
                name, 6)
#define EMBED_GCRA(name) \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/gcra.lua\"\n", name, 6)
/* … and person.lua, behind all else. */
#define EMBED_PERSON(name)                                               \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/person.lua\"\n",                     \
                name, 6)
#define EMBED_SURVEY_PERSON(name)                                        \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/survey.lua\"\n"                      \
                ".incbin \"sessions/person.lua\"\n",                     \
                name, 6)
#define EMBED_SURVEY_SPENT_PERSON(name)                                  \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/survey.lua\"\n"                      \
                ".incbin \"sessions/spent.lua\"\n"                       \
                ".incbin \"sessions/person.lua\"\n",                     \
                name, 6)
/* … and lead.lua. */
#define EMBED_LEAD(name)                                                 \
    EMBED_AFTER(".ascii \"#!lua\\n\"\n.incbin \"sessions/outbox.lua\"\n" \
                ".incbin \"sessions/survey.lua\"\n"                      \
                ".incbin \"sessions/spent.lua\"\n"                       \
                ".incbin \"sessions/person.lua\"\n"                      \
                ".incbin \"sessions/lead.lua\"\n",                       \
                name, 6)
EMBED_SURVEY_PERSON(enqueue);
EMBED_OUTBOX(withdraw);
EMBED_SURVEY_SPENT_PERSON(claim);
EMBED_OUTBOX(renew);
EMBED_LEAD(commit);
EMBED_OUTBOX(release);
EMBED_OUTBOX(reset);
EMBED(read);
EMBED(sweep);
EMBED_OUTBOX(take);
EMBED_OUTBOX(forgo);
EMBED_SURVEY_GCRA(delivered);
EMBED_SURVEY(status);
EMBED(turn_log);
EMBED(turn_out);
EMBED(turn_read);
EMBED(surveys);
EMBED_SPENT(spend);
EMBED(budget);
EMBED(export);
EMBED(erase);
EMBED(console);
EMBED_GCRA(pace);
EMBED(people);
EMBED(raise_alert);
EMBED(take_alerts);
EMBED(settle_alert);
EMBED(forget_alerts);
EMBED_SURVEY_PERSON(takeover);
EMBED_PERSON(say);
EMBED_PERSON(giveback);
EMBED(said);
EMBED(desk);
EMBED(leads_list);
EMBED(leads_person);
EMBED(texts);
EMBED_READING(texts_read, texts);
EMBED(tally_read);
EMBED(tally_met);

#define SOURCE(name)                              \
    {                                             \
        script_##name##_text, script_##name##_end \
    }
static const struct {
    const char *text, *end;
} sources[SCRIPT_COUNT] = {
    [SCRIPT_ENQUEUE] = SOURCE(enqueue),
    [SCRIPT_WITHDRAW] = SOURCE(withdraw),
    [SCRIPT_CLAIM] = SOURCE(claim),
    [SCRIPT_RENEW] = SOURCE(renew),
    [SCRIPT_COMMIT] = SOURCE(commit),
    [SCRIPT_RELEASE] = SOURCE(release),
    [SCRIPT_RESET] = SOURCE(reset),
    [SCRIPT_READ] = SOURCE(read),
    [SCRIPT_SWEEP] = SOURCE(sweep),
    [SCRIPT_TAKE] = SOURCE(take),
    [SCRIPT_FORGO] = SOURCE(forgo),
    [SCRIPT_DELIVERED] = SOURCE(delivered),
    [SCRIPT_STATUS] = SOURCE(status),
    [SCRIPT_TURN_LOG] = SOURCE(turn_log),
    [SCRIPT_TURN_OUT] = SOURCE(turn_out),
    [SCRIPT_TURN_READ] = SOURCE(turn_read),
    [SCRIPT_SURVEYS] = SOURCE(surveys),
    [SCRIPT_SPEND] = SOURCE(spend),
    [SCRIPT_BUDGET] = SOURCE(budget),
    [SCRIPT_EXPORT] = SOURCE(export),
    [SCRIPT_ERASE] = SOURCE(erase),
    [SCRIPT_CONSOLE] = SOURCE(console),
    [SCRIPT_PACE] = SOURCE(pace),
    [SCRIPT_PEOPLE] = SOURCE(people),
    [SCRIPT_RAISE_ALERT] = SOURCE(raise_alert),
    [SCRIPT_TAKE_ALERTS] = SOURCE(take_alerts),
    [SCRIPT_SETTLE_ALERT] = SOURCE(settle_alert),
    [SCRIPT_FORGET_ALERTS] = SOURCE(forget_alerts),
    [SCRIPT_TAKEOVER] = SOURCE(takeover),
    [SCRIPT_SAY] = SOURCE(say),
    [SCRIPT_GIVEBACK] = SOURCE(giveback),
    [SCRIPT_SAID] = SOURCE(said),
    [SCRIPT_DESK] = SOURCE(desk),
    [SCRIPT_LEADS_LIST] = SOURCE(leads_list),
    [SCRIPT_LEADS_PERSON] = SOURCE(leads_person),
    [SCRIPT_TEXTS] = SOURCE(texts),
    [SCRIPT_TEXTS_READ] = SOURCE(texts_read),
    [SCRIPT_TALLY_READ] = SOURCE(tally_read),
    [SCRIPT_TALLY_MET] = SOURCE(tally_met),
};

str_t script_source(script_t script)
{
    return (str_t){sources[script].text, (size_t)(sources[script].end - sources[script].text)};
}

str_t script_sha(script_t script)
{
    static char shas[SCRIPT_COUNT][SCRIPT_SHA_SIZE + 1];
    char *sha = shas[script];
    if (!sha[0]) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        unsigned size = 0;
        str_t source = script_source(script);
        EVP_Digest(source.data, source.size, digest, &size, EVP_sha1(), NULL);
        for (unsigned i = 0; i < size && i < SCRIPT_SHA_SIZE / 2; i++)
            snprintf(sha + 2 * i, 3, "%02x", digest[i]);
    }
    return (str_t){sha, SCRIPT_SHA_SIZE};
}

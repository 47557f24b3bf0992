/* What people answer to the survey, and what Redis says of it: a score is on its scale and parts
 * are parts of the message, whatever the bytes. The first byte picks what is read. */
#include <stdint.h>
#include <stdlib.h>

#include "agent/survey.h"
#include "agent/survey_read.h"
#include "sessions/survey_report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_part(str_t text, str_t part)
{
    if (part.size && (part.data < text.data || part.data + part.size > text.data + text.size))
        abort();
}

static void fuzz_message(str_t text, uint8_t way)
{
    survey_said_t said;
    survey_read(text, way & 1 ? SURVEY_ASKED_COMMENT : SURVEY_ASKED_SCORE, way & 2, &said);
    check_part(text, said.own);
    check_part(text, said.comment);
    check_part(text, said.rest);
    if (said.kind == SURVEY_SCORE && (said.score < 0 || said.score > 10))
        abort();
    survey_farewell(text);
}

/* A person who was asked writes; what is kept can be stored. */
static void fuzz_turn(str_t text, uint8_t way)
{
    static const char *const states[] = {"", "asked", "scored", "closed"};
    proto_survey_t before = {.state = str_from(states[way >> 2 & 3]), .asked_ms = 1700000000000};
    survey_scene_t scene = {.on = true,
                            .every_ms = 86400000,
                            .now_ms = 1700000060000,
                            .reached = way & 1,
                            .rules = STR_LIT("v1"),
                            .model = STR_LIT("offline"),
                            .turn_id = STR_LIT("t1")};
    survey_t survey;
    voice_t voice = {.language = LANGUAGE_ES};
    proto_survey_t after;
    buf_t out;
    survey_open(&survey, before.state.size ? &before : NULL, &scene);
    survey_parts_t parts = survey_hear(&survey, text);
    check_part(text, parts.own);
    check_part(text, parts.rest);
    if (!parts.own.size && !parts.seller)
        abort(); /* nobody would answer it */
    buf_init(&out, 65536);
    survey_say(&survey, &voice, STR_LIT("Autos"), !parts.seller, &out);
    if (!parts.seller && !out.size)
        abort();
    buf_clear(&out);
    if (survey_result(&survey, way & 1, way & 2, &after)) {
        if (after.answered && !before.state.size)
            abort();
        proto_encode(&proto_survey_record, &after, &out, NULL);
    }
    buf_free(&out);
}

static void fuzz_sums(str_t text)
{
    survey_sums_t *sums = calloc(1, sizeof *sums);
    size_t half = text.size / 2;
    sums->arena = arena_new(1 << 20);
    sums->opinion_max = SURVEY_REPORT_OPINIONS;
    survey_sums_day(sums, (str_t){text.data, half}, (str_t){text.data + half, text.size - half});
    survey_sums_opinion(sums, text, 5);
    arena_destroy(&sums->arena);
    free(sums);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    str_t text = {(const char *)bytes + 1, size - 1};
    if (bytes[0] & 0x80)
        fuzz_sums(text);
    else if (bytes[0] & 0x40)
        fuzz_turn(text, bytes[0]);
    else
        fuzz_message(text, bytes[0]);
    return 0;
}

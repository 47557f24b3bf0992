/*
 * A sentence at a time: links, names, numbers; then the names are judged, then the numbers, those
 * of each car named together. What a sentence leaves for the next one is small: which cars are
 * spoken of, the plan, and what it was about.
 */
#include "agent/ground.h"

#include <stdlib.h>

#include "agent/ground_judge.h"
#include "agent/ground_links.h"

/* ---- names of kinds ---- */

const char *ground_kind_name(ground_kind_t kind)
{
    static const char *const names[] = {
#define GROUND_C(id, name, advice) name,
        GROUND_KINDS(GROUND_C)
#undef GROUND_C
    };
    return kind < GROUND_KIND_COUNT ? names[kind] : "?";
}

const char *ground_kind_advice(ground_kind_t kind)
{
    static const char *const advices[] = {
#define GROUND_C(id, name, advice) advice,
        GROUND_KINDS(GROUND_C)
#undef GROUND_C
    };
    return kind < GROUND_KIND_COUNT ? advices[kind] : "";
}

/* ---- findings ---- */

void judge_find(judging_t *self, ground_kind_t kind, size_t from, size_t to)
{
    if (self->found_count < JUDGE_MAX_FOUND)
        self->found[self->found_count++] =
            (ground_finding_t){kind, ground_sentence_words(&self->sentence, from, to)};
}

bool judge_is_mark(const ground_sentence_t *sentence, size_t at, const char *marks)
{
    return at < sentence->count && sentence->tokens[at].kind == GROUND_MARK &&
           strchr(marks, sentence->plain.text[sentence->tokens[at].at]) != NULL;
}

/* ---- cars ---- */

void judge_add_car(ground_cars_t *cars, size_t at)
{
    cars->bits[at / 64] |= UINT64_C(1) << at % 64;
}

bool judge_has_car(const ground_cars_t *cars, size_t at)
{
    return (cars->bits[at / 64] >> at % 64 & 1) != 0;
}

bool judge_no_cars(const ground_cars_t *cars)
{
    for (size_t i = 0; i < GROUND_MAX_CARS / 64; i++)
        if (cars->bits[i] != 0)
            return false;
    return true;
}

/* ---- marks of lists, links ---- */

/* "1. ", "2)" at the start of a line: the item's number, whose tokens are used; 0: there is none.
 * So is "2 " where the item before was number 1. */
static int64_t take_item_mark(ground_sentence_t *sentence, int64_t before)
{
    if (sentence->count < 2 || sentence->tokens[0].kind != GROUND_DIGITS ||
        sentence->tokens[0].size > 2)
        return 0;
    const ground_token_t *next = &sentence->tokens[1];
    str_t digits = ground_token_text(sentence, 0);
    int64_t number = digits.data[0] - '0';
    if (digits.size == 2)
        number = number * 10 + (digits.data[1] - '0');
    bool open = next->kind == GROUND_WORD && next->upper && next->spaced && number == before + 1;
    bool marked = judge_is_mark(sentence, 1, ".):-") && !next->spaced;
    bool decimals = sentence->count > 2 && !sentence->tokens[2].spaced &&
                    sentence->tokens[2].kind == GROUND_DIGITS;
    if (number < 1 || (!open && (!marked || decimals)))
        return 0;
    sentence->tokens[0].used = true;
    sentence->tokens[1].used = marked;
    return number;
}

static bool knows_link(const ground_facts_t *facts, const ground_link_t *link)
{
    char needle[GROUND_MAX_LINK + 2];
    if (link->size == 0)
        return false;
    needle[0] = '\n';
    memcpy(needle + 1, link->text, link->size);
    needle[link->size + 1] = '\n';
    return memmem(facts->links.data, facts->links.size, needle, link->size + 2) != NULL;
}

static void judge_links(judging_t *self)
{
    ground_sentence_t *sentence = &self->sentence;
    ground_link_t link;
    for (size_t at = 0; ground_link_next(sentence, at, &link); at = link.to) {
        for (size_t i = link.from; i < link.to; i++)
            sentence->tokens[i].used = true;
        if (!knows_link(self->stream->facts, &link))
            judge_find(self, link.phone ? GROUND_PHONE : GROUND_LINK, link.from, link.to);
    }
}

/* ---- readings of numbers ---- */

/* "12 Nissan": so many of them. */
static void read_counts(judging_t *self)
{
    for (size_t i = 0; i < self->sentence.number_count; i++) {
        ground_number_t *number = &self->sentence.numbers[i];
        for (size_t m = 0; m < self->mention_count; m++)
            if (self->mentions[m].from == number->to && number->measure == MEASURE_BARE &&
                !number->marked)
                number->measure = MEASURE_CARS;
    }
}

/* "Abrimos de diez a ocho": hours of the day, although no unit says so. */
static void read_hours(judging_t *self)
{
    static const char *const words[] = {
        "abrimos", "abre",    "abren",  "abierto", "abiertos", "cerramos",  "cierra",     "cierran",
        "cerrado", "horario", "hours",  "open",    "opens",    "opening",   "close",      "closes",
        "closed",  "abertos", "aberto", "fecham",  "fechamos", "atendemos", "atendimento"};
    bool opening = false;
    for (size_t at = 0; at < self->sentence.count && !opening; at++)
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            opening |= ground_token_is(&self->sentence, at, words[i]);
    for (size_t i = 0; opening && i < self->sentence.number_count; i++) {
        ground_number_t *number = &self->sentence.numbers[i];
        bool bare = number->measure == MEASURE_BARE || number->measure == MEASURE_PLACE;
        if (bare && !number->marked && number->value > 200 && number->value <= 2400 &&
            number->value % 100 == 0) {
            number->measure = MEASURE_HOURS;
            number->value *= 60;
            number->either_half = number->value < 12 * 6000;
        }
    }
}

/* ---- from sentence to sentence ---- */

/* A sentence that names no car may speak of another one than the last. */
static bool speaks_of_others(const judging_t *self)
{
    for (size_t at = 0; at < self->sentence.count; at++)
        if (ground_token_has(&self->sentence, at, IS_OTHER))
            return true;
    for (size_t i = 0; i < self->sentence.number_count; i++)
        if (self->sentence.numbers[i].measure == MEASURE_PLACE)
            return true;
    return false;
}

static bool has_topic(const ground_sentence_t *sentence)
{
    static const char *const words[] = {"garantia", "apartado", "devolucion", "servicio"};
    static uint32_t stems[sizeof words / sizeof *words];
    for (size_t i = 0; i < sizeof words / sizeof *words && stems[i] == 0; i++)
        stems[i] = ground_stem(str_from(words[i]));
    for (size_t at = 0; at < sentence->count; at++) {
        uint32_t stem = ground_stem(ground_token_text(sentence, at));
        for (size_t i = 0; stem != 0 && i < sizeof words / sizeof *words; i++)
            if (stem == stems[i])
                return true;
    }
    return false;
}

static bool names_model(const judging_t *self)
{
    for (size_t i = 0; i < self->mention_count; i++)
        if (self->mentions[i].model != GROUND_NO_NAME)
            return true;
    return false;
}

static void read_scene(judging_t *self)
{
    const ground_sentence_t *sentence = &self->sentence;
    bool takes = false;
    for (size_t at = 0; at < sentence->count; at++) {
        self->offers |= ground_token_has(sentence, at, IS_OFFER);
        self->asked |= ground_token_has(sentence, at, IS_ASKED);
        takes |= ground_token_has(sentence, at, IS_TAKE);
    }
    size_t last = sentence->count;
    while (last > 0 && judge_is_mark(sentence, last - 1, ")\"'\x02!"))
        last--;
    self->question = judge_is_mark(sentence, last - 1, "?");
    self->scene = (ground_scene_t){
        .facts = self->stream->facts,
        .sentence = sentence,
        .mentions = self->mentions,
        .mention_count = self->mention_count,
        .question = self->question,
        .takes = takes,
        .model = names_model(self),
        .topic = has_topic(sentence),
        .subject = self->stream->subject || self->subject_count > 0,
        .earlier = self->stream->stems,
        .earlier_count = self->stream->stem_count,
    };
}

/* What the next sentence has to know. */
static void carry_on(judging_t *self)
{
    ground_stream_t *stream = self->stream;
    const ground_sentence_t *sentence = &self->sentence;
    size_t last = judge_subject_before(self, SIZE_MAX);
    if (last != SIZE_MAX) {
        stream->subject = true;
        stream->about = self->subjects[last].cars;
        stream->months = 0;
        stream->down = -1;
    }
    if (self->item > 0 && self->item <= JUDGE_MAX_ITEMS && self->subject_count > 0)
        stream->items[self->item] = self->subjects[0].cars;
    size_t months = 0;
    for (size_t i = 0; i < sentence->number_count; i++) {
        const ground_number_t *number = &sentence->numbers[i];
        if (number->measure == MEASURE_MONEY && number->label == LABEL_DOWN)
            stream->down = number->value;
        if (number->measure == MEASURE_MONTHS && !self->question)
            stream->months = months++ == 0 ? number->value / 100 : 0;
    }
    size_t kept = stream->stem_count - stream->stems_before;
    memmove(stream->stems, stream->stems + stream->stems_before, kept * sizeof *stream->stems);
    stream->stem_count = stream->stems_before = kept;
    for (size_t at = 0; at < sentence->count && stream->stem_count < JUDGE_MAX_EARLIER; at++) {
        uint32_t stem = sentence->tokens[at].kind == GROUND_WORD
                            ? ground_stem(ground_token_text(sentence, at))
                            : 0;
        if (stem != 0)
            stream->stems[stream->stem_count++] = stem;
    }
}

static int by_place(const void *a, const void *b)
{
    const char *x = ((const ground_finding_t *)a)->said.data;
    const char *y = ((const ground_finding_t *)b)->said.data;
    return x < y ? -1 : x > y;
}

static void judge(judging_t *self, str_t text, bool starts_line)
{
    ground_stream_t *stream = self->stream;
    self->mention_count = self->subject_count = self->found_count = 0;
    self->offers = self->asked = false;
    ground_sentence_read(&self->sentence, text);
    if (self->sentence.count == 0)
        return;
    self->item = starts_line ? take_item_mark(&self->sentence, stream->item) : 0;
    if (self->item > 0)
        stream->item = self->item;
    judge_links(self);
    judge_take_mentions(self);
    judge_read_denials(self);
    ground_sentence_numbers(&self->sentence);
    read_counts(self);
    read_hours(self);
    judge_take_places(self);
    if (self->subject_count == 0 && (self->item > 0 || speaks_of_others(self)))
        stream->subject = false;
    read_scene(self);
    judge_mentions(self);
    judge_gone(self);
    judge_numbers(self);
    if (self->sentence.cut)
        judge_find(self, GROUND_NUMBER, 0, self->sentence.count);
    carry_on(self);
    qsort(self->found, self->found_count, sizeof *self->found, by_place);
}

/* ---- the text ---- */

static void open_stream(ground_stream_t *self, const ground_facts_t *facts)
{
    *self = (ground_stream_t){.facts = facts, .down = -1};
    for (size_t i = 0; i < facts->car_count; i++)
        if (facts->subject != 0 && facts->cars[i].car.stock_id == facts->subject) {
            self->subject = true;
            judge_add_car(&self->about, i);
        }
}

static judging_t *judging_new(ground_stream_t *stream)
{
    judging_t *self = malloc(sizeof *self);
    if (self == NULL)
        abort();
    self->stream = stream;
    return self;
}

static bool starts_line(str_t text, size_t at)
{
    return at == 0 || text.data[at - 1] == '\n';
}

size_t ground_check(const ground_facts_t *facts, str_t text, ground_finding_t *found, size_t max)
{
    ground_stream_t stream;
    size_t count = 0;
    open_stream(&stream, facts);
    judging_t *self = judging_new(&stream);
    for (size_t at = 0; at < text.size && count < max;) {
        size_t end = ground_sentence_end(text, at, true);
        judge(self, (str_t){text.data + at, end - at}, starts_line(text, at));
        for (size_t i = 0; i < self->found_count && count < max; i++)
            found[count++] = self->found[i];
        at = end;
    }
    free(self);
    return count;
}

ground_stream_t *ground_stream_new(arena_t *arena, const ground_facts_t *facts)
{
    ground_stream_t *self = arena_alloc(arena, sizeof *self);
    if (self != NULL)
        open_stream(self, facts);
    return self;
}

size_t ground_stream_passed(ground_stream_t *self, str_t text, bool all)
{
    judging_t *judging = NULL;
    while (!self->failed && self->passed < text.size) {
        size_t end = ground_sentence_end(text, self->passed, all);
        if (end == SIZE_MAX)
            break;
        if (judging == NULL)
            judging = judging_new(self);
        judge(judging, (str_t){text.data + self->passed, end - self->passed},
              starts_line(text, self->passed));
        self->failed = judging->found_count > 0;
        if (!self->failed)
            self->passed = end;
    }
    free(judging);
    return self->passed;
}

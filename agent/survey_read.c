#include "agent/survey_read.h"

#include "agent/survey_words.h"
#include "agent/understand.h"
#include "common/text.h"

#define MAX_ANSWER 4096 /* bytes; a longer message is no answer to a survey */
#define MAX_UNCLEAR 8   /* tokens; who writes more says more than an unclear number */

typedef struct message {
    str_t text;
    survey_token_t tokens[SURVEY_MAX_TOKENS];
    size_t count;
    bool skip[SURVEY_MAX_TOKENS]; /* tells the scale: "del 0 al 10" */
} message_t;

static bool is(const message_t *self, size_t at, uint32_t bits)
{
    return at < self->count && (self->tokens[at].is & bits);
}

static bool is_border(const message_t *self, size_t at)
{
    return at >= self->count || is(self, at, SURVEY_IS_MARK | SURVEY_IS_FACE);
}

static bool is_mark(const message_t *self, size_t at, char mark)
{
    return is(self, at, SURVEY_IS_MARK) && self->tokens[at].mark == mark;
}

static str_t part_of(const message_t *self, size_t from, size_t to)
{
    if (from >= to)
        return (str_t){0};
    size_t first = self->tokens[from].from, end = self->tokens[to - 1].to;
    return text_trim((str_t){self->text.data + first, end - first});
}

/* Says nothing beside a score. A number in words is one: "um" is also an article. */
static bool is_around(const message_t *self, size_t at)
{
    return self->skip[at] || is(self, at, SURVEY_IS_AROUND | SURVEY_IS_SCALE | SURVEY_IS_HALF);
}

/* "del 0 al 10", "de 1 a 10", "0-10": nobody's score. */
static void skip_scales(message_t *self)
{
    for (size_t i = 0; i + 2 < self->count; i++) {
        bool to = is(self, i + 1, SURVEY_IS_TO) || is_mark(self, i + 1, '-');
        if (to && self->tokens[i + 2].value == 10 &&
            (self->tokens[i].value == 0 || self->tokens[i].value == 1))
            self->skip[i] = self->skip[i + 1] = self->skip[i + 2] = true;
    }
}

/* ---- a score ---- */

/* Behind a number: "/10", "de 10", "out of ten", how many tokens; 0: none. */
static size_t out_of(const message_t *self, size_t at, int64_t *scale)
{
    size_t next = at + 1;
    if (is_mark(self, next, '/'))
        next++;
    else
        while (is(self, next, SURVEY_IS_SCALE))
            next++;
    if (next == at + 1 || next >= self->count || !is(self, next, SURVEY_IS_NUMBER))
        return 0;
    *scale = self->tokens[next].value;
    return next - at;
}

typedef struct found {
    size_t from, to; /* tokens: the number and the scale behind it */
    int64_t score;
    bool certain; /* it says that it is a score */
    bool off;     /* on another scale: "5/5", "11/10", "5 estrellas" */
} found_t;

/* Is there a word for rating in the same clause, with nothing strange between? */
static bool is_rated(const message_t *self, const found_t *found)
{
    for (size_t i = found->from; i-- > 0 && is_around(self, i) && !is(self, i, SURVEY_IS_MARK);)
        if (is(self, i, SURVEY_IS_RATING))
            return true;
    for (size_t i = found->to; i < self->count && is_around(self, i); i++)
        if (is(self, i, SURVEY_IS_RATING))
            return true;
    return false;
}

/* What may stand before it: up to the mark, only what says nothing; or all of it judges. */
static bool is_free_before(const message_t *self, size_t from, uint32_t also)
{
    bool judges = true;
    size_t i = from;
    while (i > 0 && !is_border(self, i - 1) && (is_around(self, i - 1) || is(self, i - 1, also)))
        i--;
    if (i == 0 || is_border(self, i - 1))
        return true;
    for (i = from; i-- > 0;)
        judges = judges && (is_around(self, i) || is_border(self, i) ||
                            is(self, i, SURVEY_IS_VERDICT | SURVEY_IS_LINK | also));
    return judges;
}

static bool is_request(str_t part);

/* What may stand behind it, without a mark: nothing, what says nothing, and an opinion. */
static bool is_free_behind(const message_t *self, size_t to)
{
    while (to < self->count && is_around(self, to) && !is_border(self, to))
        to++;
    if (is_border(self, to) || is(self, to, SURVEY_IS_LINK | SURVEY_IS_VERDICT))
        return true;
    bool opinion = false;
    for (size_t i = to; i < self->count && is(self, to, SURVEY_IS_THE | SURVEY_IS_TO); i++)
        opinion = opinion || is(self, i, SURVEY_IS_VERDICT);
    return opinion && !is_request(part_of(self, to, self->count));
}

/* A number at that token, whether it is a score or not. */
static bool find_at(const message_t *self, size_t at, uint32_t also, found_t *found)
{
    const survey_token_t *token = &self->tokens[at];
    int64_t scale = 10;
    size_t more = token->value >= 0 ? out_of(self, at, &scale) : 0;
    *found = (found_t){.from = at, .to = at + 1 + more, .score = token->value};
    if (is(self, found->to, SURVEY_IS_LINK) && is(self, found->to + 1, SURVEY_IS_HALF))
        found->to += 2;
    while (is(self, found->to, SURVEY_IS_NUMBER) && self->tokens[found->to].value == token->value)
        found->to++; /* "10 10 10" */
    bool after_slash = at > 0 && is_mark(self, at - 1, '/');
    bool on_scale = is(self, at, SURVEY_IS_NUMBER);
    if (self->skip[at] || after_slash || token->glued || token->value < 0 || (!on_scale && !more))
        return false;
    if (is_mark(self, found->to, '%') || is_mark(self, found->to, '/') ||
        is_mark(self, found->to, ':') || is_mark(self, found->to, '$') ||
        (at > 0 && is_mark(self, at - 1, ':') && at > 1 && self->tokens[at - 2].digits))
        return false;
    bool stars = !more && is(self, at + 1, SURVEY_IS_STARS);
    found->off = stars || (more && (!on_scale || scale != 10));
    found->certain = more && scale == 10 && on_scale;
    if (found->off)
        return true;
    bool free = is_free_before(self, at, also) && is_free_behind(self, found->to);
    found->certain = found->certain || (free && is_rated(self, found));
    return found->certain || free;
}

typedef enum number_kind { NUMBER_NONE, NUMBER_ONE, NUMBER_UNCLEAR } number_kind_t;

/* The one score of the message. What is a number too, but no score, makes it doubtful only where it
 * stands beside one: "entre 8 y 9". */
static number_kind_t find_score(const message_t *self, uint32_t also, found_t *best)
{
    size_t count = 0;
    bool unclear = false;
    for (size_t i = 0; i < self->count; i++) {
        found_t found;
        bool article = is(self, i, SURVEY_IS_AROUND) && !self->tokens[i].digits;
        if ((article && self->count > 1) || !find_at(self, i, also, &found))
            continue;
        if (found.off || (count > 0 && found.score != best->score))
            unclear = true;
        if (count == 0 || found.certain)
            *best = found;
        count++;
        i = found.to - 1;
    }
    return count == 0 ? NUMBER_NONE : unclear ? NUMBER_UNCLEAR : NUMBER_ONE;
}

/* ---- words ---- */

static bool all_are(const message_t *self, uint32_t bits)
{
    for (size_t i = 0; i < self->count; i++)
        if (!self->skip[i] && !is(self, i, bits))
            return false;
    return true;
}

static bool any_is(const message_t *self, uint32_t bits)
{
    for (size_t i = 0; i < self->count; i++)
        if (is(self, i, bits))
            return true;
    return false;
}

static void open_message(message_t *self, str_t text)
{
    *self = (message_t){.text = text};
    self->count = survey_tokens(text, self->tokens, SURVEY_MAX_TOKENS);
    skip_scales(self);
}

/* "8 o 9", "entre 7 y 8", "100 %", "-1": a number, but not which. */
static bool is_unclear_number(const message_t *self)
{
    size_t numbers = 0, words = 0;
    bool odd = false, between = false;
    for (size_t i = 0; i < self->count; i++) {
        const survey_token_t *token = &self->tokens[i];
        if (self->skip[i])
            continue;
        bool is_number = token->digits || (token->is & SURVEY_IS_NUMBER);
        numbers += (token->is & SURVEY_IS_NUMBER) != 0;
        between = between || (token->is & (SURVEY_IS_OR | SURVEY_IS_TO)) || token->mark == '-';
        bool below = token->glued && self->text.data[token->from - 1] == '-';
        bool hundred = token->value == 100 && i > 0 && is_around(self, i - 1);
        bool full = is_mark(self, i + 1, '%') && (token->value == 10 || token->value == 100);
        odd = odd || below || full || hundred;
        bool harmless = token->is & (SURVEY_IS_AROUND | SURVEY_IS_OR | SURVEY_IS_TO |
                                     SURVEY_IS_LINK | SURVEY_IS_MARK | SURVEY_IS_FACE);
        words += !is_number && !harmless;
    }
    return words == 0 && ((numbers > 1 && between) ||
                          (odd && self->count <= 3 && !any_is(self, SURVEY_IS_ASKING)));
}

static bool is_about_cars(const understood_t *u)
{
    bool money = u->down >= 0 || u->down_bp >= 0 || u->monthly || u->price_min || u->price_max;
    bool age = u->year_min || u->year_max || u->age_max || u->km_min || u->km_max;
    bool traits = u->bluetooth || u->car_play || u->body || u->fuel || u->transmission ||
                  u->colour || u->city;
    bool list = u->sort || u->page != PAGE_NONE || u->ordinal_count || u->stock_id || u->bare >= 0;
    return money || age || traits || list || u->topics || u->month_count;
}

/* Is a part of a message for the seller? Who was asked for an opinion and gives one may name cars
 * and figures in it. */
static bool is_request(str_t part)
{
    static const uint32_t strong = SAYS_PERSON | SAYS_RESET | SAYS_QUOTE | SAYS_COMPARE |
                                   SAYS_MAKES | SAYS_PHOTO | SAYS_OTHER_COLOUR | SAYS_OTHER_MAKE |
                                   SAYS_OF_THESE | SAYS_TRICK | SAYS_HAGGLE | SAYS_SEARCH;
    static const uint32_t weak =
        SAYS_DETAIL | SAYS_THIS | SAYS_ALSO | SAYS_CAR | SAYS_THE_ONE | SAYS_OFFTOPIC | SAYS_WHO;
    understood_t u;
    message_t message;
    understand(part, &u);
    open_message(&message, part);
    bool judges = any_is(&message, SURVEY_IS_VERDICT);
    bool reason = is(&message, 0, SURVEY_IS_BECAUSE);
    if (any_is(&message, SURVEY_IS_ASKING) || (u.says & (SAYS_PERSON | SAYS_RESET)))
        return true;
    if (reason)
        return false;
    if ((u.says & strong) || (!judges && (is_about_cars(&u) || (u.says & weak))))
        return true;
    return !judges && (u.words < 3 || u.unknown == u.words || any_is(&message, SURVEY_IS_VISIT));
}

/* Nothing but greetings and thanks. */
static bool is_manners(str_t text)
{
    understood_t u;
    message_t message;
    understand(text, &u);
    open_message(&message, text);
    uint32_t polite = SAYS_HELLO | SAYS_THANKS | SAYS_BYE;
    bool empty = all_are(&message, SURVEY_IS_MARK | SURVEY_IS_FACE);
    bool greets = (u.says & polite) && (u.says & ~(polite | SAYS_YES | SAYS_ALSO)) == 0 &&
                  u.unknown == 0 && u.topics == 0 && u.bare < 0 && u.page == PAGE_NONE;
    return !any_is(&message, SURVEY_IS_ASKING) &&
           (greets || empty ||
            all_are(&message, SURVEY_IS_AROUND | SURVEY_IS_MARK | SURVEY_IS_FACE | SURVEY_IS_LINK |
                                  SURVEY_IS_MENDING));
}

/* ---- what there is ---- */

/* Of what stands beside a score: nothing that wants an answer, or is worth keeping. */
static bool says_little(str_t part)
{
    static const uint32_t little = SURVEY_IS_AROUND | SURVEY_IS_POLITE | SURVEY_IS_REFUSAL |
                                   SURVEY_IS_DEGREE | SURVEY_IS_THE | SURVEY_IS_LINK |
                                   SURVEY_IS_MARK | SURVEY_IS_FACE;
    message_t message;
    open_message(&message, part);
    if (is_manners(part))
        return true;
    for (size_t i = 0; i < message.count; i++) {
        const survey_token_t *token = &message.tokens[i];
        bool word = token->is == 0 && !token->digits && token->to - token->from > 2;
        if (token->is & SURVEY_IS_ASKING || token->digits || word ||
            (token->is && !(token->is & little)))
            return false;
    }
    return true;
}

/* What stands on both sides of the score: nothing, a comment, or a request. */
static void take_score(const message_t *self, const found_t *found, survey_said_t *said)
{
    size_t from = found->from, to = found->to;
    while (from > 0 && is_around(self, from - 1) && !is_border(self, from - 1))
        from--;
    size_t front = from, back = to; /* a mark between belongs to neither */
    while (front > 0 && is(self, front - 1, SURVEY_IS_MARK) && !is_mark(self, front - 1, '?'))
        front--;
    while (is(self, back, SURVEY_IS_MARK) &&
           !(is(self, back, SURVEY_IS_ASKING) && !is_mark(self, back, '?')))
        back++; /* "9?" doubts, but "¿" begins what follows */
    str_t before = part_of(self, 0, front), behind = part_of(self, back, self->count);
    if (says_little(before))
        before = (str_t){0};
    if (says_little(behind))
        behind = (str_t){0};
    *said = (survey_said_t){.kind = SURVEY_SCORE, .score = found->score, .own = self->text};
    bool asks_before = before.size && is_request(before);
    bool asks_behind = behind.size && is_request(behind);
    if (asks_behind && !before.size) {
        said->rest = behind;
        said->own = part_of(self, 0, to);
    } else if (asks_before && !behind.size) {
        said->rest = before;
        said->own = part_of(self, from, self->count);
    } else if (asks_before || asks_behind) {
        said->rest = self->text;
        said->own = part_of(self, from, to);
    } else {
        said->comment = before.size && behind.size ? self->text : before.size ? before : behind;
    }
}

static bool is_refusal(const message_t *self)
{
    return any_is(self, SURVEY_IS_REFUSAL) &&
           all_are(self, SURVEY_IS_REFUSAL | SURVEY_IS_POLITE | SURVEY_IS_LINK | SURVEY_IS_MARK |
                             SURVEY_IS_FACE) &&
           !any_is(self, SURVEY_IS_ASKING);
}

/* The answer to "del 0 al 10" that is no score. */
static survey_kind_t read_words(const message_t *self)
{
    uint32_t light = SURVEY_IS_AROUND | SURVEY_IS_MARK | SURVEY_IS_FACE;
    uint32_t degree = SURVEY_IS_DEGREE | SURVEY_IS_REFUSAL | SURVEY_IS_THE | SURVEY_IS_LINK;
    bool asks = any_is(self, SURVEY_IS_ASKING);
    if (!asks && ((any_is(self, SURVEY_IS_YES) && all_are(self, light)) ||
                  (any_is(self, SURVEY_IS_DEGREE) && all_are(self, light | degree))))
        return SURVEY_UNCLEAR;
    if (is_manners(self->text) && !any_is(self, SURVEY_IS_VERDICT))
        return SURVEY_MANNERS;
    if (any_is(self, SURVEY_IS_VERDICT) && !is_request(self->text))
        return SURVEY_WORDS;
    return SURVEY_OTHER;
}

void survey_read(str_t text, survey_question_t question, bool fresh, survey_said_t *said)
{
    message_t message;
    found_t found = {0};
    *said = (survey_said_t){.kind = SURVEY_OTHER, .rest = text};
    if (text.size > MAX_ANSWER || text_trim(text).size == 0)
        return;
    open_message(&message, text);
    if (message.count == SURVEY_MAX_TOKENS)
        return;
    bool mends = question == SURVEY_ASKED_COMMENT; /* "perdón, quise decir 10" */
    number_kind_t number = find_score(&message, mends ? SURVEY_IS_MENDING : 0, &found);
    if (number == NUMBER_ONE && !fresh && !found.certain)
        number = NUMBER_NONE;
    survey_said_t score = {0};
    if (number == NUMBER_ONE)
        take_score(&message, &found, &score);
    if (number == NUMBER_ONE && (!mends || (score.comment.size == 0 && score.rest.size == 0))) {
        *said = score;
        return;
    }
    if (!fresh)
        return;
    bool unclear = (number == NUMBER_UNCLEAR && message.count <= MAX_UNCLEAR &&
                    !any_is(&message, SURVEY_IS_ASKING)) ||
                   is_unclear_number(&message);
    if (is_refusal(&message))
        said->kind = SURVEY_REFUSED;
    else if (mends)
        said->kind = is_manners(text) && !any_is(&message, SURVEY_IS_VERDICT) ? SURVEY_MANNERS
                     : is_request(text)                                       ? SURVEY_OTHER
                                                                              : SURVEY_COMMENT;
    else
        said->kind = unclear ? SURVEY_UNCLEAR : read_words(&message);
    if (said->kind == SURVEY_OTHER || said->kind == SURVEY_MANNERS)
        return;
    said->own = text;
    said->rest = (str_t){0};
    if (said->kind == SURVEY_WORDS || said->kind == SURVEY_COMMENT)
        said->comment = text_trim(text);
}

bool survey_farewell(str_t text)
{
    understood_t u;
    uint32_t harmless = SAYS_BYE | SAYS_THANKS | SAYS_HELLO | SAYS_YES | SAYS_NO | SAYS_ALSO;
    message_t message;
    understand(text, &u);
    if (!(u.says & SAYS_BYE) || (u.says & ~harmless) || u.unknown || u.words > 14)
        return false;
    open_message(&message, text);
    return !is_about_cars(&u) && !any_is(&message, SURVEY_IS_ASKING);
}

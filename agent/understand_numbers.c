/*
 * What the numbers of a message mean. First those that say it themselves (a unit behind, "pesos",
 * four digits of a year), then those that share it with a neighbour ("36, 48 y 60 meses"), then
 * those where only the words before help ("menos de 300" among cars is 300,000 pesos).
 */
#include "agent/understand_words.h"

typedef enum role {
    ROLE_NONE,
    ROLE_SKIP,
    ROLE_PRICE,
    ROLE_YEAR,
    ROLE_KM,
    ROLE_MONTHS,
    ROLE_YEARS, /* a term in years */
    ROLE_AGE,
    ROLE_MONTHLY,
    ROLE_DOWN,
    ROLE_PERCENT,
    ROLE_ORDINAL,
    ROLE_PAGE,
    ROLE_STOCK,
    ROLE_SEATS,
    ROLE_BARE,
} role_t;

#define MOST_SEATS 20
#define YEAR_FIRST 1950
#define YEAR_LAST 2035
#define MOST_CENTS INT64_C(100000000000) /* a thousand million pesos: nobody means more */

typedef struct reader {
    chunk_t *chunks;
    size_t count;
    understood_t *out;
} reader_t;

static int64_t whole(const chunk_t *chunk)
{
    return chunk->hundredths / 100;
}

static chunk_kind_t kind_at(const reader_t *self, size_t at)
{
    return at < self->count ? self->chunks[at].kind : CHUNK_MARK;
}

/* The chunk behind at, over "de". */
static size_t behind(const reader_t *self, size_t at)
{
    do
        at++;
    while (kind_at(self, at) == CHUNK_OF);
    return at;
}

/* The chunk before at, over articles and small words; SIZE_MAX if a mark or the start is there. */
static size_t before(const reader_t *self, size_t at)
{
    for (int steps = 0; at > 0 && steps < 4; steps++) {
        at--;
        chunk_kind_t kind = self->chunks[at].kind;
        if (kind == CHUNK_MARK)
            return SIZE_MAX;
        if (kind != CHUNK_OF && kind != CHUNK_THE && kind != CHUNK_FILL)
            return at;
    }
    return SIZE_MAX;
}

static chunk_kind_t kind_before(const reader_t *self, size_t at)
{
    size_t place = before(self, at);
    return place == SIZE_MAX ? CHUNK_MARK : self->chunks[place].kind;
}

static bool is_year(const chunk_t *chunk)
{
    return chunk->digits == 4 && chunk->scale == 1 && !chunk->dollar && !chunk->grouped &&
           chunk->hundredths % 100 == 0 && whole(chunk) >= YEAR_FIRST && whole(chunk) <= YEAR_LAST;
}

static bool is_amount(const chunk_t *chunk)
{
    return chunk->dollar || chunk->grouped || chunk->pesos || chunk->scale > 1;
}

/* ---- the first pass: numbers that speak for themselves ---- */

static role_t role_by_unit(reader_t *self, size_t at)
{
    chunk_t *chunk = &self->chunks[at];
    size_t unit = behind(self, at);
    if (kind_at(self, unit) == CHUNK_PESOS || kind_at(self, unit) == CHUNK_DOLLARS) {
        chunk->pesos = true;
        if (kind_at(self, unit) == CHUNK_DOLLARS)
            self->out->says |= SAYS_DOLLARS;
        unit = behind(self, unit);
    }
    switch (kind_at(self, unit)) {
    case CHUNK_PERCENT: {
        chunk_kind_t of = kind_at(self, behind(self, unit));
        bool other = of == CHUNK_OTHER_UNIT ||
                     (of == CHUNK_SAY && (self->chunks[behind(self, unit)].value & SAYS_HAGGLE));
        return other ? ROLE_SKIP : ROLE_PERCENT;
    }
    case CHUNK_MILES:
        chunk->hundredths = chunk->hundredths * 1609 / 1000 / 10000 * 10000;
        return ROLE_KM;
    case CHUNK_KM:
        return ROLE_KM;
    case CHUNK_MONTHS:
        return ROLE_MONTHS;
    case CHUNK_YEARS:
        return kind_at(self, behind(self, unit)) == CHUNK_AGE || kind_before(self, at) == CHUNK_LESS
                   ? ROLE_AGE
                   : ROLE_YEARS;
    case CHUNK_AGE:
        return ROLE_AGE;
    case CHUNK_MONTHLY:
        return ROLE_MONTHLY;
    case CHUNK_DOWN:
        return ROLE_DOWN;
    case CHUNK_SEATS: /* "7 asientos", "3 filas" */
        chunk->value = self->chunks[unit].value;
        return ROLE_SEATS;
    case CHUNK_OTHER_UNIT:
        return ROLE_SKIP;
    default:
        return ROLE_NONE;
    }
}

/* "enganche de 50 mil": unless the word belongs to a number before it. */
static bool down_before(const reader_t *self, size_t at)
{
    size_t place = before(self, at);
    if (place == SIZE_MAX)
        return false;
    if (self->chunks[place].kind == CHUNK_GIVE)
        return true;
    if (self->chunks[place].kind != CHUNK_DOWN)
        return false;
    chunk_kind_t owner = kind_before(self, place);
    return owner != CHUNK_NUMBER && owner != CHUNK_PERCENT && owner != CHUNK_PESOS;
}

static bool is_short_year(const chunk_t *chunk)
{
    int64_t value = whole(chunk);
    return chunk->digits == 2 && !is_amount(chunk) && (value <= YEAR_LAST - 2000 || value >= 80);
}

static role_t role_by_word(reader_t *self, size_t at)
{
    chunk_t *chunk = &self->chunks[at];
    if (down_before(self, at))
        return ROLE_DOWN;
    switch (kind_before(self, at)) {
    case CHUNK_PAGE_WORD:
        return whole(chunk) < 100000 && !is_amount(chunk) ? ROLE_PAGE : ROLE_NONE;
    case CHUNK_STOCK:
        return ROLE_STOCK;
    case CHUNK_SEATED:
        return is_amount(chunk) || whole(chunk) > MOST_SEATS ? ROLE_NONE : ROLE_SEATS;
    case CHUNK_NTH:
        return whole(chunk) < 100 && !is_amount(chunk) ? ROLE_ORDINAL : ROLE_STOCK;
    case CHUNK_MONTHS: /* "mensualidades de 5 mil" */
        if (is_amount(chunk) && kind_before(self, before(self, at)) != CHUNK_NUMBER)
            return ROLE_MONTHLY;
        break;
    case CHUNK_YEAR:
        if (is_short_year(chunk)) {
            chunk->hundredths += whole(chunk) >= 80 ? 190000 : 200000;
            return ROLE_YEAR;
        }
        break;
    default:
        break;
    }
    return is_year(chunk) && !chunk->pesos ? ROLE_YEAR : ROLE_NONE;
}

static void first_pass(reader_t *self)
{
    for (size_t i = 0; i < self->count; i++) {
        chunk_t *chunk = &self->chunks[i];
        if (chunk->kind != CHUNK_NUMBER)
            continue;
        chunk->role = ROLE_NONE;
        if (chunk->hundredths > MOST_CENTS)
            chunk->role = ROLE_SKIP;
        if (chunk->role == ROLE_NONE)
            chunk->role = (uint8_t)role_by_unit(self, i);
        if (chunk->role == ROLE_NONE && chunk->ordinal)
            chunk->role = ROLE_ORDINAL;
        if (chunk->role == ROLE_NONE)
            chunk->role = (uint8_t)role_by_word(self, i);
    }
}

/* ---- neighbours ---- */

static bool joins(const chunk_t *chunk)
{
    return chunk->kind == CHUNK_JOIN || chunk->kind == CHUNK_AT || chunk->kind == CHUNK_THE ||
           chunk->kind == CHUNK_OF ||
           (chunk->kind == CHUNK_MARK && (chunk->value == ',' || chunk->value == '-'));
}

/* The number that at is joined to on its right ("36, 48 y 60"), or SIZE_MAX. */
static size_t joined_right(const reader_t *self, size_t at)
{
    size_t next = at + 1;
    while (next < self->count && next - at <= 3 && joins(&self->chunks[next]))
        next++;
    return next > at + 1 && kind_at(self, next) == CHUNK_NUMBER ? next : SIZE_MAX;
}

static size_t joined_left(const reader_t *self, size_t at)
{
    size_t last = at;
    while (last > 0 && at - last < 3 && joins(&self->chunks[last - 1]))
        last--;
    return last < at && last > 0 && self->chunks[last - 1].kind == CHUNK_NUMBER ? last - 1
                                                                                : SIZE_MAX;
}

/* "el 3", "del 3" */
static bool has_article(const reader_t *self, size_t at)
{
    return at > 0 && (self->chunks[at - 1].kind == CHUNK_THE ||
                      (self->chunks[at - 1].kind == CHUNK_OF && self->chunks[at - 1].value == 1));
}

/* Can a number be of the kind its neighbour is? */
static bool can_be(const chunk_t *chunk, role_t role)
{
    int64_t value = whole(chunk);
    switch (role) {
    case ROLE_MONTHS:
        return !is_amount(chunk) && value <= 240;
    case ROLE_YEARS:
        return !is_amount(chunk) && value <= 20;
    case ROLE_YEAR:
        return is_year(chunk);
    case ROLE_PERCENT:
        return !is_amount(chunk) && value <= 100;
    case ROLE_ORDINAL:
        return !is_amount(chunk) && value <= 20;
    case ROLE_KM:
        return !chunk->dollar && !chunk->pesos;
    case ROLE_DOWN:
    case ROLE_MONTHLY:
        return true;
    default:
        return false;
    }
}

/* "200 y 300 mil": the first means thousands too. */
static void share_scale(chunk_t *chunk, const chunk_t *other)
{
    if (chunk->scale == 1 && !chunk->grouped && whole(chunk) < 1000 && other->scale > 1) {
        chunk->hundredths *= other->scale;
        chunk->scale = other->scale;
    } else if (chunk->scale == 1 && !chunk->grouped && whole(chunk) < 1000 && other->grouped) {
        chunk->hundredths *= 1000;
        chunk->scale = 1000;
    }
}

/* the: an article stands before it, as in "el 3 a 60 meses" */
static void inherit(chunk_t *chunk, const chunk_t *other, bool the)
{
    bool open = chunk->role == ROLE_NONE || chunk->role == ROLE_BARE;
    if (!open || !can_be(chunk, other->role) || (the && whole(chunk) <= 20))
        return;
    chunk->role = other->role;
    if (other->role == ROLE_KM || other->role == ROLE_DOWN || other->role == ROLE_MONTHLY)
        share_scale(chunk, other);
}

static void inherit_all(reader_t *self)
{
    for (size_t i = self->count; i-- > 0;) {
        size_t right = self->chunks[i].kind == CHUNK_NUMBER ? joined_right(self, i) : SIZE_MAX;
        if (right != SIZE_MAX)
            inherit(&self->chunks[i], &self->chunks[right], has_article(self, i));
    }
    for (size_t i = 0; i < self->count; i++) {
        size_t left = self->chunks[i].kind == CHUNK_NUMBER ? joined_left(self, i) : SIZE_MAX;
        if (left != SIZE_MAX)
            inherit(&self->chunks[i], &self->chunks[left], has_article(self, i));
    }
}

/* ---- the last pass: what only the words before tell ---- */

static bool is_bound_word(chunk_kind_t kind)
{
    return kind == CHUNK_LESS || kind == CHUNK_MORE || kind == CHUNK_ABOUT ||
           kind == CHUNK_BETWEEN || kind == CHUNK_BUDGET;
}

static bool is_term(int64_t value)
{
    return value >= 6 && value <= 96 && value % 6 == 0;
}

static role_t weak_role(reader_t *self, size_t at)
{
    chunk_t *chunk = &self->chunks[at];
    size_t right = joined_right(self, at), left = joined_left(self, at);
    bool bound = is_bound_word(kind_before(self, at));
    bool priced_left = left != SIZE_MAX && self->chunks[left].role == ROLE_PRICE;
    if (right != SIZE_MAX && self->chunks[right].role == ROLE_NONE &&
        is_amount(&self->chunks[right]))
        share_scale(chunk, &self->chunks[right]);
    if (!chunk->dollar && priced_left)
        share_scale(chunk, &self->chunks[left]);
    int64_t value = whole(chunk);
    if (!is_amount(chunk) && has_article(self, at) && value >= 1 && value <= 20)
        return ROLE_ORDINAL; /* "entre el 1 y el 3" */
    if (is_amount(chunk) || bound || priced_left) {
        /* "menos de 300" among cars: thousands */
        if (chunk->scale == 1 && !chunk->grouped && value >= 20 && value < 2000 &&
            (bound || priced_left)) {
            chunk->hundredths *= 1000;
            chunk->scale = 1000;
        }
        return is_amount(chunk) || value >= 20 ? ROLE_PRICE : ROLE_BARE;
    }
    bool the = has_article(self, at);
    if (chunk->digits >= 5 && chunk->digits <= 9)
        return the ? ROLE_STOCK : chunk->digits <= 7 && value % 1000 == 0 ? ROLE_PRICE : ROLE_BARE;
    if (at > 0 && self->chunks[at - 1].kind == CHUNK_AT && is_term(value))
        return ROLE_MONTHS;
    return ROLE_BARE;
}

static void last_pass(reader_t *self)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->chunks[i].kind == CHUNK_NUMBER && self->chunks[i].role == ROLE_NONE)
            self->chunks[i].role = (uint8_t)weak_role(self, i);
}

/* ---- what it comes to ---- */

typedef struct bound {
    chunk_kind_t kind; /* CHUNK_LESS, _MORE, _ABOUT, _BETWEEN, _BUDGET; CHUNK_FILL: none */
    bool strict;
} bound_t;

static bound_t bound_of(const reader_t *self, size_t at)
{
    size_t place = before(self, at);
    if (place != SIZE_MAX && (self->chunks[place].kind == CHUNK_YEAR ||
                              self->chunks[place].kind == CHUNK_YEARS)) /* "desde el año 2018" */
        place = before(self, place);
    if (place != SIZE_MAX && is_bound_word(self->chunks[place].kind))
        return (bound_t){self->chunks[place].kind, self->chunks[place].value == 1};
    place = behind(self, at);
    while (kind_at(self, place) == CHUNK_PESOS || kind_at(self, place) == CHUNK_DOLLARS ||
           kind_at(self, place) == CHUNK_KM || kind_at(self, place) == CHUNK_MILES)
        place = behind(self, place);
    switch (kind_at(self, place)) {
    case CHUNK_AFTER_LESS:
        return (bound_t){CHUNK_LESS, false};
    case CHUNK_AFTER_MORE:
        return (bound_t){CHUNK_MORE, false};
    case CHUNK_LESS: /* "300 mil máximo", unless it speaks of the next number */
    case CHUNK_MORE:
        if (kind_at(self, behind(self, place)) != CHUNK_NUMBER)
            return (bound_t){kind_at(self, place), false};
        break;
    default:
        break;
    }
    return (bound_t){CHUNK_FILL, false};
}

typedef struct range {
    int64_t min, max;
    int64_t plain_min, plain_max; /* of numbers without a bound */
    size_t plain;
} range_t;

static void range_plain(range_t *self, int64_t value)
{
    if (self->plain == 0 || value < self->plain_min)
        self->plain_min = value;
    if (self->plain == 0 || value > self->plain_max)
        self->plain_max = value;
    self->plain++;
}

static void range_add(range_t *self, role_t role, int64_t value, bound_t bound)
{
    switch (bound.kind) {
    case CHUNK_LESS:
        self->max = value - (role == ROLE_YEAR && bound.strict);
        break;
    case CHUNK_MORE:
        self->min = value + (role == ROLE_YEAR && bound.strict);
        break;
    case CHUNK_BUDGET:
        self->max = value;
        break;
    case CHUNK_ABOUT:
        if (role == ROLE_PRICE) { /* a sixth less to a tenth more, in whole thousands */
            self->min = value * 85 / 100 / 100000 * 100000;
            self->max = value * 110 / 100 / 100000 * 100000;
        } else if (role == ROLE_YEAR) {
            self->min = value - 1;
            self->max = value + 1;
        } else {
            self->max = value;
        }
        break;
    default:
        range_plain(self, value);
    }
}

static void range_finish(range_t *self, role_t role)
{
    if (self->plain >= 2) {
        self->min = self->plain_min;
        self->max = self->plain_max;
    } else if (self->plain == 1) {
        int64_t value = self->plain_min;
        if (role == ROLE_YEAR && self->min == 0 && self->max == 0)
            self->min = self->max = value;
        else if (self->max != 0 && self->min == 0 && value < self->max)
            self->min = value;
        else
            self->max = value;
    }
    if (self->min != 0 && self->max != 0 && self->min > self->max) {
        int64_t swap = self->min;
        self->min = self->max;
        self->max = swap;
    }
}

static range_t range_of(const reader_t *self, role_t role)
{
    range_t range = {0};
    for (size_t i = 0; i < self->count; i++) {
        const chunk_t *chunk = &self->chunks[i];
        if (chunk->kind != CHUNK_NUMBER || chunk->role != role || chunk->hundredths == 0)
            continue;
        range_add(&range, role, role == ROLE_PRICE ? chunk->hundredths : whole(chunk),
                  bound_of(self, i));
    }
    range_finish(&range, role);
    return range;
}

static void take_down(const chunk_t *chunk, understood_t *out)
{
    int64_t value = whole(chunk);
    if (is_amount(chunk) || value == 0 || value >= 1000)
        out->down = chunk->hundredths;
    else if (value <= 50 && value % 5 == 0) /* "20 de enganche": percent */
        out->down_bp = value * 100;
    else
        out->down = chunk->hundredths * 1000;
}

static void add_months(understood_t *out, int64_t months)
{
    for (size_t i = 0; i < out->month_count; i++)
        if (out->months[i] == months)
            return;
    if (out->month_count < UNDERSTAND_MAX_LIST)
        out->months[out->month_count++] = months;
}

static void take(const chunk_t *chunk, understood_t *out)
{
    int64_t value = whole(chunk);
    if (chunk->negative)
        out->negative = true;
    switch ((role_t)chunk->role) {
    case ROLE_MONTHS:
        add_months(out, value);
        break;
    case ROLE_YEARS:
        add_months(out, value * 12);
        break;
    case ROLE_AGE:
        out->age_max = value;
        break;
    case ROLE_MONTHLY:
        out->monthly =
            chunk->scale == 1 && value < 100 ? chunk->hundredths * 1000 : chunk->hundredths;
        break;
    case ROLE_DOWN:
        take_down(chunk, out);
        break;
    case ROLE_PERCENT:
        out->down_bp = chunk->hundredths;
        break;
    case ROLE_ORDINAL:
        if (value >= 1 && out->ordinal_count < UNDERSTAND_MAX_LIST)
            out->ordinals[out->ordinal_count++] = value;
        break;
    case ROLE_PAGE:
        out->page = PAGE_NUMBER;
        out->page_number = value;
        break;
    case ROLE_STOCK:
        out->stock_id = value;
        break;
    case ROLE_KM:
        if (value == 0 && out->sort == NULL)
            out->sort = "km"; /* "de 0 km" */
        break;
    case ROLE_SEATS:
        if (value >= 1 && value <= MOST_SEATS)
            out->seats = chunk->value == 0 ? value : value >= 3 ? 7 : 5;
        break;
    case ROLE_BARE:
        out->bare = value;
        break;
    default:
        break;
    }
}

void numbers_understand(chunk_t *chunks, size_t count, understood_t *out)
{
    reader_t self = {chunks, count, out};
    first_pass(&self);
    inherit_all(&self);
    last_pass(&self);
    inherit_all(&self);
    for (size_t i = 0; i < count; i++)
        if (chunks[i].kind == CHUNK_NUMBER)
            take(&chunks[i], out);
    range_t price = range_of(&self, ROLE_PRICE);
    range_t year = range_of(&self, ROLE_YEAR);
    range_t km = range_of(&self, ROLE_KM);
    out->price_min = price.min;
    out->price_max = price.max;
    out->year_min = year.min;
    out->year_max = year.max;
    out->km_min = km.min;
    out->km_max = km.max;
}

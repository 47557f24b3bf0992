/* One table of fields: the names a column may have, the kind of its values, where they go. */
#include "catalog/row.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "catalog/lex.h"
#include "common/money.h"
#include "common/text.h"

#define MAX_STOCK_ID 9007199254740991 /* the largest that JSON's readers keep whole */

typedef enum row_kind {
    ROW_WHOLE, /* a whole number; "301650.0" is one too */
    ROW_ROUND, /* a number, rounded */
    ROW_PRICE,
    ROW_FLAG,
    ROW_TEXT,
    ROW_URL,
} row_kind_t;

typedef struct row_field {
    const char *name;
    const char *also; /* other names, each between blanks, letters and digits only */
    row_kind_t kind;
    bool required;    /* column and value */
    int64_t min, max; /* of a number; max bytes of a text */
    size_t offset;    /* in proto_car_t */
} row_field_t;

#define AT(member) offsetof(proto_car_t, member)
/* clang-format off */
static const row_field_t fields[ROW_FIELDS] = {
    {"stock_id", " stockid id stock ", ROW_WHOLE, true, 1, MAX_STOCK_ID, AT(stock_id)},
    {"km", " km kms kilometraje kilometros mileage ", ROW_ROUND, true, 0, 9999999, AT(km)},
    {"price", " price precio ", ROW_PRICE, true, 1, MONEY_MAX, AT(price)},
    {"make", " make marca brand ", ROW_TEXT, true, 0, 64, AT(make)},
    {"model", " model modelo ", ROW_TEXT, true, 0, 64, AT(model)},
    {"year", " year ano anio ", ROW_WHOLE, true, 1900, 2100, AT(year)},
    {"version", " version trim ", ROW_TEXT, false, 0, 256, AT(version)},
    {"bluetooth", " bluetooth ", ROW_FLAG, false, 0, 0, AT(bluetooth)},
    {"largo", " largo length longitud ", ROW_ROUND, false, 0, 30000, AT(length)},
    {"ancho", " ancho width ", ROW_ROUND, false, 0, 30000, AT(width)},
    {"altura", " altura alto height ", ROW_ROUND, false, 0, 30000, AT(height)},
    {"car_play", " carplay applecarplay ", ROW_FLAG, false, 0, 0, AT(car_play)},
    {"body", " body bodytype carroceria tipo ", ROW_TEXT, false, 0, 64, AT(body)},
    {"fuel", " fuel combustible ", ROW_TEXT, false, 0, 64, AT(fuel)},
    {"transmission", " transmission transmision ", ROW_TEXT, false, 0, 64, AT(transmission)},
    {"colour", " colour color ", ROW_TEXT, false, 0, 64, AT(colour)},
    {"city", " city ciudad ", ROW_TEXT, false, 0, 64, AT(city)},
    {"photo_url", " photourl photo foto fotourl imagen image imageurl ", ROW_URL, false, 0, 512,
     AT(photo_url)},
};
/* clang-format on */

/* ---- reasons ---- */

typedef struct sink {
    row_problem_t *problem;
    void *arg;
} sink_t;

__attribute__((format(printf, 3, 4))) static bool complain(const sink_t *sink, const char *column,
                                                           const char *format, ...)
{
    char reason[256];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    sink->problem(sink->arg, column, reason);
    return false;
}

/* The front of a value, fit to be shown: nothing in it moves the cursor of a terminal. */
static const char *show(str_t value, char shown[48])
{
    str_t front = utf8_front(value, 40);
    for (size_t i = 0; i < front.size; i++) {
        unsigned char c = (unsigned char)front.data[i];
        shown[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    snprintf(shown + front.size, 48 - front.size, "%s", front.size < value.size ? "…" : "");
    return shown;
}

/* ---- header ---- */

static int find_field(str_t name, arena_t *arena)
{
    const char *compact = lex_compact(name, arena);
    char needle[LEX_MAX_WORD * 2];
    if (!compact || strlen(compact) > LEX_MAX_WORD || !*compact)
        return -1;
    snprintf(needle, sizeof needle, " %s ", compact);
    for (int i = 0; i < ROW_FIELDS; i++)
        if (strstr(fields[i].also, needle))
            return i;
    return -1;
}

bool row_header_read(row_header_t *self, const csv_record_t *record, row_problem_t *problem,
                     row_problem_t *ignored, void *arg)
{
    const sink_t bad = {problem, arg}, dropped = {ignored, arg};
    arena_t *arena = arena_new(1 << 20);
    bool seen[ROW_FIELDS] = {false};
    bool good = true;
    self->count = record->count;
    for (size_t i = 0; i < record->count; i++) {
        char shown[48];
        int field = find_field(record->fields[i], arena);
        if (field < 0)
            complain(&dropped, show(record->fields[i], shown), "unknown column, ignored");
        else if (seen[field])
            good = complain(&bad, show(record->fields[i], shown), "second column for %s",
                            fields[field].name);
        else
            seen[field] = true;
        self->field[i] = (int8_t)field;
    }
    if (record->count == 1 && record->fields[0].size > 0 &&
        memchr(record->fields[0].data, ';', record->fields[0].size))
        good = complain(&bad, "header", "fields are separated by ';', expected ','");
    for (int i = 0; i < ROW_FIELDS; i++)
        if (fields[i].required && !seen[i])
            good = complain(&bad, fields[i].name, "column is missing");
    arena_destroy(&arena);
    return good;
}

/* ---- values ---- */

/* Digits, and decimals if a point stands between; *fraction says whether they are more than
 * zeros. The value is rounded half up. */
static bool read_decimal(str_t text, int64_t *value, bool *fraction)
{
    size_t i = 0;
    int64_t whole = 0;
    while (i < text.size && i < 17 && text.data[i] >= '0' && text.data[i] <= '9')
        whole = whole * 10 + (text.data[i++] - '0');
    bool some = i > 0, up = false;
    *fraction = false;
    if (i + 1 < text.size && some && text.data[i] == '.') {
        up = text.data[i + 1] >= '5';
        for (i++; i < text.size && text.data[i] >= '0' && text.data[i] <= '9'; i++)
            *fraction = *fraction || text.data[i] != '0';
    }
    *value = whole + up;
    return some && i == text.size;
}

static bool read_number(const row_field_t *field, str_t value, int64_t *number, const sink_t *bad)
{
    char shown[48];
    bool fraction = false;
    bool good = field->kind == ROW_PRICE ? money_parse(value, number)
                                         : read_decimal(value, number, &fraction);
    if (!good || (fraction && field->kind == ROW_WHOLE))
        return complain(bad, field->name, "\"%s\" is not a plain number such as %s",
                        show(value, shown), field->kind == ROW_PRICE ? "461999.00" : "2019");
    if (*number < field->min || *number > field->max)
        return complain(bad, field->name, "%s is outside %lld to %lld", show(value, shown),
                        (long long)(field->kind == ROW_PRICE ? 0 : field->min),
                        (long long)(field->kind == ROW_PRICE ? field->max / 100 : field->max));
    return true;
}

static bool read_flag(const row_field_t *field, str_t value, bool *flag, const sink_t *bad)
{
    static const char yes[] = " si s yes y true verdadero 1 x con ";
    static const char no[] = " no n false falso 0 sin ";
    char word[24], shown[48];
    buf_t folded;
    buf_init(&folded, 1 << 14);
    text_fold(&folded, value);
    int size = snprintf(word, sizeof word, " %.*s ", STR_ARG(buf_view(&folded)));
    buf_free(&folded);
    bool fits = size > 2 && size < (int)sizeof word && !memchr(word + 1, ' ', (size_t)size - 2);
    *flag = fits && strstr(yes, word) != NULL;
    if (value.size > 0 && !*flag && !(fits && strstr(no, word)))
        return complain(bad, field->name, "\"%s\" is neither Sí nor No", show(value, shown));
    return true;
}

static bool read_text(const row_field_t *field, str_t value, str_t *text, const sink_t *bad)
{
    char shown[48];
    if (value.size > (size_t)field->max)
        return complain(bad, field->name, "longer than %lld bytes", (long long)field->max);
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.data[i] < 0x20 || value.data[i] == 0x7f)
            return complain(bad, field->name, "\"%s\" has a control character", show(value, shown));
    bool web = (value.size > 8 && memcmp(value.data, "https://", 8) == 0) ||
               (value.size > 7 && memcmp(value.data, "http://", 7) == 0);
    if (field->kind == ROW_URL && value.size > 0 && !web)
        return complain(bad, field->name, "\"%s\" is not an http or https address",
                        show(value, shown));
    *text = value;
    return true;
}

static bool read_value(const row_field_t *field, str_t value, proto_car_t *car, const sink_t *bad)
{
    void *member = (char *)car + field->offset;
    value = text_trim(value);
    if (value.size == 0 && field->required)
        return complain(bad, field->name, "is empty");
    if (field->kind == ROW_FLAG)
        return read_flag(field, value, member, bad);
    if (field->kind == ROW_TEXT || field->kind == ROW_URL)
        return read_text(field, value, member, bad);
    return value.size == 0 || read_number(field, value, member, bad);
}

/* A make of blanks and dashes could never be asked for. */
static bool check_name(const char *column, str_t name, arena_t *arena, const sink_t *bad)
{
    const char *compact = lex_compact(name, arena);
    char shown[48];
    if (compact && !*compact)
        return complain(bad, column, "\"%s\" has neither letter nor digit", show(name, shown));
    return true;
}

bool row_read(const row_header_t *self, const csv_record_t *record, proto_car_t *car,
              row_problem_t *problem, void *arg)
{
    const sink_t bad = {problem, arg};
    memset(car, 0, sizeof *car);
    if (record->error)
        return complain(&bad, "record", "%s", record->error);
    if (record->count != self->count)
        return complain(&bad, "record", "expected %zu fields, found %zu", self->count,
                        record->count);
    bool good = true;
    for (size_t i = 0; i < record->count; i++)
        if (self->field[i] >= 0)
            good = read_value(&fields[self->field[i]], record->fields[i], car, &bad) && good;
    arena_t *arena = arena_new(1 << 14);
    good = good && check_name("make", car->make, arena, &bad) &&
           check_name("model", car->model, arena, &bad);
    arena_destroy(&arena);
    return good;
}

/* ---- one value after the other ---- */

static size_t size_of(row_kind_t kind)
{
    if (kind == ROW_FLAG)
        return sizeof(bool);
    return kind == ROW_TEXT || kind == ROW_URL ? sizeof(str_t) : sizeof(int64_t);
}

bool row_set(proto_car_t *car, str_t name, str_t value, row_problem_t *problem, void *arg)
{
    const sink_t bad = {problem, arg};
    char shown[48];
    arena_t *arena = arena_new(1 << 14);
    int field = find_field(name, arena);
    arena_destroy(&arena);
    if (field < 0)
        return complain(&bad, show(name, shown), "unknown column");
    if (!utf8_valid(value))
        return complain(&bad, fields[field].name, "is not UTF-8");
    memset((char *)car + fields[field].offset, 0, size_of(fields[field].kind));
    return read_value(&fields[field], value, car, &bad);
}

bool row_check(const proto_car_t *car, row_problem_t *problem, void *arg)
{
    const sink_t bad = {problem, arg};
    arena_t *arena = arena_new(1 << 14);
    bool good = true;
    if (car->stock_id == 0)
        good = complain(&bad, "stock_id", "is missing");
    if (car->make.size == 0)
        good = complain(&bad, "make", "is missing");
    if (car->model.size == 0)
        good = complain(&bad, "model", "is missing");
    if (car->year == 0)
        good = complain(&bad, "year", "is missing");
    if (car->price == 0)
        good = complain(&bad, "price", "is missing");
    good = good && check_name("make", car->make, arena, &bad) &&
           check_name("model", car->model, arena, &bad);
    arena_destroy(&arena);
    return good;
}

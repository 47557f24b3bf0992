/* One byte at a time through a small state machine; next () is the only place that moves it. */
#include "catalog/csv.h"

#include <stdlib.h>

#include "common/buf.h"
#include "common/text.h"

typedef enum csv_state {
    CSV_START,  /* of a field */
    CSV_PLAIN,  /* in a field without quotes */
    CSV_QUOTED, /* between quotes */
    CSV_QUOTE,  /* behind a quote inside a quoted field: the end of it, or the first of two */
    CSV_SKIP,   /* the record is bad: the rest of the line is passed over */
} csv_state_t;

struct csv {
    csv_take_t *take;
    void *arg;
    csv_state_t state;
    buf_t text;                   /* of the record, field after field */
    size_t ends[CSV_MAX_FIELDS];  /* of each field in text */
    size_t count;                 /* fields that are complete */
    str_t fields[CSV_MAX_FIELDS]; /* views for take */
    int64_t line, begin;          /* where we are, where the record began */
    const char *error;            /* of the record */
    size_t bom;                   /* bytes of the byte order mark seen; 3 when past it */
    bool carriage;                /* the byte before was CR outside of quotes */
    bool stopped;
};

csv_t *csv_new(csv_take_t *take, void *arg)
{
    csv_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    self->take = take;
    self->arg = arg;
    self->line = self->begin = 1;
    buf_init(&self->text, CSV_MAX_RECORD);
    return self;
}

void csv_destroy(csv_t **self_p)
{
    if (!*self_p)
        return;
    buf_free(&(*self_p)->text);
    free(*self_p);
    *self_p = NULL;
}

static size_t field_begin(const csv_t *self)
{
    return self->count ? self->ends[self->count - 1] : 0;
}

static void fail(csv_t *self, const char *error)
{
    self->error = error;
    self->state = CSV_SKIP;
}

static void end_field(csv_t *self)
{
    self->ends[self->count++] = self->text.size;
    self->state = CSV_START;
}

static void add(csv_t *self, char c)
{
    if (self->text.size - field_begin(self) >= CSV_MAX_FIELD)
        fail(self, "field is longer than 8192 bytes");
    else if (self->text.size >= CSV_MAX_RECORD)
        fail(self, "record is longer than 65536 bytes");
    else
        buf_char(&self->text, c);
}

/* Gives the record away and gets ready for the next. */
static void end_record(csv_t *self)
{
    bool blank = self->count == 0 && self->text.size == 0 && self->state == CSV_START;
    if (!blank) {
        if (!self->error)
            end_field(self);
        csv_record_t record = {self->begin, self->fields, self->count, self->error};
        const char *text = self->text.data ? self->text.data : "";
        for (size_t i = 0, at = 0; i < self->count; at = self->ends[i++]) {
            self->fields[i] = (str_t){text + at, self->ends[i] - at};
            if (!record.error && !utf8_valid(self->fields[i]))
                record.error = "not UTF-8: save the file as UTF-8";
        }
        self->stopped = !self->take(self->arg, &record);
    }
    buf_clear(&self->text);
    self->count = 0;
    self->error = NULL;
    self->state = CSV_START;
    self->begin = self->line;
}

static void next(csv_t *self, char c)
{
    /* a CR counts only before LF, where the record ends; alone it belongs to nothing */
    bool end = c == '\n' && self->state != CSV_QUOTED;
    if (self->carriage && !end && self->state != CSV_SKIP)
        fail(self, "stray carriage return");
    self->carriage = c == '\r' && self->state != CSV_QUOTED;
    if (c == '\n')
        self->line++;
    if (end) {
        end_record(self);
        return;
    }
    if (self->carriage)
        return;
    if (c == '\0' && self->state != CSV_SKIP)
        fail(self, "byte 0 in the text");

    switch (self->state) {
    case CSV_START:
    case CSV_PLAIN:
        if (c == ',' && self->count + 1 >= CSV_MAX_FIELDS)
            fail(self, "more than 128 fields");
        else if (c == ',')
            end_field(self);
        else if (c == '"' && self->state == CSV_START)
            self->state = CSV_QUOTED;
        else if (c == '"')
            fail(self, "quote inside a field that does not begin with one");
        else {
            self->state = CSV_PLAIN;
            add(self, c);
        }
        break;
    case CSV_QUOTED:
        if (c == '"')
            self->state = CSV_QUOTE;
        else
            add(self, c);
        break;
    case CSV_QUOTE:
        if (c == '"') {
            self->state = CSV_QUOTED;
            add(self, c);
        } else if (c == ',' && self->count + 1 >= CSV_MAX_FIELDS) {
            fail(self, "more than 128 fields");
        } else if (c == ',') {
            end_field(self);
        } else {
            fail(self, "text behind a closing quote");
        }
        break;
    case CSV_SKIP:
        break;
    }
}

/* A byte order mark in front is skipped; bytes that only begin like one are given back. */
static bool skip_bom(csv_t *self, unsigned char c)
{
    static const unsigned char bom[3] = {0xEF, 0xBB, 0xBF};
    if (self->bom >= sizeof bom)
        return false;
    if (c == bom[self->bom]) {
        self->bom++;
        return true;
    }
    size_t held = self->bom;
    self->bom = sizeof bom;
    for (size_t i = 0; i < held && i < sizeof bom; i++)
        next(self, (char)bom[i]);
    return false;
}

bool csv_feed(csv_t *self, const void *bytes, size_t size)
{
    const char *text = bytes;
    for (size_t i = 0; i < size && !self->stopped; i++)
        if (!skip_bom(self, (unsigned char)text[i]))
            next(self, text[i]);
    return !self->stopped;
}

bool csv_end(csv_t *self)
{
    if (self->stopped)
        return false;
    if (self->bom > 0 && self->bom < 3)
        skip_bom(self, 0xFF); /* gives back what was held */
    if (self->state == CSV_QUOTED)
        fail(self, "quote is never closed");
    if (self->carriage)
        self->carriage = false;
    end_record(self);
    return !self->stopped;
}

#include "common/metrics.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LABELS 32
#define LABEL_SIZE 48

typedef enum kind { COUNTER, GAUGE, SECONDS } kind_t;

typedef struct description {
    const char *name;
    const char *label; /* "" for none */
    const char *help;
    kind_t kind;
} description_t;

static const description_t descriptions[METRIC_COUNT] = {
#define METRIC_ROW(id, kind, name, label, help) {name, label, help, kind},
    METRICS(METRIC_ROW)};

/* Upper bounds of a histogram's buckets, µs, and as Prometheus writes them. */
static const int64_t bounds[] = {100,     500,     1000,     2500,     5000,    10000,
                                 25000,   50000,   100000,   250000,   500000,  1000000,
                                 2500000, 5000000, 10000000, 30000000, 60000000};
static const char *const bound_names[] = {
    "le=\"0.0001\"", "le=\"0.0005\"", "le=\"0.001\"", "le=\"0.0025\"", "le=\"0.005\"",
    "le=\"0.01\"",   "le=\"0.025\"",  "le=\"0.05\"",  "le=\"0.1\"",    "le=\"0.25\"",
    "le=\"0.5\"",    "le=\"1\"",      "le=\"2.5\"",   "le=\"5\"",      "le=\"10\"",
    "le=\"30\"",     "le=\"60\"",     "le=\"+Inf\""};
#define BOUNDS (sizeof bounds / sizeof *bounds)

typedef struct series {
    char label[LABEL_SIZE];
    int64_t value;
} series_t;

typedef struct value {
    int64_t plain;    /* without a label */
    series_t *series; /* LABELS + 1 of them, the last is "other" */
    size_t series_count;
    int64_t buckets[BOUNDS + 1]; /* not cumulative */
    int64_t sum_us, count;
} value_t;

static value_t values[METRIC_COUNT];

void metric_add(metric_t metric, int64_t n)
{
    values[metric].plain += n;
}

void metric_set(metric_t metric, int64_t value)
{
    values[metric].plain = value;
}

static series_t *series_of(metric_t metric, const char *label)
{
    value_t *v = &values[metric];
    if (!v->series && !(v->series = calloc(LABELS + 1, sizeof *v->series)))
        abort();
    for (size_t i = 0; i < v->series_count; i++)
        if (strncmp(v->series[i].label, label, LABEL_SIZE - 1) == 0)
            return &v->series[i];
    bool room = v->series_count < LABELS;
    series_t *series = &v->series[room ? v->series_count++ : LABELS];
    snprintf(series->label, LABEL_SIZE, "%s", room ? label : "other");
    return series;
}

void metric_add_label(metric_t metric, const char *label, int64_t n)
{
    series_of(metric, label)->value += n;
}

void metric_set_label(metric_t metric, const char *label, int64_t value)
{
    series_of(metric, label)->value = value;
}

void metric_observe(metric_t metric, int64_t us)
{
    value_t *v = &values[metric];
    size_t i = 0;
    while (i < BOUNDS && us > bounds[i])
        i++;
    v->buckets[i]++;
    v->sum_us += us;
    v->count++;
}

int64_t metric_value(metric_t metric)
{
    const value_t *v = &values[metric];
    int64_t sum = v->plain + v->count;
    for (size_t i = 0; v->series && i <= LABELS; i++)
        sum += v->series[i].value;
    return sum;
}

/* ---- to the wire ---- */

static int64_t resident_memory(void)
{
    long pages = 0;
    FILE *in = fopen("/proc/self/statm", "r");
    if (in) {
        if (fscanf(in, "%*s %ld", &pages) != 1)
            pages = 0;
        fclose(in);
    }
    return (int64_t)pages * 4096;
}

static size_t sample_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        count += values[i].plain != 0;
        count += values[i].series ? LABELS + 1 : 0;
        count += values[i].count ? BOUNDS + 3 : 0;
    }
    return count;
}

typedef struct out {
    arena_t *arena;
    proto_sample_t *samples;
    size_t count;
} out_t;

static void add_sample(out_t *out, const char *name, const char *suffix, const char *labels,
                       int64_t value)
{
    proto_sample_t *s = &out->samples[out->count];
    s->name = suffix[0] ? str_from(arena_printf(out->arena, "%s%s", name, suffix)) : str_from(name);
    s->labels = str_from(labels);
    s->value = value;
    out->count++;
}

static void add_histogram(out_t *out, const description_t *d, const value_t *v)
{
    int64_t below = 0;
    for (size_t i = 0; i <= BOUNDS; i++) {
        below += v->buckets[i];
        add_sample(out, d->name, "_bucket", bound_names[i], below);
    }
    add_sample(out, d->name, "_sum", "", v->sum_us);
    add_sample(out, d->name, "_count", "", v->count);
}

void metrics_samples(arena_t *arena, proto_sample_t **samples, size_t *count)
{
    metric_set(METRIC_MEMORY, resident_memory());
    out_t out = {arena, arena_alloc(arena, sample_count() * sizeof **samples), 0};
    for (size_t i = 0; out.samples && i < METRIC_COUNT; i++) {
        const description_t *d = &descriptions[i];
        const value_t *v = &values[i];
        if (v->plain)
            add_sample(&out, d->name, "", "", v->plain);
        for (size_t s = 0; v->series && s <= LABELS; s++)
            if (v->series[s].label[0])
                add_sample(&out, d->name, "",
                           arena_printf(arena, "%s=\"%s\"", d->label, v->series[s].label),
                           v->series[s].value);
        if (v->count)
            add_histogram(&out, d, v);
    }
    *samples = out.samples;
    *count = out.count;
}

/* ---- to Prometheus ---- */

static bool is_part_of(str_t name, const description_t *d)
{
    size_t size = strlen(d->name);
    if (name.size < size || memcmp(name.data, d->name, size) != 0)
        return false;
    str_t rest = {name.data + size, name.size - size};
    if (d->kind == SECONDS)
        return str_is(rest, "_bucket") || str_is(rest, "_sum") || str_is(rest, "_count");
    return rest.size == 0;
}

/* A label's value as the text format wants it; names of processes come from other processes. */
static void add_escaped(buf_t *out, str_t text)
{
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\n')
            buf_str(out, "\\n");
        else if (c == '"' || c == '\\')
            buf_printf(out, "\\%c", c);
        else
            buf_char(out, c);
    }
}

static void print_sample(const proto_process_t *p, const proto_sample_t *s, buf_t *out)
{
    buf_add(out, s->name.data, s->name.size);
    buf_str(out, "{process=\"");
    add_escaped(out, p->name);
    buf_str(out, "\",role=\"");
    add_escaped(out, p->role);
    buf_char(out, '"');
    /* labels were made by metrics_samples: name="value", no line breaks */
    if (s->labels.size && !memchr(s->labels.data, '\n', s->labels.size)) {
        buf_char(out, ',');
        buf_add(out, s->labels.data, s->labels.size);
    }
    buf_str(out, "} ");
    bool seconds = s->name.size > 4 && memcmp(s->name.data + s->name.size - 4, "_sum", 4) == 0;
    if (seconds)
        buf_printf(out, "%.6f\n", (double)s->value / 1e6);
    else
        buf_printf(out, "%lld\n", (long long)s->value);
}

void metrics_print(const proto_process_t *processes, size_t count, buf_t *out)
{
    static const char *const types[] = {"counter", "gauge", "histogram"};
    for (size_t i = 0; i < METRIC_COUNT; i++) {
        const description_t *d = &descriptions[i];
        bool first = true;
        for (size_t p = 0; p < count; p++)
            for (size_t s = 0; s < processes[p].samples_count; s++) {
                if (!is_part_of(processes[p].samples[s].name, d))
                    continue;
                if (first)
                    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", d->name, d->help, d->name,
                               types[d->kind]);
                first = false;
                print_sample(&processes[p], &processes[p].samples[s], out);
            }
    }
}

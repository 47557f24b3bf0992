/*
 * A note is the summary taken apart: a line is a list of items, topics are bits. Entries are read
 * into it, then it is written anew.
 */
#include "agent/summary.h"

#include "agent/tool_args.h"
#include "agent/understand.h"
#include "common/money.h"
#include "common/text.h"

#define MAX_ITEMS 24
#define MAX_ITEM 120 /* bytes */
#define MAX_NAME 40
#define MAX_WORD 40     /* of what the customer or a model named */
#define SHORT_BYTES 400 /* a longer message is not looked into for a name */

typedef enum line { LINE_NAME, LINE_MONTHLY, LINE_SEARCHES, LINE_TOPICS, LINE_CARS, LINES } line_t;

/* label: by language, from LANGUAGE_ES on. most: bytes of a line's items; together they are less
 * than SUMMARY_MAX. */
static const struct {
    const char *label[3];
    size_t most;
} lines[LINES] = {
    [LINE_NAME] = {{"Nombre", "Name", "Nome"}, MAX_NAME},
    [LINE_MONTHLY] = {{"Al mes", "A month", "Por mês"}, MONEY_TEXT_SIZE},
    [LINE_SEARCHES] = {{"Buscó", "Looked for", "Procurou"}, 620},
    [LINE_TOPICS] = {{"Preguntó por", "Asked about", "Perguntou sobre"}, 260},
    [LINE_CARS] = {{"También vio", "Also saw", "Também viu"}, 400},
};

static const char *const topic_words[TOPIC_COUNT][3] = {
    {"horario", "hours", "horário"},
    {"ubicación", "location", "endereço"},
    {"garantía", "warranty", "garantia"},
    {"requisitos", "documents", "documentos"},
    {"prueba de manejo", "test drive", "test-drive"},
    {"auto a cuenta", "trade-in", "carro na troca"},
    {"formas de pago", "payment", "pagamento"},
    {"apartado", "holding a car", "reserva"},
    {"entrega", "delivery", "entrega do carro"},
    {"financiamiento", "financing", "financiamento"},
    {"devolución", "returns", "devolução"},
    {"revisión mecánica", "inspection", "vistoria"},
    {"servicio", "service", "revisão"},
    {"contacto", "contact", "contato"},
    {"buró de crédito", "credit history", "histórico de crédito"},
};

typedef struct items {
    str_t text[MAX_ITEMS]; /* the newest last */
    size_t count;
} items_t;

typedef struct note {
    arena_t *arena;
    items_t lines[LINES]; /* LINE_TOPICS is not used … */
    uint32_t topics;      /* … but this */
} note_t;

/* ---- items ---- */

/* The newest last; one that is there already becomes the newest. */
static bool add_item(note_t *self, line_t line, str_t item)
{
    items_t *items = &self->lines[line];
    char *copy = arena_copy(self->arena, utf8_front(item, MAX_ITEM));
    if (!copy)
        return false;
    size_t left = 0;
    for (size_t i = 0; i < items->count; i++)
        if (!str_is(items->text[i], copy))
            items->text[left++] = items->text[i];
    if (left == MAX_ITEMS || (left == 1 && (line == LINE_NAME || line == LINE_MONTHLY)))
        memmove(items->text, items->text + 1, --left * sizeof *items->text);
    items->text[left++] = str_from(copy);
    items->count = left;
    return true;
}

/* ---- reading the summary ---- */

static bool is_label(str_t text, size_t *line)
{
    for (*line = 0; *line < LINES; ++*line)
        for (size_t language = 0; language < 3; language++)
            if (str_is(text, lines[*line].label[language]))
                return true;
    return false;
}

static void read_topic(note_t *self, str_t word)
{
    for (size_t topic = 0; topic < TOPIC_COUNT; topic++)
        for (size_t language = 0; language < 3; language++)
            if (str_is(word, topic_words[topic][language]))
                self->topics |= 1u << topic;
}

static bool read_items(note_t *self, line_t line, str_t rest)
{
    const char part = line == LINE_TOPICS ? ',' : ';';
    while (rest.size) {
        const char *end = memchr(rest.data, part, rest.size);
        str_t item = text_trim((str_t){rest.data, end ? (size_t)(end - rest.data) : rest.size});
        size_t past = end ? (size_t)(end - rest.data) + 1 : rest.size;
        rest = (str_t){rest.data + past, rest.size - past};
        if (line == LINE_TOPICS)
            read_topic(self, item);
        else if (item.size && !add_item(self, line, item))
            return false;
    }
    return true;
}

static bool read_summary(note_t *self, str_t text)
{
    while (text.size) {
        const char *end = memchr(text.data, '\n', text.size);
        str_t row = {text.data, end ? (size_t)(end - text.data) : text.size};
        size_t past = end ? row.size + 1 : row.size, line;
        text = (str_t){text.data + past, text.size - past};
        const char *colon = memchr(row.data, ':', row.size);
        if (!colon || !is_label((str_t){row.data, (size_t)(colon - row.data)}, &line))
            continue;
        size_t skip = (size_t)(colon - row.data) + 1;
        if (!read_items(self, (line_t)line, (str_t){row.data + skip, row.size - skip}))
            return false;
    }
    return true;
}

/* ---- reading entries ---- */

/* Letters, digits and what stands in names of cars: nothing that could end an item. */
static void add_words(buf_t *out, str_t text)
{
    text = utf8_front(text, MAX_WORD);
    if (text.size && out->size && out->data[out->size - 1] != ' ')
        buf_char(out, ' ');
    for (size_t at = 0; at < text.size;) {
        uint32_t c = utf8_next(text, &at);
        bool letter = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                      c == '-' || c == '.' || (c >= 0xc0 && c < 0x250);
        if (letter || (out->size && out->data[out->size - 1] != ' '))
            utf8_add(out, letter ? c : ' ');
    }
}

static void add_bounds(buf_t *out, int64_t min, int64_t max,
                       const char *(*print)(int64_t value, char text[MONEY_TEXT_SIZE]),
                       const char *unit)
{
    char low[MONEY_TEXT_SIZE], high[MONEY_TEXT_SIZE];
    if (min && max)
        buf_printf(out, " %s–%s%s", print(min, low), print(max, high), unit);
    else if (max)
        buf_printf(out, " ≤%s%s", print(max, high), unit);
    else if (min)
        buf_printf(out, " ≥%s%s", print(min, low), unit);
}

static void add_years(buf_t *out, int64_t min, int64_t max)
{
    if (min && min == max)
        buf_printf(out, " %lld", (long long)min);
    else if (min && max)
        buf_printf(out, " %lld–%lld", (long long)min, (long long)max);
    else if (min)
        buf_printf(out, " %lld+", (long long)min);
    else if (max)
        buf_printf(out, " ≤%lld", (long long)max);
}

static bool take_search(note_t *self, str_t arguments)
{
    tool_args_t args;
    const char *why;
    if (!tool_args_read(TOOL_SEARCH_CARS, arguments, &args, self->arena, &why))
        return true;
    const proto_query_t *query = &args.query;
    buf_t text;
    buf_init(&text, 1024);
    const str_t words[] = {query->make, query->model,        query->q,      query->body,
                           query->fuel, query->transmission, query->colour, query->city};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        add_words(&text, words[i]);
    add_years(&text, query->year_min, query->year_max);
    add_bounds(&text, query->price_min, query->price_max, money_print, "");
    add_bounds(&text, query->km_min, query->km_max, number_print, " km");
    if (query->bluetooth)
        buf_str(&text, query->bluetooth == 1 ? " +Bluetooth" : " −Bluetooth");
    if (query->car_play)
        buf_str(&text, query->car_play == 1 ? " +CarPlay" : " −CarPlay");
    str_t item = text_trim(buf_view(&text));
    bool ok = buf_ok(&text) && (!item.size || add_item(self, LINE_SEARCHES, item));
    buf_free(&text);
    return ok;
}

static bool begins(str_t text, const char *word)
{
    size_t size = strlen(word);
    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        char c = text.data[i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i])
            return false;
    }
    return true;
}

/* Bytes of the name that text begins with: a word, and a second one if it has a capital. */
static size_t name_at(str_t text)
{
    size_t end = 0;
    for (int word = 0; word < 2; word++) {
        size_t at = end + (word == 1), from = at;
        if (at >= text.size || (word == 1 && text.data[end] != ' '))
            break;
        if (word == 1 && !(text.data[at] >= 'A' && text.data[at] <= 'Z'))
            break;
        while (at < text.size) {
            size_t next = at;
            uint32_t c = utf8_next(text, &next);
            if (!((c | 0x20) >= 'a' && (c | 0x20) <= 'z') && !(c >= 0xc0 && c < 0x250))
                break;
            at = next;
        }
        if (at - from < 2)
            break;
        end = at;
    }
    return end <= MAX_NAME ? end : 0;
}

/* "Me llamo Ana García", "my name is Bob", "meu nome é Zé" */
static bool take_name(note_t *self, str_t said)
{
    static const char *const ways[] = {"me llamo ", "mi nombre es ", "my name is ",
                                       "me chamo ", "meu nome é ",   "meu nome e "};
    for (size_t at = 0; at < said.size; at++) {
        if (at > 0 && said.data[at - 1] != ' ' && said.data[at - 1] != '\n')
            continue;
        str_t rest = {said.data + at, said.size - at};
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            if (!begins(rest, ways[i]))
                continue;
            size_t skip = strlen(ways[i]);
            rest = (str_t){rest.data + skip, rest.size - skip};
            size_t size = name_at(rest);
            return size == 0 || add_item(self, LINE_NAME, (str_t){rest.data, size});
        }
    }
    return true;
}

static bool take_said(note_t *self, str_t said)
{
    understood_t heard;
    char amount[MONEY_TEXT_SIZE];
    understand(said, &heard);
    self->topics |= heard.topics;
    if (heard.monthly > 0 &&
        !add_item(self, LINE_MONTHLY, str_from(money_print(heard.monthly, amount))))
        return false;
    return said.size > SHORT_BYTES || take_name(self, said);
}

static bool take_entry(note_t *self, const proto_entry_t *entry)
{
    if (str_is(entry->role, "user"))
        return take_said(self, entry->text);
    if (!str_is(entry->role, "call") || !str_is(entry->tool, "search_cars"))
        return true;
    return take_search(self, entry->text);
}

/* ---- writing ---- */

/* The newest items that fit. */
static void write_items(buf_t *out, const items_t *items, size_t most)
{
    size_t first = items->count, size = 0;
    while (first > 0 && size + items->text[first - 1].size + 2 <= most + 2)
        size += items->text[--first].size + 2;
    for (size_t i = first; i < items->count; i++)
        buf_printf(out, "%s%.*s", i > first ? "; " : "", STR_ARG(items->text[i]));
}

static void write_topics(buf_t *out, uint32_t topics, size_t language)
{
    size_t written = 0;
    for (size_t topic = 0; topic < TOPIC_COUNT; topic++)
        if (topics & 1u << topic)
            buf_printf(out, "%s%s", written++ ? ", " : "", topic_words[topic][language]);
}

static bool write_summary(const note_t *self, proto_context_t *context)
{
    language_t spoken = language_from(context->language);
    size_t language = spoken == LANGUAGE_NONE ? 0 : (size_t)spoken - LANGUAGE_ES;
    buf_t text;
    buf_init(&text, SUMMARY_MAX);
    for (line_t line = 0; line < LINES; line++) {
        if (line == LINE_TOPICS ? !self->topics : !self->lines[line].count)
            continue;
        buf_printf(&text, "%s%s: ", text.size ? "\n" : "", lines[line].label[language]);
        if (line == LINE_TOPICS)
            write_topics(&text, self->topics, language);
        else
            write_items(&text, &self->lines[line], lines[line].most);
    }
    char *copy = buf_ok(&text) ? arena_copy(self->arena, buf_view(&text)) : NULL;
    if (copy)
        context->summary = (str_t){copy, text.size};
    buf_free(&text);
    return copy != NULL;
}

bool summary_take(proto_context_t *context, size_t count, arena_t *arena)
{
    note_t note = {.arena = arena};
    if (!read_summary(&note, context->summary))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!take_entry(&note, &context->entries[i]))
            return false;
    return write_summary(&note, context);
}

bool summary_take_car(proto_context_t *context, const proto_car_t *car, arena_t *arena)
{
    note_t note = {.arena = arena};
    buf_t text;
    if (!read_summary(&note, context->summary))
        return false;
    buf_init(&text, 1024);
    add_words(&text, car->make);
    add_words(&text, car->model);
    buf_printf(&text, " %lld (%lld)", (long long)car->year, (long long)car->stock_id);
    bool ok = buf_ok(&text) && add_item(&note, LINE_CARS, buf_view(&text)) &&
              write_summary(&note, context);
    buf_free(&text);
    return ok;
}

#include "agent/leak.h"

#include <stdlib.h>

#include "agent/tool_table.h"
#include "agent/wording.h"
#include "common/text.h"

#define RUN 8               /* words in a row that are the rules' */
#define MAX_TEXT 65536      /* bytes that are read */
#define MAX_NAME 64         /* of a tool, its marks left out */
#define MIN_KEY 16          /* characters of a key behind its front */
#define MIN_SCHEME 6        /* of an address of ours: ipc:// */
#define MIN_HEX 32          /* hex digits in a row that are a key */
#define PLACEHOLDER_MOST 60 /* bytes between brackets */

struct leak_rules {
    uint64_t *runs; /* hashes, ascending */
    size_t count, room;
};

/* ---- names ---- */

const char *leak_kind_name(leak_kind_t kind)
{
    static const char *const names[] = {
#define LEAK_C(id, name, advice) name,
        LEAK_KINDS(LEAK_C)
#undef LEAK_C
    };
    return kind < LEAK_KIND_COUNT ? names[kind] : "?";
}

const char *leak_kind_advice(leak_kind_t kind)
{
    static const char *const advice[] = {
#define LEAK_C(id, name, text) text,
        LEAK_KINDS(LEAK_C)
#undef LEAK_C
    };
    return kind < LEAK_KIND_COUNT ? advice[kind] : "?";
}

/* ---- the rules ---- */

/* Of the RUN words from at on. */
static uint64_t hash_run(const wording_t *text, size_t at)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = at; i < at + RUN; i++) {
        str_t word = text->words[i].text;
        for (size_t j = 0; j < word.size; j++)
            value = (value ^ (uint8_t)word.data[j]) * 1099511628211u;
        value = (value ^ ' ') * 1099511628211u;
    }
    return value;
}

static void add_runs(leak_rules_t *self, str_t text)
{
    wording_t words;
    wording_read(&words, text);
    for (size_t at = 0; at + RUN <= words.count; at++) {
        if (self->count == self->room) {
            self->room = self->room ? 2 * self->room : 1024;
            self->runs = realloc(self->runs, self->room * sizeof *self->runs);
            if (!self->runs)
                abort();
        }
        self->runs[self->count++] = hash_run(&words, at);
    }
    wording_free(&words);
}

/* The bytes at text[at] that open and close what is said to customers, or a placeholder; returns
 * where to go on, or at. */
static size_t skip_quoted(str_t text, size_t at)
{
    static const char *const quotes[][2] = {{"\xc2\xab", "\xc2\xbb"}, {"`", "`"}, {"{{", "}}"}};
    for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++) {
        size_t open = strlen(quotes[i][0]), close = strlen(quotes[i][1]);
        if (text.size - at < open || memcmp(text.data + at, quotes[i][0], open) != 0)
            continue;
        const char *end = memmem(text.data + at + open, text.size - at - open, quotes[i][1], close);
        if (end)
            return (size_t)(end - text.data) + close;
    }
    return at;
}

/* "Cliente: …", "Tú (después de buscar): …" */
static bool is_example(str_t line)
{
    static const char *const speakers[] = {"cliente", "tu", "customer", "you", "user", "assistant"};
    bool example = false;
    const char *colon = memchr(line.data, ':', line.size);
    if (!colon)
        return false;
    wording_t words;
    wording_read(&words, (str_t){line.data, (size_t)(colon - line.data)});
    for (size_t i = 0; i < sizeof speakers / sizeof *speakers && words.count; i++)
        example |= str_is(words.words[0].text, speakers[i]);
    wording_free(&words);
    return example;
}

static void add_line(leak_rules_t *self, str_t line)
{
    size_t from = 0, at = 0;
    if (!line.size || is_example(line))
        return;
    while (at < line.size) {
        size_t behind = skip_quoted(line, at);
        if (behind == at) {
            at++;
            continue;
        }
        add_runs(self, (str_t){line.data + from, at - from});
        from = at = behind;
    }
    add_runs(self, (str_t){line.data + from, line.size - from});
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static str_t next_line(str_t text, size_t *at)
{
    const char *end = memchr(text.data + *at, '\n', text.size - *at);
    str_t line = {text.data + *at, end ? (size_t)(end - text.data) - *at : text.size - *at};
    *at += line.size + 1;
    return line;
}

leak_rules_t *leak_rules_new(str_t file)
{
    leak_rules_t *self = calloc(1, sizeof *self);
    if (!self)
        abort();
    for (size_t at = 0; at < file.size;)
        add_line(self, next_line(file, &at));
    if (self->count)
        qsort(self->runs, self->count, sizeof *self->runs, compare);
    return self;
}

void leak_rules_destroy(leak_rules_t **self_p)
{
    leak_rules_t *self = *self_p;
    *self_p = NULL;
    if (!self)
        return;
    free(self->runs);
    free(self);
}

static bool is_rule(const leak_rules_t *self, const wording_t *text, size_t at)
{
    if (!self->count || at + RUN > text->count)
        return false;
    uint64_t run = hash_run(text, at);
    return bsearch(&run, self->runs, self->count, sizeof run, compare) != NULL;
}

/* ---- what is found ---- */

typedef struct finder {
    str_t text;
    leak_t *found;
    size_t count, max;
} finder_t;

static void find(finder_t *self, leak_kind_t kind, size_t at, size_t end)
{
    if (self->count < self->max)
        self->found[self->count++] = (leak_t){kind, {self->text.data + at, end - at}};
}

/* ---- the rules, in words ---- */

static const char *const spoken_of[] = {
    ("mis|estas|sus|las instrucciones|reglas ?internas ?del ?sistema "
     "son|dicen|indican|incluyen|internas"),
    "my|these|the instructions|rules|guidelines ?i|are ?have|are|say|include|tell|state",
    "minhas|estas|as instrucoes|regras sao|dizem|internas|incluem",
    "system|developer|initial|hidden prompt|message|instructions",
    "prompt|mensaje|mensagem del|de|do sistema|system",
    "mi|my|meu|este prompt",
    "estoy|fui|he ?sido programado|instruido|configurado|entrenado para|con|a|por",
    "i|im|was ?am|was|have|been ?been programmed|instructed|configured|prompted to|with|by",
    "fui|estou programado|instruido|configurado|treinado para|com|a|por",
    "internal|secret rules|instructions|guidelines|prompt",
    "reglas|instrucciones internas|secretas|ocultas",
};

static void find_rules(const leak_rules_t *rules, finder_t *self)
{
    static uint32_t initials[sizeof spoken_of / sizeof *spoken_of];
    wording_t words;
    wording_match_t match;
    for (size_t i = 0; i < sizeof spoken_of / sizeof *spoken_of && !initials[i]; i++)
        initials[i] = wording_initials(spoken_of[i]);
    wording_read(&words, self->text);
    for (size_t at = 0; at < words.count; at++) {
        uint32_t initial = wording_initial(&words.words[at]);
        size_t end = at;
        while (is_rule(rules, &words, end))
            end++;
        if (end > at) {
            end += RUN - 1;
            find(self, LEAK_RULES, words.words[at].at, words.words[end - 1].end);
            at = end - 1;
            continue;
        }
        for (size_t i = 0; i < sizeof spoken_of / sizeof *spoken_of; i++)
            if ((initials[i] & initial) && wording_match(&words, at, spoken_of[i], &match) &&
                !wording_denied(&words, &match, false)) {
                at += match.count - 1;
                find(self, LEAK_RULES, words.words[match.at].at, words.words[at].end);
                break;
            }
    }
    wording_free(&words);
}

/* ---- names of tools and fields ---- */

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* searchCars, search-cars and SEARCH_CARS are one tool. */
static bool is_tool(str_t token)
{
    char name[MAX_NAME];
    size_t size = 0;
    for (size_t i = 0; i < token.size; i++) {
        if (!is_alnum(token.data[i]))
            continue;
        if (size == MAX_NAME)
            return false;
        char c = token.data[i];
        name[size++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    for (tool_id_t tool = 0; tool < TOOL_COUNT; tool++) {
        size_t same = 0;
        const char *c = tool_specs[tool].name;
        for (; *c && (*c == '_' || (same < size && *c == name[same])); c++)
            same += *c != '_';
        if (!*c && same == size)
            return true;
    }
    return false;
}

/* An underscore between two letters or digits, as only names of programs have. */
static bool is_field(str_t token)
{
    for (size_t i = 1; i + 1 < token.size; i++)
        if (token.data[i] == '_' && is_alnum(token.data[i - 1]) && is_alnum(token.data[i + 1]))
            return true;
    return false;
}

/* ---- keys ---- */

static size_t span(str_t token, size_t at, const char *more)
{
    size_t from = at;
    while (at < token.size && (is_alnum(token.data[at]) || strchr(more, token.data[at])))
        at++;
    return at - from;
}

static bool is_secret(str_t token)
{
    static const char *const fronts[] = {"sk-",  "ghp_", "gho_",        "xoxb-", "xoxp-",  "xoxa-",
                                         "AKIA", "ASIA", "github_pat_", "eyJ",   "glpat-", "AIza"};
    static const char *const schemes[] = {"redis://", "rediss://",   "ipc://",
                                          "unix://",  "postgres://", "-----BEGIN"};
    bool scheme = token.size >= MIN_SCHEME && (memchr(token.data, ':', token.size) ||
                                               memmem(token.data, token.size, "-----", 5));
    for (size_t i = 0; scheme && i < sizeof schemes / sizeof *schemes; i++)
        if (memmem(token.data, token.size, schemes[i], strlen(schemes[i])))
            return true;
    if (token.size < MIN_KEY) /* most of them */
        return false;
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++) {
        const char *at = memmem(token.data, token.size, fronts[i], strlen(fronts[i]));
        if (at && (at == token.data || !is_alnum(at[-1])) &&
            span(token, (size_t)(at - token.data) + strlen(fronts[i]), "_-") >= MIN_KEY)
            return true;
    }
    size_t hex = 0;
    for (size_t i = 0; i < token.size && hex < MIN_HEX; i++)
        hex = strchr("0123456789abcdefABCDEF", token.data[i]) && token.data[i] ? hex + 1 : 0;
    return hex >= MIN_HEX;
}

static bool is_address(str_t token)
{
    return memmem(token.data, token.size, "://", 3) || memchr(token.data, '@', token.size) ||
           (token.size > 4 && memcmp(token.data, "www.", 4) == 0);
}

/* Only X where a figure belongs: $XX,XXX. */
static bool is_blank_figure(str_t token)
{
    size_t marks = 0;
    for (size_t i = 0; i < token.size; i++) {
        if (token.data[i] == 'X')
            marks++;
        else if (!strchr("$,.%", token.data[i]))
            return false;
    }
    return marks >= 2;
}

/* Also a 0, which no text has. */
static const bool ends_token[256] = {
    [0] = true,   [' '] = true, ['\t'] = true, ['"'] = true, ['\''] = true,
    ['('] = true, [')'] = true, ['['] = true,  [']'] = true, ['{'] = true,
    ['}'] = true, [','] = true, [';'] = true};

/* Tokens are what stands between blanks, without marks around it. */
static void find_tokens(finder_t *self, str_t line)
{
    size_t base = (size_t)(line.data - self->text.data);
    bool told[LEAK_KIND_COUNT] = {false};
    for (size_t at = 0; at < line.size;) {
        size_t end = at;
        while (end < line.size && !ends_token[(unsigned char)line.data[end]])
            end++;
        str_t token = {line.data + at, end - at};
        leak_kind_t kind = LEAK_KIND_COUNT;
        if (is_secret(token))
            kind = LEAK_SECRET;
        else if (!is_address(token) && (is_field(token) || is_tool(token)))
            kind = LEAK_TOOL;
        else if (is_blank_figure(token))
            kind = LEAK_PLACEHOLDER;
        if (kind < LEAK_KIND_COUNT && !told[kind]) {
            told[kind] = true;
            find(self, kind, base + at, base + end);
        }
        at = end + 1;
    }
}

/* ---- placeholders, calls as text ---- */

static const char *const blanks[] = {
    "tu|su|your|seu nombre|name|nome|numero|number|telefono|phone|correo|email",
    "nombre|name|nome|insertar|insert|inserta|inserir|agregar|completar",
    ("precio|price|preco|monto|amount|modelo|marca|fecha|date|hora|direccion|address|enlace|link|"
     "url|telefono|phone|mensualidad|enganche|kilometraje|stock|version|ano"),
};

/* [precio], [Tu nombre] */
static bool is_blank(str_t inside)
{
    wording_t words;
    wording_match_t match;
    bool blank = false;
    wording_read(&words, inside);
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks && words.count && words.count <= 5; i++)
        blank |= wording_match(&words, 0, blanks[i], &match);
    wording_free(&words);
    return blank;
}

static void find_placeholder(finder_t *self, str_t line)
{
    size_t base = (size_t)(line.data - self->text.data);
    for (size_t at = 0; at + 1 < line.size; at++) {
        if (line.data[at] != '[' && line.data[at] != '{' && line.data[at] != '}' &&
            line.data[at] != '$')
            continue;
        bool braces = memcmp(line.data + at, "{{", 2) == 0 ||
                      memcmp(line.data + at, "}}", 2) == 0 || memcmp(line.data + at, "${", 2) == 0;
        const char *close =
            line.data[at] == '[' ? memchr(line.data + at, ']', line.size - at) : NULL;
        size_t end = braces ? at + 2 : close ? (size_t)(close - line.data) + 1 : 0;
        if (braces || (close && end - at <= PLACEHOLDER_MOST &&
                       is_blank((str_t){line.data + at + 1, end - at - 2}))) {
            find(self, LEAK_PLACEHOLDER, base + at, base + end);
            return;
        }
    }
}

static bool begins_role(str_t line)
{
    static const char *const roles[] = {"system", "assistant", "user",      "tool",    "function",
                                        "human",  "developer", "asistente", "sistema", "usuario"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
        size_t size = strlen(roles[i]);
        if (line.size > size && strncasecmp(line.data, roles[i], size) == 0 &&
            line.data[size] == ':')
            return true;
    }
    return false;
}

static void find_call(finder_t *self, str_t line)
{
    static const char *const marks[] = {
        "|>",    "{\"",   "\"arguments\"", "tool_call", "\"role\"", "[INST",
        "[TOOL", "<<SYS", "function_call", "### Inst",  "[/INST"};
    size_t base = (size_t)(line.data - self->text.data);
    bool call = begins_role(line);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        call |= memmem(line.data, line.size, marks[i], strlen(marks[i])) != NULL;
    if (call)
        find(self, LEAK_CALL, base, base + line.size);
}

size_t leak_find(const leak_rules_t *rules, str_t text, leak_t *found, size_t max)
{
    finder_t self = {.text = text.size > MAX_TEXT ? (str_t){text.data, MAX_TEXT} : text,
                     .found = found,
                     .max = max};
    find_rules(rules, &self);
    for (size_t at = 0; at < self.text.size;) {
        str_t line = text_trim(next_line(self.text, &at));
        if (!line.size)
            continue;
        find_tokens(&self, line);
        find_placeholder(&self, line);
        find_call(&self, line);
    }
    return self.count;
}

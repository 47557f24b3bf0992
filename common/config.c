#include "common/config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/money.h"
#include "common/text.h"

#define MAX_LINE 8192
#define MAX_ENDPOINTS 1000 /* bytes of a list; who takes it apart has room for it */

config_t config;

typedef enum kind { TEXT, SECRET, INT, MS, PERCENT, PATH, ENDPOINTS } kind_t;

typedef struct setting {
    const char *name;
    kind_t kind;
    const char *fallback;
    const char *allowed;
    const char *doc;
    void *value; /* const char ** or int64_t *, in config */
} setting_t;

static const setting_t settings[] = {
#define SETTING_ROW(name, kind, fallback, allowed, doc) \
    {#name, kind, fallback, allowed, doc, &config.name},
    SETTINGS(SETTING_ROW)};

#define SETTING_COUNT (sizeof settings / sizeof *settings)

typedef struct why {
    char *text;
    size_t size;
} why_t;

static bool bad(why_t *why, const char *format, ...) __attribute__((format(printf, 2, 3)));
static bool bad(why_t *why, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(why->text, why->size, format, args);
    va_end(args);
    return false;
}

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_number(kind_t kind)
{
    return kind == INT || kind == MS || kind == PERCENT;
}

/* ---- values ---- */

static bool parse_int(str_t text, int64_t *value)
{
    if (text.size == 0 || text.size > 18)
        return false;
    *value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *value = *value * 10 + (text.data[i] - '0');
    }
    return true;
}

bool config_parse_ms(str_t text, int64_t *ms)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1},       {"s", 1000},         {"m", 60000}, {"h", 3600000},
                 {"d", 86400000}, {"w", 7 * 86400000}, {"", 1}};
    size_t digits = 0;
    while (digits < text.size && text.data[digits] >= '0' && text.data[digits] <= '9')
        digits++;
    int64_t number;
    if (!parse_int((str_t){text.data, digits}, &number))
        return false;
    str_t unit = {text.data + digits, text.size - digits};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_is(unit, units[i].unit))
            return !__builtin_mul_overflow(number, units[i].ms, ms);
    return false;
}

static bool parse_number(const setting_t *s, str_t text, int64_t *value)
{
    switch (s->kind) {
    case MS:
        return config_parse_ms(text, value);
    case PERCENT:
        return money_parse(text, value); /* two decimals too: basis points */
    default:
        return parse_int(text, value);
    }
}

static bool set_number(const setting_t *s, const char *text, why_t *why)
{
    int64_t value, least, most, scale = s->kind == PERCENT ? 100 : 1;
    char *end;
    least = strtoll(s->allowed, &end, 10) * scale;
    most = strtoll(end + 2, NULL, 10) * scale;
    if (!parse_number(s, str_from(text), &value) || value < least || value > most)
        return bad(why, "%s=%s: expected a number of %s%s", s->name, text, s->allowed,
                   s->kind == MS        ? " ms (500ms, 30s, 45m, 12h, 7d and 2w are understood too)"
                   : s->kind == PERCENT ? " percent, with two decimals at most"
                                        : "");
    *(int64_t *)s->value = value;
    return true;
}

static bool one_of(const char *list, str_t text)
{
    for (const char *at = list; at;) {
        const char *bar = strchr(at, '|');
        if (str_eq((str_t){at, bar ? (size_t)(bar - at) : strlen(at)}, text))
            return true;
        at = bar ? bar + 1 : NULL;
    }
    return false;
}

/* "@VAR/" becomes the folder of VAR, anywhere in the value. The copy lives as long as the process.
 */
static char *expand(const char *text)
{
    buf_t out;
    buf_init(&out, MAX_LINE);
    for (const char *at = text; *at;) {
        if (strncmp(at, "@VAR", 4) == 0) {
            buf_str(&out, config.VAR ? config.VAR : "");
            at += 4;
        } else {
            buf_char(&out, *at++);
        }
    }
    return buf_take(&out);
}

/* What value holds now: freed when it is loaded again (tests), so that nothing leaks. */
static void replace(const setting_t *s, char *text)
{
    free(*(char **)s->value);
    *(char **)s->value = text;
}

static bool set(const setting_t *s, const char *text, why_t *why)
{
    if (is_number(s->kind))
        return set_number(s, text, why);
    if (s->kind != SECRET && s->allowed[0] && !one_of(s->allowed, str_from(text)))
        return bad(why, "%s=%s: expected one of %s", s->name, text, s->allowed);
    bool empty_means_nothing = s->kind == SECRET || s->kind == TEXT;
    if (!text[0] && !empty_means_nothing)
        return bad(why, "%s is empty: expected a %s", s->name,
                   s->kind == PATH ? "path" : "ZeroMQ endpoint");
    if (!utf8_valid(str_from(text)))
        return bad(why, "%s is not UTF-8", s->name);
    char *value = expand(text);
    if (!value)
        return bad(why, "%s is too long", s->name);
    replace(s, value);
    if (s->kind == ENDPOINTS) {
        if (strlen(value) > MAX_ENDPOINTS)
            return bad(why, "%s: endpoints have at most %d bytes in all", s->name, MAX_ENDPOINTS);
        for (const char *at = value; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
            if (!starts(at, "ipc://") && !starts(at, "tcp://"))
                return bad(why, "%s=%s: expected ipc://path or tcp://host:port", s->name, value);
            else if (starts(at, "ipc://") && strcspn(at + 6, ",") > 106)
                return bad(why,
                           "%s=%s: a socket's path has at most 106 bytes; choose a shorter VAR",
                           s->name, value);
    }
    return true;
}

/* ---- sources ---- */

typedef struct line {
    char *name;
    char *value;
    int number;
} line_t;

typedef struct env_file {
    char *path;
    line_t *lines;
    size_t count;
} env_file_t;

static void env_file_free(env_file_t *file)
{
    for (size_t i = 0; i < file->count; i++)
        free(file->lines[i].name);
    free(file->lines);
    free(file->path);
    *file = (env_file_t){0};
}

static const setting_t *setting_named(const char *name, bool *is_file)
{
    size_t size = strlen(name);
    *is_file = false;
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const setting_t *s = &settings[i];
        size_t n = strlen(s->name);
        if (!starts(name, s->name))
            continue;
        if (size == n)
            return s;
        if (s->kind == SECRET && strcmp(name + n, "_FILE") == 0) {
            *is_file = true;
            return s;
        }
    }
    return NULL;
}

/* What only containers read. */
static bool of_containers(const char *name)
{
    static const char *const names[] = {
#define NAME_OF(name, fallback, doc) #name,
        CONTAINER_SETTINGS(NAME_OF)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return starts(name, "COMPOSE_") || starts(name, "DOCKER_");
}

/* NAME=value, NAME="value", NAME='value', export NAME=value; # starts a comment line. */
static bool env_file_line(env_file_t *file, char *text, int number, why_t *why)
{
    str_t trimmed = text_trim(str_from(text));
    if (trimmed.size == 0 || trimmed.data[0] == '#')
        return true;
    char *copy = strndup(trimmed.data, trimmed.size);
    char *name = strncmp(copy, "export ", 7) == 0 ? copy + 7 : copy;
    char *equals = strchr(name, '=');
    if (!equals) {
        free(copy);
        return bad(why, "%s:%d: expected NAME=value", file->path, number);
    }
    *equals = 0;
    char *value = equals + 1;
    size_t size = strlen(value);
    if (size >= 2 && (value[0] == '"' || value[0] == '\'') && value[size - 1] == value[0]) {
        value[size - 1] = 0;
        value++;
    }
    bool is_file;
    if (of_containers(name)) {
        free(copy);
        return true;
    }
    if (!setting_named(name, &is_file)) {
        bad(why, "%s:%d: there is no setting %s (.env.example lists them all)", file->path, number,
            name);
        free(copy);
        return false;
    }
    memmove(copy, name, strlen(name) + 1);
    file->lines = realloc(file->lines, (file->count + 1) * sizeof *file->lines);
    if (!file->lines)
        abort();
    line_t *line = &file->lines[file->count++];
    line->name = copy;
    line->value = value;
    line->number = number;
    return true;
}

static bool env_file_read(env_file_t *file, const char *path, why_t *why)
{
    *file = (env_file_t){.path = strdup(path ? path : ".env")};
    FILE *in = fopen(file->path, "r");
    if (!in)
        return path ? bad(why, "%s: cannot be read", path) : true;
    char text[MAX_LINE];
    bool good = true;
    for (int number = 1; good && fgets(text, sizeof text, in); number++)
        good = env_file_line(file, text, number, why);
    fclose(in);
    return good;
}

/* The last of several lines counts, as in a shell. */
static const char *env_file_value(const env_file_t *file, const char *name)
{
    for (size_t i = file->count; i > 0; i--)
        if (strcmp(file->lines[i - 1].name, name) == 0)
            return file->lines[i - 1].value;
    return NULL;
}

/* said: what the setting itself says, if anything. */
static bool set_from_secret_file(const setting_t *s, const char *path, const char *said, why_t *why)
{
    char text[MAX_LINE];
    FILE *in = fopen(path, "r");
    if (!in)
        return bad(why, "%s_FILE=%s: cannot be read", s->name, path);
    size_t size = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    while (size && (text[size - 1] == '\n' || text[size - 1] == '\r'))
        size--;
    text[size] = 0;
    if (said && said[0] && strcmp(said, text) != 0)
        return bad(why, "%s and %s_FILE=%s are both set and differ: set one of them", s->name,
                   s->name, path);
    return set(s, text, why);
}

/* The setting and the file's name come from the same place, the environment if that says anything
 * of either. An empty setting leaves it to the file: the compose file sets each, if only to that.
 */
static bool set_secret(const setting_t *s, const env_file_t *file, why_t *why)
{
    char name[64];
    snprintf(name, sizeof name, "%s_FILE", s->name);
    const char *value = getenv(s->name), *path = getenv(name);
    if (!value && !(path && path[0])) {
        value = env_file_value(file, s->name);
        path = env_file_value(file, name);
    }
    if (path && path[0])
        return set_from_secret_file(s, path, value, why);
    return set(s, value ? value : s->fallback, why);
}

static bool set_from_sources(const setting_t *s, const env_file_t *file, why_t *why)
{
    if (s->kind == SECRET)
        return set_secret(s, file, why);
    const char *value = getenv(s->name);
    if (!value)
        value = env_file_value(file, s->name);
    if (value && !value[0]) /* nothing else would make sense */
        value = NULL;
    return set(s, value ? value : s->fallback, why);
}

/* Of an address, or an address and a port; what follows a comma or a space does not count. */
static bool is_loopback(const char *address)
{
    size_t size = strcspn(address, ", ");
    size_t numbers = strspn(address, "0123456789.");
    if (starts(address, "127.")) /* and no name that begins like it */
        return numbers == size || address[numbers] == ':';
    return starts(address, "[::1]:") || starts(address, "localhost:") ||
           (size == 3 && starts(address, "::1")) || (size == 9 && starts(address, "localhost"));
}

/* A proxy in front of HTTP_ADDR is all that reaches it, so its addresses count. */
bool config_on_loopback(void)
{
    if (!config.PROXY_ADDR[0])
        return is_loopback(config.HTTP_ADDR);
    for (const char *at = config.PROXY_ADDR; *(at += strspn(at, ", ")); at += strcspn(at, ", "))
        if (!is_loopback(at))
            return false;
    return true;
}

/* "tcp://127.0.0.1:5570" and kin; "*" and names stand for the whole network. */
static bool beyond_loopback(const char *endpoints)
{
    for (const char *at = endpoints; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (starts(at, "tcp://") && !is_loopback(at + 6))
            return true;
    return false;
}

static bool endpoints_guarded(why_t *why)
{
    for (size_t i = 0; i < SETTING_COUNT && !config.KEYS_DIR[0]; i++)
        if (settings[i].kind == ENDPOINTS && beyond_loopback(*(const char **)settings[i].value))
            return bad(why,
                       "%s=%s can be reached from outside: set KEYS_DIR (make keys), or use ipc or "
                       "127.0.0.1",
                       settings[i].name, *(const char **)settings[i].value);
    return true;
}

/* What two settings say together. */
static bool agree(why_t *why)
{
    if (config.FINANCING_MIN_MONTHS > config.FINANCING_MAX_MONTHS)
        return bad(why, "FINANCING_MIN_MONTHS=%lld is above FINANCING_MAX_MONTHS=%lld",
                   (long long)config.FINANCING_MIN_MONTHS, (long long)config.FINANCING_MAX_MONTHS);
    if (!config_on_loopback() && !config.API_TOKEN[0])
        return bad(why, "%s=%s can be reached from outside: set API_TOKEN, or use 127.0.0.1",
                   config.PROXY_ADDR[0] ? "PROXY_ADDR" : "HTTP_ADDR",
                   config.PROXY_ADDR[0] ? config.PROXY_ADDR : config.HTTP_ADDR);
    return endpoints_guarded(why);
}

bool config_try(const char *path, char *text, size_t size)
{
    why_t why = {text, size};
    env_file_t file;
    bool good = env_file_read(&file, path, &why);
    for (size_t i = 0; good && i < SETTING_COUNT; i++)
        good = set_from_sources(&settings[i], &file, &why);
    good = good && agree(&why);
    env_file_free(&file);
    return good;
}

void config_load(const char *env_file)
{
    char why[512];
    if (!config_try(env_file, why, sizeof why))
        log_fatal("%s", why);
}

bool config_print_value(const char *name)
{
    bool is_file;
    const setting_t *s = setting_named(name, &is_file);
    if (!s || is_file)
        return false;
    if (is_number(s->kind))
        printf("%lld\n", (long long)*(int64_t *)s->value);
    else
        printf("%s\n", *(const char **)s->value);
    return true;
}

void config_print_table(void)
{
    printf("| setting | default | allowed | meaning |\n|---|---|---|---|\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const setting_t *s = &settings[i];
        printf("| `%s` | %s%s%s | ", s->name, s->fallback[0] ? "`" : "", s->fallback,
               s->fallback[0] ? "`" : "");
        for (const char *c = s->allowed; *c; c++) /* a bar would end the cell */
            printf(*c == '|' ? ", " : "%c", *c);
        printf("%s | %s%s |\n",
               !s->allowed[0]       ? ""
               : s->kind == MS      ? " ms"
               : s->kind == PERCENT ? " %"
                                    : "",
               s->doc, s->kind == SECRET ? " (secret)" : "");
    }
#define PRINT_ROW(name, fallback, doc)                                                        \
    printf("| `%s` | %s%s%s | | containers: %s |\n", #name, fallback[0] ? "`" : "", fallback, \
           fallback[0] ? "`" : "", doc);
    CONTAINER_SETTINGS(PRINT_ROW)
}

void config_print_example(void)
{
    printf(
        "# Every setting with its default. Copy to .env and change what you need;\n"
        "# the environment wins over .env. Secrets may come from a file: NAME_FILE=/run/secrets/…\n"
        "# Times are ms, or 500ms, 30s, 45m, 12h, 7d, 2w. @VAR stands for the folder VAR.\n");
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const setting_t *s = &settings[i];
        printf("\n# %s", s->doc);
        if (s->allowed[0])
            printf(" (%s%s)", s->allowed, s->kind == MS ? " ms" : s->kind == PERCENT ? " %" : "");
        printf("\n#%s=%s\n", s->name, s->fallback);
    }
    printf("\n\n# Read by docker-compose.yml and deploy/ only.\n");
#define PRINT_EXAMPLE(name, fallback, doc) printf("\n# %s\n#%s=%s\n", doc, #name, fallback);
    CONTAINER_SETTINGS(PRINT_EXAMPLE)
}

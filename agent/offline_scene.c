#include "agent/offline_scene.h"

#include <assert.h>
#include <stdlib.h>

#include "common/text.h"

#define MAX_JSON 65536 /* bytes of a result that is read */

static const char *const tag_names[TAG_COUNT] = {
#define TAG_NAME(name, text) [TAG_##name] = text,
    TAGS(TAG_NAME)};

/* ---- the results of this turn ---- */

static tag_t tag_of(str_t call_id, str_t tool)
{
    size_t size = 0;
    while (size < call_id.size && call_id.data[size] != '-')
        size++;
    for (tag_t tag = 1; size < call_id.size && tag < TAG_COUNT; tag++)
        if (str_is((str_t){call_id.data, size}, tag_names[tag]))
            return tag;
    /* somebody else's call */
    if (str_is(tool, "search_cars"))
        return TAG_LIST;
    if (str_is(tool, "get_car"))
        return TAG_CAR;
    if (str_is(tool, "quote_financing"))
        return TAG_QUOTE;
    if (str_is(tool, "list_makes"))
        return TAG_MAKES;
    if (str_is(tool, "save_lead"))
        return TAG_LEAD;
    return str_is(tool, "search_knowledge") ? TAG_KNOW : TAG_NONE;
}

static str_t arguments_of(const scene_t *self, size_t from, str_t call_id)
{
    for (size_t i = from; i < self->context->entries_count; i++) {
        const proto_entry_t *entry = &self->context->entries[i];
        if (str_is(entry->role, "call") && str_eq(entry->call_id, call_id))
            return entry->text;
    }
    return (str_t){NULL, 0};
}

static cJSON *parse(str_t text)
{
    return text.size > 0 && text.size <= MAX_JSON ? cJSON_ParseWithLength(text.data, text.size)
                                                  : NULL;
}

static void read_results(scene_t *self, size_t from)
{
    for (size_t i = from; i < self->context->entries_count; i++) {
        const proto_entry_t *entry = &self->context->entries[i];
        if (!str_is(entry->role, "tool") || self->result_count == SCENE_MAX_RESULTS)
            continue;
        tag_t tag = tag_of(entry->call_id, entry->tool);
        if (tag == TAG_NONE)
            continue;
        scene_result_t *result = &self->results[self->result_count++];
        result->tag = tag;
        result->json = parse(entry->text);
        result->arguments = parse(arguments_of(self, from, entry->call_id));
        result->failed =
            result->json == NULL || cJSON_GetObjectItemCaseSensitive(result->json, "error") != NULL;
    }
}

const scene_result_t *scene_result(const scene_t *self, tag_t tag)
{
    for (size_t i = self->result_count; i-- > 0;)
        if (self->results[i].tag == tag)
            return &self->results[i];
    return NULL;
}

/* ---- what was said ---- */

/* "[imagen]", "[ubicación: Av. Juárez 5]": the gateway's words for what is no text. */
static bool is_note(str_t line)
{
    static const char *const notes[] = {"[mensaje vacío", "[imagen",  "[audio",    "[video",
                                        "[contacto",      "[archivo", "[ubicación"};
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        size_t size = strlen(notes[i]);
        if (line.size > size && memcmp(line.data, notes[i], size) == 0 &&
            (line.data[size] == ']' || line.data[size] == ':') && line.data[line.size - 1] == ']')
            return true;
    }
    return false;
}

/* The text without its notes. */
static void add_words(scene_t *self, str_t text, buf_t *out)
{
    while (text.size > 0) {
        const char *end = memchr(text.data, '\n', text.size);
        str_t line = {text.data, end ? (size_t)(end - text.data) : text.size};
        size_t past = line.size + (end != NULL);
        text = (str_t){text.data + past, text.size - past};
        if (is_note(text_trim(line))) {
            self->noted = true;
            self->unseen = self->unseen || !str_eq(text_trim(line), STR_LIT("[mensaje vacío]"));
            continue;
        }
        if (out->size > 0)
            buf_char(out, '\n');
        buf_add(out, line.data, line.size);
    }
}

static void read_said(scene_t *self, size_t from)
{
    buf_t text;
    buf_init(&text, UNDERSTAND_MAX_TEXT);
    for (size_t i = from; i < self->context->entries_count; i++) {
        const proto_entry_t *entry = &self->context->entries[i];
        if (!str_is(entry->role, "user"))
            continue;
        add_words(self, utf8_front(entry->text, UNDERSTAND_MAX_TEXT - 1 - text.size), &text);
        self->said_ms = entry->at_ms;
    }
    char *copy = arena_copy(self->arena, buf_view(&text));
    self->said = (str_t){copy, copy != NULL ? text.size : 0};
    buf_free(&text);
    understand(self->said, &self->u);
}

static bool asks(str_t folded, const char *const *words)
{
    for (; *words != NULL; words++)
        if (memmem(folded.data, folded.size, *words, strlen(*words)) != NULL)
            return true;
    return false;
}

/* From the last "¿", or behind the last full stop inside the line. */
static str_t last_sentence(str_t line)
{
    size_t from = 0;
    for (size_t i = 0; i + 2 < line.size; i++)
        if (memcmp(line.data + i, "¿", 2) == 0)
            from = i;
    for (size_t i = from; i + 2 < line.size; i++)
        if (memcmp(line.data + i, ". ", 2) == 0)
            from = i + 2;
    return (str_t){line.data + from, line.size - from};
}

static void read_asked(scene_t *self, size_t before)
{
    static const char *const budget[] = {"presupuesto", "gastar",    "budget",
                                         "spend",       "orcamento", NULL};
    static const char *const show[] = {"muestro",    "mostrarle", "mostrarte", "verlos",
                                       "show you",   "see them",  "mostro",    "quer ver",
                                       "mostrar os", NULL};
    static const char *const quote[] = {"al mes",      "mensualidad", "la cuenta", "calcul",
                                        "work it out", "cotiz",       "a meses",   "monthly",
                                        "instalment",  "payment",     "numbers",   "a month",
                                        "parcela",     "por mes",     "a conta",   NULL};
    static const char *const person[] = {"asesor", "advisor", "atendente", NULL};
    static const char *const list[] = {"de la lista", "on the list", "da lista", NULL};
    static const char *const term[] = {"plazo", "term", "prazo", NULL};
    static const char *const down[] = {"enganche", "down", "entrada", NULL};
    for (size_t i = before; i-- > 0 && (self->asked.size == 0 || self->said_before.size == 0);) {
        const proto_entry_t *entry = &self->context->entries[i];
        bool ours = str_is(entry->role, "assistant") || str_is(entry->role, "person");
        if (self->asked.size == 0 && ours)
            self->asked = text_trim(entry->text);
        else if (self->said_before.size == 0 && str_is(entry->role, "user"))
            self->said_before = entry->text;
    }
    for (size_t i = self->asked.size; i-- > 0;)
        if (self->asked.data[i] == '\n') {
            self->asked.data += i + 1;
            self->asked.size -= i + 1;
            break;
        }
    if (self->asked.size == 0)
        return;
    buf_t folded;
    buf_init(&folded, MAX_JSON);
    str_t sentence = last_sentence(self->asked);
    text_fold(&folded, sentence);
    self->asked_budget = asks(buf_view(&folded), budget);
    self->asked_show = asks(buf_view(&folded), show);
    self->asked_quote = asks(buf_view(&folded), quote);
    self->asked_term = asks(buf_view(&folded), term);
    self->asked_list = asks(buf_view(&folded), list);
    self->asked_down = asks(buf_view(&folded), down);
    buf_clear(&folded);
    text_fold(&folded, self->asked);
    self->asked_person = asks(buf_view(&folded), person);
    buf_free(&folded);
    understand(sentence, &self->question);
}

/* ---- names ---- */

static bool only_digits(str_t text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
    return text.size > 0;
}

/* The catalog reads every word as if it might be a name; some are only words. */
static bool is_name(const scene_t *self, const proto_mention_t *mention)
{
    if (only_digits(mention->said))
        return self->u.bare >= 0;
    if (!understand_everyday(mention->said))
        return true;
    return !mention->corrected && mention->count > 0 && self->u.topics == 0;
}

/* Names that are not wanted go to a list of their own. */
static void part_unwanted(scene_t *self)
{
    size_t kept = 0;
    for (size_t i = 0; i < self->mention_count; i++) {
        if (!(self->u.names_excluded & 1u << i))
            self->mentions[kept++] = self->mentions[i];
        else if (self->mentions[i].count > 0)
            self->unwanted[self->unwanted_count++] = self->mentions[i];
    }
    self->mention_count = kept;
}

/* Reads the names, and then what was said once more with marks in their place: the 3 of a Mazda 3
 * counts no cars. */
static void read_names(scene_t *self, const scene_result_t *result, bool of_said)
{
    char *rest = arena_copy(self->arena, self->said);
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result->json, "mentions")) {
        proto_mention_t mention = {
            .said = json_read_text(item, "said"),
            .make = json_read_text(item, "make"),
            .model = json_read_text(item, "model"),
            .corrected = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "corrected")),
            .count = json_read_int(item, "count"),
            .at = json_read_int(item, "at"),
        };
        if (self->mention_count == SCENE_MAX_MENTIONS || (of_said && !is_name(self, &mention)) ||
            (!of_said && mention.count == 0))
            continue;
        self->mentions[self->mention_count++] = mention;
        size_t at = (size_t)mention.at;
        if (!of_said || rest == NULL || mention.at < 0 || at > self->said.size ||
            mention.said.size > self->said.size - at)
            continue;
        memset(rest + at, ' ', mention.said.size);
        if (mention.said.size >= 2) {
            rest[at] = UNDERSTAND_NAME;
            rest[at + 1] = (char)('a' + self->mention_count - 1);
        }
    }
    self->resolved = true;
    if (!of_said || rest == NULL || self->mention_count == 0)
        return;
    language_t language = self->u.language;
    understand((str_t){rest, self->said.size}, &self->u);
    if (self->u.language == LANGUAGE_NONE)
        self->u.language = language;
    part_unwanted(self);
}

/* ---- the cursor ---- */

static void read_cursor(scene_t *self)
{
    const proto_context_t *context = self->context;
    self->query = context->query_count > 0 ? context->query : NULL;
    self->list = context->list_count > 0 ? context->list : NULL;
    self->shown = context->shown;
    self->shown_count = context->shown_count;
    self->chosen = context->chosen_count > 0 ? context->chosen : NULL;
    self->quote = context->quote_count > 0 ? context->quote : NULL;
}

void scene_open(scene_t *self, arena_t *arena, const offline_shop_t *shop,
                const model_request_t *request, model_result_t *out)
{
    *self = (scene_t){.arena = arena,
                      .shop = shop,
                      .context = request->context,
                      .may_call = request->tools,
                      .opt = request->opt,
                      .out = out};
    *out = (model_result_t){0};
    size_t start = request->turn_start;
    assert(start <= self->context->entries_count);
    read_said(self, start);
    read_asked(self, start);
    read_results(self, start);
    const scene_result_t *names = scene_result(self, TAG_NAMES);
    const scene_result_t *earlier = scene_result(self, TAG_EARLIER);
    if (names != NULL)
        read_names(self, names, true);
    if (earlier != NULL)
        read_names(self, earlier, false);
    read_cursor(self);
    self->voice = (voice_t){
        .language = language_from(self->context->language),
        .formal = self->u.formal != 0 ? self->u.formal > 0 : self->context->formal,
        .context = self->context,
    };
    if (self->voice.language == LANGUAGE_NONE)
        self->voice.language = self->u.language;
    if (self->voice.language == LANGUAGE_NONE)
        self->voice.language = LANGUAGE_ES;
}

void scene_close(scene_t *self)
{
    for (size_t i = 0; i < self->result_count; i++) {
        cJSON_Delete(self->results[i].json);
        cJSON_Delete(self->results[i].arguments);
    }
}

void scene_call(scene_t *self, tag_t tag, const char *tool, buf_t *arguments)
{
    model_result_t *out = self->out;
    assert(out->call_count < MODEL_MAX_CALLS);
    char *id = arena_printf(self->arena, "%s-%lld-%zu", tag_names[tag],
                            (long long)self->context->turns, self->result_count + out->call_count);
    char *copy = buf_ok(arguments) ? arena_copy(self->arena, buf_view(arguments)) : NULL;
    if (id != NULL && copy != NULL) {
        out->status = MODEL_CALLS;
        out->calls[out->call_count++] =
            (model_tool_call_t){str_from(id), str_from(tool), {copy, arguments->size}};
    } else {
        out->status = MODEL_FAILED;
        out->error = "arena_full";
    }
    buf_free(arguments);
}

/* The answer of a turn, put together from all that its tools found. */
#include "agent/offline_scene.h"
#include "common/money.h"
#include "common/text.h"

#define MOST_PASSAGE 700 /* bytes of one passage */
#define MOST_HOURS 90    /* bytes of opening hours in parentheses */

void answer_text(scene_t *scene, buf_t *text)
{
    str_t view = text_trim(buf_view(text));
    char *copy = buf_ok(text) && view.size > 0 ? arena_copy(scene->arena, view) : NULL;
    scene->out->call_count = 0;
    scene->out->status = copy != NULL ? MODEL_TEXT : MODEL_FAILED;
    scene->out->error = copy != NULL ? NULL : "arena_full";
    scene->out->text = (str_t){copy, copy != NULL ? view.size : 0};
    buf_free(text);
}

void answer_phrase(scene_t *scene, phrase_t phrase)
{
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_add(&text, &scene->voice, phrase, PHRASE_ARGS({"shop", scene->shop->name}));
    answer_text(scene, &text);
}

/* ---- what the shop wrote ---- */

/* The passage in the customer's language, or the best one. */
static str_t passage_of(const scene_t *scene, const scene_result_t *result)
{
    str_t best = {NULL, 0};
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result->json, "passages")) {
        str_t text = json_read_text(item, "text");
        language_t language;
        int formal;
        understand_manners(text, &language, &formal);
        if (language == scene->voice.language)
            return text;
        if (best.size == 0)
            best = text;
    }
    return best;
}

static str_t next_line(str_t *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != '\n')
        size++;
    str_t line = text_trim((str_t){rest->data, size});
    size_t skip = size < rest->size ? size + 1 : size;
    rest->data += skip;
    rest->size -= skip;
    return line;
}

/* The end of the last whole sentence within max bytes. */
static str_t whole_sentences(str_t text, size_t max)
{
    if (text.size <= max)
        return text;
    text = utf8_front(text, max);
    for (size_t i = text.size; i-- > 0;)
        if (text.data[i] == '.' || text.data[i] == '\n')
            return (str_t){text.data, i + 1};
    return text;
}

/* Markdown to WhatsApp: no headings, one star for bold. */
static bool add_passage(buf_t *out, str_t passage)
{
    buf_t text;
    buf_init(&text, MOST_PASSAGE * 8);
    while (passage.size > 0) {
        str_t line = next_line(&passage);
        if (line.size > 0 && line.data[0] == '#')
            continue;
        for (size_t i = 0; i < line.size; i++)
            if (line.data[i] != '*' || i == 0 || line.data[i - 1] != '*')
                buf_char(&text, line.data[i]);
        buf_char(&text, '\n');
    }
    str_t front = text_trim(whole_sentences(text_trim(buf_view(&text)), MOST_PASSAGE));
    buf_add(out, front.data, front.size);
    buf_free(&text);
    return front.size > 0;
}

static bool write_known(scene_t *scene, buf_t *out)
{
    bool any = false;
    for (size_t i = 0; i < scene->result_count; i++) {
        const scene_result_t *result = &scene->results[i];
        if (result->tag != TAG_KNOW)
            continue;
        if (any)
            buf_str(out, "\n\n");
        bool known = !result->failed && add_passage(out, passage_of(scene, result));
        if (!known)
            phrase_say(out, &scene->voice, result->failed ? PHRASE_TROUBLE : PHRASE_KNOW_NONE);
        any = true;
    }
    return any;
}

/* " (lunes a sábado, 9 a 18 h)" from the first line with a figure of what the shop wrote. */
static void write_person(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    buf_t hours;
    buf_init(&hours, 1024);
    str_t passage = passage_of(scene, result);
    while (passage.size > 0 && hours.size == 0) {
        str_t line = next_line(&passage);
        bool figure = false;
        for (size_t i = 0; i < line.size; i++)
            figure |= line.data[i] >= '0' && line.data[i] <= '9';
        size_t end = 0;
        while (end < line.size && line.data[end] != '.')
            end++;
        if (!figure || line.data[0] == '#' || end == 0 || end > MOST_HOURS)
            continue;
        buf_printf(&hours, " (%.*s)", (int)end, line.data);
        if (hours.data[2] >= 'A' && hours.data[2] <= 'Z' && scene->voice.language != LANGUAGE_EN)
            hours.data[2] = (char)(hours.data[2] - 'A' + 'a');
    }
    phrase_add(out, &scene->voice, PHRASE_PERSON, PHRASE_ARGS({"hours", buf_view(&hours)}));
    buf_free(&hours);
}

/* ---- pages ---- */

static int64_t total_of(const scene_result_t *result)
{
    return json_read_int(result->json, "total");
}

static bool is_empty(const scene_result_t *result)
{
    return cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(result->json, "cars")) == 0;
}

static void write_trouble(scene_t *scene, buf_t *out)
{
    phrase_say(out, &scene->voice, scene->shown_count > 0 ? PHRASE_TROUBLE_SHOWN : PHRASE_TROUBLE);
}

static void capitalise(char *text)
{
    if (*text >= 'a' && *text <= 'z')
        *text = (char)(*text - 'a' + 'A');
}

/* "Ferrari no manejamos por ahora. Lo más cercano: …" */
static void write_absent(scene_t *scene, buf_t *out, const proto_mention_t *mention,
                         const scene_result_t *result)
{
    buf_t near, name;
    buf_init(&near, 1024);
    buf_init(&name, 256);
    str_t said = mention->make.size > 0 ? mention->make : mention->said;
    buf_add(&name, said.data, said.size);
    if (mention->make.size > 0 && mention->model.size > 0)
        buf_printf(&name, " %.*s", STR_ARG(mention->model));
    if (name.size > 0)
        capitalise(name.data);
    phrase_add(out, &scene->voice, PHRASE_NOT_CARRIED, PHRASE_ARGS({"name", buf_view(&name)}));
    buf_char(out, ' ');
    if (write_near(scene, &near, result)) {
        phrase_add(out, &scene->voice, PHRASE_NEAR, PHRASE_ARGS({"near", buf_view(&near)}));
        buf_char(out, ' ');
        phrase_say(out, &scene->voice, PHRASE_ASK_SHOW);
    } else {
        phrase_say(out, &scene->voice, PHRASE_LEAD_BACK);
    }
    buf_free(&near);
    buf_free(&name);
}

static void write_empty(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    proto_query_t query;
    buf_t what;
    buf_init(&what, 4096);
    json_read_query(result->arguments, &query);
    write_what(scene, &what, &query);
    phrase_add(out, &scene->voice, PHRASE_EMPTY, PHRASE_ARGS({"what", buf_view(&what)}));
    buf_free(&what);
}

/* What was asked for is not there; what comes near is. */
static void write_nearest(scene_t *scene, buf_t *out, const scene_result_t *nearest)
{
    const scene_result_t *list = scene_result(scene, TAG_LIST);
    if (list != NULL && !list->failed) {
        write_empty(scene, out, list);
        buf_char(out, ' ');
    }
    if (is_empty(nearest)) {
        phrase_say(out, &scene->voice, PHRASE_ASK_OTHER);
        return;
    }
    phrase_say(out, &scene->voice, PHRASE_NEAREST);
    buf_char(out, '\n');
    write_list(scene, out, nearest);
}

/* A name that was mended is said, so that the customer can object. */
static void write_suppose(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result->json, "corrections")) {
        str_t to = json_read_text(item, "to");
        if (to.size > 0 && !str_is(json_read_text(item, "field"), "q"))
            phrase_add(out, &scene->voice, PHRASE_SUPPOSE, PHRASE_ARGS({"name", to}));
    }
}

static void write_page(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    char text[MONEY_TEXT_SIZE];
    if (total_of(result) == 0) {
        const proto_mention_t *mention = scene->mention_count > 0 ? &scene->mentions[0] : NULL;
        if (mention != NULL && mention->count == 0) {
            write_absent(scene, out, mention, result);
        } else {
            write_empty(scene, out, result);
            buf_char(out, ' ');
            phrase_say(out, &scene->voice, PHRASE_ASK_OTHER);
        }
    } else if (is_empty(result)) {
        number_print(json_read_int(result->json, "pages"), text);
        phrase_add(out, &scene->voice, PHRASE_PAGE_NONE_SUCH,
                   PHRASE_ARGS({"pages", str_from(text)}));
    } else {
        write_suppose(scene, out, result);
        write_list(scene, out, result);
    }
}

static void write_pages(scene_t *scene, buf_t *out)
{
    bool first = true;
    for (size_t i = 0; i < scene->result_count; i++) {
        const scene_result_t *result = &scene->results[i];
        if (result->tag != TAG_LIST || result->failed)
            continue;
        if (!first)
            buf_str(out, "\n\n");
        write_page(scene, out, result);
        first = false;
    }
    if (first)
        write_trouble(scene, out);
}

/* Two sentences at most, the second one leads back to the cars. */
static void write_lead(scene_t *scene, buf_t *out, phrase_t refusal, const scene_result_t *result)
{
    const cJSON *first =
        cJSON_GetArrayItem(cJSON_GetObjectItemCaseSensitive(result->json, "cars"), 0);
    phrase_say(out, &scene->voice, refusal);
    buf_char(out, ' ');
    if (first == NULL || scene->mention_count == 0) {
        phrase_say(out, &scene->voice, PHRASE_LEAD_BACK);
        return;
    }
    const proto_mention_t *mention = &scene->mentions[0];
    char price[MONEY_TEXT_SIZE];
    phrase_add(
        out, &scene->voice, PHRASE_CHEAPEST,
        PHRASE_ARGS({"name", mention->model.size > 0 ? mention->model : mention->make},
                    {"price", str_from(money_print(json_read_cents(first, "price"), price))}));
}

/* ---- all of it ---- */

static const scene_result_t *main_result(const scene_t *scene)
{
    for (size_t i = scene->result_count; i-- > 0;) {
        tag_t tag = scene->results[i].tag;
        if (tag != TAG_NAMES && tag != TAG_EARLIER && tag != TAG_KNOW && tag != TAG_PLACE)
            return &scene->results[i];
    }
    return NULL;
}

static void write_reach(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    char monthly[MONEY_TEXT_SIZE], months[MONEY_TEXT_SIZE], price[MONEY_TEXT_SIZE];
    int64_t reach = json_read_cents(result->arguments, "price_max");
    if (scene->u.monthly == 0 || reach == 0)
        return;
    number_print(scene->shop->terms.max_months, months);
    phrase_add(out, &scene->voice, PHRASE_MONTHLY_REACH,
               PHRASE_ARGS({"monthly", str_from(money_print(scene->u.monthly, monthly))},
                           {"months", str_from(months)},
                           {"price", str_from(money_print(reach, price))}));
    buf_char(out, '\n');
}

static void write_quotes(scene_t *scene, buf_t *out)
{
    bool first = true;
    for (size_t i = 0; i < scene->result_count; i++) {
        if (scene->results[i].tag != TAG_QUOTE)
            continue;
        if (!first)
            buf_str(out, "\n\n");
        write_quote(scene, out, &scene->results[i]);
        first = false;
    }
}

static void write_main(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    if (result->failed && result->tag != TAG_QUOTE && result->tag != TAG_TRICK &&
        result->tag != TAG_HAGGLE && result->tag != TAG_HOURS) {
        write_trouble(scene, out);
        return;
    }
    switch (result->tag) {
    case TAG_LIST:
        write_reach(scene, out, result);
        write_pages(scene, out);
        break;
    case TAG_VAGUE:
    case TAG_ABSENT:
        write_page(scene, out, result);
        break;
    case TAG_NEAR:
        write_nearest(scene, out, result);
        break;
    case TAG_TRICK:
        write_lead(scene, out, PHRASE_TRICK, result);
        break;
    case TAG_HAGGLE:
        write_lead(scene, out, PHRASE_HAGGLE, result);
        break;
    case TAG_QUOTE:
        write_quotes(scene, out);
        break;
    case TAG_CAR:
        write_car(scene, out, result);
        break;
    case TAG_MAKES:
        write_makes(scene, out, result);
        break;
    case TAG_HOURS:
        write_person(scene, out, result);
        break;
    default:
        break;
    }
}

void write_results(scene_t *scene, buf_t *out)
{
    const scene_result_t *result = main_result(scene);
    if ((scene->u.says & SAYS_HELLO) && scene->context->turns == 0)
        phrase_say(out, &scene->voice, PHRASE_HI);
    if (scene->u.says & SAYS_DOLLARS) {
        phrase_say(out, &scene->voice, PHRASE_DOLLARS);
        buf_char(out, ' ');
    }
    bool known = write_known(scene, out);
    if (result != NULL) {
        if (known)
            buf_str(out, "\n\n");
        write_main(scene, out, result);
    } else if (known) {
        buf_char(out, '\n');
        phrase_say(out, &scene->voice, PHRASE_KNOW_MORE);
    }
}

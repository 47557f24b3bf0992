/* Names: makes and models with their counts, and what a car is called. */
#include "agent/offline_scene.h"
#include "common/money.h"
#include "common/text.h"

#define MOST_MAKES 12
#define MOST_NEAR 2
#define LINE_VERSION 40 /* bytes of a version in a line */

static void facet(buf_t *out, const cJSON *item, bool bold)
{
    char text[MONEY_TEXT_SIZE];
    str_t name = json_read_text(item, "name");
    if (bold)
        buf_printf(out, "%.*s (%s)", STR_ARG(name),
                   number_print(json_read_int(item, "count"), text));
    else
        buf_printf(out, "%s %.*s", number_print(json_read_int(item, "count"), text), STR_ARG(name));
}

/* The facets with the most cars, those first. */
static size_t most_common(const cJSON *facets, const cJSON *most[MOST_MAKES])
{
    size_t found = 0;
    const cJSON *item;
    cJSON_ArrayForEach (item, facets) {
        size_t at = found;
        while (at > 0 && json_read_int(most[at - 1], "count") < json_read_int(item, "count"))
            at--;
        if (at == MOST_MAKES)
            continue;
        if (found < MOST_MAKES)
            found++;
        for (size_t behind = found - 1; behind > at; behind--)
            most[behind] = most[behind - 1];
        most[at] = item;
    }
    return found;
}

void write_makes(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    const voice_t *voice = &scene->voice;
    str_t make = json_read_text(result->json, "make");
    const cJSON *facets =
        cJSON_GetObjectItemCaseSensitive(result->json, make.size > 0 ? "models" : "makes");
    char count[MONEY_TEXT_SIZE], rest[MONEY_TEXT_SIZE];
    int total = cJSON_GetArraySize(facets);
    number_print(total, count);
    number_print(total - MOST_MAKES, rest);
    buf_t list;
    buf_init(&list, 4096);
    const cJSON *most[MOST_MAKES];
    size_t found = most_common(facets, most);
    for (size_t i = 0; i < found; i++) {
        if (i > 0)
            buf_str(&list, ", ");
        facet(&list, most[i], true);
    }
    if (total > MOST_MAKES)
        phrase_add(&list, voice, PHRASE_AND_MORE, PHRASE_ARGS({"n", str_from(rest)}));
    phrase_add(out, voice, make.size > 0 ? PHRASE_MODELS : PHRASE_MAKES,
               PHRASE_ARGS({"n", str_from(count)}, {"list", buf_view(&list)}, {"make", make}));
    buf_char(out, ' ');
    phrase_say(out, voice, PHRASE_ASK_MAKE);
    buf_free(&list);
}

bool write_near(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    const cJSON *near = cJSON_GetObjectItemCaseSensitive(result->json, "near"), *item;
    char text[MONEY_TEXT_SIZE];
    int written = 0, total = cJSON_GetArraySize(near);
    int64_t least = 0;
    cJSON_ArrayForEach (item, near) {
        if (written == MOST_NEAR)
            break;
        if (written > 0 && (written + 1 == total || written + 1 == MOST_NEAR))
            phrase_say(out, &scene->voice, PHRASE_AND);
        else if (written > 0)
            buf_str(out, ", ");
        facet(out, item, false);
        int64_t price = json_read_cents(item, "price_min");
        if (price > 0 && (least == 0 || price < least))
            least = price;
        written++;
    }
    if (least > 0)
        phrase_add(out, &scene->voice, PHRASE_SINCE,
                   PHRASE_ARGS({"price", str_from(money_print(least, text))}));
    return written > 0;
}

/* A word of a name without what WhatsApp or a web page would take for markup; links are left out.
 */
static void add_plain_word(buf_t *out, str_t word)
{
    static const char markup[] = "*_~`|#<>[]{}\"\\%";
    if (word.size == 0 || memmem(word.data, word.size, "://", 3) != NULL ||
        (word.size > 4 && memcmp(word.data, "www.", 4) == 0))
        return;
    size_t size = out->size;
    for (size_t i = 0; i < word.size; i++)
        if ((unsigned char)word.data[i] > ' ' && strchr(markup, word.data[i]) == NULL) {
            if (size > 0 && out->size == size)
                buf_char(out, ' ');
            buf_char(out, word.data[i]);
        }
}

static void add_plain(buf_t *out, str_t name)
{
    buf_t plain;
    buf_init(&plain, 1024);
    for (size_t from = 0, at = 0; at <= name.size; at++) {
        if (at < name.size && name.data[at] != ' ')
            continue;
        add_plain_word(&plain, (str_t){name.data + from, at - from});
        from = at + 1;
    }
    str_t text = text_trim(utf8_front(buf_view(&plain), LINE_VERSION));
    buf_add(out, text.data, text.size);
    buf_free(&plain);
}

void write_car_name(buf_t *out, const proto_car_t *car, str_t clear_make)
{
    bool letters = false;
    for (size_t i = 0; i < car->model.size; i++)
        letters |= car->model.data[i] > '9';
    if (!letters || car->model.size < 2 || !str_eq(car->make, clear_make)) {
        add_plain(out, car->make);
        buf_char(out, ' ');
    }
    add_plain(out, car->model);
    buf_char(out, ' ');
    add_plain(out, car->version);
    if (out->data[out->size - 1] != ' ')
        buf_char(out, ' ');
    buf_printf(out, "%lld", (long long)car->year);
}

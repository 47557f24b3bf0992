/* The answer of a turn, put together from all that its tools found. */
#include "agent/offline_steps.h"
#include "common/money.h"
#include "common/text.h"

/* A photo with a question: the question is answered, and that the photo is not seen is said. */
static void add_unseen(const scene_t *scene, buf_t *out)
{
    if (!scene->unseen || scene->opt.size > 0 || text_trim(scene->said).size == 0)
        return;
    phrase_say(out, &scene->voice, PHRASE_BESIDE_WORDS);
    buf_char(out, '\n');
}

void answer_text(scene_t *scene, buf_t *text)
{
    buf_t whole;
    buf_init(&whole, 2 * OFFLINE_MAX_TEXT);
    add_unseen(scene, &whole);
    buf_add(&whole, text->data, text->size);
    str_t view = text_trim(buf_view(&whole));
    char *copy = buf_ok(text) && buf_ok(&whole) && text_trim(buf_view(text)).size > 0
                     ? arena_copy(scene->arena, view)
                     : NULL;
    scene->out->call_count = 0;
    scene->out->status = copy != NULL ? MODEL_TEXT : MODEL_FAILED;
    scene->out->error = copy != NULL ? NULL : "arena_full";
    scene->out->text = (str_t){copy, copy != NULL ? view.size : 0};
    buf_free(&whole);
    buf_free(text);
}

/* "¡Buenas tardes!" to who says so. */
static void greeting(const scene_t *scene, buf_t *out)
{
    if (scene->u.greeting != NULL && scene->u.language == scene->voice.language)
        buf_str(out, scene->u.greeting);
    else
        phrase_say(out, &scene->voice, PHRASE_HI);
}

void answer_phrase(scene_t *scene, phrase_t phrase)
{
    buf_t text, hi;
    buf_init(&text, OFFLINE_MAX_TEXT);
    buf_init(&hi, 256);
    greeting(scene, &hi);
    phrase_add(&text, &scene->voice, phrase,
               PHRASE_ARGS({"shop", scene->shop->name}, {"hi", buf_view(&hi)}));
    buf_free(&hi);
    answer_text(scene, &text);
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

static void write_absent_name(scene_t *scene, buf_t *out, const proto_mention_t *mention)
{
    buf_t name;
    buf_init(&name, 256);
    str_t said = mention->make.size > 0 ? mention->make : mention->said;
    buf_add(&name, said.data, said.size);
    if (mention->make.size > 0 && mention->model.size > 0)
        buf_printf(&name, " %.*s", STR_ARG(mention->model));
    if (name.size > 0)
        capitalise(name.data);
    phrase_add(out, &scene->voice, PHRASE_NOT_CARRIED, PHRASE_ARGS({"name", buf_view(&name)}));
    buf_free(&name);
}

/* "Ferrari no manejamos por ahora. Lo más cercano: …" */
static void write_absent(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    buf_t near;
    buf_init(&near, 1024);
    write_absent_name(scene, out, &scene->mentions[0]);
    buf_char(out, ' ');
    if (write_near(scene, &near, result)) {
        phrase_add(out, &scene->voice, PHRASE_NEAR, PHRASE_ARGS({"near", buf_view(&near)}));
        buf_char(out, ' ');
        phrase_say(out, &scene->voice, PHRASE_ASK_SHOW);
    } else {
        phrase_say(out, &scene->voice, PHRASE_LEAD_BACK);
    }
    buf_free(&near);
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
    if (scene->mention_count > 0 && scene->mentions[0].count == 0)
        write_absent_name(scene, out, &scene->mentions[0]);
    else if (list != NULL && !list->failed)
        write_empty(scene, out, list);
    buf_char(out, ' ');
    if (is_empty(nearest)) {
        phrase_say(out, &scene->voice, PHRASE_ASK_OTHER);
        return;
    }
    write_list(scene, out, nearest, (list_place_t){.last = true});
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

/* Cars written. */
static size_t write_page(scene_t *scene, buf_t *out, const scene_result_t *result,
                         list_place_t place)
{
    char text[MONEY_TEXT_SIZE];
    if (total_of(result) == 0) {
        if (scene->mention_count > 0 && scene->mentions[0].count == 0) {
            write_absent(scene, out, result);
        } else {
            write_empty(scene, out, result);
            if (place.last) {
                buf_char(out, ' ');
                phrase_say(out, &scene->voice, PHRASE_ASK_OTHER);
            }
        }
    } else if (is_empty(result)) {
        number_print(json_read_int(result->json, "pages"), text);
        phrase_add(out, &scene->voice, PHRASE_PAGE_NONE_SUCH,
                   PHRASE_ARGS({"pages", str_from(text)}));
    } else {
        write_suppose(scene, out, result);
        return write_list(scene, out, result, place);
    }
    return 0;
}

static void write_pages(scene_t *scene, buf_t *out)
{
    const scene_result_t *lists[SCENE_MAX_RESULTS];
    size_t count = 0, written = 0;
    for (size_t i = 0; i < scene->result_count; i++)
        if (scene->results[i].tag == TAG_LIST && !scene->results[i].failed)
            lists[count++] = &scene->results[i];
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            buf_str(out, out->data[out->size - 1] == '\n' ? "\n" : "\n\n");
        list_place_t place = {.first = written, .others = count > 1, .last = i + 1 == count};
        written += write_page(scene, out, lists[i], place);
    }
    if (count == 0)
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

/* The price of one car stands. */
static void write_firm(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    const cJSON *object = cJSON_GetObjectItemCaseSensitive(result->json, "car");
    proto_car_t car;
    char price[MONEY_TEXT_SIZE];
    if (object == NULL) {
        phrase_say(out, &scene->voice, PHRASE_HAGGLE);
        buf_char(out, ' ');
        phrase_say(out, &scene->voice, PHRASE_LEAD_BACK);
        return;
    }
    json_read_car(object, &car);
    buf_t name;
    buf_init(&name, 1024);
    write_car_name(&name, &car, (str_t){NULL, 0});
    phrase_add(
        out, &scene->voice, PHRASE_CAR_AT,
        PHRASE_ARGS({"car", buf_view(&name)}, {"price", str_from(money_print(car.price, price))}));
    buf_char(out, ' ');
    phrase_say(out, &scene->voice, PHRASE_LEAD_QUOTE);
    buf_free(&name);
}

/* ---- all of it ---- */

static const scene_result_t *main_result(const scene_t *scene)
{
    for (size_t i = scene->result_count; i-- > 0;) {
        tag_t tag = scene->results[i].tag;
        if (tag != TAG_NAMES && tag != TAG_EARLIER && tag != TAG_KNOW && tag != TAG_PLACE &&
            tag != TAG_LEAD)
            return &scene->results[i];
    }
    return NULL;
}

static void write_reach(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    char monthly[MONEY_TEXT_SIZE], months[MONEY_TEXT_SIZE], price[MONEY_TEXT_SIZE];
    char text[MONEY_TEXT_SIZE];
    int64_t reach = json_read_cents(result->arguments, "price_max");
    if (scene->u.monthly == 0 ||
        reach != search_reach(&scene->shop->terms, scene->u.monthly, scene->u.down))
        return;
    number_print(scene->shop->terms.max_months, months);
    buf_t down;
    buf_init(&down, 256);
    if (scene->u.down > 0)
        phrase_add(&down, &scene->voice, PHRASE_WITH_DOWN,
                   PHRASE_ARGS({"down", str_from(money_print(scene->u.down, text))}));
    else
        phrase_say(&down, &scene->voice, PHRASE_WITHOUT_DOWN);
    phrase_add(out, &scene->voice, PHRASE_MONTHLY_REACH,
               PHRASE_ARGS({"monthly", str_from(money_print(scene->u.monthly, monthly))},
                           {"months", str_from(months)},
                           {"price", str_from(money_print(reach, price))},
                           {"down", buf_view(&down)}));
    buf_free(&down);
    buf_char(out, '\n');
}

/* What a customer asks for that no car's entry tells. */
static void write_unrecorded(scene_t *scene, buf_t *out)
{
    const understood_t *u = &scene->u;
    char seats[MONEY_TEXT_SIZE];
    size_t before = out->size;
    number_print(u->seats, seats);
    if (u->seats > SCENE_SEATS)
        phrase_add(out, &scene->voice, PHRASE_SEATS, PHRASE_ARGS({"n", str_from(seats)}));
    if (u->economy)
        phrase_say(out, &scene->voice, PHRASE_ECONOMY);
    if (u->equipment != NULL)
        phrase_add(out, &scene->voice, PHRASE_EQUIPMENT,
                   PHRASE_ARGS({"what", str_from(u->equipment)}));
    if (out->size > before)
        buf_char(out, '\n');
}

static void write_quotes(scene_t *scene, buf_t *out)
{
    bool first = true;
    const scene_result_t *last = scene_result(scene, TAG_QUOTE);
    for (size_t i = 0; i < scene->result_count; i++) {
        if (scene->results[i].tag != TAG_QUOTE)
            continue;
        if (!first)
            buf_str(out, "\n\n");
        write_quote(scene, out, &scene->results[i], &scene->results[i] == last);
        first = false;
    }
}

static void write_main(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    if (result->failed && result->tag != TAG_QUOTE && result->tag != TAG_TRICK &&
        result->tag != TAG_HAGGLE && result->tag != TAG_HOURS && result->tag != TAG_HAGGLE_CAR &&
        result->tag != TAG_ASK) {
        write_trouble(scene, out);
        return;
    }
    switch (result->tag) {
    case TAG_LIST:
        write_reach(scene, out, result);
        write_unrecorded(scene, out);
        write_pages(scene, out);
        break;
    case TAG_VAGUE:
    case TAG_ABSENT:
        write_unrecorded(scene, out);
        write_page(scene, out, result, (list_place_t){.last = true});
        break;
    case TAG_NEAR:
        write_unrecorded(scene, out);
        write_nearest(scene, out, result);
        break;
    case TAG_TRICK:
        write_lead(scene, out, trick_phrase(scene), result);
        break;
    case TAG_HAGGLE:
        write_lead(scene, out, PHRASE_HAGGLE, result);
        break;
    case TAG_HAGGLE_CAR:
        write_firm(scene, out, result);
        break;
    case TAG_ASK:
        write_asked(scene, out, result);
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

static void write_greeting(scene_t *scene, buf_t *out)
{
    greeting(scene, out);
    buf_char(out, ' ');
}

void write_results(scene_t *scene, buf_t *out)
{
    const scene_result_t *result = main_result(scene);
    if ((scene->u.says & SAYS_HELLO) && scene->context->turns == 0)
        write_greeting(scene, out);
    if ((scene->u.says & SAYS_DOLLARS) && !(scene->u.says & (SAYS_TRICK | SAYS_HAGGLE))) {
        phrase_say(out, &scene->voice, PHRASE_DOLLARS);
        buf_char(out, ' ');
    }
    bool asks;
    bool noted = write_noted(scene, out);
    if (noted && (result != NULL || scene_result(scene, TAG_KNOW) != NULL))
        buf_str(out, "\n\n");
    bool known = write_known(scene, out, &asks);
    proto_car_t car;
    if (write_sold(scene, out) &&
        (result == NULL || read_sold(result, &car) || json_read_int(result->json, "total") == 0)) {
        phrase_say(out, &scene->voice, PHRASE_SOLD_NONE);
        return;
    }
    if (result != NULL) {
        if (known)
            buf_str(out, "\n\n");
        write_main(scene, out, result);
    } else if (known ? !asks : noted) {
        buf_char(out, '\n');
        phrase_fresh(out, &scene->voice, PHRASE_KNOW_MORE);
    }
}

/* What has little to do with cars: greetings, a person, tricks, haggling, off the subject,
 * questions to the shop, and what nobody understood. */
#include "agent/json.h"
#include "agent/offline_steps.h"
#include "common/text.h"

bool is_pure(const scene_t *scene, uint32_t says)
{
    const understood_t *u = &scene->u;
    uint32_t harmless = says | SAYS_THANKS | SAYS_ALSO | SAYS_THIS | SAYS_HELLO;
    return (u->says & says) && (u->says & ~harmless) == 0 && u->topics == 0 &&
           u->ordinal_count == 0 && u->page == PAGE_NONE && u->bare < 0 && u->stock_id == 0 &&
           !wants_quote(scene) && u->unknown == 0;
}

const proto_mention_t *carried(const scene_t *scene)
{
    for (size_t i = 0; i < scene->mention_count; i++)
        if (scene->mentions[i].count > 0)
            return &scene->mentions[i];
    return NULL;
}

/* "BAJA", "ALTA": it is kept already, and confirmed. */
bool step_opt(scene_t *scene)
{
    if (scene->opt.size == 0)
        return false;
    answer_phrase(scene, str_is(scene->opt, "out") ? PHRASE_LEAVE : PHRASE_RETURN);
    return true;
}

bool step_reset(scene_t *scene)
{
    if (!(scene->u.says & SAYS_RESET) || scene->u.unknown > 0 || search_wanted(scene))
        return false; /* forgotten it is already; there is something new to look for */
    answer_phrase(scene, PHRASE_RESET);
    return true;
}

/* A photo, a voice note, a place, nothing at all: it is said that it cannot be seen here. */
bool step_no_words(scene_t *scene)
{
    if (!scene->noted || text_trim(scene->said).size > 0)
        return false;
    answer_phrase(scene, PHRASE_NO_WORDS);
    return true;
}

bool step_person(scene_t *scene)
{
    bool agreed = is_pure(scene, SAYS_YES) && scene->asked_person;
    if ((!(scene->u.says & SAYS_PERSON) && !agreed) || (scene->u.says & SAYS_WHO))
        return false;
    call_lead_of_person(scene);
    call_hours(scene);
    return true;
}

/* A refusal, and one honest price to lead back to the cars. */
static bool refuse_kindly(scene_t *scene, tag_t tag, phrase_t refusal, phrase_t lead)
{
    const proto_mention_t *mention = carried(scene);
    if (mention != NULL) {
        proto_query_t query = {
            .make = mention->make, .model = mention->model, .sort = STR_LIT("price")};
        call_search(scene, tag, &query, 1);
        return true;
    }
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_say(&text, &scene->voice, refusal);
    buf_char(&text, ' ');
    phrase_say(&text, &scene->voice, lead);
    answer_text(scene, &text);
    return true;
}

phrase_t trick_phrase(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    bool money = u->price_max > 0 || u->price_min > 0 || u->bare >= 0 ||
                 (u->says & (SAYS_DOLLARS | SAYS_HAGGLE));
    return money ? PHRASE_TRICK_PRICE : PHRASE_TRICK;
}

bool step_trick(scene_t *scene)
{
    if (!(scene->u.says & SAYS_TRICK) || (scene->u.topics & ~TOPIC_CONTACT) != 0)
        return false;
    return refuse_kindly(scene, TAG_TRICK, trick_phrase(scene), PHRASE_LEAD_BACK);
}

/* "Ándale, aunque sea un 5%", after a discount was asked for. */
static bool haggles_on(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    understood_t before;
    if (u->down_bp < 0 || u->down_said || u->month_count > 0 || u->ordinal_count > 0 ||
        scene->asked_down)
        return false;
    understand(scene->said_before, &before);
    return (before.says & SAYS_HAGGLE) != 0;
}

bool step_haggle(scene_t *scene)
{
    bool haggles = (scene->u.says & SAYS_HAGGLE) || haggles_on(scene);
    if (!haggles || (scene->u.topics & ~TOPIC_PAYMENT) != 0 ||
        (scene->u.ordinal_count > 0 && wants_quote(scene)))
        return false;
    int64_t stock_id = 0;
    if (carried(scene) == NULL && find_target(scene, &stock_id) != TARGET_CAR)
        stock_id = current_stock(scene);
    if (carried(scene) == NULL && stock_id > 0) {
        call_car(scene, TAG_HAGGLE_CAR, stock_id);
        return true;
    }
    bool seen = scene->shown_count > 0;
    return refuse_kindly(scene, TAG_HAGGLE, PHRASE_HAGGLE,
                         seen ? PHRASE_LEAD_QUOTE : PHRASE_LEAD_BACK);
}

bool step_offtopic(scene_t *scene)
{
    const understood_t *u = &scene->u;
    understood_t rest = *u;
    rest.city = NULL; /* "¿qué clima hace en Monterrey?" */
    bool only_city = u->city != NULL && !(u->says & (SAYS_SEARCH | SAYS_CAR)) &&
                     scene->mention_count == 0 && !search_filters(&rest);
    if (!(u->says & SAYS_OFFTOPIC) || (search_wanted(scene) && !only_city))
        return false;
    buf_t text;
    buf_init(&text, OFFLINE_MAX_TEXT);
    phrase_say(&text, &scene->voice, PHRASE_OFFTOPIC);
    buf_char(&text, ' ');
    phrase_say(&text, &scene->voice, PHRASE_LEAD_BACK);
    answer_text(scene, &text);
    return true;
}

bool step_manners(scene_t *scene)
{
    static const struct {
        uint32_t says;
        phrase_t phrase;
    } rows[] = {
        {SAYS_RESET, PHRASE_RESET}, {SAYS_ABUSE, PHRASE_ABUSE},   {SAYS_WHO, PHRASE_WHO},
        {SAYS_BYE, PHRASE_BYE},     {SAYS_THANKS, PHRASE_THANKS}, {SAYS_NO, PHRASE_NO},
        {SAYS_YES, PHRASE_YES},     {SAYS_HELLO, PHRASE_HELLO},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!(scene->u.says & rows[i].says))
            continue;
        phrase_t phrase = rows[i].phrase;
        if (phrase == PHRASE_HELLO && scene->context->turns > 0)
            phrase = PHRASE_HELLO_AGAIN;
        answer_phrase(scene, phrase);
        return true;
    }
    return false;
}

/* "¿Dan seguro de vida?": perhaps the shop wrote something about that. */
bool step_shop_word(scene_t *scene)
{
    if (scene->u.shop_word == NULL || scene->u.topics != 0 || scene->mention_count > 0)
        return false;
    call_text(scene, TAG_ASK, "search_knowledge", "question", str_from(scene->u.shop_word));
    return true;
}

/* "¿Aceptan mascotas?": perhaps the shop wrote something about it. */
bool step_ask(scene_t *scene)
{
    bool question = scene->said.size > 0 && memchr(scene->said.data, '?', scene->said.size) != NULL;
    if (!question || scene->u.unknown == 0 || scene->u.words < 2)
        return false;
    call_text(scene, TAG_ASK, "search_knowledge", "question", utf8_front(scene->said, 512));
    return true;
}

/* "?" and nothing else */
bool step_silence(scene_t *scene)
{
    if (scene->u.words > 0 || scene->u.bare >= 0)
        return false;
    answer_phrase(scene, PHRASE_HOW_HELP);
    return true;
}

bool step_not_understood(scene_t *scene)
{
    scene->missed = true;
    answer_phrase(scene, PHRASE_NOT_UNDERSTOOD);
    return true;
}

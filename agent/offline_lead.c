/* Somebody who means it: what they want and who they are is noted for the people of the shop, by
 * the same tool that a model calls. */
#include <inttypes.h>

#include "agent/json.h"
#include "agent/lead_wish.h"
#include "agent/offline_steps.h"

static void add_text(buf_t *out, const char *name, str_t value)
{
    if (value.size > 0)
        json_text(out, name, value);
}

/* Which car they mean; 0: none that was shown. */
static int64_t car_of(scene_t *scene)
{
    int64_t stock_id = 0;
    if (find_target(scene, &stock_id) != TARGET_CAR)
        stock_id = current_stock(scene);
    return stock_id > 0 && seen_car(scene, stock_id) != NULL ? stock_id : 0;
}

static void call_save(scene_t *scene, const lead_wish_t *wish, int64_t stock_id)
{
    buf_t arguments;
    buf_init(&arguments, 2048);
    buf_char(&arguments, '{');
    json_text(&arguments, "interest", str_from(wish->interest ? wish->interest : "contact"));
    if (stock_id > 0)
        json_int(&arguments, "stock_id", stock_id);
    add_text(&arguments, "name", wish->name);
    add_text(&arguments, "contact", wish->contact);
    buf_char(&arguments, '}');
    scene_call(scene, TAG_LEAD, "save_lead", &arguments);
}

/* Does the message say anything else that wants an answer? */
static bool says_more(const scene_t *scene)
{
    const understood_t *u = &scene->u;
    uint32_t more = SAYS_PERSON | SAYS_TRICK | SAYS_HAGGLE | SAYS_RESET | SAYS_QUOTE |
                    SAYS_COMPARE | SAYS_SEARCH | SAYS_MAKES | SAYS_OFFTOPIC;
    return (u->says & more) || u->page != PAGE_NONE || scene->mention_count > 0 ||
           u->month_count > 0 || u->body != NULL || u->colour != NULL || u->price_max > 0;
}

void call_lead_of_person(scene_t *scene)
{
    lead_wish_t wish;
    lead_wish_read(scene->said, &wish);
    int64_t stock_id = car_of(scene);
    if (wish.contact.size > 0 || (wish.interest != NULL && stock_id > 0))
        call_save(scene, &wish, stock_id);
}

bool step_lead(scene_t *scene)
{
    lead_wish_t wish;
    uint32_t never = SAYS_TRICK | SAYS_HAGGLE | SAYS_RESET | SAYS_PERSON;
    if (scene->opt.size > 0 || (scene->u.says & never))
        return false;
    lead_wish_read(scene->said, &wish);
    if (wish.interest != NULL && !scene->resolved && scene->u.unknown > 0)
        return false; /* it may name the car: makes and models are looked up first */
    bool told = wish.name.size > 0 || wish.contact.size > 0;
    int64_t stock_id = car_of(scene);
    if (wish.interest != NULL ? stock_id == 0 && !told : !told || says_more(scene))
        return false;
    if (wish.interest == NULL && wish.contact.size == 0 && stock_id == 0)
        return false; /* "hola, soy Ana" is a greeting */
    call_save(scene, &wish, stock_id);
    if ((scene->u.topics & ~TOPIC_CONTACT) != 0)
        call_topics(scene);
    else if (wish.interest != NULL && stock_id > 0)
        call_car(scene, TAG_CAR, stock_id);
    return true;
}

bool write_noted(scene_t *scene, buf_t *out)
{
    const scene_result_t *result = scene_result(scene, TAG_LEAD);
    if (result == NULL || result->failed || scene_result(scene, TAG_HOURS) != NULL)
        return false; /* or it is said that somebody was told */
    phrase_say(out, &scene->voice, PHRASE_LEAD);
    return true;
}

/* The steps of offline_think.c that stand in a file of their own, and what steps share. Each looks
 * at the scene and either ends the step with calls or text (true), or leaves it to those after it.
 */
#ifndef MOSTRADOR_AGENT_OFFLINE_STEPS_H
#define MOSTRADOR_AGENT_OFFLINE_STEPS_H

#include "agent/offline_scene.h"

/* Does the message say these things and nothing else of weight? */
bool is_pure(const scene_t *scene, uint32_t says);

/* How a trick is refused: by the prices, if it is about money. */
phrase_t trick_phrase(const scene_t *scene);

/* The first name of the message that the shop has cars of, or NULL. */
const proto_mention_t *carried(const scene_t *scene);

bool step_reset(scene_t *scene);
bool step_no_words(scene_t *scene);
bool step_opt(scene_t *scene);
bool step_person(scene_t *scene);
bool step_trick(scene_t *scene);
bool step_haggle(scene_t *scene);
bool step_offtopic(scene_t *scene);
bool step_manners(scene_t *scene);
bool step_shop_word(scene_t *scene);
bool step_ask(scene_t *scene);
bool step_silence(scene_t *scene);
bool step_lead(scene_t *scene);

/* Who asks to be called says how: that is noted, with the car and what is wanted of it. */
void call_lead_of_person(scene_t *scene);

bool step_not_understood(scene_t *scene);

#endif

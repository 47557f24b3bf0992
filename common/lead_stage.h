/*
 * How far a lead has come, as a word: new, contacted, visit, won, lost. Who asks for leads and who
 * stores them know the same ones.
 */
#ifndef MOSTRADOR_COMMON_LEAD_STAGE_H
#define MOSTRADOR_COMMON_LEAD_STAGE_H

#include "common/str.h"

bool lead_stage_known(str_t stage);

#endif

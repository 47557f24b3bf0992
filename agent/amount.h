/* Amounts of money, or of kilometres, as people write them. Pure. */
#ifndef MOSTRADOR_AGENT_AMOUNT_H
#define MOSTRADOR_AGENT_AMOUNT_H

#include <stdint.h>

#include "common/str.h"

/* The whole text as an amount, to hundredths: "300000", "$300,000.50", "300 mil", "300k",
 * "1.2 millones de pesos". false if it is none. */
bool amount_read(str_t text, int64_t *hundredths);

#endif

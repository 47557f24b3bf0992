/* Time. Everything that waits uses clock_ms; only what people read uses clock_unix_ms. */
#ifndef MOSTRADOR_COMMON_CLOCK_H
#define MOSTRADOR_COMMON_CLOCK_H

#include <stdint.h>

/* Monotonic, ms. Never jumps. */
int64_t clock_ms(void);

/* Monotonic, µs: for measuring. */
int64_t clock_us(void);

/* Wall clock, ms since 1970. May jump. */
int64_t clock_unix_ms(void);

#endif

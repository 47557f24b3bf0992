#include "common/id.h"

#include <stdlib.h>
#include <sys/random.h>

#include "common/clock.h"

static void random_bytes(void *bytes, size_t size)
{
    /* up to 256 bytes are never cut short once the pool is ready */
    if (getrandom(bytes, size, 0) != (ssize_t)size)
        abort();
}

int64_t id_random(void)
{
    int64_t id = 0;
    while (id == 0) {
        random_bytes(&id, sizeof id);
        id &= INT64_MAX;
    }
    return id;
}

void id_text(char text[ID_TEXT_SIZE])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    uint64_t time = (uint64_t)clock_unix_ms();
    uint8_t noise[16];
    random_bytes(noise, sizeof noise);
    for (int i = 9; i >= 0; i--, time >>= 5)
        text[i] = digits[time & 31];
    for (int i = 0; i < 16; i++)
        text[10 + i] = digits[noise[i] & 31];
    text[26] = 0;
}

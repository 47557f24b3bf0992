/*
 * How many replies a second the offline seller gives on one core: whole conversations (search,
 * page, quote, a question about the shop, two languages), where a reply is all the steps of a
 * turn. Its own time is counted; the tools and the keeping of the conversation are not.
 *
 *   bench_offline [seconds, default 3]
 */
#include "tests/unit/offline_shop.h"

static const char *const CONVERSATIONS[][7] = {
    {"busco un nisan de menos de 300 mil", "más", "la anterior",
     "el segundo a 48 meses con 20% de enganche", "sí", "y a 72?", "gracias"},
    {"hola", "quiero un coche", "como 250 mil", "que sea automático", "el más barato",
     "a qué hora abren?", "adiós"},
    {"tienes un Ferrari?", "el 2", "cuánto queda al mes?", "me das un descuento?",
     "mazda3 2018 rojo de menos de 280 mil y menos de 70 mil km", "compara el 1 y el 2",
     "quiero hablar con una persona"},
    {"Hi, do you have an automatic SUV, 2019 or newer, under 700k?", "the second one",
     "48 months, 20% down", "yes", "what are your opening hours?", "cheaper ones", "thanks"},
};
#define COUNT (sizeof CONVERSATIONS / sizeof *CONVERSATIONS)

int main(int argc, char **argv)
{
    int64_t seconds = argc > 1 ? strtoll(argv[1], NULL, 10) : 3;
    int64_t from = clock_us(), own = 0, steps = 0, replies = 0;
    while (clock_us() - from < seconds * 1000000) {
        for (size_t i = 0; i < COUNT; i++) {
            shop_t shop;
            shop_open(&shop);
            shop.unchecked = true; /* how fast the seller is, not its check */
            for (size_t turn = 0; turn < 7; turn++) {
                if (!shop_says(&shop, CONVERSATIONS[i][turn])) {
                    fprintf(stderr, "no answer: %s\n", CONVERSATIONS[i][turn]);
                    return 1;
                }
                steps += (int64_t)shop.steps;
                replies++;
            }
            own += shop.think_us;
            shop_close(&shop);
        }
    }
    printf("replies_per_s=%.0f us_per_reply=%.1f steps_per_reply=%.2f replies=%lld\n",
           (double)replies * 1e6 / (double)own, (double)own / (double)replies,
           (double)steps / (double)replies, (long long)replies);
    return 0;
}

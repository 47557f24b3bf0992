/* Draws models by how often they are offered, then an age, a use and a price that fit together. */
#include "catalog/generate.h"

#include <assert.h>
#include <string.h>

#include "catalog/lineup.h"

#define NOW 2026 /* ages are counted to this year; fixed, so that a seed stays the same */
#define KM_A_YEAR 14500

/* splitmix64 */
static uint64_t draw(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static int64_t between(uint64_t *state, int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)high - (uint64_t)low + 1;
    assert(span > 0);
    return low + (int64_t)(draw(state) % span);
}

static const lineup_model_t *draw_model(uint64_t *state)
{
    int64_t all = 0;
    for (size_t i = 0; i < lineup_count; i++)
        all += lineup[i].share;
    int64_t at = between(state, 0, all - 1);
    size_t i = 0;
    while (at >= lineup[i].share)
        at -= lineup[i++].share;
    return &lineup[i];
}

/* One of the pieces of a list that '|' separates. */
static void draw_piece(uint64_t *state, const char *list, char *piece, size_t size)
{
    int64_t count = 1;
    for (const char *p = list; *p; p++)
        count += *p == '|';
    for (int64_t skip = between(state, 0, count - 1); skip > 0; skip--)
        list = strchr(list, '|') + 1;
    snprintf(piece, size, "%.*s", (int)strcspn(list, "|"), list);
}

/* Thirteen per cent a year, a little more or less for its use and for luck; thousands of pesos and
 * then less one peso, as shops write them. */
static int64_t price_of(uint64_t *state, const lineup_model_t *model, int64_t age, int64_t km)
{
    double price = model->price * 0.93;
    for (int64_t i = 0; i < age; i++)
        price *= i == 0 ? 0.90 : 0.915;
    double usual = (double)(age * KM_A_YEAR + 1);
    price *= 1.0 - 0.10 * ((double)km - usual) / (usual + 20000);
    price *= 0.94 + (double)between(state, 0, 120) / 1000.0;
    int64_t thousands = (int64_t)(price + 0.5);
    return (thousands < 40 ? 40 : thousands) * 1000 - 1;
}

bool generate_csv(FILE *out, uint64_t count, uint64_t seed)
{
    static const char *const colours =
        "Blanco|Blanco|Blanco|Gris|Gris|Gris|Negro|Negro|Plata|Plata|Rojo|Rojo|Azul|Azul|Café|"
        "Beige|Verde|Naranja|Amarillo|Vino";
    static const char *const cities =
        "Ciudad de México|Ciudad de México|Ciudad de México|Guadalajara|Guadalajara|Monterrey|"
        "Monterrey|Puebla|Querétaro|Toluca|Mérida|Tijuana|Cuernavaca|Aguascalientes";
    uint64_t state = seed;
    int64_t stock_id = 100000;
    fputs("stock_id,km,price,make,model,year,version,bluetooth,largo,ancho,altura,car_play,"
          "carroceria,combustible,transmision,color,ciudad\n",
          out);
    for (uint64_t i = 0; i < count; i++) {
        const lineup_model_t *model = draw_model(&state);
        stock_id += between(&state, 1, 9);
        /* recent years are offered more often: the better of two draws */
        int64_t year = between(&state, model->first, model->last);
        int64_t other = between(&state, model->first, model->last);
        year = year > other ? year : other;
        int64_t age = NOW - year;
        int64_t km =
            age * between(&state, KM_A_YEAR / 3, KM_A_YEAR * 8 / 5) + between(&state, 0, 9999);
        km -= between(&state, 0, 3) ? km % 100 : 0;
        int64_t price = price_of(&state, model, age, km);
        char version[64], colour[32], city[32];
        draw_piece(&state, model->versions, version, sizeof version);
        draw_piece(&state, colours, colour, sizeof colour);
        draw_piece(&state, cities, city, sizeof city);
        bool manual = strstr(version, " TM") != NULL;
        bool bluetooth = year >= 2018 || between(&state, 2010, 2018) <= year;
        bool car_play = year >= 2017 && between(&state, 2016, 2022) <= year;
        fprintf(out, "%ld,%ld,%ld.0,%s,%s,%ld,%s,%s,%d.0,%d.0,%d.0,%s,%s,%s,%s,%s,%s\n",
                (long)stock_id, (long)km, (long)price, model->make, model->model, (long)year,
                version, bluetooth ? "Sí" : "", model->length, model->width, model->height,
                car_play ? "Sí" : "", model->body, model->fuel, manual ? "Manual" : "Automática",
                colour, city);
    }
    return fflush(out) == 0 && !ferror(out);
}

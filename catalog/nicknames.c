#include "catalog/nicknames.h"

/* clang-format off */
const nickname_t nicknames[] = {
    {"vw", "volkswagen", NULL}, {"volks", "volkswagen", NULL}, {"volkswaguen", "volkswagen", NULL},
    {"wolkswagen", "volkswagen", NULL}, {"bolsvagen", "volkswagen", NULL}, {"wolsvagen", "volkswagen", NULL},
    {"volswagen", "volkswagen", NULL}, {"volksvagen", "volkswagen", NULL}, {"bolkswagen", "volkswagen", NULL},
    {"volkswagen", "vw", NULL},
    {"chevy", "chevrolet", NULL}, {"chevi", "chevrolet", NULL}, {"chevis", "chevrolet", NULL},
    {"chevrole", "chevrolet", NULL}, {"chebrolet", "chevrolet", NULL}, {"shevrolet", "chevrolet", NULL},
    {"chevro", "chevrolet", NULL}, {"cheby", "chevrolet", NULL}, {"chebi", "chevrolet", NULL},
    {"mercedes", "mercedesbenz", NULL}, {"merce", "mercedesbenz", NULL}, {"mercho", "mercedesbenz", NULL},
    {"benz", "mercedesbenz", NULL}, {"mb", "mercedesbenz", NULL}, {"mercedez", "mercedesbenz", NULL},
    {"mersedes", "mercedesbenz", NULL}, {"merces", "mercedesbenz", NULL}, {"mercedesbenz", "mercedes", NULL},
    {"merce", "mercedes", NULL}, {"benz", "mercedes", NULL},
    {"bimmer", "bmw", NULL}, {"beamer", "bmw", NULL}, {"beemer", "bmw", NULL}, {"bema", "bmw", NULL},
    {"bmv", "bmw", NULL}, {"bm", "bmw", NULL}, {"beemeuve", "bmw", NULL},
    {"rover", "landrover", NULL}, {"rangerover", "landrover", NULL}, {"landrrover", "landrover", NULL},
    {"evoque", "landrover", "rangeroverevoque"}, {"velar", "landrover", "rangerovervelar"},
    {"nizan", "nissan", NULL}, {"nisan", "nissan", NULL}, {"datsun", "nissan", NULL},
    {"tollota", "toyota", NULL}, {"toyo", "toyota", NULL}, {"jonda", "honda", NULL},
    {"jundai", "hyundai", NULL}, {"hiunday", "hyundai", NULL}, {"yundai", "hyundai", NULL},
    {"hunday", "hyundai", NULL}, {"hundai", "hyundai", NULL}, {"jiundai", "hyundai", NULL},
    {"jyundai", "hyundai", NULL}, {"hyunday", "hyundai", NULL}, {"hiundai", "hyundai", NULL},
    {"quia", "kia", NULL}, {"mitsu", "mitsubishi", NULL}, {"mitsubichi", "mitsubishi", NULL},
    {"susuki", "suzuki", NULL}, {"zusuki", "suzuki", NULL}, {"zuzuki", "suzuki", NULL},
    {"peugot", "peugeot", NULL}, {"peujot", "peugeot", NULL}, {"peyot", "peugeot", NULL},
    {"pegeot", "peugeot", NULL}, {"pegout", "peugeot", NULL}, {"pegot", "peugeot", NULL},
    {"peuyot", "peugeot", NULL}, {"reno", "renault", NULL}, {"renol", "renault", NULL},
    {"renolt", "renault", NULL}, {"jip", "jeep", NULL}, {"yip", "jeep", NULL}, {"yeep", "jeep", NULL},
    {"bolbo", "volvo", NULL}, {"zubaru", "subaru", NULL}, {"doch", "dodge", NULL}, {"dogde", "dodge", NULL},
    {"dodch", "dodge", NULL}, {"infinity", "infiniti", NULL}, {"craisler", "chrysler", NULL},
    {"craysler", "chrysler", NULL}, {"crysler", "chrysler", NULL}, {"crisler", "chrysler", NULL},
    {"lincon", "lincoln", NULL}, {"porche", "porsche", NULL}, {"porshe", "porsche", NULL},
    {"porch", "porsche", NULL}, {"audy", "audi", NULL}, {"masda", "mazda", NULL}, {"masta", "mazda", NULL},
    {"alfa", "alfaromeo", NULL}, {"buik", "buick", NULL}, {"buic", "buick", NULL}, {"frod", "ford", NULL},
    {"fort", "ford", NULL}, {"dodgeram", "ram", NULL}, {"akura", "acura", NULL}, {"ceat", "seat", NULL},
    {"minicooper", "mini", "cooper"},

    {"vocho", "volkswagen", "beetle"}, {"bocho", "volkswagen", "beetle"}, {"vochito", "volkswagen", "beetle"},
    {"bochito", "volkswagen", "beetle"}, {"escarabajo", "volkswagen", "beetle"},
    {"vocho", "volkswagen", "sedan"}, {"bocho", "volkswagen", "sedan"}, {"vochito", "volkswagen", "sedan"},
    {"vocho", "vw", "beetle"}, {"vocho", "vw", "sedan"},
    {"jeta", "volkswagen", "jetta"}, {"yeta", "volkswagen", "jetta"}, {"yetta", "volkswagen", "jetta"},
    {"jetita", "volkswagen", "jetta"}, {"tiguan", "volkswagen", "tiguan"}, {"up", "volkswagen", "up"},
    {"suru", "nissan", "tsuru"}, {"zuru", "nissan", "tsuru"}, {"tsurito", "nissan", "tsuru"},
    {"estaquitas", "nissan", "np300"}, {"extrail", "nissan", "xtrail"}, {"tida", "nissan", "tiida"},
    {"sivic", "honda", "civic"}, {"cibic", "honda", "civic"}, {"jilux", "toyota", "hilux"},
    {"lobo", "ford", "f150"}, {"stang", "ford", "mustang"}, {"mustan", "ford", "mustang"},
    {"ecosport", "ford", "ecosport"}, {"camarito", "chevrolet", "camaro"},
    {"suburbana", "chevrolet", "suburban"}, {"grancherokee", "jeep", "grandcherokee"},
    {"grancheroki", "jeep", "grandcherokee"}, {"grandcheroki", "jeep", "grandcherokee"},
    {"cheroki", "jeep", "cherokee"}, {"grani10", "hyundai", "grandi10"}, {"i10", "hyundai", "grandi10"},
    {"towncountry", "chrysler", "towncountry"},
};
const size_t nickname_count = sizeof nicknames / sizeof *nicknames;

const char *const world_makes[] = {
    "Abarth", "Acura", "Aion", "Alfa Romeo", "Alpine", "Aston Martin", "Audi", "Avatr", "BAIC", "Bentley",
    "BMW", "Borgward", "Bugatti", "Buick", "BYD", "Cadillac", "Caterham", "Changan", "Chery", "Chevrolet",
    "Chirey", "Chrysler", "Citroën", "Cupra", "Dacia", "Daewoo", "Daihatsu", "Dodge", "Dongfeng", "DS",
    "Exeed", "FAW", "Ferrari", "Fiat", "Fisker", "Ford", "Foton", "GAC", "Geely", "Genesis", "GMC",
    "Great Wall", "GWM", "Haval", "Hino", "Honda", "Hongqi", "Hummer", "Hyundai", "Infiniti", "Isuzu",
    "Iveco", "JAC", "Jaecoo", "Jaguar", "Jeep", "Jetour", "JMC", "Kaiyi", "Karma", "Kia", "Koenigsegg", "Lada",
    "Lamborghini", "Lancia", "Land Rover", "Leapmotor", "Lexus", "Lifan", "Lincoln", "Lotus", "Lucid",
    "Lynk & Co", "Mahindra", "Maserati", "Maxus", "Maybach", "Mazda", "McLaren", "Mercedes-Benz", "Mercury",
    "MG", "MINI", "Mitsubishi", "Morgan", "NIO", "Nissan", "Oldsmobile", "Omoda", "Opel", "Pagani",
    "Peugeot", "Plymouth", "Polestar", "Pontiac", "Porsche", "RAM", "Renault", "Rimac", "Rivian",
    "Rolls-Royce", "Rover", "Saab", "Saturn", "Scion", "SEAT", "Seres", "SEV", "Škoda", "Smart", "SsangYong",
    "Subaru", "Suzuki", "SWM", "Tank", "Tata", "Tesla", "Toyota", "Triumph", "Vauxhall", "VinFast",
    "Volkswagen", "Volvo", "Vuhl", "Xiaomi", "XPeng", "Zacua", "Zeekr",
};
const size_t world_make_count = sizeof world_makes / sizeof *world_makes;

/* Each list of names between blanks. */
static const char spanish[] =
    " polo golf gol fiesta lobo sierra rio ram mini bronco avanza maxima armada titan partner derby caribe "
    "vento matiz alero actitud mobi pulse safari elite express courier carrera alfa regal sedan expert "
    "optima forte escape spirit shadow dart blazer lotus tank lada alpine rover karma triumph ka reno seres neon ";
static const char english[] =
    " fit beat soul seat spark focus edge pilot accord insight journey explorer compass patriot mirage "
    "swift rush leaf discovery defender encore smart lucid genesis eagle mercury saturn morgan groove "
    "attitude quest march venue element charger challenger tracker transit fusion accent city note bm "
    "porch fort terrain ";
static const char place[] =
    " leon toledo cordoba durango tucson colorado santafe lincoln ibiza sonora malibu ";
static const char adjacent[] = " es is us up uno go to one ct x q i h c a e s v classe clases series ";

static int has(const char *list, const char *needle)
{
    return strstr(list, needle) != NULL;
}

guard_t nickname_guard(str_t compact)
{
    char needle[40];
    size_t digits = 0;
    for (size_t i = 0; i < compact.size; i++)
        digits += compact.data[i] >= '0' && compact.data[i] <= '9';
    if (digits == compact.size)
        return GUARD_ADJACENT;
    if (compact.size > sizeof needle - 3)
        return GUARD_NONE;
    needle[0] = ' ';
    memcpy(needle + 1, compact.data, compact.size);
    memcpy(needle + 1 + compact.size, " ", 2);
    if (has(adjacent, needle) || compact.size == 1)
        return GUARD_ADJACENT;
    if (has(place, needle))
        return GUARD_PLACE;
    if (has(spanish, needle))
        return GUARD_SPANISH;
    return has(english, needle) ? GUARD_ENGLISH : GUARD_NONE;
}
/* clang-format on */

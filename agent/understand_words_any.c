/* Words that are the same in every language. */
#include "agent/understand_words.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
static const phrase_row_t PHRASES[] = {
    SAY("ok", SAYS_YES), SAY("okay", SAYS_YES), SAY("bye", SAYS_BYE), SAY("vs", SAYS_COMPARE),
    SAY("prompt", SAYS_TRICK), SAY("system prompt", SAYS_TRICK), SAY("jailbreak", SAYS_TRICK),
    SAY("developer mode", SAYS_TRICK), SAY("password", SAYS_TRICK), SAY("sudo", SAYS_TRICK),
    SAY("sql", SAYS_TRICK), SAY("drop table", SAYS_TRICK), SAY("api key", SAYS_TRICK),
    SAY("chatgpt", SAYS_TRICK), SAY("openai", SAYS_TRICK), SAY("gpt", SAYS_TRICK),
    SAY("roleplay", SAYS_TRICK), SAY("python", SAYS_OFFTOPIC), SAY("javascript", SAYS_OFFTOPIC),
    SAY("bitcoin", SAYS_OFFTOPIC), SAY("iphone", SAYS_OFFTOPIC), SAY("laptop", SAYS_OFFTOPIC),
    SAY("hotel", SAYS_OFFTOPIC), SAY("pizza", SAYS_OFFTOPIC),

    IS("bluetooth", BLUETOOTH), IS("blutooth", BLUETOOTH), IS("bluetoot", BLUETOOTH),
    IS("blutut", BLUETOOTH), IS("carplay", CAR_PLAY), IS("car play", CAR_PLAY),
    IS("apple carplay", CAR_PLAY), IS("apple car play", CAR_PLAY), IS("apple play", CAR_PLAY),
    NAME("suv", BODY, "SUV"), NAME("sedan", BODY, "Sedán"), NAME("hatchback", BODY, "Hatchback"),
    NAME("hatch", BODY, "Hatchback"), NAME("pickup", BODY, "Pickup"),
    NAME("pickups", BODY, "Pickup"), NAME("pick up", BODY, "Pickup"), NAME("coupe", BODY, "Coupé"),
    NAME("convertible", BODY, "Convertible"), NAME("minivan", BODY, "Minivan"),
    NAME("van", BODY, "Minivan"), NAME("diesel", FUEL, "Diésel"),
    NAME("cvt", TRANSMISSION, "Automática"), NAME("manual", TRANSMISSION, "Manual"),
    NAME("beige", COLOUR, "Beige"), NAME("cdmx", CITY, "Ciudad de México"),
    NAME("guadalajara", CITY, "Guadalajara"), NAME("gdl", CITY, "Guadalajara"),
    NAME("monterrey", CITY, "Monterrey"), NAME("mty", CITY, "Monterrey"),
    NAME("puebla", CITY, "Puebla"), NAME("queretaro", CITY, "Querétaro"),
    NAME("qro", CITY, "Querétaro"), NAME("toluca", CITY, "Toluca"), NAME("merida", CITY, "Mérida"),
    NAME("tijuana", CITY, "Tijuana"), NAME("cuernavaca", CITY, "Cuernavaca"),
    NAME("aguascalientes", CITY, "Aguascalientes"), NAME("cancun", CITY, "Cancún"),
    NAME("veracruz", CITY, "Veracruz"), NAME("san luis potosi", CITY, "San Luis Potosí"),
    NAME("hermosillo", CITY, "Hermosillo"), NAME("culiacan", CITY, "Culiacán"),
    NAME("chihuahua", CITY, "Chihuahua"), NAME("saltillo", CITY, "Saltillo"),
    NAME("pachuca", CITY, "Pachuca"), NAME("morelia", CITY, "Morelia"),
    NAME("oaxaca", CITY, "Oaxaca"),

    NAME("4x4", DRIVE, "4x4"), NAME("4wd", DRIVE, "4x4"), NAME("awd", DRIVE, "AWD"),
    IS("mpg", ECONOMY), IS("km l", ECONOMY),

    IS("km", KM), IS("kms", KM), IS("kilometraje km", KM), IS("mxn", PESOS), IS("mx", PESOS),
    IS("usd", DOLLARS), IS("max", LESS), IS("min", MORE), IS("stock", STOCK), IS("id", STOCK),
    IS("stock id", STOCK), IS("hp", OTHER_UNIT), IS("pm", OTHER_UNIT), IS("am", OTHER_UNIT),
};
/* clang-format on */

static const number_row_t NUMBERS[] = {{"k", 1000}};

static const char FILL[] = "4x2 2wd turbo v6 v8 gps usb abs lt ltz premier sport";

const word_tables_t words_any = {PHRASES, COUNT(PHRASES), NUMBERS, COUNT(NUMBERS), FILL};

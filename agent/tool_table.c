#include "agent/tool_table.h"

#include <stddef.h>
#include <string.h>

#include "agent/json.h"
#include "common/money.h"

/* clang-format off */
const tool_spec_t tool_specs[TOOL_COUNT] = {
    [TOOL_SEARCH_CARS] = {"search_cars",
        "Busca autos en el catálogo y devuelve una página, con total, página y páginas que quedan. "
        "Única fuente de autos y precios. Pon solo los filtros que el cliente pidió y deja los demás en null. "
        "Para «más» o «siguiente» repite los mismos filtros con page + 1. Corrige errores de escritura "
        "(corrections dice cuáles). / Search the catalog; one page of cars.", true},
    [TOOL_GET_CAR] = {"get_car",
        "Todos los datos de un auto por su stock_id. / Every detail of one car.", true},
    [TOOL_LIST_MAKES] = {"list_makes",
        "Marcas que hay, o los modelos de una marca, con cuántos autos y desde qué precio. "
        "/ Makes in stock, or the models of one make, with counts.", true},
    [TOOL_QUOTE_FINANCING] = {"quote_financing",
        "Calcula mensualidades exactas. Nunca las calcules tú. Usa el stock_id del auto siempre que se sepa; "
        "price solo si no hay auto. Sin months devuelve los plazos usuales. / Exact monthly instalments.", true},
    [TOOL_SEARCH_KNOWLEDGE] = {"search_knowledge",
        "Lo que la agencia escribió sobre sí misma: horarios, dirección, garantía, requisitos, prueba de manejo, "
        "tomar un auto a cuenta. / What the shop says about itself.", true},
    [TOOL_RESOLVE_NAMES] = {"resolve_names",
        "Marcas y modelos que nombra una frase.", false},
    [TOOL_SAVE_LEAD] = {"save_lead",
        "Anota para los asesores a un cliente que va en serio: quiere visitar, manejar, apartar o comprar un auto que ya le "
        "mostraste, o deja su nombre o cómo contactarlo. Solo lo que el cliente dijo; nada que él no haya escrito. "
        "/ Note a customer who means it for the shop's people.", true},
};

#define Q(member) offsetof(tool_args_t, query.member)
#define A(member) offsetof(tool_args_t, member)
#define PRICE_MAX (MONEY_MAX / 100) /* pesos */

const arg_t tool_arg_table[] = {
    {TOOL_SEARCH_CARS, "make", ARG_TEXT, false, 0, 64, Q(make), "Marca, como la dijo el cliente"},
    {TOOL_SEARCH_CARS, "model", ARG_TEXT, false, 0, 64, Q(model), "Modelo, como lo dijo el cliente"},
    {TOOL_SEARCH_CARS, "text", ARG_TEXT, false, 0, 256, Q(q), "Otras palabras: versión, equipo, uso"},
    {TOOL_SEARCH_CARS, "year_min", ARG_NUMBER, false, 1900, 2100, Q(year_min), "Año más antiguo"},
    {TOOL_SEARCH_CARS, "year_max", ARG_NUMBER, false, 1900, 2100, Q(year_max), "Año más reciente"},
    {TOOL_SEARCH_CARS, "price_min", ARG_AMOUNT, false, 0, PRICE_MAX, Q(price_min), "Precio mínimo en pesos: 300 mil es 300000"},
    {TOOL_SEARCH_CARS, "price_max", ARG_AMOUNT, false, 0, PRICE_MAX, Q(price_max), "Precio máximo en pesos: 300 mil es 300000"},
    {TOOL_SEARCH_CARS, "km_min", ARG_NUMBER, false, 0, 10000000, Q(km_min), "Kilómetros, mínimo"},
    {TOOL_SEARCH_CARS, "km_max", ARG_NUMBER, false, 0, 10000000, Q(km_max), "Kilómetros, máximo"},
    {TOOL_SEARCH_CARS, "bluetooth", ARG_WISH, false, 0, 0, Q(bluetooth), "true solo con, false solo sin, null si no importa"},
    {TOOL_SEARCH_CARS, "car_play", ARG_WISH, false, 0, 0, Q(car_play), "true solo con, false solo sin, null si no importa"},
    {TOOL_SEARCH_CARS, "body", ARG_TEXT, false, 0, 64, Q(body), "Carrocería: SUV, sedán, hatchback, pickup"},
    {TOOL_SEARCH_CARS, "fuel", ARG_TEXT, false, 0, 64, Q(fuel), "Combustible: gasolina, híbrido, eléctrico, diésel"},
    {TOOL_SEARCH_CARS, "transmission", ARG_TEXT, false, 0, 64, Q(transmission), "Transmisión: automática o manual"},
    {TOOL_SEARCH_CARS, "colour", ARG_TEXT, false, 0, 64, Q(colour), "Color"},
    {TOOL_SEARCH_CARS, "city", ARG_TEXT, false, 0, 64, Q(city), "Ciudad donde está"},
    {TOOL_SEARCH_CARS, "exclude", ARG_TEXT, false, 0, 256, Q(exclude), "Lo que no quiere: marcas, modelos, colores, carrocerías, separados por comas: «Chevrolet, rojo»"},
    {TOOL_SEARCH_CARS, "length_min", ARG_MM, false, 1, 100000, Q(length_min), "Largo mínimo, mm"},
    {TOOL_SEARCH_CARS, "length_max", ARG_MM, false, 1, 100000, Q(length_max), "Largo máximo, mm"},
    {TOOL_SEARCH_CARS, "width_min", ARG_MM, false, 1, 100000, Q(width_min), "Ancho mínimo, mm"},
    {TOOL_SEARCH_CARS, "width_max", ARG_MM, false, 1, 100000, Q(width_max), "Ancho máximo, mm"},
    {TOOL_SEARCH_CARS, "height_min", ARG_MM, false, 1, 100000, Q(height_min), "Altura mínima, mm"},
    {TOOL_SEARCH_CARS, "height_max", ARG_MM, false, 1, 100000, Q(height_max), "Altura máxima, mm"},
    {TOOL_SEARCH_CARS, "sort", ARG_SORT, false, 0, 16, Q(sort), "Orden: price barato primero, -price caro primero; igual km y year"},
    {TOOL_SEARCH_CARS, "page", ARG_NUMBER, false, 1, 1000000, Q(page), "Página, desde 1"},
    {TOOL_SEARCH_CARS, "page_size", ARG_NUMBER, false, 1, PROTO_MAX_PAGE, Q(page_size), "Autos por página, normalmente null (5)"},
    {TOOL_GET_CAR, "stock_id", ARG_NUMBER, true, 1, INT64_MAX, A(stock_id), "stock_id de un resultado"},
    {TOOL_LIST_MAKES, "make", ARG_TEXT, false, 0, 64, A(make), "Marca cuyos modelos se piden; null: las marcas"},
    {TOOL_QUOTE_FINANCING, "stock_id", ARG_NUMBER, false, 1, INT64_MAX, A(stock_id), "stock_id del auto"},
    {TOOL_QUOTE_FINANCING, "price", ARG_AMOUNT, false, 0, PRICE_MAX, A(price), "Precio en pesos, solo si no hay auto"},
    {TOOL_QUOTE_FINANCING, "down_payment", ARG_AMOUNT, false, 0, PRICE_MAX, A(down_payment), "Enganche en pesos"},
    {TOOL_QUOTE_FINANCING, "down_payment_percent", ARG_PERCENT, false, 0, 100, A(down_bp), "Enganche en por ciento del precio: 20"},
    {TOOL_QUOTE_FINANCING, "months", ARG_MONTHS, false, 1, TOOL_ARGS_MAX_TERM, A(months), "Plazos en meses: [48]; 4 años son 48"},
    {TOOL_SEARCH_KNOWLEDGE, "question", ARG_TEXT, true, 1, 1024, A(text), "La pregunta, con las palabras del cliente"},
    {TOOL_RESOLVE_NAMES, "text", ARG_TEXT, true, 1, PROTO_MAX_TEXT, A(text), "La frase"},
    {TOOL_SAVE_LEAD, "interest", ARG_INTEREST, true, 0, 16, A(interest), "Qué quiere: visit visitar o ver el auto, test_drive manejarlo, reserve apartarlo, buy comprarlo, contact que lo contacten"},
    {TOOL_SAVE_LEAD, "stock_id", ARG_NUMBER, false, 1, INT64_MAX, A(stock_id), "stock_id del auto que ya le mostraste; null si no es de un auto"},
    {TOOL_SAVE_LEAD, "name", ARG_OWN, false, 1, 64, A(name), "Nombre del cliente, como lo escribió; null si no lo dijo"},
    {TOOL_SAVE_LEAD, "contact", ARG_OWN, false, 1, 96, A(contact), "Teléfono o correo, como lo escribió; null si no lo dejó"},
};
/* clang-format on */

const size_t tool_arg_count = sizeof tool_arg_table / sizeof *tool_arg_table;

const char *const tool_sorts[] = {"relevance", "price", "-price", "km",
                                  "-km",       "year",  "-year",  NULL};

tool_id_t tool_by_name(str_t name)
{
    for (tool_id_t tool = 0; tool < TOOL_COUNT; tool++)
        if (str_is(name, tool_specs[tool].name))
            return tool;
    return TOOL_COUNT;
}

const arg_t *tool_arg_by_name(tool_id_t tool, const char *name)
{
    for (size_t i = 0; i < tool_arg_count; i++)
        if (tool_arg_table[i].tool == tool && !strcmp(tool_arg_table[i].name, name))
            return &tool_arg_table[i];
    return NULL;
}

const char *const tool_interests[] = {"visit", "test_drive", "reserve", "buy", "contact", NULL};

/* ---- the schema ---- */

static void schema_type(buf_t *out, const char *type, bool required)
{
    json_key(out, "type");
    if (required) {
        json_quote(out, str_from(type));
        return;
    }
    buf_char(out, '[');
    json_quote(out, str_from(type));
    buf_str(out, ",\"null\"]");
}

static void schema_words(buf_t *out, const char *const *words, bool required)
{
    schema_type(out, "string", required);
    buf_str(out, ",\"enum\":[");
    for (size_t i = 0; words[i]; i++) {
        buf_str(out, i ? "," : "");
        json_quote(out, str_from(words[i]));
    }
    buf_str(out, required ? "]" : ",null]");
}

static void schema_arg(buf_t *out, const arg_t *arg)
{
    json_key(out, arg->name);
    buf_char(out, '{');
    switch (arg->kind) {
    case ARG_TEXT:
    case ARG_OWN:
        schema_type(out, "string", arg->required);
        break;
    case ARG_NUMBER:
    case ARG_MM:
        schema_type(out, "integer", arg->required);
        break;
    case ARG_AMOUNT:
    case ARG_PERCENT:
        schema_type(out, "number", arg->required);
        break;
    case ARG_WISH:
        schema_type(out, "boolean", arg->required);
        break;
    case ARG_SORT:
        schema_words(out, tool_sorts, arg->required);
        break;
    case ARG_INTEREST:
        schema_words(out, tool_interests, arg->required);
        break;
    case ARG_MONTHS:
        schema_type(out, "array", arg->required);
        buf_str(out, ",\"items\":{\"type\":\"integer\"}");
        break;
    }
    json_text(out, "description", str_from(arg->description));
    buf_char(out, '}');
}

static void schema_tool(buf_t *out, tool_id_t tool)
{
    buf_str(out, out->data[out->size - 1] == '[' ? "{" : ",{");
    buf_str(out, "\"type\":\"function\",\"function\":{");
    json_text(out, "name", str_from(tool_specs[tool].name));
    json_text(out, "description", str_from(tool_specs[tool].description));
    buf_str(out, ",\"strict\":true,\"parameters\":{\"type\":\"object\",\"properties\":{");
    for (size_t i = 0; i < tool_arg_count; i++)
        if (tool_arg_table[i].tool == tool)
            schema_arg(out, &tool_arg_table[i]);
    buf_str(out, "},\"required\":[");
    bool first = true;
    for (size_t i = 0; i < tool_arg_count; i++) {
        if (tool_arg_table[i].tool != tool)
            continue;
        if (!first)
            buf_char(out, ',');
        first = false;
        json_quote(out, str_from(tool_arg_table[i].name));
    }
    buf_str(out, "],\"additionalProperties\":false}}}");
}

void tool_table_schema(buf_t *out)
{
    buf_char(out, '[');
    for (tool_id_t tool = 0; tool < TOOL_COUNT; tool++)
        if (tool_specs[tool].offered)
            schema_tool(out, tool);
    buf_char(out, ']');
}

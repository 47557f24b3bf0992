#include "catalog/synonyms.h"

#include "catalog/lex.h"

/* clang-format off */
static const struct {
    synonyms_kind_t kind;
    const char *words; /* folded, between blanks */
} groups[] = {
    {SYNONYMS_COLOUR, "rojo red vermelho"}, {SYNONYMS_COLOUR, "blanco white branco"},
    {SYNONYMS_COLOUR, "negro black preto"}, {SYNONYMS_COLOUR, "gris gray grey cinza"},
    {SYNONYMS_COLOUR, "plata silver prata plateado"}, {SYNONYMS_COLOUR, "azul blue"},
    {SYNONYMS_COLOUR, "verde green"}, {SYNONYMS_COLOUR, "amarillo yellow amarelo"},
    {SYNONYMS_COLOUR, "naranja orange laranja"}, {SYNONYMS_COLOUR, "cafe brown marron marrom"},
    {SYNONYMS_COLOUR, "vino tinto burgundy guinda"}, {SYNONYMS_COLOUR, "dorado gold"},
    {SYNONYMS_COLOUR, "beige arena"},
    {SYNONYMS_TRANSMISSION, "automatico automatic automatizada cvt dct dsg tiptronic"},
    {SYNONYMS_TRANSMISSION, "manual estandar standard stick"},
    {SYNONYMS_FUEL, "gasolina gasoline petrol gas"}, {SYNONYMS_FUEL, "diesel tdi"},
    {SYNONYMS_FUEL, "hibrido hybrid"}, {SYNONYMS_FUEL, "electrico electric"},
    {SYNONYMS_BODY, "suv crossover camioneta camionetas"},
    {SYNONYMS_BODY, "pickup caminhonete troca camioneta camionetas truck"},
    {SYNONYMS_BODY, "sedan saloon"}, {SYNONYMS_BODY, "hatchback hatch compacto"},
    {SYNONYMS_BODY, "convertible cabrio cabriolet descapotable conversivel"},
    {SYNONYMS_BODY, "coupe deportivo"}, {SYNONYMS_BODY, "minivan van monovolumen"},
    {SYNONYMS_CITY, "cdmx df mexico"}, {SYNONYMS_CITY, "mty monterrey"},
    {SYNONYMS_CITY, "gdl guadalajara"}, {SYNONYMS_CITY, "qro queretaro"}, {SYNONYMS_CITY, "tj tijuana"},
    {SYNONYMS_SHOP, "garantia warranty guarantee"},
    {SYNONYMS_SHOP, "devolucion devolver return returns refund reembolso devolucao"},
    {SYNONYMS_SHOP, "pago pagar payment pay pagamento"},
    {SYNONYMS_SHOP, "financiamiento financiar credito financing credit loan plazos financiamento"},
    {SYNONYMS_SHOP, "enganche entrada down deposito anticipo"},
    {SYNONYMS_SHOP, "mensualidad instalment installment parcelas"},
    {SYNONYMS_SHOP, "tasa interes rate juros"},
    {SYNONYMS_SHOP, "horario hora horas abren abierto cierran hours open opening schedule"},
    {SYNONYMS_SHOP, "direccion ubicacion ubicados sucursal domicilio donde address location located branch where endereco onde"},
    {SYNONYMS_SHOP, "prueba manejo probar test drive"},
    {SYNONYMS_SHOP, "cuenta permuta intercambio cambio trade exchange"},
    {SYNONYMS_SHOP, "entrega envio entregan envian delivery deliver shipping ship entregar"},
    {SYNONYMS_SHOP, "seguro aseguradora insurance insured"},
    {SYNONYMS_SHOP, "documento papeles requisitos document paperwork papers requirements documentacao"},
    {SYNONYMS_SHOP, "factura facturan invoice receipt nota"},
    {SYNONYMS_SHOP, "apartar apartado reservar reserve hold booking reserva"},
    {SYNONYMS_SHOP, "inspeccion revision inspeccionados certificado inspection inspected certified"},
    {SYNONYMS_SHOP, "telefono contacto whatsapp phone contact call llamar"},
    {SYNONYMS_SHOP, "asesor vendedor persona humano agente advisor agent human person"},
    {SYNONYMS_SHOP, "placas tenencia verificacion tramites plates registration"},
    {SYNONYMS_SHOP, "cita agendar appointment visit visita"},
    {SYNONYMS_SHOP, "efectivo cash transferencia transfer tarjeta card dinheiro"},
    {SYNONYMS_SHOP, "vender venden compran sell selling venda"},
    {SYNONYMS_SHOP, "historial accidentes siniestro history accident"},
    {SYNONYMS_SHOP, "precio negociable descuento discount negotiable bargain"},
};
/* clang-format on */

static bool next_word(const char **at, str_t *word)
{
    *at += strspn(*at, " ");
    *word = (str_t){*at, strcspn(*at, " ")};
    *at += word->size;
    return word->size > 0;
}

static bool has(const char *group, str_t stem)
{
    str_t word;
    while (next_word(&group, &word))
        if (str_eq(lex_stem(word), stem))
            return true;
    return false;
}

size_t synonyms_of(str_t folded, str_t words[SYNONYMS_MAX])
{
    size_t count = 0;
    str_t stem = lex_stem(folded), word;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (!has(groups[i].words, stem))
            continue;
        for (const char *at = groups[i].words; next_word(&at, &word) && count < SYNONYMS_MAX;)
            if (!str_eq(lex_stem(word), stem))
                words[count++] = word;
    }
    return count;
}

synonyms_kind_t synonyms_kind(str_t folded)
{
    str_t stem = lex_stem(folded);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (has(groups[i].words, stem))
            return groups[i].kind;
    return SYNONYMS_NONE;
}

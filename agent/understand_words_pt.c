/* Portuguese, as visitors from Brazil write it. */
#include "agent/understand_words.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* clang-format off */
static const phrase_row_t PHRASES[] = {
    SAY("oi", SAYS_HELLO), SAY("ola", SAYS_HELLO), GREET("bom dia", "Bom dia!"),
    GREET("boa tarde", "Boa tarde!"), GREET("boa noite", "Boa noite!"), SAY("tudo bem", SAYS_HELLO),
    SAY("obrigado", SAYS_THANKS), SAY("obrigada", SAYS_THANKS), SAY("muito obrigado", SAYS_THANKS),
    SAY("muito obrigada", SAYS_THANKS), SAY("valeu", SAYS_THANKS), SAY("tchau", SAYS_BYE),
    SAY("ate logo", SAYS_BYE), SAY("ate mais", SAYS_BYE), SAY("so isso", SAYS_BYE),
    SAY("sim", SAYS_YES), SAY("claro", SAYS_YES), SAY("pode ser", SAYS_YES), SAY("isso", SAYS_YES),
    SAY("sim por favor", SAYS_YES), SAY("nao", SAYS_NO),
    SAY("nao obrigado", SAYS_NO | SAYS_THANKS), SAY("nao gostei", SAYS_NO),
    VALUE("nao quero", NOT, SAYS_NO), USTED("o senhor", 0), USTED("a senhora", 0),
    SAY("uma pessoa", SAYS_PERSON), SAY("pessoa real", SAYS_PERSON), SAY("atendente", SAYS_PERSON),
    SAY("vendedor", SAYS_PERSON), SAY("falar com alguem", SAYS_PERSON),
    SAY("falar com", SAYS_PERSON), SAY("humano", SAYS_PERSON), SAY("me ligue", SAYS_PERSON),
    SAY("me liga", SAYS_PERSON), SAY("idiota", SAYS_ABUSE), SAY("merda", SAYS_ABUSE),
    SAY("burro", SAYS_ABUSE), SAY("caralho", SAYS_ABUSE), SAY("porra", SAYS_ABUSE),
    SAY("ignore", SAYS_TRICK), SAY("suas regras", SAYS_TRICK), SAY("suas instrucoes", SAYS_TRICK),
    SAY("instrucoes anteriores", SAYS_TRICK), SAY("finja", SAYS_TRICK),
    SAY("aja como", SAYS_TRICK), SAY("voce agora e", SAYS_TRICK), SAY("um dolar", SAYS_TRICK),
    SAY("de graca", SAYS_TRICK), SAY("poema", SAYS_OFFTOPIC), SAY("piada", SAYS_OFFTOPIC),
    SAY("receita", SAYS_OFFTOPIC), SAY("futebol", SAYS_OFFTOPIC), SAY("presidente", SAYS_OFFTOPIC),
    SAY("clima", SAYS_OFFTOPIC), SAY("traduza", SAYS_OFFTOPIC), SAY("desconto*", SAYS_HAGGLE),
    SAY("melhor preco", SAYS_HAGGLE), SAY("menor preco", SAYS_HAGGLE),
    SAY("negociar", SAYS_HAGGLE), SAY("negociavel", SAYS_HAGGLE),
    SAY("esquece tudo", SAYS_RESET), SAY("esqueca tudo", SAYS_RESET),
    SAY("limpar conversa", SAYS_RESET), SAY("limpar a conversa", SAYS_RESET),
    SAY("apagar conversa", SAYS_RESET), SAY("apagar a conversa", SAYS_RESET),
    SAY("apague a conversa", SAYS_RESET), SAY("recomecar", SAYS_RESET),
    SAY("comecar de novo", SAYS_RESET), SAY("reiniciar", SAYS_RESET),
    SAY("voce e um robo", SAYS_WHO), SAY("quem e voce", SAYS_WHO), SAY("ajuda", SAYS_WHO),
    SAY("o que voce faz", SAYS_WHO),

    SAY("procuro", SAYS_SEARCH), SAY("procurando", SAYS_SEARCH), SAY("quero", SAYS_SEARCH),
    SAY("queria", SAYS_SEARCH), SAY("gostaria", SAYS_SEARCH), SAY("preciso", SAYS_SEARCH),
    SAY("voce tem", SAYS_SEARCH), SAY("voces tem", SAYS_SEARCH), SAY("tem", SAYS_SEARCH),
    SAY("mostre", SAYS_SEARCH), SAY("me mostra", SAYS_SEARCH), SAY("mostrar", SAYS_SEARCH),
    SAY("comprar", SAYS_SEARCH), SAY("opcoes", SAYS_SEARCH), SAY("carro*", SAYS_CAR),
    SAY("veiculo*", SAYS_CAR), SAY("e em", SAYS_ALSO), SAY("e de", SAYS_ALSO),
    SAY("e se", SAYS_ALSO), SAY("mas", SAYS_ALSO), SAY("quais marcas", SAYS_MAKES),
    SAY("que marcas", SAYS_MAKES), SAY("quais modelos", SAYS_MAKES),
    SAY("outra marca", SAYS_OTHER_MAKE), SAY("outra cor", SAYS_OTHER_COLOUR),
    SAY("outras cores", SAYS_OTHER_COLOUR), SAY("qualquer", SAYS_ANY), SAY("tanto faz", SAYS_ANY),
    SAY("esse", SAYS_THIS), SAY("essa", SAYS_THIS), SAY("aquele", SAYS_THIS),
    SAY("o mesmo", SAYS_THIS), SAY("desses", SAYS_OF_THESE), SAY("destes", SAYS_OF_THESE),
    SAY("muito caro", SAYS_TOO_EXPENSIVE), SAY("ta caro", SAYS_TOO_EXPENSIVE),
    SAY("ainda disponivel", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("ainda esta disponivel", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("ainda a venda", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("ainda esta a venda", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("ainda tem ele", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("continua disponivel", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("vai estar disponivel", SAYS_STILL | SAYS_DETAIL | SAYS_THIS),
    SAY("detalhes", SAYS_DETAIL), SAY("mais informacoes", SAYS_DETAIL),
    SAY("informacoes", SAYS_DETAIL), SAY("gostei", SAYS_DETAIL), SAY("me interessa", SAYS_DETAIL),
    SAY("quanto custa", SAYS_DETAIL), SAY("preco", SAYS_DETAIL), SAY("ficha", SAYS_DETAIL),
    SAY("link*", SAYS_DETAIL), SAY("foto*", SAYS_PHOTO | SAYS_DETAIL),
    SAY("compare", SAYS_COMPARE), SAY("comparar", SAYS_COMPARE), SAY("diferenca", SAYS_COMPARE),
    SAY("voce cotou", SAYS_QUOTED), SAY("cotou", SAYS_QUOTED), SAY("me cotou", SAYS_QUOTED),
    SAY("cotado", SAYS_QUOTED), SAY("orcou", SAYS_QUOTED), SAY("voce simulou", SAYS_QUOTED),
    SAY("simulou", SAYS_QUOTED), SAY("que gostei", SAYS_LIKED), SAY("que eu gostei", SAYS_LIKED),
    SAY("que escolhi", SAYS_LIKED), SAY("que eu escolhi", SAYS_LIKED),
    SAY("que vimos", SAYS_LIKED), SAY("de antes", SAYS_LIKED),
    SAY("financiado", SAYS_QUOTE), SAY("financiar", SAYS_QUOTE), SAY("parcela*", SAYS_QUOTE),
    SAY("parcelado", SAYS_QUOTE), SAY("prestacao", SAYS_QUOTE), SAY("prestacoes", SAYS_QUOTE),
    SAY("mensalidade*", SAYS_QUOTE), SAY("quanto fica", SAYS_QUOTE),
    SAY("quanto ficaria", SAYS_QUOTE), SAY("simular", SAYS_QUOTE), SAY("simulacao", SAYS_QUOTE),

    ASK("horario*", TOPIC_HOURS), ASK("que horas", TOPIC_HOURS), ASK("abrem", TOPIC_HOURS),
    ASK("fecham", TOPIC_HOURS), ASK("onde fica", TOPIC_PLACE), ASK("onde ficam", TOPIC_PLACE),
    ASK("onde voces estao", TOPIC_PLACE), ASK("endereco", TOPIC_PLACE),
    ASK("localizacao", TOPIC_PLACE), ASK("garantia*", TOPIC_GUARANTEE),
    ASK("documentos", TOPIC_DOCUMENTS), ASK("documentacao", TOPIC_DOCUMENTS),
    ASK("requisitos", TOPIC_DOCUMENTS), ASK("test drive", TOPIC_TEST_DRIVE),
    ASK("dirigir", TOPIC_TEST_DRIVE), ASK("na troca", TOPIC_TRADE_IN),
    ASK("de troca", TOPIC_TRADE_IN), ASK("como troca", TOPIC_TRADE_IN), ASK("em troca", TOPIC_TRADE_IN), ASK("meu carro", TOPIC_TRADE_IN),
    ASK("formas de pagamento", TOPIC_PAYMENT), ASK("dinheiro", TOPIC_PAYMENT),
    ASK("cartao", TOPIC_PAYMENT), ASK("a vista", TOPIC_PAYMENT), ASK("reservar", TOPIC_HOLD),
    ASK("reserva", TOPIC_HOLD), ASK("entrega*", TOPIC_DELIVERY), ASK("frete", TOPIC_DELIVERY),
    ASK("enviam", TOPIC_DELIVERY), ASK("financiamento", TOPIC_FINANCING),
    ASK("credito", TOPIC_FINANCING), ASK("juros", TOPIC_FINANCING), ASK("taxa", TOPIC_FINANCING),
    ASK("devolver", TOPIC_RETURN), ASK("devolucao", TOPIC_RETURN), ASK("batido", TOPIC_INSPECTION),
    ASK("revisao", TOPIC_SERVICE), ASK("manutencao", TOPIC_SERVICE),
    ASK("telefone", TOPIC_CONTACT),

    NAME("mais barato", SORT, "price"), NAME("mais baratos", SORT, "price"),
    NAME("mais barata", SORT, "price"), NAME("mais baratas", SORT, "price"),
    NAME("barato", SORT, "price"), NAME("mais em conta", SORT, "price"),
    NAME("economico", SORT, "price"), NAME("mais caro", SORT, "-price"),
    NAME("mais caros", SORT, "-price"), NAME("mais novo", SORT, "-year"),
    NAME("mais novos", SORT, "-year"), NAME("mais recente*", SORT, "-year"),
    NAME("mais antigo*", SORT, "year"), NAME("menos km", SORT, "km"),
    NAME("baixa quilometragem", SORT, "km"), NAME("pouca quilometragem", SORT, "km"),
    NAME("menos quilometragem", SORT, "km"), NAME("menor quilometragem", SORT, "km"),
    NAME("menos rodado*", SORT, "km"), NAME("pouco rodado*", SORT, "km"),

    IS("mais", MORE_ALL), VALUE("mais opcoes", PAGE, PAGE_NEXT), VALUE("outros", PAGE, PAGE_NEXT),
    VALUE("proxima", PAGE, PAGE_NEXT), VALUE("proximo", PAGE, PAGE_NEXT),
    VALUE("proxima pagina", PAGE, PAGE_NEXT), VALUE("proximos", PAGE, PAGE_NEXT),
    VALUE("voltar", PAGE, PAGE_BACK), VALUE("volta", PAGE, PAGE_BACK),
    VALUE("pagina anterior", PAGE, PAGE_BACK), VALUE("anterior", PAGE, PAGE_BACK),
    IS("pagina", PAGE_WORD), VALUE("primeiro", ORDINAL, 1), VALUE("primeira", ORDINAL, 1),
    VALUE("segundo", ORDINAL, 2), VALUE("segunda", ORDINAL, 2), VALUE("terceiro", ORDINAL, 3),
    VALUE("terceira", ORDINAL, 3), VALUE("quarto", ORDINAL, 4), VALUE("quinto", ORDINAL, 5),
    VALUE("o ultimo", ORDINAL, -1), VALUE("a ultima", ORDINAL, -1), VALUE("numero um", ORDINAL, 1),
    IS("numero", NTH), IS("opcao", NTH),

    NAME("automatico", TRANSMISSION, "Automática"), NAME("automatica", TRANSMISSION, "Automática"),
    NAME("automaticos", TRANSMISSION, "Automática"), NAME("cambio manual", TRANSMISSION, "Manual"),
    NAME("cambio automatico", TRANSMISSION, "Automática"), NAME("caminhonete*", BODY, "Pickup"),
    NAME("picape*", BODY, "Pickup"), NAME("esportivo", BODY, "Coupé"),
    NAME("conversivel", BODY, "Convertible"), NAME("hibrido*", FUEL, "Híbrido"),
    NAME("eletrico*", FUEL, "Eléctrico"), NAME("gasolina", FUEL, "Gasolina"),
    NAME("vermelho", COLOUR, "Rojo"), NAME("vermelha", COLOUR, "Rojo"),
    NAME("azul", COLOUR, "Azul"), NAME("branco", COLOUR, "Blanco"),
    NAME("branca", COLOUR, "Blanco"), NAME("preto", COLOUR, "Negro"),
    NAME("preta", COLOUR, "Negro"), NAME("cinza", COLOUR, "Gris"), NAME("prata", COLOUR, "Plata"),
    NAME("verde", COLOUR, "Verde"), NAME("amarelo", COLOUR, "Amarillo"),
    NAME("marrom", COLOUR, "Café"),

    IS("de", OF), VALUE("do", OF, 1), VALUE("da", OF, 1), IS("e", JOIN), IS("ou", JOIN),
    IS("a", AT), IS("em", AT), IS("por", AT), IS("o", THE), IS("menos de", LESS),
    IS("menos que", LESS), IS("ate", LESS), IS("abaixo de", LESS), IS("no maximo", LESS),
    IS("maximo de", LESS), IS("maximo", LESS), IS("menor que", LESS), VALUE("antes de", LESS, 1),
    BOUND("mais velho que", LESS, 1, "year"), IS("mais de", MORE), IS("mais que", MORE),
    IS("acima de", MORE), IS("desde", MORE), IS("a partir de", MORE), IS("pelo menos", MORE),
    IS("no minimo", MORE), BOUND("mais novo que", MORE, 1, "-year"),
    BOUND("mais novos que", MORE, 1, "-year"), VALUE("depois de", MORE, 1), IS("cerca de", ABOUT),
    IS("por volta de", ABOUT), IS("uns", ABOUT), IS("mais ou menos", ABOUT), IS("entre", BETWEEN),
    IS("orcamento", BUDGET), IS("meu orcamento e", BUDGET), IS("orcamento de", BUDGET),
    IS("tenho", BUDGET), IS("ou menos", AFTER_LESS), IS("para baixo", AFTER_LESS),
    IS("ou mais", AFTER_MORE), IS("em diante", AFTER_MORE), IS("para cima", AFTER_MORE),
    IS("ou mais novo", AFTER_MORE), IS("quilometro*", KM), IS("quilometros", KM),
    IS("quilometragem", KM), IS("mes", MONTHS), IS("meses", MONTHS),
    VALUE("parcelas", MONTHS, SAYS_QUOTE), IS("vezes", MONTHS), IS("x", FILL), IS("ano", YEARS),
    IS("anos", YEARS), IS("anos de uso", AGE), IS("por mes", MONTHLY), IS("ao mes", MONTHLY),
    IS("mensais", MONTHLY), IS("pesos", PESOS), IS("dolares", DOLLARS), IS("por cento", PERCENT),
    IS("entrada", DOWN), IS("de entrada", DOWN), IS("uma entrada", DOWN),
    VALUE("sem entrada", DOWN_BP, 0), IS("dou", GIVE), IS("portas", OTHER_UNIT),
    IS("lugares", SEATS), IS("pessoas", SEATS), IS("sem", WITHOUT), IS("modelo", YEAR),

    /* what entries have no column for */
    NAME("teto solar", EQUIPMENT, "teto solar"),
    NAME("bancos de couro", EQUIPMENT, "bancos de couro"),
    NAME("couro", EQUIPMENT, "bancos de couro"), NAME("camera de re", EQUIPMENT, "câmera de ré"),
    NAME("sensores", EQUIPMENT, "sensores"),
    NAME("piloto automatico", EQUIPMENT, "piloto automático"),
    NAME("airbags", EQUIPMENT, "airbags"), NAME("ar condicionado", EQUIPMENT, "ar-condicionado"),
    NAME("vidros eletricos", EQUIPMENT, "vidros elétricos"),
    NAME("quantas portas", EQUIPMENT, "portas"), NAME("quantos cavalos", EQUIPMENT, "potência"),
    NAME("porta malas", EQUIPMENT, "porta-malas"),
    NAME("android auto", EQUIPMENT, "Android Auto"),
    IS("algo parecido", SIMILAR), IS("algo semelhante", SIMILAR), IS("parecidos", SIMILAR),
    IS("outro parecido", SIMILAR),

    /* what the shop may have written about, or not */
    NAME("tem seguro", SHOP, "seguro"), NAME("o seguro", SHOP, "seguro"),
    NAME("quantos donos", SHOP, "donos"), NAME("unico dono", SHOP, "donos"),
    NAME("estacionamento", SHOP, "estacionamento"), NAME("placas", SHOP, "placas"),

    VALUE("qualquer cor", ANY, ANY_COLOUR), VALUE("a cor nao importa", ANY, ANY_COLOUR),
    VALUE("qualquer marca", ANY, ANY_MAKE), ASK("nome sujo", TOPIC_BUREAU),

    IS("menos", NOT), IS("nem", NOT), IS("que nao seja", NOT), IS("que nao sejam", NOT),
    IS("nao seja", NOT), IS("exceto", NOT), IS("nada de", NOT), VALUE("tudo menos", NOT, SAYS_ANY),
    VALUE("qualquer um menos", NOT, SAYS_ANY), IS("somos", SEATED), IS("consumo", ECONOMY),
    IS("baixo consumo", ECONOMY), IS("gaste pouco", ECONOMY), IS("gasta pouco", ECONOMY),
    IS("beba pouco", ECONOMY), IS("economico de combustivel", ECONOMY),
    NAME("tracao integral", DRIVE, "AWD"),
};
/* clang-format on */

static const number_row_t NUMBERS[] = {
    {"zero", 0},           {"um", 1},           {"uma", 1},          {"dois", 2},
    {"duas", 2},           {"tres", 3},         {"quatro", 4},       {"cinco", 5},
    {"seis", 6},           {"sete", 7},         {"oito", 8},         {"nove", 9},
    {"dez", 10},           {"onze", 11},        {"doze", 12},        {"quinze", 15},
    {"vinte", 20},         {"trinta", 30},      {"quarenta", 40},    {"cinquenta", 50},
    {"sessenta", 60},      {"setenta", 70},     {"oitenta", 80},     {"noventa", 90},
    {"cem", 100},          {"cento", 100},      {"duzentos", 200},   {"trezentos", 300},
    {"quatrocentos", 400}, {"quinhentos", 500}, {"seiscentos", 600}, {"setecentos", 700},
    {"oitocentos", 800},   {"novecentos", 900}, {"mil", 1000},       {"milhao", 1000000},
    {"milhoes", 1000000},
};

static const char FILL[] =
    "que eu me meu minha seu sua nos voce voces ele ela eles elas lhe se com sem para pra por no "
    "na "
    "nos nas ao aos um uma uns umas as os isto isso este esta muito muita mais menos ja so tambem "
    "ser sou esta estou estao estava foi seria sao era ter tenho tem tinha ha pode posso poderia "
    "quero quer gosto gostaria ver saber dizer diga fazer faz como quando onde qual quais quanto "
    "quanta quantos quantas algum alguma alguns algumas algo tudo todos nada cada outro outra bom "
    "boa bonito novo nova usado usados grande pequeno familia trabalho cor cores marca modelo "
    "versao tipo por favor aqui ali la hoje agora depois antes sempre nunca porque entao obrigado "
    "dinheiro pagar pago custa valor barato caro disponivel interessado lista numero procura "
    "sabado domingo domingos segunda terca feira das feriados fechamos abrimos nossa nosso nossos "
    "loja "
    "lojas aceita aceitam reais meio escreva";

const word_tables_t words_pt = {PHRASES, COUNT(PHRASES), NUMBERS, COUNT(NUMBERS), FILL};

#include "agent/survey_words.h"

#include "common/text.h"

#define MAX_WORD 48 /* bytes of a folded word; longer ones are nobody's */

typedef struct row {
    uint32_t is;
    int64_t value;     /* of a number */
    const char *words; /* folded, a blank between two; "ja*" stands for all that begins so */
} row_t;

/* clang-format off */
#define IS(name) SURVEY_IS_##name
static const row_t ROWS[] = {
    /* beside a score */
    {IS(AROUND), 0,
     "un una an le les te doy daria damos pongo pondria ponle califico calificaria asigno mi es seria serian yo "
     "diria que creo pues mm* eh ah este ja* je* hola para ustedes usted ti ahi va aqui merece merecen mereces "
     "recomendaria recomiendo probable totalmente definitivamente como con del tal vez quizas honestamente "
     "sinceramente facil ese seguro duda dudarlo duvida certeza sem respuesta resposta"},
    {IS(AROUND), 0,
     "i d s ll m would say give you it is think maybe my from on probably about haha* lol easily"},
    {IS(AROUND), 0,
     "um uma dou daria eu acho minha voces com"},
    {IS(AROUND) | IS(SCALE), 0, "de of"},
    {IS(SCALE), 0, "sobre out outta em"},
    {IS(AROUND) | IS(RATING), 0,
     "calificacion puntuacion puntaje nota puntos punto score rating rate points point pontos ponto pontuacao "
     "avaliacao escala scale"},
    {IS(AROUND) | IS(POLITE), 0, "favor por please gracias muchas thanks thank thx obrigado obrigada muito"},
    {IS(LINK), 0, "y e and pero aunque solo but although only so porem"},
    {IS(LINK) | IS(BECAUSE), 0, "porque pq xq porq ya because cause since pois"},
    {IS(OR), 0, "o u or ou entre between"},
    {IS(TO), 0, "al to ate"},
    {IS(TO) | IS(AROUND), 0, "a"},
    {IS(MENDING), 0,
     "perdon quise decir era digo sorry meant mean desculpa desculpe quis dizer me equivoque corrijo error"},
    {IS(HALF), 0, "medio media half meio"},
    {IS(VISIT), 0, "manana voy vamos ire paso visito visita cita verlo verla tomorrow visit amanha vou visitar"},
    {IS(THE), 0, "el la los las lo me nos the they you we it o os as todo"},
    {IS(STARS), 0, "estrellas estrella stars star estrelas estrela"},

    /* yes and no */
    {IS(YES) | IS(AROUND), 0,
     "si sii* sip claro simon supuesto obvio yes yeah yep sure sim certamente absolutely definitely"},
    {IS(DEGREE), 0,
     "mucho muchisimo poco bastante probablemente probable recomendaria recomiendo recomendarla recomendarlos vez "
     "quizas talvez maybe probably recommend likely recomendo muitissimo pouco"},
    {IS(REFUSAL), 0,
     "no nel nop nope nah nao nada ninguno ninguna nothing none luego despues later depois paso pass not ahorita ni"},
    {IS(REFUSAL) | IS(AROUND), 0, "sin"},
    {IS(POLITE), 0,
     "ahora se idea digo contesto aviso te les encuesta encuestas survey pesquisa know mejor prefiero quiero contestar responder comentario comentarios comentar opinar tengo tiempo "
     "momento nomas now right moment time answer rather agora quero tenho i d don t want to el eso mas more"},

    /* what is thought of it */
    {IS(VERDICT), 0,
     "excelente excelentes buenisimo buenisima buenisimos bien mal malo mala malos malas malisimo malisima buen "
     "buena bueno regular pesimo pesima pesimos pesimas horrible terrible genial perfecto perfecta fantastico "
     "increible maravilloso chido padre padrisimo encanta encanto encantaron gusto gustaron gustado gusta agrado "
     "agradable atencion atendieron atendio atendido atienden atiende servicio trato rapido rapida rapidos rapidas "
     "rapidez agil lento lenta lentos lentas tardan tardaron tarda tardo tardado tardada tardanza demora demoran "
     "amable amables amabilidad paciencia paciente clara claros claridad facil dificil complicado complicada "
     "confuso confusa util inutil contestan contestaron contesta contesto respuesta respuestas responden responde "
     "respondieron respondio ayuda ayudaron ayudo falta falto faltan faltaron faltaria mejorar mejoren mejoraria "
     "peor precio precios caro caros cara caras bot robot maquina experiencia recomendable recomendables "
     "satisfecho satisfecha contento contenta feliz molesto molesta enojado enojada decepcionado decepcionada "
     "decepcion jamas nunca todo toda calidad profesional profesionales comodo comoda practico practica sencillo "
     "sencilla honesto honestos honestidad transparente transparentes transparencia confianza confiable confiables "
     "variedad entendio entiende entienden entender entendi muy masomenos asco porqueria basura chafa informacion "
     "repite repetitivo"},
    {IS(VERDICT), 0,
     "excellent great good bad awful terrible amazing awesome perfect poor worst best love loved like liked service "
     "attention fast quick quickly slow slowly helpful helped help useless friendly polite rude easy hard difficult "
     "confusing clear answers answered reply replies replied response responses experience recommend answer happy "
     "satisfied disappointed disappointing nice fine waste wait waited waiting price prices expensive cheap very "
     "horrible mediocre okay everything understand understood understands never"},
    {IS(VERDICT), 0,
     "otimo otima bom boa ruim pessimo pessima horrivel gostei adorei atendimento atenderam atendeu demorou "
     "demorado demoram simpatico simpaticos educado educados ajuda ajudou ajudaram recomendo satisfeito satisfeita "
     "bem legal perfeito perfeita mau melhor pior preco precos rapidamente tudo maravilhoso incrivel fantastica "
     "entendeu entende"},

    {IS(NUMBER), 0, "cero zero"},
    {IS(NUMBER), 1, "uno one um"},
    {IS(NUMBER), 2, "dos two dois duas"},
    {IS(NUMBER), 3, "tres three"},
    {IS(NUMBER), 4, "cuatro four quatro"},
    {IS(NUMBER), 5, "cinco sinco five"},
    {IS(NUMBER), 6, "seis six"},
    {IS(NUMBER), 7, "siete seven sete"},
    {IS(NUMBER), 8, "ocho eight oito"},
    {IS(NUMBER), 9, "nueve nuebe nine nove"},
    {IS(NUMBER), 10, "diez dies ten dez"},
};
/* clang-format on */

/* ---- one word ---- */

static bool is_among(str_t word, const char *words)
{
    while (*words) {
        size_t size = strcspn(words, " ");
        bool open = words[size - 1] == '*';
        size_t fixed = size - open;
        if (word.size >= fixed && (open || word.size == fixed) &&
            memcmp(word.data, words, fixed) == 0)
            return true;
        words += size + (words[size] == ' ');
    }
    return false;
}

static void look_up(str_t word, survey_token_t *token)
{
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (is_among(word, ROWS[i].words)) {
            token->is |= ROWS[i].is;
            if (ROWS[i].is & SURVEY_IS_NUMBER)
                token->value = ROWS[i].value;
        }
}

/* ---- characters ---- */

/* Letters of all scripts, but no marks and no emoji. */
static bool is_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= 0xc0 && c < 0x2000 && c != 0xd7 && c != 0xf7) || (c >= 0x2c00 && c < 0xd800);
}

static bool is_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}

/* What only changes how the character before it looks: 9 and these two are a key. */
static bool is_variation(uint32_t c)
{
    return c == 0xfe0f || c == 0x20e3 || c == 0x200d || (c >= 0x1f3fb && c <= 0x1f3ff);
}

static bool is_face(uint32_t c)
{
    return (c >= 0x1f300 && c < 0x1fb00) || (c >= 0x2600 && c < 0x27c0) || c == 0x2b50;
}

/* Whether it is a verdict too. */
static bool is_verdict(uint32_t c)
{
    static const uint32_t faces[] = {0x1f44d, 0x1f44e, 0x1f44c, 0x1f64c, 0x1f44f, 0x2764,  0x1f60d,
                                     0x1f60a, 0x1f600, 0x1f603, 0x1f604, 0x1f601, 0x1f929, 0x2b50,
                                     0x1f31f, 0x1f4af, 0x1f525, 0x1f970, 0x1f4aa, 0x1f642, 0x1f641,
                                     0x1f621, 0x1f620, 0x1f624, 0x1f61e, 0x1f612, 0x1f92e, 0x1f4a9};
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++)
        if (faces[i] == c)
            return true;
    return false;
}

static uint32_t peek(str_t text, size_t at)
{
    return utf8_next(text, &at);
}

/* ---- tokens ---- */

/* Digits, "8.5" as 8 and a half dropped, "9no" and "10k" as words. */
static void read_number(str_t text, size_t *at, survey_token_t *token)
{
    size_t digits = 0, next = *at;
    int64_t value = 0;
    bool word = false;
    for (uint32_t c; is_digit(c = peek(text, next)) || is_variation(c);) {
        utf8_next(text, &next);
        if (!is_digit(c))
            continue;
        value = value > 1000 ? value : value * 10 + (c & 0xf);
        digits++;
    }
    size_t tail = next;
    uint32_t point = utf8_next(text, &tail);
    if ((point == '.' || point == ',') && is_digit(peek(text, tail))) {
        size_t places = 0;
        int64_t part = 0;
        for (; is_digit(peek(text, tail)); places++)
            part += utf8_next(text, &tail) & 0xf;
        word = places > 2 || (value == 10 && part > 0); /* 10.5 is not on the scale */
        next = tail;
    }
    while (is_letter(peek(text, next)) || is_digit(peek(text, next))) {
        utf8_next(text, &next);
        word = true;
    }
    *at = next;
    token->digits = true;
    token->value = word ? -1 : value;
    if (!word && value <= 10 && digits == (value == 10 ? 2u : 1u))
        token->is = SURVEY_IS_NUMBER;
}

static void read_word(str_t text, size_t *at, survey_token_t *token, buf_t *folded)
{
    while (is_letter(peek(text, *at)) || is_digit(peek(text, *at)))
        utf8_next(text, at);
    buf_clear(folded);
    text_fold(folded, (str_t){text.data + token->from, *at - token->from});
    if (buf_ok(folded) && folded->size <= MAX_WORD)
        look_up(buf_view(folded), token);
}

static void read_sign(uint32_t c, survey_token_t *token)
{
    if (c == '?' || c == 0xbf) {
        token->is = SURVEY_IS_MARK | SURVEY_IS_ASKING;
        token->mark = c == '?' ? '?' : 0;
    } else if (c == 0x1f51f) { /* a key with 10 on it */
        token->is = SURVEY_IS_NUMBER;
        token->value = 10;
    } else if (is_face(c)) {
        token->is = SURVEY_IS_FACE | (is_verdict(c) ? SURVEY_IS_VERDICT : 0u);
    } else {
        token->is = SURVEY_IS_MARK;
        token->mark = c < 0x80 ? (char)c : '.';
    }
}

/* A sign that hangs on the number behind it, and on nothing before. */
static bool hangs(str_t text, size_t at)
{
    if (at == 0)
        return false;
    char sign = text.data[at - 1];
    bool known = sign == '$' || sign == '#' || sign == '-' || sign == '+';
    return known && (at == 1 || text.data[at - 2] == ' ' || text.data[at - 2] == '\n');
}

size_t survey_tokens(str_t text, survey_token_t *tokens, size_t max)
{
    size_t count = 0;
    buf_t folded;
    buf_init(&folded, 4096);
    for (size_t at = 0; at < text.size && count < max;) {
        survey_token_t token = {.from = at, .value = -1};
        uint32_t c = peek(text, at);
        if (is_digit(c)) {
            read_number(text, &at, &token);
            token.glued = hangs(text, token.from);
        } else if (is_letter(c)) {
            read_word(text, &at, &token, &folded);
        } else {
            utf8_next(text, &at);
            if (c == ' ' || c == '\t' || c == '\r' || c == 0xa0 || is_variation(c))
                continue;
            read_sign(c, &token);
        }
        token.to = at;
        tokens[count++] = token;
    }
    buf_free(&folded);
    return count;
}

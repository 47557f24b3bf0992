/* What the shop wrote about itself: which question to ask, and which passage answers it. */
#include "agent/offline_scene.h"
#include "common/text.h"

#define MOST_PASSAGE 700 /* bytes of one passage */
#define MOST_HOURS 90    /* bytes of opening hours in parentheses */
#define MOST_TOPICS 3

/* In the words the shop's pages use, so that the passage in the customer's language comes first. */
static const char *const QUESTIONS[TOPIC_COUNT][4] = {
    [0] = {"", "horario lunes sábado domingos", "opening hours monday saturday",
           "horário segunda sábado domingos"},
    [1] = {"", "ubicación dirección colonia", "location address parking",
           "localização endereço bairro"},
    [2] = {"", "garantía motor transmisión", "warranty engine", "garantia motor câmbio"},
    [3] = {"", "documentos requisitos identificación comprobante", "documents requirements proof",
           "documentos requisitos identidade comprovante"},
    [4] = {"", "prueba de manejo licencia", "test drive licence",
           "test drive carteira de motorista"},
    [5] = {"", "auto a cuenta valuador", "trade in appraiser", "carro na troca avaliador"},
    [6] = {"", "formas de pago transferencia efectivo", "payment methods bank transfer cash",
           "formas de pagamento dinheiro"},
    [7] = {"", "apartado apartar un auto", "reserving a car deposit", "reserva reservado"},
    [8] = {"", "entrega envío domicilio", "delivery shipping home", "entrega em casa"},
    [9] = {"", "financiamiento crédito mensualidades", "financing credit monthly payments",
           "financiamento crédito parcelas"},
    [10] = {"", "devoluciones devolver", "returns refund", "devoluções devolver"},
    [11] = {"", "revisión mecánica estado", "inspection condition", "inspeção estado batidas"},
    [12] = {"", "servicio mantenimiento taller", "maintenance service workshop",
            "manutenção oficina"},
    [14] = {"", "buró de crédito atraso historial", "credit bureau credit proof of income",
            "birô de crédito comprovantes de renda"},
    [13] = {"", "contacto teléfono chat", "contact phone chat", "contato telefone chat"},
};

static void call_question(scene_t *scene, tag_t tag, size_t topic)
{
    call_text(scene, tag, "search_knowledge", "question",
              str_from(QUESTIONS[topic][scene->voice.language]));
}

void call_topics(scene_t *scene)
{
    size_t asked = 0;
    for (size_t i = 0; i < TOPIC_COUNT && asked < MOST_TOPICS; i++) {
        if (!(scene->u.topics & 1u << i))
            continue;
        call_question(scene, TAG_KNOW, i);
        asked++;
    }
}

void call_hours(scene_t *scene)
{
    call_question(scene, TAG_HOURS, 0);
}

/* The passage in the customer's language, or the best one. */
static str_t passage_of(const scene_t *scene, const scene_result_t *result)
{
    str_t best = {NULL, 0};
    const cJSON *item;
    cJSON_ArrayForEach (item, cJSON_GetObjectItemCaseSensitive(result->json, "passages")) {
        str_t text = json_read_text(item, "text");
        language_t language;
        int formal;
        understand_manners(text, &language, &formal);
        if (language == scene->voice.language)
            return text;
        if (best.size == 0)
            best = text;
    }
    return best;
}

static str_t next_line(str_t *rest)
{
    size_t size = 0;
    while (size < rest->size && rest->data[size] != '\n')
        size++;
    str_t line = text_trim((str_t){rest->data, size});
    size_t skip = size < rest->size ? size + 1 : size;
    rest->data += skip;
    rest->size -= skip;
    return line;
}

/* The end of the last whole sentence within max bytes. */
static str_t whole_sentences(str_t text, size_t max)
{
    if (text.size <= max)
        return text;
    text = utf8_front(text, max);
    for (size_t i = text.size; i-- > 0;)
        if (text.data[i] == '.' || text.data[i] == '\n')
            return (str_t){text.data, i + 1};
    return text;
}

/* Markdown to WhatsApp: no headings, one star for bold. */
static bool add_passage(buf_t *out, str_t passage)
{
    buf_t text;
    buf_init(&text, MOST_PASSAGE * 8);
    while (passage.size > 0) {
        str_t line = next_line(&passage);
        if (line.size > 0 && line.data[0] == '#')
            continue;
        for (size_t i = 0; i < line.size; i++)
            if (line.data[i] != '*' || i == 0 || line.data[i - 1] != '*')
                buf_char(&text, line.data[i]);
        buf_char(&text, '\n');
    }
    str_t front = text_trim(whole_sentences(text_trim(buf_view(&text)), MOST_PASSAGE));
    buf_add(out, front.data, front.size);
    buf_free(&text);
    return front.size > 0;
}

bool write_known(scene_t *scene, buf_t *out, bool *asks)
{
    bool any = false;
    *asks = false;
    for (size_t i = 0; i < scene->result_count; i++) {
        const scene_result_t *result = &scene->results[i];
        if (result->tag != TAG_KNOW)
            continue;
        if (any)
            buf_str(out, "\n\n");
        bool known = !result->failed && add_passage(out, passage_of(scene, result));
        if (!known)
            phrase_say(out, &scene->voice, result->failed ? PHRASE_TROUBLE : PHRASE_KNOW_NONE);
        scene->missed |= !known;
        *asks = !known;
        any = true;
    }
    return any;
}

/* The words nobody knows, as free text: "tienes algo rotulado?" */
str_t unknown_words(const scene_t *scene)
{
    buf_t words;
    buf_init(&words, 512);
    str_t rest = scene->said;
    for (size_t at = 0; at < rest.size && words.size < 60;) {
        size_t from = at;
        while (at < rest.size && (rest.data[at] & 0x80 || rest.data[at] >= '0') &&
               rest.data[at] != '?')
            at++;
        str_t word = {rest.data + from, at - from};
        if (word.size >= 3 && word.size < 40 && !understand_everyday(word)) {
            if (words.size > 0)
                buf_char(&words, ' ');
            buf_add(&words, word.data, word.size);
        }
        at += at < rest.size;
    }
    char *copy = arena_copy(scene->arena, buf_view(&words));
    str_t view = {copy, copy != NULL ? words.size : 0};
    buf_free(&words);
    return view;
}

/* Does the passage have one of the words? */
static bool has_word_of(str_t passage, str_t words)
{
    buf_t text, word;
    bool has = false;
    buf_init(&text, 65536);
    text_fold(&text, passage);
    for (size_t from = 0, at = 0; at <= words.size && !has; at++) {
        if (at < words.size && words.data[at] != ' ')
            continue;
        buf_init(&word, 512);
        text_fold(&word, (str_t){words.data + from, at - from});
        has = word.size >= 4 && text.size > 0 &&
              memmem(text.data, text.size, word.data, word.size) != NULL;
        buf_free(&word);
        from = at + 1;
    }
    buf_free(&text);
    return has;
}

void write_asked(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    str_t passage = result->failed ? (str_t){NULL, 0} : passage_of(scene, result);
    str_t words = scene->u.shop_word != NULL ? str_from(scene->u.shop_word) : unknown_words(scene);
    if (!has_word_of(passage, words) || !add_passage(out, passage)) {
        scene->missed = true;
        phrase_say(out, &scene->voice, PHRASE_KNOW_NONE);
        return;
    }
    buf_char(out, '\n');
    phrase_say(out, &scene->voice, PHRASE_KNOW_MORE);
}

void write_person(scene_t *scene, buf_t *out, const scene_result_t *result)
{
    buf_t hours;
    buf_init(&hours, 1024);
    str_t passage = passage_of(scene, result);
    while (passage.size > 0 && hours.size == 0) {
        str_t line = next_line(&passage);
        bool figure = false;
        for (size_t i = 0; i < line.size; i++)
            figure |= line.data[i] >= '0' && line.data[i] <= '9';
        size_t end = 0;
        while (end < line.size && line.data[end] != '.')
            end++;
        if (!figure || line.data[0] == '#' || end == 0 || end > MOST_HOURS)
            continue;
        buf_printf(&hours, " (%.*s)", (int)end, line.data);
        if (hours.data[2] >= 'A' && hours.data[2] <= 'Z' && scene->voice.language != LANGUAGE_EN)
            hours.data[2] = (char)(hours.data[2] - 'A' + 'a');
    }
    phrase_add(out, &scene->voice, PHRASE_PERSON, PHRASE_ARGS({"hours", buf_view(&hours)}));
    buf_free(&hours);
}

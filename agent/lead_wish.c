#include "agent/lead_wish.h"

#include <ctype.h>
#include <string.h>

#include "agent/lead.h"
#include "common/text.h"

#define MAX_TEXT 2048 /* bytes that are read */
#define MAX_NAME_WORDS 4
#define PHONE_DIGITS 10 /* as they are in Mexico, without the country */

/* All folded: lower case, no accents, a blank around each word. */
static const struct {
    const char *interest;
    const char *words;
} wishes[] = {
    {"buy",
     " lo compro , la compro , me lo llevo , me la llevo , quiero comprarlo , quiero comprarla ,"
     " quiero comprar el , quiero comprar la , quiero comprar ese , quiero comprar esa ,"
     " lo quiero comprar , la quiero comprar , i will take it , i'll take it ,"
     " i want to buy it , i want to buy this , quero comprar esse , quero comprar este ,"
     " ill take it , i'd like to buy it , vou levar , quero comprar ele "},
    {"reserve", " apartamelo , apartamela , apartarlo , apartarla , apartar el , apartar la ,"
                " apartar ese , apartar esa , apartar este , apartar uno , me lo apartas ,"
                " me la apartas , me lo apartan , me la apartan , lo quiero apartar ,"
                " la quiero apartar , quiero apartar , reservarlo , reservarla , me lo reservas ,"
                " me la reservas , quiero reservar el , quiero reservar la , reserve it ,"
                " reserve this , reserve that ,"
                " reserve the , hold it for me , quero reservar , reservar esse , reservar este ,"
                " reserva para mim "},
    {"test_drive",
     " quiero probarlo , quiero probarla , quiero manejarlo , quiero manejarla ,"
     " quiero hacer una prueba , quiero hacer prueba , quiero una prueba de manejo ,"
     " quiero prueba de manejo , quisiera hacer una prueba , quisiera hacer prueba ,"
     " me gustaria hacer una prueba , me gustaria hacer prueba , para una prueba de manejo ,"
     " agendar una prueba , agendar prueba , hacer la prueba de manejo , podria probarlo ,"
     " puedo hacer una prueba , puedo probarlo , puedo probarla , puedo manejarlo ,"
     " me gustaria probarlo , me gustaria manejarlo , quisiera probarlo ,"
     " puedo probar el , puedo probar la , quiero probar el , quiero probar la ,"
     " me gustaria una prueba de manejo , quisiera una prueba de manejo ,"
     " want a test drive , want to test drive , like to test drive ,"
     " book a test drive , can i test drive , schedule a test drive ,"
     " like a test drive , do a test drive , can i drive it , take it for a test drive ,"
     " quero fazer um test drive , quero fazer test drive , gostaria de fazer um test drive ,"
     " quero um test drive , posso fazer um test drive , agendar um test drive "},
    {"visit", " quiero ir a verlo , quiero ir a verla , quiero ir a ver el , quiero ir a ver la ,"
              " quiero verlo , quiero verla , quiero verlo en persona , puedo ir a verlo ,"
              " puedo ir a verla , puedo pasar a verlo , puedo pasar a verla , ir a conocerlo ,"
              " me gustaria verlo , me gustaria verla , quisiera verlo , quisiera verla ,"
              " me gustaria ir a ver , quisiera ir a ver , paso a verlo , paso a verla ,"
              " quiero agendar una cita , quiero una cita , agendar una cita , hacer una cita ,"
              " agendar cita , quiero visitarlos , voy a verlo , voy a verla , lo puedo ver hoy ,"
              " lo puedo ver manana , la puedo ver hoy , la puedo ver manana , puedo verlo hoy ,"
              " puedo verla hoy , puedo verlo manana , puedo verla manana ,"
              " come and see it , come see it , see it in person , make an appointment ,"
              " book an appointment , schedule a visit , like to see it , visit you ,"
              " quero ver o carro , quero ir ver , posso ir ver , agendar uma visita ,"
              " marcar uma visita , quero visitar "},
};

/* What stands before a name; upper: it must then begin with a capital, "soy de Puebla". */
static const struct {
    const char *words;
    bool upper;
} names[] = {
    {" me llamo ", false},    {" mi nombre es ", false},
    {" a nombre de ", true},  {" soy ", true},
    {" my name is ", false},  {" i am ", true},
    {" i'm ", true},          {" im ", true},
    {" this is ", true},      {" name's ", false},
    {" the name is ", false}, {" meu nome e ", false},
    {" me chamo ", false},    {" eu sou ", true},
    {" sou ", true},
};

/* Where a name ends, however it goes on. */
static const char ends[] =
    " y e and mi my meu minha me mis quiero quisiera busco tengo estoy vivo pero con tel telefono "
    "cel "
    "celular whatsapp whats numero correo mail email i im and from necesito gracias hola por para "
    "desde el un una in the looking interested phone number thanks obrigado quero tenho moro estou "
    "com telefone numero puedo voy soy vi en a ";

/* ---- folded, with places ---- */

typedef struct folded {
    char text[2 * MAX_TEXT + 3];
    uint16_t from[2 * MAX_TEXT + 3]; /* where each byte comes from */
    size_t size;
} folded_t;

static void put(folded_t *self, char c, size_t from)
{
    if (self->size + 1 >= sizeof self->text)
        return;
    self->text[self->size] = c;
    self->from[self->size++] = (uint16_t)from;
}

/* Character by character, so that places are known. What is no word is a blank. */
static void fold(str_t text, folded_t *self)
{
    self->size = 0;
    put(self, ' ', 0);
    for (size_t at = 0; at < text.size;) {
        size_t from = at;
        buf_t out;
        uint32_t c = utf8_next(text, &at);
        bool word = c < 0x80 ? isalnum((int)c) || c == '\'' : c >= 0xc0; /* "¿" is no letter */
        buf_init(&out, 16);
        text_fold(&out, (str_t){text.data + from, at - from});
        for (size_t i = 0; i < out.size; i++) {
            if (word || self->text[self->size - 1] != ' ')
                put(self, word ? out.data[i] : ' ', from);
        }
        buf_free(&out);
    }
    if (self->text[self->size - 1] != ' ')
        put(self, ' ', text.size);
    self->text[self->size] = 0;
}

static bool is_wished(const folded_t *self, const char *words)
{
    char phrase[64];
    while (*words) {
        size_t size = strcspn(words, ",");
        if (size < sizeof phrase) {
            memcpy(phrase, words, size);
            phrase[size] = 0;
            if (strstr(self->text, phrase))
                return true;
        }
        words += size + (words[size] == ',');
    }
    return false;
}

/* ---- names ---- */

static bool ends_name(const folded_t *self, size_t from, size_t to)
{
    char word[32];
    size_t size = to - from;
    if (size + 3 > sizeof word)
        return true;
    word[0] = ' ';
    memcpy(word + 1, self->text + from, size);
    word[size + 1] = ' ';
    word[size + 2] = 0;
    return strpbrk(word, "0123456789") || strstr(ends, word);
}

/* A sign between two words of the text: "Juan, busco". */
static bool is_cut(str_t text, size_t from, size_t to)
{
    for (size_t i = from; i < to && i < text.size; i++)
        if (strchr(",.;:!?\n()\"", text.data[i]))
            return true;
    return false;
}

static str_t name_at(const folded_t *self, str_t text, size_t at, bool upper)
{
    size_t first = 0, last = 0, words = 0;
    while (words < MAX_NAME_WORDS && at < self->size && self->text[at]) {
        size_t end = at + strcspn(self->text + at, " ");
        size_t from = self->from[at], to = end < self->size ? self->from[end] : text.size;
        if (end == at || ends_name(self, at, end) || (words && is_cut(text, last, from)) ||
            (upper && words == 0 && !isupper((unsigned char)text.data[from]) &&
             !(text.data[from] & 0x80)))
            break;
        if (words++ == 0)
            first = from;
        last = to;
        at = end + 1;
    }
    str_t name = words ? text_trim((str_t){text.data + first, last - first}) : (str_t){0};
    return lead_is_name(name) ? name : (str_t){0};
}

static void read_name(const folded_t *self, str_t text, lead_wish_t *wish)
{
    for (size_t i = 0; i < sizeof names / sizeof *names && !wish->name.size; i++) {
        const char *found = strstr(self->text, names[i].words);
        if (found)
            wish->name = name_at(self, text, (size_t)(found - self->text) + strlen(names[i].words),
                                 names[i].upper);
    }
}

/* ---- how to reach them ---- */

static bool in_mail(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._%+-@", c));
}

static bool read_mail(str_t text, lead_wish_t *wish)
{
    const char *sign = memchr(text.data, '@', text.size);
    if (!sign)
        return false;
    size_t from = (size_t)(sign - text.data), to = from;
    while (from > 0 && in_mail(text.data[from - 1]))
        from--;
    while (to < text.size && in_mail(text.data[to]))
        to++;
    while (to > from && !isalnum((unsigned char)text.data[to - 1]))
        to--;
    str_t mail = {text.data + from, to - from};
    if (!lead_is_contact(mail))
        return false;
    wish->contact = mail;
    return true;
}

/* Ten digits, in groups or not, or more behind a +; not "200000 36 20", which is no number of a
 * phone. */
static bool is_phone(str_t text)
{
    size_t digits = 0, group = 0, longest = 0;
    bool plus = text.size && text.data[0] == '+';
    for (size_t i = 0; i < text.size; i++) {
        bool digit = isdigit((unsigned char)text.data[i]);
        group = digit ? group + 1 : 0;
        digits += digit;
        longest = group > longest ? group : longest;
    }
    if (plus)
        return digits > PHONE_DIGITS && lead_is_contact(text);
    return digits == PHONE_DIGITS && (longest == PHONE_DIGITS || longest <= 4);
}

static void read_phone(str_t text, lead_wish_t *wish)
{
    for (size_t from = 0; from < text.size; from++) {
        bool begins = isdigit((unsigned char)text.data[from]) || text.data[from] == '+';
        bool within = from > 0 && (isalnum((unsigned char)text.data[from - 1]) ||
                                   (text.data[from - 1] && strchr("$.,+", text.data[from - 1])));
        if (!begins || within)
            continue;
        size_t to = from;
        while (to < text.size && text.data[to] && strchr("0123456789 +-().", text.data[to]))
            to++;
        str_t phone = text_trim((str_t){text.data + from, to - from});
        while (phone.size && !isdigit((unsigned char)phone.data[phone.size - 1]))
            phone.size--;
        bool whole = to == text.size || !isalnum((unsigned char)text.data[to]);
        if (whole && is_phone(phone) && phone.size <= LEAD_MAX_CONTACT) {
            wish->contact = phone;
            return;
        }
        from = to > from ? to - 1 : from;
    }
}

void lead_wish_read(str_t text, lead_wish_t *wish)
{
    folded_t folded;
    *wish = (lead_wish_t){0};
    text = utf8_front(text, MAX_TEXT);
    fold(text, &folded);
    for (size_t i = 0; i < sizeof wishes / sizeof *wishes && !wish->interest; i++)
        if (is_wished(&folded, wishes[i].words))
            wish->interest = wishes[i].interest;
    read_name(&folded, text, wish);
    if (!read_mail(text, wish))
        read_phone(text, wish);
}

/*
 * A link is a run of tokens without a blank that holds "://", an @ or a name with a top-level
 * domain; a phone number is digits in groups, ten or more, fewer behind a + or a word like
 * "teléfono".
 */
#include "agent/ground_links.h"

#define LEAST_PHONE 7
#define WHOLE_PHONE 10
#define MOST_PHONE 18
#define MOST_MARKS 3 /* between two groups */
#define MOST_GROUP 4 /* digits of a group of a phone number, when there are several */

/* Domains that are no words of Spanish, English or Portuguese … */
static const char domains[] =
    " com mx net org io info biz app dev shop store link ly gl page site online web xyz top club "
    "live vip tv ai br cl pe eu uk ru cn edu gob gov tk help chat bio ";
/* … and those that are: only with a path behind. */
static const char word_domains[] = " me co es us to it in is so no de la ar cc st ";

static bool stands_in(const char *list, str_t word)
{
    char needle[16];
    if (word.size == 0 || word.size > 8)
        return false;
    needle[0] = ' ';
    memcpy(needle + 1, word.data, word.size);
    needle[word.size + 1] = ' ';
    needle[word.size + 2] = 0;
    return strstr(list, needle) != NULL;
}

static char mark_at(const ground_sentence_t *self, size_t at)
{
    return at < self->count && self->tokens[at].kind == GROUND_MARK
               ? self->plain.text[self->tokens[at].at]
               : 0;
}

/* ---- links ---- */

/* The end of the tokens that stand together without a blank. */
static size_t run_end(const ground_sentence_t *self, size_t at)
{
    size_t end = at + 1;
    while (end < self->count && !self->tokens[end].spaced)
        end++;
    return end;
}

static bool is_link(const ground_sentence_t *self, size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        char mark = mark_at(self, at);
        if (mark == '@' && at + 1 < to && self->tokens[at + 1].kind == GROUND_WORD)
            return true;
        if (mark == ':' && mark_at(self, at + 1) == '/' && mark_at(self, at + 2) == '/' &&
            at + 2 < to && at > from)
            return true;
        if (mark != '.' || at == from || at + 1 >= to || self->tokens[at + 1].kind != GROUND_WORD)
            continue;
        str_t word = ground_token_text(self, at + 1);
        bool path = mark_at(self, at + 2) == '/' && at + 2 < to;
        bool named =
            self->tokens[at - 1].kind != GROUND_MARK && ground_token_text(self, at - 1).size > 1;
        if (ground_token_is(self, at - 1, "www") || (named && stands_in(domains, word)) ||
            (path && stands_in(word_domains, word)))
            return true;
    }
    return false;
}

/* "punto com", "arroba" */
static bool is_spelt(const ground_sentence_t *self, size_t at)
{
    if (ground_token_is(self, at, "arroba"))
        return true;
    if (!ground_token_is(self, at, "punto") && !ground_token_is(self, at, "dot") &&
        !ground_token_is(self, at, "ponto"))
        return false;
    return at + 1 < self->count && self->tokens[at + 1].kind == GROUND_WORD &&
           stands_in(domains, ground_token_text(self, at + 1));
}

static size_t skip_front(const char *text, size_t size, const char *front)
{
    size_t length = strlen(front);
    return size >= length && memcmp(text, front, length) == 0 ? length : 0;
}

static void take_link(const ground_sentence_t *self, size_t from, size_t to, ground_link_t *link)
{
    while (to > from + 1 && self->tokens[to - 1].kind == GROUND_MARK)
        to--;
    while (from + 1 < to && self->tokens[from].kind == GROUND_MARK && mark_at(self, from) != '@')
        from++;
    *link = (ground_link_t){.from = (uint16_t)from, .to = (uint16_t)to};
    const char *text = self->plain.text + self->tokens[from].at;
    size_t size =
        self->tokens[to - 1].at + (size_t)self->tokens[to - 1].size - self->tokens[from].at;
    size_t skip = skip_front(text, size, "https://");
    skip += skip_front(text + skip, size - skip, "http://");
    skip += skip_front(text + skip, size - skip, "www.");
    if (size - skip > GROUND_MAX_LINK)
        return;
    link->size = size - skip;
    memcpy(link->text, text + skip, link->size);
}

/* ---- phone numbers ---- */

typedef struct phone {
    size_t end, groups, digits;
    bool plus, small_groups, years;
    char text[MOST_PHONE];
} phone_t;

static void add_group(phone_t *phone, str_t digits)
{
    size_t size = 0;
    for (size_t i = 0; i < digits.size; i++) {
        bool digit = digits.data[i] >= '0' && digits.data[i] <= '9';
        if (digit && phone->digits < MOST_PHONE)
            phone->text[phone->digits] = digits.data[i];
        phone->digits += digit;
        size += digit;
        if (!digit && size > 0) {
            phone->small_groups &= size <= MOST_GROUP;
            phone->groups++;
            size = 0;
        }
    }
    phone->small_groups &= size <= MOST_GROUP;
    phone->years &=
        size == 4 && (digits.data[0] == '1' || digits.data[0] == '2') && size == digits.size;
    phone->groups++;
}

static phone_t read_phone(const ground_sentence_t *self, size_t at)
{
    phone_t phone = {.end = at, .small_groups = true, .years = true};
    for (size_t i = at, marks = 0; i < self->count && phone.digits <= MOST_PHONE; i++) {
        char mark = mark_at(self, i);
        marks = mark != 0 ? marks + 1 : 0;
        if (marks > MOST_MARKS)
            break;
        if (self->tokens[i].used || (i > at && mark == '+'))
            break;
        phone.plus |= mark == '+';
        if (self->tokens[i].kind == GROUND_DIGITS) {
            str_t text = ground_token_text(self, i);
            if (memchr(text.data, ',', text.size) != NULL)
                break;
            add_group(&phone, text);
            phone.end = i + 1;
        } else if (mark == 0 || strchr("+-().", mark) == NULL) {
            break;
        }
    }
    return phone;
}

static bool label_near(const ground_sentence_t *self, size_t at)
{
    for (size_t back = 1; back <= 5 && back <= at; back++)
        if (ground_token_label(self, at - back) == LABEL_PHONE)
            return true;
    return false;
}

static bool take_phone(const ground_sentence_t *self, size_t at, ground_link_t *link)
{
    if (self->tokens[at].kind != GROUND_DIGITS && mark_at(self, at) != '+' &&
        mark_at(self, at) != '(')
        return false;
    if (at > 0 && mark_at(self, at - 1) == '$')
        return false;
    phone_t phone = read_phone(self, at);
    size_t least = phone.plus || label_near(self, at) ? LEAST_PHONE : WHOLE_PHONE;
    bool one = phone.groups == 1;
    if (phone.digits < least || (!one && (!phone.small_groups || phone.years)))
        return false;
    *link = (ground_link_t){.from = (uint16_t)at, .to = (uint16_t)phone.end, .phone = true};
    if (phone.digits > MOST_PHONE)
        return true;
    size_t kept = phone.digits < WHOLE_PHONE ? phone.digits : WHOLE_PHONE;
    link->size = kept;
    memcpy(link->text, phone.text + phone.digits - kept, kept);
    return true;
}

bool ground_link_next(const ground_sentence_t *self, size_t at, ground_link_t *link)
{
    size_t checked = at; /* runs before are no links */
    for (; at < self->count; at++) {
        if (at >= checked) {
            size_t end = run_end(self, at);
            if (is_link(self, at, end)) {
                take_link(self, at, end, link);
                return true;
            }
            checked = end;
        }
        if (is_spelt(self, at)) {
            *link = (ground_link_t){.from = (uint16_t)(at > 0 ? at - 1 : 0),
                                    .to = (uint16_t)(at + 2 < self->count ? at + 2 : self->count)};
            return true;
        }
        if (take_phone(self, at, link))
            return true;
    }
    return false;
}

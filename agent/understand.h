/*
 * What a customer's message says, read without the catalog: filters, money, terms, references,
 * wishes and manners, in Spanish of Mexico, English and Portuguese, with slang, without accents
 * and with typos. Names of makes and models are the catalog's business (resolve_names).
 *
 * Pure: the same bytes give the same answer, any bytes are welcome.
 */
#ifndef MOSTRADOR_AGENT_UNDERSTAND_H
#define MOSTRADOR_AGENT_UNDERSTAND_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

#define UNDERSTAND_MAX_TEXT 4096 /* bytes that are read; what comes after is ignored */
#define UNDERSTAND_MAX_LIST 6    /* terms or ordinals kept of one message */

typedef enum language { LANGUAGE_NONE, LANGUAGE_ES, LANGUAGE_EN, LANGUAGE_PT } language_t;

/* Bits of understood_t.says. */
typedef enum says {
    SAYS_HELLO = 1 << 0,
    SAYS_THANKS = 1 << 1,
    SAYS_BYE = 1 << 2,
    SAYS_YES = 1 << 3,
    SAYS_NO = 1 << 4,
    SAYS_PERSON = 1 << 5, /* wants a human */
    SAYS_ABUSE = 1 << 6,
    SAYS_OFFTOPIC = 1 << 7,  /* a poem, the weather, homework */
    SAYS_TRICK = 1 << 8,     /* "ignore your rules", asks for the prompt, roleplay */
    SAYS_HAGGLE = 1 << 9,    /* asks for a discount */
    SAYS_RESET = 1 << 10,    /* forget this conversation */
    SAYS_QUOTE = 1 << 11,    /* what would it be a month */
    SAYS_DETAIL = 1 << 12,   /* tell me more about it, I like it */
    SAYS_COMPARE = 1 << 13,  /* this one against that one */
    SAYS_SEARCH = 1 << 14,   /* looks for something: "busco", "tienes" */
    SAYS_CAR = 1 << 15,      /* says what: "coche", "auto", "car" */
    SAYS_ALSO = 1 << 16,     /* starts like a follow-up: "y …", "what about …" */
    SAYS_MAKES = 1 << 17,    /* which makes or models are there */
    SAYS_THIS = 1 << 18,     /* "ese", "that one" */
    SAYS_OF_THESE = 1 << 19, /* "de esos", "de estos" */
    SAYS_OTHER_COLOUR = 1 << 20,
    SAYS_OTHER_MAKE = 1 << 21,
    SAYS_TOO_EXPENSIVE = 1 << 22,
    SAYS_WHO = 1 << 23,     /* are you a robot, what can you do */
    SAYS_DOLLARS = 1 << 24, /* an amount is in dollars */
    SAYS_ANY = 1 << 25,     /* "cualquiera", "no importa" */
    SAYS_THE_ONE = 1 << 26, /* an article before a colour or a superlative: "el rojo" */
    SAYS_PHOTO = 1 << 27,
    SAYS_QUOTED = 1 << 28, /* a car by that it was quoted: "el que me cotizaste" */
    SAYS_LIKED = 1 << 29,  /* … that it was chosen before: "el Mazda que me gustó" */
    SAYS_STILL = 1 << 30,  /* is it still for sale */
} says_t;

/* What the shop's own texts answer; bits of understood_t.topics. */
typedef enum topic {
    TOPIC_HOURS = 1 << 0,
    TOPIC_PLACE = 1 << 1,
    TOPIC_GUARANTEE = 1 << 2,
    TOPIC_DOCUMENTS = 1 << 3,
    TOPIC_TEST_DRIVE = 1 << 4,
    TOPIC_TRADE_IN = 1 << 5,
    TOPIC_PAYMENT = 1 << 6,
    TOPIC_HOLD = 1 << 7, /* "apartado" */
    TOPIC_DELIVERY = 1 << 8,
    TOPIC_FINANCING = 1 << 9, /* how credit works here, not what one car costs */
    TOPIC_RETURN = 1 << 10,
    TOPIC_INSPECTION = 1 << 11, /* mechanical state, accidents, papers of the cars */
    TOPIC_SERVICE = 1 << 12,
    TOPIC_CONTACT = 1 << 13,
    TOPIC_BUREAU = 1 << 14, /* credit history */
} topic_t;
#define TOPIC_COUNT 15

/* Bits of understood_t.any. */
typedef enum any {
    ANY_COLOUR = 1 << 0,
    ANY_MAKE = 1 << 1,
    ANY_YEAR = 1 << 2,
    ANY_PRICE = 1 << 3
} any_t;

typedef enum page_wish { PAGE_NONE, PAGE_NEXT, PAGE_BACK, PAGE_LAST, PAGE_NUMBER } page_wish_t;

typedef struct understood {
    language_t language; /* LANGUAGE_NONE: it does not show */
    int formal;          /* 1 usted, -1 tú, 0 it does not show */
    uint32_t says;       /* says_t */
    uint32_t topics;     /* topic_t */

    int64_t price_min, price_max; /* cents, 0: not said */
    int64_t monthly;              /* cents a month the customer can pay, 0: not said */
    int64_t year_min, year_max;   /* 0: not said */
    int64_t age_max;              /* years old at most, 0: not said */
    int64_t km_min, km_max;       /* 0: not said */
    int64_t months[UNDERSTAND_MAX_LIST];
    size_t month_count;
    int64_t down;    /* cents, -1: not said */
    int64_t down_bp; /* basis points of the price, -1: not said */

    const char *sort; /* as the catalog names it: "price", "-year" …, or NULL */
    page_wish_t page;
    int64_t page_number;
    int64_t ordinals[UNDERSTAND_MAX_LIST]; /* from 1; -1 the last, -2 the one before */
    size_t ordinal_count;
    int64_t stock_id; /* 0: not said */

    int bluetooth, car_play;                                /* 1 with, 2 without, 0 not said */
    const char *body, *fuel, *transmission, *colour, *city; /* NULL: not said */
    const char *drive;                                      /* "4x4", as versions say it */
    const char *excluded[UNDERSTAND_MAX_LIST]; /* values it must not have: "menos rojo" */
    size_t excluded_count;
    uint32_t names_excluded; /* bit n: nor be what name n of the text says, see below */
    int64_t seats;           /* people it must carry, 0: not said */
    bool economy;            /* how much fuel it takes matters */
    bool down_said;          /* the word for a down payment */
    uint32_t any;            /* any_t: what does not matter */
    bool negative;           /* a number below zero */
    const char *equipment;   /* that entries have no column for: "quemacocos"; or NULL */
    bool similar;            /* like the one they speak of */
    const char *shop_word;   /* something of the shop that no topic stands for: "seguro"; or NULL */
    const char *greeting;    /* to greet back with, NULL: any */

    int64_t bare;   /* a number without any hint what it is, -1: none */
    size_t words;   /* words in all */
    size_t unknown; /* words nobody here knows: perhaps a make or a model */
} understood_t;

/* Where the names are known they may be put into the text as UNDERSTAND_NAME and 'a' + n: then it
 * is read which of them are not wanted. */
#define UNDERSTAND_NAME '\x01'

/* Reads one message, or several joined by newlines. */
void understand(str_t text, understood_t *out);

/* Only the manners: language and formal of out are set, as understand would. */
void understand_manners(str_t text, language_t *language, int *formal);

/* The language to go on in with somebody who spoke that one, or none, so far: a word or two that
 * travel ("ok", "thanks", a model's name) are no change. */
language_t understand_language(str_t text, language_t spoken);

/* Every word of the text is an everyday word of the tables, written right. */
bool understand_everyday(str_t text);

/* "es", "en", "pt"; "" for LANGUAGE_NONE. */
const char *language_code(language_t language);
language_t language_from(str_t code);

#endif

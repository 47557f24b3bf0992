/*
 * The words behind understand.c: phrase tables of three languages (understand_words_*.c), one
 * index over them, and the pieces (chunks) a message falls into.
 */
#ifndef MOSTRADOR_AGENT_UNDERSTAND_WORDS_H
#define MOSTRADOR_AGENT_UNDERSTAND_WORDS_H

#include "agent/understand.h"

/* What a phrase is to the grammar. */
typedef enum chunk_kind {
    CHUNK_UNKNOWN, /* a word of no table */
    CHUNK_FILL,    /* a known word that says nothing here */
    CHUNK_MARK,    /* . , ? ! - and kin; value is the character */
    CHUNK_NUMBER,
    CHUNK_OF,   /* de, of */
    CHUNK_JOIN, /* y, o, a, and, to */
    CHUNK_AT,   /* a, en, por: before a term; joins too */
    CHUNK_THE,  /* el, la, the */
    CHUNK_SAY,  /* value: says_t bits */
    CHUNK_TOPIC,
    CHUNK_SORT,        /* text */
    CHUNK_MORE_ALL,    /* "más" alone */
    CHUNK_PAGE,        /* value: page_wish_t */
    CHUNK_PAGE_NUMBER, /* value */
    CHUNK_ORDINAL,     /* value */
    CHUNK_BLUETOOTH,
    CHUNK_CAR_PLAY,
    CHUNK_BODY,
    CHUNK_FUEL,
    CHUNK_TRANSMISSION,
    CHUNK_COLOUR,
    CHUNK_CITY,
    /* around numbers */
    CHUNK_LESS,  /* hasta, menos de; value 1: years strictly below */
    CHUNK_MORE,  /* desde, más de; value 1: years strictly above */
    CHUNK_ABOUT, /* como, alrededor de */
    CHUNK_BETWEEN,
    CHUNK_BUDGET,     /* presupuesto, traigo */
    CHUNK_AFTER_LESS, /* o menos, para abajo */
    CHUNK_AFTER_MORE, /* en adelante, para arriba */
    CHUNK_KM,
    CHUNK_MILES,
    CHUNK_MONTHS,
    CHUNK_YEARS,
    CHUNK_AGE,     /* de antigüedad, old */
    CHUNK_MONTHLY, /* al mes */
    CHUNK_PESOS,
    CHUNK_DOLLARS,
    CHUNK_PERCENT,
    CHUNK_DOWN,    /* enganche */
    CHUNK_DOWN_BP, /* value: basis points: "sin enganche" is 0 */
    CHUNK_GIVE,    /* doy, puedo dar */
    CHUNK_YEAR,    /* modelo, año: before a number */
    CHUNK_PAGE_WORD,
    CHUNK_NTH,        /* número, opción */
    CHUNK_STOCK,      /* stock, folio, id */
    CHUNK_OTHER_UNIT, /* puertas, pasajeros, % de interés: the number is none of ours */
    CHUNK_WITHOUT,    /* sin */
    CHUNK_NAME,       /* a make or model, see UNDERSTAND_NAME; value: which */
    CHUNK_NOT,        /* que no sea, menos, ni; value: says_t bits */
    CHUNK_DRIVE,      /* text */
    CHUNK_ECONOMY,    /* gaste poco; value: says_t bits */
    CHUNK_SEATS,      /* asientos, behind a number; value 1: rows of them */
    CHUNK_SEATED,     /* somos, quepan: before a number */
    CHUNK_EQUIPMENT,  /* that entries have no column for; text: its name */
    CHUNK_SIMILAR,    /* like the one they speak of */
    CHUNK_SHOP,       /* something of the shop; text: a word to look for in its pages */
    CHUNK_ANY,        /* "el color no importa"; value: any_t bits */
} chunk_kind_t;

typedef struct phrase_row {
    const char *words; /* folded, single blanks; "coche*" is all that begins so */
    uint8_t kind;      /* chunk_kind_t */
    int64_t value;
    const char *text; /* what a filter or sort is called in the catalog */
} phrase_row_t;

typedef struct number_row {
    const char *word;
    int64_t value; /* 1000 and 1000000 multiply what stands before, the others add up */
} number_row_t;

typedef struct word_tables {
    const phrase_row_t *phrases;
    size_t phrase_count;
    const number_row_t *numbers;
    size_t number_count;
    const char *fill; /* everyday words that say nothing here, separated by blanks */
} word_tables_t;

/* In the value of a CHUNK_SAY, CHUNK_TOPIC or CHUNK_FILL row: whoever says so says tú, or usted. */
#define MANNER_TU (INT64_C(1) << 40)
#define MANNER_USTED (INT64_C(1) << 41)

/* For the tables. */
#define SAY(words, bits)             \
    {                                \
        words, CHUNK_SAY, bits, NULL \
    }
/* A greeting, and how it is answered. */
#define GREET(words, answer)                 \
    {                                        \
        words, CHUNK_SAY, SAYS_HELLO, answer \
    }
#define TU(words, bits)                            \
    {                                              \
        words, CHUNK_SAY, (bits) | MANNER_TU, NULL \
    }
#define USTED(words, bits)                            \
    {                                                 \
        words, CHUNK_SAY, (bits) | MANNER_USTED, NULL \
    }
#define TU_FILL(words)                     \
    {                                      \
        words, CHUNK_FILL, MANNER_TU, NULL \
    }
#define USTED_FILL(words)                     \
    {                                         \
        words, CHUNK_FILL, MANNER_USTED, NULL \
    }
#define ASK(words, bits)               \
    {                                  \
        words, CHUNK_TOPIC, bits, NULL \
    }
#define IS(words, kind)              \
    {                                \
        words, CHUNK_##kind, 0, NULL \
    }
#define VALUE(words, kind, value)        \
    {                                    \
        words, CHUNK_##kind, value, NULL \
    }
/* A bound when a number follows, an order otherwise: "más nuevo que". */
#define BOUND(words, kind, value, text)  \
    {                                    \
        words, CHUNK_##kind, value, text \
    }
#define NAME(words, kind, text)      \
    {                                \
        words, CHUNK_##kind, 0, text \
    }

extern const word_tables_t words_any; /* words of no language in particular */
extern const word_tables_t words_es;
extern const word_tables_t words_en;
extern const word_tables_t words_pt;

/* ---- the index ---- */

typedef struct word {
    const char *text; /* points into a table, not terminated */
    uint8_t size;
    uint8_t languages; /* bit 1 << language_t */
    bool stem;
    bool content;      /* stands in a phrase: worth a correction */
    int64_t number;    /* value of a number word, -1 otherwise */
    int32_t first_row; /* phrases that begin with it, -1: none */
} word_t;

/* The word, or NULL. */
const word_t *word_find(str_t folded);

/* The longest stem that it begins with, or NULL. */
const word_t *word_stem(str_t folded);

/* The content word nearest to it, if near enough to be a typo, or NULL. */
const word_t *word_near(str_t folded);

/* ---- tokens and chunks ---- */

typedef struct token {
    str_t text; /* folded */
    const word_t *word, *stem;
    bool known;         /* without correction */
    bool number;        /* digits */
    bool dollar;        /* '$' before it */
    bool grouped;       /* 300,000 */
    bool ordinal;       /* 2do, 3rd */
    bool negative;      /* '-' right before it */
    char mark;          /* a mark, 0 for words and numbers; UNDERSTAND_NAME */
    uint8_t digits;     /* of a plain number */
    int64_t hundredths; /* value × 100 */
} token_t;

#define TOKENS_MAX 1024

/* Cuts folded text into tokens; returns their number. */
size_t tokens_read(str_t folded, token_t *tokens, size_t max);

typedef struct chunk {
    chunk_kind_t kind;
    int64_t value;
    const char *text;
    size_t from, count; /* tokens */
    /* of a number */
    int64_t hundredths;
    int64_t scale; /* what mil, k or millones multiplied by, 1 without */
    bool dollar, grouped, ordinal, negative;
    bool pesos; /* "pesos" or "dólares" behind it */
    uint8_t digits;
    uint8_t role; /* see understand_numbers.c */
} chunk_t;

/* The longest phrase that the tokens begin with and how many of them it takes, or NULL. */
const phrase_row_t *phrase_find(const token_t *tokens, size_t count, size_t *used);

/* Joins tokens into phrases (the longest first) and numbers; returns how many chunks. */
size_t chunks_read(const token_t *tokens, size_t count, chunk_t *chunks);

/* Reads what the numbers among the chunks mean. */
void numbers_understand(chunk_t *chunks, size_t count, understood_t *out);

#endif

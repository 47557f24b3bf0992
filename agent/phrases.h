/*
 * What the offline seller says, as tables: one per language, several wordings a phrase, so that no
 * sentence comes twice. Pure.
 *
 *   {name}          is replaced by an argument
 *   [tú|usted]      one of two, as the customer is spoken to
 *   <os|as>         one of two, as what is spoken of is masculine or feminine
 */
#ifndef MOSTRADOR_AGENT_PHRASES_H
#define MOSTRADOR_AGENT_PHRASES_H

#include "agent/understand.h"
#include "proto/proto.h"

#define PHRASE_WORDINGS 6

/* clang-format off */
#define PHRASES(P) \
    /* manners */ \
    P(HELLO) P(HELLO_AGAIN) P(HI) P(WHO) P(THANKS) P(BYE) P(YES) P(NO) P(RESET) P(PERSON) P(LEAD) \
    P(ABUSE) P(PERSON_CLOSED) P(PERSON_NOTED) P(PERSON_OFFER) P(PERSON_CALM) \
    /* off the subject */ \
    P(TRICK) P(TRICK_PRICE) P(HAGGLE) P(OFFTOPIC) P(CHEAPEST) P(CHEAPEST_FIRST) P(CAR_AT) P(HOW_HELP) P(UNKNOWN_WORDS) P(LEAD_BACK) P(LEAD_QUOTE) P(NOT_UNDERSTOOD) P(NO_WORDS) P(BESIDE_WORDS) P(LEAVE) P(RETURN) \
    P(TROUBLE) P(TROUBLE_SHOWN) P(DOLLARS) \
    /* lists */ \
    P(VAGUE) P(ASK_BUDGET) P(LIST_SOME) P(LIST_ALL) P(LIST_ONE) P(LIST_PAGE) P(LIST_PAGE_ONE) \
    P(PAGE_OF) P(MORE_OTHERS) P(MORE_NEXT) P(MORE_ONE) P(PAGE_LAST) P(ASK_WHICH) P(ASK_ONE) \
    P(MORE_NONE) P(BACK_NONE) P(PAGE_NONE_SUCH) P(MORE_OF_WHAT) P(SUPPOSE) P(EMPTY) P(NEAREST) \
    P(ASK_OTHER) P(NOT_CARRIED) P(NEAR) P(ASK_SHOW) P(NO_SUCH_PLACE) P(NO_SUCH_STOCK) P(MAKES) \
    P(SOLD) P(SOLD_NONE) P(STILL) \
    P(MODELS) P(AND_MORE) P(ASK_MAKE) P(AND) P(SINCE) \
    /* one car */ \
    P(CAR_LINE) P(KM) P(STOCK) P(WITH) P(WITHOUT) P(SIZE) P(PHOTO) P(NO_PHOTO) P(ASK_QUOTE) \
    P(COMPARE) P(COSTS_LESS) P(LESS_KM) P(NEWER) P(COMPARE_WHICH) P(POINTS) \
    /* money */ \
    P(DOWN) P(DOWN_PERCENT) P(PRICE_LINE) P(NO_DOWN) P(WITHOUT_DOWN) P(WITH_DOWN) P(INSTALMENTS) P(INSTALMENT_LINE) P(RATE) P(FINANCED) \
    P(ASK_COMPARE) P(ASK_COMPARE_ONE) P(ASK_DOWN) P(ASK_ANOTHER) P(QUOTE_WHICH) P(QUOTE_WHAT) \
    P(BAD_MONTHS) P(BAD_NEGATIVE) P(BAD_DOWN_HIGH) P(BAD_DOWN_LOW) P(QUOTE_FAILED) P(MONTHLY) P(MONTHLY_NONE) \
    P(MONTHLY_REACH) \
    /* the shop */ \
    P(KNOW_MORE) P(KNOW_NONE) \
    /* what no entry tells */ \
    P(SEATS) P(SEATS_CAR) P(ECONOMY) P(ECONOMY_CAR) P(ECONOMY_ASK) P(DETAIL_WHICH) P(EQUIPMENT) P(EQUIPMENT_ASK) \
    /* the survey */ \
    P(SURVEY_ASK) P(SURVEY_AGAIN) P(SURVEY_HIGH) P(SURVEY_MID) P(SURVEY_LOW) P(SURVEY_NOTED) \
    P(SURVEY_THANKS) P(SURVEY_REFUSED) \
    /* what is searched */ \
    P(NOUN_CAR) P(NOUN_SUV) P(NOUN_SEDAN) P(NOUN_HATCHBACK) P(NOUN_PICKUP) P(NOUN_COUPE) \
    P(NOUN_CONVERTIBLE) P(NOUN_MINIVAN) P(NOUN_OTHER) P(OF_AUTOMATIC) P(OF_MANUAL) P(OF_HYBRID) \
    P(OF_ELECTRIC) P(OF_DIESEL) P(OF_PETROL) P(OF_COLOUR) P(OF_BLUETOOTH) P(OF_CAR_PLAY) \
    P(OF_NO_BLUETOOTH) P(OF_NO_CAR_PLAY) P(OF_BOTH) P(OF_NOT) P(NOR) P(COLOURED) P(STANDING_IN) P(OF_LONG) P(OF_YEAR) P(OF_YEAR_FROM) P(OF_YEAR_TO) P(OF_YEARS) \
    P(OF_PRICE_TO) P(OF_PRICE_FROM) P(OF_PRICES) P(OF_KM_TO) P(OF_KM_FROM) P(OF_CITY) P(BY_PRICE) \
    P(BY_PRICE_DOWN) P(BY_YEAR) P(BY_YEAR_DOWN) P(BY_KM) P(BY_KM_DOWN) \
    /* values of the catalog */ \
    P(IS_SEDAN) P(IS_AUTOMATIC) P(IS_MANUAL) P(IS_HYBRID) P(IS_ELECTRIC) P(IS_DIESEL) \
    P(IS_PETROL) P(IS_BEIGE) P(IS_RED) P(IS_BLUE) P(IS_WHITE) P(IS_BLACK) P(IS_GREY) P(IS_SILVER) \
    P(IS_GREEN) P(IS_YELLOW) P(IS_ORANGE) P(IS_BROWN) P(IS_GOLD) P(IS_WINE)
/* clang-format on */
#define PHRASE_ENUM(name) PHRASE_##name,
typedef enum phrase { PHRASES(PHRASE_ENUM) PHRASE_COUNT } phrase_t;

typedef const char *phrase_table_t[PHRASE_COUNT][PHRASE_WORDINGS];
extern const phrase_table_t phrases_es;
extern const phrase_table_t phrases_en;
extern const phrase_table_t phrases_pt;

/* Who is spoken to, and what was said to them before. */
typedef struct voice {
    language_t language;
    bool formal;
    bool feminine;                  /* what is spoken of now */
    const proto_context_t *context; /* its assistant entries are not repeated; may be NULL */
} voice_t;

typedef struct phrase_arg {
    const char *name;
    str_t value;
} phrase_arg_t;

#define PHRASE_ARGS(...)                 \
    (const phrase_arg_t[]){__VA_ARGS__}, \
        sizeof((const phrase_arg_t[]){__VA_ARGS__}) / sizeof(phrase_arg_t)

/* Appends the wording that was not used yet, or longest ago. */
void phrase_add(buf_t *out, const voice_t *voice, phrase_t phrase, const phrase_arg_t *args,
                size_t count);

/* Appends a wording that was not used yet; false: there is none, and nothing is said. */
bool phrase_fresh(buf_t *out, const voice_t *voice, phrase_t phrase);

/* The same as phrase_add without arguments. */
void phrase_say(buf_t *out, const voice_t *voice, phrase_t phrase);

#endif

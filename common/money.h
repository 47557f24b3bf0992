/*
 * Money is int64 cents, everywhere. Text to cents, cents to text, nothing else:
 * what a loan costs is agent/financing.
 */
#ifndef MOSTRADOR_COMMON_MONEY_H
#define MOSTRADOR_COMMON_MONEY_H

#include <stdint.h>

#include "common/str.h"

#define MONEY_MAX 100000000000000 /* cents; a million millions */
#define MONEY_TEXT_SIZE 40

/*
 * Reads a plain decimal: "461999", "461999.0", "461999.99", no sign, no
 * grouping, no blanks. More than two decimals must be zeros. false otherwise.
 */
bool money_parse(str_t text, int64_t *cents);

/* "238999.00": for JSON. */
const char *money_print_plain(int64_t cents, char text[MONEY_TEXT_SIZE]);

/* "$238,999", and "$9,373.99" when the cents are not 0: for people. */
const char *money_print(int64_t cents, char text[MONEY_TEXT_SIZE]);

/* "$238,999.00": for people, where figures stand under each other. */
const char *money_print_cents(int64_t cents, char text[MONEY_TEXT_SIZE]);

/* "76,000": groups of three. */
const char *number_print(int64_t number, char text[MONEY_TEXT_SIZE]);

#endif

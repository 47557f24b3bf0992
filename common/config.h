/*
 * Reads the settings of settings.h: the environment over .env over the default. A bad value, or a
 * name in .env that does not exist, stops the start with one line that names setting, value and
 * what is allowed.
 */
#ifndef MOSTRADOR_COMMON_CONFIG_H
#define MOSTRADOR_COMMON_CONFIG_H

#include <stdint.h>

#include "common/settings.h"
#include "common/str.h"

/* config.PORT, config.API_TOKEN …: INT, MS and PERCENT are int64_t, the rest const char * that is
 * never NULL and lives as long as the process. */
#define CONFIG_C_TEXT(name) const char *name;
#define CONFIG_C_SECRET(name) const char *name;
#define CONFIG_C_PATH(name) const char *name;
#define CONFIG_C_ENDPOINTS(name) const char *name;
#define CONFIG_C_INT(name) int64_t name;
#define CONFIG_C_MS(name) int64_t name;
#define CONFIG_C_PERCENT(name) int64_t name;
#define CONFIG_C(name, type, fallback, allowed, doc) CONFIG_C_##type(name)

typedef struct config {
    SETTINGS(CONFIG_C)
} config_t;

extern config_t config;

/* Loads config; exits through log_fatal on a wrong setting. env_file may be NULL for ".env", which
 * need not exist; a file that is named must. */
void config_load(const char *env_file);

/* The same without exit, for tests: false and why (at least 256 bytes) on a wrong setting. */
bool config_try(const char *env_file, char *why, size_t size);

/* "45m" and kin to ms; false if it is none. */
bool config_parse_ms(str_t text, int64_t *ms);

/* Can only this machine reach HTTP_ADDR? */
bool config_on_loopback(void);

/* Prints the value of a setting on stdout, for scripts; false if there is none of that name. */
bool config_print_value(const char *name);

/* Prints all settings as a Markdown table on stdout. */
void config_print_table(void);

/* Prints .env.example on stdout. */
void config_print_example(void);

#endif

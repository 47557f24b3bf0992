/*
 * The catalog's file: one SQLite database, written once by an import, never changed afterwards.
 * Names are numbered, so that a car is a row of numbers; texts is what free words are looked up in,
 * one row per distinct text and not per car.
 */
#ifndef MOSTRADOR_CATALOG_SCHEMA_H
#define MOSTRADOR_CATALOG_SCHEMA_H

#define SCHEMA_FILE "catalog.db"
#define SCHEMA_FILE_NEW "catalog.db.new"
#define SCHEMA_APPLICATION 0x4d4f5354 /* "MOST" */
#define SCHEMA_LAYOUT 1               /* grows when the tables change */

#define SCHEMA_MAX_MAKES 1024  /* as many as one FACETS message carries */
#define SCHEMA_MAX_MODELS 1024 /* of one make, likewise */
#define SCHEMA_MAX_VALUES 4096 /* of body, fuel, transmission, colour or city */

/* texts.rowid is trait << 32 | number (trait_t of columns.h). The words are folded already; the
 * tokenizer only parts them at blanks. */
#define SCHEMA_SQL                                                                               \
    "CREATE TABLE catalog (version INTEGER, cars INTEGER, imported_ms INTEGER, source TEXT);"    \
    "CREATE TABLE makes (make INTEGER PRIMARY KEY, name TEXT, cars INTEGER, price_min INTEGER);" \
    "CREATE TABLE models (model INTEGER PRIMARY KEY, make INTEGER, name TEXT, cars INTEGER,"     \
    "                     price_min INTEGER);"                                                   \
    "CREATE TABLE versions (version INTEGER PRIMARY KEY, name TEXT);"                            \
    "CREATE TABLE traits (trait INTEGER, value INTEGER, name TEXT, PRIMARY KEY (trait, value))"  \
    " WITHOUT ROWID;"                                                                            \
    "CREATE TABLE cars (stock_id INTEGER PRIMARY KEY, line INTEGER, model INTEGER,"              \
    " version INTEGER, year INTEGER, price INTEGER, km INTEGER, bluetooth INTEGER,"              \
    " car_play INTEGER, length INTEGER, width INTEGER, height INTEGER, body INTEGER,"            \
    " fuel INTEGER, transmission INTEGER, colour INTEGER, city INTEGER, photo_url TEXT);"        \
    "CREATE VIRTUAL TABLE texts USING fts5 (words, content = '', detail = 'none',"               \
    " prefix = '2 3 4', tokenize = \"ascii tokenchars '.'\");"

#endif

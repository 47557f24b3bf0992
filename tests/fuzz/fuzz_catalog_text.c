/*
 * Any text as a query or a sentence, against a real catalog: answers are within the limits of the
 * messages (they encode), a query as understood finds the same again, and no text is syntax.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "catalog/generate.h"
#include "catalog/import.h"
#include "catalog/page.h"
#include "catalog/schema.h"
#include "common/text.h"

static void on_report(void *arg, bool note, const char *text)
{
    (void)arg;
    (void)note;
    fprintf(stderr, "%s\n", text);
}

/* A small catalog in a folder that is removed at once: the open file stays. */
static stock_t *make_stock(void)
{
    char dir[] = "/tmp/mfuzzXXXXXX", csv[64], db[64], why[256];
    import_result_t result;
    if (!mkdtemp(dir))
        abort();
    snprintf(csv, sizeof csv, "%s/cars.csv", dir);
    snprintf(db, sizeof db, "%s/%s", dir, SCHEMA_FILE);
    FILE *file = fopen(csv, "w");
    if (!file || !generate_csv(file, 400, 5) || fclose(file) != 0 ||
        !import_file(csv, dir, on_report, NULL, &result))
        abort();
    stock_t *stock = stock_open(db, why, sizeof why);
    if (!stock)
        abort();
    unlink(csv);
    unlink(db);
    rmdir(dir);
    return stock;
}

static void must_encode(const proto_record_t *record, const void *msg)
{
    proto_error_text_t why;
    buf_t body;
    buf_init(&body, PROTO_MAX_BODY);
    if (!proto_encode(record, msg, &body, &why)) {
        fprintf(stderr, "%s\n", why.text);
        abort();
    }
    buf_free(&body);
}

static void try_page(stock_t *stock, proto_query_t query, arena_t *arena)
{
    proto_paged_t paged, again;
    char why[160];
    if (!catalog_page(stock, &query, arena, &paged, why))
        return;
    must_encode(&proto_paged_record, &paged);
    if (!catalog_page(stock, paged.query, arena, &again, why) ||
        again.list->total != paged.list->total)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static stock_t *stock;
    static arena_t *arena;
    if (!stock) {
        stock = make_stock();
        arena = arena_new(64 << 20);
    }
    str_t text = {(const char *)data, size};
    if (size == 0 || !utf8_valid(text)) /* the codec lets no other in */
        return 0;
    arena_reset(arena);
    proto_resolved_t resolved;
    catalog_resolve(stock, utf8_front(text, PROTO_MAX_TEXT), arena, &resolved);
    must_encode(&proto_resolved_record, &resolved);
    str_t make = utf8_front(text, 64), q = utf8_front(text, 256);
    try_page(stock, (proto_query_t){.q = q}, arena);
    try_page(stock, (proto_query_t){.make = make, .q = q}, arena);
    try_page(stock, (proto_query_t){.make = make, .model = make}, arena);
    try_page(stock, (proto_query_t){.model = make, .body = make, .colour = make}, arena);
    try_page(stock, (proto_query_t){.make = make, .exclude = q}, arena);
    return 0;
}

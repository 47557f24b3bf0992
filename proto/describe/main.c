/*
 * Prints what the tables say, for those who cannot include them:
 *   describe json       every record and message, for clients in other languages
 *   describe markdown   proto/MESSAGES.md
 *   describe settings   .env.example
 *   describe table      the settings as a Markdown table, for README.md
 *   describe routes     every operation of the HTTP interface, a line each
 *   describe value NAME…   what settings amount to here and now, a line each
 */
#include <stdio.h>

#include "common/config.h"
#include "common/log.h"
#include "gateway/routes.h"
#include "proto/proto.h"

static const char *const kinds[] = {"INT", "BOOL", "STR", "BIN", "LIST"};

static void json_fields(const proto_record_t *record)
{
    printf("\"name\":\"%s\",\"fields\":[", record->name);
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        printf("%s{\"number\":%u,\"name\":\"%s\",\"kind\":\"%s\",\"max\":%u,\"required\":%s,"
               "\"element\":",
               i ? "," : "", f->number, f->name, kinds[f->kind], f->max,
               f->required ? "true" : "false");
        if (f->element)
            printf("\"%s\"}", f->element->name);
        else
            printf("null}");
    }
    printf("]");
}

static void json(void)
{
    printf("{\"version\":\"%s\",\"header_size\":%d,\"messages\":[", PROTO_VERSION,
           PROTO_HEADER_SIZE);
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        printf("%s\n{\"type\":\"%s\",\"code\":%d,\"answer\":\"%s\",\"route\":\"%s\",",
               m == proto_messages ? "" : ",", proto_type_name((*m)->type), (*m)->type,
               (*m)->answer, (*m)->route);
        json_fields(*m);
        printf("}");
    }
    printf("],\"records\":[");
    for (const proto_record_t *const *r = proto_records; *r; r++) {
        printf("%s\n{", r == proto_records ? "" : ",");
        json_fields(*r);
        printf("}");
    }
    printf("]}\n");
}

static void markdown_fields(const proto_record_t *record)
{
    printf("| # | field | type | max | needed | meaning |\n|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < record->field_count; i++) {
        const proto_field_t *f = &record->fields[i];
        printf("| %u | `%s` | ", f->number, f->name);
        if (f->kind == PROTO_LIST)
            printf("list of [%s](#%s) | %u", f->element->name, f->element->name, f->max);
        else if (f->max)
            printf("%s | %u bytes", kinds[f->kind], f->max);
        else
            printf("%s | ", kinds[f->kind]);
        printf(" | %s | %s |\n", f->required ? "yes" : "", f->doc);
    }
    printf("\n");
}

static void markdown(void)
{
    printf(
        "# Messages of " PROTO_VERSION "\n\n"
        "Made from `proto/messages.h` by `make docs`. A message is three frames: `" PROTO_VERSION
        "`, a header of %d bytes, a MessagePack map of field numbers to values.\n\n"
        "Header, network order: type (1 byte), 0 (1), attempt (2), ms left until the sender gives "
        "up, 0 for ever (4), request id (8), trace id (8), 0 (8).\n\n"
        "Limits of a body: %d bytes, %d levels, %d elements. An optional field that is absent "
        "reads as 0, false, empty. Unknown fields are ignored; a missing required field, a wrong "
        "type or a value past its maximum is answered by ERROR.\n\n## Messages\n\n"
        "| code | message | way | answer | meaning |\n|---|---|---|---|---|\n",
        PROTO_HEADER_SIZE, PROTO_MAX_BODY, PROTO_MAX_DEPTH, PROTO_MAX_ELEMENTS);
    for (const proto_record_t *const *m = proto_messages; *m; m++)
        printf("| %d | [%s](#%s) | %s | %s | %s |\n", (*m)->type, proto_type_name((*m)->type),
               (*m)->name, (*m)->route, (*m)->answer, (*m)->doc);
    printf("\n");
    for (const proto_record_t *const *m = proto_messages; *m; m++) {
        printf("### %s\n\n%s.\n\n", (*m)->name, (*m)->doc);
        markdown_fields(*m);
    }
    printf("## Records\n\n");
    for (const proto_record_t *const *r = proto_records; *r; r++) {
        printf("### %s\n\n%s.\n\n", (*r)->name, (*r)->doc);
        markdown_fields(*r);
    }
}

static void routes(void)
{
#define LINE(route, path, method, who, role, doc) \
    printf("%s\t%s\t%s\t%s\t%s\t%s\n", #method, path, #who, #role, #route, doc);
    ROUTES(LINE)
}

static int values(char **names, int count)
{
    log_start("mostrador", "info", "logfmt");
    config_load(NULL);
    for (int i = 0; i < count; i++)
        if (!config_print_value(names[i])) {
            fprintf(stderr, "describe: there is no setting %s\n", names[i]);
            return 2;
        }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 2 && str_is(str_from(argv[1]), "value"))
        return values(argv + 2, argc - 2);
    str_t what = str_from(argc == 2 ? argv[1] : "");
    if (str_is(what, "json"))
        json();
    else if (str_is(what, "markdown"))
        markdown();
    else if (str_is(what, "settings"))
        config_print_example();
    else if (str_is(what, "table"))
        config_print_table();
    else if (str_is(what, "routes"))
        routes();
    else {
        fprintf(stderr, "usage: describe json|markdown|settings|table|routes|value NAME…\n");
        return 2;
    }
    return 0;
}

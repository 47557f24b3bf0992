/*
 * The catalog service: which cars the shop has, what they are called, what the shop wrote about
 * itself. It answers from a file that catalog-import writes; several may run over copies of it.
 *
 *   service    messages, and following the files
 *   page       answers: pages, one car, makes and models, names in a sentence
 *   search     what a query means for this catalog
 *   mention    which words are makes and models; names, nicknames and lex (words) belong to it
 *   stock      the catalog file, open; columns is what filters look at, schema what is in the file
 *   knowledge  Markdown about the shop
 *   import     a CSV becomes a catalog file, or goes to a source of truth (publish); csv and row
 *              belong to it
 *   build      cars become a catalog file; dict belongs to it
 *   follow     a source of truth (source: PostgreSQL) into this process's copy of it, which edit
 *              changes
 *   generate   makes up catalogs, from the cars of lineup
 */
#include "catalog/service.h"
#include "catalog/source.h"
#include "common/config.h"
#include "common/log.h"
#include "common/rpc_loop.h"

static void on_stop(void *arg)
{
    uv_stop(arg);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "catalog";
    config_load(NULL);
    log_start(name, config.LOG_LEVEL, config.LOG_FORMAT);
    uv_loop_t loop;
    uv_loop_init(&loop);
    char why[256];
    const service_from_t from = {config.CATALOG_DIR, config.KNOWLEDGE_DIR, config.CATALOG_SOURCE,
                                 config.CATALOG_SOURCE_MS};
    if (from.source[0] && !source_check_url(from.source, why, sizeof why))
        log_fatal("CATALOG_SOURCE: %s", why);
    service_t *service = service_new(&loop, name, config.CATALOG_ENDPOINT, &from, why, sizeof why);
    if (!service)
        log_fatal("cannot start at %s: %s", config.CATALOG_ENDPOINT, why);
    rpc_loop_on_signal(&loop, on_stop, &loop);
    log_info("ready", LOG_CSTR("endpoint", config.CATALOG_ENDPOINT));
    uv_run(&loop, UV_RUN_DEFAULT);

    service_destroy(&service);
    rpc_loop_end(&loop);
    log_info("stopped");
    return 0;
}

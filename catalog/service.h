/*
 * The catalog as a process sees it: a server on the loop, the catalog file and the knowledge folder
 * that it follows. A new file is opened on a thread of its own while the old one goes on answering,
 * and takes its place between two requests.
 */
#ifndef MOSTRADOR_CATALOG_SERVICE_H
#define MOSTRADOR_CATALOG_SERVICE_H

#include <uv.h>

typedef struct service service_t;

/* Serves on endpoints from the files of catalog_dir and knowledge_dir. NULL and why when an
 * endpoint cannot be bound. */
service_t *service_new(uv_loop_t *loop, const char *name, const char *endpoints,
                       const char *catalog_dir, const char *knowledge_dir, char *why, size_t size);

/* Stops; everything is gone once the loop has run out. */
void service_destroy(service_t **self_p);

#endif

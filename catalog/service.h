/*
 * The catalog as a process sees it: a server on the loop, the catalog file and the knowledge folder
 * that it follows. A new file is opened on a thread of its own while the old one goes on answering,
 * and takes its place between two requests. With a source of truth it is that which is followed,
 * and the file is this process's copy of it (follow.h).
 */
#ifndef MOSTRADOR_CATALOG_SERVICE_H
#define MOSTRADOR_CATALOG_SERVICE_H

#include <uv.h>

typedef struct service service_t;

typedef struct service_from {
    const char *catalog_dir, *knowledge_dir;
    const char *source; /* "" for none */
    int64_t source_ms;
} service_from_t;

/* Serves on endpoints. NULL and why when an endpoint cannot be bound, or there is no place for a
 * copy. The strings must outlive it. */
service_t *service_new(uv_loop_t *loop, const char *name, const char *endpoints,
                       const service_from_t *from, char *why, size_t size);

/* Stops; everything is gone once the loop has run out. */
void service_destroy(service_t **self_p);

#endif

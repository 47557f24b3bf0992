/*
 * Is this the head of a request that Kore's parser reads the way HTTP means it? Kore 4.1 copies a
 * body past its Content-Length, takes the first of two lengths, ignores Transfer-Encoding, drops
 * headers past the 22nd and splits lines at a bare CR or LF. So nothing reaches it that this
 * function has not found to be exactly one well-formed request. Pure: bytes in, verdict out.
 */
#ifndef MOSTRADOR_GATEWAY_HEAD_H
#define MOSTRADOR_GATEWAY_HEAD_H

#include "gateway/problem.h"

#define HEAD_MAX 8192        /* bytes of a request's head */
#define HEAD_MAX_LINES 22    /* header lines */
#define HEAD_MAX_TARGET 1998 /* bytes of path and query */
#define HEAD_MAX_HOST 253
#define HEAD_MAX_BODY 65536
#define HEAD_MAX_FILE 1900000 /* bytes of a body that is a file */
#define HEAD_FILE_PATH "/catalog/import"

typedef enum head_verdict {
    HEAD_MORE,  /* not complete, nothing wrong so far */
    HEAD_WHOLE, /* complete and sound */
    HEAD_BAD,   /* problem says why */
} head_verdict_t;

typedef struct head {
    size_t size;   /* bytes up to and with the empty line */
    size_t body;   /* Content-Length */
    size_t most;   /* that it may be */
    bool expects;  /* Expect: 100-continue */
    bool has_host; /* while it is read: what was seen */
    bool has_length;
    bool has_encoding;
    size_t lines;
} head_t;

/* Looks at the bytes of a connection from the start of a request on. */
head_verdict_t head_check(str_t bytes, head_t *head, problem_t *problem);

#endif

/*
 * The codec behind messages.h: structs, encode, decode, print, framing.
 *
 * On the wire a message is three ZeroMQ frames (after the routing id a ROUTER
 * puts in front): "MOST/1", a header of PROTO_HEADER_SIZE bytes in network
 * order, and a MessagePack body that intermediaries need not open.
 */
#ifndef MOSTRADOR_PROTO_PROTO_H
#define MOSTRADOR_PROTO_PROTO_H

#include <stdint.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/str.h"
#include "proto/messages.h"

#define PROTO_VERSION "MOST/1"
#define PROTO_VERSION_SIZE 6
#define PROTO_HEADER_SIZE 32
#define PROTO_MAX_BODY (2 << 20) /* bytes */
#define PROTO_MAX_DEPTH 8
#define PROTO_MAX_ELEMENTS 65536

/* ---- structs: proto_car_t, proto_query_t, … one per record and per message ---- */

typedef struct proto_record proto_record_t;

#define PROTO_C_INT(name) int64_t name;
#define PROTO_C_BOOL(name) bool name;
#define PROTO_C_STR(name) str_t name;
#define PROTO_C_BIN(name) str_t name;
#define PROTO_C_F(record, number, type, name, max, need, doc) PROTO_C_##type(name)
#define PROTO_C_L(record, number, element, name, max, need, doc) \
    struct proto_##element *name;                                \
    size_t name##_count;
#define PROTO_C_RECORD(name, doc)                 \
    typedef struct proto_##name proto_##name##_t; \
    struct proto_##name {                         \
        PROTO_FIELDS_##name(PROTO_C_F, PROTO_C_L) \
    };                                            \
    extern const proto_record_t proto_##name##_record;
#define PROTO_C_MESSAGE(name, NAME, code, route, answer, doc) PROTO_C_RECORD(name, doc)
PROTO_RECORDS(PROTO_C_RECORD)
PROTO_MESSAGES(PROTO_C_MESSAGE)

/* PROTO_ERROR = 1, PROTO_OK = 2, … */
typedef enum proto_type {
#define PROTO_C_ENUM(name, NAME, code, route, answer, doc) PROTO_##NAME = (code),
    PROTO_MESSAGES(PROTO_C_ENUM)
} proto_type_t;

/* Codes of an ERROR message. */
#define PROTO_CODE_BAD_VERSION "bad_version" /* frame 0 is not MOST/1 */
#define PROTO_CODE_BAD_MESSAGE "bad_message" /* header or body cannot be read */
#define PROTO_CODE_UNKNOWN_TYPE "unknown_type"
#define PROTO_CODE_BUSY "busy"               /* at a bound: try after retry_after_ms */
#define PROTO_CODE_UNAVAILABLE "unavailable" /* something behind is away */
#define PROTO_CODE_TIMEOUT "timeout"         /* the deadline has passed; made by rpc_client too */
#define PROTO_CODE_STALE_TOKEN "stale_token" /* the lease is somebody else's now */
#define PROTO_CODE_EARLY "early"             /* the person's rate: after retry_after_ms */
#define PROTO_CODE_CLAIMED "claimed"         /* WITHDRAW came too late */
#define PROTO_CODE_NOT_WAITING \
    "not_waiting"                        /* WORK: nothing waits; ENQUEUE again tells the answer */
#define PROTO_CODE_INVALID "invalid"     /* understood, but makes no sense; detail says why */
#define PROTO_CODE_DENIED "denied"       /* wrong name or password; no session */
#define PROTO_CODE_LOCKED "locked"       /* too many attempts: after retry_after_ms */
#define PROTO_CODE_NOT_FOUND "not_found" /* there is nobody of that name */
#define PROTO_CODE_CONFLICT "conflict"   /* not as things are; detail says why */
#define PROTO_CODE_INTERNAL "internal"

/* ---- the tables, for those who walk them ---- */

typedef enum proto_kind { PROTO_INT, PROTO_BOOL, PROTO_STR, PROTO_BIN, PROTO_LIST } proto_kind_t;

typedef struct proto_field {
    const char *name;
    const char *doc;
    uint8_t number;
    uint8_t kind; /* proto_kind_t */
    bool required;
    uint32_t max;                  /* bytes or elements */
    uint32_t offset;               /* of the member in the struct */
    uint32_t count_offset;         /* of name_count, for a list */
    const proto_record_t *element; /* of a list */
} proto_field_t;

struct proto_record {
    const char *name;
    const char *doc;
    size_t size;                 /* of the struct */
    const proto_field_t *fields; /* by number, 1 upwards */
    size_t field_count;
    proto_type_t type;  /* 0 for a record that is not a message */
    const char *route;  /* of a message: from → to */
    const char *answer; /* of a message: the message that answers it */
};

/* The record of a message type, or NULL. */
const proto_record_t *proto_message(proto_type_t type);

/* Every message (or record), in the order of the table, ended by NULL. */
extern const proto_record_t *const proto_messages[];
extern const proto_record_t *const proto_records[];

/* "ENQUEUE"; "?" for an unknown type. */
const char *proto_type_name(proto_type_t type);

/* ---- header ---- */

typedef struct proto_trace {
    uint8_t id[8]; /* of one incoming message, through every process and log line */
} proto_trace_t;

typedef struct proto_header {
    proto_type_t type;
    uint16_t attempt; /* 0 at first, then 1, 2 … when the same request is sent again */
    uint32_t left_ms; /* what is left until the sender gives up, when it was sent. Relative, so that
                         clocks of two machines need not agree; 0: for ever */
    uint64_t id;      /* of the request; its answer carries the same */
    proto_trace_t trace;
} proto_header_t;

void proto_header_encode(const proto_header_t *self, uint8_t bytes[PROTO_HEADER_SIZE]);

/* false when size is wrong, the type is unknown or reserved bytes are set. type, id and trace are
 * set all the same if the size allows, so that an error reply can name the request. */
bool proto_header_decode(proto_header_t *self, const void *bytes, size_t size);

/* A random trace id. */
proto_trace_t proto_trace_new(void);

/* 16 hex digits and a 0. */
const char *proto_trace_print(proto_trace_t trace, char text[17]);

/* ---- bodies ---- */

typedef struct proto_error_text {
    char text[160]; /* "query.year_min: expected INT" */
} proto_error_text_t;

/*
 * Appends the body of a message or record to out. Checks what decode would
 * check; on false nothing is appended and why (may be NULL) says what is wrong.
 */
bool proto_encode(const proto_record_t *record, const void *msg, buf_t *out,
                  proto_error_text_t *why);

/*
 * Reads a body into the struct of record. Strings are views into bytes, lists
 * live in the arena: msg is good as long as both are. Never trusts a length;
 * on false msg is zeroed.
 */
bool proto_decode(const proto_record_t *record, const void *bytes, size_t size, void *msg,
                  arena_t *arena, proto_error_text_t *why);

/* One line of text for logs and golden vectors: NAME{field=value, …}. Strings are escaped. Values
 * of fields that hold customers' words or ids are shown too: for tests and tools, not for logs. */
void proto_print(const proto_record_t *record, const void *msg, buf_t *out);

/* A copy of msg whose strings and lists live in the arena too; false past the arena's ceiling. */
bool proto_copy(const proto_record_t *record, const void *from, void *to, arena_t *arena);

#endif

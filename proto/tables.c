/* The tables of messages.h as data: what the codec, the printer and `describe` walk. */
#include <stddef.h>

#include "proto/proto.h"

#define FIELD(record, number, type, name, max, need, doc)                                       \
    {#name, doc, number, PROTO_##type, NEED_##need, max, offsetof(struct proto_##record, name), \
     0,     NULL},
#define LIST(record, number, elem, name, max, need, doc) \
    {#name,                                              \
     doc,                                                \
     number,                                             \
     PROTO_LIST,                                         \
     NEED_##need,                                        \
     max,                                                \
     offsetof(struct proto_##record, name),              \
     offsetof(struct proto_##record, name##_count),      \
     &proto_##elem##_record},
#define NEED_REQUIRED true
#define NEED_OPTIONAL false

#define DEFINE(name, doc, type, route, answer)                                                  \
    static const proto_field_t name##_fields[] = {PROTO_FIELDS_##name(FIELD, LIST)};            \
    const proto_record_t proto_##name##_record = {#name,                                        \
                                                  doc,                                          \
                                                  sizeof(struct proto_##name),                  \
                                                  name##_fields,                                \
                                                  sizeof name##_fields / sizeof *name##_fields, \
                                                  type,                                         \
                                                  route,                                        \
                                                  answer};
#define DEFINE_RECORD(name, doc) DEFINE(name, doc, 0, NULL, NULL)
#define DEFINE_MESSAGE(name, NAME, code, route, answer, doc) \
    DEFINE(name, doc, PROTO_##NAME, route, answer)
PROTO_RECORDS(DEFINE_RECORD)
PROTO_MESSAGES(DEFINE_MESSAGE)

#define RECORD_POINTER(name, doc) &proto_##name##_record,
#define MESSAGE_POINTER(name, NAME, code, route, answer, doc) &proto_##name##_record,
const proto_record_t *const proto_records[] = {PROTO_RECORDS(RECORD_POINTER) NULL};
const proto_record_t *const proto_messages[] = {PROTO_MESSAGES(MESSAGE_POINTER) NULL};

const proto_record_t *proto_message(proto_type_t type)
{
    switch (type) {
#define MESSAGE_CASE(name, NAME, code, route, answer, doc) \
    case PROTO_##NAME:                                     \
        return &proto_##name##_record;
        PROTO_MESSAGES(MESSAGE_CASE)
    }
    return NULL;
}

const char *proto_type_name(proto_type_t type)
{
    switch (type) {
#define MESSAGE_NAME(name, NAME, code, route, answer, doc) \
    case PROTO_##NAME:                                     \
        return #NAME;
        PROTO_MESSAGES(MESSAGE_NAME)
    }
    return "?";
}

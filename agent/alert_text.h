/*
 * An alert as people and programs read it: a line of text, and around it what Slack, a webhook of
 * the shop's own, and a mail want. Pure.
 */
#ifndef MOSTRADOR_AGENT_ALERT_TEXT_H
#define MOSTRADOR_AGENT_ALERT_TEXT_H

#include "common/buf.h"
#include "proto/proto.h"

/* Kinds of alerts, in the order of their bits. */
#define ALERT_KINDS(K)                                          \
    K(QUOTE, "quote")             /* a plan was worked out */   \
    K(PERSON, "person")           /* a person is asked for */   \
    K(SCORE, "score")             /* 0 to 6 in the survey */    \
    K(UNDELIVERED, "undelivered") /* the carrier refused */     \
    K(MODEL, "model")             /* is left alone: it fails */ \
    K(BUDGET, "budget")           /* of the day, used up */     \
    K(MISSING, "missing")         /* a part of ours */          \
    K(LEAD, "lead")               /* somebody may buy */        \
    K(TEST, "test")

typedef enum alert_kind {
#define ALERT_C(id, name) ALERT_##id,
    ALERT_KINDS(ALERT_C) ALERT_KIND_COUNT
#undef ALERT_C
} alert_kind_t;

const char *alert_kind_name(alert_kind_t kind);

/* ALERT_KIND_COUNT if there is none of that name. */
alert_kind_t alert_kind_of(str_t name);

/* Bits of the kinds that ALERTS names, the test always among them. false: it names another. */
bool alert_kinds_parse(str_t list, unsigned *kinds);

/* One line of UTF-8 without control characters. spanish: else English. */
void alert_line(const proto_alert_t *alert, str_t shop, bool spanish, buf_t *out);

/* {"text":…}, in which nothing that a customer wrote calls anybody or makes a link. */
void alert_slack(str_t line, buf_t *out);

/* All fields as JSON, and the line as message. */
void alert_json(const proto_alert_t *alert, str_t line, buf_t *out);

/* The value of Mostrador-Signature: t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>" in hex>. */
void alert_signature(str_t secret, int64_t unix_s, str_t body, buf_t *out);

/* A whole message for SMTP. Addresses are as alert_addresses takes them. */
void alert_mail(const proto_alert_t *alert, str_t line, str_t from, str_t to, int64_t unix_s,
                buf_t *out);

/* Are these mail addresses, with commas between, and nothing that could end a header? */
bool alert_addresses(str_t list);

#endif

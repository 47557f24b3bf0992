/*
 * Counters, gauges and histograms of this process. The table below names them all; their values
 * travel in heartbeats (proto sample) and the gateway prints them for Prometheus.
 *
 *   M(id, kind, name, label, help)   kind: COUNTER GAUGE SECONDS (a histogram, fed with µs)
 * label is the name of its one label, "" for none.
 */
#ifndef MOSTRADOR_COMMON_METRICS_H
#define MOSTRADOR_COMMON_METRICS_H

#include <stdint.h>

#include "common/arena.h"
#include "proto/proto.h"

/* clang-format off */
#define METRICS(M) \
    M(HTTP_REQUESTS,        COUNTER, "mostrador_http_requests_total", "status", "HTTP answers by status") \
    M(HTTP_REJECTED,        COUNTER, "mostrador_http_rejected_total", "reason", "connections the guard refused before Kore parsed them") \
    M(HTTP_WAITING,         GAUGE,   "mostrador_http_waiting", "", "HTTP requests that wait for an answer from behind") \
    M(HTTP_GONE,            COUNTER, "mostrador_http_gone_total", "", "clients that left before their answer") \
    M(HTTP_SECONDS,         SECONDS, "mostrador_http_seconds", "", "from request to answer") \
    M(RPC_CALLS,            COUNTER, "mostrador_rpc_calls_total", "service", "requests sent to another process") \
    M(RPC_RETRIES,          COUNTER, "mostrador_rpc_retries_total", "service", "requests sent again because a peer died or restarted") \
    M(RPC_TIMEOUTS,         COUNTER, "mostrador_rpc_timeouts_total", "service", "requests that were not answered in time") \
    M(RPC_REFUSED,          COUNTER, "mostrador_rpc_refused_total", "service", "requests refused at the bound of requests in flight") \
    M(RPC_LATE,             COUNTER, "mostrador_rpc_late_total", "service", "answers nobody waited for any more") \
    M(WIRE_BAD,             COUNTER, "mostrador_wire_bad_total", "reason", "messages that could not be read") \
    M(WIRE_UNSENT,          COUNTER, "mostrador_wire_unsent_total", "reason", "messages whose receiver was full or gone") \
    M(SERVED,               COUNTER, "mostrador_served_total", "type", "requests served, by message type") \
    M(DISPATCH_QUEUED,      GAUGE,   "mostrador_dispatch_queued", "", "users that wait for an agent") \
    M(DISPATCH_RUNNING,     GAUGE,   "mostrador_dispatch_running", "", "turns at agents") \
    M(DISPATCH_CREDIT,      GAUGE,   "mostrador_dispatch_credit", "", "turns that agents would take now") \
    M(DISPATCH_AGENTS,      GAUGE,   "mostrador_dispatch_agents", "", "agents alive") \
    M(DISPATCH_REDISPATCHED, COUNTER, "mostrador_dispatch_redispatched_total", "", "turns given to another agent because theirs died") \
    M(DISPATCH_REFUSED,     COUNTER, "mostrador_dispatch_refused_total", "", "work refused at the bound of the queue") \
    M(DISPATCH_SWEPT,       COUNTER, "mostrador_dispatch_swept_total", "", "users the sweeper found forgotten") \
    M(TURNS,                COUNTER, "mostrador_turns_total", "outcome", "turns ended, by outcome") \
    M(TURNS_RUNNING,        GAUGE,   "mostrador_turns_running", "", "turns in flight") \
    M(TURNS_JOINED,         COUNTER, "mostrador_turns_joined_total", "", "turns begun anew because the customer wrote again") \
    M(TURN_SECONDS,         SECONDS, "mostrador_turn_seconds", "", "from claim to commit") \
    M(PERSON_WANTED,        COUNTER, "mostrador_person_wanted_total", "", "turns in which the customer asked for a human") \
    M(MODEL_CALLS,          COUNTER, "mostrador_model_calls_total", "outcome", "model calls, by outcome") \
    M(MODEL_RETRIES,        COUNTER, "mostrador_model_retries_total", "", "model calls tried again") \
    M(MODEL_SECONDS,        SECONDS, "mostrador_model_seconds", "", "a model call from start to end") \
    M(MODEL_TOKENS,         COUNTER, "mostrador_model_tokens_total", "kind", "tokens in, cached, out") \
    M(TOOL_CALLS,           COUNTER, "mostrador_tool_calls_total", "tool", "tools run") \
    M(TOOL_ERRORS,          COUNTER, "mostrador_tool_errors_total", "tool", "tool calls whose arguments were refused or that failed") \
    M(OFFLINE_REPLIES,      COUNTER, "mostrador_offline_replies_total", "reason", "answers by the offline seller") \
    M(CATALOG_CARS,         GAUGE,   "mostrador_catalog_cars", "", "cars served") \
    M(CATALOG_RELOADS,      COUNTER, "mostrador_catalog_reloads_total", "outcome", "catalogs swapped in, or refused") \
    M(CATALOG_SECONDS,      SECONDS, "mostrador_catalog_seconds", "", "time to make one page") \
    M(INBOX_ENQUEUED,       COUNTER, "mostrador_inbox_enqueued_total", "", "messages recorded") \
    M(INBOX_DUPLICATES,     COUNTER, "mostrador_inbox_duplicates_total", "", "copies of messages that were known") \
    M(INBOX_REFUSED,        COUNTER, "mostrador_inbox_refused_total", "", "messages refused because the user's inbox was full") \
    M(COMMITS,              COUNTER, "mostrador_commits_total", "", "turns made durable") \
    M(STALE_TOKENS,         COUNTER, "mostrador_stale_tokens_total", "", "commits refused because the lease was somebody else's") \
    M(REDIS_UP,             GAUGE,   "mostrador_redis_up", "", "1 while connected") \
    M(REDIS_SECONDS,        SECONDS, "mostrador_redis_seconds", "", "a command's time") \
    M(MEMORY,               GAUGE,   "mostrador_memory_bytes", "", "resident memory of the process") \
    M(DISPATCH_EXPIRED,     COUNTER, "mostrador_dispatch_expired_total", "", "requests nobody waited for any more before their turn ended") \
    M(DISPATCH_RETRIED,     COUNTER, "mostrador_dispatch_retried_total", "reason", "turns that have to run again, or be sent again") \
    M(REDIS_RESENT,         COUNTER, "mostrador_redis_resent_total", "", "commands sent again because the connection to Redis broke") \
    M(REDIS_REFUSED,        COUNTER, "mostrador_redis_refused_total", "reason", "commands given up: Redis away to their deadline, or too many waiting") \
    M(REPLIES_CUT,          COUNTER, "mostrador_replies_cut_total", "", "answers of a model that were too long and were cut at a sentence") \
    M(CONTEXT_LOST,         COUNTER, "mostrador_context_lost_total", "", "waiting messages a turn had to leave out because together they were too large") \
    M(TWILIO_REFUSED,       COUNTER, "mostrador_twilio_refused_total", "reason", "webhooks refused") \
    M(TWILIO_REQUESTS,      COUNTER, "mostrador_twilio_requests_total", "outcome", "requests to Twilio's API, by outcome") \
    M(TWILIO_SECONDS,       SECONDS, "mostrador_twilio_seconds", "", "a request to Twilio's API") \
    M(TWILIO_WEBHOOKS,      COUNTER, "mostrador_twilio_webhooks_total", "outcome", "messages that came by webhook, by how the webhook was answered") \
    M(TWILIO_CALLBACKS,     COUNTER, "mostrador_twilio_callbacks_total", "status", "status callbacks, by status") \
    M(TWILIO_FAILURES,      COUNTER, "mostrador_twilio_failures_total", "code", "status callbacks that told of a failure, by error code") \
    M(SURVEYS,              COUNTER, "mostrador_surveys_total", "event", "the survey: asked; promoter, passive, detractor and comment as they came; overtaken and taken_back by a message") \
    M(OUTBOX,               COUNTER, "mostrador_outbox_total", "event", "what became of replies in the outbox") \
    M(OUTBOX_FAILED,        COUNTER, "mostrador_outbox_failed_total", "code", "replies given up, by the carrier's error code") \
    M(CARRIER_STATUS,       COUNTER, "mostrador_carrier_status_total", "status", "messages that reached a status, by what the carrier called it") \
    M(CARRIER_ERRORS,       COUNTER, "mostrador_carrier_errors_total", "code", "messages that failed after they were accepted, by the carrier's error code") \
    M(OPT_CHANGES,          COUNTER, "mostrador_opt_changes_total", "change", "people who left with STOP or the like, and who returned") \
    M(ANSWER_SECONDS,       SECONDS, "mostrador_answer_seconds", "", "from a customer's first message to the commit of its answer") \
    M(WAITING_SECONDS,      SECONDS, "mostrador_waiting_seconds", "", "from a customer's first message until a turn claimed it") \
    M(MODEL_FIRST_SECONDS,  SECONDS, "mostrador_model_first_token_seconds", "", "a model call from start to its first token") \
    M(TOOL_SECONDS,         SECONDS, "mostrador_tool_seconds", "", "a tool from start to end") \
    M(CHECK_SECONDS,        SECONDS, "mostrador_check_seconds", "", "the checks of a turn, all in all") \
    M(COMMIT_SECONDS,       SECONDS, "mostrador_commit_seconds", "", "a turn's COMMIT with its repetitions") \
    M(DELIVERY_SECONDS,     SECONDS, "mostrador_delivery_seconds", "", "from a customer's first message until all parts of the answer were sent") \
    M(TURN_RECORDS,         COUNTER, "mostrador_turn_records_total", "event", "what turns took, told to the session service: sent, or lost on the way") \
    M(TURNS_LOGGED,         COUNTER, "mostrador_turns_logged_total", "", "turns of which is kept what they took") \
    M(CONTEXT_DROPPED,      COUNTER, "mostrador_context_dropped_total", "what", "older turns that went into the summary, and results of a running turn that were too large for CONTEXT_TOKENS") \
    M(CONTEXT_NARROW,       COUNTER, "mostrador_context_narrow_total", "", "requests above CONTEXT_TOKENS because rules, makes and tools alone leave no room") \
    M(BREAKER_STATE,        GAUGE,   "mostrador_breaker_state", "model", "circuit breaker of a model: 0 closed, 1 half-open, 2 open, as of its last call") \
    M(BREAKER_MOVES,        COUNTER, "mostrador_breaker_transitions_total", "to", "changes of a circuit breaker's state, by the new one") \
    M(MODEL_SWITCHED,       COUNTER, "mostrador_model_switched_total", "reason", "calls that failed and were followed, in the same turn, by one to the next model of OPENAI_MODEL") \
    M(GROUND_FINDINGS,      COUNTER, "mostrador_ground_findings_total", "kind", "words of a model's answers that nothing backed: the answers were not sent") \
    M(GROUND_REPAIRS,       COUNTER, "mostrador_ground_repairs_total", "outcome", "answers a model was told to write again, by what came of it") \
    M(GROUND_OFFLINE,       COUNTER, "mostrador_ground_offline_total", "kind", "words of the offline seller's answers that nothing backed: a fault of ours") \
    M(PROMISE_FINDINGS,     COUNTER, "mostrador_promise_findings_total", "kind", "promises in a model's answers that the shop did not make: the answers were not sent") \
    M(LEAK_FINDINGS,        COUNTER, "mostrador_leak_findings_total", "kind", "rules, names of tools, keys and the like in a model's answers: the answers were not sent") \
    M(BUDGET_DAY_TOKENS,    GAUGE,   "mostrador_budget_day_tokens", "", "tokens spent at language models today, by all, as seen last") \
    M(BUDGET_DAY_CALLS,     GAUGE,   "mostrador_budget_day_calls", "", "calls of language models today, by all, as seen last") \
    M(BUDGET_DAY_REACHED,   GAUGE,   "mostrador_budget_day_reached", "", "1 while the day's budget is used up") \
    M(BUDGET_TURNS,         COUNTER, "mostrador_budget_turns_total", "whose", "turns that the offline seller answered because a budget was used up: the person's, or the day's") \
    M(PEOPLE_ERASED,        COUNTER, "mostrador_people_erased_total", "", "people of whom everything was erased") \
    M(CONSOLE_SIGN_INS,     COUNTER, "mostrador_console_sign_ins_total", "outcome", "attempts to sign in to the console or to change a password: ok, denied, locked, busy, failed") \
    M(CONSOLE_REFUSED,      COUNTER, "mostrador_console_refused_total", "why", "requests of the console refused: no session, not the role, no CSRF token") \
    M(CONSOLE_HASHES,       GAUGE,   "mostrador_console_hashes", "", "passwords being hashed or waiting for it") \
    M(SEND_PLACES,          COUNTER, "mostrador_send_places_total", "event", "places to send in, at the rate of one of our numbers: reserved; none, when it was used up; lapsed, when nobody was there to use one; and messages postponed because there was none soon") \
    M(REDIS_CONNECTIONS,    GAUGE,   "mostrador_redis_connections", "", "connections to Redis that are up: one, or one for each master of a cluster and each host of REDIS_URL") \
    M(REDIS_REDIRECTS,      COUNTER, "mostrador_redis_redirects_total", "kind", "commands that a Redis did not serve: moved, ask, tryagain, clusterdown in a cluster, and noreplicas; they were sent again") \
    M(REDIS_SWITCHES,       COUNTER, "mostrador_redis_switches_total", "", "times another Redis became the master: at the sentinels' word, or of slots of a cluster") \
    M(ALERTS_RAISED,        COUNTER, "mostrador_alerts_raised_total", "outcome", "alerts for the people of the shop: raised, or why not") \
    M(ALERTS_SENT,          COUNTER, "mostrador_alerts_sent_total", "outcome", "attempts to tell one target of an alert") \
    M(CATALOG_SOURCE_UP,    GAUGE,   "mostrador_catalog_source_up", "", "1 while connected to CATALOG_SOURCE") \
    M(CATALOG_SOURCE_AGE,   GAUGE,   "mostrador_catalog_source_age_seconds", "", "since the copy of CATALOG_SOURCE was last seen to be as the source is") \
    M(CATALOG_SOURCE_READS, COUNTER, "mostrador_catalog_source_reads_total", "what", "times the copy was made anew (all) or changed (changes)") \
    M(CATALOG_SOURCE_CARS,  COUNTER, "mostrador_catalog_source_cars_total", "outcome", "rows of CATALOG_SOURCE: put into the copy, removed from it, or left_out because no catalog can take them") \
    M(CATALOG_SOURCE_LOST,  COUNTER, "mostrador_catalog_source_lost_total", "", "connections to CATALOG_SOURCE that failed or broke") \
    M(HANDOFFS,             COUNTER, "mostrador_handoffs_total", "event", "what people of the shop do: conversations wanted (a customer was promised a person), taken, given_back, lapsed (given back after HANDOFF_TTL of silence); messages held for them, said by them, and lost (no room, unread by the bot)") \
    M(WIDGET_REFUSED,       COUNTER, "mostrador_widget_refused_total", "why", "requests of the widget's visitors refused: no valid key, about somebody other, too fast (pace)") \
    M(REDIS_SET_BACK,       COUNTER, "mostrador_redis_clock_set_back_total", "", "sweeps that found the clock of Redis set back, and what was planned moved back with it") \
    M(CATALOG_DAMAGED,      COUNTER, "mostrador_catalog_copies_damaged_total", "", "copies of CATALOG_SOURCE that a start found damaged, and made anew") \
    M(LEADS,                COUNTER, "mostrador_leads_total", "event", "leads made, changed (brought up to date) by turns, and by_hand: other stages and notes by people of the shop") \
    M(CATALOG_EDITS,        COUNTER, "mostrador_catalog_edits_total", "outcome", "changes of the catalog by people of the shop, made or refused") \
    M(CATALOG_EDITS_SLOW,   COUNTER, "mostrador_catalog_edits_slow_total", "", "changes that were answered before every replica served them") \
    M(PERSON_OFFERED,       COUNTER, "mostrador_person_offered_total", "why", "customers who were told how to get a person: failed, anger") \
    M(TEXTS,                COUNTER, "mostrador_texts_total", "outcome", "requests for versions of the rules and of the shop's knowledge") \
    M(RULES_REFUSED,        COUNTER, "mostrador_rules_refused_total", "reason", "published rules that an agent could not go by: unreadable, or too long for CONTEXT_TOKENS; it goes by those it had") \
    M(TURNS_ALLOWED,        GAUGE,   "mostrador_turns_allowed", "", "turns that an agent lets run at once: AGENT_CREDIT, and fewer while its loop is late") \
    M(CARS_UNCHECKED,       COUNTER, "mostrador_cars_unchecked_total", "", "turns that could not ask the catalog whether the cars they speak of are still for sale, and went on with what was known before")
/* clang-format on */

typedef enum metric {
#define METRIC_C(id, kind, name, label, help) METRIC_##id,
    METRICS(METRIC_C) METRIC_COUNT
} metric_t;

void metric_add(metric_t metric, int64_t n);
void metric_set(metric_t metric, int64_t value);

/* The same with a value for the metric's label: a literal or a short name, never bytes from
 * outside. A metric keeps at most 32 of them, the rest count as "other". */
void metric_add_label(metric_t metric, const char *label, int64_t n);
void metric_set_label(metric_t metric, const char *label, int64_t value);

/* One observation of a SECONDS metric, µs. */
void metric_observe(metric_t metric, int64_t us);

/* All values that are not 0, in the arena. Not for two threads at once. */
void metrics_samples(arena_t *arena, proto_sample_t **samples, size_t *count);

/* Text format of the samples of several processes, each with the labels process and role. */
void metrics_print(const proto_process_t *processes, size_t count, buf_t *out);

/* For tests: the sum over all labels. */
int64_t metric_value(metric_t metric);

#endif

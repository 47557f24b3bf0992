/*
 * One turn: claim the conversation, deliver what is owed, let the model think and its tools run
 * until there is an answer, make it durable, tell the dispatcher. Nothing here waits; every step
 * ends in turn_move, which is the only place that changes the state (turn_state.h), and leaving a
 * state cancels what it had under way.
 *
 *   turn.c          moving, and the end
 *   turn_record.c   what it took: the log, the metrics, the record
 *   turn_lease.c    CLAIM, RENEW, COMMIT, RELEASE
 *   turn_editions.c which rules and knowledge it goes by
 *   turn_deliver.c  the replies in the outbox
 *   turn_model.c    which model thinks, and who when it fails
 *   turn_think.c    the model and the tools
 *   turn_check.c    whether what it wrote may be said
 *   turn_gone.c     whether the cars it may speak of are still for sale
 *   turn_person.c   when a person of the shop is offered, and when there is one
 *   turn_survey.c   what is the survey's, and not the model's
 *   turn_lead.c     somebody who may buy
 *   turn_sought.c   the make and model it was about
 *   turn_alerts.c   what the people of the shop are told of it
 *   turns.c         all of them
 *
 * turn_move may end the turn and free it: it is the last thing a function does with one.
 */
#ifndef MOSTRADOR_AGENT_TURN_H
#define MOSTRADOR_AGENT_TURN_H

#include <sys/queue.h>

#include "agent/context.h"
#include "agent/ground.h"
#include "agent/ledger.h"
#include "agent/model_list.h"
#include "agent/partial.h"
#include "agent/person.h"
#include "agent/shown.h"
#include "agent/survey.h"
#include "agent/turn_state.h"
#include "agent/turns.h"

#define TURN_ARENA (12 << 20)     /* bytes a turn may take … */
#define TURN_ARENA_SOFT (8 << 20) /* … and from where on it only answers */
#define TURN_MAX_JOINS 5          /* messages that come later than that wait for the next turn */

#define TURN_MAX_OUTGOING 8 /* as the protocol has it */

typedef struct turn turn_t;

/* A dispatcher that waits for the end of this turn. */
typedef struct turn_asker {
    dispatch_link_t *link; /* NULL: it does not */
    uint64_t id;           /* of its TURN */
    bool stream;
} turn_asker_t;

/* One call of the model's answer. */
typedef struct turn_call {
    turn_t *turn;
    str_t id, name, arguments;
    tool_run_t *run; /* NULL: it has ended */
    int64_t began_us;
    tool_result_t result;
} turn_call_t;

/* The replies that are to be delivered, and how far that is. */
typedef struct turn_delivery {
    proto_outgoing_t entries[TURN_MAX_OUTGOING];
    size_t count, at;
    str_t text;          /* of the reply, as it goes out */
    str_t part;          /* the one that is next, or under way */
    int64_t parts_sent;  /* of the reply */
    int64_t tries;       /* of the part, this one included */
    int64_t trying_ms;   /* when sessions was told of this one … */
    int64_t nth;         /* … and how it calls it */
    int64_t looked_ms;   /* Unix ms */
    str_t sid;           /* of the part that has just gone out */
    send_place_t *place; /* that the part waits for; NULL: it does not */
    twilio_call_t *call;
    proto_delivered_t report;
    void (*reported)(turn_t *self); /* what comes after the report */
    void (*wake)(turn_t *self);     /* NULL: nothing to wait for */
    int64_t wake_at_ms;
} turn_delivery_t;

/* The checking of what a model writes. */
typedef struct turn_check {
    const ground_facts_t *facts; /* what may be said; NULL: not collected yet */
    ground_stream_t *stream;     /* the text that is being made; NULL: not looked at yet */
    buf_t made;                  /* that text … */
    size_t looked;               /* … and how much of it was looked at */
    int64_t since_ms;            /* the oldest byte that was not */
    str_t draft, note;           /* the answer that was not sent, and why; empty: none */
} turn_check_t;

/* Asking whether cars are still for sale: what is under way, and what comes then. */
typedef struct turn_gone {
    void (*then)(turn_t *self);
    uint64_t call; /* 0: none */
    catalog_waiter_t waiter;
} turn_gone_t;

/* A version of the rules or the knowledge. */
typedef struct turn_wants {
    int64_t version, saved_ms;
} turn_wants_t;

struct turn {
    LIST_ENTRY(turn) same_hash;
    TAILQ_ENTRY(turn) all;
    const turn_parts_t *parts;
    void (*gone)(void *arg, turn_t *turn); /* it has ended and is about to be freed */
    void *gone_arg;

    turn_state_t state;
    str_t user_id;
    str_t dead; /* who had the lease and died; may be empty */
    proto_trace_t trace;
    turn_asker_t askers[DISPATCH_LINKS_MAX]; /* by the link's index */
    arena_t *arena;
    context_t context;
    int64_t started_ms, started_us;
    int64_t entered_us; /* the state */

    /* what it goes by */
    edition_t *editions[SHOP_TEXT_COUNT]; /* held */
    turn_wants_t wants[SHOP_TEXT_COUNT];
    const proto_claimed_t *claimed; /* until they are; NULL: none had to be fetched */
    shop_text_t has_editions;       /* so many of them are as wanted */
    bool trial;                     /* of the console's side chat: counted nowhere */

    /* the lease */
    int64_t token;
    int64_t lease_until_ms; /* it may be ours until then */
    int64_t renew_at_ms;
    uint64_t session_call; /* what the state asks sessions, but for the two below; 0: nothing */
    uint64_t renew_call;
    uint64_t news_call;
    int64_t from_seq, upto_seq;
    int64_t heard_us;    /* when the newest message came */
    int64_t talk;        /* the last of what was said with a person of the shop; 0: nothing was */
    int64_t retry_at_ms; /* COMMIT again */
    int joins;
    bool admitted;    /* counted by parts->admission */
    bool news_wanted; /* a NUDGE came that nobody has looked into */

    turn_delivery_t delivery;

    /* the thinking */
    int64_t think_at_ms; /* after the pause in which the customer may go on; 0: it is over */
    str_t typing_for;    /* the message that is being answered, until the customer has been shown */
    model_t *model;
    model_call_t *model_call; /* under way … */
    model_t *called;          /* … at this model … */
    int64_t called_us;        /* … since then … */
    int choice;               /* the model's place in the list, -1: none of it … */
    model_pick_t pick;        /* … and its call under way, if … */
    bool picked;              /* … it has begun */
    bool tools_offered;       /* to the model that is called */
    uint32_t failed_models;   /* those of the list that failed in this turn … */
    const char *failed_why;   /* … the last one why */
    const char *offline_why;  /* of OFFLINE_REPLIES, when the offline model is at it */
    int64_t tokens_spent;     /* by models, reported or estimated … */
    int64_t tokens_cut;       /* … and what calls that were cut may have cost, estimated */
    const char *budget;       /* whose is used up: "person", "day"; or NULL */
    int64_t model_calls;      /* since the turn began, or began anew */
    size_t estimate;          /* tokens of the request under way; 0: it is sent to nobody */
    int64_t deadline_ms;      /* of this model */
    turn_call_t calls[MODEL_MAX_CALLS];
    size_t call_count, calls_left;
    found_t found;
    partial_t partial; /* what has passed the check */
    turn_check_t check;
    turn_gone_t gone_ask;
    str_t thought; /* an answer that waits for it */

    /* the survey */
    survey_t survey;
    str_t prefix;  /* said of it before the seller's answer; may be empty */
    bool can_rest; /* the shop can write to them later */
    bool asks;     /* nobody has written: this turn puts the question */
    bool overtaken;
    bool missed; /* the answer says that it was not understood, or nothing could be thought of */

    proto_lead_t lead; /* that this turn makes; its interest is empty: none */
    bool lead_made;    /* … and nobody knew of it before */

    /* the answer */
    str_t text;
    person_outcome_t person;
    proto_survey_t survey_after; /* state "": none */
    proto_reply_t reply;
    int64_t waiting, retry_ms;

    ledger_t ledger; /* what it took */
    int64_t state_us[TURN_STATE_COUNT];
};

/* Begins with a CLAIM. gone is called when the turn has ended, never from inside turn_new. */
turn_t *turn_new(const turn_parts_t *parts, str_t user_id, str_t dead, const proto_trace_t *trace,
                 void (*gone)(void *arg, turn_t *turn), void *gone_arg);

/* The dispatcher behind link waits for the end, under this request id. */
void turn_asked(turn_t *self, dispatch_link_t *link, uint64_t id, bool stream);

/* The user has written again, or somebody watches now. */
void turn_nudged(turn_t *self, dispatch_link_t *link, bool stream);

/* To be called every few ms. */
void turn_tick(turn_t *self, int64_t now_ms);

/* The agent leaves: gives the lease back; called again, ends at once. */
void turn_stop(turn_t *self);

/* ---- between the files of a turn ---- */

void turn_move(turn_t *self, turn_event_t event);

void turn_think(turn_t *self);
void turn_think_cancel(turn_t *self);
void turn_run_tools(turn_t *self);
void turn_cancel_tools(turn_t *self);

/* The model is of no use for this turn: the offline one takes over, and after that a sentence. */
void turn_fall_back(turn_t *self, const char *why, const char *error);

/* Makes the conversation fit (window.h), and counts what had to go. */
void turn_fit(turn_t *self, bool results);

void turn_check_open(turn_t *self);
void turn_check_close(turn_t *self);

/* The model is called (again): what it may say is collected anew. */
void turn_check_begin(turn_t *self);

/* The turn begins anew: what was written so far is forgotten. */
void turn_check_forget(turn_t *self);

/* A piece of text as it is made: what is whole and backed of it goes to self->partial. */
void turn_check_made(turn_t *self, str_t piece);
void turn_check_look(turn_t *self); /* at what has waited long enough */

/* An answer, ready to be sent. true: it may be; otherwise the turn has moved on to a better one. */
bool turn_check_answer(turn_t *self, str_t text);

/* What may be said now; NULL when the arena is full. */
const ground_facts_t *turn_check_facts(turn_t *self);

/* Is it known which of the cars spoken of are not for sale any more (context.gone), of the catalog
 * as the agent knows it? false: it is being asked, and then is called once that has an end. While
 * THINKING. */
bool turn_gone_known(turn_t *self, void (*then)(turn_t *self));

/* The same, before an answer: of the catalog as it was when the customer wrote, or later. */
bool turn_gone_sure(turn_t *self, void (*then)(turn_t *self));
void turn_gone_cancel(turn_t *self);

/* Drops what this turn has found and said since its messages. */
void turn_rewind(turn_t *self);

/* Who thinks of the answer: decided here and nowhere else, before every call. */
void turn_choose_model(turn_t *self);

/* A call of the chosen model: sets how long it may take. Each is ended by one of the others. */
void turn_call_begin(turn_t *self, model_request_t *request);
void turn_call_ended(turn_t *self, const model_result_t *result);
void turn_call_cut(turn_t *self); /* nobody waits for it any more */

/* The call that has ended was of no use: the next model, if there is one, or the offline one. */
void turn_call_failed(turn_t *self, const model_result_t *result);

/* There are calls, tokens and memory left for more than an answer. */
bool turn_may_call_tools(const turn_t *self);

/* Nobody could think of an answer. */
void turn_answer_sorry(turn_t *self);

/* The first message has been claimed, at that time of the session service's clock. */
void turn_record_claimed(turn_t *self, const proto_claimed_t *claimed);

/* What it has spent at language models so far, for the budgets. */
int64_t turn_tokens(const turn_t *self);

/* The turn has ended: tells the log, the metrics and, if it was about messages, sessions. */
void turn_record_end(turn_t *self, const char *outcome);

/* It has an answer, which is durable: tells the people of the shop what they want to know of it. */
void turn_alerts(const turn_t *self);

/* Sends what is due to those who watch; all: whatever there is. */
void turn_send_partial(turn_t *self, bool all);

/* Keeps what CLAIMED wants delivered. false: there is no room. */
bool turn_take_outgoing(turn_t *self, const proto_claimed_t *claimed);
void turn_deliver(turn_t *self);
void turn_deliver_tick(turn_t *self, int64_t now_ms);
void turn_deliver_cancel(turn_t *self);

/* A message to answer: its sender is shown that, once the thinking starts. */
void turn_note_whatsapp(turn_t *self, const proto_waiting_t *message);
void turn_show_typing(turn_t *self);

/* In place of context_said: takes from a message what is the survey's. */
bool turn_hear(turn_t *self, const proto_waiting_t *message);
void turn_survey_open(turn_t *self, const proto_claimed_t *claimed, str_t channel);

/* The question, to somebody who rests. false: no room. */
bool turn_survey_ask(turn_t *self);

/* Before the model is asked: true if there is nothing for it to answer, then text is the answer. */
bool turn_survey_answers(turn_t *self);

/* The whole answer; and what COMMIT stores of the survey. */
str_t turn_survey_whole(turn_t *self);
void turn_survey_end(turn_t *self);

/* What a tool found, or did not, for the record. */
void turn_sought(turn_t *self, const tool_result_t *result);

/* A tool's lead, of which the arena holds the strings. */
void turn_lead_take(turn_t *self, const proto_lead_t *lead);

/* The whole one, when the conversation is as it will be stored. NULL: there is none. */
const proto_lead_t *turn_lead_whole(turn_t *self);

/* What is said of a person of the shop, behind the answer. */
void turn_person(turn_t *self);

void turn_claim(turn_t *self);

/* Sees to it that the turn has what it goes by, now or later; then turn_claimed, or turn_unclaim if
 * that could not be. */
void turn_editions(turn_t *self, const proto_claimed_t *claimed);
void turn_claimed(turn_t *self, const proto_claimed_t *claimed);
void turn_unclaim(turn_t *self);
void turn_commit(turn_t *self);
void turn_release(turn_t *self);
void turn_cancel_session(turn_t *self); /* what the state has under way */
void turn_cancel_upkeep(turn_t *self);  /* RENEW and the look for news */
void turn_upkeep(turn_t *self, int64_t now_ms);
void turn_look_for_news(turn_t *self);

#endif

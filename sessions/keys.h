/* clang-format off */
/*
 * What the session service keeps in Redis, and under which names. Pure.
 *
 * Every key of a user carries the hash tag {p}, p being the user's partition: FNV-1a (32 bit) of
 * the user id, modulo 1,024. The ready set exists once per partition. So every script touches one
 * slot, and Redis Cluster needs no other layout.
 *
 *   key                      type    what                                  lives
 *   most:{p}:ready           zset    users with waiting messages or        while there is
 *                                    replies to deliver; score: when the   something to do
 *                                    sweeper tells of them, ms
 *   most:{p}:clock           string  the time, as it was when the          for ever
 *                                    sweeper looked last, but for 30 s,
 *                                    ms: a clock that was set back since
 *                                    is known by it
 *   most:{p}:state:USER      hash    the fields below                      STATE_TTL after there is
 *                                                                          nothing to do; of who
 *                                                                          has left, for ever
 *   most:{p}:inbox:USER      list    waiting messages, oldest first:       until answered or
 *                                    "<seq> <ms> <waiting record>"         withdrawn
 *   most:{p}:context:USER    string  context record                        SESSION_TTL after the
 *                                                                          last message or answer
 *   most:{p}:replies:USER    zset    "<from_seq> <ms> <reply record>",     DEDUP_TTL
 *                                    score upto_seq: it answers from
 *                                    the one to the other
 *   most:{p}:seen:SIZE:USER:MESSAGE_ID
 *                            string  seq of a known message, negative if   DEDUP_TTL
 *                                    it made no turn
 *   most:{p}:targets:USER    hash    of a waiting message whose reply      until answered or
 *                                    goes through the outbox: seq ->       withdrawn
 *                                    "<held until> <outgoing record>"
 *   most:{p}:outbox:USER     list    turns whose replies are not           until done; STATE_TTL
 *                                    delivered, oldest first               when parked and nothing
 *   most:{p}:outgoing:USER   hash    of each of them "<field> <turn id>":  else is to do
 *                                    state, at, since, parts, tries,
 *                                    attempts, token, seq (the last given
 *                                    when it was tried), holds ("<seq>=<ms>"
 *                                    of the messages it answers), back
 *                                    (parts that the closed window left, to
 *                                    be told when the try ends; -1: it was
 *                                    put back), order (of those put back),
 *                                    last (1: not to be tried again),
 *                                    unasked (1: the survey's question),
 *                                    template (its sid, instead of a reply),
 *                                    taker (the gateway's request that took
 *                                    it),
 *                                    to (outgoing record: where it goes),
 *                                    reply (record)
 *   most:{p}:sid:SIZE:USER:SID
 *                            hash    of a message at the carrier: turn,    DEDUP_TTL
 *                                    part (how many are out with it),
 *                                    seq (of the try), status, rank, code
 *   most:{p}:spent:USER      hash    what the person spent at language      2 days after the
 *                                    models: day, tokens, calls of that     last turn
 *                                    day, turns (those counted last)
 *   most:{p}:pace:USER       string  how fast the person is written to:    until it is past
 *                                    when all that was sent is made up
 *                                    for, us (gcra.lua)
 *   most:{p}:sent:USER       hash    the last 4 replies that an agent       DEDUP_TTL
 *                                    sent: "<field> <slot>": turn, order,
 *                                    seq, tries, to, reply; order counts
 *   most:{p}:known:USER      zset    names of the person's keys that have    DEDUP_TTL after the
 *                                    an id in them (seen, sid); score:       last of them
 *                                    when they are forgotten, ms
 *   most:{p}:survey:USER     hash    state, record (of proto), asked (when    the longer of
 *                                    the question was put), rules (of its    NPS_EVERY and 7 days
 *                                    conversation), turn (that put it),      after its last change
 *                                    score, opinion (its member below)
 *   most:{p}:surveys         hash    "<day of the question> <rules>" ->     400 days after the last
 *                                    "<asked> <answered> <promoters>        question; its days, too
 *                                    <passives> <detractors> <sum>"
 *   most:{p}:opinions        zset    "<size of USER>:USER<survey record>"   the newest 50, 400 days
 *                                    of those who wrote a comment; score:
 *                                    when, ms
 *
 * What is kept of one person are the keys that end in USER or begin so behind the partition's, the
 * entry in ready, and those members of opinions. surveys counts people and names none.
 *
 * Some keys are about no one user. They have hash tags of their own, so that a script touches only
 * those of one:
 *
 *   most:{turns}:log         zset    turn ids; score: when they were        the newest
 *                                    claimed, ms                            TURN_LOG_MAX
 *   most:{turns}:records     hash    of each of them: turn id ->            as long
 *                                    "<received, ms> <claimed, ms>
 *                                    <turn record>"; "out <turn id>" ->
 *                                    "<first part sent, ms> <all parts
 *                                    sent, ms>", 0: not yet
 *
 *   most:{turns}:people      zset    the newest conversations: user id;     the newest 10,000,
 *                                    score: the last turn, ms               SESSION_TTL
 *   most:{turns}:marks       hash    of some of them: "<a delivery failed,  as long
 *                                    ms or 0> <score of the survey, -1:
 *                                    none> <stage of their lead or ->"
 *   most:{turns}:changes     string  how often that has changed             for ever
 *
 *   most:{turns}:tally:DAY   hash    what the turns of a day of the shop       400 days
 *                                    came to (tally.h); DAY: since
 *                                    1970-01-01
 *   most:{turns}:met_talk:DAY (_list, _quote, _lead)
 *                            HyperLogLog  how many people wrote, were        400 days
 *                                    shown cars, were quoted, left
 *                                    themselves as a lead: it counts
 *                                    whom it was given and keeps nobody
 *
 *   most:{budget}:day        hash    what all have spent at language        for ever
 *                                    models today: day (its number, as
 *                                    in common/shop_day.h), tokens,
 *                                    calls; reached: 1 when it was told
 *                                    that the day's budget is
 *   most:{budget}:counted:TURN
 *                            string  1: that turn is counted in it          COUNTED_TTL
 *
 *   most:{console}:users     hash    who may sign in to the console: name    until dropped, 100
 *                                    -> "<role> <added, ms> <signed in
 *                                    last, ms> <argon2id hash>"
 *   most:{console}:sessions  hash    hash of a cookie -> "<signed in, ms>   purged at sign-ins: 20
 *                                    <seen last, ms> <name>"               of a user at most
 *   most:{console}:tries     hash    bucket of a name or an address ->     at most 8,192 buckets
 *                                    "<attempts> <the last, ms>"
 *
 *   most:{from ADDRESS}:rate string  how fast is sent from one of our       until it is past
 *                                    addresses: when the next place is
 *                                    free, us
 *   most:{alerts}:due        zset    ids of alerts that wait; score: when        until told, or 24 h
 *                                    they are tried, ms
 *   most:{alerts}:items      hash    id -> "<attempt> <targets that have it>     as long
 *                                    <held back> <raised, ms> <size of
 *                                    USER>:USER<alert record>"
 *   most:{alerts}:told       zset    digests of what is told once; score:        ALERT_REPEAT_MS
 *                                    until when, ms
 *   most:{alerts}:rates      hash    kind -> "<hour's start, ms> <raised>        for ever
 *                                    <held back>"
 *   most:{alerts}:wanted     string  1: agents ask for alerts                    24 h after they
 *                                                                                asked last
 *
 * What a turn spends is counted twice: for its person, in the COMMIT's own script, and for the day,
 * by a command that goes with the COMMITs that came together, behind them, and counts a turn once,
 * however often it is told. So a COMMIT whose answer was lost and that is repeated, by whomever,
 * spends nothing again, and one that is refused, because the lease was lost, is in the day's sum all
 * the same: its tokens are gone. Its person's are counted when the turn tells what it took
 * (LOG_TURN). What is lost is what a killed agent spent in turns that it had not committed, each of
 * which begins anew elsewhere, and the day's part of what came together if a session service is
 * killed when some of it is written to Redis' socket and the rest is not.
 *
 * The log of turns is written after the turn's COMMIT, by a message of its own (LOG_TURN): a COMMIT
 * is not slowed down by statistics nor refused for them, the log can be read in order without
 * asking 1,024 partitions, and its size is bounded as a whole. The price is that the record of a
 * turn is lost when its agent is killed between the two. Those that come together go to Redis
 * together, and each is answered when Redis has it. A record has of what was said only a car's
 * name, and of the person what the log shows too: the masked id. So erasing a person leaves the log
 * as it is.
 *
 * The same LOG_TURN adds the turn to the sums of its day, when it is new to the log: so a repeated
 * one is counted once. With TURN_LOG_MAX=0 nothing is counted.
 *
 * STATE_TTL is an hour more than the longer of SESSION_TTL and DEDUP_TTL, so that a seq is never
 * given twice while something remembers the first. A token is never given twice either: the next
 * one is the greater of the last one plus 1 and the clock in us, so it grows even when the state
 * was forgotten while an agent of old was frozen.
 *
 *   field    what
 *   seq      the last seq given
 *   token    the newest fencing token
 *   holder   who has it: "<name>/<boot>"; empty once it was committed, released or reset
 *   until    when the lease ends, ms by Redis' clock
 *   told     the last seq its holder was told
 *   turn     the turn committed last
 *   opted_out  there when the person wants no messages: the first of their messages that may be
 *            answered all the same
 *   invited  the seq when a template was to ask the person to write: as long as it is the last
 *            one, no other is
 *   sids     the carrier's ids of what went to the person last, the newest first
 *   ask_at, ask_until, ask_to, ask  there when the survey's question is due: not before, not after,
 *            where it goes (outgoing record), what it is about (survey record)
 *
 * The state of a user's lease:
 *
 *   state     holder  until    waiting   CLAIM by another        COMMIT, RENEW    WITHDRAW
 *   idle      empty   –        none      empty                   stale            none
 *   waiting   empty   –        some      granted                 stale            taken back
 *   leased    A       to come  some      busy; granted if A is   done             claimed, if A was
 *                                        said to be dead                          told of it
 *   expired   A       past     some      granted                 done             the same
 *
 *   idle -ENQUEUE-> waiting -CLAIM-> leased -COMMIT-> idle, or waiting if more came
 *   waiting -WITHDRAW of the last-> idle          leased -time-> expired -RENEW-> leased
 *   leased, expired -RELEASE-> waiting            leased, expired -CLAIM by another-> leased
 *   leased, expired -RESET-> waiting
 *
 * - A CLAIM by the holder itself is granted again under the same token: it is the repetition of one
 *   whose answer was lost.
 * - A COMMIT after the lease's end is still good as long as nobody else has claimed: its token is
 *   the newest, so there is nothing it could overwrite.
 * - A RESET takes the lease from the turn that runs. Its COMMIT is then stale, so the conversation
 *   that was forgotten does not come back with it; its messages wait for a new turn, which starts
 *   without a context.
 * - A COMMIT of the turn committed last is answered again and changes nothing, whatever its token:
 *   it is a repetition too.
 *
 * The state of a reply in the outbox. Only the head, the oldest, is ever taken or tried, so replies
 * go out in order; a CLAIM offers it and those behind it up to the first whose time has not come.
 * "at" is the time that a state waits for.
 *
 *   state   at               TAKE     offered by CLAIM         trying        done, again by token 0
 *   held    the hold's end   taken    after at, as due (*)     after at      refused
 *   due     not before       refused  after at, as due         good          refused
 *   taken   TWIML_SETTLE_MS  refused  after at, as unsure      refused       good
 *   trying  when it began    refused  as unsure, if the lease  a repetition  refused
 *                                     is another's
 *   unsure  not before       refused  after at, as unsure      good          good until an agent
 *                                                                            tries it
 *   parked  –                refused  never                    good          refused
 *
 *   COMMIT -> held                         held -TAKE-> taken -done-> gone
 *   taken -again by the gateway-> due      taken -time, CLAIM-> unsure
 *   held, due, unsure -trying-> trying     trying -CLAIM of another lease-> unsure
 *   trying, unsure -sent, again-> due      trying, unsure -unsure-> unsure
 *   trying, unsure -parked-> parked, or due if the person has written since
 *   parked -ENQUEUE-> due                  any -done, failed-> gone
 *   due, parked, gone -STATUS that the window was closed-> parked, or due, as above; trying and
 *   unsure when the try has ended
 *
 * (*) Once it is offered, TAKE is refused while that lease lives.
 * - TAKE and trying exclude each other, in whatever order and however often they come.
 * - What became of a taken reply only the request may say that took it: another one whose TAKE was
 *   not answered in time does not know whether it did, and gives back nothing that is not its own.
 * - A repeated TAKE is refused too: a gateway that lost the answer to the first does not write the
 *   reply, and what it was taken for is settled when its time is over.
 * - After a part that is not the last, due waits for a while; a STATUS of that part that is beyond
 *   sending ends the wait, or keeps it from beginning.
 * - What is gone is put back before all that is not, from the part that was refused, and once: a
 *   second refusal of the same turn is only counted.
 * - A word of leaving (ENQUEUE opt out) and the carrier's refusal for that reason drop what is
 * held, due or parked; what is taken, trying or unsure is settled, but never tried again. The
 * word's own answer comes later and goes out, as do answers to what the person writes from then on:
 * nobody is written to who has not just written. opted_out ends with a word of returning only; it
 * outlives STATE_TTL and a RESET, because to forget a conversation is not to return.
 * - The survey's question to somebody who rests (unasked 1) has nobody who waits for it: ENQUEUE
 * takes it back while it is known not to be out, CLAIM if that has been so for an hour, and what
 * would be parked or put back is given up.
 * - What is parked may have a template put before it (TWILIO_TEMPLATE_SID) that asks the person to
 * write: an entry like any other, due at once and in the same step, but given up where a reply would
 * be parked, and taken back by ENQUEUE while it is known not to be out; not tried again after that.
 * One is enough until the person writes, whatever else is parked meanwhile.
 * - since is when the part at hand was tried first with an outcome that is not known; it cannot
 *   have been sent before. What is known not to have been sent has none.
 * - tries counts every trying of an entry, so that a late report of one is not taken for the
 *   outcome of the next; attempts counts those of the part at hand.
 */
/*
 * What the shop writes for its seller (sessions/texts.lua); a version is never changed.
 *
 *   key                      type    what                                  lives
 *   most:{texts}:rules       hash    live, last, room; of each version     for ever; the newest 100
 *   most:{texts}:knowledge           t<version>: the text, m<version>:     versions, the live one,
 *                                    when and by whom it was kept and      and 0
 *                                    published, its note and size. 0 is
 *                                    the installation's, as an agent
 *                                    told it
 */
/*
 * A conversation that a person of the shop has taken over. It is a state of its own beside the
 * lease's, and the scripts see to it that the bot is silent:
 *
 *   had by     ENQUEUE         CLAIM                   COMMIT   TAKE_OVER       SAY       GIVE_BACK
 *   the bot    to the inbox    messages                done     the person's    refused   refused
 *   a person   to the talk     what is to be delivered stale    as it is (*)    to the    the bot's
 *                                                                               talk
 *
 * (*) or another person's, by force.
 *
 * - TAKE_OVER takes the lease from a turn that runs, as RESET does, so its COMMIT is stale. What
 *   the bot has answered and nobody has begun to send is dropped; what may be out is settled, and
 *   not tried again. Messages that wait go to the talk.
 * - The talk is what customer and shop said since, with the notes of who gave it back. It is told
 *   with the next CLAIM of the bot's, becomes a part of the context with its COMMIT, and stays for
 *   those who fetch what was written to them.
 * - by_until is when it goes back by itself if the person stays silent (HANDOFF_TTL): the first
 *   script after that sees to it, and the sweeper looks then. Until then nothing of the state
 *   expires.
 * - A RESET forgets the talk too and leaves the conversation to the person. ERASE ends all of it.
 * - What the shop writes has turn ids that begin with "say-".
 *
 *   key                      type    what                                  lives
 *   most:{p}:talk:USER       list    "<number> <ms> <waiting record>",     SESSION_TTL after the
 *                                    the newest 200 or 128 KiB             last
 *   most:{p}:ticks:USER      hash    turn -> "<status> <code>": the        SESSION_TTL after the
 *                                    carrier's, or waiting, sent, parked,  last was written; STATE_TTL
 *                                    dropped. Of what the shop wrote, and  after a reply
 *                                    of replies that the carrier has, from
 *                                    an agent or in a webhook's answer
 *   most:{p}:saying:SIZE:USER:ID
 *                            string  number of what has that id            DEDUP_TTL
 *   most:{p}:desk            zset    users who wait for a person or have   while it is so
 *                                    one, at most 1,000; score: since
 *                                    when, ms
 *
 *   field        what
 *   by           there when a person has it: who
 *   by_at        since when
 *   by_shown     how the customer is told of them; empty: as somebody of the shop
 *   by_until     there if they may not be silent for ever
 *   wanted_at    when the customer was promised a person; until one gives it back
 *   wanted_why   asked, failed or anger
 *   wanted_note  what they leave for that person
 *   talk         the last number given
 *   talk_known   the last that the context has
 *   talk_bytes   of the list
 *   passed       the last message that came before it was taken over last
 *   to           where the shop can write to (outgoing record)
 *   wrote_at     when the customer wrote last
 */
/*
 * Somebody who may buy: a lead. It is made by the COMMIT of the turn that the customer said so in,
 * and by nothing else; a repeated COMMIT changes nothing. A person has one open lead of a car: a
 * second turn about it brings it up to date. What people of the shop do changes its stage and adds
 * notes. It outlives the conversation, also one that is forgotten, and is erased with the person.
 *
 *   key                      type    what                                  lives
 *   most:{p}:leads:USER      hash    of each, the newest 20:               400 days after the
 *                                    "<id>" -> "<made, ms> <said           last change
 *                                    something last, ms> <stage> <stock
 *                                    id or 0>", "record <id>" (of proto,
 *                                    as the turn told it), "name <id>",
 *                                    "contact <id>", "notes <id>" (how
 *                                    many, at most 50), "note <id> <n>"
 *                                    -> "<ms> <size of by>:<by><text>"
 *   most:{p}:listed          zset    "<size of USER>:USER<id>"; score:     the newest 2,000,
 *                                    said something last, ms               400 days
 *
 *   stage   new -> contacted, visit, won, lost, in any order; a lead that is won or lost is closed,
 *           and what the customer says of the car later makes a new one
 */
/*
 * The state of a person's survey (the whole story is in agent/survey.h). The first two are kept in
 * the state hash, the others in the survey.
 *
 *   state    ENQUEUE   CLAIM, when it is time       COMMIT
 *   none     –         –                            due: due; asked (in an answer): asked
 *   due      none      granted to ask, if nothing   asked, upto 0: asked; refused if they have
 *                      waits and they may be asked  written since
 *   asked    none, if it is still in the outbox     scored, closed
 *   scored   –         –                            scored again: counted instead; closed
 *   closed   –         –                            due, asked: when NPS_EVERY is over
 *
 * The counts change in the COMMIT that changes the state, and a repeated COMMIT changes nothing.
 */
/* clang-format on */
#ifndef MOSTRADOR_SESSIONS_KEYS_H
#define MOSTRADOR_SESSIONS_KEYS_H

#include <stdint.h>

#include "common/buf.h"

#define KEYS_PARTITIONS 1024

/* Longest name of a key: a user and a message id of 128 bytes each, and what is around them. */
#define KEY_MAX 320

typedef enum session_key {
    KEY_READY,
    KEY_STATE,
    KEY_INBOX,
    KEY_CONTEXT,
    KEY_REPLIES,
    KEY_SEEN,
    KEY_TARGETS,
    KEY_OUTBOX,
    KEY_OUTGOING,
    KEY_SID,
    KEY_SENT,
    KEY_SURVEY,
    KEY_SURVEYS,
    KEY_OPINIONS,
    KEY_SPENT,
    KEY_TURNS, /* of no user, as all that follow */
    KEY_RECORDS,
    KEY_BUDGET,
    KEY_COUNTED,
    KEY_KNOWN,
    KEY_USERS, /* of the console, as those that follow */
    KEY_SESSIONS,
    KEY_TRIES,
    KEY_PACE,
    KEY_RATE,   /* of no user; its id is our address */
    KEY_PEOPLE, /* of no user, though it names them */
    KEY_MARKS,
    KEY_CHANGES,
    KEY_ALERTS,
    KEY_ALERT_ITEMS,
    KEY_ALERT_TOLD,
    KEY_ALERT_RATES,
    KEY_ALERT_WANTED,
    KEY_TALK,
    KEY_TICKS,
    KEY_SAYING,
    KEY_DESK,
    KEY_CLOCK, /* of no user */
    KEY_LEADS,
    KEY_LISTED,
    KEY_RULES, /* of no user, as the next */
    KEY_KNOWLEDGE,
    KEY_TALLY, /* of no user, as the next; their id is a day */
    KEY_MET_TALK,
    KEY_MET_LIST,
    KEY_MET_QUOTE,
    KEY_MET_LEAD,
    KEY_COUNT
} session_key_t;

/* Whose a key is. Exporting and erasing a person go by it: whoever adds a key says so here, and
 * there is no other list of a person's keys. */
typedef enum key_scope {
    SCOPE_NONE,   /* nobody has said: a test fails */
    SCOPE_PERSON, /* one person's, as a whole */
    SCOPE_ID,     /* one person's, one for each id: their names stand in the person's KEY_KNOWN */
    SCOPE_PARTITION, /* a zset that several people of a partition share: a member is the user id, or
                        begins with "<size of it>:<user id>" */
    SCOPE_LIST,  /* the list of the newest conversations: ids, times, marks. Erased with a person by
                    a command of its own; told by what it is made of */
    SCOPE_APART, /* of a slot of its own, where what is about a person is erased by a script of
                    its own */
    SCOPE_ANONYMOUS, /* names nobody */
} key_scope_t;

key_scope_t keys_scope(session_key_t key);

/* "state", "inbox" … */
const char *keys_kind(session_key_t key);

/* The keys of that scope, in the order of the enum; returns how many. */
size_t keys_of_scope(key_scope_t scope, session_key_t keys[KEY_COUNT]);

/* 0 to KEYS_PARTITIONS - 1. Stable for ever: what is stored depends on it. */
unsigned keys_partition(str_t user);

/* Appends the name of a key. id counts for KEY_SEEN and KEY_SAYING, a message's, KEY_SID,
 * KEY_COUNTED, a turn's, KEY_RATE, our address, and KEY_TALLY and KEY_MET_…, a day, only. */
void keys_name(buf_t *out, session_key_t key, str_t user, str_t id);

/* Appends the name of a key that a partition has once: KEY_READY, KEY_SURVEYS, KEY_OPINIONS,
 * KEY_DESK, KEY_CLOCK, KEY_LISTED. */
void keys_partition_name(buf_t *out, session_key_t key, unsigned partition);

#endif

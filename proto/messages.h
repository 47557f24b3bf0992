/*
 * Every message that travels between two processes, as one table. The C
 * structs, the codec, the printer, the documentation (`make docs` writes
 * proto/MESSAGES.md), the golden vectors, the Python test client and the fuzz
 * target are all made from these macros; nothing else knows the wire.
 *
 * A record is a MessagePack map whose keys are the field numbers below.
 *   F(record, number, type, name, max, need, doc)      type: INT BOOL STR BIN
 *   L(record, number, element, name, max, need, doc)   a list of another record
 * max is bytes for STR and BIN, elements for a list, 0 for INT and BOOL.
 * An OPTIONAL field that is absent reads as 0, false, "" or an empty list, and
 * is not sent when it has that value. Numbers are never reused; a receiver
 * ignores fields it does not know. STR is UTF-8 and is checked to be.
 * Units: money in cents, lengths in mm, distances in km, times in ms.
 */
#ifndef MOSTRADOR_PROTO_MESSAGES_H
#define MOSTRADOR_PROTO_MESSAGES_H

/* clang-format off */

/* ---- limits that more than one field shares ---- */
#define PROTO_MAX_USER      128         /* a user id: "whatsapp:+52155…", or the caller's own */
#define PROTO_MAX_TEXT      16384       /* 4,096 characters of 4 bytes */
#define PROTO_MAX_REPLY     65536
#define PROTO_MAX_CONTEXT   (1 << 20)
#define PROTO_MAX_DOCUMENT  49152       /* the rules or the knowledge that the console edits */
#define PROTO_MAX_PAGE      20          /* cars on a page */
#define PROTO_MAX_CSV       1900000     /* bytes of a catalog file in one message */

/* ---- records: parts of messages ---- */
#define PROTO_RECORDS(R) \
    R(car,        "One car, as the catalog knows it") \
    R(query,      "Filters, order and page of a search; absent means any") \
    R(correction, "What the catalog changed in a query to find something") \
    R(facet,      "A name and how many cars carry it") \
    R(mention,    "A make or model that a sentence names") \
    R(passage,    "A piece of what the shop wrote about itself") \
    R(list,       "Which page of which list a reply shows") \
    R(reply,      "What a turn answers") \
    R(waiting,    "A message that waits for its turn") \
    R(outgoing,   "A reply on its way to a customer who does not wait on the line") \
    R(entry,      "One line of a conversation, as the model sees it") \
    R(quote,      "One financing plan") \
    R(context,    "What the seller remembers of one person") \
    R(user,       "Somebody with waiting messages and nobody at work on them") \
    R(survey,     "How the survey of one person stands") \
    R(opinion,    "What somebody wrote about the shop when asked") \
    R(survey_day, "What people asked on one day answered") \
    R(sample,     "One value of one metric") \
    R(failure,    "A warning or an error of a process, as its log has it") \
    R(process,    "One process as the dispatcher or a service sees it") \
    R(stored,     "Something that is stored of a person") \
    R(model_call, "One call of a model, as the record of its turn tells it") \
    R(tool_call,  "One tool that a turn ran") \
    R(turn_record, "What one turn took; of what was said in it only the name of a car") \
    R(step_latency, "How long one step took, of many turns; µs") \
    R(turn_group, "What the turns of one model and version of the rules took") \
    R(cost,       "What models cost in one currency") \
    R(tally,      "What the turns of a day, of an hour of the day, or of all days came to") \
    R(reached,    "How many people came as far as a step of a sale") \
    R(named,      "How often something was looked for, was not there, or failed") \
    R(console_user, "Somebody who may sign in to the console") \
    R(person,     "One conversation in the list of the newest") \
    R(alert,      "Something the people of the shop want to be told") \
    R(tick,       "How far what somebody of the shop wrote has come") \
    R(desk_entry, "Somebody who waits for a person of the shop, or has one") \
    R(lead_note,  "What somebody of the shop wrote about a lead") \
    R(lead,       "Somebody who may buy: who, which car, at which price") \
    R(car_value,  "One column of a car, as somebody wrote it") \
    R(revision,   "One change of the catalog by somebody of the shop") \
    R(bad_line,   "What is wrong with a line of a file") \
    R(difference, "What a file changes of a car") \
    R(trial,      "With which versions of the shop's texts a message of the side chat is answered") \
    R(text_version, "One version of the rules or of the shop's knowledge") \
    R(car_id,     "Which car") \
    R(gone_car,   "A car that is not for sale any more")

#define PROTO_FIELDS_car(F, L) \
    F(car,  1, INT,  stock_id,     0,   REQUIRED, "stock id of the shop") \
    F(car,  2, STR,  make,         64,  REQUIRED, "make, as it is written in the catalog") \
    F(car,  3, STR,  model,        64,  REQUIRED, "model") \
    F(car,  4, STR,  version,      256, OPTIONAL, "version or trim") \
    F(car,  5, INT,  year,         0,   REQUIRED, "model year") \
    F(car,  6, INT,  price,        0,   REQUIRED, "price in cents") \
    F(car,  7, INT,  km,           0,   REQUIRED, "kilometres driven") \
    F(car,  8, BOOL, bluetooth,    0,   OPTIONAL, "has Bluetooth") \
    F(car,  9, BOOL, car_play,     0,   OPTIONAL, "has CarPlay") \
    F(car, 10, INT,  length,       0,   OPTIONAL, "largo in mm") \
    F(car, 11, INT,  width,        0,   OPTIONAL, "ancho in mm") \
    F(car, 12, INT,  height,       0,   OPTIONAL, "altura in mm") \
    F(car, 13, STR,  body,         64,  OPTIONAL, "body type: SUV, sedán …") \
    F(car, 14, STR,  fuel,         64,  OPTIONAL, "fuel") \
    F(car, 15, STR,  transmission, 64,  OPTIONAL, "transmission") \
    F(car, 16, STR,  colour,       64,  OPTIONAL, "colour") \
    F(car, 17, STR,  city,         64,  OPTIONAL, "where it stands") \
    F(car, 18, STR,  photo_url,    512, OPTIONAL, "picture")

#define PROTO_FIELDS_query(F, L) \
    F(query,  1, STR, make,         64,  OPTIONAL, "make, as said: may be misspelt") \
    F(query,  2, STR, model,        64,  OPTIONAL, "model, as said") \
    F(query,  3, STR, q,            256, OPTIONAL, "free text over make, model, version and the extra columns") \
    F(query,  4, INT, year_min,     0,   OPTIONAL, "first model year") \
    F(query,  5, INT, year_max,     0,   OPTIONAL, "last model year") \
    F(query,  6, INT, price_min,    0,   OPTIONAL, "lowest price, cents") \
    F(query,  7, INT, price_max,    0,   OPTIONAL, "highest price, cents") \
    F(query,  8, INT, km_min,       0,   OPTIONAL, "fewest kilometres") \
    F(query,  9, INT, km_max,       0,   OPTIONAL, "most kilometres") \
    F(query, 10, INT, bluetooth,    0,   OPTIONAL, "1 with, 2 without") \
    F(query, 11, INT, car_play,     0,   OPTIONAL, "1 with, 2 without") \
    F(query, 12, INT, length_max,   0,   OPTIONAL, "longest, mm") \
    F(query, 13, INT, width_max,    0,   OPTIONAL, "widest, mm") \
    F(query, 14, INT, height_max,   0,   OPTIONAL, "highest, mm") \
    F(query, 15, STR, body,         64,  OPTIONAL, "body type") \
    F(query, 16, STR, fuel,         64,  OPTIONAL, "fuel") \
    F(query, 17, STR, transmission, 64,  OPTIONAL, "transmission") \
    F(query, 18, STR, colour,       64,  OPTIONAL, "colour") \
    F(query, 19, STR, city,         64,  OPTIONAL, "city") \
    F(query, 20, STR, sort,         16,  OPTIONAL, "price, -price, km, -km, year, -year or relevance (default)") \
    F(query, 21, INT, page,         0,   OPTIONAL, "page, from 1 (default 1)") \
    F(query, 22, INT, page_size,    0,   OPTIONAL, "cars on a page, 1 to 20 (default 5)") \
    F(query, 23, INT, length_min,   0,   OPTIONAL, "shortest, mm") \
    F(query, 24, INT, width_min,    0,   OPTIONAL, "narrowest, mm") \
    F(query, 25, INT, height_min,   0,   OPTIONAL, "lowest, mm") \
    F(query, 26, STR, exclude,      256, OPTIONAL, "what it must not be: makes, models, body types, colours …, commas between")

#define PROTO_FIELDS_correction(F, L) \
    F(correction, 1, STR, field, 16,  REQUIRED, "make, model or q") \
    F(correction, 2, STR, from,  256, REQUIRED, "as it was said") \
    F(correction, 3, STR, to,    256, REQUIRED, "as it was searched")

#define PROTO_FIELDS_facet(F, L) \
    F(facet, 1, STR, name,      64, REQUIRED, "make or model") \
    F(facet, 2, INT, count,     0,  REQUIRED, "cars that carry it") \
    F(facet, 3, INT, price_min, 0,  OPTIONAL, "the cheapest of them, cents")

#define PROTO_FIELDS_mention(F, L) \
    F(mention, 1, STR,  said,      64, REQUIRED, "the words of the sentence") \
    F(mention, 2, STR,  make,      64, OPTIONAL, "the make; empty if the catalog has none of that name") \
    F(mention, 3, STR,  model,     64, OPTIONAL, "the model; empty if only a make was named") \
    F(mention, 4, BOOL, corrected, 0,  OPTIONAL, "the words were not written like this in the catalog") \
    F(mention, 5, INT,  count,     0,  OPTIONAL, "cars of it in the catalog; 0: a known make that the shop does not have") \
    F(mention, 6, INT,  at,        0,  OPTIONAL, "byte offset of the words in the sentence")

#define PROTO_FIELDS_passage(F, L) \
    F(passage, 1, STR, source, 128,  REQUIRED, "file of the knowledge folder, or console") \
    F(passage, 2, STR, title,  256,  OPTIONAL, "nearest heading") \
    F(passage, 3, STR, text,   4096, REQUIRED, "the passage, Markdown")

#define PROTO_FIELDS_list(F, L) \
    F(list, 1, INT, total,      0, REQUIRED, "cars in the whole list") \
    F(list, 2, INT, page,       0, REQUIRED, "this page, from 1") \
    F(list, 3, INT, pages,      0, REQUIRED, "pages in all") \
    F(list, 4, INT, pages_left, 0, REQUIRED, "pages after this one") \
    F(list, 5, INT, page_size,  0, REQUIRED, "cars on a full page")

#define PROTO_FIELDS_reply(F, L) \
    F(reply, 1, STR, turn_id,  32, REQUIRED, "the turn that made it") \
    F(reply, 2, STR, text,     PROTO_MAX_REPLY, REQUIRED, "what the customer reads") \
    L(reply, 3, car, cars,     PROTO_MAX_PAGE, OPTIONAL, "the cars it shows, in order") \
    L(reply, 4, list, list,    1,  OPTIONAL, "there when a page was shown") \
    F(reply, 5, INT, upto_seq, 0,  REQUIRED, "the last message it answers") \
    F(reply, 6, INT, from_seq, 0,  OPTIONAL, "the first message it answers; 0: not told") \
    F(reply, 7, STR, literal,  1024, OPTIONAL, "byte offsets of the marks of formatting (* _ ~) in it that are the data's own, a blank between two; * alone: all of them")

#define PROTO_FIELDS_waiting(F, L) \
    F(waiting, 1, INT, seq,         0,   REQUIRED, "place in the user's line, from 1, never reused") \
    F(waiting, 2, STR, message_id,  128, REQUIRED, "the sender's id of it") \
    F(waiting, 3, STR, channel,     16,  REQUIRED, "api, chat, twilio") \
    F(waiting, 4, STR, text,        PROTO_MAX_TEXT, REQUIRED, "what the customer wrote") \
    F(waiting, 5, INT, received_ms, 0,   REQUIRED, "when it was recorded, Unix ms") \
    F(waiting, 6, STR, reply_to,    128, OPTIONAL, "our address that it was written to: the reply goes out from there") \
    F(waiting, 7, STR, opt,         8,   OPTIONAL, "out or in: a word of leaving or returning, and nothing else") \
    F(waiting, 8, STR, role,        16,  OPTIONAL, "whose words: empty: the customer's; person: of the shop, message_id is its turn; note: what one who gave it back left for the seller; unsent: the seller's turn message_id never went out") \
    F(waiting, 9, STR, by,          64,  OPTIONAL, "who of the shop") \
    L(waiting, 10, trial, trial, 1, OPTIONAL, "as in ENQUEUE") \
    F(waiting, 11, STR, shown,      64,  OPTIONAL, "how the customer is told of who of the shop it is; empty: as somebody")

#define PROTO_FIELDS_outgoing(F, L) \
    F(outgoing, 1, STR, turn_id,    32,  REQUIRED, "the turn that made it") \
    F(outgoing, 2, STR, channel,    16,  REQUIRED, "twilio") \
    F(outgoing, 3, STR, reply_to,   128, REQUIRED, "our address it goes out from") \
    F(outgoing, 4, STR, text,       PROTO_MAX_REPLY, REQUIRED, "what the customer reads; cut into parts by who sends it") \
    F(outgoing, 5, STR, state,      16,  REQUIRED, "due, or unsure: the next part may have been sent, look before it is sent again") \
    F(outgoing, 6, INT, parts_sent, 0,   OPTIONAL, "parts that are known to be sent") \
    F(outgoing, 7, INT, attempts,   0,   OPTIONAL, "how often the next part was tried") \
    F(outgoing, 8, INT, since_ms,   0,   OPTIONAL, "unsure: it cannot have been sent before, Unix ms") \
    F(outgoing, 9, STR, message_id, 128, OPTIONAL, "the message it answers last (typing indicator)") \
    F(outgoing, 10, STR, sids,      1024, OPTIONAL, "the carrier's ids of what went to that person lately, a space between two") \
    F(outgoing, 11, BOOL, unasked,  0,   OPTIONAL, "nobody waits for it: what cannot be delivered now is given up") \
    F(outgoing, 12, STR, literal,   1024, OPTIONAL, "as in a reply") \
    F(outgoing, 13, STR, template_sid, 64, OPTIONAL, "a template of the carrier's to send instead of a text")

#define PROTO_FIELDS_entry(F, L) \
    F(entry, 1, STR, role,    16,  REQUIRED, "user, assistant, call or tool; person: somebody of the shop, to the customer; note: the same, to the seller") \
    F(entry, 2, STR, text,    PROTO_MAX_REPLY, OPTIONAL, "what was said; of a call its arguments, of a tool its result (JSON)") \
    F(entry, 3, STR, tool,    64,  OPTIONAL, "name of the tool, for call and tool") \
    F(entry, 4, STR, call_id, 64,  OPTIONAL, "pairs a call with its result") \
    F(entry, 5, INT, at_ms,   0,   OPTIONAL, "when, Unix ms") \
    F(entry, 6, STR, turn_id, 32,  OPTIONAL, "the turn it belongs to") \
    F(entry, 7, INT, tokens,  0,   OPTIONAL, "estimate of what it is to a model; 0: not estimated") \
    F(entry, 8, STR, by,      64,  OPTIONAL, "who of the shop, for person and note") \
    F(entry, 9, STR, shown,   64,  OPTIONAL, "how the customer is told of them; empty: as somebody")

#define PROTO_FIELDS_quote(F, L) \
    F(quote, 1, INT, stock_id,     0, OPTIONAL, "the car, 0 for a bare price") \
    F(quote, 2, INT, price,        0, REQUIRED, "cents") \
    F(quote, 3, INT, down_payment, 0, REQUIRED, "cents") \
    F(quote, 4, INT, months,       0, REQUIRED, "number of instalments") \
    F(quote, 5, INT, rate_bp,      0, REQUIRED, "yearly rate in basis points: 10 % is 1000") \
    F(quote, 6, INT, instalment,   0, REQUIRED, "cents a month") \
    F(quote, 7, INT, financed,     0, REQUIRED, "price less down payment, cents") \
    F(quote, 8, INT, total,        0, REQUIRED, "all instalments, cents") \
    F(quote, 9, INT, interest,     0, REQUIRED, "total less financed, cents")

#define PROTO_FIELDS_context(F, L) \
    F(context,  1, INT, version,    0,    REQUIRED, "layout of this record: 1") \
    F(context,  2, STR, language,   8,    OPTIONAL, "es, en, pt") \
    F(context,  3, STR, summary,    PROTO_MAX_TEXT, OPTIONAL, "what was dropped from entries, in short") \
    L(context,  4, entry, entries,  1024, OPTIONAL, "the conversation, oldest first") \
    L(context,  5, query, query,    1,    OPTIONAL, "filters of the list shown last") \
    L(context,  6, list, list,      1,    OPTIONAL, "its page") \
    L(context,  7, car, shown,      PROTO_MAX_PAGE, OPTIONAL, "its cars, in the order shown") \
    L(context,  8, car, chosen,     1,    OPTIONAL, "the car they speak of") \
    L(context,  9, quote, quote,    1,    OPTIONAL, "the quote given last") \
    F(context, 10, INT, turns,      0,    OPTIONAL, "turns so far") \
    F(context, 11, INT, started_ms, 0,    OPTIONAL, "first message, Unix ms") \
    F(context, 12, INT, updated_ms, 0,    OPTIONAL, "last turn, Unix ms") \
    F(context, 13, STR, rules,      32,   OPTIONAL, "version of the rules of the last turn") \
    F(context, 14, STR, pending,    32,   OPTIONAL, "what the offline seller asked last: budget, car, terms") \
    F(context, 15, BOOL, formal,    0,    OPTIONAL, "the customer says usted") \
    L(context, 16, car, kept,       10,   OPTIONAL, "cars chosen or quoted in this conversation, the newest first; the one quoted first stays") \
    L(context, 17, quote, kept_quotes, 10, OPTIONAL, "the last plan given for each of them that was quoted; the car quoted first comes last") \
    F(context, 18, INT, misses,     0,    OPTIONAL, "answers of no help in a row") \
    F(context, 19, STR, offered,    16,   OPTIONAL, "a person was offered in this conversation: failed, anger") \
    F(context, 20, BOOL, leaves,    0,    OPTIONAL, "they were told that they may leave a message for a person") \
    L(context, 21, gone_car, gone,  64,   OPTIONAL, "cars spoken of that are not for sale any more, as the catalog said last") \
    F(context, 22, INT, catalog,    0,    OPTIONAL, "FACETS' generation that it was said of; 0: it was not asked")

#define PROTO_FIELDS_user(F, L) \
    F(user, 1, STR, user_id,  PROTO_MAX_USER, REQUIRED, "whose messages wait")

#define PROTO_FIELDS_survey(F, L) \
    F(survey,  1, STR,  state,       16,   REQUIRED, "due, asked, scored (a comment was asked for) or closed") \
    F(survey,  2, INT,  asked_ms,    0,    OPTIONAL, "when the question was put, Unix ms") \
    F(survey,  3, STR,  turn_id,     32,   OPTIONAL, "the turn that put it") \
    F(survey,  4, STR,  rules,       32,   OPTIONAL, "version of the rules of the conversation") \
    F(survey,  5, STR,  model,       64,   OPTIONAL, "what answered last in it") \
    F(survey,  6, STR,  channel,     16,   OPTIONAL, "api, chat, twilio") \
    F(survey,  7, INT,  turns,       0,    OPTIONAL, "the context's turns while our question is the last thing said") \
    F(survey,  8, BOOL, again,       0,    OPTIONAL, "a number was asked for once more") \
    F(survey,  9, BOOL, answered,    0,    OPTIONAL, "there is a score") \
    F(survey, 10, INT,  score,       0,    OPTIONAL, "0 to 10") \
    F(survey, 11, INT,  answered_ms, 0,    OPTIONAL, "when the score was given, Unix ms") \
    F(survey, 12, STR,  comment,     2048, OPTIONAL, "in the person's own words")

#define PROTO_FIELDS_opinion(F, L) \
    F(opinion, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "who wrote it") \
    F(opinion, 2, INT, at_ms,   0, REQUIRED, "when, Unix ms") \
    L(opinion, 3, survey, survey, 1, REQUIRED, "score and comment")

#define PROTO_FIELDS_survey_day(F, L) \
    F(survey_day, 1, INT, day,        0,  REQUIRED, "days since 1970-01-01, UTC, of the question") \
    F(survey_day, 2, STR, rules,      32, OPTIONAL, "version of the rules") \
    F(survey_day, 3, INT, asked,      0,  OPTIONAL, "questions put") \
    F(survey_day, 4, INT, answered,   0,  OPTIONAL, "scores given to them, on whatever day") \
    F(survey_day, 5, INT, promoters,  0,  OPTIONAL, "9 and 10") \
    F(survey_day, 6, INT, passives,   0,  OPTIONAL, "7 and 8") \
    F(survey_day, 7, INT, detractors, 0,  OPTIONAL, "0 to 6") \
    F(survey_day, 8, INT, sum,        0,  OPTIONAL, "of all scores")

#define PROTO_FIELDS_sample(F, L) \
    F(sample, 1, STR, name,   96,  REQUIRED, "metric, as Prometheus names it") \
    F(sample, 2, STR, labels, 128, OPTIONAL, "label pairs without braces") \
    F(sample, 3, INT, value,  0,   OPTIONAL, "value; of seconds, microseconds")

#define PROTO_FIELDS_failure(F, L) \
    F(failure, 1, INT, at_ms,  0,   REQUIRED, "when") \
    F(failure, 2, STR, event,  64,  REQUIRED, "what, as the log names it") \
    F(failure, 3, STR, detail, 256, OPTIONAL, "the rest of its line; people are masked in it")

#define PROTO_FIELDS_process(F, L) \
    F(process, 1, STR, name,       64,   REQUIRED, "agent-1, catalog …") \
    F(process, 2, STR, role,       16,   REQUIRED, "dispatcher, agent, catalog, sessions") \
    F(process, 3, STR, version,    32,   OPTIONAL, "version of the program") \
    F(process, 4, INT, boot,       0,    REQUIRED, "random at each start") \
    F(process, 5, BOOL, ready,     0,    OPTIONAL, "can do its work now") \
    F(process, 6, STR, missing,    128,  OPTIONAL, "what it lacks when it is not ready") \
    F(process, 7, INT, credit,     0,    OPTIONAL, "work it would take now") \
    F(process, 8, INT, running,    0,    OPTIONAL, "work in flight") \
    L(process, 9, sample, samples, 1024, OPTIONAL, "its metrics") \
    L(process, 10, failure, failures, 8, OPTIONAL, "the newest that went wrong, the oldest first")

#define PROTO_FIELDS_stored(F, L) \
    F(stored, 1, STR, key,    16,  REQUIRED, "what kind of key it is in: state, context, inbox …") \
    F(stored, 2, STR, name,   512, OPTIONAL, "a field, an id, a place in the line; empty where there is only one, or an order") \
    F(stored, 3, INT, number, 0,   OPTIONAL, "a score, or when it was stored, Unix ms") \
    F(stored, 4, STR, record, 16,  OPTIONAL, "which record the value is; empty: it is text") \
    F(stored, 5, BIN, value,  PROTO_MAX_CONTEXT, OPTIONAL, "the value")

#define PROTO_FIELDS_model_call(F, L) \
    F(model_call, 1, STR, model,         64, REQUIRED, "name of the model; offline: the offline seller") \
    F(model_call, 2, STR, outcome,       16, REQUIRED, "text, calls, refused, failed, bad, or cut (nobody waited for it any more)") \
    F(model_call, 3, STR, error,         32, OPTIONAL, "why it failed: timeout, http_500, quota …") \
    F(model_call, 4, INT, first_us,      0,  OPTIONAL, "time to the first token, µs; 0: unknown") \
    F(model_call, 5, INT, total_us,      0,  OPTIONAL, "time to its end, µs") \
    F(model_call, 6, INT, tokens_in,     0,  OPTIONAL, "tokens of the prompt; 0: not reported") \
    F(model_call, 7, INT, tokens_cached, 0,  OPTIONAL, "those of them that the server had cached") \
    F(model_call, 8, INT, tokens_out,    0,  OPTIONAL, "tokens of the answer")

#define PROTO_FIELDS_tool_call(F, L) \
    F(tool_call, 1, STR,  name, 32, REQUIRED, "name of the tool") \
    F(tool_call, 2, INT,  us,   0,  OPTIONAL, "what it took, µs") \
    F(tool_call, 3, BOOL, ok,   0,  OPTIONAL, "it found something out; else the model was told why not")

#define PROTO_FIELDS_turn_record(F, L) \
    F(turn_record,  1, STR, turn_id,       32,  REQUIRED, "which turn") \
    F(turn_record,  2, STR, user,          PROTO_MAX_USER, OPTIONAL, "whose, masked as in the log") \
    F(turn_record,  3, STR, channel,       16,  OPTIONAL, "where its last message came from: api, chat, twilio") \
    F(turn_record,  4, INT, received_ms,   0,   OPTIONAL, "its first message was recorded then, Unix ms") \
    F(turn_record,  5, INT, claimed_ms,    0,   REQUIRED, "it was claimed then, Unix ms") \
    F(turn_record,  6, INT, waiting_us,    0,   OPTIONAL, "from the one to the other, µs, as all that follow") \
    F(turn_record,  7, INT, claim_us,      0,   OPTIONAL, "the CLAIM; its end is the end of the waiting") \
    F(turn_record,  8, INT, owed_us,       0,   OPTIONAL, "delivering what earlier turns had answered") \
    F(turn_record,  9, INT, think_us,      0,   OPTIONAL, "models, checks, and the pause before them") \
    F(turn_record, 10, INT, tools_us,      0,   OPTIONAL, "waiting for tools") \
    F(turn_record, 11, INT, commit_us,     0,   OPTIONAL, "the COMMIT and its repetitions") \
    F(turn_record, 12, INT, total_us,      0,   OPTIONAL, "from the first message to the end of the COMMIT, or of the turn") \
    L(turn_record, 13, model_call, calls,  8,   OPTIONAL, "the first model calls, in order") \
    L(turn_record, 14, tool_call, tools,   16,  OPTIONAL, "the first tools, in the order of their ends") \
    F(turn_record, 15, INT, checks_us,     0,   OPTIONAL, "checking what the model wrote; part of the thinking") \
    F(turn_record, 16, INT, findings,      0,   OPTIONAL, "what the checks found wrong") \
    F(turn_record, 17, INT, repairs,       0,   OPTIONAL, "rounds in which the model was told so") \
    F(turn_record, 18, INT, model_calls,   0,   OPTIONAL, "calls of a language model in all, those beyond the list too") \
    F(turn_record, 19, INT, tool_calls,    0,   OPTIONAL, "tools run in all") \
    F(turn_record, 20, INT, tokens_in,     0,   OPTIONAL, "tokens in all, as far as they were reported") \
    F(turn_record, 21, INT, tokens_cached, 0,   OPTIONAL, "those of them that servers had cached") \
    F(turn_record, 22, INT, tokens_out,    0,   OPTIONAL, "tokens answered in all") \
    F(turn_record, 23, STR, rules,         32,  OPTIONAL, "version of the rules") \
    F(turn_record, 24, STR, model,         64,  OPTIONAL, "the model that was asked last") \
    F(turn_record, 25, STR, outcome,       16,  REQUIRED, "answered, failed, lost") \
    F(turn_record, 26, STR, why,           16,  OPTIONAL, "why the offline seller answered: no_key, budget, deadline …") \
    F(turn_record, 27, INT, cars,          0,   OPTIONAL, "cars the answer shows") \
    F(turn_record, 28, INT, joins,         0,   OPTIONAL, "times it began anew because the customer wrote on") \
    F(turn_record, 29, INT, first_part_us, 0,   OPTIONAL, "from the first message until the first part of the answer was sent; sessions fills it in") \
    F(turn_record, 30, INT, delivered_us,  0,   OPTIONAL, "… until all parts were sent") \
    F(turn_record, 31, INT, tokens_spent,  0,   OPTIONAL, "tokens in and out as budgets count them: estimated where they were not reported") \
    F(turn_record, 32, STR, sought,        64,  OPTIONAL, "make and model that was looked for last and found") \
    F(turn_record, 33, STR, missed,        64,  OPTIONAL, "make and model that was looked for last and not found") \
    F(turn_record, 34, INT, knowledge,     0,   OPTIONAL, "version of the shop's knowledge; 0: the installation's") \
    F(turn_record, 35, INT, cost,          0,   OPTIONAL, "what tokens_spent cost, millionths of the currency's unit") \
    F(turn_record, 36, STR, currency,      3,   OPTIONAL, "ISO 4217; empty: prices are not set")

#define PROTO_FIELDS_step_latency(F, L) \
    F(step_latency, 1, STR, step,   16, REQUIRED, "total, waiting, claim, owed, thinking, tools, checks, commit, first_part, delivered; and first_token, model_call, tool_call, of each") \
    F(step_latency, 2, INT, count,  0,  REQUIRED, "how many") \
    F(step_latency, 3, INT, p50_us, 0,  OPTIONAL, "half of them took no longer; at most 1/64 above the true value") \
    F(step_latency, 4, INT, p90_us, 0,  OPTIONAL, "90 of 100 took no longer") \
    F(step_latency, 5, INT, p95_us, 0,  OPTIONAL, "95 of 100") \
    F(step_latency, 6, INT, p99_us, 0,  OPTIONAL, "99 of 100") \
    F(step_latency, 7, INT, max_us, 0,  OPTIONAL, "the longest")

#define PROTO_FIELDS_tick(F, L) \
    F(tick, 1, STR, turn_id, 32, REQUIRED, "which message") \
    F(tick, 2, STR, status,  16, REQUIRED, "waiting, sent, parked (until the customer writes), dropped, or the carrier's word: delivered, read, failed …") \
    F(tick, 3, INT, code,    0,  OPTIONAL, "the carrier's error code")

#define PROTO_FIELDS_desk_entry(F, L) \
    F(desk_entry, 1, STR, user_id,   PROTO_MAX_USER, REQUIRED, "who") \
    F(desk_entry, 2, INT, since_ms,  0,    REQUIRED, "since when they wait, or have one, Unix ms") \
    F(desk_entry, 3, STR, by,        64,   OPTIONAL, "who of the shop has the conversation; empty: nobody") \
    F(desk_entry, 4, INT, wanted_ms, 0,    OPTIONAL, "when a person was promised, Unix ms; 0: none was") \
    F(desk_entry, 5, STR, why,       16,   OPTIONAL, "asked, failed or anger") \
    F(desk_entry, 6, STR, note,      2048, OPTIONAL, "what they left for that person") \
    F(desk_entry, 7, INT, wrote_ms,  0,    OPTIONAL, "when they wrote last, Unix ms; 0: not known")

#define PROTO_FIELDS_turn_group(F, L) \
    F(turn_group,  1, STR, model,         64, OPTIONAL, "the model asked last; its own calls and tokens are counted wherever they were made. Empty: all") \
    F(turn_group,  2, STR, rules,         32, OPTIONAL, "version of the rules") \
    F(turn_group,  3, INT, turns,         0,  OPTIONAL, "turns that were answered: those the steps are of") \
    F(turn_group,  4, INT, failed,        0,  OPTIONAL, "others") \
    F(turn_group,  5, INT, model_calls,   0,  OPTIONAL, "calls of a language model") \
    F(turn_group,  6, INT, tokens_in,     0,  OPTIONAL, "tokens of prompts") \
    F(turn_group,  7, INT, tokens_cached, 0,  OPTIONAL, "those of them that servers had cached") \
    F(turn_group,  8, INT, tokens_out,    0,  OPTIONAL, "tokens of answers") \
    F(turn_group,  9, INT, findings,      0,  OPTIONAL, "what checks found wrong") \
    F(turn_group, 10, INT, repairs,       0,  OPTIONAL, "rounds in which a model was told so") \
    L(turn_group, 11, step_latency, steps, 16, OPTIONAL, "those that happened")

#define PROTO_FIELDS_cost(F, L) \
    F(cost, 1, STR, currency, 3, REQUIRED, "ISO 4217") \
    F(cost, 2, INT, micros,   0, OPTIONAL, "millionths of its unit")

#define PROTO_FIELDS_tally(F, L) \
    F(tally,  1, INT, at,            0, OPTIONAL, "the day, since 1970-01-01 by the shop's calendar; or the hour, 0 to 23") \
    F(tally,  2, INT, turns,         0, OPTIONAL, "turns that were answered") \
    F(tally,  3, INT, failed,        0, OPTIONAL, "others") \
    F(tally,  4, INT, people,        0, OPTIONAL, "who wrote, within 1 of 100; of an hour it is not told") \
    F(tally,  5, INT, model_calls,   0, OPTIONAL, "calls of a language model") \
    F(tally,  6, INT, tokens_in,     0, OPTIONAL, "tokens of prompts") \
    F(tally,  7, INT, tokens_cached, 0, OPTIONAL, "those of them that servers had cached") \
    F(tally,  8, INT, tokens_out,    0, OPTIONAL, "tokens of answers") \
    F(tally,  9, INT, repairs,       0, OPTIONAL, "rounds in which a model was told what was wrong") \
    F(tally, 10, INT, p50_ms,        0, OPTIONAL, "half of the answers took no longer; within an eighth") \
    F(tally, 11, INT, p95_ms,        0, OPTIONAL, "95 of 100") \
    L(tally, 12, cost, costs,        4, OPTIONAL, "by the prices of their time")

#define PROTO_FIELDS_reached(F, L) \
    F(reached, 1, STR, step,   8, REQUIRED, "talk, list, quote or lead") \
    F(reached, 2, INT, people, 0, OPTIONAL, "within 1 of 100")

#define PROTO_FIELDS_named(F, L) \
    F(named, 1, STR, what,  8,  REQUIRED, "sought, missed or failure") \
    F(named, 2, STR, name,  64, OPTIONAL, "make and model, or why; empty: all others") \
    F(named, 3, INT, count, 0,  REQUIRED, "turns")

#define PROTO_FIELDS_alert(F, L) \
    F(alert,  1, STR, id,         64,  REQUIRED, "of whoever is told twice: the same") \
    F(alert,  2, STR, kind,       16,  REQUIRED, "quote, person, score, undelivered, model, budget, missing, test") \
    F(alert,  3, INT, at_ms,      0,   REQUIRED, "when it happened, Unix ms") \
    F(alert,  4, STR, user_id,    PROTO_MAX_USER, OPTIONAL, "whom it is about") \
    F(alert,  5, STR, subject,    256, OPTIONAL, "the car, model, or process; the carrier's code") \
    F(alert,  6, INT, amount,     0,   OPTIONAL, "quote: price in cents") \
    F(alert,  7, INT, instalment, 0,   OPTIONAL, "quote: a month, in cents") \
    F(alert,  8, INT, months,     0,   OPTIONAL, "quote: how many") \
    F(alert,  9, INT, score,      0,   OPTIONAL, "score: 0 to 10") \
    F(alert, 10, STR, text,       1024, OPTIONAL, "score: what they wrote") \
    F(alert, 11, INT, held_back,  0,   OPTIONAL, "so many of its kind before it were not told, there were too many") \
    F(alert, 12, INT, sent,       0,   OPTIONAL, "one bit for each target that has it, see agent/alerts.h") \
    F(alert, 13, INT, tries,      0,   OPTIONAL, "the how manieth to send it this is")

#define PROTO_FIELDS_car_value(F, L) \
    F(car_value, 1, STR, name,  32,  REQUIRED, "column, as in a CSV") \
    F(car_value, 2, STR, value, 512, OPTIONAL, "as in a CSV; empty: none")

#define PROTO_FIELDS_revision(F, L) \
    F(revision,  1, INT,  number,   0,   REQUIRED, "from 1, in the order they were made") \
    F(revision,  2, INT,  at_ms,    0,   REQUIRED, "when, Unix ms") \
    F(revision,  3, STR,  by,       64,  OPTIONAL, "who; empty: not told") \
    F(revision,  4, STR,  kind,     8,   REQUIRED, "add, edit, sell, undo or import") \
    F(revision,  5, INT,  stock_id, 0,   OPTIONAL, "which car; 0: an import") \
    L(revision,  6, car,  before,   1,   OPTIONAL, "the car as it was offered; none: it was not") \
    L(revision,  7, car,  after,    1,   OPTIONAL, "the car as it is offered; none: it is not") \
    F(revision,  8, INT,  undoes,   0,   OPTIONAL, "undo: which revision") \
    F(revision,  9, INT,  undone,   0,   OPTIONAL, "the revision that has undone it; 0: none") \
    F(revision, 10, BOOL, last,     0,   OPTIONAL, "nothing has changed the same since: it can be undone") \
    F(revision, 11, STR,  name,     128, OPTIONAL, "import: what the file was called") \
    F(revision, 12, INT,  added,    0,   OPTIONAL, "import: cars that came") \
    F(revision, 13, INT,  changed,  0,   OPTIONAL, "import: cars that are others now") \
    F(revision, 14, INT,  removed,  0,   OPTIONAL, "import: cars that went")

#define PROTO_FIELDS_bad_line(F, L) \
    F(bad_line, 1, INT, line,   0,   REQUIRED, "from 1") \
    F(bad_line, 2, STR, column, 64,  REQUIRED, "which column, or record") \
    F(bad_line, 3, STR, reason, 256, REQUIRED, "for a person")

#define PROTO_FIELDS_difference(F, L) \
    L(difference, 1, car, before, 1, OPTIONAL, "as it is offered; none: it comes") \
    L(difference, 2, car, after,  1, OPTIONAL, "as it would be; none: it goes")

/* ---- messages ----
 * M(name, NAME, code, from and to, the answer, what it means)
 * Every request is answered by the message named, or by ERROR, with its request id. */
#define PROTO_FIELDS_lead_note(F, L) \
    F(lead_note, 1, INT, at_ms, 0,    REQUIRED, "when, Unix ms") \
    F(lead_note, 2, STR, by,    64,   OPTIONAL, "who; empty: who holds the API's token") \
    F(lead_note, 3, STR, text,  2048, REQUIRED, "what")

#define PROTO_FIELDS_lead(F, L) \
    F(lead,  1, STR, lead_id,    32,  OPTIONAL, "the turn that made it") \
    F(lead,  2, STR, user_id,    PROTO_MAX_USER, OPTIONAL, "who") \
    F(lead,  3, INT, created_ms, 0,   OPTIONAL, "when it was made, Unix ms") \
    F(lead,  4, INT, at_ms,      0,   OPTIONAL, "when the customer said something of it last, Unix ms") \
    F(lead,  5, STR, stage,      16,  OPTIONAL, "new, contacted, visit, won or lost") \
    F(lead,  6, STR, interest,   16,  REQUIRED, "what they want: visit, test_drive, reserve, buy or contact") \
    F(lead,  7, STR, name,       64,  OPTIONAL, "as they wrote it") \
    F(lead,  8, STR, contact,    96,  OPTIONAL, "a phone number or an address, as they wrote it") \
    F(lead,  9, INT, stock_id,   0,   OPTIONAL, "the car; 0: none yet") \
    F(lead, 10, STR, car,        160, OPTIONAL, "make, model, version and year as they were told") \
    F(lead, 11, INT, price,      0,   OPTIONAL, "the price they were told, cents") \
    L(lead, 12, quote, quote,    1,   OPTIONAL, "the plan they were told last") \
    F(lead, 13, STR, channel,    16,  OPTIONAL, "api, chat, twilio") \
    F(lead, 14, STR, said,       512, OPTIONAL, "the front of the message that made it") \
    F(lead, 15, STR, language,   8,   OPTIONAL, "es, en, pt") \
    F(lead, 16, INT, note_count, 0,   OPTIONAL, "notes in all") \
    L(lead, 17, lead_note, notes, 50, OPTIONAL, "of a list the last one only; the oldest first")

#define PROTO_MESSAGES(M) \
    M(error,      ERROR,       1, "any → any", "–", "The request with this id failed; nothing was changed") \
    M(ok,         OK,          2, "service → caller", "–", "Done; there is nothing more to say") \
    M(ping,       PING,        3, "client → server", "PONG", "Are you there, and how are you") \
    M(pong,       PONG,        4, "server → client", "–", "I am, and these are my numbers and those of the processes behind me") \
    M(enqueue,    ENQUEUE,    10, "gateway → sessions", "ENQUEUED", "Record one message, unless message_id is known already") \
    M(enqueued,   ENQUEUED,   11, "sessions → gateway", "–", "It is durable; what became of it if it was known") \
    M(withdraw,   WITHDRAW,   12, "gateway → sessions", "OK", "Take back a message that nobody has claimed; ERROR claimed otherwise") \
    M(claim,      CLAIM,      13, "agent → sessions", "CLAIMED", "Lease a user's conversation, or ask for the news under a lease") \
    M(claimed,    CLAIMED,    14, "sessions → agent", "–", "The lease with everything that waits, or who has it") \
    M(renew,      RENEW,      15, "agent → sessions", "OK", "Still at it; ERROR stale_token if the lease is lost") \
    M(commit,     COMMIT,     16, "agent → sessions", "COMMITTED", "End a turn: context, reply and inbox change together; ERROR stale_token changes nothing") \
    M(committed,  COMMITTED,  17, "sessions → agent", "–", "The turn is durable and the lease is free") \
    M(release,    RELEASE,    18, "agent → sessions", "OK", "Give a lease back without an answer") \
    M(reset,      RESET,      19, "gateway → sessions", "OK", "Forget the conversation; waiting messages stay") \
    M(read,       READ,       20, "gateway → sessions", "SESSION", "Show a conversation") \
    M(session,    SESSION,    21, "sessions → gateway", "–", "A conversation as it stands") \
    M(sweep,      SWEEP,      22, "dispatcher → sessions", "SWEPT", "Who has waiting messages and no live lease") \
    M(swept,      SWEPT,      23, "sessions → dispatcher", "–", "These; each is told to one asker only, and again later if nothing happens") \
    M(take,       TAKE,       24, "gateway → sessions", "OK", "I put this reply into the HTTP answer that waits; ERROR claimed if it goes out otherwise") \
    M(forgo,      FORGO,      25, "gateway → sessions", "OK", "I do not wait for the reply to this message any more: send it otherwise") \
    M(delivered,  DELIVERED,  26, "agent, gateway → sessions", "OK", "What became of a reply in the outbox, or of a part of it") \
    M(status,     STATUS,     27, "gateway → sessions", "OK", "What the carrier says of a message sent before") \
    M(surveys,    SURVEYS,    28, "gateway → sessions", "SURVEYED", "What did people answer who were asked on these days") \
    M(surveyed,   SURVEYED,   29, "sessions → gateway", "–", "The sums of each day and version of the rules, and what was written") \
    M(page,       PAGE,       30, "agent, gateway → catalog", "PAGED", "One page of the cars that match") \
    M(paged,      PAGED,      31, "catalog → caller", "–", "That page, where it stands, and what was corrected") \
    M(get_car,    GET_CAR,    32, "agent → catalog", "CARS", "One car by stock id") \
    M(cars,       CARS,       33, "catalog → caller", "–", "The car, or none") \
    M(makes,      MAKES,      34, "agent, gateway → catalog", "FACETS", "The makes in the catalog, by name") \
    M(models,     MODELS,     35, "agent, gateway → catalog", "FACETS", "The models of a make, by name") \
    M(facets,     FACETS,     36, "catalog → caller", "–", "Names and counts") \
    M(resolve,    RESOLVE,    37, "agent → catalog", "RESOLVED", "Which makes and models does a sentence name") \
    M(resolved,   RESOLVED,   38, "catalog → agent", "–", "These, in the order said") \
    M(knowledge,  KNOWLEDGE,  39, "agent → catalog", "PASSAGES", "What the shop wrote about a question") \
    M(passages,   PASSAGES,   40, "catalog → agent", "–", "The best passages first") \
    M(reload,     RELOAD,     41, "import → catalog", "RELOADED", "Look for a new catalog now") \
    M(reloaded,   RELOADED,   42, "catalog → import", "–", "What is served from now on") \
    M(work,       WORK,       50, "gateway → dispatcher", "ANSWER", "This user's message seq waits: have it answered, and tell me") \
    M(answer,     ANSWER,     51, "dispatcher → gateway", "–", "The turn that covers the message has ended") \
    M(partial,    PARTIAL,    52, "agent → dispatcher → gateway", "–", "Text of a turn as it is made; the call goes on") \
    M(cancel,     CANCEL,     53, "gateway → dispatcher", "–", "Nobody waits for this WORK any more; the turn itself goes on") \
    M(heartbeat,  HEARTBEAT,  60, "agent → dispatcher", "PONG", "I am here and would take so much work; the first one announces the agent") \
    M(turn,       TURN,       61, "dispatcher → agent", "TURN_DONE", "Run a turn of this user") \
    M(turn_done,  TURN_DONE,  62, "agent → dispatcher", "–", "How the turn ended") \
    M(nudge,      NUDGE,      63, "dispatcher → agent", "–", "The user of a running turn has written again") \
    M(bye,        BYE,        64, "agent → dispatcher", "–", "I take no more work; what runs I still finish") \
    M(log_turn,   LOG_TURN,   70, "agent → sessions", "OK", "What a turn took, when it has ended") \
    M(list_turns, LIST_TURNS, 71, "gateway → sessions", "TURNS", "What did turns take, the newest first") \
    M(turns,      TURNS,      72, "sessions → gateway", "–", "These, as far as it is kept") \
    M(get_latency, GET_LATENCY, 73, "gateway → sessions", "LATENCY", "How long did turns and their steps take") \
    M(latency,    LATENCY,    74, "sessions → gateway", "–", "Percentiles, by model and version of the rules") \
    M(get_budget, GET_BUDGET, 75, "gateway → sessions", "BUDGET", "What has been spent at language models today") \
    M(budget,     BUDGET,     76, "sessions → gateway", "–", "By all, by one person, and what may be") \
    M(pace,       PACE,       77, "agent → sessions", "PACED", "So many messages wait to be sent from this address: when may they. Asking again reserves again") \
    M(paced,      PACED,      78, "sessions → agent", "–", "Places of them are reserved; what they are not used for is lost when it is past") \
    M(export,     EXPORT,     80, "gateway → sessions", "EXPORTED", "Tell everything that is stored of a person, some at a time") \
    M(exported,   EXPORTED,   81, "sessions → gateway", "–", "So much of it") \
    M(erase,      ERASE,      82, "gateway → sessions", "OK", "Erase everything that is stored of a person; what runs is void, and what waits is dropped") \
    M(sign_in,    SIGN_IN,    90, "gateway → sessions", "SIGNED_IN", "Is this somebody of the shop? ERROR denied or locked otherwise") \
    M(signed_in,  SIGNED_IN,  91, "sessions → gateway", "–", "It is, and may do what the role allows") \
    M(who_is,     WHO_IS,     92, "gateway → sessions", "SIGNED_IN", "Whose session of the console is this? ERROR denied if it is none") \
    M(sign_out,   SIGN_OUT,   93, "gateway → sessions", "OK", "End that session") \
    M(list_users, LIST_USERS, 94, "gateway → sessions", "USERS", "Who may sign in to the console") \
    M(users,      USERS,      95, "sessions → gateway", "–", "These, by name") \
    M(put_user,   PUT_USER,   96, "gateway, command → sessions", "OK", "Add somebody, or change role or password, which ends the sessions of that name") \
    M(drop_user,  DROP_USER,  97, "gateway → sessions", "OK", "Nobody signs in by that name any more") \
    M(new_password, NEW_PASSWORD, 98, "gateway → sessions", "SIGNED_IN", "Change my own password: a new session takes the place of all I had") \
    M(list_people, LIST_PEOPLE, 99, "gateway → sessions", "PEOPLE", "Whose conversations are the newest") \
    M(people,     PEOPLE,    100, "sessions → gateway", "–", "Theirs, with what was said last") \
    M(get_changes, GET_CHANGES, 101, "gateway → sessions", "CHANGES", "Has anything changed in that list") \
    M(changes,    CHANGES,   102, "sessions → gateway", "–", "Something has if the number is another") \
    M(raise_alert, RAISE_ALERT, 120, "agent, gateway → sessions", "OK", "Have the people of the shop told; count is 0 if nobody wants to be, or was told the same lately") \
    M(take_alerts, TAKE_ALERTS, 121, "agent → sessions", "ALERTS", "I can tell them: which alerts wait") \
    M(alerts,     ALERTS,    122, "sessions → agent", "–", "These; nobody else is given them for a while") \
    M(settle_alert, SETTLE_ALERT, 123, "agent → sessions", "OK", "What became of one; ERROR stale_token if another has taken it") \
    M(take_over,  TAKE_OVER, 110, "gateway → sessions", "HANDOFF", "A person of the shop takes the conversation over: the bot is silent from now on") \
    M(say,        SAY,       111, "gateway → sessions", "HANDOFF", "What that person writes to the customer; the same id counts once") \
    M(give_back,  GIVE_BACK, 112, "gateway → sessions", "HANDOFF", "The bot has it again, and reads the note") \
    M(handoff,    HANDOFF,   113, "sessions → gateway", "–", "How that went, and who has the conversation") \
    M(get_said,   GET_SAID,  114, "gateway → sessions", "SAID", "What has somebody of the shop written to me") \
    M(said,       SAID,      115, "sessions → gateway", "–", "This, and who has the conversation") \
    M(list_desk,  LIST_DESK, 116, "gateway → sessions", "DESK", "Who waits for a person, or has one") \
    M(desk,       DESK,      117, "sessions → gateway", "–", "These, the longest first") \
    M(list_leads, LIST_LEADS, 130, "gateway → sessions", "LEADS", "Who may buy, those who said something last first") \
    M(leads,      LEADS,     131, "sessions → gateway", "–", "These") \
    M(get_leads,  GET_LEADS, 132, "gateway → sessions", "LEADS", "All of one person, with their notes") \
    M(change_lead, CHANGE_LEAD, 133, "gateway → sessions", "LEADS", "Another stage, a note, or both; then as GET_LEADS. ERROR not_found if there is no such lead, conflict if it has as many notes as it may") \
    M(put_car,    PUT_CAR,   140, "gateway → catalog", "EDITED", "Add a car, or change columns of one; every replica that shares the folder serves it by the answer. ERROR conflict if it is another than was seen") \
    M(sell_car,   SELL_CAR,  141, "gateway → catalog", "EDITED", "A car is sold: it is offered no more from the answer on") \
    M(undo,       UNDO,      142, "gateway → catalog", "EDITED", "Take a revision back; ERROR conflict if something has changed the same since") \
    M(edited,     EDITED,    143, "catalog → gateway", "–", "It is durable and served; or what is wrong with the values, and nothing was changed") \
    M(get_history, GET_HISTORY, 144, "gateway → catalog", "HISTORY", "Which changes were made, the newest first") \
    M(history,    HISTORY,   145, "catalog → gateway", "–", "These") \
    M(import_csv, IMPORT_CSV, 146, "gateway → catalog", "IMPORTED", "What would a file change; with the digest of that answer: do it. ERROR conflict if it is not the same any more") \
    M(imported,   IMPORTED,  147, "catalog → gateway", "–", "What the file changes, or what is wrong with it") \
    M(check_cars, CHECK_CARS, 148, "agent → catalog", "CHECKED", "Are these cars still for sale") \
    M(checked,    CHECKED,   149, "catalog → agent", "–", "Which of them are not") \
    M(list_texts, LIST_TEXTS, 150, "gateway → sessions", "TEXTS", "Which versions are there of the rules, or of the shop's knowledge") \
    M(texts,      TEXTS,     151, "sessions → gateway", "–", "These, and which is live") \
    M(get_text,   GET_TEXT,  152, "gateway, agent → sessions", "TEXT", "One version as it was written; ERROR not_found if there is none") \
    M(text,       TEXT,      153, "sessions, catalog → caller", "–", "That version") \
    M(save_text,  SAVE_TEXT, 154, "gateway → sessions", "TEXTS", "Keep a new version; ERROR conflict if somebody else has done so meanwhile, invalid if it is too long. Answered without the list") \
    M(publish_text, PUBLISH_TEXT, 155, "gateway → sessions", "TEXTS", "The seller goes by this version from now on; ERROR conflict if another is live than was thought. Answered without the list") \
    M(get_knowledge, GET_KNOWLEDGE, 157, "gateway → catalog", "TEXT", "What stands in KNOWLEDGE_DIR, as one text: version 0 of the shop's knowledge; ERROR invalid if it is too long") \
    M(offer_rules, OFFER_RULES, 156, "agent → sessions", "OK", "The rules of the installation, which are version 0, and how long rules may be") \
    M(get_numbers, GET_NUMBERS, 160, "gateway → sessions", "NUMBERS", "What did the turns of these days come to") \
    M(numbers,    NUMBERS,   161, "sessions → gateway", "–", "Sums by day and by hour of the day, and who came how far")

#define PROTO_FIELDS_error(F, L) \
    F(error, 1, STR, code,           32,  REQUIRED, "one of the codes in proto.h") \
    F(error, 2, STR, detail,         512, OPTIONAL, "for a person") \
    F(error, 3, INT, retry_after_ms, 0,   OPTIONAL, "when it may work; 0: not by waiting")

#define PROTO_FIELDS_ok(F, L) \
    F(ok, 1, INT, count, 0, OPTIONAL, "how many were changed, where that says something")

#define PROTO_FIELDS_ping(F, L) \
    F(ping, 1, STR, name, 64, REQUIRED, "who asks")

#define PROTO_FIELDS_pong(F, L) \
    L(pong, 1, process, processes, 64, REQUIRED, "the one asked first, then those behind it")

#define PROTO_FIELDS_enqueue(F, L) \
    F(enqueue, 1, STR, user_id,    PROTO_MAX_USER, REQUIRED, "who writes") \
    F(enqueue, 2, STR, message_id, 128, REQUIRED, "the same for every copy of one message") \
    F(enqueue, 3, STR, channel,    16,  REQUIRED, "api, chat, twilio") \
    F(enqueue, 4, STR, text,       PROTO_MAX_TEXT, REQUIRED, "what was written") \
    F(enqueue, 5, STR, reply_to,   128, OPTIONAL, "our address that it was written to; makes the reply go through the outbox") \
    F(enqueue, 6, INT, hold_ms,    0,   OPTIONAL, "so long the gateway may still TAKE the reply; then it is sent otherwise") \
    F(enqueue, 7, STR, opt,        8,   OPTIONAL, "out: a word of leaving, the person wants no messages; in: of returning. Kept if there is a reply_to") \
    F(enqueue, 8, BOOL, silent,    0,   OPTIONAL, "the carrier has answered it already: it makes no turn") \
    L(enqueue, 9, trial, trial, 1, OPTIONAL, "it is of the console's side chat: answered with these versions, and counted nowhere")

#define PROTO_FIELDS_enqueued(F, L) \
    F(enqueued, 1, INT,  seq,       0, REQUIRED, "its place in the user's line") \
    F(enqueued, 2, BOOL, duplicate, 0, OPTIONAL, "message_id was known: nothing was recorded now") \
    L(enqueued, 3, reply, reply,    1, OPTIONAL, "the answer, if a duplicate has it already") \
    F(enqueued, 4, BOOL, silent,    0, OPTIONAL, "there will be no answer: a person of the shop has the conversation, or had it when it came") \
    F(enqueued, 5, STR,  by,        64, OPTIONAL, "silent: who has it now; empty: the bot again") \
    F(enqueued, 6, INT,  since_ms,  0, OPTIONAL, "since when, Unix ms") \
    F(enqueued, 7, STR,  shown,     64, OPTIONAL, "how the customer is told of them; empty: as somebody")

#define PROTO_FIELDS_withdraw(F, L) \
    F(withdraw, 1, STR, user_id,    PROTO_MAX_USER, REQUIRED, "who wrote") \
    F(withdraw, 2, STR, message_id, 128, REQUIRED, "which message")

#define PROTO_FIELDS_claim(F, L) \
    F(claim, 1, STR, user_id,  PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(claim, 2, STR, holder,   96, REQUIRED, "who asks: name and boot of the agent") \
    F(claim, 3, INT, lease_ms, 0,  REQUIRED, "how long the lease lives without RENEW") \
    F(claim, 4, STR, dead,     96, OPTIONAL, "a holder known to be dead: its lease may be taken") \
    F(claim, 5, INT, token,    0,  OPTIONAL, "the lease one has: renew it and tell every waiting message, without the context")

#define PROTO_FIELDS_claimed(F, L) \
    F(claimed, 1, STR, status,   16, REQUIRED, "granted, busy (another holds it) or empty (nothing waits)") \
    F(claimed, 2, INT, token,    0,  OPTIONAL, "fencing token, grows with every lease of the user") \
    F(claimed, 3, INT, retry_ms, 0,  OPTIONAL, "busy: the lease ends then") \
    L(claimed, 4, context, context, 1, OPTIONAL, "granted: what is remembered; none for somebody new") \
    L(claimed, 5, waiting, messages, 100, OPTIONAL, "granted: what waits, oldest first") \
    L(claimed, 6, outgoing, outgoing, 8, OPTIONAL, "granted: replies to deliver now, oldest first, before anything new is thought of") \
    F(claimed, 7, INT, now_ms,   0,  OPTIONAL, "granted: now, by the clock of received_ms, Unix ms") \
    L(claimed, 8, survey, survey,   1, OPTIONAL, "granted: how the person's survey stands; none: not asked lately") \
    F(claimed, 9, BOOL, ask,        0, OPTIONAL, "granted, and nothing waits: put the survey's question, which is due") \
    F(claimed, 10, BOOL, opted_out, 0, OPTIONAL, "granted: wants no messages but answers") \
    F(claimed, 11, STR, budget,   16, OPTIONAL, "granted: whose budget for language models is used up: person, day, or nobody's") \
    L(claimed, 12, waiting, talk, 256, OPTIONAL, "granted: what was said while a person of the shop had the conversation and is in no context yet, oldest first; seq is its number") \
    F(claimed, 13, INT, rules,    0,  OPTIONAL, "granted: the version of the rules that is live; 0: the installation's") \
    F(claimed, 14, INT, rules_ms, 0,  OPTIONAL, "… which was kept then, Unix ms") \
    F(claimed, 15, INT, knowledge, 0, OPTIONAL, "the same of the shop's knowledge") \
    F(claimed, 16, INT, knowledge_ms, 0, OPTIONAL, "…")

#define PROTO_FIELDS_renew(F, L) \
    F(renew, 1, STR, user_id,  PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(renew, 2, INT, token,    0, REQUIRED, "the lease") \
    F(renew, 3, INT, lease_ms, 0, REQUIRED, "from now")

#define PROTO_FIELDS_commit(F, L) \
    F(commit, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(commit, 2, INT, token,   0, REQUIRED, "the lease") \
    L(commit, 3, reply, reply, 1, REQUIRED, "the answer; its upto_seq leaves the inbox. 0: it is the survey's question, put to somebody who rests") \
    L(commit, 4, context, context, 1, OPTIONAL, "what to remember; absent: forget the conversation") \
    L(commit, 5, survey, survey, 1, OPTIONAL, "how the survey stands now; due: put the question when the person rests. Absent: as before") \
    F(commit, 6, INT, tokens,  0, OPTIONAL, "what the turn spent at language models, for the budgets …") \
    F(commit, 7, INT, calls,   0, OPTIONAL, "… and how often it called one") \
    F(commit, 8, INT, talk,    0, OPTIONAL, "the last number of CLAIMED's talk, which is in the context now") \
    F(commit, 9, STR, wanted,  16, OPTIONAL, "the customer was promised a person: asked, failed, anger") \
    F(commit, 10, STR, wanted_note, 2048, OPTIONAL, "what they leave for that person") \
    L(commit, 11, lead, lead,  1,  OPTIONAL, "somebody who may buy: an open lead of theirs on the same car is brought up to date, else there is a new one")

#define PROTO_FIELDS_committed(F, L) \
    F(committed, 1, INT, waiting, 0, OPTIONAL, "messages that came meanwhile and wait, and replies to be delivered now") \
    F(committed, 2, BOOL, overtaken, 0, OPTIONAL, "the person wrote before the question was put: it was not put") \
    F(committed, 3, STR, lead,    16, OPTIONAL, "what came of the lead: made or changed; empty: there was none")

#define PROTO_FIELDS_release(F, L) \
    F(release, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(release, 2, INT, token,   0, REQUIRED, "the lease")

#define PROTO_FIELDS_reset(F, L) \
    F(reset, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose conversation")

#define PROTO_FIELDS_export(F, L) \
    F(export, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "which person") \
    F(export, 2, STR, next,    64, OPTIONAL, "next of the answer before; empty: from the beginning")

#define PROTO_FIELDS_exported(F, L) \
    L(exported, 1, stored, stored, 4096, OPTIONAL, "by key") \
    F(exported, 2, STR, next, 64, OPTIONAL, "where it goes on; empty: that was all")

#define PROTO_FIELDS_erase(F, L) \
    F(erase, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "which person")

#define PROTO_FIELDS_read(F, L) \
    F(read, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose conversation")

#define PROTO_FIELDS_session(F, L) \
    L(session, 1, context, context, 1, OPTIONAL, "none: nothing is remembered") \
    F(session, 2, INT,  waiting,    0, OPTIONAL, "messages that wait") \
    F(session, 3, BOOL, leased,     0, OPTIONAL, "a turn runs now") \
    F(session, 4, INT,  expires_ms, 0, OPTIONAL, "what is remembered is forgotten then, Unix ms") \
    F(session, 5, INT,  outbox,     0, OPTIONAL, "replies that are not delivered yet") \
    F(session, 6, BOOL, opted_out,  0, OPTIONAL, "wants no messages but answers to what is written from now on; ends with opt in") \
    L(session, 7, survey, survey,   1, OPTIONAL, "how the person's survey stands; none: not asked lately") \
    F(session, 8, STR,  by,         64, OPTIONAL, "who of the shop has the conversation; empty: the bot") \
    F(session, 9, INT,  by_ms,      0, OPTIONAL, "since when, Unix ms") \
    F(session, 10, INT, wanted_ms,  0, OPTIONAL, "when a person was promised, Unix ms; 0: none was") \
    F(session, 11, STR, wanted_why, 16, OPTIONAL, "asked, failed or anger") \
    F(session, 12, STR, wanted_note, 2048, OPTIONAL, "what they left for that person") \
    L(session, 13, tick, ticks,     512, OPTIONAL, "how far what the shop wrote has come") \
    L(session, 14, waiting, talk,   256, OPTIONAL, "what was said while a person had it and is in no context yet") \
    F(session, 15, STR, shown,      64, OPTIONAL, "how the customer is told of who has it; empty: as somebody")

#define PROTO_FIELDS_take(F, L) \
    F(take, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose reply") \
    F(take, 2, STR, turn_id, 32, REQUIRED, "which reply") \
    F(take, 3, STR, taker,   32, OPTIONAL, "which request it is for: no other may say what became of it")

#define PROTO_FIELDS_forgo(F, L) \
    F(forgo, 1, STR, user_id,    PROTO_MAX_USER, REQUIRED, "who wrote") \
    F(forgo, 2, STR, message_id, 128, REQUIRED, "which message")

#define PROTO_FIELDS_delivered(F, L) \
    F(delivered, 1, STR, user_id,    PROTO_MAX_USER, REQUIRED, "whose reply") \
    F(delivered, 2, STR, turn_id,    32, REQUIRED, "which reply") \
    F(delivered, 3, INT, token,      0,  OPTIONAL, "the lease under which it was sent; 0: the gateway that took it") \
    F(delivered, 4, STR, state,      16, REQUIRED, "trying (the next part is about to be sent), sent (parts_sent are out), done (all are), again (not sent, try after retry_ms), unsure, parked, failed") \
    F(delivered, 5, INT, parts_sent, 0,  OPTIONAL, "parts known to be sent, all in all") \
    F(delivered, 6, STR, sid,        64, OPTIONAL, "the carrier's id of the part sent last") \
    F(delivered, 7, INT, code,       0,  OPTIONAL, "the carrier's error code") \
    F(delivered, 8, INT, retry_ms,   0,  OPTIONAL, "again, unsure: not before; sent: the next part not before, unless the carrier tells more of this one") \
    F(delivered, 9, INT, nth,        0,  OPTIONAL, "which try this is about: OK.count of its trying. A report of another one has no effect; 0: of whichever is the last") \
    F(delivered, 10, STR, taker,     32, OPTIONAL, "without a token: the taker of the TAKE")

#define PROTO_FIELDS_status(F, L) \
    F(status, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "who was written to") \
    F(status, 2, STR, sid,     64, REQUIRED, "the carrier's id of the message") \
    F(status, 3, STR, status,  16, REQUIRED, "queued, sent, delivered, read, failed, undelivered …") \
    F(status, 4, INT, code,    0,  OPTIONAL, "the carrier's error code") \
    F(status, 5, STR, turn_id, 32, OPTIONAL, "which reply it is, where that went out in a webhook's answer")

#define PROTO_FIELDS_sweep(F, L) \
    F(sweep, 1, INT, max, 0, REQUIRED, "at most so many users, 1 to 1,000")

#define PROTO_FIELDS_swept(F, L) \
    L(swept, 1, user, users, 1000, OPTIONAL, "may be empty")

#define PROTO_FIELDS_surveys(F, L) \
    F(surveys, 1, INT, since_day, 0, REQUIRED, "first day, since 1970-01-01, UTC") \
    F(surveys, 2, INT, until_day, 0, REQUIRED, "last day") \
    F(surveys, 3, INT, comments,  0, OPTIONAL, "comments wanted, the newest, 0 to 100")

#define PROTO_FIELDS_surveyed(F, L) \
    L(surveyed, 1, survey_day, days, 2000, OPTIONAL, "by day and version of the rules") \
    L(surveyed, 2, opinion, comments, 100, OPTIONAL, "the newest first")

#define PROTO_FIELDS_page(F, L) \
    L(page, 1, query, query, 1, REQUIRED, "what is looked for")

#define PROTO_FIELDS_paged(F, L) \
    L(paged, 1, car, cars,   PROTO_MAX_PAGE, OPTIONAL, "this page") \
    L(paged, 2, list, list,  1, REQUIRED, "where it stands") \
    L(paged, 3, correction, corrections, 8, OPTIONAL, "what was searched instead of what was said") \
    L(paged, 4, query, query, 1, REQUIRED, "the query as it was understood: ask with it for the next page") \
    L(paged, 5, facet, near, 8, OPTIONAL, "when nothing matched: makes or models that come near")

#define PROTO_FIELDS_get_car(F, L) \
    F(get_car, 1, INT, stock_id, 0, REQUIRED, "stock id")

#define PROTO_FIELDS_cars(F, L) \
    L(cars, 1, car, cars, PROTO_MAX_PAGE, OPTIONAL, "found") \
    L(cars, 2, car, sold, 1, OPTIONAL, "the car, if it has been sold") \
    F(cars, 3, STR, version, 32, OPTIONAL, "of the one car that was asked for")

#define PROTO_FIELDS_makes(F, L) \
    F(makes, 1, INT, version, 0, OPTIONAL, "the version one knows: the same one is answered without facets")

#define PROTO_FIELDS_models(F, L) \
    F(models, 1, STR, make, 64, REQUIRED, "make, as said")

#define PROTO_FIELDS_facets(F, L) \
    F(facets, 1, INT, version, 0, REQUIRED, "grows with every import") \
    L(facets, 2, facet, facets, 1024, OPTIONAL, "by name") \
    F(facets, 3, STR, make, 64, OPTIONAL, "MODELS: the make as it was understood") \
    F(facets, 4, INT, cars, 0, OPTIONAL, "cars in all") \
    F(facets, 5, INT, generation, 0, OPTIONAL, "which cars are offered: another number, and it may be others; the same with all replicas of a folder")

#define PROTO_FIELDS_car_id(F, L) \
    F(car_id, 1, INT, stock_id, 0, REQUIRED, "stock id")

#define PROTO_FIELDS_gone_car(F, L) \
    F(gone_car, 1, INT,  stock_id, 0,   REQUIRED, "stock id") \
    F(gone_car, 2, BOOL, sold,     0,   OPTIONAL, "people of the shop have sold it; else the catalog just has it no more") \
    F(gone_car, 3, STR,  name,     512, OPTIONAL, "make, model, version and year, of one that was sold")

#define PROTO_FIELDS_check_cars(F, L) \
    L(check_cars, 1, car_id, cars, 512, REQUIRED, "these")

#define PROTO_FIELDS_checked(F, L) \
    F(checked, 1, INT, generation, 0, REQUIRED, "as in FACETS") \
    L(checked, 2, gone_car, gone, 512, OPTIONAL, "those that are not, in the order they were asked for")

#define PROTO_FIELDS_resolve(F, L) \
    F(resolve, 1, STR, text, PROTO_MAX_TEXT, REQUIRED, "what the customer wrote")

#define PROTO_FIELDS_resolved(F, L) \
    L(resolved, 1, mention, mentions, 16, OPTIONAL, "in the order said")

#define PROTO_FIELDS_knowledge(F, L) \
    F(knowledge, 1, STR, q,   1024, REQUIRED, "question") \
    F(knowledge, 2, INT, max, 0,    OPTIONAL, "passages wanted, 1 to 8 (default 3)") \
    F(knowledge, 3, INT, print, 0,  OPTIONAL, "fingerprint of a text of the console's to look in instead of KNOWLEDGE_DIR; ERROR not_found if the catalog does not have it …") \
    F(knowledge, 4, STR, text, PROTO_MAX_DOCUMENT, OPTIONAL, "… then it is told it with the question")

#define PROTO_FIELDS_get_knowledge(F, L) \
    F(get_knowledge, 1, STR, name, 64, OPTIONAL, "who asks")

#define PROTO_FIELDS_passages(F, L) \
    L(passages, 1, passage, passages, 8, OPTIONAL, "best first")

#define PROTO_FIELDS_reload(F, L) \
    F(reload, 1, INT, version, 0, OPTIONAL, "the version expected")

#define PROTO_FIELDS_reloaded(F, L) \
    F(reloaded, 1, INT, version, 0, REQUIRED, "catalog version") \
    F(reloaded, 2, INT, cars,    0, REQUIRED, "cars in it")

#define PROTO_FIELDS_work(F, L) \
    F(work, 1, STR,  user_id, PROTO_MAX_USER, REQUIRED, "who wrote") \
    F(work, 2, INT,  seq,     0, REQUIRED, "the message that wants an answer") \
    F(work, 3, BOOL, stream,  0, OPTIONAL, "send PARTIAL as the text is made")

#define PROTO_FIELDS_answer(F, L) \
    L(answer, 1, reply, reply, 1, REQUIRED, "the answer")

#define PROTO_FIELDS_partial(F, L) \
    F(partial, 1, STR,  user_id, PROTO_MAX_USER, REQUIRED, "whose turn") \
    F(partial, 2, STR,  text,    PROTO_MAX_TEXT, OPTIONAL, "follows what came before") \
    F(partial, 3, BOOL, restart, 0, OPTIONAL, "forget what came before, the answer is made anew")

#define PROTO_FIELDS_cancel(F, L) \
    F(cancel, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose WORK; the request id in the header says which")

#define PROTO_FIELDS_heartbeat(F, L) \
    L(heartbeat, 1, process, process, 1, REQUIRED, "the agent; credit is how many turns it runs at once")

#define PROTO_FIELDS_turn(F, L) \
    F(turn, 1, STR,  user_id, PROTO_MAX_USER, REQUIRED, "whose turn") \
    F(turn, 2, STR,  dead,    96, OPTIONAL, "the holder that had it and died") \
    F(turn, 3, BOOL, stream,  0,  OPTIONAL, "somebody watches: send PARTIAL")

#define PROTO_FIELDS_turn_done(F, L) \
    F(turn_done, 1, STR, user_id,  PROTO_MAX_USER, REQUIRED, "whose turn") \
    F(turn_done, 2, STR, status,   16, REQUIRED, "answered, empty, busy (lease elsewhere), failed (try again), lost (another took it)") \
    L(turn_done, 3, reply, reply,  1,  OPTIONAL, "when answered") \
    F(turn_done, 4, INT, waiting,  0,  OPTIONAL, "messages that wait for a next turn") \
    F(turn_done, 5, INT, retry_ms, 0,  OPTIONAL, "busy, failed: not before")

#define PROTO_FIELDS_nudge(F, L) \
    F(nudge, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "who wrote again") \
    F(nudge, 2, BOOL, stream, 0, OPTIONAL, "somebody watches: send PARTIAL")

#define PROTO_FIELDS_bye(F, L) \
    F(bye, 1, STR, name, 64, REQUIRED, "the agent that leaves")

#define PROTO_FIELDS_console_user(F, L) \
    F(console_user, 1, STR, name,       32, REQUIRED, "a-z, 0-9, dots, dashes") \
    F(console_user, 2, STR, role,       8,  REQUIRED, "owner, seller, viewer") \
    F(console_user, 3, INT, created_ms, 0,  OPTIONAL, "added then, Unix ms") \
    F(console_user, 4, INT, seen_ms,    0,  OPTIONAL, "signed in then last, Unix ms; 0: never") \
    F(console_user, 5, STR, shown,      64, OPTIONAL, "how customers are told of them; empty: as somebody of the shop")

#define PROTO_FIELDS_sign_in(F, L) \
    F(sign_in, 1, STR, name,     128, REQUIRED, "as it was typed") \
    F(sign_in, 2, STR, password, 512, REQUIRED, "the same") \
    F(sign_in, 3, STR, address,  64,  OPTIONAL, "where from, for the limit of attempts") \
    F(sign_in, 4, STR, old,      64,  OPTIONAL, "the token of a session that this one takes the place of")

#define PROTO_FIELDS_signed_in(F, L) \
    F(signed_in, 1, STR, name,       32, REQUIRED, "who") \
    F(signed_in, 2, STR, role,       8,  REQUIRED, "owner, seller, viewer") \
    F(signed_in, 3, STR, csrf,       64, REQUIRED, "what a request must carry beside the cookie to change anything") \
    F(signed_in, 4, INT, expires_ms, 0,  REQUIRED, "the session ends then at the latest, Unix ms") \
    F(signed_in, 5, STR, token,      64, OPTIONAL, "of a new session: the cookie") \
    F(signed_in, 6, STR, shown,      64, OPTIONAL, "as of a console_user")

#define PROTO_FIELDS_who_is(F, L) \
    F(who_is, 1, STR, token, 64, REQUIRED, "the cookie")

#define PROTO_FIELDS_sign_out(F, L) \
    F(sign_out, 1, STR, token, 64, REQUIRED, "the cookie")

#define PROTO_FIELDS_list_users(F, L) \
    F(list_users, 1, STR, name, 32, OPTIONAL, "only this one")

#define PROTO_FIELDS_users(F, L) \
    L(users, 1, console_user, users, 100, OPTIONAL, "by name")

#define PROTO_FIELDS_put_user(F, L) \
    F(put_user, 1, STR,  name,     128, REQUIRED, "who") \
    F(put_user, 2, STR,  role,     16,  OPTIONAL, "owner, seller, viewer; absent: as before") \
    F(put_user, 3, STR,  password, 512, OPTIONAL, "absent: as before") \
    F(put_user, 4, BOOL, fresh,    0,   OPTIONAL, "must be new; ERROR conflict otherwise") \
    F(put_user, 5, BOOL, known,    0,   OPTIONAL, "must be known; ERROR not_found otherwise") \
    F(put_user, 6, STR,  shown,    256, OPTIONAL, "how customers are told of them; empty: as somebody of the shop …") \
    F(put_user, 7, BOOL, show,     0,   OPTIONAL, "… from now on; absent: as before")

#define PROTO_FIELDS_drop_user(F, L) \
    F(drop_user, 1, STR, name, 128, REQUIRED, "who")

#define PROTO_FIELDS_new_password(F, L) \
    F(new_password, 1, STR, token,    64,  REQUIRED, "the cookie") \
    F(new_password, 2, STR, old,      512, REQUIRED, "the password until now") \
    F(new_password, 3, STR, password, 512, REQUIRED, "the one from now on") \
    F(new_password, 4, STR, address,  64,  OPTIONAL, "where from, for the limit of attempts")

#define PROTO_FIELDS_person(F, L) \
    F(person,  1, STR,  user_id,     PROTO_MAX_USER, REQUIRED, "who") \
    F(person,  2, INT,  at_ms,       0,   REQUIRED, "the last turn, Unix ms") \
    F(person,  3, STR,  language,    8,   OPTIONAL, "es, en, pt") \
    F(person,  4, INT,  turns,       0,   OPTIONAL, "turns so far") \
    F(person,  5, STR,  last_role,   16,  OPTIONAL, "who said the last: user, assistant, person") \
    F(person,  6, STR,  last_text,   240, OPTIONAL, "the front of it") \
    F(person,  7, INT,  waiting,     0,   OPTIONAL, "messages that wait") \
    F(person,  8, INT,  undelivered, 0,   OPTIONAL, "replies that are not delivered yet") \
    F(person,  9, BOOL, writing,     0,   OPTIONAL, "a turn runs now") \
    F(person, 10, BOOL, opted_out,   0,   OPTIONAL, "wants no messages") \
    F(person, 11, INT,  failed_ms,   0,   OPTIONAL, "a delivery failed then last, Unix ms; 0: none did") \
    F(person, 12, BOOL, scored,      0,   OPTIONAL, "answered the survey …") \
    F(person, 13, INT,  score,       0,   OPTIONAL, "… with this, 0 to 10") \
    F(person, 14, STR,  by,          64,  OPTIONAL, "who of the shop has the conversation; empty: the bot") \
    F(person, 15, INT,  wanted_ms,   0,   OPTIONAL, "when a person was promised, Unix ms; 0: none was") \
    F(person, 16, STR,  lead,        16,  OPTIONAL, "stage of their lead, of the newest open one: new, contacted, visit, won, lost; empty: they have none")

#define PROTO_FIELDS_list_people(F, L) \
    F(list_people, 1, STR, filter, 16,  OPTIONAL, "failed (a delivery did), unhappy (a score of 6 or less), scored (any), hot (a lead that is open); empty: all") \
    F(list_people, 2, STR, q,      PROTO_MAX_USER, OPTIONAL, "only ids that contain it, whatever the case") \
    F(list_people, 3, STR, before, 160, OPTIONAL, "before of the answer before; empty: from the newest") \
    F(list_people, 4, INT, limit,  0,   REQUIRED, "at most so many, 1 to 50")

#define PROTO_FIELDS_people(F, L) \
    L(people, 1, person, people, 50, OPTIONAL, "the newest first") \
    F(people, 2, STR, before, 160, OPTIONAL, "there are more: ask for those before this")

#define PROTO_FIELDS_get_changes(F, L) \
    F(get_changes, 1, INT, known, 0, OPTIONAL, "the number one has")

#define PROTO_FIELDS_changes(F, L) \
    F(changes, 1, INT, count, 0, REQUIRED, "grows with every change")

#define PROTO_FIELDS_log_turn(F, L) \
    F(log_turn, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose turn it was") \
    L(log_turn, 2, turn_record, record, 1, REQUIRED, "what it took")

#define PROTO_FIELDS_get_budget(F, L) \
    F(get_budget, 1, STR, user_id, PROTO_MAX_USER, OPTIONAL, "the person; empty: only all together")

#define PROTO_FIELDS_budget(F, L) \
    F(budget,  1, STR,  day,               16, REQUIRED, "2026-11-22, in the shop's time zone") \
    F(budget,  2, INT,  ends_ms,           0,  REQUIRED, "then a new day begins, Unix ms") \
    F(budget,  3, INT,  day_tokens,        0,  OPTIONAL, "spent by all") \
    F(budget,  4, INT,  day_calls,         0,  OPTIONAL, "calls by all") \
    F(budget,  5, INT,  most_day_tokens,   0,  OPTIONAL, "tokens that all may spend; 0: any") \
    F(budget,  6, INT,  most_day_calls,    0,  OPTIONAL, "calls that all may make; 0: any") \
    F(budget,  7, INT,  person_tokens,     0,  OPTIONAL, "spent by the person that was asked about") \
    F(budget,  8, INT,  person_calls,      0,  OPTIONAL, "calls by that person") \
    F(budget,  9, INT,  most_person_tokens, 0, OPTIONAL, "tokens that one person may spend; 0: any") \
    F(budget, 10, INT,  most_person_calls, 0,  OPTIONAL, "calls that one person may make; 0: any") \
    F(budget, 11, STR,  used_up,           16, OPTIONAL, "as in CLAIMED: person, day, or nobody's")

#define PROTO_FIELDS_pace(F, L) \
    F(pace, 1, STR, address, 128, REQUIRED, "ours, or a messaging service: where the messages go out from") \
    F(pace, 2, INT, wanted,  0,   REQUIRED, "messages that wait, 1 or more")

#define PROTO_FIELDS_paced(F, L) \
    F(paced, 1, INT, places,   0, OPTIONAL, "reserved; others have to ask again") \
    F(paced, 2, INT, first_us, 0, OPTIONAL, "until the first of them, µs; if there is none, until it is worth asking again") \
    F(paced, 3, INT, every_us, 0, REQUIRED, "from one to the next, µs")

#define PROTO_FIELDS_take_over(F, L) \
    F(take_over, 1, STR,  user_id, PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(take_over, 2, STR,  by,      64, REQUIRED, "who of the shop takes it") \
    F(take_over, 3, BOOL, force,   0,  OPTIONAL, "also from a colleague") \
    F(take_over, 4, STR,  shown,   64, OPTIONAL, "how the customer is told of them; empty: as somebody of the shop")

#define PROTO_FIELDS_say(F, L) \
    F(say, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "to whom") \
    F(say, 2, STR, say_id,  128, REQUIRED, "the same for every copy of one message") \
    F(say, 3, STR, text,    PROTO_MAX_TEXT, REQUIRED, "what the customer reads") \
    F(say, 4, STR, by,      64, OPTIONAL, "who writes: refused if somebody else has it; empty: whoever has it") \
    F(say, 5, STR, turn_id, 32, REQUIRED, "say-…: the turn it goes through the outbox as")

#define PROTO_FIELDS_give_back(F, L) \
    F(give_back, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose conversation") \
    F(give_back, 2, STR, note,    4096, OPTIONAL, "what the seller has to know") \
    F(give_back, 3, STR, by,      64, OPTIONAL, "who gives it: refused if somebody else has it; empty: whoever has it")

#define PROTO_FIELDS_handoff(F, L) \
    F(handoff, 1, STR,  status,   16, REQUIRED, "ok; again (SAY: a copy); taken (somebody else has it), free (nobody has), unknown (no such conversation), opted_out, unreachable, full: nothing was done") \
    F(handoff, 2, STR,  by,       64, OPTIONAL, "who has it, or had it until now") \
    F(handoff, 3, INT,  since_ms, 0,  OPTIONAL, "since when, Unix ms") \
    F(handoff, 4, STR,  before,   64, OPTIONAL, "TAKE_OVER: the colleague who had it") \
    F(handoff, 5, INT,  dropped,  0,  OPTIONAL, "TAKE_OVER: replies of the bot that do not go out") \
    F(handoff, 6, INT,  moved,    0,  OPTIONAL, "TAKE_OVER: messages that waited and are the person's to answer") \
    F(handoff, 7, INT,  number,   0,  OPTIONAL, "SAY: its number, as in SAID") \
    F(handoff, 8, BOOL, outbox,   0,  OPTIONAL, "SAY: it is sent through the carrier; else it waits to be fetched") \
    F(handoff, 9, INT,  wrote_ms, 0,  OPTIONAL, "SAY: when the customer wrote last, Unix ms; 0: not known")

#define PROTO_FIELDS_get_said(F, L) \
    F(get_said, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "to whom") \
    F(get_said, 2, INT, after,   0, OPTIONAL, "only what has a higher number")

#define PROTO_FIELDS_said(F, L) \
    F(said, 1, STR, by,       64, OPTIONAL, "who of the shop has the conversation; empty: the bot") \
    F(said, 2, INT, since_ms, 0,  OPTIONAL, "since when, Unix ms") \
    F(said, 3, INT, wanted_ms, 0, OPTIONAL, "when a person was promised, Unix ms; 0: none was") \
    F(said, 4, INT, last,     0,  OPTIONAL, "the highest number there is: ask after it next time") \
    L(said, 5, waiting, said, 256, OPTIONAL, "what somebody of the shop wrote; seq is its number") \
    F(said, 6, STR, shown,    64, OPTIONAL, "how the customer is told of who has it; empty: as somebody")

#define PROTO_FIELDS_list_desk(F, L) \
    F(list_desk, 1, BOOL, taken, 0, OPTIONAL, "those whom somebody has; else those who wait") \
    F(list_desk, 2, INT,  limit, 0, REQUIRED, "at most so many, 1 to 100")

#define PROTO_FIELDS_desk(F, L) \
    L(desk, 1, desk_entry, people, 100, OPTIONAL, "the longest first")

#define PROTO_FIELDS_list_leads(F, L) \
    F(list_leads, 1, STR, stage,    16,  OPTIONAL, "new, contacted, visit, won, lost; open: the first three; empty: all") \
    F(list_leads, 2, INT, since_ms, 0,   OPTIONAL, "who said something of it then or later, Unix ms") \
    F(list_leads, 3, STR, q,        128, OPTIONAL, "only those with this in id, name, contact or car, whatever the case") \
    F(list_leads, 4, STR, before,   256, OPTIONAL, "before of the answer before; empty: from the newest") \
    F(list_leads, 5, INT, limit,    0,   REQUIRED, "at most so many, 1 to 100")

#define PROTO_FIELDS_leads(F, L) \
    L(leads, 1, lead, leads,  100, OPTIONAL, "the newest first") \
    F(leads, 2, STR,  before, 256, OPTIONAL, "there are more: ask for those before this")

#define PROTO_FIELDS_get_leads(F, L) \
    F(get_leads, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose")

#define PROTO_FIELDS_change_lead(F, L) \
    F(change_lead, 1, STR, user_id, PROTO_MAX_USER, REQUIRED, "whose") \
    F(change_lead, 2, STR, lead_id, 32,   REQUIRED, "which") \
    F(change_lead, 3, STR, stage,   16,   OPTIONAL, "from now on; empty: as before") \
    F(change_lead, 4, STR, note,    2048, OPTIONAL, "the same by the same a second time in a row counts once") \
    F(change_lead, 5, STR, by,      64,   OPTIONAL, "who")

#define PROTO_FIELDS_list_turns(F, L) \
    F(list_turns, 1, INT, since_ms, 0,  OPTIONAL, "claimed then or later, Unix ms; 0: from the first") \
    F(list_turns, 2, INT, until_ms, 0,  OPTIONAL, "claimed then or earlier; 0: to the last") \
    F(list_turns, 3, STR, outcome,  16, OPTIONAL, "only those with this outcome, or with this reason for the offline seller; unanswered: with any but answered") \
    F(list_turns, 4, STR, before,   32, OPTIONAL, "only those before this turn, which must be kept") \
    F(list_turns, 5, INT, limit,    0,  REQUIRED, "at most so many, 1 to 100") \
    F(list_turns, 6, STR, user,     PROTO_MAX_USER, OPTIONAL, "only those of this person, masked as in the log") \
    F(list_turns, 7, STR, did,      8,  OPTIONAL, "only those that got so far: list, quote, lead; or model: that asked one, repair: that corrected it") \
    F(list_turns, 8, STR, sought,   64, OPTIONAL, "only those that looked for that make and model and found it") \
    F(list_turns, 9, STR, missed,   64, OPTIONAL, "… and did not") \
    F(list_turns, 10, INT, longer_ms, 0, OPTIONAL, "only those that were answered and took longer") \
    F(list_turns, 11, INT, hour,    0,  OPTIONAL, "only those claimed in that hour of the day by the shop's clock: 1, from midnight to one, to 24; 0: any")

#define PROTO_FIELDS_turns(F, L) \
    L(turns, 1, turn_record, turns, 100, OPTIONAL, "the newest first") \
    F(turns, 2, STR, before, 32, OPTIONAL, "there may be more: ask for those before this turn")

#define PROTO_FIELDS_get_latency(F, L) \
    F(get_latency, 1, INT, since_ms, 0, OPTIONAL, "of turns claimed then or later, Unix ms; 0: from the first") \
    F(get_latency, 2, INT, until_ms, 0, OPTIONAL, "claimed then or earlier; 0: to the last")

#define PROTO_FIELDS_latency(F, L) \
    L(latency, 1, turn_group, groups, 32, OPTIONAL, "all turns first, under no name; then by model and rules") \
    F(latency, 2, INT,  oldest_ms, 0, OPTIONAL, "the oldest turn that was looked at, Unix ms; 0: there is none") \
    F(latency, 3, BOOL, partial,   0, OPTIONAL, "there are older ones, but only so many of the newest are looked at")

#define PROTO_FIELDS_get_numbers(F, L) \
    F(get_numbers, 1, INT, days,      0, REQUIRED, "how many, 1 to 400") \
    F(get_numbers, 2, INT, until_day, 0, OPTIONAL, "the last of them, since 1970-01-01 by the shop's calendar; 0: today")

#define PROTO_FIELDS_numbers(F, L) \
    L(numbers, 1, tally,   total, 1,   REQUIRED, "of all these days") \
    L(numbers, 2, tally,   days,  400, OPTIONAL, "each of them, the oldest first") \
    L(numbers, 3, tally,   hours, 24,  OPTIONAL, "the hours of the day by the shop's clock, of all these days") \
    L(numbers, 4, reached, steps, 4,   OPTIONAL, "talk, list, quote, lead") \
    L(numbers, 5, named,   names, 64,  OPTIONAL, "the most frequent of each kind first") \
    F(numbers, 6, INT, since_ms,  0, OPTIONAL, "when the first day began, Unix ms") \
    F(numbers, 7, INT, until_ms,  0, OPTIONAL, "when the last one ends")

#define PROTO_FIELDS_raise_alert(F, L) \
    L(raise_alert, 1, alert, alert, 1, REQUIRED, "what happened") \
    F(raise_alert, 2, STR, key, 256, REQUIRED, "the same for what is told once in ALERT_REPEAT_MS")

#define PROTO_FIELDS_take_alerts(F, L) \
    F(take_alerts, 1, INT, lease_ms, 0, REQUIRED, "how long they are nobody else's") \
    F(take_alerts, 2, INT, max,      0, REQUIRED, "at most so many, 1 to 16")

#define PROTO_FIELDS_alerts(F, L) \
    L(alerts, 1, alert, alerts, 16, OPTIONAL, "the oldest first")

#define PROTO_FIELDS_settle_alert(F, L) \
    F(settle_alert, 1, STR, alert_id, 64, REQUIRED, "which alert") \
    F(settle_alert, 2, INT, tries,    0,  REQUIRED, "as it was told") \
    F(settle_alert, 3, INT, sent,     0,  OPTIONAL, "the targets that have it by now") \
    F(settle_alert, 4, INT, retry_ms, 0,  OPTIONAL, "try the others again then; 0: there is nothing more to do")

#define PROTO_FIELDS_put_car(F, L) \
    F(put_car, 1, STR,  request, 32, REQUIRED, "which request this is: the same counts once") \
    F(put_car, 2, STR,  by,       64, OPTIONAL, "who") \
    F(put_car, 3, INT,  stock_id, 0,  OPTIONAL, "which car; 0: a new one, whose values name it") \
    F(put_car, 4, STR,  version,  32, OPTIONAL, "of the car that was seen; empty: whatever it is") \
    L(put_car, 5, car_value, values, 32, REQUIRED, "those that are to be changed")

#define PROTO_FIELDS_sell_car(F, L) \
    F(sell_car, 1, STR,  request, 32, REQUIRED, "which request this is: the same counts once") \
    F(sell_car, 2, STR,  by,       64, OPTIONAL, "who") \
    F(sell_car, 3, INT,  stock_id, 0,  REQUIRED, "which car") \
    F(sell_car, 4, STR,  version,  32, OPTIONAL, "of the car that was seen; empty: whatever it is")

#define PROTO_FIELDS_undo(F, L) \
    F(undo, 1, STR,  request, 32, REQUIRED, "which request this is: the same counts once") \
    F(undo, 2, STR,  by,     64, OPTIONAL, "who") \
    F(undo, 3, INT,  number, 0,  REQUIRED, "which revision") \
    F(undo, 4, BOOL, owner,  0,  OPTIONAL, "may undo imports too")

#define PROTO_FIELDS_edited(F, L) \
    L(edited, 1, revision, revision, 1, OPTIONAL, "what was made of it; none: the values are no car's") \
    F(edited, 2, STR,  version, 32, OPTIONAL, "of the car now; empty: it is not offered") \
    L(edited, 3, bad_line, problems, 32, OPTIONAL, "what is wrong with the values")

#define PROTO_FIELDS_get_history(F, L) \
    F(get_history, 1, INT, stock_id, 0, OPTIONAL, "of this car; 0: of all") \
    F(get_history, 2, INT, before,   0, OPTIONAL, "older than this one; 0: the newest") \
    F(get_history, 3, INT, limit,    0, OPTIONAL, "at most so many, 1 to 100 (default 20)")

#define PROTO_FIELDS_history(F, L) \
    L(history, 1, revision, revisions, 100, OPTIONAL, "the newest first") \
    F(history, 2, BOOL, more, 0, OPTIONAL, "there are older ones") \
    F(history, 3, BOOL, elsewhere, 0, OPTIONAL, "cars are kept in CATALOG_SOURCE, and changed there")

#define PROTO_FIELDS_import_csv(F, L) \
    F(import_csv, 1, STR, request, 32, REQUIRED, "which request this is: the same counts once") \
    F(import_csv, 2, STR, by,     64,  OPTIONAL, "who") \
    F(import_csv, 3, STR, name,   128, OPTIONAL, "what the file is called; only told again") \
    F(import_csv, 4, BIN, csv,    PROTO_MAX_CSV, REQUIRED, "the file") \
    F(import_csv, 5, STR, digest, 64,  OPTIONAL, "of the answer that was agreed to; empty: only look")

#define PROTO_FIELDS_imported(F, L) \
    F(imported,  1, STR,  digest,   64, OPTIONAL, "of the file and of what it is compared with; empty: it has problems") \
    F(imported,  2, INT,  cars,     0,  OPTIONAL, "in the file") \
    F(imported,  3, INT,  added,    0,  OPTIONAL, "cars that come") \
    F(imported,  4, INT,  changed,  0,  OPTIONAL, "cars that are others then") \
    F(imported,  5, INT,  removed,  0,  OPTIONAL, "cars that go") \
    F(imported,  6, INT,  kept,     0,  OPTIONAL, "cars of which the file says something else than was edited here, which stays") \
    L(imported,  7, difference, samples, 60, OPTIONAL, "some of each kind") \
    F(imported,  8, INT,  problems, 0,  OPTIONAL, "in all") \
    L(imported,  9, bad_line, lines, 50, OPTIONAL, "the first of them") \
    L(imported, 10, revision, revision, 1, OPTIONAL, "it was done")

#define PROTO_FIELDS_trial(F, L) \
    F(trial, 1, INT, rules,     0, OPTIONAL, "version; 0: the installation's") \
    F(trial, 2, INT, knowledge, 0, OPTIONAL, "the same of the shop's knowledge")

#define PROTO_FIELDS_text_version(F, L) \
    F(text_version, 1, INT, version,      0,   REQUIRED, "from 1, never reused; 0: the installation's") \
    F(text_version, 2, INT, saved_ms,     0,   OPTIONAL, "kept then, Unix ms") \
    F(text_version, 3, STR, by,           32,  OPTIONAL, "by whom") \
    F(text_version, 4, STR, note,         512, OPTIONAL, "what they say of it") \
    F(text_version, 5, INT, size,         0,   OPTIONAL, "bytes") \
    F(text_version, 6, INT, tokens,       0,   OPTIONAL, "an estimate of what it is to a language model") \
    F(text_version, 7, INT, published_ms, 0,   OPTIONAL, "published then last; 0: never") \
    F(text_version, 8, STR, published_by, 32,  OPTIONAL, "by whom")

#define PROTO_FIELDS_list_texts(F, L) \
    F(list_texts, 1, STR, document, 16, REQUIRED, "rules, knowledge")

#define PROTO_FIELDS_texts(F, L) \
    F(texts, 1, INT, live, 0, REQUIRED, "the version that the seller goes by") \
    F(texts, 2, INT, last, 0, REQUIRED, "the newest version") \
    F(texts, 3, INT, room, 0, OPTIONAL, "tokens that the rules may have, as agents said; 0: they have not") \
    L(texts, 4, text_version, versions, 101, OPTIONAL, "those that are kept, the newest first")

#define PROTO_FIELDS_get_text(F, L) \
    F(get_text, 1, STR, document, 16, REQUIRED, "rules, knowledge") \
    F(get_text, 2, INT, version,  0,  REQUIRED, "which")

#define PROTO_FIELDS_text(F, L) \
    L(text, 1, text_version, version, 1, REQUIRED, "whose it is") \
    F(text, 2, STR, text, PROTO_MAX_DOCUMENT, OPTIONAL, "Markdown")

#define PROTO_FIELDS_save_text(F, L) \
    F(save_text, 1, STR, document, 16, REQUIRED, "rules, knowledge") \
    F(save_text, 2, STR, text, PROTO_MAX_DOCUMENT, REQUIRED, "Markdown") \
    F(save_text, 3, INT, last, 0,   OPTIONAL, "the newest version that one knows of") \
    F(save_text, 4, STR, by,   32,  REQUIRED, "who writes") \
    F(save_text, 5, STR, note, 512, OPTIONAL, "what they say of it")

#define PROTO_FIELDS_publish_text(F, L) \
    F(publish_text, 1, STR, document, 16, REQUIRED, "rules, knowledge") \
    F(publish_text, 2, INT, version,  0,  OPTIONAL, "which; 0: the installation's again") \
    F(publish_text, 3, INT, live,     0,  OPTIONAL, "the version that is live, as far as one knows") \
    F(publish_text, 4, STR, by,       32, REQUIRED, "who publishes it")

#define PROTO_FIELDS_offer_rules(F, L) \
    F(offer_rules, 1, STR, text, PROTO_MAX_DOCUMENT, OPTIONAL, "the file RULES_VERSION; empty if it is longer than a version may be") \
    F(offer_rules, 2, INT, room, 0, REQUIRED, "tokens that rules may have beside the tools, the makes and a conversation") \
    F(offer_rules, 3, INT, tokens, 0, OPTIONAL, "an estimate of those of the file")

/* clang-format on */

#endif

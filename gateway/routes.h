/*
 * Every operation of the HTTP interface, as one table: what route_find looks in, who may do what,
 * and what gateway/openapi.json must describe (`describe routes` prints it).
 *
 *   R(route, path, method, who, role, doc)
 *
 * {…} in a path stands for one segment, still percent-encoded. GET serves HEAD too.
 * who           may
 *   ANYBODY     anybody
 *   SIGNED      the carrier, by its signature
 *   API         the bearer of API_TOKEN, anybody if there is none; and who is signed in to the
 *               console with at least that role
 *   VISITOR     as API, and a visitor of the widget, with their own key, in their own conversation
 *   CONSOLE     who is signed in to the console with at least that role
 *   PAGE        anybody, but no page of another site
 * The role counts for API, VISITOR and CONSOLE only. Who adds an operation says who may; there is
 * no default.
 */
#ifndef MOSTRADOR_GATEWAY_ROUTES_H
#define MOSTRADOR_GATEWAY_ROUTES_H

/* clang-format off */
#define ROUTES(R) \
    R(PAGE,           "/",                         GET,    ANYBODY, NONE,   "the chat page") \
    R(PAGE,           "/chat.css",                 GET,    ANYBODY, NONE,   "its looks") \
    R(PAGE,           "/chat.js",                  GET,    ANYBODY, NONE,   "its script") \
    R(PAGE,           "/events.js",                GET,    ANYBODY, NONE,   "a file of it, and of the console") \
    R(PAGE,           "/icon.svg",                 GET,    ANYBODY, NONE,   "its icon") \
    R(PAGE,           "/console",                  GET,    ANYBODY, NONE,   "the console's page") \
    R(PAGE,           "/console/",                 GET,    ANYBODY, NONE,   "the same") \
    R(PAGE,           "/console/console.css",      GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/app.js",           GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/shell.js",         GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/words.js",         GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/conversations.js", GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/stepin.js",        GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/leads.js",         GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/catalog.js",       GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/numbers.js",       GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/health.js",        GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/console/users.js",         GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/widget",                   GET,    ANYBODY, NONE,   "the chat page in a frame") \
    R(PAGE,           "/widget.js",                GET,    ANYBODY, NONE,   "what puts that frame on a site") \
    R(WIDGET_VISITORS, "/widget/visitors",         POST,   PAGE,    NONE,   "a key for a new visitor of the widget") \
    R(PAGE,           "/console/rules.js",         GET,    ANYBODY, NONE,   "a file of it") \
    R(PAGE,           "/openapi.json",             GET,    ANYBODY, NONE,   "this interface, as OpenAPI 3.1") \
    R(BOT,            "/seller/bot/",              POST,   VISITOR,     SELLER, "say something, get the answer") \
    R(BOT,            "/seller/bot",               POST,   VISITOR,     SELLER, "the same") \
    R(SESSION,        "/seller/sessions/{user_id}", GET,   VISITOR,     VIEWER, "a conversation") \
    R(SESSION,        "/seller/sessions/{user_id}", DELETE, VISITOR,    SELLER, "forget it") \
    R(SESSIONS,       "/seller/sessions",          GET,    API,     VIEWER, "who waits for a person of the shop, or has one") \
    R(TAKE,           "/seller/sessions/{user_id}/take", POST, API, SELLER, "a person of the shop takes a conversation over") \
    R(SAY,            "/seller/sessions/{user_id}/say", POST, API,  SELLER, "what that person writes to the customer") \
    R(GIVE,           "/seller/sessions/{user_id}/give", POST, API, SELLER, "the bot has it again") \
    R(MESSAGES,       "/seller/sessions/{user_id}/messages", GET, VISITOR, VIEWER, "what a person of the shop wrote to the customer") \
    R(PERSON,         "/seller/people/{user_id}",  GET,    API,     OWNER,  "everything that is stored of a person") \
    R(PERSON,         "/seller/people/{user_id}",  DELETE, API,     OWNER,  "erase it") \
    R(TURNS,          "/seller/turns",             GET,    API,     VIEWER, "what turns took, one by one") \
    R(LATENCY,        "/seller/latency",           GET,    API,     VIEWER, "the same as percentiles") \
    R(NUMBERS,        "/seller/numbers",           GET,    API,     VIEWER, "what the turns of some days came to") \
    R(NPS,            "/seller/nps",               GET,    API,     VIEWER, "what people answered to the survey") \
    R(BUDGET,         "/seller/budget",            GET,    API,     VIEWER, "what has been spent at language models today") \
    R(CONVERSATIONS,  "/seller/conversations",     GET,    API,     VIEWER, "whose conversations are the newest") \
    R(EVENTS,         "/seller/events",            GET,    API,     VIEWER, "when that list has changed, as server-sent events") \
    R(PROCESSES,      "/seller/processes",         GET,    API,     VIEWER, "which processes run, and how they are") \
    R(LEADS,          "/seller/leads",             GET,    API,     VIEWER, "who may buy") \
    R(LEADS_CSV,      "/seller/leads.csv",         GET,    API,     SELLER, "the same as a table") \
    R(LEAD,           "/seller/leads/{user_id}",   GET,    API,     VIEWER, "the leads of a person, with their notes") \
    R(LEAD,           "/seller/leads/{user_id}",   POST,   API,     SELLER, "another stage of one of them, or a note") \
    R(ALERTS_TEST,    "/seller/alerts/test",       POST,   API,     OWNER,  "have a test alert sent") \
    R(CARS,           "/catalog/cars",             GET,    ANYBODY, NONE,   "a page of cars") \
    R(CARS,           "/catalog/cars",             POST,   API,     SELLER, "add a car") \
    R(CAR,            "/catalog/cars/{stock_id}",  GET,    API,     VIEWER, "one car, also one that is sold") \
    R(CAR,            "/catalog/cars/{stock_id}",  POST,   API,     SELLER, "change it") \
    R(CAR_SOLD,       "/catalog/cars/{stock_id}/sold", POST, API,   SELLER, "it is sold") \
    R(CATALOG_HISTORY, "/catalog/history",         GET,    API,     VIEWER, "what people of the shop changed") \
    R(CATALOG_UNDO,   "/catalog/history/{number}/undo", POST, API,  SELLER, "take a change back; of an import, as an owner") \
    R(CATALOG_IMPORT, "/catalog/import",           POST,   API,     OWNER,  "what a CSV would change, and do it") \
    R(MAKES,          "/catalog/makes",            GET,    ANYBODY, NONE,   "makes, or the models of one") \
    R(HEALTH,         "/healthz",                  GET,    ANYBODY, NONE,   "alive") \
    R(READY,          "/readyz",                   GET,    ANYBODY, NONE,   "all parts there, or which is missing") \
    R(METRICS,        "/metrics",                  GET,    ANYBODY, NONE,   "numbers for Prometheus") \
    R(WEBHOOK,        "/webhook/twilio/",          POST,   SIGNED,  NONE,   "a message") \
    R(WEBHOOK,        "/webhook/twilio",           POST,   SIGNED,  NONE,   "the same") \
    R(WEBHOOK_STATUS, "/webhook/twilio/status",    POST,   SIGNED,  NONE,   "how a message fares") \
    R(WEBHOOK_STATUS, "/webhook/twilio/status/",   POST,   SIGNED,  NONE,   "the same") \
    R(CONSOLE_SESSION, "/console/api/session",     POST,   PAGE,    NONE,   "sign in") \
    R(CONSOLE_SESSION, "/console/api/session",     GET,    CONSOLE, VIEWER, "who is signed in") \
    R(CONSOLE_SESSION, "/console/api/session",     DELETE, CONSOLE, VIEWER, "sign out") \
    R(CONSOLE_PASSWORD, "/console/api/password",   POST,   CONSOLE, VIEWER, "change one's own password") \
    R(CONSOLE_USERS,  "/console/api/users",        GET,    CONSOLE, OWNER,  "who may sign in") \
    R(CONSOLE_USERS,  "/console/api/users",        POST,   CONSOLE, OWNER,  "add somebody") \
    R(CONSOLE_USER,   "/console/api/users/{name}", POST,   CONSOLE, OWNER,  "change somebody's role or password") \
    R(CONSOLE_USER,   "/console/api/users/{name}", DELETE, CONSOLE, OWNER,  "remove somebody") \
    R(TEXTS,          "/console/api/texts/{document}", GET, CONSOLE, VIEWER, "versions of the rules, or of what the shop says of itself") \
    R(TEXTS,          "/console/api/texts/{document}", POST, CONSOLE, SELLER, "keep a new version") \
    R(TEXT,           "/console/api/text/{document}", GET, CONSOLE, VIEWER, "one version") \
    R(PUBLISH,        "/console/api/publish/{document}", POST, CONSOLE, OWNER, "have the seller go by a version") \
    R(TRY,            "/console/api/try",          POST,   CONSOLE, SELLER, "say something in the side chat, where versions are tried")
/* clang-format on */

#endif

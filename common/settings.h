/*
 * Every setting of every process, as one table. `make docs` writes .env.example from it.
 *
 *   S(NAME, type, default, allowed, doc)
 *
 * type      allowed
 * TEXT      "" anything, else a list "a|b|c"
 * SECRET    as TEXT; may also come from a file named in NAME_FILE, and is never printed
 * INT       "min..max"
 * MS        "min..max" in ms; written 1500, 1500ms, 30s, 45m, 12h, 7d or 2w
 * PERCENT   "min..max" in percent with up to two decimals, kept as basis points (10 is 1000)
 * PATH      "" anything; relative ones are below the folder the process starts in
 * ENDPOINTS ZeroMQ endpoints, comma separated; a leading "@VAR/" in an ipc path is replaced by VAR
 */
#ifndef MOSTRADOR_COMMON_SETTINGS_H
#define MOSTRADOR_COMMON_SETTINGS_H

/* clang-format off */
#define SETTINGS(S) \
    S(VAR, PATH, "var", "", "folder of sockets, data and logs") \
    S(HTTP_ADDR, TEXT, "127.0.0.1", "", "address the gateway listens on; without API_TOKEN only loopback is allowed") \
    S(PORT, INT, "8000", "1..65535", "port the gateway listens on") \
    S(API_TOKEN, SECRET, "", "", "bearer token that /seller/ asks for; empty: none, loopback only") \
    S(SHOP_NAME, TEXT, "Mostrador Autos", "", "how the shop calls itself") \
    S(LOG_LEVEL, TEXT, "info", "debug|info|warn|error", "least level that is logged") \
    S(LOG_FORMAT, TEXT, "logfmt", "logfmt|json", "one line per event, as logfmt or JSON") \
    S(AGENTS, INT, "2", "1..63", "agents that make run starts") \
    S(GATEWAY_WORKERS, INT, "1", "1..16", "worker processes of the gateway") \
    S(GATEWAY_CONNECTIONS, INT, "4096", "16..65536", "connections of a gateway worker") \
    S(REQUEST_MS, MS, "60s", "100..600000", "how long POST /seller/bot/ waits for its turn before it answers 504") \
    S(TURN_MS, MS, "50s", "100..600000", "how long a turn may take before the seller answers without the model") \
    S(AGENT_CREDIT, INT, "1000", "1..20000", "turns an agent runs at once") \
    S(DISPATCHER_QUEUE, INT, "10000", "1..1000000", "users the dispatcher keeps waiting for an agent before it refuses") \
    S(LEASE_MS, MS, "10s", "500..120000", "life of a lease on a conversation without renewal") \
    S(HEARTBEAT_MS, MS, "500ms", "50..10000", "between two heartbeats; a peer is dead after 4 without a sign") \
    S(SESSION_TTL, MS, "7d", "1000..31536000000", "how long a conversation is remembered after its last message") \
    S(DEDUP_TTL, MS, "24h", "1000..2592000000", "how long a message id is known and its answer repeated") \
    S(INBOX_MAX, INT, "100", "1..100", "messages of one user that may wait at once") \
    S(DISPATCHER_ENDPOINT, ENDPOINTS, "ipc://@VAR/run/dispatcher.sock", "", "where gateways reach the dispatcher") \
    S(DISPATCHER_AGENTS_ENDPOINT, ENDPOINTS, "ipc://@VAR/run/agents.sock", "", "where agents reach the dispatcher") \
    S(SESSIONS_ENDPOINT, ENDPOINTS, "ipc://@VAR/run/sessions.sock", "", "where the session service is") \
    S(CATALOG_ENDPOINT, ENDPOINTS, "ipc://@VAR/run/catalog.sock", "", "where the catalog service is") \
    S(REDIS_URL, SECRET, "unix://@VAR/run/redis.sock", "", "unix:///path, redis://[user:password@]host:port, redis+sentinel://…@host:port,…/master or redis+cluster://…@host:port,…; the whole of it is in sessions/url.h") \
    S(CATALOG_DIR, PATH, "@VAR/catalog", "", "folder of the catalog's files") \
    S(KNOWLEDGE_DIR, PATH, "catalog/knowledge", "", "Markdown files about the shop") \
    S(RULES_DIR, PATH, "agent/rules", "", "versions of the system prompt") \
    S(RULES_VERSION, TEXT, "v1", "", "which of them is used: RULES_DIR/v1.md") \
    S(CONTEXT_TOKENS, INT, "8000", "4000..100000", "tokens that are sent to the model at most: rules, makes, tools, and of the conversation what fits; what does not becomes a short summary") \
    S(CONTEXT_ENTRIES, INT, "100", "8..1000", "lines of a conversation that are kept at most, tool calls and results included") \
    S(FINANCING_RATE, PERCENT, "10", "0..200", "yearly rate, percent") \
    S(FINANCING_MIN_DOWN, PERCENT, "0", "0..99", "smallest down payment, percent of the price") \
    S(FINANCING_MIN_MONTHS, INT, "36", "1..600", "shortest plan") \
    S(FINANCING_MAX_MONTHS, INT, "72", "1..600", "longest plan") \
    S(NPS_AFTER, MS, "30m", "0..79200000", "somebody who was quoted a car or chose one is asked from 0 to 10 when they have rested so long; 0: nobody is asked, nor at a good-bye") \
    S(NPS_EVERY, MS, "30d", "1000..31536000000", "nobody is asked twice in that time") \
    S(OPENAI_API_KEY, SECRET, "", "", "key of the model; empty with the default OPENAI_BASE_URL: the offline seller answers") \
    S(OPENAI_BASE_URL, TEXT, "https://api.openai.com/v1", "", "any server of the Chat Completions API") \
    S(OPENAI_MODEL, TEXT, "gpt-4o-mini", "", "name of the model, or up to eight, comma separated: when one fails, the next one is asked in the same turn") \
    S(OPENAI_CONNECT_MS, MS, "3s", "10..60000", "time to connect") \
    S(OPENAI_FIRST_MS, MS, "30s", "10..600000", "time to the first byte of an answer") \
    S(OPENAI_IDLE_MS, MS, "10s", "10..600000", "time between two pieces of an answer") \
    S(OPENAI_RETRIES, INT, "2", "0..5", "how often a failed call is tried again") \
    S(OPENAI_CONNECTIONS, INT, "64", "1..2048", "connections an agent opens to the model with HTTP/2; with HTTP/1.1 one per call in flight") \
    S(OPENAI_HTTP, TEXT, "auto", "auto|1.1", "HTTP/2 where the server offers it, or never") \
    S(OPENAI_MAX_TOKENS, INT, "700", "16..32000", "longest answer of the model, tokens") \
    S(MODEL_CALLS, INT, "6", "1..20", "model calls one turn may make") \
    S(OPENAI_CA_FILE, TEXT, "", "", "certificates (PEM) that OPENAI_BASE_URL is checked against; empty: the system's") \
    S(PUBLIC_BASE_URL, TEXT, "", "", "address under which Twilio reaches the gateway, as in https://shop.example; may end in Twilio's connection overrides, as in #rc=2&rp=ct,rt,5xx") \
    S(TWILIO_ACCOUNT_SID, TEXT, "", "", "account at Twilio, AC…; empty: nothing is sent through its API") \
    S(TWILIO_AUTH_TOKEN, SECRET, "", "", "checks that a webhook is Twilio's, and sends if there is no API key; empty: the webhook is open, on loopback only") \
    S(TWILIO_AUTH_TOKEN_SECONDARY, SECRET, "", "", "the other live token while they are rotated") \
    S(TWILIO_API_KEY, TEXT, "", "", "API key to send with, SK…; empty: account and auth token") \
    S(TWILIO_API_SECRET, SECRET, "", "", "secret of the API key") \
    S(TWILIO_API_BASE, TEXT, "https://api.twilio.com", "", "where messages are sent and listed") \
    S(TWILIO_MESSAGING_BASE, TEXT, "https://messaging.twilio.com", "", "where typing indicators are sent") \
    S(TWILIO_CONNECT_MS, MS, "3s", "10..60000", "time to connect to Twilio's API") \
    S(TWILIO_REQUEST_MS, MS, "10s", "10..60000", "time for Twilio's API to answer; after it the outcome is looked up") \
    S(TWILIO_CONNECTIONS, INT, "16", "1..256", "connections an agent opens to Twilio's API") \
    S(TWILIO_REPLY, TEXT, "auto", "auto|twiml|rest", "answer in the webhook while it waits and through the API after; or always one of them") \
    S(TWIML_WAIT_MS, MS, "9s", "0..14000", "how long a webhook waits for its answer; Twilio waits 15 s") \
    S(COALESCE_MS, MS, "0", "0..10000", "pause before a turn, for what the customer may still add") \
    S(TWILIO_TYPING, TEXT, "on", "on|off", "show on WhatsApp that an answer is being written; also marks the message read") \
    S(TWILIO_TEMPLATE_SID, TEXT, "", "", "template, HX…, sent when WhatsApp takes no free text any more (24 hours after the customer's last message); empty: the answer is kept and reported") \
    S(TWILIO_PERSON_MS, MS, "6s", "0..60000", "one message to a person in that time, on average") \
    S(TWILIO_PERSON_BURST, INT, "10", "1..100", "messages to a person that may go out at once") \
    S(TWILIO_SETTLE_MS, MS, "20s", "100..600000", "a message of unknown outcome that Twilio does not list so long after it was sent was not taken, and is sent again") \
    S(TWILIO_PART_MS, MS, "5s", "1000..60000", "the next part of a long answer waits so long for the status of the one before, if PUBLIC_BASE_URL is set; without it, a second") \
    S(TWILIO_NUMBER_RATE, INT, "80", "1..1000", "messages a second from one number") \
    S(TWIML_SETTLE_MS, MS, "20s", "100..600000", "a reply given to a webhook that did not say it was written by then is looked up at Twilio") \
    S(KEYS_DIR, TEXT, "", "", "keys of this process (make keys); with it everything over TCP between the processes is encrypted, without it TCP is for loopback only") \
    S(SHOP_TIME_ZONE, TEXT, "America/Mexico_City", "", "where the shop's days begin and end, for budgets and SHOP_HOURS; a name of the tz database, or UTC") \
    S(BUDGET_PERSON_TOKENS, INT, "0", "0..1000000000000", "tokens one person may spend at language models a day; above it the offline seller answers them; 0: any") \
    S(BUDGET_PERSON_CALLS, INT, "0", "0..1000000000000", "the same for calls of a model") \
    S(BUDGET_DAY_TOKENS, INT, "0", "0..1000000000000", "tokens all people together may spend a day; 0: any") \
    S(BUDGET_DAY_CALLS, INT, "0", "0..1000000000000", "the same for calls of a model") \
    S(TURN_LOG_MAX, INT, "20000", "0..1000000", "turns of which is kept what they took, the newest; 0: none") \
    S(PROXY_ADDR, TEXT, "", "", "addresses and names, with commas between, where a proxy in front makes HTTP_ADDR known; nobody else may reach HTTP_ADDR then. Empty: there is none") \
    S(HEALTH_ENDPOINT, TEXT, "", "", "ipc://path where an agent answers health checks; empty: nowhere") \
    S(BREAKER_FAILURES, INT, "5", "0..1000", "failed calls in a row (timeouts, 5xx, no connection) after which a model is left alone and the next model or the offline seller answers at once; an exhausted quota does it alone; 0: never") \
    S(BREAKER_PERCENT, INT, "50", "1..100", "the same if so many percent of at least 10 calls within BREAKER_WINDOW_MS failed") \
    S(BREAKER_WINDOW_MS, MS, "30s", "1000..3600000", "how far back failed calls count") \
    S(BREAKER_OPEN_MS, MS, "10s", "10..600000", "how long a model is left alone before one call tries it again; doubled up to six times while that fails, and at least what the server asked for") \
    S(TURN_TOKENS, INT, "60000", "0..10000000", "tokens, in and out, after which a turn gets no more tools, and at one and a half times as many the offline seller answers; 0: no limit") \
    S(CONSOLE_IDLE_MS, MS, "2h", "1000..2592000000", "who did nothing in the console for so long signs in again") \
    S(CONSOLE_MAX_MS, MS, "12h", "1000..2592000000", "and everybody so long after they signed in") \
    S(CONSOLE_TRIES, INT, "5", "1..1000", "wrong passwords for one name before it is locked for CONSOLE_LOCK_MS; four times as many from one address") \
    S(CONSOLE_LOCK_MS, MS, "5m", "100..86400000", "how long a name or an address with too many wrong passwords is locked") \
    S(DRAIN_MS, MS, "10s", "0..600000", "how long what is under way may take to end once a process is told to (SIGTERM); what has not ended then is given back to those that stay") \
    S(ALERTS, TEXT, "all", "", "what the people of the shop are told: all, or some of quote,lead,person,score,undelivered,model,budget,missing; needs one of the addresses below") \
    S(ALERT_LANGUAGE, TEXT, "es", "es|en", "in which language") \
    S(ALERT_SLACK_URL, SECRET, "", "", "incoming webhook of Slack, or of anything that takes the same, where alerts are posted") \
    S(ALERT_WEBHOOK_URL, TEXT, "", "", "address where alerts are posted as JSON, signed with ALERT_WEBHOOK_SECRET") \
    S(ALERT_WEBHOOK_SECRET, SECRET, "", "", "key of the HMAC-SHA256 in the header Mostrador-Signature") \
    S(ALERT_MAIL_TO, TEXT, "", "", "addresses, with commas between, that alerts are mailed to; needs SMTP_URL") \
    S(ALERT_MAIL_FROM, TEXT, "", "", "sender of the mails; empty: the first of ALERT_MAIL_TO") \
    S(SMTP_URL, TEXT, "", "", "smtp://host:587 (STARTTLS is demanded, but of loopback) or smtps://host:465") \
    S(SMTP_USER, TEXT, "", "", "name at the mail server; empty: none is given") \
    S(SMTP_PASSWORD, SECRET, "", "", "password at the mail server") \
    S(ALERT_PRIVATE, TEXT, "off", "off|on", "on: alerts may go to loopback and private networks") \
    S(ALERT_REPEAT_MS, MS, "1h", "1000..2592000000", "the same about the same person or part is told once in that time") \
    S(ALERT_RATE, INT, "60", "1..10000", "alerts of a kind in an hour; the next one says how many were held back") \
    S(CATALOG_SOURCE, SECRET, "", "", "postgres://user:password@host:port/database whose table mostrador.cars is the catalog; empty: what catalog-import leaves in CATALOG_DIR") \
    S(CATALOG_SOURCE_MS, MS, "10s", "100..600000", "how often it is looked for changes that nobody told of, and the longest pause between two tries to reach it") \
    S(HANDOFF_TTL, MS, "24h", "0..31536000000", "a conversation that somebody of the shop has taken over goes back to the bot when they have been silent for so long; 0: never by itself") \
    S(WIDGET_ORIGINS, TEXT, "", "", "sites that may show the chat, as in https://www.shop.example, separated by blanks; empty: there is no widget") \
    S(WIDGET_PER_MINUTE, INT, "20", "1..6000", "messages that a gateway worker takes from one address of the widget in a minute") \
    S(AGENT_MEMO_MIB, INT, "24", "0..65536", "memory of an agent for what it made of the texts of conversations (quoted, read for the checks), so that it is not made anew in every turn; some 40 kB a person who writes, MiB; 0: made anew") \
    S(SHOP_HOURS, TEXT, "", "", "when people of the shop are there, as OpenStreetMap writes it: Mo-Fr 09:00-19:00; Sa 10:00-14:00, in SHOP_TIME_ZONE; empty: nobody is told") \
    S(MODEL_PRICES, TEXT, "", "", "what a million tokens of each model of OPENAI_MODEL cost, in, cached and out: gpt-4.1-mini=0.40/0.10/1.60, with commas between models; empty: cost is shown nowhere") \
    S(MODEL_CURRENCY, TEXT, "USD", "", "in which currency, three letters of ISO 4217")

/* Those that only docker-compose.yml and deploy/ read: C(NAME, default, doc). They may stand in .env
 * beside the others, and so may what docker-compose itself reads (COMPOSE_…, DOCKER_…). */
#define CONTAINER_SETTINGS(C) \
    C(HTTP_PUBLISH, "127.0.0.1:8000", "where the front's plain HTTP is published: address:port") \
    C(SITE_ADDRESS, "", "name of the site; the front then speaks TLS too, with a certificate that it gets by itself; TLS_PUBLISH and ACME_PUBLISH say where") \
    C(TLS_PUBLISH, "127.0.0.1:8443", "where TLS is published; 443 for the world") \
    C(ACME_PUBLISH, "127.0.0.1:8080", "where certificates are asked for, and plain HTTP is led to TLS; 80 for the world") \
    C(REDIS_FSYNC, "everysec", "when Redis syncs its file: everysec, or always, which loses nothing when the machine loses power") \
    C(STOP_GRACE, "15s", "how long a container may take to end; more than DRAIN_MS") \
    C(NOFILE, "16384", "open files of a container") \
    C(REGISTRY, "", "put before the names of images, as in registry.example/") \
    C(VERSION, "latest", "of the images") \
    C(SWARM_HTTP_PORT, "8000", "in a swarm: port of the front's plain HTTP") \
    C(SWARM_ACME_PORT, "80", "in a swarm: ACME_PUBLISH") \
    C(SWARM_TLS_PORT, "443", "in a swarm: TLS_PUBLISH")
/* clang-format on */

#endif

#include "sessions/keys.h"

#include <assert.h>

#include "common/hash.h"

static const struct {
    const char *kind;
    key_scope_t scope;
} keys[KEY_COUNT] = {
    [KEY_READY] = {"ready", SCOPE_PARTITION},
    [KEY_STATE] = {"state", SCOPE_PERSON},
    [KEY_INBOX] = {"inbox", SCOPE_PERSON},
    [KEY_CONTEXT] = {"context", SCOPE_PERSON},
    [KEY_REPLIES] = {"replies", SCOPE_PERSON},
    [KEY_SEEN] = {"seen", SCOPE_ID},
    [KEY_TARGETS] = {"targets", SCOPE_PERSON},
    [KEY_OUTBOX] = {"outbox", SCOPE_PERSON},
    [KEY_OUTGOING] = {"outgoing", SCOPE_PERSON},
    [KEY_SID] = {"sid", SCOPE_ID},
    [KEY_SENT] = {"sent", SCOPE_PERSON},
    [KEY_SURVEY] = {"survey", SCOPE_PERSON},
    [KEY_SURVEYS] = {"surveys", SCOPE_ANONYMOUS},
    [KEY_OPINIONS] = {"opinions", SCOPE_PARTITION},
    [KEY_TURNS] = {"log", SCOPE_ANONYMOUS},
    [KEY_RECORDS] = {"records", SCOPE_ANONYMOUS},
    [KEY_SPENT] = {"spent", SCOPE_PERSON},
    [KEY_BUDGET] = {"day", SCOPE_ANONYMOUS},
    [KEY_COUNTED] = {"counted", SCOPE_ANONYMOUS},
    [KEY_KNOWN] = {"known", SCOPE_PERSON},
    [KEY_USERS] = {"users", SCOPE_ANONYMOUS},
    [KEY_SESSIONS] = {"sessions", SCOPE_ANONYMOUS},
    [KEY_TRIES] = {"tries", SCOPE_ANONYMOUS},
    [KEY_PACE] = {"pace", SCOPE_PERSON},
    [KEY_RATE] = {"rate", SCOPE_ANONYMOUS},
    [KEY_PEOPLE] = {"people", SCOPE_LIST},
    [KEY_MARKS] = {"marks", SCOPE_LIST},
    [KEY_CHANGES] = {"changes", SCOPE_ANONYMOUS},
    [KEY_ALERTS] = {"due", SCOPE_ANONYMOUS},
    [KEY_ALERT_ITEMS] = {"items", SCOPE_APART},
    [KEY_ALERT_TOLD] = {"told", SCOPE_ANONYMOUS},
    [KEY_ALERT_RATES] = {"rates", SCOPE_ANONYMOUS},
    [KEY_ALERT_WANTED] = {"wanted", SCOPE_ANONYMOUS},
    [KEY_TALK] = {"talk", SCOPE_PERSON},
    [KEY_TICKS] = {"ticks", SCOPE_PERSON},
    [KEY_SAYING] = {"saying", SCOPE_ID},
    [KEY_DESK] = {"desk", SCOPE_PARTITION},
    [KEY_CLOCK] = {"clock", SCOPE_ANONYMOUS},
    [KEY_LEADS] = {"leads", SCOPE_PERSON},
    [KEY_LISTED] = {"listed", SCOPE_PARTITION},
    [KEY_RULES] = {"rules", SCOPE_ANONYMOUS},
    [KEY_KNOWLEDGE] = {"knowledge", SCOPE_ANONYMOUS},
    [KEY_TALLY] = {"tally", SCOPE_ANONYMOUS},
    [KEY_MET_TALK] = {"met_talk", SCOPE_ANONYMOUS},
    [KEY_MET_LIST] = {"met_list", SCOPE_ANONYMOUS},
    [KEY_MET_QUOTE] = {"met_quote", SCOPE_ANONYMOUS},
    [KEY_MET_LEAD] = {"met_lead", SCOPE_ANONYMOUS},
};

key_scope_t keys_scope(session_key_t key)
{
    return keys[key].scope;
}

const char *keys_kind(session_key_t key)
{
    return keys[key].kind;
}

size_t keys_of_scope(key_scope_t scope, session_key_t found[KEY_COUNT])
{
    size_t count = 0;
    for (session_key_t key = 0; key < KEY_COUNT; key++)
        if (keys[key].scope == scope)
            found[count++] = key;
    return count;
}

unsigned keys_partition(str_t user)
{
    return hash_add(HASH_START, user.data, user.size) % KEYS_PARTITIONS;
}

void keys_partition_name(buf_t *out, session_key_t key, unsigned partition)
{
    assert(partition < KEYS_PARTITIONS);
    buf_printf(out, "most:{%u}:%s", partition, keys[key].kind);
}

void keys_name(buf_t *out, session_key_t key, str_t user, str_t id)
{
    unsigned partition = keys_partition(user);
    if (key == KEY_READY || key == KEY_SURVEYS || key == KEY_OPINIONS || key == KEY_DESK ||
        key == KEY_CLOCK || key == KEY_LISTED) {
        keys_partition_name(out, key, partition);
        return;
    }
    switch (key) {
    case KEY_TURNS:
    case KEY_RECORDS:
    case KEY_PEOPLE:
    case KEY_MARKS:
    case KEY_CHANGES:
        buf_printf(out, "most:{turns}:%s", keys[key].kind);
        return;
    case KEY_TALLY:
    case KEY_MET_TALK:
    case KEY_MET_LIST:
    case KEY_MET_QUOTE:
    case KEY_MET_LEAD:
        buf_printf(out, "most:{turns}:%s:%.*s", keys[key].kind, STR_ARG(id));
        return;
    case KEY_ALERTS:
    case KEY_ALERT_ITEMS:
    case KEY_ALERT_TOLD:
    case KEY_ALERT_RATES:
    case KEY_ALERT_WANTED:
        buf_printf(out, "most:{alerts}:%s", keys[key].kind);
        return;
    case KEY_BUDGET:
        buf_str(out, "most:{budget}:day");
        return;
    case KEY_COUNTED:
        buf_printf(out, "most:{budget}:counted:%.*s", STR_ARG(id));
        return;
    case KEY_USERS:
    case KEY_SESSIONS:
    case KEY_TRIES:
        buf_printf(out, "most:{console}:%s", keys[key].kind);
        return;
    case KEY_RULES:
    case KEY_KNOWLEDGE:
        buf_printf(out, "most:{texts}:%s", keys[key].kind);
        return;
    case KEY_RATE: /* a slot of its own: no two addresses have anything to do with each other */
        buf_printf(out, "most:{from %.*s}:%s", STR_ARG(id), keys[key].kind);
        return;
    default:
        break;
    }
    buf_printf(out, "most:{%u}:%s:", partition, keys[key].kind);
    bool of_id = keys[key].scope == SCOPE_ID;
    if (of_id) /* the size keeps "a" + "b:c" and "a:b" + "c" apart */
        buf_printf(out, "%zu:", user.size);
    buf_add(out, user.data, user.size);
    if (of_id) {
        buf_char(out, ':');
        buf_add(out, id.data, id.size);
    }
}

#include "sessions/keys.h"

#include <assert.h>

static const char *const names[] = {
    [KEY_READY] = "ready",       [KEY_STATE] = "state",     [KEY_INBOX] = "inbox",
    [KEY_CONTEXT] = "context",   [KEY_REPLIES] = "replies", [KEY_SEEN] = "seen",
    [KEY_TARGETS] = "targets",   [KEY_OUTBOX] = "outbox",   [KEY_OUTGOING] = "outgoing",
    [KEY_SID] = "sid",           [KEY_SENT] = "sent",       [KEY_TURNS] = "log",
    [KEY_RECORDS] = "records",   [KEY_SURVEY] = "survey",   [KEY_SURVEYS] = "surveys",
    [KEY_OPINIONS] = "opinions", [KEY_SPENT] = "spent",
};

unsigned keys_partition(str_t user)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < user.size; i++)
        hash = (hash ^ (unsigned char)user.data[i]) * 16777619u;
    return hash % KEYS_PARTITIONS;
}

void keys_partition_name(buf_t *out, session_key_t key, unsigned partition)
{
    assert(partition < KEYS_PARTITIONS);
    buf_printf(out, "most:{%u}:%s", partition, names[key]);
}

void keys_name(buf_t *out, session_key_t key, str_t user, str_t id)
{
    unsigned partition = keys_partition(user);
    if (key == KEY_READY || key == KEY_SURVEYS || key == KEY_OPINIONS) {
        keys_partition_name(out, key, partition);
        return;
    }
    switch (key) {
    case KEY_TURNS:
    case KEY_RECORDS:
        buf_printf(out, "most:{turns}:%s", names[key]);
        return;
    case KEY_BUDGET:
        buf_str(out, "most:{budget}:day");
        return;
    case KEY_COUNTED:
        buf_printf(out, "most:{budget}:counted:%.*s", STR_ARG(id));
        return;
    default:
        break;
    }
    buf_printf(out, "most:{%u}:%s:", partition, names[key]);
    bool of_id = key == KEY_SEEN || key == KEY_SID;
    if (of_id) /* the size keeps "a" + "b:c" and "a:b" + "c" apart */
        buf_printf(out, "%zu:", user.size);
    buf_add(out, user.data, user.size);
    if (of_id) {
        buf_char(out, ':');
        buf_add(out, id.data, id.size);
    }
}

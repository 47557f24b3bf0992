#include "sessions/redis_master.h"

bool redis_master_read(const redisReply *reply, redis_address_t *address)
{
    if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
        return false;
    const redisReply *host = reply->element[0], *port = reply->element[1];
    return host->type == REDIS_REPLY_STRING && port->type == REDIS_REPLY_STRING &&
           redis_address_set(address, (str_t){host->str, host->len}, (str_t){port->str, port->len});
}

bool redis_master_switched(str_t text, str_t name, redis_address_t *address)
{
    str_t words[5] = {{0}};
    size_t count = 0;
    for (size_t at = 0; at <= text.size && count < 5; count++) {
        const char *space = at < text.size ? memchr(text.data + at, ' ', text.size - at) : NULL;
        size_t end = space ? (size_t)(space - text.data) : text.size;
        words[count] = (str_t){text.data + at, end - at};
        at = end + 1;
    }
    return count == 5 && str_eq(words[0], name) && redis_address_set(address, words[3], words[4]);
}

/* Prints the address of status callbacks; see callback.h. */
#include "common/callback.h"

static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

void callback_print(buf_t *out, str_t base, str_t turn_id)
{
    const char *mark = base.size ? memchr(base.data, '#', base.size) : NULL;
    size_t front = mark ? (size_t)(mark - base.data) : base.size, size = front;

    while (size && base.data[size - 1] == '/')
        size--;
    if (!size)
        return;
    buf_add(out, base.data, size);
    buf_str(out, CALLBACK_PATH);
    if (turn_id.size)
        buf_str(out, "?" CALLBACK_TURN "=");
    for (size_t i = 0; i < turn_id.size; i++) {
        if (is_plain(turn_id.data[i]))
            buf_char(out, turn_id.data[i]);
        else
            buf_printf(out, "%%%02X", (unsigned)(unsigned char)turn_id.data[i]);
    }
    buf_add(out, base.data + front, base.size - front);
}

#include "common/text.h"

#include <stdio.h>

/* Size of the well-formed character at text[at], 0 if there is none (Unicode, table 3-7). */
static size_t utf8_size(str_t text, size_t at)
{
    const uint8_t *p = (const uint8_t *)text.data + at;
    size_t left = text.size - at;
    if (left == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t size = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < size)
        return 0;
    uint8_t low = 0x80, high = 0xbf;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < size; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

bool utf8_valid(str_t text)
{
    for (size_t at = 0; at < text.size;) {
        uint64_t eight = 0; /* most text is ASCII: eight bytes at once */
        while (text.size - at >= sizeof eight &&
               (memcpy(&eight, text.data + at, sizeof eight), (eight & 0x8080808080808080) == 0))
            at += sizeof eight;
        while (at < text.size && !(text.data[at] & 0x80))
            at++;
        if (at == text.size)
            break;
        size_t size = utf8_size(text, at);
        if (size == 0)
            return false;
        at += size;
    }
    return true;
}

size_t utf8_length(str_t text)
{
    size_t length = 0;
    for (size_t i = 0; i < text.size; i++)
        length += (text.data[i] & 0xc0) != 0x80;
    return length;
}

str_t utf8_front(str_t text, size_t max)
{
    if (text.size <= max)
        return text;
    while (max > 0 && (text.data[max] & 0xc0) == 0x80)
        max--;
    return (str_t){text.data, max};
}

uint32_t utf8_next(str_t text, size_t *at)
{
    if (*at >= text.size)
        return 0;
    const uint8_t *p = (const uint8_t *)text.data + *at;
    if (p[0] < 0x80) {
        ++*at;
        return p[0];
    }
    size_t size = utf8_size(text, *at);
    *at += size ? size : 1;
    switch (size) {
    case 2:
        return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    case 3:
        return (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    case 4:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
               (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    default:
        return 0xfffd;
    }
}

void utf8_add(buf_t *out, uint32_t character)
{
    char bytes[4];
    size_t size;
    if (character < 0x80) {
        bytes[0] = (char)character;
        size = 1;
    } else if (character < 0x800) {
        bytes[0] = (char)(0xc0 | character >> 6);
        bytes[1] = (char)(0x80 | (character & 0x3f));
        size = 2;
    } else if (character < 0x10000) {
        bytes[0] = (char)(0xe0 | character >> 12);
        bytes[1] = (char)(0x80 | (character >> 6 & 0x3f));
        bytes[2] = (char)(0x80 | (character & 0x3f));
        size = 3;
    } else {
        bytes[0] = (char)(0xf0 | character >> 18);
        bytes[1] = (char)(0x80 | (character >> 12 & 0x3f));
        bytes[2] = (char)(0x80 | (character >> 6 & 0x3f));
        bytes[3] = (char)(0x80 | (character & 0x3f));
        size = 4;
    }
    buf_add(out, bytes, size);
}

/* What U+00C0 … U+017F fold to; '*' keeps the character. */
static const char *const latin[] = {
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  /* C0 */
    "d", "n", "o",  "o",  "o", "o", "o",  "*", "o", "u", "u", "u", "u", "y", "th", "ss", /* D0 */
    "a", "a", "a",  "a",  "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",  /* E0 */
    "d", "n", "o",  "o",  "o", "o", "o",  "*", "o", "u", "u", "u", "u", "y", "th", "y",  /* F0 */
    "a", "a", "a",  "a",  "a", "a", "c",  "c", "c", "c", "c", "c", "c", "c", "d",  "d",  /* 100 */
    "d", "d", "e",  "e",  "e", "e", "e",  "e", "e", "e", "e", "e", "g", "g", "g",  "g",  /* 110 */
    "g", "g", "g",  "g",  "h", "h", "h",  "h", "i", "i", "i", "i", "i", "i", "i",  "i",  /* 120 */
    "i", "i", "ij", "ij", "j", "j", "k",  "k", "k", "l", "l", "l", "l", "l", "l",  "l",  /* 130 */
    "l", "l", "l",  "n",  "n", "n", "n",  "n", "n", "n", "n", "n", "o", "o", "o",  "o",  /* 140 */
    "o", "o", "oe", "oe", "r", "r", "r",  "r", "r", "r", "s", "s", "s", "s", "s",  "s",  /* 150 */
    "s", "s", "t",  "t",  "t", "t", "t",  "t", "u", "u", "u", "u", "u", "u", "u",  "u",  /* 160 */
    "u", "u", "u",  "u",  "w", "w", "y",  "y", "y", "z", "z", "z", "z", "z", "z",  "s",  /* 170 */
};

/* Most text is ASCII: appends what there is of it from at on, and returns where it ends. */
static size_t fold_ascii(buf_t *out, str_t text, size_t at)
{
    char piece[64];
    size_t size = 0;
    for (; at < text.size && (uint8_t)text.data[at] < 0x80; at++) {
        char c = text.data[at];
        piece[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (size == sizeof piece) {
            buf_add(out, piece, size);
            size = 0;
        }
    }
    buf_add(out, piece, size);
    return at;
}

void text_fold(buf_t *out, str_t text)
{
    for (size_t at = 0; at < text.size;) {
        if ((uint8_t)text.data[at] < 0x80) {
            at = fold_ascii(out, text, at);
            continue;
        }
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        if (c >= 0x300 && c <= 0x36f) {
            /* a combining accent: gone */
        } else if (c >= 0xc0 && c <= 0x17f && latin[c - 0xc0][0] != '*') {
            buf_str(out, latin[c - 0xc0]);
        } else if ((c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f)) {
            utf8_add(out, c + 0x20);
        } else {
            buf_add(out, text.data + start, at - start);
        }
    }
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

int text_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

str_t text_trim(str_t text)
{
    while (text.size && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

static bool is_letter_or_digit(uint8_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

const char *text_mask(str_t id, char *out, size_t size)
{
    size_t n = 0;
    for (size_t at = 0; at < id.size && n + 1 < size;) {
        size_t run = 0;
        while (at + run < id.size && is_letter_or_digit((uint8_t)id.data[at + run]))
            run++;
        if (run == 0) {
            char c = id.data[at++];
            out[n++] = c >= ' ' && c != 0x7f ? c : '?';
            continue;
        }
        /* a run of letters only ("whatsapp") says nothing about a person; one with digits does */
        bool digits = false;
        for (size_t i = 0; i < run; i++)
            digits |= id.data[at + i] >= '0' && id.data[at + i] <= '9';
        for (size_t i = 0; i < run && n + 1 < size; i++) {
            bool hide = (digits || run > 8) && run >= 5 && i + 4 < run;
            out[n++] = hide || (uint8_t)id.data[at + i] >= 0x80 ? '*' : id.data[at + i];
        }
        at += run;
    }
    if (size)
        out[n] = 0;
    return out;
}

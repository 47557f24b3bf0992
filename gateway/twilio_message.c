/* Reads Twilio's parameters; see twilio_message.h. */
#include "gateway/twilio_message.h"

#include "common/buf.h"
#include "common/text.h"
#include "proto/proto.h"

#define MESSAGE_ID_MAX 64
#define CHARACTERS_MAX 4096 /* of a text, as at the other entrance */
#define WITH_NOTE_MAX 3900  /* the same where a note follows */
#define PLACE_MAX 300       /* bytes of a place's name in a note */

/* ---- text that may be stored ---- */

/* What Unicode has for line breaks becomes one; other control characters and those that turn the
 * direction of the text around it are left out. */
static uint32_t clean_character(uint32_t c)
{
    if (c == 0x2028 || c == 0x2029 || c == 0x85)
        return '\n';
    if ((c < 0x20 && c != '\n') || (c >= 0x7f && c < 0xa0))
        return c == '\t' ? ' ' : 0;
    if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff)
        return 0;
    return c;
}

/* Appends at most max_characters of text, cleaned and trimmed. false if there were more. */
static bool add_clean(buf_t *out, str_t text, size_t max_characters)
{
    text = text_trim(text);
    size_t written = 0;
    for (size_t at = 0; at < text.size;) {
        uint32_t c = clean_character(utf8_next(text, &at));
        if (!c)
            continue;
        if (written++ == max_characters)
            return false;
        utf8_add(out, c);
    }
    return true;
}

/* On one line, and without the brackets that end a note. */
static void add_place(buf_t *out, str_t text)
{
    text = utf8_front(text, PLACE_MAX);
    for (size_t at = 0; at < text.size;) {
        uint32_t c = clean_character(utf8_next(text, &at));
        if (c)
            utf8_add(out, c == '\n' || c == '[' || c == ']' ? ' ' : c);
    }
}

static bool has_text(str_t text)
{
    return text_trim(text).size > 0;
}

/* ---- what was sent ---- */

static bool starts(str_t text, const char *front)
{
    size_t size = strlen(front);
    return text.size >= size && memcmp(text.data, front, size) == 0;
}

static twilio_note_t media_note(str_t type)
{
    if (starts(type, "image/"))
        return TWILIO_IMAGE;
    if (starts(type, "audio/"))
        return TWILIO_AUDIO;
    if (starts(type, "video/"))
        return TWILIO_VIDEO;
    if (starts(type, "text/vcard") || starts(type, "text/x-vcard"))
        return TWILIO_CONTACT;
    return TWILIO_FILE;
}

static twilio_note_t note_of(const form_t *form)
{
    str_t media = form_value(form, "NumMedia");
    if (form_has(form, "MediaContentType0") || form_has(form, "MediaUrl0"))
        return media_note(form_value(form, "MediaContentType0"));
    if (media.size && !str_is(media, "0"))
        return TWILIO_FILE;
    if (has_text(form_value(form, "Latitude")))
        return TWILIO_LOCATION;
    return TWILIO_NO_NOTE;
}

static const char *note_text(twilio_note_t note)
{
    static const char *const texts[] = {"",
#define TWILIO_NOTE_TEXT(name, text) text,
                                        TWILIO_NOTES(TWILIO_NOTE_TEXT)};
    return texts[note];
}

static void add_note(const form_t *form, twilio_note_t note, buf_t *out)
{
    buf_printf(out, "[%s", note_text(note));
    if (note == TWILIO_LOCATION) {
        str_t label = form_value(form, "Label"), address = form_value(form, "Address");
        if (has_text(label) || has_text(address))
            buf_str(out, ": ");
        add_place(out, text_trim(label));
        if (has_text(label) && has_text(address))
            buf_str(out, ", ");
        add_place(out, text_trim(address));
    }
    buf_char(out, ']');
}

/* The customer's own words: of a button, what stood on it. */
static str_t words_of(const form_t *form)
{
    static const char *const names[] = {"Body", "ButtonText", "ListTitle", "ButtonPayload"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (has_text(form_value(form, names[i])))
            return form_value(form, names[i]);
    return (str_t){NULL, 0};
}

static bool read_text(const form_t *form, arena_t *arena, twilio_message_t *message)
{
    buf_t out;
    buf_init(&out, PROTO_MAX_TEXT);
    message->note = note_of(form);
    message->cut = !add_clean(&out, words_of(form), message->note ? WITH_NOTE_MAX : CHARACTERS_MAX);
    str_t words = text_trim(buf_view(&out));
    message->bare = words.size == 0;
    if (message->bare && message->note == TWILIO_NO_NOTE)
        message->note = TWILIO_NOTHING;
    if (message->note != TWILIO_NO_NOTE) {
        if (words.size)
            buf_char(&out, '\n');
        add_note(form, message->note, &out);
    }
    str_t whole = text_trim(buf_view(&out));
    message->text = (str_t){arena_copy(arena, whole), whole.size};
    bool ok = buf_ok(&out) && message->text.data;
    buf_free(&out);
    return ok;
}

/* ---- who and which ---- */

static bool is_plain(str_t text, size_t max)
{
    if (text.size == 0 || text.size > max)
        return false;
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return true;
}

/* The first of the names that has a value. */
static str_t first_of(const form_t *form, const char *a, const char *b, const char *c)
{
    const char *const names[] = {a, b, c};
    for (size_t i = 0; i < 3; i++)
        if (form_value(form, names[i]).size)
            return form_value(form, names[i]);
    return (str_t){NULL, 0};
}

static str_t copy(arena_t *arena, str_t text)
{
    char *data = arena_copy(arena, text);
    return (str_t){data, data ? text.size : 0};
}

/* Where Twilio looks for such words itself and has found one, it says which kind it is, whatever
 * the word, and has answered it. */
static void read_opt(const form_t *form, twilio_message_t *message)
{
    str_t type = form_value(form, "OptOutType");
    message->answered = type.size > 0;
    if (message->answered)
        message->opt = str_is(type, "STOP")    ? OPT_OUT
                       : str_is(type, "START") ? OPT_IN
                                               : OPT_NONE; /* HELP */
    else
        message->opt = opt_word_of(words_of(form), !message->whatsapp);
}

bool twilio_message_read(const form_t *form, arena_t *arena, twilio_message_t *message,
                         const char **why)
{
    *message = (twilio_message_t){0};
    str_t from = form_value(form, "From"), to = form_value(form, "To");
    str_t id = first_of(form, "MessageSid", "SmsSid", "SmsMessageSid");
    str_t reply_to = form_value(form, "OriginalRepliedMessageSid");
    *why = NULL;
    if (!from.size)
        *why = "From is missing.";
    else if (!is_plain(from, PROTO_MAX_USER))
        *why = "From is not an address.";
    else if (!id.size)
        *why = "MessageSid is missing.";
    else if (!is_plain(id, MESSAGE_ID_MAX))
        *why = "MessageSid is not an id.";
    else if (to.size && !is_plain(to, PROTO_MAX_USER))
        *why = "To is not an address.";
    if (*why)
        return false;
    message->user_id = copy(arena, from);
    message->shop = copy(arena, to);
    message->message_id = copy(arena, id);
    message->whatsapp = starts(from, "whatsapp:");
    if (is_plain(reply_to, MESSAGE_ID_MAX))
        message->reply_to = copy(arena, reply_to);
    read_opt(form, message);
    if (!read_text(form, arena, message) || !message->message_id.data)
        *why = "The message is too large.";
    return *why == NULL;
}

/* ---- status callbacks ---- */

static const struct {
    const char *name;
    int rank;
} statuses[] = {{"accepted", 0},  {"scheduled", 0},   {"queued", 0}, {"sending", 1},
                {"sent", 2},      {"undelivered", 3}, {"failed", 3}, {"canceled", 3},
                {"delivered", 4}, {"read", 5}};

#define STATUS_COUNT (sizeof statuses / sizeof *statuses)

static size_t status_index(str_t status)
{
    size_t i = 0;
    while (i < STATUS_COUNT && !str_is(status, statuses[i].name))
        i++;
    return i;
}

int twilio_status_rank(str_t status)
{
    size_t i = status_index(status);
    return i < STATUS_COUNT ? statuses[i].rank : -1;
}

bool twilio_status_read(const form_t *form, twilio_status_t *status, const char **why)
{
    *status = (twilio_status_t){0};
    *why = NULL;
    str_t name = first_of(form, "MessageStatus", "SmsStatus", "MessageStatus");
    str_t code = form_value(form, "ErrorCode");
    size_t i = status_index(name);
    status->message_id = first_of(form, "MessageSid", "SmsSid", "SmsMessageSid");
    status->to = form_value(form, "To");
    status->from = form_value(form, "From");
    if (!is_plain(status->message_id, MESSAGE_ID_MAX))
        *why = "MessageSid is not an id.";
    else if (i == STATUS_COUNT)
        *why = "MessageStatus is not a status.";
    else
        status->status = statuses[i].name;
    for (size_t k = 0; k < code.size && k < 9 && code.data[k] >= '0' && code.data[k] <= '9'; k++)
        status->code = status->code * 10 + (code.data[k] - '0');
    return *why == NULL;
}

#include "gateway/text_json.h"

#include "gateway/json_text.h"

/* Without the braces around it. */
static void version_json(const proto_text_version_t *version, buf_t *out)
{
    json_add_number(out, "version", version->version);
    json_add_time(out, "saved_at", version->saved_ms);
    json_add_text(out, "by", version->by);
    json_add_text(out, "note", version->note);
    json_add_number(out, "bytes", version->size);
    json_add_number(out, "tokens", version->tokens);
    json_add_time(out, "published_at", version->published_ms);
    json_add_text(out, "published_by", version->published_by);
}

void texts_json(const proto_texts_t *texts, buf_t *out)
{
    buf_char(out, '{');
    json_add_number(out, "live", texts->live);
    json_add_number(out, "last", texts->last);
    json_add_number(out, "most_bytes", PROTO_MAX_DOCUMENT);
    json_add_number_or_null(out, "most_tokens", texts->room != 0, texts->room);
    json_add_list(out, "versions");
    for (size_t i = 0; i < texts->versions_count; i++) {
        json_open(out);
        version_json(&texts->versions[i], out);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

void text_json(const proto_text_version_t *version, str_t text, buf_t *out)
{
    buf_char(out, '{');
    version_json(version, out);
    json_add_text(out, "text", text);
    buf_char(out, '}');
}

#include "gateway/text_json.h"

#include "gateway/json_text.h"

/* Without the braces around it. */
static void version_json(const proto_text_version_t *version, buf_t *out)
{
    json_int(out, "version", version->version);
    json_time(out, "saved_at", version->saved_ms);
    json_str(out, "by", version->by);
    json_str(out, "note", version->note);
    json_int(out, "bytes", version->size);
    json_int(out, "tokens", version->tokens);
    json_time(out, "published_at", version->published_ms);
    json_str(out, "published_by", version->published_by);
}

void texts_json(const proto_texts_t *texts, buf_t *out)
{
    buf_char(out, '{');
    json_int(out, "live", texts->live);
    json_int(out, "last", texts->last);
    json_int(out, "most_bytes", PROTO_MAX_DOCUMENT);
    json_int_or_null(out, "most_tokens", texts->room != 0, texts->room);
    json_list(out, "versions");
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
    json_str(out, "text", text);
    buf_char(out, '}');
}

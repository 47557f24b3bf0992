#include "gateway/text_json.h"

#include "gateway/json_text.h"

/* Without the braces around it. */
static void version_json(const proto_text_version_t *version, buf_t *out)
{
    buf_printf(out, "\"version\":%lld,\"saved_at\":", (long long)version->version);
    json_put_time(out, version->saved_ms);
    buf_str(out, ",\"by\":");
    json_put_text(out, version->by);
    buf_str(out, ",\"note\":");
    json_put_text(out, version->note);
    buf_printf(out, ",\"bytes\":%lld,\"tokens\":%lld,\"published_at\":", (long long)version->size,
               (long long)version->tokens);
    json_put_time(out, version->published_ms);
    buf_str(out, ",\"published_by\":");
    json_put_text(out, version->published_by);
}

void texts_json(const proto_texts_t *texts, buf_t *out)
{
    buf_printf(out, "{\"live\":%lld,\"last\":%lld,\"most_bytes\":%d,\"most_tokens\":",
               (long long)texts->live, (long long)texts->last, PROTO_MAX_DOCUMENT);
    if (texts->room)
        buf_printf(out, "%lld", (long long)texts->room);
    else
        buf_str(out, "null");
    buf_str(out, ",\"versions\":[");
    for (size_t i = 0; i < texts->versions_count; i++) {
        buf_str(out, i ? ",{" : "{");
        version_json(&texts->versions[i], out);
        buf_char(out, '}');
    }
    buf_str(out, "]}");
}

void text_json(const proto_text_version_t *version, str_t text, buf_t *out)
{
    buf_char(out, '{');
    version_json(version, out);
    buf_str(out, ",\"text\":");
    json_put_text(out, text);
    buf_char(out, '}');
}

#include "gateway/lead_json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "gateway/json_text.h"

/* ---- JSON ---- */

static void put_text(buf_t *out, const char *name, str_t text)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_text(out, text);
}

static void put_time(buf_t *out, const char *name, int64_t unix_ms)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_time(out, unix_ms);
}

static void put_money(buf_t *out, const char *name, int64_t cents)
{
    buf_printf(out, ",\"%s\":", name);
    json_put_money(out, cents);
}

static void put_car(const proto_lead_t *lead, buf_t *out)
{
    if (!lead->stock_id) {
        buf_str(out, ",\"car\":null");
        return;
    }
    buf_printf(out, ",\"car\":{\"stock_id\":%" PRId64, lead->stock_id);
    put_text(out, "name", lead->car);
    put_money(out, "price", lead->price);
    buf_char(out, '}');
}

static void put_quote(const proto_lead_t *lead, buf_t *out)
{
    if (!lead->quote_count) {
        buf_str(out, ",\"quote\":null");
        return;
    }
    const proto_quote_t *quote = &lead->quote[0];

    buf_printf(out, ",\"quote\":{\"months\":%" PRId64, quote->months);
    put_money(out, "price", quote->price);
    put_money(out, "down_payment", quote->down_payment);
    put_money(out, "instalment", quote->instalment);
    put_money(out, "total", quote->total);
    buf_printf(out, ",\"rate_percent\":%" PRId64 ".%02" PRId64 "}", quote->rate_bp / 100,
               quote->rate_bp % 100);
}

static void put_notes(const proto_lead_t *lead, buf_t *out)
{
    buf_printf(out, ",\"note_count\":%" PRId64 ",\"notes\":[", lead->note_count);
    for (size_t i = 0; i < lead->notes_count; i++) {
        buf_str(out, i ? ",{\"at\":" : "{\"at\":");
        json_put_time(out, lead->notes[i].at_ms);
        put_text(out, "by", lead->notes[i].by);
        put_text(out, "text", lead->notes[i].text);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void put_leads(const proto_leads_t *leads, buf_t *out)
{
    buf_str(out, "\"leads\":[");
    for (size_t i = 0; i < leads->leads_count; i++) {
        const proto_lead_t *lead = &leads->leads[i];

        buf_str(out, i ? ",{\"lead_id\":" : "{\"lead_id\":");
        json_put_text(out, lead->lead_id);
        put_text(out, "user_id", lead->user_id);
        put_text(out, "stage", lead->stage);
        put_text(out, "interest", lead->interest);
        put_text(out, "name", lead->name);
        put_text(out, "contact", lead->contact);
        put_car(lead, out);
        put_quote(lead, out);
        put_text(out, "channel", lead->channel);
        put_text(out, "language", lead->language);
        put_text(out, "said", lead->said);
        put_time(out, "created_at", lead->created_ms);
        put_time(out, "at", lead->at_ms);
        put_notes(lead, out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void leads_json(const proto_leads_t *leads, buf_t *out)
{
    buf_char(out, '{');
    put_leads(leads, out);
    buf_str(out, ",\"before\":");
    if (leads->before.size)
        json_put_text(out, leads->before);
    else
        buf_str(out, "null");
    buf_char(out, '}');
}

void person_leads_json(str_t user_id, const proto_leads_t *leads, buf_t *out)
{
    buf_str(out, "{\"user_id\":");
    json_put_text(out, user_id);
    buf_char(out, ',');
    put_leads(leads, out);
    buf_char(out, '}');
}

/* ---- CSV ---- */

static void cell(buf_t *out, str_t text)
{
    buf_char(out, '"');
    if (text.size && strchr("=+-@\t\r\n", text.data[0]))
        buf_char(out, '\'');
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] == '"')
            buf_char(out, '"');
        buf_char(out, text.data[i]);
    }
    buf_char(out, '"');
}

static void text_cell(buf_t *out, str_t text)
{
    buf_char(out, ',');
    cell(out, text);
}

static void number_cell(buf_t *out, int64_t number)
{
    buf_char(out, ',');
    if (number)
        buf_printf(out, "%" PRId64, number);
}

static void money_cell(buf_t *out, int64_t cents)
{
    buf_char(out, ',');
    if (cents)
        json_put_money(out, cents);
}

static void time_cell(buf_t *out, int64_t unix_ms)
{
    char text[32] = "";
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;

    if (unix_ms > 0 && gmtime_r(&seconds, &parts))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
    buf_printf(out, ",%s", text);
}

void leads_csv_head(buf_t *out)
{
    buf_str(out, "\xef\xbb\xbflead_id,user_id,stage,interest,name,contact,stock_id,car,price,"
                 "down_payment,months,instalment,channel,language,created_at,at,said,notes,"
                 "last_note,last_note_by\r\n");
}

void leads_csv(const proto_leads_t *leads, buf_t *out)
{
    static const proto_quote_t no_quote = {0};
    static const proto_lead_note_t no_note = {0};

    for (size_t i = 0; i < leads->leads_count; i++) {
        const proto_lead_t *lead = &leads->leads[i];
        const proto_quote_t *quote = lead->quote_count ? &lead->quote[0] : &no_quote;
        const proto_lead_note_t *note =
            lead->notes_count ? &lead->notes[lead->notes_count - 1] : &no_note;

        cell(out, lead->lead_id);
        text_cell(out, lead->user_id);
        text_cell(out, lead->stage);
        text_cell(out, lead->interest);
        text_cell(out, lead->name);
        text_cell(out, lead->contact);
        number_cell(out, lead->stock_id);
        text_cell(out, lead->car);
        money_cell(out, lead->price);
        money_cell(out, quote->down_payment);
        number_cell(out, quote->months);
        money_cell(out, quote->instalment);
        text_cell(out, lead->channel);
        text_cell(out, lead->language);
        time_cell(out, lead->created_ms);
        time_cell(out, lead->at_ms);
        text_cell(out, lead->said);
        number_cell(out, lead->note_count);
        text_cell(out, note->text);
        text_cell(out, note->by);
        buf_str(out, "\r\n");
    }
}

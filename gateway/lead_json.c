#include "gateway/lead_json.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "gateway/json_text.h"

/* ---- JSON ---- */

static void put_car(const proto_lead_t *lead, buf_t *out)
{
    if (!lead->stock_id) {
        json_null(out, "car");
        return;
    }
    json_object(out, "car");
    json_int(out, "stock_id", lead->stock_id);
    json_str(out, "name", lead->car);
    json_money(out, "price", lead->price);
    buf_char(out, '}');
}

static void put_quote(const proto_lead_t *lead, buf_t *out)
{
    if (!lead->quote_count) {
        json_null(out, "quote");
        return;
    }
    const proto_quote_t *quote = &lead->quote[0];

    json_object(out, "quote");
    json_int(out, "months", quote->months);
    json_money(out, "price", quote->price);
    json_money(out, "down_payment", quote->down_payment);
    json_money(out, "instalment", quote->instalment);
    json_money(out, "total", quote->total);
    json_key(out, "rate_percent");
    buf_printf(out, "%" PRId64 ".%02" PRId64 "}", quote->rate_bp / 100, quote->rate_bp % 100);
}

static void put_notes(const proto_lead_t *lead, buf_t *out)
{
    json_int(out, "note_count", lead->note_count);
    json_list(out, "notes");
    for (size_t i = 0; i < lead->notes_count; i++) {
        json_open(out);
        json_time(out, "at", lead->notes[i].at_ms);
        json_str(out, "by", lead->notes[i].by);
        json_str(out, "text", lead->notes[i].text);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

static void put_leads(const proto_leads_t *leads, buf_t *out)
{
    json_list(out, "leads");
    for (size_t i = 0; i < leads->leads_count; i++) {
        const proto_lead_t *lead = &leads->leads[i];

        json_open(out);
        json_str(out, "lead_id", lead->lead_id);
        json_str(out, "user_id", lead->user_id);
        json_str(out, "stage", lead->stage);
        json_str(out, "interest", lead->interest);
        json_str(out, "name", lead->name);
        json_str(out, "contact", lead->contact);
        put_car(lead, out);
        put_quote(lead, out);
        json_str(out, "channel", lead->channel);
        json_str(out, "language", lead->language);
        json_str(out, "said", lead->said);
        json_time(out, "created_at", lead->created_ms);
        json_time(out, "at", lead->at_ms);
        put_notes(lead, out);
        buf_char(out, '}');
    }
    buf_char(out, ']');
}

void leads_json(const proto_leads_t *leads, buf_t *out)
{
    buf_char(out, '{');
    put_leads(leads, out);
    json_str_or_null(out, "before", leads->before);
    buf_char(out, '}');
}

void person_leads_json(str_t user_id, const proto_leads_t *leads, buf_t *out)
{
    json_open(out);
    json_str(out, "user_id", user_id);
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
        json_cents(out, cents);
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

/* What Twilio posts, taken apart: forms and JSON, signatures, messages, status callbacks; and the
 * XML that goes back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/callback.h"
#include "common/text.h"
#include "gateway/form.h"
#include "gateway/twilio_message.h"
#include "gateway/twilio_signature.h"
#include "gateway/twiml.h"
#include "proto/proto.h"

static arena_t *arena;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(4 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_destroy(&arena);
    return 0;
}

static void assert_text(str_t text, const char *expected)
{
    if (!str_is(text, expected))
        fail_msg("'%.*s' instead of '%s'", STR_ARG(text), expected);
}

/* ---- forms ---- */

static form_t parse(const char *body)
{
    form_t form;
    assert_int_equal(form_parse(str_from(body), arena, &form), FORM_OK);
    return form;
}

static form_status_t status_of(const char *body)
{
    form_t form;
    return form_parse(str_from(body), arena, &form);
}

static void form_reads_all(void **state)
{
    (void)state;
    form_t form =
        parse("From=whatsapp%3A%2B5215512345678&Body=&X=a+b%20c&X=2&a=b=c&flag&&%C3%B1=%c3%91");
    assert_int_equal(form.count, 7);
    assert_text(form_value(&form, "From"), "whatsapp:+5215512345678");
    assert_text(form_value(&form, "Body"), "");
    assert_non_null(form_value(&form, "Body").data);
    assert_text(form_value(&form, "X"), "a b c");
    assert_text(form.fields[3].value, "2");
    assert_text(form_value(&form, "a"), "b=c");
    assert_true(form_has(&form, "flag"));
    assert_false(form_has(&form, "Flag"));
    assert_null(form_value(&form, "Flag").data);
    assert_text(form_value(&form, "ñ"), "Ñ");
    assert_true(form.utf8);
    form = parse("");
    assert_int_equal(form.count, 0);
    assert_int_equal(parse("&&&").count, 0);
}

static void form_refuses(void **state)
{
    (void)state;
    const char *bad[] = {"a=%", "a=%4", "a=%4g",  "a=%g4", "%=a",
                         "=a",  "=",    "a=1&=b", "a=%+1", "a=% 1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (status_of(bad[i]) != FORM_BAD)
            fail_msg("%s is no form", bad[i]);
}

static void form_keeps_bytes(void **state)
{
    (void)state;
    form_t form = parse("a=x%00y&b=%ff");
    assert_int_equal(form.fields[0].value.size, 3);
    assert_memory_equal(form.fields[0].value.data, "x\0y", 3);
    assert_text(form.fields[1].value, "\xff");
    assert_false(form.utf8);
    form_t raw;
    assert_int_equal(form_parse((str_t){"a=x\0y", 5}, arena, &raw), FORM_OK);
    assert_int_equal(raw.fields[0].value.size, 3);
}

static void form_has_limits(void **state)
{
    (void)state;
    buf_t body;
    buf_init(&body, 1 << 20);
    for (int i = 0; i < FORM_MAX_FIELDS; i++)
        buf_printf(&body, "&p%d=%d", i, i);
    form_t form;
    assert_int_equal(form_parse(buf_view(&body), arena, &form), FORM_OK);
    assert_int_equal(form.count, FORM_MAX_FIELDS);
    assert_text(form_value(&form, "p511"), "511");
    buf_str(&body, "&more=1");
    assert_int_equal(form_parse(buf_view(&body), arena, &form), FORM_TOO_LARGE);
    buf_clear(&body);
    buf_str(&body, "a=");
    while (body.size < FORM_MAX_BODY)
        buf_char(&body, 'x');
    assert_int_equal(form_parse(buf_view(&body), arena, &form), FORM_OK);
    buf_char(&body, 'x');
    assert_int_equal(form_parse(buf_view(&body), arena, &form), FORM_TOO_LARGE);
    arena_t *small = arena_new(1000);
    body.size = 2000;
    assert_int_equal(form_parse(buf_view(&body), small, &form), FORM_TOO_LARGE);
    arena_destroy(&small);
    buf_free(&body);
}

static void form_reads_json(void **state)
{
    (void)state;
    form_t form;
    str_t json =
        STR_LIT("{\"From\":\"whatsapp:+52155\",\"Body\":\"\\u00bfHola?\",\"NumMedia\":0,"
                "\"Latitude\":19.5,\"Forwarded\":true,\"Label\":null,\"x\":[1],\"y\":{}} ");
    assert_int_equal(form_parse_json(json, arena, &form), FORM_OK);
    assert_text(form_value(&form, "Body"), "¿Hola?");
    assert_text(form_value(&form, "NumMedia"), "0");
    assert_text(form_value(&form, "Latitude"), "19.5");
    assert_text(form_value(&form, "Forwarded"), "true");
    assert_true(form_has(&form, "Label"));
    assert_false(form_has(&form, "x"));
    assert_int_equal(form.count, 6);
    const char *bad[] = {"",
                         "[]",
                         "{",
                         "{} {}",
                         "\"a\"",
                         "{\"a\":1}x",
                         "null",
                         "{\"\":\"a\"}",
                         "{\"a\":\"\xff\"}",
                         "{\"a\":\"\\u0000\"}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (form_parse_json(str_from(bad[i]), arena, &form) != FORM_BAD)
            fail_msg("%s is no object", bad[i]);
    assert_int_equal(form_parse_json(STR_LIT("{\"a\":\"\\\\u0000\"}"), arena, &form), FORM_OK);
}

/* ---- signatures ---- */

typedef struct golden {
    char *line, *name, *token, *base, *target, *body, *signature;
} golden_t;

static size_t read_golden(golden_t *golden, size_t room)
{
    FILE *file = fopen("tests/golden/signatures.txt", "r");
    assert_non_null(file);
    size_t count = 0;
    char *line = NULL;
    size_t size = 0;
    while (count < room && getline(&line, &size, file) > 0) {
        golden_t *g = &golden[count++];
        char *rest = g->line = strdup(line);
        char **fields[] = {&g->name, &g->token, &g->base, &g->target, &g->body, &g->signature};
        rest[strcspn(rest, "\n")] = 0;
        for (size_t i = 0; i < 6; i++)
            *fields[i] = strsep(&rest, "\t");
        assert_non_null(g->signature);
    }
    free(line);
    fclose(file);
    return count;
}

static twilio_request_t request_of(const golden_t *g)
{
    return (twilio_request_t){
        str_from(g->base), str_from(g->target), str_from(g->signature), {g->token, NULL}};
}

static void each_golden(void (*check)(const golden_t *, twilio_request_t *, form_t *))
{
    golden_t golden[100];
    size_t count = read_golden(golden, 100);
    assert_true(count > 50);
    for (size_t i = 0; i < count; i++) {
        arena_reset(arena);
        twilio_request_t request = request_of(&golden[i]);
        form_t form = parse(golden[i].body);
        check(&golden[i], &request, &form);
        free(golden[i].line);
    }
}

static void check_good(const golden_t *g, twilio_request_t *request, form_t *form)
{
    if (!twilio_signed_form(request, form))
        fail_msg("%s: not recognised", g->name);
    request->tokens[0] = "another";
    assert_false(twilio_signed_form(request, form));
    request->tokens[1] = g->token; /* while tokens are rotated */
    assert_true(twilio_signed_form(request, form));
}

static void signatures_verify(void **state)
{
    (void)state;
    each_golden(check_good);
}

/* Flips bits of bytes that are signed, one at a time, and looks each time. */
static void flip_each(const golden_t *g, const twilio_request_t *request, const form_t *form,
                      char *bytes, size_t size)
{
    size_t step = size > 200 ? size / 50 : 1;
    for (size_t i = 0; i < size; i += step) {
        char bit = (char)(1 << (i % 8));
        bytes[i] ^= bit;
        if (twilio_signed_form(request, form))
            fail_msg("%s: a flipped bit went unseen", g->name);
        bytes[i] ^= bit;
    }
}

static void check_flipped(const golden_t *g, twilio_request_t *request, form_t *form)
{
    flip_each(g, request, form, g->signature, strlen(g->signature));
    flip_each(g, request, form, g->base, strcspn(g->base, "#:")); /* the scheme */
    flip_each(g, request, form, g->target, strlen(g->target));
    for (size_t i = 0; i < form->count && i < 60; i++) {
        flip_each(g, request, form, (char *)form->fields[i].name.data, form->fields[i].name.size);
        /* of the same pair twice, one is enough */
        if (strcmp(g->name, "the same twice") != 0 && strcmp(g->name, "many duplicates") != 0)
            flip_each(g, request, form, (char *)form->fields[i].value.data,
                      form->fields[i].value.size);
    }
    assert_true(twilio_signed_form(request, form)); /* all bits are back */
}

static void flipped_bits_are_refused(void **state)
{
    (void)state;
    each_golden(check_flipped);
}

static void check_altered(const golden_t *g, twilio_request_t *request, form_t *form)
{
    (void)g;
    form_t more = parse("New=");
    form_field_t *fields = arena_alloc(arena, (form->count + 1) * sizeof *fields);
    memcpy(fields, form->fields, form->count * sizeof *fields);
    fields[form->count] = more.fields[0];
    form_t longer = {fields, form->count + 1, true};
    assert_false(twilio_signed_form(request, &longer));
    const char *wrong[] = {"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    for (size_t i = 0; i < 3; i++) {
        request->signature = str_from(wrong[i]);
        assert_false(twilio_signed_form(request, form));
    }
    *request = request_of(g);
    request->base = STR_LIT("https://other.example");
    assert_false(twilio_signed_form(request, form));
    request->base = STR_LIT("");
    assert_false(twilio_signed_form(request, form));
    *request = request_of(g);
    request->tokens[0] = "";
    assert_false(twilio_signed_form(request, form)); /* the empty token opens nothing */
}

static void altered_forms_are_refused(void **state)
{
    (void)state;
    each_golden(check_altered);
}

/* Made by twilio_check.py: {"Body":"hola"} and its hash, signed with the token 12345. */
static void json_bodies_verify(void **state)
{
    (void)state;
    twilio_request_t request = {
        STR_LIT("https://shop.example"),
        STR_LIT("/webhook/twilio/?bodySHA256="
                "610f36fb8d4752e67d58bdb81e726f4160ae1d56bc0071ba3632ddca1d4a9562"),
        STR_LIT("aPXYLaeS13P29WdCG4BOkQxXCs8="),
        {"12345", "other"}};
    str_t body = STR_LIT("{\"Body\":\"hola\"}");
    assert_true(twilio_signed_body(&request, body));
    assert_false(twilio_signed_body(&request, STR_LIT("{\"Body\":\"holb\"}")));
    assert_false(twilio_signed_body(&request, STR_LIT("")));
    twilio_request_t other = request;
    other.target = STR_LIT("/webhook/twilio/");
    assert_false(twilio_signed_body(&other, body));
    other.target = STR_LIT("/webhook/twilio/?bodySHA256=");
    assert_false(twilio_signed_body(&other, body));
    other = request;
    other.signature = STR_LIT("0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    assert_false(twilio_signed_body(&other, body));
    other = request;
    other.base = STR_LIT("https://shop.example:443/");
    assert_true(twilio_signed_body(&other, body));
}

/* ---- messages ---- */

static twilio_message_t read_message(const char *more)
{
    twilio_message_t message;
    const char *why;
    buf_t body;
    buf_init(&body, FORM_MAX_BODY);
    buf_printf(&body,
               "From=whatsapp%%3A%%2B5215512345678&To=whatsapp%%3A%%2B14155238886"
               "&MessageSid=SM1&NumMedia=0&%s",
               more);
    form_t form;
    assert_int_equal(form_parse(buf_view(&body), arena, &form), FORM_OK);
    if (!twilio_message_read(&form, arena, &message, &why))
        fail_msg("%s: %s", more, why);
    assert_true(message.text.size > 0 && utf8_valid(message.text));
    buf_free(&body);
    return message;
}

static void message_of_words(void **state)
{
    (void)state;
    twilio_message_t m = read_message("Body=+%C2%BFTienes+Mazda%3F%0Agracias+&ProfileName=Ana");
    assert_text(m.user_id, "whatsapp:+5215512345678");
    assert_text(m.shop, "whatsapp:+14155238886");
    assert_text(m.message_id, "SM1");
    assert_text(m.text, "¿Tienes Mazda?\ngracias");
    assert_true(m.whatsapp && !m.bare && !m.cut);
    assert_int_equal(m.note, TWILIO_NO_NOTE);
    assert_int_equal(m.opt, OPT_NONE);
    assert_false(m.answered);
}

static void message_without_words(void **state)
{
    (void)state;
    const struct {
        const char *form, *text;
        twilio_note_t note;
        bool bare;
    } cases[] = {
        {"Body=", "[mensaje vacío]", TWILIO_NOTHING, true},
        {"", "[mensaje vacío]", TWILIO_NOTHING, true},
        {"Body=+%0A+", "[mensaje vacío]", TWILIO_NOTHING, true},
        {"Body=%00%01", "[mensaje vacío]", TWILIO_NOTHING, true},
        {"MediaUrl0=x&MediaContentType0=image%2Fjpeg", "[imagen]", TWILIO_IMAGE, true},
        {"MediaUrl0=x&MediaContentType0=image%2Fwebp&Body=este", "este\n[imagen]", TWILIO_IMAGE,
         false},
        {"MediaUrl0=x&MediaContentType0=audio%2Fogg", "[audio]", TWILIO_AUDIO, true},
        {"MediaUrl0=x&MediaContentType0=video%2Fmp4", "[video]", TWILIO_VIDEO, true},
        {"MediaUrl0=x&MediaContentType0=text%2Fvcard", "[contacto]", TWILIO_CONTACT, true},
        {"MediaUrl0=x&MediaContentType0=application%2Fpdf", "[archivo]", TWILIO_FILE, true},
        {"MediaUrl0=x", "[archivo]", TWILIO_FILE, true},
        {"Latitude=19.43&Longitude=-99.13", "[ubicación]", TWILIO_LOCATION, true},
        {"Latitude=19.43&Longitude=-99.13&Label=Caf%C3%A9+%5BA%5D&Address=Av.+Ju%C3%A1rez+5%0AMX",
         "[ubicación: Café  A , Av. Juárez 5 MX]", TWILIO_LOCATION, true},
        {"ButtonText=S%C3%AD&ButtonPayload=yes", "Sí", TWILIO_NO_NOTE, false},
        {"Body=S%C3%AD&ButtonText=No", "Sí", TWILIO_NO_NOTE, false},
        {"ButtonPayload=next", "next", TWILIO_NO_NOTE, false},
        {"ListTitle=Mazda+3&ListId=1", "Mazda 3", TWILIO_NO_NOTE, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        twilio_message_t m = read_message(cases[i].form);
        assert_text(m.text, cases[i].text);
        assert_int_equal(m.note, cases[i].note);
        assert_int_equal(m.bare, cases[i].bare);
    }
}

static void message_is_cleaned(void **state)
{
    (void)state;
    assert_text(read_message("Body=a%00b%07c%7f%0D%0Ad%E2%80%AEe%EF%BB%BF%09f").text, "abc\nde f");
    assert_text(read_message("Body=a%ffb").text, "a\xef\xbf\xbd"
                                                 "b");
    assert_text(read_message("Body=hola&OriginalRepliedMessageSid=SM9").reply_to, "SM9");
    assert_text(read_message("Body=hola&OriginalRepliedMessageSid=a%0Ab").reply_to, "");
    buf_t body;
    buf_init(&body, FORM_MAX_BODY);
    buf_str(&body, "Body=");
    for (int i = 0; i < 5000; i++)
        buf_str(&body, "%C3%B1");
    twilio_message_t m = read_message(body.data);
    assert_true(m.cut);
    assert_int_equal(utf8_length(m.text), 4096);
    buf_str(&body, "&MediaUrl0=x");
    m = read_message(body.data);
    assert_true(m.cut && m.text.size <= PROTO_MAX_TEXT);
    assert_text((str_t){m.text.data + m.text.size - 10, 10}, "\n[archivo]");
    buf_free(&body);
}

static void message_needs_names(void **state)
{
    (void)state;
    const char *bad[] = {
        "",
        "From=whatsapp%3A%2B1",
        "MessageSid=SM1",
        "From=&MessageSid=SM1",
        "From=%2B1&MessageSid=",
        "From=a%20b&MessageSid=SM1",
        "From=a%0Ab&MessageSid=SM1",
        "From=a%00b&MessageSid=SM1",
        "From=%C3%B1&MessageSid=SM1",
        "From=%2B1&MessageSid=SM%0D%0A1",
        "From=%2B1&MessageSid=SM1&To=a%20b",
        "From=%2B1&MessageSid="
        "0123456789012345678901234567890123456789012345678901234567890123456789",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        form_t form = parse(bad[i]);
        twilio_message_t message;
        const char *why = NULL;
        if (twilio_message_read(&form, arena, &message, &why) || !why)
            fail_msg("%s is no message", bad[i]);
    }
    form_t form = parse("From=%2B15005550006&SmsSid=SM7&Body=hi");
    twilio_message_t message;
    const char *why;
    assert_true(twilio_message_read(&form, arena, &message, &why));
    assert_text(message.message_id, "SM7");
    assert_false(message.whatsapp);
}

static void words_of_leaving_and_returning(void **state)
{
    (void)state;
    const char *out[] = {"STOP",
                         "stop",
                         "Stop.",
                         " ¡Baja! ",
                         "BAJA",
                         "unsubscribe",
                         "STOP ALL",
                         "opt-out",
                         "Dar de baja",
                         "dame de  baja",
                         "Cancelar suscripción",
                         "no más mensajes",
                         "Ya no me escriban.",
                         "SAIR",
                         "não quero mais mensagens",
                         "*STOP*"};
    for (size_t i = 0; i < sizeof out / sizeof *out; i++)
        if (opt_word_of(str_from(out[i]), false) != OPT_OUT)
            fail_msg("%s", out[i]);
    const char *in[] = {"START", "Alta", "¡alta!", "unstop", "dar de alta"};
    for (size_t i = 0; i < sizeof in / sizeof *in; i++)
        if (opt_word_of(str_from(in[i]), false) != OPT_IN)
            fail_msg("%s", in[i]);
    const char *talk[] = {"",
                          "no quiero stop and go",
                          "la gama baja",
                          "Suzuki Alto",
                          "alto",
                          "yes",
                          "sí",
                          "stop stop",
                          "cancel",
                          "cancelar",
                          "end",
                          "fin",
                          "no",
                          "salir",
                          "🛑",
                          "un auto de alta gama",
                          "b.a.j.a",
                          "STOP, ya compré otro",
                          "baja baja baja baja baja baja baja baja baja baja baja baja baja baja"};
    for (size_t i = 0; i < sizeof talk / sizeof *talk; i++)
        if (opt_word_of(str_from(talk[i]), false) != OPT_NONE)
            fail_msg("%s", talk[i]);
    const char *sms[] = {"CANCEL", "end", "Quit"};
    for (size_t i = 0; i < sizeof sms / sizeof *sms; i++)
        assert_int_equal(opt_word_of(str_from(sms[i]), true), OPT_OUT);
    assert_int_equal(opt_word_of(STR_LIT("yes"), true), OPT_NONE);
}

static void who_has_answered_a_word(void **state)
{
    (void)state;
    const struct {
        const char *fields;
        opt_word_t opt;
        bool answered;
    } cases[] = {
        {"Body=BAJA", OPT_OUT, false},
        {"Body=BAJA&OptOutType=", OPT_OUT, false},
        {"Body=quiero+salir&OptOutType=STOP", OPT_OUT, true},
        {"Body=volver&OptOutType=START", OPT_IN, true},
        {"Body=ayuda&OptOutType=HELP", OPT_NONE, true},
        {"Body=STOP&OptOutType=HELP", OPT_NONE, true},
        {"Body=CANCEL", OPT_NONE, false}, /* in a chat: of an order, perhaps */
        {"ButtonText=STOP", OPT_OUT, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        twilio_message_t message = read_message(cases[i].fields);
        assert_int_equal(message.opt, cases[i].opt);
        assert_int_equal(message.answered, cases[i].answered);
    }
    form_t form = parse("From=%2B15005550006&SmsSid=SM7&Body=Cancel");
    twilio_message_t message;
    const char *why;
    assert_true(twilio_message_read(&form, arena, &message, &why));
    assert_int_equal(message.opt, OPT_OUT);
}

static void statuses(void **state)
{
    (void)state;
    twilio_status_t status;
    const char *why;
    form_t form = parse("MessageSid=SM1&MessageStatus=undelivered&ErrorCode=63016&To=a&From=b");
    assert_true(twilio_status_read(&form, &status, &why));
    assert_string_equal(status.status, "undelivered");
    assert_int_equal(status.code, 63016);
    assert_text(status.message_id, "SM1");
    form = parse("SmsSid=SM1&SmsStatus=read&ErrorCode=");
    assert_true(twilio_status_read(&form, &status, &why));
    assert_int_equal(status.code, 0);
    const char *bad[] = {"MessageSid=SM1", "MessageStatus=sent", "MessageSid=SM1&MessageStatus=x",
                         "MessageSid=S%0AM&MessageStatus=sent"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        form = parse(bad[i]);
        assert_false(twilio_status_read(&form, &status, &why));
    }
    const char *rising[] = {"queued", "sending", "sent", "undelivered", "delivered", "read"};
    for (size_t i = 1; i < 6; i++)
        assert_true(twilio_status_rank(str_from(rising[i])) >
                    twilio_status_rank(str_from(rising[i - 1])));
    assert_int_equal(twilio_status_rank(STR_LIT("received")), -1);
}

/* ---- TwiML ---- */

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response>"

static const str_t nowhere = {NULL, 0};

static void assert_twiml(str_t part, const char *body)
{
    buf_t out, expected;
    buf_init(&out, TWIML_MAX);
    buf_init(&expected, TWIML_MAX);
    buf_printf(&expected, HEAD "<Message><Body>%s</Body></Message></Response>\n", body);
    assert_true(twiml_print(&part, 1, nowhere, &out));
    assert_text(buf_view(&out), expected.data);
    buf_free(&out);
    buf_free(&expected);
}

static void twiml_escapes(void **state)
{
    (void)state;
    assert_twiml(STR_LIT("Hola ¿qué tal? 🚗"), "Hola ¿qué tal? 🚗");
    assert_twiml(STR_LIT("</Body></Message><Message><Body>x & \"y\" 'z'"),
                 "&lt;/Body&gt;&lt;/Message&gt;&lt;Message&gt;&lt;Body&gt;x &amp; &quot;y&quot; "
                 "&apos;z&apos;");
    assert_twiml(STR_LIT("]]><!-- <?pi?> &#0;"), "]]&gt;&lt;!-- &lt;?pi?&gt; &amp;#0;");
    assert_twiml(STR_LIT("a\x01\x08\x0b\x1f\x7f"
                         "b\nc\td\re"),
                 "ab\nc\tde");
    assert_twiml((str_t){"a\0b", 3}, "ab");
    assert_twiml(STR_LIT("a\xff"
                         "b\xed\xa0\x80"),
                 "a\xef\xbf\xbd"
                 "b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    assert_twiml(STR_LIT("a\xef\xbf\xbe\xef\xbf\xbf\xc2\x85\xf0\x9f\xbf\xbf"
                         "b"),
                 "ab");
}

static void twiml_parts(void **state)
{
    (void)state;
    buf_t out;
    buf_init(&out, 2 * TWIML_MAX);
    str_t parts[] = {STR_LIT("uno"), STR_LIT(" \n\x01"), STR_LIT("dos")};
    assert_true(twiml_print(parts, 3, nowhere, &out));
    assert_text(buf_view(&out), HEAD "<Message><Body>uno</Body></Message>"
                                     "<Message><Body>dos</Body></Message></Response>\n");
    buf_clear(&out);
    assert_true(twiml_print(parts, 0, nowhere, &out));
    assert_text(buf_view(&out), TWIML_NOTHING);
    buf_clear(&out);
    assert_true(twiml_print(parts + 1, 1, nowhere, &out));
    assert_text(buf_view(&out), TWIML_NOTHING);
    buf_clear(&out);
    char *much = malloc(TWIML_MAX);
    memset(much, '&', TWIML_MAX);
    str_t large = {much, 13000};
    assert_true(twiml_print(&large, 1, nowhere, &out) && out.size <= TWIML_MAX);
    buf_clear(&out);
    large.size = 13200;
    assert_false(twiml_print(&large, 1, nowhere, &out));
    assert_int_equal(out.size, 0);
    large.size = TWIML_MAX;
    assert_false(twiml_print(&large, 1, nowhere, &out));
    free(much);
    buf_free(&out);
}

static void assert_callback(const char *base, const char *turn_id, const char *expected)
{
    buf_t out;
    buf_init(&out, 4096);
    buf_str(&out, "");
    callback_print(&out, str_from(base), str_from(turn_id));
    assert_text(buf_view(&out), expected);
    buf_free(&out);
}

static void where_statuses_go(void **state)
{
    (void)state;
    assert_callback("", "T1", "");
    assert_callback("#rc=2", "T1", "");
    assert_callback("https://shop.example", "", "https://shop.example/webhook/twilio/status");
    assert_callback("https://shop.example/bot//#rc=2&rp=ct,rt", "T-1",
                    "https://shop.example/bot/webhook/twilio/status?turn=T-1#rc=2&rp=ct,rt");
    assert_callback("http://h", "a&b=\xc3\xb1 #\"",
                    "http://h/webhook/twilio/status?turn=a%26b%3D%C3%B1%20%23%22");
}

static void twiml_says_where_statuses_go(void **state)
{
    (void)state;
    buf_t out;
    buf_init(&out, TWIML_MAX);
    str_t parts[] = {STR_LIT("uno"), STR_LIT("dos")};
    assert_true(twiml_print(parts, 2, STR_LIT("https://h/s?a=\"><b>'&c"), &out));
    assert_text(buf_view(&out),
                HEAD "<Message statusCallback=\"https://h/s?a=&quot;&gt;&lt;b&gt;&apos;&amp;c\">"
                     "<Body>uno</Body></Message>"
                     "<Message statusCallback=\"https://h/s?a=&quot;&gt;&lt;b&gt;&apos;&amp;c\">"
                     "<Body>dos</Body></Message></Response>\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(form_reads_all),
        cmocka_unit_test(form_refuses),
        cmocka_unit_test(form_keeps_bytes),
        cmocka_unit_test(form_has_limits),
        cmocka_unit_test(form_reads_json),
        cmocka_unit_test(signatures_verify),
        cmocka_unit_test(flipped_bits_are_refused),
        cmocka_unit_test(altered_forms_are_refused),
        cmocka_unit_test(json_bodies_verify),
        cmocka_unit_test(message_of_words),
        cmocka_unit_test(message_without_words),
        cmocka_unit_test(message_is_cleaned),
        cmocka_unit_test(message_needs_names),
        cmocka_unit_test(words_of_leaving_and_returning),
        cmocka_unit_test(who_has_answered_a_word),
        cmocka_unit_test(statuses),
        cmocka_unit_test(twiml_escapes),
        cmocka_unit_test(twiml_parts),
        cmocka_unit_test(where_statuses_go),
        cmocka_unit_test(twiml_says_where_statuses_go),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}

/*
 * The files of the chat page and of the console stand in gateway/page and gateway/console and are
 * taken into the module as they are, so that a worker needs no file system. Each is sent with an
 * ETag of its content.
 */
#include "gateway/kore_page.h"

#include "gateway/kore_answer.h"
#include "gateway/kore_widget.h"
#include "gateway/page_fill.h"

#define PAGE_MAX (1 << 20)
#define TYPE_HTML "text/html; charset=utf-8"
#define TYPE_CSS "text/css; charset=utf-8"
#define TYPE_JS "text/javascript; charset=utf-8"

#define EMBED(symbol, file)                                                                \
    __asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" file "\"\n" #symbol "_end:\n" \
            ".popsection\n");                                                              \
    extern const char symbol[] __attribute__((visibility("hidden")));                      \
    extern const char symbol##_end[] __attribute__((visibility("hidden")))

EMBED(page_html, "gateway/page/index.html");
EMBED(page_css, "gateway/page/chat.css");
EMBED(page_js, "gateway/page/chat.js");
EMBED(events_js, "gateway/page/events.js");
EMBED(widget_js, "gateway/page/widget.js");
EMBED(page_icon, "gateway/page/icon.svg");
EMBED(openapi_json, "gateway/openapi.json");
EMBED(console_html, "gateway/console/index.html");
EMBED(console_css, "gateway/console/console.css");
EMBED(console_app_js, "gateway/console/app.js");
EMBED(console_shell_js, "gateway/console/shell.js");
EMBED(console_words_js, "gateway/console/words.js");
EMBED(console_conversations_js, "gateway/console/conversations.js");
EMBED(console_stepin_js, "gateway/console/stepin.js");
EMBED(console_leads_js, "gateway/console/leads.js");
EMBED(console_catalog_js, "gateway/console/catalog.js");
EMBED(console_numbers_js, "gateway/console/numbers.js");
EMBED(console_health_js, "gateway/console/health.js");
EMBED(console_users_js, "gateway/console/users.js");
EMBED(console_rules_js, "gateway/console/rules.js");

static struct file {
    const char *path;
    const char *type;
    const char *data;
    const char *end;
    str_t body;
    char etag[24];
} files[] = {
    {"/", TYPE_HTML, page_html, page_html_end, {0}, ""},
    {"/chat.css", TYPE_CSS, page_css, page_css_end, {0}, ""},
    {"/chat.js", TYPE_JS, page_js, page_js_end, {0}, ""},
    {"/events.js", TYPE_JS, events_js, events_js_end, {0}, ""},
    {"/widget", TYPE_HTML, page_html, page_html_end, {0}, ""},
    {"/widget.js", TYPE_JS, widget_js, widget_js_end, {0}, ""},
    {"/icon.svg", "image/svg+xml", page_icon, page_icon_end, {0}, ""},
    {"/openapi.json", TYPE_JSON, openapi_json, openapi_json_end, {0}, ""},
    {"/console", TYPE_HTML, console_html, console_html_end, {0}, ""},
    {"/console/", TYPE_HTML, console_html, console_html_end, {0}, ""},
    {"/console/console.css", TYPE_CSS, console_css, console_css_end, {0}, ""},
    {"/console/app.js", TYPE_JS, console_app_js, console_app_js_end, {0}, ""},
    {"/console/shell.js", TYPE_JS, console_shell_js, console_shell_js_end, {0}, ""},
    {"/console/words.js", TYPE_JS, console_words_js, console_words_js_end, {0}, ""},
    {"/console/conversations.js",
     TYPE_JS,
     console_conversations_js,
     console_conversations_js_end,
     {0},
     ""},
    {"/console/stepin.js", TYPE_JS, console_stepin_js, console_stepin_js_end, {0}, ""},
    {"/console/leads.js", TYPE_JS, console_leads_js, console_leads_js_end, {0}, ""},
    {"/console/catalog.js", TYPE_JS, console_catalog_js, console_catalog_js_end, {0}, ""},
    {"/console/numbers.js", TYPE_JS, console_numbers_js, console_numbers_js_end, {0}, ""},
    {"/console/health.js", TYPE_JS, console_health_js, console_health_js_end, {0}, ""},
    {"/console/users.js", TYPE_JS, console_users_js, console_users_js_end, {0}, ""},
    {"/console/rules.js", TYPE_JS, console_rules_js, console_rules_js_end, {0}, ""},
};
#define FILES (sizeof files / sizeof *files)

/* FNV-1a: it only has to differ when the file does. */
static uint64_t hash(str_t bytes)
{
    uint64_t value = 14695981039346656037u;

    for (size_t i = 0; i < bytes.size; i++)
        value = (value ^ (unsigned char)bytes.data[i]) * 1099511628211u;
    return value;
}

static bool in_widget(const struct file *file)
{
    return strncmp(file->path, "/widget", 7) == 0;
}

void page_start(const char *shop)
{
    static buf_t page, framed; /* as long as the worker */

    buf_init(&page, PAGE_MAX);
    buf_init(&framed, PAGE_MAX);
    for (size_t i = 0; i < FILES; i++) {
        struct file *file = &files[i];

        file->body = (str_t){file->data, (size_t)(file->end - file->data)};
        if (file->data == page_html) {
            buf_t *html = in_widget(file) ? &framed : &page;

            page_fill(file->body, shop, in_widget(file) ? "widget" : "page", html);
            file->body = buf_view(html);
        }
        snprintf(file->etag, sizeof file->etag, "\"%016llx\"",
                 (unsigned long long)hash(file->body));
    }
}

static int not_there(struct http_request *req)
{
    problem_t problem;

    problem_set(&problem, 404, "There is no widget here (WIDGET_ORIGINS).");
    answer_problem(req, &problem, NULL, 0);
    return KORE_RESULT_OK;
}

int page_get(struct http_request *req, str_t path)
{
    const char *known;

    for (size_t i = 0; i < FILES; i++) {
        const struct file *file = &files[i];
        answer_t answer = {
            .status = 200, .type = file->type, .etag = file->etag, .body = file->body};

        if (!str_is(path, file->path))
            continue;
        if (in_widget(file) && !widget_on())
            return not_there(req);
        answer.frame = in_widget(file) ? widget_origins() : NULL;
        if (http_request_header(req, "if-none-match", &known) == KORE_RESULT_OK &&
            strcmp(known, file->etag) == 0)
            answer = (answer_t){.status = 304, .etag = file->etag, .frame = answer.frame};
        answer_send(req, &answer);
        break;
    }
    return KORE_RESULT_OK;
}

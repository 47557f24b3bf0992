/*
 * The page's files stand in gateway/page and are taken into the module as they are, so that a
 * worker needs no file system. Each is sent with an ETag of its content.
 */
#include "gateway/kore_page.h"

#include "gateway/kore_answer.h"
#include "gateway/page_fill.h"

#define PAGE_MAX (1 << 20)

#define EMBED(symbol, file)                                                                \
    __asm__(".pushsection .rodata\n" #symbol ":\n.incbin \"" file "\"\n" #symbol "_end:\n" \
            ".popsection\n");                                                              \
    extern const char symbol[] __attribute__((visibility("hidden")));                      \
    extern const char symbol##_end[] __attribute__((visibility("hidden")))

EMBED(page_html, "gateway/page/index.html");
EMBED(page_css, "gateway/page/chat.css");
EMBED(page_js, "gateway/page/chat.js");
EMBED(page_icon, "gateway/page/icon.svg");

static struct file {
    const char *path;
    const char *type;
    const char *data;
    const char *end;
    str_t body;
    char etag[24];
} files[] = {
    {"/", "text/html; charset=utf-8", page_html, page_html_end, {0}, ""},
    {"/chat.css", "text/css; charset=utf-8", page_css, page_css_end, {0}, ""},
    {"/chat.js", "text/javascript; charset=utf-8", page_js, page_js_end, {0}, ""},
    {"/icon.svg", "image/svg+xml", page_icon, page_icon_end, {0}, ""},
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

void page_start(const char *shop)
{
    static buf_t html; /* as long as the worker */

    buf_init(&html, PAGE_MAX);
    for (size_t i = 0; i < FILES; i++) {
        struct file *file = &files[i];

        file->body = (str_t){file->data, (size_t)(file->end - file->data)};
        if (i == 0) {
            page_fill(file->body, shop, &html);
            file->body = buf_view(&html);
        }
        snprintf(file->etag, sizeof file->etag, "\"%016llx\"",
                 (unsigned long long)hash(file->body));
    }
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
        if (http_request_header(req, "if-none-match", &known) == KORE_RESULT_OK &&
            strcmp(known, file->etag) == 0)
            answer = (answer_t){.status = 304, .etag = file->etag};
        answer_send(req, &answer);
        break;
    }
    return KORE_RESULT_OK;
}

/* The head of a request, checked before Kore's parser sees it; see head.h. */
#include "gateway/head.h"

#include <string.h>
#include <strings.h>

#include "common/text.h"

static bool token_char(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("!#$&'*+-.^_`|~", c));
}

static bool name_is(str_t name, const char *lower)
{
    return name.size == strlen(lower) && strncasecmp(name.data, lower, name.size) == 0;
}

/* Cuts the front up to the separator off text; false if there is none. */
static bool cut(str_t *text, char separator, str_t *front)
{
    const char *at = text->size ? memchr(text->data, separator, text->size) : NULL;

    if (!at)
        return false;
    front->data = text->data;
    front->size = (size_t)(at - text->data);
    text->data = at + 1;
    text->size -= front->size + 1;
    return true;
}

/* Kore knows these; what it does not know it would answer itself. */
static bool method_known(str_t method)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (str_is(method, names[i]))
            return true;
    return false;
}

static bool method_has_body(str_t method)
{
    return str_is(method, "POST") || str_is(method, "PUT") || str_is(method, "PATCH");
}

/* Where a file is sent to, with or without a query string. */
static bool is_file_path(str_t target)
{
    size_t size = sizeof HEAD_FILE_PATH - 1;

    return target.size >= size && memcmp(target.data, HEAD_FILE_PATH, size) == 0 &&
           (target.size == size || target.data[size] == '?');
}

static bool check_request_line(head_t *head, str_t line, str_t *method, problem_t *problem)
{
    str_t target;
    str_t version = line;

    if (!cut(&version, ' ', method) || !cut(&version, ' ', &target) || method->size == 0 ||
        target.size == 0)
        return problem_set(problem, 400, "The request line is not METHOD SP TARGET SP VERSION.");
    for (size_t i = 0; i < method->size; i++)
        if (!token_char((unsigned char)method->data[i]))
            return problem_set(problem, 400, "The method is not a token.");
    for (size_t i = 0; i < target.size; i++)
        if ((unsigned char)target.data[i] <= ' ' || (unsigned char)target.data[i] > '~')
            return problem_set(problem, 400, "The target has characters that must be escaped.");
    if (!str_is(version, "HTTP/1.1") && !str_is(version, "HTTP/1.0")) {
        if (version.size == 8 && memcmp(version.data, "HTTP/", 5) == 0)
            return problem_set(problem, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
        return problem_set(problem, 400, "The request line does not end with a version.");
    }
    if (target.size > HEAD_MAX_TARGET)
        return problem_set(problem, 414, "Path and query may have %d bytes.", HEAD_MAX_TARGET);
    if (!method_known(*method))
        return problem_set(problem, 501, "This method is not implemented.");
    if (target.data[0] != '/')
        return problem_set(problem, 400, "The target must begin with a slash.");
    head->most = str_is(*method, "POST") && is_file_path(target) ? HEAD_MAX_FILE : HEAD_MAX_BODY;
    if (str_is(version, "HTTP/1.0") && !str_is(*method, "GET") && !str_is(*method, "HEAD") &&
        !str_is(*method, "POST"))
        return problem_set(problem, 400, "This method needs HTTP/1.1.");
    return true;
}

static bool check_host(head_t *head, str_t value, problem_t *problem)
{
    if (head->has_host)
        return problem_set(problem, 400, "There is more than one Host.");
    head->has_host = true;
    if (value.size > HEAD_MAX_HOST || strspn(value.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                         "abcdefghijklmnopqrstuvwxyz"
                                                         "0123456789.-_:[]") < value.size)
        return problem_set(problem, 400, "Host is not a host name.");
    if (value.data[0] == '[' && !memchr(value.data, ']', value.size))
        return problem_set(problem, 400, "Host is not a host name.");
    return true;
}

static bool check_length(head_t *head, str_t value, problem_t *problem)
{
    if (head->has_length)
        return problem_set(problem, 400, "There is more than one Content-Length.");
    head->has_length = true;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] < '0' || value.data[i] > '9')
            return problem_set(problem, 400, "Content-Length is not a number.");
        if (head->body <= head->most) /* past it the exact number does not matter */
            head->body = head->body * 10 + (size_t)(value.data[i] - '0');
    }
    if (head->body > head->most)
        return problem_set(problem, 413, "A body may have %zu bytes.", head->most);
    return true;
}

static bool check_header(head_t *head, str_t line, problem_t *problem)
{
    str_t name;
    str_t value = line;

    if (++head->lines > HEAD_MAX_LINES)
        return problem_set(problem, 431, "A request may have %d header lines.", HEAD_MAX_LINES);
    if (!cut(&value, ':', &name) || name.size == 0)
        return problem_set(problem, 400, "A header line is not NAME: VALUE.");
    for (size_t i = 0; i < name.size; i++)
        if (!token_char((unsigned char)name.data[i]))
            return problem_set(problem, 400, "A header's name is not a token.");
    while (value.size && (*value.data == ' ' || *value.data == '\t')) {
        value.data++;
        value.size--;
    }
    for (size_t i = 0; i < value.size; i++)
        if ((unsigned char)value.data[i] < ' ' || (unsigned char)value.data[i] > '~')
            return problem_set(problem, 400, "A header's value has characters outside of ASCII.");
    value = text_trim(value);
    if (value.size == 0)
        return problem_set(problem, 400, "A header has no value.");
    if (name_is(name, "host"))
        return check_host(head, value, problem);
    if (name.size > 4 && strncasecmp(name.data, "host", 4) == 0)
        /* Kore would take it for the Host */
        return problem_set(problem, 400, "A header's name must not begin with Host.");
    if (name_is(name, "content-length"))
        return check_length(head, value, problem);
    if (name_is(name, "transfer-encoding"))
        head->has_encoding = true;
    if (name_is(name, "expect"))
        head->expects = name_is(value, "100-continue");
    return true;
}

static bool check_body(const head_t *head, str_t method, size_t have, problem_t *problem)
{
    if (!head->has_host)
        return problem_set(problem, 400, "There is no Host.");
    if (head->has_encoding && head->has_length)
        return problem_set(problem, 400,
                           "Transfer-Encoding and Content-Length exclude each other.");
    if (head->has_encoding || (method_has_body(method) && !head->has_length))
        return problem_set(problem, 411, "The body must be announced with Content-Length.");
    if (head->body > 0 && !method_has_body(method))
        return problem_set(problem, 400, "A request with this method has no body.");
    if (have > head->size + head->body)
        return problem_set(problem, 400,
                           "There are bytes behind the request: wait for its answer.");
    return true;
}

head_verdict_t head_check(str_t bytes, head_t *head, problem_t *problem)
{
    str_t rest = bytes;
    str_t line;
    str_t method = {0};
    bool first = true;

    memset(head, 0, sizeof *head);
    while (cut(&rest, '\n', &line)) {
        if (line.size == 0 || line.data[line.size - 1] != '\r')
            return problem_set(problem, 400, "A line ends with LF alone."), HEAD_BAD;
        line.size--;
        if (line.size == 0 && !first) {
            head->size = (size_t)(rest.data - bytes.data);
            if (head->size > HEAD_MAX)
                break;
            return check_body(head, method, bytes.size, problem) ? HEAD_WHOLE : HEAD_BAD;
        }
        if (first ? !check_request_line(head, line, &method, problem)
                  : !check_header(head, line, problem))
            return HEAD_BAD;
        first = false;
    }
    if (head->size > HEAD_MAX || bytes.size >= HEAD_MAX)
        return problem_set(problem, first ? 414 : 431, "The head of a request may have %d bytes.",
                           HEAD_MAX),
               HEAD_BAD;
    /* what is no text (a TLS handshake, say) need not wait for a line's end to be refused */
    for (size_t i = 0; i < rest.size; i++)
        if ((unsigned char)rest.data[i] < ' ' && rest.data[i] != '\r' && rest.data[i] != '\t')
            return problem_set(problem, 400, "This is not HTTP."), HEAD_BAD;
    return HEAD_MORE;
}

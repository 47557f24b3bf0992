/* Reads the parameters of a webhook; see form.h. */
#include "gateway/form.h"

#include <cjson/cJSON.h>
#include <math.h>

#include "common/text.h"

#define WHOLE_MAX 9007199254740992.0 /* above it a double is no exact whole number */

/* Decodes into out, which has room for text.size bytes; false on a % that stands for nothing. */
static bool decode(str_t text, char *out, str_t *decoded)
{
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            if (text.size - i < 3)
                return false;
            int high = text_hex(text.data[i + 1]), low = text_hex(text.data[i + 2]);
            if (high < 0 || low < 0)
                return false;
            c = (char)(high << 4 | low);
            i += 2;
        }
        out[size++] = c;
    }
    *decoded = (str_t){out, size};
    return true;
}

/* The bytes up to the separator; *text moves behind it. */
static str_t cut(str_t *text, char separator)
{
    const char *at = text->size ? memchr(text->data, separator, text->size) : NULL;
    str_t front = {text->data, at ? (size_t)(at - text->data) : text->size};
    size_t gone = front.size + (at ? 1 : 0);
    text->data += gone;
    text->size -= gone;
    return front;
}

static form_status_t add(form_t *form, str_t name, str_t value)
{
    if (name.size == 0)
        return FORM_BAD;
    if (form->count == FORM_MAX_FIELDS)
        return FORM_TOO_LARGE;
    form->fields[form->count++] = (form_field_t){name, value};
    form->utf8 = form->utf8 && utf8_valid(name) && utf8_valid(value);
    return FORM_OK;
}

static form_status_t begin(str_t body, arena_t *arena, form_t *form, size_t fields)
{
    *form = (form_t){.utf8 = true};
    if (body.size > FORM_MAX_BODY)
        return FORM_TOO_LARGE;
    if (fields > FORM_MAX_FIELDS)
        fields = FORM_MAX_FIELDS;
    form->fields = arena_alloc(arena, (fields ? fields : 1) * sizeof *form->fields);
    return form->fields ? FORM_OK : FORM_TOO_LARGE;
}

form_status_t form_parse(str_t body, arena_t *arena, form_t *form)
{
    size_t pairs = 1;
    for (size_t i = 0; i < body.size; i++)
        pairs += body.data[i] == '&';
    form_status_t status = begin(body, arena, form, pairs);
    char *out = status == FORM_OK ? arena_alloc(arena, body.size + 1) : NULL;
    if (!out)
        return FORM_TOO_LARGE;
    while (body.size && status == FORM_OK) {
        str_t value = cut(&body, '&');
        if (value.size == 0)
            continue;
        str_t name = cut(&value, '=');
        str_t plain_name, plain_value;
        if (!decode(name, out, &plain_name) || !decode(value, out + plain_name.size, &plain_value))
            return FORM_BAD;
        out += plain_name.size + plain_value.size;
        status = add(form, plain_name, plain_value);
    }
    return status;
}

/* ---- JSON ---- */

/* cJSON would end a string at an escaped NUL and hand over half of it. */
static bool has_escaped_nul(str_t body)
{
    for (size_t i = 0; i + 1 < body.size; i++) {
        if (body.data[i] != '\\')
            continue;
        if (body.size - i >= 6 && memcmp(body.data + i, "\\u0000", 6) == 0)
            return true;
        i++; /* the escaped character may be a backslash */
    }
    return false;
}

static form_status_t add_json(form_t *form, arena_t *arena, const cJSON *item)
{
    const char *value;
    if (cJSON_IsString(item))
        value = arena_copy(arena, str_from(item->valuestring));
    else if (cJSON_IsNumber(item) && trunc(item->valuedouble) == item->valuedouble &&
             fabs(item->valuedouble) < WHOLE_MAX)
        value = arena_printf(arena, "%.0f", item->valuedouble);
    else if (cJSON_IsNumber(item))
        value = arena_printf(arena, "%.15g", item->valuedouble);
    else if (cJSON_IsBool(item))
        value = cJSON_IsTrue(item) ? "true" : "false";
    else if (cJSON_IsNull(item))
        value = "";
    else
        return FORM_OK;
    const char *name = arena_copy(arena, str_from(item->string));
    if (!value || !name)
        return FORM_TOO_LARGE;
    return add(form, str_from(name), str_from(value));
}

form_status_t form_parse_json(str_t body, arena_t *arena, form_t *form)
{
    *form = (form_t){.utf8 = true};
    if (body.size > FORM_MAX_BODY)
        return FORM_TOO_LARGE;
    if (body.size == 0 || !utf8_valid(body) || memchr(body.data, 0, body.size) ||
        has_escaped_nul(body))
        return FORM_BAD;
    const char *end = NULL;
    cJSON *object = cJSON_ParseWithLengthOpts(body.data, body.size, &end, false);
    form_status_t status = FORM_BAD;
    str_t rest = {end, end ? (size_t)(body.data + body.size - end) : 0};
    if (cJSON_IsObject(object) && text_trim(rest).size == 0) {
        status = begin(body, arena, form, (size_t)cJSON_GetArraySize(object));
        const cJSON *item;
        cJSON_ArrayForEach (item, object) {
            if (status == FORM_OK)
                status = add_json(form, arena, item);
        }
    }
    cJSON_Delete(object);
    return status;
}

/* ---- looking up ---- */

static const form_field_t *find(const form_t *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (str_is(form->fields[i].name, name))
            return &form->fields[i];
    return NULL;
}

str_t form_value(const form_t *form, const char *name)
{
    const form_field_t *field = find(form, name);
    return field ? field->value : (str_t){NULL, 0};
}

bool form_has(const form_t *form, const char *name)
{
    return find(form, name) != NULL;
}

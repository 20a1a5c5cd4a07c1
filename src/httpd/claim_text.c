#include "httpd/claim_text.h"

#include <apr_strings.h>
#include <apr_tables.h>
#include <httpd.h>
#include <stdlib.h>
#include <string.h>

static bool is_control(char c)
{
    return (unsigned char)c < 0x20 || c == 0x7f;
}

bool okta_has_control(const char *text, apr_size_t length)
{
    for (apr_size_t i = 0; i < length; i++)
        if (is_control(text[i]))
            return true;
    return false;
}

static bool is_encoded(const char *text, apr_size_t length, apr_size_t i, okta_text_style style,
                       bool in_array)
{
    char c = text[i];

    if (is_control(c))
        return true;
    /* what separates elements is in none of them */
    if (style != OKTA_TEXT_HEADER)
        return in_array && (c == ' ' || c == '%');
    /* receivers trim fields: " root" must not arrive as "root" */
    return (unsigned char)c > 0x7e || c == '%' || (c == ',' && in_array) ||
           (c == ' ' && (i == 0 || i == length - 1));
}

/* `text` itself where nothing has to be encoded. */
static const char *encode(apr_pool_t *pool, const char *text, apr_size_t length,
                          okta_text_style style, bool in_array)
{
    static const char hex[] = "0123456789ABCDEF";
    apr_size_t encoded = 0;
    char *safe, *to;

    for (apr_size_t i = 0; i < length; i++)
        encoded += is_encoded(text, length, i, style, in_array);
    if (encoded == 0)
        return text;
    safe = to = apr_palloc(pool, length + 2 * encoded + 1);
    for (apr_size_t i = 0; i < length; i++) {
        if (is_encoded(text, length, i, style, in_array)) {
            *to++ = '%';
            *to++ = hex[(unsigned char)text[i] >> 4];
            *to++ = hex[(unsigned char)text[i] & 15];
        } else {
            *to++ = text[i];
        }
    }
    *to = '\0';
    return safe;
}

static const char *json_text(apr_pool_t *pool, const okta_value *value, okta_text_style style,
                             bool in_array)
{
    json_t *json = okta_value_to_json(value);
    char *text = okta_json_text(json, JSON_COMPACT | JSON_ENCODE_ANY);
    const char *copy;

    /* as httpd does where a pool has no memory: a back end must not see a part of the claim */
    if (!text)
        ap_abort_on_oom();
    copy = apr_pstrdup(pool, text);
    free(text);
    json_decref(json);
    return encode(pool, copy, strlen(copy), style, in_array);
}

/* NULL for null and for arrays, which their caller has to join. */
static const char *scalar_text(apr_pool_t *pool, const okta_value *value, okta_text_style style,
                               bool in_array)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_STRING:
        return encode(pool, value->as.string, value->length, style, in_array);
    case OKTA_VALUE_INTEGER:
        return apr_psprintf(pool, "%" APR_INT64_T_FMT, value->as.integer);
    case OKTA_VALUE_BOOLEAN:
        return value->as.integer ? "true" : "false";
    case OKTA_VALUE_REAL:
    case OKTA_VALUE_OBJECT:
        return json_text(pool, value, style, in_array);
    case OKTA_VALUE_ARRAY:
        return in_array ? json_text(pool, value, style, in_array) : NULL;
    case OKTA_VALUE_NULL:
    default:
        return NULL;
    }
}

const char *okta_claim_text(apr_pool_t *pool, const okta_value *value, okta_text_style style)
{
    apr_array_header_t *parts;

    if (value->type != OKTA_VALUE_ARRAY)
        return scalar_text(pool, value, style, false);
    parts = apr_array_make(pool, (int)value->length + 1, sizeof(char *));
    for (uint32_t i = 0; i < value->length; i++) {
        const char *text = scalar_text(pool, &value->as.children[i], style, true);
        if (text)
            APR_ARRAY_PUSH(parts, const char *) = text;
    }
    return apr_array_pstrcat(pool, parts, style == OKTA_TEXT_HEADER ? ',' : ' ');
}

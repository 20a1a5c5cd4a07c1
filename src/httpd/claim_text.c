/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/claim_text.h"

#include "core/eight.h"
#include "core/number.h"

#include <apr_strings.h>
#include <httpd.h>
#include <stdlib.h>
#include <string.h>

/* What is written %XX, by the places where it is. */
#define IN_ENV 1
#define IN_ENV_ELEMENT 2 /* of an array */
#define IN_HEADER 4
#define IN_HEADER_ELEMENT 8
#define IN_HEADERS (IN_HEADER | IN_HEADER_ELEMENT)
#define EVERYWHERE (IN_ENV | IN_ENV_ELEMENT | IN_HEADERS)

static const unsigned char encoded_in[256] = {
    [0 ... 0x1f] = EVERYWHERE,
    /* in headers at either end alone: receivers trim fields, " root" must not arrive as "root" */
    [' '] = IN_ENV_ELEMENT | IN_HEADERS,
    ['%'] = IN_ENV_ELEMENT | IN_HEADERS,
    [','] = IN_HEADER_ELEMENT,
    [0x7f] = EVERYWHERE,
    [0x80 ... 0xff] = IN_HEADERS,
};

typedef struct piece {
    const char *text;
    apr_size_t length;
} piece;

/* How many bytes at its start, at least, are encoded nowhere: most texts have no others. */
static apr_size_t plain_start(const char *text, apr_size_t length)
{
    apr_size_t plain = 0;
    uint64_t eight;

    for (; length - plain >= sizeof(eight); plain += sizeof(eight)) {
        memcpy(&eight, text + plain, sizeof(eight));
        if ((eight & OKTA_EIGHT(0x80)) | okta_eight_below(eight, ' ' + 1) |
            okta_eight_equal(eight, '%') | okta_eight_equal(eight, ',') |
            okta_eight_equal(eight, 0x7f))
            break;
    }
    return plain;
}

bool okta_has_control(const char *text, apr_size_t length)
{
    for (apr_size_t i = plain_start(text, length); i < length; i++)
        if (encoded_in[(unsigned char)text[i]] == EVERYWHERE)
            return true;
    return false;
}

static bool is_encoded(piece raw, apr_size_t i, int place)
{
    if (!(encoded_in[(unsigned char)raw.text[i]] & place))
        return false;
    return raw.text[i] != ' ' || !(place & IN_HEADERS) || i == 0 || i == raw.length - 1;
}

/* The same where nothing has to be encoded. */
static piece encode(apr_pool_t *pool, piece raw, int place)
{
    static const char hex[] = "0123456789ABCDEF";
    apr_size_t encoded = 0;
    piece safe;
    char *to;

    for (apr_size_t i = plain_start(raw.text, raw.length); i < raw.length; i++)
        encoded += is_encoded(raw, i, place);
    if (encoded == 0)
        return raw;
    safe.length = raw.length + 2 * encoded;
    safe.text = to = apr_palloc(pool, safe.length + 1);
    for (apr_size_t i = 0; i < raw.length; i++) {
        if (is_encoded(raw, i, place)) {
            *to++ = '%';
            *to++ = hex[(unsigned char)raw.text[i] >> 4];
            *to++ = hex[(unsigned char)raw.text[i] & 15];
        } else {
            *to++ = raw.text[i];
        }
    }
    *to = '\0';
    return safe;
}

static piece json_text(apr_pool_t *pool, const okta_value *value, int place)
{
    json_t *json = okta_value_to_json(value);
    char *text = okta_json_text(json, JSON_COMPACT | JSON_ENCODE_ANY);
    piece copy;

    /* as httpd does where a pool has no memory: a back end must not see a part of the claim */
    if (!text)
        ap_abort_on_oom();
    copy.text = apr_pstrdup(pool, text);
    copy.length = strlen(text);
    free(text);
    json_decref(json);
    return encode(pool, copy, place);
}

static piece integer_text(apr_pool_t *pool, int64_t integer)
{
    char *text = apr_palloc(pool, OKTA_NUMBER_SIZE);

    return (piece){text, okta_number_write(integer, text)};
}

/* No text for null and for arrays, which their caller has to join. */
static piece scalar_text(apr_pool_t *pool, const okta_value *value, int place)
{
    switch ((okta_value_type)value->type) {
    case OKTA_VALUE_STRING:
        return encode(pool, (piece){value->as.string, value->length}, place);
    case OKTA_VALUE_INTEGER:
        return integer_text(pool, value->as.integer);
    case OKTA_VALUE_BOOLEAN:
        return value->as.integer ? (piece){"true", 4} : (piece){"false", 5};
    case OKTA_VALUE_REAL:
    case OKTA_VALUE_OBJECT:
        return json_text(pool, value, place);
    case OKTA_VALUE_ARRAY:
        if (place == IN_ENV_ELEMENT || place == IN_HEADER_ELEMENT)
            return json_text(pool, value, place);
        return (piece){NULL, 0};
    case OKTA_VALUE_NULL:
    default:
        return (piece){NULL, 0};
    }
}

static const char *array_text(apr_pool_t *pool, const okta_value *array, int place, char between)
{
    piece *pieces = apr_palloc(pool, array->length * sizeof(*pieces));
    apr_size_t count = 0, size = 1;
    char *text, *to;

    for (uint32_t i = 0; i < array->length; i++) {
        pieces[count] = scalar_text(pool, &array->as.children[i], place);
        if (pieces[count].text)
            size += pieces[count++].length + 1;
    }
    text = to = apr_palloc(pool, size);
    for (apr_size_t i = 0; i < count; i++) {
        if (i > 0)
            *to++ = between;
        memcpy(to, pieces[i].text, pieces[i].length);
        to += pieces[i].length;
    }
    *to = '\0';
    return text;
}

const char *okta_claim_text(apr_pool_t *pool, const okta_value *value, okta_text_style style)
{
    bool is_header = style == OKTA_TEXT_HEADER;

    if (value->type != OKTA_VALUE_ARRAY)
        return scalar_text(pool, value, is_header ? IN_HEADER : IN_ENV).text;
    return array_text(pool, value, is_header ? IN_HEADER_ELEMENT : IN_ENV_ELEMENT,
                      is_header ? ',' : ' ');
}

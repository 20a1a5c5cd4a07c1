#include "devserver/form.h"

#include <apr_buckets.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <stdbool.h>

#define MAX_FORM_BYTES 16384
#define MAX_PARAMETERS 32
#define FORM_TYPE "application/x-www-form-urlencoded"

static bool is_form(const request_rec *r)
{
    const char *type = apr_table_get(r->headers_in, "Content-Type");
    size_t length = sizeof(FORM_TYPE) - 1;
    return type && strncasecmp(type, FORM_TYPE, length) == 0 &&
           (type[length] == '\0' || type[length] == ';' || apr_isspace(type[length]));
}

static const char *add_pair(request_rec *r, apr_hash_t *values, const ap_form_pair_t *pair)
{
    char *value;
    apr_size_t length;
    if (apr_brigade_pflatten(pair->value, &value, &length, r->pool) != APR_SUCCESS) {
        return "The body cannot be read.";
    }
    value = apr_pstrmemdup(r->pool, value, length);
    if (strlen(value) != length) {
        return "A parameter contains a NUL byte.";
    }
    if (apr_hash_get(values, pair->name, APR_HASH_KEY_STRING)) {
        return "A parameter is sent more than once.";
    }
    apr_hash_set(values, pair->name, APR_HASH_KEY_STRING, value);
    return NULL;
}

const char *okta_dev_form_read(request_rec *r, apr_hash_t **form)
{
    apr_array_header_t *pairs = NULL;
    apr_hash_t *values = apr_hash_make(r->pool);
    const char *wrong = NULL;
    int status;

    if (!is_form(r)) {
        return "Send the parameters as " FORM_TYPE " and say so in Content-Type.";
    }
    status = ap_parse_form_data(r, NULL, &pairs, MAX_PARAMETERS, MAX_FORM_BYTES);
    if (status != OK || !pairs) {
        return "The body is not a form, or it is larger than 16384 bytes or 32 parameters.";
    }
    for (int i = 0; i < pairs->nelts && !wrong; i++) {
        wrong = add_pair(r, values, &APR_ARRAY_IDX(pairs, i, ap_form_pair_t));
    }
    *form = values;
    return wrong;
}

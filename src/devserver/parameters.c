/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/parameters.h"

#include <apr_buckets.h>
#include <apr_lib.h>
#include <apr_strings.h>
#include <http_protocol.h>
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

static const char *add(apr_hash_t *values, const char *name, const char *value)
{
    if (apr_hash_get(values, name, APR_HASH_KEY_STRING)) {
        return "A parameter is sent more than once.";
    }
    apr_hash_set(values, name, APR_HASH_KEY_STRING, value);
    return NULL;
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
    return add(values, pair->name, value);
}

static const char *read_body(request_rec *r, apr_hash_t *values)
{
    apr_array_header_t *pairs = NULL;
    const char *wrong = NULL;

    if (!is_form(r)) {
        return "Send the parameters as " FORM_TYPE " and say so in Content-Type.";
    }
    if (ap_parse_form_data(r, NULL, &pairs, MAX_PARAMETERS, MAX_FORM_BYTES) != OK || !pairs) {
        return "The body is not a form, or it is larger than 16384 bytes or 32 parameters.";
    }
    for (int i = 0; i < pairs->nelts && !wrong; i++) {
        wrong = add_pair(r, values, &APR_ARRAY_IDX(pairs, i, ap_form_pair_t));
    }
    return wrong;
}

static bool has_body(const request_rec *r)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");
    return apr_table_get(r->headers_in, "Transfer-Encoding") ||
           (length && strcmp(length, "0") != 0);
}

/* Okta's guide has Postman send these two as Params. Nothing secret is among them. */
static bool may_be_in_query(const char *name)
{
    return strcmp(name, "grant_type") == 0 || strcmp(name, "scope") == 0;
}

static const char *read_query(request_rec *r, apr_hash_t *values)
{
    const char *wrong = NULL;
    char *rest;
    char *pair;
    for (pair = apr_strtok(apr_pstrdup(r->pool, r->args), "&", &rest); pair && !wrong;
         pair = apr_strtok(NULL, "&", &rest)) {
        char *value = strchr(pair, '=');
        if (value) {
            *value++ = '\0';
        } else {
            value = pair + strlen(pair);
        }
        if (ap_unescape_urlencoded(pair) != OK || ap_unescape_urlencoded(value) != OK) {
            wrong = "The query is not URL-encoded.";
        } else if (!may_be_in_query(pair)) {
            wrong = "The query takes grant_type and scope alone: send the rest in the body, since "
                    "queries end up in logs.";
        } else {
            wrong = add(values, pair, value);
        }
    }
    return wrong;
}

const char *okta_dev_parameters_read(request_rec *r, apr_hash_t **parameters)
{
    apr_hash_t *values = apr_hash_make(r->pool);
    const char *wrong = r->args ? read_query(r, values) : NULL;
    /* with all parameters in the query there may be no body at all */
    if (!wrong && (!r->args || is_form(r) || has_body(r))) {
        wrong = read_body(r, values);
    }
    *parameters = values;
    return wrong;
}

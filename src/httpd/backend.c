/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/backend.h"

#include "core/match.h"
#include "httpd/claim_text.h"
#include "httpd/connection_field.h"
#include "httpd/registry.h"
#include "httpd/request.h"
#include "httpd/table.h"

#include <apr_lib.h>
#include <apr_strings.h>

static bool same_character(char a, char b)
{
    return (apr_isalnum(a) ? apr_tolower(a) : '_') == (apr_isalnum(b) ? apr_tolower(b) : '_');
}

bool okta_is_called(const char *name, size_t length, const char *header)
{
    size_t i = 0;

    while (i < length && header[i] && same_character(name[i], header[i]))
        i++;
    return i == length && !header[i];
}

bool okta_same_header(const char *a, const char *b)
{
    return okta_is_called(a, strlen(a), b);
}

static bool names_claim(const char *name, size_t length)
{
    const apr_array_header_t *headers = okta_registry_get()->claim_headers;

    for (int i = 0; i < headers->nelts; i++)
        if (okta_is_called(name, length, APR_ARRAY_IDX(headers, i, const char *)))
            return true;
    return false;
}

/* A back end believes the second one whether or not there is such a place today. */
bool okta_carries_claim(const char *header)
{
    return names_claim(header, strlen(header)) ||
           okta_same_header(header, OKTA_WOULD_REFUSE_HEADER);
}

static bool is_claim_header(const void *baton, const char *key, const char *value)
{
    (void)baton;
    (void)value;
    return okta_carries_claim(key);
}

/* What a back end believes whether or not there is such a place today. A first look that costs
 * next to nothing: most requests have no field like it. */
static bool may_say_would_refuse(const request_rec *r)
{
    const apr_array_header_t *fields = apr_table_elts(r->headers_in);

    for (int i = 0; i < fields->nelts; i++) {
        const char *name = APR_ARRAY_IDX(fields, i, apr_table_entry_t).key;

        if ((name[0] == 'X' || name[0] == 'x') && name[1] &&
            okta_same_header(name, OKTA_WOULD_REFUSE_HEADER))
            return true;
    }
    return false;
}

static bool is_would_refuse(const void *baton, const char *key, const char *value)
{
    (void)baton;
    (void)value;
    return okta_same_header(key, OKTA_WOULD_REFUSE_HEADER);
}

int okta_scrub_headers(request_rec *r)
{
    if (may_say_would_refuse(r))
        okta_table_drop(r->pool, r->headers_in, is_would_refuse, NULL);
    if (okta_registry_get()->claim_headers->nelts > 0) {
        okta_table_drop(r->pool, r->headers_in, is_claim_header, NULL);
        okta_connection_keep(r, names_claim);
    }
    return DECLINED;
}

int okta_set_claim_headers(request_rec *r)
{
    const apr_array_header_t *headers = okta_dir_config_of(r)->claim_headers;
    const okta_request *judged;
    const okta_claims *claims;

    if (okta_registry_get()->claim_headers->nelts == 0)
        return DECLINED;
    judged = okta_request_judged(r);
    claims = judged ? judged->claims : NULL;
    okta_table_drop(r->pool, r->headers_in, is_claim_header, NULL);
    if (judged && judged->would_refuse)
        apr_table_addn(r->headers_in, OKTA_WOULD_REFUSE_HEADER, okta_reason_tag(judged->reason));
    for (int i = 0; claims && headers && i < headers->nelts; i++) {
        const okta_claim_header *pair = &APR_ARRAY_IDX(headers, i, okta_claim_header);
        const okta_value *value = okta_claims_find(claims, pair->claim);
        const char *text = value ? okta_claim_text(r->pool, value, OKTA_TEXT_HEADER) : NULL;
        if (text)
            apr_table_addn(r->headers_in, pair->header, text);
    }
    return DECLINED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/credentials.h"

#include "core/cookie.h"
#include "core/same_origin.h"
#include "httpd/backend.h"
#include "httpd/public_url.h"
#include "httpd/registry.h"
#include "httpd/request.h"
#include "httpd/table.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

static const okta_token_way *way_at(const apr_array_header_t *ways, int i)
{
    return &APR_ARRAY_IDX(ways, i, okta_token_way);
}

const char *okta_token_way_name(apr_pool_t *pool, const okta_token_way *way)
{
    switch (way->kind) {
    case OKTA_WAY_FIELD:
        return apr_pstrcat(pool, "the header ", way->name, NULL);
    case OKTA_WAY_COOKIE:
        return apr_pstrcat(pool, "the cookie \"", way->name, "\"", NULL);
    case OKTA_WAY_WEBSOCKET:
        return "Sec-WebSocket-Protocol";
    default:
        return "the header Authorization";
    }
}

const okta_request *okta_credentials_asked(const request_rec *r)
{
    for (; r; r = okta_request_before(r)) {
        const okta_request *state = okta_request_current(r);

        if (state && state->brought)
            return state;
    }
    return NULL;
}

static const apr_table_t *other_fields(request_rec *r)
{
    const apr_array_header_t *names = okta_registry_get()->token_headers;
    apr_table_t *fields = NULL;

    for (int i = 0; i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        const char *value = apr_table_get(r->headers_in, name);

        if (value && !fields)
            fields = apr_table_make(r->pool, 2);
        if (value)
            apr_table_setn(fields, name, value);
    }
    return fields;
}

static okta_brought read_fields(request_rec *r)
{
    return (okta_brought){
        .authorization = apr_table_get(r->headers_in, "Authorization"),
        .proof = apr_table_get(r->headers_in, "DPoP"),
        .cookie =
            okta_registry_get()->takes_cookies ? apr_table_get(r->headers_in, "Cookie") : NULL,
        .others = other_fields(r),
        .websocket = okta_subprotocol_of(r),
    };
}

const char *okta_credentials_by(apr_pool_t *pool, const okta_brought *brought,
                                const okta_token_way *way)
{
    const char *value = NULL;
    size_t length = 0;

    switch (way->kind) {
    case OKTA_WAY_FIELD:
        return brought->others ? apr_table_get(brought->others, way->name) : NULL;
    case OKTA_WAY_COOKIE:
        switch (okta_cookie_find(brought->cookie, way->name, &value, &length)) {
        case OKTA_OK:
            return apr_pstrmemdup(pool, value, length);
        case OKTA_REQUEST_MALFORMED:
            return "";
        default:
            return NULL;
        }
    case OKTA_WAY_WEBSOCKET:
        return brought->websocket ? brought->websocket->token : NULL;
    default:
        return brought->authorization;
    }
}

static bool brings_any(apr_pool_t *pool, const okta_brought *brought,
                       const apr_array_header_t *ways)
{
    for (int i = 0; i < ways->nelts; i++)
        if (okta_credentials_by(pool, brought, way_at(ways, i)))
            return true;
    return false;
}

const okta_brought *okta_credentials_note(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const apr_array_header_t *ways = okta_dir_token_ways(config);
    const okta_request *before = okta_credentials_asked(okta_request_before(r));
    const okta_brought now = before ? *before->brought : read_fields(r);
    okta_request *state;

    if (!brings_any(r->pool, &now, ways))
        return NULL;
    state = okta_request_state(r, true);
    state->brought = before ? before->brought : apr_pmemdup(r->pool, &now, sizeof(now));
    state->ways = ways;
    state->withholds = !okta_dir_forward_token(config);
    return state->brought;
}

/* Some gateways put a scheme in front of the token, most do not. */
static okta_reason find_in_field(const char *field, bool with_dpop, okta_credentials *found)
{
    okta_reason reason =
        okta_bearer_find(field, with_dpop, &found->scheme, &found->token, &found->length);

    if (reason != OKTA_TOKEN_MISSING || !field || !*field)
        return reason;
    found->scheme = OKTA_SCHEME_BEARER;
    found->token = field;
    found->length = strlen(field);
    return OKTA_OK;
}

/* Neither a cookie nor a subprotocol can say that a proof came along. */
static okta_reason find_bare(const char *token, okta_credentials *found)
{
    if (!token)
        return OKTA_TOKEN_MISSING;
    found->scheme = OKTA_SCHEME_BEARER;
    found->token = token;
    found->length = strlen(token);
    return *token ? OKTA_OK : OKTA_REQUEST_MALFORMED;
}

static okta_reason find_by(apr_pool_t *pool, const okta_brought *brought, const okta_token_way *way,
                           bool with_dpop, okta_credentials *found)
{
    const char *value = okta_credentials_by(pool, brought, way);

    found->way = way;
    switch (way->kind) {
    case OKTA_WAY_FIELD:
        return find_in_field(value, with_dpop, found);
    case OKTA_WAY_COOKIE:
    case OKTA_WAY_WEBSOCKET:
        return find_bare(value, found);
    default:
        return okta_bearer_find(value, with_dpop, &found->scheme, &found->token, &found->length);
    }
}

static bool is_safe(const char *method)
{
    static const char *const safe[] = {"GET", "HEAD", "OPTIONS"};

    for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
        if (strcmp(method, safe[i]) == 0)
            return true;
    return false;
}

/* Browsers send cookies along whoever makes them send a request. */
static bool is_of_own_page(request_rec *r)
{
    const request_rec *first = okta_client_request(r);
    const okta_caller caller = {.site = apr_table_get(first->headers_in, "Sec-Fetch-Site"),
                                .origin = apr_table_get(first->headers_in, "Origin"),
                                .own = okta_public_target(r),
                                .is_safe = is_safe(okta_client_method(r))};

    return okta_is_same_origin(&caller);
}

static const char *name_malformed(apr_pool_t *pool, const okta_token_way *way)
{
    if (way->kind == OKTA_WAY_HEADER)
        return NULL;
    return apr_pstrcat(pool, okta_token_way_name(pool, way),
                       way->kind == OKTA_WAY_COOKIE
                           ? " came several times, or is written so that others may read another"
                           : " is malformed or holds several tokens",
                       NULL);
}

okta_reason okta_credentials_find(request_rec *r, bool with_dpop, okta_credentials *found)
{
    const okta_brought *brought = okta_credentials_note(r);
    const apr_array_header_t *ways = okta_dir_token_ways(okta_dir_config_of(r));
    okta_reason verdict = OKTA_TOKEN_MISSING;

    *found = (okta_credentials){.scheme = OKTA_SCHEME_NONE};
    for (int i = 0; brought && i < ways->nelts; i++) {
        okta_credentials one = {.scheme = OKTA_SCHEME_NONE};
        okta_reason reason = find_by(r->pool, brought, way_at(ways, i), with_dpop, &one);

        if (reason == OKTA_TOKEN_MISSING)
            continue;
        if (verdict != OKTA_TOKEN_MISSING) {
            found->fault =
                apr_pstrcat(r->pool, "tokens came by ", okta_token_way_name(r->pool, found->way),
                            " and by ", okta_token_way_name(r->pool, one.way), NULL);
            return OKTA_REQUEST_MALFORMED;
        }
        verdict = reason;
        *found = one;
    }
    if (verdict == OKTA_REQUEST_MALFORMED)
        found->fault = name_malformed(r->pool, found->way);
    if (verdict == OKTA_OK && found->way->kind == OKTA_WAY_COOKIE && !is_of_own_page(r)) {
        found->fault = OKTA_COOKIE_OF_OTHERS;
        return OKTA_TOKEN_MISSING;
    }
    for (int i = 0; verdict == OKTA_TOKEN_MISSING && brought && i < ways->nelts; i++)
        if (way_at(ways, i)->kind == OKTA_WAY_HEADER)
            found->fault = okta_bearer_absence(brought->authorization, with_dpop);
    return verdict;
}

const char *okta_cookies_without(apr_pool_t *pool, const char *field,
                                 const apr_array_header_t *ways)
{
    for (int i = 0; i < ways->nelts; i++) {
        char *rest = apr_palloc(pool, strlen(field) + 1);

        if (way_at(ways, i)->kind == OKTA_WAY_COOKIE &&
            okta_cookie_without(field, way_at(ways, i)->name, rest))
            field = rest;
    }
    return field;
}

/* The name in the configuration that a back end could take this one for; NULL: none. */
static const char *name_like(const char *header)
{
    const apr_array_header_t *names = okta_registry_get()->token_headers;

    for (int i = 0; i < names->nelts; i++)
        if (okta_same_header(APR_ARRAY_IDX(names, i, const char *), header))
            return APR_ARRAY_IDX(names, i, const char *);
    return NULL;
}

static bool is_other_spelling(const void *baton, const char *key, const char *value)
{
    const char *name = name_like(key);

    (void)baton;
    (void)value;
    return name && strcasecmp(name, key) != 0;
}

int okta_scrub_token_spellings(request_rec *r)
{
    if (okta_registry_get()->token_headers->nelts > 0)
        okta_table_drop(r->pool, r->headers_in, is_other_spelling, NULL);
    return DECLINED;
}

bool okta_carries_token(const char *header)
{
    return strcasecmp(header, "Authorization") == 0 || strcasecmp(header, "DPoP") == 0 ||
           strcasecmp(header, "Cookie") == 0 || name_like(header);
}

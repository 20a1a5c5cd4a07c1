/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/cors.h"

#include "core/cors.h"
#include "httpd/config.h"
#include "httpd/dpop.h"
#include "httpd/request.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_CORS"
#define CHALLENGE_HEADER "WWW-Authenticate"
#define ASKED_METHOD "Access-Control-Request-Method"
#define ASKED_HEADERS "Access-Control-Request-Headers"
#define SIMPLE_METHODS "GET, HEAD, POST"
#define AFTER_MOD_HEADERS ((ap_filter_type)(AP_FTYPE_CONTENT_SET + 1))

/* Where OktaCorsOrigin holds only we set these: browsers refuse an answer that has such a field
 * twice. */
static const char *const fields[] = {
    "Access-Control-Allow-Origin",         "Access-Control-Allow-Credentials",
    "Access-Control-Expose-Headers",       "Access-Control-Allow-Methods",
    "Access-Control-Allow-Headers",        "Access-Control-Max-Age",
    "Access-Control-Allow-Private-Network"};

static okta_cors cors_of(const okta_dir_config *config)
{
    okta_cors cors = {okta_strings_of(config->cors_origins), okta_strings_of(config->cors_methods),
                      okta_strings_of(config->cors_headers), okta_dir_cors_credentials(config),
                      okta_dir_dpop(config) != OKTA_DPOP_OFF};

    /* configtest refuses the two together, but cannot see what patterns add up to */
    if (okta_strings_contain(&cors.origins, "*", 1))
        cors.credentials = false;
    return cors;
}

/* An ErrorDocument gets the settings of the request that failed. */
static const okta_dir_config *config_for(const request_rec *r)
{
    while (r->prev && ap_is_HTTP_ERROR(r->prev->status))
        r = r->prev;
    return okta_dir_config_of(r);
}

static const char *joined(apr_pool_t *pool, const char *always, const apr_array_header_t *more)
{
    return more ? apr_pstrcat(pool, always, ", ", apr_array_pstrcat(pool, more, ','), NULL)
                : always;
}

/* A cache has to know on which fields of the request the answer depends. */
static void add_vary(request_rec *r, const char *field)
{
    const char *vary = apr_table_get(r->err_headers_out, "Vary");

    if (!vary || !ap_find_token(r->pool, vary, field))
        apr_table_merge(r->err_headers_out, "Vary", field);
}

static void allow_origin(request_rec *r, const okta_dir_config *config, const okta_cors *cors,
                         const char *origin)
{
    apr_table_t *out = r->err_headers_out;

    apr_table_set(out, "Access-Control-Allow-Origin", okta_cors_is_open(cors) ? "*" : origin);
    if (cors->credentials)
        apr_table_setn(out, "Access-Control-Allow-Credentials", "true");
    apr_table_setn(out, "Access-Control-Expose-Headers",
                   joined(r->pool,
                          cors->dpop ? CHALLENGE_HEADER ", " OKTA_NONCE_HEADER : CHALLENGE_HEADER,
                          config->cors_expose));
}

static void allow_preflight(request_rec *r, const okta_dir_config *config, const okta_cors *cors)
{
    apr_table_t *out = r->err_headers_out;
    const char *method = apr_table_get(r->headers_in, ASKED_METHOD);
    const char *headers = apr_table_get(r->headers_in, ASKED_HEADERS);

    /* repeated from the request: * does not cover Authorization, and covers nothing where cookies
     * are sent */
    apr_table_set(out, "Access-Control-Allow-Methods",
                  okta_strings_contain(&cors->methods, "*", 1)
                      ? apr_pstrcat(r->pool, SIMPLE_METHODS, ", ", method, NULL)
                      : joined(r->pool, SIMPLE_METHODS, config->cors_methods));
    if (headers && *headers)
        apr_table_set(out, "Access-Control-Allow-Headers", headers);
    if (config->cors_max_age >= 0)
        apr_table_setn(out, "Access-Control-Max-Age", apr_itoa(r->pool, (int)config->cors_max_age));
    if (apr_table_get(r->headers_in, "Access-Control-Request-Private-Network"))
        apr_table_setn(out, "Access-Control-Allow-Private-Network", "true");
    add_vary(r, ASKED_METHOD);
    add_vary(r, ASKED_HEADERS);
}

static bool is_preflight(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return state && state->preflight;
}

static bool asks_for_preflight(request_rec *r, const okta_cors *cors)
{
    const char *method = apr_table_get(r->headers_in, ASKED_METHOD);

    return r->method_number == M_OPTIONS && method && okta_cors_allows_method(cors, method) &&
           okta_cors_allows_headers(cors, apr_table_get(r->headers_in, ASKED_HEADERS));
}

static void forget(request_rec *r)
{
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        apr_table_unset(r->headers_out, fields[i]);
        apr_table_unset(r->err_headers_out, fields[i]);
    }
}

/* Whether the origin of the request is allowed here; sets the fields of the answer if it is. */
static bool say(request_rec *r, const okta_dir_config *config, const okta_cors *cors)
{
    const char *origin = apr_table_get(r->headers_in, "Origin");

    forget(r);
    if (!okta_cors_is_open(cors))
        add_vary(r, "Origin");
    if (!origin || !okta_cors_allows_origin(cors, origin))
        return false;
    allow_origin(r, config, cors, origin);
    if (is_preflight(r))
        allow_preflight(r, config, cors);
    return true;
}

int okta_cors_prepare(request_rec *r)
{
    const okta_dir_config *config = config_for(r);
    okta_cors cors;

    if (!config->cors_origins) {
        /* what the location before an internal redirect allowed */
        if (r->prev && okta_dir_config_of(r->prev)->cors_origins)
            forget(r);
        return DECLINED;
    }
    cors = cors_of(config);
    if (say(r, config, &cors) && asks_for_preflight(r, &cors)) {
        okta_request_state(r, true)->preflight = true;
        allow_preflight(r, config, &cors);
    }
    return DECLINED;
}

int okta_cors_check_access(request_rec *r)
{
    return is_preflight(r) ? OK : DECLINED;
}

int okta_cors_answer(request_rec *r)
{
    if (!is_preflight(r))
        return DECLINED;
    ap_discard_request_body(r);
    r->status = HTTP_NO_CONTENT;
    return OK;
}

/* Last, because back ends and other modules put their own fields on the way. */
static apr_status_t cors_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    const okta_dir_config *config = config_for(f->r);
    okta_cors cors = cors_of(config);

    say(f->r, config, &cors);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, brigade);
}

void okta_cors_insert_filter(request_rec *r)
{
    if (!r->main && config_for(r)->cors_origins)
        ap_add_output_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_cors_register_filter(void)
{
    ap_register_output_filter(FILTER_NAME, cors_filter, NULL, AFTER_MOD_HEADERS);
}

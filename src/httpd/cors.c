#include "httpd/cors.h"

#include "core/cors.h"
#include "httpd/config.h"
#include "httpd/request.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_CORS"
#define CHALLENGE_HEADER "WWW-Authenticate"

static okta_cors cors_of(const okta_dir_config *config)
{
    okta_cors cors = {okta_strings_of(config->cors_origins), okta_strings_of(config->cors_methods),
                      okta_strings_of(config->cors_headers), config->cors_credentials == 1};

    return cors;
}

static const char *joined(apr_pool_t *pool, const char *always, const apr_array_header_t *more)
{
    return more ? apr_pstrcat(pool, always, ", ", apr_array_pstrcat(pool, more, ','), NULL)
                : always;
}

/* The cache has to know what the answer depends on. */
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
                   joined(r->pool, CHALLENGE_HEADER, config->cors_expose));
}

static void allow_preflight(request_rec *r, const okta_dir_config *config, const char *headers)
{
    apr_table_t *out = r->err_headers_out;

    apr_table_setn(out, "Access-Control-Allow-Methods",
                   joined(r->pool, "GET, HEAD, POST", config->cors_methods));
    /* echoed, for a star would not cover Authorization */
    if (headers && *headers)
        apr_table_set(out, "Access-Control-Allow-Headers", headers);
    if (config->cors_max_age >= 0)
        apr_table_setn(out, "Access-Control-Max-Age", apr_itoa(r->pool, config->cors_max_age));
    if (apr_table_get(r->headers_in, "Access-Control-Request-Private-Network"))
        apr_table_setn(out, "Access-Control-Allow-Private-Network", "true");
    add_vary(r, "Access-Control-Request-Method");
    add_vary(r, "Access-Control-Request-Headers");
}

int okta_cors_prepare(request_rec *r)
{
    const okta_dir_config *config = okta_dir_config_of(r);
    const char *origin = apr_table_get(r->headers_in, "Origin");
    const char *method, *headers;
    okta_cors cors;

    if (!config->cors_origins)
        return DECLINED;
    cors = cors_of(config);
    if (!okta_cors_is_open(&cors))
        add_vary(r, "Origin");
    if (!origin || !okta_cors_allows_origin(&cors, origin))
        return DECLINED;
    allow_origin(r, config, &cors, origin);
    method = apr_table_get(r->headers_in, "Access-Control-Request-Method");
    headers = apr_table_get(r->headers_in, "Access-Control-Request-Headers");
    if (r->method_number == M_OPTIONS && method && okta_cors_allows_method(&cors, method) &&
        okta_cors_allows_headers(&cors, headers)) {
        allow_preflight(r, config, headers);
        okta_request_state(r, true)->preflight = true;
    }
    return DECLINED;
}

static bool is_preflight(request_rec *r)
{
    const okta_request *state = okta_request_state(r, false);

    return state && state->preflight;
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

/* Two voices on who may read an answer make browsers refuse it. Ours is in err_headers_out. */
static apr_status_t cors_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    static const char *const headers[] = {
        "Access-Control-Allow-Origin",         "Access-Control-Allow-Credentials",
        "Access-Control-Expose-Headers",       "Access-Control-Allow-Methods",
        "Access-Control-Allow-Headers",        "Access-Control-Max-Age",
        "Access-Control-Allow-Private-Network"};

    for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
        apr_table_unset(f->r->headers_out, headers[i]);
    ap_remove_output_filter(f);
    return ap_pass_brigade(f->next, brigade);
}

void okta_cors_insert_filter(request_rec *r)
{
    if (okta_dir_config_of(r)->cors_origins)
        ap_add_output_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_cors_register_filter(void)
{
    ap_register_output_filter(FILTER_NAME, cors_filter, NULL, AP_FTYPE_CONTENT_SET);
}

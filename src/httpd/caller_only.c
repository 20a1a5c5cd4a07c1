/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/caller_only.h"

#include "httpd/credentials.h"
#include "httpd/request.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <util_filter.h>

#define FIELD "Cache-Control"
#define FILTER_NAME "OKTA_CALLER_ONLY"
#define AFTER_MOD_HEADERS ((ap_filter_type)(AP_FTYPE_CONTENT_SET + 1))

static const okta_token_way *way_at(const apr_array_header_t *ways, int i)
{
    return &APR_ARRAY_IDX(ways, i, okta_token_way);
}

bool okta_takes_others(const apr_array_header_t *ways)
{
    for (int i = 0; i < ways->nelts; i++)
        if (way_at(ways, i)->kind != OKTA_WAY_HEADER)
            return true;
    return false;
}

/* Those that the answer depends on, whichever turn of the request looked; NULL: on Authorization
 * at most. */
static const apr_array_header_t *other_ways(request_rec *r)
{
    const okta_request *judged = okta_credentials_asked(r);
    const apr_array_header_t *ways =
        judged ? judged->ways : okta_dir_token_ways(okta_dir_config_of(r));

    return okta_takes_others(ways) && (judged || okta_request_is_ours(r)) ? ways : NULL;
}

static bool says(apr_pool_t *pool, const char *field, const char *name)
{
    return field && ap_find_token(pool, field, name);
}

/* s-maxage has a number behind it. */
static bool is_decided(apr_pool_t *pool, const char *field)
{
    return says(pool, field, "public") || says(pool, field, "private") ||
           says(pool, field, "no-store") || (field && ap_strcasestr(field, "s-maxage="));
}

/* Readers look at the first of the two tables that has it. */
static void merge(request_rec *r, const char *field, const char *value)
{
    apr_table_merge(apr_table_get(r->err_headers_out, field) ? r->err_headers_out : r->headers_out,
                    field, value);
}

static void add_vary(request_rec *r, const char *name)
{
    const char *own = apr_table_get(r->headers_out, "Vary");
    const char *other = apr_table_get(r->err_headers_out, "Vary");

    if (!says(r->pool, own, name) && !says(r->pool, other, name))
        merge(r, "Vary", name);
}

void okta_caller_only_mark(request_rec *r)
{
    const apr_array_header_t *ways = other_ways(r);

    if (!ways)
        return;
    if (!is_decided(r->pool, apr_table_get(r->headers_out, FIELD)) &&
        !is_decided(r->pool, apr_table_get(r->err_headers_out, FIELD)))
        merge(r, FIELD, "private");
    for (int i = 0; i < ways->nelts; i++) {
        const okta_token_way *way = way_at(ways, i);

        if (way->kind == OKTA_WAY_COOKIE || way->kind == OKTA_WAY_FIELD)
            add_vary(r, way->kind == OKTA_WAY_COOKIE ? "Cookie" : way->name);
    }
}

static apr_status_t caller_only_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    ap_remove_output_filter(f);
    okta_caller_only_mark(f->r);
    return ap_pass_brigade(f->next, brigade);
}

void okta_caller_only_insert_filter(request_rec *r)
{
    if (!r->main && other_ways(r))
        ap_add_output_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_caller_only_register_filter(void)
{
    ap_register_output_filter(FILTER_NAME, caller_only_filter, NULL, AFTER_MOD_HEADERS);
}

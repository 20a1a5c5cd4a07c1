/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/trailers.h"

#include "httpd/backend.h"
#include "httpd/client_certificate.h"
#include "httpd/credentials.h"

#include <http_core.h>
#include <strings.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_TRAILERS"

/* RFC 9110 section 6.5.1: no credentials and no routing in trailers. */
static bool may_join(const char *name)
{
    return !okta_carries_token(name) && strcasecmp(name, "Connection") != 0 &&
           !okta_carries_claim(name) && !okta_carries_certificate(name);
}

static void merge_anew(request_rec *r, const apr_table_t *header)
{
    const apr_array_header_t *trailers = apr_table_elts(r->trailers_in);
    apr_table_t *merged = apr_table_copy(r->pool, header);

    for (int i = 0; i < trailers->nelts; i++) {
        const apr_table_entry_t *field = &APR_ARRAY_IDX(trailers, i, apr_table_entry_t);
        if (may_join(field->key))
            apr_table_addn(merged, field->key, field->val);
    }
    r->headers_in = merged;
}

/* Those who merge (httpd's HTTP/1 and HTTP/2) put a new table in place of the header's. */
static apr_status_t trailer_filter(ap_filter_t *f, apr_bucket_brigade *brigade,
                                   ap_input_mode_t mode, apr_read_type_e block, apr_off_t length)
{
    const apr_table_t *header = f->r->headers_in;
    apr_status_t status = ap_get_brigade(f->next, brigade, mode, block, length);

    if (f->r->headers_in != header)
        merge_anew(f->r, header);
    return status;
}

static bool merges_trailers(const request_rec *r)
{
    const core_server_config *config = ap_get_core_module_config(r->server->module_config);

    return config->merge_trailers == AP_MERGE_TRAILERS_ENABLE;
}

/* HTTP/2 says nowhere beforehand whether there will be trailers, so no request goes unguarded. */
void okta_guard_trailers(request_rec *r)
{
    if (merges_trailers(r))
        ap_add_input_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_register_trailer_filter(void)
{
    ap_register_input_filter(FILTER_NAME, trailer_filter, NULL, AP_FTYPE_CONTENT_SET);
}

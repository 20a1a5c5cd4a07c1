#include "httpd/backend.h"

#include "core/match.h"
#include "httpd/claim_text.h"
#include "httpd/registry.h"
#include "httpd/request.h"

#include <apr_lib.h>
#include <apr_strings.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_TRAILERS"

bool okta_same_header(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        char left = (char)(apr_isalnum(*a) ? apr_tolower(*a) : '_');
        char right = (char)(apr_isalnum(*b) ? apr_tolower(*b) : '_');
        if (left != right)
            return false;
    }
    return *a == *b;
}

static bool carries_claim(const char *header)
{
    const apr_array_header_t *headers = okta_registry_get()->claim_headers;

    for (int i = 0; i < headers->nelts; i++)
        if (okta_same_header(APR_ARRAY_IDX(headers, i, const char *), header))
            return true;
    return false;
}

static void drop_claim_headers(request_rec *r, apr_table_t *table)
{
    const apr_array_header_t *fields = apr_table_elts(table);
    apr_array_header_t *dropped = apr_array_make(r->pool, 2, sizeof(const char *));

    for (int i = 0; i < fields->nelts; i++) {
        const char *name = APR_ARRAY_IDX(fields, i, apr_table_entry_t).key;
        if (carries_claim(name))
            APR_ARRAY_PUSH(dropped, const char *) = name;
    }
    for (int i = 0; i < dropped->nelts; i++)
        apr_table_unset(table, APR_ARRAY_IDX(dropped, i, const char *));
}

/* What Connection names ends here (RFC 9110 section 7.6.1): a client must not take claims away by
 * it.
 */
static void keep_claim_headers(request_rec *r)
{
    const char *field = apr_table_get(r->headers_in, "Connection");
    const char *rest = field ? field : "", *kept = NULL, *name;
    bool dropped = false;

    while (*(rest += strspn(rest, ", \t"))) {
        size_t length = strcspn(rest, ", \t");

        name = apr_pstrmemdup(r->pool, rest, length);
        rest += length;
        if (carries_claim(name))
            dropped = true;
        else
            kept = kept ? apr_pstrcat(r->pool, kept, ", ", name, NULL) : name;
    }
    if (dropped && kept)
        apr_table_setn(r->headers_in, "Connection", kept);
    else if (dropped)
        apr_table_unset(r->headers_in, "Connection");
}

int okta_scrub_headers(request_rec *r)
{
    if (okta_registry_get()->claim_headers->nelts > 0) {
        drop_claim_headers(r, r->headers_in);
        keep_claim_headers(r);
    }
    return DECLINED;
}

/* A subrequest shares its headers with the main request, which must not change under it. */
static void own_headers(request_rec *r)
{
    if (r->main)
        r->headers_in = apr_table_copy(r->pool, r->headers_in);
}

int okta_set_claim_headers(request_rec *r)
{
    const apr_array_header_t *headers = okta_dir_config_of(r)->claim_headers;
    const okta_claims *claims = okta_request_claims(r);

    if (okta_registry_get()->claim_headers->nelts == 0)
        return DECLINED;
    own_headers(r);
    drop_claim_headers(r, r->headers_in);
    for (int i = 0; claims && headers && i < headers->nelts; i++) {
        const okta_claim_header *pair = &APR_ARRAY_IDX(headers, i, okta_claim_header);
        const okta_value *value = okta_claims_find(claims, pair->claim);
        const char *text = value ? okta_claim_text(r->pool, value, OKTA_TEXT_HEADER) : NULL;
        if (text)
            apr_table_setn(r->headers_in, pair->header, text);
    }
    return DECLINED;
}

/* With MergeTrailers a chunked body's trailers become header fields as the body ends, which is
 * before the back end gets the header from some proxies. */
static apr_status_t trailer_filter(ap_filter_t *f, apr_bucket_brigade *brigade,
                                   ap_input_mode_t mode, apr_read_type_e block, apr_off_t length)
{
    apr_status_t status = ap_get_brigade(f->next, brigade, mode, block, length);

    if (status == APR_SUCCESS && !APR_BRIGADE_EMPTY(brigade) &&
        APR_BUCKET_IS_EOS(APR_BRIGADE_LAST(brigade)))
        okta_set_claim_headers(f->r);
    return status;
}

void okta_guard_trailers(request_rec *r)
{
    if (okta_registry_get()->claim_headers->nelts > 0 &&
        apr_table_get(r->headers_in, "Transfer-Encoding"))
        ap_add_input_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_register_trailer_filter(void)
{
    ap_register_input_filter(FILTER_NAME, trailer_filter, NULL, AP_FTYPE_CONTENT_SET);
}

void okta_withhold_token(request_rec *r)
{
    const okta_claims *claims;
    okta_request *state;
    const char *field;

    if (okta_dir_config_of(r)->forward_token != 0)
        return;
    field = apr_table_get(r->headers_in, "Authorization");
    if (!field)
        return;
    /* those of the turn before, which a state of this turn's own would hide */
    claims = okta_request_claims(r);
    state = okta_request_state(r, true);
    state->claims = claims;
    state->authorization = field;
    own_headers(r);
    apr_table_unset(r->headers_in, "Authorization");
}

const char *okta_authorization_of(const request_rec *r)
{
    const char *field = apr_table_get(r->headers_in, "Authorization");

    for (r = r->prev ? r->prev : r->main; !field && r; r = r->prev ? r->prev : r->main) {
        const okta_request *state = ap_get_module_config(r->request_config, &auth_okta_module);
        field = state ? state->authorization : NULL;
    }
    return field;
}

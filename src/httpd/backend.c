#include "httpd/backend.h"

#include "core/match.h"
#include "httpd/claim_text.h"
#include "httpd/registry.h"
#include "httpd/request.h"

#include <apr_lib.h>
#include <apr_strings.h>

/* CGI-like interfaces fold case and turn every other character into an underscore, so these are all
 * one name to them. */
static bool is_same_header(const char *a, const char *b)
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
        if (is_same_header(APR_ARRAY_IDX(headers, i, const char *), header))
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

int okta_scrub_headers(request_rec *r)
{
    if (okta_registry_get()->claim_headers->nelts > 0)
        drop_claim_headers(r, r->headers_in);
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

void okta_withhold_token(request_rec *r)
{
    const char *field;

    if (okta_dir_config_of(r)->forward_token != 0)
        return;
    field = apr_table_get(r->headers_in, "Authorization");
    if (!field)
        return;
    okta_request_state(r, true)->authorization = field;
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

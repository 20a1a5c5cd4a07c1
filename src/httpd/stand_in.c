/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/stand_in.h"

#include "core/digest.h"
#include "httpd/caller_only.h"

#include <apr_escape.h>
#include <string.h>
#include <util_filter.h>

#define FIELD "Authorization"
#define FILTER_NAME "OKTA_STAND_IN"

/* As registered since the last (re)start; NULL: mod_cache is not loaded. */
static const ap_filter_rec_t *cache_save, *cache_save_part;
static ap_filter_rec_t *stand_in;

void okta_stand_in_find_cache(void)
{
    cache_save = ap_get_output_filter_handle("CACHE_SAVE");
    cache_save_part = ap_get_output_filter_handle("CACHE_SAVE_SUBREQ");
}

/* Where the cache of this request hangs in its filters; NULL: it has none. */
static ap_filter_t **cache_of(request_rec *r)
{
    ap_filter_t **at = &r->output_filters;

    if (!cache_save)
        return NULL;
    while (*at && (*at)->frec != cache_save && (*at)->frec != cache_save_part)
        at = &(*at)->next;
    return *at && (*at)->r == r ? at : NULL;
}

bool okta_stand_in_is_due(request_rec *r)
{
    return cache_of(r) != NULL;
}

/* What the cache is shown. */
typedef struct picture {
    const char *digest;  /* as Authorization, where there is none */
    apr_table_t *header; /* instead of the request's own; NULL: that one */
} picture;

static apr_status_t show_stand_in(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    const picture *shown = f->ctx;
    apr_table_t *own = f->r->headers_in, *header = shown->header ? shown->header : own;
    bool absent = !apr_table_get(header, FIELD);
    apr_status_t status;

    okta_caller_only_mark(f->r);
    f->r->headers_in = header;
    if (absent)
        apr_table_setn(header, FIELD, shown->digest);
    status = ap_pass_brigade(f->next, brigade);
    if (absent)
        apr_table_unset(header, FIELD);
    f->r->headers_in = own;
    return status;
}

/* RFC 9111 section 3.5: answers to requests with Authorization are kept only if they allow it.
 * mod_cache decides in an output filter, which may stand anywhere: ours goes in front of it. It
 * keeps the header as well, so that is not the token; and nobody can ask for what it keeps by
 * guessing. */
void okta_stand_in_add(request_rec *r, const char *credentials, apr_table_t *header)
{
    ap_filter_t **cache = cache_of(r), *ours;
    unsigned char digest[OKTA_DIGEST_BYTES];
    picture *shown;

    if (!cache)
        return;
    if (!okta_digest(credentials, strlen(credentials), digest)) {
        r->no_cache = 1;
        return;
    }
    shown = apr_palloc(r->pool, sizeof(*shown));
    shown->digest = apr_pescape_hex(r->pool, digest, sizeof(digest), 0);
    shown->header = header;
    ours = apr_pcalloc(r->pool, sizeof(*ours));
    ours->frec = stand_in;
    ours->ctx = shown;
    ours->r = r;
    ours->c = r->connection;
    ours->next = *cache;
    *cache = ours;
}

void okta_stand_in_register_filter(void)
{
    stand_in = ap_register_output_filter(FILTER_NAME, show_stand_in, NULL, AP_FTYPE_RESOURCE);
}

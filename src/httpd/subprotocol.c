/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/subprotocol.h"

#include "core/subprotocols.h"
#include "httpd/public_url.h"
#include "httpd/registry.h"
#include "httpd/request.h"

#include <apr_buckets.h>
#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>
#include <string.h>
#include <strings.h>
#include <util_filter.h>

#define FIELD "Sec-WebSocket-Protocol"
#define ANSWER FIELD ": " OKTA_SUBPROTOCOL "\r\n"
#define KEPT "okta-subprotocol-token"
#define FILTER_NAME "OKTA_SUBPROTOCOL"
#define HEAD_MAX 8192

int okta_subprotocol_take(request_rec *r)
{
    const char *field =
        okta_registry_get()->takes_subprotocols ? apr_table_get(r->headers_in, FIELD) : NULL;
    okta_subprotocol_token *found;
    const char *token = NULL;
    size_t length = 0;
    okta_reason reason;
    char *rest;

    if (!field)
        return DECLINED;
    rest = apr_palloc(r->pool, 2 * strlen(field) + 1);
    reason = okta_subprotocols_take(field, &token, &length, rest);
    if (reason == OKTA_TOKEN_MISSING)
        return DECLINED;
    found = apr_pcalloc(r->pool, sizeof(*found));
    found->reason = reason;
    found->token = reason == OKTA_OK ? apr_pstrmemdup(r->pool, token, length) : "";
    found->stood_alone = *rest == '\0';
    apr_pool_userdata_setn(found, KEPT, NULL, r->pool);
    if (*rest)
        apr_table_setn(r->headers_in, FIELD, rest);
    else
        apr_table_unset(r->headers_in, FIELD);
    return DECLINED;
}

const okta_subprotocol_token *okta_subprotocol_of(const request_rec *r)
{
    const request_rec *first = okta_client_request(r);
    const char *upgrade;
    void *found = NULL;

    if (!okta_registry_get()->takes_subprotocols || first->method_number != M_GET)
        return NULL;
    upgrade = apr_table_get(first->headers_in, "Upgrade");
    if (upgrade && ap_find_token(first->pool, upgrade, "websocket"))
        apr_pool_userdata_get(&found, KEPT, first->pool);
    return found;
}

static bool has_field(const char *head)
{
    for (; head; head = strstr(head, "\r\n")) {
        head += 2;
        if (strncasecmp(head, FIELD ":", strlen(FIELD) + 1) == 0)
            return true;
    }
    return false;
}

/* Where the field belongs in the head of an answer that switches to WebSocket and chose none; 0:
 * this is another answer. */
static apr_size_t place_in(const char *head)
{
    const char *line = strstr(head, "\r\n");

    if (strncmp(head, "HTTP/1.1 101", 12) != 0 || !line || !strstr(head, "\r\n\r\n") ||
        has_field(line))
        return 0;
    return (apr_size_t)(line - head) + 2;
}

/* The filter's request is gone with it. */
static bool ends(const apr_bucket_brigade *brigade)
{
    for (const apr_bucket *b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);
         b = APR_BUCKET_NEXT(b))
        if (AP_BUCKET_IS_EOR(b))
            return true;
    return false;
}

/* On the connection, for an answer that switches protocols passes through no filter of the request.
 * It is the first thing that is sent, and in one piece. */
static apr_status_t answer_filter(ap_filter_t *f, apr_bucket_brigade *brigade)
{
    apr_size_t length = HEAD_MAX - 1, place;
    char head[HEAD_MAX];
    apr_bucket *behind;

    if (apr_brigade_flatten(brigade, head, &length) != APR_SUCCESS)
        length = 0;
    if (length > 0 || ends(brigade))
        ap_remove_output_filter(f);
    head[length] = '\0';
    place = place_in(head);
    if (place > 0 && apr_brigade_partition(brigade, (apr_off_t)place, &behind) == APR_SUCCESS)
        APR_BUCKET_INSERT_BEFORE(
            behind, apr_bucket_immortal_create(ANSWER, strlen(ANSWER), f->c->bucket_alloc));
    return ap_pass_brigade(f->next, brigade);
}

void okta_subprotocol_insert_filter(request_rec *r)
{
    const okta_subprotocol_token *offered = okta_request_claims(r) ? okta_subprotocol_of(r) : NULL;

    if (offered && offered->stood_alone && !r->main)
        ap_add_output_filter(FILTER_NAME, NULL, r, r->connection);
}

void okta_subprotocol_register_filter(void)
{
    ap_register_output_filter(FILTER_NAME, answer_filter, NULL, AP_FTYPE_CONNECTION);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/mcp_body.h"

#include "httpd/public_url.h"
#include "httpd/request.h"
#include "httpd/trailers.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <util_filter.h>

#define FILTER_NAME "OKTA_BODY"
/* next to httpd's own reading of the body: every filter that changes it stands before what we read
 */
#define BEHIND_ALL_FILTERS ((ap_filter_type)(AP_FTYPE_PROTOCOL - 1))
#define AT_ONCE 8192

static okta_request *first_state(const request_rec *r, bool make)
{
    return okta_request_state((request_rec *)okta_client_request(r), make);
}

bool okta_body_is_announced(const request_rec *r)
{
    const char *length = apr_table_get(r->headers_in, "Content-Length");

    /* a length that is no number is httpd's to refuse */
    return apr_table_get(r->headers_in, "Transfer-Encoding") ||
           (length && length[strspn(length, "0")]);
}

/* Ours in this turn; a request that has become what a subrequest was has that one's. */
static ap_filter_t *filter_of(const request_rec *r)
{
    ap_filter_t *f = r->input_filters;

    while (f && f != r->proto_input_filters && strcasecmp(f->frec->name, FILTER_NAME) != 0)
        f = f->next;
    return f == r->proto_input_filters ? NULL : f;
}

static void hand_on(request_rec *r, okta_body *body)
{
    ap_filter_t *f = filter_of(r);

    if (f)
        f->ctx = body;
    else
        ap_add_input_filter(FILTER_NAME, body, r, r->connection);
}

static apr_size_t room_for(const request_rec *r, apr_size_t most)
{
    const char *field = apr_table_get(r->headers_in, "Content-Length");
    apr_int64_t length = field ? apr_atoi64(field) : 0;

    return length > 0 && length <= (apr_int64_t)most ? (apr_size_t)length : AT_ONCE;
}

static void append(apr_pool_t *pool, okta_body *body, apr_size_t *room, const char *data,
                   apr_size_t length)
{
    if (length > *room - body->length) {
        char *text;

        while (length > *room - body->length)
            *room *= 2;
        text = apr_palloc(pool, *room);
        memcpy(text, body->text, body->length);
        body->text = text;
    }
    memcpy(body->text + body->length, data, length);
    body->length += length;
}

/* One read's worth. */
static apr_status_t take(apr_pool_t *pool, okta_body *body, apr_size_t *room,
                         apr_bucket_brigade *brigade)
{
    for (apr_bucket *b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);
         b = APR_BUCKET_NEXT(b)) {
        const char *data;
        apr_size_t length;
        apr_status_t status;

        if (APR_BUCKET_IS_EOS(b)) {
            body->whole = true;
            return APR_SUCCESS;
        }
        if (APR_BUCKET_IS_METADATA(b))
            continue;
        status = apr_bucket_read(b, &data, &length, APR_BLOCK_READ);
        if (status != APR_SUCCESS)
            return status;
        append(pool, body, room, data, length);
    }
    return APR_SUCCESS;
}

static int read_from_client(request_rec *r, okta_body *body, apr_size_t most)
{
    apr_bucket_alloc_t *list = r->connection->bucket_alloc;
    apr_bucket_brigade *brigade = apr_brigade_create(r->pool, list);
    apr_pool_t *pool = okta_client_request(r)->pool;
    apr_size_t room = room_for(r, most);
    apr_status_t status = APR_SUCCESS;
    ap_filter_t *f;

    while ((f = filter_of(r)) != NULL)
        ap_remove_input_filter(f);
    body->text = apr_palloc(pool, room);
    body->rest = apr_brigade_create(pool, list);
    /* trailers come at the body's end, and ahead of the hook that guards them */
    okta_guard_trailers(r);
    while (status == APR_SUCCESS && !body->whole && body->length <= most) {
        status =
            ap_get_brigade(r->input_filters, brigade, AP_MODE_READBYTES, APR_BLOCK_READ, AT_ONCE);
        if (status == APR_SUCCESS)
            status = take(pool, body, &room, brigade);
        apr_brigade_cleanup(brigade);
    }
    apr_brigade_destroy(brigade);
    if (status != APR_SUCCESS)
        return ap_map_http_request_error(status, HTTP_BAD_REQUEST);
    if (body->length > 0)
        APR_BRIGADE_INSERT_TAIL(body->rest,
                                apr_bucket_pool_create(body->text, body->length, pool, list));
    if (body->whole)
        APR_BRIGADE_INSERT_TAIL(body->rest, apr_bucket_eos_create(list));
    return OK;
}

int okta_body_read(request_rec *r, apr_size_t most, const okta_body **found)
{
    okta_request *first = first_state(r, true);
    okta_body *body = first->body;
    int status = OK;

    if (!body) {
        body = apr_pcalloc(okta_client_request(r)->pool, sizeof(*body));
        status = read_from_client(r, body, most);
        if (status == OK)
            first->body = body;
    }
    if (status == OK)
        hand_on(r, body);
    *found = body;
    return status;
}

void okta_body_deny(request_rec *r)
{
    okta_body *none = apr_pcalloc(r->pool, sizeof(*none));

    none->whole = true;
    none->rest = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    /* mod_request would hand it out above all filters */
    if (r->kept_body)
        r->kept_body = apr_brigade_create(r->pool, r->connection->bucket_alloc);
    hand_on(r, none);
}

void okta_body_drop(request_rec *r)
{
    const okta_request *first = first_state(r, false);

    /* what is left on the connection would be its next request */
    if (!first || !first->body || !first->body->whole)
        ap_discard_request_body(r);
    apr_table_unset(r->headers_in, "Content-Length");
    apr_table_unset(r->headers_in, "Transfer-Encoding");
    okta_body_deny(r);
}

void okta_body_insert_filter(request_rec *r)
{
    okta_request *first = r->main ? NULL : first_state(r, false);

    if (first && first->body && !filter_of(r))
        hand_on(r, first->body);
}

/* As httpd's own filter answers behind the end: with the end, as often as it is asked. */
static apr_status_t end(apr_bucket_brigade *brigade)
{
    APR_BRIGADE_INSERT_TAIL(brigade, apr_bucket_eos_create(brigade->bucket_alloc));
    return APR_SUCCESS;
}

static apr_status_t hand_out(okta_body *body, apr_bucket_brigade *brigade, bool copies,
                             apr_off_t length)
{
    apr_bucket *behind, *next;
    apr_status_t status = apr_brigade_partition(body->rest, length, &behind);

    if (status != APR_SUCCESS && status != APR_INCOMPLETE)
        return status;
    for (apr_bucket *b = APR_BRIGADE_FIRST(body->rest); b != behind; b = next) {
        next = APR_BUCKET_NEXT(b);
        if (copies) {
            status = apr_bucket_copy(b, &b);
            if (status != APR_SUCCESS)
                return status;
        } else {
            APR_BUCKET_REMOVE(b);
        }
        APR_BRIGADE_INSERT_TAIL(brigade, b);
    }
    return APR_SUCCESS;
}

static apr_status_t body_filter(ap_filter_t *f, apr_bucket_brigade *brigade, ap_input_mode_t mode,
                                apr_read_type_e block, apr_off_t length)
{
    okta_body *body = f->ctx;

    if (mode == AP_MODE_INIT || mode == AP_MODE_EATCRLF)
        return ap_get_brigade(f->next, brigade, mode, block, length);
    if (APR_BRIGADE_EMPTY(body->rest))
        return body->whole ? end(brigade) : ap_get_brigade(f->next, brigade, mode, block, length);
    switch (mode) {
    case AP_MODE_GETLINE:
        return apr_brigade_split_line(brigade, body->rest, block, HUGE_STRING_LEN);
    case AP_MODE_EXHAUSTIVE:
        APR_BRIGADE_CONCAT(brigade, body->rest);
        return APR_SUCCESS;
    case AP_MODE_READBYTES:
    case AP_MODE_SPECULATIVE:
        return hand_out(body, brigade, mode == AP_MODE_SPECULATIVE, length);
    default:
        return APR_ENOTIMPL;
    }
}

void okta_body_register_filter(void)
{
    ap_register_input_filter(FILTER_NAME, body_filter, NULL, BEHIND_ALL_FILTERS);
}

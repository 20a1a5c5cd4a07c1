/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/handlers.h"

#include "httpd/reply.h"
#include "httpd/request.h"
#include "httpd/respond.h"

#include <apr_strings.h>
#include <http_protocol.h>
#include <http_request.h>

#define WHOAMI "okta-whoami"
#define HELLO "okta-hello"

static int whoami(request_rec *r)
{
    const okta_claims *claims = okta_request_claims(r);
    okta_result result;

    if (!claims) {
        okta_result_init(&result);
        okta_result_set(&result, OKTA_TOKEN_MISSING,
                        WHOAMI " has nobody to tell of; protect it by AuthType Okta and Require "
                               "valid-user");
        return okta_refuse(r, &result);
    }
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    return okta_reply_json(r, okta_value_to_json(okta_claims_root(claims)));
}

static int hello(request_rec *r)
{
    const char *caller = okta_request_claims(r) ? r->user : NULL;

    /* the answer depends on the caller */
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    return okta_reply_json(
        r, json_pack("{s:s, s:s?}", "message",
                     caller ? apr_pstrcat(r->pool, "Hello, ", caller, "!", NULL) : "Hello!",
                     "caller", caller));
}

int okta_handle(request_rec *r)
{
    bool is_whoami = r->handler && strcmp(r->handler, WHOAMI) == 0;

    if (!is_whoami && (!r->handler || strcmp(r->handler, HELLO) != 0))
        return DECLINED;
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    ap_discard_request_body(r);
    return is_whoami ? whoami(r) : hello(r);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/reply.h"

#include "devserver/jws.h"
#include <http_log.h>
#include <http_protocol.h>
#include <stdlib.h>

APLOG_USE_MODULE(okta_devserver);

#define NO_STORE "no-store"

int okta_dev_reply_text(request_rec *r, int status, const char *cache_control, const char *text)
{
    size_t length = strlen(text);
    r->status = status;
    if (cache_control) {
        apr_table_setn(r->headers_out, "Cache-Control", cache_control);
    }
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, (apr_off_t)length);
    ap_rwrite(text, (int)length, r);
    return OK;
}

int okta_dev_reply_json(request_rec *r, int status, const char *cache_control, json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    if (!text) {
        ap_log_rerror(APLOG_MARK, APLOG_ERR, 0, r,
                      "OKTA-DEV: cannot write the answer's JSON; are all configured values UTF-8?");
        return HTTP_INTERNAL_SERVER_ERROR;
    }
    okta_dev_reply_text(r, status, cache_control, text);
    free(text);
    return OK;
}

int okta_dev_reply_oauth_error(request_rec *r, int status, const char *error,
                               const char *description)
{
    ap_log_rerror(APLOG_MARK, APLOG_INFO, 0, r, "OKTA-DEV: no token: %s: %s", error, description);
    if (status == HTTP_UNAUTHORIZED) {
        apr_table_setn(r->headers_out, "WWW-Authenticate", "Basic realm=\"okta-dev-issuer\"");
    }
    return okta_dev_reply_json(
        r, status, NO_STORE,
        json_pack("{s:s, s:s}", "error", error, "error_description", description));
}

int okta_dev_reply_okta_error(request_rec *r, int status, const char *code, const char *summary)
{
    return okta_dev_reply_json(r, status, NO_STORE,
                               json_pack("{s:s, s:s, s:s, s:s, s:[]}", "errorCode", code,
                                         "errorSummary", summary, "errorLink", code, "errorId",
                                         okta_dev_random_id(r->pool, "oae"), "errorCauses"));
}

int okta_dev_reply_wrong_method(request_rec *r, const char *allow)
{
    apr_table_setn(r->headers_out, "Allow", allow);
    return okta_dev_reply_okta_error(r, HTTP_METHOD_NOT_ALLOWED, "E0000022",
                                     "The endpoint does not support the provided HTTP method");
}

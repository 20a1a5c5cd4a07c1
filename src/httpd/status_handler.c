/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/log.h"
#include "httpd/status.h"

#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#define STATUS "okta-status"

/* Some clients (Prometheus) write a parameter only with an equals sign behind it. */
typedef struct view {
    const char *query;
    int (*send)(request_rec *r, const okta_picture *picture);
} view;

static const view views[] = {{"", okta_status_send_page},
                             {"json", okta_status_send_json},
                             {"json=", okta_status_send_json},
                             {"prometheus", okta_status_send_metrics},
                             {"prometheus=", okta_status_send_metrics},
                             {NULL, NULL}};

static int refuse_query(request_rec *r)
{
    r->status = HTTP_BAD_REQUEST;
    ap_set_content_type(r, "text/plain; charset=utf-8");
    ap_rputs(STATUS " knows no such query. Write ?json, ?prometheus, or nothing.\n", r);
    return OK;
}

int okta_handle_status(request_rec *r)
{
    const view *chosen = views;

    if (!r->handler || strcmp(r->handler, STATUS) != 0)
        return DECLINED;
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    ap_discard_request_body(r);
    apr_table_setn(r->headers_out, "Cache-Control", "no-store");
    apr_table_setn(r->headers_out, "X-Content-Type-Options", "nosniff");
    while (chosen->query && strcmp(chosen->query, r->args ? r->args : "") != 0)
        chosen++;
    return chosen->send ? chosen->send(r, okta_picture_take(r)) : refuse_query(r);
}

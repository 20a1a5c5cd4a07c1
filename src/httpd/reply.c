/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/reply.h"

#include "core/value.h"

#include <http_protocol.h>
#include <stdlib.h>

int okta_reply_json(request_rec *r, json_t *json)
{
    char *text = okta_json_text(json, JSON_INDENT(2));
    size_t length = text ? strlen(text) : 0;

    json_decref(json);
    if (!text)
        return HTTP_SERVICE_UNAVAILABLE;
    ap_set_content_type(r, "application/json");
    ap_set_content_length(r, (apr_off_t)length + 1);
    ap_rwrite(text, (int)length, r);
    ap_rputs("\n", r);
    free(text);
    return OK;
}

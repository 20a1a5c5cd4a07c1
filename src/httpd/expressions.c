/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/expressions.h"

#include "core/match.h"
#include "httpd/claim_text.h"
#include "httpd/request.h"
#include "httpd/require_others.h"

#include <apr_strings.h>

#define VARIABLE "OKTA"
#define LIST "okta_claim"

/* No answer of ours is right or wrong by itself: what the expression makes of it is not known. */
static void note_nobody(request_rec *r)
{
    okta_request *state = okta_request_state(r, true);

    if (!state->judged)
        state->unanswerable = true;
}

static const okta_value *find(const ap_expr_eval_ctx_t *context, const char *path)
{
    const okta_claims *claims = context->r ? okta_request_claims(context->r) : NULL;

    if (!claims && context->r)
        note_nobody(context->r);
    return claims ? okta_claims_find(claims, path) : NULL;
}

static const char *claim_text(ap_expr_eval_ctx_t *context, const void *data, const char *path)
{
    const okta_value *value = find(context, path);
    const char *text = value ? okta_claim_text(context->p, value, OKTA_TEXT_ENV) : NULL;

    (void)data;
    return text ? text : "";
}

static apr_array_header_t *claim_list(ap_expr_eval_ctx_t *context, const void *data,
                                      const char *path)
{
    const okta_value *value = find(context, path);
    apr_array_header_t *list = apr_array_make(context->p, 4, sizeof(const char *));
    bool is_array = value && value->type == OKTA_VALUE_ARRAY;
    uint32_t count = is_array ? value->length : value ? 1 : 0;

    (void)data;
    for (uint32_t i = 0; i < count; i++) {
        const char *text =
            okta_claim_text(context->p, is_array ? &value->as.children[i] : value, OKTA_TEXT_ENV);
        if (text)
            APR_ARRAY_PUSH(list, const char *) = text;
    }
    return list;
}

int okta_lookup_expression(ap_expr_lookup_parms *parms)
{
    if (parms->type == AP_EXPR_FUNC_STRING && strcasecmp(parms->name, VARIABLE) == 0) {
        *parms->func = (const void *)claim_text;
        okta_require_asks(parms->ptemp);
        return OK;
    }
    if (parms->type == AP_EXPR_FUNC_LIST && strcasecmp(parms->name, LIST) == 0) {
        *parms->func = (const void *)claim_list;
        okta_require_asks(parms->ptemp);
        return OK;
    }
    return DECLINED;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/token_reading.h"

#include "httpd/introspection.h"
#include "httpd/tokens.h"

#include <string.h>

/* LogLevel debug: a verdict that was remembered has no steps. */
static void explain_memory(request_rec *r, const okta_explanation *explanation, okta_reason reason,
                           const okta_claims *claims)
{
    if (!explanation || explanation->steps > 0)
        return;
    okta_explain_step(r, "memory", reason == OKTA_OK,
                      reason == OKTA_OK ? "the token was verified before, with key \"%s\""
                                        : "the token was refused before%s",
                      reason == OKTA_OK ? okta_claims_kid(claims) : "");
}

static void explain_word(request_rec *r, const okta_explanation *explanation, okta_reason reason,
                         const okta_issuer *issuer, const okta_result *result)
{
    if (explanation)
        okta_explain_step(r, "introspection", reason == OKTA_OK, "%s%s",
                          reason == OKTA_OK ? "active, says " : result->detail,
                          reason == OKTA_OK ? issuer->url : "");
}

static okta_reason verify(request_rec *r, const okta_policy *policy, const char *token,
                          size_t length, okta_claims **claims, const okta_issuer **issuer,
                          okta_seen *seen, const okta_explanation *explanation, okta_result *result)
{
    okta_reason reason = okta_tokens_verify(r->pool, policy, token, length, claims, issuer, seen,
                                            explanation ? &explanation->trace : NULL, result);

    explain_memory(r, explanation, reason, *claims);
    return reason;
}

static okta_reason ask(request_rec *r, const okta_policy *policy, const okta_issuer *asked,
                       const char *token, size_t length, okta_claims **claims,
                       const okta_issuer **issuer, okta_seen *seen,
                       const okta_explanation *explanation, okta_result *result)
{
    bool fresh;
    okta_reason reason = okta_introspection_read_token(r->pool, policy, asked, token, length,
                                                       claims, &fresh, seen, result);

    *issuer = fresh || reason != OKTA_OK ? asked : NULL;
    explain_word(r, explanation, reason, asked, result);
    return reason;
}

okta_reason okta_token_read(request_rec *r, const okta_policy *policy, const char *token,
                            size_t length, okta_claims **claims, const okta_issuer **issuer,
                            okta_seen *seen, const okta_explanation *explanation,
                            okta_result *result)
{
    const okta_issuer *asked = okta_introspection_issuer(policy);
    okta_reason reason;

    *issuer = NULL;
    if (!asked)
        return verify(r, policy, token, length, claims, issuer, seen, explanation, result);
    if (okta_introspection_is_for(asked, token, length))
        return ask(r, policy, asked, token, length, claims, issuer, seen, explanation, result);
    /* those of Okta's org server have the form of a JWT */
    if (asked->asking.has_no_path &&
        okta_introspection_recall(r->pool, policy, asked, token, length, claims, seen, &reason,
                                  result)) {
        explain_word(r, explanation, reason, asked, result);
        return reason;
    }
    reason = verify(r, policy, token, length, claims, issuer, seen, explanation, result);
    if (reason != OKTA_TOKEN_FROM_ORG_SERVER || !asked->asking.has_no_path ||
        strcmp(result->issuer, asked->url) != 0)
        return reason;
    okta_result_init(result);
    return ask(r, policy, asked, token, length, claims, issuer, seen, explanation, result);
}

okta_reason okta_token_confirm(request_rec *r, const okta_policy *policy, const okta_claims *claims,
                               const char *token, size_t length, const okta_seen *seen,
                               const okta_issuer **issuer, const okta_explanation *explanation,
                               okta_result *result)
{
    const okta_issuer *asked = NULL;
    okta_reason reason =
        okta_introspection_confirm(r->pool, policy, claims, token, length, seen, &asked, result);

    if (asked) {
        *issuer = asked;
        explain_word(r, explanation, reason, asked, result);
    }
    return reason;
}

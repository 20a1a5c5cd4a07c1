/* The process's cache of verified tokens. */
#ifndef OKTA_HTTPD_TOKENS_H
#define OKTA_HTTPD_TOKENS_H

#include "core/verify.h"
#include "httpd/registry.h"

/* Child: make the cache, of OktaTokenCache entries; released with pchild. */
void okta_tokens_child_init(apr_pool_t *pchild);

/* token: as okta_bearer_find left it; OKTA_REQUEST_MALFORMED where it is no token68. Else
 * okta_verify with the keys of this process, and with what it remembers of the token: signature and
 * claims, or a refusal that is final. The policy is checked against what is remembered as against
 * what is new. *issuer is the one whose keys were asked for, NULL where none were: the verdict was
 * remembered, or the token named no issuer. As okta_verify; any thread of a child. */
okta_reason okta_tokens_verify(const okta_policy *policy, const char *token, size_t length,
                               okta_claims **claims, const okta_issuer **issuer,
                               okta_result *result);

#endif

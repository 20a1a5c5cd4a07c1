/* SPDX-License-Identifier: Apache-2.0 */
#include "core/binding.h"

#include "core/thumbprint.h"

#include <openssl/crypto.h>
#include <string.h>
#include <strings.h>

#define KEY "jkt"
#define CERTIFICATE "x5t#S256"

/* The members of cnf; NULL: not there, or no thumbprint. */
typedef struct binding {
    bool is_whole; /* there is nothing beside them */
    const char *key;
    const char *certificate;
} binding;

static const char *thumbprint_of(const okta_value *value)
{
    return value && value->type == OKTA_VALUE_STRING && value->length == OKTA_THUMBPRINT_LENGTH
               ? value->as.string
               : NULL;
}

/* Whoever cannot check a method of confirmation must not take the token for confirmed by another
 * (RFC 7800 section 3.1). */
static binding binding_of(const okta_value *cnf)
{
    const okta_value *key = okta_value_member(cnf, KEY);
    const okta_value *certificate = okta_value_member(cnf, CERTIFICATE);
    binding found = {.key = thumbprint_of(key), .certificate = thumbprint_of(certificate)};

    found.is_whole = cnf && cnf->type == OKTA_VALUE_OBJECT && (!key || found.key) &&
                     (!certificate || found.certificate);
    for (uint32_t i = 0; found.is_whole && i < cnf->length; i++) {
        const okta_value *member = &cnf->as.children[i];

        if (member != key && member != certificate && member->type != OKTA_VALUE_NULL)
            found.is_whole = false;
    }
    return found;
}

const char *okta_claims_thumbprint(const okta_claims *claims)
{
    const binding found = binding_of(okta_claims_get(claims, "cnf"));

    return found.is_whole ? found.key : NULL;
}

bool okta_claims_need_certificate(const okta_claims *claims)
{
    return okta_value_member(okta_claims_get(claims, "cnf"), CERTIFICATE) != NULL;
}

/* An issuer that was asked says by token_type that there is a key, and not by cnf which one. */
static bool is_bound_to_something(const okta_claims *claims)
{
    const okta_value *type = okta_claims_get(claims, "token_type");

    return okta_claims_type(claims) == OKTA_TYPE_OPAQUE && type &&
           type->type == OKTA_VALUE_STRING && strcasecmp(type->as.string, "DPoP") == 0;
}

static okta_reason check_unbound(const okta_claims *claims, const okta_bearing *bearing,
                                 const okta_trace *trace, okta_result *result)
{
    if (is_bound_to_something(claims))
        return okta_result_set(result,
                               bearing->by_proof ? OKTA_BINDING_UNSUPPORTED : OKTA_TOKEN_BOUND,
                               "the issuer says that its token_type is DPoP, and has no \"cnf\" "
                               "that says by which key");
    if (bearing->by_proof)
        return okta_result_set(result, OKTA_TOKEN_UNBOUND,
                               "it has no \"cnf\" and came with the scheme DPoP: send it as "
                               "Bearer, or ask for a token with a DPoP proof");
    if (bearing->needs_proof)
        return okta_result_set(result, OKTA_TOKEN_UNBOUND,
                               "it has no \"cnf\", and OktaDPoP required takes no others: ask "
                               "for a token with a DPoP proof");
    return okta_trace_seen(trace, result, "not bound to a key");
}

static okta_reason check_certificate(const char *expected, const okta_bearing *bearing,
                                     okta_result *result)
{
    if (!bearing->certificate)
        return okta_result_set(result, OKTA_CERTIFICATE_MISSING,
                               "it is bound to the certificate with the thumbprint %s, and %s",
                               expected,
                               bearing->absence ? bearing->absence : "no certificate came with it");
    if (CRYPTO_memcmp(expected, bearing->certificate, OKTA_THUMBPRINT_LENGTH) != 0)
        return okta_result_set(result, OKTA_CERTIFICATE_MISMATCH,
                               "it is bound to the certificate with the thumbprint %s; the "
                               "client's has %s",
                               expected, bearing->certificate);
    return OKTA_OK;
}

static okta_reason refuse_as_bearer(const okta_value *cnf, const binding *bound,
                                    const okta_bearing *bearing, okta_result *result)
{
    if (!okta_value_member(cnf, CERTIFICATE) || okta_value_member(cnf, KEY))
        return okta_result_set(
            result, OKTA_TOKEN_BOUND,
            "it has \"cnf\" and came as a plain Bearer token, without proof of its key");
    if (!bound->is_whole)
        return okta_result_set(result, OKTA_BINDING_UNSUPPORTED,
                               "its \"cnf\" is not one \"" CERTIFICATE "\" of %d characters "
                               "and nothing else",
                               OKTA_THUMBPRINT_LENGTH);
    if (bearing->needs_proof)
        return okta_result_set(result, OKTA_TOKEN_UNBOUND,
                               "it is bound to a certificate alone, and OktaDPoP required takes "
                               "no token without a proof: ask for one with a DPoP proof");
    return OKTA_OK;
}

static okta_reason refuse_by_proof(const binding *bound, okta_result *result)
{
    if (bound->is_whole && bound->certificate && !bound->key)
        return okta_result_set(result, OKTA_TOKEN_UNBOUND,
                               "it is bound to a certificate and to no key, and came with the "
                               "scheme DPoP: send it as Bearer");
    if (!bound->is_whole || !bound->key)
        return okta_result_set(result, OKTA_BINDING_UNSUPPORTED,
                               "its \"cnf\" is not one \"" KEY "\" of %d characters, with or "
                               "without \"" CERTIFICATE "\", and nothing else",
                               OKTA_THUMBPRINT_LENGTH);
    return OKTA_OK;
}

/* RFC 7800: a confirmation claim makes the token worth nothing to whoever cannot prove the key. */
okta_reason okta_binding_check(const okta_claims *claims, const okta_bearing *bearing,
                               const okta_trace *trace, okta_result *result)
{
    const okta_value *cnf = okta_claims_get(claims, "cnf");
    okta_reason reason;
    binding bound;

    if (!cnf)
        return check_unbound(claims, bearing, trace, result);
    bound = binding_of(cnf);
    reason = bearing->by_proof ? refuse_by_proof(&bound, result)
                               : refuse_as_bearer(cnf, &bound, bearing, result);
    if (reason == OKTA_OK && bound.certificate)
        reason = check_certificate(bound.certificate, bearing, result);
    if (reason != OKTA_OK)
        return reason;
    return okta_trace_seen(
        trace, result, "bound to %s%s%s%s", bound.key ? "the key " : "", bound.key ? bound.key : "",
        bound.certificate ? bound.key ? ", and to the certificate " : "the certificate " : "",
        bound.certificate ? bound.certificate : "");
}

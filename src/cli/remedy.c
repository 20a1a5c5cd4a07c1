/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/remedy.h"

#include "cli/clock.h"
#include "cli/wrapping.h"

#include <string.h>

static const char *const plain[OKTA_REASON_COUNT] = {
    [OKTA_TOKEN_TOO_LARGE] = "a shorter token; in httpd OktaMaxTokenBytes sets the limit",
    [OKTA_TOKEN_MALFORMED] = "three parts of base64url without padding, joined by dots",
    [OKTA_TOKEN_ENCRYPTED] =
        "a signed token, not compressed or nested; or the private key (--decryption-key)",
    [OKTA_TOKEN_UNDECRYPTABLE] =
        "a token that is encrypted to the key of --decryption-key and was not changed since",
    [OKTA_HEADER_MALFORMED] = "a header that is a JSON object with \"alg\" and \"kid\"",
    [OKTA_HEADER_CRITICAL] = "a header without \"crit\" and \"b64\"",
    [OKTA_TOKEN_FROM_ORG_SERVER] =
        "a token of a custom authorization server, as in https://.../oauth2/default",
    [OKTA_ID_TOKEN] = "the access_token of the answer that held this id_token",
    [OKTA_KEY_AMBIGUOUS] = "a \"kid\" in the header that names one key",
    [OKTA_KEY_MISMATCH] = "an \"alg\" that fits the type of the key and is the one its JWK names",
    [OKTA_SIGNATURE_INVALID] =
        "the bytes that the issuer signed with that key, unchanged and complete",
    [OKTA_CLAIMS_MALFORMED] = "claims of the types that RFC 7519 gives them, in a JSON object",
    [OKTA_CLAIM_MISSING] = "a token with \"iss\" and \"exp\"",
    [OKTA_TOKEN_UNBOUND] = "the scheme Bearer for this token, without a proof",
    [OKTA_BINDING_UNSUPPORTED] =
        "a token that is bound by \"jkt\" (DPoP), \"x5t#S256\" (a client certificate) or both",
    [OKTA_CERTIFICATE_MISSING] =
        "the client certificate that the token is bound to (--certificate FILE)",
    [OKTA_CERTIFICATE_MISMATCH] = "the certificate that the token was asked for with",
    [OKTA_PROOF_MISSING] = "the value of the header DPoP in the file",
    [OKTA_PROOF_REPEATED] = "one proof",
    [OKTA_PROOF_MALFORMED] =
        "three parts of base64url without padding, joined by dots, with JSON in the first two",
    [OKTA_PROOF_TYPE] = "the \"typ\" dpop+jwt in its header",
    [OKTA_PROOF_ALGORITHM] = "one of the algorithms RS256 to ES512, or EdDSA",
    [OKTA_PROOF_KEY] = "the public key, whole and valid, as \"jwk\" in its header",
    [OKTA_PROOF_SIGNATURE] = "a signature by the private key of its \"jwk\"",
    [OKTA_PROOF_CLAIMS] = "\"jti\", \"htm\" and \"htu\" as strings, \"iat\" as a number",
    [OKTA_PROOF_METHOD] = "a proof for each method, or another --method",
    [OKTA_PROOF_URL] = "a proof for each address, or another --url",
    [OKTA_PROOF_EXPIRED] =
        "a new proof for each request, and clocks that agree; --at judges as of then",
    [OKTA_PROOF_FROM_FUTURE] = "a clock that agrees with the server's",
    [OKTA_PROOF_OTHER_TOKEN] = "a proof made for this token",
    [OKTA_PROOF_OTHER_KEY] = "a proof by the key that the token was asked for with",
    [OKTA_TOKEN_NOT_YET_VALID] = "a clock that agrees with the issuer's",
    [OKTA_TOKEN_TOO_OLD] = "a token that was issued just now",
    [OKTA_TOKEN_REVOKED] = "another token: this one, its user or its client was revoked",
    [OKTA_TOKEN_FROM_FUTURE] = "a clock that agrees with the issuer's",
};

/* what, then the items quoted and joined by "or", then more. */
static void one_of(const char *what, const okta_strings *items, const char *more, char *buffer,
                   size_t size)
{
    okta_text_format(buffer, size, "%s", what);
    for (size_t i = 0; i < items->count; i++) {
        size_t used = strlen(buffer);

        okta_text_format(buffer + used, size - used, "%s \"%s\"", i ? " or" : "", items->items[i]);
    }
    okta_text_format(buffer + strlen(buffer), size - strlen(buffer), "%s", more);
}

static void algorithms(okta_algorithm_set set, char *buffer, size_t size)
{
    okta_text_format(buffer, size, "one of --algorithms:");
    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++) {
        size_t used = strlen(buffer);

        if (set & OKTA_ALGORITHM_BIT(id))
            okta_text_format(buffer + used, size - used, " %s",
                             okta_algorithm_by_id((okta_algorithm_id)id)->name);
    }
}

void okta_remedy(okta_reason reason, const okta_remedy_facts *facts, char *buffer, size_t size)
{
    const char *phrase = (unsigned int)reason < OKTA_REASON_COUNT ? plain[reason] : NULL;
    const char *wrapped = okta_wrapping(facts->token, facts->length);
    char now[OKTA_TIME_BYTES];

    switch (reason) {
    case OKTA_TOKEN_MALFORMED:
    case OKTA_TOKEN_ENCRYPTED:
        okta_text_format(buffer, size, "%s", wrapped ? wrapped : phrase);
        break;
    case OKTA_ALGORITHM_REFUSED:
        algorithms(facts->policy->algorithms, buffer, size);
        break;
    case OKTA_TYPE_REFUSED:
        okta_text_format(buffer, size, "a typ of at+jwt%s",
                         facts->policy->at_jwt_only ? " (--type any takes others too)"
                                                    : " or JWT, or none");
        break;
    case OKTA_KID_UNKNOWN:
        okta_text_format(buffer, size, "%s%s", *facts->kids ? "one of the kids " : "no kid at all",
                         facts->kids);
        break;
    case OKTA_ISSUER_UNKNOWN:
        one_of("an iss that is, byte by byte,", &facts->policy->issuers, "", buffer, size);
        break;
    case OKTA_AUDIENCE_MISMATCH:
        one_of("an aud that is or holds", &facts->policy->audiences,
               facts->default_audience
                   ? ", which follows from the issuer (--audience names another)"
               : facts->policy->audiences.count ? ""
                                                : " the audience of the API",
               buffer, size);
        break;
    case OKTA_CLIENT_MISMATCH:
        one_of("a token for the client", &facts->policy->clients, "", buffer, size);
        break;
    case OKTA_TOKEN_BOUND:
        okta_text_format(buffer, size,
                         "a DPoP proof beside it (okta-token call sends one, verify --proof judges "
                         "one), or a token that is bound to no key (at Okta: the application "
                         "without \"Require Demonstrating Proof of Possession (DPoP) header in "
                         "token requests\")");
        break;
    case OKTA_TOKEN_EXPIRED:
        okta_text_format(buffer, size, "a new token; it is %s", okta_time_format(facts->now, now));
        break;
    default:
        okta_text_format(buffer, size, "%s", phrase ? phrase : "");
    }
}

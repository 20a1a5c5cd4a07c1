/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reason.h"

#include <stddef.h>

typedef struct reason_row {
    const char *tag;
    int status;
    const char *error;
    const char *description;
} reason_row;

#define BAD_TOKEN 401, "invalid_token"
/* Which check failed is the operator's affair: a thief who tries things learns nothing. */
#define BAD_PROOF 401, "invalid_dpop_proof", "The request lacks a valid DPoP proof"

static const reason_row reasons[OKTA_REASON_COUNT] = {
    [OKTA_UNSET] = {"unset", 500, NULL, "The request could not be judged"},
    [OKTA_OK] = {"ok", 200, NULL, "The access token is valid"},
    [OKTA_REQUEST_MALFORMED] = {"request_malformed", 400, "invalid_request",
                                "The credentials are malformed, or the request has several tokens"},
    [OKTA_TOKEN_MISSING] = {"token_missing", 401, NULL, "An access token is required"},
    [OKTA_TOKEN_TOO_LARGE] = {"token_too_large", BAD_TOKEN, "The access token is too large"},
    [OKTA_TOKEN_MALFORMED] = {"token_malformed", BAD_TOKEN, "The access token is malformed"},
    [OKTA_TOKEN_ENCRYPTED] = {"token_encrypted", BAD_TOKEN, "Encrypted tokens are not accepted"},
    [OKTA_TOKEN_UNDECRYPTABLE] = {"token_undecryptable", BAD_TOKEN,
                                  "The access token cannot be decrypted"},
    [OKTA_HEADER_MALFORMED] = {"header_malformed", BAD_TOKEN, "The access token is malformed"},
    [OKTA_HEADER_CRITICAL] = {"header_critical", BAD_TOKEN,
                              "The access token asks for an unsupported extension"},
    [OKTA_TYPE_REFUSED] = {"type_refused", BAD_TOKEN, "The token is not an access token"},
    [OKTA_TOKEN_FROM_ORG_SERVER] = {"token_from_org_server", BAD_TOKEN,
                                    "The access token is from another authorization server"},
    [OKTA_ID_TOKEN] = {"id_token", BAD_TOKEN, "The token is not an access token"},
    [OKTA_ALGORITHM_REFUSED] = {"algorithm_refused", BAD_TOKEN,
                                "The access token is signed with an algorithm that is not "
                                "accepted"},
    [OKTA_ISSUER_UNKNOWN] = {"issuer_unknown", BAD_TOKEN,
                             "The access token is from another authorization server"},
    [OKTA_KID_UNKNOWN] = {"kid_unknown", BAD_TOKEN, "The access token is signed by an unknown key"},
    [OKTA_KEY_AMBIGUOUS] = {"key_ambiguous", BAD_TOKEN,
                            "The access token does not name the key that signed it"},
    [OKTA_KEY_MISMATCH] = {"key_mismatch", BAD_TOKEN,
                           "The access token's key does not serve its algorithm"},
    [OKTA_SIGNATURE_INVALID] = {"signature_invalid", BAD_TOKEN,
                                "The access token's signature is invalid"},
    [OKTA_CLAIMS_MALFORMED] = {"claims_malformed", BAD_TOKEN,
                               "The access token's claims are malformed"},
    [OKTA_CLAIM_MISSING] = {"claim_missing", BAD_TOKEN,
                            "The access token lacks a claim that is required"},
    [OKTA_TOKEN_BOUND] = {"token_bound", BAD_TOKEN,
                          "The access token is bound to a key and was sent without its proof"},
    [OKTA_TOKEN_UNBOUND] = {"token_unbound", BAD_TOKEN,
                            "The access token is not bound to a key of its client (DPoP)"},
    [OKTA_BINDING_UNSUPPORTED] = {"binding_unsupported", BAD_TOKEN,
                                  "The access token is bound in a way that is not supported"},
    [OKTA_CERTIFICATE_MISSING] = {"certificate_missing", BAD_TOKEN,
                                  "The access token is bound to a client certificate and was sent "
                                  "without it"},
    [OKTA_CERTIFICATE_MISMATCH] = {"certificate_mismatch", BAD_TOKEN,
                                   "The access token is bound to another client certificate"},
    [OKTA_AUDIENCE_MISMATCH] = {"audience_mismatch", BAD_TOKEN,
                                "The access token is meant for another audience"},
    [OKTA_CLIENT_MISMATCH] = {"client_mismatch", BAD_TOKEN,
                              "The access token was issued to a client that is not accepted"},
    [OKTA_TOKEN_EXPIRED] = {"token_expired", BAD_TOKEN, "The access token expired"},
    [OKTA_TOKEN_NOT_YET_VALID] = {"token_not_yet_valid", BAD_TOKEN,
                                  "The access token is not valid yet"},
    [OKTA_TOKEN_FROM_FUTURE] = {"token_from_future", BAD_TOKEN,
                                "The access token was issued in the future"},
    [OKTA_TOKEN_TOO_OLD] = {"token_too_old", BAD_TOKEN, "The access token was issued too long ago"},
    [OKTA_TOKEN_REVOKED] = {"token_revoked", BAD_TOKEN, "The access token was revoked"},
    [OKTA_TOKEN_INACTIVE] = {"token_inactive", BAD_TOKEN, "The access token is not active"},
    [OKTA_STEP_UP_NEEDED] = {"step_up_needed", 401, "insufficient_user_authentication",
                             "A stronger or more recent authentication is required"},
    [OKTA_USER_MISSING] = {"user_missing", BAD_TOKEN, "The access token does not name its bearer"},
    [OKTA_INSUFFICIENT_SCOPE] = {"insufficient_scope", 403, "insufficient_scope",
                                 "The access token is not sufficient for this resource"},
    [OKTA_PROOF_MISSING] = {"proof_missing", BAD_PROOF},
    [OKTA_PROOF_REPEATED] = {"proof_repeated", BAD_PROOF},
    [OKTA_PROOF_MALFORMED] = {"proof_malformed", BAD_PROOF},
    [OKTA_PROOF_TYPE] = {"proof_type", BAD_PROOF},
    [OKTA_PROOF_ALGORITHM] = {"proof_algorithm", BAD_PROOF},
    [OKTA_PROOF_KEY] = {"proof_key", BAD_PROOF},
    [OKTA_PROOF_SIGNATURE] = {"proof_signature", BAD_PROOF},
    [OKTA_PROOF_CLAIMS] = {"proof_claims", BAD_PROOF},
    [OKTA_PROOF_METHOD] = {"proof_method", BAD_PROOF},
    [OKTA_PROOF_URL] = {"proof_url", BAD_PROOF},
    [OKTA_PROOF_EXPIRED] = {"proof_expired", BAD_PROOF},
    [OKTA_PROOF_FROM_FUTURE] = {"proof_from_future", BAD_PROOF},
    [OKTA_PROOF_BEFORE_START] = {"proof_before_start", BAD_PROOF},
    [OKTA_PROOF_NONCE] = {"proof_nonce", 401, "use_dpop_nonce",
                          "The DPoP proof needs the nonce of this answer"},
    [OKTA_PROOF_OTHER_TOKEN] = {"proof_other_token", BAD_PROOF},
    [OKTA_PROOF_OTHER_KEY] = {"proof_other_key", BAD_PROOF},
    [OKTA_PROOF_REPLAYED] = {"proof_replayed", BAD_PROOF},
    [OKTA_REPLAY_MEMORY_FULL] = {"replay_memory_full", 503, NULL,
                                 "The DPoP proof cannot be checked at the moment"},
    [OKTA_SHARED_CACHE_UNAVAILABLE] = {"shared_cache_unavailable", 503, NULL,
                                       "The DPoP proof cannot be checked at the moment"},
    [OKTA_REVOCATIONS_UNAVAILABLE] = {"revocations_unavailable", 503, NULL,
                                      "The access token cannot be checked at the moment"},
    [OKTA_MCP_HTTP_METHOD] = {"mcp_http_method", 405, NULL, "Method not allowed"},
    [OKTA_MCP_UNREADABLE] = {"mcp_unreadable", 400, NULL,
                             "Only a POST carries a message, in its body"},
    [OKTA_MCP_TOO_LARGE] = {"mcp_too_large", 413, NULL, "The message is too large"},
    [OKTA_MCP_ENCODING] = {"mcp_encoding", 415, NULL,
                           "A message is sent as application/json, in UTF-8 and not compressed"},
    [OKTA_MCP_NOT_JSON] = {"mcp_not_json", 400, NULL, "Parse error"},
    [OKTA_MCP_INVALID] = {"mcp_invalid", 400, NULL, "Invalid request"},
    [OKTA_MCP_HEADER_MISMATCH] = {"mcp_header_mismatch", 400, NULL,
                                  "Header and body of the request differ"},
    [OKTA_DECRYPTION_BUSY] = {"decryption_busy", 503, NULL,
                              "The access token cannot be checked at the moment"},
    [OKTA_KEYS_UNAVAILABLE] = {"keys_unavailable", 503, NULL,
                               "The access token cannot be checked at the moment"},
    [OKTA_INTROSPECTION_UNAVAILABLE] = {"introspection_unavailable", 503, NULL,
                                        "The access token cannot be checked at the moment"},
    [OKTA_OUT_OF_MEMORY] = {"out_of_memory", 503, NULL,
                            "The access token cannot be checked at the moment"},
    [OKTA_MISCONFIGURED] = {"misconfigured", 500, NULL, "The server is misconfigured"},
};

/* -32020 is that of MCP for headers, the others are those of JSON-RPC. */
static const int rpc_codes[OKTA_REASON_COUNT] = {[OKTA_MCP_HTTP_METHOD] = OKTA_RPC_SERVER_ERROR,
                                                 [OKTA_MCP_UNREADABLE] = -32600,
                                                 [OKTA_MCP_TOO_LARGE] = OKTA_RPC_SERVER_ERROR,
                                                 [OKTA_MCP_ENCODING] = OKTA_RPC_SERVER_ERROR,
                                                 [OKTA_MCP_NOT_JSON] = -32700,
                                                 [OKTA_MCP_INVALID] = -32600,
                                                 [OKTA_MCP_HEADER_MISMATCH] = -32020};

static const reason_row *row_of(okta_reason reason)
{
    unsigned int index = (unsigned int)reason;

    return &reasons[index < OKTA_REASON_COUNT ? index : OKTA_UNSET];
}

const char *okta_reason_tag(okta_reason reason)
{
    return row_of(reason)->tag;
}

int okta_reason_status(okta_reason reason)
{
    return row_of(reason)->status;
}

const char *okta_reason_error(okta_reason reason)
{
    return row_of(reason)->error;
}

const char *okta_reason_description(okta_reason reason)
{
    return row_of(reason)->description;
}

int okta_reason_rpc_code(okta_reason reason)
{
    return (unsigned int)reason < OKTA_REASON_COUNT ? rpc_codes[reason] : 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Why a token was accepted or refused, and what HTTP and RFC 6750 make of it. */
#ifndef OKTA_CORE_REASON_H
#define OKTA_CORE_REASON_H

/* Starts at unset, which maps to 500: a verdict that nobody reached lets nobody in. */
typedef enum okta_reason {
    OKTA_UNSET = 0,
    OKTA_OK,
    OKTA_REQUEST_MALFORMED,
    OKTA_TOKEN_MISSING,
    OKTA_TOKEN_TOO_LARGE,
    OKTA_TOKEN_MALFORMED,
    OKTA_TOKEN_ENCRYPTED,
    OKTA_TOKEN_UNDECRYPTABLE,
    OKTA_HEADER_MALFORMED,
    OKTA_HEADER_CRITICAL,
    OKTA_TYPE_REFUSED,
    OKTA_TOKEN_FROM_ORG_SERVER,
    OKTA_ID_TOKEN,
    OKTA_ALGORITHM_REFUSED,
    OKTA_ISSUER_UNKNOWN,
    OKTA_KID_UNKNOWN,
    OKTA_KEY_AMBIGUOUS,
    OKTA_KEY_MISMATCH,
    OKTA_SIGNATURE_INVALID,
    OKTA_CLAIMS_MALFORMED,
    OKTA_CLAIM_MISSING,
    OKTA_TOKEN_BOUND,
    OKTA_TOKEN_UNBOUND,
    OKTA_BINDING_UNSUPPORTED,
    OKTA_CERTIFICATE_MISSING,
    OKTA_CERTIFICATE_MISMATCH,
    OKTA_AUDIENCE_MISMATCH,
    OKTA_CLIENT_MISMATCH,
    OKTA_TOKEN_EXPIRED,
    OKTA_TOKEN_NOT_YET_VALID,
    OKTA_TOKEN_FROM_FUTURE,
    OKTA_TOKEN_TOO_OLD,
    OKTA_TOKEN_REVOKED,
    OKTA_TOKEN_INACTIVE,
    OKTA_STEP_UP_NEEDED,
    OKTA_USER_MISSING,
    OKTA_INSUFFICIENT_SCOPE,
    /* of a DPoP proof (RFC 9449 section 4.3) */
    OKTA_PROOF_MISSING,
    OKTA_PROOF_REPEATED,
    OKTA_PROOF_MALFORMED,
    OKTA_PROOF_TYPE,
    OKTA_PROOF_ALGORITHM,
    OKTA_PROOF_KEY,
    OKTA_PROOF_SIGNATURE,
    OKTA_PROOF_CLAIMS,
    OKTA_PROOF_METHOD,
    OKTA_PROOF_URL,
    OKTA_PROOF_EXPIRED,
    OKTA_PROOF_FROM_FUTURE,
    OKTA_PROOF_BEFORE_START,
    OKTA_PROOF_NONCE,
    OKTA_PROOF_OTHER_TOKEN,
    OKTA_PROOF_OTHER_KEY,
    OKTA_PROOF_REPLAYED,
    OKTA_REPLAY_MEMORY_FULL,
    OKTA_SHARED_CACHE_UNAVAILABLE,
    OKTA_REVOCATIONS_UNAVAILABLE,
    /* of a request to an MCP server */
    OKTA_MCP_HTTP_METHOD,
    OKTA_MCP_UNREADABLE,
    OKTA_MCP_TOO_LARGE,
    OKTA_MCP_ENCODING,
    OKTA_MCP_NOT_JSON,
    OKTA_MCP_INVALID,
    OKTA_MCP_HEADER_MISMATCH,
    OKTA_DECRYPTION_BUSY,
    OKTA_KEYS_UNAVAILABLE,
    OKTA_INTROSPECTION_UNAVAILABLE,
    OKTA_OUT_OF_MEMORY,
    OKTA_MISCONFIGURED,
    OKTA_REASON_COUNT
} okta_reason;

/* All functions: any thread, never fail, static strings; an unknown value reads as OKTA_UNSET. */

/* Stable lower_snake word for logs, OKTA_REASON and okta-token. */
const char *okta_reason_tag(okta_reason reason);

/* HTTP status: 200, 400, 401, 403, 405, 413, 415, 500 or 503. */
int okta_reason_status(okta_reason reason);

/* RFC 6750 or RFC 9449 error code; NULL where a challenge carries none (no token, MCP, 5xx). */
const char *okta_reason_error(okta_reason reason);

/* Of JSON-RPC's range for servers' own errors. */
#define OKTA_RPC_SERVER_ERROR (-32000)

/* The JSON-RPC error code of what is wrong with a message of MCP, not with its sender; 0: it is
 * neither. */
int okta_reason_rpc_code(okta_reason reason);

/* What the client is told: one sentence that echoes nothing of the token. */
const char *okta_reason_description(okta_reason reason);

#endif

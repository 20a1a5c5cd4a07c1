#include "core/reason.h"

#include <stddef.h>

typedef struct reason_row {
    const char *tag;
    int status;
    const char *error;
    const char *description;
} reason_row;

#define BAD_TOKEN 401, "invalid_token"

static const reason_row reasons[OKTA_REASON_COUNT] = {
    [OKTA_UNSET] = {"unset", 500, NULL, "The request could not be judged"},
    [OKTA_OK] = {"ok", 200, NULL, "The access token is valid"},
    [OKTA_REQUEST_MALFORMED] = {"request_malformed", 400, "invalid_request",
                                "The Authorization header is malformed or holds several tokens"},
    [OKTA_TOKEN_MISSING] = {"token_missing", 401, NULL, "An access token is required"},
    [OKTA_TOKEN_TOO_LARGE] = {"token_too_large", BAD_TOKEN, "The access token is too large"},
    [OKTA_TOKEN_MALFORMED] = {"token_malformed", BAD_TOKEN, "The access token is malformed"},
    [OKTA_TOKEN_ENCRYPTED] = {"token_encrypted", BAD_TOKEN, "Encrypted tokens are not accepted"},
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
    [OKTA_AUDIENCE_MISMATCH] = {"audience_mismatch", BAD_TOKEN,
                                "The access token is meant for another audience"},
    [OKTA_CLIENT_MISMATCH] = {"client_mismatch", BAD_TOKEN,
                              "The access token was issued to a client that is not accepted"},
    [OKTA_TOKEN_EXPIRED] = {"token_expired", BAD_TOKEN, "The access token expired"},
    [OKTA_TOKEN_NOT_YET_VALID] = {"token_not_yet_valid", BAD_TOKEN,
                                  "The access token is not valid yet"},
    [OKTA_TOKEN_FROM_FUTURE] = {"token_from_future", BAD_TOKEN,
                                "The access token was issued in the future"},
    [OKTA_STEP_UP_NEEDED] = {"step_up_needed", 401, "insufficient_user_authentication",
                             "A stronger or more recent authentication is required"},
    [OKTA_USER_MISSING] = {"user_missing", BAD_TOKEN, "The access token does not name its bearer"},
    [OKTA_INSUFFICIENT_SCOPE] = {"insufficient_scope", 403, "insufficient_scope",
                                 "The access token is not sufficient for this resource"},
    [OKTA_KEYS_UNAVAILABLE] = {"keys_unavailable", 503, NULL,
                               "The access token cannot be checked at the moment"},
    [OKTA_OUT_OF_MEMORY] = {"out_of_memory", 503, NULL,
                            "The access token cannot be checked at the moment"},
    [OKTA_MISCONFIGURED] = {"misconfigured", 500, NULL, "The server is misconfigured"},
};

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

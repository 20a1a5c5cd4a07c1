/* SPDX-License-Identifier: Apache-2.0 */
#include "core/reason.h"
#include "core/result.h"
#include "unit.h"

#include <ctype.h>
#include <string.h>

rule(every_reason_has_a_tag_of_its_own_in_lower_snake)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        const char *tag = okta_reason_tag((okta_reason)i);

        need(tag && *tag, "reason %d has none", i);
        for (const char *p = tag; *p; p++)
            check(islower((unsigned char)*p) || *p == '_', "%s", tag);
        for (int j = 0; j < i; j++)
            check(strcmp(tag, okta_reason_tag((okta_reason)j)) != 0, "%s twice", tag);
    }
}

rule(every_status_is_one_of_nine)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        int status = okta_reason_status((okta_reason)i);

        check(status == 200 || status == 400 || status == 401 || status == 403 || status == 405 ||
                  status == 413 || status == 415 || status == 500 || status == 503,
              "%s: %d", okta_reason_tag((okta_reason)i), status);
        check((status == 200) == (i == OKTA_OK), "%s: %d", okta_reason_tag((okta_reason)i), status);
    }
}

static bool is_of_message(int reason)
{
    return strncmp(okta_reason_tag((okta_reason)reason), "mcp_", 4) == 0;
}

rule(what_is_wrong_with_a_message_has_a_code_of_json_rpc)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        int code = okta_reason_rpc_code((okta_reason)i);

        check((code != 0) == is_of_message(i), "%s: %d", okta_reason_tag((okta_reason)i), code);
        check(code == 0 || (code >= -32700 && code <= -32000), "%d", code);
    }
}

static bool is_of_proof(int reason)
{
    return strncmp(okta_reason_tag((okta_reason)reason), "proof_", 6) == 0;
}

rule(the_client_learns_of_a_bad_proof_no_more_than_that)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++)
        check(!is_of_proof(i) || i == OKTA_PROOF_NONCE ||
                  strcmp(okta_reason_description((okta_reason)i),
                         okta_reason_description(OKTA_PROOF_MISSING)) == 0,
              "%s", okta_reason_tag((okta_reason)i));
}

rule(the_error_code_follows_the_status)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        const char *error = okta_reason_error((okta_reason)i);
        const char *expected = NULL;

        switch (okta_reason_status((okta_reason)i)) {
        case 400:
            expected = is_of_message(i) ? NULL : "invalid_request";
            break;
        case 401:
            expected = i == OKTA_TOKEN_MISSING    ? NULL
                       : i == OKTA_STEP_UP_NEEDED ? "insufficient_user_authentication"
                       : i == OKTA_PROOF_NONCE    ? "use_dpop_nonce"
                       : is_of_proof(i)           ? "invalid_dpop_proof"
                                                  : "invalid_token";
            break;
        case 403:
            expected = "insufficient_scope";
            break;
        }
        check(error ? expected && strcmp(error, expected) == 0 : !expected, "%s: %s",
              okta_reason_tag((okta_reason)i), error ? error : "none");
    }
}

rule(a_description_fits_rfc_6750_and_json_unquoted)
{
    for (int i = 0; i < OKTA_REASON_COUNT; i++) {
        const char *description = okta_reason_description((okta_reason)i);

        need(description && *description, "%s", okta_reason_tag((okta_reason)i));
        for (const char *p = description; *p; p++)
            check(*p >= 0x20 && *p <= 0x7e && *p != '"' && *p != '\\', "%s", description);
    }
}

rule(what_nobody_judged_is_the_servers_fault)
{
    okta_result result;

    memset(&result, 0xff, sizeof(result));
    okta_result_init(&result);
    check(result.reason == OKTA_UNSET && OKTA_UNSET == 0, "a fresh result");
    check(!*result.kid && !*result.issuer && !*result.jti && !*result.detail, "a fresh result");
    check(okta_reason_status(result.reason) == 500, "unset");
    check(okta_reason_error(OKTA_UNSET) == NULL, "unset");
}

rule(a_number_that_is_no_reason_reads_as_unset)
{
    static const int strangers[] = {-1, OKTA_REASON_COUNT, 9999, -2147483647 - 1, 2147483647};

    for (size_t i = 0; i < COUNT_OF(strangers); i++) {
        okta_reason stranger = (okta_reason)strangers[i];

        check(strcmp(okta_reason_tag(stranger), "unset") == 0, "%d", strangers[i]);
        check(okta_reason_status(stranger) == 500, "%d", strangers[i]);
        check(okta_reason_error(stranger) == NULL, "%d", strangers[i]);
        check(okta_reason_description(stranger) == okta_reason_description(OKTA_UNSET), "%d",
              strangers[i]);
    }
}

rule(the_promised_statuses)
{
    static const struct {
        okta_reason reason;
        int status;
    } rows[] = {
        {OKTA_REQUEST_MALFORMED, 400}, {OKTA_TOKEN_MISSING, 401},   {OKTA_TOKEN_TOO_LARGE, 401},
        {OKTA_SIGNATURE_INVALID, 401}, {OKTA_KID_UNKNOWN, 401},     {OKTA_ISSUER_UNKNOWN, 401},
        {OKTA_AUDIENCE_MISMATCH, 401}, {OKTA_CLIENT_MISMATCH, 401}, {OKTA_INSUFFICIENT_SCOPE, 403},
        {OKTA_KEYS_UNAVAILABLE, 503},  {OKTA_OUT_OF_MEMORY, 503},   {OKTA_MISCONFIGURED, 500}};

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_reason_status(rows[i].reason) == rows[i].status, "%s",
              okta_reason_tag(rows[i].reason));
}

rule(a_detail_is_printable_and_cut)
{
    okta_result result;
    char *huge = repeat("x\n", 2000);

    okta_result_init(&result);
    check(okta_result_set(&result, OKTA_CLAIM_MISSING, "%s", huge) == OKTA_CLAIM_MISSING, "huge");
    check(result.reason == OKTA_CLAIM_MISSING, "huge");
    check(strlen(result.detail) == sizeof(result.detail) - 1, "%zu", strlen(result.detail));
    check(!strchr(result.detail, '\n'), "a line feed");
}

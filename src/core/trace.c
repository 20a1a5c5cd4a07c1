/* SPDX-License-Identifier: Apache-2.0 */
#include "core/trace.h"

#include <stddef.h>

static const char *const names[OKTA_CHECK_COUNT] = {
    [OKTA_CHECK_DECRYPTION] = "decryption",
    [OKTA_CHECK_SHAPE] = "shape",
    [OKTA_CHECK_HEADER] = "header",
    [OKTA_CHECK_TYPE] = "type",
    [OKTA_CHECK_ALGORITHM] = "algorithm",
    [OKTA_CHECK_PAYLOAD] = "payload",
    [OKTA_CHECK_ISSUER] = "issuer",
    [OKTA_CHECK_KEY] = "key",
    [OKTA_CHECK_SIGNATURE] = "signature",
    [OKTA_CHECK_CLAIMS] = "claims",
    [OKTA_CHECK_KIND] = "kind",
    [OKTA_CHECK_BINDING] = "binding",
    [OKTA_CHECK_AUDIENCE] = "audience",
    [OKTA_CHECK_CLIENT] = "client",
    [OKTA_CHECK_EXPIRY] = "expiry",
    [OKTA_CHECK_NOT_BEFORE] = "not before",
    [OKTA_CHECK_ISSUED_AT] = "issued at",
    [OKTA_CHECK_AGE] = "age",
    [OKTA_CHECK_REVOCATION] = "revocation",
    [OKTA_CHECK_STEP_UP] = "step-up",
    [OKTA_CHECK_PROOF] = "proof",
};

const char *okta_check_name(okta_check check)
{
    return (unsigned int)check < OKTA_CHECK_COUNT ? names[check] : "unknown";
}

okta_reason okta_trace_note(okta_result *result, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(result->detail, sizeof(result->detail), format, arguments);
    va_end(arguments);
    return OKTA_OK;
}

void okta_trace_hand_on(const okta_trace *trace, okta_check check, okta_reason reason,
                        okta_result *result)
{
    result->reason = reason;
    trace->checked(trace->baton, check, result);
    if (reason == OKTA_OK)
        result->detail[0] = '\0';
}

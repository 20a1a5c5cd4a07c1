/* SPDX-License-Identifier: Apache-2.0 */
#include "core/result.h"

void okta_result_init(okta_result *result)
{
    result->reason = OKTA_UNSET;
    result->kid[0] = result->issuer[0] = result->jti[0] = result->detail[0] = result->actors[0] =
        '\0';
}

okta_reason okta_result_set(okta_result *result, okta_reason reason, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(result->detail, sizeof(result->detail), format, arguments);
    va_end(arguments);
    result->reason = reason;
    return reason;
}

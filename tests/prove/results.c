/* SPDX-License-Identifier: Apache-2.0 */
/* For the entry jws, whose split rests on how many dots there are: counted byte by byte, so that
 * Eva tells apart where they stand. The entry text has the real one. */
#include "core/result.h"

size_t okta_text_count(const char *text, size_t length, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        if (text[i] == c)
            count++;
    return count;
}

okta_reason okta_result_set(okta_result *result, okta_reason reason, const char *format, ...)
{
    result->reason = reason;
    return reason;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/opaque.h"

#include "core/text.h"

bool okta_token_is_opaque(const char *token, size_t length)
{
    const size_t dots = okta_text_count(token, length, '.');

    return dots != 2 && dots != 4;
}

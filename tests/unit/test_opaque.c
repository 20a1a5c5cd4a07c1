/* SPDX-License-Identifier: Apache-2.0 */
#include "core/opaque.h"
#include "unit.h"

#include <string.h>

rule(three_and_five_parts_are_no_opaque_token)
{
    static const struct {
        const char *token;
        bool opaque;
    } rows[] = {
        {"", true},
        {"x", true},
        {".", true},
        {"a.b", true},
        {"..", false},
        {"a.b.c", false},
        {"...", true},
        {"a.b.c.d", true},
        {"....", false},
        {"a.b.c.d.e", false},
        {".....", true},
        {"a.b.c.d.e.f", true},
        {"00aBc-_~+/=", true},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(okta_token_is_opaque(exact(rows[i].token, strlen(rows[i].token)),
                                   strlen(rows[i].token)) == rows[i].opaque,
              "\"%s\"", rows[i].token);
}

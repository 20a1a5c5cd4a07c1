/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/output.h"

#include "cli/message.h"
#include "core/value.h"

#include <stdio.h>
#include <stdlib.h>

bool okta_print_json(json_t *value)
{
    char *text = okta_json_text(value, JSON_INDENT(2) | JSON_ENSURE_ASCII);

    json_decref(value);
    if (!text)
        return okta_complain("out of memory");
    puts(text);
    free(text);
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dpop_answer.h"

#include "cli/dpop_proof.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *next_line(const char *line)
{
    line += strcspn(line, "\n");
    return *line ? line + 1 : line;
}

const char *okta_field_next(const char *head, const char *name, size_t *length)
{
    size_t name_length = strlen(name);

    for (const char *line = head; *line; line = next_line(line)) {
        const char *value = line + name_length + 1;

        if (strncasecmp(line, name, name_length) != 0 || line[name_length] != ':')
            continue;
        value += strspn(value, " \t");
        *length = strcspn(value, "\r\n");
        while (*length > 0 && strchr(" \t", value[*length - 1]))
            --*length;
        return value;
    }
    return NULL;
}

char *okta_dpop_nonce(const char *head)
{
    size_t length;
    const char *value = okta_field_next(head, "DPoP-Nonce", &length);

    return value && okta_dpop_is_nonce(value, length) ? strndup(value, length) : NULL;
}

bool okta_dpop_asks_for_nonce(const char *head)
{
    static const char error[] = "use_dpop_nonce";
    size_t length;

    for (const char *value = okta_field_next(head, "WWW-Authenticate", &length); value;
         value = okta_field_next(value + length, "WWW-Authenticate", &length))
        if (memmem(value, length, error, sizeof(error) - 1))
            return true;
    return false;
}

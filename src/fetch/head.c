/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/head.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_MAX_BYTES ((size_t)128 << 10)

bool okta_head_add(okta_head *head, const char *line, size_t length)
{
    char *grown;

    if (length >= 5 && memcmp(line, "HTTP/", 5) == 0) {
        head->length = 0;
        head->ended = false;
    }
    if (length == 0 || *line == '\r' || *line == '\n')
        head->ended = true;
    if (head->ended)
        return true;
    if (length > HEAD_MAX_BYTES - head->length)
        return false;
    grown = realloc(head->text, head->length + length + 1);
    if (!grown)
        return false;
    memcpy(grown + head->length, line, length);
    head->text = grown;
    head->length += length;
    grown[head->length] = '\0';
    return true;
}

const char *okta_head_text(const okta_head *head)
{
    return head->text ? head->text : "";
}

void okta_head_clear(okta_head *head)
{
    free(head->text);
    *head = (okta_head){NULL, 0, false};
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/mcp_rules.h"

#include <string.h>

size_t okta_mcp_literals(const char *pattern)
{
    size_t count = 0;

    for (; pattern && *pattern; pattern++)
        /* a character of UTF-8 counts once, by its first byte */
        count += *pattern != '*' && ((unsigned char)*pattern & 0xc0) != 0x80;
    return count;
}

bool okta_mcp_matches(const char *pattern, const char *text, size_t length)
{
    const char *end = text + length, *last = strrchr(pattern, '*');
    size_t head = strcspn(pattern, "*"), tail;

    if (!last)
        return head == length && memcmp(pattern, text, length) == 0;
    tail = strlen(last + 1);
    if (head + tail > length || memcmp(pattern, text, head) != 0 ||
        memcmp(last + 1, end - tail, tail) != 0)
        return false;
    text += head;
    end -= tail;
    /* what stands between two asterisks, each at the first place behind the one before it */
    for (pattern += head; pattern < last;) {
        size_t part = strcspn(++pattern, "*");
        const char *found = memmem(text, (size_t)(end - text), pattern, part);

        if (!found)
            return false;
        text = found + part;
        pattern += part;
    }
    return true;
}

bool okta_mcp_rule_matches(const okta_mcp_rule *rule, const okta_mcp_message *message)
{
    const okta_value *name = message->name;

    return okta_mcp_matches(rule->method, message->method->as.string, message->method->length) &&
           (!rule->name ||
            okta_mcp_matches(rule->name, name ? name->as.string : "", name ? name->length : 0));
}

bool okta_mcp_rank(const okta_mcp_rule *const *rules, size_t count, const okta_mcp_message *message,
                   size_t *rank)
{
    bool found = false;

    for (size_t i = 0; i < count; i++)
        if ((!found || rules[i]->literals > *rank) && okta_mcp_rule_matches(rules[i], message)) {
            *rank = rules[i]->literals;
            found = true;
        }
    return found;
}

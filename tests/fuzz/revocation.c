/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation.h"

#include "fuzz.h"

#include <inttypes.h>
#include <jansson.h>

static bool lies_in(const char *text, size_t length, const char *line, size_t size)
{
    return text >= line && length <= size && text - line <= (ptrdiff_t)(size - length);
}

/* A text as JSON has it; it is UTF-8, or jansson would make nothing of it. */
static char *quoted(const char *text, size_t length)
{
    json_t *string = json_stringn(text, length);
    char *made = string ? json_dumps(string, JSON_ENCODE_ANY) : NULL;

    hold(made);
    json_decref(string);
    return made;
}

/* The same, in the one form that has all of it. */
static void hold_again(const okta_revocation *found)
{
    char *value = quoted(found->value, found->length);
    char *issuer = found->issuer ? quoted(found->issuer, found->issuer_length) : NULL;
    const size_t room = strlen(value) + (issuer ? strlen(issuer) : 0) + 64;
    char *line = malloc(room), before[32] = "";
    okta_revocation again;
    size_t length;

    hold(line);
    if (found->before != OKTA_REVOKED_ALWAYS)
        snprintf(before, sizeof(before), " before %" PRId64, found->before);
    length =
        (size_t)snprintf(line, room, "%s%s%s%s %s%s", issuer ? "iss " : "", issuer ? issuer : "",
                         issuer ? " " : "", okta_revocation_word(found->kind), value, before);
    if (length <= OKTA_REVOCATION_LINE_MAX) {
        hold(okta_revocation_read(line, length, &again) == OKTA_LINE_GOOD);
        hold(again.kind == found->kind && again.before == found->before);
        hold(again.length == found->length && memcmp(again.value, found->value, again.length) == 0);
        hold(!again.issuer == !found->issuer && again.issuer_length == found->issuer_length);
        hold(!again.issuer || memcmp(again.issuer, found->issuer, again.issuer_length) == 0);
    }
    free(line);
    free(value);
    free(issuer);
}

/* A line of OktaRevocations: what is found lies in it, and written in full says the same. */
FUZZ_TARGET("revocation")
{
    char *line = malloc(length + 1);
    okta_revocation found;
    okta_revocation_fault fault;
    bool good;

    hold(line);
    memcpy(line, input, length);
    fault = okta_revocation_read(line, length, &found);
    hold(fault < OKTA_LINE_FAULTS && fault != OKTA_LINE_NO_MEMORY);
    hold(fault == OKTA_LINE_GOOD || okta_revocation_fault_text(fault)[0]);
    good = fault == OKTA_LINE_GOOD;
    if (good && found.kind != OKTA_REVOKES_COUNT) {
        hold(found.length > 0 && lies_in(found.value, found.length, line, length));
        hold(!found.issuer || lies_in(found.issuer, found.issuer_length, line, length));
        hold(!okta_revocation_is_bare(found.value, found.length) ||
             !memchr(found.value, ' ', found.length));
        hold_again(&found);
    } else if (good) {
        /* nothing but blanks, or a comment */
        for (size_t i = 0; i < length && input[0] != '#'; i++)
            hold(input[i] == ' ' || input[i] == '\t');
    }
    free(line);
    return good;
}

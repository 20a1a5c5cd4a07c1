/* SPDX-License-Identifier: Apache-2.0 */
#include "core/challenge.h"

#include <stdbool.h>
#include <string.h>

typedef struct writer {
    char *at;
    char *end;
    bool overflow;
} writer;

static void put_char(writer *to, char c)
{
    if (to->end - to->at < 2) {
        to->overflow = true;
        return;
    }
    *to->at++ = c;
    *to->at = '\0';
}

static void put(writer *to, const char *text)
{
    for (; *text; text++)
        put_char(to, *text);
}

/* RFC 6750 section 3: values stay within %x20-21 / %x23-5B / %x5D-7E. */
static void put_quoted(writer *to, const char *name, const char *value)
{
    put(to, name);
    put(to, "=\"");
    for (; *value; value++) {
        char one = *value;
        if (one < 0x20 || one > 0x7e || one == '"' || one == '\\')
            one = '?';
        put_char(to, one);
    }
    put(to, "\"");
}

/* RFC 9110 section 5.6.4: a realm is any text, quotes and backslashes behind a backslash. Of what
 * is not ASCII one character becomes one '?': no charset of header fields is agreed on. */
static void put_realm(writer *to, const char *realm)
{
    put(to, "realm=\"");
    for (; *realm; realm++) {
        unsigned char c = (unsigned char)*realm;
        char text[3] = {*realm, '\0', '\0'};

        if ((c & 0xc0) == 0x80)
            continue;
        if (c == '"' || c == '\\') {
            text[0] = '\\';
            text[1] = *realm;
        } else if (c < 0x20 || c > 0x7e) {
            text[0] = '?';
        }
        put(to, text);
    }
    put(to, "\"");
}

static void put_optional(writer *to, const char *name, const char *value)
{
    if (!value)
        return;
    put(to, ", ");
    put_quoted(to, name, value);
}

size_t okta_challenge_text(const okta_challenge *challenge, char *buffer, size_t size)
{
    writer to = {buffer, buffer + size, false};
    const char *error = okta_reason_error(challenge->reason);

    put(&to, challenge->algs ? "DPoP " : "Bearer ");
    put_realm(&to, challenge->realm);
    if (error) {
        put_optional(&to, "error", error);
        put_optional(&to, "error_description", okta_reason_description(challenge->reason));
    }
    put_optional(&to, "scope", challenge->scope);
    put_optional(&to, "acr_values", challenge->acr_values);
    put_optional(&to, "max_age", challenge->max_age);
    put_optional(&to, "resource_metadata", challenge->resource_metadata);
    put_optional(&to, "algs", challenge->algs);
    return to.overflow ? 0 : (size_t)(to.at - buffer);
}

/* For people and programs that read bodies; a challenge without a code still deserves a name here.
 */
static const char *body_error(okta_reason reason)
{
    const char *error = okta_reason_error(reason);

    if (error)
        return error;
    switch (okta_reason_status(reason)) {
    case 401:
        return "unauthorized";
    case 503:
        return "temporarily_unavailable";
    default:
        return "server_error";
    }
}

size_t okta_challenge_body(okta_reason reason, const char *description, char *buffer, size_t size)
{
    writer to = {buffer, buffer + size, false};

    put(&to, "{\"error\":\"");
    put(&to, body_error(reason));
    put(&to, "\",\"error_description\":\"");
    for (; *description; description++) {
        if (*description == '"')
            put(&to, "\\");
        put_char(&to, *description);
    }
    put(&to, "\"}\n");
    return to.overflow ? 0 : (size_t)(to.at - buffer);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base64url.h"
#include "core/opaque.h"
#include "unit.h"

#include <string.h>

static bool is_opaque(const char *token)
{
    return okta_token_is_opaque(exact(token, strlen(token)), strlen(token));
}

rule(other_numbers_of_parts_are_opaque)
{
    static const char *const tokens[] = {
        "",        "x",           ".",           "a.b",  "...",    "....." /* 6 */,
        "a.b.c.d", "a.b.c.d.e.f", "00aBc-_~+/=", "eyJh", "eyJh.b", "eyJh.b.c.d"};

    for (size_t i = 0; i < COUNT_OF(tokens); i++)
        check(is_opaque(tokens[i]), "\"%s\"", tokens[i]);
}

/* Of three and five parts, a first one that nobody takes for a header. */
rule(what_begins_like_no_header_is_opaque)
{
    static const char *const tokens[] = {
        "v4.local.AAAA", /* PASETO */
        "v4.local.AAAA.BBBB.CCCC",
        "abc.b.c",
        "Wzdd.b.c",     /* [7] */
        "Im4i.b.c.d.e", /* "n" */
        "ICAx.b.c",     /* blanks and a number */
        "fQ.b.c",       /* } */
        "~~abc.b.c",
        "77u-eyJhIjoxfQ.b.c", /* nearly a byte order mark */
        "77u+eyJhIjoxfQ.b.c",
    };

    for (size_t i = 0; i < COUNT_OF(tokens); i++)
        check(is_opaque(tokens[i]), "\"%s\"", tokens[i]);
}

rule(what_anybody_may_take_for_a_header_is_judged_here)
{
    static const char *const tokens[] = {
        "..",
        "....",
        ".b.c",
        "a.b.c", /* not one byte */
        "=.b.c",
        "ew.b.c", /* { alone */
        "eyJ.b.c",
        "eyJhbGciOiJSUzI1NiJ9.b.c",
        "eyJhbGciOiJSUzI1NiJ9.b.c.d.e",
        "eyJhbGciOiJSUzI1NiJ9==.b.c",
        "~e~y=Jh.b.c",         /* readers that pass over what is no base64 */
        "IAoJDXsifQ.b.c",      /* blanks before it */
        "77u_eyJhIjoxfQ.b.c",  /* a byte order mark, base64url */
        "77u/eyJhIjoxfQ.b.c",  /* and base64 */
        "AHsAIg.b.c",          /* UTF-16, big end first */
        "_v8AewAi.b.c",        /* with its mark */
        "/_57ACIA.b.c.d.e",    /* and the small end first, of both alphabets */
        "AAAAeyJh.b.c",        /* zeros */
        "ICAg.b.c",            /* nothing but blanks */
        "eyJhbGciOiJSUzI1.b.c" /* cut off */
    };

    for (size_t i = 0; i < COUNT_OF(tokens); i++)
        check(!is_opaque(tokens[i]), "\"%s\"", tokens[i]);
}

/* Whatever byte a first part begins with, by each of the four ways that its bits may lie. */
rule(one_byte_decides)
{
    for (unsigned int byte = 0x21; byte < 0xef; byte++) {
        for (size_t blanks = 0; blanks < 4; blanks++) {
            unsigned char bytes[8] = "    ";
            char encoded[OKTA_BASE64URL_ENCODED(8) + 1];

            bytes[blanks] = (unsigned char)byte;
            bytes[blanks + 1] = '{';
            okta_base64url_encode(bytes, blanks + 2, encoded);
            check(is_opaque(text("%s.b.c", encoded)) == (byte != '{'), "byte %02x behind %zu", byte,
                  blanks);
        }
    }
}

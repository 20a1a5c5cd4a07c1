/* SPDX-License-Identifier: Apache-2.0 */
#include "core/digest.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

/* FIPS 180-4's examples. */
rule(it_is_sha_256)
{
    static const struct {
        const char *text, *digest;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned char digest[OKTA_DIGEST_BYTES];
        char hex[2 * OKTA_DIGEST_BYTES + 1];

        need(okta_digest(exact(rows[i].text, strlen(rows[i].text)), strlen(rows[i].text), digest),
             "\"%s\"", rows[i].text);
        for (size_t k = 0; k < OKTA_DIGEST_BYTES; k++)
            snprintf(hex + 2 * k, 3, "%02x", digest[k]);
        check(strcmp(hex, rows[i].digest) == 0, "\"%s\": %s", rows[i].text, hex);
    }
}

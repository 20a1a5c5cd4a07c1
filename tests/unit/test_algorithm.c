/* SPDX-License-Identifier: Apache-2.0 */
#include "core/algorithm.h"
#include "unit.h"

#include <string.h>

static const struct {
    const char *name;
    okta_algorithm_id id;
    okta_key_kind kind;
    const char *digest;
    bool pss;
    size_t signature_bytes;
} rows[] = {
    {"RS256", OKTA_RS256, OKTA_KEY_RSA, "SHA256", false, 0},
    {"RS384", OKTA_RS384, OKTA_KEY_RSA, "SHA384", false, 0},
    {"RS512", OKTA_RS512, OKTA_KEY_RSA, "SHA512", false, 0},
    {"PS256", OKTA_PS256, OKTA_KEY_RSA, "SHA256", true, 0},
    {"PS384", OKTA_PS384, OKTA_KEY_RSA, "SHA384", true, 0},
    {"PS512", OKTA_PS512, OKTA_KEY_RSA, "SHA512", true, 0},
    {"ES256", OKTA_ES256, OKTA_KEY_P256, "SHA256", false, 64},
    {"ES384", OKTA_ES384, OKTA_KEY_P384, "SHA384", false, 96},
    {"ES512", OKTA_ES512, OKTA_KEY_P521, "SHA512", false, 132},
    {"EdDSA", OKTA_EDDSA, OKTA_KEY_ED25519, NULL, false, 64},
};

rule(the_table_is_rfc_7518_and_rfc_8037)
{
    check(COUNT_OF(rows) == OKTA_ALGORITHM_COUNT, "an algorithm without a row");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const okta_algorithm *found = okta_algorithm_by_name(rows[i].name, 5);

        need(found, "%s", rows[i].name);
        check(found->id == rows[i].id && found == okta_algorithm_by_id(rows[i].id), "%s",
              rows[i].name);
        check(strcmp(found->name, rows[i].name) == 0, "%s", rows[i].name);
        check(found->key_kind == rows[i].kind, "%s", rows[i].name);
        check(found->pss == rows[i].pss, "%s", rows[i].name);
        check(found->signature_bytes == rows[i].signature_bytes, "%s", rows[i].name);
        check(found->digest ? rows[i].digest && strcmp(found->digest, rows[i].digest) == 0
                            : !rows[i].digest,
              "%s", rows[i].name);
    }
}

rule(a_name_is_exact)
{
    static const char *const strangers[] = {
        "",         "none",    "None",
        "nOnE",     "NONE",    "HS256",
        "HS384",    "HS512",   "rs256",
        "Rs256",    "RS256 ",  " RS256",
        "RS25",     "RS2566",  "RS1",
        "ES256K",   "ES255",   "EDDSA",
        "eddsa",    "Ed25519", "Ed448",
        "PS",       "RSA",     "dir",
        "RSA-OAEP", "A128KW",  "RS\xc2\xb2\x35\x36",
    };

    for (size_t i = 0; i < COUNT_OF(strangers); i++)
        check(!okta_algorithm_by_name(strangers[i], strlen(strangers[i])), "\"%s\"", strangers[i]);
    check(!okta_algorithm_by_name("RS256\0", 6), "a NUL behind");
    check(!okta_algorithm_by_name(exact("RS25", 4), 4), "cut");
    check(okta_algorithm_by_name(exact("RS256", 5), 5) != NULL, "not terminated");
}

rule(the_default_is_rs256_alone)
{
    check(OKTA_ALGORITHMS_DEFAULT == OKTA_ALGORITHM_BIT(OKTA_RS256), "the default set");
    check(OKTA_ALGORITHMS_ALL == 0x3ff, "all ten");
}

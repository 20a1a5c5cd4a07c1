/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_decryption.h"

static void tell_key(okta_findings *f, const char *path, const okta_decryption_key *key)
{
    const okta_key_wrapping *only = okta_decryption_key_only(key);
    okta_key_number numbers[2];

    okta_decryption_key_numbers(key, numbers);
    okta_found(f, OKTA_LEVEL_OK, "decryption",
               "tokens may be encrypted to the key \"%.80s\" of \"%s\" (RSA, %zu bits%s%s)",
               okta_decryption_key_kid(key), path, numbers[1].length * 8, only ? ", " : "",
               only ? only->name : "");
}

void okta_check_decryption(okta_findings *f, okta_setup_issuer *issuer)
{
    for (size_t i = 0; i < issuer->decryption_keys.count; i++) {
        const char *path = issuer->decryption_keys.items[i];
        const size_t before = issuer->private_keys.count;
        okta_error why = {""};

        if (!okta_private_keys_try(&issuer->private_keys, path, &why)) {
            okta_found(f, OKTA_LEVEL_WARNING, "decryption",
                       "the private keys of \"%s\" were not looked at: %s", path, why.text);
            okta_findings_remedy(f, "run this as root to have them looked at");
        }
        for (size_t k = before; k < issuer->private_keys.count; k++)
            tell_key(f, path, issuer->private_keys.keys[k]);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/keys.h"

#include "cli/input.h"
#include "cli/message.h"

#include <stdlib.h>
#include <string.h>

static void tell_dropped(void *baton, const char *kid, const char *why)
{
    const char *origin = baton;

    if (*kid)
        okta_warn("%s: the key with kid \"%s\" cannot be used: %s", origin, kid, why);
    else
        okta_warn("%s: a key without kid cannot be used: %s", origin, why);
}

static void list_kids(okta_keys *keys, const okta_value *jwks)
{
    const okta_value *list = okta_value_member(jwks, "keys");

    for (uint32_t i = 0; i < list->length; i++) {
        const char *kid = okta_value_text(&list->as.children[i], "kid");
        size_t used = strlen(keys->kids);
        char shown[64];

        if (!kid)
            continue;
        okta_text_copy(shown, sizeof(shown), kid, strlen(kid));
        okta_text_format(keys->kids + used, sizeof(keys->kids) - used, "%s\"%s\"", used ? ", " : "",
                         shown);
    }
}

bool okta_keys_from_file(okta_keys *keys, const char *path)
{
    okta_input file = {NULL, 0};
    okta_error error = {""};
    okta_value *jwks;
    char name[300];

    okta_text_format(name, sizeof(name), "--jwks \"%s\"", path);
    if (!okta_input_file(&file, path, name)) {
        okta_input_clear(&file);
        return false;
    }
    keys->set = okta_keyset_parse(file.bytes, file.length, tell_dropped, name, &jwks, &error);
    if (keys->set)
        list_kids(keys, jwks);
    else
        okta_complain("%s: %s; give a JSON Web Key Set such as {\"keys\":[...]} with a public key "
                      "that verifies",
                      name, error.text);
    keys->why = error;
    free(jwks);
    okta_input_clear(&file);
    return keys->set != NULL;
}

void okta_keys_list(okta_keys *keys, okta_keyset *set, const okta_value *jwks)
{
    keys->set = okta_keyset_ref(set);
    list_kids(keys, jwks);
}

static void discovered(void *baton, const okta_discovery_result *result)
{
    okta_keys *keys = baton;

    if (result->good)
        okta_keys_list(keys, result->keys, result->jwks);
    else
        keys->why = result->error;
}

bool okta_keys_from_issuer(okta_keys *keys, const okta_network *network, const char *issuer)
{
    char name[300];
    okta_discovery_request request = {
        .issuer = issuer, .dropped = tell_dropped, .dropped_baton = name};

    okta_text_format(name, sizeof(name), "%s", issuer);
    okta_network_discover(network, &request, discovered, keys, &keys->why);
    if (!keys->set) {
        okta_reword(&keys->why);
        okta_complain("no keys of %s: %s", issuer, keys->why.text);
    }
    return keys->set != NULL;
}

void okta_keys_clear(okta_keys *keys)
{
    okta_keyset_unref(keys->set);
    keys->set = NULL;
}

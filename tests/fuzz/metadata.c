/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metadata.h"
#include "../oracle.h"
#include "core/issuer.h"
#include "fuzz.h"

/* What is taken names this issuer and URLs that may be fetched from. */
FUZZ_TARGET("metadata")
{
    okta_metadata metadata;
    okta_error error = {""};
    bool good = okta_metadata_parse(&metadata, input, length, FUZZ_ISSUER, false, &error);

    if (good) {
        json_t *json = oracle_document(input, length);

        hold(strcmp(json_string_value(json_object_get(json, "issuer")), FUZZ_ISSUER) == 0);
        hold(strncmp(metadata.jwks_uri, "https://", 8) == 0);
        hold(okta_url_check(metadata.jwks_uri, false, NULL));
        hold(!metadata.token_endpoint || okta_url_check(metadata.token_endpoint, false, NULL));
        hold(!metadata.introspection_endpoint ||
             okta_url_check(metadata.introspection_endpoint, false, NULL));
        hold(!strpbrk(metadata.jwks_uri, " \t\r\n"));
        json_decref(json);
    } else {
        hold(error.text[0] && !metadata.jwks_uri && !metadata.token_endpoint);
    }
    okta_metadata_clear(&metadata);
    return good;
}

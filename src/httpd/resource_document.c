/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/resource_document.h"

#include <string.h>

static json_t *list_of(okta_strings texts)
{
    json_t *list = json_array();

    for (size_t i = 0; list && i < texts.count; i++)
        json_array_append_new(list, json_string(texts.items[i]));
    return list;
}

static json_t *algorithms_of(okta_algorithm_set set)
{
    json_t *list = json_array();

    for (int id = 0; list && id < OKTA_ALGORITHM_COUNT; id++)
        if (set & OKTA_ALGORITHM_BIT(id))
            json_array_append_new(list,
                                  json_string(okta_algorithm_by_id((okta_algorithm_id)id)->name));
    return list;
}

json_t *okta_resource_document(const okta_resource *resource, const char *identifier)
{
    json_t *document =
        json_pack("{s:s, s:o, s:[s*], s:s*, s:s*}", "resource", identifier, "authorization_servers",
                  list_of(resource->issuers), "bearer_methods_supported",
                  resource->takes_header ? "header" : NULL, "resource_name", resource->name,
                  "resource_documentation", resource->documentation);

    if (document && resource->scopes->nelts > 0)
        json_object_set_new(document, "scopes_supported",
                            list_of(okta_strings_of(resource->scopes)));
    if (document && resource->takes_proofs)
        json_object_set_new(document, "dpop_signing_alg_values_supported",
                            algorithms_of(resource->proof_algorithms));
    if (document && resource->needs_proofs)
        json_object_set_new(document, "dpop_bound_access_tokens_required", json_true());
    return document;
}

const char *okta_resource_address(const char *identifier)
{
    const char *host = strstr(identifier, "://") + 3;
    const char *rest = host + strcspn(host, "/?");

    /* "/" alone, or ahead of the query */
    return *rest == '/' && (rest[1] == '\0' || rest[1] == '?') ? rest + 1 : rest;
}

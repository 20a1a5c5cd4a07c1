/* SPDX-License-Identifier: Apache-2.0 */
#include "core/metadata.h"

#include "core/issuer.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

static bool differ_by_slash(const char *found, const char *issuer)
{
    size_t length = strlen(found), wanted = strlen(issuer),
           shorter = length < wanted ? length : wanted;

    return length + wanted == 2 * shorter + 1 && memcmp(found, issuer, shorter) == 0 &&
           (length > wanted ? found : issuer)[shorter] == '/';
}

static bool issuer_is(const okta_value *document, const char *issuer, okta_error *error)
{
    const char *found = okta_value_text(document, "issuer");
    char shown[200];

    if (!found)
        return okta_error_set(error, "metadata: no \"issuer\"");
    if (strcmp(found, issuer) == 0)
        return true;
    okta_text_copy(shown, sizeof(shown), found, strlen(found));
    return okta_error_set(error,
                          "metadata: its issuer is \"%s\", not \"%s\"%s; if it is the one you "
                          "mean, write it so in OktaIssuer",
                          shown, issuer,
                          differ_by_slash(found, issuer) ? " (a slash at the end)" : "");
}

/* A new copy of a URL member that we may fetch from; NULL with the cause otherwise. */
static char *fetchable(const okta_value *document, const char *name, bool insecure_http,
                       okta_error *error)
{
    const char *url = okta_value_text(document, name);
    okta_error why = {""};
    char *copy;

    if (!url) {
        okta_error_set(error, "metadata: no \"%s\"", name);
        return NULL;
    }
    if (!okta_url_check(url, insecure_http, &why)) {
        char shown[160];

        okta_text_copy(shown, sizeof(shown), url, strlen(url));
        okta_error_set(error, "metadata: %s \"%s\": %s", name, shown, why.text);
        return NULL;
    }
    copy = strdup(url);
    if (!copy)
        okta_error_set_no_memory(error);
    return copy;
}

bool okta_metadata_parse(okta_metadata *metadata, const char *text, size_t length,
                         const char *issuer, bool insecure_http, okta_error *error)
{
    okta_error why = {""};
    okta_value *document = okta_read_document(text, length, &why);

    memset(metadata, 0, sizeof(*metadata));
    if (!document)
        return okta_error_set(error, "metadata: %s", why.text);
    if (issuer_is(document, issuer, error))
        metadata->jwks_uri = fetchable(document, "jwks_uri", insecure_http, error);
    if (metadata->jwks_uri) {
        metadata->token_endpoint = fetchable(document, "token_endpoint", insecure_http, NULL);
        metadata->introspection_endpoint =
            fetchable(document, "introspection_endpoint", insecure_http, NULL);
    }
    free(document);
    return metadata->jwks_uri != NULL;
}

void okta_metadata_clear(okta_metadata *metadata)
{
    free(metadata->jwks_uri);
    free(metadata->token_endpoint);
    free(metadata->introspection_endpoint);
    memset(metadata, 0, sizeof(*metadata));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/check_resources.h"

#include "httpd/public_url.h"
#include "httpd/registry.h"

#include <apr_strings.h>
#include <apr_uri.h>

/* The identifier as clients will see it; NULL where it depends on the request. */
static const char *identifier_of(okta_judge *j, const okta_resource *resource)
{
    const server_rec *server = resource->server;
    apr_port_t port = server->port;

    if (resource->identifier)
        return resource->identifier;
    if (resource->public_url)
        return apr_pstrcat(j->pool, resource->public_url, resource->path, NULL);
    if (!server->server_hostname || !server->server_scheme)
        return NULL;
    return apr_pstrcat(j->pool, server->server_scheme, "://", server->server_hostname,
                       port && port != apr_uri_port_of_scheme(server->server_scheme)
                           ? apr_psprintf(j->pool, ":%u", port)
                           : "",
                       resource->path, NULL);
}

static bool is_almost(const char *audience, const char *identifier)
{
    size_t one = strlen(audience), other = strlen(identifier);

    if (strncasecmp(audience, "https://", 8) != 0 || strcmp(audience, identifier) == 0)
        return false;
    one -= audience[one - 1] == '/';
    other -= identifier[other - 1] == '/';
    return one == other && strncasecmp(audience, identifier, one) == 0;
}

static void judge_audiences(okta_judge *j, const okta_resource *resource, const char *identifier)
{
    for (size_t i = 0; i < resource->audiences.count; i++)
        if (is_almost(resource->audiences.items[i], identifier))
            okta_caution(j,
                         "OktaAudience \"%s\" and the resource \"%s\" of %s (%s) differ by a slash "
                         "or by the case of letters: clients ask for tokens for the resource as it "
                         "is written, and Okta compares it letter by letter; write both the same "
                         "(OktaResource says the resource)",
                         resource->audiences.items[i], identifier,
                         okta_section_name(j, resource->node), okta_place_of(j, resource->node));
}

static void judge_host(okta_judge *j, const okta_resource *resource)
{
    apr_uri_t uri, known = {.hostname = NULL};

    if (apr_uri_parse(j->pool, resource->identifier, &uri) != APR_SUCCESS || !uri.hostname)
        return;
    if (resource->public_url)
        apr_uri_parse(j->pool, resource->public_url, &known);
    if (known.hostname ? strcasecmp(known.hostname, uri.hostname) == 0
                       : okta_is_name_of_server(resource->server, uri.hostname))
        return;
    okta_caution(j,
                 "OktaResource \"%s\" in %s (%s) is on another host than this server (%s): clients "
                 "look for its metadata there; write the name that clients use, or give this "
                 "server that name by ServerAlias or OktaPublicUrl",
                 resource->identifier, okta_section_name(j, resource->node),
                 okta_place_of(j, resource->node),
                 known.hostname                      ? known.hostname
                 : resource->server->server_hostname ? resource->server->server_hostname
                                                     : "no ServerName");
}

/* What the main server says is said for its virtual hosts once more. */
static bool was_judged(const apr_array_header_t *resources, int index)
{
    for (int i = 0; i < index; i++)
        if (APR_ARRAY_IDX(resources, i, okta_resource *)->node ==
            APR_ARRAY_IDX(resources, index, okta_resource *)->node)
            return true;
    return false;
}

void okta_check_resources(okta_judge *j)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        const char *identifier =
            resource->hidden || was_judged(resources, i) ? NULL : identifier_of(j, resource);

        if (identifier)
            judge_audiences(j, resource, identifier);
        if (identifier && resource->identifier)
            judge_host(j, resource);
    }
}

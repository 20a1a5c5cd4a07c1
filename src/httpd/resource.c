/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/resource.h"

#include "httpd/places.h"
#include "httpd/public_url.h"
#include "httpd/reply.h"
#include "httpd/resource_document.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <http_request.h>

#define WELL_KNOWN "/.well-known/oauth-protected-resource"

static bool is_of_server(const okta_resource *resource, const request_rec *r)
{
    /* what the main server says holds in its virtual hosts too */
    return resource->server == r->server || !resource->server->is_virtual;
}

/* Of two of the same path the virtual host's own speaks. */
static bool is_better(const okta_resource *resource, const okta_resource *best)
{
    size_t length = strlen(resource->path), longest = best ? strlen(best->path) : 0;

    return !best || length > longest || (length == longest && resource->server->is_virtual);
}

static const okta_resource *resource_of_path(const request_rec *r, const char *path)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *best = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        if (resource->path && is_of_server(resource, r) && strcmp(resource->path, path) == 0 &&
            is_better(resource, best))
            best = resource;
    }
    return best && !best->hidden ? best : NULL;
}

/* Of those that OktaResource names. test is given the resource and text. */
static const okta_resource *resource_named(const request_rec *r, const char *text,
                                           bool (*test)(const okta_resource *, const char *))
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *best = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        if (resource->identifier && is_of_server(resource, r) && test(resource, text) &&
            (!best || resource->server->is_virtual))
            best = resource;
    }
    return best;
}

static bool has_identifier(const okta_resource *resource, const char *identifier)
{
    return strcmp(resource->identifier, identifier) == 0;
}

static bool has_address(const okta_resource *resource, const char *address)
{
    return strcmp(resource->address, address) == 0;
}

/* Word for word, with the query where the identifier has one (RFC 9728 section 3.1). */
static const okta_resource *resource_by_address(const request_rec *r, const char *path)
{
    const okta_resource *resource = NULL;

    if (r->args)
        resource = resource_named(r, apr_pstrcat(r->pool, path, "?", r->args, NULL), has_address);
    return resource ? resource : resource_named(r, strcmp(path, "/") == 0 ? "" : path, has_address);
}

/* What the main server says is said for its virtual hosts once more. */
static bool is_same(const okta_resource *a, const okta_resource *b)
{
    if (a->identifier || b->identifier)
        return a->identifier && b->identifier && strcmp(a->identifier, b->identifier) == 0;
    return strcmp(a->path, b->path) == 0;
}

/* What a server has that has one resource: clients that know nothing of it ask at the root. */
static const okta_resource *only_resource(const request_rec *r)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *only = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        if (!is_of_server(resource, r) || resource->hidden)
            continue;
        if (only && !is_same(resource, only))
            return NULL;
        if (!only || resource->server->is_virtual)
            only = resource;
    }
    return only;
}

/* By the path that stands behind the well-known one. *path is set to the resource's: a client at
 * /tools/ asks there for <Location /tools>, and gets the identifier that it asked for (RFC 9728
 * section 3.3); /mcp is no part of <Location /mcp/>. */
static const okta_resource *resource_at(const request_rec *r, const char **path)
{
    size_t length = strlen(*path);
    const okta_resource *resource;

    if (length <= 1) {
        *path = "/";
        return resource_of_path(r, "");
    }
    resource = resource_of_path(r, *path);
    if (resource)
        return resource;
    if ((*path)[length - 1] == '/')
        return resource_of_path(r, apr_pstrmemdup(r->pool, *path, length - 1));
    resource = resource_of_path(r, apr_pstrcat(r->pool, *path, "/", NULL));
    if (resource)
        *path = resource->path;
    return resource;
}

/* The innermost protected <Location> around the request. */
static const okta_resource *resource_around(const request_rec *r)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *best = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        if (resource->path && is_of_server(resource, r) &&
            okta_path_is_within(r->uri, resource->path) && is_better(resource, best))
            best = resource;
    }
    return best && !best->hidden ? best : NULL;
}

/* RFC 9728 section 3.1: the well-known part stands between host and path. */
static char *url_of(request_rec *r, const okta_resource *resource, const char *well_known,
                    const char *path)
{
    const char *escaped = ap_os_escape_path(r->pool, path, 1);
    size_t origin;

    if (!resource->public_url)
        return okta_public_url(r, apr_pstrcat(r->pool, well_known, escaped, NULL));
    origin = (size_t)(resource->public_path - resource->public_url);
    return apr_pstrcat(r->pool, apr_pstrmemdup(r->pool, resource->public_url, origin), well_known,
                       resource->public_path, escaped, NULL);
}

/* By the path that clients know, where OktaPublicUrl has one in front of ours. */
static const okta_resource *resource_at_public(const request_rec *r, const char **path)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *found = resource_at(r, path);

    for (int i = 0; !found && i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        size_t length = strlen(resource->public_path);
        const char *rest = *path + length;

        if (length == 0 || strncmp(*path, resource->public_path, length) != 0 ||
            (*rest && *rest != '/'))
            continue;
        found = resource_at(r, &rest);
        if (found && strcmp(found->public_path, resource->public_path) == 0)
            *path = rest;
        else
            found = NULL;
    }
    return found;
}

/* Public by design, to pages of any origin as well: those whose request has a header of its own
 * (MCP's) ask first. */
static bool is_preflight(request_rec *r)
{
    const char *method = apr_table_get(r->headers_in, "Access-Control-Request-Method");
    const char *headers = apr_table_get(r->headers_in, "Access-Control-Request-Headers");

    if (r->method_number != M_OPTIONS || !apr_table_get(r->headers_in, "Origin") || !method ||
        (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0))
        return false;
    apr_table_setn(r->headers_out, "Access-Control-Allow-Methods", "GET, HEAD");
    if (headers && *headers)
        apr_table_set(r->headers_out, "Access-Control-Allow-Headers", headers);
    return true;
}

int okta_resource_answer(request_rec *r, int lookup)
{
    const okta_resource *resource;
    const char *path, *identifier;
    char *escaped;

    if (lookup || strncmp(r->uri, WELL_KNOWN, sizeof(WELL_KNOWN) - 1) != 0)
        return DECLINED;
    /* here httpd has not decoded the path yet */
    path = r->uri + sizeof(WELL_KNOWN) - 1;
    resource = resource_by_address(r, path);
    if (!resource) {
        escaped = apr_pstrdup(r->pool, path);
        if (ap_unescape_url(escaped) != OK)
            return DECLINED;
        path = escaped;
        resource = resource_at_public(r, &path);
    }
    if (!resource && *path && strcmp(path, "/") != 0)
        return DECLINED;
    if (!resource && (resource = only_resource(r)) && !resource->identifier)
        path = *resource->path ? resource->path : "/";
    if (!resource)
        return DECLINED;
    identifier = resource->identifier ? resource->identifier : url_of(r, resource, "", path);
    apr_table_setn(r->headers_out, "Access-Control-Allow-Origin", "*");
    if (is_preflight(r)) {
        r->status = HTTP_NO_CONTENT;
        return OK;
    }
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    /* what it says changes with a restart of httpd */
    apr_table_setn(r->headers_out, "Cache-Control", "max-age=300");
    return okta_reply_json(r, okta_resource_document(resource, identifier));
}

/* RFC 9728 section 3.1, of an identifier. */
static const char *address_of(const request_rec *r, const okta_resource *resource)
{
    const char *host = strstr(resource->identifier, "://") + 3;
    const char *end = host + strcspn(host, "/?");

    return apr_pstrcat(
        r->pool,
        apr_pstrmemdup(r->pool, resource->identifier, (apr_size_t)(end - resource->identifier)),
        WELL_KNOWN, resource->address, NULL);
}

const char *okta_resource_metadata_url(request_rec *r)
{
    const okta_resource *resource;
    const okta_dir_config *config = okta_dir_config_of(r);
    bool is_directory;

    if (!okta_dir_has_metadata(config))
        return NULL;
    if (config->resource) {
        resource = resource_named(r, config->resource, has_identifier);
        return resource ? address_of(r, resource) : NULL;
    }
    resource = resource_around(r);
    if (!resource)
        return NULL;
    /* the document for the URL that was asked: one with a slash more has an address of its own */
    is_directory = *resource->path && strcmp(r->uri + strlen(resource->path), "/") == 0;
    return url_of(r, resource, WELL_KNOWN, is_directory ? r->uri : resource->path);
}

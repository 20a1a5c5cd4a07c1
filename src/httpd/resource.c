#include "httpd/resource.h"

#include "httpd/registry.h"
#include "httpd/reply.h"

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

static const okta_resource *resource_at(const request_rec *r, const char *path)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *best = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        if (is_of_server(resource, r) && strcmp(resource->path, path) == 0 &&
            is_better(resource, best))
            best = resource;
    }
    return best;
}

/* The innermost protected <Location> around the request. */
static const okta_resource *resource_around(const request_rec *r)
{
    const apr_array_header_t *resources = okta_registry_get()->resources;
    const okta_resource *best = NULL;

    for (int i = 0; i < resources->nelts; i++) {
        const okta_resource *resource = APR_ARRAY_IDX(resources, i, okta_resource *);
        size_t length = strlen(resource->path);
        char next = strncmp(r->uri, resource->path, length) == 0 ? r->uri[length] : 'x';

        if (is_of_server(resource, r) && (next == '\0' || next == '/') && is_better(resource, best))
            best = resource;
    }
    return best;
}

static char *url_of(request_rec *r, const char *prefix, const char *path)
{
    return ap_construct_url(
        r->pool, apr_pstrcat(r->pool, prefix, ap_os_escape_path(r->pool, path, 1), NULL), r);
}

static json_t *list_of(const apr_array_header_t *texts)
{
    json_t *list = json_array();

    for (int i = 0; list && i < texts->nelts; i++)
        json_array_append_new(list, json_string(APR_ARRAY_IDX(texts, i, const char *)));
    return list;
}

static json_t *document_of(request_rec *r, const okta_resource *resource)
{
    const char *path = *resource->path ? resource->path : "/";
    json_t *document =
        json_pack("{s:s, s:o, s:[s]}", "resource", url_of(r, "", path), "authorization_servers",
                  list_of(resource->issuers), "bearer_methods_supported", "header");

    if (document && resource->scopes->nelts > 0)
        json_object_set_new(document, "scopes_supported", list_of(resource->scopes));
    return document;
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
    char *path;

    if (lookup || strncmp(r->uri, WELL_KNOWN, sizeof(WELL_KNOWN) - 1) != 0)
        return DECLINED;
    /* here httpd has not decoded the path yet */
    path = apr_pstrdup(r->pool, r->uri + sizeof(WELL_KNOWN) - 1);
    if (ap_unescape_url(path) != OK)
        return DECLINED;
    resource = resource_at(r, strcmp(path, "/") == 0 ? "" : path);
    if (!resource)
        return DECLINED;
    apr_table_setn(r->headers_out, "Access-Control-Allow-Origin", "*");
    if (is_preflight(r)) {
        r->status = HTTP_NO_CONTENT;
        return OK;
    }
    if (r->method_number != M_GET) {
        ap_allow_standard_methods(r, REPLACE_ALLOW, M_GET, -1);
        return HTTP_METHOD_NOT_ALLOWED;
    }
    return okta_reply_json(r, document_of(r, resource));
}

const char *okta_resource_metadata_url(request_rec *r)
{
    const okta_resource *resource;

    if (okta_dir_config_of(r)->resource_metadata != 1)
        return NULL;
    resource = resource_around(r);
    return resource ? url_of(r, WELL_KNOWN, resource->path) : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/public_url.h"

#include "core/issuer.h"
#include "core/target.h"
#include "httpd/config.h"
#include "httpd/request.h"

#include <apr_strings.h>
#include <http_core.h>
#include <http_protocol.h>
#include <string.h>
#include <strings.h>

static bool is_listed(const apr_array_header_t *names, const char *host)
{
    for (int i = 0; names && i < names->nelts; i++) {
        const char *name = APR_ARRAY_IDX(names, i, const char *);
        if (name && strcasecmp(name, host) == 0)
            return true;
    }
    return false;
}

static bool is_matched(const apr_array_header_t *patterns, const char *host)
{
    for (int i = 0; patterns && i < patterns->nelts; i++) {
        const char *pattern = APR_ARRAY_IDX(patterns, i, const char *);
        if (pattern && ap_strcasecmp_match(host, pattern) == 0)
            return true;
    }
    return false;
}

/* <VirtualHost name:port> */
static bool is_address_of(const server_rec *server, const char *host)
{
    for (const server_addr_rec *address = server->addrs; address; address = address->next)
        if (address->virthost && strcasecmp(address->virthost, host) == 0)
            return true;
    return false;
}

/* What the connection itself shows; "localhost" is its name among developers. */
static bool is_local(const conn_rec *connection, const char *host)
{
    const char *ip = connection->local_ip;

    return (ip && (strcasecmp(ip, host) == 0 ||
                   (strcasecmp(host, "localhost") == 0 && okta_is_loopback(ip, strlen(ip))))) ||
           (connection->local_host && strcasecmp(connection->local_host, host) == 0);
}

bool okta_is_name_of_server(const server_rec *server, const char *host)
{
    return (server->server_hostname && strcasecmp(server->server_hostname, host) == 0) ||
           is_listed(server->names, host) || is_matched(server->wild_names, host) ||
           is_address_of(server, host);
}

static bool is_ours(const request_rec *r, const char *host)
{
    return okta_is_name_of_server(r->server, host) || is_local(r->connection, host);
}

/* httpd takes the brackets off an IPv6 address. */
static const char *bracketed(apr_pool_t *pool, const char *host)
{
    return strchr(host, ':') && *host != '[' ? apr_pstrcat(pool, "[", host, "]", NULL) : host;
}

char *okta_public_url(request_rec *r, const char *path)
{
    const char *name = r->server->server_hostname, *configured;
    apr_port_t port = r->server->port;

    configured = okta_dir_public_url(okta_dir_config_of(r));
    if (configured)
        return apr_pstrcat(r->pool, configured, path, NULL);
    if (!name || is_ours(r, ap_get_server_name(r)))
        return ap_construct_url(r->pool, path, r);
    if (port == 0)
        port = r->connection->local_addr->port;
    return apr_pstrcat(r->pool, ap_http_scheme(r), "://", name,
                       ap_is_default_port(port, r) ? "" : apr_psprintf(r->pool, ":%u", port), path,
                       NULL);
}

const request_rec *okta_client_request(const request_rec *r)
{
    const request_rec *before;

    while ((before = okta_request_before(r)) != NULL)
        r = before;
    return r;
}

const char *okta_public_path(const char *public_url)
{
    const char *authority = public_url ? strstr(public_url, "://") + 3 : "";

    return authority + strcspn(authority, "/");
}

const char *okta_client_method(request_rec *r)
{
    const request_rec *first = okta_client_request(r);
    const char *line = first->the_request;

    /* httpd makes it GET where an ErrorDocument follows; the request line stays */
    return line ? ap_getword_white(r->pool, &line) : first->method;
}

/* The path of a request line, which may have a whole URL (RFC 9112 section 3.2.2). */
static const char *path_of(const char *target)
{
    const char *authority = *target == '/' ? NULL : strstr(target, "://");

    return authority ? authority + 3 + strcspn(authority + 3, "/?#") : target;
}

const char *okta_client_path(const request_rec *r)
{
    const request_rec *first = okta_client_request(r);

    return first->unparsed_uri ? path_of(first->unparsed_uri) : first->uri;
}

/* httpd takes a dot off the end of the name, which makes another URL. */
static bool has_final_dot(const request_rec *r)
{
    const char *host = r->parsed_uri.hostname;
    size_t length = strlen(r->hostname);

    if (!host)
        host = apr_table_get(r->headers_in, "Host");
    return host && strncasecmp(host, r->hostname, length) == 0 && host[length] == '.';
}

const char *okta_public_target(request_rec *r)
{
    const request_rec *first = okta_client_request(r);
    const char *path = okta_client_path(r);
    const char *port = first->parsed_uri.port_str;
    apr_size_t size;
    char *url, *normal;

    /* UseCanonicalName does not count: this is what the client wrote, and it wrote its own Host */
    if (!okta_dir_public_url(okta_dir_config_of(r)) && first->hostname &&
        is_ours(first, first->hostname))
        url = apr_pstrcat(r->pool, ap_http_scheme(r), "://", bracketed(r->pool, first->hostname),
                          has_final_dot(first) ? "." : "", port && *port ? ":" : "",
                          port && *port ? port : "", path, NULL);
    else
        url = okta_public_url(r, path);
    size = strlen(url) + 2;
    normal = apr_palloc(r->pool, size);
    return okta_target_normalize(url, size - 2, normal, size) ? normal : NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/client_certificate.h"

#include "core/certificate.h"
#include "httpd/backend.h"
#include "httpd/connection_field.h"
#include "httpd/public_url.h"
#include "httpd/registry.h"
#include "httpd/request.h"
#include "httpd/table.h"
#include "httpd/trusted_proxy.h"

#include <apr_optional.h>
#include <apr_strings.h>
#include <mod_ssl.h>
#include <strings.h>

/* As registered since the last (re)start; NULL: mod_ssl is not loaded. */
static APR_OPTIONAL_FN_TYPE(ssl_var_lookup) * look_up;

void okta_client_certificate_find_ssl(void)
{
    look_up = APR_RETRIEVE_OPTIONAL_FN(ssl_var_lookup);
}

static bool names_certificate(const char *name, size_t length)
{
    const apr_array_header_t *headers = okta_registry_get()->certificate_headers;

    for (int i = 0; i < headers->nelts; i++)
        if (okta_is_called(name, length, APR_ARRAY_IDX(headers, i, const char *)))
            return true;
    return false;
}

bool okta_carries_certificate(const char *header)
{
    return names_certificate(header, strlen(header));
}

/* The field in which this client's proxy says it; NULL: nobody else speaks for this client. */
static const char *field_of(const request_rec *r)
{
    const char *name = okta_server_client_cert_header(okta_server_config_of(r->server));

    return name && okta_comes_by_trusted_proxy(r) ? name : NULL;
}

static bool is_not(const void *kept, const char *key, const char *value)
{
    (void)value;
    return okta_carries_certificate(key) && !(kept && strcasecmp(kept, key) == 0);
}

int okta_scrub_certificate(request_rec *r)
{
    if (okta_registry_get()->certificate_headers->nelts == 0)
        return DECLINED;
    okta_table_drop(r->pool, r->headers_in, is_not, field_of(r));
    okta_connection_keep(r, names_certificate);
    return DECLINED;
}

static const char *certificate_of_connection(request_rec *r)
{
    return look_up ? look_up(r->pool, r->server, r->connection, r, (char *)"SSL_CLIENT_CERT")
                   : NULL;
}

/* As it came: what is redirected within may have lost it by then. */
static const char *certificate_of_field(request_rec *r, const char *name)
{
    request_rec *client = (request_rec *)okta_client_request(r);
    okta_request *first = okta_request_state(client, true);

    if (!first->certificate)
        first->certificate = apr_table_get(client->headers_in, name);
    return first->certificate;
}

okta_reason okta_client_certificate_find(request_rec *r, okta_policy *policy, okta_result *result)
{
    const char *name = field_of(r);
    const char *text = name ? certificate_of_field(r, name) : certificate_of_connection(r);
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1];
    okta_error error = {""};

    if (!text || (!name && !*text)) {
        policy->certificate_absence =
            name       ? apr_pstrcat(r->pool, "the trusted proxy sent no ", name, NULL)
            : !look_up ? "mod_ssl is not loaded, and the client is no OktaTrustedProxy"
                       : "the client showed no certificate in the TLS handshake";
        return OKTA_OK;
    }
    if (okta_certificate_thumbprint(text, thumbprint, &error)) {
        policy->certificate = apr_pstrdup(r->pool, thumbprint);
        return OKTA_OK;
    }
    if (okta_error_is_no_memory(&error))
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    policy->certificate_absence = apr_pstrcat(r->pool, name ? name : "SSL_CLIENT_CERT",
                                              " cannot be read: ", error.text, NULL);
    return OKTA_OK;
}

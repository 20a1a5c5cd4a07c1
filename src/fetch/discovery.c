/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/discovery.h"

#include "core/issuer.h"
#include "core/metadata.h"

#include <stdlib.h>
#include <string.h>

#define METADATA_MAX_BYTES 65536 /* whatever the limit for key sets: they have one or two kB */

struct okta_discovery {
    okta_fetcher *fetcher;
    okta_fetch *fetch;
    okta_discovery_done_fn *done;
    void *baton;
    okta_dropped_fn *dropped;
    void *dropped_baton;
    okta_fetch_settings settings;
    char *proxy;
    char *ca_file;
    char *issuer;
    char *jwks_uri;
    char *token_endpoint;
    char *introspection_endpoint;
    char *etag;
    char *etag_uri;
    bool metadata_only;
    bool conditional;    /* the key set is asked for with the etag */
    bool second_address; /* the metadata is asked for at RFC 8414's own address */
};

static void release(okta_discovery *d)
{
    free(d->proxy);
    free(d->ca_file);
    free(d->issuer);
    free(d->jwks_uri);
    free(d->token_endpoint);
    free(d->introspection_endpoint);
    free(d->etag);
    free(d->etag_uri);
    free(d);
}

static void report(okta_discovery *d, okta_discovery_result *result)
{
    result->jwks_uri = d->jwks_uri;
    result->token_endpoint = d->token_endpoint;
    result->introspection_endpoint = d->introspection_endpoint;
    d->done(d->baton, result);
    release(d);
}

static okta_discovery_result failure(const okta_fetch_response *response)
{
    okta_discovery_result result = {.good = false, .max_age = -1};

    result.retry_after = response ? response->retry_after : -1;
    return result;
}

static bool next_fetch(okta_discovery *d, okta_error *error);

static void fail(okta_discovery *d, const okta_fetch_response *response, const okta_error *error)
{
    okta_discovery_result result = failure(response);

    result.error = *error;
    result.keys_too_large = response && response->too_large && d->jwks_uri;
    report(d, &result);
}

/* What every answer has to be before anybody looks into it. */
static bool is_sound(const okta_fetch_response *response, const char *what, okta_error *error)
{
    if (!response->answered) {
        *error = response->error;
        return false;
    }
    if (response->encoded)
        return okta_error_set(error, "%s: compressed, which was not asked for", what);
    if (response->status != 200)
        return okta_error_set(error, "%s: status %ld", what, response->status);
    return true;
}

static void keys_came(void *baton, const okta_fetch_response *response)
{
    okta_discovery *d = baton;
    okta_discovery_result result = {.good = true, .retry_after = -1};
    okta_value *jwks;
    okta_error why = {""}, error = {""};

    if (response->answered && response->status == 304 && d->conditional) {
        result.not_modified = true;
        result.etag = d->etag;
        result.max_age = response->max_age;
        report(d, &result);
        return;
    }
    if (!is_sound(response, d->jwks_uri, &error)) {
        fail(d, response, &error);
        return;
    }
    result.keys = okta_keyset_parse(response->body, response->length, d->dropped, d->dropped_baton,
                                    &jwks, &why);
    if (!result.keys) {
        okta_error_set(&error, "%s: %s", d->jwks_uri, why.text);
        fail(d, response, &error);
        return;
    }
    result.jwks = jwks;
    result.etag = response->etag;
    result.max_age = response->max_age;
    report(d, &result);
    okta_keyset_unref(result.keys);
    free(jwks);
}

/* OpenID Connect Discovery appends to the issuer; RFC 8414 section 3.1 inserts between host and
 * path. Both take a slash at the issuer's end away first. NULL: no memory. */
static char *metadata_url(const okta_discovery *d, bool second_address)
{
    static const char first[] = "/.well-known/openid-configuration";
    static const char second[] = "/.well-known/oauth-authorization-server";
    size_t origin = okta_origin_length(d->issuer), length = strlen(d->issuer);
    size_t size = length + sizeof(second);
    char *url = malloc(size);

    if (!url)
        return NULL;
    if (length > origin && d->issuer[length - 1] == '/')
        length--;
    if (second_address)
        okta_text_format(url, size, "%.*s%s%.*s", (int)origin, d->issuer, second,
                         (int)(length - origin), d->issuer + origin);
    else
        okta_text_format(url, size, "%.*s%s", (int)length, d->issuer, first);
    return url;
}

/* No metadata; the address is named that people try first. */
static void metadata_failed(okta_discovery *d, const okta_fetch_response *response,
                            okta_error *error)
{
    bool absent = response->answered && response->status == 404;
    char *url = metadata_url(d, d->second_address && !absent);

    if (!is_sound(response, url ? url : "metadata", error) && absent)
        okta_error_set(error,
                       "%s: status 404, no authorization server there; check the server's id in "
                       "OktaIssuer or OktaAuthorizationServer",
                       url ? url : "metadata");
    free(url);
    fail(d, response, error);
}

static void metadata_came(void *baton, const okta_fetch_response *response)
{
    okta_discovery *d = baton;
    okta_error why = {""}, error = {""};
    okta_metadata metadata;

    /* Some servers have only the one address or only the other. */
    if (response->answered && response->status == 404 && !d->second_address) {
        d->second_address = true;
        if (!next_fetch(d, &error))
            fail(d, response, &error);
        return;
    }
    if (!is_sound(response, "metadata", &error)) {
        metadata_failed(d, response, &error);
        return;
    }
    if (!okta_metadata_parse(&metadata, response->body, response->length, d->issuer,
                             d->settings.insecure_http, &why)) {
        fail(d, response, &why);
        return;
    }
    d->jwks_uri = metadata.jwks_uri;
    d->token_endpoint = metadata.token_endpoint;
    d->introspection_endpoint = metadata.introspection_endpoint;
    if (d->metadata_only) {
        okta_discovery_result result = {.good = true, .retry_after = -1, .max_age = -1};
        report(d, &result);
    } else if (!okta_same_origin(d->issuer, d->jwks_uri)) {
        okta_error_set(
            &error,
            "metadata: jwks_uri \"%s\" is on another host than the issuer; if that is right, "
            "set OktaJwksUri",
            d->jwks_uri);
        fail(d, response, &error);
    } else if (!next_fetch(d, &error)) {
        fail(d, response, &error);
    }
}

static bool next_fetch(okta_discovery *d, okta_error *error)
{
    okta_fetch_request request = {.settings = d->settings};
    char *url = NULL;

    if (d->jwks_uri) {
        request.url = d->jwks_uri;
        if (d->etag && d->etag_uri && strcmp(d->etag_uri, d->jwks_uri) == 0)
            request.etag = d->etag;
        d->conditional = request.etag != NULL;
        d->fetch = d->fetcher->start(d->fetcher, &request, keys_came, d, error);
    } else {
        request.url = url = metadata_url(d, d->second_address);
        request.settings.max_bytes = METADATA_MAX_BYTES;
        d->fetch = url ? d->fetcher->start(d->fetcher, &request, metadata_came, d, error) : NULL;
        if (!url)
            okta_error_set_no_memory(error);
    }
    free(url);
    return d->fetch != NULL;
}

/* A copy, or NULL for NULL; clears *ok when out of memory. */
static char *copy(const char *text, bool *ok)
{
    char *result = text ? strdup(text) : NULL;

    *ok = *ok && (!text || result);
    return result;
}

okta_discovery *okta_discovery_start(okta_fetcher *fetcher, const okta_discovery_request *request,
                                     okta_discovery_done_fn *done, void *baton, okta_error *error)
{
    okta_discovery *d = calloc(1, sizeof(*d));
    bool ok = true;

    if (!d) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    d->fetcher = fetcher;
    d->done = done;
    d->baton = baton;
    d->dropped = request->dropped;
    d->dropped_baton = request->dropped_baton;
    d->metadata_only = request->metadata_only;
    d->settings = request->settings;
    d->settings.proxy = d->proxy = copy(request->settings.proxy, &ok);
    d->settings.ca_file = d->ca_file = copy(request->settings.ca_file, &ok);
    d->issuer = copy(request->issuer, &ok);
    d->jwks_uri = copy(request->metadata_only ? NULL : request->jwks_uri, &ok);
    d->etag = copy(request->etag, &ok);
    d->etag_uri = copy(request->etag_uri, &ok);
    if (!ok)
        okta_error_set_no_memory(error);
    if (!ok || !next_fetch(d, error)) {
        release(d);
        return NULL;
    }
    return d;
}

void okta_discovery_cancel(okta_discovery *discovery)
{
    discovery->fetcher->cancel(discovery->fetcher, discovery->fetch);
    release(discovery);
}

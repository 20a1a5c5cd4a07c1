/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_resource.h"

#include "cli/dpop_answer.h"
#include "core/issuer.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

/* The parameter resource_metadata of a challenge (RFC 9728 section 5.1) into url[size]. */
static bool address_in(const okta_answer *refused, char *url, size_t size)
{
    static const char name[] = "resource_metadata=\"";
    size_t length = 0;
    const char *found, *value = okta_field_next(refused->head, "WWW-Authenticate", &length);

    for (; value; value = okta_field_next(value + length, "WWW-Authenticate", &length)) {
        found = memmem(value, length, name, sizeof(name) - 1);
        if (!found)
            continue;
        found += sizeof(name) - 1;
        okta_text_copy(url, size, found, strcspn(found, "\"\r\n"));
        return true;
    }
    return false;
}

static void remedy_of_origin(okta_findings *f, const okta_url_case *c)
{
    okta_findings_remedy(
        f,
        "if clients use this address, set OktaPublicUrl %.*s, for something in front "
        "of httpd ends TLS or changes the name; else give the one that they use "
        "with --url",
        (int)okta_origin_length(c->url), c->url);
}

static bool names_issuers(const okta_value *document, const okta_setup_place *place)
{
    const okta_value *servers = okta_value_member(document, "authorization_servers");

    for (size_t i = 0; place && i < place->policy.issuers.count; i++)
        if (!servers || !okta_value_holds(servers, place->policy.issuers.items[i],
                                          strlen(place->policy.issuers.items[i])))
            return false;
    return servers != NULL;
}

/* OktaResource, or else an address that the one asked lies in. */
static bool is_identifier(const char *resource, const okta_url_case *c)
{
    size_t origin = okta_origin_length(resource), length = strlen(resource);

    if (c->place && c->place->resource)
        return strcmp(resource, c->place->resource) == 0;
    if (length > origin && resource[length - 1] == '/')
        length--;
    return okta_same_origin(resource, c->url) &&
           strncmp(resource + origin, c->url + okta_origin_length(c->url), length - origin) == 0;
}

static void judge(okta_findings *f, const okta_url_case *c, const okta_value *document)
{
    const char *resource = okta_value_text(document, "resource");

    if (!resource || !is_identifier(resource, c)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "resource",
                   "the resource's metadata say \"%s\", which is not where it was asked: clients "
                   "refuse that (RFC 9728 section 3.3)",
                   resource ? resource : "");
        remedy_of_origin(f, c);
    } else if (!names_issuers(document, c->place)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "resource",
                   "the resource's metadata do not name the issuers of the configuration");
        okta_findings_remedy(f, "restart httpd: it runs with another configuration");
    } else {
        okta_found(f, OKTA_LEVEL_OK, "resource", "its metadata name %s and its issuers", resource);
    }
}

void okta_check_resource(okta_findings *f, const okta_url_case *c, const okta_answer *refused)
{
    char url[1024];
    okta_answer answer;
    okta_value *document;

    if (!address_in(refused, url, sizeof(url))) {
        if (!c->place || !c->place->resource_metadata || refused->status != 401)
            return;
        okta_found(f, OKTA_LEVEL_FAILURE, "resource",
                   "the challenge does not lead to the resource's metadata (RFC 9728)");
        okta_findings_remedy(f, "restart httpd, and pass WWW-Authenticate on in what stands in "
                                "front of it");
        return;
    }
    if (!okta_same_origin(url, c->place && c->place->resource ? c->place->resource : c->url)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "resource",
                   "the challenge leads to \"%s\", another address than clients know", url);
        remedy_of_origin(f, c);
        return;
    }
    okta_answer_get(&answer, &c->network, url, NULL, (okta_strings){0, NULL});
    document = answer.answered && answer.status == 200
                   ? okta_read_document(answer.body, answer.length, NULL)
                   : NULL;
    if (document) {
        judge(f, c, document);
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "resource", "%s: status %ld, no metadata%s", url,
                   answer.status, answer.error.text);
        okta_findings_remedy(f, "pass /.well-known/oauth-protected-resource on to httpd in what "
                                "stands in front of it");
    }
    free(document);
    okta_answer_clear(&answer);
}

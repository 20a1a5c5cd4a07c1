#include "cli/grant.h"

#include "cli/form.h"
#include "cli/message.h"
#include "core/reader.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct exchange {
    const okta_grant *grant;
    char *endpoint; /* owned */
    okta_value *answer;
    int status;
} exchange;

static const char *remedy_of(const char *error, const okta_grant *grant)
{
    if (strcmp(error, "invalid_client") == 0)
        return grant->post
                   ? "check --client-id and the secret; the application may want --auth basic"
                   : "check --client-id and the secret; the application may want --auth post";
    if (strcmp(error, "invalid_scope") == 0)
        return grant->scopes.count
                   ? "check --scope against the scopes of the authorization server (Security > API)"
                   : "name a scope of the authorization server with --scope";
    if (strcmp(error, "unauthorized_client") == 0 || strcmp(error, "unsupported_grant_type") == 0)
        return "the application has to be allowed to use client credentials (at Okta the type API "
               "Services)";
    if (strcmp(error, "access_denied") == 0)
        return "an access policy of the authorization server has to allow this client and scope";
    if (strcmp(error, "invalid_dpop_proof") == 0)
        return "the application requires DPoP, which this program does not do; switch \"Require "
               "DPoP\" off";
    return "";
}

/* A member as printable text, "" when absent. */
static const char *member(const okta_value *answer, const char *name, char *buffer, size_t size)
{
    const char *text = okta_value_text(answer, name);

    okta_text_copy(buffer, size, text ? text : "", text ? strlen(text) : 0);
    return buffer;
}

/* RFC 6749 section 5.2, or Okta's own form of an error. */
static void complain_refused(const exchange *x, const okta_value *answer, long status)
{
    char error[64], description[300], *end;
    const char *remedy;

    member(answer, "error", error, sizeof(error));
    member(answer, "error_description", description, sizeof(description));
    if (!*error) {
        member(answer, "errorCode", error, sizeof(error));
        member(answer, "errorSummary", description, sizeof(description));
    }
    end = description + strlen(description);
    if (end > description && end[-1] == '.')
        end[-1] = '\0';
    remedy = remedy_of(error, x->grant);
    okta_complain("%s refused (%ld %s)%s%s%s%s", x->endpoint, status, error,
                  *description ? ": " : "", description, *remedy ? "; " : "", remedy);
}

static int judge_error(const exchange *x, const okta_value *answer,
                       const okta_fetch_response *response)
{
    char error[64];

    if (response->status >= 400 && response->status < 500 && response->status != 429 &&
        (*member(answer, "error", error, sizeof(error)) ||
         *member(answer, "errorCode", error, sizeof(error)))) {
        complain_refused(x, answer, response->status);
        return OKTA_EXIT_REFUSED;
    }
    if (response->retry_after >= 0)
        okta_complain("%s answered with status %ld; try again in %lld s", x->endpoint,
                      response->status, (long long)response->retry_after);
    else
        okta_complain("%s answered with status %ld and no OAuth error; is that the token endpoint?",
                      x->endpoint, response->status);
    return OKTA_EXIT_TROUBLE;
}

/* RFC 6749 appendix A.12: visible ASCII. What is printed may go into a header next. */
static bool is_printable_token(const char *token)
{
    for (const char *at = token; *at; at++)
        if (*at < 0x21 || *at > 0x7e)
            return false;
    return *token != '\0';
}

static int judge_token(const exchange *x, const okta_value *answer)
{
    const char *token = okta_value_text(answer, "access_token");
    char type[32];

    if (!token || !is_printable_token(token)) {
        okta_complain("%s answered with no usable access_token; is that the token endpoint?",
                      x->endpoint);
        return OKTA_EXIT_TROUBLE;
    }
    member(answer, "token_type", type, sizeof(type));
    if (*type && strcasecmp(type, "Bearer") != 0)
        okta_warn("the token's type is %s, not Bearer", type);
    return OKTA_EXIT_GOOD;
}

static void answered(void *baton, const okta_fetch_response *response)
{
    exchange *x = baton;
    okta_error error = {""};
    okta_value *answer;

    if (!response->answered) {
        error = response->error;
        okta_reword(&error);
        okta_complain("%s", error.text);
        return;
    }
    answer = okta_read_object(response->body, response->length, NULL);
    if (response->status != 200) {
        x->status = judge_error(x, answer, response);
    } else if (!answer) {
        okta_complain("%s answered with no JSON object; is that the token endpoint?", x->endpoint);
    } else {
        x->status = judge_token(x, answer);
    }
    if (x->status == OKTA_EXIT_GOOD)
        x->answer = answer;
    else
        free(answer);
}

static void discovered(void *baton, const okta_discovery_result *result)
{
    exchange *x = baton;
    okta_error error = result->error;

    okta_reword(&error);
    if (!result->good)
        okta_complain("no metadata of %s: %s", x->grant->issuer, error.text);
    else if (!result->token_endpoint)
        okta_complain(
            "the metadata of %s names no usable token_endpoint; give --token-endpoint URL",
            x->grant->issuer);
    else
        x->endpoint = strdup(result->token_endpoint);
}

static bool find_endpoint(exchange *x)
{
    okta_discovery_request request = {.issuer = x->grant->issuer, .metadata_only = true};
    okta_error error = {""};

    if (x->grant->token_endpoint)
        x->endpoint = strdup(x->grant->token_endpoint);
    else if (!okta_network_discover(&x->grant->network, &request, discovered, x, &error))
        okta_complain("no metadata of %s: %s", x->grant->issuer, error.text);
    return x->endpoint != NULL;
}

static void add_scopes(okta_form *form, const okta_strings *scopes)
{
    size_t size = 1, used = 0;
    char *joined;

    for (size_t i = 0; i < scopes->count; i++)
        size += strlen(scopes->items[i]) + 1;
    joined = calloc(1, size);
    for (size_t i = 0; joined && i < scopes->count; i++)
        used +=
            (size_t)snprintf(joined + used, size - used, "%s%s", i ? " " : "", scopes->items[i]);
    if (used)
        okta_form_add(form, "scope", joined);
    form->failed = form->failed || !joined;
    free(joined);
}

static void ask(exchange *x)
{
    const okta_grant *grant = x->grant;
    okta_fetch_request request = {.url = x->endpoint};
    okta_form form = {NULL, false};
    /* RFC 6749 section 2.3.1: both are encoded before Basic joins them */
    char *id = okta_form_encode(grant->client_id);
    char *secret = okta_form_encode(grant->secret);
    okta_error error = {""};

    okta_form_add(&form, "grant_type", "client_credentials");
    add_scopes(&form, &grant->scopes);
    if (grant->post) {
        okta_form_add(&form, "client_id", grant->client_id);
        okta_form_add(&form, "client_secret", grant->secret);
    } else {
        request.user = id;
        request.password = secret;
    }
    request.body = form.text;
    if (!id || !secret || form.failed) {
        okta_complain("out of memory");
    } else if (!okta_network_fetch(&grant->network, &request, answered, x, &error)) {
        okta_reword(&error);
        okta_complain("%s", error.text);
    }
    okta_form_clear(&form);
    OPENSSL_free(id);
    OPENSSL_clear_free(secret, secret ? strlen(secret) : 0);
}

int okta_grant_ask(const okta_grant *grant, okta_value **answer)
{
    exchange x = {.grant = grant, .status = OKTA_EXIT_TROUBLE};

    if (find_endpoint(&x))
        ask(&x);
    free(x.endpoint);
    *answer = x.answer;
    return x.status;
}

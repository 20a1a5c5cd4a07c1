/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grant.h"

#include "cli/dpop_answer.h"
#include "cli/dpop_binding.h"
#include "cli/dpop_proof.h"
#include "cli/grant_refusal.h"
#include "cli/message.h"
#include "core/form.h"
#include "core/reader.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NONCES_MAX 2 /* how often a server may ask for another one */

typedef struct exchange {
    const okta_grant *grant;
    char *endpoint; /* owned */
    char *nonce;    /* owned; NULL: the server has not given one */
    int nonces;
    bool again; /* to be asked once more, with the nonce */
    okta_value *answer;
    int status;
} exchange;

/* RFC 9449 section 8. */
static int take_nonce(exchange *x, const okta_fetch_response *response)
{
    char *nonce = okta_dpop_nonce(response->head);

    if (!nonce) {
        okta_complain("%s wants a nonce in the proof (%ld use_dpop_nonce), and its answer has no "
                      "usable DPoP-Nonce header; does a proxy on the way remove it?",
                      x->endpoint, response->status);
    } else if (x->nonces == NONCES_MAX || (x->nonce && strcmp(nonce, x->nonce) == 0)) {
        okta_complain("%s refused (%ld use_dpop_nonce) the nonce that it had handed out; try "
                      "again, and if that goes on, ask who runs that server",
                      x->endpoint, response->status);
    } else {
        free(x->nonce);
        x->nonce = nonce;
        x->nonces++;
        x->again = true;
        return OKTA_EXIT_TROUBLE;
    }
    free(nonce);
    return OKTA_EXIT_REFUSED;
}

static okta_grant_manner manner_of(const okta_grant *grant)
{
    return (okta_grant_manner){grant->post, grant->scopes.count > 0, grant->key != NULL};
}

static int judge_error(exchange *x, const okta_value *answer, const okta_fetch_response *response)
{
    char error[64];

    if (response->status >= 400 && response->status < 500 && response->status != 429 &&
        *okta_grant_error(answer, error, sizeof(error))) {
        if (x->grant->key && strcmp(error, "use_dpop_nonce") == 0)
            return take_nonce(x, response);
        okta_grant_complain(manner_of(x->grant), x->endpoint, answer, response->status);
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

/* Whether the server did bind the token to our key. */
static bool is_bound(const exchange *x, const char *token, const char *type)
{
    const char *own = okta_dpop_key_thumbprint(x->grant->key);
    char jkt[64];

    if (strcasecmp(type, "DPoP") != 0)
        return okta_complain("%s took no notice of the proof: the token's type is %s, not DPoP; "
                             "that server does no DPoP for this application, so ask without --dpop",
                             x->endpoint, *type ? type : "not said");
    switch (okta_dpop_binding_of(token, x->grant->key, jkt, sizeof(jkt))) {
    case OKTA_DPOP_UNBOUND:
        return okta_complain("%s says that the token is bound (token_type DPoP), and the token "
                             "has no cnf.jkt: no resource server would take it; ask without "
                             "--dpop, or ask who runs that server",
                             x->endpoint);
    case OKTA_DPOP_OTHER_KEY:
        return okta_complain("%s bound the token to another key (cnf.jkt %s) than the one of the "
                             "proof (%s): nobody could use it here; try again, and if that goes "
                             "on, ask who runs that server",
                             x->endpoint, jkt, own);
    case OKTA_DPOP_UNREADABLE:
    case OKTA_DPOP_BOUND:
    default:
        return true;
    }
}

static int judge_token(const exchange *x, const okta_value *answer)
{
    const char *token = okta_value_text(answer, "access_token");
    const char *said = okta_value_text(answer, "token_type");
    char type[32];

    if (!token || !is_printable_token(token)) {
        okta_complain("%s answered with no usable access_token; is that the token endpoint?",
                      x->endpoint);
        return OKTA_EXIT_TROUBLE;
    }
    okta_text_copy(type, sizeof(type), said ? said : "", said ? strlen(said) : 0);
    if (x->grant->key)
        return is_bound(x, token, type) ? OKTA_EXIT_GOOD : OKTA_EXIT_TROUBLE;
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

/* The line of the proof, from malloc. */
static char *proof_line(const exchange *x)
{
    const okta_dpop_request request = {.method = "POST", .url = x->endpoint, .nonce = x->nonce};

    return okta_dpop_header(x->grant->key, &request);
}

static void send(exchange *x, okta_fetch_request *request)
{
    char *line = x->grant->key ? proof_line(x) : NULL;
    const char *const lines[] = {"Accept: application/json", line};
    okta_error error = {""};

    x->again = false;
    if (x->grant->key && !line)
        return;
    if (line) {
        request->headers = (okta_strings){2, lines};
        request->single = true;
    }
    if (!okta_network_fetch(&x->grant->network, request, answered, x, &error)) {
        okta_reword(&error);
        okta_complain("%s", error.text);
    }
    free(line);
}

static void ask(exchange *x)
{
    const okta_grant *grant = x->grant;
    okta_fetch_request request = {.url = x->endpoint};
    okta_form form = {NULL, false};
    /* RFC 6749 section 2.3.1: both are encoded before Basic joins them */
    char *id = okta_form_encode(grant->client_id);
    char *secret = okta_form_encode(grant->secret);

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
    if (!id || !secret || form.failed)
        okta_complain("out of memory");
    else
        do
            send(x, &request);
        while (x->again);
    okta_form_clear(&form);
    OPENSSL_free(id);
    OPENSSL_clear_free(secret, secret ? strlen(secret) : 0);
}

int okta_grant_ask(const okta_grant *grant, okta_value **answer)
{
    exchange x = {.grant = grant, .status = OKTA_EXIT_TROUBLE};

    if (find_endpoint(&x))
        ask(&x);
    free(x.nonce);
    free(x.endpoint);
    *answer = x.answer;
    return x.status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_introspection.h"

#include "cli/clock.h"
#include "cli/input.h"
#include "core/assertion.h"
#include "core/base64url.h"
#include "core/issuer.h"
#include "fetch/introspection.h"

#include <openssl/rand.h>
#include <string.h>
#include <unistd.h>

#define RANDOM_BYTES 24
#define PREFIX "okta-token-check-"

/* What the client needs, as it was read. */
typedef struct credentials {
    okta_client client;
    okta_input file;
} credentials;

static okta_client_auth auth_of(const char *method)
{
    return strcmp(method, "client_secret_post") == 0 ? OKTA_CLIENT_POST
           : strcmp(method, "private_key_jwt") == 0  ? OKTA_CLIENT_KEY
           : strcmp(method, "none") == 0             ? OKTA_CLIENT_NONE
                                                     : OKTA_CLIENT_BASIC;
}

static bool read_whole(credentials *c, const char *path)
{
    return access(path, R_OK) == 0 && okta_input_file(&c->file, path, path);
}

static bool read_secret(credentials *c, okta_findings *f, const okta_setup_issuer *issuer)
{
    const char *source = issuer->asking_secret;

    if (strncmp(source, "exec:", 5) == 0) {
        okta_found(f, OKTA_LEVEL_OK, "introspection",
                   "not tried: the secret comes from a program, which httpd alone runs");
        return false;
    }
    if (!read_whole(c, source + strlen("file:"))) {
        okta_found(f, OKTA_LEVEL_WARNING, "introspection",
                   "not tried: the secret in \"%s\" cannot be read", source);
        okta_findings_remedy(f, "run okta-token check as root");
        return false;
    }
    if (c->file.length > 0 && c->file.bytes[c->file.length - 1] == '\n')
        c->file.bytes[--c->file.length] = '\0';
    c->client.secret = c->file.bytes;
    return true;
}

static bool read_key(credentials *c, okta_findings *f, const okta_setup_issuer *issuer)
{
    okta_error error = {"it cannot be read"};

    if (read_whole(c, issuer->asking_key))
        c->client.key =
            okta_assertion_key(c->file.bytes, c->file.length, &c->client.algorithm, &error);
    if (c->client.key)
        return true;
    okta_found(f, OKTA_LEVEL_WARNING, "introspection", "not tried: the key \"%s\": %s",
               issuer->asking_key, error.text);
    okta_findings_remedy(f, "run okta-token check as root, and see to the file");
    return false;
}

static bool read_credentials(credentials *c, okta_findings *f, const okta_setup_issuer *issuer)
{
    c->client = (okta_client){.id = issuer->asking_client, .auth = auth_of(issuer->asking_method)};
    if (c->client.auth == OKTA_CLIENT_KEY)
        return read_key(c, f, issuer);
    return c->client.auth == OKTA_CLIENT_NONE || read_secret(c, f, issuer);
}

static void destroy(credentials *c)
{
    EVP_PKEY_free(c->client.key);
    okta_input_clear(&c->file);
}

typedef struct trial {
    okta_findings *f;
    const okta_setup_issuer *issuer;
    const char *endpoint;
} trial;

static void tell_failure(const trial *t, okta_answer_kind kind, const char *cause)
{
    okta_found(t->f, OKTA_LEVEL_FAILURE, "introspection", "%s: %s", t->endpoint, cause);
    if (kind == OKTA_ANSWER_NOT_CLIENT)
        okta_findings_remedy(t->f,
                             "correct OktaIntrospectionClient \"%s\", its method %s, and %s; "
                             "at Okta it is an application of the same organization",
                             t->issuer->asking_client, t->issuer->asking_method,
                             strcmp(t->issuer->asking_method, "private_key_jwt") == 0
                                 ? "OktaIntrospectionKey, whose public half it has to know"
                                 : "OktaIntrospectionSecret");
    else if (kind == OKTA_ANSWER_BUSY)
        okta_findings_remedy(t->f, "wait until it takes questions again; if that goes on, raise "
                                   "OktaIntrospectionCache");
    else
        okta_findings_remedy(t->f, "correct OktaIntrospectionUri, or ask the issuer's "
                                   "administrator");
}

static void came(void *baton, const okta_fetch_response *response)
{
    const trial *t = baton;
    okta_claims *claims;
    okta_answer_kind kind;
    okta_result result;

    okta_result_init(&result);
    if (okta_question_judge(response, t->issuer->url, &claims, &kind, &result) ==
        OKTA_TOKEN_INACTIVE) {
        okta_found(t->f, OKTA_LEVEL_OK, "introspection",
                   "%s: a token that nobody issued is not active (asked as \"%s\", %s)",
                   t->endpoint, t->issuer->asking_client, t->issuer->asking_method);
    } else if (kind == OKTA_ANSWER_TOLD) {
        okta_found(t->f, OKTA_LEVEL_FAILURE, "introspection",
                   "%s calls a token active that nobody issued", t->endpoint);
        okta_findings_remedy(t->f, "trust no token of this issuer, and tell its administrator");
    } else {
        tell_failure(t, kind, result.detail);
    }
    okta_claims_free(claims);
}

static bool invent(char token[sizeof(PREFIX) + OKTA_BASE64URL_ENCODED(RANDOM_BYTES)])
{
    unsigned char random[RANDOM_BYTES];

    if (RAND_bytes(random, sizeof(random)) != 1)
        return false;
    memcpy(token, PREFIX, sizeof(PREFIX) - 1);
    okta_base64url_encode(random, sizeof(random), token + sizeof(PREFIX) - 1);
    return true;
}

static void ask(trial *t, const okta_client *client)
{
    char token[sizeof(PREFIX) + OKTA_BASE64URL_ENCODED(RANDOM_BYTES)];
    okta_question_form form = {.body = NULL};
    okta_error error = {"out of memory"};

    if (!invent(token) ||
        !okta_question_form_write(&form, client, t->endpoint, token, strlen(token),
                                  okta_time_now()) ||
        !okta_network_fetch(&t->issuer->network, &form.request, came, t, &error))
        tell_failure(t, OKTA_ANSWER_FAILED, error.text);
    okta_question_form_clear(&form);
}

static const char *endpoint_of(okta_findings *f, const okta_setup_issuer *issuer, const char *found)
{
    if (issuer->asking_uri)
        return issuer->asking_uri;
    if (*found && okta_same_origin(issuer->url, found))
        return found;
    if (*found)
        okta_found(f, OKTA_LEVEL_FAILURE, "introspection",
                   "the metadata lead to another host for it: \"%s\"", found);
    else
        okta_found(f, OKTA_LEVEL_FAILURE, "introspection",
                   "the metadata name no introspection_endpoint");
    okta_findings_remedy(f, "set OktaIntrospectionUri");
    return NULL;
}

void okta_check_introspection(okta_findings *f, const okta_setup_issuer *issuer, const char *found)
{
    credentials c = {.file = {NULL, 0}};
    trial t = {f, issuer, NULL};

    if (!issuer->introspection)
        return;
    t.endpoint = endpoint_of(f, issuer, found);
    if (t.endpoint && read_credentials(&c, f, issuer))
        ask(&t, &c.client);
    destroy(&c);
}

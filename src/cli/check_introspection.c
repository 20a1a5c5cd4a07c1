/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_introspection.h"

#include "cli/clock.h"
#include "cli/input.h"
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
    okta_client_key key;
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

    if (read_whole(c, issuer->asking_key) &&
        okta_client_key_read(c->file.bytes, c->file.length, &c->key, &error)) {
        c->client.key = &c->key;
        return true;
    }
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
    okta_client_key_clear(&c->key);
    okta_input_clear(&c->file);
}

typedef struct trial {
    const okta_setup_issuer *issuer;
    okta_claims *claims;
    okta_answer_kind kind;
    okta_reason reason;
    okta_result *result;
} trial;

static void tell_failure(okta_findings *f, const okta_setup_issuer *issuer, okta_answer_kind kind,
                         const char *cause)
{
    okta_found(f, OKTA_LEVEL_FAILURE, "introspection", "%s: %s", issuer->asking_endpoint, cause);
    if (kind == OKTA_ANSWER_NOT_CLIENT)
        okta_findings_remedy(f,
                             "correct OktaIntrospectionClient \"%s\", its method %s, and %s; "
                             "at Okta it is an application of the same organization",
                             issuer->asking_client, issuer->asking_method,
                             strcmp(issuer->asking_method, "private_key_jwt") == 0
                                 ? "OktaIntrospectionKey, whose public half it has to know"
                                 : "OktaIntrospectionSecret");
    else if (kind == OKTA_ANSWER_BUSY)
        okta_findings_remedy(f, "wait until it takes questions again; if that goes on, raise "
                                "OktaIntrospectionCache");
    else
        okta_findings_remedy(f, "correct OktaIntrospectionUri, or ask the issuer's "
                                "administrator");
}

static void came(void *baton, const okta_fetch_response *response)
{
    trial *t = baton;

    t->reason = okta_question_judge(response, t->issuer->url, &t->claims, &t->kind, t->result);
}

static void ask(trial *t, const okta_client *client, const char *token)
{
    okta_question_form form = {.body = NULL};
    okta_error error = {"out of memory"};

    t->kind = OKTA_ANSWER_FAILED;
    if (!okta_question_form_write(&form, client, t->issuer->asking_endpoint, token, strlen(token),
                                  okta_time_now()) ||
        !okta_network_fetch(&t->issuer->network, &form.request, came, t, &error))
        t->reason = okta_result_set(t->result, OKTA_INTROSPECTION_UNAVAILABLE, "%s", error.text);
    okta_question_form_clear(&form);
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

static void tell(okta_findings *f, const trial *t)
{
    const okta_setup_issuer *issuer = t->issuer;

    if (t->reason == OKTA_TOKEN_INACTIVE) {
        okta_found(f, OKTA_LEVEL_OK, "introspection",
                   "%s: a token that nobody issued is not active (asked as \"%s\", %s)",
                   issuer->asking_endpoint, issuer->asking_client, issuer->asking_method);
    } else if (t->kind == OKTA_ANSWER_TOLD) {
        okta_found(f, OKTA_LEVEL_FAILURE, "introspection",
                   "%s calls a token active that nobody issued", issuer->asking_endpoint);
        okta_findings_remedy(f, "trust no token of this issuer, and tell its administrator");
    } else {
        tell_failure(f, issuer, t->kind, t->result->detail);
    }
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

void okta_check_introspection(okta_findings *f, okta_setup_issuer *issuer, const char *found)
{
    char token[sizeof(PREFIX) + OKTA_BASE64URL_ENCODED(RANDOM_BYTES)];
    const char *endpoint = issuer->introspection ? endpoint_of(f, issuer, found) : NULL;
    credentials c = {.file = {NULL, 0}};
    okta_result result;
    trial t = {.issuer = issuer, .result = &result};

    if (!endpoint || !invent(token))
        return;
    okta_text_format(issuer->asking_endpoint, sizeof(issuer->asking_endpoint), "%s", endpoint);
    okta_result_init(&result);
    if (read_credentials(&c, f, issuer)) {
        ask(&t, &c.client, token);
        tell(f, &t);
        okta_claims_free(t.claims);
    }
    destroy(&c);
}

bool okta_ask_about(const okta_setup_issuer *issuer, const char *token, okta_claims **claims,
                    okta_reason *reason, okta_result *result)
{
    okta_findings unused = {0, NULL, "", false};
    credentials c = {.file = {NULL, 0}};
    trial t = {.issuer = issuer, .result = result};
    bool able = *issuer->asking_endpoint && read_credentials(&c, &unused, issuer);

    if (able)
        ask(&t, &c.client, token);
    destroy(&c);
    okta_findings_clear(&unused);
    *claims = t.claims;
    *reason = t.reason;
    return able;
}

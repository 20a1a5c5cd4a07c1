/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/introspection.h"

#include "core/assertion.h"
#include "core/form.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

static void wipe(char *text)
{
    OPENSSL_clear_free(text, text ? strlen(text) : 0);
}

static void add_assertion(okta_form *body, const okta_client *client, const char *endpoint,
                          int64_t now)
{
    char *assertion = okta_assertion_make(client->key, client->id, endpoint, now);

    body->failed = body->failed || !assertion;
    okta_form_add(body, "client_assertion_type", OKTA_ASSERTION_TYPE);
    okta_form_add(body, "client_assertion", assertion ? assertion : "");
    free(assertion);
}

static void add_client(okta_question_form *form, okta_form *body, const okta_client *client,
                       const char *endpoint, int64_t now)
{
    switch (client->auth) {
    case OKTA_CLIENT_BASIC:
        /* RFC 6749 section 2.3.1 */
        form->user = okta_form_encode(client->id);
        form->password = okta_form_encode(client->secret);
        body->failed = body->failed || !form->user || !form->password;
        return;
    case OKTA_CLIENT_POST:
        okta_form_add(body, "client_id", client->id);
        okta_form_add(body, "client_secret", client->secret);
        return;
    case OKTA_CLIENT_KEY:
        okta_form_add(body, "client_id", client->id);
        add_assertion(body, client, endpoint, now);
        return;
    case OKTA_CLIENT_NONE:
    default:
        if (*client->id)
            okta_form_add(body, "client_id", client->id);
        return;
    }
}

bool okta_question_form_write(okta_question_form *form, const okta_client *client,
                              const char *endpoint, const char *token, size_t length, int64_t now)
{
    static const char *const lines[] = {"Accept: application/json"};
    char *copy = OPENSSL_malloc(length + 1);
    okta_form body = {NULL, !copy};

    *form = (okta_question_form){.body = NULL};
    if (copy) {
        memcpy(copy, token, length);
        copy[length] = '\0';
        okta_form_add(&body, "token", copy);
        okta_form_add(&body, "token_type_hint", "access_token");
        add_client(form, &body, client, endpoint, now);
    }
    wipe(copy);
    form->body = body.text;
    form->request = (okta_fetch_request){.url = endpoint,
                                         .body = form->body,
                                         .user = form->user,
                                         .password = form->password,
                                         .headers = {1, lines},
                                         .single = true};
    return !body.failed;
}

void okta_question_form_clear(okta_question_form *form)
{
    wipe(form->body);
    wipe(form->user);
    wipe(form->password);
    *form = (okta_question_form){.body = NULL};
}

/* A status other than 200. */
static okta_answer_kind kind_of(const okta_fetch_response *response)
{
    long status = response->status;

    if (status == 429 || (response->retry_after >= 0 && status >= 500))
        return OKTA_ANSWER_BUSY;
    if (status == 401 || status == 403)
        return OKTA_ANSWER_NOT_CLIENT;
    /* 400 may be for what somebody sent as a token */
    return status == 400 ? OKTA_ANSWER_OF_TOKEN : OKTA_ANSWER_FAILED;
}

static okta_reason no_answer(okta_result *result, const char *what)
{
    return okta_result_set(result, OKTA_INTROSPECTION_UNAVAILABLE, "%s", what);
}

okta_reason okta_question_judge(const okta_fetch_response *response, const char *issuer,
                                okta_claims **claims, okta_answer_kind *kind, okta_result *result)
{
    bool understood = false;
    okta_reason reason;

    *claims = NULL;
    *kind = OKTA_ANSWER_FAILED;
    if (!response->answered) {
        if (response->too_large)
            *kind = OKTA_ANSWER_OF_TOKEN;
        return no_answer(result, response->error.text);
    }
    if (response->status != 200) {
        *kind = kind_of(response);
        return okta_result_set(
            result, OKTA_INTROSPECTION_UNAVAILABLE, "status %ld%s", response->status,
            *kind == OKTA_ANSWER_NOT_CLIENT ? ", the issuer does not take us for its client" : "");
    }
    if (response->encoded)
        return no_answer(result, "the answer is compressed, which was not asked for");
    reason = okta_introspection_read(response->body, response->length, issuer, claims, &understood,
                                     result);
    if (reason != OKTA_INTROSPECTION_UNAVAILABLE)
        *kind = OKTA_ANSWER_TOLD;
    else if (understood)
        *kind = OKTA_ANSWER_OF_TOKEN;
    return reason;
}

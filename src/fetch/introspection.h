/* SPDX-License-Identifier: Apache-2.0 */
/* A question to an introspection endpoint (RFC 7662 section 2.1), and what an answer is worth. Who
 * asks sends it. */
#ifndef OKTA_FETCH_INTROSPECTION_H
#define OKTA_FETCH_INTROSPECTION_H

#include "core/client_key.h"
#include "core/introspection.h"
#include "fetch/fetch.h"

/* How a client says at its issuer who it is. */
typedef enum okta_client_auth {
    OKTA_CLIENT_BASIC, /* client_secret_basic, and so on */
    OKTA_CLIENT_POST,
    OKTA_CLIENT_KEY, /* private_key_jwt */
    OKTA_CLIENT_NONE
} okta_client_auth;

/* The client whom an issuer answers. Borrowed. */
typedef struct okta_client {
    const char *id; /* with OKTA_CLIENT_NONE perhaps "" */
    okta_client_auth auth;
    const char *secret;         /* for the first two */
    const okta_client_key *key; /* for OKTA_CLIENT_KEY */
} okta_client;

/* What is to be sent: a request without settings, with its own texts. */
typedef struct okta_question_form {
    okta_fetch_request request;
    char *body, *user, *password; /* owned; wiped by okta_question_form_clear */
} okta_question_form;

/* Write the question whether token[length] is active, asked by the client at now (seconds since the
 * epoch); borrows endpoint. False when out of memory; to be cleared in any case. Any thread. */
bool okta_question_form_write(okta_question_form *form, const okta_client *client,
                              const char *endpoint, const char *token, size_t length, int64_t now);
void okta_question_form_clear(okta_question_form *form);

/* Whose fault it is that there is no answer. */
typedef enum okta_answer_kind {
    OKTA_ANSWER_TOLD,      /* there is one */
    OKTA_ANSWER_OF_TOKEN,  /* there is none for this token; another one may have one */
    OKTA_ANSWER_FAILED,    /* of the endpoint, or of the way there */
    OKTA_ANSWER_BUSY,      /* it said when to come again */
    OKTA_ANSWER_NOT_CLIENT /* it does not take us for its client */
} okta_answer_kind;

/* What came. As okta_introspection_read; where there was no answer OKTA_INTROSPECTION_UNAVAILABLE,
 * with the cause as detail. Any thread. */
okta_reason okta_question_judge(const okta_fetch_response *response, const char *issuer,
                                okta_claims **claims, okta_answer_kind *kind, okta_result *result);

#endif

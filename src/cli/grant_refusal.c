/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/grant_refusal.h"

#include "cli/message.h"

#include <stdio.h>
#include <string.h>

/* The name that Okta gives the box. */
#define DPOP_BOX                                                                            \
    "\"Require Demonstrating Proof of Possession (DPoP) header in token requests\" in the " \
    "settings of the application"

typedef struct advice {
    const char *error;
    const char *usual;
    const char *otherwise; /* NULL: the usual one always; else it is for the other case below */
} advice;

static const advice remedies[] = {
    {"invalid_client",
     "check --client-id and the secret; the application may want --auth post (Applications > the "
     "application > General > Client authentication)",
     "check --client-id and the secret; the application may want --auth basic (Applications > the "
     "application > General > Client authentication)"},
    {"invalid_scope",
     "add the scope to the authorization server (Security > API > the server > Scopes > Add "
     "Scope), or correct --scope",
     "name a scope of the authorization server with --scope (Security > API > the server > Scopes "
     "> Add Scope makes one)"},
    {"access_denied",
     "add an access policy with a rule that allows this client and scope (Security > API > the "
     "server > Access Policies); a new authorization server has none",
     NULL},
    {"invalid_dpop_proof", "the application demands DPoP: use get --dpop, or clear " DPOP_BOX,
     "check the clock of this machine, and the key: Okta takes proofs of EC keys and of RSA keys, "
     "not PS256"},
    {"use_dpop_nonce", "the application demands DPoP: use get --dpop, or clear " DPOP_BOX,
     "try again"},
    {"unauthorized_client",
     "the application has to be allowed to use client credentials (at Okta the type API Services)",
     NULL},
    {"unsupported_grant_type",
     "the application has to be allowed to use client credentials (at Okta the type API Services)",
     NULL},
};

static bool is_other_case(const char *error, okta_grant_manner manner)
{
    if (strcmp(error, "invalid_client") == 0)
        return manner.post;
    if (strcmp(error, "invalid_scope") == 0)
        return !manner.scoped;
    return manner.proven;
}

static const char *remedy_of(const char *error, okta_grant_manner manner)
{
    for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
        if (strcmp(remedies[i].error, error) == 0)
            return remedies[i].otherwise && is_other_case(error, manner) ? remedies[i].otherwise
                                                                         : remedies[i].usual;
    return "";
}

/* A member as printable text, "" when absent. */
static const char *member(const okta_value *answer, const char *name, char *buffer, size_t size)
{
    const char *text = okta_value_text(answer, name);

    okta_text_copy(buffer, size, text ? text : "", text ? strlen(text) : 0);
    return buffer;
}

const char *okta_grant_error(const okta_value *answer, char *buffer, size_t size)
{
    return *member(answer, "error", buffer, size) ? buffer
                                                  : member(answer, "errorCode", buffer, size);
}

void okta_grant_complain(okta_grant_manner manner, const char *endpoint, const okta_value *answer,
                         long status)
{
    char error[64], description[300], *end;
    const char *remedy;
    bool standard = *member(answer, "error", error, sizeof(error));

    okta_grant_error(answer, error, sizeof(error));
    member(answer, standard ? "error_description" : "errorSummary", description,
           sizeof(description));
    end = description + strlen(description);
    if (end > description && end[-1] == '.')
        end[-1] = '\0';
    remedy = remedy_of(error, manner);
    okta_complain("%s refused (%ld %s)%s%s%s%s", endpoint, status, error, *description ? ": " : "",
                  description, *remedy ? "; " : "", remedy);
}

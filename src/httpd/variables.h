/* SPDX-License-Identifier: Apache-2.0 */
/* What a token's claims put into the environment: OKTA_CLAIM_, then letters, digits, underscores.
 */
#ifndef OKTA_HTTPD_VARIABLES_H
#define OKTA_HTTPD_VARIABLES_H

#include "core/claims.h"

#include <apr_pools.h>
#include <apr_tables.h>
#include <stdbool.h>

/* Which token it is, and whose; whatever OktaClaimEnv says. */
#define OKTA_VARIABLE_JTI "OKTA_JTI"
#define OKTA_VARIABLE_CLIENT "OKTA_CLIENT"

/* One claim of OktaClaimEnv. */
typedef struct okta_env_claim {
    const char *path;
    const char
        *name; /* of the claim, where the path can name no other; NULL: it has to be looked up */
} okta_env_claim;

typedef struct okta_variable {
    const char *claim; /* its name or path; NULL: exported whatever the configuration picks */
    const char *name;
    const char *text;
    bool borrowed; /* the text is the claim's own */
    bool exact;    /* the claim is spelled like the variable, without capitals: no other one is */
    bool shared;   /* others have the same name, but perhaps for its case; they are neighbors */
} okta_variable;

typedef struct okta_variables {
    size_t count;
    okta_variable all[];
} okta_variables;

/* Those of all claims, OKTA_SCOPE, OKTA_JTI and OKTA_CLIENT, and OKTA_ACTOR and OKTA_ACTOR_CHAIN
 * where somebody acts; claims that are null have none. From pool, with texts and names that pool or
 * claims own. */
okta_variables *okta_variables_of(apr_pool_t *pool, const okta_claims *claims);

/* Those of the paths (okta_env_claim) that the token has, and the same others. */
okta_variables *okta_variables_at(apr_pool_t *pool, const okta_claims *claims,
                                  const apr_array_header_t *paths);

/* All that there is to know of them, in *size bytes, as a note for claims that were unpacked: a new
 * block from malloc, which the caller frees; NULL when out of memory. */
void *okta_variables_pack(const okta_variables *variables, const okta_claims *claims, size_t *size);

/* Those of the claims' note, from pool, with names and texts that claims own; NULL: they came
 * without a note. */
const okta_variables *okta_variables_noted(apr_pool_t *pool, const okta_claims *claims);

/* Add all of the claims' note to a table that has none of them. False, and nothing is done: they
 * came without a note, or there is a choice to make between variables of one name. */
bool okta_variables_add_noted(const okta_claims *claims, apr_table_t *env);

/* How many variables, from index on, have one name: 1 where it is its own. */
size_t okta_variables_sharing(const okta_variables *variables, size_t index);

#endif

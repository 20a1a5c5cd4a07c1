/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that authorization asks of claims: whole values only. */
#ifndef OKTA_CORE_MATCH_H
#define OKTA_CORE_MATCH_H

#include "core/claims.h"

/* All functions: any thread; borrowed results. */

/* A claim by path (core/path.h); NULL when there is none, which null is too. */
const okta_value *okta_claims_find(const okta_claims *claims, const char *path);

/* Whether the value is what text says: a string by its bytes, a number by its value, a boolean as
 * true or false; an array when one of its elements is. */
bool okta_value_equals(const okta_value *value, const char *text);

/* Whether word is an element of the array, or one of the space-separated words of the string (RFC
 * 6749 section 3.3). */
bool okta_value_has_word(const okta_value *value, const char *word);

/* The claim that has the token's scopes: `scp`, or `scope` where that names none; NULL when there
 * is neither. */
const okta_value *okta_claims_scopes(const okta_claims *claims);

/* Whether the token's scopes have this one. */
bool okta_claims_have_scope(const okta_claims *claims, const char *scope);

/* The client that the token was issued to: `cid`, `client_id` or `azp`, a string; NULL when it
 * names none. */
const okta_value *okta_claims_client(const okta_claims *claims);

#endif

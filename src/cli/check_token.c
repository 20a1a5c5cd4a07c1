/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_token.h"

#include "cli/check_introspection.h"
#include "cli/check_metadata.h"
#include "cli/check_require.h"
#include "cli/clock.h"
#include "cli/remedy.h"
#include "core/issuer.h"
#include "core/match.h"
#include "core/opaque.h"
#include "core/verify.h"

#include <string.h>
#include <strings.h>

static okta_reason find_keys(void *baton, const char *url, okta_keyset **keys)
{
    const okta_setup_issuer *issuer = okta_setup_find(baton, url);

    if (!issuer || !issuer->keys.set)
        return OKTA_KEYS_UNAVAILABLE;
    *keys = okta_keyset_ref(issuer->keys.set);
    return OKTA_OK;
}

/* Where httpd's directive is what may be wrong. */
static const struct {
    okta_reason reason;
    const char *directive;
    const char *remedy;
} ways[] = {
    {OKTA_ID_TOKEN, NULL,
     "send the access_token of the answer that held this ID token; no setting takes an ID token"},
    {OKTA_TOKEN_FROM_ORG_SERVER, NULL,
     "have the client ask a custom authorization server for its token, as in "
     "https://.../oauth2/default/v1/token"},
    {OKTA_AUDIENCE_MISMATCH, "OktaAudience",
     "set OktaAudience to the audience of the authorization server (Security > API, column "
     "Audience), or have the client ask the server that belongs to this API"},
    {OKTA_CLIENT_MISMATCH, "OktaClientId",
     "add the client id that the token has to OktaClientId, or use the application that is named "
     "there"},
    {OKTA_TOKEN_UNBOUND, "OktaDPoP",
     "have the client ask for its token with a DPoP proof (okta-token get --dpop), or set OktaDPoP "
     "optional"},
    {OKTA_TOKEN_BOUND, NULL,
     "have the client send a DPoP proof with the token (okta-token call does), or clear \"Require "
     "DPoP\" of the application at Okta"},
    {OKTA_ALGORITHM_REFUSED, "OktaAlgorithms", "add the token's alg to OktaAlgorithms"},
    {OKTA_TOKEN_REVOKED, NULL,
     "get another token; where it was revoked by mistake, take its line out of the file of "
     "OktaRevocations"},
    {OKTA_TOKEN_TOO_OLD, "OktaMaxTokenAge",
     "have the client get a new token, or raise OktaMaxTokenAge"},
    {OKTA_TOKEN_ENCRYPTED, "OktaDecryptionKey",
     "name the private key that it is encrypted to with OktaDecryptionKey (and run this as root, "
     "who "
     "can read it), or turn encryption off at the authorization server (Settings > Encryption "
     "keys)"},
    {OKTA_TOKEN_UNDECRYPTABLE, "OktaDecryptionKey",
     "compare its kid (okta-token inspect) with those above: the authorization server encrypts to "
     "another key (Settings > Encryption keys)"},
    {OKTA_TOKEN_INACTIVE, NULL, "get another token, from the issuer that is asked"},
    {OKTA_INTROSPECTION_UNAVAILABLE, NULL, "mend what is said above of introspection"},
    {OKTA_KEYS_UNAVAILABLE, NULL, "mend what is said above of the issuer: it has no usable keys"},
};

static bool remedy_by_way(okta_findings *f, const okta_setup *setup, okta_reason reason)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        if (ways[i].reason == reason && (setup->of_httpd || !ways[i].directive)) {
            okta_findings_remedy(f, "%s", ways[i].remedy);
            return true;
        }
    return false;
}

/* The token has the custom domain, and the configuration the Okta domain, or the other way. */
static bool remedy_of_domain(okta_findings *f, const okta_setup *setup,
                             const okta_setup_place *place, const char *iss)
{
    size_t origin = okta_origin_length(iss);

    for (size_t i = 0; origin && i < place->policy.issuers.count; i++) {
        const char *ours = place->policy.issuers.items[i];

        if (strcmp(ours + okta_origin_length(ours), iss + origin) != 0)
            continue;
        okta_findings_remedy(f,
                             "one is the custom domain and the other the Okta domain: write the "
                             "issuer as tokens have it, %s %s",
                             okta_setup_word(setup, "OktaIssuer", "--issuer"), iss);
        return true;
    }
    return false;
}

static void remedy_of(okta_findings *f, const okta_setup *setup, const okta_setup_place *place,
                      const okta_input *token, const okta_result *result)
{
    const okta_setup_issuer *issuer = okta_setup_find(setup, result->issuer);
    const okta_remedy_facts facts = {.policy = &place->policy,
                                     .token = token->bytes,
                                     .length = token->length,
                                     .kids = issuer ? issuer->keys.kids : "",
                                     .now = okta_time_now(),
                                     .default_audience = place->default_audience};
    char phrase[512] = "";

    if (remedy_by_way(f, setup, result->reason))
        return;
    if (result->reason == OKTA_ISSUER_UNKNOWN && remedy_of_domain(f, setup, place, result->issuer))
        return;
    okta_remedy(result->reason, &facts, phrase, sizeof(phrase));
    if (phrase[0])
        okta_findings_remedy(f, "right would be %s", phrase);
}

static void explain_scope(okta_findings *f, const okta_claims *claims, const char *names)
{
    okta_found(f, OKTA_LEVEL_FAILURE, "require", "the token lacks the scope %s: httpd answers 403",
               names);
    okta_findings_remedy(f,
                         okta_claims_scopes(claims)
                             ? "have the client ask for that scope; it has to exist at the "
                               "authorization server (Security > API > the server > Scopes), and "
                               "the access policy has to allow it"
                             : "have the client ask for that scope; this token has no scopes");
}

static void explain_group(okta_findings *f, const okta_setup_place *place,
                          const okta_claims *claims, const char *names)
{
    if (okta_claims_find(claims, place->groups_claim)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "require",
                   "the token's claim \"%s\" has no group %s: httpd answers 403",
                   place->groups_claim, names);
        okta_findings_remedy(f, "put the user into that group, or let the filter of the claim in "
                                "Okta match it");
        return;
    }
    okta_found(f, OKTA_LEVEL_FAILURE, "require",
               "the token has no claim \"%s\", and a group is required (%s): httpd answers 403",
               place->groups_claim, names);
    okta_findings_remedy(f,
                         "add the claim \"%s\" in Okta for the access token (Security > API > the "
                         "server > Claims), or name the claim that has the groups with "
                         "OktaGroupsClaim; tokens of programs never have groups",
                         place->groups_claim);
}

static bool check_require(okta_findings *f, const okta_setup_place *place,
                          const okta_claims *claims)
{
    char names[300] = "";
    const char *failed;

    if (!place->require)
        return true;
    switch (okta_require_judge(place->require, claims, place->groups_claim)) {
    case OKTA_ENOUGH_YES:
        okta_found(f, OKTA_LEVEL_OK, "require", "the token is enough for the Require lines");
        return true;
    case OKTA_ENOUGH_UNKNOWN:
        okta_found(f, OKTA_LEVEL_OK, "require",
                   "whether the token is enough for the Require lines is for httpd to say");
        return true;
    case OKTA_ENOUGH_NO:
    default:
        break;
    }
    failed = okta_require_first_failed(place->require, claims, place->groups_claim, names,
                                       sizeof(names));
    if (failed && strcasecmp(failed, "okta-scope") == 0) {
        explain_scope(f, claims, names);
    } else if (failed && strcasecmp(failed, "okta-group") == 0) {
        explain_group(f, place, claims, names);
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "require",
                   "the token is not enough for Require %s %s: httpd answers 403",
                   failed ? failed : "lines", names);
        okta_findings_remedy(f, "change that Require line, or use another client");
    }
    return false;
}

/* One of the claims has to name who the caller is. */
static bool check_user(okta_findings *f, const okta_setup_place *place, const okta_claims *claims)
{
    const okta_strings *names = &place->user_claims;

    for (size_t i = 0; i < names->count; i++)
        if (okta_claims_find(claims, names->items[i]))
            return true;
    if (names->count == 0)
        return true;
    okta_found(f, OKTA_LEVEL_FAILURE, "token",
               "user_missing: it has no claim \"%s\", which OktaRemoteUser wants", names->items[0]);
    okta_findings_remedy(f,
                         "name a claim that this token has, too, as in OktaRemoteUser %s sub; "
                         "tokens of programs have no user",
                         names->items[0]);
    return false;
}

/* By the keys that tokens of the issuer may be encrypted to. */
static okta_reason verify_opened(const okta_setup *setup, const okta_setup_place *place,
                                 const okta_setup_issuer *issuer, const okta_input *token,
                                 okta_claims **claims, okta_result *result)
{
    const okta_keyring keyring = {find_keys, (void *)setup};
    okta_opened opened;
    okta_reason reason = okta_private_keys_open(&issuer->private_keys, token->bytes, token->length,
                                                NULL, &opened, result);

    if (reason == OKTA_OK)
        reason = okta_verify(&place->policy, &keyring, opened.token, opened.length, NULL, claims,
                             result);
    if (reason == OKTA_OK &&
        strcmp(okta_value_text(okta_claims_root(*claims), "iss"), issuer->url) != 0) {
        okta_claims_free(*claims);
        *claims = NULL;
        reason = okta_result_set(result, OKTA_TOKEN_UNDECRYPTABLE,
                                 "the key that opens it is not one of its issuer");
    }
    okta_opened_clear(&opened);
    return reason;
}

static okta_reason verify(const okta_setup *setup, const okta_setup_place *place,
                          const okta_input *token, okta_claims **claims, okta_result *result)
{
    const okta_keyring keyring = {find_keys, (void *)setup};
    okta_reason reason = OKTA_TOKEN_UNDECRYPTABLE;
    bool opened = false;

    for (size_t i = 0; reason == OKTA_TOKEN_UNDECRYPTABLE && i < place->policy.issuers.count; i++) {
        const okta_setup_issuer *issuer = okta_setup_find(setup, place->policy.issuers.items[i]);

        if (!issuer || issuer->private_keys.count == 0 || !okta_jwe_is(token->bytes, token->length))
            continue;
        opened = true;
        reason = verify_opened(setup, place, issuer, token, claims, result);
    }
    return opened ? reason
                  : okta_verify(&place->policy, &keyring, token->bytes, token->length, NULL, claims,
                                result);
}

/* Who is asked what is in it; NULL: nobody, it is judged as any other. */
static const okta_setup_issuer *asked_about(const okta_setup *setup, const okta_setup_place *place,
                                            const okta_input *token)
{
    if (!okta_token_is_opaque(token->bytes, token->length))
        return NULL;
    for (size_t i = 0; i < place->policy.issuers.count; i++) {
        const okta_setup_issuer *issuer = okta_setup_find(setup, place->policy.issuers.items[i]);

        if (issuer && issuer->introspection)
            return issuer;
    }
    return NULL;
}

bool okta_check_token(okta_findings *f, const okta_setup *setup, const okta_setup_place *place,
                      const okta_input *token)
{
    const okta_setup_issuer *asked = asked_about(setup, place, token);
    okta_claims *claims = NULL;
    okta_result result;
    okta_reason reason;
    bool good;

    okta_result_init(&result);
    okta_findings_about(f, "token%s%s", *place->section ? " at " : "", place->section);
    if (!asked) {
        reason = verify(setup, place, token, &claims, &result);
    } else if (!okta_ask_about(asked, token->bytes, &claims, &reason, &result)) {
        okta_found(f, OKTA_LEVEL_OK, "token",
                   "an opaque token, about which httpd asks %s; not tried", asked->url);
        return true;
    }
    if (reason == OKTA_OK)
        reason = okta_policy_check(&place->policy, claims, okta_time_now(), NULL, &result);
    good = reason == OKTA_OK;
    if (good) {
        okta_found(f, OKTA_LEVEL_OK, "token", "it passes every check of the verification");
        good = check_user(f, place, claims) && check_require(f, place, claims);
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "token", "%s: %s", okta_reason_tag(reason),
                   result.detail);
        remedy_of(f, setup, place, token, &result);
    }
    okta_claims_free(claims);
    return good;
}

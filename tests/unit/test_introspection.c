/* SPDX-License-Identifier: Apache-2.0 */
#include "core/introspection.h"
#include "core/match.h"
#include "scarce.h"
#include "world.h"

#include <stdlib.h>
#include <string.h>

#define ACTIVE "\"active\":true,\"token_type\":\"Bearer\","
#define SAID                                                                                      \
    "\"scope\":\"api.read  email\",\"client_id\":\"0oa1\",\"exp\":1700003600,\"sub\":\"user@a\"," \
    "\"aud\":\"api://default\",\"iss\":\"" ISSUER "\",\"jti\":\"AT.1\""

static okta_claims *claims;
static bool understood;
static okta_result result;

static okta_reason reads(const char *answer)
{
    okta_result_init(&result);
    return okta_introspection_read(exact(answer, strlen(answer)), strlen(answer), ISSUER, &claims,
                                   &understood, &result);
}

static okta_reason judges(const char *answer)
{
    okta_policy policy = world_policy();
    okta_reason reason = reads(answer);

    if (reason == OKTA_OK)
        reason = okta_policy_check(&policy, claims, NOW, NULL, &result);
    okta_claims_free(claims);
    return reason;
}

rule(what_it_says_becomes_claims)
{
    need(reads("{" ACTIVE SAID ",\"extra\":{\"a\":[1,2.5,null,true]}}") == OKTA_OK, "%s",
         result.detail);
    check(understood, "understood");
    check(okta_value_equals(okta_claims_get(claims, "scp"), "api.read"), "scp");
    check(okta_claims_get(claims, "scp")->length == 2, "two scopes");
    check(strcmp(okta_claims_get(claims, "cid")->as.string, "0oa1") == 0, "cid");
    check(strcmp(okta_claims_get(claims, "client_id")->as.string, "0oa1") == 0, "client_id");
    check(!okta_claims_get(claims, "active"), "active is no claim");
    check(okta_claims_get(claims, "extra"), "what is not known is kept");
    check(okta_claims_times(claims)->exp == 1700003600, "exp");
    check(okta_claims_type(claims) == OKTA_TYPE_OPAQUE && !okta_claims_algorithm(claims), "type");
    okta_claims_free(claims);
}

rule(names_of_tokens_are_left_as_they_are)
{
    need(reads("{" ACTIVE SAID ",\"scp\":[\"own\"],\"cid\":\"own\"}") == OKTA_OK, "%s",
         result.detail);
    check(okta_value_equals(okta_claims_get(claims, "scp"), "own"), "scp");
    check(okta_claims_get(claims, "scp")->length == 1, "scp alone");
    check(strcmp(okta_claims_get(claims, "cid")->as.string, "own") == 0, "cid");
    okta_claims_free(claims);
}

rule(an_answer_has_one_meaning)
{
    static const struct {
        const char *answer;
        const char *tag;
        bool understood;
    } rows[] = {
        {"{" ACTIVE SAID "}", "ok", true},
        {"\xef\xbb\xbf{" ACTIVE SAID "}", "ok", true},
        {"{\"active\":true," SAID "}", "ok", true},
        {"{\"active\":true,\"token_type\":null," SAID "}", "ok", true},
        {"{\"active\":true,\"token_type\":\"bearer\"," SAID "}", "ok", true},
        {"{\"active\":true,\"aud\":\"api://default\"}", "ok", true},
        {"{\"active\":true,\"aud\":[\"x\",\"api://default\"],\"iss\":null}", "ok", true},
        {"{\"active\":false}", "token_inactive", true},
        {"{\"active\":false," SAID "}", "token_inactive", true},
        {"{\"active\":true,\"token_type\":\"refresh_token\"," SAID "}", "type_refused", true},
        {"{\"active\":true,\"token_type\":\"N_A\"," SAID "}", "type_refused", true},
        {"{\"active\":true,\"token_type\":\"\"," SAID "}", "type_refused", true},
        {"{\"active\":true,\"token_type\":1," SAID "}", "type_refused", true},
        {"{\"active\":true,\"token_type\":[\"Bearer\"]," SAID "}", "type_refused", true},
        {"{\"active\":true,\"iss\":\"" ISSUER "/\"}", "issuer_unknown", true},
        {"{\"active\":true,\"iss\":\"\"}", "issuer_unknown", true},
        {"{\"active\":true,\"iss\":[\"" ISSUER "\"]}", "issuer_unknown", true},
        {"{\"active\":true}", "audience_mismatch", true},
        {"{\"active\":true,\"aud\":null}", "audience_mismatch", true},
        {"{\"active\":true,\"aud\":\"api://other\"}", "audience_mismatch", true},
        {"{" ACTIVE SAID ",\"nonce\":\"n\"}", "id_token", true},
        {"{" ACTIVE SAID ",\"cnf\":{\"jkt\":\"x\"}}", "token_bound", true},
        {"{" ACTIVE SAID ",\"nbf\":1700009999}", "token_not_yet_valid", true},
        {"{" ACTIVE SAID ",\"iat\":1700009999}", "token_from_future", true},
        {"{\"active\":true,\"aud\":\"api://default\",\"exp\":1}", "token_expired", true},
        {"{\"active\":true,\"aud\":1}", "introspection_unavailable", true},
        {"{\"active\":true,\"exp\":\"1\"}", "introspection_unavailable", true},
        {"{\"active\":true,\"exp\":-1}", "introspection_unavailable", true},
        {"{\"active\":true,\"sub\":1}", "introspection_unavailable", true},
        {"{\"active\":true,\"client_id\":1}", "introspection_unavailable", true},
        {"{\"active\":true,\"act\":{}}", "introspection_unavailable", true},
        {"{\"active\":\"true\"," SAID "}", "introspection_unavailable", false},
        {"{\"active\":1," SAID "}", "introspection_unavailable", false},
        {"{\"active\":null," SAID "}", "introspection_unavailable", false},
        {"{" SAID "}", "introspection_unavailable", false},
        {"{}", "introspection_unavailable", false},
        {"{\"active\":false,\"active\":true," SAID "}", "introspection_unavailable", false},
        {"{\"active\":true," SAID "} ,", "introspection_unavailable", false},
        {"[true]", "introspection_unavailable", false},
        {"true", "introspection_unavailable", false},
        {"", "introspection_unavailable", false},
        {"<html></html>", "introspection_unavailable", false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_reason reason = judges(rows[i].answer);

        check(strcmp(okta_reason_tag(reason), rows[i].tag) == 0, "%s: %s (%s)", rows[i].answer,
              okta_reason_tag(reason), result.detail);
        check(understood == rows[i].understood, "%s: understood %d", rows[i].answer, understood);
        check(reason == OKTA_OK || result.detail[0], "%s: no detail", rows[i].answer);
    }
}

/* Which key it is nobody can say, so nobody can show that it is his. */
rule(a_type_of_bound_tokens_alone_binds_too)
{
    static const char *const types[] = {"DPoP", "dpop"};
    okta_policy policy = world_policy();
    char text[512];

    for (size_t i = 0; i < COUNT_OF(types); i++) {
        okta_text_format(text, sizeof(text), "{\"active\":true,\"token_type\":\"%s\"," SAID "}",
                         types[i]);
        check(judges(text) == OKTA_TOKEN_BOUND, "%s: %s", text, result.detail);
        need(reads(text) == OKTA_OK, "%s", result.detail);
        policy.by_proof = true;
        check(okta_policy_check(&policy, claims, NOW, NULL, &result) == OKTA_BINDING_UNSUPPORTED,
              "%s", result.detail);
        okta_claims_free(claims);
    }
}

rule(it_ends_at_exp_of_the_answer_too)
{
    static const struct {
        const char *answer;
        int64_t skew;
        bool good;
    } rows[] = {
        {"{\"active\":true}", 0, true},
        {"{\"active\":true,\"exp\":null}", 0, true},
        {"{\"active\":true,\"exp\":1700000001}", 0, true},
        {"{\"active\":true,\"exp\":1700000000}", 0, false},
        {"{\"active\":true,\"exp\":1700000000.9}", 0, false},
        {"{\"active\":true,\"exp\":1699999941}", 60, true},
        {"{\"active\":true,\"exp\":1699999940}", 60, false},
        {"{\"active\":true,\"exp\":0}", 600, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        need(reads(rows[i].answer) == OKTA_OK, "%s", result.detail);
        check(okta_introspection_check_end(okta_introspection_end(claims), rows[i].skew, 1700000000,
                                           &result) ==
                  (rows[i].good ? OKTA_OK : OKTA_TOKEN_EXPIRED),
              "%s, skew %d: %s", rows[i].answer, (int)rows[i].skew, result.detail);
        okta_claims_free(claims);
    }
}

rule(iss_is_who_was_asked)
{
    need(reads("{\"active\":true}") == OKTA_OK, "%s", result.detail);
    check(strcmp(okta_claims_get(claims, "iss")->as.string, ISSUER) == 0, "iss");
    okta_claims_free(claims);
}

rule(a_place_for_typed_tokens_takes_no_opaque_ones)
{
    okta_policy policy = world_policy();

    policy.at_jwt_only = true;
    need(reads("{" ACTIVE SAID "}") == OKTA_OK, "%s", result.detail);
    check(okta_policy_check(&policy, claims, NOW, NULL, &result) == OKTA_TYPE_REFUSED, "%s",
          result.detail);
    okta_claims_free(claims);
}

/* The issuer's fault is not told as the caller's. */
rule(a_refusal_says_whose_token_it_was)
{
    check(reads("{\"active\":true,\"jti\":\"AT.7\",\"exp\":\"x\",\"iss\":\"" ISSUER "\"}") ==
              OKTA_INTROSPECTION_UNAVAILABLE,
          "%s", result.detail);
    check(strncmp(result.detail, "the answer's \"exp\"", 18) == 0, "%s", result.detail);
    check(strcmp(result.jti, "AT.7") == 0 && strcmp(result.issuer, ISSUER) == 0, "%s", result.jti);
}

rule(claims_of_it_are_packed_like_any_others)
{
    size_t size;
    void *packed;
    okta_claims *again;

    need(reads("{" ACTIVE SAID "}") == OKTA_OK, "%s", result.detail);
    packed = okta_claims_pack(claims, "note", 5, SIZE_MAX, &size);
    need(packed, "packed");
    okta_claims_free(claims);
    again = okta_claims_unpack(packed);
    check(okta_claims_type(again) == OKTA_TYPE_OPAQUE && !okta_claims_algorithm(again), "type");
    check(strcmp(okta_claims_get(again, "cid")->as.string, "0oa1") == 0, "cid");
    check(strcmp(okta_claims_note(again), "note") == 0, "note");
    free(packed);
}

static bool read_whole(void *baton)
{
    const char *answer = baton;
    bool good;

    okta_result_init(&result);
    good = okta_introspection_read(answer, strlen(answer), ISSUER, &claims, &understood, &result) ==
           OKTA_OK;
    if (good && (!okta_claims_get(claims, "scp") || okta_claims_get(claims, "scp")->length != 2 ||
                 !okta_claims_get(claims, "cid") || !okta_claims_get(claims, "cnf")))
        abort();
    if (!good && armed && result.reason != OKTA_OUT_OF_MEMORY)
        abort();
    okta_claims_free(claims);
    return good;
}

/* A binding or a scope that is lost would let in whom it keeps out. */
rule(an_answer_is_read_whole_or_not_at_all)
{
    expect_survival("an answer", read_whole, text("{" ACTIVE SAID ",\"cnf\":{\"jkt\":\"x\"}}"),
                    true);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify.h"

#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/expectation.h"
#include "cli/input.h"
#include "cli/keys.h"
#include "cli/message.h"
#include "cli/remedy.h"
#include "cli/report.h"
#include "cli/revocation_list.h"
#include "core/reader.h"

#include <stdio.h>
#include <stdlib.h>

static const char help[] =
    "usage: okta-token verify [OPTION]... [TOKEN]\n"
    "Judge an access token as mod_auth_okta does, check by check. Without TOKEN, or with \"-\", "
    "it is\nread from standard input.\n"
    "\n"
    "      --issuer URL          an issuer that is accepted; its keys are fetched\n"
    "      --jwks FILE           take the keys from this JSON Web Key Set and fetch nothing\n"
    "      --decryption-key FILE\n"
    "                            the private key of a token that is encrypted, as PEM or in a JWK "
    "set\n"
    "      --audience AUD        an audience that is accepted (default: api://default for an "
    "issuer\n"
    "                            that ends in /oauth2/default)\n"
    "      --client-id ID        a client that is accepted (default: any)\n"
    "      --algorithms LIST     algorithms that are accepted, or all (default: RS256)\n"
    "      --skew SECONDS        how far the clocks may differ, 0 to 600 (default: 60)\n"
    "      --max-token-age SECONDS  how long ago it may have been issued (default: any)\n"
    "      --revocations FILE    refuse what this list of OktaRevocations has\n"
    "      --at TIME             judge as of TIME: seconds since the epoch, or RFC 3339\n"
    "      --type any|at+jwt     at+jwt: only tokens with this typ (default: any)\n"
    "      --certificate FILE    the client certificate (PEM) that came with the token\n"
    "      --proof FILE          judge the DPoP proof in FILE, too: the value of the header DPoP\n"
    "      --url URL             where the request with the proof went\n"
    "      --method METHOD       of that request (default: GET)\n"
    "      --signature-only      check the signature alone, over any payload\n"
    "      --json                print one JSON object\n";

static const char help_end[] =
    "  -h, --help                print this\n"
    "\n"
    "--issuer, --audience, --client-id, --algorithms and --decryption-key may be given several "
    "times.\n"
    "Exit status: 0 valid, 1 refused, 2 nothing was judged (usage, no keys).\n";

typedef struct judgment {
    okta_expectation expected;
    okta_input token;
    okta_opened opened; /* what an encrypted one held */
    const char *signed_token;
    size_t signed_length;
    okta_keys keys;
    okta_value *payload; /* lends the expectations that were not given */
    okta_policy policy;
    okta_report report;
    okta_result result;
    okta_claims *claims;
    okta_revocations *list;
    int64_t now;
} judgment;

static okta_reason find_keys(void *baton, const char *issuer, okta_keyset **keys)
{
    judgment *j = baton;

    if (!j->keys.set && !okta_keys_from_issuer(&j->keys, &j->expected.network, issuer))
        return OKTA_KEYS_UNAVAILABLE;
    *keys = okta_keyset_ref(j->keys.set);
    return OKTA_OK;
}

/* Where nothing was said of the issuer or the audience, the token's own one is expected, so that
 * the other checks are reached; the report says that this one was none. */
static bool lend_expectations(judgment *j)
{
    okta_jws jws;
    okta_result unused;
    const okta_value *audience;
    const char *issuer;
    bool ok = true;

    j->report.any_issuer = j->expected.issuers.count == 0;
    j->report.any_audience = j->expected.audiences.count == 0;
    if (!j->report.any_issuer && !j->report.any_audience)
        return true;
    okta_result_init(&unused);
    if (okta_jws_split(&jws, j->signed_token, j->signed_length, &unused) == OKTA_OK)
        j->payload = okta_read_object((const char *)jws.payload, jws.payload_length, NULL);
    okta_jws_clear(&jws);
    issuer = okta_value_text(j->payload, "iss");
    if (j->report.any_issuer && issuer)
        ok = okta_list_add(&j->expected.issuers, issuer);
    audience = okta_value_member(j->payload, "aud");
    if (audience && audience->type == OKTA_VALUE_ARRAY)
        audience = audience->length ? audience->as.children : NULL;
    if (j->report.any_audience && audience && audience->type == OKTA_VALUE_STRING)
        ok = ok && okta_list_add(&j->expected.audiences, audience->as.string);
    return ok;
}

static void judge_token(judgment *j, const okta_trace *trace)
{
    const okta_keyring keyring = {find_keys, j};
    okta_reason reason = okta_verify(&j->policy, &keyring, j->signed_token, j->signed_length, trace,
                                     &j->claims, &j->result);

    if (reason == OKTA_OK)
        reason = okta_policy_check(&j->policy, j->claims, j->now, trace, &j->result);
    if (reason == OKTA_OK && j->expected.proof.file)
        okta_proof_case_judge(&j->expected.proof, &j->token, j->claims, j->policy.skew, j->now,
                              trace, &j->result);
}

static bool print_report(judgment *j)
{
    const okta_remedy_facts facts = {.policy = &j->policy,
                                     .token = j->token.bytes,
                                     .length = j->token.length,
                                     .kids = j->keys.kids,
                                     .now = j->now,
                                     .default_audience = j->expected.default_audience};
    char remedy[512] = "";

    okta_remedy(j->result.reason, &facts, remedy, sizeof(remedy));
    if (j->expected.json)
        return okta_report_json(&j->report, &j->result, remedy,
                                j->result.reason == OKTA_OK ? j->claims : NULL);
    okta_report_text(&j->report, &j->result, remedy);
    return true;
}

static int verdict(const okta_result *result)
{
    if (result->reason == OKTA_OK)
        return OKTA_EXIT_GOOD;
    return okta_reason_status(result->reason) == 401 ? OKTA_EXIT_REFUSED : OKTA_EXIT_TROUBLE;
}

/* False: it stays closed, and the result says why. */
static bool open_token(judgment *j, const okta_trace *trace)
{
    j->signed_token = j->token.bytes;
    j->signed_length = j->token.length;
    if (okta_private_keys_open(&j->expected.private_keys, j->token.bytes, j->token.length, trace,
                               &j->opened, &j->result) != OKTA_OK)
        return false;
    if (j->opened.token) {
        j->signed_token = j->opened.token;
        j->signed_length = j->opened.length;
    }
    return true;
}

/* False after a complaint: there is nothing to judge by. */
static bool judge(judgment *j, const okta_trace *trace)
{
    if (!j->expected.signature_only && !lend_expectations(j))
        return false;
    j->policy = okta_expectation_policy(&j->expected);
    j->policy.revocations = j->list;
    if (!j->expected.signature_only) {
        judge_token(j, trace);
        return true;
    }
    if (!j->keys.set &&
        !okta_keys_from_issuer(&j->keys, &j->expected.network, j->expected.issuers.items[0]))
        return false;
    okta_verify_signature(j->policy.algorithms, j->keys.set, j->signed_token, j->signed_length,
                          trace, &j->result);
    return true;
}

static int run(judgment *j)
{
    okta_trace trace = okta_report_trace(&j->report);

    j->report.signature_only = j->expected.signature_only;
    j->now = j->expected.at >= 0 ? j->expected.at : okta_time_now();
    j->policy = okta_expectation_policy(&j->expected);
    if (j->expected.jwks && !okta_keys_from_file(&j->keys, j->expected.jwks))
        return OKTA_EXIT_TROUBLE;
    if (j->expected.revocations && !okta_revocation_list_read(&j->list, j->expected.revocations))
        return OKTA_EXIT_TROUBLE;
    if (open_token(j, &trace) && !judge(j, &trace))
        return OKTA_EXIT_TROUBLE;
    return print_report(j) ? verdict(&j->result) : OKTA_EXIT_TROUBLE;
}

int okta_command_verify(int argc, char **argv)
{
    judgment j = {.now = 0};
    int status = OKTA_EXIT_TROUBLE;

    okta_result_init(&j.result);
    switch (okta_expectation_parse(&j.expected, argc, argv)) {
    case OKTA_PARSED_HELP:
        printf("%s%s%s", help, okta_network_help, help_end);
        status = OKTA_EXIT_GOOD;
        break;
    case OKTA_PARSED:
        if (okta_input_token(&j.token, argc - optind, argv + optind))
            status = run(&j);
        break;
    case OKTA_PARSED_FAULT:
    default:
        break;
    }
    okta_claims_free(j.claims);
    free(j.payload);
    okta_keys_clear(&j.keys);
    okta_revocation_list_free(j.list);
    okta_opened_clear(&j.opened);
    okta_input_clear(&j.token);
    okta_expectation_clear(&j.expected);
    return status;
}

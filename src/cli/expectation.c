/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/expectation.h"

#include "cli/certificate_file.h"
#include "cli/message.h"
#include "core/issuer.h"

#include <string.h>

#define MAX_AGE_MAX (INT64_C(30) * 24 * 3600) /* as OktaMaxTokenAge */

enum {
    OPTION_ISSUER = OKTA_OPTION_FIRST,
    OPTION_JWKS,
    OPTION_DECRYPTION_KEY,
    OPTION_AUDIENCE,
    OPTION_CLIENT_ID,
    OPTION_ALGORITHMS,
    OPTION_SKEW,
    OPTION_MAX_TOKEN_AGE,
    OPTION_REVOCATIONS,
    OPTION_AT,
    OPTION_TYPE,
    OPTION_SIGNATURE_ONLY,
    OPTION_CERTIFICATE,
    OPTION_PROOF,
    OPTION_METHOD,
    OPTION_URL,
    OPTION_JSON
};

static const struct option options[] = {
    {"issuer", required_argument, NULL, OPTION_ISSUER},
    {"jwks", required_argument, NULL, OPTION_JWKS},
    {"decryption-key", required_argument, NULL, OPTION_DECRYPTION_KEY},
    {"audience", required_argument, NULL, OPTION_AUDIENCE},
    {"client-id", required_argument, NULL, OPTION_CLIENT_ID},
    {"algorithms", required_argument, NULL, OPTION_ALGORITHMS},
    {"skew", required_argument, NULL, OPTION_SKEW},
    {"max-token-age", required_argument, NULL, OPTION_MAX_TOKEN_AGE},
    {"revocations", required_argument, NULL, OPTION_REVOCATIONS},
    {"at", required_argument, NULL, OPTION_AT},
    {"type", required_argument, NULL, OPTION_TYPE},
    {"signature-only", no_argument, NULL, OPTION_SIGNATURE_ONLY},
    {"certificate", required_argument, NULL, OPTION_CERTIFICATE},
    {"proof", required_argument, NULL, OPTION_PROOF},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"url", required_argument, NULL, OPTION_URL},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    OKTA_NETWORK_OPTIONS,
    {NULL, 0, NULL, 0},
};

static bool take_type(okta_expectation *e, const char *value)
{
    char shown[128];

    e->at_jwt_only = strcmp(value, "at+jwt") == 0;
    return e->at_jwt_only || strcmp(value, "any") == 0 ||
           okta_complain("--type \"%s\": give any or at+jwt",
                         okta_shown(shown, sizeof(shown), value));
}

static bool take(okta_expectation *e, int option)
{
    switch (option) {
    case OPTION_ISSUER:
        return okta_list_add(&e->issuers, optarg);
    case OPTION_JWKS:
        if (e->jwks)
            return okta_complain("--jwks is given twice; give one file with all keys");
        e->jwks = optarg;
        return true;
    case OPTION_DECRYPTION_KEY:
        return okta_private_keys_read(&e->private_keys, optarg);
    case OPTION_AUDIENCE:
        return okta_list_add(&e->audiences, optarg);
    case OPTION_CLIENT_ID:
        return okta_list_add(&e->clients, optarg);
    case OPTION_ALGORITHMS:
        return okta_option_algorithms("--algorithms", optarg, &e->algorithms);
    case OPTION_SKEW:
        return okta_option_seconds("--skew", optarg, 0, OKTA_SKEW_MAX, &e->skew);
    case OPTION_MAX_TOKEN_AGE:
        return okta_option_seconds("--max-token-age", optarg, 1, MAX_AGE_MAX, &e->max_age);
    case OPTION_REVOCATIONS:
        e->revocations = optarg;
        return true;
    case OPTION_AT:
        return okta_option_time("--at", optarg, &e->at);
    case OPTION_TYPE:
        return take_type(e, optarg);
    case OPTION_SIGNATURE_ONLY:
        e->signature_only = true;
        return true;
    case OPTION_CERTIFICATE:
        return okta_certificate_file_read(optarg, e->certificate);
    case OPTION_PROOF:
        e->proof.file = optarg;
        return true;
    case OPTION_METHOD:
        e->proof.method = optarg;
        return true;
    case OPTION_URL:
        e->proof.url = optarg;
        return true;
    case OPTION_JSON:
        e->json = true;
        return true;
    default:
        return okta_network_option(&e->network, option);
    }
}

static bool judge_signature_only(const okta_expectation *e)
{
    const char *idle = e->audiences.count            ? "--audience"
                       : e->clients.count            ? "--client-id"
                       : e->at >= 0                  ? "--at"
                       : e->skew >= 0                ? "--skew"
                       : e->at_jwt_only              ? "--type at+jwt"
                       : e->max_age                  ? "--max-token-age"
                       : e->revocations              ? "--revocations"
                       : e->proof.file               ? "--proof"
                       : *e->certificate             ? "--certificate"
                       : e->jwks && e->issuers.count ? "--issuer beside --jwks"
                                                     : NULL;

    if (idle)
        return okta_complain("--signature-only looks at no claim, so %s would check nothing; leave "
                             "one of them out",
                             idle);
    if (e->issuers.count > 1)
        return okta_complain("--signature-only does not look for the issuer in the token, so it "
                             "takes one --issuer; give the one whose keys are meant");
    return true;
}

/* OktaAudience's default. */
static bool expect_default_audience(okta_expectation *e)
{
    for (size_t i = 0; i < e->issuers.count; i++)
        if (!okta_is_default_server(e->issuers.items[i]))
            return true;
    e->default_audience = true;
    return okta_list_add(&e->audiences, OKTA_DEFAULT_AUDIENCE);
}

static bool judge(okta_expectation *e)
{
    if (!e->jwks && e->issuers.count == 0)
        return okta_complain("no keys to verify with; give --issuer URL, or --jwks FILE");
    if (e->signature_only && !judge_signature_only(e))
        return false;
    for (size_t i = 0; !e->jwks && i < e->issuers.count; i++)
        if (!okta_network_issuer_check(&e->network, e->issuers.items[i]))
            return false;
    if (!okta_proof_case_read(&e->proof))
        return false;
    if (!e->algorithms)
        e->algorithms = OKTA_ALGORITHMS_DEFAULT;
    if (e->skew < 0)
        e->skew = OKTA_SKEW_DEFAULT;
    if (e->signature_only || e->issuers.count == 0 || e->audiences.count > 0)
        return true;
    return expect_default_audience(e);
}

okta_parsed okta_expectation_parse(okta_expectation *e, int argc, char **argv)
{
    int option;

    *e = (okta_expectation){.skew = -1, .at = -1, .network = OKTA_NETWORK_DEFAULT};
    while ((option = okta_option_next(argc, argv, options)) != OKTA_OPTION_END) {
        if (option == 'h')
            return OKTA_PARSED_HELP;
        if (option == OKTA_OPTION_FAULT || !take(e, option))
            return OKTA_PARSED_FAULT;
    }
    return judge(e) ? OKTA_PARSED : OKTA_PARSED_FAULT;
}

okta_policy okta_expectation_policy(const okta_expectation *e)
{
    return (okta_policy){.issuers = okta_list_strings(&e->issuers),
                         .audiences = okta_list_strings(&e->audiences),
                         .clients = okta_list_strings(&e->clients),
                         .algorithms = e->algorithms,
                         .at_jwt_only = e->at_jwt_only,
                         .skew = e->skew,
                         .max_age = e->max_age,
                         .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT,
                         .dpop = OKTA_DPOP_OPTIONAL,
                         .by_proof = e->proof.file != NULL,
                         .certificate = *e->certificate ? e->certificate : NULL,
                         .certificate_absence = "no --certificate was given"};
}

void okta_expectation_clear(okta_expectation *e)
{
    okta_list_clear(&e->issuers);
    okta_list_clear(&e->audiences);
    okta_list_clear(&e->clients);
    okta_proof_case_clear(&e->proof);
    okta_private_keys_clear(&e->private_keys);
}

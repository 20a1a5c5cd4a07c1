/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/proof_case.h"

#include "cli/dpop_proof.h"
#include "cli/message.h"
#include "core/binding.h"
#include "core/policy.h"
#include "core/proof.h"
#include "core/target.h"

#include <string.h>

bool okta_proof_case_read(okta_proof_case *proof)
{
    char name[300];

    if (!proof->file && (proof->method || proof->url))
        return okta_complain("%s is about a proof; give --proof FILE, too",
                             proof->url ? "--url" : "--method");
    if (!proof->file)
        return true;
    if (!proof->url)
        return okta_complain("--proof: the request is not known; give --url URL, where it went, "
                             "and --method if that is not GET");
    if (!proof->method)
        proof->method = "GET";
    okta_text_format(name, sizeof(name), "--proof \"%s\"", proof->file);
    if (!okta_dpop_url_check("--url", proof->url) ||
        !okta_dpop_method_check("--method", proof->method) ||
        !okta_input_file(&proof->text, proof->file, name))
        return false;
    okta_input_trim(&proof->text);
    return true;
}

static okta_reason check(const okta_proof_terms *terms, const okta_proof_case *proof, int64_t now,
                         const okta_trace *trace, okta_result *result)
{
    okta_proof seen = {.issued_at = 0};
    okta_reason reason =
        okta_proof_check(terms, NULL, proof->text.bytes, proof->text.length, now, &seen, result);

    if (reason != OKTA_OK)
        return reason;
    return okta_trace_seen(trace, result, "by the key of the token, %lld s old",
                           (long long)(now - seen.issued_at));
}

okta_reason okta_proof_case_judge(const okta_proof_case *proof, const okta_input *token,
                                  const okta_claims *claims, int64_t skew, int64_t now,
                                  const okta_trace *trace, okta_result *result)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    char url[OKTA_PROOF_MAX_BYTES];
    const okta_proof_terms terms = {.algorithms = OKTA_PROOF_ALGORITHMS_DEFAULT,
                                    .window = OKTA_PROOF_WINDOW_DEFAULT,
                                    .skew = skew,
                                    .method = proof->method,
                                    .url = url,
                                    .token_digest = digest,
                                    .thumbprint = okta_claims_thumbprint(claims)};
    okta_reason reason;

    if (!okta_digest(token->bytes, token->length, digest))
        reason = okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    else if (!okta_target_normalize(proof->url, strlen(proof->url), url, sizeof(url)))
        reason = okta_result_set(result, OKTA_PROOF_URL, "--url is no http or https URL");
    else
        reason = check(&terms, proof, now, trace, result);
    return result->reason = okta_trace_report(trace, OKTA_CHECK_PROOF, reason, result);
}

void okta_proof_case_clear(okta_proof_case *proof)
{
    okta_input_clear(&proof->text);
}

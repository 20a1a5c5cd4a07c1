/* SPDX-License-Identifier: Apache-2.0 */
/* What issuers said of tokens: the one place where an answer is looked up and put down. For now
 * that is the table of verdicts, which all processes of this host share. */
#ifndef OKTA_HTTPD_INTROSPECTION_RESULTS_H
#define OKTA_HTTPD_INTROSPECTION_RESULTS_H

#include "core/introspection.h"
#include "core/token_cache.h"
#include "httpd/registry.h"

/* An answer, or that there was none. */
typedef struct okta_told {
    okta_reason reason;  /* OKTA_OK: it is active */
    okta_claims *claims; /* of an active opaque token; NULL for others */
    int64_t end;         /* of an active one that is no opaque one: by the answer (OKTA_NO_END) */
    bool is_brief;       /* to be put down for who waits for it, and nobody else */
} okta_told;

/* Which answer is looked for. */
typedef struct okta_question {
    const okta_issuer *issuer;
    okta_verdict_kind kind;                  /* OKTA_VERDICT_ON_OPAQUE or OKTA_VERDICT_ON_STATE */
    unsigned char digest[OKTA_DIGEST_BYTES]; /* of the token and of what an answer depends on */
} okta_question;

/* The question whether the token with the digest is active, and what is in it (opaque). */
okta_question okta_question_of(const okta_issuer *issuer, okta_verdict_kind kind,
                               const unsigned char token_digest[OKTA_DIGEST_BYTES]);

/* An answer that still counts; or since (microseconds since the epoch, 0: never), one to a question
 * that was asked since then. told's claims lie in pool; seen is what okta_tokens_annotate takes.
 * False: there is none. Any thread of a child; waits for nobody. */
bool okta_result_find(apr_pool_t *pool, const okta_question *question, apr_time_t now,
                      apr_time_t since, okta_told *told, okta_seen *seen, okta_result *result);

/* Whether claims of an opaque token can be remembered: they may be too long. Any thread. */
bool okta_result_fits(const okta_claims *claims);

/* For how long an answer to what was asked at asked_at counts, from then on: microseconds. */
apr_interval_time_t okta_result_time(const okta_question *question, apr_time_t asked_at,
                                     const okta_told *told);

/* Remember an answer to what was asked at asked_at: no longer than OktaIntrospectionCache allows,
 * never past told's end, a refusal for 5 s at most. Who waits for it gets it in any case. Any
 * thread of a child. */
void okta_result_put(const okta_question *question, apr_time_t asked_at, const okta_told *told,
                     const okta_result *result);

#endif

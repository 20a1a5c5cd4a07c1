/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proof.h"

#include "core/base64url.h"
#include "core/jws.h"
#include "core/reader.h"
#include "core/target.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define JTI_MAX_BYTES 256
#define QUOTED_MAX 160 /* of untrusted text in a detail */

typedef struct inspection {
    const okta_proof_terms *terms;
    okta_proof_keys *keys;
    int64_t now;
    okta_result *result;
    okta_jws jws;
    unsigned char header_digest[OKTA_DIGEST_BYTES];
    okta_proof_key *key;
    bool key_is_known;
    okta_value *payload;
    const okta_value *jti;
    okta_proof proof;
} inspection;

static okta_reason refuse_no_memory(inspection *on)
{
    return okta_result_set(on->result, OKTA_OUT_OF_MEMORY, "out of memory");
}

/* What a claim says, printable, for a detail. */
static const char *quoted(const char *text, size_t length, char buffer[QUOTED_MAX])
{
    okta_text_copy(buffer, QUOTED_MAX, text, length);
    return buffer;
}

static okta_reason split(inspection *on, const char *field, size_t length)
{
    okta_reason reason;

    memset(&on->jws, 0, sizeof(on->jws));
    if (!field || length == 0)
        return okta_result_set(on->result, OKTA_PROOF_MISSING, "there is no DPoP field");
    /* httpd joins the values of several fields so, and a proof has none */
    if (memchr(field, ',', length))
        return okta_result_set(on->result, OKTA_PROOF_REPEATED, "more than one DPoP field");
    if (length > OKTA_PROOF_MAX_BYTES)
        return okta_result_set(on->result, OKTA_PROOF_MALFORMED,
                               "a proof of %zu bytes, more than %d", length, OKTA_PROOF_MAX_BYTES);
    reason = okta_jws_split(&on->jws, field, length, on->result);
    if (reason != OKTA_OK && reason != OKTA_OUT_OF_MEMORY)
        on->result->reason = reason = OKTA_PROOF_MALFORMED;
    return reason;
}

/* The same header holds the same key. */
static okta_reason recall_key(inspection *on)
{
    const char *dot = memchr(on->jws.token, '.', on->jws.signing_length);

    if (!on->keys)
        return OKTA_OK;
    if (!okta_digest(on->jws.token, (size_t)(dot - on->jws.token), on->header_digest))
        return refuse_no_memory(on);
    on->key = okta_proof_keys_find(on->keys, on->header_digest);
    on->key_is_known = on->key != NULL;
    return OKTA_OK;
}

/* RFC 9449 section 4.2: a public key. A member without a value shows a private one just as well. */
static okta_reason check_public(inspection *on, const okta_value *jwk)
{
    static const char *const private_members[] = {"d",  "p",   "q", "dp",  "dq",
                                                  "qi", "oth", "k", "priv"};

    if (!jwk || jwk->type != OKTA_VALUE_OBJECT)
        return okta_result_set(on->result, OKTA_PROOF_KEY, "its header has no object \"jwk\"");
    for (size_t i = 0; i < sizeof(private_members) / sizeof(private_members[0]); i++)
        if (okta_value_entry(jwk, private_members[i]))
            return okta_result_set(on->result, OKTA_PROOF_KEY,
                                   "its jwk has the member \"%s\" of a private key",
                                   private_members[i]);
    return OKTA_OK;
}

static okta_reason check_header(inspection *on)
{
    okta_result apart; /* the kid of a proof is not the token's */
    okta_reason reason;

    if (on->key_is_known)
        return OKTA_OK;
    reason = okta_jws_read_header(&on->jws, &apart);
    if (reason == OKTA_OUT_OF_MEMORY)
        return refuse_no_memory(on);
    if (reason != OKTA_OK)
        return okta_result_set(on->result, OKTA_PROOF_MALFORMED, "%s", apart.detail);
    if (on->jws.type != OKTA_TYPE_DPOP)
        return okta_result_set(on->result, OKTA_PROOF_TYPE, "its typ is not dpop+jwt");
    return OKTA_OK;
}

static const okta_algorithm *algorithm_of(const inspection *on)
{
    return on->key ? okta_proof_key_algorithm(on->key) : on->jws.algorithm;
}

static okta_reason check_algorithm(inspection *on)
{
    const okta_algorithm *algorithm = algorithm_of(on);
    char buffer[QUOTED_MAX];

    if (!algorithm)
        return okta_result_set(on->result, OKTA_PROOF_ALGORITHM, "its alg \"%s\" is not supported",
                               quoted(on->jws.alg, on->jws.alg_length, buffer));
    if (!(on->terms->algorithms & OKTA_ALGORITHM_BIT(algorithm->id)))
        return okta_result_set(on->result, OKTA_PROOF_ALGORITHM, "its alg %s is not accepted here",
                               algorithm->name);
    return on->key ? OKTA_OK : check_public(on, okta_value_entry(on->jws.header, "jwk"));
}

static const okta_value *claim(const inspection *on, const char *name, okta_value_type type)
{
    const okta_value *value = okta_value_member(on->payload, name);

    return value && value->type == type ? value : NULL;
}

static okta_reason read_claims(inspection *on)
{
    okta_error error = {""};

    on->payload = okta_read_object((const char *)on->jws.payload, on->jws.payload_length, &error);
    if (okta_error_is_no_memory(&error))
        return refuse_no_memory(on);
    if (!on->payload)
        return okta_result_set(on->result, OKTA_PROOF_MALFORMED, "payload: %s", error.text);
    on->jti = claim(on, "jti", OKTA_VALUE_STRING);
    if (!on->jti || on->jti->length == 0 || on->jti->length > JTI_MAX_BYTES)
        return okta_result_set(on->result, OKTA_PROOF_CLAIMS,
                               "its \"jti\" is no string of 1 to %d bytes", JTI_MAX_BYTES);
    return OKTA_OK;
}

static okta_reason check_method(inspection *on)
{
    const okta_value *htm = claim(on, "htm", OKTA_VALUE_STRING);
    char buffer[QUOTED_MAX];

    if (!htm)
        return okta_result_set(on->result, OKTA_PROOF_CLAIMS, "its \"htm\" is no string");
    if (strcmp(htm->as.string, on->terms->method) != 0)
        return okta_result_set(on->result, OKTA_PROOF_METHOD,
                               "its htm is \"%s\", and the request's method %s",
                               quoted(htm->as.string, htm->length, buffer), on->terms->method);
    return OKTA_OK;
}

static okta_reason compare_url(inspection *on, const okta_value *htu)
{
    char url[OKTA_PROOF_MAX_BYTES], theirs[QUOTED_MAX], ours[QUOTED_MAX];

    if (!okta_target_normalize(htu->as.string, htu->length, url, sizeof(url)))
        return okta_result_set(on->result, OKTA_PROOF_URL, "its htu is no http or https URL");
    if (strcmp(url, on->terms->url) != 0)
        return okta_result_set(
            on->result, OKTA_PROOF_URL, "its htu is \"%s\", and the request's URL \"%s\"",
            quoted(url, strlen(url), theirs), quoted(on->terms->url, strlen(on->terms->url), ours));
    return OKTA_OK;
}

static okta_reason check_url(inspection *on)
{
    const okta_value *htu = claim(on, "htu", OKTA_VALUE_STRING);

    if (!htu)
        return okta_result_set(on->result, OKTA_PROOF_CLAIMS, "its \"htu\" is no string");
    if (!on->terms->url)
        return okta_result_set(on->result, OKTA_PROOF_URL,
                               "the request's own target is no URL that an htu could be");
    /* most clients write it in normal form */
    return strcmp(htu->as.string, on->terms->url) == 0 ? OKTA_OK : compare_url(on, htu);
}

/* A number of seconds; *time stays as it is where there is none. */
static bool read_time(const inspection *on, const char *name, bool up, int64_t *time)
{
    const okta_value *value = okta_value_member(on->payload, name);
    bool fraction;

    if (!value)
        return true;
    if (!okta_value_floor(value, time, &fraction))
        return false;
    *time += up && fraction; /* no number near the limit has a fraction */
    return true;
}

static okta_reason check_issued_at(inspection *on)
{
    const okta_proof_terms *terms = on->terms;
    int64_t *iat = &on->proof.issued_at;

    if (!okta_value_member(on->payload, "iat") || !read_time(on, "iat", false, iat))
        return okta_result_set(on->result, OKTA_PROOF_CLAIMS, "its \"iat\" is no number");
    if (*iat < on->now - terms->window)
        return okta_result_set(
            on->result, OKTA_PROOF_EXPIRED, "its iat is %lld s ago, and a proof is good for %lld s",
            (long long)on->now - (*iat < 0 ? 0 : (long long)*iat), (long long)terms->window);
    if (*iat > on->now + terms->skew)
        return okta_result_set(on->result, OKTA_PROOF_FROM_FUTURE,
                               "its iat is %lld s ahead, and %lld s are tolerated",
                               (long long)*iat - (long long)on->now, (long long)terms->skew);
    if (*iat < terms->since)
        return okta_result_set(on->result, OKTA_PROOF_BEFORE_START,
                               "it is from before the server's start, and what was used then is "
                               "not known");
    return OKTA_OK;
}

/* Not asked for by RFC 9449; a client that sets them means them (RFC 7519). */
static okta_reason check_lifetime(inspection *on)
{
    int64_t exp = INT64_MAX, nbf = INT64_MIN;

    if (!read_time(on, "exp", false, &exp) || !read_time(on, "nbf", true, &nbf))
        return okta_result_set(on->result, OKTA_PROOF_CLAIMS,
                               "its \"exp\" or \"nbf\" is no number");
    if (on->now >= exp)
        return okta_result_set(on->result, OKTA_PROOF_EXPIRED, "its exp has passed");
    if (nbf > on->now + on->terms->skew)
        return okta_result_set(on->result, OKTA_PROOF_FROM_FUTURE, "its nbf has yet to come");
    return OKTA_OK;
}

static okta_reason check_token(inspection *on)
{
    char hash[OKTA_BASE64URL_ENCODED(OKTA_DIGEST_BYTES) + 1];
    const okta_value *ath = claim(on, "ath", OKTA_VALUE_STRING);

    okta_base64url_encode(on->terms->token_digest, OKTA_DIGEST_BYTES, hash);
    if (!ath)
        return okta_result_set(on->result, OKTA_PROOF_OTHER_TOKEN, "its \"ath\" is no string");
    if (ath->length != sizeof(hash) - 1 ||
        CRYPTO_memcmp(ath->as.string, hash, sizeof(hash) - 1) != 0)
        return okta_result_set(on->result, OKTA_PROOF_OTHER_TOKEN,
                               "its ath is of another access token");
    return OKTA_OK;
}

/* RFC 7518 section 6.3.1.1: no zero byte in front. Its bits are the first and a part of the second
 * character. */
static bool is_minimal(const okta_value *jwk, const char *name)
{
    const char *number = okta_value_text(jwk, name);

    return !number || number[0] != 'A' || number[1] < 'A' || number[1] > 'P';
}

static okta_reason make_key(inspection *on)
{
    const okta_value *jwk;
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1];
    okta_error error = {""};
    okta_key *key;

    if (on->key)
        return OKTA_OK;
    jwk = okta_value_entry(on->jws.header, "jwk");
    key = okta_key_from_jwk(jwk, &error);
    if (!key)
        return okta_error_is_no_memory(&error)
                   ? refuse_no_memory(on)
                   : okta_result_set(on->result, OKTA_PROOF_KEY, "its jwk: %s", error.text);
    if (!okta_key_serves(key, on->jws.algorithm) || !is_minimal(jwk, "n") ||
        !is_minimal(jwk, "e")) {
        bool serves = okta_key_serves(key, on->jws.algorithm);

        okta_key_free(key);
        return okta_result_set(on->result, OKTA_PROOF_KEY, "its jwk %s",
                               serves ? "has a zero byte in front of \"n\" or \"e\""
                                      : "is not for its alg");
    }
    if (okta_thumbprint(key, thumbprint))
        on->key = okta_proof_key_new(key, on->jws.algorithm, thumbprint);
    else
        okta_key_free(key);
    return on->key ? OKTA_OK : refuse_no_memory(on);
}

static okta_reason check_binding(inspection *on)
{
    const char *bound = on->terms->thumbprint;

    if (!bound || strlen(bound) != OKTA_THUMBPRINT_LENGTH ||
        CRYPTO_memcmp(bound, okta_proof_key_thumbprint(on->key), OKTA_THUMBPRINT_LENGTH) != 0)
        return okta_result_set(on->result, OKTA_PROOF_OTHER_KEY,
                               "its key is not the one that the access token is bound to");
    return OKTA_OK;
}

static okta_reason check_signature(inspection *on)
{
    const okta_jws *jws = &on->jws;

    switch (okta_key_verify(okta_proof_key_of(on->key), algorithm_of(on),
                            (const unsigned char *)jws->token, jws->signing_length, jws->signature,
                            jws->signature_length)) {
    case OKTA_SIGNATURE_GOOD:
        return OKTA_OK;
    case OKTA_SIGNATURE_NO_MEMORY:
        return refuse_no_memory(on);
    case OKTA_SIGNATURE_FAILED:
        return okta_result_set(on->result, OKTA_OUT_OF_MEMORY,
                               "OpenSSL failed to check its signature");
    case OKTA_SIGNATURE_BAD:
    default:
        return okta_result_set(on->result, OKTA_PROOF_SIGNATURE, "its signature is invalid");
    }
}

/* Behind the signature: who is told to come again with a nonce would be let in with it. */
static okta_reason check_nonce(inspection *on)
{
    const okta_value *nonce = claim(on, "nonce", OKTA_VALUE_STRING);
    okta_nonce_verdict verdict;

    on->proof.nonce_is_newest = false;
    if (!on->terms->nonces)
        return OKTA_OK;
    if (!nonce)
        return okta_result_set(on->result, OKTA_PROOF_NONCE, "its \"nonce\" is no string");
    verdict = okta_nonce_check(on->terms->nonces, nonce->as.string, nonce->length, on->now);
    if (verdict == OKTA_NONCE_NO_MEMORY)
        return refuse_no_memory(on);
    if (verdict != OKTA_NONCE_OLD && verdict != OKTA_NONCE_NEWEST)
        return okta_result_set(on->result, OKTA_PROOF_NONCE,
                               "its nonce is not one of ours, or is too old");
    on->proof.nonce_is_newest = verdict == OKTA_NONCE_NEWEST;
    return OKTA_OK;
}

/* The thumbprint's length is fixed: no two pairs make the same text. */
static okta_reason identify(inspection *on)
{
    unsigned char text[OKTA_THUMBPRINT_LENGTH + JTI_MAX_BYTES];

    memcpy(text, okta_proof_key_thumbprint(on->key), OKTA_THUMBPRINT_LENGTH);
    memcpy(text + OKTA_THUMBPRINT_LENGTH, on->jti->as.string, on->jti->length);
    if (!okta_digest(text, OKTA_THUMBPRINT_LENGTH + on->jti->length, on->proof.id))
        return refuse_no_memory(on);
    if (on->keys && !on->key_is_known)
        okta_proof_keys_add(on->keys, on->header_digest, on->key);
    return OKTA_OK;
}

okta_reason okta_proof_check(const okta_proof_terms *terms, okta_proof_keys *keys,
                             const char *field, size_t length, int64_t now, okta_proof *proof,
                             okta_result *result)
{
    /* what costs something comes behind what a stranger's proof fails */
    static okta_reason (*const checks[])(inspection *) = {
        recall_key,    check_header,    check_algorithm, read_claims, check_method,
        check_url,     check_issued_at, check_lifetime,  check_token, make_key,
        check_binding, check_signature, check_nonce,     identify,
    };
    inspection on = {.terms = terms, .keys = keys, .now = now, .result = result};
    okta_reason reason = split(&on, field, length);

    for (size_t i = 0; reason == OKTA_OK && i < sizeof(checks) / sizeof(checks[0]); i++)
        reason = checks[i](&on);
    if (reason == OKTA_OK)
        *proof = on.proof;
    okta_proof_key_unref(on.key);
    free(on.payload);
    okta_jws_clear(&on.jws);
    return reason;
}

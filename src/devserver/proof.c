/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/proof.h"

#include "devserver/base64url.h"
#include "devserver/jws.h"
#include "devserver/proof_key.h"
#include <apr_strings.h>
#include <apr_uri.h>
#include <string.h>
#include <strings.h>

#define MAX_PROOF_BYTES 8192
#define MAX_AHEAD 60 /* seconds */
#define MAX_JTI_BYTES 256

typedef struct {
    char *part[3]; /* as sent, in base64url */
    json_t *header;
    json_t *payload;
} jws;

static bool split(apr_pool_t *p, const char *text, jws *proof)
{
    char *rest = apr_pstrdup(p, text);
    if (strlen(text) > MAX_PROOF_BYTES) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        char *dot = strchr(rest, '.');
        if (!dot) {
            return false;
        }
        *dot = '\0';
        proof->part[i] = rest;
        rest = dot + 1;
    }
    if (strchr(rest, '.')) {
        return false;
    }
    proof->part[2] = rest;
    proof->header = okta_dev_jws_part(p, proof->part[0]);
    proof->payload = okta_dev_jws_part(p, proof->part[1]);
    return proof->header && proof->payload;
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static const char *check_signature(apr_pool_t *p, const jws *proof, okta_dev_proof_key *key)
{
    size_t size = 0;
    const unsigned char *signature = okta_dev_base64url_decode(p, proof->part[2], &size);
    const char *input = apr_pstrcat(p, proof->part[0], ".", proof->part[1], NULL);
    const char *wrong;

    if (strcasecmp(text_of(proof->header, "typ"), "dpop+jwt") != 0) {
        return "The typ of the DPoP proof has to be dpop+jwt.";
    }
    if (json_object_get(proof->header, "crit")) {
        return "The DPoP proof has a crit header, of which nothing is understood here.";
    }
    wrong = okta_dev_proof_key_read(p, text_of(proof->header, "alg"),
                                    json_object_get(proof->header, "jwk"), key);
    if (wrong) {
        return wrong;
    }
    return signature && okta_dev_proof_key_verifies(key, input, strlen(input), signature, size)
               ? NULL
               : "The signature of the DPoP proof is not by the key in its jwk.";
}

static apr_port_t port_of(const apr_uri_t *uri)
{
    return uri->port_str && *uri->port_str ? uri->port : apr_uri_port_of_scheme(uri->scheme);
}

/* RFC 9449 section 4.3: without query and fragment, and syntax that means the same is the same. */
static bool same_place(apr_pool_t *p, const char *htu, const char *endpoint)
{
    apr_uri_t a;
    apr_uri_t b;
    return apr_uri_parse(p, htu, &a) == APR_SUCCESS &&
           apr_uri_parse(p, endpoint, &b) == APR_SUCCESS && a.scheme && a.hostname && a.path &&
           !a.user && strcasecmp(a.scheme, b.scheme) == 0 &&
           strcasecmp(a.hostname, b.hostname) == 0 && port_of(&a) == port_of(&b) &&
           strcmp(a.path, b.path) == 0;
}

static const char *check_iat(const json_t *iat, apr_int64_t now, okta_dev_proof *proof)
{
    apr_int64_t at;
    if (!json_is_number(iat)) {
        return "The DPoP proof has no iat.";
    }
    /* Far beyond any clock, and within what the numbers below hold. */
    if (json_number_value(iat) < 0 || json_number_value(iat) > 1e12) {
        return "The iat of the DPoP proof is no time.";
    }
    at = (apr_int64_t)json_number_value(iat);
    if (at < now - OKTA_DEV_PROOF_MAX_AGE) {
        return "The DPoP proof is older than five minutes: make a new one for each request.";
    }
    if (at > now + MAX_AHEAD) {
        return "The iat of the DPoP proof is in the future: compare the clocks.";
    }
    proof->good_until = at + OKTA_DEV_PROOF_MAX_AGE;
    return NULL;
}

static const char *check_payload(apr_pool_t *p, const json_t *payload, const char *endpoint,
                                 apr_time_t now, okta_dev_proof *proof)
{
    const char *jti = text_of(payload, "jti");
    const json_t *nonce = json_object_get(payload, "nonce");

    if (strcmp(text_of(payload, "htm"), "POST") != 0) {
        return "The htm of the DPoP proof has to be POST.";
    }
    if (!same_place(p, text_of(payload, "htu"), endpoint)) {
        return apr_psprintf(p, "The htu of the DPoP proof has to be %s.", endpoint);
    }
    if (!*jti || strlen(jti) > MAX_JTI_BYTES) {
        return "The DPoP proof needs a jti of 1 to 256 bytes.";
    }
    if (nonce && !json_is_string(nonce)) {
        return "The nonce of the DPoP proof is no string.";
    }
    proof->jti = jti;
    proof->nonce = json_string_value(nonce);
    return check_iat(json_object_get(payload, "iat"), apr_time_sec(now), proof);
}

const char *okta_dev_proof_read(apr_pool_t *p, const char *text, const char *endpoint,
                                apr_time_t now, okta_dev_proof *proof)
{
    jws parsed;
    okta_dev_proof_key key;
    const char *wrong;
    if (!split(p, text, &parsed)) {
        return "The DPoP header has to hold one JWT, the proof.";
    }
    wrong = check_signature(p, &parsed, &key);
    if (!wrong) {
        proof->jkt = key.jkt;
        wrong = check_payload(p, parsed.payload, endpoint, now, proof);
    }
    return wrong;
}

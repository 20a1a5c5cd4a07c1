/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dpop_proof.h"

#include "cli/clock.h"
#include "cli/message.h"
#include "core/base64url.h"
#include "core/digest.h"
#include "core/issuer.h"
#include "core/value.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ID_BYTES 16 /* chance enough that no jti comes twice */
#define NONCE_MAX 4096

bool okta_dpop_method_check(const char *option, const char *method)
{
    static const char *const usual[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
    char shown[128];

    okta_shown(shown, sizeof(shown), method);
    for (const char *at = method; *at; at++)
        if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f ||
            strchr("\"(),/:;<=>?@[\\]{}", *at))
            return okta_complain("%s \"%s\": that is no method; give GET, POST or the like", option,
                                 shown);
    if (!*method)
        return okta_complain("%s \"\": it is empty; give GET, POST or the like", option);
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
        if (strcasecmp(usual[i], method) == 0 && strcmp(usual[i], method) != 0)
            return okta_complain("%s \"%s\": the case of a method counts; give %s", option, shown,
                                 usual[i]);
    return true;
}

bool okta_dpop_url_check(const char *option, const char *url)
{
    size_t scheme = strncasecmp(url, "https://", 8) == 0  ? 8
                    : strncasecmp(url, "http://", 7) == 0 ? 7
                                                          : 0;
    char shown[128];

    okta_shown(shown, sizeof(shown), url);
    for (const char *at = url; *at; at++)
        if ((unsigned char)*at <= 0x20 || (unsigned char)*at >= 0x7f)
            return okta_complain("%s \"%s\": it holds a character that no URL holds; "
                                 "percent-encode it",
                                 option, shown);
    return (scheme && okta_is_origin(url, okta_origin_length(url))) ||
           okta_complain("%s \"%s\": give the whole address of the request, as in "
                         "https://api.example.com/orders",
                         option, shown);
}

/* RFC 6749 appendix A: NQCHAR. */
bool okta_dpop_is_nonce(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] < 0x21 || text[i] > 0x7e || text[i] == '"' || text[i] == '\\')
            return false;
    return length > 0 && length <= NONCE_MAX;
}

static json_t *header_of(const okta_dpop_key *key)
{
    return json_pack("{s:s, s:s, s:o}", "typ", "dpop+jwt", "alg",
                     okta_dpop_key_algorithm(key)->name, "jwk", okta_dpop_key_public(key));
}

/* htu: without query and fragment, and never without a path. */
static json_t *target_of(const char *url)
{
    size_t length = strcspn(url, "?#");
    bool bare = okta_origin_length(url) == length;

    return json_sprintf("%.*s%s", (int)length, url, bare ? "/" : "");
}

static bool add_digest(json_t *claims, const char *token)
{
    unsigned char digest[OKTA_DIGEST_BYTES];
    char text[OKTA_BASE64URL_ENCODED(OKTA_DIGEST_BYTES) + 1];

    if (!okta_digest(token, strlen(token), digest))
        return false;
    okta_base64url_encode(digest, sizeof(digest), text);
    return json_object_set_new(claims, "ath", json_string(text)) == 0;
}

static json_t *claims_of(const okta_dpop_request *request)
{
    unsigned char id[ID_BYTES];
    char text[OKTA_BASE64URL_ENCODED(ID_BYTES) + 1];
    json_t *claims;

    if (RAND_bytes(id, sizeof(id)) <= 0)
        return NULL;
    okta_base64url_encode(id, sizeof(id), text);
    claims = json_pack("{s:s, s:s, s:o, s:I}", "jti", text, "htm", request->method, "htu",
                       target_of(request->url), "iat", (json_int_t)okta_time_now());
    if (!claims || (request->token && !add_digest(claims, request->token)) ||
        (request->nonce &&
         json_object_set_new(claims, "nonce", json_string(request->nonce)) != 0)) {
        json_decref(claims);
        return NULL;
    }
    return claims;
}

/* One part of a JWS, from malloc. Takes the reference. */
static char *part_of(json_t *object)
{
    char *text = okta_json_text(object, JSON_COMPACT), *part = NULL;
    size_t length = text ? strlen(text) : 0;

    if (text)
        part = malloc(OKTA_BASE64URL_ENCODED(length) + 1);
    if (part)
        okta_base64url_encode((const unsigned char *)text, length, part);
    free(text);
    json_decref(object);
    return part;
}

static char *join(const char *first, const char *between, const char *second)
{
    size_t size = strlen(first) + strlen(between) + strlen(second) + 1;
    char *joined = malloc(size);

    if (joined)
        snprintf(joined, size, "%s%s%s", first, between, second);
    return joined;
}

char *okta_dpop_proof(const okta_dpop_key *key, const okta_dpop_request *request)
{
    char *header = part_of(header_of(key)), *claims = part_of(claims_of(request));
    char *input = header && claims ? join(header, ".", claims) : NULL;
    char *signature = input ? okta_dpop_key_sign(key, input, strlen(input)) : NULL;
    char *proof = signature ? join(input, ".", signature) : NULL;

    free(header);
    free(claims);
    free(input);
    free(signature);
    if (!proof)
        okta_complain("no proof could be made: out of memory, or of random numbers");
    return proof;
}

char *okta_dpop_header(const okta_dpop_key *key, const okta_dpop_request *request)
{
    char *proof = okta_dpop_proof(key, request), *line = proof ? join("DPoP", ": ", proof) : NULL;

    if (proof && !line)
        okta_complain("out of memory");
    free(proof);
    return line;
}

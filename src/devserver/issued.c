/* SPDX-License-Identifier: Apache-2.0 */
#include "devserver/issued.h"

#include "devserver/base64url.h"
#include "devserver/jws.h"
#include "devserver/keystore.h"
#include "devserver/revoked.h"
#include <apr_strings.h>
#include <openssl/err.h>
#include <stdbool.h>
#include <string.h>

/* Whatever dev_header made of the header, the signature is RS256 by one of the keys. */
static bool is_signed_by(const okta_dev_key *key, const char *input, const unsigned char *signature,
                         size_t size)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good =
        ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key->pkey) == 1 &&
        EVP_DigestVerify(ctx, signature, size, (const unsigned char *)input, strlen(input)) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

static bool is_ours(request_rec *r, const char *input, const char *signature)
{
    static const okta_dev_key_role published[] = {OKTA_DEV_KEY_CURRENT, OKTA_DEV_KEY_NEXT,
                                                  OKTA_DEV_KEY_PREVIOUS};
    const okta_dev_keys *keys = okta_dev_keystore_get(r);
    size_t size;
    const unsigned char *bytes = okta_dev_base64url_decode(r->pool, signature, &size);
    bool good = false;
    for (size_t i = 0; keys && bytes && i < sizeof(published) / sizeof(published[0]); i++) {
        const okta_dev_key *key = keys->key[published[i]];
        good = good || (key && is_signed_by(key, input, bytes, size));
    }
    ERR_clear_error();
    return good;
}

/* dev_claims may have made anything of them. */
static bool is_good_now(request_rec *r, const char *issuer, okta_dev_issued *issued)
{
    const json_t *exp = json_object_get(issued->claims, "exp");
    const json_t *nbf = json_object_get(issued->claims, "nbf");
    const char *iss = json_string_value(json_object_get(issued->claims, "iss"));
    apr_int64_t now = apr_time_sec(r->request_time);
    issued->exp = json_integer_value(exp);
    return iss && strcmp(iss, issuer) == 0 && issued->exp > now &&
           (!nbf || (json_is_number(nbf) && json_number_value(nbf) <= (double)now));
}

bool okta_dev_issued_read(request_rec *r, const char *issuer, const char *token,
                          okta_dev_issued *issued)
{
    char *input = apr_pstrdup(r->pool, token);
    char *payload = strchr(input, '.');
    char *signature = payload ? strchr(payload + 1, '.') : NULL;
    if (!signature) {
        return false;
    }
    *signature++ = '\0';
    issued->signed_part = input;
    if (!is_ours(r, input, signature)) {
        return false;
    }
    issued->claims = okta_dev_jws_part(r->pool, payload + 1);
    return issued->claims && is_good_now(r, issuer, issued) &&
           !okta_dev_revoked_holds(r, issued->signed_part);
}

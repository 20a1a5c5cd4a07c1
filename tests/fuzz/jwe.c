/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwe.h"
#include "../oracle.h"
#include "core/base64url.h"
#include "fuzz.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <strings.h>

/* RFC 7516 appendix A.1. */
static const char jwk[] =
    "{\"kty\":\"RSA\",\"n\":\"oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4"
    "he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9LewND8MW2Krf3Spsk_Zk"
    "oFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72Uw"
    "xrrKoExv6kc5twXTq4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC"
    "-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwHYbxevoJArm-L5Stowj"
    "zGy-_bq6Gw\",\"e\":\"AQAB\",\"d\":\"kLdtIj6GbDks_ApCSTYQtelcNttlKiOyPzMrXHeI-y"
    "k1F7-kpDxY4-WY5NWV5KntaEeXS1j82E375xxhWMHXyvjYecPT9fpwR_M9gV8n9Hrh2anT"
    "pTD93Dt62ypW3yDsJzBnTnrYu1iwWRgBKrEYY46qAZIrA2xAwnm2X7uGR1hghkqDp0Vqj3"
    "kbSCz1XyfCs6_LehBwtxHIyh8Ripy40p24moOAbgxVw3rxT_vlt3UVe4WO3JkJOzlpUf-K"
    "TVI2Ptgm-dARxTEtE-id-4OJr0h-K-VFs3VSndVTIznSxfyrj8ILL6MG_Uv8YAu7VILSB3"
    "lOW085-4qE3DzgrTjgyQ\",\"p\":\"1r52Xk46c-LsfB5P442p7atdPUrxQSy4mti_tZI3Mgf"
    "2EuFVbUoDBvaRQ-SWxkbkmoEzL7JXroSBjSrK3YIQgYdMgyAEPTPjXv_hI2_1eTSPVZfzL"
    "0lffNn03IXqWF5MDFuoUYE0hzb2vhrlN_rKrbfDIwUbTrjjgieRbwC6Cl0\",\"q\":\"wLb35"
    "x7hmQWZsWJmB_vle87ihgZ19S8lBEROLIsZG4ayZVe9Hi9gDVCOBmUDdaDYVTSNx_8Fyw1"
    "YYa9XGrGnDew00J28cRUoeBB_jKI1oma0Orv1T9aXIWxKwd4gvxFImOWr3QRL9KEBRzk2R"
    "atUBnmDZJTIAfwTs0g68UZHvtc\",\"dp\":\"ZK-YwE7diUh0qR1tR7w8WHtolDx3MZ_OTowi"
    "FvgfeQ3SiresXjm9gZ5KLhMXvo-uz-KUJWDxS5pFQ_M0evdo1dKiRTjVw_x4NyqyXPM5nU"
    "LPkcpU827rnpZzAJKpdhWAgqrXGKAECQH0Xt4taznjnd_zVpAmZZq60WPMBMfKcuE\",\"dq"
    "\":\"Dq0gfgJ1DdFGXiLvQEZnuKEN0UUmsJBxkjydc3j4ZYdBiMRAy86x0vHCjywcMlYYg4y"
    "oC4YZa9hNVcsjqA3FeiL19rk8g6Qn29Tt0cj8qqyFpz9vNDBUfCAiJVeESOjJDZPYHdHY8"
    "v1b-o-Z2X5tvLx-TCekf7oxyeKDUqKWjis\",\"qi\":\"VIMpMYbPf47dT1w_zDUXfPimsSeg"
    "nMOA1zTaX7aGk_8urY6R8-ZW1FxU7AlWAyLWybqq6t16VFd7hQd0y6flUK4SlOydB61gwa"
    "nOsXGOAOv82cHq0E3eL4HrtZkUuKvnPrMnsUUFlfUdybVzxyjz9JF_XyaY14ardLSjf4L_"
    "FNY\"}";

static const okta_decryption_keys *own_keys(void)
{
    static okta_decryption_keys *keys;

    if (!keys)
        keys = okta_decryption_keys_read(jwk, strlen(jwk), NULL, NULL, NULL);
    hold(keys && keys->count == 1);
    return keys;
}

static EVP_PKEY *public_half(void)
{
    static EVP_PKEY *key;
    okta_key_number numbers[2];
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    OSSL_PARAM *parameters;
    BIGNUM *n, *e;

    if (!key) {
        okta_decryption_key_numbers(own_keys()->items[0], numbers);
        e = BN_bin2bn(numbers[0].bytes, (int)numbers[0].length, NULL);
        n = BN_bin2bn(numbers[1].bytes, (int)numbers[1].length, NULL);
        hold(OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
             OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e) == 1);
        parameters = OSSL_PARAM_BLD_to_param(builder);
        hold(EVP_PKEY_fromdata_init(context) > 0 &&
             EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) > 0);
        OSSL_PARAM_free(parameters);
        BN_free(n);
        BN_free(e);
    }
    OSSL_PARAM_BLD_free(builder);
    EVP_PKEY_CTX_free(context);
    return key;
}

static size_t wrap(const char *digest, const unsigned char *cek, unsigned char *to, size_t room)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, public_half(), NULL);

    hold(EVP_PKEY_encrypt_init(context) > 0 &&
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
         EVP_PKEY_CTX_set_rsa_oaep_md_name(context, digest, NULL) > 0 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md_name(context, digest, NULL) > 0 &&
         EVP_PKEY_encrypt(context, to, &room, cek, 16) > 0);
    EVP_PKEY_CTX_free(context);
    return room;
}

static char *add_part(char *to, const unsigned char *bytes, size_t length, char end)
{
    okta_base64url_encode(bytes, length, to);
    to += strlen(to);
    *to++ = end;
    return to;
}

/* So that the fuzzer gets past the tag: input as "header\nplain" is encrypted for it, by A128GCM
 * and the digest of the alg that the header names. The caller frees. */
static char *sealed(const char *input, size_t length, const char *newline)
{
    static const unsigned char cek[16] = {1, 2, 3}, iv[12] = {4, 5, 6};
    size_t header = (size_t)(newline - input), plain = length - header - 1;
    json_t *said = oracle_object(input, header);
    const char *alg = json_string_value(json_object_get(said, "alg"));
    const okta_key_wrapping *by = alg ? okta_key_wrapping_by_name(alg, strlen(alg)) : NULL;
    char *made = malloc(OKTA_BASE64URL_ENCODED(length) + 600), *end;
    unsigned char *text = malloc(plain + 16), wrapped[256], tag[16];
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int done = 0, rest = 0;

    end = add_part(made, (const unsigned char *)input, header, '.');
    hold(EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), NULL, cek, iv) == 1 &&
         EVP_EncryptUpdate(context, NULL, &rest, (unsigned char *)made, (int)(end - made) - 1) ==
             1 &&
         EVP_EncryptUpdate(context, text, &done, (const unsigned char *)newline + 1, (int)plain) ==
             1 &&
         EVP_EncryptFinal_ex(context, text + done, &rest) == 1 &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, 16, tag) == 1);
    end =
        add_part(end, wrapped, wrap(by ? by->digest : "SHA1", cek, wrapped, sizeof(wrapped)), '.');
    end = add_part(end, iv, sizeof(iv), '.');
    end = add_part(end, text, plain, '.');
    add_part(end, tag, sizeof(tag), '\0');
    EVP_CIPHER_CTX_free(context);
    json_decref(said);
    free(text);
    return made;
}

static bool opens(const char *token, size_t length, okta_opened *opened)
{
    const okta_decryption_keys *keys = own_keys();
    const okta_opener opener = {(const okta_decryption_key *const *)keys->items, keys->count, NULL,
                                NULL};
    okta_result result;
    okta_reason reason = okta_jwe_open(&opener, token, length, NULL, opened, &result);

    hold(reason == result.reason && reason != OKTA_UNSET && reason != OKTA_DECRYPTION_BUSY);
    hold((reason == OKTA_OK) == (opened->token != NULL));
    hold(reason == OKTA_OK || result.detail[0]);
    for (const char *at = result.detail; *at; at++)
        hold(*at >= 0x20 && *at <= 0x7e);
    return reason == OKTA_OK;
}

static bool is_jwt(const json_t *cty)
{
    static const char *const types[] = {"JWT", "application/jwt", "at+jwt", "application/at+jwt"};
    const char *text = json_string_value(cty);
    bool known = !cty;

    for (size_t i = 0; text && i < sizeof(types) / sizeof(types[0]); i++)
        known = known || strcasecmp(text, types[i]) == 0;
    return known;
}

/* What opens is five canonical parts, and a header that asks for nothing special, by jansson's
 * account. */
static void hold_envelope(const char *token, size_t length)
{
    okta_result result;
    okta_jwe jwe;
    char *again = malloc(length + 6), *end = again;
    json_t *header;
    const char *alg, *enc, *kid;

    okta_result_init(&result);
    hold(okta_jwe_split(&jwe, token, length, &result) == OKTA_OK);
    end = add_part(end, jwe.header_text.bytes, jwe.header_text.length, '.');
    end = add_part(end, jwe.wrapped.bytes, jwe.wrapped.length, '.');
    end = add_part(end, jwe.content.iv.bytes, jwe.content.iv.length, '.');
    end = add_part(end, jwe.content.text.bytes, jwe.content.text.length, '.');
    end = add_part(end, jwe.content.tag.bytes, jwe.content.tag.length, '\0');
    hold((size_t)(end - again) == length + 1 && memcmp(again, token, length) == 0);
    header = oracle_object((const char *)jwe.header_text.bytes, jwe.header_text.length);
    alg = json_string_value(json_object_get(header, "alg"));
    enc = json_string_value(json_object_get(header, "enc"));
    kid = json_string_value(json_object_get(header, "kid"));
    hold(alg && strncmp(alg, "RSA-OAEP", 8) == 0 && enc);
    hold(!json_object_get(header, "crit") && !json_object_get(header, "zip"));
    hold(is_jwt(json_object_get(header, "cty")));
    hold(kid ? strcmp(kid, okta_decryption_key_kid(own_keys()->items[0])) == 0
             : !json_object_get(header, "kid"));
    json_decref(header);
    okta_jwe_clear(&jwe);
    free(again);
}

FUZZ_TARGET("jwe")
{
    const char *newline = memchr(input, '\n', length);
    char *made = newline ? sealed(input, length, newline) : NULL;
    const char *token = made ? made : input;
    size_t token_length = made ? strlen(made) : length;
    okta_opened opened = {NULL, 0, NULL};
    bool good = okta_jwe_is(token, token_length) && opens(token, token_length, &opened);

    if (good) {
        hold_envelope(token, token_length);
        hold(!made || (opened.length == length - (size_t)(newline - input) - 1 &&
                       memcmp(opened.token, newline + 1, opened.length) == 0));
    }
    okta_opened_clear(&opened);
    if (good && made) {
        /* another tag */
        char *last = made + token_length - 2;

        *last = *last == 'A' ? 'B' : 'A';
        hold(!opens(made, token_length, &opened));
    }
    free(made);
    return good;
}

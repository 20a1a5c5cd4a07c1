/* SPDX-License-Identifier: Apache-2.0 */
#include "core/decryption_source.h"

#include "core/base64url.h"
#include "core/jwk.h"
#include "core/reader.h"

#include <limits.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX (OKTA_RSA_MAX_BITS / 8)

/* RFC 7518 section 6.3.2; those behind d stand together or not at all. */
typedef struct number {
    const char *member;
    const char *parameter;
} number;

static const number numbers[] = {
    {"n", OSSL_PKEY_PARAM_RSA_N},          {"e", OSSL_PKEY_PARAM_RSA_E},
    {"d", OSSL_PKEY_PARAM_RSA_D},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
    {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
    {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
};

#define NUMBERS (sizeof(numbers) / sizeof(numbers[0]))
#define NEEDED 3

/* OpenSSL does not wipe parameters; this is wiped as a whole. */
typedef struct private_numbers {
    unsigned char bytes[NUMBERS][NUMBER_MAX];
    unsigned char decoded[NUMBER_MAX + 1];
    OSSL_PARAM params[NUMBERS + 1];
} private_numbers;

static bool read_number(private_numbers *all, size_t i, const okta_value *jwk, okta_error *error)
{
    const okta_value *value = okta_value_member(jwk, numbers[i].member);
    size_t length = 0;
    BIGNUM *big;
    int bytes;

    if (!value || value->type != OKTA_VALUE_STRING || value->length == 0)
        return okta_error_set(error, "no \"%s\"%s", numbers[i].member,
                              i >= NEEDED ? " beside the other numbers of its primes"
                              : i == 2    ? ": it is no private key"
                                          : "");
    if (OKTA_BASE64URL_DECODED((size_t)value->length) > NUMBER_MAX + 1)
        return okta_error_set(error, "\"%s\" is longer than %d bits", numbers[i].member,
                              OKTA_RSA_MAX_BITS);
    if (!okta_base64url_decode(value->as.string, value->length, all->decoded, &length))
        return okta_error_set(error, "\"%s\" is not base64url", numbers[i].member);
    big = BN_bin2bn(all->decoded, (int)length, NULL);
    if (!big)
        return okta_error_set_no_memory(error);
    bytes = BN_num_bytes(big) > 0 ? BN_num_bytes(big) : 1;
    if (bytes <= NUMBER_MAX) {
        BN_bn2nativepad(big, all->bytes[i], bytes);
        all->params[i] =
            OSSL_PARAM_construct_BN(numbers[i].parameter, all->bytes[i], (size_t)bytes);
    }
    BN_clear_free(big);
    return bytes <= NUMBER_MAX || okta_error_set(error, "\"%s\" is longer than %d bits",
                                                 numbers[i].member, OKTA_RSA_MAX_BITS);
}

static EVP_PKEY *rsa_pkey(const okta_value *jwk, okta_error *error)
{
    private_numbers *all = OPENSSL_zalloc(sizeof(*all));
    size_t count = NEEDED;
    EVP_PKEY_CTX *context = NULL;
    EVP_PKEY *pkey = NULL;

    if (!all) {
        okta_error_set_no_memory(error);
        return NULL;
    }
    for (size_t i = NEEDED; i < NUMBERS; i++)
        if (okta_value_member(jwk, numbers[i].member))
            count = NUMBERS;
    for (size_t i = 0; i < count; i++)
        if (!read_number(all, i, jwk, error))
            goto end;
    all->params[count] = OSSL_PARAM_construct_end();
    context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (!context || EVP_PKEY_fromdata_init(context) <= 0 ||
        EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, all->params) <= 0) {
        pkey = NULL;
        okta_error_set(error, "OpenSSL refuses this RSA key");
    }
end:
    EVP_PKEY_CTX_free(context);
    OPENSSL_clear_free(all, sizeof(*all));
    return pkey;
}

/* RFC 7517 section 4.3: it may be used for other things as well. */
static bool may_decrypt(const okta_value *operations)
{
    return okta_value_holds(operations, "decrypt", 7) ||
           okta_value_holds(operations, "unwrapKey", 9);
}

static bool read_jwk(const okta_value *jwk, okta_decryption_source *source, okta_error *error)
{
    const okta_value *use = okta_value_member(jwk, "use"), *alg = okta_value_member(jwk, "alg");
    const okta_value *kid = okta_value_member(jwk, "kid");
    const okta_value *operations = okta_value_member(jwk, "key_ops");
    const char *type;

    if (jwk->type != OKTA_VALUE_OBJECT)
        return okta_error_set(error, "not an object");
    if (kid &&
        (kid->type != OKTA_VALUE_STRING || kid->length == 0 || kid->length > OKTA_KID_MAX_BYTES))
        return okta_error_set(error, "its \"kid\" is no string of 1 to %d bytes",
                              OKTA_KID_MAX_BYTES);
    source->kid = kid ? kid->as.string : NULL;
    type = okta_value_text(jwk, "kty");
    if (!type || strcmp(type, "RSA") != 0)
        return okta_error_set(error, "its \"kty\" is not RSA; only RSA keys decrypt");
    if (use && !okta_value_holds(use, "enc", 3))
        return okta_error_set(error, "its \"use\" is not \"enc\"");
    if (operations && (operations->type != OKTA_VALUE_ARRAY || !may_decrypt(operations)))
        return okta_error_set(error, "its \"key_ops\" are not for decryption");
    if (alg && alg->type == OKTA_VALUE_STRING)
        source->only = okta_key_wrapping_by_name(alg->as.string, alg->length);
    if (alg && !source->only)
        return okta_error_set(error, "its \"alg\" is none of RSA-OAEP, RSA-OAEP-256, RSA-OAEP-384, "
                                     "RSA-OAEP-512");
    if (okta_value_member(jwk, "oth"))
        return okta_error_set(error, "an RSA key of more than two primes");
    source->pkey = rsa_pkey(jwk, error);
    return source->pkey != NULL;
}

static bool hand_on_jwk(const okta_value *jwk, okta_source_fn *found, void *baton,
                        okta_error *error)
{
    okta_decryption_source source = {NULL, NULL, NULL};
    okta_error fault = {""};
    bool good = read_jwk(jwk, &source, &fault);

    good = found(baton, &source, good ? NULL : &fault);
    EVP_PKEY_free(source.pkey);
    return good || okta_error_set_no_memory(error);
}

static bool read_json(const char *text, size_t length, okta_source_fn *found, void *baton,
                      okta_error *error)
{
    okta_value *root = okta_read_secret(text, length, error);
    const okta_value *keys = okta_value_member(root, "keys");
    bool good = root != NULL;

    if (root && !keys && okta_value_member(root, "kty"))
        good = hand_on_jwk(root, found, baton, error);
    else if (root && (!keys || keys->type != OKTA_VALUE_ARRAY))
        good = okta_error_set(error, "no JWK set: there is no array \"keys\"");
    else
        for (uint32_t i = 0; good && i < keys->length; i++)
            good = hand_on_jwk(&keys->as.children[i], found, baton, error);
    if (root) {
        size_t count;

        OPENSSL_cleanse(root, okta_value_extent(root, &count));
    }
    free(root);
    return good;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* name, header: of the PEM block. Certificates and the like are passed over. */
static bool read_block(const char *name, const char *header, const unsigned char *der, long length,
                       okta_source_fn *found, void *baton, okta_error *error)
{
    okta_decryption_source source = {NULL, NULL, NULL};
    okta_error fault = {""};
    bool good;

    if (!ends_with(name, "PRIVATE KEY"))
        return true;
    if (strncmp(name, "ENCRYPTED", 9) == 0 || strstr(header, "ENCRYPTED"))
        okta_error_set(&fault, "it needs a passphrase; write it without one, by \"openssl pkey "
                               "-in FILE -out NEWFILE\"");
    else
        source.pkey = d2i_AutoPrivateKey_ex(NULL, &der, length, NULL, NULL);
    if (!source.pkey && fault.text[0] == '\0')
        okta_error_set(&fault, "OpenSSL cannot read its %s", name);
    good = found(baton, &source, source.pkey ? NULL : &fault);
    EVP_PKEY_free(source.pkey);
    return good || okta_error_set_no_memory(error);
}

static bool read_pem(const char *text, size_t length, okta_source_fn *found, void *baton,
                     okta_error *error)
{
    BIO *bio = length <= INT_MAX ? BIO_new_mem_buf(text, (int)length) : NULL;
    char *name, *header;
    unsigned char *der;
    size_t blocks = 0;
    bool good = bio != NULL;
    long size;

    if (!bio)
        return okta_error_set_no_memory(error);
    while (good && PEM_read_bio(bio, &name, &header, &der, &size)) {
        blocks++;
        good = read_block(name, header, der, size, found, baton, error);
        OPENSSL_free(name);
        OPENSSL_free(header);
        OPENSSL_clear_free(der, (size_t)size);
    }
    BIO_free(bio);
    if (good && blocks == 0)
        return okta_error_set(error, "neither PEM nor a JWK set");
    return good;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool okta_decryption_source_read(const char *text, size_t length, okta_source_fn *found,
                                 void *baton, okta_error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t at = length >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;

    while (at < length && is_blank(text[at]))
        at++;
    return at < length && text[at] == '{' ? read_json(text, length, found, baton, error)
                                          : read_pem(text, length, found, baton, error);
}

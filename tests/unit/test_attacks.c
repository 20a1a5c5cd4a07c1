/* SPDX-License-Identifier: Apache-2.0 */
#include "core/bearer.h"
#include "world.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

/* The known attacks on resource servers, as far as they meet src/core; each signed as well as the
 * attack allows. (Attacks by claims: see
 * test_attacks_claims.c; headers to back ends, paths, CORS, fetching: see tests/http.) */

static char *signed_by_rsa(const char *jose, const char *claims)
{
    return mint_token(world_key("rsa"), "RS256", jose, claims);
}

rule(alg_none_in_any_spelling)
{
    static const char *const names[] = {"none",  "None",  "NONE", "nOnE", "nonE",
                                        " none", "none ", "",     "null", "n\xc3\xb6ne"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char *jose = header(names[i], "rsa", "");

        expect_verdict(text("%s.", mint_input(jose, payload(""))), "token_malformed", names[i]);
        expect_verdict(text("%s.AA", mint_input(jose, payload(""))), "algorithm_refused", names[i]);
        expect_verdict(signed_by_rsa(jose, payload("")), "algorithm_refused", names[i]);
    }
    expect_verdict(text("%s.", mint_input(header("RS256", "rsa", ""), payload(""))),
                   "token_malformed", "RS256 with an empty signature");
    expect_verdict(mint_input(header("RS256", "rsa", ""), payload("")), "token_malformed",
                   "RS256 without a signature");
    expect_verdict(signed_by_rsa("{\"kid\":\"rsa\"}", payload("")), "header_malformed", "no alg");
}

static char *pem_of(EVP_PKEY *key)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *content, *pem;
    long length;

    PEM_write_bio_PUBKEY(bio, key);
    length = BIO_get_mem_data(bio, &content);
    pem = text("%.*s", (int)length, content);
    BIO_free(bio);
    return pem;
}

rule(rs_hs_confusion)
{
    static const char *const algs[] = {"HS256", "HS384", "HS512"};
    char *pem = pem_of(world_key("rsa")), *jwk = mint_jwk(world_key("rsa"), "");
    const char *const secrets[] = {pem, jwk, "", "rsa", "secret"};

    for (size_t a = 0; a < COUNT_OF(algs); a++) {
        for (size_t s = 0; s < COUNT_OF(secrets); s++) {
            static const char *const labels[] = {"HS256", "HS384", "HS512", "RS256"};

            for (size_t l = 0; l < COUNT_OF(labels); l++) {
                char *jose = header(labels[l], "rsa", ""), *input = mint_input(jose, payload(""));
                size_t length;
                unsigned char *mac = mint_hmac(text("SHA%s", algs[a] + 2), secrets[s],
                                               strlen(secrets[s]), input, strlen(input), &length);
                expect_verdict(mint_compact(jose, payload(""), mac, length),
                               l < 3 ? "algorithm_refused" : "signature_invalid",
                               text("%s by secret %zu", labels[l], s));
            }
        }
    }
}

rule(a_symmetric_key_in_a_jwks)
{
    static const char *const rows[] = {
        "{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"c2VjcmV0\"}",
        "{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"c2VjcmV0\",\"alg\":\"RS256\"}",
        "{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"\",\"alg\":\"HS256\"}",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *jwks = text("{\"keys\":[%s]}", rows[i]);
        okta_error error = {""};
        okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, &error);

        check(!set && error.text[0], "%s", rows[i]);
        okta_keyset_unref(set);
    }
}

rule(a_kid_that_wants_to_be_more_than_a_name)
{
    const struct {
        const char *kid, *tag;
    } rows[] = {
        {"../../../../dev/null", "kid_unknown"},
        {"/proc/self/environ", "kid_unknown"},
        {"' OR '1'='1", "kid_unknown"},
        {"x' UNION SELECT 'secret", "kid_unknown"},
        {"rsa;rm -rf /", "kid_unknown"},
        {"https://evil.example/keys", "kid_unknown"},
        {"rsa\\u0020", "kid_unknown"},
        {"RSA", "kid_unknown"},
        {"rsa\\n", "kid_unknown"},
        {"*", "kid_unknown"},
        {"%s%s%n", "kid_unknown"},
        {"${jndi:ldap://evil.example}", "kid_unknown"},
        {"\\u001b[31m\\r\\nkid", "kid_unknown"},
        {"", "kid_unknown"},
        {"rsa\\u0000", "header_malformed"},
        {"rsa\\u0000x", "header_malformed"},
        {"\xff\xfe", "header_malformed"},
        {repeat("k", 512), "kid_unknown"},
        {repeat("k", 513), "header_malformed"},
        {repeat("k", 10240), "header_malformed"},
        {"\\u0072sa", "ok"},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        expect_verdict(signed_by_rsa(header("RS256", rows[i].kid, ""), payload("")), rows[i].tag,
                       rows[i].kid);
}

rule(keys_that_the_token_brings_itself)
{
    EVP_PKEY *own = world_key("rs256"); /* stands for the attacker's */
    char *jwk = mint_jwk(own, "\"kid\":\"mine\",\"alg\":\"RS256\",");
    const char *const members[] = {
        text("\"jwk\":%s", jwk),
        text("\"jwk\":%s,\"jku\":\"https://evil.example/keys\"", jwk),
        "\"jku\":\"https://evil.example/keys\"",
        "\"jku\":\"" ISSUER "/v1/keys\"",
        "\"x5u\":\"https://evil.example/cert.pem\"",
        "\"x5c\":[\"MIIB\"]",
        "\"x5t\":\"AAAA\",\"x5t#S256\":\"AAAA\"",
        "\"jwk\":7,\"jku\":[],\"x5u\":{},\"x5c\":null",
    };

    for (size_t i = 0; i < COUNT_OF(members); i++) {
        expect_verdict(mint_token(own, "RS256", header("RS256", "rsa", members[i]), payload("")),
                       "signature_invalid", members[i]);
        expect_verdict(mint_token(own, "RS256", header("RS256", "mine", members[i]), payload("")),
                       "kid_unknown", members[i]);
        expect_verdict(
            mint_token(own, "PS256", text("{\"alg\":\"PS256\",%s}", members[i]), payload("")),
            "signature_invalid", members[i]);
        expect_verdict(signed_by_rsa(header("RS256", "rsa", members[i]), payload("")), "ok",
                       members[i]);
    }
}

static void put(unsigned char *half, const BIGNUM *number, size_t size)
{
    need(BN_bn2binpad(number, half, (int)size) >= 0, "a number too long");
}

rule(ecdsa_with_zeros_or_numbers_out_of_range)
{
    static const struct {
        const char *alg, *kid;
        int curve;
        size_t size;
    } rows[] = {{"ES256", "p256", NID_X9_62_prime256v1, 32},
                {"ES384", "p384", NID_secp384r1, 48},
                {"ES512", "p521", NID_secp521r1, 66}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        EC_GROUP *group = EC_GROUP_new_by_curve_name(rows[i].curve);
        char *jose = header(rows[i].alg, rows[i].kid, ""), *input = mint_input(jose, payload(""));
        size_t size = rows[i].size, length;
        unsigned char *good =
            mint_sign(world_key(rows[i].kid), rows[i].alg, input, strlen(input), &length);
        unsigned char number[4][66] = {{0}}, pair[132];

        number[1][size - 1] = 1;
        put(number[2], EC_GROUP_get0_order(group), size);
        memset(number[3], 0xff, size);
        for (size_t r = 0; r < 5; r++) {
            for (size_t s = 0; s < 5; s++) {
                memcpy(pair, r == 4 ? good : number[r], size);
                memcpy(pair + size, s == 4 ? good + size : number[s], size);
                expect_verdict(mint_compact(jose, payload(""), pair, 2 * size),
                               r == 4 && s == 4 ? "ok" : "signature_invalid",
                               text("%s, r %zu, s %zu", rows[i].alg, r, s));
            }
        }
        EC_GROUP_free(group);
    }
}

rule(signatures_of_the_wrong_length_or_form)
{
    static const char *const pairs[][2] = {{"RS256", "rsa"},  {"PS256", "rsa"},  {"ES256", "p256"},
                                           {"ES384", "p384"}, {"ES512", "p521"}, {"EdDSA", "ed"}};

    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        char *jose = header(pairs[i][0], pairs[i][1], ""), *input = mint_input(jose, payload(""));
        size_t length;
        unsigned char *good =
            mint_sign(world_key(pairs[i][1]), pairs[i][0], input, strlen(input), &length);
        unsigned char *room = keep(calloc(1, length * 2 + 2));

        for (size_t cut = 1; cut < length; cut += 5)
            expect_verdict(mint_compact(jose, payload(""), good, cut), "signature_invalid",
                           pairs[i][0]);
        memcpy(room, good, length);
        expect_verdict(mint_compact(jose, payload(""), room, length + 1), "signature_invalid",
                       "a zero behind");
        memcpy(room + length, good, length);
        expect_verdict(mint_compact(jose, payload(""), room, length * 2), "signature_invalid",
                       "twice");
        memset(room, 0, length);
        memcpy(room + 1, good, length);
        expect_verdict(mint_compact(jose, payload(""), room, length + 1), "signature_invalid",
                       "a zero before");
        memset(room, 0, length);
        expect_verdict(mint_compact(jose, payload(""), room, length), "signature_invalid", "zeros");
        memset(room, 0xff, length);
        expect_verdict(mint_compact(jose, payload(""), room, length), "signature_invalid", "ones");
    }
}

rule(ecdsa_in_der)
{
    char *jose = header("ES256", "p256", ""), *input = mint_input(jose, payload(""));
    size_t length;
    unsigned char *flat = mint_sign(world_key("p256"), "ES256", input, strlen(input), &length);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    unsigned char *der = NULL;
    int der_length;

    ECDSA_SIG_set0(pair, BN_bin2bn(flat, 32, NULL), BN_bin2bn(flat + 32, 32, NULL));
    der_length = i2d_ECDSA_SIG(pair, &der);
    expect_verdict(mint_compact(jose, payload(""), der, (size_t)der_length), "signature_invalid",
                   "DER");
    OPENSSL_free(der);
    ECDSA_SIG_free(pair);
}

rule(ed25519_with_s_beyond_the_group_order)
{
    static const unsigned char order[32] = {0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58,
                                            0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
                                            0,    0,    0,    0,    0,    0,    0,    0,
                                            0,    0,    0,    0,    0,    0,    0,    0x10};
    char *jose = header("EdDSA", "ed", ""), *input = mint_input(jose, payload(""));
    size_t length;
    unsigned char *signature = mint_sign(world_key("ed"), "EdDSA", input, strlen(input), &length);
    unsigned int carry = 0;

    expect_verdict(mint_compact(jose, payload(""), signature, length), "ok", "as it was");
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned int)signature[32 + i] + order[i];
        signature[32 + i] = (unsigned char)carry;
        carry >>= 8;
    }
    expect_verdict(mint_compact(jose, payload(""), signature, length), "signature_invalid",
                   "the same modulo the order");
}

rule(duplicate_names)
{
    static const char *const headers[] = {
        "{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"rsa\"}",
        "{\"alg\":\"none\",\"kid\":\"rsa\",\"alg\":\"RS256\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"kid\":\"p256\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"\\u006bid\":\"rsa\"}",
        "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"x\":[{\"y\":1,\"y\":2}]}",
    };
    static const char *const claims[] = {
        "\"exp\":1800000000,\"exp\":1800000000",
        "\"exp\":1,\"exp\":1800000000",
        "\"exp\":1800000000,\"aud\":\"x\"",
        "\"exp\":1800000000,\"\\u0069ss\":\"x\"",
        "\"exp\":1800000000,\"act\":{\"sub\":1,\"sub\":2}",
        "\"exp\":1800000000,\"scp\":[],\"scp\":[\"admin\"]",
    };

    for (size_t i = 0; i < COUNT_OF(headers); i++)
        expect_verdict(signed_by_rsa(headers[i], payload("")), "header_malformed", headers[i]);
    for (size_t i = 0; i < COUNT_OF(claims); i++)
        expect_verdict(token_of(raw_payload(claims[i])), "claims_malformed", claims[i]);
}

rule(duplicate_kids)
{
    char *good = mint_jwk(world_key("rsa"), "\"kid\":\"rsa\",");
    char *evil = mint_jwk(world_key("rs256"), "\"kid\":\"rsa\",");
    char *other = mint_jwk(world_key("ed"), "\"kid\":\"ed\",");
    const char *const rows[] = {text("{\"keys\":[%s,%s,%s]}", good, evil, other),
                                text("{\"keys\":[%s,%s,%s]}", evil, other, good),
                                text("{\"keys\":[%s,%s,%s,%s]}", good, other, good, evil)};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_keyset *set = okta_keyset_parse(rows[i], strlen(rows[i]), NULL, NULL, NULL, NULL);
        char *token = token_of(payload(""));

        need(set, "the other key stands");
        check(okta_verify_signature(OKTA_ALGORITHMS_ALL, set, token, strlen(token), NULL, &last) ==
                  OKTA_KID_UNKNOWN,
              "row %zu: %s", i, okta_reason_tag(last.reason));
        okta_keyset_unref(set);
    }
}

rule(critical_extensions_and_unencoded_payloads)
{
    static const char *const members[] = {
        "\"crit\":[\"exp\"],\"exp\":1800000000",
        "\"crit\":[\"b64\"],\"b64\":false",
        "\"b64\":false",
        "\"b64\":true",
        "\"crit\":[\"b64\"],\"b64\":true",
        "\"crit\":[]",
        "\"crit\":\"\"",
        "\"crit\":null",
        "\"crit\":[\"http://example.com/UNDEFINED\"],\"http://example.com/UNDEFINED\":true",
    };

    for (size_t i = 0; i < COUNT_OF(members); i++)
        expect_verdict(signed_by_rsa(header("RS256", "rsa", members[i]), payload("")),
                       "header_critical", members[i]);
}

rule(encrypted_compressed_and_nested_tokens)
{
    expect_verdict("eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.AA.AA.AA.AA", "token_encrypted",
                   "JWE");
    expect_verdict("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..AA.AA.AA", "token_encrypted",
                   "JWE by a shared key");
    expect_verdict(signed_by_rsa(header("RS256", "rsa", "\"enc\":\"A128GCM\""), payload("")),
                   "token_encrypted", "enc");
    expect_verdict(signed_by_rsa(header("RS256", "rsa", "\"zip\":\"DEF\""), payload("")),
                   "token_encrypted", "zip");
    expect_verdict(signed_by_rsa(header("RS256", "rsa", "\"cty\":\"JWT\""), payload("")),
                   "token_encrypted", "cty over claims");
    expect_verdict(signed_by_rsa(header("RS256", "rsa", "\"cty\":\"JWT\""), token_of(payload(""))),
                   "token_encrypted", "cty over a token");
    expect_verdict(signed_by_rsa(header("RS256", "rsa", ""), token_of(payload(""))),
                   "claims_malformed", "a token in a token");
    expect_verdict(text("%s.AA", token_of(payload(""))), "token_malformed", "three dots");
    expect_verdict(text(".%s", token_of(payload(""))), "token_malformed", "a dot before");
    expect_verdict(text("%s.", token_of(payload(""))), "token_malformed", "a dot behind");
    expect_verdict(text("{\"payload\":\"e30\",\"signatures\":[]}"), "token_malformed", "JSON");
}

rule(huge_tokens_many_dots_and_deep_json)
{
    char *deep = text("%s%s", repeat("[", 1000), repeat("]", 1000));

    expect_verdict(token_of(payload(text("\"x\":\"%s\"", repeat("x", 20000)))), "token_too_large",
                   "huge");
    expect_verdict(repeat(".", 16384), "token_malformed", "dots");
    expect_verdict(repeat("A", 16385), "token_too_large", "a byte too much");
    expect_verdict(token_of(raw_payload(text("\"exp\":1800000000,\"x\":%s", deep))),
                   "claims_malformed", "deep claims");
    expect_verdict(
        signed_by_rsa(text("{\"alg\":\"RS256\",\"kid\":\"rsa\",\"x\":%s}", deep), payload("")),
        "header_malformed", "a deep header");
    expect_verdict(token_of(repeat("{\"a\":", 1000)), "claims_malformed", "open braces");
}

rule(encodings_that_are_not_canonical)
{
    char *token = token_of(payload(""));
    size_t length = strlen(token), first = strcspn(token, "."),
           second = first + 1 + strcspn(token + first + 1, ".");
    const char *const rows[] = {
        text("%s=", token),
        text("%s==", token),
        text("%s\n", token),
        text(" %s", token),
        text("%.*s=%s", (int)first, token, token + first),
        text("%.*s==%s", (int)second, token, token + second),
        text("%.*s\r\n%s", (int)second, token, token + second),
        text("%.*s.%s", (int)first, token, token + first),
        text("%s%%3D", token),
        text("%s/", token),
        text("%s\xc3\xa9", token),
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_policy policy = world_policy();
        check(judge(&policy, rows[i]) == OKTA_TOKEN_MALFORMED, "row %zu: %s", i,
              okta_reason_tag(last.reason));
    }
    /* 256 bytes leave four stray bits in the last of 342 characters */
    for (int stray = 1; stray < 16; stray++) {
        static const char alphabet[] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        char *twin = text("%s", token);
        size_t value = (size_t)(strchr(alphabet, token[length - 1]) - alphabet);

        check(value % 16 == 0, "the minted token is canonical");
        twin[length - 1] = alphabet[value + (size_t)stray];
        expect_verdict(twin, "token_malformed", text("stray bits %d", stray));
    }
    expect_verdict(token, "ok", "as it was");
}

rule(a_jwks_of_ten_thousand_keys_or_wrong_types)
{
    static const char *const rows[] = {
        "{\"keys\":\"x\"}",
        "{\"keys\":{\"0\":{}}}",
        "{\"keys\":[[]]}",
        "{\"keys\":[null]}",
        "{\"keys\":[\"x\"]}",
        "{\"keys\":[{\"kty\":[]}]}",
        "{\"keys\":[{\"kty\":\"RSA\",\"n\":{},\"e\":[]}]}",
        "{\"keys\":[{\"kty\":\"EC\",\"crv\":1,\"x\":2,\"y\":3}]}",
        "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":null}]}",
        "<html></html>",
        "{\"errorCode\":\"E0000007\"}",
    };
    char *many = text("{\"keys\":[%s{}]}", repeat("{\"kty\":\"RSA\"},", 9999));

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!okta_keyset_parse(rows[i], strlen(rows[i]), NULL, NULL, NULL, NULL), "%s", rows[i]);
    check(!okta_keyset_parse(many, strlen(many), NULL, NULL, NULL, NULL), "ten thousand");
}

static bool loads(const char *jwk)
{
    char *jwks = text("{\"keys\":[%s]}", jwk);
    okta_keyset *set = okta_keyset_parse(jwks, strlen(jwks), NULL, NULL, NULL, NULL);

    okta_keyset_unref(set);
    return set != NULL;
}

static char *rsa_jwk(size_t bits, unsigned char low, const char *e)
{
    unsigned char *n = keep(malloc(bits / 8));

    memset(n, 0xc3, bits / 8);
    n[bits / 8 - 1] = low;
    return text("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", mint_encode(n, bits / 8), e);
}

rule(weak_rsa_keys_and_points_off_the_curve)
{
    static const char x[] = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";

    check(loads(rsa_jwk(2048, 0xc3, "AQAB")), "2048 bits");
    check(loads(rsa_jwk(8192, 0xc3, "Aw")), "8192 bits, e 3");
    check(!loads(rsa_jwk(1024, 0xc3, "AQAB")), "1024 bits");
    check(!loads(rsa_jwk(2040, 0xc3, "AQAB")), "2040 bits");
    check(!loads(rsa_jwk(8200, 0xc3, "AQAB")), "8200 bits");
    check(!loads(rsa_jwk(2048, 0xc2, "AQAB")), "an even modulus");
    check(!loads(rsa_jwk(2048, 0xc3, "AQ")), "e 1");
    check(!loads(rsa_jwk(2048, 0xc3, "Ag")), "e 2");
    check(!loads(rsa_jwk(2048, 0xc3, "AQAA")), "e 65536");
    check(!loads(text("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}", x, x)),
          "a point beside P-256");
}

rule(two_authorization_headers_joined_by_a_comma)
{
    static const char *const rows[] = {
        "Bearer aaa, Bearer bbb",
        "Bearer aaa,Bearer bbb",
        "Bearer aaa, Basic bbb",
        "Basic aaa, Bearer bbb",
        "Bearer aaa, bbb",
        "bearer aaa , bearer bbb",
        "Bearer aaa,",
        "DPoP aaa, Bearer bbb",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *token = NULL;
        size_t length = 0;

        okta_reason reason = okta_bearer_find(rows[i], false, NULL, &token, &length);

        check(reason == OKTA_REQUEST_MALFORMED || !okta_bearer_is_token68(token), "%s", rows[i]);
    }
    check(okta_reason_status(OKTA_REQUEST_MALFORMED) == 400, "status");
}

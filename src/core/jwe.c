/* SPDX-License-Identifier: Apache-2.0 */
#include "core/jwe.h"

#include "core/base64url.h"
#include "core/crypto_errors.h"
#include "core/jwk.h"
#include "core/reader.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PARTS 5

static const char *const parts[PARTS] = {"header", "encrypted key", "initialization vector",
                                         "ciphertext", "authentication tag"};

bool okta_jwe_is(const char *token, size_t length)
{
    return okta_text_count(token, length, '.') == PARTS - 1;
}

okta_reason okta_jwe_split(okta_jwe *jwe, const char *token, size_t length, okta_result *result)
{
    okta_span *const spans[PARTS] = {&jwe->header_text, &jwe->wrapped, &jwe->content.iv,
                                     &jwe->content.text, &jwe->content.tag};
    const char *from = token, *end = token + length;
    unsigned char *to;

    memset(jwe, 0, sizeof(*jwe));
    jwe->token = token;
    if (!okta_jwe_is(token, length))
        return okta_result_set(result, OKTA_TOKEN_MALFORMED, "not five parts");
    jwe->block = to = malloc(OKTA_BASE64URL_DECODED(length) + PARTS);
    if (!to)
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    for (size_t i = 0; i < PARTS; i++) {
        const char *dot = i < PARTS - 1 ? memchr(from, '.', (size_t)(end - from)) : end;

        spans[i]->bytes = to;
        if (!okta_base64url_decode(from, (size_t)(dot - from), to, &spans[i]->length))
            return okta_result_set(result, OKTA_TOKEN_MALFORMED, "the %s is not base64url",
                                   parts[i]);
        if (i == 0)
            jwe->content.associated =
                (okta_span){(const unsigned char *)token, (size_t)(dot - token)};
        to += spans[i]->length;
        /* behind the end there is nothing that could be pointed to */
        from = dot < end ? dot + 1 : end;
    }
    return OKTA_OK;
}

/* A member that is a string, or absent where it may be; null is malformed. */
static bool is_string(const okta_value *header, const char *name, bool needed,
                      const okta_value **string)
{
    *string = okta_value_entry(header, name);
    return *string ? (*string)->type == OKTA_VALUE_STRING : !needed;
}

/* RFC 7515 section 4.1.10: "application/" may be left out. The type of RFC 9068 is what npm's
 * oidc-provider writes. */
static bool is_jwt(const char *cty)
{
    if (strncasecmp(cty, "application/", 12) == 0)
        cty += 12;
    return strcasecmp(cty, "JWT") == 0 || strcasecmp(cty, "at+jwt") == 0;
}

static okta_reason refuse(okta_result *result, okta_reason reason, const char *detail)
{
    okta_result_set(result, reason, "%s", detail);
    return reason;
}

static okta_reason refuse_value(okta_result *result, const char *member, const okta_value *value)
{
    char name[64], detail[128];

    okta_text_copy(name, sizeof(name), value->as.string, value->length);
    okta_text_format(detail, sizeof(detail), "%s \"%s\" is not accepted", member, name);
    return refuse(result, OKTA_TOKEN_UNDECRYPTABLE, detail);
}

static okta_reason judge_header(okta_jwe *jwe, okta_result *result)
{
    const okta_value *alg, *enc, *cty, *kid;

    if (!is_string(jwe->header, "kid", false, &kid) || (kid && kid->length > OKTA_KID_MAX_BYTES))
        return refuse(result, OKTA_HEADER_MALFORMED, "\"kid\" is no string, or a long one");
    if (kid) {
        jwe->kid = kid->as.string;
        jwe->kid_length = kid->length;
        okta_text_copy(result->kid, sizeof(result->kid), jwe->kid, jwe->kid_length);
    }
    if (!is_string(jwe->header, "alg", true, &alg) || !is_string(jwe->header, "enc", true, &enc) ||
        !is_string(jwe->header, "cty", false, &cty))
        return refuse(result, OKTA_HEADER_MALFORMED, "\"alg\", \"enc\" or \"cty\" is no string");
    if (okta_value_entry(jwe->header, "crit"))
        return refuse(result, OKTA_HEADER_CRITICAL, "\"crit\": no extension is supported");
    jwe->wrapping = okta_key_wrapping_by_name(alg->as.string, alg->length);
    jwe->encryption = okta_content_encryption_by_name(enc->as.string, enc->length);
    if (!jwe->wrapping)
        return refuse_value(result, "alg", alg);
    if (!jwe->encryption)
        return refuse_value(result, "enc", enc);
    if (cty && !is_jwt(cty->as.string))
        return refuse_value(result, "cty", cty);
    if (okta_value_entry(jwe->header, "zip"))
        return refuse(result, OKTA_TOKEN_UNDECRYPTABLE,
                      "\"zip\": compressed tokens are not accepted");
    if (!okta_content_may_be(jwe->encryption, &jwe->content))
        return refuse(result, OKTA_TOKEN_UNDECRYPTABLE,
                      "initialization vector, ciphertext or tag of a length that its enc does not "
                      "have");
    return OKTA_OK;
}

okta_reason okta_jwe_read_header(okta_jwe *jwe, okta_result *result)
{
    okta_error error = {""};

    jwe->header =
        okta_read_object((const char *)jwe->header_text.bytes, jwe->header_text.length, &error);
    if (okta_error_is_no_memory(&error))
        return refuse(result, OKTA_OUT_OF_MEMORY, "out of memory");
    if (!jwe->header) {
        okta_result_set(result, OKTA_HEADER_MALFORMED, "header: %s", error.text);
        return OKTA_HEADER_MALFORMED;
    }
    return judge_header(jwe, result);
}

void okta_jwe_clear(okta_jwe *jwe)
{
    free(jwe->header);
    free(jwe->block);
    jwe->header = NULL;
    jwe->block = NULL;
}

/* Keys to try, chosen by what anybody can see. */
typedef struct candidates {
    const okta_decryption_key *keys[OKTA_JWE_TRIES_MAX];
    size_t count;
    bool knows_kid; /* there are keys of that kid, whether or not they fit */
} candidates;

static bool is_among(const candidates *found, const okta_decryption_key *key)
{
    for (size_t i = 0; i < found->count; i++)
        if (okta_decryption_key_is_same(found->keys[i], key))
            return true;
    return false;
}

static candidates candidates_for(const okta_jwe *jwe, const okta_opener *opener)
{
    candidates found = {.count = 0};

    for (size_t i = 0; i < opener->count && found.count < OKTA_JWE_TRIES_MAX; i++) {
        const okta_decryption_key *key = opener->keys[i];
        const char *kid = okta_decryption_key_kid(key);

        if (jwe->kid && (strlen(kid) != jwe->kid_length || strcmp(kid, jwe->kid) != 0))
            continue;
        found.knows_kid = true;
        if (okta_decryption_key_fits(key, jwe->wrapping, jwe->wrapped.bytes, jwe->wrapped.length) &&
            !is_among(&found, key))
            found.keys[found.count++] = key;
    }
    return found;
}

static okta_opening try_key(const okta_jwe *jwe, const okta_decryption_key *key, char *plain,
                            size_t *length)
{
    unsigned char cek[OKTA_CEK_MAX];
    okta_opening opening = OKTA_OPENING_FAILED;
    okta_crypto_errors errors;

    okta_crypto_errors_begin(&errors);
    if (okta_decryption_key_unwrap(key, jwe->wrapping, jwe->wrapped.bytes, jwe->wrapped.length, cek,
                                   jwe->encryption->key_bytes))
        opening =
            okta_content_open(jwe->encryption, cek, &jwe->content, (unsigned char *)plain, length);
    OPENSSL_cleanse(cek, sizeof(cek));
    if (okta_crypto_errors_end(&errors) == OKTA_CRYPTO_LEFT_NO_MEMORY && opening == OKTA_CLOSED)
        opening = OKTA_OPENING_FAILED;
    return opening;
}

static okta_reason decrypt(const okta_jwe *jwe, const candidates *found, okta_opened *opened,
                           okta_result *result)
{
    const size_t room = jwe->content.text.length + 17;
    bool failed = false;

    opened->token = malloc(room);
    if (!opened->token)
        return okta_result_set(result, OKTA_OUT_OF_MEMORY, "out of memory");
    for (size_t i = 0; i < found->count; i++) {
        okta_opening opening = try_key(jwe, found->keys[i], opened->token, &opened->length);

        if (opening == OKTA_OPENED) {
            opened->token[opened->length] = '\0';
            opened->key = found->keys[i];
            return OKTA_OK;
        }
        failed |= opening == OKTA_OPENING_FAILED;
    }
    free(opened->token);
    *opened = (okta_opened){NULL, 0, NULL};
    return failed ? okta_result_set(result, OKTA_OUT_OF_MEMORY, "OpenSSL failed to decrypt")
                  : okta_result_set(result, OKTA_TOKEN_UNDECRYPTABLE,
                                    "it was not encrypted to the key, or was changed since");
}

static okta_reason open_split(const okta_opener *opener, okta_jwe *jwe, okta_opened *opened,
                              okta_result *result)
{
    okta_reason reason = okta_jwe_read_header(jwe, result);
    candidates found;

    if (reason != OKTA_OK)
        return reason;
    found = candidates_for(jwe, opener);
    if (found.count == 0 && !found.knows_kid)
        return refuse(result, OKTA_TOKEN_UNDECRYPTABLE, "no decryption key has this kid");
    if (found.count == 0)
        return okta_result_set(result, OKTA_TOKEN_UNDECRYPTABLE,
                               "no decryption key%s serves %s with an encrypted key of %zu bytes",
                               jwe->kid ? " of this kid" : "", jwe->wrapping->name,
                               jwe->wrapped.length);
    if (opener->may_work && !opener->may_work(opener->baton))
        return okta_result_set(result, OKTA_DECRYPTION_BUSY,
                               "too many tokens are being decrypted, most of them in vain");
    return decrypt(jwe, &found, opened, result);
}

static okta_reason open_token(const okta_opener *opener, const char *token, size_t length,
                              const okta_trace *trace, okta_opened *opened, okta_result *result)
{
    okta_reason reason;
    okta_jwe jwe;

    reason = okta_jwe_split(&jwe, token, length, result);
    if (reason == OKTA_OK)
        reason = open_split(opener, &jwe, opened, result);
    if (reason == OKTA_OK)
        reason = okta_trace_seen(trace, result, "%s, %s, key \"%.64s\"", jwe.wrapping->name,
                                 jwe.encryption->name, okta_decryption_key_kid(opened->key));
    okta_jwe_clear(&jwe);
    return reason;
}

okta_reason okta_jwe_open(const okta_opener *opener, const char *token, size_t length,
                          const okta_trace *trace, okta_opened *opened, okta_result *result)
{
    okta_reason reason;

    *opened = (okta_opened){NULL, 0, NULL};
    okta_result_init(result);
    if (opener->count == 0) {
        okta_result_set(result, OKTA_TOKEN_ENCRYPTED,
                        "five parts: an encrypted token, and there is no key to decrypt it "
                        "(OktaDecryptionKey)");
        return okta_trace_report(trace, OKTA_CHECK_SHAPE, OKTA_TOKEN_ENCRYPTED, result);
    }
    reason = open_token(opener, token, length, trace, opened, result);
    result->reason = reason;
    return okta_trace_report(trace, OKTA_CHECK_DECRYPTION, reason, result);
}

void okta_opened_clear(okta_opened *opened)
{
    if (opened->token)
        OPENSSL_cleanse(opened->token, opened->length);
    free(opened->token);
    *opened = (okta_opened){NULL, 0, NULL};
}

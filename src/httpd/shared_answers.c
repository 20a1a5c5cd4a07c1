/* SPDX-License-Identifier: Apache-2.0 */
#include "httpd/shared_answers.h"

#include "core/monotonic.h"
#include "core/sealed.h"
#include "core/shared_answer.h"
#include "httpd/issuer_counters.h"
#include "httpd/shared_cache.h"
#include "httpd/shared_calls.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

/* httpd's Redis client takes no value of 512 bytes: an answer is kept in pieces. They are cut from
 * one sealed text, so those of two answers together open as little as any other bytes. */
#define PIECE_BYTES 480
#define PIECES_MAX 32
#define WHOLE_MAX ((size_t)PIECES_MAX * PIECE_BYTES)
/* The first piece begins with the length of all. */
#define LENGTH_BYTES 2
#define TEXT_MAX (WHOLE_MAX - LENGTH_BYTES - OKTA_SEALED_EXTRA)
/* Entries outlast what they say, which is what counts. */
#define AFTERLIFE 2
#define PROBE_LIFE 60

static okta_sealer sealer;
static bool can_seal;

static apr_status_t forget(void *unused)
{
    (void)unused;
    OPENSSL_cleanse(&sealer, sizeof(sealer));
    can_seal = false;
    return APR_SUCCESS;
}

int okta_shared_answers_prepare(apr_pool_t *pconf, server_rec *server)
{
    int outcome;

    if (!okta_registry_get()->introspects)
        return OK;
    outcome = okta_shared_cache_sealer(
        server, "introspection", "answers of introspection are not shared", &sealer, &can_seal);
    apr_pool_pre_cleanup_register(pconf, NULL, forget);
    return outcome;
}

/* What an answer is about: a MAC of kind, token and issuer. Its pieces are numbered. */
typedef struct subject {
    unsigned char mac[OKTA_SEALED_NAME_BYTES];
} subject;

static bool describe(const okta_question *question, subject *about)
{
    const char *issuer = question->issuer->url;
    const size_t length = strlen(issuer);
    unsigned char *text = malloc(1 + OKTA_DIGEST_BYTES + length + 1);
    bool done;

    if (!text)
        return false;
    text[0] = question->kind == OKTA_VERDICT_ON_OPAQUE ? 'o' : 's';
    memcpy(text + 1, question->digest, OKTA_DIGEST_BYTES);
    memcpy(text + 1 + OKTA_DIGEST_BYTES, issuer, length + 1);
    done = okta_sealed_name(&sealer, text, 1 + OKTA_DIGEST_BYTES + length, about->mac);
    free(text);
    return done;
}

static bool name_piece(const subject *about, size_t number,
                       unsigned char name[OKTA_SEALED_NAME_BYTES])
{
    unsigned char text[OKTA_SEALED_NAME_BYTES + 1];

    memcpy(text, about->mac, OKTA_SEALED_NAME_BYTES);
    text[OKTA_SEALED_NAME_BYTES] = (unsigned char)number;
    return okta_sealed_name(&sealer, text, sizeof(text), name);
}

static size_t piece_at(size_t at, size_t whole)
{
    return whole - at < PIECE_BYTES ? whole - at : PIECE_BYTES;
}

/* An answer on its way to the store or from there. */
typedef struct parcel {
    subject about;
    int64_t end;   /* on its way there: until when it counts; from there: by okta_monotonic, how
                      long somebody waits for it */
    size_t length; /* of bytes; 0: there is none */
    unsigned char bytes[WHOLE_MAX];
} parcel;

/* Providers say that an entry is absent also where they do not reach the store: one that was left
 * alone has to take a piece before it is one that answers. */
static bool is_alive(apr_pool_t *pool)
{
    static const char word[] = "probe";
    unsigned char name[OKTA_SEALED_NAME_BYTES], piece[PIECE_BYTES] = {0};

    return !okta_shared_calls_are_left(OKTA_SHARED_ANSWERS) ||
           (okta_sealed_name(&sealer, word, sizeof(word), name) &&
            okta_shared_cache_put(name, apr_time_sec(apr_time_now()) + PROBE_LIFE, piece,
                                  sizeof(piece), pool) == APR_SUCCESS);
}

/* Piece by piece. What does not fit together is no answer. */
static bool fetch(void *data, apr_pool_t *pool)
{
    unsigned char name[OKTA_SEALED_NAME_BYTES], piece[PIECE_BYTES];
    size_t whole = 0, at = 0;
    parcel *p = data;

    p->length = 0;
    if (!is_alive(pool))
        return false;
    for (size_t number = 0; number == 0 || at < whole; number++) {
        size_t length = sizeof(piece);
        apr_status_t status = APR_ENOMEM;

        if (okta_monotonic() > p->end)
            return false;
        if (name_piece(&p->about, number, name))
            status = okta_shared_cache_get(name, piece, &length, pool);
        if (APR_STATUS_IS_NOTFOUND(status) || APR_STATUS_IS_ENOMEM(status))
            return true;
        if (status != APR_SUCCESS)
            return false;
        if (number == 0 && length > LENGTH_BYTES)
            whole = (size_t)piece[0] << 8 | piece[1];
        if (whole < LENGTH_BYTES || whole > WHOLE_MAX || length != piece_at(at, whole))
            return true;
        memcpy(p->bytes + at, piece, length);
        at += length;
    }
    p->length = whole;
    return true;
}

static bool is_over(const parcel *p)
{
    return p->end <= apr_time_sec(apr_time_now());
}

/* Nothing was asked: one that was left alone is not found to answer by that. */
static bool ask_nothing(void)
{
    return !okta_shared_calls_are_left(OKTA_SHARED_ANSWERS);
}

/* The first piece comes last: who finds it finds the others. What ended while it waited for the
 * store goes no further, and is nobody's fault. */
static bool deliver(void *data, apr_pool_t *pool)
{
    unsigned char name[OKTA_SEALED_NAME_BYTES], *sealed;
    parcel *p = data;
    const size_t whole = LENGTH_BYTES + p->length + OKTA_SEALED_EXTRA;
    bool done;

    if (p->length > TEXT_MAX || is_over(p) || !name_piece(&p->about, 0, name))
        return ask_nothing();
    sealed = malloc(whole);
    if (!sealed)
        return ask_nothing();
    sealed[0] = (unsigned char)(whole >> 8);
    sealed[1] = (unsigned char)whole;
    done = okta_seal(&sealer, name, p->end, p->bytes, p->length, sealed + LENGTH_BYTES);
    for (size_t number = (whole + PIECE_BYTES - 1) / PIECE_BYTES; done && number > 0; number--) {
        const size_t at = (number - 1) * PIECE_BYTES;

        if (is_over(p))
            break;
        done = name_piece(&p->about, number - 1, name) &&
               okta_shared_cache_put(name, p->end + AFTERLIFE, sealed + at, piece_at(at, whole),
                                     pool) == APR_SUCCESS;
    }
    free(sealed);
    return done;
}

/* What still counts here. Claims that are no use are freed. */
static bool read_answer(const okta_question *question, const unsigned char *text, size_t length,
                        okta_told *told, apr_time_t *asked_at, okta_result *result)
{
    const apr_time_t now = apr_time_now();
    okta_shared_answer answer;

    if (!okta_shared_answer_read(text, length, question->issuer->url, now, &answer, result))
        return false;
    *told = (okta_told){.reason = answer.reason, .claims = answer.claims, .end = answer.end};
    *asked_at = answer.asked_at;
    if (question->kind == OKTA_VERDICT_ON_STATE) {
        okta_claims_free(told->claims);
        told->claims = NULL;
    }
    if ((!told->claims || okta_result_fits(told->claims)) &&
        *asked_at + okta_result_time(question, *asked_at, told) > now)
        return true;
    okta_claims_free(told->claims);
    return false;
}

static bool open_parcel(const okta_question *question, const parcel *p, okta_told *told,
                        apr_time_t *asked_at, okta_result *result)
{
    unsigned char name[OKTA_SEALED_NAME_BYTES];
    unsigned char *text = malloc(p->length);
    okta_told read = {.end = OKTA_NO_END};
    okta_result said;
    size_t length;
    bool good;

    okta_result_init(&said);
    good = text && name_piece(&p->about, 0, name) &&
           okta_unseal(&sealer, name, apr_time_sec(apr_time_now()), p->bytes + LENGTH_BYTES,
                       p->length - LENGTH_BYTES, text, &length) == OKTA_UNSEALED_GOOD &&
           read_answer(question, text, length, &read, asked_at, &said);
    free(text);
    if (good) {
        *told = read;
        *result = said;
    }
    return good;
}

bool okta_shared_answer_find(apr_pool_t *pool, const okta_question *question, okta_told *told,
                             apr_time_t *asked_at, okta_result *result)
{
    parcel *p;

    if (!can_seal || question->issuer->settings.introspection_cache <= 0)
        return false;
    p = apr_palloc(pool, sizeof(*p));
    p->end = okta_monotonic() + OKTA_SHARED_ANSWER_PATIENCE;
    if (!describe(question, &p->about) ||
        okta_shared_call_run(OKTA_SHARED_ANSWERS, fetch, p, sizeof(*p)) != OKTA_CALL_DONE ||
        p->length == 0 || !open_parcel(question, p, told, asked_at, result))
        return false;
    okta_issuer_count(question->issuer, OKTA_ISSUER_ANSWERS_SHARED);
    return true;
}

void okta_shared_answer_put(const okta_question *question, apr_time_t asked_at,
                            const okta_told *told)
{
    const okta_shared_answer answer = {
        .reason = told->reason,
        /* of a token whose own claims count no more than its state */
        .claims = question->kind == OKTA_VERDICT_ON_OPAQUE ? told->claims : NULL,
        .end = told->end,
        .asked_at = asked_at};
    parcel *p;

    if (!can_seal || (told->reason != OKTA_OK && told->reason != OKTA_TOKEN_INACTIVE))
        return;
    p = malloc(sizeof(*p));
    if (!p)
        return;
    p->end = apr_time_sec(asked_at + okta_result_time(question, asked_at, told));
    p->length = okta_shared_answer_write(&answer, p->bytes, TEXT_MAX);
    if (p->length > 0 && !is_over(p) && describe(question, &p->about))
        okta_shared_call_begin(OKTA_SHARED_ANSWERS, deliver, p,
                               offsetof(parcel, bytes) + p->length);
    free(p);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/nonce.h"
#include "unit.h"

#include <string.h>

#define START INT64_C(1795445100) /* the beginning of a period */

static okta_nonces nonces_of(unsigned char byte)
{
    okta_nonces nonces;

    memset(nonces.secret, byte, sizeof(nonces.secret));
    return nonces;
}

static okta_nonce_verdict judge(const okta_nonces *nonces, int64_t made, int64_t now)
{
    char nonce[OKTA_NONCE_LENGTH + 1];

    need(okta_nonce_write(nonces, made, nonce), "no nonce");
    check(strlen(nonce) == OKTA_NONCE_LENGTH, "%zu characters", strlen(nonce));
    return okta_nonce_check(nonces, nonce, strlen(nonce), now);
}

rule(a_nonce_is_good_in_its_period_and_the_next)
{
    const okta_nonces nonces = nonces_of(1);
    const struct {
        int64_t made, now;
        okta_nonce_verdict verdict;
    } rows[] = {
        {0, 0, OKTA_NONCE_NEWEST},     {0, 239, OKTA_NONCE_NEWEST},
        {0, 240, OKTA_NONCE_OLD}, /* the next one is handed out */
        {0, 300, OKTA_NONCE_OLD},      {0, 599, OKTA_NONCE_OLD},
        {0, 600, OKTA_NONCE_BAD},      {240, 240, OKTA_NONCE_NEWEST},
        {240, 300, OKTA_NONCE_NEWEST}, {240, 899, OKTA_NONCE_OLD},
        {240, 900, OKTA_NONCE_BAD},    {600, 0, OKTA_NONCE_BAD},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        okta_nonce_verdict verdict = judge(&nonces, START + rows[i].made, START + rows[i].now);

        check(verdict == rows[i].verdict, "made at %d, now %d: %d", (int)rows[i].made,
              (int)rows[i].now, (int)verdict);
    }
}

rule(a_nonce_of_another_secret_is_bad)
{
    const okta_nonces ours = nonces_of(1), theirs = nonces_of(2);
    char nonce[OKTA_NONCE_LENGTH + 1];

    need(okta_nonce_write(&theirs, START, nonce), "no nonce");
    check(okta_nonce_check(&ours, nonce, OKTA_NONCE_LENGTH, START) == OKTA_NONCE_BAD, "good");
}

rule(every_character_of_a_nonce_counts)
{
    const okta_nonces nonces = nonces_of(3);
    char nonce[OKTA_NONCE_LENGTH + 1];

    need(okta_nonce_write(&nonces, START, nonce), "no nonce");
    for (size_t i = 0; i < OKTA_NONCE_LENGTH; i++) {
        char right = nonce[i];

        nonce[i] = right == 'A' ? 'B' : 'A';
        check(okta_nonce_check(&nonces, nonce, OKTA_NONCE_LENGTH, START) == OKTA_NONCE_BAD,
              "character %zu does not count", i);
        nonce[i] = right;
    }
    for (size_t length = 0; length < OKTA_NONCE_LENGTH; length++)
        check(okta_nonce_check(&nonces, nonce, length, START) == OKTA_NONCE_BAD, "%zu of it",
              length);
}

rule(secrets_come_by_chance)
{
    okta_nonces a = {{0}}, b = {{0}};

    need(okta_nonces_init(&a) && okta_nonces_init(&b), "no random bytes");
    check(memcmp(&a, &b, sizeof(a)) != 0, "the same secret twice");
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/shared_answer.h"

#include "../oracle.h"
#include "fuzz.h"

#define NOW (FUZZ_NOW * 1000000)
#define HEAD 9

static json_t *claims_of(const okta_shared_answer *answer)
{
    json_t *claims = okta_value_to_json(okta_claims_root(answer->claims));

    hold(claims);
    return claims;
}

/* Handed on once more it says the same. */
static void hold_again(const okta_shared_answer *answer, size_t length)
{
    const size_t room = 8 * length + 256;
    unsigned char *bytes = malloc(room);
    json_t *one = NULL, *other = NULL;
    okta_shared_answer again;
    okta_result result;
    size_t size;

    hold(bytes);
    size = okta_shared_answer_write(answer, bytes, room);
    hold(size > 0);
    okta_result_init(&result);
    hold(okta_shared_answer_read(bytes, size, FUZZ_ISSUER, NOW, &again, &result));
    hold(again.reason == answer->reason && again.end == answer->end &&
         again.asked_at == answer->asked_at && !again.claims == !answer->claims);
    if (answer->claims) {
        one = claims_of(answer);
        other = claims_of(&again);
        hold(json_equal(one, other));
    }
    json_decref(one);
    json_decref(other);
    okta_claims_free(again.claims);
    free(bytes);
}

/* What another host hands on, when it is unsealed: whatever is read, its JSON says. */
FUZZ_TARGET("shared_answer")
{
    json_t *said = length >= HEAD ? oracle_document(input + HEAD, length - HEAD) : NULL;
    okta_shared_answer answer;
    okta_result result;
    bool good;

    okta_result_init(&result);
    good = okta_shared_answer_read((const unsigned char *)input, length, FUZZ_ISSUER, NOW, &answer,
                                   &result);
    hold(good || !answer.claims);
    if (good) {
        const json_t *active = json_object_get(said, "active");

        hold(input[0] == 1 && said);
        hold(answer.asked_at > 0 && answer.asked_at <= NOW);
        hold(answer.reason == OKTA_OK
                 ? json_is_true(active) && answer.claims
                 : answer.reason == OKTA_TOKEN_INACTIVE && json_is_false(active) && !answer.claims);
        hold(answer.end == OKTA_NO_END || json_is_number(json_object_get(said, "exp")));
        hold_again(&answer, length);
    }
    okta_claims_free(answer.claims);
    json_decref(said);
    return good;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/verify.h"
#include "world.h"

#include <string.h>

/* tests/vectors: each file names its source, holds the keys as a JWKS and says what becomes of the
 * token. */
static const char *const vectors[] = {
    "rfc7515-a1",  "rfc7515-a2",  "rfc7515-a3",        "rfc7515-a4",  "rfc7515-a5",  "rfc7515-e",
    "rfc7520-4.1", "rfc7520-4.2", "rfc7520-4.3",       "rfc7520-4.4", "rfc7520-4.5", "rfc7520-4.6",
    "rfc7520-4.7", "rfc7520-4.8", "rfc7520-4.8-rs256", "rfc8037-a",
};

static json_t *load(const char *name, okta_keyset **keys, const char **token, const char **reason,
                    const char **alg)
{
    size_t length;
    char *content = read_file(text("tests/vectors/%s.json", name), &length);
    json_t *vector = json_loadb(content, length, JSON_REJECT_DUPLICATES, NULL);

    need(vector, "%s", name);
    *keys = okta_keyset_parse(content, length, NULL, NULL, NULL, NULL);
    *token = json_string_value(json_object_get(vector, "token"));
    *reason = json_string_value(json_object_get(vector, "reason"));
    *alg = json_string_value(json_object_get(vector, "alg"));
    need(*token && *reason && *alg && json_object_get(vector, "source"), "%s", name);
    return vector;
}

rule(each_rfcs_example_is_judged_as_it_says)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const char *token, *reason, *alg;
        okta_keyset *own;
        json_t *vector = load(vectors[i], &own, &token, &reason, &alg);
        okta_keyset *keys = own ? own : okta_keyset_ref(world_keys());
        okta_reason found;

        check((own == NULL) == (strcmp(alg, "HS256") == 0), "%s: symmetric keys make no set",
              vectors[i]);
        found = okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, token, strlen(token), NULL, &last);
        check(strcmp(okta_reason_tag(found), reason) == 0, "%s: %s (%s), expected %s", vectors[i],
              okta_reason_tag(found), last.detail, reason);
        okta_keyset_unref(keys);
        json_decref(vector);
    }
}

rule(each_example_is_lost_with_any_character_of_its_signature)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const char *token, *reason, *alg;
        okta_keyset *keys;
        json_t *vector = load(vectors[i], &keys, &token, &reason, &alg);
        char *bad = text("%s", token), *signature = strrchr(bad, '.');
        size_t length = strlen(bad);

        for (size_t at = signature ? (size_t)(signature - bad) + 1 : length; keys && at < length;
             at += 5) {
            char before = bad[at];
            bad[at] = before == 'A' ? 'B' : 'A';
            check(okta_verify_signature(OKTA_ALGORITHMS_ALL, keys, bad, length, NULL, &last) !=
                      OKTA_OK,
                  "%s at %zu", vectors[i], at);
            bad[at] = before;
        }
        okta_keyset_unref(keys);
        json_decref(vector);
    }
}

rule(an_example_passes_for_its_own_algorithm_alone)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const char *token, *reason, *alg;
        okta_keyset *keys;
        json_t *vector = load(vectors[i], &keys, &token, &reason, &alg);

        for (unsigned int id = 0; keys && id < OKTA_ALGORITHM_COUNT; id++) {
            bool own = strcmp(okta_algorithm_by_id((okta_algorithm_id)id)->name, alg) == 0;
            bool good = okta_verify_signature(OKTA_ALGORITHM_BIT(id), keys, token, strlen(token),
                                              NULL, &last) == OKTA_OK;
            check(good == (own && strcmp(reason, "ok") == 0), "%s by %s", vectors[i],
                  okta_algorithm_by_id((okta_algorithm_id)id)->name);
        }
        okta_keyset_unref(keys);
        json_decref(vector);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_keys.h"

#include "cli/answer.h"
#include "cli/input.h"
#include "core/issuer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void tell_dropped(void *baton, const char *kid, const char *why)
{
    okta_findings *f = baton;

    okta_found(f, OKTA_LEVEL_WARNING, "keys", "the key with kid \"%s\" is left out: %s", kid, why);
    okta_findings_remedy(f, "tell the issuer's administrator: tokens that are signed with it are "
                            "refused");
}

static void list_algorithms(okta_algorithm_set set, char *text, size_t size)
{
    text[0] = '\0';
    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++) {
        size_t used = strlen(text);

        if (set & OKTA_ALGORITHM_BIT(id))
            okta_text_format(text + used, size - used, "%s%s", used ? " " : "",
                             okta_algorithm_by_id((okta_algorithm_id)id)->name);
    }
}

static okta_algorithm_set algorithms_of(const okta_keyset *keys)
{
    okta_algorithm_set set = 0;

    for (int id = 0; id < OKTA_ALGORITHM_COUNT; id++) {
        const okta_key *key;
        okta_reason found =
            okta_keyset_find(keys, NULL, 0, okta_algorithm_by_id((okta_algorithm_id)id), &key);

        /* ambiguous: there are several */
        if (found == OKTA_OK || found == OKTA_KEY_AMBIGUOUS)
            set |= OKTA_ALGORITHM_BIT(id);
    }
    return set;
}

static bool is_used_by(const okta_setup_place *place, const okta_setup_issuer *issuer)
{
    return okta_strings_contain(&place->policy.issuers, issuer->url, strlen(issuer->url));
}

static void check_algorithms(okta_findings *f, const okta_setup *setup,
                             const okta_setup_issuer *issuer)
{
    const okta_algorithm_set theirs = algorithms_of(issuer->keys.set);
    char their_names[128], our_names[128];
    bool all = true;

    list_algorithms(theirs, their_names, sizeof(their_names));
    for (size_t i = 0; i < setup->place_count; i++) {
        const okta_setup_place *place = &setup->places[i];

        if (!is_used_by(place, issuer) || (place->policy.algorithms & theirs))
            continue;
        all = false;
        list_algorithms(place->policy.algorithms, our_names, sizeof(our_names));
        okta_found(f, OKTA_LEVEL_FAILURE, "algorithms",
                   "the issuer's keys are for %s, and %s%saccepted %s %s", their_names,
                   place->section, *place->section ? " has as " : "", *place->section ? ":" : "is",
                   our_names);
        okta_findings_remedy(f, "set %s %s",
                             okta_setup_word(setup, "OktaAlgorithms", "--algorithms"), their_names);
    }
    if (all)
        okta_found(f, OKTA_LEVEL_OK, "algorithms", "the keys are for %s", their_names);
}

static void check_max_age(okta_findings *f, int64_t max_age)
{
    if (max_age > 0) {
        okta_found(f, OKTA_LEVEL_OK, "cache", "the keys are good for %" PRId64 " s (Cache-Control)",
                   max_age);
    } else if (max_age < 0) {
        okta_found(f, OKTA_LEVEL_OK, "cache",
                   "Cache-Control does not say for how long; httpd takes one hour");
    } else {
        okta_found(f, OKTA_LEVEL_WARNING, "cache",
                   "Cache-Control forbids to keep the keys; httpd keeps them all the same, for the "
                   "least time of OktaKeyRefresh");
        okta_findings_remedy(f, "ask the issuer's administrator for a max-age; raise the first "
                                "value of OktaKeyRefresh if the issuer limits the rate");
    }
}

static bool take_keys(okta_findings *f, okta_setup_issuer *issuer, const char *text, size_t length)
{
    okta_error error = {""};
    okta_value *jwks = NULL;
    okta_keyset *set = okta_keyset_parse(text, length, tell_dropped, f, &jwks, &error);

    if (set) {
        okta_keys_list(&issuer->keys, set, jwks);
        okta_found(f, OKTA_LEVEL_OK, "keys", "%zu usable: %s", okta_keyset_count(set),
                   issuer->keys.kids);
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "keys", "no usable key: %s", error.text);
        okta_findings_remedy(f, issuer->jwks_file
                                    ? "put the issuer's key set into the file of OktaJwksFile, as "
                                      "its jwks_uri has it"
                                    : "tell the issuer's administrator: RSA keys of 2048 bits or "
                                      "more, or EC keys, for signatures, are needed");
    }
    okta_keyset_unref(set);
    free(jwks);
    return set != NULL;
}

void okta_check_keys(okta_findings *f, const okta_setup *setup, okta_setup_issuer *issuer,
                     const char *jwks_uri)
{
    okta_answer answer;

    if (!issuer->jwks_uri && !okta_same_origin(issuer->url, jwks_uri)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "keys",
                   "the metadata lead to another host for the keys: \"%s\"", jwks_uri);
        okta_findings_remedy(f, "if that is right, set OktaJwksUri %s", jwks_uri);
        return;
    }
    okta_answer_get(&answer, &issuer->network, jwks_uri, NULL, (okta_strings){0, NULL});
    if (!answer.answered || answer.status != 200) {
        okta_found(f, OKTA_LEVEL_FAILURE, "keys", "%s: status %ld%s%s", jwks_uri, answer.status,
                   answer.error.text[0] ? ", " : "", answer.error.text);
        okta_findings_remedy(f, issuer->jwks_uri ? "correct OktaJwksUri"
                                                 : "try again, then tell the issuer's "
                                                   "administrator");
    } else if (take_keys(f, issuer, answer.body, answer.length)) {
        check_max_age(f, answer.max_age);
        check_algorithms(f, setup, issuer);
    }
    okta_answer_clear(&answer);
}

/* What the issuer publishes, beside a file. */
typedef struct comparison {
    const okta_keyset *ours;
    bool good;
    okta_error why;
    char missing[256]; /* kids that are not in the file */
} comparison;

static void note_missing(comparison *c, const okta_value *jwk)
{
    const char *kid = okta_value_text(jwk, "kid");
    size_t used = strlen(c->missing);
    const okta_key *key;
    char shown[80];

    if (!kid || okta_keyset_find(c->ours, kid, strlen(kid), okta_algorithm_by_id(OKTA_RS256),
                                 &key) != OKTA_KID_UNKNOWN)
        return;
    okta_text_copy(shown, sizeof(shown), kid, strlen(kid));
    okta_text_format(c->missing + used, sizeof(c->missing) - used, "%s\"%s\"", used ? ", " : "",
                     shown);
}

static void came(void *baton, const okta_discovery_result *result)
{
    comparison *c = baton;
    const okta_value *list;

    c->good = result->good;
    c->why = result->error;
    if (!result->good)
        return;
    list = okta_value_member(result->jwks, "keys");
    for (uint32_t i = 0; i < list->length; i++)
        note_missing(c, &list->as.children[i]);
}

static void compare(okta_findings *f, const okta_setup_issuer *issuer)
{
    comparison c = {.ours = issuer->keys.set};
    okta_discovery_request request = {.issuer = issuer->url};

    okta_network_discover(&issuer->network, &request, came, &c, &c.why);
    if (!c.good) {
        okta_found(f, OKTA_LEVEL_OK, "jwks-file",
                   "whether these are still the issuer's keys could not be seen: %s", c.why.text);
    } else if (c.missing[0]) {
        okta_found(f, OKTA_LEVEL_FAILURE, "jwks-file",
                   "it is out of date: the issuer has the keys %s, which are not in it", c.missing);
        okta_findings_remedy(f,
                             "replace \"%s\" by the issuer's key set and run apachectl graceful; "
                             "without OktaJwksFile httpd fetches the keys itself",
                             issuer->jwks_file);
    } else {
        okta_found(f, OKTA_LEVEL_OK, "jwks-file", "it has the keys that the issuer has today");
    }
}

void okta_check_jwks_file(okta_findings *f, const okta_setup *setup, okta_setup_issuer *issuer)
{
    okta_input file;
    char name[300];

    okta_text_format(name, sizeof(name), "OktaJwksFile \"%s\"", issuer->jwks_file);
    if (!okta_input_file(&file, issuer->jwks_file, name)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "jwks-file", "\"%s\" cannot be read", issuer->jwks_file);
        okta_findings_remedy(f, "run this as the user that may read it");
    } else if (take_keys(f, issuer, file.bytes, file.length)) {
        check_algorithms(f, setup, issuer);
        compare(f, issuer);
    }
    okta_input_clear(&file);
}

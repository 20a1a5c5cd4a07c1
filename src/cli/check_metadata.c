/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_metadata.h"

#include "cli/clock.h"
#include "core/issuer.h"
#include "core/metadata.h"
#include "core/reader.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define CLOCK_TO_WARN 5 /* seconds; Date itself is a second or two old */

bool okta_is_of_okta(const char *url)
{
    static const char *const ends[] = {".okta.com", ".oktapreview.com", ".okta-emea.com",
                                       ".okta-gov.com", ".okta.mil"};
    size_t origin = okta_origin_length(url);

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t length = strlen(ends[i]);

        if (origin > length && strncasecmp(url + origin - length, ends[i], length) == 0)
            return true;
    }
    return false;
}

static int64_t least_skew(const okta_setup *setup)
{
    int64_t least = OKTA_SKEW_MAX;

    for (size_t i = 0; i < setup->place_count; i++)
        if (setup->places[i].policy.skew < least)
            least = setup->places[i].policy.skew;
    return least;
}

void okta_check_clock(okta_findings *f, const okta_setup *setup, const okta_answer *answer)
{
    char date[64], length[OKTA_TIME_BYTES];
    time_t theirs = curl_getdate(okta_answer_field(answer, "Date", date, sizeof(date)), NULL);
    int64_t ahead = answer->came_at - (int64_t)theirs, away = ahead < 0 ? -ahead : ahead;

    if (theirs == (time_t)-1)
        return;
    if (away <= CLOCK_TO_WARN) {
        okta_found(f, OKTA_LEVEL_OK, "clock", "it agrees with the issuer's");
        return;
    }
    okta_found(f, away > least_skew(setup) ? OKTA_LEVEL_FAILURE : OKTA_LEVEL_WARNING, "clock",
               "this machine's is %s %s the issuer's", okta_time_length(ahead, length),
               ahead < 0 ? "behind" : "ahead of");
    okta_findings_remedy(
        f, "run an NTP client (timedatectl set-ntp true); %s bridges %" PRId64 " s and is no cure",
        okta_setup_word(setup, "OktaClockSkew", "--skew"), least_skew(setup));
}

/* OpenID Connect Discovery appends to the issuer; RFC 8414 section 3.1 inserts. */
static void address_of(const char *issuer, bool inserted, char *url, size_t size)
{
    size_t origin = okta_origin_length(issuer), length = strlen(issuer);

    if (length > origin && issuer[length - 1] == '/')
        length--;
    if (inserted)
        okta_text_format(url, size, "%.*s/.well-known/oauth-authorization-server%.*s", (int)origin,
                         issuer, (int)(length - origin), issuer + origin);
    else
        okta_text_format(url, size, "%.*s/.well-known/openid-configuration", (int)length, issuer);
}

static void remedy_of_issuer(okta_findings *f, const okta_setup *setup, const char *ours,
                             const char *theirs)
{
    const char *word = okta_setup_word(setup, "OktaIssuer", "--issuer");
    size_t origin = okta_origin_length(ours), their_origin = okta_origin_length(theirs);
    size_t length = strlen(ours), their_length = strlen(theirs);

    if (length + 1 == their_length && strncmp(ours, theirs, length) == 0 && theirs[length] == '/')
        okta_findings_remedy(f, "write the slash at the end: %s %s", word, theirs);
    else if (their_length + 1 == length && strncmp(ours, theirs, their_length) == 0)
        okta_findings_remedy(f, "leave out the slash at the end: %s %s", word, theirs);
    else if (strcmp(ours + origin, theirs + their_origin) == 0 &&
             okta_is_of_okta(ours) != okta_is_of_okta(theirs))
        okta_findings_remedy(
            f,
            "one is the custom domain and the other the Okta domain; write the one "
            "that tokens have as iss: %s %s, or change it in Okta (Security > API "
            "> the server > Settings > Issuer)",
            word, theirs);
    else
        okta_findings_remedy(f, "write the issuer as it names itself, if you trust it: %s %s", word,
                             theirs);
}

static bool check_issuer_of(okta_findings *f, const okta_setup *setup, const char *ours,
                            const okta_value *document)
{
    const char *theirs = okta_value_text(document, "issuer");

    if (!theirs) {
        okta_found(f, OKTA_LEVEL_FAILURE, "issuer", "the metadata name no issuer");
        okta_findings_remedy(f, "correct %s: this is no authorization server",
                             okta_setup_word(setup, "OktaIssuer", "--issuer"));
        return false;
    }
    if (strcmp(theirs, ours) == 0) {
        okta_found(f, OKTA_LEVEL_OK, "issuer", "the metadata name the same one, byte by byte");
        return true;
    }
    okta_found(f, OKTA_LEVEL_FAILURE, "issuer", "the metadata name another one: \"%s\"", theirs);
    remedy_of_issuer(f, setup, ours, theirs);
    return false;
}

static bool judge_document(okta_findings *f, const okta_setup *setup,
                           const okta_setup_issuer *issuer, const okta_answer *answer,
                           okta_endpoints *endpoints)
{
    okta_error error = {""};
    okta_value *document = okta_read_document(answer->body, answer->length, &error);
    okta_metadata metadata;
    bool good = false;

    if (!document) {
        okta_found(f, OKTA_LEVEL_FAILURE, "metadata", "it is no JSON object: %s", error.text);
        okta_findings_remedy(f,
                             "correct %s; if it is right, something in between answers in place "
                             "of the issuer (a proxy, a login page)",
                             okta_setup_word(setup, "OktaIssuer", "--issuer"));
    } else if (check_issuer_of(f, setup, issuer->url, document)) {
        good = okta_metadata_parse(&metadata, answer->body, answer->length, issuer->url,
                                   issuer->network.insecure_http, &error);
        if (!good) {
            okta_found(f, OKTA_LEVEL_FAILURE, "metadata", "%s", error.text);
            okta_findings_remedy(f, "tell the issuer's administrator");
        } else {
            okta_text_format(endpoints->jwks_uri, sizeof(endpoints->jwks_uri), "%s",
                             metadata.jwks_uri);
            okta_text_format(endpoints->introspection, sizeof(endpoints->introspection), "%s",
                             metadata.introspection_endpoint ? metadata.introspection_endpoint
                                                             : "");
            okta_metadata_clear(&metadata);
        }
    }
    free(document);
    return good;
}

static void explain_status(okta_findings *f, const okta_setup *setup, const okta_answer *answer,
                           const char *url)
{
    char location[300];

    if (!answer->answered) {
        okta_found(f, OKTA_LEVEL_FAILURE, "metadata", "no answer: %s", answer->error.text);
        okta_findings_remedy(f, "see whether curl gets %s; the cause is the same", url);
    } else if (answer->status == 404) {
        okta_found(f, OKTA_LEVEL_FAILURE, "metadata",
                   "status 404 at both addresses, as at %s: no such authorization server", url);
        okta_findings_remedy(
            f,
            "correct the server's id in %s: it is \"default\" or begins with "
            "\"aus\", and stands in Okta under Security > API, in the column "
            "Issuer URI",
            okta_setup_word(setup, "OktaAuthorizationServer or OktaIssuer", "--issuer"));
    } else if (answer->status >= 300 && answer->status < 400) {
        okta_found(f, OKTA_LEVEL_FAILURE, "metadata", "%s redirects to \"%s\"", url,
                   okta_answer_field(answer, "Location", location, sizeof(location)));
        okta_findings_remedy(f, "write the address to which it leads into %s",
                             okta_setup_word(setup, "OktaIssuer", "--issuer"));
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "metadata", "%s: status %ld", url, answer->status);
        okta_findings_remedy(f, answer->status == 429 ? "wait a minute: Okta limits the rate"
                                                      : "try again, then ask the issuer's "
                                                        "administrator");
    }
}

bool okta_check_metadata(okta_findings *f, const okta_setup *setup, const okta_setup_issuer *issuer,
                         okta_endpoints *endpoints)
{
    const okta_strings none = {0, NULL};
    char first[1100], second[1100];
    okta_answer answers[2], *chosen;
    bool good = false;

    address_of(issuer->url, false, first, sizeof(first));
    address_of(issuer->url, true, second, sizeof(second));
    okta_answer_get(&answers[0], &issuer->network, first, NULL, none);
    okta_answer_get(&answers[1], &issuer->network, second, NULL, none);
    /* httpd asks at the second address where the first one has nothing */
    chosen = answers[0].answered && answers[0].status == 404 && answers[1].status != 404
                 ? &answers[1]
                 : &answers[0];
    if (chosen->answered)
        okta_check_clock(f, setup, chosen);
    if (!chosen->answered || chosen->status != 200) {
        explain_status(f, setup, chosen, chosen == answers ? first : second);
    } else {
        okta_found(f, OKTA_LEVEL_OK, "metadata",
                   "openid-configuration: status %ld, "
                   "oauth-authorization-server: status %ld",
                   answers[0].status, answers[1].status);
        good = judge_document(f, setup, issuer, chosen, endpoints);
    }
    okta_answer_clear(&answers[0]);
    okta_answer_clear(&answers[1]);
    return good;
}

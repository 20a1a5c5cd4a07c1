/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_url.h"

#include "cli/answer.h"
#include "cli/check_cors.h"
#include "cli/check_reach.h"
#include "cli/check_resource.h"
#include "cli/dpop_answer.h"
#include "core/reader.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PART_BYTES 12 /* of a token, that no text of ours has by chance */

static const okta_strings no_headers = {0, NULL};

/* Whether a challenge of the answer has the scheme. */
static bool challenges(const okta_answer *answer, const char *scheme)
{
    size_t length = 0;

    for (const char *value = okta_field_next(answer->head, "WWW-Authenticate", &length); value;
         value = okta_field_next(value + length, "WWW-Authenticate", &length))
        if (strncasecmp(value, scheme, strlen(scheme)) == 0)
            return true;
    return false;
}

static bool says(const okta_answer *answer, const char *words)
{
    return strstr(answer->body, words) != NULL || strstr(answer->head, words) != NULL;
}

static void explain_closed(okta_findings *f, const okta_answer *answer)
{
    char location[300];

    if (answer->status >= 300 && answer->status < 400) {
        okta_found(f, OKTA_LEVEL_FAILURE, "access", "the server redirects to \"%s\"",
                   okta_answer_field(answer, "Location", location, sizeof(location)));
        okta_findings_remedy(f, "have clients call that address at once: on the way of a redirect "
                                "to another host or scheme they leave the token behind");
    } else if (answer->status == 500) {
        okta_found(f, OKTA_LEVEL_FAILURE, "access", "the server answers 500");
        okta_findings_remedy(f, "look into the error log; AuthType Okta without a Require is the "
                                "usual cause (AH01627): add Require valid-user");
    } else {
        okta_found(f, OKTA_LEVEL_FAILURE, "access",
                   "without a token the server answers %ld, not 401 with a challenge of "
                   "mod_auth_okta",
                   answer->status);
        okta_findings_remedy(f, answer->status == 401
                                    ? "set AuthType Okta for this address: another AuthType or the "
                                      "back end answers there"
                                    : "correct the address, or see what answers there in place of "
                                      "httpd");
    }
}

/* Of a body that is too long, or has no end, nothing but that is not known. */
static bool is_let_in(const okta_answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

/* Without a token. False: nothing more can be learned. */
static bool check_access(okta_findings *f, const okta_answer *answer)
{
    if (!answer->answered && !is_let_in(answer)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "access", "no answer: %s", answer->error.text);
        okta_findings_remedy(f, "look into the error log of httpd");
        return false;
    }
    if (is_let_in(answer)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "access",
                   "without a token the server answers %ld: anybody gets in", answer->status);
        okta_findings_remedy(f, "write AuthType Okta and Require valid-user into the section that "
                                "holds for this address; Require all granted of another section "
                                "may hold there");
        return answer->answered;
    }
    if (answer->status != 401 || (!challenges(answer, "Bearer") && !challenges(answer, "DPoP"))) {
        explain_closed(f, answer);
        return false;
    }
    okta_found(f, OKTA_LEVEL_OK, "access",
               "without a token the server answers 401, with a "
               "challenge");
    return true;
}

/* Servers that are none of ours may send back what they got. */
static bool holds_part_of(const char *text, const okta_input *token)
{
    char part[PART_BYTES + 1];

    for (size_t at = 0; at + PART_BYTES <= token->length; at += PART_BYTES) {
        okta_text_format(part, sizeof(part), "%s", token->bytes + at);
        if (strstr(text, part))
            return true;
    }
    return false;
}

/* The error_description, if there is one, in reason[size]. */
static void reason_of(const okta_url_case *c, const okta_answer *answer, char *reason, size_t size)
{
    okta_value *body = okta_read_document(answer->body, answer->length, NULL);
    const char *text = okta_value_text(body, "error_description");

    reason[0] = '\0';
    if (text && !holds_part_of(text, c->token)) {
        okta_text_format(reason, size, ": ");
        okta_text_copy(reason + 2, size - 2, text, strlen(text));
    }
    free(body);
}

static void explain_refusal(okta_findings *f, const okta_url_case *c, const okta_answer *answer)
{
    char reason[300];

    reason_of(c, answer, reason, sizeof(reason));
    okta_found(f, OKTA_LEVEL_FAILURE, "answer", "with the token the server answers %ld%s",
               answer->status, reason);
    if (answer->status == 401 && says(answer, "An access token is required"))
        okta_findings_remedy(f, "something between us and httpd takes the Authorization header "
                                "away: have the proxy in front pass it on; in httpd look for "
                                "RequestHeader unset Authorization");
    else if (answer->status == 503 && says(answer, "temporarily_unavailable"))
        okta_findings_remedy(f, "httpd has no keys of the issuer: look for OKTA-KEYS in its error "
                                "log");
    else if (answer->status == 500 && says(answer, "The server is misconfigured"))
        okta_findings_remedy(f, "the place has no issuer or no audience: set OktaAudience there");
    else if (answer->status >= 500)
        okta_findings_remedy(f, "look into the error log of httpd: without an OKTA line there it "
                                "is what httpd passes requests on to that fails");
    else if (answer->status == 403)
        okta_findings_remedy(f, "the token is good and not enough: ask for the scopes that the "
                                "challenge names, or look at the Require lines");
    else if (c->good)
        okta_findings_remedy(f, "httpd judges otherwise than this program: it has not been "
                                "restarted since the configuration changed, or has another "
                                "configuration; its error log names the reason");
    else
        okta_findings_remedy(f, "see the token's own line above");
}

static void check_answer(okta_findings *f, const okta_url_case *c)
{
    char *line = OPENSSL_malloc(c->token->length + 32);
    const char *items[1] = {line};
    okta_answer answer;

    if (!line)
        return;
    okta_text_format(line, c->token->length + 32, "Authorization: Bearer %s", c->token->bytes);
    okta_answer_get(&answer, &c->network, c->url, NULL, (okta_strings){1, items});
    OPENSSL_clear_free(line, c->token->length + 32);
    if (!answer.answered && !is_let_in(&answer)) {
        okta_found(f, OKTA_LEVEL_FAILURE, "answer", "with the token: no answer: %s",
                   answer.error.text);
        okta_findings_remedy(f, "look into the error log of httpd");
    } else if (answer.status == 401 || answer.status == 403 || answer.status == 400 ||
               answer.status >= 500) {
        explain_refusal(f, c, &answer);
    } else {
        okta_found(f, OKTA_LEVEL_OK, "answer", "with the token the server answers %ld",
                   answer.status);
    }
    okta_answer_clear(&answer);
}

/* What a header cannot carry is not sent. */
static bool may_be_sent(const okta_input *token)
{
    for (size_t i = 0; i < token->length; i++)
        if (token->bytes[i] <= ' ' || token->bytes[i] > '~')
            return false;
    return token->length > 0;
}

void okta_check_url(okta_findings *f, const okta_url_case *c)
{
    const okta_way way = {.url = c->url,
                          .network = &c->network,
                          .host_word = "--url",
                          .proxy_word = "--proxy",
                          .ca_word = "--ca",
                          .unanswered = "start httpd, or correct the address of --url"};
    okta_answer answer;

    okta_findings_about(f, "server %s", c->url);
    if (!okta_check_reach(f, &way))
        return;
    okta_answer_get(&answer, &c->network, c->url, NULL, no_headers);
    if (check_access(f, &answer)) {
        okta_check_resource(f, c, &answer);
        if (c->token && may_be_sent(c->token))
            check_answer(f, c);
    }
    if (answer.answered && c->origin)
        okta_check_cors(f, c);
    okta_answer_clear(&answer);
}

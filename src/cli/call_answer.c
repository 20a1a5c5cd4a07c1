/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_answer.h"

#include "cli/dpop_answer.h"
#include "cli/message.h"

#include <stdio.h>
#include <string.h>

/* Header lines of strangers go to terminals. */
static void print_line(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        putchar((line[i] >= 0x20 && line[i] <= 0x7e) || line[i] == '\t' ? line[i] : '?');
    putchar('\n');
}

static void print_head(const char *head, bool all)
{
    for (const char *line = head; *line && (all || line == head);) {
        print_line(line, strcspn(line, "\r\n"));
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    putchar('\n');
}

void okta_call_print(const okta_fetch_response *response, okta_call_parts parts)
{
    size_t length = response->length;

    if (parts != OKTA_CALL_BODY)
        print_head(response->head, parts == OKTA_CALL_ALL);
    (void)fwrite(response->body, 1, length, stdout); /* main looks at what became of it */
    if (parts != OKTA_CALL_BODY && length > 0 && response->body[length - 1] != '\n')
        putchar('\n');
}

static const struct {
    const char *error;
    const char *remedy;
} refusals[] = {
    {"invalid_dpop_proof",
     "the proof was refused: check the clock of this machine (date -u), that the server knows "
     "itself by this address (behind a proxy: OktaPublicUrl), and that the token was asked for "
     "with this key; the server's log names the reason"},
    {"use_dpop_nonce", "the server refused the nonce that it had handed out; try again"},
    {"invalid_token",
     "the token was refused: okta-token verify says why, and the server's log names the reason"},
    {"insufficient_scope",
     "the token is good and not sufficient here: ask for one with the scope that is needed (get "
     "--scope)"},
};

/* RFC 6750 section 3: the error in a challenge. */
static const char *remedy_of(const char *head)
{
    char wanted[64];
    size_t length;

    for (const char *value = okta_field_next(head, "WWW-Authenticate", &length); value;
         value = okta_field_next(value + length, "WWW-Authenticate", &length))
        for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
            okta_text_format(wanted, sizeof(wanted), "error=\"%s\"", refusals[i].error);
            if (memmem(value, length, wanted, strlen(wanted)))
                return refusals[i].remedy;
        }
    return NULL;
}

static void explain_redirect(const okta_fetch_response *response, const char *url)
{
    size_t length = 0;
    const char *target = okta_field_next(response->head, "Location", &length);
    char shown[300];

    okta_text_copy(shown, sizeof(shown), target ? target : "", length);
    if (target)
        okta_complain("%s redirects to \"%s\", which is not followed: the proof is for one "
                      "address; call that one if it is right",
                      url, shown);
}

int okta_call_verdict(const okta_fetch_response *response, const char *url)
{
    const char *remedy = remedy_of(response->head);

    if (response->status >= 200 && response->status < 300)
        return OKTA_EXIT_GOOD;
    if (response->status >= 300 && response->status < 400)
        explain_redirect(response, url);
    else if (response->retry_after >= 0)
        okta_complain("%s answered with status %ld; try again in %lld s", url, response->status,
                      (long long)response->retry_after);
    else if (remedy)
        okta_complain("%s", remedy);
    return response->status >= 400 && response->status < 500 && response->status != 429
               ? OKTA_EXIT_REFUSED
               : OKTA_EXIT_TROUBLE;
}

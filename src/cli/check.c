/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_issuer.h"
#include "cli/check_options.h"
#include "cli/check_revocations.h"
#include "cli/check_state.h"
#include "cli/check_token.h"
#include "cli/check_url.h"
#include "cli/commands.h"
#include "cli/message.h"
#include "core/issuer.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct walk {
    okta_check_options options;
    okta_findings findings;
    okta_setup setup;
    okta_input token;
} walk;

/* Whether a place names it: what only may come together at request time need not be there. */
static bool is_used(const okta_setup *setup, const okta_setup_issuer *issuer)
{
    for (size_t i = 0; i < setup->place_count; i++)
        if (okta_strings_contain(&setup->places[i].policy.issuers, issuer->url,
                                 strlen(issuer->url)))
            return true;
    return false;
}

static void check_issuers(walk *w)
{
    bool none = true;

    for (size_t i = 0; i < w->setup.issuer_count; i++)
        none = none && !is_used(&w->setup, &w->setup.issuers[i]);
    for (size_t i = 0; i < w->setup.issuer_count; i++)
        if (none || is_used(&w->setup, &w->setup.issuers[i]))
            okta_check_issuer(&w->findings, &w->setup, &w->setup.issuers[i]);
}

static void check_places(walk *w)
{
    if (w->setup.place_count)
        return;
    okta_found(&w->findings, OKTA_LEVEL_FAILURE, "configuration",
               "no section has AuthType Okta: nothing is protected");
    okta_findings_remedy(&w->findings,
                         "write AuthType Okta, AuthName and Require valid-user into the section; "
                         ".htaccess files are not looked at, --url sees what they do");
}

/* Where the path goes on behind what a section has; 0: it is not within. */
static size_t depth_of(const char *path, const char *section)
{
    size_t length = strlen(section);

    if (length > 0 && section[length - 1] == '/')
        length--;
    return strncmp(path, section, length) == 0 && strchr("/?", path[length]) ? length + 1 : 0;
}

/* OktaPublicUrl may have a path that httpd does not see. */
static const char *path_in(const char *url, const okta_setup_place *place)
{
    size_t length = place->public_url ? strlen(place->public_url) : 0;

    if (length && strncmp(url, place->public_url, length) == 0)
        return url + length;
    return url + okta_origin_length(url);
}

static const okta_setup_place *place_of(const okta_setup *setup, const char *url)
{
    const okta_setup_place *best = setup->place_count == 1 ? &setup->places[0] : NULL;
    size_t deepest = 0;

    for (size_t i = 0; i < setup->place_count; i++) {
        const okta_setup_place *place = &setup->places[i];
        size_t depth = place->path ? depth_of(path_in(url, place), place->path) : 0;

        if (depth > deepest) {
            best = place;
            deepest = depth;
        }
    }
    return best;
}

/* One of the configuration, where the command line names none. */
static const char *origin_of(const okta_check_options *options, const okta_setup_place *place)
{
    if (options->origin || !place)
        return options->origin;
    for (size_t i = 0; i < place->origins.count; i++)
        if (!strchr(place->origins.items[i], '*'))
            return place->origins.items[i];
    return NULL;
}

/* A proxy of the environment does not lead to this machine itself. */
static okta_network network_to(const okta_check_options *options)
{
    okta_network network = options->network;
    const char *host = options->url + strcspn(options->url, ":");
    size_t length;

    host += strncmp(host, "://", 3) == 0 ? 3 : 0;
    length = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    network.insecure_http = true;
    if (!network.proxy && okta_is_loopback(host, length))
        network.proxy = "";
    return network;
}

static void check_use(walk *w)
{
    const okta_check_options *options = &w->options;
    const okta_setup_place *place = options->url ? place_of(&w->setup, options->url) : NULL;
    bool good = w->token.bytes != NULL;

    for (size_t i = 0; w->token.bytes && i < w->setup.place_count; i++)
        if (!place || place == &w->setup.places[i])
            good =
                okta_check_token(&w->findings, &w->setup, &w->setup.places[i], &w->token) && good;
    if (options->url) {
        const okta_url_case url_case = {.url = options->url,
                                        .origin = origin_of(options, place),
                                        .method = options->method,
                                        .place = place,
                                        .token = w->token.bytes ? &w->token : NULL,
                                        .good = good,
                                        .network = network_to(options)};
        okta_check_url(&w->findings, &url_case);
    }
}

static bool check_all(walk *w)
{
    okta_check_options *options = &w->options;

    if (options->token_file && !okta_check_options_token(options, &w->token))
        return false;
    if (options->httpd.config) {
        switch (okta_httpd_dump(&options->httpd, &w->findings, &w->setup)) {
        case OKTA_DUMPED_NOT:
            return false;
        case OKTA_DUMPED_FAULTS:
            return true;
        case OKTA_DUMPED:
        default:
            okta_check_options_override(options, &w->setup);
            check_places(w);
        }
    } else if (!okta_check_options_setup(options, &w->findings, &w->setup)) {
        return false;
    }
    check_issuers(w);
    okta_check_state(&w->findings, &w->setup);
    okta_check_revocations(&w->findings, &w->setup);
    check_use(w);
    return true;
}

static int run(walk *w)
{
    w->setup.of_httpd = w->options.httpd.config != NULL;
    if (!check_all(w) || !okta_findings_print(&w->findings, w->options.json))
        return OKTA_EXIT_TROUBLE;
    return okta_findings_count(&w->findings, OKTA_LEVEL_FAILURE) ? OKTA_EXIT_REFUSED
                                                                 : OKTA_EXIT_GOOD;
}

int okta_command_check(int argc, char **argv)
{
    walk w = {.token = {NULL, 0}};
    int status = OKTA_EXIT_TROUBLE;

    switch (okta_check_options_parse(&w.options, argc, argv)) {
    case OKTA_PARSED_HELP:
        okta_check_options_help();
        status = OKTA_EXIT_GOOD;
        break;
    case OKTA_PARSED:
        if (okta_fetch_set_up()) {
            status = run(&w);
            okta_fetch_clean_up();
        } else {
            okta_complain("libcurl cannot be started");
        }
        break;
    case OKTA_PARSED_FAULT:
    default:
        break;
    }
    okta_findings_clear(&w.findings);
    okta_setup_clear(&w.setup);
    okta_input_clear(&w.token);
    okta_check_options_clear(&w.options);
    return status;
}

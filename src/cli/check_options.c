/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check_options.h"

#include "cli/message.h"
#include "core/issuer.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: okta-token check --config FILE [OPTION]... [-]\n"
    "       okta-token check --issuer URL [OPTION]... [-]\n"
    "Look for what is wrong: from httpd's configuration, or an issuer, to the answer that a client "
    "gets.\nWith \"-\" a token on standard input is held against it.\n"
    "\n"
    "      --config FILE         httpd's configuration; httpd's configtest is run over it\n"
    "      --httpd PATH          the program (default: httpd or apache2)\n"
    "      --server-root DIR     its option -d\n"
    "      --define NAME         its option -D\n"
    "      --issuer URL          an issuer, where there is no configuration\n"
    "      --audience AUD        with --issuer: an audience that is accepted\n"
    "      --client-id ID        with --issuer: a client that is accepted (default: any)\n"
    "      --algorithms LIST     with --issuer: algorithms that are accepted, or all (default: "
    "RS256)\n"
    "      --skew SECONDS        with --issuer: how far the clocks may differ (default: 60)\n"
    "      --url URL             a protected address of the running server: ask it, too\n"
    "      --origin ORIGIN       with --url: of a web page that calls it (default: of "
    "OktaCorsOrigin)\n"
    "      --method METHOD       with --url: what the page sends (default: GET)\n"
    "      --token-file FILE     read the token from FILE\n"
    "      --json                print one JSON object\n";

static const char help_end[] =
    "  -h, --help                print this\n"
    "\n"
    "--define, --issuer, --audience, --client-id and --algorithms may be given several times.\n"
    "Exit status: 0 no failure (there may be warnings), 1 a failure, 2 wrong usage.\n";

enum {
    OPTION_CONFIG = OKTA_OPTION_FIRST,
    OPTION_HTTPD,
    OPTION_SERVER_ROOT,
    OPTION_DEFINE,
    OPTION_ISSUER,
    OPTION_AUDIENCE,
    OPTION_CLIENT_ID,
    OPTION_ALGORITHMS,
    OPTION_SKEW,
    OPTION_URL,
    OPTION_ORIGIN,
    OPTION_METHOD,
    OPTION_TOKEN_FILE,
    OPTION_JSON
};

static const struct option options_known[] = {
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"httpd", required_argument, NULL, OPTION_HTTPD},
    {"server-root", required_argument, NULL, OPTION_SERVER_ROOT},
    {"define", required_argument, NULL, OPTION_DEFINE},
    {"issuer", required_argument, NULL, OPTION_ISSUER},
    {"audience", required_argument, NULL, OPTION_AUDIENCE},
    {"client-id", required_argument, NULL, OPTION_CLIENT_ID},
    {"algorithms", required_argument, NULL, OPTION_ALGORITHMS},
    {"skew", required_argument, NULL, OPTION_SKEW},
    {"url", required_argument, NULL, OPTION_URL},
    {"origin", required_argument, NULL, OPTION_ORIGIN},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    OKTA_NETWORK_OPTIONS,
    {NULL, 0, NULL, 0},
};

void okta_check_options_help(void)
{
    printf("%s%s%s", help, okta_network_help, help_end);
}

static bool take_of_httpd(okta_check_options *o, int option)
{
    o->of_httpd_given = o->of_httpd_given || option != OPTION_CONFIG;
    switch (option) {
    case OPTION_CONFIG:
        o->httpd.config = optarg;
        return true;
    case OPTION_HTTPD:
        o->httpd.program = optarg;
        return true;
    case OPTION_SERVER_ROOT:
        o->httpd.server_root = optarg;
        return true;
    case OPTION_DEFINE:
    default:
        return okta_list_add(&o->httpd.defines, optarg);
    }
}

static bool take(okta_check_options *o, int option)
{
    switch (option) {
    case OPTION_CONFIG:
    case OPTION_HTTPD:
    case OPTION_SERVER_ROOT:
    case OPTION_DEFINE:
        return take_of_httpd(o, option);
    case OPTION_ISSUER:
        return okta_list_add(&o->issuers, optarg);
    case OPTION_AUDIENCE:
        return okta_list_add(&o->audiences, optarg);
    case OPTION_CLIENT_ID:
        return okta_list_add(&o->clients, optarg);
    case OPTION_ALGORITHMS:
        return okta_option_algorithms("--algorithms", optarg, &o->algorithms);
    case OPTION_SKEW:
        return okta_option_seconds("--skew", optarg, 0, OKTA_SKEW_MAX, &o->skew);
    case OPTION_URL:
        o->url = optarg;
        return true;
    case OPTION_ORIGIN:
        o->origin = optarg;
        return true;
    case OPTION_METHOD:
        o->method = optarg;
        return true;
    case OPTION_TOKEN_FILE:
        o->token_file = optarg;
        return true;
    case OPTION_JSON:
        o->json = true;
        return true;
    default:
        return okta_network_option(&o->network, option);
    }
}

/* An option that would change nothing is a mistake. */
static const char *idle_option(const okta_check_options *o)
{
    if (o->httpd.config)
        return o->audiences.count ? "--audience"
               : o->clients.count ? "--client-id"
               : o->algorithms    ? "--algorithms"
               : o->skew >= 0     ? "--skew"
                                  : NULL;
    return o->of_httpd_given ? "--httpd, --server-root and --define" : NULL;
}

static bool judge(okta_check_options *o)
{
    const char *idle = idle_option(o);
    okta_error error = {""};
    char shown[128];

    if (!o->httpd.config && o->issuers.count == 0)
        return okta_complain("nothing to check; give --config FILE, or --issuer URL");
    if (o->httpd.config && o->issuers.count)
        return okta_complain("--config and --issuer are both given; give one of them");
    if (idle)
        return okta_complain("%s would check nothing beside %s; leave it out", idle,
                             o->httpd.config ? "--config" : "--issuer");
    if (!o->url && (o->origin || o->method))
        return okta_complain("%s goes with --url; give a protected address of the running server",
                             o->origin ? "--origin" : "--method");
    if (o->url && !okta_url_check(o->url, true, &error)) {
        okta_reword(&error);
        return okta_complain("--url \"%s\": %s", okta_shown(shown, sizeof(shown), o->url),
                             error.text);
    }
    if (!o->method)
        o->method = "GET";
    return true;
}

/* "-" alone stands for standard input; a token among the arguments can be read by others. */
static bool take_arguments(okta_check_options *o, int count, char **arguments)
{
    if (count == 0)
        return true;
    if (count > 1 || strcmp(arguments[0], "-") != 0)
        return okta_complain("an argument besides the options; give \"-\" for a token on standard "
                             "input, and a token in no other way");
    if (o->token_file)
        return okta_complain("--token-file and \"-\" are both given; give one of them");
    o->token_file = "-";
    return true;
}

okta_parsed okta_check_options_parse(okta_check_options *o, int argc, char **argv)
{
    int option;

    *o = (okta_check_options){.skew = -1, .network = OKTA_NETWORK_DEFAULT};
    while ((option = okta_option_next(argc, argv, options_known)) != OKTA_OPTION_END) {
        if (option == 'h')
            return OKTA_PARSED_HELP;
        if (option == OKTA_OPTION_FAULT || !take(o, option))
            return OKTA_PARSED_FAULT;
    }
    return take_arguments(o, argc - optind, argv + optind) && judge(o) ? OKTA_PARSED
                                                                       : OKTA_PARSED_FAULT;
}

bool okta_check_options_token(const okta_check_options *o, okta_input *token)
{
    if (strcmp(o->token_file, "-") == 0)
        return okta_input_token(token, 0, NULL);
    if (!okta_input_file(token, o->token_file, "--token-file"))
        return false;
    okta_input_trim(token);
    return true;
}

/* The fault and, behind a semicolon, the remedy. */
static void find_fault(okta_findings *f, const char *issuer, okta_error *error)
{
    const char *cut;

    okta_reword(error);
    cut = strstr(error->text, "; ");
    okta_findings_about(f, "issuer %s", issuer);
    okta_found(f, OKTA_LEVEL_FAILURE, "issuer", "%.*s",
               (int)(cut ? cut - error->text : (ptrdiff_t)strlen(error->text)), error->text);
    okta_findings_remedy(f, "%s", cut ? cut + 2 : "correct --issuer");
}

static bool add_default_audience(okta_check_options *o, okta_setup_place *place)
{
    for (size_t i = 0; i < o->issuers.count; i++)
        if (!okta_is_default_server(o->issuers.items[i]))
            return !o->token_file ||
                   okta_complain("a token and no audience to hold it against; give --audience AUD");
    place->default_audience = true;
    return okta_list_add(&o->audiences, OKTA_DEFAULT_AUDIENCE);
}

bool okta_check_options_setup(okta_check_options *o, okta_findings *f, okta_setup *setup)
{
    okta_setup_place *place = okta_setup_add_place(setup);

    if (!place)
        return false;
    for (size_t i = 0; i < o->issuers.count; i++) {
        okta_setup_issuer *issuer;
        okta_error error = {""};

        if (!okta_issuer_check(o->issuers.items[i], o->network.insecure_http, &error)) {
            find_fault(f, o->issuers.items[i], &error);
            continue;
        }
        issuer = okta_setup_add_issuer(setup, o->issuers.items[i]);
        if (!issuer)
            return false;
        issuer->network = o->network;
    }
    if (o->audiences.count == 0 && !add_default_audience(o, place))
        return false;
    place->policy = (okta_policy){
        .issuers = okta_list_strings(&o->issuers),
        .audiences = okta_list_strings(&o->audiences),
        .clients = okta_list_strings(&o->clients),
        .algorithms = o->algorithms ? o->algorithms : OKTA_ALGORITHMS_DEFAULT,
        .skew = o->skew >= 0 ? o->skew : OKTA_SKEW_DEFAULT,
        .max_token_bytes = OKTA_TOKEN_BYTES_DEFAULT,
        .dpop = OKTA_DPOP_OPTIONAL,
    };
    return true;
}

void okta_check_options_override(const okta_check_options *o, okta_setup *setup)
{
    for (size_t i = 0; o->network.proxy && i < setup->issuer_count; i++) {
        setup->issuers[i].network.proxy = o->network.proxy;
        setup->issuers[i].proxy_credentials = false;
    }
}

void okta_check_options_clear(okta_check_options *o)
{
    okta_list_clear(&o->httpd.defines);
    okta_list_clear(&o->issuers);
    okta_list_clear(&o->audiences);
    okta_list_clear(&o->clients);
}

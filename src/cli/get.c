/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/dpop_file.h"
#include "cli/grant.h"
#include "cli/message.h"
#include "cli/output.h"
#include "cli/secret.h"
#include "core/issuer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: okta-token get --issuer URL --client-id ID [OPTION]...\n"
    "Get an access token by the client credentials flow and print it.\n"
    "\n"
    "      --issuer URL          the authorization server; its metadata name the token endpoint\n"
    "      --token-endpoint URL  ask there, without metadata\n"
    "      --client-id ID        the application\n"
    "      --scope SCOPE         a scope to ask for; may be given several times\n"
    "      --secret-file FILE    the client secret is the content of FILE\n"
    "      --secret-env NAME     the client secret is in this environment variable\n"
    "      --auth basic|post     how the client authenticates (default: basic)\n"
    "      --dpop                ask for a token that is bound to a key (DPoP, RFC 9449)\n"
    "      --dpop-key FILE       the same, with the private key in FILE, PEM or JWK; it is made\n"
    "                            where there is no such file (default: a file of this program's)\n"
    "      --json                print the whole answer; with --dpop and without --dpop-key the "
    "key\n"
    "                            is a new one, and is printed too, as the member dpop_jwk\n";

static const char help_end[] =
    "  -h, --help                print this\n"
    "\n"
    "Without --secret-file and --secret-env the client secret comes from OKTA_CLIENT_SECRET or\n"
    "CLIENT_SECRET in the environment, or is asked for on the terminal. It is never an argument.\n"
    "Exit status: 0 a token came, 1 the server refused, 2 no answer, or usage.\n";

enum {
    OPTION_ISSUER = OKTA_OPTION_FIRST,
    OPTION_TOKEN_ENDPOINT,
    OPTION_CLIENT_ID,
    OPTION_SCOPE,
    OPTION_SECRET_FILE,
    OPTION_SECRET_ENV,
    OPTION_SECRET,
    OPTION_AUTH,
    OPTION_DPOP,
    OPTION_DPOP_KEY,
    OPTION_JSON
};

static const struct option options[] = {
    {"issuer", required_argument, NULL, OPTION_ISSUER},
    {"token-endpoint", required_argument, NULL, OPTION_TOKEN_ENDPOINT},
    {"client-id", required_argument, NULL, OPTION_CLIENT_ID},
    {"scope", required_argument, NULL, OPTION_SCOPE},
    {"secret-file", required_argument, NULL, OPTION_SECRET_FILE},
    {"secret-env", required_argument, NULL, OPTION_SECRET_ENV},
    /* what other programs call it, to say why there is no such thing here */
    {"secret", optional_argument, NULL, OPTION_SECRET},
    {"client-secret", optional_argument, NULL, OPTION_SECRET},
    {"password", optional_argument, NULL, OPTION_SECRET},
    {"auth", required_argument, NULL, OPTION_AUTH},
    {"dpop", no_argument, NULL, OPTION_DPOP},
    {"dpop-key", required_argument, NULL, OPTION_DPOP_KEY},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    OKTA_NETWORK_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct errand {
    okta_grant grant;
    okta_list scopes;
    okta_secret_source source;
    const char *key_file; /* NULL: none was named */
    bool dpop;
    bool json;
} errand;

static bool take_auth(errand *e, const char *value)
{
    char shown[128];

    e->grant.post = strcmp(value, "post") == 0;
    return e->grant.post || strcmp(value, "basic") == 0 ||
           okta_complain("--auth \"%s\": give basic or post",
                         okta_shown(shown, sizeof(shown), value));
}

static bool take(errand *e, int option)
{
    switch (option) {
    case OPTION_ISSUER:
        e->grant.issuer = optarg;
        return true;
    case OPTION_TOKEN_ENDPOINT:
        e->grant.token_endpoint = optarg;
        return true;
    case OPTION_CLIENT_ID:
        e->grant.client_id = optarg;
        return true;
    case OPTION_SCOPE:
        return okta_list_add(&e->scopes, optarg);
    case OPTION_SECRET_FILE:
        e->source.file = optarg;
        return true;
    case OPTION_SECRET_ENV:
        e->source.variable = optarg;
        return true;
    case OPTION_SECRET:
        return okta_complain(
            "a secret is never taken from the command line: every user of this machine can read it "
            "there (ps), and the shell's history keeps it; use --secret-file, the environment "
            "(OKTA_CLIENT_SECRET), or wait to be asked. If it was real, make a new one");
    case OPTION_AUTH:
        return take_auth(e, optarg);
    case OPTION_DPOP_KEY:
        e->key_file = optarg;
        e->dpop = true;
        return true;
    case OPTION_DPOP:
        e->dpop = true;
        return true;
    case OPTION_JSON:
        e->json = true;
        return true;
    default:
        return okta_network_option(&e->grant.network, option);
    }
}

static bool judge(const errand *e, int extra)
{
    const okta_grant *grant = &e->grant;
    okta_error error = {""};

    if (extra > 0)
        return okta_complain("get takes no argument besides its options; --help lists them");
    if (!grant->issuer && !grant->token_endpoint)
        return okta_complain("no authorization server; give --issuer URL");
    if (!grant->client_id || !*grant->client_id)
        return okta_complain("no client; give --client-id ID");
    if (e->source.file && e->source.variable)
        return okta_complain("--secret-file and --secret-env exclude each other; give one");
    if (!grant->token_endpoint)
        return okta_network_issuer_check(&grant->network, grant->issuer);
    if (okta_url_check(grant->token_endpoint, grant->network.insecure_http, &error))
        return true;
    okta_reword(&error);
    return okta_complain("--token-endpoint \"%s\": %s", grant->token_endpoint, error.text);
}

/* A key that no file keeps goes where the token goes. */
static bool print_answer(const errand *e, const okta_value *answer)
{
    json_t *object = okta_value_to_json(answer);

    if (object && e->dpop && !e->key_file &&
        json_object_set_new(object, "dpop_jwk", okta_dpop_key_private(e->grant.key)) != 0) {
        json_decref(object);
        return okta_complain("out of memory");
    }
    return okta_print_json(object);
}

static int ask(errand *e)
{
    okta_input secret;
    okta_value *answer = NULL;
    int status = OKTA_EXIT_TROUBLE;

    if (okta_secret_read(&secret, &e->source)) {
        e->grant.secret = secret.bytes;
        e->grant.scopes = okta_list_strings(&e->scopes);
        status = okta_grant_ask(&e->grant, &answer);
    }
    okta_input_clear(&secret);
    if (!answer)
        return status;
    if (!e->json)
        puts(okta_value_text(answer, "access_token"));
    else if (!print_answer(e, answer))
        status = OKTA_EXIT_TROUBLE;
    free(answer);
    return status;
}

static int run(errand *e)
{
    okta_dpop_key *key = NULL;
    int status = OKTA_EXIT_TROUBLE;

    if (e->dpop)
        key = e->json && !e->key_file ? okta_dpop_key_make()
                                      : okta_dpop_file_read_or_make(e->key_file);
    e->grant.key = key;
    if (key || !e->dpop)
        status = ask(e);
    okta_dpop_key_free(key);
    return status;
}

int okta_command_get(int argc, char **argv)
{
    errand e = {.grant = {.network = OKTA_NETWORK_DEFAULT}};
    int option, status = OKTA_EXIT_TROUBLE;
    bool good = true;

    while (good && (option = okta_option_next(argc, argv, options)) != OKTA_OPTION_END) {
        if (option == 'h') {
            printf("%s%s%s", help, okta_network_help, help_end);
            okta_list_clear(&e.scopes);
            return OKTA_EXIT_GOOD;
        }
        good = option != OKTA_OPTION_FAULT && take(&e, option);
    }
    if (good && judge(&e, argc - optind))
        status = run(&e);
    okta_list_clear(&e.scopes);
    return status;
}

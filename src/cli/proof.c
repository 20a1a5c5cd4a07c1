/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/dpop_binding.h"
#include "cli/dpop_file.h"
#include "cli/dpop_proof.h"
#include "cli/input.h"
#include "cli/message.h"
#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: okta-token proof --url URL [OPTION]...\n"
    "Print a DPoP proof (RFC 9449) for one request with a bound access token. The token is read\n"
    "from standard input.\n"
    "\n"
    "      --url URL             where the request goes\n"
    "      --method METHOD       of the request (default: GET)\n"
    "      --token-file FILE     read the token from FILE\n"
    "      --dpop-key FILE       the private key that the token is bound to, PEM or JWK\n"
    "                            (default: the one of get --dpop)\n"
    "      --nonce NONCE         the server's nonce (the DPoP-Nonce of its last answer)\n"
    "  -h, --help                print this\n"
    "\n"
    "A proof is good for one request, and for a minute. Exit status: 0 printed, 2 no proof.\n";

enum {
    OPTION_URL = OKTA_OPTION_FIRST,
    OPTION_METHOD,
    OPTION_TOKEN_FILE,
    OPTION_DPOP_KEY,
    OPTION_NONCE
};

static const struct option options[] = {
    {"url", required_argument, NULL, OPTION_URL},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"dpop-key", required_argument, NULL, OPTION_DPOP_KEY},
    {"nonce", required_argument, NULL, OPTION_NONCE},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct errand {
    okta_dpop_request request;
    const char *token_file;
    const char *key_file;
} errand;

static bool take(errand *e, int option)
{
    switch (option) {
    case OPTION_URL:
        e->request.url = optarg;
        return true;
    case OPTION_METHOD:
        e->request.method = optarg;
        return true;
    case OPTION_TOKEN_FILE:
        e->token_file = optarg;
        return true;
    case OPTION_DPOP_KEY:
        e->key_file = optarg;
        return true;
    case OPTION_NONCE:
    default:
        e->request.nonce = optarg;
        return okta_dpop_is_nonce(optarg, strlen(optarg)) ||
               okta_complain("--nonce: give the value of the DPoP-Nonce header as it came");
    }
}

static bool judge(const errand *e, int extra)
{
    if (extra > 0)
        return okta_complain("proof takes no argument besides its options; the token comes from "
                             "standard input or --token-file");
    if (!e->request.url)
        return okta_complain("no address; give --url URL, where the request goes");
    return okta_dpop_url_check("--url", e->request.url) &&
           okta_dpop_method_check("--method", e->request.method);
}

static int run(errand *e)
{
    okta_dpop_key *key = NULL;
    okta_input token = {NULL, 0};
    int status = OKTA_EXIT_TROUBLE;
    char *proof = NULL;

    /* the key behind the token: the get at the other end of a pipe may have to make it */
    if (okta_input_bound_token(&token, e->token_file) && (key = okta_dpop_file_read(e->key_file))) {
        okta_dpop_binding_warn(token.bytes, key);
        e->request.token = token.bytes;
        proof = okta_dpop_proof(key, &e->request);
    }
    if (proof) {
        puts(proof);
        status = OKTA_EXIT_GOOD;
    }
    free(proof);
    okta_input_clear(&token);
    okta_dpop_key_free(key);
    return status;
}

int okta_command_proof(int argc, char **argv)
{
    errand e = {.request = {.method = "GET"}};
    int option;

    while ((option = okta_option_next(argc, argv, options)) != OKTA_OPTION_END) {
        if (option == 'h') {
            fputs(help, stdout);
            return OKTA_EXIT_GOOD;
        }
        if (option == OKTA_OPTION_FAULT || !take(&e, option))
            return OKTA_EXIT_TROUBLE;
    }
    return judge(&e, argc - optind) ? run(&e) : OKTA_EXIT_TROUBLE;
}

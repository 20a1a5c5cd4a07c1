/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_answer.h"
#include "cli/commands.h"
#include "cli/dpop_answer.h"
#include "cli/dpop_binding.h"
#include "cli/dpop_file.h"
#include "cli/dpop_proof.h"
#include "cli/input.h"
#include "cli/message.h"
#include "cli/network.h"
#include "core/issuer.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ANSWER_MAX ((size_t)16 << 20)

static const char help[] =
    "usage: okta-token call [OPTION]... URL\n"
    "Send a request with a bound access token and a DPoP proof for it (RFC 9449), and print the\n"
    "status line and the body of the answer. The token is read from standard input.\n"
    "\n"
    "      --token-file FILE     read the token from FILE\n"
    "      --dpop-key FILE       the private key that the token is bound to, PEM or JWK\n"
    "                            (default: the one of get --dpop)\n"
    "  -X, --method METHOD       (default: GET, or POST with --data)\n"
    "  -d, --data FILE           send the content of FILE; \"-\" is standard input\n"
    "  -H, --header LINE         send this header line, as in \"Accept: text/plain\"; may be "
    "given\n"
    "                            several times. Without one --data is application/json\n"
    "  -i, --include             print the header lines of the answer, too\n"
    "      --body                print the body alone\n";

static const char help_end[] =
    "  -h, --help                print this\n"
    "\n"
    "An answer that wants a nonce (use_dpop_nonce) is followed by the same request with it. "
    "Redirects\nare not followed: a proof is for one address.\n"
    "Exit status: 0 the answer is 2xx, 1 the server refused (4xx), 2 another answer or none, or "
    "usage.\n";

enum {
    OPTION_TOKEN_FILE = OKTA_OPTION_FIRST,
    OPTION_DPOP_KEY,
    OPTION_INCLUDE,
    OPTION_BODY,
    OPTION_METHOD = 'X',
    OPTION_DATA = 'd',
    OPTION_HEADER = 'H'
};

static const struct option options[] = {
    {"token-file", required_argument, NULL, OPTION_TOKEN_FILE},
    {"dpop-key", required_argument, NULL, OPTION_DPOP_KEY},
    {"method", required_argument, NULL, OPTION_METHOD},
    {"data", required_argument, NULL, OPTION_DATA},
    {"header", required_argument, NULL, OPTION_HEADER},
    {"include", no_argument, NULL, OPTION_INCLUDE},
    {"body", no_argument, NULL, OPTION_BODY},
    {"help", no_argument, NULL, 'h'},
    OKTA_NETWORK_OPTIONS,
    {NULL, 0, NULL, 0},
};

typedef struct errand {
    okta_network network;
    okta_list headers;
    const char *url;
    const char *method; /* NULL: by whether there is data */
    const char *token_file;
    const char *key_file;
    const char *data_file;
    okta_call_parts parts;
    okta_dpop_key *key;
    okta_input token;
    okta_input data;
    char *nonce; /* owned; NULL: the server has not asked for one */
    bool again;  /* to be sent once more, with the nonce */
    int status;
} errand;

static bool is_field(const char *line, const char *name)
{
    size_t length = strlen(name);

    return strncasecmp(line, name, length) == 0 && line[length] == ':';
}

static bool take_header(errand *e, const char *line)
{
    const char *colon = strchr(line, ':');
    size_t name = strcspn(line, ": \t");

    if (is_field(line, "Authorization") || is_field(line, "DPoP"))
        return okta_complain("--header: Authorization and DPoP are made by this program; the token "
                             "comes from standard input or --token-file");
    for (const char *at = line; *at; at++)
        if (((unsigned char)*at < 0x20 && *at != '\t') || *at == 0x7f)
            return okta_complain("--header: it holds a line break or a control character; give one "
                                 "line");
    if (!colon || name == 0 || line + name != colon || !colon[1 + strspn(colon + 1, " \t")])
        return okta_complain("--header: give a name, a colon and a value, as in \"Accept: "
                             "text/plain\"");
    return okta_list_add(&e->headers, line);
}

static bool take(errand *e, int option)
{
    switch (option) {
    case OPTION_TOKEN_FILE:
        e->token_file = optarg;
        return true;
    case OPTION_DPOP_KEY:
        e->key_file = optarg;
        return true;
    case OPTION_METHOD:
        e->method = optarg;
        return true;
    case OPTION_DATA:
        e->data_file = optarg;
        return true;
    case OPTION_HEADER:
        return take_header(e, optarg);
    case OPTION_INCLUDE:
    case 'i':
        e->parts = OKTA_CALL_ALL;
        return true;
    case OPTION_BODY:
        e->parts = OKTA_CALL_BODY;
        return true;
    default:
        return okta_network_option(&e->network, option);
    }
}

static bool judge(errand *e, int count, char **arguments)
{
    okta_error error = {""};
    char shown[128];

    if (count == 0)
        return okta_complain("no address; give the URL to call");
    if (count > 1)
        return okta_complain("%d arguments besides the options where one address is expected; the "
                             "token comes from standard input or --token-file",
                             count);
    e->url = arguments[0];
    if (!e->method)
        e->method = e->data_file ? "POST" : "GET";
    if (!okta_url_check(e->url, e->network.insecure_http, &error)) {
        okta_reword(&error);
        return okta_complain("\"%s\": %s", okta_shown(shown, sizeof(shown), e->url), error.text);
    }
    if (e->data_file && strcmp(e->data_file, "-") == 0 && !e->token_file)
        return okta_complain("standard input cannot be the data and the token; give the token by "
                             "--token-file");
    if (e->data_file && strcmp(e->method, "HEAD") == 0)
        return okta_complain("a HEAD request has no data; leave out --data, or give another "
                             "--method");
    return okta_dpop_method_check("--method", e->method);
}

static bool read_data(errand *e)
{
    if (!e->data_file)
        return true;
    if (strcmp(e->data_file, "-") == 0)
        return okta_input_stream(&e->data, stdin, "standard input");
    return okta_input_file(&e->data, e->data_file,
                           "--data (which takes the name of a file, or \"-\")");
}

static void answered(void *baton, const okta_fetch_response *response)
{
    errand *e = baton;

    if (!response->answered) {
        okta_error error = response->error;

        okta_reword(&error);
        okta_complain("%s", error.text);
        return;
    }
    if (!e->nonce && response->status == 401 && okta_dpop_asks_for_nonce(response->head)) {
        e->nonce = okta_dpop_nonce(response->head);
        e->again = e->nonce != NULL;
        if (e->again)
            return;
    }
    okta_call_print(response, e->parts);
    e->status = okta_call_verdict(response, e->url);
}

static bool has_header(const errand *e, const char *name)
{
    for (size_t i = 0; i < e->headers.count; i++)
        if (is_field(e->headers.items[i], name))
            return true;
    return false;
}

/* Add the lines that the caller did not give. The last two are the ones of this try. */
static bool complete_headers(errand *e, const char *authorization, const char *proof)
{
    if (!has_header(e, "Accept") && !okta_list_add(&e->headers, "Accept: */*"))
        return false;
    if (e->data_file && !has_header(e, "Content-Type") &&
        !okta_list_add(&e->headers, "Content-Type: application/json"))
        return false;
    return okta_list_add(&e->headers, authorization) && okta_list_add(&e->headers, proof);
}

static void send(errand *e, const char *authorization)
{
    const okta_dpop_request proven = {
        .method = e->method, .url = e->url, .token = e->token.bytes, .nonce = e->nonce};
    okta_fetch_request request = {.url = e->url,
                                  .method = e->method,
                                  .body = e->data_file ? e->data.bytes : NULL,
                                  .body_length = e->data.length,
                                  .single = true,
                                  .settings = {.max_bytes = ANSWER_MAX}};
    char *proof = okta_dpop_header(e->key, &proven);
    size_t given = e->headers.count;
    okta_error error = {""};

    e->again = false;
    if (proof && complete_headers(e, authorization, proof)) {
        request.headers = okta_list_strings(&e->headers);
        if (!okta_network_fetch(&e->network, &request, answered, e, &error)) {
            okta_reword(&error);
            okta_complain("%s", error.text);
        }
    }
    e->headers.count = given;
    free(proof);
}

static void run(errand *e)
{
    static const char scheme[] = "Authorization: DPoP ";
    size_t size = sizeof(scheme) + e->token.length;
    char *authorization = OPENSSL_malloc(size);

    if (!authorization) {
        okta_complain("out of memory");
        return;
    }
    snprintf(authorization, size, "%s%s", scheme, e->token.bytes);
    do
        send(e, authorization);
    while (e->again);
    OPENSSL_clear_free(authorization, size);
}

static bool parse(errand *e, int argc, char **argv, bool *asked_for_help)
{
    int option;

    while ((option = okta_option_next_of(argc, argv, "iX:d:H:", options)) != OKTA_OPTION_END) {
        *asked_for_help = option == 'h';
        if (*asked_for_help)
            return true;
        if (option == OKTA_OPTION_FAULT || !take(e, option))
            return false;
    }
    return judge(e, argc - optind, argv + optind);
}

int okta_command_call(int argc, char **argv)
{
    errand e = {.network = OKTA_NETWORK_DEFAULT, .status = OKTA_EXIT_TROUBLE};
    bool asked_for_help = false, good = parse(&e, argc, argv, &asked_for_help);

    if (asked_for_help) {
        printf("%s%s%s", help, okta_network_help, help_end);
        e.status = OKTA_EXIT_GOOD;
    } else if (good && okta_input_bound_token(&e.token, e.token_file) &&
               (e.key = okta_dpop_file_read(e.key_file)) && read_data(&e)) {
        /* the key behind the token: the get at the other end of a pipe may have to make it */
        okta_dpop_binding_warn(e.token.bytes, e.key);
        run(&e);
    }
    free(e.nonce);
    okta_input_clear(&e.data);
    okta_input_clear(&e.token);
    okta_dpop_key_free(e.key);
    okta_list_clear(&e.headers);
    return e.status;
}

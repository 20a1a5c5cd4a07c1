/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"

#include "cli/commands.h"
#include "cli/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: okta-token COMMAND [OPTION]... [TOKEN]\n"
    "Get, look into, judge and use OAuth 2.0 access tokens of Okta.\n"
    "\n"
    "  verify     judge a token as mod_auth_okta does, check by check\n"
    "  inspect    show what a token says of itself, unverified\n"
    "  get        get a token by the client credentials flow\n"
    "  proof      print a DPoP proof for a request with a bound token\n"
    "  call       send a request with a bound token and its proof\n"
    "  revoke     write the line by which httpd refuses a token from now on\n"
    "  check      look for what is wrong with a setup, and say what mends it\n"
    "\n"
    "  -h, --help     print this; behind a command: its options\n"
    "  -V, --version  print the version\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"verify", okta_command_verify}, {"inspect", okta_command_inspect},
    {"get", okta_command_get},       {"proof", okta_command_proof},
    {"call", okta_command_call},     {"revoke", okta_command_revoke},
    {"check", okta_command_check},
};

static int run(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    char shown[32] = "";

    if (strcmp(command, "--help") == 0 || strcmp(command, "-h") == 0) {
        fputs(help, stdout);
        return OKTA_EXIT_GOOD;
    }
    if (strcmp(command, "--version") == 0 || strcmp(command, "-V") == 0) {
        puts("okta-token " PACKAGE_VERSION);
        return OKTA_EXIT_GOOD;
    }
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (strcmp(command, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    /* a long word may be a token */
    if (*command && strlen(command) < 16)
        okta_text_format(shown, sizeof(shown), " \"%s\"", command);
    okta_complain(
        "%s%s; the commands are verify, inspect, get, proof, call, revoke and check, and --help "
        "explains them",
        *command ? "no such command" : "no command", shown);
    return OKTA_EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);

    if (fflush(stdout) != 0 || ferror(stdout)) {
        okta_complain("standard output cannot be written: %s", strerror(errno));
        return OKTA_EXIT_TROUBLE;
    }
    return status;
}

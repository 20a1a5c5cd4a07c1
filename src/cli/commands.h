/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of okta-token. Each reads its own command line (argv[0] is the command's name) and
 * returns an okta_exit. */
#ifndef OKTA_CLI_COMMANDS_H
#define OKTA_CLI_COMMANDS_H

int okta_command_verify(int argc, char **argv);
int okta_command_inspect(int argc, char **argv);
int okta_command_get(int argc, char **argv);
int okta_command_proof(int argc, char **argv);
int okta_command_call(int argc, char **argv);
int okta_command_revoke(int argc, char **argv);
int okta_command_check(int argc, char **argv);

#endif

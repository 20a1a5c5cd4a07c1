/* SPDX-License-Identifier: Apache-2.0 */
/* What okta-bench does. Each takes the arguments behind its own name and returns an exit status. */
#ifndef OKTA_BENCH_COMMANDS_H
#define OKTA_BENCH_COMMANDS_H

int bench_mint(int argc, char **argv);
int bench_time_verify(int argc, char **argv);
int bench_time_bare(int argc, char **argv);
int bench_time_parts(int argc, char **argv);
int bench_time_proof(int argc, char **argv);
int bench_mint_proofs(int argc, char **argv);
int bench_encrypt(int argc, char **argv);
int bench_time_open(int argc, char **argv);
int bench_time_bare_open(int argc, char **argv);
int bench_count_open(int argc, char **argv);

#endif

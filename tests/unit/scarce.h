/* SPDX-License-Identifier: Apache-2.0 */
/* Allocations that fail on demand. The linker hands over those of core and of the program
 * (--wrap=malloc …), jansson and OpenSSL are asked to come here. */
#ifndef OKTA_TESTS_SCARCE_H
#define OKTA_TESTS_SCARCE_H

#include "unit.h"

extern bool armed;           /* allocations are counted, and may fail */
extern size_t until_failure; /* 0: none will fail */
extern bool for_good;        /* after the first failure all fail */

typedef bool attempt(void *baton); /* true: it went well, and what came out is right */

/* Run it with no failure, then with the first, the second … allocation failing, until none is left
 * to fail. A failure may be survived; then the outcome has to be right. Nothing is left allocated,
 * of OpenSSL's objects neither. */
void expect_survival(const char *name, attempt *run, void *baton, bool good);

/* That of it: OpenSSL's objects do not become more by each run, as what is forgotten would. A cache
 * does not grow like that. */
void expect_nothing_kept(const char *name, attempt *run, void *baton);

#endif

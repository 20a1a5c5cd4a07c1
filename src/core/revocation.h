/* SPDX-License-Identifier: Apache-2.0 */
/* A line of a list of revocations: which tokens are refused from now on. */
#ifndef OKTA_CORE_REVOCATION_H
#define OKTA_CORE_REVOCATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OKTA_REVOCATION_LINE_MAX 65536 /* bytes, without its end */

/* Which claim the value is compared with. */
typedef enum okta_revocation_kind {
    OKTA_REVOKES_JTI,
    OKTA_REVOKES_SUB,
    OKTA_REVOKES_CID, /* the client: cid, client_id or azp, as OktaClientId has it */
    OKTA_REVOKES_SID,
    OKTA_REVOKES_COUNT
} okta_revocation_kind;

#define OKTA_REVOKED_ALWAYS INT64_MAX

/* Tokens whose claim is the value, of that issuer, and issued before that second. */
typedef struct okta_revocation {
    okta_revocation_kind kind;  /* OKTA_REVOKES_COUNT: the line says nothing */
    const char *value, *issuer; /* not terminated; issuer: NULL for any */
    size_t length, issuer_length;
    int64_t before; /* seconds; OKTA_REVOKED_ALWAYS: whenever it was issued */
} okta_revocation;

/* Why a file is not taken. The numbers lie in shared memory. */
typedef enum okta_revocation_fault {
    OKTA_LINE_GOOD = 0,
    OKTA_LINE_NO_MEMORY,
    OKTA_LINE_LONG,
    OKTA_LINE_CONTROL,
    OKTA_LINE_UTF8,
    OKTA_LINE_WORD,
    OKTA_LINE_ISSUER,
    OKTA_LINE_VALUE,
    OKTA_LINE_QUOTES,
    OKTA_LINE_BEHIND,
    OKTA_LINE_TIME,
    OKTA_LINE_MANY,
    OKTA_LINE_FAULTS
} okta_revocation_fault;

/* What is wrong and what to write, to stand behind "line 7: ". It has nothing of the line in it.
 * Static. */
const char *okta_revocation_fault_text(okta_revocation_fault fault);

/* The word of a kind: "jti" and so on. Static. */
const char *okta_revocation_word(okta_revocation_kind kind);

/* Read line[length], without its end; quoted words are decoded in place, and what is found borrows
 * from it. OKTA_LINE_NO_MEMORY says nothing of the line. Any thread. */
okta_revocation_fault okta_revocation_read(char *line, size_t length, okta_revocation *found);

/* Whether a value may stand without quotes. */
bool okta_revocation_is_bare(const char *value, size_t length);

#endif

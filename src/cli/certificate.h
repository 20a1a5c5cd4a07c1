/* SPDX-License-Identifier: Apache-2.0 */
/* What is wrong with the certificate of a server, if anything. One thread. */
#ifndef OKTA_CLI_CERTIFICATE_H
#define OKTA_CLI_CERTIFICATE_H

#include "core/text.h"

#include <stdint.h>

typedef enum okta_certificate_fault {
    OKTA_CERTIFICATE_GOOD,
    OKTA_CERTIFICATE_UNREADABLE,
    OKTA_CERTIFICATE_EXPIRED,
    OKTA_CERTIFICATE_NOT_YET,
    OKTA_CERTIFICATE_OTHER_NAME,
    OKTA_CERTIFICATE_UNKNOWN_AUTHORITY, /* nobody who is trusted stands at the chain's end */
    OKTA_CERTIFICATE_CHAIN              /* anything else that OpenSSL says of the chain */
} okta_certificate_fault;

typedef struct okta_certificate {
    okta_certificate_fault fault;
    int64_t not_before, not_after; /* seconds since the epoch */
    unsigned int sent;             /* certificates in the chain */
    char names[200];               /* that it is for */
    char issuer[200];              /* who signed it; of the last one that was sent */
    char detail[200];              /* in OpenSSL's words */
} okta_certificate;

/* Judge the chain (PEM, the server's own first) of the host: a name or an address without brackets.
 * ca_file NULL: by the authorities that the system trusts. */
void okta_certificate_judge(okta_certificate *certificate, const char *chain, const char *host,
                            const char *ca_file, int64_t now);

#endif

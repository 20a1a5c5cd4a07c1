/* SPDX-License-Identifier: Apache-2.0 */
/* Thumbprints of client certificates (RFC 8705 section 3.1), as texts hold them. */
#ifndef OKTA_CORE_CERTIFICATE_H
#define OKTA_CORE_CERTIFICATE_H

#include "core/text.h"
#include "core/thumbprint.h"

/* The thumbprint, base64url and terminated, of the one X.509 certificate that text is: as of RFC
 * 9440 (:base64:), as PEM with whatever blanks instead of its line ends, or as such a PEM with
 * percent-encoding, in which a plus is a plus. False with the fault in error, which holds nothing
 * of the text: it is empty, something else, or more than that; or there was no memory. Any thread.
 */
bool okta_certificate_thumbprint(const char *text, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1],
                                 okta_error *error);

#endif

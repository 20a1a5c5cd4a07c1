/* SPDX-License-Identifier: Apache-2.0 */
#include "core/certificate.h"
#include "fuzz.h"

#include <ctype.h>

/* What a proxy says of a client's certificate: a thumbprint comes of one certificate, with a mark
 * at either end, and a fault is printable. */
FUZZ_TARGET("certificate")
{
    char thumbprint[OKTA_THUMBPRINT_LENGTH + 1] = "";
    char *field = malloc(length + 1);
    okta_error error = {""};
    bool good;

    memcpy(field, input, length);
    field[length] = '\0';
    good = okta_certificate_thumbprint(field, thumbprint, &error);
    if (good) {
        hold(strlen(thumbprint) == OKTA_THUMBPRINT_LENGTH && !error.text[0]);
        hold(field[0] == ':' || field[0] == '-' || field[0] == '%');
    } else {
        hold(error.text[0]);
    }
    for (const char *at = error.text; *at; at++)
        hold(isprint((unsigned char)*at));
    free(field);
    return good;
}

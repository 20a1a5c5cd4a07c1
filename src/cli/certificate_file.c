/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/certificate_file.h"

#include "cli/input.h"
#include "cli/message.h"
#include "core/certificate.h"

#include <string.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

static bool read_first(okta_input *input, const char *name, char *thumbprint)
{
    char *begin = strstr(input->bytes, BEGIN);
    char *end = begin ? strstr(begin, END) : NULL;
    okta_error error = {""};

    if (!end)
        return okta_complain("%s: there is no certificate in it; give a PEM file with a line "
                             "\"" BEGIN "\"",
                             name);
    end[strlen(END)] = '\0';
    return okta_certificate_thumbprint(begin, thumbprint, &error) ||
           okta_complain("%s: the first certificate in it cannot be read: %s", name, error.text);
}

bool okta_certificate_file_read(const char *path, char thumbprint[OKTA_THUMBPRINT_LENGTH + 1])
{
    okta_input input = {NULL, 0};
    char name[300];
    bool good;

    okta_text_format(name, sizeof(name), "--certificate \"%s\"", path);
    good = okta_input_file(&input, path, name) && read_first(&input, name, thumbprint);
    okta_input_clear(&input);
    return good;
}

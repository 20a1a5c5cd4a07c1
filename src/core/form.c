/* SPDX-License-Identifier: Apache-2.0 */
#include "core/form.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

static bool stays(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("-._*", c));
}

char *okta_form_encode(const char *value)
{
    static const char digits[] = "0123456789ABCDEF";
    char *encoded = OPENSSL_malloc(3 * strlen(value) + 1), *to = encoded;

    if (!encoded)
        return NULL;
    for (; *value; value++) {
        if (stays(*value)) {
            *to++ = *value;
        } else if (*value == ' ') {
            *to++ = '+';
        } else {
            *to++ = '%';
            *to++ = digits[(unsigned char)*value >> 4];
            *to++ = digits[(unsigned char)*value & 15];
        }
    }
    *to = '\0';
    return encoded;
}

void okta_form_add(okta_form *form, const char *name, const char *value)
{
    char *encoded = okta_form_encode(value), *grown = NULL;
    size_t old = form->text ? strlen(form->text) : 0;
    size_t size = old + strlen(name) + (encoded ? strlen(encoded) : 0) + 3;

    if (encoded)
        grown = OPENSSL_clear_realloc(form->text, old, size);
    if (grown) {
        form->text = grown;
        snprintf(grown + old, size - old, "%s%s=%s", old ? "&" : "", name, encoded);
    } else {
        form->failed = true;
    }
    OPENSSL_clear_free(encoded, encoded ? strlen(encoded) : 0);
}

void okta_form_clear(okta_form *form)
{
    OPENSSL_clear_free(form->text, form->text ? strlen(form->text) : 0);
    form->text = NULL;
}

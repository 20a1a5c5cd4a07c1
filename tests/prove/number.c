/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/number.c */
/* volatile core/number.c: const unsigned char */
/* volatile core/number.h: const unsigned char */
/* models: models.c overflow.c */
/* functions: okta_number_read integer_value real_value has_digits fail make_locale
 * okta_number_write */
/* unreached: real_value 2: fail() never says true */
/* options: -eva-split-return-function okta_number_read:0:1 */
#include "core/number.h"
#include "prove.h"

PROVE(10)
{
    const unsigned char *start = (unsigned char *)any_bytes(length), *end = start + length;
    const volatile unsigned char *at = start;
    const char *fault = NULL;
    char text[OKTA_NUMBER_SIZE];
    okta_value value = {0};

    /* the caller has seen the first character */
    if (length > 0 && okta_number_read(&at, end, &value, &fault)) {
        //@ assert at > start && at < end;
        if (value.type == OKTA_VALUE_INTEGER)
            okta_number_write(value.as.integer, text);
    }
    free((void *)start);
}

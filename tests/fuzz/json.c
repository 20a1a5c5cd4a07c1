/* SPDX-License-Identifier: Apache-2.0 */
#include "../oracle.h"
#include "fuzz.h"

#include <malloc.h>

/* Our reader takes what jansson takes, refuses what it refuses, and reads the same in it; what
 * parses is within the depth cap, takes memory in proportion, and comes back whole from print. */
FUZZ_TARGET("json")
{
    okta_error error = {""};
    okta_value *value = okta_read_object(input, length, &error), *again;
    json_t *json = oracle_object(input, length);
    char *printed;

    hold(oracle_agrees(json, value));
    if (!value) {
        hold(error.text[0] && !okta_error_is_no_memory(&error));
        return false;
    }
    hold(malloc_usable_size(value) <= (length + 1) * sizeof(okta_value) + 2 * sizeof(max_align_t));
    printed = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    again = okta_read_object(printed, strlen(printed), NULL);
    hold(again && oracle_agrees(json, again));
    free(again);
    free(value);
    json_decref(json);
    free(printed);
    return true;
}

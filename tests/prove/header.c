/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/jws.c core/algorithm.c */
/* models: results.c errors.c values.c compare.c */
/* options: -eva-no-alloc-returns-null -inline-calls okta_value_entry,optional_string */
/* unreached: okta_jws_read_header 70: okta_value_entry, written out at each of its calls, is never
 * asked about what is no object, and memory is there */
/* unreached: is_nested 10: the same */
/* functions: okta_jws_read_header is_nested classify_type without_prefix okta_algorithm_by_name */
#include "core/jws.h"
#include "prove.h"

const char *const prove_words[] = {"RS256",    "jwt", "application/at+JWT", "okta-internal-at+jwt",
                                   "DPoP+jwt", NULL};
void prove_begin(size_t length);

/* Members of any type, strings of that many bytes. */
PROVE(2)
{
    okta_result result;
    okta_jws jws = {.header_text = (unsigned char *)any_bytes(1), .header_length = 1};

    prove_begin(length);
    if (okta_jws_read_header(&jws, &result) == OKTA_OK)
        //@ assert jws.alg != \null;
        ;
    okta_jws_clear(&jws);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/utf8.c */
/* volatile core/reader.c: const unsigned char */
/* volatile core/number.h: const unsigned char */
/* volatile core/utf8.c: const unsigned char */
/* volatile core/utf8.h: const unsigned char */
/* models: models.c overflow.c */
/* options: -inline-calls
 * copy_plain,copy_utf8,okta_utf8_read,okta_utf8_write,read_escape,read_code,read_hex,okta_eight_before,prove_ctz
 */
/* functions: read_string is_plain okta_is_surrogate find_special okta_eight_below
 * okta_eight_equal fail doubt */
/* unreached: doubt 1: two bad pairs take more, and have the entry escape */
/* unreached: read_string 30: a pair of surrogates takes 12 characters, and has the entry escape */
#include "core/reader.c"
#include "prove.h"

PROVE(9)
{
    const unsigned char *start = (unsigned char *)any_bytes(length);
    /* the text stands behind an opening quotation mark, and the room is for what is left of it, and
     * for the NUL in the closing one's place */
    char *texts = room(length);
    reader r = {.start = start, .at = start, .end = start + length, .texts = texts, .text = texts};
    const char *string;
    uint32_t string_length;

    if (read_string(&r, &string, &string_length)) {
        //@ assert r.at > start && r.at <= r.end;
    }
    free((void *)start);
    free(texts);
}

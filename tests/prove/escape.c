/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/utf8.c */
/* volatile core/reader.c: const unsigned char */
/* volatile core/number.h: const unsigned char */
/* volatile core/utf8.c: const unsigned char */
/* volatile core/utf8.h: const unsigned char */
/* models: models.c overflow.c */
/* options: -inline-calls read_hex,okta_utf8_write */
/* functions: read_escape read_code okta_is_surrogate fail doubt */
#include "core/reader.c"
#include "prove.h"

/* What stands behind a backslash: at most a pair of surrogates, of which the first backslash is
 * gone. */
PROVE(12)
{
    const unsigned char *start = (unsigned char *)any_bytes(length);
    char *texts = room(length);
    reader r = {.start = start,
                .at = start,
                .end = start + length,
                .texts = texts,
                .text = texts,
                .is_message = Frama_C_interval(0, 1),
                .flaw = Frama_C_interval(0, 1) ? OKTA_FLAW_NOT_JSON : OKTA_FLAW_NONE};

    read_escape(&r);
    free((void *)start);
    free(texts);
}

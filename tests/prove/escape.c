/* SPDX-License-Identifier: Apache-2.0 */
/* volatile core/reader.c: const unsigned char */
/* models: models.c */
/* options: -inline-calls read_hex,put_utf8 */
/* functions: read_escape read_code is_surrogate fail doubt */
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

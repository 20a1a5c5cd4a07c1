/* SPDX-License-Identifier: Apache-2.0 */
/* volatile core/target.c: const char *at; const char *p */
/* options: -inline-calls memchr */
/* unreached: put_path 3: where a segment was taken away there is room for a slash */
/* functions: okta_target_normalize has_controls put_rest put_path take_segment is_text
 * put_authority put_port */
/* functions: put_address put_part put_escape hex_value is_of_host is_of_path is_sub_delim
 * is_unreserved lower */
/* functions: is_digit put_text put */
#include "core/target.c"
#include "prove.h"

static void whole(size_t length, size_t size)
{
    static const char *const schemes[] = {"HTTPS://", "http://", "ftp://"};

    /*@ loop unroll 3; */
    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        size_t head = strlen(schemes[i]);
        char *url = any_bytes(head + length), *buffer = room(size);

        memcpy(url, schemes[i], head);
        okta_target_normalize(url, head + length, buffer, size);
        free(url);
        free(buffer);
    }
}

/* Each part of a URL, into as much room as it takes at most, and into less. */
PROVE(5)
{
    char *at = any_bytes(length), *end = at + length;

    /*@ loop unroll 7; */
    for (size_t size = 1; size <= length + 2; size++) {
        char *buffer = room(size);
        writer to = {buffer, 0, size};

        switch (Frama_C_interval(0, 2)) {
        case 0:
            put_authority(&to, at, end, 80);
            break;
        case 1:
            put_path(&to, at, end);
            break;
        default:
            put_part(&to, at, end, true);
            break;
        }
        free(buffer);
    }
    if (length < 4) {
        whole(length, length + 10);
        whole(length, 4);
    }
    free(at);
}

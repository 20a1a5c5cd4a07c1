/* SPDX-License-Identifier: Apache-2.0 */
/* prove: core/text.c */
/* options: -inline-calls memchr */
/* functions: okta_text_count okta_text_copy is_printable okta_strings_contain */
#include "core/text.h"
#include "prove.h"

#define SIZE 6 /* of the buffer, which is shorter than some texts */

PROVE(9)
{
    static const char *const items[] = {"", "word", "another one"};
    const okta_strings list = {3, items};
    char *text = any_bytes(length), *buffer = room(SIZE);
    size_t count = okta_text_count(text, length, (char)Frama_C_interval(1, 127));

    //@ assert count <= length;
    okta_text_copy(buffer, SIZE, text, length);
    okta_strings_contain(&list, text, length);
    free(text);
    free(buffer);
}

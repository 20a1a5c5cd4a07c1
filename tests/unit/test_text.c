/* SPDX-License-Identifier: Apache-2.0 */
#include "core/text.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

rule(every_byte_becomes_printable)
{
    char every[257], plain[300], copy[300];

    for (int i = 0; i < 256; i++)
        every[i] = (char)(i == 0 ? 1 : i);
    every[256] = '\0';
    okta_text_format(plain, sizeof(plain), "%s", every);
    okta_text_copy(copy, sizeof(copy), every, 256);
    check(strlen(plain) == 256 && strlen(copy) == 256, "%zu, %zu", strlen(plain), strlen(copy));
    for (int i = 1; i < 256; i++) {
        bool sound = i >= 0x20 && i <= 0x7e;

        check(plain[i] == (sound ? (char)i : '?'), "byte %d formatted as %d", i, plain[i]);
        check(copy[i] == (sound && i != '"' && i != '\\' ? (char)i : '?'), "byte %d copied as %d",
              i, copy[i]);
    }
}

rule(text_is_cut_to_the_buffer)
{
    for (size_t size = 1; size < 12; size++) {
        char *buffer = keep(malloc(size));

        okta_text_format(buffer, size, "%s", "12345678");
        check(strlen(buffer) == (size > 8 ? 8 : size - 1), "formatted into %zu", size);
        okta_text_copy(buffer, size, "12345678", 8);
        check(strlen(buffer) == (size > 8 ? 8 : size - 1), "copied into %zu", size);
    }
}

rule(a_copy_takes_nul_for_a_character)
{
    char copy[8];

    okta_text_copy(copy, sizeof(copy), "a\0b", 3);
    check(strcmp(copy, "a?b") == 0, "%s", copy);
}

rule(an_error_may_be_unwanted)
{
    okta_error error = {"before"};

    check(!okta_error_set(NULL, "%d", 1), "unwanted");
    check(!okta_error_set(&error, "line %d\n", 7), "wanted");
    check(strcmp(error.text, "line 7?") == 0, "%s", error.text);
}

rule(membership_is_of_whole_values)
{
    static const char *const items[] = {"api://default", "", "b"};
    const okta_strings list = {3, items}, none = {0, NULL};

    check(okta_strings_contain(&list, "api://default", 13), "exact");
    check(okta_strings_contain(&list, "", 0), "an empty one that is listed");
    check(!okta_strings_contain(&list, "api://defaul", 12), "a prefix");
    check(!okta_strings_contain(&list, "api://default\0x", 15), "a NUL and more");
    check(!okta_strings_contain(&list, "API://default", 13), "case");
    check(!okta_strings_contain(&list, "api://default/", 14), "more");
    check(!okta_strings_contain(&none, "", 0), "of nothing");
}

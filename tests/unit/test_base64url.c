/* SPDX-License-Identifier: Apache-2.0 */
#include "core/base64url.h"
#include "mint.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static bool decodes(const char *encoded, size_t length, unsigned char *out, size_t *out_length)
{
    return okta_base64url_decode(exact(encoded, length), length, out, out_length);
}

rule(encodes_the_examples_of_rfc_4648)
{
    static const struct {
        const char *bytes, *encoded;
    } rows[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbe", "_---"},
        {"\xfb\xff", "-_8"}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t bytes = strlen(rows[i].bytes), length = strlen(rows[i].encoded), found;
        char *encoded = keep(malloc(OKTA_BASE64URL_ENCODED(bytes) + 1));
        unsigned char *decoded = keep(malloc(OKTA_BASE64URL_DECODED(length) + 1));

        check(OKTA_BASE64URL_ENCODED(bytes) == length, "\"%s\"", rows[i].bytes);
        check(OKTA_BASE64URL_DECODED(length) == bytes, "\"%s\"", rows[i].bytes);
        okta_base64url_encode((const unsigned char *)rows[i].bytes, bytes, encoded);
        check(strcmp(encoded, rows[i].encoded) == 0, "\"%s\" became \"%s\"", rows[i].bytes,
              encoded);
        check(decodes(rows[i].encoded, length, decoded, &found) && found == bytes &&
                  memcmp(decoded, rows[i].bytes, bytes) == 0,
              "\"%s\"", rows[i].encoded);
    }
}

rule(agrees_with_openssl_on_every_length)
{
    unsigned char bytes[200], decoded[200];
    char encoded[OKTA_BASE64URL_ENCODED(200) + 1];
    size_t found;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)(i * 167 + 13);
    for (size_t length = 0; length <= sizeof(bytes); length++) {
        okta_base64url_encode(bytes, length, encoded);
        check(strcmp(encoded, mint_encode(bytes, length)) == 0, "%zu bytes", length);
        check(decodes(encoded, strlen(encoded), decoded, &found) && found == length &&
                  memcmp(bytes, decoded, length) == 0,
              "%zu bytes", length);
    }
}

rule(takes_the_64_characters_and_no_other_at_any_place)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char out[8];
    size_t length;

    for (int c = 0; c < 256; c++) {
        bool sound = c != 0 && strchr(alphabet, c) != NULL;

        for (size_t at = 0; at < 8; at++) {
            char input[8] = {'A', 'A', 'A', 'A', 'A', 'A', 'A', 'A'};
            input[at] = (char)c;
            check(decodes(input, 8, out, &length) == sound, "character %d at %zu of 8", c, at);
        }
        for (size_t at = 0; at < 2; at++) {
            char input[3] = {'A', 'A', 'A'};
            input[at] = (char)c;
            check(decodes(input, 3, out, &length) == sound, "character %d at %zu of 3", c, at);
        }
        char two[2] = {(char)c, 'A'};
        check(decodes(two, 2, out, &length) == sound, "character %d at 0 of 2", c);
    }
}

rule(refuses_stray_bits_in_the_last_character)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char out[8];
    size_t length;

    for (size_t i = 0; i < 64; i++) {
        char two[2] = {'A', alphabet[i]}, three[3] = {'A', 'A', alphabet[i]};

        check(decodes(two, 2, out, &length) == (i % 16 == 0), "A%c", alphabet[i]);
        check(decodes(three, 3, out, &length) == (i % 4 == 0), "AA%c", alphabet[i]);
    }
}

rule(refuses_what_other_decoders_forgive)
{
    static const char *const rows[] = {
        "A",     "AAAAA", "Zg==",   "Zg=",      "Zm8=",     "Zm9v=",    "=",    "====",
        " Zg",   "Zg ",   "Zm9v\n", "Zm9v\r\n", "Z m9v",    "Zm\t9v",   "+/+/", "__+_",
        "Zm9v.", ".",     "Zm9vYn", "%5A%67",   "\xc3\xa9", "Zm9v\x80", "A===", "Zg\n",
    };
    unsigned char out[64];
    size_t length;

    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(!decodes(rows[i], strlen(rows[i]), out, &length), "row %zu: \"%s\"", i, rows[i]);
    check(!decodes("Zm\0v", 4, out, &length), "a NUL inside");
    check(!decodes("Zm9v\0", 5, out, &length), "a NUL behind");
}

rule(writes_no_more_than_it_promises)
{
    for (size_t length = 0; length < 40; length++) {
        char *input = repeat("A", length);
        unsigned char *out = keep(malloc(OKTA_BASE64URL_DECODED(length) + 1));
        size_t found = 0, room = OKTA_BASE64URL_DECODED(length);

        out[room] = 0x5a;
        if (decodes(input, length, out, &found))
            check(found == room, "%zu characters", length);
        else
            check(length % 4 == 1, "%zu characters", length);
        check(out[room] == 0x5a, "%zu characters", length);
    }
}

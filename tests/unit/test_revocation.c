/* SPDX-License-Identifier: Apache-2.0 */
#include "core/revocation.h"
#include "unit.h"

#include <inttypes.h>
#include <string.h>

static okta_revocation_fault read_line(const char *line, size_t length, okta_revocation *found)
{
    return okta_revocation_read(exact(line, length), length, found);
}

rule(lines_say_what_is_refused)
{
    static const struct {
        const char *line;
        okta_revocation_kind kind;
        const char *value, *issuer;
        int64_t before;
    } rows[] = {
        {"jti a", OKTA_REVOKES_JTI, "a", NULL, OKTA_REVOKED_ALWAYS},
        {"sub user@example.com", OKTA_REVOKES_SUB, "user@example.com", NULL, OKTA_REVOKED_ALWAYS},
        {"cid 0oa1", OKTA_REVOKES_CID, "0oa1", NULL, OKTA_REVOKED_ALWAYS},
        {"sid 102", OKTA_REVOKES_SID, "102", NULL, OKTA_REVOKED_ALWAYS},
        {"  \tjti\t\t a \t", OKTA_REVOKES_JTI, "a", NULL, OKTA_REVOKED_ALWAYS},
        {"jti before", OKTA_REVOKES_JTI, "before", NULL, OKTA_REVOKED_ALWAYS},
        {"jti before before 7", OKTA_REVOKES_JTI, "before", NULL, 7},
        {"jti jti", OKTA_REVOKES_JTI, "jti", NULL, OKTA_REVOKED_ALWAYS},
        {"jti a\\u0041", OKTA_REVOKES_JTI, "a\\u0041", NULL, OKTA_REVOKED_ALWAYS},
        {"jti a\"b", OKTA_REVOKES_JTI, "a\"b", NULL, OKTA_REVOKED_ALWAYS},
        {"jti #", OKTA_REVOKES_JTI, "#", NULL, OKTA_REVOKED_ALWAYS},
        {"sub \"Jane Doe\"", OKTA_REVOKES_SUB, "Jane Doe", NULL, OKTA_REVOKED_ALWAYS},
        {"sub \"a\\\"b\\\\c\\u00e9\\n\" before 7", OKTA_REVOKES_SUB, "a\"b\\c\303\251\n", NULL, 7},
        {"sub \"\\ud83d\\ude00\"", OKTA_REVOKES_SUB, "\360\237\230\200", NULL, OKTA_REVOKED_ALWAYS},
        {"sub \"\\\\\"", OKTA_REVOKES_SUB, "\\", NULL, OKTA_REVOKED_ALWAYS},
        {"sub j\303\274rgen", OKTA_REVOKES_SUB, "j\303\274rgen", NULL, OKTA_REVOKED_ALWAYS},
        {"iss https://a.example/x sub u", OKTA_REVOKES_SUB, "u", "https://a.example/x",
         OKTA_REVOKED_ALWAYS},
        {"iss \"https://a.example/x y\" sub u before 2023-11-14T22:13:20Z", OKTA_REVOKES_SUB, "u",
         "https://a.example/x y", 1700000000},
        {"iss http://127.0.0.1:8000/a jti iss", OKTA_REVOKES_JTI, "iss", "http://127.0.0.1:8000/a",
         OKTA_REVOKED_ALWAYS},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *line = rows[i].line;
        okta_revocation found;
        okta_revocation_fault fault = read_line(line, strlen(line), &found);

        check(fault == OKTA_LINE_GOOD, "%s: %s", line, okta_revocation_fault_text(fault));
        if (fault != OKTA_LINE_GOOD)
            continue;
        check(found.kind == rows[i].kind, "%s: kind %d", line, (int)found.kind);
        check(found.length == strlen(rows[i].value) &&
                  memcmp(found.value, rows[i].value, found.length) == 0,
              "%s: %.*s", line, (int)found.length, found.value);
        check((found.issuer != NULL) == (rows[i].issuer != NULL), "%s: issuer", line);
        if (found.issuer && rows[i].issuer)
            check(found.issuer_length == strlen(rows[i].issuer) &&
                      memcmp(found.issuer, rows[i].issuer, found.issuer_length) == 0,
                  "%s: issuer %.*s", line, (int)found.issuer_length, found.issuer);
        check(found.before == rows[i].before, "%s: before %" PRId64, line, found.before);
    }
}

rule(some_lines_say_nothing)
{
    static const char *const rows[] = {
        "", " ", "\t \t", "#", "# a comment", "#jti a", "#\377\376 in any encoding", "# \"open"};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_revocation found;

        check(read_line(rows[i], strlen(rows[i]), &found) == OKTA_LINE_GOOD, "\"%s\"", rows[i]);
        check(found.kind == OKTA_REVOKES_COUNT, "\"%s\": kind %d", rows[i], (int)found.kind);
    }
}

#define LINE(text) text, sizeof(text) - 1

rule(bad_lines_are_named)
{
    static const struct {
        const char *line;
        size_t length;
        okta_revocation_fault fault;
    } rows[] = {
        {LINE("jti"), OKTA_LINE_VALUE},
        {LINE("jti "), OKTA_LINE_VALUE},
        {LINE("jti \"\""), OKTA_LINE_VALUE},
        {LINE("iss https://a.example/ jti"), OKTA_LINE_VALUE},
        {LINE("JTI a"), OKTA_LINE_WORD},
        {LINE("Jti a"), OKTA_LINE_WORD},
        {LINE("jtia"), OKTA_LINE_WORD},
        {LINE("uid a"), OKTA_LINE_WORD},
        {LINE("\"jti\" a"), OKTA_LINE_WORD},
        {LINE(" # no comment"), OKTA_LINE_WORD},
        {LINE("jti=a"), OKTA_LINE_WORD},
        {LINE("eyJhbGciOi.e30.x"), OKTA_LINE_WORD},
        {LINE("iss https://a.example/"), OKTA_LINE_WORD},
        {LINE("iss https://a.example/ iss https://a.example/ jti a"), OKTA_LINE_WORD},
        {LINE("jti a iss https://a.example/"), OKTA_LINE_BEHIND},
        {LINE("iss"), OKTA_LINE_ISSUER},
        {LINE("iss jti a"), OKTA_LINE_ISSUER},
        {LINE("iss a.example jti a"), OKTA_LINE_ISSUER},
        {LINE("iss https:// jti a"), OKTA_LINE_ISSUER},
        {LINE("iss HTTPS://a.example/ jti a"), OKTA_LINE_ISSUER},
        {LINE("sub Jane Doe"), OKTA_LINE_BEHIND},
        {LINE("jti a # comment"), OKTA_LINE_BEHIND},
        {LINE("jti a Before 7"), OKTA_LINE_BEHIND},
        {LINE("jti a \"before\" 7"), OKTA_LINE_BEHIND},
        {LINE("jti before 7"), OKTA_LINE_BEHIND},
        {LINE("jti a before"), OKTA_LINE_TIME},
        {LINE("jti a before tomorrow"), OKTA_LINE_TIME},
        {LINE("jti a before \"7\""), OKTA_LINE_TIME},
        {LINE("jti a before 7 8"), OKTA_LINE_TIME},
        {LINE("jti a before 2023-11-14 22:13:20Z"), OKTA_LINE_TIME},
        {LINE("jti a before -7"), OKTA_LINE_TIME},
        {LINE("sub \"Jane"), OKTA_LINE_QUOTES},
        {LINE("sub \""), OKTA_LINE_QUOTES},
        {LINE("sub \"\\\""), OKTA_LINE_QUOTES},
        {LINE("sub \"\\"), OKTA_LINE_QUOTES},
        {LINE("sub \"Jane\"Doe"), OKTA_LINE_QUOTES},
        {LINE("sub \"a\\x\""), OKTA_LINE_QUOTES},
        {LINE("sub \"\\ud83d\""), OKTA_LINE_QUOTES},
        {LINE("sub \"\\u0000\""), OKTA_LINE_QUOTES},
        {LINE("sub \"a\tb\""), OKTA_LINE_QUOTES},
        {LINE("jti a\0b"), OKTA_LINE_CONTROL},
        {LINE("jti a\r"), OKTA_LINE_CONTROL},
        {LINE("# comment\rjti a"), OKTA_LINE_CONTROL},
        {LINE("jti a\x7f"), OKTA_LINE_CONTROL},
        {LINE("jti a\x1b[0m"), OKTA_LINE_CONTROL},
        {LINE("\377\376j\0t\0i\0"), OKTA_LINE_UTF8},
        {LINE("jti \377"), OKTA_LINE_UTF8},
        {LINE("jti \303"), OKTA_LINE_UTF8},
        {LINE("jti \300\257"), OKTA_LINE_UTF8},
        {LINE("jti \340\200\257"), OKTA_LINE_UTF8},
        {LINE("jti \355\240\200"), OKTA_LINE_UTF8},
        {LINE("jti \360\200\200\257"), OKTA_LINE_UTF8},
        {LINE("jti \364\220\200\200"), OKTA_LINE_UTF8},
        {LINE("jti \365\200\200\200"), OKTA_LINE_UTF8},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        okta_revocation found;
        okta_revocation_fault fault = read_line(rows[i].line, rows[i].length, &found);

        check(fault == rows[i].fault, "%s: %s", rows[i].line, okta_revocation_fault_text(fault));
    }
}

rule(a_line_has_a_longest_length)
{
    char *line = text("jti %s", repeat("x", OKTA_REVOCATION_LINE_MAX - 4));
    okta_revocation found;

    check(read_line(line, strlen(line), &found) == OKTA_LINE_GOOD, "the longest");
    check(found.length == OKTA_REVOCATION_LINE_MAX - 4, "%zu", found.length);
    line = text("%sx", line);
    check(read_line(line, strlen(line), &found) == OKTA_LINE_LONG, "one byte more");
}

rule(every_fault_says_what_to_do)
{
    for (int i = 1; i < OKTA_LINE_FAULTS; i++)
        check(strlen(okta_revocation_fault_text((okta_revocation_fault)i)) > 20, "%d", i);
    /* a word in shared memory may hold anything */
    for (int i = OKTA_LINE_FAULTS; i < OKTA_LINE_FAULTS + 9; i++)
        check(strcmp(okta_revocation_fault_text((okta_revocation_fault)i), "it cannot be used") ==
                  0,
              "%d", i);
    check(strcmp(okta_revocation_fault_text((okta_revocation_fault)-1), "it cannot be used") == 0,
          "-1");
}

static size_t encode(uint32_t code, size_t length, char *bytes)
{
    static const unsigned char leads[] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = length; i > 1; i--, code >>= 6)
        bytes[i - 1] = (char)(0x80 | (code & 63));
    bytes[0] = (char)(leads[length] | code);
    return length;
}

/* Each character there is, and each as one that is too long by a byte. */
rule(all_characters_count_and_each_in_one_form)
{
    for (uint32_t code = 0x80; code < 0x120000; code++) {
        const size_t needed = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
        const bool exists = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
        char bytes[8];

        need(okta_revocation_is_bare(bytes, encode(code, needed, bytes)) == exists, "U+%X", code);
        need(!okta_revocation_is_bare(bytes, needed - 1), "U+%X cut off", code);
        if (needed < 4)
            need(!okta_revocation_is_bare(bytes, encode(code, needed + 1, bytes)), "U+%X too long",
                 code);
    }
    for (uint32_t code = 0; code < 0x80; code++) {
        char bytes[8];

        need(!okta_revocation_is_bare(bytes, encode(code, 2, bytes)), "U+%X too long", code);
    }
}

/* What is_bare takes comes back when it is read; what it does not would not. */
rule(a_bare_value_is_read_as_it_is)
{
    static const struct {
        const char *value;
        bool bare;
    } rows[] = {{"a", true},      {"a#b", true},      {"a\"b", true},  {"a\\b", true},
                {"before", true}, {"", false},        {"a b", false},  {"a\tb", false},
                {"\"a", false},   {"#a", false},      {"a\nb", false}, {"a\302\205b", true},
                {"\377", false},  {"j\303\274", true}};

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char *line = text("sub %s", rows[i].value);
        okta_revocation found;

        check(okta_revocation_is_bare(rows[i].value, strlen(rows[i].value)) == rows[i].bare, "%s",
              rows[i].value);
        if (rows[i].bare)
            check(read_line(line, strlen(line), &found) == OKTA_LINE_GOOD &&
                      found.length == strlen(rows[i].value) &&
                      memcmp(found.value, rows[i].value, found.length) == 0,
                  "%s", line);
    }
}

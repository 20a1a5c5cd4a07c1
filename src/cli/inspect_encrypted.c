/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect_encrypted.h"

#include "cli/notes.h"
#include "cli/output.h"
#include "core/jwe.h"

#include <stdio.h>
#include <string.h>

#define PARTS 4

static const char unverified[] =
    "UNVERIFIED: anybody can encrypt to a public key; what is within was not looked at.";

bool okta_is_whole_jwe(const okta_input *token)
{
    okta_result unused;
    okta_jwe jwe;
    bool whole;

    okta_result_init(&unused);
    whole = okta_jwe_split(&jwe, token->bytes, token->length, &unused) == OKTA_OK;
    okta_jwe_clear(&jwe);
    return whole;
}

typedef struct part {
    const char *name, *member;
    size_t length;
} part;

static json_t *notes_of(okta_jwe *jwe, bool split, const char *why)
{
    json_t *notes = json_array();
    okta_result result;

    okta_result_init(&result);
    if (!split)
        okta_note(notes, "It is malformed: %s.", why);
    else if (okta_jwe_read_header(jwe, &result) != OKTA_OK)
        okta_note(notes, "mod_auth_okta refuses it: %s.", result.detail);
    else if (!jwe->kid)
        okta_note(notes, "It names no key (kid): up to %d keys that fit are tried.",
                  OKTA_JWE_TRIES_MAX);
    else
        okta_note(notes,
                  "It is for the key with the kid \"%s\": okta-token verify --decryption-key "
                  "shows what is within.",
                  result.kid);
    return notes;
}

static bool print_text(const okta_value *header, const part *parts, const json_t *notes)
{
    const json_t *value;
    size_t index;
    bool good;

    printf("%s\n\nHeader\n", unverified);
    good = okta_print_json(okta_value_to_json(header));
    puts("\nParts");
    for (size_t i = 0; i < PARTS; i++)
        printf("%-21s %zu bytes\n", parts[i].name, parts[i].length);
    puts("\nNotes");
    json_array_foreach(notes, index, value) printf("- %s\n", json_string_value(value));
    return good;
}

bool okta_inspect_encrypted(const okta_input *token, const okta_value *header, bool json)
{
    okta_result result;
    okta_jwe jwe;
    bool split, good;
    json_t *notes;

    okta_result_init(&result);
    split = okta_jwe_split(&jwe, token->bytes, token->length, &result) == OKTA_OK;
    notes = notes_of(&jwe, split, result.detail);
    const part parts[PARTS] = {
        {"encrypted key", "encrypted_key_bytes", jwe.wrapped.length},
        {"initialization vector", "initialization_vector_bytes", jwe.content.iv.length},
        {"ciphertext", "ciphertext_bytes", jwe.content.text.length},
        {"authentication tag", "authentication_tag_bytes", jwe.content.tag.length},
    };
    if (json) {
        json_t *lengths = json_object();

        for (size_t i = 0; i < PARTS; i++)
            json_object_set_new(lengths, parts[i].member,
                                json_integer((json_int_t)parts[i].length));
        good = okta_print_json(json_pack("{s:b, s:o, s:o, s:o}", "verified", 0, "header",
                                         okta_value_to_json(header), "parts", lengths, "notes",
                                         notes));
    } else {
        good = print_text(header, parts, notes);
        json_decref(notes);
    }
    okta_jwe_clear(&jwe);
    return good;
}

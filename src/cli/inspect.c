/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/inspect_encrypted.h"
#include "cli/message.h"
#include "cli/notes.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/wrapping.h"
#include "core/base64url.h"
#include "core/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: okta-token inspect [OPTION]... [TOKEN]\n"
    "Show what a token says of itself. NOTHING IS VERIFIED: anybody can write such a token.\n"
    "Without TOKEN, or with \"-\", it is read from standard input.\n"
    "\n"
    "      --at TIME  count times from TIME: seconds since the epoch, or RFC 3339\n"
    "      --json     print one JSON object\n"
    "  -h, --help     print this\n"
    "\n"
    "Exit status: 0 decoded, 1 it cannot be decoded, 2 usage.\n";

static const char unverified[] = "UNVERIFIED: the signature and the claims were not checked.";

enum { OPTION_AT = OKTA_OPTION_FIRST, OPTION_JSON };

static const struct option options[] = {
    {"at", required_argument, NULL, OPTION_AT},
    {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

typedef struct inspection {
    bool json;
    bool encrypted;
    int64_t now;
    okta_input token;
    okta_value *header;
    okta_value *payload;
    size_t signature_length;
} inspection;

/* Decode one part into new bytes; NULL when it is not base64url. The caller frees. */
static char *decode(const char *part, size_t length, size_t *decoded_length)
{
    char *bytes = malloc(OKTA_BASE64URL_DECODED(length) + 1);

    if (bytes && okta_base64url_decode(part, length, (unsigned char *)bytes, decoded_length))
        return bytes;
    free(bytes);
    return NULL;
}

static bool is_base64url(const char *text, size_t length)
{
    size_t decoded_length;
    char *bytes = decode(text, length, &decoded_length);

    free(bytes);
    return bytes != NULL;
}

static okta_value *read_object(const char *name, const char *part, size_t length)
{
    size_t decoded_length = 0;
    char *text = decode(part, length, &decoded_length);
    okta_error error = {""};
    okta_value *object;

    if (!text) {
        okta_complain("the %s is not base64url; was the token cut or wrapped?", name);
        return NULL;
    }
    object = okta_read_object(text, decoded_length, &error);
    if (!object)
        okta_complain("the %s is no JSON object: %s", name, error.text);
    free(text);
    return object;
}

static size_t signature_length(const char *part)
{
    size_t length = 0;

    free(decode(part, strlen(part), &length));
    return length;
}

/* More forgiving than the core: what cannot be verified is worth looking at, too. False after a
 * complaint; the header may be there all the same. */
static bool read_token(inspection *i)
{
    const char *token = i->token.bytes, *first, *second, *wrapping;
    size_t dots = 0;

    for (size_t at = 0; at < i->token.length; at++)
        dots += token[at] == '.';
    if (i->token.length == 0)
        return okta_complain("the token is empty; is a shell variable unset?");
    first = strchr(token, '.');
    wrapping = okta_wrapping(token, i->token.length);
    if (wrapping && (!first || !is_base64url(token, (size_t)(first - token))))
        return okta_complain("no JWT by itself; give %s", wrapping);
    if (dots != 2 && dots != 4)
        return okta_complain("no JWT: %zu dots where a signed one has 2%s", dots,
                             dots ? "; was it cut or wrapped?"
                                  : "; an opaque token says nothing, only its issuer knows it");
    second = first ? strchr(first + 1, '.') : NULL;
    if (!second)
        return okta_complain("no JWT: it holds a NUL byte");
    i->header = read_object("header", token, (size_t)(first - token));
    if (!i->header)
        return false;
    i->encrypted = dots == 4;
    if (i->encrypted)
        return okta_is_whole_jwe(&i->token) ||
               okta_complain("an encrypted token that is malformed: only its header can be read");
    i->payload = read_object("payload", first + 1, (size_t)(second - first - 1));
    i->signature_length = signature_length(second + 1);
    return i->payload != NULL;
}

static bool print_text(const inspection *i, json_t *times, json_t *notes)
{
    const char *name;
    const json_t *value;
    size_t index;
    bool good;

    printf("%s\n\nHeader\n", unverified);
    good = okta_print_json(okta_value_to_json(i->header));
    if (i->payload) {
        puts("\nPayload");
        good = okta_print_json(okta_value_to_json(i->payload)) && good;
    }
    printf("\nSignature\n%zu bytes, not checked\n", i->signature_length);
    if (json_object_size(times))
        puts("\nTimes");
    json_object_foreach(times, name, value)
        printf("%-10s %s  %s\n", name, json_string_value(json_object_get(value, "rfc3339")),
               json_string_value(json_object_get(value, "meaning")));
    if (json_array_size(notes))
        puts("\nNotes");
    json_array_foreach(notes, index, value) printf("- %s\n", json_string_value(value));
    return good;
}

static bool print(const inspection *i)
{
    const okta_decoded decoded = {i->header, i->payload, i->token.length, i->signature_length,
                                  i->now};
    json_t *times, *notes;
    bool good;

    if (i->encrypted)
        return okta_inspect_encrypted(&i->token, i->header, i->json);
    times = okta_notes_times(i->payload, i->now);
    notes = okta_notes(&decoded);
    if (i->json)
        return okta_print_json(json_pack("{s:b, s:o, s:o?, s:I, s:o, s:o}", "verified", 0, "header",
                                         okta_value_to_json(i->header), "payload",
                                         i->payload ? okta_value_to_json(i->payload) : NULL,
                                         "signature_bytes", (json_int_t)i->signature_length,
                                         "times", times, "notes", notes));
    good = print_text(i, times, notes);
    json_decref(times);
    json_decref(notes);
    return good;
}

static int run(inspection *i)
{
    bool decoded = read_token(i);

    if (i->header && !print(i))
        return OKTA_EXIT_TROUBLE;
    return decoded ? OKTA_EXIT_GOOD : OKTA_EXIT_REFUSED;
}

int okta_command_inspect(int argc, char **argv)
{
    inspection i = {.now = okta_time_now()};
    int option, status = OKTA_EXIT_TROUBLE;
    bool good = true;

    while (good && (option = okta_option_next(argc, argv, options)) != OKTA_OPTION_END) {
        if (option == 'h') {
            fputs(help, stdout);
            return OKTA_EXIT_GOOD;
        }
        if (option == OPTION_AT)
            good = okta_option_time("--at", optarg, &i.now);
        else if (option == OPTION_JSON)
            i.json = true;
        else
            good = false;
    }
    if (good && okta_input_token(&i.token, argc - optind, argv + optind))
        status = run(&i);
    free(i.header);
    free(i.payload);
    okta_input_clear(&i.token);
    return status;
}

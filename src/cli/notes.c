/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/notes.h"

#include "cli/clock.h"
#include "core/algorithm.h"
#include "core/policy.h"

#include <string.h>
#include <strings.h>

#define SECONDS_MAX ((int64_t)1 << 53)

void okta_note(json_t *notes, const char *format, ...)
{
    char text[512];
    va_list arguments;

    va_start(arguments, format);
    okta_text_vformat(text, sizeof(text), format, arguments);
    va_end(arguments);
    json_array_append_new(notes, json_string(text));
}

/* A string member made safe to print; NULL when absent or no string. */
static const char *text_of(const okta_value *object, const char *name, char *buffer, size_t size)
{
    const char *text = okta_value_text(object, name);

    if (!text)
        return NULL;
    okta_text_copy(buffer, size, text, strlen(text));
    return buffer;
}

static bool seconds_of(const okta_value *object, const char *name, int64_t *seconds)
{
    const okta_value *value = okta_value_member(object, name);
    bool fraction;

    return value && okta_value_floor(value, seconds, &fraction) && *seconds >= 0 &&
           *seconds <= SECONDS_MAX;
}

static void note_algorithm(json_t *notes, const okta_value *header)
{
    char shown[64];
    const char *alg = text_of(header, "alg", shown, sizeof(shown));

    if (!alg)
        okta_note(notes, "The header has no \"alg\": every verifier has to refuse it.");
    else if (strcasecmp(alg, "none") == 0)
        okta_note(notes, "alg is \"%s\": nobody signed it, so anybody can have written it.", alg);
    else if (strncasecmp(alg, "HS", 2) == 0)
        okta_note(notes, "alg is \"%s\", symmetric: no public key verifies it.", alg);
    else if (!okta_algorithm_by_name(alg, strlen(alg)))
        okta_note(notes, "alg is \"%s\", which mod_auth_okta does not know.", alg);
    else if (strcmp(alg, "RS256") != 0)
        okta_note(notes, "alg is %s; OktaAlgorithms has to name it (the default is RS256).", alg);
}

static void note_header(json_t *notes, const okta_value *header)
{
    static const char *const refused[] = {"crit", "b64", "zip", "enc"};
    static const char *const ignored[] = {"jwk", "jku", "x5u", "x5c"};

    if (!okta_value_entry(header, "kid"))
        okta_note(notes,
                  "It names no key (kid): verified only where exactly one key of the issuer can "
                  "serve its alg.");
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        if (okta_value_entry(header, refused[i]))
            okta_note(notes, "The header has \"%s\": such tokens are refused.", refused[i]);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        if (okta_value_entry(header, ignored[i]))
            okta_note(notes, "The header has \"%s\": ignored, keys come from the issuer alone.",
                      ignored[i]);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

static void note_origin(json_t *notes, const okta_decoded *token)
{
    char shown[128];
    const char *typ = text_of(token->header, "typ", shown, sizeof(shown));
    const char *iss = okta_value_text(token->payload, "iss");

    if ((typ && ends_with(typ, "okta-internal-at+jwt")) ||
        (iss && okta_is_org_issuer(iss, strlen(iss))))
        okta_note(notes,
                  "It looks like a token of an Okta org authorization server, which nobody else "
                  "can verify; ask a custom authorization server (/oauth2/default) for one.");
    else if (typ && strcasecmp(typ, "JWT") != 0 && strcasecmp(typ, "at+jwt") != 0 &&
             strcasecmp(typ, "application/at+jwt") != 0)
        okta_note(notes, "typ is \"%s\": no access token.", typ);
}

static void note_kind(json_t *notes, const okta_value *payload)
{
    static const char *const marks[] = {"nonce", "at_hash", "c_hash"};
    char shown[128], client[128];
    const char *audience = text_of(payload, "aud", shown, sizeof(shown));
    const char *cid = text_of(payload, "cid", client, sizeof(client));
    const okta_value *confirmation = okta_value_member(payload, "cnf");

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (okta_value_member(payload, marks[i]))
            okta_note(notes, "It has \"%s\", as ID tokens do: an API takes the access token.",
                      marks[i]);
    if (audience && (strncmp(audience, "0oa", 3) == 0 || (cid && strcmp(cid, audience) == 0)))
        okta_note(notes, "Its aud \"%s\" is a client id: is this an ID token?", audience);
    if (confirmation)
        okta_note(notes, "It is bound to a %s: refused when it comes without that.",
                  okta_value_member(confirmation, "jkt") ? "key (cnf with jkt: DPoP)"
                  : okta_value_member(confirmation, "x5t#S256")
                      ? "client certificate (cnf with x5t#S256)"
                      : "key (cnf)");
}

static void note_claims(json_t *notes, const okta_value *payload)
{
    static const char *const needed[] = {"iss", "aud", "exp"};

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!okta_value_member(payload, needed[i]))
            okta_note(notes, "It has no \"%s\": mod_auth_okta refuses it.", needed[i]);
}

static void note_times(json_t *notes, const okta_value *payload, int64_t now)
{
    char length[OKTA_TIME_BYTES];
    int64_t seconds;

    if (seconds_of(payload, "exp", &seconds) && seconds <= now)
        okta_note(notes, "It expired %s ago.", okta_time_length(now - seconds, length));
    if (seconds_of(payload, "nbf", &seconds) && seconds > now)
        okta_note(notes, "It is not valid for another %s.",
                  okta_time_length(seconds - now, length));
    if (seconds_of(payload, "iat", &seconds) && seconds > now)
        okta_note(notes, "It was issued %s from now: compare the clocks.",
                  okta_time_length(seconds - now, length));
}

json_t *okta_notes(const okta_decoded *token)
{
    json_t *notes = json_array();

    note_algorithm(notes, token->header);
    note_header(notes, token->header);
    note_origin(notes, token);
    if (token->signature_length == 0)
        okta_note(notes, "It has no signature that can be decoded.");
    if (token->token_length > OKTA_TOKEN_BYTES_DEFAULT)
        okta_note(notes,
                  "It has %zu bytes; httpd takes %d unless OktaMaxTokenBytes says otherwise.",
                  token->token_length, OKTA_TOKEN_BYTES_DEFAULT);
    if (token->payload) {
        note_kind(notes, token->payload);
        note_claims(notes, token->payload);
        note_times(notes, token->payload, token->now);
    }
    return notes;
}

json_t *okta_notes_times(const okta_value *payload, int64_t now)
{
    static const struct {
        const char *name, *past, *past_end, *future, *future_end;
    } claims[] = {
        {"auth_time", "signed in ", " ago", "signed in ", " from now"},
        {"iat", "issued ", " ago", "issued ", " from now"},
        {"nbf", "valid since ", " ago", "not valid for another ", ""},
        {"exp", "expired ", " ago", "expires in ", ""},
    };
    json_t *times = json_object();

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        char text[OKTA_TIME_BYTES], length[OKTA_TIME_BYTES], meaning[128];
        bool future;
        int64_t seconds;

        if (!seconds_of(payload, claims[i].name, &seconds))
            continue;
        future = seconds > now;
        okta_time_length(seconds - now, length);
        okta_text_format(meaning, sizeof(meaning), "%s%s%s",
                         future ? claims[i].future : claims[i].past, length,
                         future ? claims[i].future_end : claims[i].past_end);
        json_object_set_new(times, claims[i].name,
                            json_pack("{s:I, s:s, s:s}", "seconds", (json_int_t)seconds, "rfc3339",
                                      okta_time_format(seconds, text), "meaning", meaning));
    }
    return times;
}

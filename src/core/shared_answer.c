/* SPDX-License-Identifier: Apache-2.0 */
#include "core/shared_answer.h"

#include "core/octets.h"
#include "core/reader.h"

#include <stdlib.h>
#include <string.h>

/* How it is written, when the issuer was asked, and the answer's JSON. */
#define FORMAT 1
#define HEAD_BYTES (1 + OKTA_OCTETS)
#define SECOND INT64_C(1000000)

/* As from the issuer. NULL: out of memory. */
static char *text_of(const okta_shared_answer *answer)
{
    json_t *said =
        answer->claims ? okta_value_to_json(okta_claims_root(answer->claims)) : json_object();
    bool good = json_object_set_new(said, "active", json_boolean(answer->reason == OKTA_OK)) == 0;
    char *text;

    if (good && !answer->claims && answer->reason == OKTA_OK && answer->end != OKTA_NO_END)
        good = json_object_set_new(said, "exp", json_integer(answer->end)) == 0;
    text = good ? okta_json_text(said, JSON_COMPACT) : NULL;
    json_decref(said);
    return text;
}

size_t okta_shared_answer_write(const okta_shared_answer *answer, unsigned char *bytes, size_t room)
{
    char *text = text_of(answer);
    size_t length = 0;

    if (text)
        length = strlen(text);
    if (length == 0 || room < HEAD_BYTES || length > room - HEAD_BYTES) {
        free(text);
        return 0;
    }
    bytes[0] = FORMAT;
    okta_octets_write(bytes + 1, answer->asked_at);
    memcpy(bytes + HEAD_BYTES, text, length);
    free(text);
    return HEAD_BYTES + length;
}

bool okta_shared_answer_read(const unsigned char *bytes, size_t length, const char *issuer,
                             int64_t now, okta_shared_answer *answer, okta_result *result)
{
    bool understood;

    *answer = (okta_shared_answer){.reason = OKTA_UNSET, .end = OKTA_NO_END};
    if (length < HEAD_BYTES || bytes[0] != FORMAT)
        return false;
    answer->asked_at = okta_octets_read(bytes + 1);
    if (answer->asked_at <= 0 || answer->asked_at > now + OKTA_SHARED_AHEAD * SECOND)
        return false;
    if (answer->asked_at > now)
        answer->asked_at = now;
    answer->reason = okta_introspection_read((const char *)bytes + HEAD_BYTES, length - HEAD_BYTES,
                                             issuer, &answer->claims, &understood, result);
    if (answer->claims)
        answer->end = okta_introspection_end(answer->claims);
    return answer->reason == OKTA_OK || answer->reason == OKTA_TOKEN_INACTIVE;
}

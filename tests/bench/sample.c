/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LIFETIME (365L * 24 * 3600)
#define GROUPS_MIN 10
#define GROUP_BYTES 20  /* of a group beyond the first ten */
#define SHORT_TOKEN 700 /* fewer bytes have no room for an Okta token's claims */

static size_t payload_bytes(const signer *s, size_t token_bytes)
{
    size_t header = (strlen(s->kid) + 25) * 4 / 3;
    size_t signature = (size_t)EVP_PKEY_get_size(s->key) * 4 / 3;

    return token_bytes > header + signature ? (token_bytes - header - signature - 2) * 3 / 4 : 0;
}

static char *short_payload(char *payload, size_t size, const char *issuer, const char *unique,
                           long now)
{
    snprintf(payload, size,
             "{\"iss\":\"%s\",\"aud\":\"%s\",\"iat\":%ld,\"exp\":%ld,\"sub\":\"%.16s\"}", issuer,
             SAMPLE_AUDIENCE, now, now + LIFETIME, unique);
    return payload;
}

char *sample_payload(const signer *s, const char *issuer, size_t token_bytes)
{
    size_t goal = payload_bytes(s, token_bytes), size = goal + 4096;
    char *payload = malloc(size), unique[44];
    long now = (long)time(NULL);
    int used, group = 0;

    if (!payload)
        abort();
    signer_random_text(unique, 43);
    if (token_bytes < SHORT_TOKEN)
        return short_payload(payload, size, issuer, unique, now);
    used = snprintf(payload, size,
                    "{\"ver\":1,\"jti\":\"AT.%s\",\"iss\":\"%s\",\"aud\":\"%s\",\"iat\":%ld,"
                    "\"exp\":%ld,\"cid\":\"0oa1bench2client3\",\"uid\":\"00u1bench2user34\","
                    "\"scp\":[\"openid\",\"profile\",\"email\"],\"auth_time\":%ld,"
                    "\"sub\":\"user-%.8s@example.com\",\"groups\":[\"Everyone\"",
                    unique, issuer, SAMPLE_AUDIENCE, now, now + LIFETIME, now - 60, unique);
    while (++group < GROUPS_MIN || (size_t)used + GROUP_BYTES < goal)
        used += snprintf(payload + used, size - (size_t)used,
                         group < GROUPS_MIN ? ",\"grp-%02d\"" : ",\"department-%06d\"", group);
    snprintf(payload + used, size - (size_t)used, "]}");
    return payload;
}

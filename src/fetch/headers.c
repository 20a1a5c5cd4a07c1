/* SPDX-License-Identifier: Apache-2.0 */
#include "fetch/headers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LINE_MAX_BYTES 1024
#define SECONDS_MAX 31536000 /* a year: what anybody means by more */

void okta_headers_init(okta_headers *headers)
{
    memset(headers, 0, sizeof(*headers));
    headers->max_age = headers->rate_limit_wait = -1;
}

void okta_headers_clear(okta_headers *headers)
{
    free(headers->etag);
    okta_headers_init(headers);
}

/* Digits, capped; -1 when there are none. */
static int64_t seconds(const char *text)
{
    int64_t value = -1;

    for (; *text >= '0' && *text <= '9'; text++) {
        value = (value < 0 ? 0 : value) * 10 + (*text - '0');
        if (value > INT64_C(1) << 40)
            value = INT64_C(1) << 40;
    }
    return value;
}

static void read_cache_control(okta_headers *headers, char *value)
{
    char *rest = NULL;

    for (char *part = strtok_r(value, ", \t", &rest); part; part = strtok_r(NULL, ", \t", &rest)) {
        if (strncasecmp(part, "max-age=", 8) == 0 && headers->max_age != 0) {
            int64_t age = seconds(part + 8 + (part[8] == '"'));
            headers->max_age = age > SECONDS_MAX ? SECONDS_MAX : age;
        } else if (strcasecmp(part, "no-store") == 0 || strcasecmp(part, "no-cache") == 0) {
            headers->max_age = 0;
        }
    }
}

/* Okta's counterpart of Retry-After: an absolute time. */
static void read_rate_limit_reset(okta_headers *headers, const char *value)
{
    int64_t wait = seconds(value) - (int64_t)time(NULL);

    if (wait > 0 && wait < SECONDS_MAX)
        headers->rate_limit_wait = wait;
}

/* RFC 9110 section 8.8.3: [W/]"…", bytes beyond ASCII included. Anything else some server might
 * refuse when it gets it back. */
static bool is_entity_tag(const char *value)
{
    const char *tag = strncmp(value, "W/", 2) == 0 ? value + 2 : value;
    size_t length = strlen(tag);

    if (length < 2 || tag[0] != '"' || tag[length - 1] != '"')
        return false;
    for (size_t i = 1; i < length - 1; i++)
        if ((unsigned char)tag[i] <= 0x20 || tag[i] == '"' || tag[i] == 0x7f)
            return false;
    return true;
}

void okta_headers_read(okta_headers *headers, const char *line, size_t length)
{
    char copy[LINE_MAX_BYTES];
    char *value;

    while (length > 0 && strchr("\r\n \t", line[length - 1]))
        length--;
    if (length >= sizeof(copy))
        return;
    memcpy(copy, line, length);
    copy[length] = '\0';
    value = strchr(copy, ':');
    if (!value)
        return;
    *value++ = '\0';
    value += strspn(value, " \t");
    if (strcasecmp(copy, "etag") == 0) {
        free(headers->etag);
        headers->etag = is_entity_tag(value) ? strdup(value) : NULL;
    } else if (strcasecmp(copy, "content-encoding") == 0) {
        headers->encoded = strcasecmp(value, "identity") != 0;
    } else if (strcasecmp(copy, "cache-control") == 0) {
        read_cache_control(headers, value);
    } else if (strcasecmp(copy, "x-rate-limit-reset") == 0) {
        read_rate_limit_reset(headers, value);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"

#include "core/moment.h"
#include "core/text.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define YEAR_10000 INT64_C(253402300800)

bool okta_time_parse(const char *text, int64_t *seconds)
{
    bool more;

    return okta_moment_read(text, strlen(text), seconds, &more);
}

const char *okta_time_format(int64_t seconds, char buffer[OKTA_TIME_BYTES])
{
    time_t when = (time_t)seconds;
    struct tm date;

    if (seconds < 0 || seconds >= YEAR_10000 || !gmtime_r(&when, &date) ||
        !strftime(buffer, OKTA_TIME_BYTES, "%Y-%m-%dT%H:%M:%SZ", &date))
        okta_text_format(buffer, OKTA_TIME_BYTES, "out of range");
    return buffer;
}

const char *okta_time_length(int64_t seconds, char buffer[OKTA_TIME_BYTES])
{
    static const struct {
        int64_t length;
        const char *name;
    } units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t length = seconds < 0 ? -seconds : seconds;
    size_t i = 0;

    /* two of the larger unit, or the smaller one says more */
    while (i < 3 && length < 2 * units[i].length)
        i++;
    okta_text_format(buffer, OKTA_TIME_BYTES, "%" PRId64 " %s", length / units[i].length,
                     units[i].name);
    return buffer;
}

int64_t okta_time_now(void)
{
    return (int64_t)time(NULL);
}

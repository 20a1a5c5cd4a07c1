/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/clock.h"

#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECONDS_MAX ((int64_t)1 << 53)
#define YEAR_10000 INT64_C(253402300800)

static bool parse_digits(const char *text, int64_t *seconds)
{
    char *end = NULL;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    *seconds = strtoll(text, &end, 10);
    return !*end && !errno && *seconds <= SECONDS_MAX;
}

/* strptime and its likes pass over white space and missing zeros; RFC 3339 has neither. */
static bool has_form(const char *text, const char *form)
{
    for (; *form; form++, text++) {
        if (*form == '0' ? !isdigit((unsigned char)*text) : toupper((unsigned char)*text) != *form)
            return false;
    }
    return true;
}

static int number(const char *digits, size_t count)
{
    int value = 0;

    while (count--)
        value = value * 10 + (*digits++ - '0');
    return value;
}

static bool parse_offset(const char *text, int64_t *offset)
{
    int hours, minutes;

    *offset = 0;
    if (toupper((unsigned char)*text) == 'Z')
        return !text[1];
    if ((*text != '+' && *text != '-') || !has_form(text + 1, "00:00") || text[6])
        return false;
    hours = number(text + 1, 2);
    minutes = number(text + 4, 2);
    *offset = (*text == '-' ? -60 : 60) * (int64_t)(hours * 60 + minutes);
    return hours < 24 && minutes < 60;
}

static bool parse_rfc3339(const char *text, int64_t *seconds)
{
    struct tm date = {0}, back;
    int64_t offset;

    if (!has_form(text, "0000-00-00T00:00:00"))
        return false;
    date.tm_year = number(text, 4) - 1900;
    date.tm_mon = number(text + 5, 2) - 1;
    date.tm_mday = number(text + 8, 2);
    date.tm_hour = number(text + 11, 2);
    date.tm_min = number(text + 14, 2);
    date.tm_sec = number(text + 17, 2);
    back = date;
    text += 19;
    if (*text == '.') {
        if (!isdigit((unsigned char)text[1]))
            return false;
        text += 1 + strspn(text + 1, "0123456789");
    }
    if (!parse_offset(text, &offset))
        return false;
    *seconds = (int64_t)timegm(&back) - offset;
    /* timegm carries the 31st of February over */
    return back.tm_mday == date.tm_mday && back.tm_mon == date.tm_mon && date.tm_hour < 24 &&
           date.tm_min < 60 && date.tm_sec < 60;
}

bool okta_time_parse(const char *text, int64_t *seconds)
{
    return (parse_digits(text, seconds) || parse_rfc3339(text, seconds)) && *seconds >= 0;
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

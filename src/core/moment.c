/* SPDX-License-Identifier: Apache-2.0 */
#include "core/moment.h"

#define SECONDS_MAX (INT64_C(1) << 53)
#define DAY INT64_C(86400)

/* What is left to be read. */
typedef struct rest {
    const char *at, *end;
} rest;

static bool digits(rest *r, int count, int64_t *number)
{
    *number = 0;
    for (int i = 0; i < count; i++, r->at++) {
        if (r->at == r->end || *r->at < '0' || *r->at > '9')
            return false;
        *number = *number * 10 + (*r->at - '0');
    }
    return true;
}

/* Letters count in either case (RFC 3339 section 5.6). */
static bool sign(rest *r, char c)
{
    if (r->at == r->end || (*r->at != c && !(c >= 'A' && *r->at == c + ('a' - 'A'))))
        return false;
    r->at++;
    return true;
}

static bool plain_seconds(rest r, int64_t *seconds)
{
    *seconds = 0;
    if (r.at == r.end)
        return false;
    for (; r.at < r.end; r.at++) {
        if (*r.at < '0' || *r.at > '9')
            return false;
        *seconds = *seconds * 10 + (*r.at - '0');
        if (*seconds > SECONDS_MAX)
            return false;
    }
    return true;
}

static bool is_leap(int64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970, or false where there is no such day. */
static bool day_of(int64_t year, int64_t month, int64_t day, int64_t *days)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int64_t past = year - 1;

    if (month < 1 || month > 12 || day < 1 ||
        day > lengths[month - 1] + (month == 2 && is_leap(year)))
        return false;
    *days = past * 365 + past / 4 - past / 100 + past / 400 - 719162 + day - 1;
    for (int64_t m = 1; m < month; m++)
        *days += lengths[m - 1] + (m == 2 && is_leap(year));
    return true;
}

/* Whether anything but zeros stands there. */
static bool fraction(rest *r, bool *more)
{
    const char *begin;

    *more = false;
    if (!sign(r, '.'))
        return true;
    for (begin = r->at; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++)
        *more = *more || *r->at != '0';
    return r->at > begin;
}

static bool offset(rest *r, int64_t *seconds)
{
    int64_t hour, minute, direction;

    *seconds = 0;
    if (sign(r, 'Z'))
        return true;
    direction = sign(r, '+') ? 1 : sign(r, '-') ? -1 : 0;
    if (!direction || !digits(r, 2, &hour) || !sign(r, ':') || !digits(r, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *seconds = direction * (hour * 60 + minute) * 60;
    return true;
}

static bool date_and_time(rest r, int64_t *seconds, bool *more)
{
    int64_t year, month, day, hour, minute, second, days, east;

    if (!digits(&r, 4, &year) || !sign(&r, '-') || !digits(&r, 2, &month) || !sign(&r, '-') ||
        !digits(&r, 2, &day) || !sign(&r, 'T') || !digits(&r, 2, &hour) || !sign(&r, ':') ||
        !digits(&r, 2, &minute) || !sign(&r, ':') || !digits(&r, 2, &second) ||
        !fraction(&r, more) || !offset(&r, &east) || r.at != r.end)
        return false;
    if (year < 1970 || hour > 23 || minute > 59 || second > 60 || !day_of(year, month, day, &days))
        return false;
    *seconds = days * DAY + hour * 3600 + minute * 60 + second - east;
    return *seconds >= 0;
}

bool okta_moment_read(const char *text, size_t length, int64_t *seconds, bool *more)
{
    const rest whole = {text, text + length};

    *more = false;
    return plain_seconds(whole, seconds) || date_and_time(whole, seconds, more);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "core/moment.h"
#include "unit.h"

#include <inttypes.h>
#include <string.h>

rule(moments_of_rfc_3339_and_seconds_are_read)
{
    static const struct {
        const char *text;
        int64_t seconds;
        bool more;
    } rows[] = {
        {"0", 0, false},
        {"1700000000", 1700000000, false},
        {"00000000000000000000000001", 1, false},
        {"9007199254740992", INT64_C(9007199254740992), false},
        {"1970-01-01T00:00:00Z", 0, false},
        {"1970-01-01t00:00:01z", 1, false},
        {"2023-11-14T22:13:20Z", 1700000000, false},
        {"2023-11-14T23:13:20+01:00", 1700000000, false},
        {"2023-11-14T16:43:20-05:30", 1700000000, false},
        {"2023-11-14T22:13:20.0Z", 1700000000, false},
        {"2023-11-14T22:13:20.000001Z", 1700000000, true},
        {"2023-11-14T22:13:19.999Z", 1699999999, true},
        {"2024-02-29T12:00:00Z", 1709208000, false},
        {"2000-02-29T00:00:00Z", 951782400, false},
        {"2000-03-01T00:00:00Z", 951868800, false},
        {"2016-12-31T23:59:60Z", 1483228800, false},
        {"2017-01-01T00:59:60+01:00", 1483228800, false},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799), false},
        {"1970-01-01T00:00:00-23:59", 86340, false},
        {"2023-11-14T22:13:20-00:00", 1700000000, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t length = strlen(rows[i].text);
        int64_t seconds = -1;
        bool more;

        check(okta_moment_read(exact(rows[i].text, length), length, &seconds, &more), "%s",
              rows[i].text);
        check(more == rows[i].more, "%s: %d", rows[i].text, more);
        check(seconds == rows[i].seconds, "%s: %" PRId64, rows[i].text, seconds);
    }
}

rule(anything_else_is_refused)
{
    static const char *const rows[] = {
        "",
        " ",
        "-1",
        "+1",
        "1.5",
        "1e9",
        "0x10",
        "9007199254740993",
        "99999999999999999999999",
        "now",
        "today",
        "2023-11-14",
        "2023-11-14T22:13:20",
        "2023-11-14 22:13:20Z",
        "2023-11-14T22:13Z",
        "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20,5Z",
        "2023-11-14T22:13:20+0100",
        "2023-11-14T22:13:20+1:00",
        "2023-11-14T22:13:20+24:00",
        "2023-11-14T22:13:20+01:60",
        "2023-11-14T22:13:20Z ",
        "2023-11-14T22:13:20ZZ",
        "2023-11-14T24:00:00Z",
        "2023-11-14T22:60:00Z",
        "2023-11-14T22:13:61Z",
        "2023-13-01T00:00:00Z",
        "2023-00-01T00:00:00Z",
        "2023-01-00T00:00:00Z",
        "2023-01-32T00:00:00Z",
        "2023-04-31T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01",
        "23-11-14T22:13:20Z",
        "12023-11-14T22:13:20Z",
        "2023-1-14T22:13:20Z",
        "2023-11-14T22:13:20Z\n",
        "2023/11/14T22:13:20Z",
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t length = strlen(rows[i]);
        int64_t seconds;
        bool more;

        check(!okta_moment_read(exact(rows[i], length), length, &seconds, &more), "\"%s\"",
              rows[i]);
    }
}

/* Each day of 400 years is one day behind the last. */
rule(no_day_is_left_out)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t expected = 0;

    for (int year = 1970; year < 2370; year++)
        for (int month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            int days = lengths[month - 1] + (month == 2 && leap);

            for (int day = 1; day <= days; day++, expected += 86400) {
                char *words = text("%04d-%02d-%02dT00:00:00Z", year, month, day);
                int64_t seconds = -1;
                bool more;

                need(okta_moment_read(words, strlen(words), &seconds, &more) && !more &&
                         seconds == expected,
                     "%s: %" PRId64, words, seconds);
            }
        }
}

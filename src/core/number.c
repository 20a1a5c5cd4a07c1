/* SPDX-License-Identifier: Apache-2.0 */
#include "core/number.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const char okta_number_out_of_range[] = "a number out of range";

static bool fail(const char **fault, const char *cause)
{
    *fault = cause;
    return false;
}

static bool has_digits(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *from = *at;

    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    return *at > from;
}

static locale_t point_is_a_point;

static void make_locale(void)
{
    point_is_a_point = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
}

/* strtod stops at what follows the number. */
static bool real_value(const unsigned char *from, okta_value *value, const char **fault)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, make_locale);
    if (!point_is_a_point)
        return false;
    value->type = OKTA_VALUE_REAL;
    value->as.real = strtod_l((const char *)from, NULL, point_is_a_point);
    return isfinite(value->as.real) || fail(fault, okta_number_out_of_range);
}

static bool integer_value(const unsigned char *from, const unsigned char *end, okta_value *value,
                          const char **fault)
{
    bool negative = *from == '-';
    int64_t sum = 0;

    for (from += negative; from < end; from++)
        if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_sub_overflow(sum, *from - '0', &sum))
            return fail(fault, okta_number_out_of_range);
    if (!negative && __builtin_sub_overflow(0, sum, &sum))
        return fail(fault, okta_number_out_of_range);
    value->type = OKTA_VALUE_INTEGER;
    value->as.integer = sum;
    return true;
}

bool okta_number_read(const unsigned char **at, const unsigned char *end, okta_value *value,
                      const char **fault)
{
    const unsigned char *from = *at;
    bool real = false, whole;

    if (**at == '-')
        ++*at;
    whole = *at < end && **at == '0' ? ++*at != NULL : has_digits(at, end);
    if (whole && *at < end && **at == '.') {
        ++*at;
        real = true;
        whole = has_digits(at, end);
    }
    if (whole && *at < end && (**at | 0x20) == 'e') {
        ++*at;
        real = true;
        if (*at < end && (**at == '+' || **at == '-'))
            ++*at;
        whole = has_digits(at, end);
    }
    if (!whole || *at == end)
        return fail(fault, "half a number");
    return real ? real_value(from, value, fault) : integer_value(from, *at, value, fault);
}

bool okta_number_approach(const unsigned char *number, okta_value *value, const char **fault)
{
    return real_value(number, value, fault);
}

bool okta_word_read(const unsigned char **at, const unsigned char *end, okta_value *value)
{
    static const struct {
        const char *word;
        uint8_t type;
        int64_t integer;
    } words[] = {{"true", OKTA_VALUE_BOOLEAN, 1},
                 {"false", OKTA_VALUE_BOOLEAN, 0},
                 {"null", OKTA_VALUE_NULL, 0}};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);

        if ((size_t)(end - *at) >= length && memcmp(*at, words[i].word, length) == 0) {
            value->type = words[i].type;
            value->as.integer = words[i].integer;
            *at += length;
            return true;
        }
    }
    return false;
}

size_t okta_number_write(int64_t integer, char text[OKTA_NUMBER_SIZE])
{
    char digits[OKTA_NUMBER_SIZE], *first = digits + sizeof(digits);
    /* the least one has no positive counterpart in int64 */
    uint64_t rest = integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer;
    size_t length;

    *--first = '\0';
    do
        *--first = (char)('0' + rest % 10);
    while (rest /= 10);
    if (integer < 0)
        *--first = '-';
    length = (size_t)(digits + sizeof(digits) - first) - 1;
    memcpy(text, first, length + 1);
    return length;
}

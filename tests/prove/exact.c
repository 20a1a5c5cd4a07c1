/* SPDX-License-Identifier: Apache-2.0 */
/* For proofs of whole texts, whose few numbers are told apart from what is none: what gcc's
 * functions say. b is above 0 where core/number.c multiplies. */
#include <stdint.h>

bool prove_mul_overflow(int64_t a, int64_t b, int64_t *result)
{
    if (a > INT64_MAX / b || a < INT64_MIN / b)
        return true;
    *result = a * b;
    return false;
}

bool prove_sub_overflow(int64_t a, int64_t b, int64_t *result)
{
    if (b > 0 ? a < INT64_MIN + b : a > INT64_MAX + b)
        return true;
    *result = a - b;
    return false;
}

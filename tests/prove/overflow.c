/* SPDX-License-Identifier: Apache-2.0 */
/* For proofs that do not rest on what a calculation comes to. */
#include "__fc_builtin.h"

/* Any result, with an overflow or without. */
static bool any_result(int64_t *result)
{
    bool overflows = Frama_C_interval(0, 1);

    *result = Frama_C_long_interval(INT64_MIN, INT64_MAX);
    return overflows;
}

bool prove_mul_overflow(int64_t a, int64_t b, int64_t *result)
{
    return any_result(result);
}

bool prove_sub_overflow(int64_t a, int64_t b, int64_t *result)
{
    return any_result(result);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * numeric.h: the numeric operators that C does not have as WebAssembly defines them (specification, 4.3).
 * A function that may trap returns 0 or an `enum wasm_trap`.
 */
#ifndef KEEP_WASM_NUMERIC_H
#define KEEP_WASM_NUMERIC_H

#include "wasm.h"

static inline uint32_t wasm_f32_bits(float value)
{
    uint32_t bits;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline uint64_t wasm_f64_bits(double value)
{
    uint64_t bits;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static inline float wasm_f32_of_bits(uint32_t bits)
{
    float value;
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline double wasm_f64_of_bits(uint64_t bits)
{
    double value;
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

/* ---- Integers ------------------------------------------------------------------------------------------ */

#define WASM_INTEGER_OPERATORS(T, U, S, WIDTH, MINIMUM)                                                      \
    static inline int wasm_##T##_div_s(U a, U b, U *result)                                                  \
    {                                                                                                        \
        if (b == 0)                                                                                          \
            return WASM_TRAP_DIVIDE_BY_ZERO;                                                                 \
        if (a == (U)MINIMUM && b == (U) - 1)                                                                 \
            return WASM_TRAP_INTEGER_OVERFLOW;                                                               \
        *result = (U)((S)a / (S)b);                                                                          \
        return 0;                                                                                            \
    }                                                                                                        \
    static inline int wasm_##T##_div_u(U a, U b, U *result)                                                  \
    {                                                                                                        \
        if (b == 0)                                                                                          \
            return WASM_TRAP_DIVIDE_BY_ZERO;                                                                 \
        *result = a / b;                                                                                     \
        return 0;                                                                                            \
    }                                                                                                        \
    static inline int wasm_##T##_rem_s(U a, U b, U *result)                                                  \
    {                                                                                                        \
        if (b == 0)                                                                                          \
            return WASM_TRAP_DIVIDE_BY_ZERO;                                                                 \
        *result = b == (U) - 1 ? 0 : (U)((S)a % (S)b);                                                       \
        return 0;                                                                                            \
    }                                                                                                        \
    static inline int wasm_##T##_rem_u(U a, U b, U *result)                                                  \
    {                                                                                                        \
        if (b == 0)                                                                                          \
            return WASM_TRAP_DIVIDE_BY_ZERO;                                                                 \
        *result = a % b;                                                                                     \
        return 0;                                                                                            \
    }                                                                                                        \
    static inline U wasm_##T##_shr_s(U a, U b)                                                               \
    {                                                                                                        \
        return (U)((S)a >> (b % WIDTH));                                                                     \
    }                                                                                                        \
    static inline U wasm_##T##_rotl(U a, U b)                                                                \
    {                                                                                                        \
        return (U)(a << (b % WIDTH)) | (U)(a >> ((WIDTH - b % WIDTH) % WIDTH));                              \
    }                                                                                                        \
    static inline U wasm_##T##_rotr(U a, U b)                                                                \
    {                                                                                                        \
        return (U)(a >> (b % WIDTH)) | (U)(a << ((WIDTH - b % WIDTH) % WIDTH));                              \
    }

WASM_INTEGER_OPERATORS(i32, uint32_t, int32_t, 32, INT32_MIN)
WASM_INTEGER_OPERATORS(i64, uint64_t, int64_t, 64, INT64_MIN)

static inline uint32_t wasm_i32_clz(uint32_t a)
{
    return a == 0 ? 32 : (uint32_t)__builtin_clz(a);
}

static inline uint32_t wasm_i32_ctz(uint32_t a)
{
    return a == 0 ? 32 : (uint32_t)__builtin_ctz(a);
}

static inline uint64_t wasm_i64_clz(uint64_t a)
{
    return a == 0 ? 64 : (uint64_t)__builtin_clzll(a);
}

static inline uint64_t wasm_i64_ctz(uint64_t a)
{
    return a == 0 ? 64 : (uint64_t)__builtin_ctzll(a);
}

/* ---- Floats -------------------------------------------------------------------------------------------- */

/* Rounding without a libm. Adding and taking away 2^(mantissa bits) rounds to nearest, ties to even, exactly.
 * From that magnitude on every float is an integer. A NaN must come out quiet: x + x makes it so. The sign of
 * a zero is kept. */
#define WASM_FLOAT_OPERATORS(T, F, U, SIGN, INTEGRAL)                                                        \
    static inline F wasm_##T##_abs(F a)                                                                      \
    {                                                                                                        \
        return wasm_##T##_of_bits(wasm_##T##_bits(a) & ~(U)SIGN);                                            \
    }                                                                                                        \
    static inline F wasm_##T##_neg(F a)                                                                      \
    {                                                                                                        \
        return wasm_##T##_of_bits(wasm_##T##_bits(a) ^ (U)SIGN);                                             \
    }                                                                                                        \
    static inline F wasm_##T##_copysign(F a, F b)                                                            \
    {                                                                                                        \
        return wasm_##T##_of_bits((wasm_##T##_bits(a) & ~(U)SIGN) | (wasm_##T##_bits(b) & (U)SIGN));         \
    }                                                                                                        \
    static inline F wasm_##T##_nearest(F a)                                                                  \
    {                                                                                                        \
        F magnitude = wasm_##T##_abs(a);                                                                     \
        if (!(magnitude < (F)INTEGRAL))                                                                      \
            return a != a ? a + a : a;                                                                       \
        F shifted = magnitude + (F)INTEGRAL;                                                                 \
        return wasm_##T##_copysign(shifted - (F)INTEGRAL, a);                                                \
    }                                                                                                        \
    static inline F wasm_##T##_floor(F a)                                                                    \
    {                                                                                                        \
        F rounded = wasm_##T##_nearest(a);                                                                   \
        return rounded > a ? rounded - 1 : rounded;                                                          \
    }                                                                                                        \
    static inline F wasm_##T##_ceil(F a)                                                                     \
    {                                                                                                        \
        F rounded = wasm_##T##_nearest(a);                                                                   \
        return rounded < a ? wasm_##T##_copysign(rounded + 1, a) : rounded;                                  \
    }                                                                                                        \
    static inline F wasm_##T##_trunc(F a)                                                                    \
    {                                                                                                        \
        return a < 0 ? wasm_##T##_ceil(a) : wasm_##T##_floor(a);                                             \
    }                                                                                                        \
    static inline F wasm_##T##_min(F a, F b)                                                                 \
    {                                                                                                        \
        if (a != a || b != b)                                                                                \
            return a + b;                                                                                    \
        if (a == b)                                                                                          \
            return wasm_##T##_of_bits(wasm_##T##_bits(a) | wasm_##T##_bits(b));                              \
        return a < b ? a : b;                                                                                \
    }                                                                                                        \
    static inline F wasm_##T##_max(F a, F b)                                                                 \
    {                                                                                                        \
        if (a != a || b != b)                                                                                \
            return a + b;                                                                                    \
        if (a == b)                                                                                          \
            return wasm_##T##_of_bits(wasm_##T##_bits(a) & wasm_##T##_bits(b));                              \
        return a > b ? a : b;                                                                                \
    }

WASM_FLOAT_OPERATORS(f32, float, uint32_t, 0x80000000u, 0x1p23f)
WASM_FLOAT_OPERATORS(f64, double, uint64_t, 0x8000000000000000u, 0x1p52)

/* ---- Float to integer ---------------------------------------------------------------------------------- */

/* FROM and BELOW bound the floats whose truncation is representable: `a` is in range if a FROM_OP FROM and a
 * < BELOW. */
#define WASM_TRUNCATION(NAME, F, U, S, FROM_OP, FROM, BELOW, LEAST, MOST)                                    \
    static inline int wasm_##NAME(F a, U *result)                                                            \
    {                                                                                                        \
        if (a != a)                                                                                          \
            return WASM_TRAP_INVALID_CONVERSION;                                                             \
        if (!(a FROM_OP FROM && a < BELOW))                                                                  \
            return WASM_TRAP_INTEGER_OVERFLOW;                                                               \
        *result = (U)(S)a;                                                                                   \
        return 0;                                                                                            \
    }                                                                                                        \
    static inline U wasm_##NAME##_sat(F a)                                                                   \
    {                                                                                                        \
        if (a != a)                                                                                          \
            return 0;                                                                                        \
        if (!(a FROM_OP FROM))                                                                               \
            return (U)LEAST;                                                                                 \
        return a < BELOW ? (U)(S)a : (U)MOST;                                                                \
    }

WASM_TRUNCATION(i32_trunc_f32_s, float, uint32_t, int32_t, >=, -0x1p31f, 0x1p31f, INT32_MIN, INT32_MAX)
WASM_TRUNCATION(i32_trunc_f32_u, float, uint32_t, uint32_t, >, -1.0f, 0x1p32f, 0, UINT32_MAX)
WASM_TRUNCATION(i32_trunc_f64_s, double, uint32_t, int32_t, >, -2147483649.0, 0x1p31, INT32_MIN, INT32_MAX)
WASM_TRUNCATION(i32_trunc_f64_u, double, uint32_t, uint32_t, >, -1.0, 0x1p32, 0, UINT32_MAX)
WASM_TRUNCATION(i64_trunc_f32_s, float, uint64_t, int64_t, >=, -0x1p63f, 0x1p63f, INT64_MIN, INT64_MAX)
WASM_TRUNCATION(i64_trunc_f32_u, float, uint64_t, uint64_t, >, -1.0f, 0x1p64f, 0, UINT64_MAX)
WASM_TRUNCATION(i64_trunc_f64_s, double, uint64_t, int64_t, >=, -0x1p63, 0x1p63, INT64_MIN, INT64_MAX)
WASM_TRUNCATION(i64_trunc_f64_u, double, uint64_t, uint64_t, >, -1.0, 0x1p64, 0, UINT64_MAX)

#endif

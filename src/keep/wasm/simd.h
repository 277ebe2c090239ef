/* SPDX-License-Identifier: Apache-2.0 */
/*
 * simd.h: vectors of 128 bits (specification, 2.2.4 and 4.3) as clang's vector extensions; no header of any
 * processor is needed. Lane 0 is at the lowest address, as in WebAssembly. A comparison gives lanes of all
 * ones or zeros.
 */
#ifndef KEEP_WASM_SIMD_H
#define KEEP_WASM_SIMD_H

#include "wasm.h"

#define WASM_VECTOR(type, size) type __attribute__((vector_size(size)))

typedef WASM_VECTOR(uint64_t, 16) wasm_v128;
typedef WASM_VECTOR(int8_t, 16) wasm_i8x16;
typedef WASM_VECTOR(uint8_t, 16) wasm_u8x16;
typedef WASM_VECTOR(int16_t, 16) wasm_i16x8;
typedef WASM_VECTOR(uint16_t, 16) wasm_u16x8;
typedef WASM_VECTOR(int32_t, 16) wasm_i32x4;
typedef WASM_VECTOR(uint32_t, 16) wasm_u32x4;
typedef WASM_VECTOR(int64_t, 16) wasm_i64x2;
typedef WASM_VECTOR(uint64_t, 16) wasm_u64x2;
typedef WASM_VECTOR(float, 16) wasm_f32x4;
typedef WASM_VECTOR(double, 16) wasm_f64x2;
/* halves */
typedef WASM_VECTOR(int8_t, 8) wasm_i8x8;
typedef WASM_VECTOR(uint8_t, 8) wasm_u8x8;
typedef WASM_VECTOR(int16_t, 8) wasm_i16x4;
typedef WASM_VECTOR(uint16_t, 8) wasm_u16x4;
typedef WASM_VECTOR(int32_t, 8) wasm_i32x2;
typedef WASM_VECTOR(uint32_t, 8) wasm_u32x2;
typedef WASM_VECTOR(float, 8) wasm_f32x2;
/* two at once */
typedef WASM_VECTOR(int16_t, 32) wasm_i16x16;
typedef WASM_VECTOR(int32_t, 32) wasm_i32x8;

/* Slots are aligned to eight bytes only. */
static inline wasm_v128 wasm_v128_load(const void *from)
{
    wasm_v128 value;
    __builtin_memcpy(&value, from, sizeof(value));
    return value;
}

static inline void wasm_v128_store(void *to, wasm_v128 value)
{
    __builtin_memcpy(to, &value, sizeof(value));
}

static inline wasm_v128 wasm_v128_select(wasm_v128 mask, wasm_v128 a, wasm_v128 b)
{
    return (mask & a) | (~mask & b);
}

static inline bool wasm_v128_any(wasm_v128 a)
{
    return (a[0] | a[1]) != 0;
}

/* ---- Halves -------------------------------------------------------------------------------------------- */

#define WASM_LOW8(a)          __builtin_shufflevector((a), (a), 0, 1, 2, 3, 4, 5, 6, 7)
#define WASM_HIGH8(a)         __builtin_shufflevector((a), (a), 8, 9, 10, 11, 12, 13, 14, 15)
#define WASM_LOW4(a)          __builtin_shufflevector((a), (a), 0, 1, 2, 3)
#define WASM_HIGH4(a)         __builtin_shufflevector((a), (a), 4, 5, 6, 7)
#define WASM_LOW2(a)          __builtin_shufflevector((a), (a), 0, 1)
#define WASM_HIGH2(a)         __builtin_shufflevector((a), (a), 2, 3)
/* Lanes of twice the width, sign- or zero-extended as `to` and the type of `half` say. */
#define WASM_EXTEND(to, half) __builtin_convertvector((half), wasm_##to)

/* Two vectors as one, and back to lanes of half the width. */
#define WASM_JOIN8(a, b)                                                                                     \
    __builtin_shufflevector((a), (b), 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
#define WASM_JOIN4(a, b)  __builtin_shufflevector((a), (b), 0, 1, 2, 3, 4, 5, 6, 7)
/* Four lanes of which the upper two are zero. */
#define WASM_ZERO_HIGH(a) __builtin_shufflevector((a), (__typeof__(a)){0}, 0, 1, 2, 3)

/* Every lane within [least, most], in lanes of half the width. */
#define WASM_NARROW(to, joined, least, most)                                                                 \
    __builtin_convertvector(                                                                                 \
        __builtin_elementwise_max(__builtin_elementwise_min((joined), (__typeof__(joined)){0} + (most)),     \
                                  (__typeof__(joined)){0} + (least)),                                        \
        wasm_##to)

/* ---- Integers ------------------------------------------------------------------------------------------ */

static inline wasm_u8x16 wasm_i8x16_popcnt(wasm_u8x16 a)
{
    a -= (a >> 1) & 0x55;
    a = (a & 0x33) + ((a >> 2) & 0x33);
    return (a + (a >> 4)) & 0x0F;
}

/* (a + b + 1) / 2 without the carry that would not fit. */
#define WASM_AVERAGE(a, b) (((a) | (b)) - (((a) ^ (b)) >> 1))

/* The sum of neighbours, each half as wide: the lower of the two, and the upper. */
#define WASM_PAIR_LOW(a, bits)  ((a) << (bits) >> (bits))
#define WASM_PAIR_HIGH(a, bits) ((a) >> (bits))

static inline wasm_i16x8 wasm_i16x8_q15mulr_sat_s(wasm_i16x8 a, wasm_i16x8 b)
{
    wasm_i32x8 product = __builtin_convertvector(a, wasm_i32x8) * __builtin_convertvector(b, wasm_i32x8);
    return WASM_NARROW(i16x8, (product + 0x4000) >> 15, INT16_MIN, INT16_MAX);
}

static inline wasm_i32x4 wasm_i32x4_dot_i16x8_s(wasm_i16x8 a, wasm_i16x8 b)
{
    wasm_i32x8 product = __builtin_convertvector(a, wasm_i32x8) * __builtin_convertvector(b, wasm_i32x8);
    return __builtin_shufflevector(product, product, 0, 2, 4, 6) +
           __builtin_shufflevector(product, product, 1, 3, 5, 7);
}

/* The deterministic profile's: both sides signed, sums saturated. */
static inline wasm_i16x8 wasm_i16x8_relaxed_dot(wasm_i16x8 a, wasm_i16x8 b)
{
    return __builtin_elementwise_add_sat(WASM_PAIR_LOW(a, 8) * WASM_PAIR_LOW(b, 8),
                                         WASM_PAIR_HIGH(a, 8) * WASM_PAIR_HIGH(b, 8));
}

static inline wasm_i32x4 wasm_i32x4_relaxed_dot_add(wasm_i16x8 a, wasm_i16x8 b, wasm_i32x4 c)
{
    wasm_i32x4 sums = (wasm_i32x4)wasm_i16x8_relaxed_dot(a, b);
    return (wasm_i32x4)((wasm_u32x4)WASM_PAIR_LOW(sums, 16) + (wasm_u32x4)WASM_PAIR_HIGH(sums, 16) +
                        (wasm_u32x4)c);
}

/* The top bits of eight bytes, the first lowest: each is shifted to a bit of the upper byte of its own. */
static inline uint32_t wasm_bitmask8(uint64_t lanes)
{
    return (uint32_t)((lanes & 0x8080808080808080u) * 0x0002040810204081u >> 56);
}

static inline uint32_t wasm_i8x16_bitmask(wasm_u64x2 a)
{
    return wasm_bitmask8(a[0]) | wasm_bitmask8(a[1]) << 8;
}

/* The top bytes of four lanes of 16 bits become every second one of eight. */
static inline uint32_t wasm_i16x8_bitmask(wasm_i16x8 a)
{
    wasm_i8x8 tops = __builtin_convertvector(a >> 8, wasm_i8x8);
    uint64_t lanes;
    __builtin_memcpy(&lanes, &tops, sizeof(lanes));
    return wasm_bitmask8(lanes);
}

static inline uint32_t wasm_i32x4_bitmask(wasm_u64x2 a)
{
    wasm_u64x2 pairs = (a >> 31 & 1) | (a >> 62 & 2);
    return (uint32_t)(pairs[0] | pairs[1] << 2);
}

static inline uint32_t wasm_i64x2_bitmask(wasm_u64x2 a)
{
    return (uint32_t)(a[0] >> 63 | a[1] >> 63 << 1);
}

/* ---- Floats -------------------------------------------------------------------------------------------- */

/* As numeric.h's for one float, with masks for branches. A NaN comes out quiet; the sign of a zero is kept.
 * From 2^(mantissa bits) on every float is an integer. */
#define WASM_FLOAT_LANES(shape, F, I, U, SIGN, QUIET, INTEGRAL)                                              \
    static inline wasm_##shape wasm_##shape##_nearest(wasm_##shape a)                                        \
    {                                                                                                        \
        wasm_##U sign = (wasm_##U)a & SIGN;                                                                  \
        wasm_##shape magnitude = (wasm_##shape)((wasm_##U)a ^ sign);                                         \
        wasm_##U fraction = (wasm_##U)(magnitude < INTEGRAL);                                                \
        wasm_##U rounded = (wasm_##U)(magnitude + INTEGRAL - INTEGRAL) | sign;                               \
        wasm_##U whole = (wasm_##U)a | ((wasm_##U)(a != a) & QUIET);                                         \
        return (wasm_##shape)((rounded & fraction) | (whole & ~fraction));                                   \
    }                                                                                                        \
    static inline wasm_##shape wasm_##shape##_floor(wasm_##shape a)                                          \
    {                                                                                                        \
        wasm_##shape rounded = wasm_##shape##_nearest(a);                                                    \
        return rounded - (wasm_##shape)((wasm_##U)(rounded > a) & (wasm_##U)((wasm_##shape){0} + 1));        \
    }                                                                                                        \
    static inline wasm_##shape wasm_##shape##_ceil(wasm_##shape a)                                           \
    {                                                                                                        \
        return -wasm_##shape##_floor(-a);                                                                    \
    }                                                                                                        \
    static inline wasm_##shape wasm_##shape##_trunc(wasm_##shape a)                                          \
    {                                                                                                        \
        wasm_##U sign = (wasm_##U)a & SIGN;                                                                  \
        return (wasm_##shape)((wasm_##U)wasm_##shape##_floor((wasm_##shape)((wasm_##U)a ^ sign)) | sign);    \
    }                                                                                                        \
    /* below, equal and above exclude each other; where none holds there is a NaN */                         \
    static inline wasm_##shape wasm_##shape##_extreme(wasm_##shape a, wasm_##shape b, wasm_##U take_a,       \
                                                      wasm_##U take_b, wasm_##U zero)                        \
    {                                                                                                        \
        wasm_##U equal = (wasm_##U)(a == b);                                                                 \
        wasm_##U none = ~(take_a | take_b | equal);                                                          \
        return (wasm_##shape)((take_a & (wasm_##U)a) | (take_b & (wasm_##U)b) | (equal & zero) |             \
                              (none & (wasm_##U)(a + b)));                                                   \
    }                                                                                                        \
    static inline wasm_##shape wasm_##shape##_min(wasm_##shape a, wasm_##shape b)                            \
    {                                                                                                        \
        return wasm_##shape##_extreme(a, b, (wasm_##U)(a < b), (wasm_##U)(a > b),                            \
                                      (wasm_##U)a | (wasm_##U)b);                                            \
    }                                                                                                        \
    static inline wasm_##shape wasm_##shape##_max(wasm_##shape a, wasm_##shape b)                            \
    {                                                                                                        \
        return wasm_##shape##_extreme(a, b, (wasm_##U)(a > b), (wasm_##U)(a < b),                            \
                                      (wasm_##U)a & (wasm_##U)b);                                            \
    }

WASM_FLOAT_LANES(f32x4, float, i32x4, u32x4, 0x80000000u, 0x00400000u, 0x1p23f)
WASM_FLOAT_LANES(f64x2, double, i64x2, u64x2, 0x8000000000000000u, 0x0008000000000000u, 0x1p52)

/* ---- Float to integer, saturated ----------------------------------------------------------------------- */

static inline wasm_i32x4 wasm_i32x4_trunc_sat_f32x4_s(wasm_f32x4 a)
{
    wasm_i32x4 inside = (a >= -0x1p31f) & (a < 0x1p31f);
    wasm_i32x4 whole = __builtin_convertvector((wasm_f32x4)((wasm_i32x4)a & inside), wasm_i32x4);
    return whole | ((a >= 0x1p31f) & INT32_MAX) | ((a < -0x1p31f) & INT32_MIN);
}

static inline wasm_u32x4 wasm_i32x4_trunc_sat_f32x4_u(wasm_f32x4 a)
{
    wasm_i32x4 inside = (a > -1.0f) & (a < 0x1p32f);
    wasm_u32x4 whole = __builtin_convertvector((wasm_f32x4)((wasm_i32x4)a & inside), wasm_u32x4);
    return whole | (wasm_u32x4)(a >= 0x1p32f);
}

static inline wasm_i32x4 wasm_i32x4_trunc_sat_f64x2_s_zero(wasm_f64x2 a)
{
    wasm_i64x2 number = a == a;
    wasm_f64x2 least = (wasm_f64x2){0} - 0x1p31;
    wasm_f64x2 most = (wasm_f64x2){0} + (0x1p31 - 1);
    wasm_i64x2 below = a < least;
    wasm_i64x2 above = a > most;
    wasm_i64x2 bits =
        ((wasm_i64x2)a & number & ~below & ~above) | ((wasm_i64x2)least & below) | ((wasm_i64x2)most & above);
    return WASM_ZERO_HIGH(__builtin_convertvector((wasm_f64x2)bits, wasm_i32x2));
}

static inline wasm_u32x4 wasm_i32x4_trunc_sat_f64x2_u_zero(wasm_f64x2 a)
{
    wasm_f64x2 most = (wasm_f64x2){0} + (0x1p32 - 1);
    wasm_i64x2 above = a > most;
    wasm_i64x2 bits = ((wasm_i64x2)a & (a >= 0) & ~above) | ((wasm_i64x2)most & above);
    return WASM_ZERO_HIGH(__builtin_convertvector((wasm_f64x2)bits, wasm_u32x2));
}

/* ---- Lanes by number ----------------------------------------------------------------------------------- */

/* Bytes of `a`, each named by a lane; what is no number below 16 gives zero. */
static inline wasm_v128 wasm_i8x16_swizzle(const uint8_t *a, const uint8_t *lanes)
{
    wasm_u8x16 named = (wasm_u8x16)wasm_v128_load(lanes);
    __asm__("" : "+r"(lanes)); /* each byte is loaded from there again, not from a copy on the stack */
    uint64_t halves[2];
    for (uint32_t half = 0; half < 2; half++) {
        uint64_t bytes = 0;
        for (uint32_t i = 8; i > 0; i--)
            bytes = bytes << 8 | a[lanes[half * 8 + i - 1] % 16];
        halves[half] = bytes;
    }
    return (wasm_v128){halves[0], halves[1]} & (wasm_v128)(named < 16);
}

/* Ones in the bytes of one lane of `size`, at a byte offset. */
static inline wasm_v128 wasm_lane_mask(uint32_t size, uint32_t offset)
{
    static const uint8_t windows[4][32] = {
        {[16] = 0xFF},
        {[16] = 0xFF, 0xFF},
        {[16] = 0xFF, 0xFF, 0xFF, 0xFF},
        {[16] = 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
    };
    return wasm_v128_load(&windows[__builtin_ctz(size)][16 - offset]);
}

#endif

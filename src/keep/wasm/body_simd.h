/* SPDX-License-Identifier: Apache-2.0 */
/* body_simd.h: bodies of the rows of instructions_simd.def, over slots: each operand is read whole before the
 * result is written, which may be in the same slots. */

#define VECTOR(shape, slot) ((wasm_##shape)wasm_v128_load(SLOT(slot)))
#define LANE(place)         ((const uint8_t *)fp + (place)) /* at a slot to which a lane's place has been added */
#define SET_VECTOR(result)  wasm_v128_store(SLOT(pc[1].lo), (wasm_v128)(result))

#define V_UNARY(opcode, id, name, feature, shape, expression)                                                \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        SET_VECTOR(expression);                                                                              \
        NEXT(2);                                                                                             \
    }

/* Reads eight bytes only. */
#define V_LOW(opcode, id, name, feature, half, expression)                                                   \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        wasm_##half a;                                                                                       \
        __builtin_memcpy(&a, LANE(pc[1].hi), sizeof(a));                                                     \
        SET_VECTOR(expression);                                                                              \
        NEXT(2);                                                                                             \
    }

/* With the second operand in a slot, and immediate. */
#define V_BINARY(opcode, id, name, feature, shape, expression)                                               \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        const wasm_##shape b = VECTOR(shape, pc[2].lo);                                                      \
        SET_VECTOR(expression);                                                                              \
        NEXT(3);                                                                                             \
    }                                                                                                        \
    BODY(id##_i)                                                                                             \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        const wasm_##shape b = (wasm_##shape)wasm_v128_load(&pc[2]);                                         \
        SET_VECTOR(expression);                                                                              \
        NEXT(4);                                                                                             \
    }

#define V_TERNARY(opcode, id, name, feature, shape, expression)                                              \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        const wasm_##shape b = VECTOR(shape, pc[2].lo);                                                      \
        const wasm_##shape c = VECTOR(shape, pc[2].hi);                                                      \
        SET_VECTOR(expression);                                                                              \
        NEXT(3);                                                                                             \
    }

#define V_SHIFT_FORM(id, shape, count, expression)                                                           \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        const uint32_t b = (count);                                                                          \
        SET_VECTOR(expression);                                                                              \
        NEXT(3);                                                                                             \
    }

#define V_SHIFT(opcode, id, name, feature, shape, expression)                                                \
    V_SHIFT_FORM(id, shape, SLOT(pc[2].lo)->i32, expression)                                                 \
    V_SHIFT_FORM(id##_i, shape, pc[2].lo, expression)

#define V_TEST(opcode, id, name, feature, shape, expression)                                                 \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_##shape a = VECTOR(shape, pc[1].hi);                                                      \
        SET_i32(SLOT(pc[1].lo), (expression));                                                               \
        NEXT(2);                                                                                             \
    }

#define V_SPLAT(opcode, id, name, feature, type, member, expression)                                         \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_c_##member a = SLOT(pc[1].hi)->member;                                                    \
        SET_VECTOR(expression);                                                                              \
        NEXT(2);                                                                                             \
    }

#define V_EXTRACT(opcode, id, name, feature, lanes, type, C, cast)                                           \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        C lane;                                                                                              \
        __builtin_memcpy(&lane, LANE(pc[1].hi), sizeof(lane));                                               \
        SLOT(pc[1].lo)->i64 = (cast)lane;                                                                    \
        NEXT(2);                                                                                             \
    }

#define WITH_LANE(old, shape, C, lane, place)                                                                \
    wasm_v128_select(wasm_lane_mask(sizeof(C), (place)), (wasm_v128)((wasm_##shape){0} + (lane)), (old))

#define V_REPLACE(opcode, id, name, feature, lanes, type, member, shape, C)                                  \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const C b = (C)SLOT(pc[2].lo)->member;                                                               \
        SET_VECTOR(WITH_LANE(wasm_v128_load(SLOT(pc[1].hi)), shape, C, b, pc[2].hi));                        \
        NEXT(3);                                                                                             \
    }

#define SWIZZLE(id, from, size)                                                                              \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        SET_VECTOR(wasm_i8x16_swizzle(LANE(pc[1].hi), (const uint8_t *)(from)));                             \
        NEXT(size);                                                                                          \
    }
SWIZZLE(i8x16_swizzle, SLOT(pc[2].lo), 3)
SWIZZLE(i8x16_swizzle_i, &pc[2], 4)

#define BYTE(cell, half) *LANE(pc[cell].half)

BODY(shuffle_8)
{
    SET_VECTOR(((wasm_u8x16){BYTE(2, lo), BYTE(2, hi), BYTE(3, lo), BYTE(3, hi), BYTE(4, lo), BYTE(4, hi),
                             BYTE(5, lo), BYTE(5, hi), BYTE(6, lo), BYTE(6, hi), BYTE(7, lo), BYTE(7, hi),
                             BYTE(8, lo), BYTE(8, hi), BYTE(9, lo), BYTE(9, hi)}));
    NEXT(10);
}

/* Lanes of four or eight bytes. */
BODY(shuffle_32)
{
    uint32_t lanes[4];
    __builtin_memcpy(&lanes[0], LANE(pc[1].hi), sizeof(lanes[0]));
    __builtin_memcpy(&lanes[1], LANE(pc[2].lo), sizeof(lanes[1]));
    __builtin_memcpy(&lanes[2], LANE(pc[2].hi), sizeof(lanes[2]));
    __builtin_memcpy(&lanes[3], LANE(pc[3].lo), sizeof(lanes[3]));
    SET_VECTOR(((wasm_u32x4){lanes[0], lanes[1], lanes[2], lanes[3]}));
    NEXT(4);
}

BODY(shuffle_64)
{
    uint64_t lanes[2];
    __builtin_memcpy(&lanes[0], LANE(pc[1].hi), sizeof(lanes[0]));
    __builtin_memcpy(&lanes[1], LANE(pc[2].lo), sizeof(lanes[1]));
    SET_VECTOR(((wasm_v128){lanes[0], lanes[1]}));
    NEXT(3);
}

BODY(shuffle_low)
{
    uint64_t low;
    __builtin_memcpy(&low, LANE(pc[1].hi), sizeof(low));
    uint64_t high = BYTE(2, lo) * 0x0101010101010101u;
    SET_VECTOR(((wasm_v128){low, high}));
    NEXT(3);
}

/* ---- Memory: as the loads and stores of body_numeric.h --------------------------------------------------
 */

#define ACCESS(C, address)                                                                                   \
    if (UNLIKELY((address) + sizeof(C) > memory_size))                                                       \
    LEAVE(trap_memory_bounds)

#define V_LOAD_FORM(id, C, place, expression)                                                                \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        C loaded;                                                                                            \
        uint64_t address = (place);                                                                          \
        ACCESS(C, address);                                                                                  \
        __builtin_memcpy(&loaded, memory + address, sizeof(loaded));                                         \
        SET_VECTOR(expression);                                                                              \
        NEXT(3);                                                                                             \
    }

#define V_LOAD(opcode, id, name, feature, C, alignment, expression)                                          \
    V_LOAD_FORM(id##_r, C, SLOT(pc[1].hi)->i32 + pc[2].bits, expression)                                     \
    V_LOAD_FORM(id##_i, C, pc[2].bits, expression)

/* {to, address} {offset} {vector, the lane's place} */
#define V_LOAD_LANE_FORM(id, shape, C, place)                                                                \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        C loaded;                                                                                            \
        uint64_t address = (place);                                                                          \
        ACCESS(C, address);                                                                                  \
        __builtin_memcpy(&loaded, memory + address, sizeof(loaded));                                         \
        SET_VECTOR(WITH_LANE(wasm_v128_load(SLOT(pc[3].lo)), shape, C, loaded, pc[3].hi));                   \
        NEXT(4);                                                                                             \
    }

#define V_LOAD_LANE(opcode, id, name, feature, shape, lanes, C, alignment)                                   \
    V_LOAD_LANE_FORM(id##_r, shape, C, SLOT(pc[1].hi)->i32 + pc[2].bits)                                     \
    V_LOAD_LANE_FORM(id##_i, shape, C, pc[2].bits)

/* {address, lane} {offset} */
#define V_STORE_FORM(id, C, place)                                                                           \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        C value;                                                                                             \
        uint64_t address = (place);                                                                          \
        ACCESS(C, address);                                                                                  \
        __builtin_memcpy(&value, LANE(pc[1].hi), sizeof(value));                                             \
        __builtin_memcpy(memory + address, &value, sizeof(value));                                           \
        NEXT(3);                                                                                             \
    }

#define V_STORE(opcode, id, name, feature, C, alignment)                                                     \
    V_STORE_FORM(id##_r, C, SLOT(pc[1].lo)->i32 + pc[2].bits)                                                \
    V_STORE_FORM(id##_i, C, pc[2].bits)

#define V_STORE_LANE(opcode, id, name, feature, lanes, C, alignment)                                         \
    V_STORE_FORM(id##_r, C, SLOT(pc[1].lo)->i32 + pc[2].bits)                                                \
    V_STORE_FORM(id##_i, C, pc[2].bits)

#define RULE(...)
#include "instructions_simd.def"
#undef RULE

#undef VECTOR
#undef LANE
#undef SET_VECTOR
#undef V_SHIFT_FORM
#undef BYTE
#undef SWIZZLE
#undef WITH_LANE
#undef ACCESS
#undef V_LOAD_FORM
#undef V_LOAD_LANE_FORM
#undef V_STORE_FORM

/* SPDX-License-Identifier: Apache-2.0 */
/* body_numeric.h: bodies of the regular rows of instructions.def: numeric operations, comparisons, loads and
 * stores. */

#define FORM(id, form, C, member, left, right, result, size)                                                 \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        const C a = (left).member;                                                                           \
        const C b = (right).member;                                                                          \
        result;                                                                                              \
        NEXT(size);                                                                                          \
    }

#define A_SLOT    (*SLOT(pc[1].hi))
#define B_SLOT    (*SLOT(pc[2].lo))
#define IMMEDIATE (pc[2].value)

/* An immediate on the left is swapped to the right where that is the same. */
#define LEFT_IMMEDIATE_ORDERED(id, C, member, result) FORM(id, ir, C, member, IMMEDIATE, A_SLOT, result, 3)
#define LEFT_IMMEDIATE_COMMUTES(id, C, member, result)

#define BINARY(opcode, id, name, feature, type, member, order, expression)                                   \
    FORM(id, rr, wasm_c_##member, member, A_SLOT, B_SLOT, SET_##member(SLOT(pc[1].lo), (expression)), 3)     \
    FORM(id, ri, wasm_c_##member, member, A_SLOT, IMMEDIATE, SET_##member(SLOT(pc[1].lo), (expression)), 3)  \
    LEFT_IMMEDIATE_##order(id, wasm_c_##member, member, SET_##member(SLOT(pc[1].lo), (expression)))

#define CHECKED(member, call)                                                                                \
    wasm_c_##member result;                                                                                  \
    int trap = call;                                                                                         \
    if (UNLIKELY(trap != 0))                                                                                 \
        TRAP_NUMERIC(trap);                                                                                  \
    SET_##member(SLOT(pc[1].lo), result)

#define BINARY_TRAP(opcode, id, name, feature, type, member, function)                                       \
    FORM(id, rr, wasm_c_##member, member, A_SLOT, B_SLOT, CHECKED(member, function(a, b, &result)), 3)       \
    FORM(id, ri, wasm_c_##member, member, A_SLOT, IMMEDIATE, CHECKED(member, function(a, b, &result)), 3)    \
    FORM(id, ir, wasm_c_##member, member, IMMEDIATE, A_SLOT, CHECKED(member, function(a, b, &result)), 3)

#define UNARY(opcode, id, name, feature, from, from_member, to, to_member, expression)                       \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_c_##from_member a = A_SLOT.from_member;                                                   \
        SET_##to_member(SLOT(pc[1].lo), (expression));                                                       \
        NEXT(2);                                                                                             \
    }

#define UNARY_TRAP(opcode, id, name, feature, from, from_member, to, to_member, function)                    \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_c_##from_member a = A_SLOT.from_member;                                                   \
        CHECKED(to_member, function(a, &result));                                                            \
        NEXT(2);                                                                                             \
    }

/* Fused with a branch: a in cell 1 low, b in cell 1 high or cell 3; the target is cell 2. */
#define BRANCH_FORM(id, form, C, member, right, condition, jump, size)                                       \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        const C a = SLOT(pc[1].lo)->member;                                                                  \
        const C b = (right).member;                                                                          \
        if (condition)                                                                                       \
            jump(2);                                                                                         \
        NEXT(size);                                                                                          \
    }

#define BRANCH_RIGHT_SLOT      (*SLOT(pc[1].hi))
#define BRANCH_RIGHT_IMMEDIATE (pc[3].value)

#define COMPARE(opcode, id, name, feature, type, member, swapped, expression)                                \
    FORM(id, rr, wasm_c_##member, member, A_SLOT, B_SLOT, SET_i32(SLOT(pc[1].lo), (expression)), 3)          \
    FORM(id, ri, wasm_c_##member, member, A_SLOT, IMMEDIATE, SET_i32(SLOT(pc[1].lo), (expression)), 3)       \
    BRANCH_FORM(id, br_rr, wasm_c_##member, member, BRANCH_RIGHT_SLOT, (expression), JUMP, 3)                \
    BRANCH_FORM(id, br_ri, wasm_c_##member, member, BRANCH_RIGHT_IMMEDIATE, (expression), JUMP, 4)           \
    BRANCH_FORM(id, brn_rr, wasm_c_##member, member, BRANCH_RIGHT_SLOT, !(expression), JUMP, 3)              \
    BRANCH_FORM(id, brn_ri, wasm_c_##member, member, BRANCH_RIGHT_IMMEDIATE, !(expression), JUMP, 4)         \
    BRANCH_FORM(id, back_rr, wasm_c_##member, member, BRANCH_RIGHT_SLOT, (expression), JUMP_BACK, 3)         \
    BRANCH_FORM(id, back_ri, wasm_c_##member, member, BRANCH_RIGHT_IMMEDIATE, (expression), JUMP_BACK, 4)    \
    BRANCH_FORM(id, backn_rr, wasm_c_##member, member, BRANCH_RIGHT_SLOT, !(expression), JUMP_BACK, 3)       \
    BRANCH_FORM(id, backn_ri, wasm_c_##member, member, BRANCH_RIGHT_IMMEDIATE, !(expression), JUMP_BACK, 4)

#define TEST(...)

/* Written as builtins, the copies are single moves in a freestanding build too. */
/* The address is a sum of two 32-bit numbers in 64 bits: it cannot wrap, nor can adding the access's size. */
#define LOAD_FORM(id, form, member, C, cast, place)                                                          \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        C loaded;                                                                                            \
        uint64_t address = (place);                                                                          \
        if (UNLIKELY(address + sizeof(loaded) > memory_size))                                                \
            LEAVE(trap_memory_bounds);                                                                       \
        __builtin_memcpy(&loaded, memory + address, sizeof(loaded));                                         \
        SET_##member(SLOT(pc[1].lo), (cast)loaded);                                                          \
        NEXT(3);                                                                                             \
    }

#define LOAD(opcode, id, name, feature, type, member, C, alignment, cast)                                    \
    LOAD_FORM(id, r, member, C, cast, A_SLOT.i32 + pc[2].bits)                                               \
    LOAD_FORM(id, i, member, C, cast, pc[2].bits)

#define STORE_FORM(id, form, C, place, stored, size)                                                         \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        const C value = (C)(stored);                                                                         \
        uint64_t address = (place);                                                                          \
        if (UNLIKELY(address + sizeof(value) > memory_size))                                                 \
            LEAVE(trap_memory_bounds);                                                                       \
        __builtin_memcpy(memory + address, &value, sizeof(value));                                           \
        NEXT(size);                                                                                          \
    }

#define STORE(opcode, id, name, feature, type, member, C, alignment)                                         \
    STORE_FORM(id, rr, C, SLOT(pc[1].lo)->i32 + pc[2].bits, A_SLOT.member, 3)                                \
    STORE_FORM(id, ri, C, SLOT(pc[1].lo)->i32 + pc[2].bits, pc[3].value.member, 4)                           \
    STORE_FORM(id, ir, C, pc[2].bits, A_SLOT.member, 3)                                                      \
    STORE_FORM(id, ii, C, pc[2].bits, pc[3].value.member, 4)

#define RULE(...)

#include "instructions.def"

#undef FORM
#undef A_SLOT
#undef B_SLOT
#undef IMMEDIATE
#undef LEFT_IMMEDIATE_ORDERED
#undef LEFT_IMMEDIATE_COMMUTES
#undef CHECKED
#undef BRANCH_FORM
#undef BRANCH_RIGHT_SLOT
#undef BRANCH_RIGHT_IMMEDIATE
#undef LOAD_FORM
#undef STORE_FORM

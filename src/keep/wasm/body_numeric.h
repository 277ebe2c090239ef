/* SPDX-License-Identifier: Apache-2.0 */
/* body_numeric.h: bodies of the regular rows of instructions.def: numeric operations, comparisons, loads and
 * stores. Each is written once, over how its operands are had: r in a slot, i immediate, a in the
 * accumulator. */

/* Sets the accumulator and the slot of the result. */
#define RESULT_i32(value) (SLOT(pc[1].lo)->i64 = acc = (uint32_t)(value))
#define RESULT_i64(value) (SLOT(pc[1].lo)->i64 = acc = (value))
#define RESULT_f32(value) SET_f32(SLOT(pc[1].lo), acc_f32 = (value))
#define RESULT_f64(value) (SLOT(pc[1].lo)->f64 = acc_f64 = (value))

#define ACC_i32 ((uint32_t)acc)
#define ACC_i64 acc
#define ACC_f32 acc_f32
#define ACC_f64 acc_f64

#define A_SLOT(member)    (SLOT(pc[1].hi)->member)
#define B_SLOT(member)    (SLOT(pc[2].lo)->member)
#define IMMEDIATE(member) (pc[2].value.member)

#define FORM(id, form, member, left, right, result)                                                          \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        const wasm_c_##member a = (left);                                                                    \
        const wasm_c_##member b = (right);                                                                   \
        result;                                                                                              \
        NEXT(3);                                                                                             \
    }

/* An immediate or the accumulator on the left is swapped to the right where that is the same. */
#define LEFT_FORMS_ORDERED(id, member, result)                                                               \
    FORM(id, ir, member, IMMEDIATE(member), A_SLOT(member), result)                                          \
    FORM(id, ra, member, A_SLOT(member), ACC_##member, result)
#define LEFT_FORMS_COMMUTES(id, member, result)

#define BINARY(opcode, id, name, feature, type, member, order, expression)                                   \
    FORM(id, rr, member, A_SLOT(member), B_SLOT(member), RESULT_##member(expression))                        \
    FORM(id, ri, member, A_SLOT(member), IMMEDIATE(member), RESULT_##member(expression))                     \
    FORM(id, ar, member, ACC_##member, B_SLOT(member), RESULT_##member(expression))                          \
    FORM(id, ai, member, ACC_##member, IMMEDIATE(member), RESULT_##member(expression))                       \
    LEFT_FORMS_##order(id, member, RESULT_##member(expression))

#define CHECKED(member, call)                                                                                \
    wasm_c_##member result;                                                                                  \
    int trap = call;                                                                                         \
    if (UNLIKELY(trap != 0))                                                                                 \
        TRAP_NUMERIC(trap);                                                                                  \
    RESULT_##member(result)

#define BINARY_TRAP(opcode, id, name, feature, type, member, function)                                       \
    FORM(id, rr, member, A_SLOT(member), B_SLOT(member), CHECKED(member, function(a, b, &result)))           \
    FORM(id, ri, member, A_SLOT(member), IMMEDIATE(member), CHECKED(member, function(a, b, &result)))        \
    FORM(id, ir, member, IMMEDIATE(member), A_SLOT(member), CHECKED(member, function(a, b, &result)))

#define UNARY_FORM(id, from_member, operand, to_member, expression)                                          \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_c_##from_member a = (operand);                                                            \
        RESULT_##to_member(expression);                                                                      \
        NEXT(2);                                                                                             \
    }

#define UNARY(opcode, id, name, feature, from, from_member, to, to_member, expression)                       \
    UNARY_FORM(id, from_member, A_SLOT(from_member), to_member, expression)                                  \
    UNARY_FORM(id##_a, from_member, ACC_##from_member, to_member, expression)

#define UNARY_TRAP(opcode, id, name, feature, from, from_member, to, to_member, function)                    \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const wasm_c_##from_member a = A_SLOT(from_member);                                                  \
        CHECKED(to_member, function(a, &result));                                                            \
        NEXT(2);                                                                                             \
    }

/* Fused with a branch: a in cell 1 low, b in cell 1 high or cell 3; the target is cell 2. */
#define BRANCH_FORM(id, form, member, left, right, condition, jump, size)                                    \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        const wasm_c_##member a = (left);                                                                    \
        const wasm_c_##member b = (right);                                                                   \
        if (condition)                                                                                       \
            jump(2);                                                                                         \
        NEXT(size);                                                                                          \
    }

#define BRANCH_FORMS(id, branch, member, condition, jump)                                                    \
    BRANCH_FORM(id, branch##_rr, member, SLOT(pc[1].lo)->member, A_SLOT(member), condition, jump, 3)         \
    BRANCH_FORM(id, branch##_ri, member, SLOT(pc[1].lo)->member, pc[3].value.member, condition, jump, 4)     \
    BRANCH_FORM(id, branch##_ar, member, ACC_##member, A_SLOT(member), condition, jump, 3)                   \
    BRANCH_FORM(id, branch##_ai, member, ACC_##member, pc[3].value.member, condition, jump, 4)

/* Of integers, the opposite comparison is another row. */
#define BRANCH_NOT_I32(id, member, condition)
#define BRANCH_NOT_I64(id, member, condition)
#define BRANCH_NOT_F32(id, member, condition)                                                                \
    BRANCH_FORMS(id, brn, member, condition, JUMP)                                                           \
    BRANCH_FORMS(id, backn, member, condition, JUMP_BACK)
#define BRANCH_NOT_F64(id, member, condition) BRANCH_NOT_F32(id, member, condition)

#define COMPARE(opcode, id, name, feature, type, member, swapped, expression)                                \
    FORM(id, rr, member, A_SLOT(member), B_SLOT(member), RESULT_i32(expression))                             \
    FORM(id, ri, member, A_SLOT(member), IMMEDIATE(member), RESULT_i32(expression))                          \
    FORM(id, ar, member, ACC_##member, B_SLOT(member), RESULT_i32(expression))                               \
    FORM(id, ai, member, ACC_##member, IMMEDIATE(member), RESULT_i32(expression))                            \
    BRANCH_FORMS(id, br, member, (expression), JUMP)                                                         \
    BRANCH_FORMS(id, back, member, (expression), JUMP_BACK)                                                  \
    BRANCH_NOT_##type(id, member, !(expression))

#define TEST(...)

/* The address is a sum of two 32-bit numbers in 64 bits: it cannot wrap, nor can adding the access's size.
 * Written as builtins, the copies are single moves in a freestanding build too. */
#define LOAD_FORM(id, form, member, C, cast, place, size)                                                    \
    BODY(id##_##form)                                                                                        \
    {                                                                                                        \
        C loaded;                                                                                            \
        uint64_t address = (place);                                                                          \
        if (UNLIKELY(address + sizeof(loaded) > memory_size))                                                \
            LEAVE(trap_memory_bounds);                                                                       \
        __builtin_memcpy(&loaded, memory + address, sizeof(loaded));                                         \
        RESULT_##member((cast)loaded);                                                                       \
        NEXT(size);                                                                                          \
    }

/* Fused with the i32.add that makes the address: cell 2 has b and the offset. */
#define SUM(left, right) ((uint32_t)((left) + (right)) + (uint64_t)pc[2].hi)

#define LOAD(opcode, id, name, feature, type, member, C, alignment, cast)                                    \
    LOAD_FORM(id, r, member, C, cast, A_SLOT(i32) + pc[2].bits, 3)                                           \
    LOAD_FORM(id, i, member, C, cast, pc[2].bits, 3)                                                         \
    LOAD_FORM(id, a, member, C, cast, ACC_i32 + pc[2].bits, 3)                                               \
    LOAD_FORM(id, sum_rr, member, C, cast, SUM(A_SLOT(i32), B_SLOT(i32)), 3)                                 \
    LOAD_FORM(id, sum_ri, member, C, cast, SUM(A_SLOT(i32), pc[2].lo), 3)                                    \
    LOAD_FORM(id, sum_ar, member, C, cast, SUM(ACC_i32, B_SLOT(i32)), 3)                                     \
    LOAD_FORM(id, sum_ai, member, C, cast, SUM(ACC_i32, pc[2].lo), 3)

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

#define ADDRESS_SLOT (SLOT(pc[1].lo)->i32)

#define STORE(opcode, id, name, feature, type, member, C, alignment)                                         \
    STORE_FORM(id, rr, C, ADDRESS_SLOT + pc[2].bits, A_SLOT(member), 3)                                      \
    STORE_FORM(id, ri, C, ADDRESS_SLOT + pc[2].bits, pc[3].value.member, 4)                                  \
    STORE_FORM(id, ra, C, ADDRESS_SLOT + pc[2].bits, ACC_##member, 3)                                        \
    STORE_FORM(id, ir, C, pc[2].bits, A_SLOT(member), 3)                                                     \
    STORE_FORM(id, ii, C, pc[2].bits, pc[3].value.member, 4)                                                 \
    STORE_FORM(id, ia, C, pc[2].bits, ACC_##member, 3)                                                       \
    STORE_FORM(id, ar, C, ACC_i32 + pc[2].bits, A_SLOT(member), 3)                                           \
    STORE_FORM(id, ai, C, ACC_i32 + pc[2].bits, pc[3].value.member, 4)                                       \
    STORE_FORM(id, sum_r, C, SUM(ADDRESS_SLOT, B_SLOT(i32)), A_SLOT(member), 3)                              \
    STORE_FORM(id, sum_i, C, SUM(ADDRESS_SLOT, B_SLOT(i32)), pc[3].value.member, 4)

#define RULE(...)

#include "instructions.def"

#undef FORM
#undef A_SLOT
#undef B_SLOT
#undef IMMEDIATE
#undef LEFT_FORMS_ORDERED
#undef LEFT_FORMS_COMMUTES
#undef CHECKED
#undef UNARY_FORM
#undef BRANCH_FORM
#undef BRANCH_FORMS
#undef BRANCH_NOT_I32
#undef BRANCH_NOT_I64
#undef BRANCH_NOT_F32
#undef BRANCH_NOT_F64
#undef LOAD_FORM
#undef STORE_FORM
#undef SUM
#undef ADDRESS_SLOT

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body_memory.h: bodies of memory accesses that are not plain: by 64-bit addresses in memory 0, and in other
 * memories (specification, 4.4.7). Address + offset + size never wrap: the cell has offset + size, which is
 * taken from the memory's size.
 */

#define WIDE_ACCESS(bytes, where)                                                                            \
    uint64_t address = (where)->i64;                                                                         \
    if (UNLIKELY(pc[2].bits > memory_size || address > memory_size - pc[2].bits))                            \
        LEAVE(trap_memory_bounds);                                                                           \
    uint8_t *at = memory + address + (pc[2].bits - (bytes))

#define BINARY(...)
#define BINARY_TRAP(...)
#define COMPARE(...)
#define TEST(...)
#define UNARY(...)
#define UNARY_TRAP(...)
#define RULE(...)
#define LOAD(opcode, id, name, feature, type, member, C, alignment, cast)                                    \
    BODY(id##_wide)                                                                                          \
    {                                                                                                        \
        C loaded;                                                                                            \
        WIDE_ACCESS(sizeof(loaded), SLOT(pc[1].hi));                                                         \
        __builtin_memcpy(&loaded, at, sizeof(loaded));                                                       \
        SET_##member(SLOT(pc[1].lo), (cast)loaded);                                                          \
        NEXT(3);                                                                                             \
    }
#define STORE(opcode, id, name, feature, type, member, C, alignment)                                         \
    BODY(id##_wide)                                                                                          \
    {                                                                                                        \
        const C value = (C)SLOT(pc[1].hi)->member;                                                           \
        WIDE_ACCESS(sizeof(value), SLOT(pc[1].lo));                                                          \
        __builtin_memcpy(at, &value, sizeof(value));                                                         \
        NEXT(3);                                                                                             \
    }
#include "instructions.def"

#undef WIDE_ACCESS

#define REACH(id, member)                                                                                    \
    BODY(id)                                                                                                 \
    {                                                                                                        \
        const struct wasm_memory *other = pc[3].memory;                                                      \
        uint64_t address = SLOT(pc[1].lo)->member;                                                           \
        if (UNLIKELY(pc[2].bits > other->size || address > other->size - pc[2].bits))                        \
            LEAVE(trap_memory_bounds);                                                                       \
        memory_size = pc[1].hi;                                                                              \
        memory = other->base + address + (pc[2].bits - memory_size);                                         \
        NEXT(4);                                                                                             \
    }

REACH(reach32, i32)
REACH(reach64, i64)

#undef REACH

BODY(slow_reached)
{
    store->reached = memory;
    store->reached_size = memory_size;
    LEAVE(slow);
}

BODY(home)
{
    LOAD_MEMORY(frame[-1].function->instance->memory);
    NEXT(1);
}

BODY(narrow)
{
    uint64_t index = SLOT(pc[1].hi)->i64;
    SET_i32(SLOT(pc[1].lo), index < UINT32_MAX ? index : UINT32_MAX);
    NEXT(2);
}

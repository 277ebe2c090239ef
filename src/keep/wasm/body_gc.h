/* SPDX-License-Identifier: Apache-2.0 */
/* body_gc.h: bodies of operations_gc.def: structures, arrays, i31 and casts (specification, 4.4.2). */

/* ---- Structures ---------------------------------------------------------------------------------------- */

#define STRUCT_GET(id, C, cast)                                                                              \
    BODY(struct_get_##id)                                                                                    \
    {                                                                                                        \
        const uint8_t *object = SLOT(pc[1].hi)->external;                                                    \
        C value;                                                                                             \
        if (UNLIKELY(object == NULL))                                                                        \
            LEAVE(trap_null_structure);                                                                      \
        memcpy(&value, object + pc[2].lo, sizeof(value));                                                    \
        SLOT(pc[1].lo)->i64 = (cast)value;                                                                   \
        NEXT(3);                                                                                             \
    }

STRUCT_GET(s8, int8_t, uint32_t)
STRUCT_GET(u8, uint8_t, uint32_t)
STRUCT_GET(s16, int16_t, uint32_t)
STRUCT_GET(u16, uint16_t, uint32_t)
STRUCT_GET(32, uint32_t, uint32_t)
STRUCT_GET(64, uint64_t, uint64_t)

BODY(struct_get_128)
{
    const uint8_t *object = SLOT(pc[1].hi)->external;
    if (UNLIKELY(object == NULL))
        LEAVE(trap_null_structure);
    memcpy(SLOT(pc[1].lo), object + pc[2].lo, 16);
    NEXT(3);
}

#define STRUCT_SET(id, C)                                                                                    \
    BODY(struct_set_##id)                                                                                    \
    {                                                                                                        \
        uint8_t *object = SLOT(pc[1].lo)->external;                                                          \
        C value = (C)SLOT(pc[1].hi)->i64;                                                                    \
        if (UNLIKELY(object == NULL))                                                                        \
            LEAVE(trap_null_structure);                                                                      \
        memcpy(object + pc[2].lo, &value, sizeof(value));                                                    \
        NEXT(3);                                                                                             \
    }

STRUCT_SET(8, uint8_t)
STRUCT_SET(16, uint16_t)
STRUCT_SET(32, uint32_t)
STRUCT_SET(64, uint64_t)

BODY(struct_set_128)
{
    uint8_t *object = SLOT(pc[1].lo)->external;
    if (UNLIKELY(object == NULL))
        LEAVE(trap_null_structure);
    memcpy(object + pc[2].lo, SLOT(pc[1].hi), 16);
    NEXT(3);
}

BODY(struct_set_reference)
{
    uint8_t *object = SLOT(pc[1].lo)->external;
    uint64_t value = SLOT(pc[1].hi)->i64;
    if (UNLIKELY(object == NULL))
        LEAVE(trap_null_structure);
    if (UNLIKELY(store->gc.marking))
        LEAVE(struct_set_shaded);
    memcpy(object + pc[2].lo, &value, sizeof(value));
    NEXT(3);
}

COLD_BODY(struct_set_shaded)
{
    uint64_t value = SLOT(pc[1].hi)->i64;
    wasm_gc_shade(store, value);
    memcpy((uint8_t *)SLOT(pc[1].lo)->external + pc[2].lo, &value, sizeof(value));
    NEXT(3);
}

/* ---- Arrays -------------------------------------------------------------------------------------------- */

/* The place of an element, or away to a trap. */
#define ELEMENT(place, array_slot, index_slot, size)                                                         \
    do {                                                                                                     \
        struct wasm_object *array = SLOT(array_slot)->external;                                              \
        uint32_t index = SLOT(index_slot)->i32;                                                              \
        if (UNLIKELY(array == NULL))                                                                         \
            LEAVE(trap_null_array);                                                                          \
        if (UNLIKELY(index >= array->count))                                                                 \
            LEAVE(trap_array_bounds);                                                                        \
        place = (uint8_t *)array + WASM_ARRAY_START + (size_t)index * (size);                                \
    } while (0)

#define ARRAY_GET(id, C, cast)                                                                               \
    BODY(array_get_##id)                                                                                     \
    {                                                                                                        \
        C value;                                                                                             \
        const uint8_t *place;                                                                                \
        ELEMENT(place, pc[1].hi, pc[2].lo, sizeof(value));                                                   \
        memcpy(&value, place, sizeof(value));                                                                \
        SLOT(pc[1].lo)->i64 = (cast)value;                                                                   \
        NEXT(3);                                                                                             \
    }

ARRAY_GET(s8, int8_t, uint32_t)
ARRAY_GET(u8, uint8_t, uint32_t)
ARRAY_GET(s16, int16_t, uint32_t)
ARRAY_GET(u16, uint16_t, uint32_t)
ARRAY_GET(32, uint32_t, uint32_t)
ARRAY_GET(64, uint64_t, uint64_t)

BODY(array_get_128)
{
    const uint8_t *place;
    ELEMENT(place, pc[1].hi, pc[2].lo, 16);
    memcpy(SLOT(pc[1].lo), place, 16);
    NEXT(3);
}

#define ARRAY_SET(id, C)                                                                                     \
    BODY(array_set_##id)                                                                                     \
    {                                                                                                        \
        C value = (C)SLOT(pc[2].lo)->i64;                                                                    \
        uint8_t *place;                                                                                      \
        ELEMENT(place, pc[1].lo, pc[1].hi, sizeof(value));                                                   \
        memcpy(place, &value, sizeof(value));                                                                \
        NEXT(3);                                                                                             \
    }

ARRAY_SET(8, uint8_t)
ARRAY_SET(16, uint16_t)
ARRAY_SET(32, uint32_t)
ARRAY_SET(64, uint64_t)

BODY(array_set_128)
{
    uint8_t *place;
    ELEMENT(place, pc[1].lo, pc[1].hi, 16);
    memcpy(place, SLOT(pc[2].lo), 16);
    NEXT(3);
}

BODY(array_set_reference)
{
    uint64_t value = SLOT(pc[2].lo)->i64;
    uint8_t *place;
    ELEMENT(place, pc[1].lo, pc[1].hi, sizeof(value));
    if (UNLIKELY(store->gc.marking))
        LEAVE(array_set_shaded);
    memcpy(place, &value, sizeof(value));
    NEXT(3);
}

COLD_BODY(array_set_shaded)
{
    uint64_t value = SLOT(pc[2].lo)->i64;
    uint8_t *place = wasm_array_elements(SLOT(pc[1].lo)->external) + SLOT(pc[1].hi)->i32 * sizeof(value);
    wasm_gc_shade(store, value);
    memcpy(place, &value, sizeof(value));
    NEXT(3);
}

BODY(array_len)
{
    const struct wasm_object *array = SLOT(pc[1].hi)->external;
    if (UNLIKELY(array == NULL))
        LEAVE(trap_null_array);
    SET_i32(SLOT(pc[1].lo), array->count);
    NEXT(2);
}

/* ---- Globals ------------------------------------------------------------------------------------------- */

BODY(global_set_reference)
{
    if (UNLIKELY(store->gc.marking))
        LEAVE(global_set_shaded);
    pc[2].slot->i64 = SLOT(pc[1].lo)->i64;
    NEXT(3);
}

COLD_BODY(global_set_shaded)
{
    wasm_gc_shade(store, SLOT(pc[1].lo)->i64);
    pc[2].slot->i64 = SLOT(pc[1].lo)->i64;
    NEXT(3);
}

/* ---- i31 and casts ------------------------------------------------------------------------------------- */

BODY(ref_i31)
{
    SLOT(pc[1].lo)->i64 = wasm_i31_of(SLOT(pc[1].hi)->i32);
    NEXT(2);
}

BODY(i31_get_s)
{
    uint64_t bits = SLOT(pc[1].hi)->i64;
    if (UNLIKELY(bits == 0))
        LEAVE(trap_null_i31);
    SET_i32(SLOT(pc[1].lo), (int32_t)(uint32_t)bits >> 1);
    NEXT(2);
}

BODY(i31_get_u)
{
    uint64_t bits = SLOT(pc[1].hi)->i64;
    if (UNLIKELY(bits == 0))
        LEAVE(trap_null_i31);
    SET_i32(SLOT(pc[1].lo), (uint32_t)bits >> 1);
    NEXT(2);
}

BODY(ref_test)
{
    bool is = wasm_reference_is(store, SLOT(pc[1].hi)->i64, pc[2].lo, pc[2].hi);
    SET_i32(SLOT(pc[1].lo), is);
    NEXT(3);
}

BODY(ref_cast)
{
    uint64_t bits = SLOT(pc[1].hi)->i64;
    if (UNLIKELY(!wasm_reference_is(store, bits, pc[2].lo, pc[2].hi)))
        LEAVE(trap_cast);
    SLOT(pc[1].lo)->i64 = bits;
    NEXT(3);
}

/* ---- Traps --------------------------------------------------------------------------------------------- */

COLD_BODY(trap_null_structure)
{
    STOP(WASM_TRAP_NULL_STRUCTURE);
}

COLD_BODY(trap_null_array)
{
    STOP(WASM_TRAP_NULL_ARRAY);
}

COLD_BODY(trap_null_i31)
{
    STOP(WASM_TRAP_NULL_I31);
}

COLD_BODY(trap_array_bounds)
{
    STOP(WASM_TRAP_ARRAY_BOUNDS);
}

COLD_BODY(trap_cast)
{
    STOP(WASM_TRAP_CAST);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* gc_object.h: what the instructions on objects and references are made of (specification, 4.2.11, 4.2.12).
 */
#ifndef KEEP_WASM_GC_OBJECT_H
#define KEEP_WASM_GC_OBJECT_H

#include "gc.h"
#include "store.h"

/* Families of operations, from the first one of each. */
enum wasm_gc_get { GET_S8, GET_U8, GET_S16, GET_U16, GET_32, GET_64, GET_128 };
enum wasm_gc_set { SET_8, SET_16, SET_32, SET_64, SET_128, SET_REFERENCE };

/* What ref.test asks. */
enum wasm_reference_test {
    WASM_IS_ANYTHING, /* but null */
    WASM_IS_NOTHING,
    WASM_IS_OBJECT_OF,   /* a structure or array of a type */
    WASM_IS_FUNCTION_OF, /* a function of a type */
    WASM_IS_EQ,
    WASM_IS_I31,
    WASM_IS_STRUCT,
    WASM_IS_ARRAY,
    WASM_OR_NULL = 0x100,
};

static inline uint64_t wasm_i31_of(uint32_t value)
{
    return (uint32_t)(value << 1) | 1u;
}

/* Is it a structure or array of the kind? */
static inline __attribute__((always_inline)) bool
wasm_reference_is_object(const struct wasm_store *store, uint64_t bits, enum wasm_type_kind kind)
{
    if (bits & 1)
        return false;
    uint32_t type = ((const struct wasm_object *)(uintptr_t)bits)->type;
    return type < WASM_OBJECT_KINDS && store->types.items[type]->kind == kind;
}

/* A test of a reference; `id` is a type of the store. Takes the same time whatever the types. */
static inline __attribute__((always_inline)) bool wasm_reference_is(const struct wasm_store *store,
                                                                    uint64_t bits, uint32_t id, uint32_t how)
{
    if (bits == 0)
        return (how & WASM_OR_NULL) != 0;
    how &= ~(uint32_t)WASM_OR_NULL;
    if (how == WASM_IS_OBJECT_OF) {
        if (bits & 1)
            return false;
        uint32_t type = ((const struct wasm_object *)(uintptr_t)bits)->type;
        return type == id || (type < WASM_OBJECT_KINDS && wasm_types_subtype(&store->types, type, id));
    }
    switch (how) {
    case WASM_IS_ANYTHING:
        return true;
    case WASM_IS_FUNCTION_OF:
        return wasm_types_subtype(&store->types, ((const struct wasm_function *)(uintptr_t)bits)->type_id,
                                  id);
    case WASM_IS_EQ:
        return (bits & 1) || ((const struct wasm_object *)(uintptr_t)bits)->type < WASM_OBJECT_KINDS;
    case WASM_IS_I31:
        return bits & 1;
    case WASM_IS_STRUCT:
        return wasm_reference_is_object(store, bits, WASM_TYPE_STRUCT);
    case WASM_IS_ARRAY:
        return wasm_reference_is_object(store, bits, WASM_TYPE_ARRAY);
    default:
        return false;
    }
}

/* gc_object.c */

/* The layout of a structure or array type of the store; NULL if memory is exhausted. */
const struct wasm_layout *wasm_gc_layout(struct wasm_store *store, uint32_t type_id);
/* Writes a value to a field or element of a storage type. */
void wasm_gc_put(uint32_t storage, uint8_t *place, const union wasm_value *value);
/* Sets elements, in charged pieces. Returns 0 or a poll's code. */
int wasm_array_fill(struct wasm_store *store, const struct wasm_layout *layout, struct wasm_object *array,
                    uint64_t from, uint64_t count, const union wasm_value *value);
/* any.convert_extern and extern.convert_any on *bits, from an operation or (NULL) from elsewhere. Return 0, a
 * trap or a poll's code. */
int wasm_gc_internalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                        uint64_t *bits);
int wasm_gc_externalize(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                        uint64_t *bits);

#endif

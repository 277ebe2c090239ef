/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types.h: the defined types of a module or of a store (specification, 2.3.7 to 2.3.10 and 3.3), their
 * equality and the subtype relation. Types are equal if their recursion groups are, member by member, with
 * references to a group's own members compared by position: `canonical` is the same number exactly for equal
 * types.
 */
#ifndef KEEP_WASM_TYPES_H
#define KEEP_WASM_TYPES_H

#include "heap.h"
#include "wasm.h"

/* The type of an operand that unreachable code may assume: matches everything. */
#define WASM_BOTTOM     0u
/* The same, but known to be a reference that is not null (appendix, "Validation Algorithm": Ref(Bot)). */
#define WASM_REF_BOTTOM 0x101u

#define WASM_HEAP_TYPE 0xFFu /* the bits of a value type that hold the code of its heap type */

/* Packed types of fields (5.3.9), where a value type can be, too. */
#define WASM_I8  0x78u
#define WASM_I16 0x77u

/* As the binary format numbers them (5.3.9). */
enum wasm_type_kind {
    WASM_TYPE_ARRAY = 0x5E,
    WASM_TYPE_STRUCT = 0x5F,
    WASM_TYPE_FUNCTION = 0x60,
};

struct wasm_field_type {
    uint32_t storage; /* a value type, or WASM_I8, WASM_I16 */
    bool is_mutable;
};

struct wasm_defined_type {
    enum wasm_type_kind kind;
    bool final;
    uint32_t canonical;
    uint32_t group;     /* index of the first type of its recursion group */
    uint32_t supertype; /* index, or WASM_NO_INDEX */
    uint32_t depth;     /* supertypes above it, all the way up */
    uint32_t field_count;
    const uint32_t *display;              /* the canonical numbers of those, from the top */
    const struct wasm_field_type *fields; /* an array has one: its elements */
    struct wasm_function_type function;
    uint32_t references[2]; /* the value types (ref null X) and (ref X) of this type X */
};

struct wasm_type_group;

/* A recursion group, in a tree by the bits of its key. */
struct wasm_type_group {
    struct wasm_type_group *child[2];
    uint64_t bit; /* that decides between them, from 1 */
    const uint32_t *key;
    size_t words;
    uint32_t first; /* canonical number of its first type */
};

/* A module's types, by index; or a store's, which are all different. */
struct wasm_types {
    struct wasm_arena *arena;
    struct wasm_defined_type **items;
    uint32_t count;
    uint32_t room;
    struct wasm_type_group groups; /* head of the tree */
    struct wasm_vector key;        /* of the group that is looked for */
};

void wasm_types_init(struct wasm_types *types, struct wasm_arena *arena);
/* Gives back working memory. The types themselves are the arena's. */
void wasm_types_free(struct wasm_types *types);
/* Appends a recursion group of `count` types, to be filled in; NULL if memory is exhausted. */
struct wasm_defined_type *wasm_types_extend(struct wasm_types *types, uint32_t count);
/* Makes the canonical numbers and displays of the group that begins at `first`, the last. Returns 0 or
 * WASM_EMEMORY. */
int wasm_types_close(struct wasm_types *types, uint32_t first);
/*
 * Finds or makes the types of a module in a store: ids[i] becomes the canonical number in the store of type i
 * of the module's group that begins at `first`; those of earlier types are there. Returns 0 or WASM_EMEMORY.
 */
int wasm_types_import(struct wasm_types *types, const struct wasm_types *module, uint32_t first,
                      uint32_t *ids);
/* The same for a function type that stands for itself, whose references are to types of the store. */
int wasm_types_import_function(struct wasm_types *types, const struct wasm_function_type *function,
                               uint32_t *id);
/* The index behind the group that `first` begins. */
uint32_t wasm_types_group_end(const struct wasm_types *types, uint32_t first);

/* Is type `a` a subtype of type `b`, both indices? Takes the same time whatever the types. */
static inline bool wasm_types_subtype(const struct wasm_types *types, uint32_t a, uint32_t b)
{
    const struct wasm_defined_type *sub = types->items[a];
    const struct wasm_defined_type *super = types->items[b];
    return sub->canonical == super->canonical ||
           (sub->depth > super->depth && sub->display[super->depth] == super->canonical);
}

/* Does a value of type `a` do where one of type `b` is expected (3.3)? WASM_BOTTOM matches both ways. */
bool wasm_types_match(const struct wasm_types *types, uint32_t a, uint32_t b);

static inline uint32_t wasm_type_index(uint32_t type)
{
    return type >> WASM_INDEX_SHIFT;
}

/* Does a local of this type begin with a value (3.4.2)? */
static inline bool wasm_type_defaultable(uint32_t type)
{
    return !(wasm_type_is_reference(type) && type & WASM_NON_NULL);
}

/* A type of one of `types`, seen in a store where `ids` says which types those are. */
static inline uint32_t wasm_type_translate(uint32_t type, const uint32_t *ids)
{
    if ((type & WASM_HEAP_TYPE) != WASM_REF)
        return type;
    return wasm_type_concrete(ids[wasm_type_index(type)]) | (type & WASM_NON_NULL);
}

/* The type as a list of one, which lives as long as `types`: the result of a block. */
const uint32_t *wasm_types_single(const struct wasm_types *types, uint32_t type);

#endif

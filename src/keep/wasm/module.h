/* SPDX-License-Identifier: Apache-2.0 */
/* module.h: a decoded module (specification, 2.5): tables of what its sections declare; bodies stay in its
 * bytes. */
#ifndef KEEP_WASM_MODULE_H
#define KEEP_WASM_MODULE_H

#include "heap.h"
#include "types.h"
#include "wasm.h"

/* The most pages that a memory's type may name (specification, 3.2.16). */
#define WASM_PAGES32 65536u
#define WASM_PAGES64 (1ull << 48)

/* A piece of the module's bytes. */
struct wasm_piece {
    uint64_t offset;
    uint64_t size;
};

struct wasm_module_function {
    const struct wasm_function_type *type;
    uint32_t type_index;
    bool referenced;        /* may be named by ref.func (specification: C.refs) */
    struct wasm_piece body; /* locals and code; size 0 if imported */
};

struct wasm_module_global {
    struct wasm_global_type type;
    uint64_t initializer; /* offset of its constant expression */
};

struct wasm_module_tag {
    const struct wasm_function_type *type;
    uint32_t type_index;
};

enum wasm_segment_mode {
    WASM_SEGMENT_ACTIVE,
    WASM_SEGMENT_PASSIVE,
    WASM_SEGMENT_DECLARATIVE,
};

struct wasm_module_element {
    enum wasm_segment_mode mode;
    uint32_t type;
    uint32_t table;
    uint64_t offset;  /* of the constant expression for the place in the table */
    bool expressions; /* items are constant expressions, not function indices */
    uint32_t count;
    uint64_t items; /* offset of the first item */
};

struct wasm_module_data {
    enum wasm_segment_mode mode;
    uint32_t memory;
    uint64_t offset;
    struct wasm_piece bytes;
};

struct wasm_module_export {
    struct wasm_name name;
    enum wasm_extern_kind kind;
    uint32_t index;
};

struct wasm_module {
    struct wasm_config config;
    struct wasm_heap heap;
    struct wasm_arena arena;
    const uint8_t *bytes;
    size_t size;
    size_t allocated; /* of this structure */

    struct wasm_types types;
    struct wasm_import *imports;
    struct wasm_module_function *functions; /* these five: imported ones first */
    struct wasm_table_type *tables;
    uint64_t *table_initializers; /* of those not imported: offsets of constant expressions, or 0 */
    struct wasm_memory_type *memories;
    struct wasm_module_global *globals;
    struct wasm_module_tag *tags;
    struct wasm_module_export *exports;
    uint32_t *exports_by_name; /* sorted */
    struct wasm_module_element *elements;
    struct wasm_module_data *data;

    uint32_t import_count;
    uint32_t function_count;
    uint32_t table_count;
    uint32_t memory_count;
    uint32_t global_count;
    uint32_t tag_count;
    uint32_t imported_functions;
    uint32_t imported_tables;
    uint32_t imported_memories;
    uint32_t imported_globals;
    uint32_t imported_tags;
    uint32_t export_count;
    uint32_t element_count;
    uint32_t data_count;
    bool has_data_count;
    bool has_start;
    uint32_t start;
    struct wasm_piece function_names; /* subsection 1 of the `name` section */
};

/* Does type `a` do where `b` is expected (types.h)? */
static inline bool wasm_type_matches(const struct wasm_module *module, uint32_t a, uint32_t b)
{
    return a == b || wasm_types_match(&module->types, a, b);
}

/* The order of exports_by_name: below 0, 0 or above, as memcmp. */
int wasm_name_compare(struct wasm_name a, struct wasm_name b);

#endif

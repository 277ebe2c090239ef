/* SPDX-License-Identifier: Apache-2.0 */
/* store.h: what runs (specification, 4.2): functions, tables, memories, globals, instances, and the store
 * itself. */
#ifndef KEEP_WASM_STORE_H
#define KEEP_WASM_STORE_H

#include "code.h"
#include "exception.h"
#include "gc.h"
#include "heap.h"
#include "module.h"
#include "wasm.h"

struct wasm_function {
    const struct wasm_code *code; /* what a call runs: compiled, or OP_lazy, or OP_host */
    struct wasm_instance *instance;
    const struct wasm_function_type *type; /* the store's */
    uint32_t type_id; /* of its type in the store; types that are equal have one number */
    uint32_t index;   /* in its module */
    uint32_t parameter_slots;
    uint32_t result_slots;
    wasm_host_function *host;
    void *context;
    struct wasm_store *store;
};

struct wasm_table {
    union wasm_value *elements;
    uint64_t count;
    uint64_t capacity;  /* reserved */
    uint64_t committed; /* bytes */
    struct wasm_table_type type;
    struct wasm_store *store;
    struct wasm_table *next;
};

struct wasm_memory {
    uint8_t *base;
    uint64_t size;     /* bytes; always committed */
    uint64_t reserved; /* bytes */
    struct wasm_memory_type type;
    struct wasm_store *store;
    struct wasm_memory *next;
};

struct wasm_global {
    union wasm_value value[2];
    struct wasm_global_type type; /* in it and in a table's type: a type of the store */
    struct wasm_store *store;
    struct wasm_global *next;
};

/* An element segment at run time; dropped: count 0. */
struct wasm_elements {
    union wasm_value *values;
    uint32_t count;
};

struct wasm_instance {
    struct wasm_store *store;
    const struct wasm_module *module;
    struct wasm_memory *memory; /* memory 0, or the store's empty one */
    struct wasm_function **functions;
    struct wasm_table **tables;
    struct wasm_memory **memories;
    struct wasm_global **globals;
    struct wasm_tag **tags;
    uint32_t *type_ids; /* by the module's index: numbers of the store */
    struct wasm_elements *elements;
    bool *data_dropped;
    void *context;
    struct wasm_instance *next;
};

struct wasm_compiler;

struct wasm_store {
    struct wasm_config config;
    struct wasm_heap heap;
    struct wasm_arena arena;
    size_t allocated; /* of this structure */
    void *context;

    /* running */
    union wasm_value *stack;
    union wasm_value *stack_end;
    struct wasm_frame *frames;
    struct wasm_frame *frames_end;
    union wasm_value *top; /* first slot that a nested call may use */
    struct wasm_frame *frame_top;
    int64_t fuel;
    uint64_t fuel_per_poll;
    int (*poll)(void *context);
    void *poll_context;
    int (*wait)(void *context, uint64_t nanoseconds);
    void *wait_context;
    uint8_t *reached; /* the bytes that OP_slow_reached is for, inside their memory */
    uint64_t reached_size;
    uint32_t host_depth;
    const union wasm_cell *stop_pc;
    struct wasm_trap_record record;
    bool record_is_inner; /* made by a call nested in the host function that runs */

    struct wasm_exception *exception; /* in flight, or what ended the last call */
    const union wasm_cell *landing_pc;
    union wasm_value *landing_fp;
    struct wasm_gc gc;

    struct wasm_types types;
    struct wasm_memory *memories;
    struct wasm_table *tables;
    struct wasm_global *globals; /* those that hold references */
    struct wasm_instance *instances;
    uint64_t memory_used;
    uint64_t table_elements_used;
    struct wasm_compiler *compiler; /* its working memory, kept from function to function */

    struct wasm_memory empty_memory;
    struct wasm_instance outside_instance; /* what calls when the embedder does */
    struct wasm_function outside;
    struct wasm_code *code_lazy;
    struct wasm_code *code_host;
    union wasm_cell cells_exit[1];
    union wasm_cell cells_cross_return[1];
};

/* A safe point in a long operation. Returns 0 or the code that stops it. */
int wasm_store_poll(struct wasm_store *store);

/* Charges the running call for a long operation on `bytes` of memory: one unit of fuel for 4 bytes. A long
 * operation is done in pieces of WASM_PIECE, each charged before the next. Returns 0 or the code that stops
 * it. */
int wasm_store_charge(struct wasm_store *store, uint64_t bytes);
#define WASM_PIECE (256u * 1024u)

void wasm_compiler_destroy(struct wasm_store *store);
/* Evaluates the constant expression at `offset`, whose type is `type`, into that type's slots; *end is the
 * offset behind it. Returns 0 or WASM_EMEMORY. */
int wasm_constant_evaluate(struct wasm_instance *instance, uint64_t offset, uint32_t type,
                           union wasm_value *value, uint64_t *end);

/* compile.c: the pass over a constant expression that is being evaluated, or NULL. */
const struct wasm_body *wasm_compiler_constant(const struct wasm_store *store);

/* compile.c: makes function->code. Returns 0 or a trap. */
int wasm_function_compile(struct wasm_function *function);
/* The offset in the module of the instruction that emitted cell `cell` of a compiled function. */
uint64_t wasm_function_offset_of(struct wasm_function *function, uint32_t cell);

/* function.c: calls the host function of frame[-1]; arguments and results are at fp. Returns 0 or its code.
 */
int wasm_host_call(struct wasm_store *store, struct wasm_frame *frame, union wasm_value *fp);

/* Is a type that the embedder gives one of the store's, if it is concrete? */
static inline bool wasm_store_knows_type(const struct wasm_store *store, uint32_t type)
{
    return (type & WASM_HEAP_TYPE) != WASM_REF || wasm_type_index(type) < store->types.count;
}

/* function.c: binds a function of the store to its type. */
void wasm_function_bind(struct wasm_store *store, struct wasm_function *function, uint32_t type_id);

/* function.c: are all types that are referred to the store's? */
bool wasm_types_known(const struct wasm_store *store, const uint32_t *types, uint32_t count);

/* trap.c: fills store->record from the frames in use above `base`. */
void wasm_trap_record_fill(struct wasm_store *store, int trap, const struct wasm_frame *base);

/* memory.c, table.c: allocation within the store's limits, and release at its end. */
int wasm_table_make(struct wasm_store *store, const struct wasm_table_type *type, union wasm_value value,
                    struct wasm_table **table);
int wasm_table_grow(struct wasm_table *table, uint64_t count, union wasm_value value, uint64_t *previous);
/* Sets elements without checks beyond the caller's, in charged pieces. */
int wasm_table_put(struct wasm_table *table, uint64_t index, uint64_t count, union wasm_value value);
void wasm_memories_destroy(struct wasm_store *store);
void wasm_tables_destroy(struct wasm_store *store);

/* slow.c: bulk operations, with bounds checks and safe points. Return 0 or a trap. */
int wasm_memory_init(struct wasm_memory *memory, const struct wasm_instance *instance, uint32_t segment,
                     uint64_t to, uint64_t from, uint64_t size);
int wasm_table_init(struct wasm_table *table, const struct wasm_instance *instance, uint32_t segment,
                    uint64_t to, uint64_t from, uint64_t count);

wasm_slow_operation wasm_slow_memory_size;
/* memmove in charged pieces. Returns 0 or a poll's code. */
int wasm_move_bytes(struct wasm_store *store, uint8_t *to, const uint8_t *from, uint64_t size);

wasm_slow_operation wasm_slow_memory_grow;
wasm_slow_operation wasm_slow_memory_fill;
wasm_slow_operation wasm_slow_memory_copy;
wasm_slow_operation wasm_slow_memory_init;
wasm_slow_operation wasm_slow_data_drop;
wasm_slow_operation wasm_slow_table_get;
wasm_slow_operation wasm_slow_table_set;
wasm_slow_operation wasm_slow_table_size;
wasm_slow_operation wasm_slow_table_grow;
wasm_slow_operation wasm_slow_table_fill;
wasm_slow_operation wasm_slow_table_copy;
wasm_slow_operation wasm_slow_table_init;
wasm_slow_operation wasm_slow_elem_drop;
wasm_slow_operation wasm_slow_tail_indirect;
/* atomic.c */
wasm_slow_operation wasm_slow_atomic;
wasm_slow_operation wasm_slow_notify;
wasm_slow_operation wasm_slow_wait;
wasm_slow_operation wasm_slow_throw;
wasm_slow_operation wasm_slow_throw_ref;
wasm_slow_operation wasm_slow_struct_new;
wasm_slow_operation wasm_slow_struct_new_default;
wasm_slow_operation wasm_slow_array_new;
wasm_slow_operation wasm_slow_array_new_default;
wasm_slow_operation wasm_slow_array_new_fixed;
wasm_slow_operation wasm_slow_array_new_data;
wasm_slow_operation wasm_slow_array_new_elem;
wasm_slow_operation wasm_slow_array_fill;
wasm_slow_operation wasm_slow_array_copy;
wasm_slow_operation wasm_slow_array_init_data;
wasm_slow_operation wasm_slow_array_init_elem;
wasm_slow_operation wasm_slow_internalize;
wasm_slow_operation wasm_slow_externalize;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gc.h: objects on the heap of a store (specification, 4.2.11 and 4.2.12: struct, array and exception
 * instances, and what conversions between any and extern wrap), and the collector that finds those that
 * nothing can reach.
 *
 * The heap is one reservation of address space, in blocks. A block holds objects of one size, or it begins a
 * run of blocks that holds one large object. Nothing moves. Two bitmaps of a block say where objects begin
 * and which of them are marked; so whether a number is the address of an object can always be answered, and a
 * reference is never followed without asking.
 *
 * The collector marks in slices while the program runs. While it does, whatever stores a reference anywhere
 * but on the stack must show it to wasm_gc_shade(); the stack is looked at when the rest is marked.
 */
#ifndef KEEP_WASM_GC_H
#define KEEP_WASM_GC_H

#include "heap.h"
#include "wasm.h"

union wasm_cell;
struct wasm_function;
struct wasm_gc_mapper;

#define WASM_GC_BLOCK    32768u
#define WASM_GC_GRANULE  16u
#define WASM_GC_GRANULES (WASM_GC_BLOCK / WASM_GC_GRANULE)
#define WASM_GC_WORDS    (WASM_GC_GRANULES / 64)
#define WASM_GC_CLASSES  34u

/* The head of every object. */
struct wasm_object {
    uint32_t type;  /* a structure or array type's id in the store, or one of the numbers below */
    uint32_t count; /* of an array: its elements; of WASM_OBJECT_I31: the number */
};

enum {
    WASM_OBJECT_KINDS = UINT32_MAX - 15, /* type ids are below */
    WASM_OBJECT_EXCEPTION,
    WASM_OBJECT_HOST, /* a value of the embedder's as anyref */
    WASM_OBJECT_I31,  /* an i31 as externref */
};

struct wasm_exception {
    struct wasm_object head;
    struct wasm_tag *tag;
    union wasm_value values[];
};

struct wasm_host_object {
    struct wasm_object head;
    void *external;
};

/* How objects of a type are laid out: what the collector and the instructions on them must know. */
struct wasm_layout {
    uint32_t type; /* id in the store */
    uint32_t field_count;
    const struct wasm_field_type *fields;
    const uint32_t *offsets;    /* of a structure's fields */
    uint64_t size;              /* of a structure or exception, head included */
    const uint32_t *references; /* offsets of the references in it */
    uint32_t reference_count;
    uint8_t element_shift; /* an array's elements have 1 << element_shift bytes */
    bool is_array;
    bool element_reference;
};

/* What an array's elements follow. */
#define WASM_ARRAY_START sizeof(struct wasm_object)

static inline uint8_t *wasm_array_elements(struct wasm_object *array)
{
    return (uint8_t *)array + WASM_ARRAY_START;
}

enum wasm_gc_state {
    WASM_GC_RAW,   /* not committed */
    WASM_GC_FREE,  /* committed, and not wiped */
    WASM_GC_SMALL, /* objects of one size */
    WASM_GC_LARGE, /* the first block of a large object */
    WASM_GC_TAIL,  /* the others */
};

struct wasm_gc_block {
    uint64_t allocated[WASM_GC_WORDS]; /* by granule: an object begins here */
    uint64_t marked[WASM_GC_WORDS];
    uint32_t next;     /* 1 + the next block of the same class with room; 0: none */
    uint32_t run;      /* blocks of a large object */
    uint16_t granules; /* of each object, if they are small */
    uint16_t at;       /* granule from which on room is looked for */
    uint8_t size_class;
    bool overflowed; /* some marked object of it has not been traced: the mark stack was full */
    bool give_back;  /* the rest of a large object that is being given back */
};

enum wasm_gc_phase {
    WASM_GC_IDLE,
    WASM_GC_ROOTS, /* looking at globals, tables, segments and held references, and marking */
    WASM_GC_MARK,  /* those are done */
    WASM_GC_SWEEP,
};

struct wasm_gc_pending {
    struct wasm_object *object;
    uint64_t next; /* the reference of it that comes next */
};

/* A run of slots with references. */
struct wasm_gc_run {
    uint32_t first;
    uint32_t count;
};

struct wasm_gc_map {
    uint32_t count;
    struct wasm_gc_run runs[];
};

struct wasm_gc_map_entry {
    const void *key;
    const struct wasm_gc_map *map;
};

/* The collector's part of a store. All zero until the first object is made. */
struct wasm_gc {
    uint8_t *base;   /* of the blocks */
    uint64_t extent; /* bytes from base that have ever been used */
    struct wasm_gc_block *blocks;
    uint8_t *states;
    struct wasm_gc_pending *stack;
    uint8_t *reservation;
    uint64_t reserved;
    uint64_t blocks_committed; /* bytes of each of these three */
    uint64_t states_committed;
    uint64_t stack_committed;
    uint32_t block_count; /* that the limit allows */
    uint32_t high;        /* blocks below it have been used */
    uint32_t rover;       /* where the search for a run goes on */
    uint32_t free_blocks; /* WASM_GC_FREE */
    uint32_t used_blocks;
    uint32_t rooms[WASM_GC_CLASSES]; /* 1 + block: those with room, by class */
    uint32_t current[WASM_GC_CLASSES];

    struct wasm_vector layout_vector;
    const struct wasm_layout **layouts; /* by type id; NULL: not asked for yet */
    uint32_t layout_count;

    enum wasm_gc_phase phase;
    bool marking; /* phases ROOTS and MARK: the barrier is on */
    bool overflowed;
    uint32_t stack_count;
    uint32_t stack_room;
    uint64_t allocated;  /* bytes of blocks taken into use since the last collection */
    uint64_t next_cycle; /* so many start the next one */
    uint32_t rescan;     /* 1 + the block whose overflow is being made good; 0: none */
    uint32_t rescan_at;
    uint32_t sweep_at;
    uint32_t live_blocks; /* the last sweep left */
    uint64_t live_bytes;
    uint64_t cycles;
    uint64_t longest_slice; /* units of work */

    /* where ROOTS stands */
    struct wasm_global *root_global;
    struct wasm_table *root_table;
    struct wasm_instance *root_instance;
    uint32_t root_segment;
    uint64_t root_index;
    uint32_t root_stage;

    /* the operation that allocates, while one does; else a host function or the embedder */
    const union wasm_cell *top_pc;
    union wasm_value *top_fp;

    struct wasm_vector held; /* union wasm_value, by handle - 1 */
    uint32_t held_count;
    uint32_t held_free; /* 1 + handle index; chained through the values */

    struct wasm_vector maps; /* struct wasm_gc_map_entry, hashed */
    uint32_t map_count;
    struct wasm_gc_mapper *mapper;
};

/* Can a value of the type refer to an object? */
static inline bool wasm_type_is_collected(uint32_t type)
{
    uint32_t code = type & 0xFF;
    return wasm_type_is_reference(type) && code != WASM_FUNCREF && code != WASM_NULLFUNCREF;
}

/* ---- gc_heap.c ----------------------------------------------------------------------------------------- */

/* The block in which an object begins at `bits`, and the granule there; NULL if none does. */
struct wasm_gc_block *wasm_gc_find(const struct wasm_gc *gc, uint64_t bits, uint32_t *granule);
/* Memory for an object, zero: of a small class, from the block at hand; or a large one. Returns 0, a poll's
 * code, or WASM_EMEMORY. */
int wasm_gc_take_small(struct wasm_store *store, uint32_t size_class, struct wasm_object **object);
int wasm_gc_take_large(struct wasm_store *store, uint64_t size, struct wasm_object **object);
/* The class of objects of `size` bytes, or WASM_GC_CLASSES if it is a large one. */
uint32_t wasm_gc_class_of(uint64_t size);
uint32_t wasm_gc_class_size(uint32_t size_class);
/* Finds a block for wasm_gc_take_small. Returns as that does. */
int wasm_gc_refill(struct wasm_store *store, uint32_t size_class);
/* Gives back the unmarked objects of block `index`; returns how many blocks that was about. */
uint32_t wasm_gc_sweep_block(struct wasm_store *store, uint32_t index);
/* Room for one more entry of the mark stack; false if there is none. */
bool wasm_gc_grow_stack(struct wasm_store *store);
void wasm_gc_destroy(struct wasm_store *store);

/* ---- gc_collect.c -------------------------------------------------------------------------------------- */

/*
 * An object with its head filled in and all else zero. May collect: every reference that is to survive must
 * be where the collector looks (gc_roots.c). Returns 0, WASM_TRAP_OUT_OF_MEMORY, or a poll's code.
 */
int wasm_gc_allocate(struct wasm_store *store, uint64_t size, uint32_t type, uint32_t count,
                     struct wasm_object **object);
/* The same from an operation of running code, whose operands are still on its stack. */
int wasm_gc_allocate_here(struct wasm_store *store, const union wasm_cell *cells, union wasm_value *fp,
                          uint64_t size, uint32_t type, uint32_t count, struct wasm_object **object);
/* Marks what a reference refers to, so that this collection keeps it; anything else is ignored. */
void wasm_gc_shade(struct wasm_store *store, uint64_t bits);
/* Shades `count` references if the collector is marking. In charged pieces: returns 0 or a poll's code. */
int wasm_gc_shade_all(struct wasm_store *store, const union wasm_value *values, uint64_t count);
/* A whole collection, with polls. Returns 0 or a poll's code. */
int wasm_gc_collect(struct wasm_store *store);

/* ---- gc_roots.c, gc_map.c ------------------------------------------------------------------------------ */

/* Looks at a part of the roots that have a barrier; at most `budget` units of work, which are taken off it.
 * True when all are done. */
bool wasm_gc_roots_step(struct wasm_store *store, int64_t *budget);
void wasm_gc_roots_restart(struct wasm_store *store);
/* Looks at the stack and whatever else has no barrier. Returns 0 or a poll's code. */
int wasm_gc_scan_stack(struct wasm_store *store);

/* The slots of a function that always hold references (its locals), or those of the operands just before the
 * instruction that emitted `cell`. Returns 0, a poll's code, or WASM_EMEMORY. */
int wasm_gc_map_locals(struct wasm_store *store, struct wasm_function *function,
                       const struct wasm_gc_map **map);
int wasm_gc_map_operands(struct wasm_store *store, struct wasm_function *function, uint32_t cell,
                         const struct wasm_gc_map **map);
void wasm_gc_mapper_destroy(struct wasm_store *store);

#endif

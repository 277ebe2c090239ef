/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exception.h: tags, and how a thrown exception finds its handler (specification, 4.4.11). Entering a block
 * that catches costs nothing: a function's code has a table of regions, which is searched for the cell at
 * which each frame stands, from the innermost frame outwards.
 */
#ifndef KEEP_WASM_EXCEPTION_H
#define KEEP_WASM_EXCEPTION_H

#include "gc.h"

union wasm_cell;
struct wasm_frame;
struct wasm_body;
struct wasm_control;

struct wasm_tag {
    const struct wasm_function_type *type;
    uint32_t type_id;
    uint32_t slots;            /* that its values take */
    struct wasm_layout layout; /* of its exceptions */
    struct wasm_store *store;
};

#define WASM_NO_SLOT  UINT32_MAX
#define WASM_NO_DEPTH UINT32_MAX

/* A catch clause. */
struct wasm_clause {
    struct wasm_tag *tag; /* NULL: catches all */
    uint32_t target;      /* the cell to go on at; until that is known, 1 + the next clause for the label */
    uint32_t values;      /* slot (bytes) of the first value; or WASM_NO_SLOT */
    uint32_t reference;   /* slot of the exception itself; or WASM_NO_SLOT */
    uint32_t next;        /* 1 + the next clause of its region; 0: the last one */
};

/* The code whose exceptions some clauses catch. Inner regions come before those around them. */
struct wasm_region {
    uint32_t start; /* cells */
    uint32_t end;
    uint32_t clause;   /* 1 + the first */
    uint32_t depth;    /* of the block, in its function */
    uint32_t delegate; /* only regions at this depth or above are asked next; or WASM_NO_DEPTH */
};

/* What a compiled function has of them. */
struct wasm_regions {
    const struct wasm_region *regions;
    const struct wasm_clause *clauses;
    uint32_t count;
    uint32_t clause_count;
};

/* exception.c: finds the handler of store->exception, for code that stands at pc. Returns 0, with the place
 * to go on in store->landing_pc, landing_fp and frame_top; or WASM_TRAP_UNCAUGHT_EXCEPTION; or a poll's code.
 */
int wasm_unwind(struct wasm_store *store, const union wasm_cell *pc, union wasm_value *fp,
                struct wasm_frame *frame);
/* Fills in a tag of a type of the store. Returns false if memory is exhausted. */
bool wasm_tag_bind(struct wasm_store *store, struct wasm_tag *tag, uint32_t type_id);

/* emit_exception.c: regions and clauses of the function that is being compiled. All do nothing unless the
 * code can be reached. */

/* A clause of the block that comes next, which goes to the label `depth` (of try_table). */
void wasm_emit_clause(struct wasm_body *body, uint32_t depth, const uint32_t *tag, bool reference);
/* The clauses since `first` become those of the block just entered. */
void wasm_emit_region_start(struct wasm_body *body, uint32_t first);
void wasm_emit_region_end(struct wasm_body *body, struct wasm_control *control, uint32_t delegate);
/* A clause of a legacy try: its code begins here. */
void wasm_emit_catch(struct wasm_body *body, struct wasm_control *control, const uint32_t *tag);
/* Clauses that wait for the end of `control` go on here. */
void wasm_emit_landings(struct wasm_body *body, struct wasm_control *control);
/* Copies the tables to the store's arena. Returns false if memory is exhausted. */
bool wasm_emit_regions(struct wasm_body *body, struct wasm_arena *arena, struct wasm_regions *regions);

#endif

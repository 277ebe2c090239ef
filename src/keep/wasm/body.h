/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body.h: one pass over a function body that validates it by the specification's algorithm (appendix,
 * "Validation Algorithm") and, when the function is being compiled, emits register code at the same time. The
 * same rules run in both cases: a function is validated when the module is decoded and passed again on its
 * first call.
 *
 * The operand stack is symbolic. An operand that is a constant or the value of a local has emitted nothing
 * yet; any other is in the slot that belongs to its height, so that all paths to a label agree without moves.
 */
#ifndef KEEP_WASM_BODY_H
#define KEEP_WASM_BODY_H

#include "code.h"
#include "heap.h"
#include "module.h"
#include "reader.h"

struct wasm_instance;

enum wasm_operand_kind {
    WASM_IN_SLOT,     /* in its own slot */
    WASM_IN_LOCAL,    /* still in local `local` */
    WASM_IS_CONSTANT, /* `constant` */
};

struct wasm_operand {
    uint32_t type;
    uint32_t slot; /* its own, by height; in slots from the frame pointer */
    enum wasm_operand_kind kind;
    uint32_t local;
    uint64_t constant; /* a v128: the address of its 16 bytes, in the module or a global */
};

/* A block in progress. */
struct wasm_control {
    uint16_t opcode;
    bool unreachable;   /* the rest of it cannot be reached: its operand stack is polymorphic */
    bool entered;       /* code is emitted for it */
    uint32_t height;    /* operands below it */
    uint32_t set_count; /* locals that were set before it */
    struct wasm_function_type type;
    uint32_t start;      /* a loop's first cell */
    uint32_t sites;      /* chain of branch cells that wait for its end; 0 ends it */
    uint32_t path;       /* as body->path, of the branches to its end */
    uint32_t entry_path; /* and at its start */
    uint32_t else_site;  /* the branch of `if` that waits for `else` or the end */
    uint32_t table_mark; /* the last br_table that targets it, and where it moves values for it */
    uint32_t table_entry;
    /* blocks that catch (exception.h) */
    uint32_t hidden;   /* a legacy catch: 1 operand below `height` is the exception */
    uint32_t landings; /* 1 + the first of the clauses that wait for its end; 0: none */
    uint32_t clause;   /* 1 + its first clause; of a legacy try, the last one */
    uint32_t region;   /* 1 + its region */
    uint32_t delegate; /* where a legacy try delegates to: index of a control; or WASM_NO_DEPTH */
};

enum { /* opcodes that a control is asked about */
       WASM_OPCODE_BLOCK = 0x02,
       WASM_OPCODE_LOOP = 0x03,
       WASM_OPCODE_IF = 0x04,
       WASM_OPCODE_TRY = 0x06,
       WASM_OPCODE_CATCH = 0x07,
       WASM_OPCODE_CATCH_ALL = 0x19,
       WASM_OPCODE_TRY_TABLE = 0x1F,
};

/* A run of locals of one type: those below `end` and not in an earlier run. */
struct wasm_local_run {
    uint32_t end;
    uint32_t type;
};

/* A comparison taken back from the code so that it can be fused with a branch. */
struct wasm_condition {
    uint32_t operation;
    bool has_immediate;
    uint32_t a;
    uint32_t b;
    uint64_t immediate;
    uint8_t accumulator; /* where an operand of it may be */
};

/* What the accumulators hold when an operation begins: the value of a slot (bytes), too. */
enum { WASM_ACC_NONE, WASM_ACC_INTEGER, WASM_ACC_F32, WASM_ACC_F64 };

struct wasm_accumulator {
    uint8_t kind;
    uint32_t slot;
};

/* What a branch names. */
struct wasm_label {
    uint32_t depth;
    struct wasm_control *control;
    const uint32_t *types; /* what a branch to it carries */
    uint32_t count;
};

#define WASM_NO_CELL UINT32_MAX

struct wasm_body {
    struct wasm_heap *heap;
    const struct wasm_module *module;
    struct wasm_reader reader;
    struct wasm_error *error;
    const char *section; /* for errors */
    uint32_t function_index;
    const struct wasm_function_type *type;
    uint64_t instruction; /* offset of the one being passed */
    struct wasm_vector operand_vector;
    struct wasm_vector control_vector;
    struct wasm_vector local_vector;
    struct wasm_operand *operands;
    struct wasm_control *controls;
    uint32_t operand_room; /* operands that fit */
    uint32_t height;
    uint32_t depth;
    uint32_t run_count;
    uint32_t local_count;
    uint32_t near_count; /* of the first locals, whose types are at hand */
#define WASM_NEAR_LOCALS 64u
    uint32_t near_types[WASM_NEAR_LOCALS];
    struct wasm_vector is_set_vector; /* by local: was it set? Only if one has no default */
    struct wasm_vector set_vector;    /* those that were, in order */
    uint32_t set_count;
    uint32_t local_slots; /* that locals take; while only validating: one each */

    /* a constant expression */
    bool constant;
    uint32_t constant_globals;     /* those below it may be read */
    struct wasm_module *declaring; /* ref.func declares its function here; or NULL */
    int constant_status;           /* what ended its evaluation: a trap or a poll's code; or 0 */
    uint64_t constant_value;       /* its result as an operand's `constant`, if there is an instance */

    /* emitting */
    struct wasm_instance *instance; /* NULL while only validating */
    bool live;                      /* emitting, in code that can be reached */
    bool out_of_memory;
    const union wasm_cell *handlers;
    struct wasm_vector cell_vector;
    struct wasm_vector pending_vector;
    struct wasm_vector place_vector;
    union wasm_cell *cells;
    uint32_t *pending; /* by local: operands that are still in it */
    uint32_t *places;  /* by local: its slot; NULL: that of its index, no local takes more than one */
    uint32_t cell_count;
    uint32_t cell_room;
    uint32_t path; /* the most operations since fuel was last charged, on any way to here */
    uint32_t frame_slots;
    uint32_t floor;                      /* no operand below it is pending in a local */
    struct wasm_accumulator accumulator; /* behind the last operation */
    uint32_t producer; /* the last operation, if its result can still be sent elsewhere; or WASM_NO_CELL */
    uint32_t producer_operation; /* which one, in its first form; OP_COUNT if it cannot be taken back */
    bool producer_immediate;     /* its second operand is one */
    uint8_t producer_kind;       /* the accumulator of its operands */
    struct wasm_accumulator producer_before; /* what was in the accumulators before it */
    uint32_t last_copy;                      /* the last operation, if it is OP_copy; or WASM_NO_CELL */
    uint32_t taken_back;                     /* operations that were, so far */
    uint32_t table_mark;
    uint32_t stop_cell;   /* looking for the instruction that emits this cell; or WASM_NO_CELL */
    uint64_t stop_offset; /* looking for the state before the instruction there; or 0 */
    struct wasm_vector region_vector;
    struct wasm_vector clause_vector;
    uint32_t region_count;
    uint32_t clause_count;
    union wasm_cell spare[16]; /* written to when memory is exhausted */
};

void wasm_body_init(struct wasm_body *body, struct wasm_heap *heap);
void wasm_body_free(struct wasm_body *body);

/* Validates function `index` of `module`; with `instance`, also leaves its code in body->cells. Returns 0 or
 * an error. */
int wasm_body_pass(struct wasm_body *body, const struct wasm_module *module, uint32_t index,
                   struct wasm_instance *instance, struct wasm_error *error);

/*
 * Validates the constant expression (specification, 3.3.10) at `reader`, which is left behind its end, with a
 * result of `type`. The caller has set module, error, section and what the expression may use. With
 * body->instance, evaluates it into body->constant_value.
 */
int wasm_body_constant(struct wasm_body *body, struct wasm_reader *reader, uint32_t type);

/* ---- Between the files of this part -------------------------------------------------------------------- */

/* Opcodes behind the prefix 0xFB, in the table. */
#define WASM_FB(n) (0x120 + (n))

#define TRY(call)                                                                                            \
    do {                                                                                                     \
        int try_status = (call);                                                                             \
        if (try_status != 0)                                                                                 \
            return try_status;                                                                               \
    } while (0)

/* A row of instructions.def. */
struct wasm_instruction {
    int (*rule)(struct wasm_body *body, const struct wasm_instruction *instruction);
    const char *name;
    uint16_t opcode;
    uint16_t feature; /* 1 + its offset in struct wasm_features; 0: always there */
    uint8_t operand;  /* type of the operands */
    uint8_t result;
    uint8_t alignment;
    bool commutes;
    uint8_t operand_in; /* accumulator of the operands, and of the result */
    uint8_t result_in;
    uint16_t operation; /* the first of its operations */
    uint16_t swapped;   /* comparison with the sides swapped */
    uint16_t wide;      /* load or store by a 64-bit address in memory 0 */
    uint8_t lanes;      /* that an immediate may name */
};

typedef int wasm_rule(struct wasm_body *body, const struct wasm_instruction *instruction);

/* Reports an error at the current instruction (text.h's formats). If reading failed, that is the error. */
int wasm_body_fail(struct wasm_body *body, int code, const char *format, ...);

int wasm_body_push_all(struct wasm_body *body, const uint32_t *types, uint32_t count);
int wasm_body_pop_all(struct wasm_body *body, const uint32_t *types, uint32_t count);
/* The operand on top, just pushed. */
static inline struct wasm_operand *wasm_body_top(struct wasm_body *body)
{
    return &body->operands[body->height - 1];
}
void wasm_body_truncate(struct wasm_body *body, uint32_t height);
void wasm_body_set_unreachable(struct wasm_body *body);
/* locals.c: locals without a default, which must be set before they are read. */
int wasm_body_track_locals(struct wasm_body *body);
bool wasm_body_local_is_set(const struct wasm_body *body, uint32_t local, uint32_t type);
void wasm_body_mark_local_set(struct wasm_body *body, uint32_t local, uint32_t type);
/* Only the first `count` that were set are set: at the end of a block, and at `else`. */
void wasm_body_forget_locals(struct wasm_body *body, uint32_t count);
bool wasm_body_local_type_far(const struct wasm_body *body, uint32_t index, uint32_t *type);
static inline bool wasm_body_local_type(const struct wasm_body *body, uint32_t index, uint32_t *type)
{
    if (index >= body->near_count)
        return wasm_body_local_type_far(body, index, type);
    *type = body->near_types[index];
    return true;
}
/* The slot of a local. Only while emitting. */
static inline uint32_t wasm_body_local_slot(const struct wasm_body *body, uint32_t local)
{
    return body->places == NULL ? local : body->places[local];
}
/* The slot behind the operands below `height`. */
static inline uint32_t wasm_body_slot_at(const struct wasm_body *body, uint32_t height)
{
    if (height == 0)
        return body->local_slots;
    const struct wasm_operand *below = &body->operands[height - 1];
    return below->slot + wasm_value_slots(below->type);
}
static inline void wasm_body_forget_top(struct wasm_body *body)
{
    const struct wasm_operand *operand = &body->operands[body->height - 1];
    if (operand->kind == WASM_IN_LOCAL)
        body->pending[operand->local]--;
    body->height--;
    if (body->floor > body->height)
        body->floor = body->height;
}

int wasm_body_make_room(struct wasm_body *body);
static inline int wasm_body_push(struct wasm_body *body, uint32_t type)
{
    if (body->height >= body->operand_room)
        TRY(wasm_body_make_room(body));
    uint32_t slot = wasm_body_slot_at(body, body->height);
    struct wasm_operand *operand = &body->operands[body->height++];
    operand->type = type;
    operand->slot = slot;
    operand->kind = WASM_IN_SLOT; /* which says that the rest means nothing */
    if (slot + wasm_value_slots(type) > body->frame_slots)
        body->frame_slots = slot + wasm_value_slots(type);
    return 0;
}

/* Pops an operand that must match `expected`; the second is for all but the usual case. */
int wasm_body_pop_other(struct wasm_body *body, uint32_t expected, struct wasm_operand *operand);
static inline int wasm_body_pop(struct wasm_body *body, uint32_t expected, struct wasm_operand *operand)
{
    if (body->height == body->controls[body->depth - 1].height ||
        body->operands[body->height - 1].type != expected)
        return wasm_body_pop_other(body, expected, operand);
    *operand = body->operands[body->height - 1];
    wasm_body_forget_top(body);
    return 0;
}

/* The value of a constant operand of that type, or of body->constant_value. */
void wasm_operand_constant(uint32_t type, uint64_t constant, union wasm_value *value);
/* Reads a value type (5.3.5), or the reference type (ref null HT) of a heap type HT (5.3.3), that the
 * features allow. Returns 0 or an error. */
int wasm_body_read_type(struct wasm_body *body, uint32_t *type);
/* The function type with that index. Returns 0 or an error. */
int wasm_body_function_type(struct wasm_body *body, uint32_t index, const struct wasm_function_type **type);
int wasm_body_read_heap_type(struct wasm_body *body, uint32_t *type);

/* Opcodes behind the prefix byte 0xFE, in the table. */
#define WASM_FE(n) (0x140u + (n))

/* The memory operand of an access (memarg, 5.4.6). */
struct wasm_access {
    uint64_t offset;
    uint32_t memory;
    uint32_t alignment; /* log2, as the instruction says it */
    uint32_t address;   /* the type of its addresses: WASM_I32 or WASM_I64 */
    uint32_t size;      /* bytes that the instruction accesses: by its natural alignment */
    bool plain;         /* memory 0, 32-bit addresses: offset + address does not wrap in 64 bits */
};

/* rules_memory.c */
int wasm_body_read_access(struct wasm_body *body, const struct wasm_instruction *instruction,
                          struct wasm_access *access);
/*
 * An access that is not plain can be made by the form of any operation that takes a constant address, between
 * these two: `reach` checks the bounds and makes the bytes in question the whole memory, so that the constant
 * address is 0; `home` brings memory 0 back.
 */
void wasm_emit_reach(struct wasm_body *body, const struct wasm_access *access, uint32_t address_slot);
void wasm_emit_home(struct wasm_body *body);
/* A slow operation on the bytes that were reached just before; no `home` is needed behind it. */
void wasm_emit_slow_reached(struct wasm_body *body, wasm_slow_operation *function, const uint32_t operands[4],
                            uint32_t memory);
/* The regular loads and stores, where the access is not plain. */
void wasm_emit_far_load(struct wasm_body *body, const struct wasm_instruction *instruction,
                        const struct wasm_access *access, const struct wasm_operand *address);
void wasm_emit_far_store(struct wasm_body *body, const struct wasm_instruction *instruction,
                         const struct wasm_access *access, const struct wasm_operand *address,
                         const struct wasm_operand *value);
/* rules_control.c, for other blocks */
int wasm_body_read_block_type(struct wasm_body *body, struct wasm_function_type *type);
int wasm_body_read_label(struct wasm_body *body, struct wasm_label *label);
/* The operands on top match `types`, and stay where they are. */
int wasm_body_check_top(struct wasm_body *body, const uint32_t *types, uint32_t count);
void wasm_body_settle_before(struct wasm_body *body, uint32_t parameter_count);
int wasm_body_enter(struct wasm_body *body, const struct wasm_instruction *instruction,
                    const struct wasm_function_type *type);
int wasm_body_leave(struct wasm_body *body, const struct wasm_function_type *type);

/* rules_control.c, for other branches */
int wasm_body_read_label(struct wasm_body *body, struct wasm_label *label);
/* The operands on top match `types`, and stay where they are. */
int wasm_body_check_top(struct wasm_body *body, const uint32_t *types, uint32_t count);

/* emit.c. All do nothing unless body->live. Slot operands are byte offsets. */
uint32_t wasm_emit_slot(struct wasm_body *body, const struct wasm_operand *operand);
union wasm_cell *wasm_emit(struct wasm_body *body, uint32_t operation, uint32_t cells);
/* The same for an operation whose result goes to the slot of the operand on top. */
union wasm_cell *wasm_emit_result(struct wasm_body *body, uint32_t operation, uint32_t cells);
/* Puts operands from index `from` up into their own slots. */
void wasm_emit_settle(struct wasm_body *body, uint32_t from);
/* Before a block: no operand may wait in a local, for the block may change it on one path only. */
void wasm_emit_settle_locals(struct wasm_body *body);
void wasm_emit_local_set(struct wasm_body *body, uint32_t local, const struct wasm_operand *value);
void wasm_emit_push_local(struct wasm_body *body, uint32_t local);
void wasm_emit_push_constant(struct wasm_body *body, uint64_t constant);
void wasm_emit_binary(struct wasm_body *body, const struct wasm_instruction *instruction,
                      const struct wasm_operand *a, const struct wasm_operand *b);
/* In a constant expression, computes instead. */
void wasm_emit_folded(struct wasm_body *body, const struct wasm_instruction *instruction,
                      const struct wasm_operand *a, const struct wasm_operand *b);
void wasm_emit_compare(struct wasm_body *body, const struct wasm_instruction *instruction,
                       const struct wasm_operand *a, const struct wasm_operand *b);
void wasm_emit_unary(struct wasm_body *body, const struct wasm_instruction *instruction,
                     const struct wasm_operand *a);
void wasm_emit_load(struct wasm_body *body, const struct wasm_instruction *instruction,
                    const struct wasm_operand *address, uint64_t offset);
void wasm_emit_store(struct wasm_body *body, const struct wasm_instruction *instruction,
                     const struct wasm_operand *address, const struct wasm_operand *value, uint64_t offset);
/* Code may arrive here from elsewhere: nothing of what the operation before did can be used. */
static inline void wasm_emit_label(struct wasm_body *body)
{
    body->producer = WASM_NO_CELL;
    body->accumulator.kind = WASM_ACC_NONE;
    body->last_copy = WASM_NO_CELL;
}
/* Is the value of the slot (bytes) in that accumulator? */
static inline bool wasm_emit_in_accumulator(const struct wasm_body *body, uint8_t kind, uint32_t slot)
{
    return kind != WASM_ACC_NONE && body->accumulator.kind == kind && body->accumulator.slot == slot;
}
/* The operation just emitted, with a result, leaves it in that accumulator, too. */
void wasm_emit_accumulated(struct wasm_body *body, uint8_t kind);
/* Is the operand the result of the last operation, in its own slot, and nowhere else? */
bool wasm_emit_is_producer(const struct wasm_body *body, const struct wasm_operand *operand);
/* Takes the last operation back from the code. */
void wasm_emit_take_back(struct wasm_body *body);
void wasm_emit_slow(struct wasm_body *body, wasm_slow_operation *function, const uint32_t operands[4],
                    union wasm_cell pointer);

void wasm_emit_charge(struct wasm_body *body);
#define WASM_PATH_MOST 256u

/* emit_control.c */
void wasm_emit_here(struct wasm_body *body, uint32_t sites);
/* Where the label's values go: in slots. */
uint32_t wasm_emit_label_slot(const struct wasm_body *body, const struct wasm_control *control);
/* Moves results on top to where the label's values go. */
void wasm_emit_to_label(struct wasm_body *body, const struct wasm_control *control);
struct wasm_condition wasm_emit_condition(struct wasm_body *body, const struct wasm_operand *condition);
uint32_t wasm_emit_unless(struct wasm_body *body, const struct wasm_condition *condition);
void wasm_emit_branch(struct wasm_body *body, uint32_t depth);
void wasm_emit_branch_if(struct wasm_body *body, uint32_t depth, const struct wasm_operand *condition);
void wasm_emit_branch_table(struct wasm_body *body, const struct wasm_operand *index, const uint8_t *targets,
                            uint32_t count);
void wasm_emit_return(struct wasm_body *body);
void wasm_emit_call(struct wasm_body *body, uint32_t function, uint32_t arguments);
void wasm_emit_call_indirect(struct wasm_body *body, uint32_t table, uint32_t type,
                             const struct wasm_operand *index, uint32_t arguments);
/* An index of 64 bits becomes one of 32 that is beyond every table if it was. */
void wasm_emit_narrow(struct wasm_body *body, struct wasm_operand *index);
void wasm_emit_tail_call(struct wasm_body *body, uint32_t function, uint32_t arguments);
void wasm_emit_tail_indirect(struct wasm_body *body, uint32_t table, uint32_t type,
                             const struct wasm_operand *index, uint32_t arguments);
void wasm_emit_call_ref(struct wasm_body *body, const struct wasm_operand *function, uint32_t arguments);
void wasm_emit_tail_ref(struct wasm_body *body, const struct wasm_operand *function, uint32_t arguments);

/* rules_*.c: the rules that instructions.def names */
#define BINARY(...)
#define BINARY_TRAP(...)
#define COMPARE(...)
#define TEST(...)
#define UNARY(...)
#define UNARY_TRAP(...)
#define LOAD(...)
#define STORE(...)
#define RULE(opcode, id, name, feature, function) wasm_rule wasm_rule_##function;
#include "instructions.def"
wasm_rule wasm_rule_vector_unary;
wasm_rule wasm_rule_vector_low;
wasm_rule wasm_rule_vector_high;
wasm_rule wasm_rule_vector_binary;
wasm_rule wasm_rule_vector_ternary;
wasm_rule wasm_rule_vector_extract;
wasm_rule wasm_rule_vector_replace;
wasm_rule wasm_rule_vector_load;
wasm_rule wasm_rule_vector_load_lane;
wasm_rule wasm_rule_vector_store;

#endif

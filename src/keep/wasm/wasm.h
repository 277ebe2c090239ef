/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wasm.h: the public interface of Casemate's WebAssembly engine (WebAssembly core specification, release 2.0
 * and on). A decoder turns bytes into a module; a store owns instances, memories, tables, globals and
 * functions and runs them.
 *
 * Rules that hold for everything here:
 * - No global state. Any number of modules and stores live side by side; one store is used by one thread at a
 * time.
 * - Every byte comes from the embedder's `struct wasm_memory_ops` and goes back to it when the module or the
 * store that asked for it is destroyed. Pointers returned by a module or a store live exactly as long as it
 * does.
 * - A module must outlive the stores that instantiate it, and the bytes given to a decoder must outlive the
 * module.
 * - Functions return 0 or a negative `enum wasm_error_code`; those that run WebAssembly code also return a
 * positive `enum wasm_trap` (or the embedder's own code, from WASM_TRAP_HOST up) when the code was stopped.
 * - Sizes are in bytes, counts in elements. Names are UTF-8 with a length, never NUL-terminated.
 */
#ifndef KEEP_WASM_H
#define KEEP_WASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wasm_decoder;
struct wasm_module;
struct wasm_store;
struct wasm_instance;
struct wasm_function;
struct wasm_table;
struct wasm_memory;
struct wasm_global;
struct wasm_tag;

/* ---- Values and types ---------------------------------------------------------------------------------- */

/*
 * Value types (core specification, 2.3.1 to 2.3.5). The low byte is the code of the binary format (5.3.1 to
 * 5.3.5); for a reference, of its heap type. The constants name the nullable references; with WASM_NON_NULL
 * they are not null. WASM_REF is a reference to a defined type, whose index is in the bits above: an index of
 * the module where the type was found in a module, a number of the store's own where a store says it.
 */
#define WASM_I32           0x7Fu
#define WASM_I64           0x7Eu
#define WASM_F32           0x7Du
#define WASM_F64           0x7Cu
#define WASM_V128          0x7Bu
#define WASM_NULLEXNREF    0x74u
#define WASM_NULLFUNCREF   0x73u
#define WASM_NULLEXTERNREF 0x72u
#define WASM_NULLREF       0x71u
#define WASM_FUNCREF       0x70u
#define WASM_EXTERNREF     0x6Fu
#define WASM_ANYREF        0x6Eu
#define WASM_EQREF         0x6Du
#define WASM_I31REF        0x6Cu
#define WASM_STRUCTREF     0x6Bu
#define WASM_ARRAYREF      0x6Au
#define WASM_EXNREF        0x69u
#define WASM_REF           0x63u
#define WASM_NON_NULL      0x100u
#define WASM_INDEX_SHIFT   9u
#define WASM_MOST_TYPES    (1u << (32 - WASM_INDEX_SHIFT))

static inline uint32_t wasm_type_concrete(uint32_t index)
{
    return index << WASM_INDEX_SHIFT | WASM_REF;
}

/* 0x01 is what a reference has been called in code that cannot be reached; no module can name it. */
static inline bool wasm_type_is_reference(uint32_t type)
{
    uint32_t code = type & 0xFF;
    return (code >= WASM_EXNREF && code <= WASM_NULLEXNREF) || code == WASM_REF || code == 0x01;
}

/* One stack slot. Values narrower than the slot are zero-extended by the engine; an embedder writes `i32` and
 * `f32` through these members and the engine reads no other bits. A v128 takes two consecutive slots, low
 * half first. */
union wasm_value {
    uint32_t i32;
    uint64_t i64;
    float f32;
    double f64;
    struct wasm_function *function; /* funcref; NULL is ref.null */
    void *external;                 /* externref; NULL is ref.null, anything else is the embedder's */
};

/* Slots that a value of the type takes. */
static inline uint32_t wasm_value_slots(uint32_t type)
{
    return type == WASM_V128 ? 2 : 1;
}

struct wasm_name {
    const uint8_t *bytes;
    size_t size;
};

struct wasm_function_type {
    const uint32_t *parameters; /* WASM_I32 ... */
    const uint32_t *results;
    uint32_t parameter_count;
    uint32_t result_count;
};

/* Limits of a memory (in pages of 64 KiB) or of a table (in elements). */
struct wasm_range {
    uint64_t minimum;
    uint64_t maximum; /* meaningful only if has_maximum */
    bool has_maximum;
};

struct wasm_table_type {
    uint32_t element;
    struct wasm_range range;
    bool address64; /* indices are i64, else i32 */
};

struct wasm_memory_type {
    struct wasm_range range;
    bool address64; /* addresses are i64, else i32 */
    bool shared;    /* with other agents; here there are none, so only atomic.wait asks */
};

struct wasm_global_type {
    uint32_t value;
    bool is_mutable;
};

/* External kinds, as the binary format numbers them (5.5.5). */
enum wasm_extern_kind {
    WASM_EXTERN_FUNCTION = 0,
    WASM_EXTERN_TABLE = 1,
    WASM_EXTERN_MEMORY = 2,
    WASM_EXTERN_GLOBAL = 3,
    WASM_EXTERN_TAG = 4,
};

struct wasm_extern_type {
    enum wasm_extern_kind kind;
    union {
        struct wasm_function_type function;
        struct wasm_table_type table;
        struct wasm_memory_type memory;
        struct wasm_global_type global;
        struct wasm_function_type tag; /* without results */
    };
};

/* A thing that can be imported or exported, at run time. */
struct wasm_extern {
    enum wasm_extern_kind kind;
    union {
        struct wasm_function *function;
        struct wasm_table *table;
        struct wasm_memory *memory;
        struct wasm_global *global;
        struct wasm_tag *tag;
    };
};

/* Slots that values of these types take together. */
uint32_t wasm_types_slots(const uint32_t *types, uint32_t count);
/* "i32", "funcref", "(ref func)", ...; a static string, in which a reference to a defined type lacks its
 * index. */
const char *wasm_type_name(uint32_t type);
bool wasm_function_type_equal(const struct wasm_function_type *a, const struct wasm_function_type *b);
/* Writes "(i32, i64) -> i32" into text, cut to text_size and NUL-terminated. */
void wasm_function_type_format(const struct wasm_function_type *type, char *text, size_t text_size);

/* ---- Memory, limits, features -------------------------------------------------------------------------- */

/* The embedder's memory. All sizes and addresses are multiples of WASM_OS_PAGE. None of these may call the
 * engine. */
#define WASM_OS_PAGE 4096u

struct wasm_memory_ops {
    void *context;
    /* Address space for a linear memory or a stack; nothing in it is usable until committed. NULL: none left.
     */
    void *(*reserve)(void *context, size_t size);
    /* Makes a part of a reservation readable, writable and zero. Returns 0, or nonzero if memory is
     * exhausted. */
    int (*commit)(void *context, void *address, size_t size);
    /* Takes the memory of a committed part back; its contents are lost and must not reach the next user. */
    void (*decommit)(void *context, void *address, size_t size);
    /* Ends a reservation, whole; what was committed in it has been decommitted before. */
    void (*release)(void *context, void *address, size_t size);
    /* Zeroed, usable memory for the engine's own structures, in multiples of WASM_OS_PAGE. NULL: exhausted.
     */
    void *(*allocate)(void *context, size_t size);
    void (*free)(void *context, void *address, size_t size);
};

/* What a module or a store may use at most. wasm_limits_default() sets every field; change what you need. */
struct wasm_limits {
    /* of a module; exceeding one is WASM_ELIMIT, found before anything of that size is allocated */
    uint64_t module_size;
    uint32_t types;
    uint32_t imports;
    uint32_t exports;
    uint32_t functions;
    uint32_t tables;
    uint32_t memories;
    uint32_t globals;
    uint32_t tags;
    uint32_t element_segments;
    uint32_t data_segments;
    uint32_t element_segment_length; /* of one segment */
    uint32_t parameters;             /* of one function type */
    uint32_t results;
    uint32_t function_size; /* of one body, in bytes */
    uint32_t locals;        /* of one function, parameters included */
    uint32_t br_table_targets;
    uint32_t subtype_depth; /* supertypes above a type */
    uint32_t fields;        /* of one struct type */
    uint32_t nesting;       /* of blocks in one function */
    uint32_t operands;      /* height of one function's operand stack */
    /* of a module or of a store: the engine's own structures, code included, linear memories apart */
    uint64_t arena_size;
    /* of a store */
    uint64_t memory_size;    /* all linear memories together, in bytes; memory.grow beyond it gives -1 */
    uint64_t table_elements; /* all tables together; table.grow beyond it gives -1 */
    uint64_t gc_size;        /* structures, arrays and exceptions, and what finds the garbage among them */
    uint32_t stack_size;     /* value stack, in bytes */
    uint32_t call_depth;     /* frames on it; a call beyond it traps: call stack exhausted */
    uint32_t host_depth;     /* host functions that call back into WebAssembly: bounds the native stack */
};

void wasm_limits_default(struct wasm_limits *limits);

/* Which proposals a decoder accepts beyond WebAssembly 1.0. The fields are named as the proposals are. */
struct wasm_features {
    bool threads;        /* shared memories and atomic instructions, for one agent */
    bool mutable_global; /* imported and exported mutable globals */
    bool nontrapping_float_to_int;
    bool sign_extension;
    bool multi_value;
    bool reference_types;
    bool bulk_memory;
    bool tail_call;
    bool extended_const;
    bool simd;
    bool multi_memory;
    bool memory64; /* memories and tables with 64-bit addresses */
    bool function_references;
    bool gc;
    bool exceptions;
    bool relaxed_simd;
    bool legacy_exceptions; /* try, catch, delegate, rethrow; with `exceptions` */
};

/* The features of a version of the specification: 1 (1.0, 2019), 2 (2.0) or 3 (3.0). Others: all that exist.
 */
void wasm_features_version(struct wasm_features *features, int version);
/* Sets a feature by its name ("multi-value"). Returns false if there is no such feature. */
bool wasm_features_set(struct wasm_features *features, const char *name, bool on);
/* The names that there are, one by one; NULL behind the last. */
const char *wasm_feature_name(size_t index);

struct wasm_config {
    struct wasm_memory_ops memory;
    struct wasm_limits limits;
    struct wasm_features features;
    /* for tests of the collector: 1 collects before each allocation, 2 marks a little then */
    uint32_t gc_stress;
};

/* Default limits and every feature, over the given memory. */
void wasm_config_default(struct wasm_config *config, const struct wasm_memory_ops *memory);

/* ---- Errors and traps ---------------------------------------------------------------------------------- */

enum wasm_error_code {
    WASM_EMALFORMED = -1,  /* the bytes are no module (specification, chapter 5) */
    WASM_EINVALID = -2,    /* a module, but not a valid one (chapter 3) */
    WASM_EUNLINKABLE = -3, /* an import is missing or does not match */
    WASM_ELIMIT = -4,      /* a limit of struct wasm_limits */
    WASM_EMEMORY = -5,     /* the embedder's memory is exhausted */
    WASM_EARGUMENT = -6,   /* the embedder's call makes no sense: wrong type, no such export */
    WASM_ESTOPPED = -7,    /* the poll function of a decoder said so */
    WASM_EMORE = -8,       /* wasm_decoder_finish: the module has not arrived whole */
};

#define WASM_NO_INDEX UINT32_MAX

struct wasm_error {
    int code;
    const char *section;     /* "type", "code", ...; "header", "module" (no section); NULL if not decoding */
    uint64_t offset;         /* in the module's bytes */
    uint32_t function_index; /* or WASM_NO_INDEX */
    char message[192];       /* what was expected and what was found; NUL-terminated */
};

/* Traps (specification, chapter 4), and whatever else stops running code. */
enum wasm_trap {
    WASM_TRAP_UNREACHABLE = 1,
    WASM_TRAP_DIVIDE_BY_ZERO,
    WASM_TRAP_INTEGER_OVERFLOW,
    WASM_TRAP_INVALID_CONVERSION,
    WASM_TRAP_MEMORY_BOUNDS,
    WASM_TRAP_TABLE_BOUNDS,
    WASM_TRAP_UNDEFINED_ELEMENT,
    WASM_TRAP_UNINITIALIZED_ELEMENT,
    WASM_TRAP_INDIRECT_TYPE,
    WASM_TRAP_STACK_EXHAUSTED,
    WASM_TRAP_NULL_FUNCTION,  /* of call_ref */
    WASM_TRAP_NULL_REFERENCE, /* of ref.as_non_null */
    WASM_TRAP_OUT_OF_MEMORY,  /* the arena, while compiling a function; or `gc_size` */
    WASM_TRAP_UNALIGNED_ATOMIC,
    WASM_TRAP_EXPECTED_SHARED, /* memory.atomic.wait on a memory that is not shared */
    WASM_TRAP_CANNOT_WAIT,     /* memory.atomic.wait, and the embedder gave no way to */
    WASM_TRAP_UNCAUGHT_EXCEPTION,
    WASM_TRAP_NULL_EXCEPTION,
    WASM_TRAP_NULL_STRUCTURE,
    WASM_TRAP_NULL_ARRAY,
    WASM_TRAP_NULL_I31,
    WASM_TRAP_ARRAY_BOUNDS,
    WASM_TRAP_CAST,
    WASM_TRAP_HOST =
        0x1000, /* from here on: codes of host functions and poll functions, passed through unchanged */
};

/* "out of bounds memory access", ...; a static string. */
const char *wasm_trap_message(int trap);

struct wasm_trap_frame {
    const struct wasm_module *module; /* NULL for a host function */
    uint32_t function_index;          /* or WASM_NO_INDEX */
    uint64_t offset;                  /* of the instruction in the module's bytes */
    struct wasm_name name;            /* from the `name` section or an export; size 0 if there is none */
};

#define WASM_TRAP_FRAMES 16

/* What the last stopped call left: the innermost frames first. */
struct wasm_trap_record {
    int trap;
    uint32_t frame_count; /* stored in frames */
    uint32_t depth;       /* frames that there were */
    struct wasm_trap_frame frames[WASM_TRAP_FRAMES];
};

/* ---- Modules ------------------------------------------------------------------------------------------- */

/*
 * Decodes and validates `size` bytes at `bytes`, all of which are there. On success the caller owns *module.
 * Errors: WASM_EMALFORMED, WASM_EINVALID, WASM_ELIMIT, WASM_EMEMORY; `error` says what and where.
 */
int wasm_module_decode(const struct wasm_config *config, const uint8_t *bytes, size_t size,
                       struct wasm_module **module, struct wasm_error *error);
void wasm_module_destroy(struct wasm_module *module);

/*
 * The same while the module still arrives, at increasing addresses of one buffer. `wasm_decoder_push` is told
 * how many bytes are there by now; it validates every section and function body that has arrived whole, and
 * returns 0, or the error that ends the decoder. `wasm_decoder_finish` gives the module once all bytes are
 * there. Destroy the decoder in any case; the module survives it.
 */
int wasm_decoder_new(const struct wasm_config *config, const uint8_t *bytes, size_t total_size,
                     struct wasm_decoder **decoder);
/* `poll` is called after each `bytes_per_poll` bytes of decoding; nonzero ends the decoder with
 * WASM_ESTOPPED. */
void wasm_decoder_set_poll(struct wasm_decoder *decoder, int (*poll)(void *context), void *context,
                           size_t bytes_per_poll);
int wasm_decoder_push(struct wasm_decoder *decoder, size_t available, struct wasm_error *error);
int wasm_decoder_finish(struct wasm_decoder *decoder, struct wasm_module **module, struct wasm_error *error);
void wasm_decoder_destroy(struct wasm_decoder *decoder);

struct wasm_import {
    struct wasm_name module;
    struct wasm_name name;
    struct wasm_extern_type type;
};

struct wasm_export {
    struct wasm_name name;
    uint32_t index; /* in the index space of its kind */
    struct wasm_extern_type type;
};

/* Imports and exports, in the module's order. `index` must be below the count. */
uint32_t wasm_module_import_count(const struct wasm_module *module);
void wasm_module_import(const struct wasm_module *module, uint32_t index, struct wasm_import *import);
uint32_t wasm_module_export_count(const struct wasm_module *module);
void wasm_module_export(const struct wasm_module *module, uint32_t index, struct wasm_export *export);
/* Finds an export by name; false if there is none. */
bool wasm_module_find_export(const struct wasm_module *module, struct wasm_name name,
                             struct wasm_export *export);
/* Contents of the first custom section of that name; false if there is none. */
bool wasm_module_custom_section(const struct wasm_module *module, struct wasm_name name,
                                const uint8_t **bytes, size_t *size);
/* A function's name from the `name` section, else from an export, else size 0. */
struct wasm_name wasm_module_function_name(const struct wasm_module *module, uint32_t function_index);

/* A name from a C string. */
struct wasm_name wasm_name_of(const char *text);
bool wasm_name_equal(struct wasm_name a, struct wasm_name b);

/* ---- Stores -------------------------------------------------------------------------------------------- */

/* Errors: WASM_EMEMORY, WASM_EARGUMENT (a limit that cannot be: no stack). */
int wasm_store_new(const struct wasm_config *config, struct wasm_store **store);
/* Gives back everything of the store: instances, functions, memories (wiped by decommit), tables, code. Not
 * while one of its functions runs. */
void wasm_store_destroy(struct wasm_store *store);

/*
 * Safe points. Running code is charged about one unit an operation; when `fuel_per_poll` units are used up,
 * `poll` is called, and again after as much. Long operations (memory.fill, memory.copy, memory.init,
 * memory.grow, table.*) are charged a unit for 4 bytes, in pieces of 256 KiB, and compiling a function polls
 * by itself; so with 100,000 units a poll comes within a millisecond or two. 0 lets the code go on; anything
 * else stops it, and the call that runs returns this code (use WASM_TRAP_HOST and up). `poll` may read and
 * write memories, but must not call functions of the store nor grow or destroy anything in it.
 */
void wasm_store_set_poll(struct wasm_store *store, int (*poll)(void *context), void *context,
                         uint64_t fuel_per_poll);
/*
 * How memory.atomic.wait waits. A store is one agent: nobody can notify it, so a wait whose value matches
 * lasts for its timeout, in nanoseconds, or for ever: UINT64_MAX. `wait` sleeps so long and returns 0, or
 * returns earlier with a code that stops the call (WASM_TRAP_HOST and up); a wait for ever calls it again and
 * again. Without it, waiting is a trap.
 */
void wasm_store_set_wait(struct wasm_store *store, int (*wait)(void *context, uint64_t nanoseconds),
                         void *context);
/* Any pointer of the embedder's. */
void wasm_store_set_context(struct wasm_store *store, void *context);
void *wasm_store_context(const struct wasm_store *store);
/* What stopped the last call or instantiation that returned a positive code. */
const struct wasm_trap_record *wasm_store_trap(const struct wasm_store *store);
/* Bytes in use: of linear memories, and of the store's own structures. */
uint64_t wasm_store_memory_used(const struct wasm_store *store);
uint64_t wasm_store_arena_used(const struct wasm_store *store);

/* ---- Functions ----------------------------------------------------------------------------------------- */

/*
 * A host function. `caller` is the instance that calls (NULL if the embedder calls it directly); `args` and
 * `results` hold the type's slots and do not overlap; results are zero on entry. Returns 0, an `enum
 * wasm_trap`, or a code from WASM_TRAP_HOST up that ends the running call with this code (an exit, a stop).
 * It may use everything here, call functions and instantiate modules included, but may not destroy the store.
 */
typedef int wasm_host_function(void *context, struct wasm_instance *caller, const union wasm_value *args,
                               union wasm_value *results);

/* Errors: WASM_EMEMORY, WASM_ELIMIT, WASM_EARGUMENT (a reference to a type that the store has not got). The
 * store owns the function. The type is copied; references in it to defined types are to the store's. */
int wasm_function_new(struct wasm_store *store, const struct wasm_function_type *type,
                      wasm_host_function *host, void *context, struct wasm_function **function);
/* The same with the type as text: parameters, ':', results; i = i32, I = i64, f = f32, F = f64, r = funcref,
 * e = externref, v = v128. "iiI:i" is (i32, i32, i64) -> i32. Also WASM_EARGUMENT. */
int wasm_function_new_signature(struct wasm_store *store, const char *signature, wasm_host_function *host,
                                void *context, struct wasm_function **function);
struct wasm_function_type wasm_function_type(const struct wasm_function *function);
struct wasm_store *wasm_function_store(const struct wasm_function *function);
/*
 * Calls a function. `args` and `results` hold as many slots as its type says; results are written only on
 * success. Returns 0, a positive trap or host code (see wasm_store_trap), or WASM_EARGUMENT, WASM_EMEMORY.
 */
int wasm_function_call(struct wasm_function *function, const union wasm_value *args,
                       union wasm_value *results);

/* ---- Tags, exceptions and references ------------------------------------------------------------------- */

/* A tag's type has no results. It is copied. Errors: WASM_EMEMORY, WASM_ELIMIT, WASM_EARGUMENT. */
int wasm_tag_new(struct wasm_store *store, const struct wasm_function_type *type, struct wasm_tag **tag);
struct wasm_function_type wasm_tag_type(const struct wasm_tag *tag);
/*
 * Throws, from a host function: makes an exception of `values` (the slots of the tag's parameters) and
 * returns WASM_TRAP_UNCAUGHT_EXCEPTION, or WASM_TRAP_OUT_OF_MEMORY, or a poll's code; the host function
 * returns the same. A host function that gets WASM_TRAP_UNCAUGHT_EXCEPTION from a call of its own and returns
 * it lets the exception pass through it to the code that called it.
 */
int wasm_throw(struct wasm_tag *tag, const union wasm_value *values);
/* Tag and values of the exception that ended the last call with WASM_TRAP_UNCAUGHT_EXCEPTION; until the next
 * call. False if there is none. */
bool wasm_store_exception(const struct wasm_store *store, struct wasm_tag **tag,
                          const union wasm_value **values);

/*
 * Structures, arrays and exceptions are objects of the store, found and given back by its collector when
 * nothing refers to them. What counts: stack slots and locals of running code, globals, tables, element
 * segments, other objects, arguments and results of the host functions that run, the exception in flight.
 * A reference that the embedder keeps elsewhere - got as a result, from a global, a table or an exception -
 * is good until code of the store runs, or an object of it is made, again; to keep it longer, hold it.
 *
 * Values of type anyref and below: null, an i31 (odd), or the address of an object, which means nothing to
 * the embedder. An externref is the embedder's own value, or, if the program externalised one of its
 * references, the address of an object; the embedder may only pass it on.
 *
 * The collector works in slices while objects are made: it marks at most 16,384 objects or references, looks
 * at the value stack when it seems to be done, and then sweeps. All of it is charged as other long operations
 * are, so that polls come during a slice, too.
 */

/* Keeps what `value` refers to. *handle is not 0. Errors: WASM_EMEMORY. */
int wasm_reference_hold(struct wasm_store *store, union wasm_value value, uint32_t *handle);
union wasm_value wasm_reference_get(const struct wasm_store *store, uint32_t handle);
/* Each handle once; 0 is ignored. */
void wasm_reference_release(struct wasm_store *store, uint32_t handle);
/* A value of the embedder's as anyref, and back: false if `value` is none that was made from one. */
int wasm_reference_internalize(struct wasm_store *store, void *external, union wasm_value *value);
bool wasm_reference_external(const struct wasm_store *store, union wasm_value value, void **external);
/*
 * What a value of type anyref or below, or an exnref, is: WASM_NULLREF, WASM_I31REF, WASM_STRUCTREF,
 * WASM_ARRAYREF, WASM_EXNREF, or WASM_EXTERNREF for what came from extern; 0 if it is none of them.
 */
uint32_t wasm_reference_type(const struct wasm_store *store, union wasm_value value);
/* Collects now, whole. Returns 0 or a poll's code. */
int wasm_store_collect(struct wasm_store *store);
/* Bytes that objects take, garbage included, in blocks of 32 KiB. */
uint64_t wasm_store_gc_used(const struct wasm_store *store);

/* ---- Instances ----------------------------------------------------------------------------------------- */

/* Finds what an import asks for. Returns true and sets *out, or false: unknown import. The engine checks the
 * type. */
typedef bool wasm_resolve(void *context, const struct wasm_import *import, struct wasm_extern *out);

/*
 * Instantiates a module: resolves imports, makes memories, tables and globals, copies active segments, runs
 * the start function. Returns 0 and sets *instance; a negative error (WASM_EUNLINKABLE, WASM_EMEMORY,
 * WASM_ELIMIT) with `error`; or a positive code if a segment or the start function trapped (writes made
 * before stay visible, as the specification says).
 */
int wasm_instance_new(struct wasm_store *store, const struct wasm_module *module, wasm_resolve *resolve,
                      void *context, struct wasm_instance **instance, struct wasm_error *error);
struct wasm_store *wasm_instance_store(const struct wasm_instance *instance);
const struct wasm_module *wasm_instance_module(const struct wasm_instance *instance);
/* Finds an export by name; false if there is none. */
bool wasm_instance_export(const struct wasm_instance *instance, struct wasm_name name,
                          struct wasm_extern *out);
/* Memory 0, or NULL. */
struct wasm_memory *wasm_instance_memory(const struct wasm_instance *instance);
/* Any pointer of the embedder's. */
void wasm_instance_set_context(struct wasm_instance *instance, void *context);
void *wasm_instance_context(const struct wasm_instance *instance);

/* ---- Memories ------------------------------------------------------------------------------------------ */

#define WASM_PAGE_SIZE 65536u

/* Errors: WASM_EMEMORY, WASM_ELIMIT, WASM_EARGUMENT. */
int wasm_memory_new(struct wasm_store *store, const struct wasm_memory_type *type,
                    struct wasm_memory **memory);
/* The type with the present size as its minimum. */
struct wasm_memory_type wasm_memory_type(const struct wasm_memory *memory);
uint64_t wasm_memory_size(const struct wasm_memory *memory); /* bytes */
/*
 * The bytes [offset, offset + size), or NULL if any of them lies outside; no overflow is possible. A memory
 * never moves and never shrinks: the pointer stays good as long as the store.
 */
uint8_t *wasm_memory_span(struct wasm_memory *memory, uint64_t offset, uint64_t size);
/* Grows by `pages`; sets *previous to the old size in pages. Returns 0, WASM_ELIMIT, WASM_EMEMORY, or a
 * poll's code. */
int wasm_memory_grow(struct wasm_memory *memory, uint64_t pages, uint64_t *previous);

/* ---- Tables and globals -------------------------------------------------------------------------------- */

/* All elements are null at first. Errors: WASM_EMEMORY, WASM_ELIMIT, WASM_EARGUMENT (also if the type allows
 * no null). */
int wasm_table_new(struct wasm_store *store, const struct wasm_table_type *type, struct wasm_table **table);
struct wasm_table_type wasm_table_type(const struct wasm_table *table);
uint64_t wasm_table_size(const struct wasm_table *table);
/* Both return false if the index lies outside. The value must be of the table's type. */
bool wasm_table_get(const struct wasm_table *table, uint64_t index, union wasm_value *value);
bool wasm_table_set(struct wasm_table *table, uint64_t index, union wasm_value value);

/* `value` holds the type's slots. Errors: WASM_EMEMORY. */
int wasm_global_new(struct wasm_store *store, const struct wasm_global_type *type,
                    const union wasm_value *value, struct wasm_global **global);
struct wasm_global_type wasm_global_type(const struct wasm_global *global);
void wasm_global_get(const struct wasm_global *global, union wasm_value *value);
/* False if the global is immutable. */
bool wasm_global_set(struct wasm_global *global, const union wasm_value *value);

#endif

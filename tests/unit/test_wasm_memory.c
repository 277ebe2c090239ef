/* SPDX-License-Identifier: Apache-2.0 */
/* Several memories, memories and tables with 64-bit addresses, atomic instructions: what the official suites
 * do not reach. WebAssembly core specification 3.0, 3.2.15 to 3.2.17, 4.4.7, 5.3.10; threads proposal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../support/wasm_program.h"

struct piece {
    uint8_t size;
    uint8_t bytes[64];
};

#define PIECE(...)                                                                                           \
    {                                                                                                        \
        sizeof((const uint8_t[]){__VA_ARGS__}),                                                              \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }

/* One function type (i64) -> i64, one table section and one memory section with the given vectors, and one
 * function "f" with the given code (without its end). An empty piece leaves its section out. */
static void put_module(struct wasm_bytes *bytes, const struct piece *tables, const struct piece *memories,
                       const struct piece *code)
{
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 6, 1, 0x60, 1, 0x7E, 1, 0x7E, 3, 2, 1, 0);
    const struct piece *pieces[] = {tables, memories};
    for (uint8_t i = 0; i < 2; i++) {
        if (pieces[i]->size == 0)
            continue;
        size_t mark = wasm_bytes_section(bytes, (uint8_t)(4 + i));
        wasm_bytes_put(bytes, pieces[i]->bytes, pieces[i]->size);
        wasm_bytes_close(bytes, mark);
    }
    WASM_BYTES_PUT(bytes, 7, 5, 1, 1, 'f', 0, 0);
    size_t section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u8(bytes, 1);
    size_t body = wasm_bytes_open(bytes);
    wasm_bytes_u8(bytes, 0);
    wasm_bytes_put(bytes, code->bytes, code->size);
    wasm_bytes_u8(bytes, 0x0B);
    wasm_bytes_close(bytes, body);
    wasm_bytes_close(bytes, section);
}

static const struct piece nothing;
static const struct piece argument = PIECE(0x20, 0);

static void start(struct wasm_program *program, const struct wasm_bytes *bytes)
{
    int status = wasm_program_load(program, bytes);
    if (status != 0)
        print_message("# %s at %llu: %s\n", program->error.section, (unsigned long long)program->error.offset,
                      program->error.message);
    assert_int_equal(status, 0);
    assert_int_equal(wasm_program_start(program), 0);
}

static int call(struct wasm_program *program, uint64_t value, uint64_t *result)
{
    const union wasm_value args[1] = {{.i64 = value}};
    union wasm_value results[1] = {{.i64 = 0}};
    int status = wasm_program_call(program, "f", args, results);
    *result = results[0].i64;
    return status;
}

/* Two memories of one page, both with 64-bit addresses. */
static const struct piece two_long = PIECE(2, 4, 1, 4, 1);

/* i64.load8_u with every offset of memarg at an edge, in memory 0 (wide form) and in memory 1 (by reaching).
 */
static void an_address_of_64_bits_and_its_offset_never_wrap(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset;
        struct piece leb;
    } offsets[] = {
        {0, PIECE(0)},
        {1, PIECE(1)},
        {65535, PIECE(0xFF, 0xFF, 0x03)},
        {1ull << 32, PIECE(0x80, 0x80, 0x80, 0x80, 0x10)},
        {UINT64_MAX, PIECE(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)},
        {UINT64_MAX - 7, PIECE(0xF8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01)},
    };
    static const uint64_t addresses[] = {
        0, 1, 65528, 65529, 65535, 65536, 1ull << 32, UINT64_MAX - 7, UINT64_MAX - 1, UINT64_MAX, 1ull << 63};
    for (size_t i = 0; i < 4 * sizeof(offsets) / sizeof(offsets[0]); i++) {
        const uint8_t memory = (uint8_t)(i & 1);
        const bool eight = (i & 2) != 0;
        const struct piece *leb = &offsets[i / 4].leb;
        struct piece code = argument;
        const uint8_t access[] = {eight ? 0x29 : 0x31, 0x40, memory}; /* i64.load or i64.load8_u */
        memcpy(code.bytes + code.size, access, sizeof(access));
        memcpy(code.bytes + code.size + sizeof(access), leb->bytes, leb->size);
        code.size = (uint8_t)(code.size + sizeof(access) + leb->size);
        struct wasm_bytes bytes;
        struct wasm_program program;
        put_module(&bytes, &nothing, &two_long, &code);
        wasm_program_init(&program);
        start(&program, &bytes);
        for (size_t j = 0; j < sizeof(addresses) / sizeof(addresses[0]); j++) {
            uint64_t end = eight ? 65528 : 65535;
            bool inside = offsets[i / 4].offset <= end && addresses[j] <= end - offsets[i / 4].offset;
            uint64_t result;
            assert_int_equal(call(&program, addresses[j], &result), inside ? 0 : WASM_TRAP_MEMORY_BOUNDS);
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* Stores to each of three memories, of different address types, and adds up what they hold. */
static void each_memory_has_its_own_bytes(void **state)
{
    (void)state;
    static const struct piece memories = PIECE(3, 0, 1, 4, 1, 0, 1);
    static const struct piece code = PIECE(0x41, 8, 0x20, 0, 0x37, 3, 0,       /* memory 0: x */
                                           0x42, 8, 0x42, 5, 0x37, 0x43, 1, 0, /* memory 1: 5 */
                                           0x41, 8, 0x42, 7, 0x37, 0x43, 2, 0, /* memory 2: 7 */
                                           0x41, 8, 0x29, 3, 0,                /* memory 0 */
                                           0x42, 8, 0x29, 0x43, 1, 0, 0x7C,    /* + memory 1 */
                                           0x41, 8, 0x29, 0x43, 2, 0, 0x7C);   /* + memory 2 */
    struct wasm_bytes bytes;
    struct wasm_program program;
    uint64_t result;
    put_module(&bytes, &nothing, &memories, &code);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(call(&program, 100, &result), 0);
    assert_int_equal(result, 112);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_trap_in_another_memory_has_the_offset_of_its_instruction(void **state)
{
    (void)state;
    static const struct piece code = PIECE(0x20, 0, 0x29, 0x43, 1, 0);
    struct wasm_bytes bytes;
    struct wasm_program program;
    uint64_t result;
    put_module(&bytes, &nothing, &two_long, &code);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(call(&program, UINT64_MAX, &result), WASM_TRAP_MEMORY_BOUNDS);
    const struct wasm_trap_record *record = wasm_store_trap(program.store);
    assert_int_equal(record->frame_count, 1);
    assert_int_equal(record->frames[0].offset, bytes.size - 5);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* 32 bits would take 2^32 for 0. */
static void an_index_of_64_bits_is_not_cut_to_32(void **state)
{
    (void)state;
    static const struct piece table = PIECE(1, 0x70, 4, 1);
    static const struct piece call_code = PIECE(0x20, 0, 0x20, 0, 0x11, 0, 0);     /* call_indirect */
    static const struct piece get_code = PIECE(0x20, 0, 0x25, 0, 0xD1, 0xAD);      /* table.get */
    static const struct piece grow_code = PIECE(0xD0, 0x70, 0x20, 0, 0xFC, 15, 0); /* table.grow */
    struct wasm_bytes bytes;
    struct wasm_program program;
    uint64_t result;
    const struct {
        const struct piece *code;
        int inside;
        int outside;
    } cases[] = {{&call_code, WASM_TRAP_UNINITIALIZED_ELEMENT, WASM_TRAP_UNDEFINED_ELEMENT},
                 {&get_code, 0, WASM_TRAP_TABLE_BOUNDS},
                 {&grow_code, 0, 0}};
    for (size_t i = 0; i < 3; i++) {
        put_module(&bytes, &table, &nothing, cases[i].code);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(call(&program, 0, &result), cases[i].inside);
        assert_int_equal(call(&program, 1ull << 32, &result), cases[i].outside);
        assert_true(i < 2 || result == UINT64_MAX);
        assert_int_equal(call(&program, UINT64_MAX, &result), cases[i].outside);
        assert_true(i < 2 || result == UINT64_MAX);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* 2^48 pages; 2^64-1 elements */
static void huge_minima_are_valid_and_refused_before_anything_is_allocated(void **state)
{
    (void)state;
    static const struct piece memory = PIECE(1, 4, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40);
    static const struct piece table =
        PIECE(1, 0x70, 4, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01);
    struct wasm_bytes bytes;
    struct wasm_program program;
    for (int i = 0; i < 2; i++) {
        put_module(&bytes, i == 0 ? &table : &nothing, i == 0 ? &nothing : &memory, &argument);
        wasm_program_init(&program);
        assert_int_equal(wasm_program_load(&program, &bytes), 0);
        size_t committed = program.host.committed;
        assert_int_equal(wasm_program_start(&program), WASM_ELIMIT);
        assert_int_equal(program.host.committed, committed);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

static void beyond_the_proposals_nothing_of_them_is_accepted(void **state)
{
    (void)state;
    static const struct piece one = PIECE(1, 0, 1);
    static const struct piece two = PIECE(2, 0, 1, 0, 1);
    static const struct piece one_long = PIECE(1, 4, 1);
    static const struct piece long_table = PIECE(1, 0x70, 4, 1);
    static const struct piece unknown_flags = PIECE(1, 8, 1);
    static const struct piece indexed = PIECE(0x41, 0, 0x29, 0x43, 0, 0);
    static const struct piece grow_one = PIECE(0x41, 0, 0x40, 1, 0xAD);
    static const struct piece short_address = PIECE(0x41, 0, 0x29, 3, 0);
    static const struct piece long_address = PIECE(0x42, 0, 0x29, 3, 0);
    static const struct piece long_offset = PIECE(0x41, 0, 0x29, 3, 0x80, 0x80, 0x80, 0x80, 0x10);
    static const struct piece other_memory = PIECE(0x41, 0, 0x29, 0x43, 1, 0);
    static const struct piece flags_beyond = PIECE(0x41, 0, 0x29, 0xC3, 0x01, 0, 0);
    static const struct {
        const struct piece *tables, *memories, *code;
        int with; /* both proposals */
        int without;
        const char *says; /* without; or with, if that is an error */
    } cases[] = {
        {&nothing, &one, &short_address, 0, 0, NULL},
        {&nothing, &two, &short_address, 0, WASM_EINVALID, "multiple memories"},
        {&nothing, &one_long, &long_address, 0, WASM_EMALFORMED, "malformed limits flags"},
        {&long_table, &nothing, &argument, 0, WASM_EMALFORMED, "malformed limits flags"},
        {&nothing, &one, &indexed, 0, WASM_EMALFORMED, "malformed memop flags"},
        {&nothing, &one, &grow_one, WASM_EINVALID, WASM_EMALFORMED, "unknown memory 1"},
        {&nothing, &one, &other_memory, WASM_EINVALID, WASM_EMALFORMED, "unknown memory 1"},
        {&nothing, &one, &flags_beyond, WASM_EMALFORMED, WASM_EMALFORMED, "malformed memop flags"},
        {&nothing, &one, &long_offset, WASM_EMALFORMED, WASM_EMALFORMED, "integer too large"},
        {&nothing, &one, &long_address, WASM_EINVALID, WASM_EINVALID, "type mismatch"},
        {&nothing, &one_long, &short_address, WASM_EINVALID, WASM_EMALFORMED, "type mismatch"},
        {&nothing, &unknown_flags, &argument, WASM_EMALFORMED, WASM_EMALFORMED, "malformed limits flags"},
    };
    for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
        bool on = i & 1;
        struct wasm_bytes bytes;
        struct wasm_program program;
        put_module(&bytes, cases[i / 2].tables, cases[i / 2].memories, cases[i / 2].code);
        wasm_program_init(&program);
        wasm_features_set(&program.config.features, "multi-memory", on);
        wasm_features_set(&program.config.features, "memory64", on);
        int expected = on ? cases[i / 2].with : cases[i / 2].without;
        assert_int_equal(wasm_program_load(&program, &bytes), expected);
        if (expected != 0 && on == (cases[i / 2].with != 0))
            assert_non_null(strstr(program.error.message, cases[i / 2].says));
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

/* Address space that ends below what a memory could become. */
static size_t space_left;
static void *(*reserve_all)(void *context, size_t size);

static void *reserve_some(void *context, size_t size)
{
    return size > space_left ? NULL : reserve_all(context, size);
}

static void a_memory_makes_do_with_less_address_space(void **state)
{
    (void)state;
    struct wasm_program program;
    struct wasm_memory *memory;
    uint64_t previous;
    wasm_program_init(&program);
    reserve_all = program.config.memory.reserve;
    program.config.memory.reserve = reserve_some;
    space_left = 8u * 1024 * 1024;
    assert_int_equal(wasm_store_new(&program.config, &program.store), 0);
    struct wasm_memory_type type = {.range = {.minimum = 1}, .address64 = true};
    assert_int_equal(wasm_memory_new(program.store, &type, &memory), 0);
    assert_int_equal(wasm_memory_grow(memory, 63, &previous), 0);
    assert_int_equal(wasm_memory_grow(memory, 65, &previous), WASM_ELIMIT);
    assert_true(wasm_memory_type(memory).address64);
    type.range.minimum = 129;
    assert_int_equal(wasm_memory_new(program.store, &type, &memory), WASM_EMEMORY);
    wasm_program_end(&program);
}

/* ---- Atomic instructions ------------------------------------------------------------------------------- */

static const struct piece shared = PIECE(1, 3, 1, 1);
static const struct piece unshared = PIECE(1, 1, 1, 1);
/* memory.atomic.wait64 at 8 for the value 0, with the argument as timeout */
static const struct piece wait = PIECE(0x41, 8, 0x42, 0, 0x20, 0, 0xFE, 2, 3, 0, 0xAD);

struct waits {
    uint32_t count;
    uint64_t nanoseconds; /* of the last */
    uint32_t stop_at;     /* the so-manieth one is ended by the embedder */
};

static int wait_for(void *context, uint64_t nanoseconds)
{
    struct waits *waits = context;
    waits->nanoseconds = nanoseconds;
    return ++waits->count == waits->stop_at ? WASM_TRAP_HOST + 7 : 0;
}

static void a_wait_lasts_for_its_timeout(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct waits waits = {0};
    uint64_t result;
    put_module(&bytes, &nothing, &shared, &wait);
    wasm_program_init(&program);
    start(&program, &bytes);
    wasm_store_set_wait(program.store, wait_for, &waits);
    assert_int_equal(call(&program, 1234, &result), 0);
    assert_int_equal(result, 2); /* timed out */
    assert_int_equal(waits.count, 1);
    assert_int_equal(waits.nanoseconds, 1234);
    assert_int_equal(call(&program, 0, &result), 0);
    assert_int_equal(result, 2);
    /* the value is another: no wait */
    *wasm_memory_span(wasm_instance_memory(program.instance), 15, 1) = 1;
    assert_int_equal(call(&program, 1234, &result), 0);
    assert_int_equal(result, 1);
    assert_int_equal(waits.count, 2);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_wait_for_ever_lasts_until_the_embedder_stops_it(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct waits waits = {.stop_at = 5};
    uint64_t result;
    put_module(&bytes, &nothing, &shared, &wait);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(call(&program, UINT64_MAX, &result), WASM_TRAP_CANNOT_WAIT);
    wasm_store_set_wait(program.store, wait_for, &waits);
    assert_int_equal(call(&program, UINT64_MAX, &result), WASM_TRAP_HOST + 7);
    assert_int_equal(waits.count, 5);
    assert_int_equal(waits.nanoseconds, UINT64_MAX);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* Stores the argument's low half at 12 by an instruction for 8, 16 or 32 bits, and reads the 8 bytes at 8. */
static void a_narrow_access_changes_no_byte_beside_it(void **state)
{
    (void)state;
    static const struct piece code =
        PIECE(0x41, 12, 0x20, 0, 0xFE, 0x1C, 1, 0,             /* i64.atomic.store16 */
              0x41, 12, 0x42, 1, 0xFE, 0x23, 1, 0, 0x1A,       /* i64.atomic.rmw16.add_u */
              0x41, 13, 0x42, 0x7F, 0x42, 9, 0xFE, 0x4C, 0, 0, /* i64.atomic.rmw8.cmpxchg_u, -1 -> 9 */
              0x1A, 0x41, 8, 0x29, 3, 0);
    struct wasm_bytes bytes;
    struct wasm_program program;
    uint64_t result;
    put_module(&bytes, &nothing, &unshared, &code);
    wasm_program_init(&program);
    start(&program, &bytes);
    assert_int_equal(call(&program, UINT64_MAX, &result), 0);
    assert_int_equal(result, 0);
    assert_int_equal(call(&program, 0xABCDFF01, &result), 0);
    assert_int_equal(result, 0x0902ull << 32); /* FF was -1 of that width */
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

struct trap_case {
    const struct piece *memory;
    struct piece code;
    int trap;
};

static void atomic_instructions_trap_by_kind(void **state)
{
    (void)state;
    static const struct trap_case cases[] = {
        {&unshared, PIECE(0x41, 8, 0x42, 0, 0x20, 0, 0xFE, 2, 3, 0, 0xAD), WASM_TRAP_EXPECTED_SHARED},
        {&shared, PIECE(0x41, 4, 0x42, 0, 0x20, 0, 0xFE, 2, 3, 0, 0xAD), WASM_TRAP_UNALIGNED_ATOMIC},
        {&shared, PIECE(0x41, 2, 0x41, 0, 0x20, 0, 0xFE, 1, 2, 0, 0xAD), WASM_TRAP_UNALIGNED_ATOMIC},
        {&shared, PIECE(0x41, 2, 0x41, 0, 0xFE, 0, 2, 0, 0xAD), WASM_TRAP_UNALIGNED_ATOMIC},
        {&unshared, PIECE(0x41, 2, 0x41, 0, 0xFE, 0, 2, 2, 0xAD), 0}, /* notify: nobody is there */
        {&unshared, PIECE(0x41, 0, 0xFE, 0x11, 3, 4), WASM_TRAP_UNALIGNED_ATOMIC},
        {&unshared, PIECE(0x41, 0, 0xFE, 0x11, 3, 0xF8, 0xFF, 3), 0},
        {&unshared, PIECE(0x41, 8, 0xFE, 0x11, 3, 0xF8, 0xFF, 3), WASM_TRAP_MEMORY_BOUNDS},
        {&unshared, PIECE(0x41, 0x78, 0xFE, 0x11, 3, 8), WASM_TRAP_MEMORY_BOUNDS},
        {&unshared, PIECE(0x41, 0x78, 0x41, 0, 0xFE, 0, 2, 0, 0xAD), WASM_TRAP_MEMORY_BOUNDS},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        uint64_t result;
        put_module(&bytes, &nothing, cases[i].memory, &cases[i].code);
        wasm_program_init(&program);
        start(&program, &bytes);
        assert_int_equal(call(&program, 0, &result), cases[i].trap);
        assert_int_equal(result, 0);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

static void invalid_atomics_are_refused(void **state)
{
    (void)state;
    static const struct piece endless = PIECE(1, 2, 1);
    static const struct piece shared_table = PIECE(1, 0x70, 3, 1, 1);
    static const struct {
        const struct piece *tables, *memories;
        struct piece code;
        int status;
        const char *says;
    } cases[] = {
        {&nothing, &endless, PIECE(0x20, 0), WASM_EINVALID, "shared memory must have maximum"},
        {&shared_table, &nothing, PIECE(0x20, 0), WASM_EMALFORMED, "malformed limits flags"},
        {&nothing, &shared, PIECE(0x41, 0, 0xFE, 0x11, 2, 0), WASM_EINVALID, "alignment must be natural"},
        {&nothing, &shared, PIECE(0x41, 0, 0xFE, 0x11, 4, 0), WASM_EINVALID, "alignment must not be larger"},
        {&nothing, &nothing, PIECE(0x41, 0, 0xFE, 0x11, 3, 0), WASM_EINVALID, "unknown memory 0"},
        {&nothing, &shared, PIECE(0xFE, 3, 1, 0x20, 0), WASM_EMALFORMED, "zero byte expected"},
        {&nothing, &shared, PIECE(0xFE, 4, 0x20, 0), WASM_EMALFORMED, "illegal opcode"},
        {&nothing, &shared, PIECE(0xFE, 0x4F, 0x20, 0), WASM_EMALFORMED, "illegal opcode"},
        {&nothing, &shared, PIECE(0x41, 0, 0x41, 0, 0xFE, 0x18, 3, 0), WASM_EINVALID, "type mismatch"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        put_module(&bytes, cases[i].tables, cases[i].memories, &cases[i].code);
        wasm_program_init(&program);
        assert_int_equal(wasm_program_load(&program, &bytes), cases[i].status);
        assert_non_null(strstr(program.error.message, cases[i].says));
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
    struct wasm_bytes bytes;
    struct wasm_program program;
    put_module(&bytes, &nothing, &shared, &argument);
    wasm_program_init(&program);
    wasm_features_set(&program.config.features, "threads", false);
    assert_int_equal(wasm_program_load(&program, &bytes), WASM_EMALFORMED);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_of_64_bits_and_its_offset_never_wrap),
        cmocka_unit_test(each_memory_has_its_own_bytes),
        cmocka_unit_test(a_trap_in_another_memory_has_the_offset_of_its_instruction),
        cmocka_unit_test(an_index_of_64_bits_is_not_cut_to_32),
        cmocka_unit_test(huge_minima_are_valid_and_refused_before_anything_is_allocated),
        cmocka_unit_test(beyond_the_proposals_nothing_of_them_is_accepted),
        cmocka_unit_test(a_memory_makes_do_with_less_address_space),
        cmocka_unit_test(a_wait_lasts_for_its_timeout),
        cmocka_unit_test(a_wait_for_ever_lasts_until_the_embedder_stops_it),
        cmocka_unit_test(a_narrow_access_changes_no_byte_beside_it),
        cmocka_unit_test(atomic_instructions_trap_by_kind),
        cmocka_unit_test(invalid_atomics_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

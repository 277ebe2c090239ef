/* SPDX-License-Identifier: Apache-2.0 */
/* Structures, arrays and exceptions as programs use them: what keeps an object alive, garbage, limits, stops.
 * What each instruction does is the official suite's to test. WebAssembly core specification, 4.2.11, 4.4.2.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../src/keep/wasm/store.h"
#include "../support/wasm_program.h"

#define CODE(...)    (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})
#define I64_CONST    0x42
#define I32_CONST    0x41
#define LOCAL_GET    0x20
#define LOCAL_SET    0x21
#define NULL_NODE    0xD0, 0
#define NODE_OF(n)   I64_CONST, n, NULL_NODE, 0xFB, 0, 0 /* struct.new */
#define VALUE        0xFB, 2, 0, 0                       /* struct.get of the number */
#define NEXT_NODE    0xFB, 2, 0, 1
#define CALL_HOST    0x10, 0
#define MAKE_GARBAGE I32_CONST, 20, 0x10, 2, 0x1A
#define END          0x0B

/*
 * Type 0 is a structure (i64, ref null 0), 2 an array of (ref null 0), 5 an array of i8. Function 0 is the
 * host's, (ref null 0) -> (ref null 0); 1 is "f", i32 -> i64, of the test; 2 is "g", i32 -> i64, which makes
 * so many structures. A table, a global, a constant global, a tag and a segment of references to type 0.
 */
static void put_head(struct wasm_bytes *bytes)
{
    wasm_bytes_begin(bytes);
    size_t mark = wasm_bytes_section(bytes, 1);
    WASM_BYTES_PUT(bytes, 6, 0x5F, 2, 0x7E, 1, 0x63, 0, 1, 0x60, 1, 0x7F, 1, 0x7E, 0x5E, 0x63, 0, 1, 0x60, 1,
                   0x63, 0, 0, 0x60, 1, 0x63, 0, 1, 0x63, 0, 0x5E, 0x78, 1);
    wasm_bytes_close(bytes, mark);
    WASM_BYTES_PUT(bytes, 2, 10, 1, 4, 'h', 'o', 's', 't', 1, '0', 0, 4);
    WASM_BYTES_PUT(bytes, 3, 3, 2, 1, 1);
    WASM_BYTES_PUT(bytes, 4, 5, 1, 0x63, 0, 0, 4);
    WASM_BYTES_PUT(bytes, 13, 3, 1, 0, 3);
    mark = wasm_bytes_section(bytes, 6);
    WASM_BYTES_PUT(bytes, 2, 0x63, 0, 1, NULL_NODE, END, 0x64, 0, 0, NODE_OF(33), END);
    wasm_bytes_close(bytes, mark);
    WASM_BYTES_PUT(bytes, 7, 9, 2, 1, 'f', 0, 1, 1, 'g', 0, 2);
    mark = wasm_bytes_section(bytes, 9);
    WASM_BYTES_PUT(bytes, 1, 5, 0x63, 0, 1, NODE_OF(55), END);
    wasm_bytes_close(bytes, mark);
}

static void put_function(struct wasm_bytes *bytes, const uint8_t *code, size_t size)
{
    size_t mark = wasm_bytes_open(bytes);
    wasm_bytes_put(bytes, code, size);
    wasm_bytes_close(bytes, mark);
}

struct run {
    struct wasm_program program;
    struct wasm_bytes bytes;
    bool call_back; /* the host function calls "g" */
};

static int host(void *context, struct wasm_instance *caller, const union wasm_value *args,
                union wasm_value *results)
{
    struct run *run = context;
    struct wasm_store *store = wasm_instance_store(caller);
    const union wasm_value count = {.i64 = 20};
    union wasm_value unused;
    uint32_t handle;
    assert_int_equal(wasm_store_collect(store), 0);
    if (!run->call_back) {
        results[0] = args[0];
        return 0;
    }
    assert_int_equal(wasm_reference_hold(store, args[0], &handle), 0);
    int status = wasm_program_call(&run->program, "g", &count, &unused);
    results[0] = wasm_reference_get(store, handle);
    wasm_reference_release(store, handle);
    return status;
}

static void start(struct run *run, const uint8_t *code, size_t size, uint64_t gc_size, uint32_t stress)
{
    struct wasm_program *program = &run->program;
    const uint32_t node = 0x63; /* type 0 of the store: the first there */
    const struct wasm_function_type type = {&node, &node, 1, 1};
    put_head(&run->bytes);
    size_t mark = wasm_bytes_section(&run->bytes, 10);
    wasm_bytes_u8(&run->bytes, 2);
    put_function(&run->bytes, code, size);
    put_function(&run->bytes,
                 CODE(1, 1, 0x63, 0, 0x03, 0x40, I64_CONST, 1, NULL_NODE, 0xFB, 0, 0, LOCAL_SET, 1, LOCAL_GET,
                      0, I32_CONST, 1, 0x6B, 0x22, 0, 0x0D, 0, END, I64_CONST, 0, END));
    wasm_bytes_close(&run->bytes, mark);
    wasm_program_init(program);
    program->config.limits.gc_size = gc_size;
    program->config.gc_stress = stress;
    int status = wasm_program_load(program, &run->bytes);
    if (status != 0)
        print_message("# %llu: %s\n", (unsigned long long)program->error.offset, program->error.message);
    assert_int_equal(status, 0);
    /* the store learns the module's types from an instance: one whose import fails is enough */
    assert_int_equal(wasm_program_start(program), WASM_EUNLINKABLE);
    program->import_count = 1;
    program->imports[0].kind = WASM_EXTERN_FUNCTION;
    assert_int_equal(wasm_function_new(program->store, &type, host, run, &program->imports[0].function), 0);
    status = wasm_program_start(program);
    if (status != 0)
        print_message("# start: %d %s\n", status, program->error.message);
    assert_int_equal(status, 0);
}

static void stop(struct run *run)
{
    wasm_program_end(&run->program);
    wasm_bytes_free(&run->bytes);
}

static int call(struct run *run, const char *name, uint32_t argument, uint64_t *result)
{
    const union wasm_value args[1] = {{.i64 = argument}};
    union wasm_value results[1] = {{.i64 = 0}};
    int status = wasm_program_call(&run->program, name, args, results);
    *result = results[0].i64;
    return status;
}

/* ---- What keeps an object alive ------------------------------------------------------------------------ */

static const struct {
    const char *what;
    const uint8_t *code; /* locals and body of "f" */
    size_t size;
    uint64_t expected;
} roots[] = {
    {"a local", CODE(1, 1, 0x63, 0, NODE_OF(42), LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1, VALUE, END), 42},
    {"an operand", CODE(0, NODE_OF(42), MAKE_GARBAGE, VALUE, END), 42},
    {"an operand that is still in a local",
     CODE(1, 1, 0x63, 0, NODE_OF(42), LOCAL_SET, 1, LOCAL_GET, 1, MAKE_GARBAGE, VALUE, END), 42},
    {"an operand below numbers",
     CODE(0, NODE_OF(42), I64_CONST, 7, I64_CONST, 8, MAKE_GARBAGE, 0x7C, 0x1A, VALUE, END), 42},
    {"fields of a structure in the making",
     CODE(0, I64_CONST, 1, NODE_OF(42), I64_CONST, 2, NODE_OF(41), 0xFB, 0, 0, NEXT_NODE, VALUE, 0x1A, 0xFB,
          0, 0, NEXT_NODE, VALUE, END),
     42},
    {"a global", CODE(0, NODE_OF(42), 0x24, 0, MAKE_GARBAGE, 0x23, 0, VALUE, END), 42},
    {"a constant global", CODE(0, MAKE_GARBAGE, 0x23, 1, VALUE, END), 33},
    {"a table", CODE(0, I32_CONST, 1, NODE_OF(42), 0x26, 0, MAKE_GARBAGE, I32_CONST, 1, 0x25, 0, VALUE, END),
     42},
    {"a table that has grown",
     CODE(0, NODE_OF(42), I32_CONST, 3, 0xFC, 15, 0, 0x1A, MAKE_GARBAGE, I32_CONST, 6, 0x25, 0, VALUE, END),
     42},
    {"an element segment",
     CODE(0, MAKE_GARBAGE, I32_CONST, 2, I32_CONST, 0, I32_CONST, 1, 0xFC, 12, 0, 0, I32_CONST, 2, 0x25, 0,
          VALUE, END),
     55},
    {"a structure",
     CODE(1, 1, 0x63, 0, I64_CONST, 1, NODE_OF(42), 0xFB, 0, 0, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1,
          NEXT_NODE, VALUE, END),
     42},
    {"a structure that it was stored in",
     CODE(1, 1, 0x63, 0, NODE_OF(1), LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1, NODE_OF(42), 0xFB, 5, 0, 1,
          MAKE_GARBAGE, LOCAL_GET, 1, NEXT_NODE, VALUE, END),
     42},
    {"an array",
     CODE(1, 1, 0x63, 2, NODE_OF(42), I32_CONST, 3, 0xFB, 6, 2, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1,
          I32_CONST, 2, 0xFB, 11, 2, VALUE, END),
     42},
    {"an array that it was stored in",
     CODE(1, 1, 0x63, 2, I32_CONST, 3, 0xFB, 7, 2, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1, I32_CONST, 1,
          NODE_OF(42), 0xFB, 14, 2, MAKE_GARBAGE, LOCAL_GET, 1, I32_CONST, 1, 0xFB, 11, 2, VALUE, END),
     42},
    {"an array of many operands",
     CODE(0, NODE_OF(41), NODE_OF(42), NODE_OF(43), 0xFB, 8, 2, 3, I32_CONST, 1, 0xFB, 11, 2, VALUE, END),
     42},
    {"an array copied to another",
     CODE(2, 1, 0x63, 2, 1, 0x63, 2, NODE_OF(42), I32_CONST, 3, 0xFB, 6, 2, LOCAL_SET, 1, I32_CONST, 3, 0xFB,
          7, 2, LOCAL_SET, 2, LOCAL_GET, 2, I32_CONST, 1, LOCAL_GET, 1, I32_CONST, 0, I32_CONST, 2, 0xFB, 17,
          2, 2, 0xD0, 2, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 2, I32_CONST, 2, 0xFB, 11, 2, VALUE, END),
     42},
    {"an exception",
     CODE(1, 1, 0x69, 0x02, 0x63, 0, 0x02, 0x69, 0x1F, 0x40, 1, 3, 0, NODE_OF(42), 0x08, 0, END, 0x00, END,
          LOCAL_SET, 1, MAKE_GARBAGE, 0x1F, 0x40, 1, 0, 0, 0, LOCAL_GET, 1, 0x0A, END, 0x00, END, VALUE, END),
     42},
    {"an exception caught by a legacy catch",
     CODE(0, 0x06, 0x63, 0, 0x06, 0x63, 0, NODE_OF(42), 0x08, 0, 0x07, 0, 0x1A, MAKE_GARBAGE, 0x09, 0, END,
          0x07, 0, MAKE_GARBAGE, END, VALUE, END),
     42},
    {"an externref",
     CODE(1, 1, 0x6F, NODE_OF(42), 0xFB, 27, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1, 0xFB, 26, 0xFB, 22, 0,
          VALUE, END),
     42},
    {"an i31 that was externalised",
     CODE(1, 1, 0x6F, I32_CONST, 42, 0xFB, 28, 0xFB, 27, LOCAL_SET, 1, MAKE_GARBAGE, LOCAL_GET, 1, 0xFB, 26,
          0xFB, 22, 0x6C, 0xFB, 30, 0xAD, END),
     42},
    {"arguments and results of a host function", CODE(0, NODE_OF(42), CALL_HOST, VALUE, END), 42},
    {"frames below a host function",
     CODE(0, NODE_OF(42), NULL_NODE, CALL_HOST, 0x1A, MAKE_GARBAGE, VALUE, END), 42},
};

static void an_object_lives_while_it_can_be_reached(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        for (uint32_t how = 0; how < 6; how++) {
            struct run run = {.call_back = how % 2 == 1};
            uint64_t result;
            start(&run, roots[i].code, roots[i].size, 1u << 20, how / 2);
            for (int again = 0; again < 5; again++) {
                int status = call(&run, "f", 1, &result);
                if (status != 0 || result != roots[i].expected)
                    fail_msg("%s, stress %u: %s, %llu", roots[i].what, how / 2, wasm_trap_message(status),
                             (unsigned long long)result);
            }
            stop(&run);
        }
    }
}

static const struct {
    const uint8_t *code;
    size_t size;
} gone[] = {
    {CODE(0, NODE_OF(42), 0x1A, NULL_NODE, CALL_HOST, 0x1A, I64_CONST, 0, END)},
    {CODE(0, NODE_OF(42), VALUE, NULL_NODE, CALL_HOST, 0x1A, END)},
    {CODE(1, 1, 0x63, 0, NODE_OF(42), LOCAL_SET, 1, NULL_NODE, LOCAL_SET, 1, NULL_NODE, CALL_HOST, 0x1A,
          I64_CONST, 0, END)},
};

/* An object that only a slot out of use, or a local that is null again, has referred to. */
static void an_object_goes_when_it_cannot_be_reached(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(gone) / sizeof(gone[0]); i++) {
        struct run run = {0};
        uint64_t result;
        start(&run, gone[i].code, gone[i].size, 1u << 20, 0);
        assert_int_equal(call(&run, "f", 1, &result), 0);
        assert_int_equal(run.program.store->gc.cycles, 1);
        assert_int_equal(run.program.store->gc.live_bytes, 2 * 32); /* the constant global, the segment */
        stop(&run);
    }
}

/* ---- Garbage and limits -------------------------------------------------------------------------------- */

static void a_hundred_times_the_limit_of_garbage_needs_no_more_than_the_limit(void **state)
{
    (void)state;
    const uint64_t limit = 1u << 20;
    struct run run = {0};
    uint64_t unused;
    start(&run, CODE(0, I64_CONST, 0, END), limit, 0);
    size_t before = run.program.host.committed;
    /* in the long runs, a thousand million structures */
    int rounds = getenv("CASEMATE_SOAK") != NULL ? 3100 : 10;
    for (int i = 0; i < rounds; i++) {
        assert_int_equal(call(&run, "g", (uint32_t)(10 * limit / 32), &unused), 0);
        assert_in_range(run.program.host.committed - before, 0, limit);
    }
    assert_true(run.program.store->gc.cycles >= 100);
    stop(&run);
}

/* f(n) makes a list of n nodes, then adds up their numbers. */
#define LIST                                                                                                 \
    2, 1, 0x63, 0, 1, 0x7E, 0x03, 0x40, I64_CONST, 3, LOCAL_GET, 1, 0xFB, 0, 0, LOCAL_SET, 1, LOCAL_GET, 0,  \
        I32_CONST, 1, 0x6B, 0x22, 0, 0x0D, 0, END, 0x03, 0x40, LOCAL_GET, 2, LOCAL_GET, 1, VALUE, 0x7C,      \
        LOCAL_SET, 2, LOCAL_GET, 1, NEXT_NODE, 0x22, 1, 0xD1, 0x45, 0x0D, 0, END, LOCAL_GET, 2, END

static void a_list_of_a_million_is_no_deeper_than_any_other(void **state)
{
    (void)state;
    struct run run = {0};
    uint64_t sum;
    start(&run, CODE(LIST), 64u << 20, 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(call(&run, "f", 1000000, &sum), 0);
        assert_int_equal(sum, 3000000);
    }
    assert_int_equal(wasm_store_collect(run.program.store), 0);
    assert_int_equal(run.program.store->gc.live_bytes, 2 * 32);
    stop(&run);
}

static void a_program_that_needs_more_than_the_limit_traps_and_others_go_on(void **state)
{
    (void)state;
    struct run run = {0};
    uint64_t sum;
    start(&run, CODE(LIST), 1u << 20, 0);
    assert_int_equal(call(&run, "f", 1000000, &sum), WASM_TRAP_OUT_OF_MEMORY);
    const struct wasm_trap_record *record = wasm_store_trap(run.program.store);
    assert_int_equal(record->trap, WASM_TRAP_OUT_OF_MEMORY);
    assert_int_equal(record->frames[0].function_index, 1);
    assert_int_equal(call(&run, "g", 100000, &sum), 0);
    assert_int_equal(call(&run, "f", 10000, &sum), 0);
    assert_int_equal(sum, 30000);
    stop(&run);
}

/* f(n) is the length of a new array of n bytes. */
#define HUGE 0, LOCAL_GET, 0, 0xFB, 7, 5, 0xFB, 15, 0xAD, END

static void huge_arrays_come_and_go(void **state)
{
    (void)state;
    struct run run = {0};
    uint64_t length;
    start(&run, CODE(HUGE), 64u << 20, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(call(&run, "f", 40u << 20, &length), 0);
        assert_int_equal(length, 40u << 20);
        assert_int_equal(call(&run, "f", UINT32_MAX, &length), WASM_TRAP_OUT_OF_MEMORY);
        assert_int_equal(call(&run, "f", 64u << 20, &length), WASM_TRAP_OUT_OF_MEMORY);
    }
    assert_int_equal(wasm_store_collect(run.program.store), 0);
    assert_in_range(run.program.host.committed, 0, 8u << 20);
    stop(&run);
}

static int say_stop(void *context)
{
    long *polls = context;
    return --*polls < 0 ? WASM_TRAP_HOST + 5 : 0;
}

static void a_stop_is_answered_while_an_array_is_made(void **state)
{
    (void)state;
    struct run run = {0};
    uint64_t length;
    long polls = 3;
    start(&run, CODE(HUGE), 64u << 20, 0);
    wasm_store_set_poll(run.program.store, say_stop, &polls, 100000);
    assert_int_equal(call(&run, "f", 40u << 20, &length), WASM_TRAP_HOST + 5);
    polls = 1000000;
    assert_int_equal(call(&run, "f", 40u << 20, &length), 0);
    stop(&run);
}

/* A stop at any of the first polls of a program that collects all the time, and then the program again. */
static void a_stop_at_any_poll_leaves_a_store_that_works(void **state)
{
    (void)state;
    for (long stop_at = 0; stop_at < 60; stop_at++) {
        struct run run = {0};
        uint64_t sum;
        long polls = stop_at;
        start(&run, CODE(LIST), 1u << 20, 1);
        wasm_store_set_poll(run.program.store, say_stop, &polls, 50);
        assert_int_equal(call(&run, "f", 100, &sum), WASM_TRAP_HOST + 5);
        wasm_store_set_poll(run.program.store, NULL, NULL, 100000);
        assert_int_equal(call(&run, "f", 100, &sum), 0);
        assert_int_equal(sum, 300);
        stop(&run);
    }
}

static void want_of_memory_at_any_call_is_an_answer(void **state)
{
    (void)state;
    for (long after = 0; after < 60; after++) {
        struct run run = {0};
        uint64_t sum;
        start(&run, CODE(LIST), 4u << 20, 0);
        run.program.host.fail_after = after;
        for (int i = 0; i < 3; i++) {
            int status = call(&run, "f", 30000, &sum);
            assert_true(status == WASM_TRAP_OUT_OF_MEMORY || (status == 0 && sum == 90000));
        }
        run.program.host.fail_after = -1;
        assert_int_equal(call(&run, "f", 30000, &sum), 0);
        assert_int_equal(sum, 90000);
        stop(&run);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_lives_while_it_can_be_reached),
        cmocka_unit_test(an_object_goes_when_it_cannot_be_reached),
        cmocka_unit_test(a_hundred_times_the_limit_of_garbage_needs_no_more_than_the_limit),
        cmocka_unit_test(a_list_of_a_million_is_no_deeper_than_any_other),
        cmocka_unit_test(a_program_that_needs_more_than_the_limit_traps_and_others_go_on),
        cmocka_unit_test(huge_arrays_come_and_go),
        cmocka_unit_test(a_stop_is_answered_while_an_array_is_made),
        cmocka_unit_test(a_stop_at_any_poll_leaves_a_store_that_works),
        cmocka_unit_test(want_of_memory_at_any_call_is_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

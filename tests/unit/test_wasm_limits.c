/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile sizes: whatever a module is or does, a safe point is reached in a few milliseconds of processor
 * time, and time and memory stay in proportion to the module's bytes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <time.h>

#include "../support/wasm_program.h"

#define MILLISECOND 1000000ull
/* The promise is 5 ms; a sanitizer slows everything, and a busy machine some of it. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LONGEST_GAP (50 * MILLISECOND)
#define SANITIZED   1
#endif
#endif
#ifndef LONGEST_GAP
#define LONGEST_GAP (15 * MILLISECOND)
#define SANITIZED   0
#endif
#define FUEL 100000

/* Processor time, so that a neighbour's work does not count. */
static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

struct watch {
    uint64_t polls;
    uint64_t stop_after;
    uint64_t start;
    uint64_t last;
    uint64_t longest;
};

static int watch_poll(void *context)
{
    struct watch *watch = context;
    uint64_t time = now();
    if (time - watch->last > watch->longest)
        watch->longest = time - watch->last;
    watch->last = time;
    watch->polls++;
    return watch->stop_after != 0 && watch->polls >= watch->stop_after ? WASM_TRAP_HOST + 1 : 0;
}

static void watch_start(struct watch *watch, uint64_t stop_after)
{
    *watch = (struct watch){.stop_after = stop_after, .start = now(), .last = now()};
}

static void watch_end(struct watch *watch, const char *what)
{
    uint64_t polls = watch->polls;
    watch_poll(watch);
    print_message("# %s: longest gap %.2f ms, %llu polls in %.0f ms\n", what,
                  (double)watch->longest / MILLISECOND, (unsigned long long)polls,
                  (double)(watch->last - watch->start) / MILLISECOND);
    assert_true(watch->longest <= LONGEST_GAP);
}

static void start(struct wasm_program *program, const struct wasm_bytes *bytes, struct watch *watch)
{
    int status = wasm_program_load(program, bytes);
    if (status != 0)
        print_message("# %s at %llu: %s\n", program->error.section, (unsigned long long)program->error.offset,
                      program->error.message);
    assert_int_equal(status, 0);
    wasm_store_set_poll(program->store, watch_poll, watch, FUEL);
    assert_int_equal(wasm_program_start(program), 0);
}

/* ---- Running ------------------------------------------------------------------------------------------- */

/* Loops that never end, by their code. */
static const struct {
    const char *what;
    uint8_t size;
    uint8_t code[32];
} loops[] = {
#define LOOP(what, ...)                                                                                      \
    {                                                                                                        \
        what, sizeof((const uint8_t[]){__VA_ARGS__}),                                                        \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
    LOOP("an empty loop", 3, 0x40, 0x0C, 0, 0x0B),
    LOOP("a loop on a condition", 3, 0x40, 0x41, 1, 0x0D, 0, 0x0B),
    LOOP("a loop on a comparison", 3, 0x40, 0x20, 0, 0x20, 0, 0x46, 0x0D, 0, 0x0B),
    LOOP("a loop through a table", 3, 0x40, 0x41, 0, 0x0E, 1, 0, 0, 0x0B),
    LOOP("calls in a loop", 3, 0x40, 0x20, 0, 0x04, 0x40, 0x0F, 0x0B, 0x41, 1, 0x10, 0, 0x0C, 0, 0x0B),
    LOOP("tail calls", 0x20, 0, 0x12, 0),
    LOOP("fills in a loop", 3, 0x40, 0x41, 0, 0x41, 0, 0x41, 0x80, 0x80, 4, 0xFC, 11, 0, 0x0C, 0, 0x0B),
    LOOP("growing in a loop", 3, 0x40, 0x41, 1, 0x40, 0, 0x1A, 0x0C, 0, 0x0B),
};

/* row 29 */
static void an_endless_program_is_stopped(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        struct watch watch;
        const union wasm_value args[1] = {{.i64 = 0}};
        size_t mark = wasm_bytes_function(&bytes, "i:", 1);
        wasm_bytes_u8(&bytes, 0);
        wasm_bytes_put(&bytes, loops[i].code, loops[i].size);
        wasm_bytes_end_function(&bytes, mark);
        wasm_program_init(&program);
        start(&program, &bytes, &watch);
        watch_start(&watch, 100);
        assert_int_equal(wasm_program_call(&program, "f", args, NULL), WASM_TRAP_HOST + 1);
        watch_end(&watch, loops[i].what);
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

static void straight_code_is_charged_on_every_way_through_it(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct watch watch;
    const union wasm_value args[1] = {{.i64 = 0}};
    /* a loop over a million operations, each charge of which the blocks try to jump over */
    const uint8_t step[] = {0x02, 0x40, 0x20, 0, 0x41, 3, 0x6C, 0x21, 0, 0x20, 0, 0x45, 0x0D, 0, 0x00, 0x0B};
    size_t mark = wasm_bytes_function(&bytes, "i:", 0);
    WASM_BYTES_PUT(&bytes, 0, 3, 0x40);
    wasm_bytes_repeat(&bytes, step, sizeof(step), 400000);
    WASM_BYTES_PUT(&bytes, 0x0C, 0, 0x0B);
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    start(&program, &bytes, &watch);
    watch_start(&watch, 200);
    assert_int_equal(wasm_program_call(&program, "f", args, NULL), WASM_TRAP_HOST + 1);
    watch_end(&watch, "compiling and running 6 MB of code");
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void filling_and_copying_a_gibibyte_reaches_safe_points(void **state)
{
    (void)state;
    const uint32_t pages = SANITIZED ? 2048 : 16384;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct watch watch;
    size_t mark = wasm_bytes_function(&bytes, "ii:", 1);
    WASM_BYTES_PUT(&bytes, 0, 0x41);
    wasm_bytes_i32(&bytes, (int32_t)pages - 1);
    WASM_BYTES_PUT(&bytes, 0x40, 0, 0x1A);
    WASM_BYTES_PUT(&bytes, 0x41, 0, 0x41, 7, 0x20, 0, 0xFC, 11, 0);
    WASM_BYTES_PUT(&bytes, 0x41, 1, 0x41, 0, 0x20, 1, 0xFC, 10, 0, 0);
    wasm_bytes_end_function(&bytes, mark);
    wasm_program_init(&program);
    start(&program, &bytes, &watch);
    const uint64_t size = (uint64_t)pages * WASM_PAGE_SIZE;
    const union wasm_value args[2] = {{.i64 = size}, {.i64 = size - 1}};
    watch_start(&watch, 0);
    assert_int_equal(wasm_program_call(&program, "f", args, NULL), 0);
    watch_end(&watch, "growing to, filling and copying 1 GiB");
    assert_int_equal(*wasm_memory_span(wasm_instance_memory(program.instance), size - 1, 1), 7);
    watch_start(&watch, 5);
    assert_int_equal(wasm_program_call(&program, "f", args, NULL), WASM_TRAP_HOST + 1);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* ---- Validating ---------------------------------------------------------------------------------------- */

static int decode_watched(struct wasm_program *program, const struct wasm_bytes *bytes, struct watch *watch)
{
    struct wasm_decoder *decoder;
    assert_int_equal(wasm_decoder_new(&program->config, bytes->data, bytes->size, &decoder), 0);
    wasm_decoder_set_poll(decoder, watch_poll, watch, 32 * 1024);
    int status = wasm_decoder_push(decoder, bytes->size, &program->error);
    if (status == 0)
        status = wasm_decoder_finish(decoder, &program->module, &program->error);
    wasm_decoder_destroy(decoder);
    return status;
}

static void put_many_functions(struct wasm_bytes *bytes, uint32_t count)
{
    const uint8_t step[] = {0x20, 0, 0x41, 3, 0x6A, 0x41, 5, 0x73, 0x21, 0};
    wasm_bytes_begin(bytes);
    WASM_BYTES_PUT(bytes, 1, 5, 1, 0x60, 1, 0x7F, 0);
    size_t section = wasm_bytes_section(bytes, 3);
    wasm_bytes_u32(bytes, count);
    wasm_bytes_repeat(bytes, "", 1, count);
    wasm_bytes_close(bytes, section);
    section = wasm_bytes_section(bytes, 10);
    wasm_bytes_u32(bytes, count);
    for (uint32_t i = 0; i < count; i++) {
        size_t body = wasm_bytes_open(bytes);
        wasm_bytes_u8(bytes, 0);
        wasm_bytes_repeat(bytes, step, sizeof(step), 30);
        wasm_bytes_u8(bytes, 0x0B);
        wasm_bytes_close(bytes, body);
    }
    wasm_bytes_close(bytes, section);
}

static void validating_30_megabytes_reaches_safe_points_and_can_be_stopped(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct watch watch;
    put_many_functions(&bytes, 100000);
    assert_in_range(bytes.size, 30000000, 40000000);
    wasm_program_init(&program);
    watch_start(&watch, 0);
    assert_int_equal(decode_watched(&program, &bytes, &watch), 0);
    watch_end(&watch, "validating 30 MB");
    wasm_program_end(&program);
    wasm_program_init(&program);
    watch_start(&watch, 10);
    assert_int_equal(decode_watched(&program, &bytes, &watch), WASM_ESTOPPED);
    assert_int_equal(watch.polls, 10);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

/* One function with the given body; validated, called once, and both watched. */
static void watch_function(const char *what, const struct wasm_bytes *bytes, int expected_decode,
                           int expected_call)
{
    struct wasm_program program;
    struct watch watch;
    union wasm_value values[1] = {{.i64 = 0}};
    wasm_program_init(&program);
    program.config.limits.stack_size = 16 << 20;
    watch_start(&watch, 0);
    assert_int_equal(decode_watched(&program, bytes, &watch), expected_decode);
    watch_end(&watch, what);
    if (expected_decode == 0) {
        assert_int_equal(wasm_store_new(&program.config, &program.store), 0);
        wasm_store_set_poll(program.store, watch_poll, &watch, FUEL);
        watch_start(&watch, 0);
        assert_int_equal(wasm_program_start(&program), 0);
        assert_int_equal(wasm_program_call(&program, "f", values, values), expected_call);
        watch_end(&watch, "  and running it");
        print_message("#   the store's own memory: %llu bytes for a module of %zu\n",
                      (unsigned long long)wasm_store_arena_used(program.store), bytes->size);
        assert_true(wasm_store_arena_used(program.store) < 48 * bytes->size + 32 * 1024 * 1024);
    }
    wasm_program_end(&program);
}

static void fifty_thousand_locals_are_fine_and_one_more_is_not(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        struct wasm_bytes bytes;
        size_t mark = wasm_bytes_function(&bytes, "i:i", 0);
        /* as many runs as there can be */
        wasm_bytes_u32(&bytes, 49999 + extra);
        wasm_bytes_repeat(&bytes, "\1\x7F", 2, 49999 + extra);
        wasm_bytes_repeat(&bytes, "\x20\x00\x22\xCF\x86\x03\x1A", 7, 1000);
        WASM_BYTES_PUT(&bytes, 0x20, 0xCF, 0x86, 3);
        wasm_bytes_end_function(&bytes, mark);
        watch_function("50,000 locals", &bytes, extra == 0 ? 0 : WASM_ELIMIT, 0);
        wasm_bytes_free(&bytes);
    }
}

static void functions_full_of_locals_cost_what_their_bytes_do(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    struct wasm_program program;
    struct watch watch;
    const uint32_t count = 100000;
    wasm_bytes_begin(&bytes);
    WASM_BYTES_PUT(&bytes, 1, 4, 1, 0x60, 0, 0);
    size_t section = wasm_bytes_section(&bytes, 3);
    wasm_bytes_u32(&bytes, count);
    wasm_bytes_repeat(&bytes, "", 1, count);
    wasm_bytes_close(&bytes, section);
    section = wasm_bytes_section(&bytes, 10);
    wasm_bytes_u32(&bytes, count);
    wasm_bytes_repeat(&bytes, "\6\1\xD0\x86\3\x7F\x0B", 7, count); /* 50,000 locals each */
    wasm_bytes_close(&bytes, section);
    wasm_program_init(&program);
    watch_start(&watch, 0);
    assert_int_equal(decode_watched(&program, &bytes, &watch), 0);
    watch_end(&watch, "100,000 functions of 50,000 locals");
    assert_true(watch.last - watch.start < (SANITIZED ? 5000 : 1000) * MILLISECOND);
    wasm_program_end(&program);
    wasm_bytes_free(&bytes);
}

static void a_br_table_of_a_million_targets_is_fine(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    size_t mark = wasm_bytes_function(&bytes, "i:i", 0);
    WASM_BYTES_PUT(&bytes, 0, 0x02, 0x7F, 0x02, 0x7F, 0x41, 5, 0x20, 0, 0x0E);
    wasm_bytes_u32(&bytes, 1000000);
    for (uint32_t i = 0; i < 1000000; i++)
        wasm_bytes_u8(&bytes, (uint8_t)(i % 3));
    WASM_BYTES_PUT(&bytes, 2, 0x0B, 0x0B);
    wasm_bytes_end_function(&bytes, mark);
    watch_function("a br_table of a million targets", &bytes, 0, 0);
    wasm_bytes_free(&bytes);
    mark = wasm_bytes_function(&bytes, "i:i", 0);
    WASM_BYTES_PUT(&bytes, 0, 0x20, 0, 0x20, 0, 0x0E, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F);
    wasm_bytes_end_function(&bytes, mark);
    watch_function("a br_table of 2^32 targets that are not there", &bytes, WASM_EMALFORMED, 0);
    wasm_bytes_free(&bytes);
}

static void a_million_nested_blocks_are_fine_and_more_are_not(void **state)
{
    (void)state;
    for (uint32_t extra = 0; extra < 2; extra++) {
        struct wasm_bytes bytes;
        size_t mark = wasm_bytes_function(&bytes, "i:i", 0);
        const size_t depth = 999998 + 2 * extra;
        wasm_bytes_u8(&bytes, 0);
        wasm_bytes_repeat(&bytes, "\2\x40", 2, depth);
        WASM_BYTES_PUT(&bytes, 0x20, 0, 0x0D, 7);
        wasm_bytes_repeat(&bytes, "\x0B", 1, depth);
        WASM_BYTES_PUT(&bytes, 0x41, 1);
        wasm_bytes_end_function(&bytes, mark);
        watch_function("a million nested blocks", &bytes, extra == 0 ? 0 : WASM_ELIMIT, 0);
        wasm_bytes_free(&bytes);
    }
}

/* Operands that wait in locals, and blocks that make them settle: linear, not quadratic. */
static void deep_stacks_and_many_blocks_stay_linear(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    const size_t count = 200000;
    size_t mark = wasm_bytes_function(&bytes, "i:i", 0);
    wasm_bytes_u8(&bytes, 0);
    wasm_bytes_repeat(&bytes, "\x20\0", 2, count);
    wasm_bytes_repeat(&bytes, "\x20\0\x21\0\2\x40\x0B\x41\1\x21\0", 11, count);
    wasm_bytes_repeat(&bytes, "\x6A", 1, count - 1);
    wasm_bytes_end_function(&bytes, mark);
    watch_function("a deep stack and many blocks", &bytes, 0, 0);
    wasm_bytes_free(&bytes);
}

/* 1000 results, branched with again and again. */
static void many_results_are_moved_at_once(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    const uint32_t arity = 1000;
    wasm_bytes_begin(&bytes);
    size_t section = wasm_bytes_section(&bytes, 1);
    WASM_BYTES_PUT(&bytes, 2, 0x60, 1, 0x7F, 1, 0x7F, 0x60, 0);
    wasm_bytes_u32(&bytes, arity);
    wasm_bytes_repeat(&bytes, "\x7F", 1, arity);
    wasm_bytes_close(&bytes, section);
    WASM_BYTES_PUT(&bytes, 3, 2, 1, 0, 7, 5, 1, 1, 'f', 0, 0);
    section = wasm_bytes_section(&bytes, 10);
    wasm_bytes_u8(&bytes, 1);
    size_t body = wasm_bytes_open(&bytes);
    WASM_BYTES_PUT(&bytes, 0, 2, 1, 0x41, 9); /* a value below, so that branching must move */
    wasm_bytes_repeat(&bytes, "\x41\1", 2, arity);
    wasm_bytes_repeat(&bytes, "\x20\0\x0D\0", 4, 20000);
    WASM_BYTES_PUT(&bytes, 0x0C, 0, 0x0B);
    wasm_bytes_repeat(&bytes, "\x6A", 1, arity - 1);
    wasm_bytes_u8(&bytes, 0x0B);
    wasm_bytes_close(&bytes, body);
    wasm_bytes_close(&bytes, section);
    watch_function("20,000 branches with 1000 values", &bytes, 0, 0);
    wasm_bytes_free(&bytes);
}

static void huge_element_segments_are_bounded(void **state)
{
    (void)state;
    struct wasm_bytes bytes;
    wasm_bytes_begin(&bytes);
    WASM_BYTES_PUT(&bytes, 1, 6, 1, 0x60, 1, 0x7F, 1, 0x7F, 3, 2, 1, 0);
    WASM_BYTES_PUT(&bytes, 4, 6, 1, 0x70, 0, 0xC0, 0x84, 0x3D); /* a million elements */
    WASM_BYTES_PUT(&bytes, 7, 5, 1, 1, 'f', 0, 0);
    size_t section = wasm_bytes_section(&bytes, 9);
    WASM_BYTES_PUT(&bytes, 2, 0, 0x41, 0, 0x0B, 0xC0, 0x84, 0x3D);
    wasm_bytes_repeat(&bytes, "", 1, 1000000);
    WASM_BYTES_PUT(&bytes, 5, 0x70, 0xC0, 0x84, 0x3D); /* passive, as expressions */
    wasm_bytes_repeat(&bytes, "\xD2\0\x0B", 3, 1000000);
    wasm_bytes_close(&bytes, section);
    WASM_BYTES_PUT(&bytes, 10, 6, 1, 4, 0, 0x20, 0, 0x0B);
    watch_function("two million elements", &bytes, 0, 0);
    wasm_bytes_free(&bytes);
    wasm_bytes_begin(&bytes);
    WASM_BYTES_PUT(&bytes, 4, 4, 1, 0x70, 0, 1);
    WASM_BYTES_PUT(&bytes, 9, 10, 1, 0, 0x41, 0, 0x0B, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F);
    watch_function("2^32 elements that are not there", &bytes, WASM_EMALFORMED, 0);
    wasm_bytes_free(&bytes);
}

/* ---- Sizes that a module only claims ------------------------------------------------------------------- */

#define COUNT_MAX    0xFF, 0xFF, 0xFF, 0xFF, 0x0F /* 2^32 - 1 */
/* Beside what a store has from the start, no more than this may be asked for. */
#define MOST_CLAIMED ((size_t)4 << 20)

static const struct {
    const char *what;
    int status; /* of the decoder, or 0 */
    uint8_t size;
    uint8_t bytes[48];
} claims[] = {
#define CLAIM(what, status, ...)                                                                             \
    {                                                                                                        \
        what, status, sizeof((const uint8_t[]){__VA_ARGS__}),                                                \
        {                                                                                                    \
            __VA_ARGS__                                                                                      \
        }                                                                                                    \
    }
    CLAIM("a section of 4 GiB", WASM_EMALFORMED, 1, COUNT_MAX),
    CLAIM("types", WASM_EMALFORMED, 1, 5, COUNT_MAX),
    CLAIM("parameters", WASM_EMALFORMED, 1, 7, 1, 0x60, COUNT_MAX),
    CLAIM("results", WASM_EMALFORMED, 1, 8, 1, 0x60, 0, COUNT_MAX),
    CLAIM("fields of a structure", WASM_EMALFORMED, 1, 7, 1, 0x5F, COUNT_MAX),
    CLAIM("types of a recursion group", WASM_EMALFORMED, 1, 7, 1, 0x4E, COUNT_MAX),
    CLAIM("imports", WASM_EMALFORMED, 2, 5, COUNT_MAX),
    CLAIM("bytes of an import's name", WASM_EMALFORMED, 2, 6, 1, COUNT_MAX),
    CLAIM("functions", WASM_EMALFORMED, 3, 5, COUNT_MAX),
    CLAIM("tables", WASM_EMALFORMED, 4, 5, COUNT_MAX),
    CLAIM("memories", WASM_EMALFORMED, 5, 5, COUNT_MAX),
    CLAIM("globals", WASM_EMALFORMED, 6, 5, COUNT_MAX),
    CLAIM("exports", WASM_EMALFORMED, 7, 5, COUNT_MAX),
    CLAIM("element segments", WASM_EMALFORMED, 9, 5, COUNT_MAX),
    CLAIM("data segments, by their count alone", WASM_ELIMIT, 12, 5, COUNT_MAX),
    CLAIM("data segments", WASM_EMALFORMED, 11, 5, COUNT_MAX),
    CLAIM("bytes of a data segment", WASM_EMALFORMED, 5, 3, 1, 0, 1, 11, 10, 1, 0, 0x41, 0, 0x0B, COUNT_MAX),
    CLAIM("bodies", WASM_EMALFORMED, 10, 5, COUNT_MAX),
    CLAIM("locals", WASM_ELIMIT, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 1, COUNT_MAX, 0x7F, 0x0B),
    CLAIM("groups of locals", WASM_EMALFORMED, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 8, 1, 6, COUNT_MAX, 0x0B),
    CLAIM("targets of a br_table", WASM_EMALFORMED, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 13, 1, 11, 0, 0x41,
          0, 0x0E, COUNT_MAX, 0, 0x0B),
    CLAIM("types of a select", WASM_EINVALID, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 10, 10, 1, 8, 0, 0x1C,
          COUNT_MAX, 0x0B),
    CLAIM("pages of a memory", 0, 5, 5, 1, 0, 0x80, 0x80, 4),
    CLAIM("elements of a table", 0, 4, 8, 1, 0x70, 0, COUNT_MAX),
};

/* The claim costs nothing: it is refused as what it is, not because memory ran out. */
static void sizes_that_are_only_claimed_are_refused_before_anything_is_allocated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        struct wasm_bytes bytes;
        struct wasm_program program;
        wasm_bytes_begin(&bytes);
        wasm_bytes_put(&bytes, claims[i].bytes, claims[i].size);
        wasm_program_init(&program);
        program.host.limit = MOST_CLAIMED;
        int status = wasm_program_load(&program, &bytes);
        print_message("# %s: %s\n", claims[i].what, status != 0 ? program.error.message : "valid");
        if (claims[i].status == 0) {
            assert_int_equal(status, 0);
            assert_int_equal(wasm_program_start(&program), WASM_ELIMIT);
        } else {
            assert_int_equal(status, claims[i].status);
        }
        wasm_program_end(&program);
        wasm_bytes_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_endless_program_is_stopped),
        cmocka_unit_test(straight_code_is_charged_on_every_way_through_it),
        cmocka_unit_test(filling_and_copying_a_gibibyte_reaches_safe_points),
        cmocka_unit_test(validating_30_megabytes_reaches_safe_points_and_can_be_stopped),
        cmocka_unit_test(fifty_thousand_locals_are_fine_and_one_more_is_not),
        cmocka_unit_test(functions_full_of_locals_cost_what_their_bytes_do),
        cmocka_unit_test(a_br_table_of_a_million_targets_is_fine),
        cmocka_unit_test(a_million_nested_blocks_are_fine_and_more_are_not),
        cmocka_unit_test(deep_stacks_and_many_blocks_stay_linear),
        cmocka_unit_test(many_results_are_moved_at_once),
        cmocka_unit_test(huge_element_segments_are_bounded),
        cmocka_unit_test(sizes_that_are_only_claimed_are_refused_before_anything_is_allocated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The collector alone: objects of layouts that the tests make up, kept by handles. What programs see of it is
 * in test_wasm_gc_run.c. WebAssembly core specification, 4.2.11. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "../../src/keep/wasm/gc.h"
#include "../../src/keep/wasm/store.h"
#include "../support/host_memory.h"

/* Type ids of the layouts below. */
enum { PAIR, REFERENCES, BYTES, LAYOUTS };

struct pair {
    struct wasm_object head;
    uint64_t a;
    uint64_t b;
};

static const uint32_t pair_references[] = {offsetof(struct pair, a), offsetof(struct pair, b)};
static const struct wasm_layout layouts[LAYOUTS] = {
    [PAIR] = {.size = sizeof(struct pair), .references = pair_references, .reference_count = 2},
    [REFERENCES] = {.is_array = true, .element_shift = 3, .element_reference = true},
    [BYTES] = {.is_array = true},
};

struct fixture {
    struct host_memory memory;
    struct wasm_config config;
    struct wasm_store *store;
    const struct wasm_layout *by_id[LAYOUTS];
    long polls;
    int answer;
};

static void start(struct fixture *f, uint64_t gc_size)
{
    *f = (struct fixture){.memory = {.fail_after = -1}};
    const struct wasm_memory_ops ops = host_memory_ops(&f->memory);
    wasm_config_default(&f->config, &ops);
    f->config.limits.gc_size = gc_size;
    assert_int_equal(wasm_store_new(&f->config, &f->store), 0);
    for (uint32_t i = 0; i < LAYOUTS; i++)
        f->by_id[i] = &layouts[i];
    f->store->gc.layouts = f->by_id;
    f->store->gc.layout_count = LAYOUTS;
}

static void stop(struct fixture *f)
{
    wasm_store_destroy(f->store);
    assert_int_equal(f->memory.committed, 0);
    assert_int_equal(f->memory.allocated, 0);
}

static struct pair *new_pair(struct fixture *f)
{
    struct wasm_object *object;
    assert_int_equal(wasm_gc_allocate(f->store, sizeof(struct pair), PAIR, 0, &object), 0);
    return (struct pair *)object;
}

static int try_array(struct fixture *f, uint32_t type, uint32_t count, struct wasm_object **array)
{
    uint64_t size = WASM_ARRAY_START + ((uint64_t)count << layouts[type].element_shift);
    return wasm_gc_allocate(f->store, size, type, count, array);
}

static uint64_t bits_of(const void *object)
{
    return (uint64_t)(uintptr_t)object;
}

static uint32_t hold(struct fixture *f, const void *object)
{
    uint32_t handle = 0;
    union wasm_value value = {.i64 = bits_of(object)};
    assert_int_equal(wasm_reference_hold(f->store, value, &handle), 0);
    assert_int_not_equal(handle, 0);
    return handle;
}

/* The barrier, as every store of a reference has it. */
static void stored(struct fixture *f, uint64_t bits)
{
    if (f->store->gc.marking)
        wasm_gc_shade(f->store, bits);
}

static bool is_there(struct fixture *f, uint64_t bits)
{
    uint32_t granule;
    return wasm_gc_find(&f->store->gc, bits, &granule) != NULL;
}

/* ---- What survives ------------------------------------------------------------------------------------- */

static void an_object_lives_while_something_held_refers_to_it(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 22);
    struct pair *outer = new_pair(&f);
    outer->a = bits_of(new_pair(&f));
    uint64_t inner = outer->a;
    uint32_t handle = hold(&f, outer);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_true(is_there(&f, bits_of(outer)));
    assert_true(is_there(&f, inner));
    assert_int_equal(wasm_reference_get(f.store, handle).i64, bits_of(outer));
    outer->a = 0;
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_false(is_there(&f, inner));
    wasm_reference_release(f.store, handle);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_false(is_there(&f, bits_of(outer)));
    stop(&f);
}

static void a_cycle_that_nothing_refers_to_is_given_back(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 22);
    struct pair *a = new_pair(&f);
    struct pair *b = new_pair(&f);
    a->a = bits_of(b);
    b->a = bits_of(a);
    b->b = bits_of(b);
    uint32_t handle = hold(&f, b);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_true(is_there(&f, bits_of(a)));
    wasm_reference_release(f.store, handle);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_false(is_there(&f, bits_of(a)));
    assert_false(is_there(&f, bits_of(b)));
    assert_int_equal(f.store->gc.live_bytes, 0);
    stop(&f);
}

static void numbers_that_are_no_references_are_ignored(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 22);
    struct pair *pair = new_pair(&f);
    hold(&f, (const uint8_t *)pair + 8);
    hold(&f, (const uint8_t *)pair + 1);
    hold(&f, (const void *)UINT64_MAX);
    hold(&f, f.store->gc.base + f.store->gc.extent);
    hold(&f, (const void *)(uintptr_t)3);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_false(is_there(&f, bits_of(pair)));
    stop(&f);
}

/* A list has no depth for the collector; a tree in which each node comes before its children has the most. */
static void a_list_of_a_million_and_a_comb_are_marked_whole(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 128u << 20);
    struct pair *first = new_pair(&f);
    uint32_t handle = hold(&f, first);
    struct pair *last = first;
    for (int i = 0; i < 1000000; i++) {
        struct pair *next = new_pair(&f);
        next->b = bits_of(new_pair(&f)); /* may collect: next is not reachable yet */
        if (!is_there(&f, bits_of(next)))
            fail_msg("an object went while it was made");
        last->a = bits_of(next);
        stored(&f, last->a);
        last = next;
    }
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_int_equal(f.store->gc.live_bytes, 2000001u * 32u);
    wasm_reference_release(f.store, handle);
    assert_int_equal(wasm_store_collect(f.store), 0);
    assert_int_equal(f.store->gc.live_bytes, 0);
    stop(&f);
}

/* So small a heap has a mark stack of few entries: arrays that refer to arrays overflow it. */
static void what_the_mark_stack_has_no_room_for_is_marked_all_the_same(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 20);
    struct wasm_object *top;
    assert_int_equal(try_array(&f, REFERENCES, 500, &top), 0);
    hold(&f, top);
    uint64_t *elements = (uint64_t *)(void *)wasm_array_elements(top);
    for (int i = 0; i < 500; i++) {
        struct wasm_object *array;
        assert_int_equal(try_array(&f, REFERENCES, 20, &array), 0);
        elements[i] = bits_of(array);
        stored(&f, elements[i]);
        for (int j = 0; j < 20; j++) {
            uint64_t pair = bits_of(new_pair(&f));
            ((uint64_t *)(void *)wasm_array_elements(array))[j] = pair;
            stored(&f, pair);
        }
    }
    f.store->gc.stack_room = 4;
    assert_int_equal(wasm_store_collect(f.store), 0);
    for (int i = 0; i < 500; i++) {
        assert_true(is_there(&f, elements[i]));
        for (int j = 0; j < 20; j++)
            assert_true(is_there(&f, ((const uint64_t *)(uintptr_t)(elements[i] + WASM_ARRAY_START))[j]));
    }
    stop(&f);
}

/* ---- Limits -------------------------------------------------------------------------------------------- */

static void a_hundred_times_the_limit_of_garbage_needs_no_more_than_the_limit(void **state)
{
    (void)state;
    struct fixture f;
    const uint64_t limit = 4u << 20;
    start(&f, limit);
    size_t before = f.memory.committed;
    size_t most = 0;
    uint64_t made = 0;
    for (uint32_t i = 0; made < 100 * limit; i++) {
        struct wasm_object *object;
        uint32_t count = i % 1000 == 0 ? 300000 : i % 777;
        assert_int_equal(try_array(&f, BYTES, count, &object), 0);
        made += WASM_ARRAY_START + count;
        memset(wasm_array_elements(object), 0xAA, count);
        if (f.memory.committed - before > most)
            most = f.memory.committed - before;
    }
    assert_in_range(most, 1, limit);
    assert_true(f.store->gc.cycles > 50);
    stop(&f);
}

static void an_object_is_zero_whatever_was_there_before(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 20);
    for (uint32_t i = 0; i < 3000; i++) {
        uint32_t count = i * 7919 % 120000;
        struct wasm_object *array;
        assert_int_equal(try_array(&f, BYTES, count, &array), 0);
        const uint8_t *bytes = wasm_array_elements(array);
        assert_int_equal(array->count, count);
        for (uint32_t at = 0; at < count; at++) {
            if (bytes[at] != 0)
                fail_msg("byte %u of %u is %u", at, count, bytes[at]);
        }
        memset(wasm_array_elements(array), 0xFF, count);
    }
    stop(&f);
}

static void what_does_not_fit_is_refused_and_the_rest_goes_on(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 20);
    struct wasm_object *array;
    assert_int_equal(try_array(&f, BYTES, 1u << 20, &array), WASM_TRAP_OUT_OF_MEMORY);
    assert_int_equal(try_array(&f, REFERENCES, UINT32_MAX, &array), WASM_TRAP_OUT_OF_MEMORY);
    uint32_t held = 0;
    while (try_array(&f, BYTES, 1000, &array) == 0) {
        hold(&f, array);
        held++;
    }
    assert_in_range(held, 900, 1048);
    assert_int_equal(try_array(&f, BYTES, 1000, &array), WASM_TRAP_OUT_OF_MEMORY);
    wasm_reference_release(f.store, 1);
    assert_int_equal(try_array(&f, BYTES, 1000, &array), 0);
    stop(&f);
}

static void a_heap_without_room_for_one_block_has_no_objects(void **state)
{
    (void)state;
    struct fixture f;
    struct wasm_object *object;
    start(&f, 40000);
    assert_int_equal(try_array(&f, BYTES, 1, &object), WASM_TRAP_OUT_OF_MEMORY);
    stop(&f);
    start(&f, 0);
    assert_int_equal(try_array(&f, BYTES, 1, &object), WASM_TRAP_OUT_OF_MEMORY);
    stop(&f);
}

static void want_of_memory_at_any_call_is_an_answer(void **state)
{
    (void)state;
    for (long after = 0; after < 60; after++) {
        struct fixture f;
        start(&f, 1u << 20);
        f.memory.fail_after = after;
        for (uint32_t i = 0; i < 200; i++) {
            struct wasm_object *object;
            uint32_t handle;
            int status = try_array(&f, i % 3 == 0 ? BYTES : REFERENCES, i * 977 % 30000, &object);
            assert_true(status == 0 || status == WASM_TRAP_OUT_OF_MEMORY);
            if (status == 0 && i % 16 == 0)
                wasm_reference_hold(f.store, (union wasm_value){.i64 = bits_of(object)}, &handle);
        }
        stop(&f);
    }
}

/* ---- Pauses -------------------------------------------------------------------------------------------- */

static int poll(void *context)
{
    struct fixture *f = context;
    f->polls++;
    return f->answer;
}

static void marking_is_done_in_slices_with_polls(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 64u << 20);
    wasm_store_set_poll(f.store, poll, &f, 100000);
    struct wasm_object *top;
    assert_int_equal(try_array(&f, REFERENCES, 200000, &top), 0);
    hold(&f, top);
    for (int i = 0; i < 200000; i++) {
        struct pair *pair = new_pair(&f);
        ((uint64_t *)(void *)wasm_array_elements(top))[i] = bits_of(pair);
        stored(&f, bits_of(pair));
    }
    for (int i = 0; i < 2000000; i++)
        new_pair(&f);
    assert_true(f.store->gc.cycles > 3);
    assert_in_range(f.store->gc.longest_slice, 1000, 16384 + 512);
    assert_true(f.polls > 10);
    stop(&f);
}

static void a_stop_in_the_middle_of_a_collection_loses_nothing(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 64u << 20);
    struct wasm_object *top;
    assert_int_equal(try_array(&f, REFERENCES, 300000, &top), 0);
    hold(&f, top);
    for (int i = 0; i < 300000; i++) {
        uint64_t pair = bits_of(new_pair(&f));
        ((uint64_t *)(void *)wasm_array_elements(top))[i] = pair;
        stored(&f, pair);
    }
    wasm_store_set_poll(f.store, poll, &f, 1000);
    f.answer = WASM_TRAP_HOST;
    long stops = 0;
    while (wasm_store_collect(f.store) == WASM_TRAP_HOST) {
        stops++;
        if (stops == 300)
            f.answer = 0;
    }
    assert_int_equal(stops, 300);
    assert_int_equal(f.store->gc.phase, WASM_GC_IDLE);
    for (int i = 0; i < 300000; i++)
        assert_true(is_there(&f, ((const uint64_t *)(void *)wasm_array_elements(top))[i]));
    stop(&f);
}

/* ---- Handles ------------------------------------------------------------------------------------------- */

static void handles_are_used_again_and_wrong_ones_ignored(void **state)
{
    (void)state;
    struct fixture f;
    start(&f, 1u << 20);
    uint32_t a = hold(&f, new_pair(&f));
    uint32_t b = hold(&f, new_pair(&f));
    wasm_reference_release(f.store, 0);
    wasm_reference_release(f.store, 77);
    wasm_reference_release(f.store, a);
    wasm_reference_release(f.store, b);
    assert_int_equal(hold(&f, new_pair(&f)), b);
    assert_int_equal(hold(&f, new_pair(&f)), a);
    assert_int_equal(hold(&f, new_pair(&f)), 3);
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_object_lives_while_something_held_refers_to_it),
        cmocka_unit_test(a_cycle_that_nothing_refers_to_is_given_back),
        cmocka_unit_test(numbers_that_are_no_references_are_ignored),
        cmocka_unit_test(a_list_of_a_million_and_a_comb_are_marked_whole),
        cmocka_unit_test(what_the_mark_stack_has_no_room_for_is_marked_all_the_same),
        cmocka_unit_test(a_hundred_times_the_limit_of_garbage_needs_no_more_than_the_limit),
        cmocka_unit_test(an_object_is_zero_whatever_was_there_before),
        cmocka_unit_test(what_does_not_fit_is_refused_and_the_rest_goes_on),
        cmocka_unit_test(a_heap_without_room_for_one_block_has_no_objects),
        cmocka_unit_test(want_of_memory_at_any_call_is_an_answer),
        cmocka_unit_test(marking_is_done_in_slices_with_polls),
        cmocka_unit_test(a_stop_in_the_middle_of_a_collection_loses_nothing),
        cmocka_unit_test(handles_are_used_again_and_wrong_ones_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

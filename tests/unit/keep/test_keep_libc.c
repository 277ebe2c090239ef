/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's strings beside the system's, and its heap under a random walk (C17 7.22.3, 7.24; rows 29 and
 * 33). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../../src/keep/libc/budget.h"
#include "../../../src/keep/libc/heap.h"
#include "../../support/keep/any.h"
#include "../../support/keep/shim_test.h"

void *keep_memcpy(void *restrict to, const void *restrict from, size_t size);
void *keep_memmove(void *to, const void *from, size_t size);
void *keep_memset(void *to, int byte, size_t size);
int keep_memcmp(const void *a, const void *b, size_t size);
void *keep_memchr(const void *bytes, int byte, size_t size);
size_t keep_strlen(const char *text);
size_t keep_strnlen(const char *text, size_t most);
int keep_strcmp(const char *a, const char *b);
int keep_strncmp(const char *a, const char *b, size_t most);
char *keep_strncpy(char *restrict to, const char *restrict from, size_t capacity);
char *keep_strchr(const char *text, int character);
char *keep_strstr(const char *text, const char *part);
unsigned __int128 keep_udivti3(unsigned __int128 dividend, unsigned __int128 divisor);

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)any();
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

enum { ROOM = 2048 };

static void copying_changes_what_it_should_and_nothing_beside_it(void **state)
{
    (void)state;
    uint8_t ours[ROOM], theirs[ROOM], source[ROOM];
    for (size_t size = 0; size <= 700; size++) {
        fill(ours, ROOM);
        fill(source, ROOM);
        memcpy(theirs, ours, ROOM);
        size_t to = any() % 64, from = any() % 64;
        assert_ptr_equal(keep_memcpy(ours + to, source + from, size), ours + to);
        memcpy(theirs + to, source + from, size);
        assert_memory_equal(ours, theirs, ROOM);
        assert_ptr_equal(keep_memset(ours + from, (int)any(), 0), ours + from);
        int byte = (int)(any() & 0xff);
        assert_ptr_equal(keep_memset(ours + from, byte, size), ours + from);
        memset(theirs + from, byte, size);
        assert_memory_equal(ours, theirs, ROOM);
    }
}

static void moving_is_right_for_every_overlap(void **state)
{
    (void)state;
    uint8_t ours[ROOM], theirs[ROOM];
    for (size_t size = 0; size <= 200; size++)
        for (int shift = -(int)size - 2; shift <= (int)size + 2; shift++) {
            fill(ours, ROOM);
            memcpy(theirs, ours, ROOM);
            assert_ptr_equal(keep_memmove(ours + 600 + shift, ours + 600, size), ours + 600 + shift);
            memmove(theirs + 600 + shift, theirs + 600, size);
            assert_memory_equal(ours, theirs, ROOM);
        }
}

static void comparing_agrees_with_the_systems(void **state)
{
    (void)state;
    uint8_t a[64], b[64];
    for (int round = 0; round < 20000; round++) {
        size_t size = any() % 40;
        fill(a, sizeof a);
        memcpy(b, a, sizeof b);
        if (any() % 2)
            b[any() % 40] = (uint8_t)any();
        assert_int_equal(keep_memcmp(a, b, size), sign(memcmp(a, b, size)));
        int byte = (int)(any() & 0xff);
        assert_ptr_equal(keep_memchr(a, byte, size), memchr(a, byte, size));
    }
}

static void texts_agree_with_the_systems(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "a", "ab", "abc", "abd", "aab", "\xff", "abcabd", "bd", "b"};
    for (size_t i = 0; i < 10; i++) {
        assert_int_equal(keep_strlen(texts[i]), strlen(texts[i]));
        for (size_t j = 0; j < 10; j++) {
            assert_int_equal(sign(keep_strcmp(texts[i], texts[j])), sign(strcmp(texts[i], texts[j])));
            assert_ptr_equal(keep_strstr(texts[i], texts[j]), strstr(texts[i], texts[j]));
            assert_ptr_equal(keep_strchr(texts[i], texts[j][0]), strchr(texts[i], texts[j][0]));
            for (size_t most = 0; most < 5; most++) {
                char ours[8] = "zzzzzzz", theirs[8] = "zzzzzzz";
                assert_int_equal(sign(keep_strncmp(texts[i], texts[j], most)),
                                 sign(strncmp(texts[i], texts[j], most)));
                assert_int_equal(keep_strnlen(texts[i], most), strnlen(texts[i], most));
                (void)keep_strncpy(ours, texts[i], most);
                for (size_t k = 0, ended = 0; k < most; k++) {
                    ended = ended || texts[i][k] == 0;
                    theirs[k] = ended ? 0 : texts[i][k];
                }
                assert_memory_equal(ours, theirs, sizeof ours);
            }
        }
    }
}

static void division_of_128_bits_agrees_with_the_compilers(void **state)
{
    (void)state;
    for (int round = 0; round < 100000; round++) {
        unsigned __int128 a = (unsigned __int128)any64() << 64 | ((uint64_t)any() << 32 | any());
        unsigned __int128 b = (unsigned __int128)any() << 96 | (unsigned __int128)any() << 64 | any();
        a >>= any() % 128;
        b >>= any() % 128;
        if (b == 0)
            b = 1;
        assert_true(keep_udivti3(a, b) == a / b);
    }
}

/* ---- heap ---- */

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (bytes[i])
            return false;
    return true;
}

struct piece {
    uint8_t *bytes;
    size_t size;
    uint8_t mark;
};

static void check(const struct piece *p)
{
    for (size_t i = 0; i < p->size; i += p->size / 64 + 1)
        assert_int_equal(p->bytes[i], p->mark);
}

/* Row 33: what anybody gets is zero, whoever had it before. */
static void pieces_are_zero_apart_and_keep_what_was_written(void **state)
{
    (void)state;
    static struct piece pieces[256];
    for (int round = 0; round < 60000; round++) {
        struct piece *p = &pieces[any() % 256];
        if (p->bytes && any() % 4 == 0) {
            size_t size = 1 + any() % (any() % 8 ? 3000 : 300000);
            check(p);
            uint8_t *moved = heap_resize(p->bytes, size);
            assert_non_null(moved);
            size_t kept = size < p->size ? size : p->size;
            *p = (struct piece){moved, kept, p->mark};
            check(p);
            p->size = size;
            memset(p->bytes, p->mark, size);
        } else if (p->bytes) {
            check(p);
            heap_free(p->bytes);
            p->bytes = NULL;
        } else {
            size_t size = 1 + any() % (any() % 8 ? 3000 : 300000);
            *p = (struct piece){heap_allocate(size), size, (uint8_t)(1 + any() % 255)};
            assert_non_null(p->bytes);
            assert_true(all_zero(p->bytes, size));
            assert_int_equal((uintptr_t)p->bytes % 16, 0);
            assert_true(heap_size(p->bytes) >= size);
            memset(p->bytes, p->mark, size);
        }
    }
    for (size_t i = 0; i < 256; i++)
        heap_free(pieces[i].bytes);
}

static void whole_pages_are_aligned_to_pages(void **state)
{
    (void)state;
    for (size_t pages = 1; pages <= 40; pages++) {
        void *at = heap_allocate(pages * 4096);
        assert_int_equal((uintptr_t)at % 4096, 0);
        heap_free(at);
    }
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    assert_null(heap_allocate(0));
    assert_null(heap_allocate(SIZE_MAX));
    assert_null(heap_allocate((size_t)1 << 40));
    assert_null(heap_allocate_array(SIZE_MAX / 2, 3));
    assert_null(heap_allocate_array((size_t)1 << 33, (size_t)1 << 33));
    heap_free(NULL);
}

static void large_memory_is_given_back(void **state)
{
    (void)state;
    uint64_t before = budget_committed();
    void *at = heap_allocate(10 << 20);
    assert_non_null(at);
    assert_true(budget_committed() >= before + (10 << 20));
    heap_free(at);
    assert_true(budget_committed() <= before + 65536);
}

static void a_pointer_that_is_not_the_heaps_halts_the_keep(void **state)
{
    (void)state;
    uint8_t *at = heap_allocate(100), *wrong[] = {(uint8_t *)&at, at + 1, at + 64, at - 65536};
    for (size_t i = 0; i < 4; i++) {
        jmp_buf halted;
        shim_test.on_exit = &halted;
        if (setjmp(halted) == 0) {
            heap_free(wrong[i]);
            fail_msg("case %zu was taken", i);
        }
    }
    shim_test.on_exit = NULL;
    heap_free(at);
}

static void exhaustion_is_an_answer_and_the_reserve_is_not_the_programs(void **state)
{
    (void)state;
    static void *taken[4096];
    size_t count = 0;
    bool before = budget_use_reserve(false);
    while (count < 4096 && (taken[count] = heap_allocate(1 << 20)))
        count++;
    assert_true(count > 16 && count < 4096);
    assert_null(heap_allocate(1 << 20));
    (void)budget_use_reserve(true);
    void *ours = heap_allocate(1 << 20);
    assert_non_null(ours);
    heap_free(ours);
    (void)budget_use_reserve(before);
    while (count > 0)
        heap_free(taken[--count]);
    ours = heap_allocate(64 << 20);
    assert_non_null(ours);
    heap_free(ours);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copying_changes_what_it_should_and_nothing_beside_it),
        cmocka_unit_test(moving_is_right_for_every_overlap),
        cmocka_unit_test(comparing_agrees_with_the_systems),
        cmocka_unit_test(texts_agree_with_the_systems),
        cmocka_unit_test(division_of_128_bits_agrees_with_the_compilers),
        cmocka_unit_test(pieces_are_zero_apart_and_keep_what_was_written),
        cmocka_unit_test(whole_pages_are_aligned_to_pages),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
        cmocka_unit_test(large_memory_is_given_back),
        cmocka_unit_test(a_pointer_that_is_not_the_heaps_halts_the_keep),
        cmocka_unit_test(exhaustion_is_an_answer_and_the_reserve_is_not_the_programs),
    };
    shim_test_reset();
    if (budget_init(256 << 20) != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Measurement of the process image: everything that is loaded counts, nothing else does, and what a loader
 * might act on unmeasured is refused (docs/protocol.md, section 4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/base/hex.h"
#include "../../src/measure/elf.h"
#include "../../src/measure/measure.h"

enum { PAGE = 4096, IMAGE_SIZE = 3 * PAGE + 100, HEADER = 64, PROGRAM_HEADER = 56 };

static uint8_t image[IMAGE_SIZE];
static struct casemate_error err;

static uint8_t *program_header(unsigned i)
{
    return image + HEADER + i * PROGRAM_HEADER;
}

static void set_segment(unsigned i, uint32_t type, uint32_t flags, uint64_t offset, uint64_t address,
                        uint64_t file_size, uint64_t memory_size)
{
    uint8_t *p = program_header(i);
    store_le32(p, type);
    store_le32(p + 4, flags);
    store_le64(p + 8, offset);
    store_le64(p + 16, address);
    store_le64(p + 24, address);
    store_le64(p + 32, file_size);
    store_le64(p + 40, memory_size);
    store_le64(p + 48, PAGE);
}

/* Code and data of 300 and 50 bytes, with 5000 bytes of zeros behind the data. */
static void make_image(void)
{
    static const uint8_t ident[16] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    memset(image, 0, sizeof image);
    memcpy(image, ident, sizeof ident);
    store_le16(image + 16, 2);
    store_le16(image + 18, 62);
    store_le32(image + 20, 1);
    store_le64(image + 24, 0x400010);
    store_le64(image + 32, HEADER);
    store_le16(image + 52, HEADER);
    store_le16(image + 54, PROGRAM_HEADER);
    store_le16(image + 56, 3);
    set_segment(0, 1, 5, PAGE, 0x400000, 300, 300);
    set_segment(1, 1, 6, 2 * PAGE, 0x401000, 50, 5000);
    set_segment(2, 0x6474e551, 6, 0, 0, 0, 0);
    for (unsigned i = 0; i < 300; i++)
        image[PAGE + i] = (uint8_t)i;
    memset(image + 2 * PAGE, 0xdd, 50);
    memset(image + 3 * PAGE, 0x55, 100); /* not loaded */
}

static int measure(struct measurement *m)
{
    return measure_process(span_of(image, sizeof image), m, &err);
}

static void the_measurement_is_that_of_the_protocol(void **state)
{
    (void)state;
    /* Worked out from docs/protocol.md with another implementation of SHA-384. */
    static const char expected[] = "a38ff15d443c9ca6e0818ad054d3c84b54a36238adeaf344"
                                   "4d1e87cc01adf073db861bce8d942656c5c6d87c2944727a";
    struct measurement m;
    char text[2 * 48 + 1];
    make_image();
    assert_int_equal(measure(&m), 0);
    assert_int_equal(m.size, 48);
    hex_encode(m.bytes, m.size, text);
    assert_string_equal(text, expected);
}

static void every_bit_that_is_loaded_counts_and_no_other(void **state)
{
    (void)state;
    struct measurement first, other;
    make_image();
    assert_int_equal(measure(&first), 0);
    for (unsigned i = 0; i < sizeof image; i++) {
        bool code = i >= PAGE && i < PAGE + 300, data = i >= 2 * PAGE && i < 2 * PAGE + 50;
        if (i < PAGE || (i % 16 != 0 && !code && !data))
            continue;
        image[i] ^= 0x40;
        int result = measure(&other);
        if (code || data)
            assert_true(result == 0 && memcmp(first.bytes, other.bytes, 48) != 0);
        else if (i < 2 * PAGE) /* behind the code, in its last page: it would be mapped */
            assert_int_equal(result, -1);
        else
            assert_true(result == 0 && memcmp(first.bytes, other.bytes, 48) == 0);
        image[i] ^= 0x40;
    }
}

static void entry_addresses_sizes_and_flags_count(void **state)
{
    (void)state;
    struct measurement first, other;
    for (unsigned change = 0; change < 5; change++) {
        make_image();
        assert_int_equal(measure(&first), 0);
        if (change == 0)
            store_le64(image + 24, 0x400011);
        else if (change == 1)
            set_segment(1, 1, 6, 2 * PAGE, 0x402000, 50, 5000);
        else if (change == 2)
            set_segment(1, 1, 6, 2 * PAGE, 0x401000, 49, 5000);
        else if (change == 3)
            set_segment(1, 1, 6, 2 * PAGE, 0x401000, 50, 5001);
        else
            set_segment(1, 1, 4, 2 * PAGE, 0x401000, 50, 5000);
        assert_int_equal(measure(&other), 0);
        assert_memory_not_equal(first.bytes, other.bytes, 48);
    }
}

static void refuse(const char *what)
{
    struct measurement m;
    if (measure(&m) == 0)
        fail_msg("accepted: %s", what);
    assert_int_equal(err.code, E_IMAGE);
    assert_true(err.what[0] != '\0');
}

static void headers_that_are_not_a_keep_image_are_refused(void **state)
{
    (void)state;
    static const struct {
        unsigned at;
        uint8_t value;
        const char *what;
    } wrong[] = {
        {0, 0x7e, "another magic"},
        {4, 1, "32-bit"},
        {5, 2, "big endian"},
        {6, 2, "another version"},
        {7, 3, "an ABI"},
        {16, 3, "position independent"},
        {16, 1, "an object file"},
        {18, 183, "another machine"},
        {20, 2, "another version"},
        {54, 32, "small program headers"},
        {56, 200, "more program headers than bytes"},
        {24, 0xff, "no entry"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make_image();
        image[wrong[i].at] = wrong[i].value;
        if (wrong[i].at == 24)
            store_le64(image + 24, 0x401000); /* in the data */
        if (wrong[i].at == 56)
            store_le16(image + 56, UINT16_MAX);
        refuse(wrong[i].what);
    }
}

static void segments_that_a_loader_could_misread_are_refused(void **state)
{
    (void)state;
    static const struct {
        uint32_t type, flags;
        uint64_t offset, address, file_size, memory_size;
        const char *what;
    } wrong[] = {
        {1, 7, 2 * PAGE, 0x401000, 50, 50, "writable and executable"},
        {1, 2, 2 * PAGE, 0x401000, 50, 50, "write only"},
        {1, 0, 2 * PAGE, 0x401000, 50, 50, "no access"},
        {1, 14, 2 * PAGE, 0x401000, 50, 50, "unknown flags"},
        {1, 6, 2 * PAGE + 1, 0x401001, 50, 50, "not at the start of a page"},
        {1, 6, 2 * PAGE, 0x401010, 50, 50, "not at the start of a page in memory"},
        {1, 6, 2 * PAGE, 0x400000, 50, 50, "over the one before"},
        {1, 6, 2 * PAGE, 0x3ff000, 50, 50, "below the one before"},
        {1, 6, 2 * PAGE, 0x401000, 51, 50, "more bytes than memory"},
        {1, 6, 2 * PAGE, 0x401000, 0, 0, "empty"},
        {1, 6, 2 * PAGE, 0x401000, IMAGE_SIZE, IMAGE_SIZE, "past the end of the file"},
        {1, 6, 2 * PAGE, 0x401000, UINT64_MAX, UINT64_MAX, "of all memory"},
        {1, 6, UINT64_MAX - PAGE + 1, 0x401000, PAGE, PAGE, "at an offset that wraps"},
        {1, 6, 2 * PAGE, UINT64_MAX - PAGE + 1, 50, PAGE, "at an address that wraps"},
        {1, 6, 2 * PAGE, 0xfffffffffffff000, 50, 5000, "at an address whose end wraps"},
        {3, 4, 2 * PAGE, 0x401000, 50, 50, "an interpreter"},
        {2, 6, 2 * PAGE, 0x401000, 50, 50, "a dynamic section"},
        {7, 4, 2 * PAGE, 0x401000, 50, 50, "thread-local storage"},
        {0x6474e551, 7, 0, 0, 0, 0, "an executable stack"},
        {0x6474e552, 4, 2 * PAGE, 0x401000, 50, 50, "relocations that are made read-only"},
        {0, 0, 0, 0, 0, 0, "an unused header"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        make_image();
        set_segment(1, wrong[i].type, wrong[i].flags, wrong[i].offset, wrong[i].address, wrong[i].file_size,
                    wrong[i].memory_size);
        refuse(wrong[i].what);
    }
}

static void more_segments_than_the_limit_are_refused(void **state)
{
    (void)state;
    make_image();
    for (unsigned i = 0; i < 17; i++)
        set_segment(i, 1, 4 + (i == 0), PAGE, 0x400000 + i * PAGE, 300, 300);
    store_le16(image + 56, 16);
    struct measurement m;
    assert_int_equal(measure(&m), 0);
    store_le16(image + 56, 17);
    refuse("17 segments");
}

static void every_truncation_that_cuts_what_is_loaded_is_refused(void **state)
{
    (void)state;
    make_image();
    for (size_t cut = 0; cut < 2 * PAGE + 50; cut += cut < 256 ? 1 : 37) {
        struct measurement m;
        uint8_t *copy = malloc(cut ? cut : 1);
        assert_non_null(copy);
        memcpy(copy, image, cut);
        assert_int_equal(measure_process(span_of(copy, cut), &m, &err), -1);
        free(copy);
    }
}

static void the_table_knows_names_and_near_misses(void **state)
{
    (void)state;
    const char *nearest = NULL;
    assert_non_null(measure_find("process", &nearest));
    assert_string_equal(measure_find("process", NULL)->image, "keep-process");
    assert_null(measure_find("proces", &nearest));
    assert_string_equal(nearest, "process");
    assert_null(measure_find("quantum", &nearest));
    assert_null(nearest);
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measurement_is_that_of_the_protocol),
        cmocka_unit_test(every_bit_that_is_loaded_counts_and_no_other),
        cmocka_unit_test(entry_addresses_sizes_and_flags_count),
        cmocka_unit_test(headers_that_are_not_a_keep_image_are_refused),
        cmocka_unit_test(segments_that_a_loader_could_misread_are_refused),
        cmocka_unit_test(more_segments_than_the_limit_are_refused),
        cmocka_unit_test(every_truncation_that_cuts_what_is_loaded_is_refused),
        cmocka_unit_test(the_table_knows_names_and_near_misses),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

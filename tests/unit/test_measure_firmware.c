/* SPDX-License-Identifier: Apache-2.0 */
/* Launch digests of firmware: the metadata that decide them are read within bounds, and what a launch would
 * refuse or what could be read two ways is refused with its place. That digests are right is also the
 * business of tests/conformance/measure.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>

#include "../../src/measure/guid_table.h"
#include "../../src/measure/sev_metadata.h"
#include "../../src/measure/tdvf.h"
#include "../../src/measure/vmsa.h"
#include "measure_corpus.h"

/* Places in measure_firmware/sev, and in .../both (whose TDVF descriptor and table of four entries differ).
 */
enum {
    SEV_AT = 0x1400,
    SEV_SECTION_0 = SEV_AT + 16,
    SEV_SECTION_1 = SEV_SECTION_0 + 12,
    SEV_SECTION_3 = SEV_SECTION_0 + 36,
    TABLE_SEV = 0x1f88,    /* distance, size, GUID */
    TABLE_RESET = 0x1f9e,  /* address, size, GUID */
    TABLE_HASHES = 0x1fb4, /* address, size; size, GUID */
    TABLE_FOOTER = 0x1fce, /* size, GUID */
    TDVF_AT = 0x1800,
    TDVF_SECTION_0 = TDVF_AT + 16,
    TDVF_SECTION_HOB = TDVF_SECTION_0 + 2 * 32,
    TDVF_SECTION_TEMP = TDVF_SECTION_0 + 3 * 32,
    TDVF_SECTION_PERM = TDVF_SECTION_0 + 4 * 32,
    TDVF_SECTION_LAST = TDVF_SECTION_0 + 5 * 32,
};

#define REFUSES(tee, name, changes) corpus_refuses(tee, name, changes, sizeof(changes) / sizeof *(changes))

static struct corpus_image image;

static void digests_are_those_of_the_reference(void **state)
{
    (void)state;
    static const struct {
        const char *tee, *name;
        struct measure_options options;
        const char *digest;
    } rows[] = {
        {"snp",
         "measure_firmware/sev",
         {.vcpus = 2},
         "b204d6e514875846d420daf9f2f45f717a5d2d411e1c388fc574fb96f9ce32b0"
         "64ea2ae8c69fc8fb7282b4437a013567"},
        {"snp",
         "measure_firmware/sev",
         {.profile = "ec2", .vcpus = 2, .guest_features = 0x21},
         "84c6acda76c86d89ff6ac76e1dd1a1296142f23d28d6b9915f2d1cbd9ec92a2f"
         "dc6d32e181879f24e38dcfcf9dcd8512"},
        {"snp",
         "measure_firmware/sev",
         {.profile = "gce"},
         "3a7f300d3aae3050f77aa739631d1bc8f510ad57f2132868e98976796602f7b4"
         "4426efba51aa6da636e886bb9f2dc635"},
        {"snp",
         "measure_firmware/sev",
         {.vcpu_type = "EPYC-Milan",
          .has_kernel = true,
          .kernel = SPAN_LITERAL("kernel"),
          .initrd = SPAN_LITERAL("initrd"),
          .append = SPAN_LITERAL("quiet")},
         "d888c1a4ecf38f4aa13baa5aa56b10f048f0acd4dacfced74535d8d417cc7426"
         "dce3425bdc474cabef6cf3de2fb4c6c7"},
        {"sev-es",
         "measure_firmware/sev",
         {.vcpus = 3,
          .has_kernel = true,
          .kernel = SPAN_LITERAL("kernel"),
          .initrd = SPAN_LITERAL("initrd"),
          .append = SPAN_LITERAL("quiet")},
         "3395677a29b7ea94c64e064ade62623ebfea85a64c4bfed15dd578dcd357de0b"},
        {"sev-es",
         "measure_firmware/both",
         {.vcpu_type = "0x1234"},
         "ae415c4fb9fa020bd6158ab6777ff88ac1d0a14114bdf9c26923fa10bcd13c40"},
        {"sev",
         "measure_firmware/sev",
         {.has_kernel = true,
          .kernel = SPAN_LITERAL("kernel"),
          .initrd = SPAN_LITERAL("initrd"),
          .append = SPAN_LITERAL("quiet")},
         "ade6445e17e7a70a1742b34de880734be2ceb44122970f23937caa24134842aa"},
        {"sev",
         "measure_firmware/pointer",
         {.vcpus = 0},
         "6b55df3e0dd4e8ceaa33da835cf1a68e0c0f9e7597e6bbaaf045d7e32d3abb30"},
        {"tdx",
         "measure_firmware/both",
         {.profile = "single-pass"},
         "e3e850512436592b30b248254870531e4807b88816e9956394bdff26bef9928f"
         "2171b34615bc350563121d1478fbafae"},
        {"tdx",
         "measure_firmware/both",
         {.profile = "two-pass"},
         "ff411d2c0da7d672b9190cb2e790f0ed619c43a02ad4fa4a6f8a28aca8d813b7"
         "aee8de537cfacac19351953df6636f95"},
        {"tdx",
         "measure_firmware/pointer",
         {.profile = "single-pass"},
         "11d20ea2cc34e9d56bfb3183f783f4f978efe638dc9f849e1ee163d1eb75d63f"
         "f589bfe3cef792fac1d7a18292b3f087"},
        {"tdx",
         "measure_firmware/pointer",
         {.profile = "two-pass"},
         "b812dca34b74703ab6f3db1a6f8545d244ace56244eadd7dbbe9dc3eee9fcfb4"
         "cda8012bf70cb28c00a18e35b5cf309e"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        corpus_digest(rows[i].tee, rows[i].name, &rows[i].options, rows[i].digest);
}

static void a_guid_table_that_does_not_add_up_is_refused(void **state)
{
    (void)state;
    static const struct corpus_change changes[] = {
        {TABLE_FOOTER, 2, 17, "size of the GUID table at offset 0x1fce", "18 bytes or more"},
        {TABLE_FOOTER, 2, 0xffff, "size of the GUID table", "inside the image"},
        {TABLE_FOOTER, 2, 87, "size of a GUID table entry", "inside the table"},
        {TABLE_FOOTER, 2, 78, "GUID table's first entry", "at least 18 bytes"},
        {TABLE_HASHES + 8, 2, 17, "size of a GUID table entry at offset 0x1fbc", "18 bytes or more"},
        {TABLE_HASHES + 8, 2, 71, "size of a GUID table entry", "inside the table"},
        {TABLE_SEV, 4, 0x2001, "distance of a structure", "inside the image"},
        {TABLE_SEV, 4, 15, "distance of a structure", "inside the image"},
    };
    REFUSES("snp", "measure_firmware/sev", changes);
    REFUSES("sev", "measure_firmware/sev", changes);
}

static void entries_twice_too_many_or_of_another_size_are_refused(void **state)
{
    (void)state;
    corpus_load("measure_firmware/sev", &image);
    memcpy(image.bytes + TABLE_RESET + 6, image.bytes + TABLE_HASHES + 10, 16);
    corpus_refused("snp", &image, NULL, "GUID table at offset 0x1fa4", "each GUID once");
    /* The digests' entry with four bytes, where another one has eight. */
    image.bytes[TABLE_HASHES + 10] ^= 1;
    corpus_refused("snp", &image, NULL, "GUID table entry", "8 bytes");
    corpus_load("measure_firmware/both", &image);
    for (size_t i = 0; i < 33; i++) {
        corpus_put(&image, TABLE_FOOTER - 18 * (i + 1), 2, 18);
        memset(image.bytes + TABLE_FOOTER - 18 * (i + 1) + 2, (int)i + 1, 16);
    }
    corpus_put(&image, TABLE_FOOTER, 2, 18 * 34);
    corpus_refused("tdx", &image, NULL, "GUID table", "at most 32 entries");
}

static void sev_metadata_that_a_launch_would_refuse_are_refused(void **state)
{
    (void)state;
    static const struct corpus_change changes[] = {
        {SEV_AT, 1, 'B', "signature of the SEV metadata at offset 0x1400", "ASEV"},
        {SEV_AT + 4, 4, 87, "size of the SEV metadata", "12 for each section"},
        {SEV_AT + 8, 4, 2, "version of the SEV metadata", "0x1"},
        {SEV_AT + 12, 4, 0, "number of SEV metadata sections", "1 to 64"},
        {SEV_AT + 12, 4, 65, "number of SEV metadata sections", "1 to 64"},
        {SEV_AT + 12, 4, 7, "size of the SEV metadata", "12 for each section"},
        {SEV_SECTION_0 + 8, 4, 0, "type of an SEV metadata section at offset 0x1418", "0x10"},
        {SEV_SECTION_0 + 8, 4, 5, "type of an SEV metadata section", "0x10"},
        {SEV_SECTION_0 + 8, 4, 0x11, "type of an SEV metadata section", "0x10"},
        {SEV_SECTION_0, 4, 0x800800, "address of an SEV metadata section", "multiple of 0x1000"},
        {SEV_SECTION_0 + 4, 4, 0x1800, "size of an SEV metadata section", "multiple of 0x1000"},
        {SEV_SECTION_1 + 4, 4, 0, "size of an SEV metadata section", "0x1000"},
        {SEV_SECTION_1 + 4, 4, 0x2000, "size of an SEV metadata section", "0x1000"},
        {SEV_SECTION_3 + 8, 4, 2, "type of an SEV metadata section", "one section of this type"},
        {SEV_SECTION_0, 4, 0xffffd000, "address of an SEV metadata section", "below the image"},
        {SEV_SECTION_0 + 4, 4, 0xfffff000, "address of an SEV metadata section", "below the image"},
        {SEV_SECTION_3, 4, 0x803000, "address of an SEV metadata section at offset 0x1434",
         "no section before"},
        {TABLE_HASHES + 4, 4, 0x401, "size of the kernel's digests", "ends in their page"},
    };
    REFUSES("snp", "measure_firmware/sev", changes);
}

static void what_the_options_need_must_be_in_the_image(void **state)
{
    (void)state;
    const struct measure_options two = {.vcpus = 2}, kernel = {.has_kernel = true};
    corpus_load("measure_firmware/sev", &image);
    image.bytes[TABLE_RESET + 6] ^= 1;
    corpus_refused("snp", &image, &two, "second vCPU", "00f771de");
    corpus_refused("sev-es", &image, &two, "second vCPU", "00f771de");
    corpus_load("measure_firmware/sev", &image);
    image.bytes[TABLE_SEV + 6] ^= 1;
    corpus_refused("snp", &image, NULL, "not made for SNP", "dc886566");
    corpus_load("measure_firmware/sev", &image);
    corpus_put(&image, TABLE_HASHES + 4, 4, 175);
    corpus_refused("snp", &image, &kernel, "checks no kernel", "176 bytes");
    corpus_refused("sev", &image, &kernel, "checks no kernel", "176 bytes");
    corpus_load("measure_firmware/sev", &image);
    corpus_put(&image, TABLE_HASHES, 4, 0x806c00); /* another page than that of the section */
    corpus_refused("snp", &image, &kernel, "checks no kernel", "0x10");
    corpus_load("measure_firmware/both", &image);
    corpus_refused("sev-es", &image, &kernel, "checks no kernel", "7255371f");
}

static void tdvf_metadata_that_a_launch_would_refuse_are_refused(void **state)
{
    (void)state;
    static const struct corpus_change changes[] = {
        {TDVF_AT, 1, 'X', "signature of the TDVF descriptor at offset 0x1800", "TDVF"},
        {TDVF_AT + 4, 4, 207, "size of the TDVF descriptor", "32 for each section"},
        {TDVF_AT + 8, 4, 2, "version of the TDVF descriptor", "0x1"},
        {TDVF_AT + 12, 4, 0, "number of TDVF sections", "1 to 64"},
        {TDVF_AT + 12, 4, 65, "number of TDVF sections", "1 to 64"},
        {TDVF_SECTION_0, 4, 0x1001, "raw data of a TDVF section at offset 0x1810", "inside the image"},
        {TDVF_SECTION_0 + 4, 4, 0xffffffff, "raw data of a TDVF section", "inside the image"},
        {TDVF_SECTION_0 + 4, 4, 0, "raw size of a TDVF firmware volume", "its bytes"},
        {TDVF_SECTION_HOB + 4, 4, 1, "raw size of a TDVF memory section", "0x0"},
        {TDVF_SECTION_HOB + 28, 4, 1, "attributes of a TDVF section", "what the host fills"},
        {TDVF_SECTION_TEMP + 24, 4, 9, "type of a TDVF section", "0 to 8"},
        {TDVF_SECTION_TEMP + 24, 4, 7, "memory of a TDVF description", "neither address"},
        {TDVF_SECTION_TEMP + 24, 4, 8, "memory of a TDVF description", "neither address"},
        {TDVF_SECTION_TEMP + 28, 4, 4, "attributes of a TDVF section", "bits 0 and 1"},
        {TDVF_SECTION_PERM + 28, 4, 3, "attributes of a TDVF section", "PAGE.AUG"},
        {TDVF_SECTION_0 + 28, 4, 2, "attributes of a TDVF section", "PAGE.AUG"},
        {TDVF_SECTION_TEMP + 8, 8, 0x800001, "address of a TDVF section", "multiple of 0x1000"},
        {TDVF_SECTION_TEMP + 16, 8, 0, "memory size of a TDVF section", "pages"},
        {TDVF_SECTION_TEMP + 16, 8, 0x1001, "memory size of a TDVF section", "pages"},
        {TDVF_SECTION_LAST + 16, 8, 0x1000, "memory size of a TDVF section", "at least its raw size"},
        {TDVF_SECTION_TEMP + 8, 8, UINT64_C(1) << 52, "address of a TDVF section", "52 bits"},
        {TDVF_SECTION_TEMP + 16, 8, UINT64_MAX - 0xfff, "address of a TDVF section", "52 bits"},
        {TDVF_SECTION_TEMP + 8, 8, 0x809000, "address of a TDVF section", "no section before"},
        {TDVF_SECTION_LAST + 16, 8, 0x40000000, "memory of the TDVF sections", "1 GiB"},
    };
    REFUSES("tdx", "measure_firmware/both", changes);
    corpus_load("measure_firmware/both", &image);
    corpus_put(&image, TDVF_SECTION_TEMP + 24, 4, TDVF_PAYLOAD);
    corpus_put(&image, TDVF_SECTION_TEMP + 28, 4, TDVF_EXTEND_MR);
    corpus_refused("tdx", &image, NULL, "attributes of a TDVF section", "what the host fills");
}

static void an_image_without_a_descriptor_is_no_trust_domain(void **state)
{
    (void)state;
    static const uint32_t nowhere[] = {0, 0x1ff1, 0xffffffff};
    for (size_t i = 0; i < sizeof nowhere / sizeof *nowhere; i++) {
        corpus_load("measure_firmware/pointer", &image);
        corpus_put(&image, 0x1fe0, 4, nowhere[i]);
        corpus_refused("tdx", &image, NULL, "no TDVF descriptor", "e47a6535");
    }
    /* With a GUID table, the pointer of images without one is not looked at. */
    corpus_load("measure_firmware/sev", &image);
    corpus_put(&image, 0x1fe0, 4, TDVF_AT);
    corpus_refused("tdx", &image, NULL, "no TDVF descriptor", "e47a6535");
    image.size = 16;
    corpus_refused("tdx", &image, NULL, "no TDVF descriptor", "e47a6535");
}

static void an_image_is_whole_pages(void **state)
{
    (void)state;
    corpus_load("measure_firmware/sev", &image);
    image.size--;
    corpus_refused("snp", &image, NULL, "end at offset 0x1fff", "whole number of pages");
    image.size = 0;
    corpus_refused("sev", &image, NULL, "end at offset 0x0", "whole number of pages");
}

static bool changes_digest(const char *tee, size_t at, const struct measured *first)
{
    struct measured other;
    struct casemate_error err;
    image.bytes[at] ^= 0x20;
    const int result = corpus_measure(tee, &image, NULL, &other, &err);
    image.bytes[at] ^= 0x20;
    return result || memcmp(other.value.bytes, first->value.bytes, first->value.size) != 0;
}

static void every_byte_of_an_snp_image_counts(void **state)
{
    (void)state;
    struct measured first;
    struct casemate_error err;
    corpus_load("measure_firmware/sev", &image);
    assert_int_equal(corpus_measure("snp", &image, NULL, &first, &err), 0);
    for (size_t i = 0; i < image.size; i += 61)
        assert_true(changes_digest("snp", i, &first));
}

static void of_a_trust_domain_those_bytes_count_that_are_extended(void **state)
{
    (void)state;
    struct measured first;
    struct casemate_error err;
    corpus_load("measure_firmware/both", &image);
    assert_int_equal(corpus_measure("tdx", &image, NULL, &first, &err), 0);
    assert_int_equal(first.note_count, 1);
    assert_non_null(strstr(first.note[0], "section 1, the firmware's variables"));
    for (size_t i = 0; i < image.size; i += 61)
        assert_true(changes_digest("tdx", i, &first) == (i >= 0x100));
}

static void code_that_no_measurement_covers_is_said(void **state)
{
    (void)state;
    struct measured result;
    struct casemate_error err;
    corpus_load("measure_firmware/both", &image);
    corpus_put(&image, TDVF_SECTION_0 + 28, 4, 0);
    assert_int_equal(corpus_measure("tdx", &image, NULL, &result, &err), 0);
    assert_non_null(strstr(result.note[0], "section 0 holds code that is not part"));
}

static void every_truncation_is_refused_or_within_bounds(void **state)
{
    (void)state;
    static const char *const tees[] = {"snp", "sev-es", "sev", "tdx"};
    for (size_t cut = 0; cut < 0x2000; cut += cut % 0x1000 < 0x40 ? 1 : 0x40)
        for (size_t i = 0; i < 4; i++) {
            struct measured result;
            struct casemate_error err;
            corpus_load("measure_firmware/both", &image);
            image.size = cut;
            const int done = corpus_measure(tees[i], &image, NULL, &result, &err);
            /* Its first page alone has no metadata, which plain SEV and SEV-ES do not need. */
            assert_int_equal(done, cut == 0x1000 && (i == 1 || i == 2) ? 0 : -1);
        }
}

static void vcpu_types_are_models_or_signatures(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        uint32_t signature;
    } good[] = {{"EPYC", 0x800f12},          {"EPYC-v5", 0x800f12},
                {"EPYC-IBPB", 0x800f12},     {"EPYC-Rome", 0x830f10},
                {"EPYC-Milan-v3", 0xa00f11}, {"EPYC-Genoa", 0xa10f10},
                {"EPYC-Turin-v1", 0xb00f00}, {"0x0", 0},
                {"0xFFFFFFFF", 0xffffffff}};
    static const char *const bad[] = {"",     "EPYC-v0",  "EPYC-v6", "EPYC-v11",    "EPYC-IBPB-v1",
                                      "epyc", "EPYC-Rom", "0x",      "0x1ffffffff", "0x-1",
                                      "0xg",  "800f12"};
    struct casemate_error err;
    uint32_t signature;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(vcpu_signature(good[i].type, &signature, &err), 0);
        assert_int_equal(signature, good[i].signature);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err.code = E_NONE;
        if (vcpu_signature(bad[i], &signature, &err) == 0)
            fail_msg("accepted: %s", bad[i]);
        assert_int_equal(err.code, E_USAGE);
    }
}

static void options_that_change_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *tee;
        struct measure_options options;
    } wrong[] = {
        {"tdx", {.vcpus = 1}},
        {"tdx", {.vcpu_type = "EPYC"}},
        {"sev", {.vcpus = 1}},
        {"snp", {.vcpu_type = "EPIC"}},
        {"sev-es", {.vcpu_type = "EPIC"}},
        {"sev-es", {.guest_features = 1}},
        {"tdx", {.has_kernel = true}},
        {"snp", {.sigstruct = {(const uint8_t *)"x", 1}}},
        {"snp", {.initrd = {(const uint8_t *)"x", 1}}},
        {"snp", {.append = {(const uint8_t *)"x", 1}}},
        {"snp", {.vcpus = MEASURE_VCPUS_MAX + 1}},
        {"snp", {.guest_features = 0x20}},
        {"snp", {.profile = "single-pass"}},
        {"snp", {.profile = "gce", .vcpu_type = "EPYC"}},
        {"sev", {.profile = "qemu"}},
        {"process", {.profile = "qemu"}},
    };
    corpus_load("measure_firmware/both", &image);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct casemate_error err = {0};
        struct measured result;
        if (corpus_measure(wrong[i].tee, &image, &wrong[i].options, &result, &err) == 0)
            fail_msg("accepted: %zu", i);
        assert_int_equal(err.code, E_USAGE);
    }
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_those_of_the_reference),
        cmocka_unit_test(a_guid_table_that_does_not_add_up_is_refused),
        cmocka_unit_test(entries_twice_too_many_or_of_another_size_are_refused),
        cmocka_unit_test(sev_metadata_that_a_launch_would_refuse_are_refused),
        cmocka_unit_test(what_the_options_need_must_be_in_the_image),
        cmocka_unit_test(tdvf_metadata_that_a_launch_would_refuse_are_refused),
        cmocka_unit_test(an_image_without_a_descriptor_is_no_trust_domain),
        cmocka_unit_test(an_image_is_whole_pages),
        cmocka_unit_test(every_byte_of_an_snp_image_counts),
        cmocka_unit_test(of_a_trust_domain_those_bytes_count_that_are_extended),
        cmocka_unit_test(code_that_no_measurement_covers_is_said),
        cmocka_unit_test(every_truncation_is_refused_or_within_bounds),
        cmocka_unit_test(vcpu_types_are_models_or_signatures),
        cmocka_unit_test(options_that_change_nothing_are_refused),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

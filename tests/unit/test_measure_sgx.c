/* SPDX-License-Identifier: Apache-2.0 */
/* SGX streams and SIGSTRUCTs: canonical streams only, what EADD or EINIT would refuse is refused with its
 * place, and a SIGSTRUCT holds for one enclave. The signed images were made once, with a key that is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>

#include "measure_corpus.h"

/* Places in measure_sgxs/signed. */
enum {
    EADD_0 = 64,
    EEXTEND_0 = 128,
    EEXTEND_1 = EEXTEND_0 + 320,
    EADD_TCS = EEXTEND_0 + 16 * 320,
    EADD_LAST = 11776,
    SIG = 11840,
    MODULUS = SIG + 128,
    SIGNATURE = SIG + 516,
    Q1 = SIG + 1040,
    Q2 = SIG + 1424,
};

#define MRENCLAVE "94c8e6b126467c0f0f515afa8264622eeeaa9331345787b80c276857e0420245"

static struct corpus_image image;

static void the_measurement_is_that_of_the_reference(void **state)
{
    (void)state;
    corpus_digest("sgx", "measure_sgxs/enclave", NULL, MRENCLAVE);
    corpus_digest("sgx", "measure_sgxs/signed", NULL, MRENCLAVE);
}

static void streams_that_are_not_canonical_are_refused(void **state)
{
    (void)state;
    static const struct corpus_change changes[] = {
        {0, 1, 'X', "tag of a record at offset 0x0", "ECREATE, EADD"},
        {0, 8, 0x44455a49534e55, "SGX stream at offset 0x0", "not UNSIZED"},
        {0, 8, 0x44444145, "SGX stream at offset 0x0", "ECREATE at its start"},
        {8, 4, 0, "SSAFRAMESIZE at offset 0x8", "at least 0x1"},
        {12, 8, 0x1000, "size of the enclave at offset 0xc", "power of two"},
        {12, 8, 0x6000, "size of the enclave", "power of two"},
        {12, 8, 0, "size of the enclave", "power of two"},
        {20, 1, 1, "reserved part of ECREATE", "zeros"},
        {63, 1, 1, "reserved part of ECREATE", "zeros"},
        {EADD_0 + 8, 8, 0x800, "offset of EADD at offset 0x48", "a page inside the enclave"},
        {EADD_0 + 8, 8, 0x8000, "offset of EADD", "a page inside the enclave"},
        {EADD_0 + 8, 8, UINT64_MAX - 0xfff, "offset of EADD", "a page inside the enclave"},
        {EADD_TCS + 8, 8, 0, "offset of EADD", "above the page before"},
        {EADD_0 + 24, 1, 1, "reserved part of EADD", "zeros"},
        {EADD_0 + 63, 1, 1, "reserved part of EADD", "zeros"},
        {EADD_TCS, 1, 'F', "tag of a record", "a SIGSTRUCT"},
        {EEXTEND_0 + 8, 8, 0x80, "offset of EEXTEND", "256 bytes of the page"},
        {EEXTEND_0 + 8, 8, 0x1000, "offset of EEXTEND", "256 bytes of the page"},
        {EEXTEND_1 + 8, 8, 0, "offset of EEXTEND", "each 256 bytes once"},
        {EEXTEND_0 + 16, 1, 1, "reserved part of EEXTEND", "zeros"},
        {EEXTEND_0 + 63, 1, 1, "reserved part of EEXTEND", "zeros"},
        {EADD_0, 8, 0x444e4554584545, "offset of EEXTEND", "the page just added"},
    };
    corpus_refuses("sgx", "measure_sgxs/signed", changes, sizeof changes / sizeof *changes);
    corpus_load("measure_sgxs/signed", &image);
    memcpy(image.bytes + EADD_TCS, image.bytes, 64);
    corpus_refused("sgx", &image, NULL, "SGX stream", "one ECREATE");
}

static void pages_of_other_kinds_and_permissions_are_refused(void **state)
{
    (void)state;
    static const uint64_t regular[] = {0x202, 0x206, 0x208, 0x210, 0x220,   0x240,
                                       0x280, 0x5,   0x305, 0x405, 0x10205, UINT64_C(1) << 63 | 0x205};
    static const uint64_t tcs[] = {0x101, 0x102, 0x104, 0x103};
    for (size_t i = 0; i < sizeof regular / sizeof *regular; i++) {
        corpus_load("measure_sgxs/enclave", &image);
        corpus_put(&image, EADD_0 + 16, 8, regular[i]);
        corpus_refused("sgx", &image, NULL, "SECINFO.FLAGS at offset 0x50", "regular page");
    }
    for (size_t i = 0; i < sizeof tcs / sizeof *tcs; i++) {
        corpus_load("measure_sgxs/enclave", &image);
        corpus_put(&image, EADD_TCS + 16, 8, tcs[i]);
        corpus_refused("sgx", &image, NULL, "SECINFO.FLAGS", "TCS without permissions");
    }
}

static void a_stream_ends_where_a_record_ends(void **state)
{
    (void)state;
    size_t accepted = 0;
    for (size_t cut = 0; cut < SIG; cut += 32) {
        struct measured result;
        struct casemate_error err;
        corpus_load("measure_sgxs/enclave", &image);
        image.size = cut;
        accepted += corpus_measure("sgx", &image, NULL, &result, &err) == 0;
    }
    /* After ECREATE, after each EADD but the last, after each of the 36 chunks. */
    assert_int_equal(accepted, 1 + 3 + 36);
}

static void what_is_not_measured_is_said(void **state)
{
    (void)state;
    struct measured result;
    struct casemate_error err;
    corpus_load("measure_sgxs/enclave", &image);
    assert_int_equal(corpus_measure("sgx", &image, NULL, &result, &err), 0);
    assert_string_equal(result.note[0], "4 pages, 1 of them TCS");
    assert_string_equal(result.note[1],
                        "30 times 256 bytes of these pages are not measured: the host chooses them");
    assert_string_equal(result.note[2], "no SIGSTRUCT was checked");
}

static void a_sigstruct_is_checked_as_einit_does(void **state)
{
    (void)state;
    static const struct corpus_change changes[] = {
        {SIG + 16, 4, 5, "SIGSTRUCT.VENDOR at offset 0x10", "0x8086"},
        {SIG + 24, 1, 2, "SIGSTRUCT.HEADER2", "0101"},
        {SIG + 39, 1, 1, "SIGSTRUCT.HEADER2", "0101"},
        {SIG + 44, 1, 1, "reserved part of the SIGSTRUCT at offset 0x2c", "zeros"},
        {SIG + 127, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 910, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 911, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 992, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 1007, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 1028, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 1039, 1, 1, "reserved part of the SIGSTRUCT", "zeros"},
        {SIG + 512, 4, 65537, "SIGSTRUCT.EXPONENT", "0x3"},
        {MODULUS + 383, 1, 0x7f, "SIGSTRUCT.MODULUS", "3072 bits"},
        {MODULUS, 1, 2, "SIGSTRUCT.MODULUS", "odd"},
    };
    corpus_refuses("sgx", "measure_sgxs/signed", changes, sizeof changes / sizeof *changes);
}

static void every_bit_that_is_signed_counts(void **state)
{
    (void)state;
    /* Vendor and reserved fields have their own rows. */
    static const struct {
        size_t from, to;
        const char *what;
    } parts[] = {{20, 24, "signature does not fit"},
                 {40, 44, "signature does not fit"},
                 {129, 511, "signature does not fit"},
                 {516, 900, "signature does not fit"},
                 {900, 910, "signature does not fit"},
                 {912, 992, "signature does not fit"},
                 {1008, 1028, "signature does not fit"},
                 {1040, 1424, "Q1 and Q2"},
                 {1424, 1808, "Q1 and Q2"}};
    corpus_load("measure_sgxs/signed", &image);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t at = parts[i].from; at < parts[i].to; at++) {
            image.bytes[SIG + at] ^= (uint8_t)(1 << at % 8);
            corpus_refused("sgx", &image, NULL, parts[i].what, "");
            image.bytes[SIG + at] ^= (uint8_t)(1 << at % 8);
        }
}

static void quotients_are_exact(void **state)
{
    (void)state;
    static const uint8_t zero[SIGSTRUCT_KEY_SIZE];
    uint8_t q[SIGSTRUCT_KEY_SIZE];
    corpus_load("measure_sgxs/signed", &image);
    const uint8_t *b = image.bytes;
    assert_true(sigstruct_quotients(b + SIGNATURE, b + MODULUS, b + Q1, b + Q2));
    assert_false(sigstruct_quotients(b + SIGNATURE, b + MODULUS, b + Q2, b + Q1));
    assert_false(sigstruct_quotients(b + SIGNATURE, b + MODULUS, zero, b + Q2));
    assert_false(sigstruct_quotients(b + SIGNATURE, b + MODULUS, b + Q1, zero));
    for (int step = -1; step <= 1; step += 2)
        for (int which = 0; which < 2; which++) {
            memcpy(q, b + (which ? Q2 : Q1), sizeof q);
            for (size_t i = 0; i < sizeof q; i++) { /* with the carry */
                const uint8_t before = q[i];
                q[i] = (uint8_t)(q[i] + step);
                if (step > 0 ? before != 0xff : before != 0)
                    break;
            }
            assert_false(which ? sigstruct_quotients(b + SIGNATURE, b + MODULUS, b + Q1, q)
                               : sigstruct_quotients(b + SIGNATURE, b + MODULUS, q, b + Q2));
        }
}

static void a_sigstruct_of_another_size_or_enclave_is_refused(void **state)
{
    (void)state;
    corpus_load("measure_sgxs/signed", &image);
    image.size--;
    corpus_refused("sgx", &image, NULL, "SIGSTRUCT at offset 0x0", "1808");
    image.size += 2;
    corpus_refused("sgx", &image, NULL, "SIGSTRUCT at offset 0x0", "1808");
    corpus_load("measure_sgxs/signed-by-another", &image);
    corpus_refused("sgx", &image, NULL, "signs another enclave", "");
    corpus_load("measure_sgxs/signed", &image);
    image.bytes[EEXTEND_0 + 64] ^= 1;
    corpus_refused("sgx", &image, NULL, "signs another enclave", "");
}

static void the_signer_is_reported(void **state)
{
    (void)state;
    struct measured result;
    struct casemate_error err;
    corpus_load("measure_sgxs/signed", &image);
    assert_int_equal(corpus_measure("sgx", &image, NULL, &result, &err), 0);
    assert_true(result.has_signer);
    assert_int_equal(result.signer.product_id, 7);
    assert_int_equal(result.signer.svn, 3);
    assert_int_equal(result.signer.date, 0x20260131);
    assert_false(result.signer.debug_allowed || result.signer.debug_only);
    assert_int_equal(result.note_count, 2);
    corpus_load("measure_sgxs/signed-debug", &image);
    assert_int_equal(corpus_measure("sgx", &image, NULL, &result, &err), 0);
    assert_true(result.signer.debug_allowed && result.signer.debug_only);
    assert_string_equal(result.note[2],
                        "the SIGSTRUCT makes only debug enclaves, whose memory the host reads");
}

static void a_sigstruct_may_be_a_file_of_its_own(void **state)
{
    (void)state;
    static struct corpus_image whole;
    struct measured result;
    struct casemate_error err;
    corpus_load("measure_sgxs/signed", &whole);
    const struct measure_options options = {.sigstruct = span_of(whole.bytes + SIG, SIGSTRUCT_SIZE)};
    corpus_load("measure_sgxs/enclave", &image);
    assert_int_equal(corpus_measure("sgx", &image, &options, &result, &err), 0);
    assert_true(result.has_signer);
    corpus_load("measure_sgxs/signed-debug", &image);
    assert_int_equal(corpus_measure("sgx", &image, &options, &result, &err), -1);
    assert_int_equal(err.code, E_USAGE); /* it brings one */
    whole.bytes[SIG] ^= 1;
    corpus_load("measure_sgxs/enclave", &image);
    corpus_refused("sgx", &image, &options, "SIGSTRUCT.HEADER at offset 0x0", "0600");
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_measurement_is_that_of_the_reference),
        cmocka_unit_test(streams_that_are_not_canonical_are_refused),
        cmocka_unit_test(pages_of_other_kinds_and_permissions_are_refused),
        cmocka_unit_test(a_stream_ends_where_a_record_ends),
        cmocka_unit_test(what_is_not_measured_is_said),
        cmocka_unit_test(a_sigstruct_is_checked_as_einit_does),
        cmocka_unit_test(every_bit_that_is_signed_counts),
        cmocka_unit_test(quotients_are_exact),
        cmocka_unit_test(a_sigstruct_of_another_size_or_enclave_is_refused),
        cmocka_unit_test(the_signer_is_reported),
        cmocka_unit_test(a_sigstruct_may_be_a_file_of_its_own),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Digests, P-256 keys and signatures, the owner's message; and bytes.h, on which they stand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>

#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"

static void expect_hex(const uint8_t *bytes, size_t size, const char *expected)
{
    char text[2 * 128 + 1];
    hex_encode(bytes, size, text);
    assert_string_equal(text, expected);
}

static void digests_of_parts_are_those_of_the_whole(void **state)
{
    (void)state;
    /* FIPS 180-4, "abc" */
    const struct span parts[] = {SPAN_LITERAL("a"), span_of(NULL, 0), SPAN_LITERAL("bc")};
    uint8_t digest[64];
    assert_int_equal(crypto_sha256(parts, 3, digest), 0);
    expect_hex(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(crypto_sha384(parts, 3, digest), 0);
    expect_hex(digest, 48,
               "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
               "8086072ba1e7cc2358baeca134c825a7");
    assert_int_equal(crypto_sha512(parts, 3, digest), 0);
    expect_hex(digest, 64,
               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    assert_int_equal(crypto_sha256(NULL, 0, digest), 0);
    expect_hex(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RFC 6979, A.2.5: P-256 with SHA-256, message "sample". */
static const char private_hex[] = "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721";
static const char point_hex[] = "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
                                "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
static const char signature_hex[] = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
                                    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

static uint8_t private_key[P256_PRIVATE_SIZE], point[P256_POINT_SIZE], signature[P256_SIGNATURE_SIZE];

static void the_public_key_and_signature_of_the_rfc_verify(void **state)
{
    (void)state;
    uint8_t own[P256_POINT_SIZE];
    const struct span parts[] = {SPAN_LITERAL("sam"), SPAN_LITERAL("ple")};
    assert_int_equal(crypto_p256_public(private_key, own), 0);
    assert_memory_equal(own, point, sizeof own);
    assert_int_equal(crypto_p256_verify(point, parts, 2, signature), 0);
}

static void a_signature_with_any_bit_flipped_is_refused(void **state)
{
    (void)state;
    const struct span message = SPAN_LITERAL("sample");
    for (unsigned bit = 0; bit < 8 * P256_SIGNATURE_SIZE; bit++) {
        uint8_t bent[P256_SIGNATURE_SIZE];
        memcpy(bent, signature, sizeof bent);
        bent[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(crypto_p256_verify(point, &message, 1, bent), KEEP_ECRYPTO);
    }
}

static void a_signature_over_another_message_or_by_another_key_is_refused(void **state)
{
    (void)state;
    const struct span message = SPAN_LITERAL("sample"), other = SPAN_LITERAL("Sample");
    uint8_t other_private[P256_PRIVATE_SIZE], other_point[P256_POINT_SIZE];
    assert_int_equal(crypto_p256_generate(other_private, other_point), 0);
    assert_int_equal(crypto_p256_verify(point, &other, 1, signature), KEEP_ECRYPTO);
    assert_int_equal(crypto_p256_verify(other_point, &message, 1, signature), KEEP_ECRYPTO);
}

static void a_fresh_key_signs_what_its_point_verifies(void **state)
{
    (void)state;
    const struct span message = SPAN_LITERAL("message");
    uint8_t own_private[P256_PRIVATE_SIZE], own_point[P256_POINT_SIZE], own[P256_SIGNATURE_SIZE];
    assert_int_equal(crypto_p256_generate(own_private, own_point), 0);
    assert_int_equal(crypto_p256_sign(own_private, &message, 1, own), 0);
    assert_int_equal(crypto_p256_verify(own_point, &message, 1, own), 0);
}

static void private_keys_outside_the_group_are_refused(void **state)
{
    (void)state;
    const struct span message = SPAN_LITERAL("message");
    uint8_t bad[P256_PRIVATE_SIZE] = {0}, out[P256_SIGNATURE_SIZE], own_point[P256_POINT_SIZE];
    assert_int_equal(crypto_p256_public(bad, own_point), KEEP_ECRYPTO);
    memset(bad, 0xff, sizeof bad);
    assert_int_equal(crypto_p256_sign(bad, &message, 1, out), KEEP_ECRYPTO);
}

static void an_spki_has_one_form(void **state)
{
    (void)state;
    uint8_t spki[P256_SPKI_SIZE + 1], back[P256_POINT_SIZE];
    crypto_p256_spki(point, spki);
    assert_int_equal(crypto_p256_point(span_of(spki, P256_SPKI_SIZE), back), 0);
    assert_memory_equal(back, point, sizeof back);
    assert_int_equal(crypto_p256_point(span_of(spki, P256_SPKI_SIZE - 1), back), KEEP_ECRYPTO);
    spki[P256_SPKI_SIZE] = 0;
    assert_int_equal(crypto_p256_point(span_of(spki, sizeof spki), back), KEEP_ECRYPTO);
    assert_int_equal(crypto_p256_point(span_of(NULL, 0), back), KEEP_ECRYPTO);
    for (unsigned bit = 0; bit < 8 * P256_SPKI_SIZE; bit++) { /* another form, or a point off the curve */
        spki[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(crypto_p256_point(span_of(spki, P256_SPKI_SIZE), back), KEEP_ECRYPTO);
        spki[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void the_owner_message_is_that_of_the_protocol(void **state)
{
    (void)state;
    /* Worked out from docs/protocol.md with another implementation. */
    static const char expected[] =
        "636173656d6174652d6f776e65722d31fde80624ef1b5e8acb5360134ff45efb3e93795655e63"
        "3e5225d9cb08f483c27606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c"
        "7d7e7f";
    uint8_t filler[3][P256_POINT_SIZE], spki[P256_SPKI_SIZE], message[OWNER_MESSAGE_SIZE];
    static const unsigned keys[3] = {4, 2, 6};
    for (unsigned i = 0; i < 3; i++)
        for (unsigned j = 0; j < P256_POINT_SIZE; j++)
            filler[i][j] = (uint8_t)(keys[i] * 16 + j);
    crypto_p256_spki(filler[0], spki);
    assert_int_equal(owner_message(span_of(spki, sizeof spki), filler[1], filler[2], message), 0);
    expect_hex(message, sizeof message, expected);
    static uint8_t long_spki[P256_SPKI_SIZE + 9];
    assert_int_equal(owner_message(span_of(long_spki, sizeof long_spki), filler[1], filler[2], message),
                     KEEP_ESIZE);
}

static void sizes_that_wrap_are_refused(void **state)
{
    (void)state;
    size_t result;
    assert_int_equal(size_add(SIZE_MAX, 1, &result), KEEP_ESIZE);
    assert_int_equal(size_add(SIZE_MAX - 1, 1, &result), 0);
    assert_int_equal(size_multiply(SIZE_MAX / 2 + 1, 2, &result), KEEP_ESIZE);
    assert_int_equal(size_multiply(SIZE_MAX / 2, 2, &result), 0);
    assert_true(range_inside(4, 4, 8));
    assert_true(range_inside(8, 0, 8));
    assert_false(range_inside(9, 0, 8));
    assert_false(range_inside(4, 5, 8));
    assert_false(range_inside(4, UINT64_MAX, 8));
}

/* row 4 */
static void untrusted_bytes_are_copied_whole_or_not_at_all(void **state)
{
    (void)state;
    static const volatile uint8_t source[4] = {1, 2, 3, 4};
    uint8_t to[4] = {0};
    assert_int_equal(copy_in(to, 3, (struct untrusted_span){source, 4}), KEEP_ESIZE);
    assert_int_equal(to[0], 0);
    assert_int_equal(copy_in(to, 4, (struct untrusted_span){source, 4}), 0);
    assert_int_equal(load_le32(to), 0x04030201);
    assert_int_equal(load_be32(to), 0x01020304);
}

static void constant_time_equality_sees_every_byte(void **state)
{
    (void)state;
    uint8_t a[32] = {0}, b[32] = {0};
    assert_true(bytes_equal_constant_time(a, b, sizeof a));
    for (size_t i = 0; i < sizeof a; i++) {
        b[i] = 0x80;
        assert_false(bytes_equal_constant_time(a, b, sizeof a));
        assert_true(bytes_equal_constant_time(a, b, i));
        b[i] = 0;
    }
}

static void wiping_leaves_zeros(void **state)
{
    (void)state;
    uint8_t secret[4] = {1, 2, 3, 4};
    bytes_wipe(secret, 3);
    assert_int_equal(load_be32(secret), 4);
    bytes_wipe(secret, 0);
    assert_int_equal(secret[3], 4);
}

static int start(void **state)
{
    (void)state;
    return psa_crypto_init() == PSA_SUCCESS && hex_decode(private_hex, 64, private_key, 32) &&
                   hex_decode(point_hex, 130, point, 65) && hex_decode(signature_hex, 128, signature, 64)
               ? 0
               : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_parts_are_those_of_the_whole),
        cmocka_unit_test(the_public_key_and_signature_of_the_rfc_verify),
        cmocka_unit_test(a_signature_with_any_bit_flipped_is_refused),
        cmocka_unit_test(a_signature_over_another_message_or_by_another_key_is_refused),
        cmocka_unit_test(a_fresh_key_signs_what_its_point_verifies),
        cmocka_unit_test(private_keys_outside_the_group_are_refused),
        cmocka_unit_test(an_spki_has_one_form),
        cmocka_unit_test(the_owner_message_is_that_of_the_protocol),
        cmocka_unit_test(sizes_that_wrap_are_refused),
        cmocka_unit_test(untrusted_bytes_are_copied_whole_or_not_at_all),
        cmocka_unit_test(constant_time_equality_sees_every_byte),
        cmocka_unit_test(wiping_leaves_zeros),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* HPKE against the vectors of RFC 9180, appendix A.3.1 (which has AES-128-GCM), and with AES-256-GCM as the
 * outbox uses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>

#include "../../src/base/hex.h"
#include "../../src/proto/hpke_suite.h"

struct value {
    uint8_t bytes[128];
    size_t size;
};

static struct value hex(const char *text)
{
    struct value v = {.size = strlen(text) / 2};
    assert_true(hex_decode(text, strlen(text), v.bytes, v.size));
    return v;
}

static struct span span_of_value(const struct value *v)
{
    return span_of(v->bytes, v->size);
}

static struct value info, pk_e, sk_e, pk_r, sk_r, plaintext, aad, ciphertext;

static void load_vector(void)
{
    info = hex("4f6465206f6e2061204772656369616e2055726e");
    pk_e = hex(
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be"
        "863c403ce65c9bfcb9382657222d18c4");
    sk_e = hex("4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb");
    pk_r = hex(
        "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30a"
        "d6aa8f80e30f1d128aafd68a2ce72ea0");
    sk_r = hex("f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
    plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
    aad = hex("436f756e742d30");
    ciphertext =
        hex("5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434");
}

static void both_sides_find_the_shared_secret_of_the_rfc(void **state)
{
    (void)state;
    const struct value expected = hex("c0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8");
    uint8_t secret[HPKE_SECRET_SIZE];
    assert_int_equal(hpke_shared_secret(sk_e.bytes, pk_r.bytes, pk_e.bytes, pk_r.bytes, secret), 0);
    assert_memory_equal(secret, expected.bytes, sizeof secret);
    assert_int_equal(hpke_shared_secret(sk_r.bytes, pk_e.bytes, pk_e.bytes, pk_r.bytes, secret), 0);
    assert_memory_equal(secret, expected.bytes, sizeof secret);
}

static void make_keys(struct hpke_keys *keys)
{
    uint8_t secret[HPKE_SECRET_SIZE];
    assert_int_equal(hpke_shared_secret(sk_e.bytes, pk_r.bytes, pk_e.bytes, pk_r.bytes, secret), 0);
    assert_int_equal(hpke_key_schedule(&hpke_aes_128_gcm, secret, span_of_value(&info), keys), 0);
}

static void the_key_schedule_is_that_of_the_rfc(void **state)
{
    (void)state;
    const struct value key = hex("868c066ef58aae6dc589b6cfdd18f97e"), nonce = hex("4e0bc5018beba4bf004cca59");
    struct hpke_keys keys;
    make_keys(&keys);
    assert_memory_equal(keys.key, key.bytes, key.size);
    assert_memory_equal(keys.base_nonce, nonce.bytes, nonce.size);
}

static void sealing_and_opening_give_the_bytes_of_the_rfc(void **state)
{
    (void)state;
    struct hpke_keys keys;
    uint8_t out[128];
    size_t size;
    make_keys(&keys);
    assert_int_equal(hpke_keys_seal(&hpke_aes_128_gcm, &keys, span_of_value(&aad), span_of_value(&plaintext),
                                    out, sizeof out, &size),
                     0);
    assert_int_equal(size, ciphertext.size);
    assert_memory_equal(out, ciphertext.bytes, size);
    assert_int_equal(hpke_keys_open(&hpke_aes_128_gcm, &keys, span_of_value(&aad), span_of_value(&ciphertext),
                                    out, sizeof out, &size),
                     0);
    assert_int_equal(size, plaintext.size);
    assert_memory_equal(out, plaintext.bytes, size);
}

/* ---- as the outbox uses it ---- */

static uint8_t enc[HPKE_ENC_SIZE], sealed[256];
static size_t sealed_size;

static void seal(void)
{
    assert_int_equal(hpke_seal(pk_r.bytes, span_of_value(&info), span_of_value(&aad),
                               span_of_value(&plaintext), enc, sealed, sizeof sealed, &sealed_size),
                     0);
    assert_int_equal(sealed_size, plaintext.size + HPKE_TAG_SIZE);
}

static int open_with(const uint8_t *recipient, struct span with_info, struct span with_aad, uint8_t *out)
{
    size_t size = 0;
    return hpke_open(recipient, enc, with_info, with_aad, span_of(sealed, sealed_size), out, plaintext.size,
                     &size);
}

static void what_was_sealed_opens_for_the_recipient_alone(void **state)
{
    (void)state;
    uint8_t out[128], other_private[P256_PRIVATE_SIZE], other_point[P256_POINT_SIZE];
    seal();
    assert_int_equal(open_with(sk_r.bytes, span_of_value(&info), span_of_value(&aad), out), 0);
    assert_memory_equal(out, plaintext.bytes, plaintext.size);
    assert_int_equal(crypto_p256_generate(other_private, other_point), 0);
    assert_int_equal(open_with(other_private, span_of_value(&info), span_of_value(&aad), out), KEEP_ECRYPTO);
}

static void another_info_or_aad_does_not_open(void **state)
{
    (void)state;
    uint8_t out[128];
    seal();
    assert_int_equal(open_with(sk_r.bytes, SPAN_LITERAL("other"), span_of_value(&aad), out), KEEP_ECRYPTO);
    assert_int_equal(open_with(sk_r.bytes, span_of(NULL, 0), span_of_value(&aad), out), KEEP_ECRYPTO);
    assert_int_equal(open_with(sk_r.bytes, span_of_value(&info), SPAN_LITERAL("other"), out), KEEP_ECRYPTO);
    assert_int_equal(open_with(sk_r.bytes, span_of_value(&info), span_of(NULL, 0), out), KEEP_ECRYPTO);
}

static void no_bit_of_key_or_ciphertext_can_change(void **state)
{
    (void)state;
    uint8_t out[128];
    seal();
    for (unsigned bit = 0; bit < 8 * sealed_size; bit++) {
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(open_with(sk_r.bytes, span_of_value(&info), span_of_value(&aad), out), KEEP_ECRYPTO);
        sealed[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (unsigned bit = 0; bit < 8 * HPKE_ENC_SIZE; bit++) {
        enc[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(open_with(sk_r.bytes, span_of_value(&info), span_of_value(&aad), out), KEEP_ECRYPTO);
        enc[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

static void truncated_ciphertexts_do_not_open(void **state)
{
    (void)state;
    uint8_t out[128];
    size_t size;
    seal();
    for (size_t cut = 0; cut < sealed_size; cut++)
        assert_int_equal(hpke_open(sk_r.bytes, enc, span_of_value(&info), span_of_value(&aad),
                                   span_of(sealed, cut), out, sizeof out, &size),
                         KEEP_ECRYPTO);
}

static void nothing_is_sealed_or_opened_into_too_little_room(void **state)
{
    (void)state;
    uint8_t out[128];
    size_t size;
    seal();
    assert_int_equal(hpke_open(sk_r.bytes, enc, span_of_value(&info), span_of_value(&aad),
                               span_of(sealed, sealed_size), out, plaintext.size - 1, &size),
                     KEEP_ESIZE);
    assert_int_equal(hpke_seal(pk_r.bytes, span_of_value(&info), span_of_value(&aad),
                               span_of_value(&plaintext), enc, sealed, plaintext.size + HPKE_TAG_SIZE - 1,
                               &size),
                     KEEP_ESIZE);
}

static void an_empty_plaintext_is_a_tag(void **state)
{
    (void)state;
    uint8_t out[1];
    size_t size = 1;
    assert_int_equal(hpke_seal(pk_r.bytes, span_of_value(&info), span_of(NULL, 0), span_of(NULL, 0), enc,
                               sealed, sizeof sealed, &sealed_size),
                     0);
    assert_int_equal(sealed_size, HPKE_TAG_SIZE);
    assert_int_equal(hpke_open(sk_r.bytes, enc, span_of_value(&info), span_of(NULL, 0),
                               span_of(sealed, sealed_size), out, sizeof out, &size),
                     0);
    assert_int_equal(size, 0);
}

static void a_recipient_off_the_curve_gets_nothing(void **state)
{
    (void)state;
    uint8_t bent[P256_POINT_SIZE];
    memcpy(bent, pk_r.bytes, sizeof bent);
    bent[64] ^= 1;
    assert_int_equal(hpke_seal(bent, span_of_value(&info), span_of_value(&aad), span_of_value(&plaintext),
                               enc, sealed, sizeof sealed, &sealed_size),
                     KEEP_ECRYPTO);
}

static int start(void **state)
{
    (void)state;
    load_vector();
    return psa_crypto_init() == PSA_SUCCESS ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_find_the_shared_secret_of_the_rfc),
        cmocka_unit_test(the_key_schedule_is_that_of_the_rfc),
        cmocka_unit_test(sealing_and_opening_give_the_bytes_of_the_rfc),
        cmocka_unit_test(what_was_sealed_opens_for_the_recipient_alone),
        cmocka_unit_test(another_info_or_aad_does_not_open),
        cmocka_unit_test(no_bit_of_key_or_ciphertext_can_change),
        cmocka_unit_test(truncated_ciphertexts_do_not_open),
        cmocka_unit_test(nothing_is_sealed_or_opened_into_too_little_room),
        cmocka_unit_test(an_empty_plaintext_is_a_tag),
        cmocka_unit_test(a_recipient_off_the_curve_gets_nothing),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}

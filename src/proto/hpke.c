/* SPDX-License-Identifier: Apache-2.0 */
/* HPKE (RFC 9180), base mode, single shot, over PSA: names and labels are the RFC's. */
#include "hpke_suite.h"

#include <psa/crypto.h>

enum { KEM_ID = 0x0010, KDF_ID = 0x0001, HASH_SIZE = 32, PARTS_MAX = 6 };

static int result(psa_status_t status)
{
    return status == PSA_SUCCESS ? 0 : status == PSA_ERROR_INSUFFICIENT_MEMORY ? KEEP_ENOMEM : KEEP_ECRYPTO;
}

static psa_status_t import_key(psa_key_type_t type, psa_key_usage_t usage, psa_algorithm_t algorithm,
                               struct span bytes, psa_key_id_t *key)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, algorithm);
    return psa_import_key(&attributes, bytes.data, bytes.size, key);
}

/* RFC 2104 over parts. */
static int hmac(struct span key_bytes, const struct span *parts, size_t count, uint8_t tag[HASH_SIZE])
{
    const psa_algorithm_t algorithm = PSA_ALG_HMAC(PSA_ALG_SHA_256);
    psa_mac_operation_t operation = PSA_MAC_OPERATION_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t size = 0;
    psa_status_t status =
        import_key(PSA_KEY_TYPE_HMAC, PSA_KEY_USAGE_SIGN_MESSAGE, algorithm, key_bytes, &key);
    if (status == PSA_SUCCESS)
        status = psa_mac_sign_setup(&operation, key, algorithm);
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++)
        if (parts[i].size != 0)
            status = psa_mac_update(&operation, parts[i].data, parts[i].size);
    if (status == PSA_SUCCESS)
        status = psa_mac_sign_finish(&operation, tag, HASH_SIZE, &size);
    (void)psa_mac_abort(&operation);
    (void)psa_destroy_key(key);
    return result(status);
}

/* LabeledExtract() of section 4; an empty salt is HashLen zeros (RFC 5869, section 2.2). */
static int labeled_extract(struct span suite, struct span salt, struct span label, struct span ikm,
                           uint8_t prk[HASH_SIZE])
{
    static const uint8_t zeros[HASH_SIZE];
    const struct span parts[] = {SPAN_LITERAL("HPKE-v1"), suite, label, ikm};
    return hmac(salt.size ? salt : span_of(zeros, sizeof zeros), parts, 4, prk);
}

/* LabeledExpand() of section 4, for at most one block of output (RFC 5869, section 2.3: T(1)). */
static int labeled_expand(struct span suite, const uint8_t prk[HASH_SIZE], struct span label,
                          struct span info, uint8_t *out, size_t size)
{
    const uint8_t length[2] = {0, (uint8_t)size};
    const uint8_t one = 1;
    const struct span parts[PARTS_MAX] = {span_of(length, 2), SPAN_LITERAL("HPKE-v1"), suite, label, info,
                                          span_of(&one, 1)};
    uint8_t block[HASH_SIZE];
    if (size > sizeof block)
        return KEEP_ESIZE;
    int error = hmac(span_of(prk, HASH_SIZE), parts, PARTS_MAX, block);
    if (!error)
        memcpy(out, block, size);
    bytes_wipe(block, sizeof block);
    return error;
}

static int diffie_hellman(const uint8_t own_private[P256_PRIVATE_SIZE], const uint8_t peer[P256_POINT_SIZE],
                          uint8_t shared[HPKE_SECRET_SIZE])
{
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t size = 0;
    psa_status_t status = import_key(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_DERIVE,
                                     PSA_ALG_ECDH, span_of(own_private, P256_PRIVATE_SIZE), &key);
    if (status == PSA_SUCCESS)
        status =
            psa_raw_key_agreement(PSA_ALG_ECDH, key, peer, P256_POINT_SIZE, shared, HPKE_SECRET_SIZE, &size);
    (void)psa_destroy_key(key);
    return result(status);
}

int hpke_shared_secret(const uint8_t own_private[P256_PRIVATE_SIZE], const uint8_t peer[P256_POINT_SIZE],
                       const uint8_t enc[HPKE_ENC_SIZE], const uint8_t recipient[P256_POINT_SIZE],
                       uint8_t secret[HPKE_SECRET_SIZE])
{
    const uint8_t suite_bytes[] = {'K', 'E', 'M', KEM_ID >> 8, KEM_ID & 0xff};
    const struct span suite = span_of(suite_bytes, sizeof suite_bytes);
    uint8_t dh[HPKE_SECRET_SIZE], prk[HASH_SIZE], kem_context[HPKE_ENC_SIZE + P256_POINT_SIZE];
    memcpy(kem_context, enc, HPKE_ENC_SIZE);
    memcpy(kem_context + HPKE_ENC_SIZE, recipient, P256_POINT_SIZE);
    int error = diffie_hellman(own_private, peer, dh);
    if (!error)
        error =
            labeled_extract(suite, span_of(NULL, 0), SPAN_LITERAL("eae_prk"), span_of(dh, sizeof dh), prk);
    if (!error)
        error = labeled_expand(suite, prk, SPAN_LITERAL("shared_secret"),
                               span_of(kem_context, sizeof kem_context), secret, HPKE_SECRET_SIZE);
    bytes_wipe(dh, sizeof dh);
    bytes_wipe(prk, sizeof prk);
    return error;
}

int hpke_key_schedule(const struct hpke_aead *aead, const uint8_t secret[HPKE_SECRET_SIZE], struct span info,
                      struct hpke_keys *keys)
{
    const uint8_t suite_bytes[] = {'H', 'P', 'K', 'E', 0, KEM_ID, 0, KDF_ID, 0, (uint8_t)aead->id};
    const struct span suite = span_of(suite_bytes, sizeof suite_bytes), none = span_of(NULL, 0);
    uint8_t context[1 + 2 * HASH_SIZE] = {0}; /* mode_base, psk_id_hash, info_hash */
    const struct span schedule = span_of(context, sizeof context);
    uint8_t prk[HASH_SIZE];
    int error = labeled_extract(suite, none, SPAN_LITERAL("psk_id_hash"), none, context + 1);
    if (!error)
        error = labeled_extract(suite, none, SPAN_LITERAL("info_hash"), info, context + 1 + HASH_SIZE);
    if (!error)
        error = labeled_extract(suite, span_of(secret, HPKE_SECRET_SIZE), SPAN_LITERAL("secret"), none, prk);
    if (!error)
        error = labeled_expand(suite, prk, SPAN_LITERAL("key"), schedule, keys->key, aead->key_size);
    if (!error)
        error = labeled_expand(suite, prk, SPAN_LITERAL("base_nonce"), schedule, keys->base_nonce,
                               HPKE_NONCE_SIZE);
    bytes_wipe(prk, sizeof prk);
    return error;
}

int hpke_keys_seal(const struct hpke_aead *aead, const struct hpke_keys *keys, struct span aad,
                   struct span plaintext, uint8_t *ciphertext, size_t capacity, size_t *size)
{
    psa_key_id_t key = PSA_KEY_ID_NULL;
    int error = result(import_key(PSA_KEY_TYPE_AES, PSA_KEY_USAGE_ENCRYPT, PSA_ALG_GCM,
                                  span_of(keys->key, aead->key_size), &key));
    if (!error)
        error =
            result(psa_aead_encrypt(key, PSA_ALG_GCM, keys->base_nonce, HPKE_NONCE_SIZE, aad.data, aad.size,
                                    plaintext.data, plaintext.size, ciphertext, capacity, size));
    (void)psa_destroy_key(key);
    return error;
}

int hpke_keys_open(const struct hpke_aead *aead, const struct hpke_keys *keys, struct span aad,
                   struct span ciphertext, uint8_t *plaintext, size_t capacity, size_t *size)
{
    psa_key_id_t key = PSA_KEY_ID_NULL;
    int error = result(import_key(PSA_KEY_TYPE_AES, PSA_KEY_USAGE_DECRYPT, PSA_ALG_GCM,
                                  span_of(keys->key, aead->key_size), &key));
    if (!error)
        error =
            result(psa_aead_decrypt(key, PSA_ALG_GCM, keys->base_nonce, HPKE_NONCE_SIZE, aad.data, aad.size,
                                    ciphertext.data, ciphertext.size, plaintext, capacity, size));
    (void)psa_destroy_key(key);
    return error;
}

int hpke_seal(const uint8_t recipient[P256_POINT_SIZE], struct span info, struct span aad,
              struct span plaintext, uint8_t enc[HPKE_ENC_SIZE], uint8_t *ciphertext, size_t capacity,
              size_t *size)
{
    uint8_t ephemeral[P256_PRIVATE_SIZE], secret[HPKE_SECRET_SIZE];
    struct hpke_keys keys;
    size_t needed;
    if (size_add(plaintext.size, HPKE_TAG_SIZE, &needed) || capacity < needed)
        return KEEP_ESIZE;
    int error = crypto_p256_generate(ephemeral, enc);
    if (!error)
        error = hpke_shared_secret(ephemeral, recipient, enc, recipient, secret);
    if (!error)
        error = hpke_key_schedule(&hpke_aes_256_gcm, secret, info, &keys);
    if (!error)
        error = hpke_keys_seal(&hpke_aes_256_gcm, &keys, aad, plaintext, ciphertext, capacity, size);
    bytes_wipe(ephemeral, sizeof ephemeral);
    bytes_wipe(secret, sizeof secret);
    bytes_wipe(&keys, sizeof keys);
    return error;
}

int hpke_open(const uint8_t recipient_private[P256_PRIVATE_SIZE], const uint8_t enc[HPKE_ENC_SIZE],
              struct span info, struct span aad, struct span ciphertext, uint8_t *plaintext, size_t capacity,
              size_t *size)
{
    uint8_t recipient[P256_POINT_SIZE], secret[HPKE_SECRET_SIZE];
    struct hpke_keys keys;
    if (ciphertext.size < HPKE_TAG_SIZE)
        return KEEP_ECRYPTO;
    if (capacity < ciphertext.size - HPKE_TAG_SIZE)
        return KEEP_ESIZE;
    int error = crypto_p256_public(recipient_private, recipient);
    if (!error)
        error = hpke_shared_secret(recipient_private, enc, enc, recipient, secret);
    if (!error)
        error = hpke_key_schedule(&hpke_aes_256_gcm, secret, info, &keys);
    if (!error)
        error = hpke_keys_open(&hpke_aes_256_gcm, &keys, aad, ciphertext, plaintext, capacity, size);
    bytes_wipe(secret, sizeof secret);
    bytes_wipe(&keys, sizeof keys);
    return error;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and P-256 (FIPS 186-5, RFC 5480) over PSA Crypto. */
#include "crypto.h"

#include <psa/crypto.h>

/* RFC 5480, section 2: SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING point }. */
static const uint8_t spki_prefix[P256_SPKI_SIZE - P256_POINT_SIZE] = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01,
    0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
};

static int result(psa_status_t status)
{
    return status == PSA_SUCCESS ? 0 : status == PSA_ERROR_INSUFFICIENT_MEMORY ? KEEP_ENOMEM : KEEP_ECRYPTO;
}

static int digest_parts(psa_algorithm_t algorithm, const struct span *parts, size_t count, uint8_t *digest,
                        size_t size)
{
    psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
    size_t written = 0;
    psa_status_t status = psa_hash_setup(&operation, algorithm);
    for (size_t i = 0; i < count && status == PSA_SUCCESS; i++)
        if (parts[i].size != 0)
            status = psa_hash_update(&operation, parts[i].data, parts[i].size);
    if (status == PSA_SUCCESS)
        status = psa_hash_finish(&operation, digest, size, &written);
    (void)psa_hash_abort(&operation);
    return result(status);
}

int crypto_sha256(const struct span *parts, size_t count, uint8_t digest[32])
{
    return digest_parts(PSA_ALG_SHA_256, parts, count, digest, 32);
}

int crypto_sha384(const struct span *parts, size_t count, uint8_t digest[48])
{
    return digest_parts(PSA_ALG_SHA_384, parts, count, digest, 48);
}

int crypto_sha512(const struct span *parts, size_t count, uint8_t digest[64])
{
    return digest_parts(PSA_ALG_SHA_512, parts, count, digest, 64);
}

static psa_key_attributes_t p256_attributes(psa_key_type_t type, psa_key_usage_t usage)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, type);
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, usage);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_256));
    return attributes;
}

/* Imports a point; PSA refuses what is not on the curve. */
static psa_status_t import_point(const uint8_t point[P256_POINT_SIZE], psa_key_id_t *key)
{
    psa_key_attributes_t attributes =
        p256_attributes(PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_VERIFY_HASH);
    return psa_import_key(&attributes, point, P256_POINT_SIZE, key);
}

static psa_status_t import_private(const uint8_t private_key[P256_PRIVATE_SIZE], psa_key_id_t *key)
{
    psa_key_attributes_t attributes =
        p256_attributes(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_SIGN_HASH);
    return psa_import_key(&attributes, private_key, P256_PRIVATE_SIZE, key);
}

int crypto_p256_point(struct span spki, uint8_t point[P256_POINT_SIZE])
{
    psa_key_id_t key = PSA_KEY_ID_NULL;
    if (spki.size != P256_SPKI_SIZE || memcmp(spki.data, spki_prefix, sizeof spki_prefix) != 0)
        return KEEP_ECRYPTO;
    int error = result(import_point(spki.data + sizeof spki_prefix, &key));
    if (error)
        return error;
    (void)psa_destroy_key(key);
    memcpy(point, spki.data + sizeof spki_prefix, P256_POINT_SIZE);
    return 0;
}

void crypto_p256_spki(const uint8_t point[P256_POINT_SIZE], uint8_t spki[P256_SPKI_SIZE])
{
    memcpy(spki, spki_prefix, sizeof spki_prefix);
    memcpy(spki + sizeof spki_prefix, point, P256_POINT_SIZE);
}

int crypto_p256_verify(const uint8_t point[P256_POINT_SIZE], const struct span *parts, size_t count,
                       const uint8_t signature[P256_SIGNATURE_SIZE])
{
    uint8_t digest[DIGEST_SIZE];
    psa_key_id_t key = PSA_KEY_ID_NULL;
    int error = crypto_sha256(parts, count, digest);
    if (!error)
        error = result(import_point(point, &key));
    if (!error)
        error = result(psa_verify_hash(key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), digest, sizeof digest, signature,
                                       P256_SIGNATURE_SIZE));
    (void)psa_destroy_key(key);
    return error;
}

int crypto_p256_sign(const uint8_t private_key[P256_PRIVATE_SIZE], const struct span *parts, size_t count,
                     uint8_t signature[P256_SIGNATURE_SIZE])
{
    uint8_t digest[DIGEST_SIZE];
    size_t size = 0;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    int error = crypto_sha256(parts, count, digest);
    if (!error)
        error = result(import_private(private_key, &key));
    if (!error)
        error = result(psa_sign_hash(key, PSA_ALG_ECDSA(PSA_ALG_SHA_256), digest, sizeof digest, signature,
                                     P256_SIGNATURE_SIZE, &size));
    (void)psa_destroy_key(key);
    return error;
}

int crypto_p256_generate(uint8_t private_key[P256_PRIVATE_SIZE], uint8_t point[P256_POINT_SIZE])
{
    psa_key_attributes_t attributes =
        p256_attributes(PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1), PSA_KEY_USAGE_EXPORT);
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t size = 0;
    int error = result(psa_generate_key(&attributes, &key));
    if (!error)
        error = result(psa_export_key(key, private_key, P256_PRIVATE_SIZE, &size));
    if (!error)
        error = result(psa_export_public_key(key, point, P256_POINT_SIZE, &size));
    (void)psa_destroy_key(key);
    if (error)
        bytes_wipe(private_key, P256_PRIVATE_SIZE);
    return error;
}

int crypto_p256_public(const uint8_t private_key[P256_PRIVATE_SIZE], uint8_t point[P256_POINT_SIZE])
{
    psa_key_id_t key = PSA_KEY_ID_NULL;
    size_t size = 0;
    int error = result(import_private(private_key, &key));
    if (!error)
        error = result(psa_export_public_key(key, point, P256_POINT_SIZE, &size));
    (void)psa_destroy_key(key);
    return error;
}

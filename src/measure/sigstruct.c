/* SPDX-License-Identifier: Apache-2.0 */
/* The checks of EINIT on a SIGSTRUCT. */
#include "sigstruct.h"

#include <mbedtls/asn1.h>
#include <mbedtls/asn1write.h>
#include <psa/crypto.h>
#include <stdio.h>

#include "../base/hex.h"
#include "../proto/crypto.h"
#include "refuse.h"

/* Table 35-21. Signed are the first 128 bytes and those from MISCSELECT to ISVSVN. */
enum {
    AT_VENDOR = 16,
    AT_DATE = 20,
    AT_HEADER2 = 24,
    AT_RESERVED1 = 44,
    AT_MODULUS = 128,
    AT_EXPONENT = 512,
    AT_SIGNATURE = 516,
    AT_MISCSELECT = 900,
    AT_RESERVED2 = 910,
    AT_ATTRIBUTES = 928,
    AT_ATTRIBUTEMASK = 944,
    AT_ENCLAVEHASH = 960,
    AT_RESERVED3 = 992,
    AT_ISVPRODID = 1024,
    AT_ISVSVN = 1026,
    AT_RESERVED4 = 1028,
    AT_Q1 = 1040,
    AT_Q2 = 1424,
    HEADER_SIZE = 16,
    SIGNED_HEAD = 128,
    SIGNED_BODY = AT_RESERVED4 - AT_MISCSELECT,
    ATTRIBUTE_DEBUG = 2,
    VENDOR_INTEL = 0x8086,
    DER_MAX = 512,
};

_Static_assert(AT_Q2 + SIGSTRUCT_KEY_SIZE == SIGSTRUCT_SIZE, "Q2 is the last field");

static const uint8_t header[HEADER_SIZE] = {0x06, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0};
static const uint8_t header2[HEADER_SIZE] = {0x01, 0x01, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 0x01, 0, 0, 0};

bool sigstruct_begins(struct span bytes)
{
    return bytes.size >= HEADER_SIZE && memcmp(bytes.data, header, HEADER_SIZE) == 0;
}

static bool zeros(const uint8_t *p, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (p[i] != 0)
            return false;
    return true;
}

static int check_fixed(const uint8_t *s, struct casemate_error *err)
{
    static const struct {
        size_t at, size;
    } reserved[] = {{AT_RESERVED1, 84}, {AT_RESERVED2, 2}, {AT_RESERVED3, 16}, {AT_RESERVED4, 12}};
    if (memcmp(s, header, HEADER_SIZE) != 0)
        return measure_refuse(err, 0, "SIGSTRUCT.HEADER", "06000000e10000000000010000000000", load_le32(s));
    if (load_le32(s + AT_VENDOR) != 0 && load_le32(s + AT_VENDOR) != VENDOR_INTEL)
        return measure_refuse(err, AT_VENDOR, "SIGSTRUCT.VENDOR", "0x0 or 0x8086", load_le32(s + AT_VENDOR));
    if (memcmp(s + AT_HEADER2, header2, HEADER_SIZE) != 0)
        return measure_refuse(err, AT_HEADER2, "SIGSTRUCT.HEADER2", "01010000600000006000000001000000",
                              load_le32(s + AT_HEADER2));
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
        if (!zeros(s + reserved[i].at, reserved[i].size))
            return measure_refuse(err, reserved[i].at, "reserved part of the SIGSTRUCT", "zeros", 1);
    if (load_le32(s + AT_EXPONENT) != 3)
        return measure_refuse(err, AT_EXPONENT, "SIGSTRUCT.EXPONENT", "0x3", load_le32(s + AT_EXPONENT));
    /* 3072 bits, and odd: what a product of two primes of 1536 bits is. */
    if (!(s[AT_MODULUS + SIGSTRUCT_KEY_SIZE - 1] & 0x80) || !(s[AT_MODULUS] & 1))
        return measure_refuse(err, AT_MODULUS, "SIGSTRUCT.MODULUS", "an odd number of 3072 bits",
                              s[AT_MODULUS + SIGSTRUCT_KEY_SIZE - 1]);
    return 0;
}

static void reverse(const uint8_t *from, uint8_t *to)
{
    for (size_t i = 0; i < SIGSTRUCT_KEY_SIZE; i++)
        to[i] = from[SIGSTRUCT_KEY_SIZE - 1 - i];
}

/* RSAPublicKey (RFC 8017, A.1.1), written from the end of the buffer as Mbed TLS does. */
static psa_status_t import_key(const uint8_t *s, psa_key_id_t *key)
{
    uint8_t der[DER_MAX], modulus[1 + SIGSTRUCT_KEY_SIZE] = {0}, *p = der + sizeof der;
    psa_key_attributes_t attributes = psa_key_attributes_init();
    int size = mbedtls_asn1_write_int(&p, der, 3), part;
    reverse(s + AT_MODULUS, modulus + 1);
    part = mbedtls_asn1_write_raw_buffer(&p, der, modulus, sizeof modulus);
    size = size < 0 || part < 0 ? -1 : size + part;
    part = mbedtls_asn1_write_len(&p, der, sizeof modulus);
    size = size < 0 || part < 0 ? -1 : size + part;
    part = mbedtls_asn1_write_tag(&p, der, MBEDTLS_ASN1_INTEGER);
    size = size < 0 || part < 0 ? -1 : size + part;
    part = size < 0 ? -1 : mbedtls_asn1_write_len(&p, der, (size_t)size);
    size = size < 0 || part < 0 ? -1 : size + part;
    part = mbedtls_asn1_write_tag(&p, der, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
    if (size < 0 || part < 0)
        return PSA_ERROR_BUFFER_TOO_SMALL;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_RSA_PUBLIC_KEY);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256));
    return psa_import_key(&attributes, p, (size_t)(der + sizeof der - p), key);
}

static int check_signature(const uint8_t *s, struct casemate_error *err)
{
    const struct span parts[] = {span_of(s, SIGNED_HEAD), span_of(s + AT_MISCSELECT, SIGNED_BODY)};
    uint8_t digest[SGX_HASH_SIZE], signature[SIGSTRUCT_KEY_SIZE];
    psa_key_id_t key = PSA_KEY_ID_NULL;
    if (crypto_sha256(parts, 2, digest))
        return casemate_fail(err, E_INTERNAL, "The digest of a SIGSTRUCT cannot be computed");
    reverse(s + AT_SIGNATURE, signature);
    psa_status_t status = import_key(s, &key);
    if (status == PSA_SUCCESS)
        status = psa_verify_hash(key, PSA_ALG_RSA_PKCS1V15_SIGN(PSA_ALG_SHA_256), digest, sizeof digest,
                                 signature, sizeof signature);
    (void)psa_destroy_key(key);
    if (status != PSA_SUCCESS)
        return casemate_fail(err, E_IMAGE,
                             "The SIGSTRUCT's signature does not fit its contents and its own key");
    if (!sigstruct_quotients(s + AT_SIGNATURE, s + AT_MODULUS, s + AT_Q1, s + AT_Q2))
        return casemate_fail_expected(
            err, E_IMAGE, "floor(S^2 / M) and floor(S (S^2 - Q1 M) / M)", "others",
            "The SIGSTRUCT's Q1 and Q2 do not belong to its signature: EINIT would fail");
    return 0;
}

static int check_measurement(const uint8_t *s, const uint8_t *mrenclave, struct casemate_error *err)
{
    char expected[2 * SGX_HASH_SIZE + 1], found[2 * SGX_HASH_SIZE + 1];
    if (memcmp(s + AT_ENCLAVEHASH, mrenclave, SGX_HASH_SIZE) == 0)
        return 0;
    hex_encode(mrenclave, SGX_HASH_SIZE, expected);
    hex_encode(s + AT_ENCLAVEHASH, SGX_HASH_SIZE, found);
    return casemate_fail_expected(err, E_IMAGE, expected, found, "The SIGSTRUCT signs another enclave");
}

int sigstruct_check(struct span bytes, const uint8_t mrenclave[SGX_HASH_SIZE], struct sgx_signer *signer,
                    struct casemate_error *err)
{
    const uint8_t *s = bytes.data;
    const struct span modulus = span_of(s ? s + AT_MODULUS : NULL, SIGSTRUCT_KEY_SIZE);
    if (bytes.size != SIGSTRUCT_SIZE)
        return measure_refuse(err, 0, "SIGSTRUCT", "1808 (0x710) bytes", bytes.size);
    if (check_fixed(s, err) || check_signature(s, err) || check_measurement(s, mrenclave, err))
        return -1;
    const bool debug = (s[AT_ATTRIBUTES] & ATTRIBUTE_DEBUG) != 0,
               fixed = (s[AT_ATTRIBUTEMASK] & ATTRIBUTE_DEBUG) != 0;
    *signer = (struct sgx_signer){
        .product_id = load_le16(s + AT_ISVPRODID),
        .svn = load_le16(s + AT_ISVSVN),
        .date = load_le32(s + AT_DATE),
        .debug_allowed = debug || !fixed,
        .debug_only = debug && fixed,
    };
    if (crypto_sha256(&modulus, 1, signer->mrsigner))
        return casemate_fail(err, E_INTERNAL, "The digest of a signer cannot be computed");
    return 0;
}

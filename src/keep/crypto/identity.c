/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep's key and certificate. */
#include "identity.h"

#include "../../shim/shim.h"

enum { CERTIFICATE_SIZE_MAX = 1024 };

static int key_make(struct identity *identity)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 256);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_ANY_HASH));
    if (psa_generate_key(&attributes, &identity->key) != PSA_SUCCESS)
        return KEEP_ECRYPTO;
    uint8_t point[P256_POINT_SIZE], spki[P256_SPKI_SIZE];
    size_t size;
    if (psa_export_public_key(identity->key, point, sizeof point, &size) != PSA_SUCCESS ||
        size != sizeof point)
        return KEEP_ECRYPTO;
    crypto_p256_spki(point, spki);
    struct span part = span_of(spki, sizeof spki);
    int error = crypto_sha256(&part, 1, identity->spki);
    if (!error && mbedtls_pk_setup_opaque(&identity->pk, identity->key) != 0)
        error = KEEP_ECRYPTO;
    return error;
}

/* Names and validity say nothing: a client takes the key from this handshake and judges evidence. The Keep
 * has no time that it trusts, so the certificate is valid for all of it (RFC 5280, 4.1.2.5). */
static int certificate_write(struct identity *identity, mbedtls_x509write_cert *writer, uint8_t *der,
                             int *size)
{
    uint8_t serial[16];
    int error = shim_random(serial, sizeof serial);
    if (error)
        return error;
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and of the same length always */
    mbedtls_x509write_crt_set_version(writer, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(writer, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(writer, &identity->pk);
    mbedtls_x509write_crt_set_issuer_key(writer, &identity->pk);
    if (mbedtls_x509write_crt_set_serial_raw(writer, serial, sizeof serial) != 0 ||
        mbedtls_x509write_crt_set_subject_name(writer, "CN=Casemate Keep") != 0 ||
        mbedtls_x509write_crt_set_issuer_name(writer, "CN=Casemate Keep") != 0 ||
        mbedtls_x509write_crt_set_validity(writer, "20200101000000", "99991231235959") != 0)
        return KEEP_ECRYPTO;
    *size = mbedtls_x509write_crt_der(writer, der, CERTIFICATE_SIZE_MAX, mbedtls_psa_get_random,
                                      MBEDTLS_PSA_RANDOM_STATE);
    return *size > 0 ? 0 : KEEP_ECRYPTO;
}

static int certificate_make(struct identity *identity)
{
    uint8_t der[CERTIFICATE_SIZE_MAX];
    int size = 0;
    mbedtls_x509write_cert writer;
    mbedtls_x509write_crt_init(&writer);
    int error = certificate_write(identity, &writer, der, &size);
    mbedtls_x509write_crt_free(&writer);
    /* The DER stands at the end of the buffer. */
    if (!error &&
        mbedtls_x509_crt_parse_der(&identity->certificate, der + sizeof der - size, (size_t)size) != 0)
        error = KEEP_ECRYPTO;
    return error;
}

int identity_make(struct identity *identity)
{
    *identity = (struct identity){.key = PSA_KEY_ID_NULL};
    mbedtls_pk_init(&identity->pk);
    mbedtls_x509_crt_init(&identity->certificate);
    int error = shim_random(identity->instance, sizeof identity->instance);
    if (!error)
        error = key_make(identity);
    if (!error)
        error = certificate_make(identity);
    if (error)
        identity_free(identity);
    return error;
}

void identity_free(struct identity *identity)
{
    mbedtls_x509_crt_free(&identity->certificate);
    mbedtls_pk_free(&identity->pk);
    (void)psa_destroy_key(identity->key);
    bytes_wipe(identity, sizeof *identity);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Making X.509 certificates. */
#include "certificate.h"

#include <mbedtls/x509_crt.h>
#include <string.h>
#include <time.h>

int certificate_failed(struct casemate_error *err, const char *what, int status)
{
    return casemate_fail(err, E_INTERNAL, "%s failed (Mbed TLS or PSA status %d)", what, status);
}

int certificate_key(bool exportable, psa_key_id_t *key, struct casemate_error *err)
{
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 384);
    psa_set_key_algorithm(&attributes, PSA_ALG_ECDSA(PSA_ALG_SHA_384));
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_SIGN_HASH |
                                             (exportable ? (psa_key_usage_t)PSA_KEY_USAGE_EXPORT : 0));
    psa_status_t status = psa_generate_key(&attributes, key);
    return status == PSA_SUCCESS ? 0 : certificate_failed(err, "Making a P-384 key", status);
}

/* RFC 5280, section 4.1.2.5: from a day ago, for clocks that disagree, as YYYYMMDDhhmmss. */
static int set_validity(mbedtls_x509write_cert *w, unsigned years)
{
    char from[16], to[16];
    time_t start = time(NULL) - (time_t)24 * 3600, end = start + (time_t)years * 365 * 24 * 3600;
    struct tm tm;
    if (!gmtime_r(&start, &tm) || strftime(from, sizeof from, "%Y%m%d%H%M%S", &tm) == 0)
        return -1;
    if (!gmtime_r(&end, &tm) || strftime(to, sizeof to, "%Y%m%d%H%M%S", &tm) == 0)
        return -1;
    return mbedtls_x509write_crt_set_validity(w, from, to);
}

/* Serial numbers are random: two leaves of one root never have the same. */
static int set_serial(mbedtls_x509write_cert *w)
{
    uint8_t serial[16];
    if (psa_generate_random(serial, sizeof serial) != PSA_SUCCESS)
        return -1;
    serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40); /* positive, and of full length */
    return mbedtls_x509write_crt_set_serial_raw(w, serial, sizeof serial);
}

static int set_fields(mbedtls_x509write_cert *w, const struct certificate_wish *wish)
{
    const unsigned usage = wish->authority ? MBEDTLS_X509_KU_KEY_CERT_SIGN | MBEDTLS_X509_KU_CRL_SIGN
                                           : MBEDTLS_X509_KU_DIGITAL_SIGNATURE;
    mbedtls_x509write_crt_set_version(w, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(w, MBEDTLS_MD_SHA384);
    mbedtls_x509write_crt_set_subject_key(w, wish->key);
    mbedtls_x509write_crt_set_issuer_key(w, wish->signer);
    int status = mbedtls_x509write_crt_set_subject_name(w, wish->subject);
    if (!status)
        status = mbedtls_x509write_crt_set_issuer_name(w, wish->issuer);
    if (!status)
        status = set_serial(w);
    if (!status)
        status = set_validity(w, wish->years);
    if (!status)
        status = mbedtls_x509write_crt_set_basic_constraints(w, wish->authority, wish->authority ? 0 : -1);
    if (!status)
        status = mbedtls_x509write_crt_set_key_usage(w, usage);
    return status;
}

int certificate_make(const struct certificate_wish *wish, struct certificate *certificate,
                     struct casemate_error *err)
{
    uint8_t buffer[CERTIFICATE_SIZE_MAX];
    mbedtls_x509write_cert w;
    mbedtls_x509write_crt_init(&w);
    int status = set_fields(&w, wish);
    if (!status) /* written at the end of the buffer */
        status = mbedtls_x509write_crt_der(&w, buffer, sizeof buffer, mbedtls_psa_get_random,
                                           MBEDTLS_PSA_RANDOM_STATE);
    mbedtls_x509write_crt_free(&w);
    if (status <= 0)
        return certificate_failed(err, "Making a certificate", status);
    certificate->size = (size_t)status;
    memcpy(certificate->der, buffer + sizeof buffer - certificate->size, certificate->size);
    return 0;
}

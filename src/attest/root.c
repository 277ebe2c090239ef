/* SPDX-License-Identifier: Apache-2.0 */
/* Roots that a user imports: certificates that sign themselves, pinned by their SHA-256. */
#include <mbedtls/x509_crt.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hex.h"
#include "../proto/crypto.h"
#include "policy.h"

enum { PEM_SIZE_MAX = 16384 };

static int not_a_root(struct casemate_error *err, const char *found)
{
    return casemate_fail_expected(err, E_ROOT, "one certificate that signs itself, PEM or DER", found,
                                  "The file is no root certificate");
}

/* RFC 5280, section 6.1: a self-issued certificate whose own key verifies its signature. Mbed TLS believes a
 * certificate that is itself among the trusted ones and looks at no signature; the issuer it is given is
 * therefore one of the same name and key, but not of the same bytes. */
static bool signs_itself(mbedtls_x509_crt *crt)
{
    mbedtls_x509_crt issuer = *crt;
    uint32_t flags = 0;
    issuer.raw.len = 0;
    if (crt->issuer_raw.len != crt->subject_raw.len ||
        memcmp(crt->issuer_raw.p, crt->subject_raw.p, crt->issuer_raw.len) != 0)
        return false;
    (void)mbedtls_x509_crt_verify(crt, &issuer, NULL, NULL, &flags, NULL, NULL);
    /* Its dates are judged when evidence is. */
    flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    return flags == 0 && mbedtls_x509_crt_get_ca_istrue(crt) == 1;
}

static int describe(mbedtls_x509_crt *crt, struct attest_root *root, struct casemate_error *err)
{
    const struct span der = span_of(crt->raw.p, crt->raw.len);
    if (!signs_itself(crt))
        return not_a_root(err, "a certificate that another one signed, or one that may not sign others");
    if (mbedtls_x509_dn_gets(root->subject, sizeof root->subject, &crt->subject) < 0)
        root->subject[0] = '\0';
    if (crypto_sha256(&der, 1, root->fingerprint))
        return casemate_fail(err, E_INTERNAL, "SHA-256 over the certificate failed");
    return 0;
}

static int copy_der(const mbedtls_x509_crt *crt, uint8_t **der, size_t *size, struct casemate_error *err)
{
    *der = malloc(crt->raw.len);
    if (!*der)
        return casemate_fail(err, E_NOMEM, "No memory for a certificate");
    memcpy(*der, crt->raw.p, crt->raw.len);
    *size = crt->raw.len;
    return 0;
}

int attest_root_read(struct span certificate, struct attest_root *root, uint8_t **der, size_t *der_size,
                     struct casemate_error *err)
{
    uint8_t text[PEM_SIZE_MAX + 1]; /* Mbed TLS takes PEM only with a NUL behind it */
    mbedtls_x509_crt crt;
    int error = 0;
    if (certificate.size == 0 || certificate.size > PEM_SIZE_MAX)
        return not_a_root(err, "a file of another size");
    memcpy(text, certificate.data, certificate.size);
    text[certificate.size] = 0;
    bool pem = text[0] != 0x30; /* DER begins with a SEQUENCE */
    mbedtls_x509_crt_init(&crt);
    if (mbedtls_x509_crt_parse(&crt, text, certificate.size + (pem ? 1 : 0)) != 0)
        error = not_a_root(err, "bytes that are no certificate");
    else if (crt.next)
        error = not_a_root(err, "several certificates");
    else
        error = describe(&crt, root, err);
    if (!error && der)
        error = copy_der(&crt, der, der_size, err);
    mbedtls_x509_crt_free(&crt);
    return error;
}

int attest_roots_add(struct attest_roots *roots, const struct attest_root *root, struct casemate_error *err)
{
    for (size_t i = 0; i < roots->count; i++)
        if (memcmp(roots->root[i].fingerprint, root->fingerprint, DIGEST_SIZE) == 0)
            return 0;
    if (roots->count == ATTEST_ROOTS_MAX)
        return casemate_fail(err, E_LIMIT, "More than %d simulated roots", ATTEST_ROOTS_MAX);
    roots->root[roots->count++] = *root;
    return 0;
}

void attest_fingerprint_text(const uint8_t fingerprint[DIGEST_SIZE], char text[ATTEST_FINGERPRINT_TEXT])
{
    memcpy(text, "sha256:", 7);
    hex_encode(fingerprint, DIGEST_SIZE, text + 7);
}

bool attest_fingerprint_parse(struct span text, uint8_t fingerprint[DIGEST_SIZE])
{
    return text.size == ATTEST_FINGERPRINT_TEXT - 1 && memcmp(text.data, "sha256:", 7) == 0 &&
           hex_decode((const char *)text.data + 7, text.size - 7, fingerprint, DIGEST_SIZE);
}

const char *attest_class_name(enum attest_class class)
{
    return class == ATTEST_HARDWARE ? "hardware" : class == ATTEST_SIMULATED ? "simulated" : "?";
}

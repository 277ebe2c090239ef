/* SPDX-License-Identifier: Apache-2.0 */
/* What AMD's certificates of VCEK and VLEK say of the chip and its TCB (VCEK Certificate and KDS Interface
 * Specification 57230, chapter 3). */
#ifndef CASEMATE_ATTEST_SNP_CERTIFICATE_H
#define CASEMATE_ATTEST_SNP_CERTIFICATE_H

#include <mbedtls/x509_crt.h>

#include "claims.h"

enum { SNP_HWID_MAX = 64, SNP_SHORT_HWID = 8 /* Turin */ };

struct snp_certificate {
    bool vlek;
    char issuer[32];       /* its common name: "SEV-Milan", "SEV-VLEK-Milan" */
    char product_name[32]; /* "Milan-B0"; of a VLEK "Milan" */
    enum snp_product product;
    struct snp_tcb tcb;
    uint8_t hwid[SNP_HWID_MAX]; /* of a VCEK */
    size_t hwid_size;
    char provider[32]; /* CSP_ID, of a VLEK */
};

/* Whether this is a certificate of such a key, by its subject's name alone. */
bool snp_certificate_is(const mbedtls_x509_crt *crt, bool *vlek);
/* What its extensions say, as far as they say it; NULL, or the name of the first that is missing, there
 * twice, malformed or not of its product: then the certificate is none to rely on. */
const char *snp_certificate_read(const mbedtls_x509_crt *crt, struct snp_certificate *certificate);

#endif

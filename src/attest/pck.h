/* SPDX-License-Identifier: Apache-2.0 */
/* What Intel's certificate of a platform says in its SGX extensions (Intel SGX PCK Certificate and
 * Certificate Revocation List Profile Specification, 1.5.3). */
#ifndef CASEMATE_ATTEST_PCK_H
#define CASEMATE_ATTEST_PCK_H

#include <mbedtls/x509_crt.h>

#include "../proto/bytes.h"

enum { PCK_COMPONENTS = 16 };

struct pck {
    uint8_t ppid[16], cpusvn[16], pceid[2], fmspc[6];
    uint16_t component[PCK_COMPONENTS]; /* SGX TCB Comp SVNs */
    uint16_t pcesvn;
    uint8_t sgx_type; /* 0 standard, 1 scalable, 2 scalable with integrity */
    bool has_instance;
    uint8_t instance[16]; /* platform instance id: of the platform CA's certificates */
    bool has_configuration, dynamic, cached_keys, smt;
};

/* The value of a certificate's extension: its OCTET STRING's content; empty if there is none. oid: DER, tag
 * and length included. */
struct span certificate_extension(const mbedtls_x509_crt *certificate, struct span oid);
/* Whether the subject's common name is this one. */
bool certificate_is_named(const mbedtls_x509_crt *certificate, const char *common_name);

/* False if the extension is missing or cannot be read as the profile says. */
bool pck_read(const mbedtls_x509_crt *certificate, struct pck *pck);

#endif

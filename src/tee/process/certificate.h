/* SPDX-License-Identifier: Apache-2.0 */
/* X.509 certificates (RFC 5280) of the development root and its leaves, P-384 with SHA-384, through Mbed
 * TLS. */
#ifndef CASEMATE_TEE_PROCESS_CERTIFICATE_H
#define CASEMATE_TEE_PROCESS_CERTIFICATE_H

#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>

#include "../../base/error.h"
#include "../../proto/bytes.h"

enum { CERTIFICATE_SIZE_MAX = 1024, CERTIFICATE_PEM_MAX = 2048 };

struct certificate {
    uint8_t der[CERTIFICATE_SIZE_MAX];
    size_t size;
};

/* A fresh P-384 signing key; exportable if it is to be stored. */
int certificate_key(bool exportable, psa_key_id_t *key, struct casemate_error *err);

struct certificate_wish {
    const char *subject, *issuer; /* "CN=..." */
    mbedtls_pk_context *key;      /* whose certificate it is */
    mbedtls_pk_context *signer;
    bool authority;
    unsigned years;
};
int certificate_make(const struct certificate_wish *wish, struct certificate *certificate,
                     struct casemate_error *err);

/* Puts what Mbed TLS says into an E_INTERNAL error. Returns -1. */
int certificate_failed(struct casemate_error *err, const char *what, int status);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Who this Keep is: a fresh P-256 key that never leaves it, a self-signed certificate over it (RFC 5280), a
 * random instance id. Made once, at start. */
#ifndef CASEMATE_KEEP_IDENTITY_H
#define CASEMATE_KEEP_IDENTITY_H

#include <mbedtls/pk.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>

#include "../../proto/crypto.h"

struct identity {
    psa_key_id_t key; /* volatile, not exportable */
    mbedtls_pk_context pk;
    mbedtls_x509_crt certificate;
    uint8_t spki[DIGEST_SIZE]; /* SHA-256 of the SubjectPublicKeyInfo */
    uint8_t instance[INSTANCE_ID_SIZE];
};

/* psa_crypto_init() first. On an error nothing is kept. */
int identity_make(struct identity *identity);
void identity_free(struct identity *identity);

#endif

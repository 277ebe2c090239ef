/* SPDX-License-Identifier: Apache-2.0 */
/* HPKE (RFC 9180), base mode, single shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, over PSA.
 * Seals the outbox in the Keep, opens it at the client. */
#ifndef CASEMATE_PROTO_HPKE_H
#define CASEMATE_PROTO_HPKE_H

#include "crypto.h"

enum { HPKE_ENC_SIZE = 65, HPKE_TAG_SIZE = 16 };

/* ciphertext has room for plaintext.size + HPKE_TAG_SIZE; it may not overlap the plaintext. */
int hpke_seal(const uint8_t recipient[P256_POINT_SIZE], struct span info, struct span aad,
              struct span plaintext, uint8_t enc[HPKE_ENC_SIZE], uint8_t *ciphertext, size_t capacity,
              size_t *size);
/* plaintext has room for ciphertext.size - HPKE_TAG_SIZE. KEEP_ECRYPTO if it does not open; nothing is
 * written then. */
int hpke_open(const uint8_t recipient_private[P256_PRIVATE_SIZE], const uint8_t enc[HPKE_ENC_SIZE],
              struct span info, struct span aad, struct span ciphertext, uint8_t *plaintext, size_t capacity,
              size_t *size);

#endif

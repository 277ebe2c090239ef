/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of HPKE (RFC 9180) that hpke.c puts together, with the AEAD as a parameter: so that the tests can
 * run the RFC's own vectors, which have AES-128-GCM. Nothing else includes this. */
#ifndef CASEMATE_PROTO_HPKE_SUITE_H
#define CASEMATE_PROTO_HPKE_SUITE_H

#include "hpke.h"

enum { HPKE_SECRET_SIZE = 32, HPKE_NONCE_SIZE = 12, HPKE_KEY_SIZE_MAX = 32 };

/* RFC 9180, section 7.3, Table 5 */
struct hpke_aead {
    uint16_t id;
    size_t key_size; /* Nk */
};
static const struct hpke_aead hpke_aes_128_gcm = {0x0001, 16};
static const struct hpke_aead hpke_aes_256_gcm = {0x0002, 32};

/* What the key schedule gives; the caller wipes it. */
struct hpke_keys {
    uint8_t key[HPKE_KEY_SIZE_MAX];
    uint8_t base_nonce[HPKE_NONCE_SIZE];
};

/* Shared secret of Encap() and Decap() (section 4.1): private key of one side, public key of the other; both
 * sides know enc and the recipient's point. */
int hpke_shared_secret(const uint8_t own_private[P256_PRIVATE_SIZE], const uint8_t peer[P256_POINT_SIZE],
                       const uint8_t enc[HPKE_ENC_SIZE], const uint8_t recipient[P256_POINT_SIZE],
                       uint8_t secret[HPKE_SECRET_SIZE]);
/* KeySchedule() of base mode (section 5.1). */
int hpke_key_schedule(const struct hpke_aead *aead, const uint8_t secret[HPKE_SECRET_SIZE], struct span info,
                      struct hpke_keys *keys);
/* Seal() and Open() with sequence number 0 (section 5.2). */
int hpke_keys_seal(const struct hpke_aead *aead, const struct hpke_keys *keys, struct span aad,
                   struct span plaintext, uint8_t *ciphertext, size_t capacity, size_t *size);
int hpke_keys_open(const struct hpke_aead *aead, const struct hpke_keys *keys, struct span aad,
                   struct span ciphertext, uint8_t *plaintext, size_t capacity, size_t *size);

#endif

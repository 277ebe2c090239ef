/* SPDX-License-Identifier: Apache-2.0 */
/* The few primitives that proto, Keep and client share, over PSA Crypto 1.1. psa_crypto_init() is the
 * caller's, once. */
#ifndef CASEMATE_PROTO_CRYPTO_H
#define CASEMATE_PROTO_CRYPTO_H

#include "statement.h"

enum {
    P256_POINT_SIZE = 65, /* uncompressed */
    P256_SPKI_SIZE = 91, /* DER SubjectPublicKeyInfo of id-ecPublicKey, prime256v1, uncompressed (RFC 5480) */
    P256_SIGNATURE_SIZE = 64, /* r || s */
    P256_PRIVATE_SIZE = 32,
};

/* Digest of parts in order; a part may be empty. */
int crypto_sha256(const struct span *parts, size_t count, uint8_t digest[32]);
int crypto_sha384(const struct span *parts, size_t count, uint8_t digest[48]);
int crypto_sha512(const struct span *parts, size_t count, uint8_t digest[64]);

/* The point inside a P-256 SPKI, if it is exactly that form and on the curve; KEEP_ECRYPTO otherwise. And the
 * reverse. */
int crypto_p256_point(struct span spki, uint8_t point[P256_POINT_SIZE]);
void crypto_p256_spki(const uint8_t point[P256_POINT_SIZE], uint8_t spki[P256_SPKI_SIZE]);
/* ES256 over the parts. */
int crypto_p256_verify(const uint8_t point[P256_POINT_SIZE], const struct span *parts, size_t count,
                       const uint8_t signature[P256_SIGNATURE_SIZE]);
int crypto_p256_sign(const uint8_t private_key[P256_PRIVATE_SIZE], const struct span *parts, size_t count,
                     uint8_t signature[P256_SIGNATURE_SIZE]);
/* A fresh key pair; the caller wipes the private key. */
int crypto_p256_generate(uint8_t private_key[P256_PRIVATE_SIZE], uint8_t point[P256_POINT_SIZE]);
int crypto_p256_public(const uint8_t private_key[P256_PRIVATE_SIZE], uint8_t point[P256_POINT_SIZE]);

/* What the owner signs to prove ownership: "casemate-owner-1" || SHA-256(CBOR [spki, outbox]) || exporter, as
 * one message. */
enum { OWNER_MESSAGE_SIZE = 16 + 32 + 32 };
int owner_message(struct span spki, const uint8_t outbox[P256_POINT_SIZE],
                  const uint8_t exporter[DIGEST_SIZE], uint8_t message[OWNER_MESSAGE_SIZE]);

/* Exporter labels of the session (RFC 8446, section 7.5). */
#define EXPORTER_EVIDENCE "EXPERIMENTAL-casemate-evidence-1"
#define EXPORTER_OWNER    "EXPERIMENTAL-casemate-owner-1"
#define SESSION_ALPN      "casemate/1"

#endif

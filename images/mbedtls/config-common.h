/* SPDX-License-Identifier: Apache-2.0 */
/* What both flavours of Mbed TLS have: TLS 1.3 alone, and the algorithms of docs/protocol.md, all over PSA.
 * Each setting that differs from upstream's default is left out or stands here with its reason. */
#ifndef CASEMATE_MBEDTLS_CONFIG_COMMON_H
#define CASEMATE_MBEDTLS_CONFIG_COMMON_H

/* Speed: AES-NI and assembly (GCM is twice as fast with them); Everest's X25519 is six times as fast. The
 * p256-m driver stays off: it saves code and is four times slower. */
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_AESNI_C
#define MBEDTLS_ECDH_VARIANT_EVEREST_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM

/* Hashes and symmetric algorithms */
#define MBEDTLS_AES_C
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_MD_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_HKDF_C

/* Elliptic curves */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C

/* Keys and certificates */
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_OID_C
#define MBEDTLS_BASE64_C
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_PK_WRITE_C
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_CREATE_C
#define MBEDTLS_X509_CRT_WRITE_C

/* PSA; no key outlives the process, so there is no storage */
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_USE_PSA_CRYPTO
#define MBEDTLS_PSA_KEY_STORE_DYNAMIC
/* PSA would copy each buffer that it is given, against a caller who still writes to it. Ours never do:
 * whatever comes from a peer was copied in once before. Two copies and two allocations a record less. */
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS

/* TLS 1.3 with ephemeral keys only: no PSK, tickets, early data, renegotiation, and no 1.2 at all. The
 * exporter binds evidence to the session; the compatibility mode is for clients other than ours, at the front
 * of casemated, and both ends must agree on it. */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_SRV_C
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_KEYING_MATERIAL_EXPORT
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_ALPN
#define MBEDTLS_SSL_IN_CONTENT_LEN  16384
#define MBEDTLS_SSL_OUT_CONTENT_LEN 16384

#endif

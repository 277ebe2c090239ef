/* SPDX-License-Identifier: Apache-2.0 */
/* SIGSTRUCT, by which an enclave's author signs its measurement (SDM volume 3D, 35.14, table 35-21), checked
 * as EINIT checks it (chapter 39). */
#ifndef CASEMATE_MEASURE_SIGSTRUCT_H
#define CASEMATE_MEASURE_SIGSTRUCT_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum { SIGSTRUCT_SIZE = 1808, SIGSTRUCT_KEY_SIZE = 384, SGX_HASH_SIZE = 32 };

/* What a SIGSTRUCT says of an enclave. */
struct sgx_signer {
    uint8_t mrsigner[SGX_HASH_SIZE];
    uint16_t product_id, svn;
    uint32_t date;      /* 0x20260131, BCD */
    bool debug_allowed; /* it starts as a debug enclave too, whose memory the host reads */
    bool debug_only;
};

/* Whether these bytes start like a SIGSTRUCT. */
bool sigstruct_begins(struct span bytes);
/* Exactly one SIGSTRUCT: fixed fields, signature, Q1 and Q2, and that it signs this measurement. E_IMAGE. */
int sigstruct_check(struct span bytes, const uint8_t mrenclave[SGX_HASH_SIZE], struct sgx_signer *signer,
                    struct casemate_error *err);

/* Whether Q1 = floor(S^2 / M) and Q2 = floor(S (S^2 - Q1 M) / M), all of 384 bytes, little-endian: the
 * quotients with which EINIT spares itself a division. */
bool sigstruct_quotients(const uint8_t *signature, const uint8_t *modulus, const uint8_t *q1,
                         const uint8_t *q2);

#endif

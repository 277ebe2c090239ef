/* SPDX-License-Identifier: Apache-2.0 */
/* Claims of the process TEE's evidence: an Entity Attestation Token (RFC 9711; docs/protocol.md, section 4).
 * The warden's signer makes it, the Keep checks that it covers its statement, the client verifies it. */
#ifndef CASEMATE_PROTO_EAT_H
#define CASEMATE_PROTO_EAT_H

#include "statement.h"

#define PROCESS_EAT_PROFILE "tag:casemate.example,2026:process-1"

enum { PROCESS_EAT_SIZE_MAX = 512, PROCESS_EAT_MEASUREMENT_SIZE = 48 };

/* RFC 9711, section 4.2.9 */
enum eat_dbgstat {
    EAT_DEBUG_ENABLED = 0,
    EAT_DEBUG_DISABLED,
    EAT_DEBUG_DISABLED_SINCE_BOOT,
    EAT_DEBUG_DISABLED_PERMANENTLY,
    EAT_DEBUG_DISABLED_FULLY_AND_PERMANENTLY,
};

enum { EAT_ENFORCED_BY_MAX = 31, EAT_PROFILE_MAX = 63 }; /* bytes, of what is read */

struct process_eat {
    uint64_t issued_at; /* host time, seconds since 1970 */
    uint8_t report_data[REPORT_DATA_SIZE];
    enum eat_dbgstat debug;
    struct span profile;
    uint8_t measurement[PROCESS_EAT_MEASUREMENT_SIZE];
    uint8_t boot[DIGEST_SIZE];
    struct span enforced_by;
};

int process_eat_encode(const struct process_eat *e, uint8_t *to, size_t capacity, size_t *size);
/* Unknown claims are ignored, a missing one is KEEP_EFORMAT; any profile is read. */
int process_eat_decode(struct span encoded, struct process_eat *e);

/* For the Keep: whether evidence (COSE_Sign1, whoever signed it) covers this report data and boot record:
 * KEEP_EMATCH if not. */
int process_evidence_covers(struct span evidence, const uint8_t report_data[REPORT_DATA_SIZE],
                            const uint8_t boot[DIGEST_SIZE]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Signing side of the process TEE's evidence (docs/protocol.md, section 4): an EAT (RFC 9711) in COSE_Sign1
 * (RFC 9052) under a development root that is made at first use. It proves nothing to anybody who has not
 * imported that root; it exists so that the real verifier can be used everywhere. */
#ifndef CASEMATE_TEE_PROCESS_EVIDENCE_H
#define CASEMATE_TEE_PROCESS_EVIDENCE_H

#include "../../base/error.h"
#include "../../proto/statement.h"

/* In the state folder: the certificate, to be imported by clients, and key with certificate, mode 0600. */
#define PROCESS_ROOT_CERTIFICATE "process-root.pem"
#define PROCESS_ROOT_KEY         "process-root.key"

enum { PROCESS_MEASUREMENT_SIZE = 48, PROCESS_EVIDENCE_SIZE_MAX = 4096 };

/* The development root: P-384, self-signed. */
struct process_root;
/* Reads it, or makes it if it is not there; two callers at once get the same. The folder exists. E_IO,
 * E_ROOT. */
int process_root_open(const char *state, struct process_root **root, struct casemate_error *err);
void process_root_free(struct process_root *root);
/* Its certificate, DER; lives as long as the root. */
struct span process_root_certificate(const struct process_root *root);

/* A key of one warden with its certificate, signed by the root; needs the root no more once it is made. */
struct process_leaf;
int process_leaf_new(const struct process_root *root, struct process_leaf **leaf, struct casemate_error *err);
void process_leaf_free(struct process_leaf *leaf);

struct process_evidence {
    uint8_t report_data[REPORT_DATA_SIZE];
    uint8_t measurement[PROCESS_MEASUREMENT_SIZE];
    uint8_t boot[DIGEST_SIZE]; /* SHA-256 of the boot record that the warden launched with */
    uint64_t issued_at;        /* seconds since 1970 */
    bool debug;                /* a development image */
};
/* E_LIMIT if capacity is too small; PROCESS_EVIDENCE_SIZE_MAX is enough. */
int process_evidence_sign(const struct process_leaf *leaf, const struct process_evidence *e, uint8_t *to,
                          size_t capacity, size_t *size, struct casemate_error *err);

#endif

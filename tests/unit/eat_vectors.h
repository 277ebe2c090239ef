/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of Sanctum and PEF as a monitor or an owner would make it, under roots of the test's own, and
 * judgements that one row alone refuses. Used twice: with the verifier as it ships, and with each row masked
 * in turn. */
#ifndef CASEMATE_TESTS_EAT_VECTORS_H
#define CASEMATE_TESTS_EAT_VECTORS_H

#include "../../src/attest/attest.h"
#include "../support/pki.h"

enum eat_tee { EAT_SANCTUM, EAT_PEF };
enum { EAT_CERTIFICATES = 3, EAT_EVIDENCE_MAX = 8192 };

/* Keys of leaf, monitor or owner's machine, and root: device or owner; with the root's certificate of each
 * TEE, made once, for a signature is another each time. */
struct eat_keys {
    struct pki_key leaf, monitor, root, stranger;
    struct der anchor[2], other_anchor; /* by enum eat_tee */
};
void eat_keys_make(struct eat_keys *keys);
void eat_keys_free(struct eat_keys *keys);

/* What a certificate says of the code: DiceTcbInfo. */
struct eat_tcb {
    bool absent;
    bool has_svn;
    uint32_t svn;
    bool has_image, has_blob, twice, more;
    uint8_t image[48], blob[32];
};

/* Everything that a judgement takes; a vector bends some of it. */
struct eat_case {
    const struct eat_keys *keys;
    enum eat_tee tee;
    struct statement statement;
    bool no_statement, other_report_data, other_boot;
    const char *profile, *enforced;
    uint8_t measurement[48], monitor[48], device[32], blob[32];
    uint64_t monitor_svn;
    uint64_t debug;
    bool missing_claim, foreign_claim, unprotected, bad_signature;
    size_t count;                                      /* of certificates sent */
    struct pki_wish certificate[EAT_CERTIFICATES - 1]; /* leaf, middle; the root's is as it is */
    struct eat_tcb tcb[EAT_CERTIFICATES - 1];
    bool unknown_root;
    int64_t time;
    struct span nonce;
    bool not_recorded;
    const char *wanted_tee;
    const char *policy; /* more of it, before its tables */
    bool other_measurement, other_monitor, hardware;
};
void eat_case_make(struct eat_case *c, const struct eat_keys *keys, enum eat_tee tee);
/* Puts it together; the bytes stay until the next call. */
struct span eat_case_evidence(const struct eat_case *c);
/* Judges these bytes instead. */
int eat_case_run_bytes(const struct eat_case *c, struct span evidence, struct verdict *verdict,
                       struct casemate_error *err);
int eat_case_run(const struct eat_case *c, struct verdict *verdict, struct casemate_error *err);

struct eat_vector {
    const char *name;
    enum check_id row; /* the only one that fails; CHECK_COUNT: none */
    enum eat_tee tee;
    void (*bend)(struct eat_case *c);
};
extern const struct eat_vector eat_vectors[];
extern const size_t eat_vector_count;
/* What this row refuses, and others with it. */
extern const struct eat_vector eat_refused[];
extern const size_t eat_refused_count;

#endif

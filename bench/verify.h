/* SPDX-License-Identifier: Apache-2.0 */
/* What verifying evidence costs: evidence of each format as tests make it, and the signature checks in it. */
#ifndef CASEMATE_BENCH_VERIFY_H
#define CASEMATE_BENCH_VERIFY_H

#include "../src/attest/attest.h"

enum signature_kind { SIGNATURE_P256, SIGNATURE_P384, SIGNATURE_RSA4096, SIGNATURE_KINDS };

/* One format: all that a judgement takes, and how many signatures its specification wants checked: the
 * least that a verifier can do. */
struct subject {
    const char *name;
    unsigned checks[SIGNATURE_KINDS];
    struct attest_input input;
    struct span root;  /* DER; empty: not known here */
    uint8_t *sequence; /* its collateral as bytes (collateral_sequence) */
    size_t sequence_size;
};
enum { SUBJECTS = 4 };
void subjects_make(struct subject subject[SUBJECTS]);

/* Seconds that one check of a signature takes with nothing around it, by Mbed TLS; the key is ready. */
void primitives_make(void);
double primitive_seconds(enum signature_kind kind, double at_least);
/* Signatures that were checked since the last call, whoever asked for it. */
unsigned checks_counted(void);

/* Processor seconds of this process: everything here computes in one thread. */
double now(void);

#endif

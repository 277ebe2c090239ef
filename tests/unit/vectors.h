/* SPDX-License-Identifier: Apache-2.0 */
/* Judgements that one row alone refuses, one for each row that process evidence can have (row 22: one check
 * missing, and nobody notices). Used twice: with the verifier as it ships, and with each row masked in turn.
 */
#ifndef CASEMATE_TESTS_VECTORS_H
#define CASEMATE_TESTS_VECTORS_H

#include "../../src/attest/attest.h"
#include "../../src/proto/crypto.h"
#include "forge.h"

struct hierarchy {
    struct forge_key root, leaf, stranger, impostor_root, impostor_leaf;
};
/* Made and freed by the set-up and the teardown of a group. */
extern struct hierarchy hierarchy;
int vectors_start(void **state);
int vectors_stop(void **state);

/* Everything that a judgement takes; a vector bends some of it before it is put together. */
struct judgement {
    const struct hierarchy *hierarchy;
    struct statement statement;
    struct forge_wish wish;
    struct attest_roots roots;
    struct attest_expected expected;
    int64_t time;
    char policy_text[1024];
    struct measurement reference; /* added to the policy if it has a size */
    uint32_t reference_svn;
    bool other_report_data;
    bool not_recorded; /* of a recording, though nobody said that it is one */
    struct span asked; /* the nonce of whoever has the file */
    const char *tee;   /* what he says that it is of */
    uint8_t other[64]; /* a value that is none of the others */
    uint8_t nonce[32], binder[32], spki[32], boot[32], instance[16], session[32], workload[32], run[16],
        outbox[32], owner_spki[P256_SPKI_SIZE];
};

struct vector {
    const char *name;
    enum check_id row; /* the only one that fails; CHECK_COUNT: none */
    const char *reason;
    enum casemate_code code;
    void (*bend)(struct judgement *j);
};
extern const struct vector vectors[];
extern const size_t vector_count;

/* Bytes of evidence and statement stay where they are until the next call. */
struct judged_bytes {
    uint8_t evidence[FORGE_EVIDENCE_MAX], statement[STATEMENT_SIZE_MAX];
    size_t evidence_size, statement_size;
};
void judgement_make(const struct hierarchy *h, struct judgement *j);
/* Puts it together and judges it. */
int judgement_run(struct judgement *j, struct judged_bytes *bytes, struct verdict *verdict,
                  struct casemate_error *err);
/* The same for a fresh judgement that the vector has bent. */
void vector_run(const struct vector *v, struct judgement *j, struct judged_bytes *bytes,
                struct verdict *verdict, struct casemate_error *err);
/* Judges these bytes instead, with everything else as it was. */
int judgement_run_bytes(struct judgement *j, struct span statement, struct span evidence,
                        struct verdict *verdict, struct casemate_error *err);

#endif

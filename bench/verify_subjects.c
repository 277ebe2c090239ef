/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of each format, under the tests' own hierarchies: genuine in all but the root. */
#include <stdio.h>
#include <stdlib.h>

#include "../tests/unit/snp_vectors.h"
#include "../tests/unit/vectors.h"
#include "../tests/unit/vectors_intel.h"
#include "verify.h"

static void need(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "verify: %s\n", what);
        exit(1);
    }
}

/* COSE_Sign1 and one certificate. */
static void make_process(struct subject *s)
{
    static struct judgement j;
    static struct judged_bytes bytes;
    static struct verdict verdict;
    struct casemate_error err = {0};
    struct policy *policy = NULL;
    need(vectors_start(NULL) == 0, "no keys");
    judgement_make(&hierarchy, &j);
    need(judgement_run(&j, &bytes, &verdict, &err) == 0, err.what);
    need(policy_parse(j.policy_text, strlen(j.policy_text), "bench", &policy, &err) == 0, err.what);
    *s = (struct subject){.name = "process",
                          .checks = {[SIGNATURE_P384] = 2},
                          .input = {.statement = span_of(bytes.statement, bytes.statement_size),
                                    .evidence = span_of(bytes.evidence, bytes.evidence_size),
                                    .policy = policy,
                                    .roots = &j.roots,
                                    .time = j.time,
                                    .expected = j.expected}};
}

/* The quote's and the QE report's signatures, PCK and CA, the lists of CA and root, the TCB signer, TCB Info
 * and QE identity. */
static void make_intel(struct subject *s, const char *name, enum intel_base base, struct intel_case *c)
{
    static struct intel_keys keys;
    static struct intel_judgement judgement[2];
    struct intel_judgement *j = &judgement[base == TDX_4];
    if (keys.root.kind == 0)
        intel_keys_make(&keys);
    intel_judgement_make(&keys, base, j);
    intel_case_make(j, c);
    *s = (struct subject){
        .name = name, .checks = {[SIGNATURE_P256] = 9}, .input = c->input, .root = intel_root(&j->wish)};
}

/* The report, VCEK and ASK, and the root's list. */
static void make_snp(struct subject *s)
{
    static struct snp_hierarchy h;
    static struct snp_case c;
    static struct snp_bytes b;
    snp_hierarchy_make(&h);
    snp_case_make(&c, &h, SNP_GENOA);
    snp_case_build(&c, &b);
    *s = (struct subject){.name = "snp",
                          .checks = {[SIGNATURE_P384] = 1, [SIGNATURE_RSA4096] = 3},
                          .input = {.statement = span_of(b.statement, b.statement_size),
                                    .evidence = span_of(b.evidence, b.evidence_size),
                                    .collateral = &b.collateral,
                                    .recorded = true,
                                    .policy = b.policy,
                                    .roots = &b.roots,
                                    .time = c.time,
                                    .expected = {.kind = STATEMENT_SESSION}}};
}

void subjects_make(struct subject subject[SUBJECTS])
{
    static struct intel_case sgx, tdx;
    struct casemate_error err = {0};
    make_process(&subject[0]);
    make_intel(&subject[1], "sgx", SGX_3, &sgx);
    make_intel(&subject[2], "tdx", TDX_4, &tdx);
    make_snp(&subject[3]);
    for (size_t i = 0; i < SUBJECTS; i++)
        if (subject[i].input.collateral)
            need(collateral_sequence(subject[i].input.collateral, &subject[i].sequence,
                                     &subject[i].sequence_size, &err) == 0,
                 err.what);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Makes reports of SEV-SNP and everything above them in right and wrong ways, in AMD's forms and names but
 * under roots of its own. Every function fails the test if it cannot do its work. */
#ifndef CASEMATE_TESTS_SNP_FORGE_H
#define CASEMATE_TESTS_SNP_FORGE_H

#include "../../src/attest/attest.h"
#include "../../src/attest/snp_report.h"
#include "../support/pki.h"

/* Offsets of fields (ABI 1.58, table 23). */
enum {
    AT_VERSION = 0x00,
    AT_GUEST_SVN = 0x04,
    AT_POLICY = 0x08,
    AT_FAMILY_ID = 0x10,
    AT_IMAGE_ID = 0x20,
    AT_VMPL = 0x30,
    AT_ALGORITHM = 0x34,
    AT_CURRENT_TCB = 0x38,
    AT_PLATFORM_INFO = 0x40,
    AT_KEY = 0x48,
    AT_REPORT_DATA = 0x50,
    AT_MEASUREMENT = 0x90,
    AT_HOST_DATA = 0xc0,
    AT_ID_KEY = 0xe0,
    AT_AUTHOR_KEY = 0x110,
    AT_REPORT_ID_MA = 0x160,
    AT_REPORTED_TCB = 0x180,
    AT_CPUID = 0x188,
    AT_CHIP_ID = 0x1a0,
    AT_COMMITTED_TCB = 0x1e0,
    AT_CURRENT_VERSION = 0x1e8,
    AT_COMMITTED_VERSION = 0x1ec,
    AT_LAUNCH_TCB = 0x1f0,
    AT_LAUNCH_MITIGATIONS = 0x1f8,
    AT_CURRENT_MITIGATIONS = 0x200,
    AT_SIGNATURE = 0x2a0,
};

enum {
    FORGE_ARK,
    FORGE_ASK,
    FORGE_ASVK,
    FORGE_LIST,
    FORGE_LIST_REVOKING,
    FORGE_LIST_OLD,
    FORGE_LIST_FORGED,
    FORGE_ASK_PLAIN,
    FORGE_PARTS
};

/* Per product: root, intermediates and the root's lists; keys are the same for all. */
struct snp_hierarchy {
    struct pki_key ark, ask, asvk, chip, stranger;
    struct span part[SNP_TURIN + 1][FORGE_PARTS];
    uint8_t root[SNP_TURIN + 1][DIGEST_SIZE];
};
void snp_hierarchy_make(struct snp_hierarchy *h);
void snp_hierarchy_free(struct snp_hierarchy *h);

/* What a group of tests starts and stops with: the keys that all its evidence is signed by. */
extern struct snp_hierarchy snp_test_hierarchy;
int snp_start(void **state);
int snp_stop(void **state);

/* What the certificate of the signing key is to say. */
struct snp_certificate_wish {
    const char *subject, *issuer, *product_name;
    unsigned struct_version;
    unsigned level[10]; /* of 1.3.6.1.4.1.3704.1.3.N, 1 to 9; LEVEL_NONE: left out */
    uint8_t hwid[64];
    size_t hwid_size; /* 0: left out */
    bool hwid_wrapped;
    const char *provider;   /* NULL: left out */
    const char *odd_suffix; /* this extension of 1.3.6.1.4.1.3704.1 has another value */
    struct span odd;
    bool bare;                    /* no extension at all */
    bool twice;                   /* blSPL stands there twice */
    bool bad_signature, impostor; /* impostor: signed by a key that only has the issuer's name */
    int64_t from, to;
};
enum { LEVEL_NONE = 0xffff };

enum { SNP_EVIDENCE_MAX = 1 << 18, SNP_TIME = 1790000000 /* 2026-09-21 */ };

/* Everything that a judgement takes; a vector bends some of it before it is put together. */
struct snp_case {
    const struct snp_hierarchy *h;
    enum snp_product product, names; /* whose certificates are given */
    uint8_t report[SNP_REPORT_SIZE];
    size_t after; /* a byte that is changed behind the signature's making; 0: none */
    bool stranger_signs;
    struct snp_certificate_wish certificate;
    int list;          /* FORGE_LIST, ...; 0: none */
    bool plain_ask;    /* which may not sign certificates */
    bool table_beside; /* the table is collateral of its own */
    bool no_certificate, table, swapped_guids;
    struct statement statement;
    bool raw; /* without a statement */
    bool other_report_data, other_host_data;
    const char *tolerate, *statuses, *top, *snp; /* of the policy */
    const char *class;
    bool unknown_root, unknown_measurement;
    bool other_measurement;
    int64_t time;
};
/* A report of version 5 over a statement, signed by a VCEK, that the default policy refuses only by the
 * floors that no number of the product's can pass. */
void snp_case_make(struct snp_case *c, const struct snp_hierarchy *h, enum snp_product product);
/* The floors that this product cannot pass, for `tolerate`. */
const char *snp_case_floors(enum snp_product product);
void snp_case_vlek(struct snp_case *c);

void snp_put32(struct snp_case *c, size_t at, uint32_t value);
void snp_put64(struct snp_case *c, size_t at, uint64_t value);
void snp_put_tcbs(struct snp_case *c, uint64_t tcb); /* all four, and the certificate's levels */

struct snp_bytes {
    uint8_t evidence[SNP_EVIDENCE_MAX], statement[STATEMENT_SIZE_MAX];
    size_t evidence_size, statement_size;
    struct collateral collateral;
    struct policy *policy;
    struct attest_roots roots;
};
/* Signs and puts together; snp_bytes_free() releases. */
void snp_case_build(struct snp_case *c, struct snp_bytes *b);
void snp_bytes_free(struct snp_bytes *b);
int snp_case_judge(const struct snp_case *c, const struct snp_bytes *b, struct verdict *verdict,
                   struct casemate_error *err);
/* Both, and the release. */
int snp_case_run(struct snp_case *c, struct verdict *verdict, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* ATTESTATION_REPORT of SEV-SNP, versions 2, 3 and 5 (SEV-SNP Firmware ABI 1.55 to 1.58, table 23), and the
 * table of certificates that a host puts behind it (GHCB 2.03, section 4.1.8.1). */
#ifndef CASEMATE_ATTEST_SNP_REPORT_H
#define CASEMATE_ATTEST_SNP_REPORT_H

#include "claims.h"
#include "collateral.h"

enum {
    SNP_REPORT_SIZE = 1184,
    SNP_SIGNED_SIZE = 0x2a0,
    SNP_ALGORITHM_P384 = 1, /* SIGNATURE_ALGO: ECDSA P-384 with SHA-384 */
};
#define SNP_HOST_REQUESTED UINT32_MAX /* VMPL of a report that the hypervisor asked for */

/* Fields of SIGNING_KEY and its neighbours, at 48h. */
enum { SNP_KEY_VCEK = 0, SNP_KEY_VLEK = 1, SNP_KEY_NONE = 7 };

/* POLICY (table 9). */
enum {
    SNP_POLICY_SMT = 1 << 16,
    SNP_POLICY_ONE = 1 << 17, /* reserved, must be one */
    SNP_POLICY_MIGRATE_MA = 1 << 18,
    SNP_POLICY_DEBUG = 1 << 19,
    SNP_POLICY_SINGLE_SOCKET = 1 << 20,
    SNP_POLICY_CXL_ALLOW = 1 << 21,
    SNP_POLICY_MEM_AES_256_XTS = 1 << 22,
    SNP_POLICY_RAPL_DIS = 1 << 23,
    SNP_POLICY_CIPHERTEXT_HIDING = 1 << 24,
    SNP_POLICY_PAGE_SWAP_DISABLE = 1 << 25,
    SNP_POLICY_KNOWN = (1 << 26) - 1,
};

/* PLATFORM_INFO (table 24). */
enum {
    SNP_PLATFORM_SMT_EN = 1 << 0,
    SNP_PLATFORM_TSME_EN = 1 << 1,
    SNP_PLATFORM_ECC_EN = 1 << 2,
    SNP_PLATFORM_RAPL_DIS = 1 << 3,
    SNP_PLATFORM_CIPHERTEXT_HIDING = 1 << 4,
    SNP_PLATFORM_ALIAS_CHECK_COMPLETE = 1 << 5,
    SNP_PLATFORM_IOMMU_WRITE_SAFE = 1 << 6, /* Turin */
    SNP_PLATFORM_TIO_EN = 1 << 7,
    SNP_PLATFORM_KNOWN = (1 << 8) - 1,
};

/* What of a report is no claim. */
struct snp_report {
    uint32_t algorithm;
    uint32_t key;    /* the word at 48h */
    uint64_t tcb[4]; /* current, reported, committed, launch: as they stand there */
    uint8_t chip_id[64];
    uint8_t signature[96]; /* r || s, big-endian */
    bool reserved_zero;    /* every reserved byte, those of the TCB versions excepted */
    struct span signed_part;
    struct span behind; /* what follows the report */
};

static inline bool snp_author_key(const struct snp_report *r)
{
    return r->key & 1;
}
static inline bool snp_chip_key_masked(const struct snp_report *r)
{
    return r->key >> 1 & 1;
}
static inline unsigned snp_signing_key(const struct snp_report *r)
{
    return r->key >> 2 & 7;
}

/* Reads a report of at least SNP_REPORT_SIZE bytes; its claims, but for the parts of the TCB versions. False
 * if it is shorter. */
bool snp_report_read(struct span evidence, struct snp_report *report, struct claims *claims);

/* Whether a table of certificates begins here. */
bool snp_table_is(struct span bytes);
/* Adds the certificates of such a table to a set; *used is the table's size. Entries that lead out of it and
 * those of kinds that are not known are passed over. As collateral_add(): E_LIMIT, E_NOMEM; else 0. */
int snp_table_add(struct collateral *set, const char *name, struct span table, size_t *used,
                  struct casemate_error *err);

#endif

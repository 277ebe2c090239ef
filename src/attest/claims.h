/* SPDX-License-Identifier: Apache-2.0 */
/* What evidence claims, in RFC 9334's sense: one structure for all TEEs, and beside it what only one family
 * has. Believed as far as the rows of the report say. */
#ifndef CASEMATE_ATTEST_CLAIMS_H
#define CASEMATE_ATTEST_CLAIMS_H

#include "../proto/statement.h"
#include "policy.h"

enum {
    ATTEST_CHAIN_MAX = 8, /* certificates of a chain */
    ATTEST_ADVISORIES_MAX = 64,
};

/* A level of a vendor's list of TCBs. */
struct tcb_level {
    char status[40];     /* Intel's word; of SNP UpToDate, OutOfDate or Revoked. Empty: no collateral tells */
    int64_t date;        /* the level's, 0 if there is none */
    uint32_t evaluation; /* tcbEvaluationDataNumber, 0 if there is none */
};

/* Report of an enclave (SDM, volume 3D, REPORT), where it is no common claim. */
struct sgx_claims {
    uint8_t cpusvn[16];
    uint32_t miscselect;
    uint64_t flags, xfrm; /* ATTRIBUTES */
    uint8_t config_id[64], extended_product[16], family[16];
    uint16_t config_svn;
};

/* Report of a TD (TDX module ABI, TDREPORT_STRUCT; quotes of version 4 and 5). */
struct tdx_claims {
    uint8_t tee_tcb_svn[16];
    bool has_1_5;
    uint8_t tee_tcb_svn2[16], mrservicetd[48]; /* TD 1.5 only */
    uint8_t mrseam[48], mrsignerseam[48], mrconfigid[48], mrowner[48], mrownerconfig[48];
    uint8_t rtmr[4][48];
    uint64_t seam_attributes, td_attributes, xfam;
};

/* What Intel's certificate of the platform says (PCK certificate profile), for SGX and TDX. */
struct intel_claims {
    uint8_t fmspc[6], pceid[2], pck_cpusvn[16];
    uint16_t pck_pcesvn;
    bool has_configuration; /* platform CA alone: */
    bool smt, dynamic, cached_keys;
    struct tcb_level platform, module, qe; /* before they are converged */
};

/* Parts of an SNP TCB version (SEV-SNP ABI, TCB_VERSION; Turin has FMC). */
struct snp_tcb {
    uint8_t bootloader, tee, snp, microcode, fmc;
};

enum snp_product { SNP_PRODUCT_UNKNOWN = 0, SNP_MILAN, SNP_GENOA, SNP_TURIN };

/* An attestation report of SEV-SNP (ABI 1.58, table 23), where it is no common claim. */
struct snp_claims {
    uint32_t version, vmpl;
    enum snp_product product;
    bool has_cpuid; /* version 3 and later */
    uint8_t cpu_family, cpu_model, cpu_stepping;
    bool vlek; /* signed by a loaded key instead of the chip's own */
    bool chip_masked;
    char provider[32]; /* whose key was loaded: CSP_ID of a VLEK */
    uint64_t policy, platform_info;
    /* certified: by VCEK or VLEK */
    struct snp_tcb current, reported, committed, launch, certified;
    uint8_t build[2][3];  /* current, committed: build, minor, major */
    bool has_mitigations; /* version 5 and later: */
    uint64_t launch_mitigations, current_mitigations;
    uint32_t guest_svn;
    uint8_t family_id[16], image_id[16], host_data[32];
    uint8_t id_key[48], author_key[48]; /* digests; zero if there was none */
    bool has_author_key;
    uint8_t report_id[32], report_id_ma[32];
};

/* What stands below a Keep of Sanctum. */
struct sanctum_claims {
    uint8_t monitor[48]; /* measurement, by the root stage */
    uint32_t monitor_svn;
};

/* What bound a Keep of PEF to its machine: SHA-256 of the owner's ESM blob. */
struct pef_claims {
    uint8_t blob[DIGEST_SIZE];
};

/* Empty text, size 0 or false: not claimed. */
struct claims {
    char tee[STATEMENT_NAME_MAX + 1];
    enum attest_class class;
    struct measurement measurement;
    char launch_profile[32];
    struct measurement launch; /* launch digest, where it is another than the measurement */
    struct measurement signer;
    bool has_svn;
    uint32_t product, svn;
    bool debug;
    bool has_tcb;         /* this TEE has TCB levels; an empty status then means that no collateral tells */
    struct tcb_level tcb; /* converged over all that counts */
    size_t advisory_count;
    char advisory[ATTEST_ADVISORIES_MAX][24];
    char platform[2 * 64 + 1]; /* identity of the machine, hexadecimal */
    char enforced_by[32];      /* silicon, emulated CPU, process */
    uint8_t report_data[REPORT_DATA_SIZE];
    bool has_boot;
    uint8_t boot[DIGEST_SIZE]; /* of the boot record, as the evidence has it */
    uint64_t issued_at;        /* the host's word */
    size_t chain_count;        /* leaf first, root last */
    bool revoked;              /* one of them is on its issuer's list */
    char subject[ATTEST_CHAIN_MAX][96];
    uint8_t root[DIGEST_SIZE]; /* SHA-256 of the root's certificate */
    int64_t time;              /* of the verification */
    int64_t collateral_date;   /* of the oldest collateral that counted; 0: none did */
    int64_t expires;           /* earliest end of certificates and collateral */
    size_t trailing;           /* bytes behind the evidence, never read */
    bool has_sgx, has_tdx, has_intel, has_snp, has_sanctum, has_pef;
    struct sgx_claims sgx;
    struct tdx_claims tdx;
    struct intel_claims intel;
    struct snp_claims snp;
    struct sanctum_claims sanctum;
    struct pef_claims pef;
};

/* Collateral of this date counted. */
static inline void claims_collateral_date(struct claims *claims, int64_t date)
{
    if (claims->collateral_date == 0 || date < claims->collateral_date)
        claims->collateral_date = date;
}

#endif

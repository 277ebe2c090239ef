/* SPDX-License-Identifier: Apache-2.0 */
/* What a policy consists of, for policy.c and its parser alone. Every list has a limit, so that a policy is
 * one block of memory. */
#ifndef CASEMATE_ATTEST_POLICY_RULES_H
#define CASEMATE_ATTEST_POLICY_RULES_H

#include "policy.h"

struct toml_document;
struct toml_node;

enum {
    POLICY_TEES_MAX = 16,
    POLICY_WORDS_MAX = 128, /* in each of tcb_status, advisories, tolerate */
    POLICY_WORD_SIZE = 40,  /* Intel's longest status has 36 letters */
    POLICY_PLATFORMS_MAX = 256,
    POLICY_PLATFORM_SIZE = 2 * 64 + 1,
    POLICY_MEASUREMENTS_MAX = 256,
    POLICY_IMAGES_MAX = 64,
    POLICY_REFERENCES_MAX = 64,
    POLICY_NAME_SIZE = 64,
    POLICY_SIGNERS_MAX = 64,
};

struct policy_words {
    size_t count;
    char word[POLICY_WORDS_MAX][POLICY_WORD_SIZE];
};

struct policy_measurement {
    char tee[STATEMENT_NAME_MAX + 1];
    struct measurement value;
    char name[POLICY_NAME_SIZE];
    uint32_t svn; /* of a reference */
    bool has_min_svn;
    uint32_t min_svn; /* of what the evidence claims */
};

/* Whoever signs code of a TEE, and which of it. */
struct policy_signer {
    char tee[STATEMENT_NAME_MAX + 1];
    struct measurement value;
    char name[POLICY_NAME_SIZE];
    bool has_product, has_min_svn;
    uint32_t product, min_svn;
};

struct policy_image {
    char name[POLICY_NAME_SIZE];
    uint32_t min_svn;
};

enum { POLICY_KEYS_MAX = 32, POLICY_KEY_SIZE = 48 };

/* Digests of keys, any of which will do; none: nothing is asked. */
struct policy_digests {
    size_t count;
    uint8_t digest[POLICY_KEYS_MAX][POLICY_KEY_SIZE];
};

/* What is asked of reports of SEV-SNP: the table [snp]. */
struct policy_snp {
    uint32_t vmpl; /* the largest */
    bool allow_vcek, allow_vlek;
    bool allow_migration, allow_smt, allow_cxl, single_socket;
    uint16_t min_abi; /* major, minor */
    bool has_host_data, has_family_id, has_image_id;
    uint8_t host_data[32], family_id[16], image_id[16];
    struct policy_digests id_keys, author_keys;
    uint32_t min_guest_svn;
};

struct policy {
    enum attest_class class;
    struct attest_roots roots;
    size_t tee_count;
    char tee[POLICY_TEES_MAX][STATEMENT_NAME_MAX + 1];
    struct policy_words tcb_status, advisories, tolerate;
    bool tcb_status_default; /* `tcb_status` is not said */
    bool allow_debug;
    struct policy_snp snp;
    struct policy_digests sanctum_monitors; /* none: no Keep of Sanctum is accepted */
    uint32_t min_tcb_evaluation;            /* 0: none */
    uint32_t max_collateral_age;            /* days; 0: any */
    uint32_t min_svn_sgx;                   /* of every enclave; 0: any */
    size_t platform_count;
    char platform[POLICY_PLATFORMS_MAX][POLICY_PLATFORM_SIZE];
    size_t measurement_count;
    struct policy_measurement measurement[POLICY_MEASUREMENTS_MAX];
    size_t signer_count;
    struct policy_signer signer[POLICY_SIGNERS_MAX];
    size_t image_count;
    struct policy_image image[POLICY_IMAGES_MAX];
    size_t reference_count; /* what the caller measured itself */
    struct policy_measurement reference[POLICY_REFERENCES_MAX];
};

/* Rows MEASUREMENT and SVN: which code is accepted. */
void policy_code_evaluate(const struct policy *policy, const struct claims *claims,
                          struct check_report *report);
/* An empty one, or NULL with E_NOMEM. */
struct policy *policy_new(struct casemate_error *err);

/* [snp]: what it is without the table, the table over that, and its clauses. */
void policy_snp_default(struct policy_snp *snp);
int policy_snp_parse(const struct toml_document *document, const struct toml_node *table,
                     struct policy_snp *snp, struct casemate_error *err);
void policy_snp_evaluate(const struct policy_snp *snp, const struct claims *claims,
                         struct check_report *report);

/* [sanctum]: the same. */
int policy_sanctum_parse(const struct toml_document *document, const struct toml_node *table,
                         struct policy_digests *monitors, struct casemate_error *err);
void policy_sanctum_evaluate(const struct policy_digests *monitors, const struct claims *claims,
                             struct check_report *report);

#endif

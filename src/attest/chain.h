/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that vouch for evidence, leaf first, root last (RFC 5280), judged through Mbed TLS. */
#ifndef CASEMATE_ATTEST_CHAIN_H
#define CASEMATE_ATTEST_CHAIN_H

#include <mbedtls/x509_crt.h>

#include "attest.h"
#include "collateral.h"
#include "vendor.h"

struct chain {
    size_t count;
    mbedtls_x509_crt certificate[ATTEST_CHAIN_MAX]; /* leaf first; none is linked to another */
    bool owned[ATTEST_CHAIN_MAX];                   /* otherwise a copy of what a set of collateral owns */
};

/* What the certificates of a TEE are. */
struct chain_rules {
    enum attest_vendor vendor; /* whose roots make it hardware; VENDOR_NONE: nobody's do */
    const mbedtls_x509_crt_profile *profile;
    bool leaf_listed; /* the leaf's issuer publishes a revocation list; those above it always do */
};

/* Where certificates and revocation lists are looked for: what came with the evidence, and beside it. */
enum { CHAIN_SETS = 2 };
struct chain_sets {
    const struct collateral *set[CHAIN_SETS]; /* each may be NULL */
};

void chain_init(struct chain *chain);
void chain_free(struct chain *chain);
/* A chain that came in order. False if one of them is no certificate, or there are too many or none. */
bool chain_parse(struct chain *chain, const struct span *der, size_t count);
/* The path from this leaf up, through the sets and the vendor's own certificates, as far as it leads: whether
 * it is one, is for chain_judge(). The sets must outlive the chain. */
void chain_find(struct chain *chain, const mbedtls_x509_crt *leaf, const struct chain_sets *sets,
                const struct chain_rules *rules);

/* Rows CHAIN, VALIDITY, ROOT, and REVOCATION if there are sets (NULL: this TEE has no lists); the claims
 * about the chain: class, root, subjects, expiry. */
void chain_judge(struct chain *chain, const struct chain_rules *rules, const struct chain_sets *sets,
                 const struct attest_input *input, struct check_report *report, struct claims *claims);
/* The same rows but ROOT for a chain that vouches for collateral: it must end at the evidence's own root. */
void chain_judge_beside(struct chain *chain, const struct chain *evidence, const struct chain_rules *rules,
                        const struct chain_sets *sets, const struct attest_input *input,
                        struct check_report *report, struct claims *claims);

/* Whether the key of a certificate signed this digest: P-256 over SHA-256, or P-384 over SHA-384, signature
 * as r || s. */
bool chain_signed(const mbedtls_x509_crt *certificate, struct span digest, struct span signature);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The certificates that come with evidence, leaf first, root last (RFC 5280), judged through Mbed TLS. */
#ifndef CASEMATE_ATTEST_CHAIN_H
#define CASEMATE_ATTEST_CHAIN_H

#include <mbedtls/x509_crt.h>

#include "attest.h"

struct chain {
    size_t count;
    mbedtls_x509_crt certificate[ATTEST_CHAIN_MAX]; /* leaf first; none is linked to another */
};

void chain_init(struct chain *chain);
void chain_free(struct chain *chain);
/* False if one of them is no certificate, or there are too many or none. */
bool chain_parse(struct chain *chain, const struct span *der, size_t count);

/* Rows CHAIN, VALIDITY and ROOT, and the claims about them. */
void chain_judge(struct chain *chain, const struct attest_input *input, struct check_report *report,
                 struct claims *claims);
/* Whether the leaf's key, which is P-384, signed this SHA-384. */
bool chain_leaf_signed(struct chain *chain, const uint8_t digest[48], struct span signature);

#endif

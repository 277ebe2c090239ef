/* SPDX-License-Identifier: Apache-2.0 */
/* Structure of DCAP quotes with an ECDSA P-256 attestation key: version 3 (SGX), 4 and 5 (SGX and TDX). Intel
 * SGX ECDSA QuoteLibReference, appendix A; Intel TDX DCAP Quoting Library API, appendix A. Nothing is judged
 * here but the layout. */
#ifndef CASEMATE_ATTEST_QUOTE_H
#define CASEMATE_ATTEST_QUOTE_H

#include "claims.h"

enum {
    QUOTE_TEE_SGX = 0x00,
    QUOTE_TEE_TDX = 0x81,
    QUOTE_KEY_ECDSA_P256 = 2, /* attestation key type; 3 (P-384) is not supported by Intel's software */
    QUOTE_HEADER_SIZE = 48,
    QUOTE_ENCLAVE_SIZE = 384, /* REPORTBODY */
};

/* Version 5 names its body's type, and the versions before it follow from the TEE. */
enum quote_body { QUOTE_BODY_SGX = 1, QUOTE_BODY_TD_1_0 = 2, QUOTE_BODY_TD_1_5 = 3 };

/* Certification data types (table 9 there). */
enum quote_certification {
    QUOTE_PPID_PLAIN = 1,
    QUOTE_PPID_RSA_2048 = 2,
    QUOTE_PPID_RSA_3072 = 3,
    QUOTE_PCK_LEAF = 4,
    QUOTE_PCK_CHAIN = 5,
    QUOTE_QE_REPORT = 6, /* holds the QE report, and another certification data of the other types */
    QUOTE_PLATFORM_MANIFEST = 7,
};

/* Report of an enclave: the body of an SGX quote, and the QE's report in every quote. */
struct enclave_report {
    struct sgx_claims sgx;
    uint8_t mrenclave[32], mrsigner[32];
    uint16_t product, svn;
    uint8_t report_data[REPORT_DATA_SIZE];
};

struct quote {
    uint16_t version, key_type;
    uint32_t tee;
    uint8_t qe_vendor[16];
    enum quote_body body;
    struct enclave_report enclave; /* SGX */
    struct tdx_claims td;          /* TDX, with: */
    uint8_t mrtd[48], td_report_data[REPORT_DATA_SIZE];
    bool reserved_zero; /* in header, body and QE report */
    /* Where they stand in the evidence: */
    struct span signed_part, signature, attestation_key;
    struct span qe_report_bytes, qe_signature, qe_authentication;
    struct enclave_report qe;
    uint16_t certification_type; /* the inner one, if there are two */
    struct span certification;
    size_t trailing;     /* bytes behind the quote */
    const char *problem; /* if it cannot be read */
};

/* Whether it begins as a quote of this TEE does. */
bool quote_recognise(struct span evidence, uint32_t tee);
bool quote_vendor_is_intel(const uint8_t vendor[16]);
/* False, with quote->problem set, if it has not this layout. */
bool quote_read(struct span evidence, struct quote *quote);

#endif

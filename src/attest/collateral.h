/* SPDX-License-Identifier: Apache-2.0 */
/* What stands beside evidence: certificates, revocation lists and the vendors' signed statements about their
 * TCBs. Data that anybody may have written: it is recognised by content, and nothing in it is trusted before
 * its signature leads to a root that is compiled in or imported. A root found here is a certificate like any
 * other. */
#ifndef CASEMATE_ATTEST_COLLATERAL_H
#define CASEMATE_ATTEST_COLLATERAL_H

#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "../base/error.h"
#include "../proto/bytes.h"

enum collateral_kind {
    COLLATERAL_CERTIFICATE = 1,
    COLLATERAL_CRL,         /* RFC 5280 */
    COLLATERAL_TCB_INFO,    /* Intel PCS API v4: tcbInfo, of SGX or TDX */
    COLLATERAL_QE_IDENTITY, /* Intel PCS API v4: enclaveIdentity of QE, TD_QE or QVE */
};

enum {
    COLLATERAL_ITEMS_MAX = 128,
    COLLATERAL_SIZE_MAX = 4 << 20, /* of one source; of Intel's largest list it is ten times the size */
    COLLATERAL_NAME_SIZE = 96,
    COLLATERAL_STRANGERS_MAX = 64,
};

struct collateral_item {
    enum collateral_kind kind;
    char name[COLLATERAL_NAME_SIZE]; /* where it is from: a file's name, "evidence"; for messages */
    uint8_t *bytes; /* owned. DER; of a signed statement its body: exactly the bytes that are signed */
    size_t size;
    uint8_t signature[64]; /* of a signed statement: ES256, r || s */
    mbedtls_x509_crt certificate;
    mbedtls_x509_crl crl;
};

/* Something that was not understood, and why. */
struct collateral_stranger {
    char name[COLLATERAL_NAME_SIZE];
    char why[96];
};

struct collateral {
    size_t count;
    struct collateral_item *item[COLLATERAL_ITEMS_MAX];
    size_t stranger_count; /* those beyond the limit are counted in strangers_beyond alone */
    struct collateral_stranger stranger[COLLATERAL_STRANGERS_MAX];
    size_t strangers_beyond;
};

/* All zero is an empty one. */
void collateral_free(struct collateral *collateral);

/* Adds what a source consists of: a certificate or revocation list in DER, hexadecimal or base64; PEM with
 * any number of both, also as PCS sends it in a header (URL-encoded); a signed tcbInfo or enclaveIdentity; a
 * JSON object of these, as quote verification libraries keep them (tcb_info, tcb_info_signature, ..., or
 * their texts by the names of Intel's QVL); AMD's table of certificates, as hosts hand it to guests. What is
 * not understood becomes a stranger. E_LIMIT beyond the limits, E_NOMEM; else 0. An item that is already
 * there (the same bytes) is not added again. */
int collateral_add(struct collateral *collateral, const char *name, struct span source,
                   struct casemate_error *err);
/* Adds what another set has, strangers too. E_LIMIT, E_NOMEM. */
int collateral_merge(struct collateral *to, const struct collateral *from, struct casemate_error *err);
/* The items of a CBOR array of byte strings, each a source: the form in a bundle (docs/protocol.md, section
 * 7). */
int collateral_add_sequence(struct collateral *collateral, const char *name, struct span sequence,
                            struct casemate_error *err);
/* And its reverse: every item of the collateral as a source; the caller frees *sequence. E_LIMIT, E_NOMEM. */
int collateral_sequence(const struct collateral *collateral, uint8_t **sequence, size_t *size,
                        struct casemate_error *err);

/* An item as a source: DER, or a signed statement as its vendor serves it; the caller frees *source. E_NOMEM.
 */
int collateral_source(const struct collateral_item *item, uint8_t **source, size_t *size,
                      struct casemate_error *err);

#endif

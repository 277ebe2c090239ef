/* SPDX-License-Identifier: Apache-2.0 */
/* Makes SGX and TDX quotes with all that stands beside them, under a hierarchy of its own, in right and wrong
 * ways. Every function aborts or fails the test if it cannot do its work. */
#ifndef CASEMATE_TESTS_FORGE_INTEL_H
#define CASEMATE_TESTS_FORGE_INTEL_H

#include "../../src/attest/attest.h"
#include "../../src/attest/pck.h"
#include "../../src/attest/quote.h"
#include "../support/pki.h"

/* Keys; made once. */
struct intel_keys {
    struct pki_key root, ca, pck, tcb, attestation, stranger;
};
void intel_keys_make(struct intel_keys *keys);
void intel_keys_free(struct intel_keys *keys);

enum { INTEL_TEXT_MAX = 8192, INTEL_QUOTE_MAX = 16384, INTEL_FROM = 1750000000, INTEL_NOW = 1760000000 };
static const int64_t intel_to = 1790000000;

/* Which byte of a reserved range is not zero. */
enum intel_reserved {
    INTEL_RESERVED_NONE = 0,
    INTEL_RESERVED_HEADER,
    INTEL_RESERVED_BODY,
    INTEL_RESERVED_QE
};
/* How the certificates come. */
enum intel_carrying {
    INTEL_PEM = 0,   /* type 5 */
    INTEL_DER,       /* type 5, one behind the other */
    INTEL_LEAF,      /* type 4, the others beside it */
    INTEL_PPID,      /* type 1, all beside it */
    INTEL_ENCRYPTED, /* type 3 */
    INTEL_MANIFEST,  /* type 7 */
};

struct intel_wish {
    const struct intel_keys *keys;
    struct quote quote; /* version, TEE, body and its fields, QE; spans are not used */
    enum intel_reserved reserved;
    enum intel_carrying carrying;
    bool bad_signature, bad_qe_signature, bad_binding;
    const struct pki_key *attestation_signer, *qe_signer;
    struct pck pck;
    bool no_extensions;                  /* of the PCK certificate */
    struct pki_wish root, ca, leaf, tcb; /* certificates */
    struct pki_list_wish root_list, ca_list;
    bool no_root_list, no_ca_list, no_tcb_certificate, no_root_beside;
    /* Bodies as they are signed; empty: leave it out. */
    char info[INTEL_TEXT_MAX], identity[INTEL_TEXT_MAX];
    const struct pki_key *info_signer, *identity_signer;
    bool bad_info, bad_identity; /* signatures */
    uint8_t made_root[1024];     /* by intel_root(), once: no two signatures are alike */
    size_t made_root_size;
};

/* A wish for good evidence of this TEE (QUOTE_TEE_*) in this version and form of body. */
void intel_wish_make(const struct intel_keys *keys, uint32_t tee, uint16_t version, enum quote_body body,
                     struct intel_wish *wish);
/* Replaces the first occurrence; fails the test if there is none. */
void intel_swap(char text[INTEL_TEXT_MAX], const char *from, const char *to);

/* The quote, and what stands beside it. Only the first fails with evidence. */
size_t intel_quote(struct intel_wish *wish, uint8_t to[INTEL_QUOTE_MAX]);
void intel_beside(struct intel_wish *wish, struct collateral *collateral);
/* The root's certificate in DER. */
struct span intel_root(struct intel_wish *wish);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Makes process evidence in right and wrong ways, under a hierarchy of its own: what the shipped signer never
 * makes. Every function fails the test if it cannot do its work. */
#ifndef CASEMATE_TESTS_FORGE_H
#define CASEMATE_TESTS_FORGE_H

#include "../../src/proto/cose.h"
#include "../../src/proto/eat.h"
#include "../../src/tee/process/certificate.h"

enum { FORGE_EVIDENCE_MAX = 24576 };

struct forge_key {
    psa_key_id_t id;
    struct certificate certificate;
    char name[96];
};
/* A key with a certificate: by itself if issuer is NULL. */
void forge_key_make(struct forge_key *key, const char *name, const struct forge_key *issuer, bool authority);
void forge_key_free(struct forge_key *key);

struct forge_wish {
    struct process_eat claims;
    const struct forge_key *signer;
    struct span chain[COSE_CHAIN_MAX + 1];
    size_t chain_count;
    int64_t algorithm; /* COSE_ES384, or a lie */
    bool unprotected;  /* put something into the unprotected header */
    bool bad_signature, short_signature;
};
size_t forge_evidence(const struct forge_wish *wish, uint8_t to[FORGE_EVIDENCE_MAX]);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What collateral evidence needs: where the vendors' services have it, and as which file it is cached. Intel
 * PCS API v4; AMD KDS (57230, chapter 4). */
#ifndef CASEMATE_CLIENT_COLLATERAL_WANTS_H
#define CASEMATE_CLIENT_COLLATERAL_WANTS_H

#include "../../include/casemate/fetch.h"
#include "collateral_file.h"

enum { COLLATERAL_PATH_SIZE = 256, COLLATERAL_WANTS_MAX = 1024 };

enum collateral_service { SERVICE_PCCS, SERVICE_KDS, SERVICES };

struct collateral_want {
    enum collateral_service service;
    enum collateral_kind kind;
    bool chain;                             /* a chain of certificates */
    bool fixed;                             /* never another one: is not fetched twice */
    char path[COLLATERAL_PATH_SIZE];        /* behind the service's base URL */
    const char *intel;                      /* where Intel's own service has it, if not there; or NULL */
    char file[COLLATERAL_FILE_SIZE];        /* in the cache */
    const char *header;                     /* that brings the issuer's chain, or NULL */
    char header_file[COLLATERAL_FILE_SIZE]; /* that it is kept in */
};

/* Each once. All zero is an empty list. */
struct collateral_wants {
    size_t count, capacity;
    struct collateral_want *want;
};
void collateral_wants_free(struct collateral_wants *wants);

/* What options name. E_USAGE, E_LIMIT, E_NOMEM. */
int collateral_wants_options(struct collateral_wants *wants, const struct casemate_fetch_what *what,
                             struct casemate_error *err);
/* What a file of evidence needs, in any form that `verify` reads; product: of AMD's, where the evidence does
 * not tell, or empty; any_product: then all that it may be. E_EVIDENCE if it is none, or does not say enough;
 * E_TEE if its TEE has no vendor's collateral. */
int collateral_wants_evidence(struct collateral_wants *wants, struct span evidence, const char *product,
                              bool any_product, struct casemate_error *err);

/* The parts of both. certificate: of the chip, whose id and TCB are given; otherwise only what a product's
 * chips have in common. */
struct collateral_chip {
    const char *product;
    bool loaded_key; /* VLEK */
    bool certificate;
    const uint8_t *id;
    size_t id_size;
    struct snp_tcb tcb;
};
int collateral_wants_intel(struct collateral_wants *wants, bool tdx, const uint8_t fmspc[6], bool platform,
                           bool processor, struct casemate_error *err);
int collateral_wants_amd(struct collateral_wants *wants, const struct collateral_chip *chip,
                         struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fetching collateral from the vendors' services (Intel PCS API v4 or any PCCS; AMD KDS) into a folder of
 * plain files, the cache. Nothing else of this library talks to these services, and nothing that is fetched
 * is trusted: verification judges it by signatures. */
#ifndef CASEMATE_FETCH_H
#define CASEMATE_FETCH_H

#include "collateral.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_fetch casemate_fetch;

struct casemate_fetch_options {
    size_t size;       /* sizeof(struct casemate_fetch_options) */
    const char *cache; /* folder; is made if it is not there */
    size_t cache_size;
    const char *pccs; /* base URL; empty: Intel's own service */
    size_t pccs_size;
    const char *kds; /* base URL; empty: AMD's own service */
    size_t kds_size;
    const char *ca_file; /* CA certificates (PEM) for https; empty: those of the system */
    size_t ca_file_size;
    int64_t timeout_ms; /* of one answer; 0: 30 s */
    int64_t backoff_ms; /* first pause before asking again; 0: 1 s */
    int32_t attempts;   /* how often one thing is asked for in all; 0: 5 */
    int32_t again;      /* 1: also what is cached and never changes */
};

/* E_USAGE for a URL that is none, or without TLS to another machine. */
int32_t casemate_fetch_new(const struct casemate_fetch_options *options, casemate_fetch **fetch,
                           casemate_error *error);
void casemate_fetch_free(casemate_fetch *fetch);

/* What to fetch, by its names instead of by evidence. */
struct casemate_fetch_what {
    size_t size;     /* sizeof(struct casemate_fetch_what) */
    const char *tee; /* "sgx", "tdx" or "snp" */
    size_t tee_size;
    const char *fmspc; /* of SGX and TDX: 12 hexadecimal digits */
    size_t fmspc_size;
    const char *pck_ca; /* "platform" or "processor"; empty: both */
    size_t pck_ca_size;
    const char *product; /* of SNP: "Milan", "Genoa" or "Turin" */
    size_t product_size;
    const char *chip_id; /* hexadecimal; empty: only what all chips of the product have in common */
    size_t chip_id_size;
    const char *tcb; /* "bl=3,tee=0,snp=8,ucode=115", of Turin with "fmc=1"; as the chip reports it */
    size_t tcb_size;
    int32_t loaded_key; /* 1: for evidence that a VLEK signed, which its provider hands out */
};

/* Before the first process(). What was added before is not added twice. E_USAGE, E_LIMIT. */
int32_t casemate_fetch_add(casemate_fetch *fetch, const struct casemate_fetch_what *what,
                           casemate_error *error);
/* All that this evidence needs, in any form that casemate_verify() reads; product, of SNP, where the evidence
 * does not tell, or empty. E_EVIDENCE, E_TEE. */
int32_t casemate_fetch_add_evidence(casemate_fetch *fetch, const void *evidence, size_t size,
                                    const char *product, size_t product_size, casemate_error *error);

/* The non-blocking face: wait until the descriptor has one of the events (POLLIN, POLLOUT of poll(2)) or the
 * timeout is over, then process; ask again before each wait. A descriptor of -1: only the timeout counts. */
int32_t casemate_fetch_fd(const casemate_fetch *fetch);
int32_t casemate_fetch_events(const casemate_fetch *fetch);
int64_t casemate_fetch_timeout(const casemate_fetch *fetch);
/* 1 when there is nothing left to do (each file has its own result), 0 not yet, -1 failed whole. */
int32_t casemate_fetch_process(casemate_fetch *fetch, casemate_error *error);
/* The blocking face: 0 when it is finished; -1, E_TIMEOUT when the time is over. */
int32_t casemate_fetch_wait(casemate_fetch *fetch, int64_t timeout_ms, casemate_error *error);

#define CASEMATE_FETCH_WAITING 0
#define CASEMATE_FETCH_FETCHED 1
#define CASEMATE_FETCH_CACHED  2 /* was there and never changes */
#define CASEMATE_FETCH_FAILED  3

struct casemate_fetch_file {
    size_t size;      /* sizeof(struct casemate_fetch_file) */
    int32_t state;    /* CASEMATE_FETCH_... */
    const char *file; /* in the cache */
    size_t file_size;
    const char *url;
    size_t url_size;
};
size_t casemate_fetch_count(const casemate_fetch *fetch);
/* -1 beyond the count. */
int32_t casemate_fetch_at(const casemate_fetch *fetch, size_t index, struct casemate_fetch_file *file);
/* Why that one failed; casemate_error_is() says "" if it did not. */
void casemate_fetch_error(const casemate_fetch *fetch, size_t index, casemate_error *error);

/* ---- the cache ---- */

#define CASEMATE_CACHE_FILE_SIZE 128

/* Puts an item of a set under its name into a cache: for what came by other ways than the network. *kept is 1
 * if it was written, 0 if the same or a younger one is there. E_NOT_FOUND if it is nothing that a cache
 * keeps. */
int32_t casemate_cache_keep(const char *cache, size_t cache_size, const casemate_collateral *collateral,
                            size_t index, char file[CASEMATE_CACHE_FILE_SIZE], int32_t *kept,
                            casemate_error *error);
/* Adds what this evidence needs to a set, as far as the cache has it. Evidence that no collateral belongs to
 * adds nothing, and so does a cache that is not there. */
int32_t casemate_collateral_add_cached(casemate_collateral *collateral, const char *cache, size_t cache_size,
                                       const void *evidence, size_t size, casemate_error *error);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif

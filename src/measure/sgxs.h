/* SPDX-License-Identifier: Apache-2.0 */
/* SGX streams: the records that ECREATE, EADD and EEXTEND hash into MRENCLAVE (SDM volume 3D, chapter 39),
 * one after the other, as the SGXS format of Fortanix writes them (doc/SGXS.md), with its records UNMEASRD of
 * bytes that are loaded and not measured. */
#ifndef CASEMATE_MEASURE_SGXS_H
#define CASEMATE_MEASURE_SGXS_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum {
    SGXS_RECORD_SIZE = 64,
    SGXS_CHUNK_SIZE = 256,
    SGXS_PAGE = 4096,
};

enum sgxs_kind { SGXS_END, SGXS_ECREATE, SGXS_EADD, SGXS_EEXTEND, SGXS_UNMEASURED };

struct sgxs_record {
    enum sgxs_kind kind;
    struct span bytes; /* the record with its data */
    uint64_t offset;   /* in the enclave; of ECREATE its size */
    uint64_t flags;    /* EADD: SECINFO.FLAGS */
};

struct sgxs {
    struct span image;
    size_t at;             /* offset of the next record in the image */
    uint64_t enclave_size; /* 0 before ECREATE */
    bool has_page;
    uint64_t page;   /* of the last EADD */
    uint64_t flags;  /* of the last EADD */
    uint32_t chunks; /* bit i: bytes 256 i of that page were there */
};

void sgxs_start(struct sgxs *s, struct span image);
/* The next record, checked as the instructions and the format want it: E_IMAGE with offset and what was
 * expected. SGXS_END at the image's end, or where a SIGSTRUCT begins. */
int sgxs_next(struct sgxs *s, struct sgxs_record *record, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What stands beside evidence: certificates, revocation lists, and the vendors' signed statements about their
 * TCBs. Data that anybody may have written: recognised by content, believed only as far as signatures lead to
 * a root that is compiled in or imported. A root found here is a certificate like any other. */
#ifndef CASEMATE_COLLATERAL_H
#define CASEMATE_COLLATERAL_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_collateral casemate_collateral;

/* An empty set. */
int32_t casemate_collateral_new(casemate_collateral **collateral, casemate_error *error);
void casemate_collateral_free(casemate_collateral *collateral);

/* Adds what these bytes consist of (DER, PEM, hexadecimal, base64, JSON of Intel's service or of a quote
 * verification library); name is for messages. What is not understood is kept as a stranger, and is no
 * failure. E_LIMIT for more than a set holds. */
int32_t casemate_collateral_add(casemate_collateral *collateral, const char *name, size_t name_size,
                                const void *bytes, size_t size, casemate_error *error);
/* Adds every file of a folder and of the folders in it. E_NOT_FOUND, E_IO, E_LIMIT. */
int32_t casemate_collateral_add_folder(casemate_collateral *collateral, const char *path, size_t path_size,
                                       casemate_error *error);

#define CASEMATE_COLLATERAL_CERTIFICATE 1
#define CASEMATE_COLLATERAL_CRL         2
#define CASEMATE_COLLATERAL_TCB_INFO    3 /* Intel's tcbInfo, for SGX or TDX */
#define CASEMATE_COLLATERAL_QE_IDENTITY 4 /* Intel's enclaveIdentity */

/* One item. Text belongs to the set, and is as printable as whoever made the item wanted. */
struct casemate_collateral_item {
    size_t size;      /* sizeof(struct casemate_collateral_item), set by the caller */
    int32_t kind;     /* CASEMATE_COLLATERAL_... */
    const char *name; /* where it is from */
    size_t name_size;
    const char *subject; /* whose certificate, the list of which issuer, TCBs of what */
    size_t subject_size;
    int64_t from, until; /* dates in it, seconds since 1970; 0 if it has none that can be read */
};
size_t casemate_collateral_count(const casemate_collateral *collateral);
/* -1 beyond the count. */
int32_t casemate_collateral_at(const casemate_collateral *collateral, size_t index,
                               struct casemate_collateral_item *item);

/* What was not understood, and why; NUL-terminated. -1 beyond the count. */
size_t casemate_collateral_stranger_count(const casemate_collateral *collateral);
int32_t casemate_collateral_stranger_at(const casemate_collateral *collateral, size_t index,
                                        const char **name, const char **why);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif

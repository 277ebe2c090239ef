/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that recognise collateral share, and nobody else. Each `true`: it is of that form, and
 * *error says how adding it went. */
#ifndef CASEMATE_ATTEST_COLLATERAL_PARTS_H
#define CASEMATE_ATTEST_COLLATERAL_PARTS_H

#include "collateral.h"

/* One item; kind, name and bytes are copied, signature (64 bytes) too unless it is NULL. Parses DER. */
int collateral_put(struct collateral *c, enum collateral_kind kind, const char *name, struct span bytes,
                   const uint8_t *signature, struct casemate_error *err);
void collateral_stranger_add(struct collateral *c, const char *name, const char *why);

/* JSON: a signed statement of Intel's, or an object of texts. */
int collateral_add_json(struct collateral *c, const char *name, struct span text, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Real evidence that lies beside the project, not in it: $CASEMATE_SHARED, or `shared` beside the source
 * tree. A vector that begins with a slash is a folder of its own. */
#ifndef CASEMATE_TESTS_EVIDENCE_FILES_H
#define CASEMATE_TESTS_EVIDENCE_FILES_H

#include "../../src/attest/collateral.h"

/* A file of a vector's folder ("tdx/v4-phala"), whole, with a NUL behind it that is not counted; NULL if
 * there is none. The caller frees it. */
uint8_t *evidence_file(const char *vector, const char *name, size_t *size);
/* Whether there is such a folder at all. */
bool evidence_there(void);
/* Everything in the folder but vector.json and this one file. */
void evidence_collateral(const char *vector, const char *but, struct collateral *collateral);

#endif

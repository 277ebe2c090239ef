/* SPDX-License-Identifier: Apache-2.0 */
/* Reference values from a CoRIM (draft-ietf-rats-corim-10): an unsigned corim-map with CoMIDs, whose
 * reference triples name measurements of a TEE. Whoever hands the file over vouches for it. */
#ifndef CASEMATE_ATTEST_CORIM_H
#define CASEMATE_ATTEST_CORIM_H

#include "../base/error.h"
#include "../proto/statement.h"

enum { CORIM_SIZE_MAX = 1 << 20, CORIM_VALUES_MAX = 256 };

struct corim_value {
    char tee[STATEMENT_NAME_MAX + 1];
    struct measurement value;
    bool has_svn;
    uint32_t min_svn;
};

struct corim {
    size_t count; /* at least 1 */
    struct corim_value value[CORIM_VALUES_MAX];
    size_t skipped; /* measurements of other environments, or with values that are not understood */
};

/* As of a time, seconds since 1970, which must lie in its validity. name is for messages. E_CONFIG if it is
 * none, is signed, follows a profile that is not known, or has no measurement of a TEE; E_LIMIT. */
int corim_read(struct span bytes, const char *name, int64_t time, struct corim *corim,
               struct casemate_error *err);

#endif

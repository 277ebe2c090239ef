/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral of src/attest as the handle of the public API. */
#ifndef CASEMATE_CLIENT_COLLATERAL_H
#define CASEMATE_CLIENT_COLLATERAL_H

#include "../../include/casemate/casemate.h"
#include "../attest/collateral.h"

enum { COLLATERAL_SUBJECT_SIZE = 160 };

struct casemate_collateral {
    struct collateral set;
    char subject[COLLATERAL_ITEMS_MAX][COLLATERAL_SUBJECT_SIZE]; /* made when asked for */
};

#endif

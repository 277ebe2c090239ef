/* SPDX-License-Identifier: Apache-2.0 */
/* What the development root is, for the files of this folder alone. */
#ifndef CASEMATE_TEE_PROCESS_ROOT_H
#define CASEMATE_TEE_PROCESS_ROOT_H

#include "certificate.h"
#include "evidence.h"

struct process_root {
    mbedtls_pk_context key;
    struct certificate certificate;
};

#endif

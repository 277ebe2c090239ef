/* SPDX-License-Identifier: Apache-2.0 */
/* TCB Info, version 3, of SGX and TDX (Intel PCS API v4, "Get SGX TCB Info", "Get TDX TCB Info"): the list of
 * a platform's TCB levels, and which of them a platform has reached. */
#ifndef CASEMATE_ATTEST_TCB_INFO_H
#define CASEMATE_ATTEST_TCB_INFO_H

#include "intel_json.h"
#include "pck.h"

enum { TCB_MODULES_MAX = 16, TCB_MODULE_LEVELS_MAX = 16 };

/* What the TDX module must be. */
struct tcb_module {
    uint8_t version; /* "TDX_03" is 3: TEE_TCB_SVN[1] */
    uint8_t mrsigner[48];
    uint64_t attributes, attributes_mask; /* as SEAMATTRIBUTES is read */
    size_t level_count;
    struct intel_level level[TCB_MODULE_LEVELS_MAX];
};

struct tcb_info {
    char problem[64]; /* not empty: it cannot be read, and nothing else counts */
    json_t *tree;     /* levels point into it */
    bool tdx;
    uint8_t fmspc[6], pceid[2];
    int64_t issued, next;
    uint32_t evaluation;
    size_t level_count;
    struct intel_level level[INTEL_LEVELS_MAX];
    struct tcb_module module; /* tdxModule: of version 0 */
    size_t module_count;
    struct tcb_module modules[TCB_MODULES_MAX]; /* tdxModuleIdentities */
};

/* The body, exactly as it is signed. What is read is to be freed in every case. */
void tcb_info_read(struct span body, struct tcb_info *info);
void tcb_info_free(struct tcb_info *info);

/* The first level whose SGX components and PCESVN the certificate reaches, and for a TD its TEE_TCB_SVN too
 * (NULL: none is asked for). NULL if there is none. */
const struct intel_level *tcb_info_level(const struct tcb_info *info, const struct pck *pck,
                                         const uint8_t *tee_tcb_svn);
/* The identity of a module of this version; NULL if none is listed. */
const struct tcb_module *tcb_info_module(const struct tcb_info *info, uint8_t version);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a firmware image says about its launch as a trust domain (Intel TDX Virtual Firmware Design Guide,
 * chapter 11, TDVF descriptor; td-shim specification for the types past 3). */
#ifndef CASEMATE_MEASURE_TDVF_H
#define CASEMATE_MEASURE_TDVF_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum { TDVF_PAGE = 4096, TDVF_SECTIONS_MAX = 64 };

#define TDVF_MEMORY_MAX ((uint64_t)1 << 30) /* of all sections that are added */

enum tdvf_type {
    TDVF_BFV = 0, /* boot firmware volume: code */
    TDVF_CFV = 1, /* configuration: variables */
    TDVF_TD_HOB = 2,
    TDVF_TEMP_MEM = 3,
    TDVF_PERM_MEM = 4,
    TDVF_PAYLOAD = 5,
    TDVF_PAYLOAD_PARAM = 6,
    TDVF_TD_INFO = 7, /* these two describe bytes of the image, and take no memory */
    TDVF_TD_PARAMS = 8,
};

enum tdvf_attributes { TDVF_EXTEND_MR = 1, TDVF_PAGE_AUG = 2 };

struct tdvf_section {
    struct span data;              /* what of the section is in the image; zeros follow */
    uint64_t address, memory_size; /* whole pages; none of TDVF_TD_INFO and TDVF_TD_PARAMS */
    uint32_t type, attributes;
};

struct tdvf {
    size_t count;
    struct tdvf_section section[TDVF_SECTIONS_MAX];
};

/* E_IMAGE with offset and what was expected. */
int tdvf_read(struct span image, struct tdvf *tdvf, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a firmware image says about its launch as an SEV guest (edk2, OvmfPkg OvmfSevMetadata.asm and
 * ResetVectorVtf0.asm): pages of an SNP guest beside the image itself, where another processor starts, where
 * the digests of a kernel go. */
#ifndef CASEMATE_MEASURE_SEV_METADATA_H
#define CASEMATE_MEASURE_SEV_METADATA_H

#include "guid_table.h"

enum { SEV_PAGE = 4096, SEV_SECTIONS_MAX = 64 };

enum sev_section_type {
    SEV_SECTION_MEMORY = 1,
    SEV_SECTION_SECRETS = 2,
    SEV_SECTION_CPUID = 3,
    SEV_SECTION_SVSM_CAA = 4,
    SEV_SECTION_KERNEL_HASHES = 0x10,
};

struct sev_section {
    uint32_t address, size; /* whole pages; size 0: a section that this build of the firmware does not use */
    uint32_t type;
};

struct sev_metadata {
    struct span image;
    uint64_t address;       /* where the image starts: it ends at 4 GiB */
    bool has_reset_address; /* where processors but the first start (SEV-ES, SNP) */
    uint32_t reset_address;
    bool has_hashes; /* the firmware checks a kernel against digests at this address */
    uint32_t hashes_address, hashes_size;
    bool has_sections; /* the image can be launched as an SNP guest */
    size_t section_count;
    struct sev_section section[SEV_SECTIONS_MAX];
};

/* E_IMAGE with offset and what was expected. */
int sev_metadata_read(struct span image, struct sev_metadata *metadata, struct casemate_error *err);
bool sev_metadata_has(const struct sev_metadata *metadata, enum sev_section_type type);

#endif

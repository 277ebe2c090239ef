/* SPDX-License-Identifier: Apache-2.0 */
/* Launch digests of SEV and SEV-ES guests (SEV API, 6.5: LAUNCH_MEASURE): SHA-256 over what was put into
 * memory: the firmware, the digests of a kernel, and for SEV-ES the first state of each processor. No Keep
 * runs so, for neither protects memory's integrity; relying parties of other software still ask. */
#include "hash.h"
#include "kernel_hashes.h"
#include "measure.h"
#include "sev_metadata.h"
#include "vmsa.h"

static int add_kernel(struct measure_hash *h, const struct sev_metadata *m, const struct measure_options *o,
                      struct casemate_error *err)
{
    uint8_t table[KERNEL_HASHES_SIZE];
    if (!o->has_kernel)
        return 0;
    if (!m->has_hashes || m->hashes_size < sizeof table)
        return casemate_fail_expected(err, E_IMAGE,
                                      "an entry 7255371f-3a3b-4b04-927b-1da6efa8d454 of 176 bytes", "none",
                                      "The firmware checks no kernel, so that none can be measured");
    if (kernel_hashes(o, table, err))
        return -1;
    measure_hash_add(h, table, sizeof table);
    return 0;
}

static int add_processors(struct measure_hash *h, const struct sev_metadata *m,
                          const struct measure_options *o, struct measured *result,
                          struct casemate_error *err)
{
    const uint32_t count = o->vcpus ? o->vcpus : 1;
    uint8_t page[VMSA_SIZE];
    uint32_t signature;
    if (vcpu_signature(o->vcpu_type ? o->vcpu_type : VCPU_TYPE_DEFAULT, &signature, err))
        return -1;
    if (count > 1 && !m->has_reset_address)
        return casemate_fail_expected(err, E_IMAGE, "an entry 00f771de-1a7e-4fcb-890e-68c77e2fb44e", "none",
                                      "The image does not say where its second vCPU starts");
    for (uint32_t i = 0; i < count; i++) {
        if (i < 2)
            vmsa_make(VMSA_QEMU, i ? m->reset_address : VMSA_FIRST_ADDRESS, signature, 0, page);
        measure_hash_add(h, page, sizeof page);
    }
    measure_note(result, "%u vCPU(s) of signature 0x%x", count, signature);
    return 0;
}

static int measure_some(struct span image, const struct measure_options *o, bool es, struct measured *result,
                        struct casemate_error *err)
{
    struct sev_metadata m;
    struct measure_hash h;
    if (sev_metadata_read(image, &m, err))
        return -1;
    measure_hash_start(&h, PSA_ALG_SHA_256);
    measure_hash_add(&h, image.data, image.size);
    if (add_kernel(&h, &m, o, err) || (es && add_processors(&h, &m, o, result, err))) {
        measure_hash_drop(&h);
        return -1;
    }
    if (measure_hash_end(&h, &result->value, err))
        return -1;
    if (!o->has_kernel)
        measure_note(result, "no kernel is part of this measurement");
    return 0;
}

static int measure_es(struct span image, const struct measure_options *o, struct measured *result,
                      struct casemate_error *err)
{
    return measure_some(image, o, true, result, err);
}

static int measure_plain(struct span image, const struct measure_options *o, struct measured *result,
                         struct casemate_error *err)
{
    return measure_some(image, o, false, result, err);
}

static const char *const es_aliases[] = {"seves", NULL};
static const char *const no_aliases[] = {NULL};

const struct measure_tee measure_tee_sev_es = {
    .name = "sev-es",
    .aliases = es_aliases,
    .takes = MEASURE_TAKES_VCPUS | MEASURE_TAKES_KERNEL,
    .measure = measure_es,
};
const struct measure_tee measure_tee_sev = {
    .name = "sev",
    .aliases = no_aliases,
    .takes = MEASURE_TAKES_KERNEL,
    .measure = measure_plain,
};

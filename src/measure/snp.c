/* SPDX-License-Identifier: Apache-2.0 */
/* Launch digest of an SEV-SNP guest (SEV-SNP Firmware ABI, 8.17: SNP_LAUNCH_UPDATE): a chain of SHA-384, one
 * link a page: the image, the pages that its metadata ask for, and the first state of each processor. */
#include "kernel_hashes.h"
#include "measure.h"

#include <inttypes.h>

#include "../proto/crypto.h"
#include "sev_metadata.h"
#include "vmsa.h"

/* Table 65: page types. */
enum {
    PAGE_TYPE_NORMAL = 1,
    PAGE_TYPE_VMSA = 2,
    PAGE_TYPE_ZERO = 3,
    PAGE_TYPE_UNMEASURED = 4,
    PAGE_TYPE_SECRETS = 5,
    PAGE_TYPE_CPUID = 6,
};

enum { DIGEST_384 = 48, PAGE_INFO_SIZE = 0x70, FEATURE_SNP_ACTIVE = 1 };

/* What the RMP says of a VMSA's place, whose real one the guest never sees: all ones, cut to 48 bits. */
#define VMSA_ADDRESS UINT64_C(0xfffffffff000)

struct launch {
    uint8_t digest[DIGEST_384];
    int failed;
};

/* Table 67: PAGE_INFO. VMPL permissions and the IMI bit are zero in a launch without migration agent. */
static void add_page(struct launch *l, uint8_t type, uint64_t address, const uint8_t contents[DIGEST_384])
{
    uint8_t info[PAGE_INFO_SIZE] = {0};
    const struct span part = span_of(info, sizeof info);
    memcpy(info, l->digest, DIGEST_384);
    memcpy(info + 0x30, contents, DIGEST_384);
    store_le16(info + 0x60, PAGE_INFO_SIZE);
    info[0x62] = type;
    store_le64(info + 0x68, address);
    l->failed |= crypto_sha384(&part, 1, l->digest);
}

static void add_bytes(struct launch *l, uint8_t type, uint64_t address, const uint8_t *page)
{
    uint8_t contents[DIGEST_384];
    const struct span part = span_of(page, SEV_PAGE);
    l->failed |= crypto_sha384(&part, 1, contents);
    add_page(l, type, address, contents);
}

/* Pages whose contents the firmware makes or does not measure. */
static void add_range(struct launch *l, uint8_t type, const struct sev_section *s)
{
    static const uint8_t nothing[DIGEST_384];
    for (uint64_t at = 0; at < s->size; at += SEV_PAGE)
        add_page(l, type, s->address + at, nothing);
}

/* The page of digests: as the host fills it, or zeros without a kernel. */
static int add_hashes(struct launch *l, const struct sev_metadata *m, const struct sev_section *s,
                      const struct measure_options *o, struct casemate_error *err)
{
    uint8_t page[SEV_PAGE] = {0}, table[KERNEL_HASHES_SIZE];
    if (!o->has_kernel) {
        add_range(l, PAGE_TYPE_ZERO, s);
        return 0;
    }
    if (kernel_hashes(o, table, err))
        return -1;
    memcpy(page + m->hashes_address % SEV_PAGE, table, sizeof table);
    add_bytes(l, PAGE_TYPE_NORMAL, s->address, page);
    return 0;
}

static int add_section(struct launch *l, const struct sev_metadata *m, const struct sev_section *s,
                       enum vmsa_shape shape, const struct measure_options *o, struct casemate_error *err)
{
    switch (s->type) {
    case SEV_SECTION_MEMORY:
        add_range(l, shape == VMSA_GCE ? PAGE_TYPE_UNMEASURED : PAGE_TYPE_ZERO, s);
        return 0;
    case SEV_SECTION_SECRETS:
        add_range(l, PAGE_TYPE_SECRETS, s);
        return 0;
    case SEV_SECTION_CPUID:
        if (shape != VMSA_EC2)
            add_range(l, PAGE_TYPE_CPUID, s);
        return 0;
    case SEV_SECTION_KERNEL_HASHES:
        return add_hashes(l, m, s, o, err);
    default: /* the calling area of an SVSM */
        add_range(l, PAGE_TYPE_ZERO, s);
        return 0;
    }
}

static int add_sections(struct launch *l, const struct sev_metadata *m, enum vmsa_shape shape,
                        const struct measure_options *o, struct casemate_error *err)
{
    for (size_t i = 0; i < m->section_count; i++)
        if (add_section(l, m, &m->section[i], shape, o, err))
            return -1;
    /* EC2 adds the page of CPUID when all others are there. */
    for (size_t i = 0; shape == VMSA_EC2 && i < m->section_count; i++)
        if (m->section[i].type == SEV_SECTION_CPUID)
            add_range(l, PAGE_TYPE_CPUID, &m->section[i]);
    return 0;
}

static int add_processors(struct launch *l, const struct sev_metadata *m, enum vmsa_shape shape,
                          uint32_t signature, const struct measure_options *o)
{
    uint8_t page[VMSA_SIZE];
    for (uint32_t i = 0; i < (o->vcpus ? o->vcpus : 1); i++) {
        if (i < 2)
            vmsa_make(shape, i ? m->reset_address : VMSA_FIRST_ADDRESS, signature, o->guest_features, page);
        add_bytes(l, PAGE_TYPE_VMSA, VMSA_ADDRESS, page);
    }
    return l->failed;
}

static int check_hashes(const struct sev_metadata *m, struct casemate_error *err)
{
    for (size_t i = 0; i < m->section_count; i++)
        if (m->section[i].type == SEV_SECTION_KERNEL_HASHES && m->has_hashes &&
            m->hashes_size >= KERNEL_HASHES_SIZE &&
            m->hashes_address / SEV_PAGE * SEV_PAGE == m->section[i].address)
            return 0;
    return casemate_fail_expected(err, E_IMAGE,
                                  "a page for digests (section type 0x10) with room for 176 bytes", "none",
                                  "The firmware checks no kernel, so that none can be measured");
}

static int check(const struct sev_metadata *m, const struct measure_options *o, struct casemate_error *err)
{
    if (!m->has_sections)
        return casemate_fail_expected(err, E_IMAGE, "an entry dc886566-984a-4798-a75e-5585a7bf67cc", "none",
                                      "The image's GUID table names no SEV metadata: it is not made for SNP");
    if (o->vcpus > 1 && !m->has_reset_address)
        return casemate_fail_expected(err, E_IMAGE, "an entry 00f771de-1a7e-4fcb-890e-68c77e2fb44e", "none",
                                      "The image does not say where its second vCPU starts");
    if (!(o->guest_features & FEATURE_SNP_ACTIVE))
        return casemate_fail(err, E_USAGE, "Guest features 0x%" PRIx64 " lack bit 0, SNPActive",
                             o->guest_features);
    return o->has_kernel ? check_hashes(m, err) : 0;
}

static const char *const profiles[] = {"qemu", "ec2", "gce", NULL};

static enum vmsa_shape shape_of(const char *profile)
{
    return strcmp(profile, "ec2") == 0 ? VMSA_EC2 : strcmp(profile, "gce") == 0 ? VMSA_GCE : VMSA_QEMU;
}

static void explain(struct measured *result, const struct sev_metadata *m, const struct measure_options *o,
                    uint32_t signature)
{
    if (shape_of(o->profile) == VMSA_QEMU)
        measure_note(result, "%u vCPU(s) of signature 0x%x, guest features 0x%" PRIx64,
                     o->vcpus ? o->vcpus : 1, signature, o->guest_features);
    else
        measure_note(result, "%u vCPU(s), guest features 0x%" PRIx64, o->vcpus ? o->vcpus : 1,
                     o->guest_features);
    if (!o->has_kernel && sev_metadata_has(m, SEV_SECTION_KERNEL_HASHES))
        measure_note(result,
                     "the firmware checks a kernel's digests, and none was given: their page is zeros");
    else if (!o->has_kernel)
        measure_note(result, "no kernel is part of this measurement");
}

static int measure(struct span image, const struct measure_options *options, struct measured *result,
                   struct casemate_error *err)
{
    struct measure_options o = *options;
    struct launch l = {.failed = 0};
    struct sev_metadata m;
    uint32_t signature = 0;
    const enum vmsa_shape shape = shape_of(o.profile);
    if (o.guest_features == 0)
        o.guest_features = FEATURE_SNP_ACTIVE;
    if (o.vcpu_type && shape != VMSA_QEMU)
        return casemate_fail(
            err, E_USAGE, "With profile %s the measurement does not depend on the type of vCPU", o.profile);
    if (vcpu_signature(o.vcpu_type ? o.vcpu_type : VCPU_TYPE_DEFAULT, &signature, err) ||
        sev_metadata_read(image, &m, err) || check(&m, &o, err))
        return -1;
    for (size_t at = 0; at < image.size; at += SEV_PAGE)
        add_bytes(&l, PAGE_TYPE_NORMAL, m.address + at, image.data + at);
    if (add_sections(&l, &m, shape, &o, err))
        return -1;
    if (add_processors(&l, &m, shape, signature, &o))
        return casemate_fail(err, E_INTERNAL, "A digest over the image failed");
    memcpy(result->value.bytes, l.digest, DIGEST_384);
    result->value.size = DIGEST_384;
    explain(result, &m, &o, signature);
    return 0;
}

static const char *const aliases[] = {"sev-snp", NULL};

const struct measure_tee measure_tee_snp = {
    .name = "snp",
    .aliases = aliases,
    .image = "keep.fd",
    .profiles = profiles,
    .takes = MEASURE_TAKES_VCPUS | MEASURE_TAKES_FEATURES | MEASURE_TAKES_KERNEL,
    .measure = measure,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* VMSA pages. Offsets: AMD APM volume 2, table B-4; values: the processor's reset state (section 14.1.3) with
 * what each hypervisor adds. */
#include "vmsa.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/nearest.h"

/* ---- CPU models ---- */

/* Family, model and stepping of QEMU's models; "NAME" and "NAME-v1" to "NAME-vVERSIONS" are all the same. */
static const struct {
    const char *name;
    uint8_t versions, family, model, stepping;
} models[] = {
    {"EPYC", 5, 23, 1, 2},       {"EPYC-IBPB", 0, 23, 1, 2},   {"EPYC-Rome", 5, 23, 49, 0},
    {"EPYC-Milan", 3, 25, 1, 1}, {"EPYC-Genoa", 2, 25, 17, 0}, {"EPYC-Turin", 1, 26, 0, 0},
};

/* AMD CPUID specification (25481), Fn0000_0001_EAX. */
static uint32_t signature_of(uint32_t family, uint32_t model, uint32_t stepping)
{
    uint32_t base = family > 0xf ? 0xf : family, extended = family - base;
    return extended << 20 | (model >> 4) << 16 | base << 8 | (model & 0xf) << 4 | stepping;
}

static bool is_version_of(const char *type, const char *name, unsigned versions)
{
    size_t size = strlen(name);
    if (strncmp(type, name, size) != 0)
        return false;
    const char *rest = type + size;
    if (!*rest)
        return true;
    return strncmp(rest, "-v", 2) == 0 && rest[2] >= '1' && (unsigned)(rest[2] - '0') <= versions && !rest[3];
}

/* "0x" and one to eight digits. */
static bool is_number(const char *type, uint32_t *value)
{
    char *end;
    if (strncmp(type, "0x", 2) != 0 || strlen(type) > 10)
        return false;
    *value = (uint32_t)strtoul(type + 2, &end, 16);
    return !*end && strspn(type + 2, "0123456789abcdefABCDEF") > 0;
}

int vcpu_signature(const char *type, uint32_t *signature, struct casemate_error *err)
{
    struct nearest near = {.typed = type};
    if (is_number(type, signature))
        return 0;
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) {
        nearest_try(&near, models[i].name);
        if (!is_version_of(type, models[i].name, models[i].versions))
            continue;
        *signature = signature_of(models[i].family, models[i].model, models[i].stepping);
        return 0;
    }
    (void)casemate_fail(err, E_USAGE, "\"%.40s\" is no vCPU type that is known here", type);
    return casemate_next(err, "Did you mean %s? Its signature does too (CPUID 1, EAX: 0x800f12).",
                         near.best ? near.best : VCPU_TYPE_DEFAULT);
}

/* ---- the page ---- */

enum {
    AT_ES = 0x000,
    AT_CS = 0x010,
    AT_SS = 0x020,
    AT_DS = 0x030,
    AT_FS = 0x040,
    AT_GS = 0x050,
    AT_GDTR = 0x060,
    AT_LDTR = 0x070,
    AT_IDTR = 0x080,
    AT_TR = 0x090,
    AT_EFER = 0x0d0,
    AT_CR4 = 0x148,
    AT_CR0 = 0x158,
    AT_DR7 = 0x160,
    AT_DR6 = 0x168,
    AT_RFLAGS = 0x170,
    AT_RIP = 0x178,
    AT_G_PAT = 0x268,
    AT_RDX = 0x310,
    AT_SEV_FEATURES = 0x3b0,
    AT_XCR0 = 0x3e8,
    AT_MXCSR = 0x408,
    AT_X87_FCW = 0x410,
};

static void put_segment(uint8_t *at, uint16_t selector, uint16_t attributes, uint64_t base)
{
    store_le16(at, selector);
    store_le16(at + 2, attributes);
    store_le32(at + 4, 0xffff);
    store_le64(at + 8, base);
}

/* In what the hypervisors differ. */
struct shape {
    uint16_t cs, ss, tr;
    uint64_t pat;
    uint32_t rdx, mxcsr;
    uint16_t fcw;
};

static struct shape shape_of(enum vmsa_shape shape, uint32_t address, uint32_t signature)
{
    switch (shape) {
    case VMSA_EC2: /* the first processor's code segment has not been accessed */
        return (struct shape){
            address == VMSA_FIRST_ADDRESS ? 0x9a : 0x9b, 0x92, 0x83, 0x0007040600070406, 0x600, 0, 0};
    case VMSA_GCE:
        return (struct shape){0x9b, 0x93, 0x8b, 0x00070106, 0x600, 0, 0};
    case VMSA_QEMU:
        break;
    }
    return (struct shape){0x9b, 0x93, 0x8b, 0x0007040600070406, signature, 0x1f80, 0x37f};
}

void vmsa_make(enum vmsa_shape shape, uint32_t address, uint32_t signature, uint64_t features,
               uint8_t page[VMSA_SIZE])
{
    const struct shape s = shape_of(shape, address, signature);
    memset(page, 0, VMSA_SIZE);
    put_segment(page + AT_ES, 0, 0x93, 0);
    put_segment(page + AT_CS, 0xf000, s.cs, address & 0xffff0000);
    put_segment(page + AT_SS, 0, s.ss, 0);
    put_segment(page + AT_DS, 0, 0x93, 0);
    put_segment(page + AT_FS, 0, 0x93, 0);
    put_segment(page + AT_GS, 0, 0x93, 0);
    put_segment(page + AT_GDTR, 0, 0, 0);
    put_segment(page + AT_LDTR, 0, 0x82, 0);
    put_segment(page + AT_IDTR, 0, 0, 0);
    put_segment(page + AT_TR, 0, s.tr, 0);
    store_le64(page + AT_EFER, 0x1000); /* SVME, set by KVM */
    store_le64(page + AT_CR4, 0x40);    /* MCE, set by KVM */
    store_le64(page + AT_CR0, 0x10);
    store_le64(page + AT_DR7, 0x400);
    store_le64(page + AT_DR6, 0xffff0ff0);
    store_le64(page + AT_RFLAGS, 0x2);
    store_le64(page + AT_RIP, address & 0xffff);
    store_le64(page + AT_G_PAT, s.pat);
    store_le64(page + AT_RDX, s.rdx);
    store_le64(page + AT_SEV_FEATURES, features);
    store_le64(page + AT_XCR0, 0x1);
    store_le32(page + AT_MXCSR, s.mxcsr);
    store_le16(page + AT_X87_FCW, s.fcw);
}

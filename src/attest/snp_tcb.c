/* SPDX-License-Identifier: Apache-2.0 */
/* TCB versions and products of SEV-SNP. */
#include "snp_tcb.h"

#include <stdio.h>

static const char *const names[] = {"", "Milan", "Genoa", "Turin"};

const char *snp_product_name(enum snp_product product)
{
    return names[product];
}

enum snp_product snp_product_named(const char *name)
{
    for (unsigned p = SNP_MILAN; p <= SNP_TURIN; p++) {
        const size_t size = strlen(names[p]);
        if (strncmp(name, names[p], size) == 0 && (name[size] == '\0' || name[size] == '-'))
            return (enum snp_product)p;
    }
    return SNP_PRODUCT_UNKNOWN;
}

/* Siena and Bergamo (19h, A0h to AFh) have Genoa's keys. */
enum snp_product snp_product_of_cpu(uint8_t family, uint8_t model)
{
    if (family == 0x19 && model <= 0x0f)
        return SNP_MILAN;
    if (family == 0x19 && (model <= 0x1f || (model >= 0xa0 && model <= 0xaf)))
        return SNP_GENOA;
    if (family == 0x1a && model <= 0x11)
        return SNP_TURIN;
    return SNP_PRODUCT_UNKNOWN;
}

bool snp_tcb_parts(uint64_t version, enum snp_product product, struct snp_tcb *tcb)
{
    uint8_t byte[8];
    for (size_t i = 0; i < sizeof byte; i++)
        byte[i] = (uint8_t)(version >> 8 * i);
    if (product == SNP_TURIN) {
        *tcb = (struct snp_tcb){
            .fmc = byte[0], .bootloader = byte[1], .tee = byte[2], .snp = byte[3], .microcode = byte[7]};
        return (byte[4] | byte[5] | byte[6]) == 0;
    }
    *tcb = (struct snp_tcb){.bootloader = byte[0], .tee = byte[1], .snp = byte[6], .microcode = byte[7]};
    return (byte[2] | byte[3] | byte[4] | byte[5]) == 0;
}

bool snp_tcb_covers(const struct snp_tcb *b, const struct snp_tcb *a)
{
    return a->bootloader <= b->bootloader && a->tee <= b->tee && a->snp <= b->snp &&
           a->microcode <= b->microcode && a->fmc <= b->fmc;
}

bool snp_tcb_equal(const struct snp_tcb *a, const struct snp_tcb *b)
{
    return snp_tcb_covers(a, b) && snp_tcb_covers(b, a);
}

static uint8_t lower(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

static void lower_to(struct snp_tcb *tcb, const struct snp_tcb *other)
{
    tcb->bootloader = lower(tcb->bootloader, other->bootloader);
    tcb->tee = lower(tcb->tee, other->tee);
    tcb->snp = lower(tcb->snp, other->snp);
    tcb->microcode = lower(tcb->microcode, other->microcode);
    tcb->fmc = lower(tcb->fmc, other->fmc);
}

struct snp_tcb snp_tcb_effective(const struct snp_claims *snp)
{
    struct snp_tcb tcb = snp->reported;
    lower_to(&tcb, &snp->committed);
    lower_to(&tcb, &snp->launch);
    return tcb;
}

void snp_tcb_text(const struct snp_tcb *tcb, char text[SNP_TCB_TEXT])
{
    (void)snprintf(text, SNP_TCB_TEXT, "fmc %u, bootloader %u, tee %u, snp %u, microcode %u", tcb->fmc,
                   tcb->bootloader, tcb->tee, tcb->snp, tcb->microcode);
}

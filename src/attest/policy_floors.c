/* SPDX-License-Identifier: Apache-2.0 */
/* The table of floors. Numbers are AMD's, as public verifiers and audits cite the bulletins that each is
 * named with; where none is cited for a product, the floor refuses until the policy tolerates it. Threats 11,
 * 12, 17 and 18. */
#include "policy_floors.h"

#include <stdio.h>

#include "snp_report.h"
#include "snp_tcb.h"

/* ---- TCB minima of AMD's bulletins ---- */

enum part { PART_SNP, PART_MICROCODE };
enum { ANY = -1 };

/* Microcode levels are of one stepping each: they end the patch's number (0A0011D1h). */
static const struct minimum {
    enum check_id floor;
    enum snp_product product;
    int model, stepping; /* ANY, or of CPUID function 1 */
    enum part part;
    uint8_t least;
} minima[] = {
    /* AMD-SB-3015, 2024-12: beside ALIAS_CHECK_COMPLETE. None for Turin, which shipped with the check. */
    {CHECK_FLOOR_BADRAM, SNP_MILAN, ANY, ANY, PART_SNP, 0x17},
    {CHECK_FLOOR_BADRAM, SNP_GENOA, ANY, ANY, PART_SNP, 0x16},
    /* AMD-SB-3005, 2023-11: Milan B1 and Milan-X B2; a B0 has no patch named and is held to B1's. */
    {CHECK_FLOOR_CACHEWARP, SNP_MILAN, 0x01, 2, PART_MICROCODE, 0x34},
    {CHECK_FLOOR_CACHEWARP, SNP_MILAN, ANY, ANY, PART_MICROCODE, 0xd1},
    /* AMD-SB-3019, 2025-02. Turin's number is cited for this bulletin and AMD-SB-3020 together. */
    {CHECK_FLOOR_ENTRYSIGN, SNP_MILAN, ANY, ANY, PART_SNP, 0x18},
    {CHECK_FLOOR_ENTRYSIGN, SNP_GENOA, ANY, ANY, PART_SNP, 0x17},
    {CHECK_FLOOR_ENTRYSIGN, SNP_TURIN, ANY, ANY, PART_SNP, 0x04},
    /* AMD-SB-3020, 2025-10. Milan's own number could not be confirmed: that of AMD-SB-3030, which is later.
     */
    {CHECK_FLOOR_RMPOCALYPSE, SNP_MILAN, ANY, ANY, PART_SNP, 0x1d},
    {CHECK_FLOOR_RMPOCALYPSE, SNP_GENOA, ANY, ANY, PART_SNP, 0x1b},
    {CHECK_FLOOR_RMPOCALYPSE, SNP_TURIN, ANY, ANY, PART_SNP, 0x04},
    /* AMD-SB-3027, 2026-01: Genoa B1, Genoa-X B2, Turin C1. Milan, Siena, Bergamo and Turin Dense: not
     * confirmed. */
    {CHECK_FLOOR_STACKWARP, SNP_GENOA, 0x11, 1, PART_MICROCODE, 0x56},
    {CHECK_FLOOR_STACKWARP, SNP_GENOA, 0x11, 2, PART_MICROCODE, 0x51},
    {CHECK_FLOOR_STACKWARP, SNP_TURIN, 0x02, 1, PART_MICROCODE, 0x51},
    /* AMD-SB-3030, 2026-05. Genoa and Turin: not confirmed. */
    {CHECK_FLOOR_BREAKFAST, SNP_MILAN, ANY, ANY, PART_SNP, 0x1d},
};
enum { MINIMA = sizeof minima / sizeof *minima };

/* A row names model and stepping, or neither. */
static bool is_for(const struct minimum *m, const struct snp_claims *snp)
{
    return m->product == snp->product && (m->model == ANY || (snp->has_cpuid && m->model == snp->cpu_model &&
                                                              m->stepping == snp->cpu_stepping));
}

/* The first that fits: special ones stand before general ones. */
static const struct minimum *find_minimum(enum check_id floor, const struct snp_claims *snp)
{
    for (size_t i = 0; i < MINIMA; i++)
        if (minima[i].floor == floor && is_for(&minima[i], snp))
            return &minima[i];
    return NULL;
}

static uint8_t part_of(const struct minimum *m, const struct snp_claims *snp)
{
    const struct snp_tcb tcb = snp_tcb_effective(snp);
    return m->part == PART_SNP ? tcb.snp : tcb.microcode;
}

bool policy_floors_outdated(const struct snp_claims *snp)
{
    for (size_t i = 0; i < MINIMA; i++)
        if (find_minimum(minima[i].floor, snp) == &minima[i] && part_of(&minima[i], snp) < minima[i].least)
            return true;
    return false;
}

/* ---- predicates ---- */

struct texts {
    char expected[CHECK_TEXT_MAX], found[CHECK_TEXT_MAX];
};

static void say(char text[CHECK_TEXT_MAX], const char *what)
{
    (void)snprintf(text, CHECK_TEXT_MAX, "%s", what);
}

/* Whether the TCB reaches the floor's number; without a number, `unknown`. */
static bool reaches(enum check_id floor, const struct snp_claims *snp, bool unknown, struct texts *t)
{
    const struct minimum *m = find_minimum(floor, snp);
    const char *product = snp->product ? snp_product_name(snp->product) : "an unknown product";
    if (!m) {
        (void)snprintf(t->expected, sizeof t->expected,
                       unknown ? "a product that is not affected" : "a product whose mended TCB is known");
        (void)snprintf(t->found, sizeof t->found, "%s, processor %02x-%02x-%02x", product, snp->cpu_family,
                       snp->cpu_model, snp->cpu_stepping);
        return unknown && snp->product != SNP_PRODUCT_UNKNOWN;
    }
    const char *part = m->part == PART_SNP ? "SNP" : "microcode";
    (void)snprintf(t->expected, sizeof t->expected, "%s with TCB[%s] of at least %u", product, part,
                   m->least);
    (void)snprintf(t->found, sizeof t->found, "%s with TCB[%s] %u", product, part, part_of(m, snp));
    return part_of(m, snp) >= m->least;
}

/* CVE-2024-21944: ALIAS_CHECK_COMPLETE says that the firmware looked for aliases and found none. */
static bool no_badram(const struct claims *c, struct texts *t)
{
    if (!reaches(CHECK_FLOOR_BADRAM, &c->snp, true, t))
        return false;
    const bool checked = c->snp.platform_info & SNP_PLATFORM_ALIAS_CHECK_COMPLETE;
    say(t->expected, "ALIAS_CHECK_COMPLETE");
    say(t->found, checked ? "set" : "clear");
    return checked;
}

/* CVE-2023-20592: Zen 4 and 5 are not affected. */
static bool no_cachewarp(const struct claims *c, struct texts *t)
{
    return reaches(CHECK_FLOOR_CACHEWARP, &c->snp, true, t);
}

/* CVE-2024-56161 (SEV-SNP), CVE-2024-36347. */
static bool no_entrysign(const struct claims *c, struct texts *t)
{
    return reaches(CHECK_FLOOR_ENTRYSIGN, &c->snp, false, t);
}

/* CVE-2025-0033. */
static bool no_rmpocalypse(const struct claims *c, struct texts *t)
{
    return reaches(CHECK_FLOOR_RMPOCALYPSE, &c->snp, false, t);
}

/* CVE-2025-29943: the attack needs the sibling thread, which a guest that disallows SMT never has. */
static bool no_stackwarp(const struct claims *c, struct texts *t)
{
    if (!(c->snp.policy & SNP_POLICY_SMT) && !(c->snp.platform_info & SNP_PLATFORM_SMT_EN)) {
        say(t->expected, "mended microcode, or no SMT");
        say(t->found, "no SMT");
        return true;
    }
    return reaches(CHECK_FLOOR_STACKWARP, &c->snp, false, t);
}

/* CVE-2025-61971, CVE-2025-61972. */
static bool no_breakfast(const struct claims *c, struct texts *t)
{
    return reaches(CHECK_FLOOR_BREAKFAST, &c->snp, false, t);
}

/* CVE-2025-54510. AMD took the bulletin's TCB values back in 2026-09: on Milan bit 4 of the mitigation
 * vectors says it, at launch and now; for Genoa and Turin no such statement could be confirmed. */
static bool no_fabricked(const struct claims *c, struct texts *t)
{
    const struct snp_claims *snp = &c->snp;
    const uint64_t both = snp->launch_mitigations & snp->current_mitigations;
    (void)snprintf(t->expected, sizeof t->expected, "Milan with bit 4 of both mitigation vectors");
    (void)snprintf(t->found, sizeof t->found, "%s with vectors %#llx and %#llx",
                   snp->product ? snp_product_name(snp->product) : "an unknown product",
                   (unsigned long long)snp->launch_mitigations, (unsigned long long)snp->current_mitigations);
    return snp->product == SNP_MILAN && snp->has_mitigations && both >> 4 & 1;
}

/* CVE-2025-54509: no TCB value or mitigation bit of the bulletin could be confirmed for any product. */
static bool no_staleus(const struct claims *c, struct texts *t)
{
    (void)c;
    say(t->expected, "a TCB that is known to be mended");
    say(t->found, "none is known for any product");
    return false;
}

/* The seed is the chip's for good, whatever firmware it has now. */
static bool no_root_seed(const struct claims *c, struct texts *t)
{
    say(t->expected, "Genoa or Turin");
    say(t->found, c->snp.product ? snp_product_name(c->snp.product) : "an unknown product");
    return c->snp.product == SNP_GENOA || c->snp.product == SNP_TURIN;
}

static bool demands(const struct claims *c, uint64_t policy, const char *name, struct texts *t)
{
    const bool set = (c->snp.policy & policy) == policy;
    (void)snprintf(t->expected, sizeof t->expected, "%s in the guest policy", name);
    (void)snprintf(t->found, sizeof t->found, "policy %#llx", (unsigned long long)c->snp.policy);
    return set;
}

/* CIPHERLEAKS, CVE-2020-12966; ciphertext side channel, CVE-2021-46744. That the platform then has it too is
 * `snp-platform`. */
static bool hides_ciphertext(const struct claims *c, struct texts *t)
{
    return demands(c, SNP_POLICY_CIPHERTEXT_HIDING, "CIPHERTEXT_HIDING_DRAM", t);
}

/* Heracles, CCS 2025 (AMD-SB-3021). */
static bool no_page_swap(const struct claims *c, struct texts *t)
{
    return demands(c, SNP_POLICY_PAGE_SWAP_DISABLE, "PAGE_SWAP_DISABLE", t);
}

/* TDX module ABI, ATTRIBUTES bit 28. Row 45: without it the host chooses where a #VE hits. */
static bool no_ve_on_private_memory(const struct claims *c, struct texts *t)
{
    const bool set = c->tdx.td_attributes >> 28 & 1;
    say(t->expected, "SEPT_VE_DISABLE");
    (void)snprintf(t->found, sizeof t->found, "%s in ATTRIBUTES %#llx", set ? "set" : "clear",
                   (unsigned long long)c->tdx.td_attributes);
    return set;
}

/* ---- the table ---- */

static const struct floor {
    enum check_id row;
    const char *tee;
    const char *since; /* publication of the break */
    bool (*holds)(const struct claims *claims, struct texts *texts);
} floors[] = {
    {CHECK_FLOOR_BADRAM, "snp", "2024-12-10", no_badram},
    {CHECK_FLOOR_CACHEWARP, "snp", "2023-11-14", no_cachewarp},
    {CHECK_FLOOR_ENTRYSIGN, "snp", "2025-02-03", no_entrysign},
    {CHECK_FLOOR_RMPOCALYPSE, "snp", "2025-10-13", no_rmpocalypse},
    {CHECK_FLOOR_STACKWARP, "snp", "2026-01-15", no_stackwarp},
    {CHECK_FLOOR_BREAKFAST, "snp", "2026-05-12", no_breakfast},
    {CHECK_FLOOR_FABRICKED, "snp", "2026", no_fabricked},
    {CHECK_FLOOR_STALEUS, "snp", "2026", no_staleus},
    {CHECK_FLOOR_MILAN_ROOT_SEED, "snp", "2026-05-13", no_root_seed},
    {CHECK_FLOOR_CIPHERTEXT_HIDING, "snp", "2021-08", hides_ciphertext},
    {CHECK_FLOOR_HERACLES, "snp", "2025-08", no_page_swap},
    {CHECK_FLOOR_SEPT_VE_DISABLE, "tdx", "2021-09", no_ve_on_private_memory},
};
enum { FLOORS = sizeof floors / sizeof *floors };

const char *policy_floor_id(size_t index)
{
    return index < FLOORS ? check_id_name(floors[index].row) : NULL;
}

static bool tolerated(const struct policy_words *tolerate, const char *id)
{
    for (size_t i = 0; i < tolerate->count; i++)
        if (strcmp(tolerate->word[i], id) == 0)
            return true;
    return false;
}

void policy_floors_evaluate(const struct policy_words *tolerate, const struct claims *claims,
                            struct check_report *report)
{
    for (size_t i = 0; i < FLOORS; i++) {
        struct texts t = {"", ""};
        const struct floor *f = &floors[i];
        if (strcmp(f->tee, claims->tee) != 0 || claims->measurement.size == 0)
            continue; /* of another TEE, or unreadable and refused as such */
        bool holds = f->holds(claims, &t);
        if (tolerated(tolerate, check_id_name(f->row)))
            check_not_applicable(report, f->row, "tolerated by the policy");
        else
            (void)check_set(report, f->row, holds, t.expected, "%s (break published in %s)", t.found,
                            f->since);
    }
}

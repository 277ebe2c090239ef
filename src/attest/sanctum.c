/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of Sanctum Keeps. The chain is leaf (the Keep's, made by the monitor at launch for one
 * measurement), monitor (made by the root stage for one monitor), device, and above it who made the device.
 * Each lower key exists only for the code that its certificate names: which monitor that may be, is the
 * policy's to say. */
#include <stdio.h>

#include "../base/hex.h"
#include "../proto/crypto.h"
#include "keep_eat.h"

enum { LEAF = 0, MONITOR, DEVICE };

static const struct eat_kind kind = {"sanctum", SANCTUM_EAT_PROFILE, keep_eat_enforced};

bool attest_sanctum_recognise(struct span evidence)
{
    return eat_has_profile(evidence, SANCTUM_EAT_PROFILE);
}

void attest_sanctum_need(struct check_report *report)
{
    eat_need(report);
    check_need(report, CHECK_EAT_IMAGE);
    check_need(report, CHECK_SANCTUM_MONITOR);
    check_need(report, CHECK_SANCTUM_DEVICE);
}

static void judge_monitor(const struct eat *eat, const struct eat_extra *extra, struct check_report *report)
{
    static const char expected[] = "a second certificate that names monitor and version";
    struct dice_tcb tcb;
    if (eat->chain.count <= MONITOR) {
        (void)check_set(report, CHECK_SANCTUM_MONITOR, false, expected, "%zu certificates", eat->chain.count);
        return;
    }
    if (!dice_tcb_read(&eat->chain.certificate[MONITOR], &tcb) || !tcb.has_sha384 || !tcb.has_svn) {
        (void)check_set(report, CHECK_SANCTUM_MONITOR, false, expected, "one that does not");
        return;
    }
    (void)check_digest(report, CHECK_SANCTUM_MONITOR, tcb.sha384, extra->monitor, sizeof tcb.sha384);
    if (tcb.svn != extra->monitor_svn)
        (void)check_set(report, CHECK_SANCTUM_MONITOR, false, expected, "version %u, certified for %u",
                        extra->monitor_svn, tcb.svn);
}

static void judge_device(const struct eat *eat, const struct eat_extra *extra, struct check_report *report)
{
    uint8_t digest[DIGEST_SIZE];
    if (eat->chain.count <= DEVICE) {
        (void)check_set(report, CHECK_SANCTUM_DEVICE, false, "a third certificate, of the device",
                        "%zu certificates", eat->chain.count);
        return;
    }
    const mbedtls_x509_buf *raw = &eat->chain.certificate[DEVICE].pk_raw;
    const struct span spki = span_of(raw->p, raw->len);
    if (crypto_sha256(&spki, 1, digest) == 0)
        (void)check_digest(report, CHECK_SANCTUM_DEVICE, digest, extra->device, sizeof digest);
}

static void take_claims(const struct eat_extra *extra, struct claims *claims)
{
    claims->has_sanctum = true;
    memcpy(claims->sanctum.monitor, extra->monitor, sizeof claims->sanctum.monitor);
    claims->sanctum.monitor_svn = extra->monitor_svn;
    hex_encode(extra->device, sizeof extra->device, claims->platform);
}

void attest_sanctum(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims)
{
    struct eat eat;
    struct eat_extra extra;
    struct dice_tcb leaf;
    chain_init(&eat.chain);
    (void)snprintf(claims->tee, sizeof claims->tee, "%s", kind.tee);
    claims->class = ATTEST_SIMULATED; /* no maker's root is compiled in */
    if (keep_eat_read(input->evidence, EAT_MONITOR | EAT_MONITOR_SVN | EAT_DEVICE, &eat, &extra, report)) {
        take_claims(&extra, claims);
        eat_judge(&eat, &kind, input, statement, report, claims);
        keep_eat_judge_image(&eat, report, &leaf);
        judge_monitor(&eat, &extra, report);
        judge_device(&eat, &extra, report);
    }
    chain_free(&eat.chain);
}

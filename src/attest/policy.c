/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: making, and each clause as a row (docs/policy.md). */
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hex.h"
#include "attest.h"
#include "policy_floors.h"
#include "policy_rules.h"

struct policy *policy_new(struct casemate_error *err)
{
    struct policy *p = calloc(1, sizeof *p);
    if (!p) {
        (void)casemate_fail(err, E_NOMEM, "No memory for a policy");
        return NULL;
    }
    p->class = ATTEST_HARDWARE;
    p->tcb_status.count = 1;
    memcpy(p->tcb_status.word[0], "UpToDate", sizeof "UpToDate");
    policy_snp_default(&p->snp);
    return p;
}

int policy_default(struct policy **policy, struct casemate_error *err)
{
    *policy = policy_new(err);
    return *policy ? 0 : -1;
}

int policy_copy(const struct policy *from, struct policy **to, struct casemate_error *err)
{
    *to = policy_new(err);
    if (!*to)
        return -1;
    **to = *from;
    return 0;
}

void policy_free(struct policy *policy)
{
    free(policy);
}

enum attest_class policy_class(const struct policy *policy)
{
    return policy->class;
}

int policy_allow_simulated(struct policy *policy, const struct attest_roots *roots,
                           struct casemate_error *err)
{
    policy->class = ATTEST_SIMULATED;
    for (size_t i = 0; i < roots->count; i++)
        if (attest_roots_add(&policy->roots, &roots->root[i], err))
            return -1;
    return 0;
}

static int copy_name(char *to, size_t capacity, const char *from, struct casemate_error *err)
{
    int size = snprintf(to, capacity, "%s", from);
    return size >= 0 && (size_t)size < capacity ? 0
                                                : casemate_fail(err, E_LIMIT, "%s is too long a name", from);
}

int policy_add_measurement(struct policy *policy, const char *tee, struct span value,
                           struct casemate_error *err)
{
    if (policy->measurement_count == POLICY_MEASUREMENTS_MAX)
        return casemate_fail(err, E_LIMIT, "A policy has at most %d measurements", POLICY_MEASUREMENTS_MAX);
    struct policy_measurement *m = &policy->measurement[policy->measurement_count];
    if (value.size == 0 || value.size > sizeof m->value.bytes)
        return casemate_fail(err, E_CONFIG, "A measurement has 32 or 48 bytes, not %zu", value.size);
    if (copy_name(m->tee, sizeof m->tee, tee, err))
        return -1;
    memcpy(m->value.bytes, value.data, value.size);
    m->value.size = value.size;
    policy->measurement_count++;
    return 0;
}

int policy_add_reference(struct policy *policy, const char *tee, const struct measurement *value,
                         const char *image, uint32_t svn, struct casemate_error *err)
{
    if (policy->reference_count == POLICY_REFERENCES_MAX)
        return casemate_fail(err, E_LIMIT, "A policy knows at most %d images", POLICY_REFERENCES_MAX);
    struct policy_measurement *r = &policy->reference[policy->reference_count];
    if (copy_name(r->tee, sizeof r->tee, tee, err) || copy_name(r->name, sizeof r->name, image, err))
        return -1;
    r->value = *value;
    r->svn = svn;
    policy->reference_count++;
    return 0;
}

bool policy_pins_root(const struct policy *policy, const uint8_t fingerprint[DIGEST_SIZE])
{
    for (size_t i = 0; i < policy->roots.count; i++)
        if (memcmp(policy->roots.root[i].fingerprint, fingerprint, DIGEST_SIZE) == 0)
            return true;
    return false;
}

/* ---- clauses ---- */

static void judge_class(const struct policy *p, const struct claims *c, struct check_report *report)
{
    (void)check_set(report, CHECK_CLASS, c->class == p->class, attest_class_name(p->class), "%s",
                    attest_class_name(c->class));
}

static void judge_tee(const struct policy *p, const struct claims *c, struct check_report *report)
{
    char expected[CHECK_TEXT_MAX] = "";
    bool found = false;
    if (p->tee_count == 0) {
        check_not_applicable(report, CHECK_TEE, "the policy names no TEEs");
        return;
    }
    for (size_t i = 0; i < p->tee_count; i++) {
        size_t used = strlen(expected);
        (void)snprintf(expected + used, sizeof expected - used, "%s%s", i ? ", " : "", p->tee[i]);
        found = found || strcmp(p->tee[i], c->tee) == 0;
    }
    (void)check_set(report, CHECK_TEE, found, expected, "%s", c->tee);
}

static bool measures(const struct policy_measurement *m, const struct claims *c)
{
    return strcmp(m->tee, c->tee) == 0 && m->value.size == c->measurement.size &&
           memcmp(m->value.bytes, c->measurement.bytes, m->value.size) == 0;
}

static const struct policy_image *image_named(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->image_count; i++)
        if (strcmp(p->image[i].name, name) == 0)
            return &p->image[i];
    return NULL;
}

/* Whether the policy lets this image of the caller's count: by name, or because it names nothing at all. */
static bool reference_counts(const struct policy *p, const struct policy_measurement *reference)
{
    return (p->image_count == 0 && p->measurement_count == 0) || image_named(p, reference->name);
}

static void judge_svn(const struct policy *p, const struct policy_measurement *reference,
                      struct check_report *report)
{
    const struct policy_image *image = reference ? image_named(p, reference->name) : NULL;
    char expected[32];
    if (!image) {
        check_not_applicable(report, CHECK_SVN, "the policy names no minimum for this image");
        return;
    }
    (void)snprintf(expected, sizeof expected, "at least %u", image->min_svn);
    (void)check_set(report, CHECK_SVN, reference->svn >= image->min_svn, expected, "%u (%s)", reference->svn,
                    reference->name);
}

static void judge_measurement(const struct policy *p, const struct claims *c, struct check_report *report)
{
    const struct policy_measurement *match = NULL, *reference = NULL, *only = NULL;
    size_t known = 0;
    char found[2 * MEASUREMENT_SIZE_MAX + 1], expected[CHECK_TEXT_MAX];
    for (size_t i = 0; i < p->measurement_count; i++) {
        known += strcmp(p->measurement[i].tee, c->tee) == 0;
        only = strcmp(p->measurement[i].tee, c->tee) == 0 ? &p->measurement[i] : only;
        match = measures(&p->measurement[i], c) ? &p->measurement[i] : match;
    }
    for (size_t i = 0; i < p->reference_count && !match; i++) {
        if (!reference_counts(p, &p->reference[i]))
            continue;
        known += strcmp(p->reference[i].tee, c->tee) == 0;
        only = strcmp(p->reference[i].tee, c->tee) == 0 ? &p->reference[i] : only;
        reference = measures(&p->reference[i], c) ? &p->reference[i] : reference;
    }
    hex_encode(c->measurement.bytes, c->measurement.size, found);
    if (match || reference)
        (void)snprintf(expected, sizeof expected, "%s", found);
    else if (known == 1)
        hex_encode(only->value.bytes, only->value.size, expected);
    else
        (void)snprintf(expected, sizeof expected, "one of %zu known measurements", known);
    (void)check_set(report, CHECK_MEASUREMENT, match || reference, expected, "%s", found);
    if (known == 0)
        check_reason(report, CHECK_MEASUREMENT, "measurement-unknown");
    judge_svn(p, match ? NULL : reference, report);
}

static bool has_word(const struct policy_words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

static void join_words(const struct policy_words *words, char text[CHECK_TEXT_MAX])
{
    text[0] = '\0';
    for (size_t i = 0; i < words->count; i++) {
        size_t used = strlen(text);
        (void)snprintf(text + used, CHECK_TEXT_MAX - used, "%s%s", i ? ", " : "", words->word[i]);
    }
}

static void judge_tcb(const struct policy *p, const struct claims *c, struct check_report *report)
{
    char expected[CHECK_TEXT_MAX], missing[CHECK_TEXT_MAX] = "";
    if (!c->has_tcb) {
        check_not_applicable(report, CHECK_TCB, "this TEE has no TCB levels");
        check_not_applicable(report, CHECK_ADVISORIES, "this TEE has no advisories");
        return;
    }
    join_words(&p->tcb_status, expected);
    (void)check_set(report, CHECK_TCB, has_word(&p->tcb_status, c->tcb.status), expected, "%s",
                    c->tcb.status[0] ? c->tcb.status : "unknown, for there is no collateral");
    for (size_t i = 0; i < c->advisory_count; i++) {
        size_t used = strlen(missing);
        if (!has_word(&p->advisories, c->advisory[i]))
            (void)snprintf(missing + used, sizeof missing - used, "%s%s", used ? ", " : "", c->advisory[i]);
    }
    join_words(&p->advisories, expected);
    (void)check_set(report, CHECK_ADVISORIES, missing[0] == '\0', expected[0] ? expected : "none", "%s",
                    missing[0] ? missing : "no others");
}

/* Intel numbers the evaluations of its TCBs: an older list may be current by its dates, but knows less. */
static void judge_evaluation(const struct policy *p, const struct claims *c, struct check_report *report)
{
    char expected[32];
    if (p->min_tcb_evaluation == 0 || !c->has_intel) {
        check_not_applicable(report, CHECK_TCB_EVALUATION,
                             p->min_tcb_evaluation ? "this TEE's TCB levels have no such number"
                                                   : "the policy names no minimum");
        return;
    }
    (void)snprintf(expected, sizeof expected, "at least %u", p->min_tcb_evaluation);
    (void)check_set(report, CHECK_TCB_EVALUATION, c->tcb.evaluation >= p->min_tcb_evaluation, expected, "%u",
                    c->tcb.evaluation);
}

/* Row 19: against an interposer on the bus nothing but knowing the machines helps. */
static void judge_platform(const struct policy *p, const struct claims *c, struct check_report *report)
{
    bool found = false;
    if (p->platform_count == 0) {
        check_not_applicable(report, CHECK_PLATFORM, "the policy names no platforms");
        return;
    }
    for (size_t i = 0; i < p->platform_count; i++)
        found = found || strcmp(p->platform[i], c->platform) == 0;
    (void)check_set(report, CHECK_PLATFORM, found, "one of the platforms of the policy", "%s",
                    c->platform[0] ? c->platform : "a platform without identity");
}

void policy_evaluate(const struct policy *policy, const struct claims *claims, struct check_report *report)
{
    judge_class(policy, claims, report);
    judge_tee(policy, claims, report);
    judge_measurement(policy, claims, report);
    (void)check_set(report, CHECK_DEBUG, !claims->debug || policy->allow_debug,
                    policy->allow_debug ? "on or off" : "off", "%s", claims->debug ? "on" : "off");
    judge_tcb(policy, claims, report);
    judge_evaluation(policy, claims, report);
    judge_platform(policy, claims, report);
    policy_snp_evaluate(&policy->snp, claims, report);
    policy_floors_evaluate(&policy->tolerate, claims, report);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: making, and each clause as a row (docs/policy.md). */
#include "policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attest.h"
#include "corim.h"
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
    p->tcb_status_default = true;
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
    const size_t size = strlen(from) + 1;
    if (size > capacity)
        return casemate_fail(err, E_LIMIT, "%s is too long a name", from);
    memcpy(to, from, size);
    return 0;
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

int policy_add_corim(struct policy *policy, const struct corim *corim, struct casemate_error *err)
{
    if (corim->count > POLICY_MEASUREMENTS_MAX - policy->measurement_count)
        return casemate_fail(err, E_LIMIT, "A policy has at most %d measurements", POLICY_MEASUREMENTS_MAX);
    for (size_t i = 0; i < corim->count; i++) {
        struct policy_measurement *m = &policy->measurement[policy->measurement_count++];
        *m = (struct policy_measurement){.value = corim->value[i].value,
                                         .has_min_svn = corim->value[i].has_svn,
                                         .min_svn = corim->value[i].min_svn};
        memcpy(m->tee, corim->value[i].tee, sizeof m->tee);
    }
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

/* Advisories that apply and are not tolerated, as text. */
static void missing_advisories(const struct policy *p, const struct claims *c, char missing[CHECK_TEXT_MAX])
{
    missing[0] = '\0';
    for (size_t i = 0; i < c->advisory_count; i++) {
        size_t used = strlen(missing);
        if (!has_word(&p->advisories, c->advisory[i]))
            (void)snprintf(missing + used, CHECK_TEXT_MAX - used, "%s%s", used ? ", " : "", c->advisory[i]);
    }
}

/* By default a platform whose software needs hardening counts too, if the policy names what for. */
static bool status_allowed(const struct policy *p, const struct claims *c, bool advisories_named)
{
    return has_word(&p->tcb_status, c->tcb.status) ||
           (p->tcb_status_default && strcmp(c->tcb.status, "SWHardeningNeeded") == 0 && c->advisory_count &&
            advisories_named);
}

static void judge_tcb(const struct policy *p, const struct claims *c, struct check_report *report)
{
    char expected[CHECK_TEXT_MAX], missing[CHECK_TEXT_MAX];
    if (!c->has_tcb) {
        check_not_applicable(report, CHECK_TCB, "this TEE has no TCB levels");
        check_not_applicable(report, CHECK_ADVISORIES, "this TEE has no advisories");
        return;
    }
    missing_advisories(p, c, missing);
    join_words(&p->tcb_status, expected);
    (void)check_set(report, CHECK_TCB, status_allowed(p, c, missing[0] == '\0'),
                    p->tcb_status_default ? "UpToDate, or SWHardeningNeeded with every advisory named"
                                          : expected,
                    "%s", c->tcb.status[0] ? c->tcb.status : "unknown, for there is no collateral");
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

static void judge_age(const struct policy *p, const struct claims *c, struct check_report *report)
{
    enum { DAY = 24 * 3600 };
    char expected[32];
    if (p->max_collateral_age == 0 || (!c->has_tcb && c->collateral_date == 0)) {
        check_not_applicable(report, CHECK_COLLATERAL_AGE,
                             p->max_collateral_age ? "this TEE has no collateral"
                                                   : "the policy names no age");
        return;
    }
    (void)snprintf(expected, sizeof expected, "at most %u days", p->max_collateral_age);
    if (c->collateral_date == 0)
        (void)check_set(report, CHECK_COLLATERAL_AGE, false, expected, "no collateral");
    else
        (void)check_set(report, CHECK_COLLATERAL_AGE,
                        c->time - c->collateral_date <= (int64_t)p->max_collateral_age * DAY, expected,
                        "%lld days", (long long)((c->time - c->collateral_date) / DAY));
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
    policy_code_evaluate(policy, claims, report);
    (void)check_set(report, CHECK_DEBUG, !claims->debug || policy->allow_debug,
                    policy->allow_debug ? "on or off" : "off", "%s", claims->debug ? "on" : "off");
    judge_tcb(policy, claims, report);
    judge_evaluation(policy, claims, report);
    judge_age(policy, claims, report);
    judge_platform(policy, claims, report);
    policy_snp_evaluate(&policy->snp, claims, report);
    policy_sanctum_evaluate(&policy->sanctum_monitors, claims, report);
    policy_floors_evaluate(&policy->tolerate, claims, report);
}

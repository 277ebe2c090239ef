/* SPDX-License-Identifier: Apache-2.0 */
/* Which code a policy accepts: by measurement, by signer, or as an image that the caller measured itself; and
 * its security version (docs/policy.md). */
#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "attest.h"
#include "policy_rules.h"

/* What of the policy is about this TEE, and what of it matches. */
struct code {
    size_t known; /* measurements, signers and images of this TEE */
    const struct measurement *only;
    const struct policy_measurement *measured, *reference;
    const struct policy_signer *signer;
};

static bool same(const struct measurement *a, const struct measurement *b)
{
    return a->size && a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static const struct policy_image *image_named(const struct policy *p, const char *name)
{
    for (size_t i = 0; i < p->image_count; i++)
        if (strcmp(p->image[i].name, name) == 0)
            return &p->image[i];
    return NULL;
}

/* By name, or because the policy names nothing at all. */
bool policy_asks_for(const struct policy *p, const char *image)
{
    return (p->image_count == 0 && p->measurement_count == 0 && p->signer_count == 0) ||
           image_named(p, image);
}

/* Whether this one is about the TEE, and then whether it measures what the evidence claims. */
static bool try_measurement(struct code *code, const struct policy_measurement *m, const struct claims *c)
{
    if (strcmp(m->tee, c->tee) != 0)
        return false;
    code->known++;
    code->only = &m->value;
    return same(&m->value, &c->measurement);
}

/* A signer vouches for his product only, if the policy names one. */
static bool try_signer(struct code *code, const struct policy_signer *s, const struct claims *c)
{
    if (strcmp(s->tee, c->tee) != 0)
        return false;
    code->known++;
    return same(&s->value, &c->signer) && (!s->has_product || (c->has_svn && s->product == c->product));
}

static void find(const struct policy *p, const struct claims *c, struct code *code)
{
    for (size_t i = 0; i < p->measurement_count; i++)
        if (try_measurement(code, &p->measurement[i], c))
            code->measured = &p->measurement[i];
    for (size_t i = 0; i < p->signer_count; i++)
        if (try_signer(code, &p->signer[i], c))
            code->signer = &p->signer[i];
    for (size_t i = 0; i < p->reference_count; i++)
        if (policy_asks_for(p, p->reference[i].name) && try_measurement(code, &p->reference[i], c))
            code->reference = &p->reference[i];
}

static void judge_code(const struct code *code, const struct claims *c, struct check_report *report)
{
    char found[2 * MEASUREMENT_SIZE_MAX + 1], signer[2 * MEASUREMENT_SIZE_MAX + 1], expected[CHECK_TEXT_MAX];
    hex_encode(c->measurement.bytes, c->measurement.size, found);
    hex_encode(c->signer.bytes, c->signer.size, signer);
    const bool good = code->measured || code->reference || code->signer;
    if (code->measured || code->reference)
        (void)snprintf(expected, sizeof expected, "%s", found);
    else if (code->signer)
        (void)snprintf(expected, sizeof expected, "code signed by %s", signer);
    else if (code->known == 1 && code->only)
        hex_encode(code->only->bytes, code->only->size, expected);
    else
        (void)snprintf(expected, sizeof expected, "one of %zu known measurements or signers", code->known);
    (void)check_set(report, CHECK_MEASUREMENT, good, expected, "%s%s%s", found,
                    c->signer.size && !code->measured && !code->reference ? ", signed by " : "",
                    c->signer.size && !code->measured && !code->reference ? signer : "");
    if (code->known == 0)
        check_reason(report, CHECK_MEASUREMENT, "measurement-unknown");
}

/* The largest of the minimums that apply to what the evidence claims. */
static bool least_svn(const struct policy *p, const struct code *code, const struct claims *c,
                      uint32_t *least)
{
    const uint32_t all = strcmp(c->tee, "sgx") == 0 ? p->min_svn_sgx : 0;
    bool any = all != 0;
    *least = all;
    if (code->measured && code->measured->has_min_svn) {
        any = true;
        *least = code->measured->min_svn > *least ? code->measured->min_svn : *least;
    }
    if (!code->measured && !code->reference && code->signer && code->signer->has_min_svn) {
        any = true;
        *least = code->signer->min_svn > *least ? code->signer->min_svn : *least;
    }
    return any;
}

static void judge_svn(const struct policy *p, const struct code *code, const struct claims *c,
                      struct check_report *report)
{
    const struct policy_image *image =
        code->reference && !code->measured ? image_named(p, code->reference->name) : NULL;
    char expected[48];
    uint32_t least;
    bool any = least_svn(p, code, c, &least);
    (void)snprintf(expected, sizeof expected, "at least %u", image ? image->min_svn : least);
    if (image)
        (void)check_set(report, CHECK_SVN, code->reference->svn >= image->min_svn, expected, "%u (%s)",
                        code->reference->svn, code->reference->name);
    (void)snprintf(expected, sizeof expected, "at least %u", least);
    if (any && !c->has_svn)
        (void)check_set(report, CHECK_SVN, false, expected, "evidence that claims none");
    else if (any)
        (void)check_set(report, CHECK_SVN, c->svn >= least, expected, "%u", c->svn);
    else if (!image)
        check_not_applicable(report, CHECK_SVN, "the policy names no minimum for this code");
}

void policy_code_evaluate(const struct policy *policy, const struct claims *claims,
                          struct check_report *report)
{
    struct code code = {0};
    find(policy, claims, &code);
    judge_code(&code, claims, report);
    judge_svn(policy, &code, claims, report);
}

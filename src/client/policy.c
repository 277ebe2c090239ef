/* SPDX-License-Identifier: Apache-2.0 */
/* Policies: from a file, or by default, each with the images of this installation as references. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../attest/corim.h"
#include "../base/hex.h"
#include "image.h"
#include "record.h"
#include "verdict.h"

/* What this client trusts by itself: the images that came with it, measured by itself. Measuring takes
 * milliseconds; what is added to a policy later can only let fewer of them count. */
static int add_references(struct policy *policy, struct casemate_error *err)
{
    for (size_t i = 0; measure_table[i]; i++) {
        const struct measure_tee *tee = measure_table[i];
        struct casemate_image *image;
        if (!tee->image || !policy_asks_for(policy, tee->image))
            continue;
        /* Not every installation has every image. */
        if (casemate_image_installed(tee->name, strlen(tee->name), &image, NULL) < 0)
            continue;
        int result = policy_add_reference(policy, tee->name, &image->measurement, tee->image, IMAGE_SVN, err);
        casemate_image_free(image);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int wrap(struct policy *made, casemate_policy **policy, struct casemate_error *err)
{
    struct casemate_policy *p = calloc(1, sizeof *p);
    if (!p)
        (void)casemate_fail(err, E_NOMEM, "No memory for a policy");
    if (!p || add_references(made, err) < 0) {
        policy_free(made);
        free(p);
        return -1;
    }
    p->policy = made;
    *policy = p;
    return 0;
}

int32_t casemate_policy_parse(const char *text, size_t size, const char *name, size_t name_size,
                              casemate_policy **policy, casemate_error *err)
{
    char shown[256];
    struct policy *made;
    (void)snprintf(shown, sizeof shown, "%.*s", (int)(name_size < 255 ? name_size : 255),
                   name_size ? name : "");
    if (policy_parse(text, size, shown, &made, err) < 0)
        return -1;
    return wrap(made, policy, err);
}

int32_t casemate_policy_default(casemate_policy **policy, casemate_error *err)
{
    struct policy *made;
    if (casemate_prepare(err) < 0 || policy_default(&made, err) < 0)
        return -1;
    return wrap(made, policy, err);
}

void casemate_policy_free(casemate_policy *policy)
{
    if (!policy)
        return;
    policy_free(policy->policy);
    free(policy->json);
    free(policy);
}

int32_t casemate_policy_allow_simulated(casemate_policy *policy, const casemate_roots *roots,
                                        casemate_error *err)
{
    return policy_allow_simulated(policy->policy, &roots->roots, err);
}

int32_t casemate_policy_add_root(casemate_policy *policy, const char *fingerprint, size_t fingerprint_size,
                                 casemate_error *err)
{
    struct attest_roots one = {.count = 1};
    if (!attest_fingerprint_parse(span_of(fingerprint, fingerprint_size), one.root[0].fingerprint))
        return casemate_fail(err, E_USAGE, "A root is \"sha256:\" and 64 hexadecimal digits");
    if (policy_class(policy->policy) == ATTEST_HARDWARE)
        return 0;
    return policy_allow_simulated(policy->policy, &one, err);
}

int32_t casemate_policy_add_measurement(casemate_policy *policy, const char *tee, size_t tee_size,
                                        const char *hex, size_t hex_size, casemate_error *err)
{
    char name[STATEMENT_NAME_MAX + 1] = {0};
    uint8_t value[MEASUREMENT_SIZE_MAX];
    if (tee_size > STATEMENT_NAME_MAX)
        return casemate_fail(err, E_TEE, "There is no TEE of that name");
    memcpy(name, tee, tee_size);
    if (hex_size / 2 > sizeof value || !hex_decode(hex, hex_size, value, hex_size / 2))
        return casemate_fail(err, E_USAGE, "A measurement is at most %d bytes in hexadecimal",
                             MEASUREMENT_SIZE_MAX);
    return policy_add_measurement(policy->policy, name, span_of(value, hex_size / 2), err);
}

int32_t casemate_policy_add_references(casemate_policy *policy, const char *name, size_t name_size,
                                       const void *bytes, size_t size, int64_t when, casemate_error *err)
{
    char shown[256];
    struct corim *corim = malloc(sizeof *corim);
    if (!corim)
        return casemate_fail(err, E_NOMEM, "No memory for reference values");
    (void)snprintf(shown, sizeof shown, "%.*s", (int)(name_size < 255 ? name_size : 255),
                   name_size ? name : "");
    int result = corim_read(span_of(bytes, size), shown, when ? when : (int64_t)time(NULL), corim, err);
    if (result == 0)
        result = policy_add_corim(policy->policy, corim, err);
    free(corim);
    return result;
}

int32_t casemate_policy_json(casemate_policy *policy, const char **text, size_t *size, casemate_error *err)
{
    char *made;
    if (policy_json(policy->policy, &made, err) < 0)
        return -1;
    free(policy->json);
    policy->json = made;
    *text = made;
    *size = strlen(made);
    return 0;
}

/* ---- of a record ---- */

int32_t casemate_record_simulated(const casemate_record *record)
{
    return strcmp(record->class_name, "simulated") == 0;
}

/* The one root that the record pins, of those that the user has. */
static int pinned_root(const struct casemate_record *r, const struct casemate_roots *roots,
                       struct attest_roots *one, struct casemate_error *err)
{
    uint8_t fingerprint[DIGEST_SIZE];
    memset(one, 0, sizeof *one);
    if (!attest_fingerprint_parse(span_of(r->root, strlen(r->root)), fingerprint))
        return casemate_fail(err, E_ROOT, "The record of Keep %s names no root", r->id);
    for (size_t i = 0; roots && i < roots->roots.count; i++)
        if (memcmp(roots->roots.root[i].fingerprint, fingerprint, DIGEST_SIZE) == 0)
            return attest_roots_add(one, &roots->roots.root[i], err);
    (void)casemate_fail_expected(err, E_ROOT, r->root, "not among the imported roots",
                                 "The simulated root of Keep %s is not known any more", r->id);
    return casemate_next(err, "Import it again with casemate root import FILE.");
}

int32_t casemate_record_policy(const casemate_record *record, const casemate_roots *roots,
                               casemate_policy **policy, casemate_error *err)
{
    struct casemate_policy *p;
    struct attest_roots one;
    const char *text = buffer_text(&record->policy);
    int result = record->policy.size ? casemate_policy_parse(text, record->policy.size, "the recorded policy",
                                                             strlen("the recorded policy"), &p, err)
                                     : casemate_policy_default(&p, err);
    if (result < 0)
        return -1;
    /* Without a policy file it is the measurement at deployment that counts, not that of today's
     * installation. */
    if (record->policy.size == 0)
        result = casemate_policy_add_measurement(p, record->tee, strlen(record->tee), record->measurement,
                                                 strlen(record->measurement), err);
    if (result == 0 && casemate_record_simulated(record) && policy_class(p->policy) == ATTEST_HARDWARE)
        result =
            pinned_root(record, roots, &one, err) < 0 ? -1 : policy_allow_simulated(p->policy, &one, err);
    if (result < 0) {
        casemate_policy_free(p);
        return -1;
    }
    *policy = p;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what can be measured, and which options it depends on. */
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/nearest.h"

const struct measure_tee *const measure_table[] = {
    &measure_tee_process,
    &measure_tee_sgx,
    &measure_tee_snp,
    &measure_tee_sev_es,
    &measure_tee_sev,
    &measure_tee_tdx,
    NULL,
};

static bool has_name(const struct measure_tee *tee, const char *name, struct nearest *near)
{
    nearest_try(near, tee->name);
    if (strcmp(tee->name, name) == 0)
        return true;
    for (const char *const *alias = tee->aliases; *alias; alias++) {
        nearest_try(near, *alias);
        if (strcmp(*alias, name) == 0)
            return true;
    }
    return false;
}

const struct measure_tee *measure_find(const char *name, const char **nearest)
{
    struct nearest near = {.typed = name};
    for (size_t i = 0; measure_table[i]; i++)
        if (has_name(measure_table[i], name, &near))
            return measure_table[i];
    if (nearest)
        *nearest = near.best;
    return NULL;
}

/* The profile that was asked for, or the default; NULL if there is none of that name. */
static int choose_profile(const struct measure_tee *tee, const char *name, const char **profile,
                          struct casemate_error *err)
{
    struct nearest near = {.typed = name};
    *profile = tee->profiles ? tee->profiles[0] : NULL;
    if (!name)
        return 0;
    for (size_t i = 0; tee->profiles && tee->profiles[i]; i++) {
        *profile = tee->profiles[i];
        if (strcmp(*profile, name) == 0)
            return 0;
        nearest_try(&near, *profile);
    }
    if (!tee->profiles)
        return casemate_fail(err, E_USAGE, "The measurement of %s has no launch profiles", tee->name);
    (void)casemate_fail(err, E_USAGE, "%s has no launch profile \"%.40s\"", tee->name, name);
    return casemate_next(err, "Did you mean %s?", near.best ? near.best : tee->profiles[0]);
}

static int check_options(const struct measure_tee *tee, const struct measure_options *o,
                         struct casemate_error *err)
{
    const struct {
        bool given;
        unsigned bit;
        const char *what;
    } uses[] = {
        {o->vcpus != 0, MEASURE_TAKES_VCPUS, "the number of vCPUs"},
        {o->vcpu_type != NULL, MEASURE_TAKES_VCPUS, "the type of its vCPUs"},
        {o->guest_features != 0, MEASURE_TAKES_FEATURES, "guest features"},
        {o->has_kernel, MEASURE_TAKES_KERNEL, "a kernel"},
        {o->sigstruct.size != 0, MEASURE_TAKES_SIGSTRUCT, "a SIGSTRUCT"},
    };
    for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
        if (uses[i].given && !(tee->takes & uses[i].bit))
            return casemate_fail(err, E_USAGE, "The measurement of %s does not depend on %s", tee->name,
                                 uses[i].what);
    if (!o->has_kernel && (o->initrd.size || o->append.size))
        return casemate_fail(err, E_USAGE, "An initrd or a command line goes with a kernel only");
    if (o->vcpus > MEASURE_VCPUS_MAX)
        return casemate_fail(err, E_USAGE, "%u vCPUs are more than the %d that are possible", o->vcpus,
                             MEASURE_VCPUS_MAX);
    return 0;
}

int measure_image(const struct measure_tee *tee, struct span image, const struct measure_options *options,
                  struct measured *result, struct casemate_error *err)
{
    struct measure_options o = options ? *options : (struct measure_options){0};
    *result = (struct measured){.profile = NULL};
    if (check_options(tee, &o, err) || choose_profile(tee, o.profile, &result->profile, err))
        return -1;
    if (image.size > MEASURE_IMAGE_SIZE_MAX)
        return casemate_fail(err, E_IMAGE, "The image has %zu bytes, more than %d", image.size,
                             MEASURE_IMAGE_SIZE_MAX);
    o.profile = result->profile;
    return tee->measure(image, &o, result, err);
}

void measure_note(struct measured *result, const char *format, ...)
{
    va_list args;
    if (result->note_count == MEASURE_NOTES_MAX)
        return;
    va_start(args, format);
    (void)vsnprintf(result->note[result->note_count++], MEASURE_NOTE_SIZE, format, args);
    va_end(args);
}

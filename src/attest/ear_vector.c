/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of a verdict -> trustworthiness vector (draft-ietf-rats-ar4si, section 2.3.4; docs/verify.md). */
#include "ear.h"

/* AR4SI's values, by name. */
enum {
    NONE = 0,
    UNKNOWN_ELEMENTS = 1, /* evidence that could not be appraised */
    AFFIRMED = 2,
    NO_KNOWN_VULNERABILITY = 3, /* of a configuration */
    APPROVED_AT_BOOT = 3,       /* of executables */
    KNOWN_VULNERABILITY = 32,
    UNRECOGNISED_EXECUTABLES = 33,
    CONTRAINDICATED = 96,
    UNRECOGNISED = 97,
    VALIDATION_FAILED = 99,
    WARNING_FROM = 32,
    CONTRAINDICATED_FROM = 96,
};

static bool failed(const struct verdict *v, enum check_id id)
{
    return check_failed(&v->report, id);
}

/* Whether what the evidence says is not proved at all: any row of the evidence itself, but for those of dates
 * and of what is revoked or unknown. */
static bool unproved(const struct verdict *v)
{
    for (unsigned i = 0; i < CHECK_COUNT; i++) {
        const enum check_id id = (enum check_id)i;
        if (failed(v, id) && check_code(id) == E_EVIDENCE && id != CHECK_REVOCATION && id != CHECK_VALIDITY)
            return true;
    }
    return v->claims.measurement.size == 0;
}

static bool simulated(const struct verdict *v)
{
    return v->claims.class != ATTEST_HARDWARE || failed(v, CHECK_ROOT);
}

static int executables(const struct verdict *v)
{
    return failed(v, CHECK_MEASUREMENT) ? UNRECOGNISED_EXECUTABLES
           : failed(v, CHECK_SVN)       ? KNOWN_VULNERABILITY
                                        : APPROVED_AT_BOOT;
}

/* Floors are about published breaks of the hardware. */
static bool is_floor(enum check_id id)
{
    switch (id) {
#define CHECK(name, code, id, title, why, fix) case CHECK_##name:
#include "checks_floor.def"
#undef CHECK
        return true;
    default:
        return false;
    }
}

static bool below_a_floor(const struct verdict *v)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (is_floor((enum check_id)id) && failed(v, (enum check_id)id))
            return true;
    return false;
}

static int hardware(const struct verdict *v)
{
    const struct claims *c = &v->claims;
    if (failed(v, CHECK_REVOCATION) || strcmp(c->tcb.status, "Revoked") == 0)
        return CONTRAINDICATED;
    if (simulated(v))
        return UNRECOGNISED;
    if (c->has_tcb && !c->tcb.status[0])
        return UNKNOWN_ELEMENTS;
    if (below_a_floor(v) || failed(v, CHECK_TCB) || failed(v, CHECK_ADVISORIES))
        return CONTRAINDICATED;
    if (failed(v, CHECK_TCB_EVALUATION) || failed(v, CHECK_COLLATERAL_AGE))
        return UNKNOWN_ELEMENTS; /* what has come to light since is not known */
    return c->advisory_count || (c->has_tcb && strcmp(c->tcb.status, "UpToDate") != 0) ? KNOWN_VULNERABILITY
                                                                                       : AFFIRMED;
}

/* Every row of the policy that is about nothing else is about how the TEE was configured. */
static bool is_configuration(enum check_id id)
{
    switch (id) {
    case CHECK_TEE:
    case CHECK_MEASUREMENT:
    case CHECK_SVN:
    case CHECK_TCB:
    case CHECK_ADVISORIES:
    case CHECK_TCB_EVALUATION:
    case CHECK_COLLATERAL_AGE:
    case CHECK_PLATFORM:
        return false;
    default:
        return check_code(id) == E_POLICY && !is_floor(id);
    }
}

static int configuration(const struct verdict *v)
{
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (is_configuration((enum check_id)id) && failed(v, (enum check_id)id))
            return CONTRAINDICATED;
    return v->claims.debug ? KNOWN_VULNERABILITY : NO_KNOWN_VULNERABILITY;
}

static int instance_identity(const struct verdict *v)
{
    const enum check_state state = v->report.row[CHECK_PLATFORM].state;
    return state == CHECK_OK ? AFFIRMED : state == CHECK_NOT_APPLICABLE ? NONE : UNRECOGNISED;
}

void ear_vector_of(const struct verdict *v, struct ear_vector *to)
{
    if (unproved(v)) {
        *to = (struct ear_vector){NONE, VALIDATION_FAILED, VALIDATION_FAILED, VALIDATION_FAILED,
                                  VALIDATION_FAILED};
        return;
    }
    *to = (struct ear_vector){
        .instance_identity = instance_identity(v),
        .configuration = configuration(v),
        .executables = executables(v),
        .hardware = hardware(v),
        .runtime_opaque = simulated(v) || v->claims.debug ? CONTRAINDICATED : AFFIRMED,
    };
}

const char *ear_status_of(const struct verdict *v, const struct ear_vector *vector)
{
    const int all[] = {vector->instance_identity, vector->configuration, vector->executables,
                       vector->hardware, vector->runtime_opaque};
    int worst = v->accepted ? NONE : CONTRAINDICATED_FROM;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        worst = all[i] > worst ? all[i] : worst;
    return worst >= CONTRAINDICATED_FROM ? "contraindicated"
           : worst >= WARNING_FROM       ? "warning"
                                         : "affirming";
}

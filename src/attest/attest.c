/* SPDX-License-Identifier: Apache-2.0 */
/* The table of evidence that is understood, and the judgement over all parts. */
#include "attest.h"

#include "process.h"

/* One row a TEE; forms are recognised by content, never by what the host calls them. */
static const struct {
    const char *name;
    bool (*recognise)(struct span evidence);
    void (*need)(struct check_report *report);
    void (*judge)(const struct attest_input *input, const struct statement *statement,
                  struct check_report *report, struct claims *claims);
} forms[] = {
    {"process", attest_process_recognise, attest_process_need, attest_process},
};

int attest_evidence(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims, struct casemate_error *err)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!forms[i].recognise(input->evidence))
            continue;
        forms[i].need(report);
        forms[i].judge(input, statement, report, claims);
        return 0;
    }
    return casemate_fail(err, E_EVIDENCE,
                         "The evidence (%zu bytes) has no form that this version understands",
                         input->evidence.size);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int attest_judge(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err)
{
    *verdict = (struct verdict){.binding = input->expected.binding};
    int error = statement_decode(input->statement, &verdict->statement);
    if (error)
        return casemate_fail(err, E_EVIDENCE, "The statement cannot be read (%s)", keep_error_name(error));
    if (attest_evidence(input, &verdict->statement, &verdict->report, &verdict->claims, err))
        return -1;
    attest_bind(&verdict->statement, &input->expected, &verdict->report);
    policy_evaluate(input->policy, &verdict->claims, &verdict->report);
    verdict->accepted = check_all(&verdict->report);
    verdict->expires = earliest(input->time + ATTEST_VERDICT_SECONDS, verdict->claims.expires);
    return 0;
}

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

/* Evidence over a statement covers exactly this one, and was launched with the boot record that it names. */
static void bind_statement(const struct attest_input *input, const struct statement *statement,
                           const struct claims *claims, struct check_report *report)
{
    uint8_t report_data[REPORT_DATA_SIZE];
    if (statement_report_data(input->statement, report_data) == 0)
        (void)check_digest(report, CHECK_BINDING, report_data, claims->report_data, REPORT_DATA_SIZE);
    if (claims->has_boot)
        (void)check_digest(report, CHECK_BOOT, claims->boot, statement->boot, DIGEST_SIZE);
}

/* Other software's evidence: report_data is the nonce with zeros behind it, or nobody says what it is. */
static void bind_nonce(const struct attest_input *input, const struct claims *claims,
                       struct check_report *report)
{
    uint8_t expected[REPORT_DATA_SIZE] = {0};
    if (input->nonce.size && input->nonce.size <= sizeof expected) {
        memcpy(expected, input->nonce.data, input->nonce.size);
        (void)check_digest(report, CHECK_BINDING, expected, claims->report_data, REPORT_DATA_SIZE);
        return;
    }
    (void)check_set(report, CHECK_BINDING, input->nonce.size == 0 && input->recorded,
                    "a nonce of at most 64 bytes, or --recorded", "%s",
                    input->nonce.size ? "a longer nonce"
                    : input->recorded ? "a recording: nothing proves when it was made"
                                      : "neither");
}

/* The policy's rows, and what comes of all of them. */
static void conclude(const struct attest_input *input, struct verdict *verdict)
{
    policy_evaluate(input->policy, &verdict->claims, &verdict->report);
    verdict->accepted = check_all(&verdict->report);
    verdict->expires = earliest(input->time + ATTEST_VERDICT_SECONDS, verdict->claims.expires);
}

int attest_judge(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err)
{
    *verdict = (struct verdict){.binding = input->expected.binding, .has_statement = true};
    const struct statement *statement = &verdict->statement;
    int error = statement_decode(input->statement, &verdict->statement);
    if (error)
        return casemate_fail(err, E_EVIDENCE, "The statement cannot be read (%s)", keep_error_name(error));
    if (attest_evidence(input, statement, &verdict->report, &verdict->claims, err))
        return -1;
    if (verdict->claims.measurement.size) /* else it could not be read, and its rows never ran */
        bind_statement(input, statement, &verdict->claims, &verdict->report);
    attest_bind(statement, &input->expected, &verdict->report);
    conclude(input, verdict);
    return 0;
}

int attest_judge_raw(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err)
{
    *verdict = (struct verdict){.binding = input->nonce.size ? ATTEST_NONCE : ATTEST_RECORDED};
    if (attest_evidence(input, NULL, &verdict->report, &verdict->claims, err))
        return -1;
    if (verdict->claims.measurement.size)
        bind_nonce(input, &verdict->claims, &verdict->report);
    conclude(input, verdict);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of evidence that is understood, and the judgement over all parts. */
#include "attest.h"

#include "../base/hex.h"
#include "intel.h"
#include "keep_eat.h"
#include "process.h"
#include "snp.h"

/* One row a TEE; forms are recognised by content, never by what the host calls them. */
static const struct {
    const char *name;
    bool (*recognise)(struct span evidence);
    void (*need)(struct check_report *report);
    void (*judge)(const struct attest_input *input, const struct statement *statement,
                  struct check_report *report, struct claims *claims);
} forms[] = {
    {"sanctum", attest_sanctum_recognise, attest_sanctum_need, attest_sanctum},
    {"pef", attest_pef_recognise, attest_pef_need, attest_pef},
    {"process", attest_process_recognise, attest_process_need, attest_process},
    {"snp", attest_snp_recognise, attest_snp_need, attest_snp},
    {"sev", attest_sev_recognise, attest_sev_need, attest_sev},
    {"sgx", attest_sgx_recognise, attest_sgx_need, attest_sgx},
    {"tdx", attest_tdx_recognise, attest_tdx_need, attest_tdx},
};

bool attest_recognised(struct span evidence)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (forms[i].recognise(evidence))
            return true;
    return false;
}

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

static bool without_nonce(const struct attest_input *input, struct check_report *report)
{
    return check_set(report, CHECK_BINDING, input->recorded, "a nonce of at most 64 bytes, or --recorded",
                     "%s", input->recorded ? "a recording: nothing proves when it was made" : "neither");
}

/* Evidence from a file proves no freshness by itself: whoever asks has a nonce, or knows that it is a
 * recording. A statement has its nonce inside. */
static void bind_file(const struct attest_input *input, const struct statement *statement,
                      struct check_report *report)
{
    const bool has = statement->kind == STATEMENT_SESSION || statement->kind == STATEMENT_WORKLOAD;
    const uint8_t *nonce = statement->nonce;
    char found[2 * NONCE_SIZE + 1];
    if (input->expected.binding == ATTEST_SESSION)
        return;
    if (input->nonce.size == 0) {
        if (!input->recorded)
            (void)without_nonce(input, report);
    } else if (has && input->nonce.size == NONCE_SIZE) {
        (void)check_digest(report, CHECK_BINDING, input->nonce.data, nonce, NONCE_SIZE);
    } else {
        hex_encode(nonce, NONCE_SIZE, found);
        (void)check_set(report, CHECK_BINDING, false, "a statement with this nonce", "%s",
                        has ? found : "a statement without a nonce");
    }
}

/* Other software's evidence: report_data is the nonce with zeros behind it, or nobody says what it is. */
static void bind_nonce(const struct attest_input *input, const struct claims *claims,
                       struct check_report *report)
{
    uint8_t expected[REPORT_DATA_SIZE] = {0};
    if (input->nonce.size == 0) {
        (void)without_nonce(input, report);
    } else if (input->nonce.size > sizeof expected) {
        (void)check_set(report, CHECK_BINDING, false, "a nonce of at most 64 bytes", "%zu bytes",
                        input->nonce.size);
    } else {
        memcpy(expected, input->nonce.data, input->nonce.size);
        (void)check_digest(report, CHECK_BINDING, expected, claims->report_data, REPORT_DATA_SIZE);
    }
}

/* What the caller says that the evidence is of: a mistake of his, or of whoever sent it. */
static void judge_wanted_tee(const struct attest_input *input, const struct claims *claims,
                             struct check_report *report)
{
    if (input->tee)
        (void)check_set(report, CHECK_TEE, strcmp(input->tee, claims->tee) == 0, input->tee, "%s",
                        claims->tee);
}

/* The policy's rows, and what comes of all of them. */
static void conclude(const struct attest_input *input, struct verdict *verdict)
{
    verdict->claims.time = input->time;
    judge_wanted_tee(input, &verdict->claims, &verdict->report);
    policy_evaluate(input->policy, &verdict->claims, &verdict->report);
    /* A nonce that does not match proves nothing. */
    if (input->nonce.size && check_failed(&verdict->report, CHECK_BINDING))
        verdict->binding = ATTEST_RECORDED;
    verdict->accepted = check_all(&verdict->report);
    verdict->expires = earliest(input->time + ATTEST_VERDICT_SECONDS, verdict->claims.expires);
}

int attest_judge(const struct attest_input *input, struct verdict *verdict, struct casemate_error *err)
{
    *verdict = (struct verdict){.binding = input->nonce.size ? ATTEST_NONCE : input->expected.binding,
                                .has_statement = true};
    const struct statement *statement = &verdict->statement;
    int error = statement_decode(input->statement, &verdict->statement);
    if (error)
        return casemate_fail(err, E_EVIDENCE, "The statement cannot be read (%s)", keep_error_name(error));
    if (attest_evidence(input, statement, &verdict->report, &verdict->claims, err))
        return -1;
    if (verdict->claims.measurement.size) /* else it could not be read, and its rows never ran */
        bind_statement(input, statement, &verdict->claims, &verdict->report);
    bind_file(input, statement, &verdict->report);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: over live statements and over bundles. */
#include "verdict.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../proto/message.h"

int judge(struct attest_input *input, const struct casemate_policy *policy,
          const struct casemate_roots *roots, struct casemate_verdict **verdict, struct casemate_error *err)
{
    struct casemate_verdict *v = calloc(1, sizeof *v);
    if (!v)
        return casemate_fail(err, E_NOMEM, "No memory for a verdict");
    input->policy = policy->policy;
    input->roots = roots ? &roots->roots : NULL;
    if (attest_judge(input, &v->verdict, err) < 0 || verdict_json(&v->verdict, &v->json, err) < 0 ||
        verdict_text(&v->verdict, &v->text, err) < 0) {
        casemate_verdict_free(v);
        return -1;
    }
    *verdict = v;
    return 0;
}

void casemate_verdict_free(casemate_verdict *verdict)
{
    if (!verdict)
        return;
    free(verdict->json);
    free(verdict->text);
    free(verdict);
}

int32_t casemate_verdict_accepted(const casemate_verdict *verdict)
{
    return verdict->verdict.accepted ? 1 : 0;
}

void casemate_verdict_json(const casemate_verdict *verdict, const char **text, size_t *size)
{
    *text = verdict->json;
    *size = strlen(verdict->json);
}

void casemate_verdict_text(const casemate_verdict *verdict, const char **text, size_t *size)
{
    *text = verdict->text;
    *size = strlen(verdict->text);
}

void casemate_verdict_claim(const casemate_verdict *verdict, const char *name, size_t name_size,
                            const char **text, size_t *size)
{
    /* The text that is made here belongs to the verdict; that is all that changes in it. */
    struct casemate_verdict *v = (struct casemate_verdict *)(uintptr_t)verdict;
    char wanted[32] = {0};
    if (name_size < sizeof wanted)
        memcpy(wanted, name, name_size);
    if (!verdict_claim(&v->verdict, wanted, v->claim, sizeof v->claim))
        v->claim[0] = 0;
    *text = v->claim;
    *size = strlen(v->claim);
}

void casemate_verdict_error(const casemate_verdict *verdict, casemate_error *err)
{
    (void)verdict_error(&verdict->verdict, err);
}

/* ---- bundles ---- */

/* A verdict on each part; that of the first one which is refused, else of the last. */
static int judge_parts(const struct bundle *b, const struct collateral *collateral,
                       const casemate_policy *policy, const casemate_roots *roots, int64_t time,
                       struct casemate_verdict **verdict, struct casemate_error *err)
{
    uint8_t session[DIGEST_SIZE];
    bool has_session = false;
    for (size_t i = 0; i < b->count; i++) {
        struct statement said;
        struct attest_input input = {.statement = b->part[i].statement,
                                     .evidence = b->part[i].evidence,
                                     .collateral = collateral,
                                     .time = time};
        casemate_verdict_free(*verdict);
        *verdict = NULL;
        if (statement_decode(input.statement, &said) < 0)
            return casemate_fail(err, E_EVIDENCE, "Statement %zu of the bundle cannot be read", i + 1);
        input.expected.kind = said.kind;
        input.expected.session = said.kind == STATEMENT_WORKLOAD && has_session ? session : NULL;
        if (judge(&input, policy, roots, verdict, err) < 0)
            return -1;
        if (said.kind == STATEMENT_SESSION)
            has_session = statement_digest(input.statement, session) == 0;
        if (!(*verdict)->verdict.accepted)
            return 0;
    }
    return 0;
}

int32_t casemate_verify(const void *bundle, size_t size, const casemate_policy *policy,
                        const casemate_roots *roots, int64_t when, casemate_verdict **verdict,
                        casemate_error *err)
{
    struct bundle b;
    struct casemate_verdict *v = NULL;
    if (casemate_prepare(err) < 0)
        return -1;
    int code = bundle_decode(span_of(bundle, size), &b);
    if (code == KEEP_EMATCH)
        return casemate_fail(err, E_EVIDENCE, "The bundle mixes statements of different Keeps");
    if (code < 0 || b.count == 0)
        return casemate_fail(err, E_EVIDENCE, "This is no evidence bundle (%s)", keep_error_name(code));
    struct collateral collateral = {0};
    int error = b.collateral.size ? collateral_add_sequence(&collateral, "bundle", b.collateral, err) : 0;
    if (!error)
        error = judge_parts(&b, &collateral, policy, roots, when ? when : (int64_t)time(NULL), &v, err);
    collateral_free(&collateral);
    if (error) {
        casemate_verdict_free(v);
        return -1;
    }
    *verdict = v;
    return 0;
}

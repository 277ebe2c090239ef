/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: over live statements and over bundles. */
#include "verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../attest/unwrap.h"
#include "../base/nearest.h"
#include "../proto/bundle.h"
#include "collateral.h"
#include "host.h"

int judge(struct attest_input *input, const struct casemate_policy *policy,
          const struct casemate_roots *roots, struct casemate_verdict **verdict, struct casemate_error *err)
{
    struct casemate_verdict *v = calloc(1, sizeof *v);
    if (!v)
        return casemate_fail(err, E_NOMEM, "No memory for a verdict");
    input->policy = policy->policy;
    input->roots = roots ? &roots->roots : NULL;
    int result = input->statement.size ? attest_judge(input, &v->verdict, err)
                                       : attest_judge_raw(input, &v->verdict, err);
    if (result < 0 || verdict_json(&v->verdict, input->collateral, &v->json, err) < 0 ||
        verdict_text(&v->verdict, input->collateral, &v->text, err) < 0) {
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
    free(verdict->ear);
    free(verdict->policy);
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

int32_t casemate_verdict_policy(casemate_verdict *verdict, const char **text, size_t *size,
                                casemate_error *err)
{
    char *made;
    if (policy_from_verdict(&verdict->verdict, &made, err) < 0)
        return -1;
    free(verdict->policy);
    verdict->policy = made;
    *text = made;
    *size = strlen(made);
    return 0;
}

void casemate_verdict_error(const casemate_verdict *verdict, casemate_error *err)
{
    (void)verdict_error(&verdict->verdict, err);
}

/* ---- evidence from files ---- */

/* A verdict on each part; that of the first one which is refused, else of the last. A nonce is the session
 * statement's; a workload statement is tied to that by its digest. */
static int judge_parts(const struct bundle *b, const struct attest_input *given,
                       const casemate_policy *policy, const casemate_roots *roots,
                       struct casemate_verdict **verdict, struct casemate_error *err)
{
    uint8_t session[DIGEST_SIZE];
    bool has_session = false;
    for (size_t i = 0; i < b->count; i++) {
        struct statement said;
        struct attest_input input = *given;
        input.statement = b->part[i].statement;
        input.evidence = b->part[i].evidence;
        casemate_verdict_free(*verdict);
        *verdict = NULL;
        if (statement_decode(input.statement, &said) < 0)
            return casemate_fail(err, E_EVIDENCE, "Statement %zu of the bundle cannot be read", i + 1);
        input.expected.kind = said.kind;
        if (said.kind == STATEMENT_WORKLOAD && has_session) {
            input.expected.session = session;
            input.expected.binding = input.nonce.size ? ATTEST_NONCE : ATTEST_RECORDED;
            input.recorded = input.recorded || input.nonce.size;
            input.nonce = span_of(NULL, 0);
        }
        if (judge(&input, policy, roots, verdict, err) < 0)
            return -1;
        if (said.kind == STATEMENT_SESSION)
            has_session = statement_digest(input.statement, session) == 0;
        if (!(*verdict)->verdict.accepted)
            return 0;
    }
    return 0;
}

/* Its own collateral counts beside what the caller has. */
static int judge_bundle(struct span bytes, struct attest_input *input, const casemate_policy *policy,
                        const casemate_roots *roots, struct casemate_verdict **verdict,
                        struct casemate_error *err)
{
    struct collateral all = {0};
    struct bundle b;
    int code = bundle_decode(bytes, &b);
    if (code == KEEP_EMATCH)
        return casemate_fail(err, E_EVIDENCE, "The bundle mixes statements of different Keeps");
    if (code < 0 || b.count == 0)
        return casemate_fail(err, E_EVIDENCE, "This is no evidence bundle (%s)", keep_error_name(code));
    int error = b.collateral.size ? collateral_add_sequence(&all, "bundle", b.collateral, err) : 0;
    if (!error && input->collateral)
        error = collateral_merge(&all, input->collateral, err);
    input->collateral = &all;
    if (!error)
        error = judge_parts(&b, input, policy, roots, verdict, err);
    collateral_free(&all);
    return error;
}

/* Names of TEEs, and what people also call them; the attested name is the first. */
static int name_tee(const struct casemate_verify_options *o, char name[STATEMENT_NAME_MAX + 1],
                    struct casemate_error *err)
{
    static const char *const known[][2] = {{"process", "process"}, {"sgx", "sgx"},     {"tdx", "tdx"},
                                           {"snp", "snp"},         {"snp", "sev-snp"}, {"snp", "sev"},
                                           {"sanctum", "sanctum"}, {"pef", "pef"}};
    char typed[32];
    struct nearest nearest = {.typed = typed};
    (void)snprintf(typed, sizeof typed, "%.*s", (int)(o->tee_size < sizeof typed ? o->tee_size : 0), o->tee);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        nearest_try(&nearest, known[i][1]);
        if (strcmp(typed, known[i][1]) != 0)
            continue;
        (void)snprintf(name, STATEMENT_NAME_MAX + 1, "%s", known[i][0]);
        return 0;
    }
    (void)casemate_fail(err, E_TEE, "There is no evidence of a TEE \"%s\"", typed);
    return nearest.best ? casemate_next(err, "Did you mean %s?", nearest.best)
                        : casemate_next(err, "Known are auto, process, sgx, tdx, snp, sanctum, pef.");
}

static bool any_tee(const struct casemate_verify_options *o)
{
    return o->tee_size == 0 || (o->tee_size == 4 && memcmp(o->tee, "auto", 4) == 0);
}

int32_t casemate_verify(const void *evidence, size_t size, const casemate_policy *policy,
                        const casemate_roots *roots, const struct casemate_verify_options *options,
                        casemate_verdict **verdict, casemate_error *err)
{
    struct casemate_verify_options o = {0};
    char tee[STATEMENT_NAME_MAX + 1];
    struct unwrapped file;
    struct casemate_verdict *v = NULL;
    if ((options && options_copy(&o, sizeof o, options, err) < 0) || casemate_prepare(err) < 0)
        return -1;
    if (!any_tee(&o) && name_tee(&o, tee, err) < 0)
        return -1;
    if (attest_unwrap(span_of(evidence, size), &file, err) < 0)
        return -1;
    struct attest_input input = {.evidence = file.bytes,
                                 .collateral = o.collateral ? &o.collateral->set : NULL,
                                 .nonce = span_of(o.nonce, o.nonce_size),
                                 .recorded = o.recorded != 0,
                                 .tee = any_tee(&o) ? NULL : tee,
                                 .time = o.time ? o.time : (int64_t)time(NULL)};
    int error = file.bundle ? judge_bundle(file.bytes, &input, policy, roots, &v, err)
                            : judge(&input, policy, roots, &v, err);
    unwrapped_free(&file);
    if (error) {
        casemate_verdict_free(v);
        return -1;
    }
    if (o.nonce_size && o.nonce_size <= sizeof v->nonce) {
        memcpy(v->nonce, o.nonce, o.nonce_size);
        v->nonce_size = o.nonce_size;
    }
    *verdict = v;
    return 0;
}

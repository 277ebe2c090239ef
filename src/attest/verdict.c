/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict as JSON, as text and as the error that a session fails with (docs/verify.md). */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buffer.h"
#include "../base/hex.h"
#include "attest.h"
#include "claims_json.h"

static json_t *statement_json(const struct statement *s)
{
    json_t *to = json_pack("{s:s, s:s, s:s, s:s}", "kind", statement_kind_name(s->kind), "tee", s->tee,
                           "mode", s->mode, "state", keep_state_name(s->state));
    verdict_json_add(&to, "instance", verdict_hex_json(s->instance, INSTANCE_ID_SIZE));
    verdict_json_add(&to, "spki", verdict_hex_json(s->spki, DIGEST_SIZE));
    verdict_json_add(&to, "boot", verdict_hex_json(s->boot, DIGEST_SIZE));
    if (s->state != KEEP_UNOWNED)
        verdict_json_add(&to, "owner", verdict_hex_json(s->owner, DIGEST_SIZE));
    if (s->kind == STATEMENT_WORKLOAD)
        verdict_json_add(&to, "workload", verdict_hex_json(s->workload, DIGEST_SIZE));
    if (s->kind == STATEMENT_RECEIPT)
        verdict_json_add(&to, "run", verdict_hex_json(s->run, RUN_ID_SIZE));
    return to;
}

static const char *reason_of(const struct verdict *v, enum check_id id)
{
    return v->report.row[id].reason ? v->report.row[id].reason : check_id_name(id);
}

static const char *found_of(const struct check_row *row)
{
    return row->state == CHECK_NOT_RUN ? "not reached" : row->found;
}

/* A failed row also says why it matters and how to mend it. */
static json_t *check_json(const struct verdict *v, enum check_id id)
{
    static const char *const states[] = {"not-run", "ok", "failed", "not-applicable"};
    const struct check_row *row = &v->report.row[id];
    const bool failed = check_failed(&v->report, id);
    json_t *to = json_pack("{s:s, s:s, s:b, s:s, s:o, s:o}", "id", check_id_name(id), "title",
                           check_title(id), "ok", !failed, "state", states[row->state], "expected",
                           verdict_text_json(row->expected), "found", verdict_text_json(found_of(row)));
    if (failed) {
        verdict_json_add(&to, "reason", verdict_text_json(reason_of(v, id)));
        verdict_json_add(&to, "why", json_string(check_why(id)));
        verdict_json_add(&to, "fix", json_string(check_fix(id)));
    }
    return to;
}

static json_t *strangers_json(const struct collateral *collateral)
{
    json_t *list = json_array();
    for (size_t i = 0; i < collateral->stranger_count; i++)
        verdict_json_append(&list,
                            json_pack("{s:o, s:s}", "name", verdict_text_json(collateral->stranger[i].name),
                                      "why", collateral->stranger[i].why));
    return json_pack("{s:I, s:o, s:I}", "items", (json_int_t)collateral->count, "not_understood", list,
                     "not_listed", (json_int_t)collateral->strangers_beyond);
}

json_t *verdict_object(const struct verdict *verdict)
{
    json_t *checks = json_array(), *reasons = json_array();
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        if (!verdict->report.used[id])
            continue;
        verdict_json_append(&checks, check_json(verdict, (enum check_id)id));
        if (check_failed(&verdict->report, (enum check_id)id))
            verdict_json_append(&reasons, verdict_text_json(reason_of(verdict, (enum check_id)id)));
    }
    return json_pack("{s:s, s:o, s:o, s:o, s:o}", "verdict", verdict->accepted ? "accepted" : "refused",
                     "reasons", reasons, "checks", checks, "claims", verdict_claims_json(verdict), "expires",
                     verdict_time_json(verdict->expires));
}

int verdict_json(const struct verdict *verdict, const struct collateral *collateral, char **text,
                 struct casemate_error *err)
{
    json_t *whole = verdict_object(verdict);
    if (verdict->has_statement)
        verdict_json_add(&whole, "statement", statement_json(&verdict->statement));
    if (collateral)
        verdict_json_add(&whole, "collateral", strangers_json(collateral));
    *text = verdict_json_text(whole);
    json_decref(whole);
    return *text ? 0 : casemate_fail(err, E_NOMEM, "No memory for the verdict's JSON");
}

static bool claim_text(const json_t *claims, const char *name, char *text, size_t capacity)
{
    const json_t *value = json_object_get(claims, name);
    if (json_is_string(value))
        (void)snprintf(text, capacity, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        (void)snprintf(text, capacity, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        (void)snprintf(text, capacity, "%lld", (long long)json_integer_value(value));
    else
        return false;
    return true;
}

bool verdict_claim(const struct verdict *verdict, const char *name, char *text, size_t capacity)
{
    json_t *claims = verdict_claims_json(verdict);
    bool found = claim_text(claims, name, text, capacity);
    json_decref(claims);
    return found;
}

static void print_claims(struct buffer *b, const struct verdict *v)
{
    static const char *const names[] = {"tee",     "class",      "enforced_by", "measurement", "debug",
                                        "binding", "tcb_status", "platform",    "root",        "issued_at"};
    char value[256];
    json_t *claims = verdict_claims_json(v);
    b->failed = b->failed || !claims;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (claim_text(claims, names[i], value, sizeof value))
            buffer_printf(b, "  %-12s %s\n", names[i], value);
    json_decref(claims);
}

/* A check: whether it holds, what it says, and why that matters; or why it does not apply. */
static void print_check(struct buffer *b, const struct verdict *v, enum check_id id)
{
    static const char *const marks[] = {"\u2718", "\u2714", "\u2718", "-"};
    const struct check_row *row = &v->report.row[id];
    const bool aside = row->state == CHECK_NOT_APPLICABLE;
    buffer_printf(b, "  %s %-21s %s\n    %-21s %s%s\n", marks[row->state], check_id_name(id), check_title(id),
                  "", aside ? "does not apply: " : "", aside ? row->found : check_why(id));
}

static void print_failed(struct buffer *b, const struct verdict *v, enum check_id id)
{
    const struct check_row *row = &v->report.row[id];
    buffer_printf(b, "\n%s: not so: %s\n", reason_of(v, id), check_title(id));
    if (row->expected[0])
        buffer_printf(b, "  expected  %s\n", row->expected);
    buffer_printf(b, "  found     %s\n  why       %s\n  to do     %s\n", found_of(row), check_why(id),
                  check_fix(id));
}

static void print_strangers(struct buffer *b, const struct collateral *collateral)
{
    for (size_t i = 0; i < collateral->stranger_count; i++)
        buffer_printf(b, "%s  %s: %s\n", i ? "" : "\ncollateral that is not understood:\n",
                      collateral->stranger[i].name, collateral->stranger[i].why);
    if (collateral->strangers_beyond)
        buffer_printf(b, "  and %zu more\n", collateral->strangers_beyond);
}

/* Names of files and of their parts go to a terminal. */
static void make_harmless(char *text)
{
    for (; text && *text; text++)
        if ((*text > 0 && *text < 0x20 && *text != '\n') || *text == 0x7f)
            *text = '?';
}

int verdict_text(const struct verdict *verdict, const struct collateral *collateral, char **text,
                 struct casemate_error *err)
{
    struct buffer b = {0};
    buffer_printf(&b, "%s\n", verdict->accepted ? "accepted" : "refused");
    print_claims(&b, verdict);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (verdict->report.used[id])
            print_check(&b, verdict, (enum check_id)id);
    for (unsigned id = 0; id < CHECK_COUNT; id++)
        if (check_failed(&verdict->report, (enum check_id)id))
            print_failed(&b, verdict, (enum check_id)id);
    if (collateral)
        print_strangers(&b, collateral);
    *text = b.failed ? NULL : strdup(buffer_text(&b));
    make_harmless(*text);
    buffer_free(&b);
    return *text ? 0 : casemate_fail(err, E_NOMEM, "No memory for the verdict's text");
}

static enum casemate_code code_of(const struct verdict *v, enum check_id id)
{
    /* Hardware under a policy of class simulated is refused as well, but it is not simulated. */
    if (id == CHECK_CLASS && v->claims.class != ATTEST_SIMULATED)
        return E_POLICY;
    return check_code(id);
}

int verdict_error(const struct verdict *verdict, struct casemate_error *err)
{
    enum check_id first = CHECK_COUNT;
    size_t failed = 0;
    char more[48] = "";
    for (unsigned id = 0; id < CHECK_COUNT; id++) {
        if (!check_failed(&verdict->report, (enum check_id)id))
            continue;
        first = failed++ == 0 ? (enum check_id)id : first;
    }
    if (first == CHECK_COUNT)
        return casemate_fail(err, E_INTERNAL, "The verdict has no failed check");
    if (failed > 1)
        (void)snprintf(more, sizeof more, " (and %zu more)", failed - 1);
    const struct check_row *row = &verdict->report.row[first];
    (void)casemate_fail_expected(err, code_of(verdict, first), row->expected, found_of(row),
                                 "The evidence of the %s Keep is refused by `%s`%s. Not so: %s",
                                 attest_class_name(verdict->claims.class), reason_of(verdict, first), more,
                                 check_title(first));
    return casemate_next(err, "%s", check_fix(first));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A verdict as JSON, as a table and as an error: everything that was judged stands there, and nothing of it
 * can steer a terminal (docs/verify.md). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/attest.h"
#include "../../src/attest/collateral_parts.h"

static struct verdict verdict;
static struct collateral collateral;
static struct casemate_error err;

static void make_verdict(void)
{
    err = (struct casemate_error){0};
    verdict =
        (struct verdict){.accepted = true,
                         .binding = ATTEST_NONCE,
                         .claims = {.tee = "tdx", .class = ATTEST_HARDWARE, .measurement = {.size = 48}}};
    (void)check_set(&verdict.report, CHECK_SIGNATURE, true, "good", "good");
    check_not_applicable(&verdict.report, CHECK_PLATFORM, "the policy names no platforms");
}

static void make_statement(enum statement_kind kind, enum keep_state state)
{
    struct statement *s = &verdict.statement;
    make_verdict();
    verdict.has_statement = true;
    s->kind = kind;
    s->state = state;
    (void)snprintf(s->tee, sizeof s->tee, "tdx");
    (void)snprintf(s->mode, sizeof s->mode, "production");
    memset(s->owner, 0x11, sizeof s->owner);
    memset(s->workload, 0x22, sizeof s->workload);
    memset(s->run, 0x33, sizeof s->run);
}

static json_t *json_made(const struct collateral *c)
{
    char *text;
    if (verdict_json(&verdict, c, &text, &err))
        fail_msg("%s", err.what);
    json_t *made = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(made);
    free(text);
    return made;
}

static bool statement_has(const char *name)
{
    json_t *made = json_made(NULL);
    const bool has = json_object_get(json_object_get(made, "statement"), name) != NULL;
    json_decref(made);
    return has;
}

static void a_statement_shows_what_its_kind_and_state_have(void **state)
{
    (void)state;
    make_statement(STATEMENT_SESSION, KEEP_UNOWNED);
    assert_true(statement_has("instance") && statement_has("spki") && statement_has("boot"));
    assert_false(statement_has("owner") || statement_has("workload") || statement_has("run"));
    make_statement(STATEMENT_WORKLOAD, KEEP_RUNNING);
    assert_true(statement_has("owner") && statement_has("workload"));
    assert_false(statement_has("run"));
    make_statement(STATEMENT_RECEIPT, KEEP_ENDED);
    assert_true(statement_has("owner") && statement_has("run"));
    assert_false(statement_has("workload"));
    make_verdict(); /* evidence of other software */
    assert_false(statement_has("kind"));
}

static void collateral_that_is_not_understood_is_listed(void **state)
{
    (void)state;
    make_verdict();
    collateral_free(&collateral);
    collateral_stranger_add(&collateral, "a.txt", "empty");
    collateral_stranger_add(&collateral, "b.txt", "no readable certificate");
    collateral.strangers_beyond = 7;
    json_t *made = json_made(&collateral);
    const json_t *said = json_object_get(made, "collateral");
    const json_t *list = json_object_get(said, "not_understood");
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "name")), "b.txt");
    assert_int_equal(json_integer_value(json_object_get(said, "not_listed")), 7);
    json_decref(made);
    char *text;
    assert_int_equal(verdict_text(&verdict, &collateral, &text, &err), 0);
    assert_non_null(strstr(text, "\ncollateral that is not understood:\n  a.txt: empty\n  b.txt: no readable "
                                 "certificate\n  and 7 more\n"));
    free(text);
    collateral_free(&collateral);
    assert_int_equal(verdict_text(&verdict, &collateral, &text, &err), 0);
    assert_null(strstr(text, "understood"));
    assert_null(strstr(text, "more"));
    free(text);
}

static void the_table_begins_with_the_verdict_and_says_what_failed(void **state)
{
    char *text;
    (void)state;
    make_verdict();
    assert_int_equal(verdict_text(&verdict, NULL, &text, &err), 0);
    assert_int_equal(strncmp(text, "accepted\n", 9), 0);
    assert_non_null(strstr(text, "does not apply: the policy names no platforms"));
    free(text);
    verdict.accepted = false;
    (void)check_set(&verdict.report, CHECK_CHAIN, false, "a chain to the root", "none");
    check_need(&verdict.report, CHECK_REVOCATION); /* never reached: nothing was expected yet */
    assert_int_equal(verdict_text(&verdict, NULL, &text, &err), 0);
    assert_int_equal(strncmp(text, "refused\n", 8), 0);
    assert_non_null(strstr(text, "  expected  a chain to the root\n  found     none\n"));
    const char *reached = strstr(text, "\nrevocation: not so: ");
    assert_non_null(reached);
    assert_null(strstr(reached, "expected"));
    assert_non_null(strstr(reached, "found     not reached"));
    free(text);
}

/* Names of files are the host's or a stranger's to choose. */
static void control_characters_never_reach_a_terminal(void **state)
{
    char *text;
    (void)state;
    make_verdict();
    collateral_free(&collateral);
    collateral_stranger_add(&collateral, "a\x1b[2J\x7f\tb\xc3\xa9", "em\x01pty");
    assert_int_equal(verdict_text(&verdict, &collateral, &text, &err), 0);
    assert_non_null(strstr(text, "  a?[2J??b\xc3\xa9: em?pty\n"));
    for (const char *c = text; *c; c++)
        assert_true(*c == '\n' || ((unsigned char)*c >= 0x20 && *c != 0x7f));
    free(text);
    (void)check_set(&verdict.report, CHECK_CHAIN, false, "good",
                    "b\x7f\x1b"
                    "ad");
    assert_string_equal(verdict.report.row[CHECK_CHAIN].found, "b??ad");
    collateral_free(&collateral);
}

static void one_claim_is_read_as_its_json_has_it(void **state)
{
    char text[128];
    (void)state;
    make_verdict();
    verdict.claims.has_svn = true;
    verdict.claims.svn = 7;
    assert_true(verdict_claim(&verdict, "svn", text, sizeof text));
    assert_string_equal(text, "7");
    assert_true(verdict_claim(&verdict, "tee", text, sizeof text));
    assert_string_equal(text, "tdx");
    assert_true(verdict_claim(&verdict, "debug", text, sizeof text));
    assert_string_equal(text, "false");
    verdict.claims.debug = true;
    assert_true(verdict_claim(&verdict, "debug", text, sizeof text));
    assert_string_equal(text, "true");
    assert_false(verdict_claim(&verdict, "advisories", text, sizeof text));
    assert_false(verdict_claim(&verdict, "none such", text, sizeof text));
}

static void the_error_names_the_first_failed_row_and_counts_the_others(void **state)
{
    (void)state;
    make_verdict();
    assert_int_equal(verdict_error(&verdict, &err), -1); /* nothing failed: the caller is wrong */
    assert_int_equal(err.code, E_INTERNAL);
    (void)check_set(&verdict.report, CHECK_CLASS, false, "simulated", "hardware");
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_int_equal(err.code, E_POLICY); /* refused, but not for being simulated */
    verdict.claims.class = ATTEST_SIMULATED;
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_int_equal(err.code, check_code(CHECK_CLASS));
    assert_null(strstr(err.what, "more"));
    (void)check_set(&verdict.report, CHECK_DEBUG, false, "off", "on");
    assert_int_equal(verdict_error(&verdict, &err), -1);
    assert_non_null(strstr(err.what, "(and 1 more)"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_shows_what_its_kind_and_state_have),
        cmocka_unit_test(collateral_that_is_not_understood_is_listed),
        cmocka_unit_test(the_table_begins_with_the_verdict_and_says_what_failed),
        cmocka_unit_test(control_characters_never_reach_a_terminal),
        cmocka_unit_test(one_claim_is_read_as_its_json_has_it),
        cmocka_unit_test(the_error_names_the_first_failed_row_and_counts_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of Sanctum and PEF, right and wrong. That each vector depends on its row shows test_eat_masked.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/base/hex.h"
#include "eat_vectors.h"

static struct eat_keys keys;
static struct eat_case wish;
static struct verdict verdict;
static struct casemate_error err;

static void run(const struct eat_vector *v)
{
    eat_case_make(&wish, &keys, v->tee);
    v->bend(&wish);
    assert_int_equal(eat_case_run(&wish, &verdict, &err), 0);
}

/* row 22 */
static void every_vector_is_refused_by_its_row_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < eat_vector_count; i++) {
        const struct eat_vector *v = &eat_vectors[i];
        run(v);
        for (unsigned id = 0; id < CHECK_COUNT; id++)
            if (check_failed(&verdict.report, (enum check_id)id) != (id == (unsigned)v->row))
                fail_msg("%s: row %s is %s: expected \"%s\", found \"%s\"", v->name,
                         check_id_name((enum check_id)id),
                         id == (unsigned)v->row ? "fulfilled" : "not fulfilled",
                         verdict.report.row[id].expected, verdict.report.row[id].found);
        assert_int_equal(verdict.accepted, v->row == CHECK_COUNT);
    }
}

static void what_several_rows_refuse_is_refused_by_the_one_that_is_meant_too(void **state)
{
    (void)state;
    for (size_t i = 0; i < eat_refused_count; i++) {
        run(&eat_refused[i]);
        assert_false(verdict.accepted);
        if (!check_failed(&verdict.report, eat_refused[i].row))
            fail_msg("%s", eat_refused[i].name);
    }
}

static void a_genuine_one_says_what_stands_below_the_keep(void **state)
{
    char device[65];
    char *text;
    (void)state;
    run(&eat_vectors[0]);
    hex_encode(wish.device, sizeof wish.device, device);
    assert_string_equal(verdict.claims.tee, "sanctum");
    assert_string_equal(verdict.claims.platform, device);
    assert_string_equal(verdict.claims.enforced_by, "emulated CPU");
    assert_int_equal(verdict.claims.class, ATTEST_SIMULATED);
    assert_memory_equal(verdict.claims.sanctum.monitor, wish.monitor, 48);
    assert_int_equal(verdict.claims.sanctum.monitor_svn, 3);
    assert_int_equal(verdict_json(&verdict, NULL, &text, &err), 0);
    assert_non_null(strstr(text, "\"monitor_svn\":3"));
    free(text);
    run(&eat_vectors[1]);
    assert_string_equal(verdict.claims.tee, "pef");
    assert_memory_equal(verdict.claims.pef.blob, wish.blob, 32);
}

/* What may be trusted cannot be told by silicon's name: the class is a property of the root. */
static void a_word_of_the_evidence_makes_no_hardware_of_it(void **state)
{
    (void)state;
    run(&eat_vectors[2]);
    assert_string_equal(verdict.claims.enforced_by, "silicon");
    assert_int_equal(verdict.claims.class, ATTEST_SIMULATED);
}

static void a_chain_without_monitor_or_device_is_refused_by_their_rows(void **state)
{
    (void)state;
    eat_case_make(&wish, &keys, EAT_SANCTUM);
    wish.count = 2;
    assert_int_equal(eat_case_run(&wish, &verdict, &err), 0);
    assert_true(check_failed(&verdict.report, CHECK_SANCTUM_MONITOR));
    assert_true(check_failed(&verdict.report, CHECK_SANCTUM_DEVICE));
    wish.count = 1;
    assert_int_equal(eat_case_run(&wish, &verdict, &err), 0);
    assert_true(check_failed(&verdict.report, CHECK_SANCTUM_MONITOR));
    assert_true(check_failed(&verdict.report, CHECK_SANCTUM_DEVICE));
}

/* Acceptance test 26 for this form. */
static void no_flip_of_a_bit_of_the_evidence_is_accepted(void **state)
{
    static uint8_t bytes[EAT_EVIDENCE_MAX];
    (void)state;
    for (enum eat_tee tee = EAT_SANCTUM; tee <= EAT_PEF; tee++) {
        eat_case_make(&wish, &keys, tee);
        wish.no_statement = true;
        struct span genuine = eat_case_evidence(&wish);
        memcpy(bytes, genuine.data, genuine.size);
        const struct eat_case kept = wish;
        for (size_t bit = 0; bit < 8 * genuine.size; bit += 13) {
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_equal(eat_case_run_bytes(&kept, span_of(bytes, genuine.size), &verdict, &err) == 0 &&
                                 verdict.accepted,
                             false);
            bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_int_equal(eat_case_run_bytes(&kept, span_of(bytes, genuine.size), &verdict, &err), 0);
        assert_true(verdict.accepted);
        for (size_t size = 0; size < genuine.size; size += 7)
            assert_false(eat_case_run_bytes(&kept, span_of(bytes, size), &verdict, &err) == 0 &&
                         verdict.accepted);
    }
}

static void a_policy_made_from_evidence_names_the_monitor(void **state)
{
    struct policy *policy;
    char *text;
    (void)state;
    run(&eat_vectors[0]);
    assert_int_equal(policy_from_verdict(&verdict, &text, &err), 0);
    assert_non_null(strstr(text, "[sanctum]\nmonitors = [\""));
    assert_int_equal(policy_parse(text, strlen(text), "made", &policy, &err), 0);
    free(text);
    assert_int_equal(policy_json(policy, &text, &err), 0);
    assert_non_null(strstr(text, "\"sanctum.monitors\""));
    free(text);
    policy_free(policy);
}

static void a_table_of_monitors_that_says_nothing_is_a_mistake(void **state)
{
    static const char *const bad[] = {"[sanctum]\n",
                                      "[sanctum]\nmonitors = []\n",
                                      "[sanctum]\nmonitors = [1]\n",
                                      "[sanctum]\nmonitors = \"00\"\n",
                                      "[sanctum]\nmonitors = [\"00\"]\n",
                                      "[sanctum]\nmonitor = []\n",
                                      "sanctum = 1\n"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[128];
        struct policy *policy;
        (void)snprintf(text, sizeof text, "version = 1\n%s", bad[i]);
        assert_int_equal(policy_parse(text, strlen(text), "bad", &policy, &err), -1);
    }
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    eat_keys_make(&keys);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    eat_keys_free(&keys);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_vector_is_refused_by_its_row_alone),
        cmocka_unit_test(what_several_rows_refuse_is_refused_by_the_one_that_is_meant_too),
        cmocka_unit_test(a_genuine_one_says_what_stands_below_the_keep),
        cmocka_unit_test(a_word_of_the_evidence_makes_no_hardware_of_it),
        cmocka_unit_test(a_chain_without_monitor_or_device_is_refused_by_their_rows),
        cmocka_unit_test(no_flip_of_a_bit_of_the_evidence_is_accepted),
        cmocka_unit_test(a_policy_made_from_evidence_names_the_monitor),
        cmocka_unit_test(a_table_of_monitors_that_says_nothing_is_a_mistake),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

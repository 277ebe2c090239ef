/* SPDX-License-Identifier: Apache-2.0 */
/* The shipped signer: a root that is made once and kept private, leaves below it, and evidence that the
 * verifier accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/attest/attest.h"
#include "../../src/base/file.h"
#include "../../src/proto/eat.h"
#include "../../src/tee/process/evidence.h"

static char folder[128];
static struct casemate_error err;

static void path_of(const char *name, char path[256])
{
    (void)snprintf(path, 256, "%s/%s", folder, name);
}

static struct process_root *open_root(void)
{
    struct process_root *root;
    if (process_root_open(folder, &root, &err))
        fail_msg("%s", err.what);
    return root;
}

static struct process_leaf *make_leaf(void)
{
    struct process_root *root = open_root();
    struct process_leaf *leaf;
    assert_int_equal(process_leaf_new(root, &leaf, &err), 0);
    process_root_free(root); /* not needed any more */
    return leaf;
}

static void a_root_is_made_once_and_is_private(void **state)
{
    (void)state;
    char path[256];
    struct stat st;
    struct process_root *first = open_root(), *second = open_root();
    assert_true(span_equal(process_root_certificate(first), process_root_certificate(second)));
    path_of(PROCESS_ROOT_KEY, path);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    process_root_free(first);
    process_root_free(second);
}

static void the_certificate_file_is_what_a_client_imports(void **state)
{
    (void)state;
    char path[256];
    struct buffer file = {0};
    struct attest_root from_file, from_memory;
    struct process_root *root = open_root();
    path_of(PROCESS_ROOT_CERTIFICATE, path);
    assert_int_equal(file_read(path, 65536, &file, &err), 0);
    assert_null(strstr((const char *)file.data, "PRIVATE"));
    assert_int_equal(attest_root_read(span_of(file.data, file.size), &from_file, NULL, NULL, &err), 0);
    assert_int_equal(attest_root_read(process_root_certificate(root), &from_memory, NULL, NULL, &err), 0);
    assert_memory_equal(from_file.fingerprint, from_memory.fingerprint, DIGEST_SIZE);
    assert_non_null(strstr(from_file.subject, "simulated"));
    buffer_free(&file);
    process_root_free(root);
}

static void a_missing_certificate_file_is_written_again(void **state)
{
    (void)state;
    char path[256];
    process_root_free(open_root());
    path_of(PROCESS_ROOT_CERTIFICATE, path);
    assert_int_equal(unlink(path), 0);
    process_root_free(open_root());
    assert_int_equal(access(path, R_OK), 0);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    (void)state;
    char path[256];
    struct process_root *root;
    process_root_free(open_root());
    path_of(PROCESS_ROOT_KEY, path);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(process_root_open(folder, &root, &err), -1);
    assert_int_equal(err.code, E_ROOT);
    assert_null(root);
    assert_int_equal(chmod(path, 0600), 0);
}

static void a_damaged_key_file_is_refused_and_kept(void **state)
{
    (void)state;
    char path[256], copy[256];
    struct process_root *root;
    process_root_free(open_root());
    path_of(PROCESS_ROOT_KEY, path);
    path_of("kept", copy);
    assert_int_equal(rename(path, copy), 0);
    assert_int_equal(file_write_atomic(path, "nonsense", 8, 0600, &err), 0);
    assert_int_equal(process_root_open(folder, &root, &err), -1);
    assert_int_equal(err.code, E_ROOT);
    assert_int_equal(rename(copy, path), 0);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    struct process_root *root;
    assert_int_equal(process_root_open("/nonexistent/folder", &root, &err), -1);
    assert_int_equal(err.code, E_IO);
}

/* Several wardens start at once on a machine that has no root yet. */
static void callers_at_once_get_the_same_root(void **state)
{
    (void)state;
    enum { CALLERS = 8 };
    char path[256];
    path_of(PROCESS_ROOT_KEY, path);
    (void)unlink(path);
    path_of(PROCESS_ROOT_CERTIFICATE, path);
    (void)unlink(path);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    for (unsigned i = 0; i < CALLERS; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child)
            continue;
        struct process_root *root;
        struct attest_root read;
        if (psa_crypto_init() != PSA_SUCCESS || process_root_open(folder, &root, &err) ||
            attest_root_read(process_root_certificate(root), &read, NULL, NULL, &err))
            _exit(1);
        _exit(write(pipes[1], read.fingerprint, DIGEST_SIZE) == DIGEST_SIZE ? 0 : 1);
    }
    uint8_t first[DIGEST_SIZE], other[DIGEST_SIZE];
    for (unsigned i = 0; i < CALLERS; i++) {
        int status;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        assert_int_equal(read(pipes[0], i ? other : first, DIGEST_SIZE), DIGEST_SIZE);
        if (i)
            assert_memory_equal(first, other, DIGEST_SIZE);
    }
    (void)close(pipes[0]);
    (void)close(pipes[1]);
}

static void two_leaves_have_two_keys_below_one_root(void **state)
{
    (void)state;
    struct process_leaf *a = make_leaf(), *b = make_leaf();
    const struct process_evidence e = {.issued_at = 1};
    uint8_t from_a[PROCESS_EVIDENCE_SIZE_MAX], from_b[PROCESS_EVIDENCE_SIZE_MAX];
    size_t a_size, b_size;
    assert_int_equal(process_evidence_sign(a, &e, from_a, sizeof from_a, &a_size, &err), 0);
    assert_int_equal(process_evidence_sign(b, &e, from_b, sizeof from_b, &b_size, &err), 0);
    assert_false(span_equal(span_of(from_a, a_size), span_of(from_b, b_size)));
    process_leaf_free(a);
    process_leaf_free(b);
}

static void evidence_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    struct process_leaf *leaf = make_leaf();
    const struct process_evidence e = {.issued_at = 1};
    uint8_t to[PROCESS_EVIDENCE_SIZE_MAX];
    size_t size;
    assert_int_equal(process_evidence_sign(leaf, &e, to, sizeof to, &size, &err), 0);
    assert_int_equal(process_evidence_sign(leaf, &e, to, size - 1, &size, &err), -1);
    assert_int_equal(err.code, E_LIMIT);
    process_leaf_free(leaf);
}

/* A Keep takes back only evidence of its own statement. */
static void the_keep_sees_whether_evidence_covers_its_statement(void **state)
{
    (void)state;
    struct process_leaf *leaf = make_leaf();
    struct process_evidence e = {.issued_at = 1, .report_data = {1, 2, 3}, .boot = {4, 5, 6}};
    uint8_t to[PROCESS_EVIDENCE_SIZE_MAX];
    size_t size;
    assert_int_equal(process_evidence_sign(leaf, &e, to, sizeof to, &size, &err), 0);
    assert_int_equal(process_evidence_covers(span_of(to, size), e.report_data, e.boot), 0);
    e.report_data[63] ^= 1;
    assert_int_equal(process_evidence_covers(span_of(to, size), e.report_data, e.boot), KEEP_EMATCH);
    e.report_data[63] ^= 1;
    e.boot[31] ^= 1;
    assert_int_equal(process_evidence_covers(span_of(to, size), e.report_data, e.boot), KEEP_EMATCH);
    assert_int_equal(process_evidence_covers(span_of(to, size - 1), e.report_data, e.boot), KEEP_EFORMAT);
    process_leaf_free(leaf);
}

static int judge(struct process_evidence *e, bool debug, struct verdict *verdict)
{
    struct statement s = {.kind = STATEMENT_SESSION, .tee = "process", .mode = "process"};
    uint8_t statement[STATEMENT_SIZE_MAX], evidence[PROCESS_EVIDENCE_SIZE_MAX];
    size_t statement_size, evidence_size;
    struct process_leaf *leaf = make_leaf();
    struct process_root *root = open_root();
    struct attest_roots roots = {0};
    struct attest_root pin;
    struct policy *policy;
    assert_int_equal(statement_encode(&s, statement, sizeof statement, &statement_size), 0);
    assert_int_equal(statement_report_data(span_of(statement, statement_size), e->report_data), 0);
    e->debug = debug;
    assert_int_equal(process_evidence_sign(leaf, e, evidence, sizeof evidence, &evidence_size, &err), 0);
    assert_int_equal(attest_root_read(process_root_certificate(root), &pin, NULL, NULL, &err), 0);
    assert_int_equal(attest_roots_add(&roots, &pin, &err), 0);
    assert_int_equal(policy_default(&policy, &err), 0);
    assert_int_equal(policy_allow_simulated(policy, &roots, &err), 0);
    assert_int_equal(policy_add_measurement(policy, "process", span_of(e->measurement, 48), &err), 0);
    const struct attest_input input = {.statement = span_of(statement, statement_size),
                                       .evidence = span_of(evidence, evidence_size),
                                       .policy = policy,
                                       .roots = &roots,
                                       .time = (int64_t)time(NULL),
                                       .recorded = true,
                                       .expected = {.kind = STATEMENT_SESSION}};
    int result = attest_judge(&input, verdict, &err);
    process_leaf_free(leaf);
    process_root_free(root);
    policy_free(policy);
    return result;
}

static void the_verifier_accepts_what_it_signs(void **state)
{
    (void)state;
    static struct verdict verdict;
    struct process_evidence e = {.issued_at = 1790000000, .measurement = {7}};
    assert_int_equal(judge(&e, false, &verdict), 0);
    assert_true(verdict.accepted);
    assert_int_equal(verdict.claims.chain_count, 2);
    assert_true(verdict.claims.issued_at == 1790000000);
}

static void a_development_image_says_that_it_can_be_debugged(void **state)
{
    (void)state;
    static struct verdict verdict;
    struct process_evidence e = {.issued_at = 1790000000, .measurement = {7}};
    assert_int_equal(judge(&e, true, &verdict), 0);
    assert_false(verdict.accepted);
    assert_true(check_failed(&verdict.report, CHECK_DEBUG));
}

/* ---- what a user may import as a root ---- */

static void only_one_certificate_that_signs_itself_is_a_root(void **state)
{
    (void)state;
    char path[256];
    struct buffer pem = {0}, twice = {0};
    struct attest_root root;
    process_root_free(open_root());
    path_of(PROCESS_ROOT_CERTIFICATE, path);
    assert_int_equal(file_read(path, 65536, &pem, &err), 0);
    buffer_append(&twice, pem.data, pem.size);
    buffer_append(&twice, pem.data, pem.size);
    const struct span wrong[] = {span_of(twice.data, twice.size), span_of(pem.data, pem.size / 2),
                                 SPAN_LITERAL("nonsense"), span_of(NULL, 0),
                                 SPAN_LITERAL("\x30\x03\x02\x01\x00")};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(attest_root_read(wrong[i], &root, NULL, NULL, &err), -1);
        assert_int_equal(err.code, E_ROOT);
    }
    buffer_free(&pem);
    buffer_free(&twice);
}

static int start(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/casemate-evidence-XXXXXX");
    return psa_crypto_init() == PSA_SUCCESS && mkdtemp(folder) ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    return folder_remove(folder, &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_root_is_made_once_and_is_private),
        cmocka_unit_test(the_certificate_file_is_what_a_client_imports),
        cmocka_unit_test(a_missing_certificate_file_is_written_again),
        cmocka_unit_test(a_key_that_others_may_read_is_refused),
        cmocka_unit_test(a_damaged_key_file_is_refused_and_kept),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
        cmocka_unit_test(callers_at_once_get_the_same_root),
        cmocka_unit_test(two_leaves_have_two_keys_below_one_root),
        cmocka_unit_test(evidence_that_does_not_fit_is_an_error),
        cmocka_unit_test(the_keep_sees_whether_evidence_covers_its_statement),
        cmocka_unit_test(the_verifier_accepts_what_it_signs),
        cmocka_unit_test(a_development_image_says_that_it_can_be_debugged),
        cmocka_unit_test(only_one_certificate_that_signs_itself_is_a_root),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

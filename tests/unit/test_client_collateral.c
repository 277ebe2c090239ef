/* SPDX-License-Identifier: Apache-2.0 */
/* Collateral through the public API: folders are read whole, items tell what they are and until when,
 * strangers are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../include/casemate/casemate.h"
#include "../../src/attest/vendor.h"
#include "../../src/base/file.h"

static char folder[PATH_MAX];
static casemate_error *error;
static casemate_collateral *set;

static void put(const char *name, const void *bytes, size_t size)
{
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(file_write(path, bytes, size, NULL), 0);
}

static void remove_one(const char *name)
{
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
    (void)rmdir(path);
}

static int start(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/casemate-test-XXXXXX");
    error = casemate_error_new();
    return mkdtemp(folder) && error && casemate_collateral_new(&set, error) == 0 ? 0 : -1;
}

static int stop(void **state)
{
    static const char *const names[] = {"a.der", "b.json", "c.txt", "more/d.der", "more", "pipe"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        remove_one(names[i]);
    (void)rmdir(folder);
    casemate_collateral_free(set);
    casemate_error_free(error);
    return 0;
}

static struct casemate_collateral_item item_named(const char *name)
{
    struct casemate_collateral_item item = {.size = sizeof item};
    for (size_t i = 0; casemate_collateral_at(set, i, &item) == 0; i++)
        if (item.name_size == strlen(name) && memcmp(item.name, name, item.name_size) == 0)
            return item;
    fail_msg("there is no item %s", name);
    return item;
}

static const char info[] =
    "{\"tcbInfo\":{\"id\":\"TDX\",\"version\":3,\"issueDate\":\"2025-10-01T00:00:00Z\","
    "\"nextUpdate\":\"2025-10-31T00:00:00Z\",\"fmspc\":\"00806f050000\"},\"signature\":\"";

static void a_folder_is_read_whole_and_every_item_says_what_it_is(void **state)
{
    (void)state;
    char text[sizeof info + 130], path[PATH_MAX + 64];
    const struct span root = vendor_certificates[0].der, other = vendor_certificates[1].der;
    (void)snprintf(path, sizeof path, "%s/more", folder);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0); /* reading it would wait for ever */
    (void)snprintf(text, sizeof text, "%s%0128d\"}", info, 0);
    put("a.der", root.data, root.size);
    put("b.json", text, strlen(text));
    put("c.txt", "nothing", 7);
    put("more/d.der", other.data, other.size);
    assert_int_equal(casemate_collateral_add_folder(set, folder, strlen(folder), error), 0);
    assert_int_equal(casemate_collateral_count(set), 3);
    struct casemate_collateral_item item = item_named("a.der");
    assert_int_equal(item.kind, CASEMATE_COLLATERAL_CERTIFICATE);
    assert_true(item.subject_size > 0 && item.from > 0 && item.until > item.from);
    (void)item_named("more/d.der");
    item = item_named("b.json");
    assert_int_equal(item.kind, CASEMATE_COLLATERAL_TCB_INFO);
    assert_string_equal(item.subject, "TDX, FMSPC 00806f050000");
    assert_int_equal(item.from, 1759276800);
    assert_int_equal(item.until, 1761868800);
    const char *name, *why;
    assert_int_equal(casemate_collateral_stranger_count(set), 2);
    assert_int_equal(casemate_collateral_stranger_at(set, 0, &name, &why), 0);
    assert_string_equal(name, "c.txt");
    assert_true(why[0] != '\0');
    assert_int_equal(casemate_collateral_stranger_at(set, 1, &name, &why), 0);
    assert_string_equal(name, "pipe");
    assert_int_equal(casemate_collateral_stranger_at(set, 2, &name, &why), -1);
}

static void a_file_may_stand_for_a_folder_and_nowhere_is_an_error(void **state)
{
    (void)state;
    char path[PATH_MAX + 64];
    const struct span root = vendor_certificates[0].der;
    put("a.der", root.data, root.size);
    (void)snprintf(path, sizeof path, "%s/a.der", folder);
    assert_int_equal(casemate_collateral_add_folder(set, path, strlen(path), error), 0);
    (void)item_named("a.der");
    (void)snprintf(path, sizeof path, "%s/none", folder);
    assert_int_equal(casemate_collateral_add_folder(set, path, strlen(path), error), -1);
    assert_true(casemate_error_is(error, "E_NOT_FOUND", 11));
    assert_int_equal(casemate_collateral_add_folder(set, path, 0, error), -1);
    assert_int_equal(casemate_collateral_add_folder(set, path, PATH_MAX + 1, error), -1);
}

static void bytes_are_named_by_whoever_adds_them(void **state)
{
    (void)state;
    const struct span root = vendor_certificates[0].der;
    assert_int_equal(casemate_collateral_add(set, "mine", 4, root.data, root.size, error), 0);
    assert_int_equal(casemate_collateral_add(set, "again", 5, root.data, root.size, error), 0);
    assert_int_equal(casemate_collateral_count(set), 1);
    (void)item_named("mine");
}

static void a_caller_of_another_version_is_told_no_more_than_he_knows(void **state)
{
    (void)state;
    const struct span root = vendor_certificates[0].der;
    struct casemate_collateral_item item = {.size = offsetof(struct casemate_collateral_item, from),
                                            .from = 7};
    assert_int_equal(casemate_collateral_add(set, "mine", 4, root.data, root.size, error), 0);
    assert_int_equal(casemate_collateral_at(set, 0, &item), 0);
    assert_int_equal(item.from, 7);
    item.size = sizeof item + 1;
    assert_int_equal(casemate_collateral_at(set, 0, &item), -1);
    item.size = 0;
    assert_int_equal(casemate_collateral_at(set, 0, &item), -1);
    casemate_policy *policy;
    casemate_verdict *verdict;
    struct casemate_verify_options options = {.size = sizeof options + 1};
    assert_int_equal(casemate_policy_default(&policy, error), 0);
    assert_int_equal(casemate_verify("x", 1, policy, NULL, &options, &verdict, error), -1);
    assert_true(casemate_error_is(error, "E_USAGE", 7));
    options = (struct casemate_verify_options){.size = sizeof options, .tee = "snpp", .tee_size = 4};
    assert_int_equal(casemate_verify("x", 1, policy, NULL, &options, &verdict, error), -1);
    assert_true(casemate_error_is(error, "E_TEE", 5));
    assert_int_equal(casemate_verify("x", 1, policy, NULL, NULL, &verdict, error), -1);
    assert_true(casemate_error_is(error, "E_EVIDENCE", 10));
    casemate_policy_free(policy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_is_read_whole_and_every_item_says_what_it_is, start, stop),
        cmocka_unit_test_setup_teardown(a_file_may_stand_for_a_folder_and_nowhere_is_an_error, start, stop),
        cmocka_unit_test_setup_teardown(bytes_are_named_by_whoever_adds_them, start, stop),
        cmocka_unit_test_setup_teardown(a_caller_of_another_version_is_told_no_more_than_he_knows, start,
                                        stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

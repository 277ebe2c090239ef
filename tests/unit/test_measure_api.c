/* SPDX-License-Identifier: Apache-2.0 */
/* casemate_measure_* as another program calls it: option structs of other sizes, what NULL means, texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <string.h>

#include "../../include/casemate/casemate.h"
#include "measure_corpus.h"

static struct corpus_image image;

static casemate_measure *measured(const char *tee, const struct casemate_measure_options *options)
{
    casemate_error *error = casemate_error_new();
    casemate_measure *m = NULL;
    if (casemate_measure_new(tee, strlen(tee), image.bytes, image.size, options, &m, error) < 0) {
        const char *text;
        size_t size;
        casemate_error_part(error, CASEMATE_ERROR_WHAT, &text, &size);
        fail_msg("%s", text);
    }
    casemate_error_free(error);
    return m;
}

static void refused(const char *tee, const struct casemate_measure_options *options, const char *code)
{
    casemate_error *error = casemate_error_new();
    casemate_measure *m = NULL;
    assert_int_equal(casemate_measure_new(tee, strlen(tee), image.bytes, image.size, options, &m, error), -1);
    assert_null(m);
    assert_true(casemate_error_is(error, code, strlen(code)));
    casemate_error_free(error);
}

static void a_measurement_says_what_it_is(void **state)
{
    (void)state;
    const char *text;
    size_t size;
    corpus_load("measure_sgxs/signed", &image);
    casemate_measure *m = measured("intel-sgx", NULL);
    casemate_measure_digest(m, &text, &size);
    assert_int_equal(size, 64);
    assert_string_equal(text, "94c8e6b126467c0f0f515afa8264622eeeaa9331345787b80c276857e0420245");
    casemate_measure_tee(m, &text, &size);
    assert_string_equal(text, "sgx");
    casemate_measure_profile(m, &text, &size);
    assert_int_equal(size, 0);
    assert_int_equal(casemate_measure_note_count(m), 2);
    assert_int_equal(casemate_measure_note(m, 1, &text, &size), 0);
    assert_non_null(strstr(text, "30 times 256 bytes"));
    assert_int_equal(casemate_measure_note(m, 2, &text, &size), -1);
    casemate_measure_free(m);
    casemate_measure_free(NULL);
}

static void its_json_has_all_of_it(void **state)
{
    (void)state;
    casemate_error *error = casemate_error_new();
    const char *json, *mrsigner, *debug;
    size_t size;
    int product, svn;
    corpus_load("measure_sgxs/signed", &image);
    casemate_measure *m = measured("sgx", NULL);
    for (int twice = 0; twice < 2; twice++) {
        assert_int_equal(casemate_measure_describe(m, &json, &size, error), 0);
        json_t *root = json_loadb(json, size, JSON_REJECT_DUPLICATES, NULL);
        assert_int_equal(json_unpack(root, "{s:{s:s, s:i, s:i, s:s}}", "signer", "mrsigner", &mrsigner,
                                     "product_id", &product, "svn", &svn, "debug", &debug),
                         0);
        assert_int_equal(strlen(mrsigner), 64);
        assert_true(product == 7 && svn == 3 && strcmp(debug, "never") == 0);
        assert_int_equal(json_array_size(json_object_get(root, "notes")), 2);
        assert_null(json_object_get(root, "profile"));
        json_decref(root);
    }
    casemate_measure_free(m);
    corpus_load("measure_firmware/both", &image);
    m = measured("tdx", NULL);
    assert_int_equal(casemate_measure_describe(m, &json, &size, error), 0);
    assert_non_null(strstr(json, "\"profile\":\"single-pass\""));
    assert_null(strstr(json, "signer"));
    casemate_measure_free(m);
    casemate_error_free(error);
}

static void an_empty_kernel_is_a_kernel_and_none_is_none(void **state)
{
    (void)state;
    const struct casemate_measure_options with = {.size = sizeof with, .kernel = ""},
                                          none = {.size = sizeof none};
    const char *first, *second, *third;
    size_t size;
    corpus_load("measure_firmware/sev", &image);
    casemate_measure *a = measured("snp", &with), *b = measured("snp", &none), *c = measured("snp", NULL);
    casemate_measure_digest(a, &first, &size);
    casemate_measure_digest(b, &second, &size);
    casemate_measure_digest(c, &third, &size);
    assert_string_not_equal(first, second);
    assert_string_equal(second, third);
    casemate_measure_free(a);
    casemate_measure_free(b);
    casemate_measure_free(c);
}

static void options_of_an_older_caller_are_taken_and_of_a_newer_refused(void **state)
{
    (void)state;
    struct {
        struct casemate_measure_options options;
        uint64_t more;
    } o = {.options = {.guest_features = 0x20}}; /* lacks SNPActive: refused if it is read */
    corpus_load("measure_firmware/sev", &image);
    o.options.size = offsetof(struct casemate_measure_options, guest_features);
    casemate_measure_free(measured("snp", &o.options));
    o.options.size = sizeof o.options;
    refused("snp", &o.options, "E_USAGE");
    o.options.guest_features = 0;
    o.options.size = sizeof o;
    refused("snp", &o.options, "E_USAGE");
    o.options.size = 0;
    refused("snp", &o.options, "E_USAGE");
}

static void names_that_are_none_are_refused(void **state)
{
    (void)state;
    char name[300];
    struct casemate_measure_options o = {.size = sizeof o, .profile = name, .profile_size = sizeof name};
    memset(name, 'q', sizeof name);
    corpus_load("measure_firmware/sev", &image);
    refused("snp", &o, "E_USAGE");
    o.profile = "qemux";
    o.profile_size = 4; /* the size counts, not a NUL */
    casemate_measure_free(measured("snp", &o));
    refused("snq", NULL, "E_TEE");
    refused("", NULL, "E_TEE");
    image.size = 0;
    refused("snp", NULL, "E_IMAGE");
    refused("tdx", NULL, "E_IMAGE");
    refused("sgx", NULL, "E_IMAGE");
    refused("process", NULL, "E_IMAGE");
}

static void no_keep_is_installed_for_what_no_keep_runs_in(void **state)
{
    (void)state;
    casemate_error *error = casemate_error_new();
    casemate_image *installed = NULL;
    assert_int_equal(casemate_image_installed("sev", 3, &installed, error), -1);
    assert_true(casemate_error_is(error, "E_TEE", strlen("E_TEE")));
    casemate_error_free(error);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_measurement_says_what_it_is),
        cmocka_unit_test(its_json_has_all_of_it),
        cmocka_unit_test(an_empty_kernel_is_a_kernel_and_none_is_none),
        cmocka_unit_test(options_of_an_older_caller_are_taken_and_of_a_newer_refused),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(no_keep_is_installed_for_what_no_keep_runs_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

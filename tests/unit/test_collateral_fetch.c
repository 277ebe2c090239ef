/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of the client of PCS, PCCS and KDS that need no service: URLs, pauses, wanted files, and a service
 * that is not there. The rest is tests/e2e/collateral.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../include/casemate/casemate.h"
#include "../../src/client/collateral_fetch.h"

static const uint8_t fmspc[6] = {0x00, 0x90, 0x6e, 0xd5, 0x00, 0x00};
static struct casemate_error err;

static int parse(const char *text, struct fetch_service *service)
{
    return fetch_service_parse(SERVICE_PCCS, text, strlen(text), service, &err);
}

/* The URL of the file, if these wants have it. */
static const char *url_of(const struct fetch_service *service, const struct collateral_wants *wants,
                          const char *file, char url[FETCH_URL_SIZE])
{
    for (size_t i = 0; i < wants->count; i++)
        if (strcmp(wants->want[i].file, file) == 0 && fetch_url(service, &wants->want[i], url, &err) == 0)
            return url;
    return "";
}

static void intel_itself_has_the_roots_list_elsewhere_and_a_pccs_has_it(void **state)
{
    struct fetch_service service;
    struct collateral_wants wants = {0};
    char url[FETCH_URL_SIZE];
    (void)state;
    assert_int_equal(collateral_wants_intel(&wants, true, fmspc, true, false, &err), 0);
    assert_int_equal(wants.count, 4);
    assert_int_equal(fetch_service_parse(SERVICE_PCCS, NULL, 0, &service, &err), 0);
    assert_string_equal(url_of(&service, &wants, "intel/root-ca.crl", url),
                        "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der");
    assert_string_equal(url_of(&service, &wants, "intel/tcb-tdx-00906ed50000.json", url),
                        "https://api.trustedservices.intel.com/tdx/certification/v4/tcb?fmspc=00906ed50000");
    assert_int_equal(parse("https://pccs.example:8081/sgx/certification/v4/", &service), 0);
    assert_string_equal(url_of(&service, &wants, "intel/root-ca.crl", url),
                        "https://pccs.example:8081/sgx/certification/v4/rootcacrl");
    assert_string_equal(url_of(&service, &wants, "intel/pck-platform.crl", url),
                        "https://pccs.example:8081/sgx/certification/v4/pckcrl?ca=platform&encoding=der");
    collateral_wants_free(&wants);
}

static void plain_http_is_for_this_machine_alone(void **state)
{
    static const char *const good[] = {"http://127.0.0.1:8081", "http://localhost", "http://[::1]:80/x/",
                                       "https://pccs.example/prefix"};
    static const char *const bad[] = {"http://pccs.example",
                                      "http://127.0.0.1.example",
                                      "http://10.0.0.1",
                                      "file:///etc/passwd",
                                      "https://user:word@pccs.example",
                                      "https://pccs.example/?a=b",
                                      "https://pccs.example/#a",
                                      "https://",
                                      "pccs example"};
    struct fetch_service service;
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (parse(good[i], &service) != 0)
            fail_msg("%s is refused: %s", good[i], err.what);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (parse(bad[i], &service) == 0 || err.code != E_USAGE)
            fail_msg("%s is accepted", bad[i]);
    char longest[FETCH_URL_SIZE + 1];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_int_equal(parse(longest, &service), -1);
}

static void pauses_double_up_to_a_limit_and_never_undercut_what_the_service_asks_for(void **state)
{
    (void)state;
    for (int32_t attempt = 1; attempt < 20; attempt++)
        for (uint64_t random = 0; random <= UINT32_MAX; random += UINT32_MAX / 8) {
            const int64_t pause = fetch_pause(1000, attempt, 0, (uint32_t)random);
            const int64_t whole = attempt < 6 ? 1000 << (attempt - 1) : FETCH_PAUSE_MAX;
            assert_true(pause >= whole / 2 && pause <= whole);
            assert_true(fetch_pause(1000, attempt, 7, (uint32_t)random) >= 7000);
        }
    assert_int_not_equal(fetch_pause(1000, 3, 0, 1), fetch_pause(1000, 3, 0, 2));
    assert_true(fetch_pause(1000, 1, FETCH_RETRY_AFTER_MAX, 0) > 0);
    assert_int_equal(fetch_pause(1000, 1, FETCH_RETRY_AFTER_MAX + 1, 0), -1);
    assert_true(fetch_pause(1, 1, 0, 5) >= 0);
}

static void the_same_file_is_wanted_once(void **state)
{
    struct collateral_wants wants = {0};
    (void)state;
    assert_int_equal(collateral_wants_intel(&wants, false, fmspc, true, false, &err), 0);
    assert_int_equal(collateral_wants_intel(&wants, false, fmspc, true, true, &err), 0);
    assert_int_equal(wants.count, 5);
    collateral_wants_free(&wants);
}

static void wants_have_a_limit(void **state)
{
    struct collateral_wants wants = {0};
    uint8_t other[6] = {0};
    int result = 0;
    (void)state;
    for (unsigned i = 0; i <= COLLATERAL_WANTS_MAX && result == 0; i++) {
        other[0] = (uint8_t)(i >> 8);
        other[1] = (uint8_t)i;
        result = collateral_wants_intel(&wants, false, other, true, true, &err);
    }
    assert_int_equal(result, -1);
    assert_int_equal(err.code, E_LIMIT);
    assert_int_equal(wants.count, COLLATERAL_WANTS_MAX);
    collateral_wants_free(&wants);
}

/* Port 1 of this machine: nobody listens there. */
static void a_service_that_is_not_there_fails_every_file_and_is_asked_once(void **state)
{
    casemate_fetch *fetch;
    char cache[] = "/tmp/casemate-fetch-XXXXXX";
    const char *url = "http://127.0.0.1:1";
    struct casemate_fetch_file file = {.size = sizeof file};
    (void)state;
    assert_non_null(mkdtemp(cache));
    const struct casemate_fetch_options options = {.size = sizeof options,
                                                   .cache = cache,
                                                   .cache_size = strlen(cache),
                                                   .pccs = url,
                                                   .pccs_size = strlen(url)};
    const struct casemate_fetch_what what = {
        .size = sizeof what, .tee = "sgx", .tee_size = 3, .fmspc = "00906ed50000", .fmspc_size = 12};
    assert_int_equal(casemate_fetch_new(&options, &fetch, &err), 0);
    assert_int_equal(casemate_fetch_add(fetch, &what, &err), 0);
    assert_int_equal(casemate_fetch_count(fetch), 5);
    assert_int_equal(casemate_fetch_wait(fetch, 10000, &err), 0);
    for (size_t i = 0; casemate_fetch_at(fetch, i, &file) == 0; i++) {
        assert_int_equal(file.state, CASEMATE_FETCH_FAILED);
        assert_int_equal(file.url_size > 0, i == 0);
        casemate_fetch_error(fetch, i, &err);
        assert_int_equal(err.code, E_COLLATERAL);
    }
    assert_int_equal(casemate_fetch_add(fetch, &what, &err), -1);
    assert_int_equal(casemate_fetch_wait(fetch, 0, &err), 0);
    casemate_fetch_free(fetch);
    assert_int_equal(rmdir(cache), 0);
}

static int load(void **state)
{
    (void)state;
    return curl_library_load(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intel_itself_has_the_roots_list_elsewhere_and_a_pccs_has_it),
        cmocka_unit_test(plain_http_is_for_this_machine_alone),
        cmocka_unit_test(pauses_double_up_to_a_limit_and_never_undercut_what_the_service_asks_for),
        cmocka_unit_test(the_same_file_is_wanted_once),
        cmocka_unit_test(wants_have_a_limit),
        cmocka_unit_test(a_service_that_is_not_there_fails_every_file_and_is_asked_once),
    };
    return cmocka_run_group_tests(tests, load, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of certificates at their limits: too long ones, too many issuers of one name, too many revocation
 * lists, several of one issuer (RFC 5280; threat 30). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/attest/chain.h"
#include "../support/pki.h"

enum { START = 1790000000, DAY = 86400, LISTS_MAX = 16 };

static const struct chain_rules rules = {VENDOR_NONE, &mbedtls_x509_crt_profile_default, true};
static struct pki_key root_key, leaf_key, stranger;
static struct collateral set;
static const struct chain_sets sets = {{&set, NULL}};
static struct chain chain;
static mbedtls_x509_crt leaf;
static struct check_report report;
static struct claims claims;
static struct casemate_error err;
static struct policy *policy;
static struct attest_input input;

static struct span make(const char *subject, const char *issuer, const struct pki_key *key,
                        const struct pki_key *signer, bool authority)
{
    static struct der der;
    const struct pki_wish wish = {.subject = subject,
                                  .issuer = issuer,
                                  .key = key,
                                  .signer = signer,
                                  .serial = 7,
                                  .from = START - 100 * (int64_t)DAY,
                                  .to = START + 1000 * (int64_t)DAY,
                                  .authority = authority,
                                  .usage = authority ? PKI_AUTHORITY_USAGE : PKI_DIGITAL_SIGNATURE};
    return pki_certificate(&der, &wish);
}

static void add(struct span bytes)
{
    assert_int_equal(collateral_add(&set, "test", bytes, &err), 0);
}

static void add_list(int64_t from, int64_t to, bool revoking)
{
    static struct der der;
    static const uint64_t revoked[] = {7};
    const struct pki_list_wish wish = {.issuer = "Root",
                                       .signer = &root_key,
                                       .from = from,
                                       .to = to,
                                       .revoked = revoked,
                                       .revoked_count = revoking};
    add(pki_list(&der, &wish));
}

static void make_leaf(const char *subject, const char *issuer, const struct pki_key *signer)
{
    const struct span bytes = make(subject, issuer, &leaf_key, signer, false);
    assert_int_equal(mbedtls_x509_crt_parse_der(&leaf, bytes.data, bytes.size), 0);
}

/* A leaf under a root that stands beside it. */
static void make_pair(void)
{
    make_leaf("Leaf", "Root", &root_key);
    add(make("Root", "Root", &root_key, &root_key, true));
}

static void judge(void)
{
    chain_find(&chain, &leaf, &sets, &rules);
    chain_judge(&chain, &rules, &sets, &input, &report, &claims);
}

static int prepare(void **state)
{
    (void)state;
    chain_init(&chain);
    mbedtls_x509_crt_init(&leaf);
    report = (struct check_report){0};
    claims = (struct claims){0};
    input = (struct attest_input){.policy = policy, .time = START};
    return 0;
}

static int clean(void **state)
{
    (void)state;
    chain_free(&chain);
    mbedtls_x509_crt_free(&leaf);
    collateral_free(&set);
    return 0;
}

static void no_certificates_and_more_than_fit_are_no_chain(void **state)
{
    struct span ders[ATTEST_CHAIN_MAX + 1];
    (void)state;
    const struct span one = make("Root", "Root", &root_key, &root_key, true);
    for (size_t i = 0; i < sizeof ders / sizeof *ders; i++)
        ders[i] = one;
    assert_false(chain_parse(&chain, ders, 0));
    assert_false(chain_parse(&chain, ders, ATTEST_CHAIN_MAX + 1));
    assert_int_equal(chain.count, 0);
    assert_true(chain_parse(&chain, ders, ATTEST_CHAIN_MAX));
}

static void a_path_is_followed_as_far_as_there_is_room(void **state)
{
    (void)state;
    make_leaf("Number 0", "Number 1", &root_key);
    for (int i = 1; i <= ATTEST_CHAIN_MAX; i++) {
        char subject[16], issuer[16];
        (void)snprintf(subject, sizeof subject, "Number %d", i);
        (void)snprintf(issuer, sizeof issuer, "Number %d", i + 1);
        add(make(subject, issuer, &root_key, &root_key, true));
    }
    judge();
    assert_int_equal(chain.count, ATTEST_CHAIN_MAX);
    assert_string_equal(claims.subject[ATTEST_CHAIN_MAX - 1], "CN=Number 7");
    assert_true(check_failed(&report, CHECK_ROOT));
}

/* The issuer whose key signed it is the ninth of this name; eight are looked at. */
static void of_too_many_issuers_of_one_name_the_first_is_named(void **state)
{
    enum { LOOKED_AT = 8 };
    (void)state;
    make_leaf("Leaf", "Root", &root_key);
    for (size_t i = 0; i < LOOKED_AT; i++)
        add(make("Root", "Root", &stranger, &stranger, true));
    add(make("Root", "Root", &root_key, &root_key, true));
    assert_int_equal(set.count, LOOKED_AT + 1);
    judge();
    assert_int_equal(chain.count, 2);
    assert_memory_equal(chain.certificate[1].raw.p, set.item[0]->bytes, set.item[0]->size);
    assert_true(check_failed(&report, CHECK_CHAIN));
}

static void the_issuer_whose_key_signed_it_is_found_among_its_namesakes(void **state)
{
    (void)state;
    make_leaf("Leaf", "Root", &root_key);
    add(make("Root", "Root", &stranger, &stranger, true));
    add(make("Root", "Root", &root_key, &root_key, true));
    judge();
    assert_memory_equal(chain.certificate[1].raw.p, set.item[1]->bytes, set.item[1]->size);
    assert_false(check_failed(&report, CHECK_CHAIN));
}

static void the_latest_of_several_lists_counts(void **state)
{
    (void)state;
    make_pair();
    add_list(START - 20 * (int64_t)DAY, START - 10 * (int64_t)DAY, false); /* would have to be renewed */
    add_list(START - 2 * (int64_t)DAY, START + DAY, false);
    add_list(START - 3 * (int64_t)DAY, START + 5 * (int64_t)DAY, false);
    judge();
    assert_int_equal(report.row[CHECK_REVOCATION].state, CHECK_OK);
    assert_int_equal(claims.collateral_date, START - 2 * (int64_t)DAY);
    assert_int_equal(claims.expires, START + DAY);
}

static void a_list_that_revokes_counts_whichever_is_the_latest(void **state)
{
    (void)state;
    make_pair();
    add_list(START - 3 * (int64_t)DAY, START + DAY, true);
    add_list(START - 2 * (int64_t)DAY, START + DAY, false);
    judge();
    assert_int_equal(report.row[CHECK_REVOCATION].state, CHECK_FAILED);
    assert_true(claims.revoked);
}

static void add_many_lists(void)
{
    for (int i = 0; i <= LISTS_MAX; i++)
        add_list(START - (i + 1) * (int64_t)DAY, START + DAY, false);
}

static void lists_without_end_do_not_hurt(void **state)
{
    (void)state;
    make_pair();
    add_many_lists();
    judge();
    assert_int_equal(report.row[CHECK_REVOCATION].state, CHECK_OK);
    assert_int_equal(claims.collateral_date, START - DAY);
}

/* Another certificate under the root of the evidence. */
static void judge_beside(void)
{
    static struct chain beside;
    mbedtls_x509_crt other;
    const struct span bytes = make("Signer", "Root", &leaf_key, &root_key, false);
    mbedtls_x509_crt_init(&other);
    assert_int_equal(mbedtls_x509_crt_parse_der(&other, bytes.data, bytes.size), 0);
    chain_init(&beside);
    chain_find(&beside, &other, &sets, &rules);
    chain_judge_beside(&beside, &chain, &rules, &sets, &input, &report, &claims);
    assert_int_equal(beside.count, 2);
    chain_free(&beside);
    mbedtls_x509_crt_free(&other);
}

/* When more lists came than are looked at, the evidence's path need not have gone through all of them. */
static void collateral_is_judged_by_its_lists_however_many_came(void **state)
{
    (void)state;
    make_pair();
    add_list(START - DAY, START + DAY, true); /* lists both certificates */
    add_many_lists();
    chain_find(&chain, &leaf, &sets, &rules);
    judge_beside();
    assert_int_equal(report.row[CHECK_REVOCATION].state, CHECK_FAILED);
    assert_true(claims.revoked);
}

/* Its lists' signatures were not looked at on the way to the evidence. */
static void collateral_beside_a_root_alone_is_judged_by_its_lists(void **state)
{
    (void)state;
    add(make("Root", "Root", &root_key, &root_key, true));
    add_list(START - DAY, START + DAY, true);
    chain_find(&chain, &set.item[0]->certificate, &sets, &rules);
    assert_int_equal(chain.count, 1);
    judge_beside();
    assert_int_equal(report.row[CHECK_REVOCATION].state, CHECK_FAILED);
    assert_true(claims.revoked);
}

/* Rather no name than half of one. */
static void a_name_that_is_too_long_to_show_is_not_shown(void **state)
{
    static char name[129];
    (void)state;
    memset(name, 'n', sizeof name - 1);
    make_leaf(name, "Root", &root_key);
    add(make("Root", "Root", &root_key, &root_key, true));
    memset(claims.subject[0], 'x', sizeof claims.subject[0]);
    judge();
    assert_string_equal(claims.subject[0], "");
    assert_string_equal(claims.subject[1], "CN=Root");
}

static int start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS || policy_default(&policy, &err))
        return -1;
    pki_key_make(&root_key, PKI_P256);
    pki_key_make(&leaf_key, PKI_P256);
    pki_key_make(&stranger, PKI_P256);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    policy_free(policy);
    pki_key_free(&root_key);
    pki_key_free(&leaf_key);
    pki_key_free(&stranger);
    return 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, prepare, clean)
    const struct CMUnitTest tests[] = {
        TEST(no_certificates_and_more_than_fit_are_no_chain),
        TEST(a_path_is_followed_as_far_as_there_is_room),
        TEST(of_too_many_issuers_of_one_name_the_first_is_named),
        TEST(the_issuer_whose_key_signed_it_is_found_among_its_namesakes),
        TEST(the_latest_of_several_lists_counts),
        TEST(a_list_that_revokes_counts_whichever_is_the_latest),
        TEST(lists_without_end_do_not_hurt),
        TEST(collateral_is_judged_by_its_lists_however_many_came),
        TEST(collateral_beside_a_root_alone_is_judged_by_its_lists),
        TEST(a_name_that_is_too_long_to_show_is_not_shown),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

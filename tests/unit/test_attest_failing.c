/* SPDX-License-Identifier: Apache-2.0 */
/* What stands around the judgement when something fails underneath it: with any one allocation and any one
 * call of the cryptography failing in turn, each function either says so with a precise code, or its result
 * is the same as ever: never one with a part missing. The linker leads these calls through here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <mbedtls/pk.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/attest/chain.h"
#include "../../src/attest/collateral_parts.h"
#include "../../src/attest/ear.h"
#include "../../src/attest/tcb_info.h"
#include "../../src/attest/unwrap.h"
#include "../../src/attest/vendor.h"
#include "../../src/base/hex.h"
#include "../../src/base/json_memory.h"

/* The call that fails, counted from 1; 0: none. */
static unsigned calls, fails;

static bool fails_now(void)
{
    return ++calls == fails;
}

void *__real_malloc(size_t);
void *__wrap_malloc(size_t);
void *__wrap_malloc(size_t size)
{
    return fails_now() ? NULL : __real_malloc(size);
}

void *__real_calloc(size_t, size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_calloc(size_t count, size_t size)
{
    return fails_now() ? NULL : __real_calloc(count, size);
}

void *__real_realloc(void *, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_realloc(void *old, size_t size)
{
    return fails_now() ? NULL : __real_realloc(old, size);
}

char *__real_strdup(const char *);
char *__wrap_strdup(const char *);
char *__wrap_strdup(const char *text)
{
    return fails_now() ? NULL : __real_strdup(text);
}

#define FAILING_STATUS(name, parameters, arguments)                                                          \
    psa_status_t __real_##name parameters;                                                                   \
    psa_status_t __wrap_##name parameters;                                                                   \
    psa_status_t __wrap_##name parameters                                                                    \
    {                                                                                                        \
        return fails_now() ? PSA_ERROR_INSUFFICIENT_MEMORY : __real_##name arguments;                        \
    }
FAILING_STATUS(psa_generate_key, (const psa_key_attributes_t *a, psa_key_id_t *id), (a, id))
FAILING_STATUS(psa_get_key_attributes, (psa_key_id_t id, psa_key_attributes_t *a), (id, a))
FAILING_STATUS(psa_export_public_key, (psa_key_id_t id, uint8_t *to, size_t capacity, size_t *size),
               (id, to, capacity, size))
FAILING_STATUS(psa_sign_message,
               (psa_key_id_t id, psa_algorithm_t algorithm, const uint8_t *input, size_t input_size,
                uint8_t *to, size_t capacity, size_t *size),
               (id, algorithm, input, input_size, to, capacity, size))
FAILING_STATUS(psa_hash_setup, (psa_hash_operation_t * operation, psa_algorithm_t algorithm),
               (operation, algorithm))

#define FAILING_PK(name, parameters, arguments)                                                              \
    int __real_##name parameters;                                                                            \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        return fails_now() ? MBEDTLS_ERR_PK_ALLOC_FAILED : __real_##name arguments;                          \
    }
FAILING_PK(mbedtls_pk_copy_from_psa, (mbedtls_svc_key_id_t id, mbedtls_pk_context *pk), (id, pk))
FAILING_PK(mbedtls_pk_write_pubkey_pem, (const mbedtls_pk_context *pk, unsigned char *to, size_t size),
           (pk, to, size))
FAILING_PK(mbedtls_pk_write_key_pem, (const mbedtls_pk_context *pk, unsigned char *to, size_t size),
           (pk, to, size))
FAILING_PK(mbedtls_pk_import_into_psa,
           (const mbedtls_pk_context *pk, const psa_key_attributes_t *a, mbedtls_svc_key_id_t *id),
           (pk, a, id))

/* ---- the work that is done again and again ---- */

static struct casemate_error err;
static struct verdict verdict;
static struct collateral strangers;
static struct policy *policy;
static struct ear_key key;
static struct statement owned = {.kind = STATEMENT_SESSION, .state = KEEP_RUNNING};
static const struct vendor_certificate *intermediate; /* of AMD's */

struct work {
    const char *name;
    /* 0 and a text of the heap that is to be the same each time, or -1 and err. */
    int (*run)(char **text);
    unsigned codes[3]; /* that it may fail with */
};

static int json_of_a_verdict(char **text)
{
    return verdict_json(&verdict, &strangers, text, &err);
}

static int table_of_a_verdict(char **text)
{
    return verdict_text(&verdict, &strangers, text, &err);
}

static int json_of_a_policy(char **text)
{
    return policy_json(policy, text, &err);
}

static int policy_of_a_verdict(char **text)
{
    return policy_from_verdict(&verdict, text, &err);
}

static size_t beyond_power_of_two(size_t size)
{
    size_t power = 1;
    while (power <= size / 2)
        power *= 2;
    return size - power;
}

/* Without its signature, which is another one each time; so long that the last growth of what is written is
 * the signature's. */
static int attestation_result(char **text)
{
    static char build[2048] = "casemate 1";
    static size_t filled = 10;
    int error = ear_encode(&verdict, &key, 1795521600, build, SPAN_LITERAL("12345678"), text, &err);
    while (!error && !fails && beyond_power_of_two(strlen(*text)) > 60 && filled + 1 < sizeof build) {
        free(*text);
        build[filled++] = 'x';
        error = ear_encode(&verdict, &key, 1795521600, build, SPAN_LITERAL("12345678"), text, &err);
    }
    if (!error)
        *strrchr(*text, '.') = '\0';
    return error;
}

static char *constant(const char *text)
{
    return __real_strdup(text);
}

static int new_key(char **text)
{
    struct ear_key made;
    if (ear_key_make(&made, &err)) {
        assert_int_equal(made.private_text[0], 0);
        return -1;
    }
    assert_non_null(strstr(made.private_text, "PRIVATE KEY"));
    assert_non_null(strstr(made.public_text, "PUBLIC KEY"));
    ear_key_free(&made);
    *text = constant("a key");
    return 0;
}

static int read_key(char **text)
{
    struct ear_key read;
    if (ear_key_parse(span_text(key.private_text), &read, &err)) {
        assert_int_equal(read.private_text[0], 0);
        return -1;
    }
    *text = constant(read.public_text);
    ear_key_free(&read);
    return 0;
}

static int policies(char **text)
{
    static const char toml[] = "version = 1\nplatforms = [\"00ff\"]\n[snp]\nvmpl = 1\n";
    struct policy *one = NULL, *two = NULL, *three = NULL;
    int error = policy_parse(toml, sizeof toml - 1, "policy.toml", &one, &err) ||
                        policy_copy(one, &two, &err) || policy_default(&three, &err)
                    ? -1
                    : 0;
    policy_free(one);
    policy_free(two);
    policy_free(three);
    *text = error ? NULL : constant("policies");
    return error;
}

static int root(char **text)
{
    char fingerprint[ATTEST_FINGERPRINT_TEXT];
    struct attest_root read;
    uint8_t *der = NULL;
    size_t size;
    if (attest_root_read(vendor_certificates[0].der, &read, &der, &size, &err)) {
        assert_null(der);
        return -1;
    }
    attest_fingerprint_text(read.fingerprint, fingerprint);
    *text = constant(fingerprint);
    free(der);
    return 0;
}

#define SIGNATURE_HEX                                                                                        \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"                                       \
    "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"

static int add_sources(struct collateral *set, const char *base64)
{
    static const char statement[] = "{\"tcbInfo\":{\"id\":\"SGX\"},\"signature\":\"" SIGNATURE_HEX "\"}";
    static const char kept[] = "{\"qe_identity\":\"{}\",\"qe_identity_signature\":\"" SIGNATURE_HEX "\"}";
    return collateral_add(set, "statement", SPAN_LITERAL(statement), &err) ||
                   collateral_add(set, "kept", SPAN_LITERAL(kept), &err) ||
                   collateral_add(set, "der", vendor_certificates[1].der, &err) ||
                   collateral_add(set, "text", span_text(base64), &err)
               ? -1
               : 0;
}

/* Made, put into one sequence, read back and merged: what a bundle goes through. */
static int sequence(char **text)
{
    static char base64[8192];
    struct collateral set = {0}, again = {0}, all = {0};
    uint8_t *encoded = NULL;
    size_t size = 0;
    base64_encode(vendor_certificates[2].der.data, vendor_certificates[2].der.size, base64);
    int error = add_sources(&set, base64) || collateral_sequence(&set, &encoded, &size, &err) ||
                collateral_add_sequence(&again, "again", span_of(encoded, size), &err) ||
                collateral_merge(&all, &again, &err);
    const size_t lost = set.stranger_count + again.stranger_count + all.stranger_count;
    if (!error && lost) { /* parsers tell no more: the item is named, which tells it */
        assert_true(all.count + lost >= 4);
        error = casemate_fail(&err, E_NOMEM, "%s", "named as not understood");
    }
    if (!error) {
        *text = __real_malloc(64);
        (void)snprintf(*text, 64, "%zu items, %zu bytes", all.count, size);
    }
    if (size)
        free(encoded);
    collateral_free(&set);
    collateral_free(&again);
    collateral_free(&all);
    return error ? -1 : 0;
}

static int evidence(char **text)
{
    /* JSON around base64 of what begins as an EAT in COSE_Sign1 does; and the same in hexadecimal. */
    static const char *const files[] = {"[\"type\", \"0oRDoQEmoEEA\"]", "d28443a10126a04100", "0oRDoQEmoEEA"};
    char found[256] = "";
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct unwrapped one;
        if (attest_unwrap(span_text(files[i]), &one, &err)) {
            assert_int_equal(one.owned_count, 0);
            return -1;
        }
        (void)snprintf(found + strlen(found), sizeof found - strlen(found), "%zu bytes of %s; ",
                       one.bytes.size, one.from);
        unwrapped_free(&one);
    }
    *text = constant(found);
    return 0;
}

/* The first word that jansson's first buffer does not hold is an advisory, and what it would lose is the last
 * digit. (With the quote behind it, it would be lost itself: it looks for that one without end.) */
static int tcb_info(char **text)
{
    static const char body[] =
        "{\"tcbLevels\":[{\"advisoryIDs\":[\"INTEL-SA-006150\"],\"tcb\":{\"sgxtcbcomponents\":["
        "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},"
        "{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0},{\"svn\":0}],"
        "\"pcesvn\":7},\"tcbDate\":\"2024-03-13T00:00:00Z\",\"tcbStatus\":\"OutOfDate\"}],"
        "\"id\":\"SGX\",\"version\":3,\"issueDate\":\"2025-10-01T00:00:00Z\","
        "\"nextUpdate\":\"2025-11-01T00:00:00Z\",\"fmspc\":\"00606a000000\",\"pceId\":\"0000\",\"tcbType\":0,"
        "\"tcbEvaluationDataNumber\":17}";
    static struct tcb_info info;
    char found[128];
    tcb_info_read(SPAN_LITERAL(body), &info);
    const int error = info.problem[0] ? casemate_fail(&err, E_NOMEM, "%s", info.problem) : 0;
    if (!error) {
        (void)snprintf(found, sizeof found, "%s, %s, %u, %u",
                       json_string_value(json_array_get(info.level[0].advisories, 0)),
                       tcb_status_name(info.level[0].status), info.level[0].pcesvn, info.evaluation);
        *text = constant(found);
    }
    tcb_info_free(&info);
    return error;
}

/* A path that ends too early fails a row: it is counted. */
static int path(char **text)
{
    static const mbedtls_x509_crt_profile any = {UINT32_MAX, UINT32_MAX, UINT32_MAX, 0};
    static const struct chain_rules amd = {VENDOR_AMD, &any, false};
    const struct chain_sets none = {{NULL, NULL}};
    struct chain chain;
    mbedtls_x509_crt leaf;
    size_t count = 0;
    chain_init(&chain);
    mbedtls_x509_crt_init(&leaf);
    if (mbedtls_x509_crt_parse_der(&leaf, intermediate->der.data, intermediate->der.size) == 0) {
        chain_find(&chain, &leaf, &none, &amd);
        count = chain.count;
        chain_free(&chain);
    }
    mbedtls_x509_crt_free(&leaf);
    if (count < 2)
        return casemate_fail(&err, E_NOMEM, "a path of %zu", count);
    *text = constant(count == 2 ? "a path to the root" : "a longer path");
    return 0;
}

/* A digest that could not be made matches nothing. */
static int owner(char **text)
{
    static struct check_report report;
    const struct attest_expected expected = {.kind = STATEMENT_SESSION, .owner_spki = SPAN_LITERAL("a key")};
    report = (struct check_report){0};
    attest_bind(&owned, &expected, &report);
    if (check_failed(&report, CHECK_BINDING_OWNER))
        return casemate_fail(&err, E_INTERNAL, "a state of %d", (int)report.row[CHECK_BINDING_OWNER].state);
    *text = constant("the owner");
    return 0;
}

static const struct work works[] = {
    {"a verdict as JSON", json_of_a_verdict, {E_NOMEM}},
    {"a verdict as a table", table_of_a_verdict, {E_NOMEM}},
    {"a policy as JSON", json_of_a_policy, {E_NOMEM}},
    {"a policy of a verdict", policy_of_a_verdict, {E_NOMEM}},
    {"an attestation result", attestation_result, {E_NOMEM, E_INTERNAL}},
    {"TCB Info", tcb_info, {E_NOMEM}},
    {"a path", path, {E_NOMEM}},
    {"an owner", owner, {E_INTERNAL}},
    {"a new key", new_key, {E_NOMEM, E_INTERNAL}},
    {"a key that is read", read_key, {E_NOMEM, E_INTERNAL, E_CONFIG /* Mbed TLS's parser tells no more */}},
    {"policies", policies, {E_NOMEM}},
    {"a root", root, {E_NOMEM, E_INTERNAL, E_ROOT /* the same */}},
    {"collateral in a sequence", sequence, {E_NOMEM}},
    {"evidence in texts", evidence, {E_NOMEM, E_EVIDENCE /* jansson tells no more */}},
};

static bool may_fail_with(const struct work *w, unsigned code)
{
    for (size_t i = 0; i < sizeof w->codes / sizeof *w->codes; i++)
        if (w->codes[i] && w->codes[i] == code)
            return true;
    return false;
}

/* Of the thousands of numbers inside Mbed TLS, which are neither first nor last, every 97th; all in the long
 * runs. */
static unsigned step(unsigned n, unsigned total)
{
    return n < 1000 || total - n < 100 || getenv("CASEMATE_SOAK") ? 1 : 97;
}

static void fail_each(const struct work *w)
{
    char *usual = NULL;
    fails = calls = 0;
    if (w->run(&usual))
        fail_msg("%s: %s", w->name, err.what);
    const unsigned total = calls;
    unsigned failed = 0;
    assert_true(total > 0);
    for (unsigned n = 1; n <= total; n += step(n, total)) {
        char *text = NULL;
        err = (struct casemate_error){0};
        calls = 0;
        fails = n;
        const int error = w->run(&text);
        fails = 0;
        failed += error != 0;
        if (error && !may_fail_with(w, err.code))
            fail_msg("%s: call %u of %u failed: %s (%s)", w->name, n, total, err.what,
                     casemate_code_name(err.code));
        if (!error && strcmp(text, usual) != 0)
            fail_msg("%s: call %u of %u failed, and a part is missing:\n%s\n%s", w->name, n, total, text,
                     usual);
        if (!error)
            free(text);
    }
    free(usual);
    if (failed == 0)
        fail_msg("%s: no failure was told", w->name);
}

/* Row 22. */
static void a_failing_call_is_told_or_makes_no_difference(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        fail_each(&works[i]);
}

/* The sixteenth character, the quote, is what jansson would lose. */
static void a_program_of_ours_ends_rather_than_have_json_read_wrongly(void **state)
{
    static const char json[] = "{\"a\":\"12345678901234\"}";
    unsigned n = 0;
    int status = 0;
    (void)state;
    do {
        (void)fflush(NULL);
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            json_set_alloc_funcs(json_memory, free);
            calls = 0;
            fails = n + 1;
            json_t *tree = json_loadb(json, sizeof json - 1, 0, NULL);
            _exit(strcmp(json_string_value(json_object_get(tree, "a")), "12345678901234") == 0 ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_true(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == JSON_MEMORY_EXIT);
        n++;
    } while (WEXITSTATUS(status) != 0);
    assert_true(n > 5);
}

static void make_verdict(void)
{
    static const enum check_id rows[] = {CHECK_FORMAT, CHECK_SIGNATURE, CHECK_CHAIN};
    verdict = (struct verdict){.binding = ATTEST_NONCE,
                               .has_statement = true,
                               .statement = {.kind = STATEMENT_WORKLOAD, .state = KEEP_RUNNING, .tee = "tdx"},
                               .claims = {.tee = "tdx",
                                          .class = ATTEST_HARDWARE,
                                          .measurement = {.size = 48},
                                          .has_tcb = true,
                                          .tcb = {.status = "UpToDate", .date = 1, .evaluation = 17},
                                          .advisory_count = 1,
                                          .advisory = {"INTEL-SA-00615"},
                                          .has_intel = true,
                                          .has_tdx = true,
                                          .has_sgx = true,
                                          .has_snp = true,
                                          .chain_count = 1,
                                          .subject = {"CN=leaf"}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)check_set(&verdict.report, rows[i], true, "good", "good");
    (void)check_set(&verdict.report, CHECK_DEBUG, false, "off", "on");
    collateral_stranger_add(&strangers, "a.txt", "empty");
}

static int start(void **state)
{
    static const char toml[] = "version = 1\nclass = \"simulated\"\nroots = [\"sha256:"
                               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"]\n"
                               "tees = [\"tdx\"]\nadvisories = [\"A\"]\ntolerate = [\"badram\"]\n"
                               "platforms = [\"00\"]\n[[measurement]]\ntee = \"tdx\"\nvalue = \""
                               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"\n"
                               "[[signer]]\ntee = \"sgx\"\nproduct = 1\nvalue = \""
                               "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\"\n"
                               "[[image]]\nname = \"keep\"\n[snp]\nmin_abi = \"1.55\"\n";
    (void)state;
    json_set_alloc_funcs(__wrap_malloc, free);
    make_verdict();
    for (size_t i = 0; i < VENDOR_CERTIFICATES; i++)
        if (strcmp(vendor_certificates[i].name, "ask-genoa") == 0)
            intermediate = &vendor_certificates[i];
    return psa_crypto_init() != PSA_SUCCESS ||
           statement_owner_digest(owned.instance, span_of(owned.nonce, NONCE_SIZE), SPAN_LITERAL("a key"),
                                  owned.owner) ||
           ear_key_make(&key, &err) || policy_parse(toml, sizeof toml - 1, "policy.toml", &policy, &err);
}

static int stop(void **state)
{
    (void)state;
    ear_key_free(&key);
    policy_free(policy);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_call_is_told_or_makes_no_difference),
        cmocka_unit_test(a_program_of_ours_ends_rather_than_have_json_read_wrongly),
    };
    return cmocka_run_group_tests(tests, start, stop);
}

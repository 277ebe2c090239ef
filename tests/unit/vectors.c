/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors. */
#include "vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"

enum { YEAR = 365 * 24 * 3600 };

struct hierarchy hierarchy;

int vectors_start(void **state)
{
    struct hierarchy *h = &hierarchy;
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    forge_key_make(&h->root, "Test root", NULL, true);
    forge_key_make(&h->leaf, "Test leaf", &h->root, false);
    forge_key_make(&h->stranger, "Stranger", NULL, true);
    /* The same names, other keys: a chain that only looks like one. */
    forge_key_make(&h->impostor_root, "Test root", NULL, true);
    forge_key_make(&h->impostor_leaf, "Test leaf", &h->impostor_root, false);
    return 0;
}

int vectors_stop(void **state)
{
    struct hierarchy *h = &hierarchy;
    (void)state;
    forge_key_free(&h->root);
    forge_key_free(&h->leaf);
    forge_key_free(&h->stranger);
    forge_key_free(&h->impostor_root);
    forge_key_free(&h->impostor_leaf);
    return 0;
}

static struct span certificate_of(const struct forge_key *key)
{
    return span_of(key->certificate.der, key->certificate.size);
}

static void fill(uint8_t *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(seed * 31 + i);
}

static void set_policy(struct judgement *j, const char *more)
{
    char root[ATTEST_FINGERPRINT_TEXT], measurement[2 * 48 + 1];
    attest_fingerprint_text(j->roots.root[0].fingerprint, root);
    hex_encode(j->wish.claims.measurement, 48, measurement);
    (void)snprintf(j->policy_text, sizeof j->policy_text,
                   "version = 1\nclass = \"simulated\"\nroots = [\"%s\"]\n%s\n"
                   "[[measurement]]\ntee = \"process\"\nvalue = \"%s\"\n",
                   root, more, measurement);
}

static void make_values(struct judgement *j)
{
    fill(j->nonce, sizeof j->nonce, 1);
    fill(j->binder, sizeof j->binder, 2);
    fill(j->spki, sizeof j->spki, 3);
    fill(j->boot, sizeof j->boot, 4);
    fill(j->instance, sizeof j->instance, 5);
    fill(j->session, sizeof j->session, 6);
    fill(j->workload, sizeof j->workload, 7);
    fill(j->run, sizeof j->run, 8);
    fill(j->outbox, sizeof j->outbox, 9);
    fill(j->owner_spki, sizeof j->owner_spki, 10);
    fill(j->other, sizeof j->other, 11);
}

static void make_statement(struct judgement *j)
{
    struct statement *s = &j->statement;
    *s = (struct statement){.kind = STATEMENT_SESSION, .tee = "process", .mode = "process"};
    memcpy(s->instance, j->instance, sizeof s->instance);
    memcpy(s->spki, j->spki, sizeof s->spki);
    memcpy(s->boot, j->boot, sizeof s->boot);
    memcpy(s->nonce, j->nonce, sizeof s->nonce);
    memcpy(s->binder, j->binder, sizeof s->binder);
    memcpy(s->session, j->session, sizeof s->session);
    memcpy(s->workload, j->workload, sizeof s->workload);
    memcpy(s->run, j->run, sizeof s->run);
    memcpy(s->outbox, j->outbox, sizeof s->outbox);
}

static void make_expected(struct judgement *j)
{
    j->expected = (struct attest_expected){
        .kind = STATEMENT_SESSION,
        .binding = ATTEST_SESSION,
        .nonce = j->nonce,
        .binder = j->binder,
        .spki = j->spki,
        .boot = j->boot,
        .instance = j->instance,
        .purpose = ATTEST_DEPLOY,
    };
}

static void make_wish(struct judgement *j)
{
    j->wish = (struct forge_wish){
        .claims = {.issued_at = 1790000000,
                   .debug = EAT_DEBUG_DISABLED,
                   .profile = SPAN_LITERAL(PROCESS_EAT_PROFILE),
                   .enforced_by = SPAN_LITERAL("process")},
        .signer = &j->hierarchy->leaf,
        .chain = {certificate_of(&j->hierarchy->leaf), certificate_of(&j->hierarchy->root)},
        .chain_count = 2,
        .algorithm = COSE_ES384,
    };
    memcpy(j->wish.claims.boot, j->boot, DIGEST_SIZE);
    fill(j->wish.claims.measurement, 48, 12);
}

void judgement_make(const struct hierarchy *h, struct judgement *j)
{
    struct casemate_error err = {0};
    struct attest_root root;
    *j = (struct judgement){.hierarchy = h, .time = (int64_t)time(NULL)};
    make_values(j);
    make_statement(j);
    make_expected(j);
    make_wish(j);
    assert_int_equal(attest_root_read(certificate_of(&h->root), &root, NULL, NULL, &err), 0);
    assert_int_equal(attest_roots_add(&j->roots, &root, &err), 0);
    set_policy(j, "");
}

/* As a Keep of an owner would be found again. */
static void make_owned(struct judgement *j, enum statement_kind kind, enum keep_state keep_state)
{
    const bool receipt = kind == STATEMENT_RECEIPT;
    j->statement.kind = j->expected.kind = kind;
    j->statement.state = keep_state;
    j->expected.purpose = ATTEST_RECONNECT;
    j->expected.owner_spki = span_of(j->owner_spki, sizeof j->owner_spki);
    assert_int_equal(statement_owner_digest(j->instance,
                                            receipt ? span_of(NULL, 0) : span_of(j->nonce, sizeof j->nonce),
                                            j->expected.owner_spki, j->statement.owner),
                     0);
    if (kind == STATEMENT_WORKLOAD) {
        j->expected.session = j->session;
        j->expected.workload = j->workload;
    }
    if (!receipt)
        return;
    j->expected.binding = ATTEST_RECORDED;
    j->expected.nonce = j->expected.binder = NULL;
    j->expected.run = j->run;
    j->expected.outbox = j->outbox;
}

static struct policy *make_policy(const struct judgement *j)
{
    struct casemate_error err = {0};
    struct policy *policy;
    if (policy_parse(j->policy_text, strlen(j->policy_text), "policy.toml", &policy, &err))
        fail_msg("%s", err.what);
    if (j->reference.size)
        assert_int_equal(
            policy_add_reference(policy, "process", &j->reference, "keep-process", j->reference_svn, &err),
            0);
    return policy;
}

int judgement_run_bytes(struct judgement *j, struct span statement, struct span evidence,
                        struct verdict *verdict, struct casemate_error *err)
{
    struct policy *policy = make_policy(j);
    const struct attest_input input = {.statement = statement,
                                       .evidence = evidence,
                                       .policy = policy,
                                       .roots = &j->roots,
                                       .time = j->time,
                                       .recorded = j->expected.binding == ATTEST_RECORDED && !j->not_recorded,
                                       .nonce = j->asked,
                                       .tee = j->tee,
                                       .expected = j->expected};
    int result = attest_judge(&input, verdict, err);
    policy_free(policy);
    return result;
}

int judgement_run(struct judgement *j, struct judged_bytes *bytes, struct verdict *verdict,
                  struct casemate_error *err)
{
    assert_int_equal(
        statement_encode(&j->statement, bytes->statement, sizeof bytes->statement, &bytes->statement_size),
        0);
    const struct span statement = span_of(bytes->statement, bytes->statement_size);
    assert_int_equal(statement_report_data(statement, j->wish.claims.report_data), 0);
    if (j->other_report_data)
        j->wish.claims.report_data[63] ^= 1;
    bytes->evidence_size = forge_evidence(&j->wish, bytes->evidence);
    return judgement_run_bytes(j, statement, span_of(bytes->evidence, bytes->evidence_size), verdict, err);
}

void vector_run(const struct vector *v, struct judgement *j, struct judged_bytes *bytes,
                struct verdict *verdict, struct casemate_error *err)
{
    judgement_make(&hierarchy, j);
    v->bend(j);
    assert_int_equal(judgement_run(j, bytes, verdict, err), 0);
}

/* ---- the bends ---- */

static void bend_nothing(struct judgement *j)
{
    (void)j;
}
static void bend_reconnection(struct judgement *j)
{
    make_owned(j, STATEMENT_SESSION, KEEP_RUNNING);
}
static void bend_to_workload(struct judgement *j)
{
    make_owned(j, STATEMENT_WORKLOAD, KEEP_OWNED);
}
static void bend_to_receipt(struct judgement *j)
{
    make_owned(j, STATEMENT_RECEIPT, KEEP_ENDED);
}
static void bend_to_reference(struct judgement *j)
{
    (void)snprintf(strstr(j->policy_text, "[[measurement]]"), 64, "\n");
    j->reference.size = 48;
    memcpy(j->reference.bytes, j->wish.claims.measurement, 48);
    j->reference_svn = 1;
}
static void add_policy(struct judgement *j, const char *more)
{
    size_t used = strlen(j->policy_text);
    (void)snprintf(j->policy_text + used, sizeof j->policy_text - used, "%s", more);
}
static void bend_to_image(struct judgement *j)
{
    bend_to_reference(j);
    add_policy(j, "[[image]]\nname = \"keep-process\"\nmin_svn = 1\n");
}
static void bend_to_allowed_debug(struct judgement *j)
{
    j->wish.claims.debug = EAT_DEBUG_ENABLED;
    set_policy(j, "allow_debug = true");
}
static void bend_to_named_tee(struct judgement *j)
{
    set_policy(j, "tees = [\"sgx\", \"process\"]");
}

static void bend_unprotected(struct judgement *j)
{
    j->wish.unprotected = true;
}
static void bend_algorithm(struct judgement *j)
{
    j->wish.algorithm = -7; /* ES256 */
}
static void bend_profile(struct judgement *j)
{
    j->wish.claims.profile = SPAN_LITERAL("tag:casemate.example,2026:process-2");
}
static void bend_signature(struct judgement *j)
{
    j->wish.bad_signature = true;
}
static void bend_signer(struct judgement *j)
{
    j->wish.signer = &j->hierarchy->impostor_leaf;
}
static void bend_chain_by_name(struct judgement *j)
{
    j->wish.signer = &j->hierarchy->impostor_leaf;
    j->wish.chain[0] = certificate_of(&j->hierarchy->impostor_leaf);
}
static void bend_chain_to_one(struct judgement *j)
{
    j->wish.signer = &j->hierarchy->root;
    j->wish.chain[0] = certificate_of(&j->hierarchy->root);
    j->wish.chain_count = 1;
}
static void bend_chain_with_stranger(struct judgement *j)
{
    j->wish.chain[1] = certificate_of(&j->hierarchy->stranger);
    j->wish.chain[2] = certificate_of(&j->hierarchy->root);
    j->wish.chain_count = 3;
}
static void bend_chain_without_authority(struct judgement *j)
{
    static struct forge_key leaf;
    forge_key_make(&leaf, "Below a leaf", &j->hierarchy->leaf, false);
    j->wish.signer = &leaf;
    j->wish.chain[0] = certificate_of(&leaf);
    j->wish.chain[1] = certificate_of(&j->hierarchy->leaf);
    j->wish.chain[2] = certificate_of(&j->hierarchy->root);
    j->wish.chain_count = 3;
}
static void bend_time_late(struct judgement *j)
{
    j->time += 2 * (int64_t)YEAR;
}
static void bend_time_early(struct judgement *j)
{
    j->time -= 2 * (int64_t)YEAR;
}
static void bend_root(struct judgement *j)
{
    j->roots.root[0].fingerprint[0] ^= 1;
    set_policy(j, "");
}
static void bend_policy_root(struct judgement *j) /* imported, but not what the policy names */
{
    bend_root(j);
    j->roots.root[0].fingerprint[0] ^= 1;
}
static void bend_report_data(struct judgement *j)
{
    j->other_report_data = true;
}
/* From a file: no session is at hand. */
static void make_file(struct judgement *j)
{
    j->expected.binding = ATTEST_RECORDED;
    j->expected.nonce = j->expected.binder = j->expected.spki = NULL;
}
static void bend_to_file(struct judgement *j)
{
    make_file(j);
    j->tee = "process";
}
static void bend_to_asked(struct judgement *j)
{
    make_file(j);
    j->not_recorded = true;
    j->asked = span_of(j->nonce, NONCE_SIZE);
}
static void bend_not_recorded(struct judgement *j)
{
    make_file(j);
    j->not_recorded = true;
}
static void bend_asked(struct judgement *j)
{
    make_file(j);
    j->asked = span_of(j->other, NONCE_SIZE);
}
static void bend_asked_less(struct judgement *j) /* the beginning of a nonce is another one */
{
    make_file(j);
    j->asked = span_of(j->nonce, NONCE_SIZE - 1);
}
static void bend_asked_of_receipt(struct judgement *j)
{
    make_owned(j, STATEMENT_RECEIPT, KEEP_ENDED);
    j->asked = span_of(j->nonce, NONCE_SIZE);
}
static void bend_wanted_tee(struct judgement *j)
{
    j->tee = "snp";
}
static void bend_tee(struct judgement *j)
{
    memcpy(j->statement.tee, "snp", sizeof "snp");
}
static void bend_mode(struct judgement *j)
{
    memcpy(j->statement.mode, "plain", sizeof "plain");
}
static void bend_enforced_by(struct judgement *j)
{
    j->wish.claims.enforced_by = SPAN_LITERAL("silicon");
}
static void bend_boot(struct judgement *j)
{
    j->wish.claims.boot[31] ^= 1;
}
static void bend_class(struct judgement *j)
{
    char *measurement = strstr(j->policy_text, "[[measurement]]"), rest[512];
    (void)snprintf(rest, sizeof rest, "version = 1\n%s", measurement);
    (void)snprintf(j->policy_text, sizeof j->policy_text, "%s", rest);
}
static void bend_policy_tee(struct judgement *j)
{
    set_policy(j, "tees = [\"sgx\", \"tdx\"]");
}
static void bend_measurement(struct judgement *j)
{
    j->wish.claims.measurement[0] ^= 1;
}
static void bend_measurement_unknown(struct judgement *j)
{
    (void)snprintf(strstr(j->policy_text, "[[measurement]]"), 64, "\n");
}
static void bend_reference(struct judgement *j)
{
    bend_to_reference(j);
    j->reference.bytes[47] ^= 1;
}
static void bend_image_name(struct judgement *j)
{
    bend_to_reference(j);
    add_policy(j, "[[image]]\nname = \"keep-other\"\n");
}
static void bend_svn(struct judgement *j)
{
    bend_to_reference(j);
    add_policy(j, "[[image]]\nname = \"keep-process\"\nmin_svn = 2\n");
}
static void bend_debug(struct judgement *j)
{
    j->wish.claims.debug = EAT_DEBUG_ENABLED;
}
static void bend_platform(struct judgement *j)
{
    set_policy(j, "platforms = [\"00\"]");
}
static void bend_kind(struct judgement *j)
{
    j->expected.kind = STATEMENT_RECEIPT;
}
static void bend_nonce(struct judgement *j)
{
    j->expected.nonce = j->other;
}
static void bend_exporter(struct judgement *j)
{
    j->expected.binder = j->other;
}
static void bend_key(struct judgement *j)
{
    j->expected.spki = j->other;
}
static void bend_expected_boot(struct judgement *j)
{
    j->expected.boot = j->other;
}
static void bend_instance(struct judgement *j)
{
    j->expected.instance = j->other;
}
static void bend_state(struct judgement *j)
{
    j->statement.state = KEEP_OWNED;
}
static void bend_state_unowned(struct judgement *j) /* an owner is looked for where none is */
{
    bend_reconnection(j);
    j->statement.state = KEEP_UNOWNED;
    j->expected.owner_spki = span_of(NULL, 0);
    j->expected.binding = ATTEST_RECORDED;
}
static void bend_state_of_receipt(struct judgement *j)
{
    bend_to_receipt(j);
    j->statement.state = KEEP_RUNNING;
}
static void bend_owner(struct judgement *j)
{
    bend_reconnection(j);
    j->owner_spki[0] ^= 1;
}
static void bend_owner_of_receipt(struct judgement *j) /* over a nonce that a receipt does not have */
{
    bend_to_receipt(j);
    assert_int_equal(statement_owner_digest(j->instance, span_of(j->nonce, sizeof j->nonce),
                                            j->expected.owner_spki, j->statement.owner),
                     0);
}
static void bend_session(struct judgement *j)
{
    bend_to_workload(j);
    j->expected.session = j->other;
}
static void bend_workload(struct judgement *j)
{
    bend_to_workload(j);
    j->expected.workload = j->other;
}
static void bend_run(struct judgement *j)
{
    bend_to_receipt(j);
    j->expected.run = j->other;
}
static void bend_outbox(struct judgement *j)
{
    bend_to_receipt(j);
    j->expected.outbox = j->other;
}
/* What a caller forgot to ask for in a live session is a refusal. */
static void bend_no_nonce(struct judgement *j)
{
    j->expected.nonce = NULL;
}
static void bend_no_binder(struct judgement *j)
{
    j->expected.binder = NULL;
}
static void bend_no_key(struct judgement *j)
{
    j->expected.spki = NULL;
}
static void bend_no_session(struct judgement *j)
{
    bend_to_workload(j);
    j->expected.session = NULL;
}
static void bend_no_owner(struct judgement *j)
{
    bend_reconnection(j);
    j->expected.owner_spki = span_of(NULL, 0);
}

#define GOOD(name, bend)           {name, CHECK_COUNT, NULL, E_NONE, bend}
#define BAD(name, row, code, bend) {name, CHECK_##row, NULL, code, bend}

const struct vector vectors[] = {
    GOOD("a new Keep", bend_nothing),
    GOOD("a Keep of mine that runs", bend_reconnection),
    GOOD("a workload statement", bend_to_workload),
    GOOD("a receipt", bend_to_receipt),
    GOOD("an image that the caller measured", bend_to_reference),
    GOOD("an image that the policy names", bend_to_image),
    GOOD("debugging that the policy allows", bend_to_allowed_debug),
    GOOD("a TEE that the policy names", bend_to_named_tee),
    GOOD("a recording in a file, of the TEE that it should be of", bend_to_file),
    GOOD("an answer to a nonce in a file", bend_to_asked),
    BAD("something in the unprotected header", FORMAT, E_EVIDENCE, bend_unprotected),
    BAD("another algorithm's name", FORMAT, E_EVIDENCE, bend_algorithm),
    BAD("another profile", PROFILE, E_EVIDENCE, bend_profile),
    BAD("a damaged signature", SIGNATURE, E_EVIDENCE, bend_signature),
    BAD("a signature by another key", SIGNATURE, E_EVIDENCE, bend_signer),
    BAD("a leaf whose issuer only has the right name", CHAIN, E_EVIDENCE, bend_chain_by_name),
    BAD("one certificate alone", CHAIN, E_EVIDENCE, bend_chain_to_one),
    BAD("a stranger between leaf and root", CHAIN, E_EVIDENCE, bend_chain_with_stranger),
    BAD("an issuer without the CA bit", CHAIN, E_EVIDENCE, bend_chain_without_authority),
    BAD("certificates that have expired", VALIDITY, E_EVIDENCE, bend_time_late),
    BAD("certificates of the future", VALIDITY, E_EVIDENCE, bend_time_early),
    BAD("an unknown root", ROOT, E_ROOT, bend_root),
    BAD("an imported root that the policy does not name", ROOT, E_ROOT, bend_policy_root),
    BAD("evidence of another statement", BINDING, E_BINDING, bend_report_data),
    BAD("a file that is neither an answer nor called a recording", BINDING, E_BINDING, bend_not_recorded),
    BAD("a file that answers another nonce", BINDING, E_BINDING, bend_asked),
    BAD("a file that answers a longer nonce", BINDING, E_BINDING, bend_asked_less),
    BAD("a receipt, which answers no nonce", BINDING, E_BINDING, bend_asked_of_receipt),
    BAD("a file of another TEE than the caller says", TEE, E_POLICY, bend_wanted_tee),
    BAD("a statement of another TEE", TEE_MATCH, E_EVIDENCE, bend_tee),
    BAD("a statement of another mode", TEE_MATCH, E_EVIDENCE, bend_mode),
    BAD("a process that claims silicon", TEE_MATCH, E_EVIDENCE, bend_enforced_by),
    BAD("another boot record", BOOT, E_EVIDENCE, bend_boot),
    BAD("simulated evidence under a policy for hardware", CLASS, E_SIMULATED, bend_class),
    BAD("a TEE that the policy does not name", TEE, E_POLICY, bend_policy_tee),
    BAD("another measurement", MEASUREMENT, E_POLICY, bend_measurement),
    {"no known measurement", CHECK_MEASUREMENT, "measurement-unknown", E_POLICY, bend_measurement_unknown},
    BAD("another image than the caller measured", MEASUREMENT, E_POLICY, bend_reference),
    {"an image that the policy does not name", CHECK_MEASUREMENT, "measurement-unknown", E_POLICY,
     bend_image_name},
    BAD("an image below the minimum", SVN, E_POLICY, bend_svn),
    BAD("debugging", DEBUG, E_POLICY, bend_debug),
    BAD("a platform without a name", PLATFORM, E_POLICY, bend_platform),
    BAD("a statement of another kind", BINDING_KIND, E_BINDING, bend_kind),
    BAD("another nonce", BINDING_NONCE, E_BINDING, bend_nonce),
    BAD("another exporter", BINDING_EXPORTER, E_BINDING, bend_exporter),
    BAD("another key", BINDING_KEY, E_BINDING, bend_key),
    BAD("another boot record than expected", BINDING_BOOT, E_BINDING, bend_expected_boot),
    BAD("another instance", BINDING_INSTANCE, E_OTHER_KEEP, bend_instance),
    BAD("a new Keep that has an owner", BINDING_STATE, E_BINDING, bend_state),
    BAD("a Keep of mine that nobody owns", BINDING_STATE, E_BINDING, bend_state_unowned),
    BAD("a receipt of a Keep that runs", BINDING_STATE, E_BINDING, bend_state_of_receipt),
    BAD("another owner", BINDING_OWNER, E_NOT_OWNER, bend_owner),
    BAD("an owner digest over the wrong value", BINDING_OWNER, E_NOT_OWNER, bend_owner_of_receipt),
    BAD("a workload of another session", BINDING_SESSION, E_BINDING, bend_session),
    BAD("another workload", BINDING_WORKLOAD, E_OTHER_KEEP, bend_workload),
    BAD("another run", BINDING_RUN, E_OTHER_KEEP, bend_run),
    BAD("another outbox", BINDING_OUTBOX, E_EVIDENCE, bend_outbox),
    BAD("nobody asked for the nonce", BINDING_NONCE, E_BINDING, bend_no_nonce),
    BAD("nobody asked for the exporter", BINDING_EXPORTER, E_BINDING, bend_no_binder),
    BAD("nobody asked for the key", BINDING_KEY, E_BINDING, bend_no_key),
    BAD("nobody asked for the session statement", BINDING_SESSION, E_BINDING, bend_no_session),
    BAD("nobody asked for the owner", BINDING_OWNER, E_NOT_OWNER, bend_no_owner),
};
const size_t vector_count = sizeof vectors / sizeof *vectors;

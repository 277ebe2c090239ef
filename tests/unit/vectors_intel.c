/* SPDX-License-Identifier: Apache-2.0 */
/* The vectors of Intel's TEEs. */
#include "vectors_intel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/base/hex.h"

static const struct {
    uint32_t tee;
    uint16_t version;
    enum quote_body body;
} bases[INTEL_BASES] = {
    [SGX_3] = {QUOTE_TEE_SGX, 3, QUOTE_BODY_SGX},
    [SGX_4] = {QUOTE_TEE_SGX, 4, QUOTE_BODY_SGX},
    [SGX_5] = {QUOTE_TEE_SGX, 5, QUOTE_BODY_SGX},
    [TDX_4] = {QUOTE_TEE_TDX, 4, QUOTE_BODY_TD_1_0},
    [TDX_5_TD_1_0] = {QUOTE_TEE_TDX, 5, QUOTE_BODY_TD_1_0},
    [TDX_5_TD_1_5] = {QUOTE_TEE_TDX, 5, QUOTE_BODY_TD_1_5},
};

struct intel_keys intel_test_keys;

int intel_start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    intel_keys_make(&intel_test_keys);
    return 0;
}

int intel_stop(void **state)
{
    (void)state;
    intel_keys_free(&intel_test_keys);
    return 0;
}

void intel_judgement_make(const struct intel_keys *keys, enum intel_base base, struct intel_judgement *j)
{
    const char *tee = bases[base].tee == QUOTE_TEE_TDX ? "tdx" : "sgx";
    *j = (struct intel_judgement){.time = INTEL_NOW, .statement = {.kind = STATEMENT_SESSION}};
    memcpy(j->statement.tee, tee, 4);
    memcpy(j->statement.mode, tee, 4);
    for (size_t i = 0; i < DIGEST_SIZE; i++)
        j->statement.boot[i] = (uint8_t)i;
    intel_wish_make(keys, bases[base].tee, bases[base].version, bases[base].body, &j->wish);
}

/* What the Keep and its launcher put into the body. */
static void bind_body(struct intel_judgement *j, struct span statement)
{
    struct quote *q = &j->wish.quote;
    const bool sgx = q->tee == QUOTE_TEE_SGX;
    uint8_t *report_data = sgx ? q->enclave.report_data : q->td_report_data;
    uint8_t *boot = sgx ? q->enclave.sgx.config_id : q->td.mrconfigid;
    assert_int_equal(statement_report_data(statement, report_data), 0);
    memcpy(boot, j->statement.boot, DIGEST_SIZE);
    report_data[63] ^= j->other_report_data;
    boot[31] ^= j->other_boot;
}

static void make_policy(struct intel_judgement *j, struct intel_case *c)
{
    struct casemate_error err = {0};
    struct attest_root root;
    const bool sgx = j->wish.quote.tee == QUOTE_TEE_SGX;
    char fingerprint[ATTEST_FINGERPRINT_TEXT], measurement[97], text[2048];
    assert_int_equal(attest_root_read(intel_root(&j->wish), &root, NULL, NULL, &err), 0);
    root.fingerprint[0] ^= j->other_root;
    assert_int_equal(attest_roots_add(&c->roots, &root, &err), 0);
    attest_fingerprint_text(root.fingerprint, fingerprint);
    if (sgx)
        hex_encode(j->wish.quote.enclave.mrenclave, 32, measurement);
    else
        hex_encode(j->wish.quote.mrtd, 48, measurement);
    measurement[0] = j->other_measurement ? measurement[0] ^ 1 : measurement[0];
    int size = snprintf(text, sizeof text,
                        "version = 1\nclass = \"simulated\"\nroots = [\"%s\"]\n%s\n[[measurement]]\ntee = "
                        "\"%s\"\nvalue = \"%s\"\n",
                        fingerprint, j->policy, sgx ? "sgx" : "tdx", measurement);
    if (policy_parse(text, (size_t)size, "policy.toml", &c->policy, &err))
        fail_msg("%s", err.what);
}

void intel_case_make(struct intel_judgement *j, struct intel_case *c)
{
    *c = (struct intel_case){.quote_size = 0};
    assert_int_equal(statement_encode(&j->statement, c->statement, sizeof c->statement, &c->statement_size),
                     0);
    const struct span statement = span_of(c->statement, c->statement_size);
    bind_body(j, statement);
    c->quote_size = intel_quote(&j->wish, c->quote);
    if (!j->no_collateral)
        intel_beside(&j->wish, &c->collateral);
    make_policy(j, c);
    c->input = (struct attest_input){.statement = statement,
                                     .evidence = span_of(c->quote, c->quote_size),
                                     .collateral = &c->collateral,
                                     .recorded = true,
                                     .policy = c->policy,
                                     .roots = &c->roots,
                                     .time = j->time,
                                     .expected = {.kind = STATEMENT_SESSION}};
}

void intel_case_free(struct intel_case *c)
{
    collateral_free(&c->collateral);
    policy_free(c->policy);
}

void intel_judgement_run(struct intel_judgement *j, struct verdict *verdict)
{
    static struct intel_case c;
    struct casemate_error err = {0};
    intel_case_make(j, &c);
    assert_int_equal(attest_judge(&c.input, verdict, &err), 0);
    intel_case_free(&c);
}

/* ---- the bends ---- */

static void set_policy(struct intel_judgement *j, const char *text)
{
    (void)snprintf(j->policy, sizeof j->policy, "%s", text);
}

#define BEND(name, ...)                                                                                      \
    static void bend_##name(struct intel_judgement *j)                                                       \
    {                                                                                                        \
        struct intel_wish *w = &j->wish;                                                                     \
        struct quote *q = &w->quote;                                                                         \
        (void)q;                                                                                             \
        __VA_ARGS__;                                                                                         \
    }

BEND(nothing, (void)w)
BEND(to_der, w->carrying = INTEL_DER)
BEND(to_leaf, w->carrying = INTEL_LEAF)
BEND(to_ppid, w->carrying = INTEL_PPID)
BEND(to_encrypted, w->carrying = INTEL_ENCRYPTED)
BEND(to_manifest, w->carrying = INTEL_MANIFEST)
BEND(to_processor_ca, w->pck.has_instance = w->pck.has_configuration = false)
BEND(to_allowed_debug, q->enclave.sgx.flags |= 2; set_policy(j, "allow_debug = true"))
BEND(to_evaluation, set_policy(j, "min_tcb_evaluation = 17"))
BEND(to_age, set_policy(j, "max_collateral_age = 3650"))
BEND(to_platform, char text[33]; hex_encode(w->pck.ppid, 16, text);
     (void)snprintf(j->policy, sizeof j->policy, "platforms = [\"%s\"]", text))

/* Statuses: all are accepted by a policy that names them, so that the status itself can be read. */
#define TOLERANT                                                                                             \
    "tcb_status = [\"UpToDate\", \"SWHardeningNeeded\", \"ConfigurationNeeded\", "                           \
    "\"ConfigurationAndSWHardeningNeeded\", \"OutOfDate\", \"OutOfDateConfigurationNeeded\", \"Revoked\", "  \
    "\"TDRelaunchAdvised\", \"TDRelaunchAdvisedConfigurationNeeded\"]\nadvisories = [\"INTEL-SA-00001\", "   \
    "\"INTEL-SA-00002\", \"INTEL-SA-00003\", \"INTEL-SA-00615\"]"
#define STATUS(word)           "\"tcbStatus\":\"" word "\""
#define BEND_STATUS(name, ...) BEND(name, set_policy(j, TOLERANT); __VA_ARGS__)
/* The platform's level, its QE and its module. */
#define OLD_QE                 q->qe.svn = 7
#define OLD_MODULE             q->td.tee_tcb_svn[0] = 3
/* The one in charge now is up to date. */
#define OLD_MODULE_RENEWED                                                                                   \
    OLD_MODULE;                                                                                              \
    q->td.tee_tcb_svn2[0] = 5
BEND_STATUS(platform_old, w->pck.pcesvn = 10)
BEND_STATUS(qe_old, OLD_QE)
BEND_STATUS(qe_revoked, OLD_QE; intel_swap(w->identity, STATUS("OutOfDate"), STATUS("Revoked")))
BEND_STATUS(all_old, OLD_QE; w->pck.pcesvn = 10)
BEND_STATUS(module_old, OLD_MODULE)
BEND_STATUS(module_revoked, OLD_MODULE; intel_swap(w->info, "2022-01-01T00:00:00Z\"," STATUS("OutOfDate"),
                                                   "2022-01-01T00:00:00Z\"," STATUS("Revoked")))
BEND_STATUS(module_before_versions, q->td.tee_tcb_svn[1] = 0)
BEND_STATUS(module_before_versions_old, q->td.tee_tcb_svn[1] = 0; q->td.tee_tcb_svn[0] = 4;
            intel_swap(w->info, "\"tdxtcbcomponents\":[{\"svn\":5}", "\"tdxtcbcomponents\":[{\"svn\":6}");
            intel_swap(w->info, "\"tdxtcbcomponents\":[{\"svn\":5}", "\"tdxtcbcomponents\":[{\"svn\":4}"))
static void swap_platform(struct intel_judgement *j, const char *status)
{
    char to[128];
    (void)snprintf(to, sizeof to, "\"tcbStatus\":\"%s\"},{\"tcb\":{\"sgx", status);
    intel_swap(j->wish.info, STATUS("UpToDate") "},{\"tcb\":{\"sgx", to);
}
BEND_STATUS(hardening, swap_platform(j, "SWHardeningNeeded"))
BEND_STATUS(configuration, swap_platform(j, "ConfigurationNeeded"))
BEND_STATUS(both, swap_platform(j, "ConfigurationAndSWHardeningNeeded"))
BEND_STATUS(old_configuration, swap_platform(j, "OutOfDateConfigurationNeeded"))
BEND_STATUS(revoked, swap_platform(j, "Revoked"))
BEND_STATUS(hardening_qe_old, swap_platform(j, "SWHardeningNeeded"); OLD_QE)
BEND_STATUS(configuration_qe_old, swap_platform(j, "ConfigurationNeeded"); OLD_QE)
BEND_STATUS(both_qe_old, swap_platform(j, "ConfigurationAndSWHardeningNeeded"); OLD_QE)
BEND_STATUS(revoked_qe_old, swap_platform(j, "Revoked"); OLD_QE)
BEND_STATUS(configuration_module_old, swap_platform(j, "ConfigurationNeeded"); OLD_MODULE)
BEND_STATUS(relaunch, OLD_MODULE_RENEWED)
BEND_STATUS(relaunch_configuration, OLD_MODULE_RENEWED; swap_platform(j, "ConfigurationNeeded"))
BEND_STATUS(relaunch_qe_old, OLD_MODULE_RENEWED; OLD_QE)
BEND_STATUS(relaunch_platform_old, OLD_MODULE_RENEWED; w->pck.pcesvn = 10)
BEND_STATUS(relaunch_microcode_old, OLD_MODULE_RENEWED; q->td.tee_tcb_svn2[2] = 2)
BEND_STATUS(relaunch_unlisted, OLD_MODULE_RENEWED; q->td.tee_tcb_svn2[1] = 9)
BEND_STATUS(relaunch_without_version, OLD_MODULE_RENEWED; q->td.tee_tcb_svn2[1] = 0)
BEND_STATUS(relaunch_without_version_old, OLD_MODULE_RENEWED; q->td.tee_tcb_svn2[1] = 0;
            q->td.tee_tcb_svn2[0] = 4)

BEND_STATUS(old_configuration_qe_old, swap_platform(j, "OutOfDateConfigurationNeeded"); OLD_QE)
BEND_STATUS(relaunch_platform_revoked, OLD_MODULE_RENEWED; swap_platform(j, "Revoked"))
BEND_STATUS(relaunch_platform_old_configuration, OLD_MODULE_RENEWED;
            swap_platform(j, "OutOfDateConfigurationNeeded"))
/* The platform is on the first level for enclaves, and on the second for trust domains. */
static void split_levels(struct intel_judgement *j, const char *second)
{
    char to[128];
    (void)snprintf(to, sizeof to, "\"tcbStatus\":\"%s\",\"advisoryIDs\":[\"INTEL-SA-00001", second);
    intel_swap(j->wish.info, "\"tdxtcbcomponents\":[{\"svn\":5},{\"svn\":0},{\"svn\":3}",
               "\"tdxtcbcomponents\":[{\"svn\":5},{\"svn\":0},{\"svn\":4}");
    intel_swap(j->wish.info, STATUS("OutOfDate") ",\"advisoryIDs\":[\"INTEL-SA-00001", to);
    j->wish.quote.td.tee_tcb_svn2[2] = 4;
}
BEND_STATUS(relaunch_td_revoked, OLD_MODULE_RENEWED; split_levels(j, "Revoked"))
BEND_STATUS(relaunch_td_configuration, OLD_MODULE_RENEWED; split_levels(j, "ConfigurationNeeded"))

/* The quote. */
BEND(vendor, q->qe_vendor[0] ^= 1)
BEND(key_type, q->key_type = 3)
BEND(reserved_header, w->reserved = INTEL_RESERVED_HEADER)
BEND(reserved_body, w->reserved = INTEL_RESERVED_BODY)
BEND(reserved_qe, w->reserved = INTEL_RESERVED_QE)
BEND(signature, w->bad_signature = true)
BEND(signer, w->attestation_signer = &w->keys->stranger)
BEND(qe_signature, w->bad_qe_signature = true)
BEND(qe_key, w->qe_signer = &w->keys->stranger)
BEND(qe_key_beside, w->qe_signer = &w->keys->stranger; w->carrying = INTEL_PPID)
BEND(binding_of_key, w->bad_binding = true)
/* Certificates and lists. */
BEND(leaf_name, w->leaf.subject = "Intel SGX TCB Signing")
BEND(leaf_by_stranger, w->leaf.signer = &w->keys->stranger)
BEND(ca_by_stranger, w->ca.signer = &w->keys->stranger)
BEND(ca_without_bit, w->ca.authority = false)
BEND(ca_without_usage, w->ca.usage = PKI_LIST_SIGN)
BEND(leaf_without_usage, w->leaf.usage = PKI_CERTIFICATE_SIGN)
BEND(tcb_by_stranger, w->tcb.signer = &w->keys->stranger)
BEND(tcb_without_usage, w->tcb.usage = PKI_CERTIFICATE_SIGN)
BEND(leaf_expired, w->leaf.to = INTEL_NOW - 1)
BEND(ca_expired, w->ca.to = INTEL_NOW - 1)
BEND(root_expired, w->root.to = INTEL_NOW - 1)
BEND(tcb_expired, w->tcb.to = INTEL_NOW - 1)
BEND(leaf_early, w->leaf.from = INTEL_NOW + 1)
BEND(root_unknown, j->other_root = true)
static const uint64_t serials[] = {1, 2, 3, 4};
BEND(leaf_revoked, w->ca_list.revoked = &serials[2]; w->ca_list.revoked_count = 1)
BEND(ca_revoked, w->root_list.revoked = &serials[1]; w->root_list.revoked_count = 1)
BEND(tcb_revoked, w->root_list.revoked = &serials[3]; w->root_list.revoked_count = 1)
BEND(no_root_list, w->no_root_list = true)
BEND(no_ca_list, w->no_ca_list = true)
BEND(root_list_old, w->root_list.to = INTEL_NOW - 1)
BEND(ca_list_old, w->ca_list.to = INTEL_NOW - 1)
BEND(ca_list_early, w->ca_list.from = INTEL_NOW + 1)
BEND(ca_list_bad, w->ca_list.bad_signature = true)
BEND(root_list_by_stranger, w->root_list.signer = &w->keys->stranger)
/* Collateral. */
BEND(other_fmspc, w->pck.fmspc[5] ^= 1)
BEND(other_pceid, w->pck.pceid[0] ^= 1)
static void bend_info_of_tdx(struct intel_judgement *j)
{
    static struct intel_wish other;
    intel_wish_make(j->wish.keys, QUOTE_TEE_TDX, 4, QUOTE_BODY_TD_1_0, &other);
    memcpy(j->wish.info, other.info, sizeof other.info);
}
BEND(info_unsigned, w->bad_info = true)
BEND(info_by_platform, w->info_signer = &w->keys->pck)
BEND(info_old, intel_swap(w->info, "2025-11-01T00:00:00Z", "2025-10-05T00:00:00Z"))
BEND(info_early, intel_swap(w->info, "2025-10-01T00:00:00Z", "2025-10-20T00:00:00Z"))
BEND(identity_of_another, intel_swap(w->identity, "QE\"", "QVE\""))
BEND(identity_unsigned, w->bad_identity = true)
BEND(identity_by_platform, w->identity_signer = &w->keys->pck)
BEND(identity_old, intel_swap(w->identity, "2025-11-01T00:00:00Z", "2025-10-05T00:00:00Z"))
BEND(identity_early, intel_swap(w->identity, "2025-10-01T00:00:00Z", "2025-10-20T00:00:00Z"))
BEND(qe_mrsigner, q->qe.mrsigner[31] ^= 1)
BEND(qe_product, q->qe.product = 3)
BEND(qe_debug, q->qe.sgx.flags |= 2)
BEND(qe_misc, q->qe.sgx.miscselect = 1)
BEND(qe_xfrm, intel_swap(w->identity, "FBFFFFFFFFFFFFFF00", "FBFFFFFFFFFFFFFFFF"))
BEND_STATUS(below_platform, w->pck.component[15] = 4)
BEND_STATUS(below_pcesvn, w->pck.pcesvn = 8)
BEND_STATUS(below_td, q->td.tee_tcb_svn[2] = 2)
BEND_STATUS(below_td_before_versions, q->td.tee_tcb_svn[1] = 0; q->td.tee_tcb_svn[0] = 4)
BEND_STATUS(below_module, q->td.tee_tcb_svn[0] = 1)
BEND_STATUS(below_qe, q->qe.svn = 5)
/* The TDX module. */
BEND(module_unlisted, q->td.tee_tcb_svn[1] = 2)
BEND(module_by_other, q->td.mrsignerseam[0] = 1)
static void bend_module_listed_by_other(struct intel_judgement *j)
{
    char *module = strstr(j->wish.info, "TDX_01");
    intel_swap(module, "\"mrsigner\":\"00", "\"mrsigner\":\"01");
}
BEND(module_attributes, q->td.seam_attributes = 1)
static void bend_module_listed_attributes(struct intel_judgement *j)
{
    char *module = strstr(j->wish.info, "TDX_01");
    intel_swap(module, "\"attributes\":\"00", "\"attributes\":\"01");
}
/* Attributes. */
BEND(unknown_flag, q->enclave.sgx.flags |= 1 << 3)
BEND(not_initialised, q->enclave.sgx.flags &= ~1ull)
BEND(unknown_xfrm, q->enclave.sgx.xfrm |= 1ull << 63)
BEND(unknown_misc, q->enclave.sgx.miscselect = 1 << 5)
BEND(migratable, q->td.td_attributes |= 1ull << 29)
BEND(profiled, q->td.td_attributes |= 1ull << 4)
BEND(unknown_xfam, q->td.xfam |= 1ull << 63)
BEND(no_sse, q->td.xfam &= ~2ull)
/* Row 45. */
BEND(no_sept_ve_disable, q->td.td_attributes = 0)
BEND(to_tolerated_ve, q->td.td_attributes = 0; set_policy(j, "tolerate = [\"sept-ve-disable\"]"))
/* Statement and policy. */
BEND(report_data, j->other_report_data = true)
BEND(boot, j->other_boot = true)
BEND(statement_tee, memcpy(j->statement.tee, "snp", 4))
BEND(statement_mode, memcpy(j->statement.mode, "plain", 6))
BEND(measurement, j->other_measurement = true)
BEND(debug_sgx, q->enclave.sgx.flags |= 2)
BEND(debug_tdx, q->td.td_attributes |= 1)
BEND(tcb, w->pck.pcesvn = 10; set_policy(j, "advisories = [\"INTEL-SA-00001\", \"INTEL-SA-00002\"]"))
BEND(advisories, w->pck.pcesvn = 10;
     set_policy(j, "tcb_status = [\"OutOfDate\"]\nadvisories = [\"INTEL-SA-00001\"]"))
BEND(evaluation_info, set_policy(j, "min_tcb_evaluation = 17");
     intel_swap(w->info, "Number\":17", "Number\":16"))
BEND(evaluation_identity, set_policy(j, "min_tcb_evaluation = 17");
     intel_swap(w->identity, "Number\":17", "Number\":16"))
BEND(age, set_policy(j, "max_collateral_age = 1"))
BEND(platform, set_policy(j, "platforms = [\"00\"]"))

#define GOOD(name, base, bend)           {name, base, CHECK_COUNT, "UpToDate", bend_##bend}
#define STANDS(name, base, status, bend) {name, base, CHECK_COUNT, status, bend_##bend}
#define BAD(name, base, row, bend)       {name, base, CHECK_##row, NULL, bend_##bend}

const struct intel_vector intel_vectors[] = {
    GOOD("an enclave", SGX_3, nothing),
    GOOD("an enclave in version 4", SGX_4, nothing),
    GOOD("an enclave in version 5", SGX_5, nothing),
    GOOD("a trust domain", TDX_4, nothing),
    GOOD("a trust domain in version 5", TDX_5_TD_1_0, nothing),
    GOOD("a trust domain 1.5", TDX_5_TD_1_5, nothing),
    GOOD("certificates in DER", SGX_3, to_der),
    GOOD("the leaf alone in the quote", SGX_3, to_leaf),
    GOOD("the leaf alone in a trust domain's quote", TDX_4, to_leaf),
    GOOD("a platform's identifier instead of certificates", SGX_3, to_ppid),
    GOOD("a platform's encrypted identifier", SGX_3, to_encrypted),
    GOOD("a platform's manifest", TDX_4, to_manifest),
    GOOD("a certificate of the processor CA", SGX_3, to_processor_ca),
    GOOD("debugging that the policy allows", SGX_3, to_allowed_debug),
    GOOD("the evaluation that the policy wants", SGX_3, to_evaluation),
    GOOD("collateral of the age that the policy wants", SGX_3, to_age),
    GOOD("a platform that the policy names", TDX_4, to_platform),
    GOOD("#VE on private memory that the policy tolerates", TDX_4, to_tolerated_ve),
    STANDS("an old PCE", SGX_3, "OutOfDate", platform_old),
    STANDS("software hardening", SGX_3, "SWHardeningNeeded", hardening),
    STANDS("configuration", SGX_3, "ConfigurationNeeded", configuration),
    STANDS("both", SGX_3, "ConfigurationAndSWHardeningNeeded", both),
    STANDS("out of date and configuration", SGX_3, "OutOfDateConfigurationNeeded", old_configuration),
    STANDS("revoked", SGX_3, "Revoked", revoked),
    STANDS("an old QE", SGX_3, "OutOfDate", qe_old),
    STANDS("a revoked QE", SGX_3, "Revoked", qe_revoked),
    STANDS("an old platform with an old QE", SGX_3, "OutOfDate", all_old),
    STANDS("software hardening with an old QE", SGX_3, "OutOfDate", hardening_qe_old),
    STANDS("configuration with an old QE", SGX_3, "OutOfDateConfigurationNeeded", configuration_qe_old),
    STANDS("both with an old QE", SGX_3, "OutOfDateConfigurationNeeded", both_qe_old),
    STANDS("a revoked platform with an old QE", SGX_3, "Revoked", revoked_qe_old),
    STANDS("out of date and configuration with an old QE", SGX_3, "OutOfDateConfigurationNeeded",
           old_configuration_qe_old),
    STANDS("renewed since, on a revoked platform", TDX_5_TD_1_5, "Revoked", relaunch_platform_revoked),
    STANDS("renewed since, on an old platform with configuration", TDX_5_TD_1_5,
           "OutOfDateConfigurationNeeded", relaunch_platform_old_configuration),
    STANDS("renewed since, on a platform that is revoked for trust domains", TDX_5_TD_1_5, "Revoked",
           relaunch_td_revoked),
    STANDS("renewed since, with configuration for trust domains", TDX_5_TD_1_5,
           "TDRelaunchAdvisedConfigurationNeeded", relaunch_td_configuration),
    STANDS("an old TDX module", TDX_4, "OutOfDate", module_old),
    STANDS("a revoked TDX module", TDX_4, "Revoked", module_revoked),
    STANDS("configuration with an old TDX module", TDX_4, "OutOfDateConfigurationNeeded",
           configuration_module_old),
    STANDS("a TDX module without version", TDX_4, "UpToDate", module_before_versions),
    STANDS("an old TDX module without version", TDX_4, "OutOfDate", module_before_versions_old),
    STANDS("an old TDX module, renewed since", TDX_5_TD_1_5, "TDRelaunchAdvised", relaunch),
    STANDS("the same without knowing", TDX_5_TD_1_0, "OutOfDate", relaunch),
    STANDS("renewed since, with configuration", TDX_5_TD_1_5, "TDRelaunchAdvisedConfigurationNeeded",
           relaunch_configuration),
    STANDS("renewed since, with an old QE", TDX_5_TD_1_5, "OutOfDate", relaunch_qe_old),
    STANDS("renewed since, on an old platform", TDX_5_TD_1_5, "OutOfDate", relaunch_platform_old),
    STANDS("renewed since, but old microcode", TDX_5_TD_1_5, "OutOfDate", relaunch_microcode_old),
    STANDS("renewed since by an unlisted one", TDX_5_TD_1_5, "OutOfDate", relaunch_unlisted),
    STANDS("renewed since by one without version", TDX_5_TD_1_5, "TDRelaunchAdvised",
           relaunch_without_version),
    STANDS("renewed since by an old one without version", TDX_5_TD_1_5, "OutOfDate",
           relaunch_without_version_old),
    BAD("another vendor's quoting enclave", SGX_3, FORMAT, vendor),
    BAD("another type of key", SGX_3, FORMAT, key_type),
    BAD("a reserved byte in the header", TDX_4, RESERVED, reserved_header),
    BAD("a reserved byte in the enclave's report", SGX_3, RESERVED, reserved_body),
    BAD("a reserved byte in the QE's report", TDX_4, RESERVED, reserved_qe),
    BAD("a damaged signature", SGX_3, SIGNATURE, signature),
    BAD("a damaged signature of version 5", TDX_5_TD_1_5, SIGNATURE, signature),
    BAD("a signature by another key", TDX_4, SIGNATURE, signer),
    BAD("a QE report with a damaged signature", SGX_3, QE_SIGNATURE, qe_signature),
    BAD("a QE report by another key", TDX_4, QE_SIGNATURE, qe_key),
    BAD("a QE report by another key than that beside", SGX_3, QE_SIGNATURE, qe_key_beside),
    BAD("a QE report of another attestation key", TDX_4, QE_BINDING, binding_of_key),
    BAD("another certificate than a platform's", SGX_3, PCK, leaf_name),
    BAD("a platform whose issuer only has the right name", SGX_3, CHAIN, leaf_by_stranger),
    BAD("a CA whose issuer only has the right name", TDX_4, CHAIN, ca_by_stranger),
    BAD("a CA without the CA bit", SGX_3, CHAIN, ca_without_bit),
    BAD("a CA that may not sign certificates", SGX_3, CHAIN, ca_without_usage),
    BAD("a platform's key that may not sign", SGX_3, CHAIN, leaf_without_usage),
    BAD("a TCB signer whose issuer only has the right name", SGX_3, CHAIN, tcb_by_stranger),
    BAD("a TCB signer that may not sign", TDX_4, CHAIN, tcb_without_usage),
    BAD("an expired platform", SGX_3, VALIDITY, leaf_expired),
    BAD("an expired CA", SGX_3, VALIDITY, ca_expired),
    BAD("an expired root", SGX_3, VALIDITY, root_expired),
    BAD("an expired TCB signer", TDX_4, VALIDITY, tcb_expired),
    BAD("a platform of the future", SGX_3, VALIDITY, leaf_early),
    BAD("an unknown root", SGX_3, ROOT, root_unknown),
    BAD("a revoked platform", SGX_3, REVOCATION, leaf_revoked),
    BAD("a revoked CA", TDX_4, REVOCATION, ca_revoked),
    BAD("a revoked TCB signer", SGX_3, REVOCATION, tcb_revoked),
    BAD("no list of the root's", SGX_3, REVOCATION, no_root_list),
    BAD("no list of the CA's", TDX_4, REVOCATION, no_ca_list),
    BAD("an old list of the root's", SGX_3, REVOCATION, root_list_old),
    BAD("an old list of the CA's", SGX_3, REVOCATION, ca_list_old),
    BAD("a list of the future", SGX_3, REVOCATION, ca_list_early),
    BAD("a damaged list", SGX_3, REVOCATION, ca_list_bad),
    BAD("a list by a stranger of the root's name", SGX_3, REVOCATION, root_list_by_stranger),
    BAD("TCB Info of another kind of platform", SGX_3, TCB_INFO, other_fmspc),
    BAD("TCB Info of the other TEE", SGX_3, TCB_INFO, info_of_tdx),
    BAD("TCB Info of another PCE", TDX_4, TCB_INFO, other_pceid),
    BAD("unsigned TCB Info", SGX_3, TCB_INFO_SIGNATURE, info_unsigned),
    BAD("TCB Info signed by a platform", TDX_4, TCB_INFO_SIGNATURE, info_by_platform),
    BAD("old TCB Info", SGX_3, TCB_INFO_DATE, info_old),
    BAD("TCB Info of the future", TDX_4, TCB_INFO_DATE, info_early),
    BAD("the identity of another enclave", SGX_3, QE_IDENTITY, identity_of_another),
    BAD("an unsigned identity", SGX_3, QE_IDENTITY_SIGNATURE, identity_unsigned),
    BAD("an identity signed by a platform", TDX_4, QE_IDENTITY_SIGNATURE, identity_by_platform),
    BAD("an old identity", SGX_3, QE_IDENTITY_DATE, identity_old),
    BAD("an identity of the future", TDX_4, QE_IDENTITY_DATE, identity_early),
    BAD("somebody else's quoting enclave", SGX_3, QE_SIGNER, qe_mrsigner),
    BAD("another enclave of Intel's", TDX_4, QE_PRODUCT, qe_product),
    BAD("a quoting enclave in debug mode", SGX_3, QE_ATTRIBUTES, qe_debug),
    BAD("a quoting enclave with another MISCSELECT", TDX_4, QE_ATTRIBUTES, qe_misc),
    BAD("a quoting enclave with another XFRM", SGX_3, QE_ATTRIBUTES, qe_xfrm),
    BAD("a platform below every level", SGX_3, TCB_LEVEL, below_platform),
    BAD("a PCE below every level", SGX_3, TCB_LEVEL, below_pcesvn),
    BAD("a TDX platform below every level", TDX_4, TCB_LEVEL, below_td),
    BAD("a TDX module without version below every level", TDX_4, TCB_LEVEL, below_td_before_versions),
    BAD("a TDX module below every level", TDX_4, TCB_LEVEL, below_module),
    BAD("a quoting enclave below every level", SGX_3, TCB_LEVEL, below_qe),
    BAD("an unlisted TDX module", TDX_4, TDX_MODULE, module_unlisted),
    BAD("somebody else's TDX module", TDX_4, SEAM_SIGNER, module_by_other),
    BAD("a TDX module that the list gives to somebody else", TDX_5_TD_1_5, SEAM_SIGNER,
        module_listed_by_other),
    BAD("a TDX module with attributes", TDX_4, SEAM_ATTRIBUTES, module_attributes),
    BAD("a TDX module without the attributes of the list", TDX_4, SEAM_ATTRIBUTES, module_listed_attributes),
    BAD("an unknown attribute", SGX_3, ATTRIBUTES, unknown_flag),
    BAD("an enclave that is not initialised", SGX_3, ATTRIBUTES, not_initialised),
    BAD("an unknown feature in XFRM", SGX_3, ATTRIBUTES, unknown_xfrm),
    BAD("an unknown bit in MISCSELECT", SGX_3, ATTRIBUTES, unknown_misc),
    BAD("a trust domain that may migrate", TDX_4, ATTRIBUTES, migratable),
    BAD("a trust domain that the host profiles", TDX_4, ATTRIBUTES, profiled),
    BAD("an unknown feature in XFAM", TDX_4, ATTRIBUTES, unknown_xfam),
    BAD("a trust domain without SSE", TDX_4, ATTRIBUTES, no_sse),
    BAD("#VE on private memory", TDX_4, FLOOR_SEPT_VE_DISABLE, no_sept_ve_disable),
    BAD("evidence of another statement", SGX_3, BINDING, report_data),
    BAD("a trust domain of another statement", TDX_4, BINDING, report_data),
    BAD("another boot record", SGX_3, BOOT, boot),
    BAD("another boot record of a trust domain", TDX_4, BOOT, boot),
    BAD("a statement of another TEE", SGX_3, TEE_MATCH, statement_tee),
    BAD("a statement of another mode", TDX_4, TEE_MATCH, statement_mode),
    BAD("another measurement", TDX_4, MEASUREMENT, measurement),
    BAD("a debug enclave", SGX_3, DEBUG, debug_sgx),
    BAD("a debug trust domain", TDX_4, DEBUG, debug_tdx),
    BAD("a TCB that the policy does not allow", SGX_3, TCB, tcb),
    BAD("an advisory that the policy does not tolerate", SGX_3, ADVISORIES, advisories),
    BAD("TCB Info of an old evaluation", SGX_3, TCB_EVALUATION, evaluation_info),
    BAD("an identity of an old evaluation", TDX_4, TCB_EVALUATION, evaluation_identity),
    BAD("collateral that is older than the policy wants", TDX_4, COLLATERAL_AGE, age),
    BAD("a platform that the policy does not name", SGX_3, PLATFORM, platform),
};
const size_t intel_vector_count = sizeof intel_vectors / sizeof *intel_vectors;

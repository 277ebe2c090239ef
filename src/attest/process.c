/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of the process TEE: EAT (RFC 9711) in COSE_Sign1 with x5chain (docs/protocol.md, section 4). */
#include "process.h"

#include <stdio.h>

#include "../proto/cose.h"
#include "../proto/eat.h"
#include "chain.h"

bool attest_process_recognise(struct span evidence)
{
    return evidence.size > 1 && evidence.data[0] == 0xd2 && evidence.data[1] == 0x84; /* 18([_, _, _, _]) */
}

void attest_process_need(struct check_report *report)
{
    static const enum check_id rows[] = {
        CHECK_FORMAT, CHECK_PROFILE,    CHECK_SIGNATURE, CHECK_CHAIN,     CHECK_VALIDITY,
        CHECK_ROOT,   CHECK_REVOCATION, CHECK_BINDING,   CHECK_TEE_MATCH, CHECK_BOOT,
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_need(report, rows[i]);
}

/* Structure. What could not be read ends the judgement, with rows that never ran; what could be is judged on.
 */
static bool read_all(struct span evidence, struct cose_sign1 *cose, struct process_eat *eat,
                     struct chain *chain, struct check_report *report)
{
    static const char expected[] = "18([{1: -35, 33: x5chain}, {}, claims, signature]), deterministic";
    int error = cose_sign1_decode(evidence, cose);
    if (error) {
        (void)check_set(report, CHECK_FORMAT, false, expected, "COSE_Sign1: %s", keep_error_name(error));
        return false;
    }
    error = process_eat_decode(cose->payload, eat);
    if (error) {
        (void)check_set(report, CHECK_FORMAT, false, expected, "claims: %s", keep_error_name(error));
        return false;
    }
    if (!chain_parse(chain, cose->chain, cose->chain_count)) {
        (void)check_set(report, CHECK_FORMAT, false, expected, "x5chain: no readable certificates");
        return false;
    }
    /* Nothing of the unprotected header is signed: whatever stands in it could be read as a claim. */
    (void)check_set(report, CHECK_FORMAT,
                    !cose->unprotected && cose->algorithm == COSE_ES384 &&
                        cose->signature.size == COSE_SIGNATURE_SIZE,
                    expected, "algorithm %d, unprotected header %s, signature of %zu bytes",
                    (int)cose->algorithm, cose->unprotected ? "not empty" : "empty", cose->signature.size);
    return true;
}

/* A text that fits: decoded ones have a limit. */
static void copy_text(struct span from, char *to)
{
    for (size_t i = 0; i < from.size; i++) /* it may be shown on a terminal */
        to[i] = from.data[i] < 0x20 || from.data[i] == 0x7f ? '?' : (char)from.data[i];
    to[from.size] = '\0';
}

_Static_assert(sizeof((struct claims *)0)->enforced_by > EAT_ENFORCED_BY_MAX, "whatever was decoded fits");

static void take_claims(const struct process_eat *eat, struct claims *claims)
{
    memcpy(claims->measurement.bytes, eat->measurement, sizeof eat->measurement);
    claims->measurement.size = sizeof eat->measurement;
    claims->debug = eat->debug == EAT_DEBUG_ENABLED;
    memcpy(claims->report_data, eat->report_data, REPORT_DATA_SIZE);
    memcpy(claims->boot, eat->boot, DIGEST_SIZE);
    claims->has_boot = true;
    claims->issued_at = eat->issued_at;
    copy_text(eat->enforced_by, claims->enforced_by);
}

static void judge_signature(const struct cose_sign1 *cose, struct chain *chain, struct check_report *report)
{
    uint8_t digest[48];
    bool good = cose_sign1_digest(cose, digest) == 0 &&
                chain_signed(&chain->certificate[0], span_of(digest, sizeof digest), cose->signature);
    (void)check_set(report, CHECK_SIGNATURE, good, "ES384 by the leaf's P-384 key", "%s",
                    good ? "such a signature" : "another signature or key");
}

static void judge_tee(const struct process_eat *eat, const struct statement *statement,
                      struct check_report *report)
{
    char by[EAT_ENFORCED_BY_MAX + 1];
    copy_text(eat->enforced_by, by);
    if (!statement) {
        check_not_applicable(report, CHECK_BOOT, "there is no statement");
        (void)check_set(report, CHECK_TEE_MATCH, strcmp(by, "process") == 0, "enforced by process",
                        "enforced by %s", by);
        return;
    }
    (void)check_set(report, CHECK_TEE_MATCH,
                    strcmp(statement->tee, "process") == 0 && strcmp(statement->mode, "process") == 0 &&
                        strcmp(by, "process") == 0,
                    "process, mode process, enforced by process", "%s, mode %s, enforced by %s",
                    statement->tee, statement->mode, by);
}

/* Only what evidence of our own TEEs is signed with. No vendor makes roots for this one. */
static const mbedtls_x509_crt_profile process_profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384),
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
};
static const struct chain_rules rules = {VENDOR_NONE, &process_profile, false};

void attest_process(const struct attest_input *input, const struct statement *statement,
                    struct check_report *report, struct claims *claims)
{
    struct cose_sign1 cose;
    struct process_eat eat;
    struct chain chain;
    chain_init(&chain);
    (void)snprintf(claims->tee, sizeof claims->tee, "process");
    claims->class = ATTEST_SIMULATED; /* there is no vendor of such a TEE */
    if (read_all(input->evidence, &cose, &eat, &chain, report)) {
        char profile[EAT_PROFILE_MAX + 1];
        take_claims(&eat, claims);
        copy_text(eat.profile, profile);
        (void)check_set(report, CHECK_PROFILE, strcmp(profile, PROCESS_EAT_PROFILE) == 0, PROCESS_EAT_PROFILE,
                        "%s", profile);
        judge_signature(&cose, &chain, report);
        chain_judge(&chain, &rules, NULL, input, report, claims);
        check_not_applicable(report, CHECK_REVOCATION, "a development root issues no revocation list");
        judge_tee(&eat, statement, report);
    }
    chain_free(&chain);
}

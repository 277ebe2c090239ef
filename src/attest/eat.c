/* SPDX-License-Identifier: Apache-2.0 */
/* EAT in COSE_Sign1: what its three users have in common. */
#include "eat.h"

#include <stdio.h>

static bool is_envelope(struct span evidence)
{
    return evidence.size > 1 && evidence.data[0] == 0xd2 && evidence.data[1] == 0x84; /* 18([_, _, _, _]) */
}

bool eat_has_profile(struct span evidence, const char *profile)
{
    struct cose_sign1 cose;
    struct process_eat claims;
    return is_envelope(evidence) && cose_sign1_decode(evidence, &cose) == 0 &&
           process_eat_decode(cose.payload, &claims) == 0 && span_equal(claims.profile, span_text(profile));
}

void eat_need(struct check_report *report)
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
bool eat_read(struct span evidence, struct eat *eat, struct check_report *report)
{
    struct cose_sign1 *cose = &eat->cose;
    static const char expected[] = "18([{1: -35, 33: x5chain}, {}, claims, signature]), deterministic";
    int error = cose_sign1_decode(evidence, cose);
    if (error) {
        (void)check_set(report, CHECK_FORMAT, false, expected, "COSE_Sign1: %s", keep_error_name(error));
        return false;
    }
    error = process_eat_decode(cose->payload, &eat->claims);
    if (error) {
        (void)check_set(report, CHECK_FORMAT, false, expected, "claims: %s", keep_error_name(error));
        return false;
    }
    if (!chain_parse(&eat->chain, cose->chain, cose->chain_count)) {
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

static void judge_signature(const struct eat *eat, struct check_report *report)
{
    uint8_t digest[48];
    bool good = cose_sign1_digest(&eat->cose, digest) == 0 &&
                chain_signed(&eat->chain.certificate[0], span_of(digest, sizeof digest), eat->cose.signature);
    (void)check_set(report, CHECK_SIGNATURE, good, "ES384 by the leaf's P-384 key", "%s",
                    good ? "such a signature" : "another signature or key");
}

/* The list as a sentence has it: "a or b". */
static void enforced_text(const struct eat_kind *kind, char text[64])
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; kind->enforced[i] && used < 64; i++)
        used += (size_t)snprintf(text + used, 64 - used, "%s%s", i ? " or " : "", kind->enforced[i]);
}

static bool enforces(const struct eat_kind *kind, const char *by)
{
    for (size_t i = 0; kind->enforced[i]; i++)
        if (strcmp(kind->enforced[i], by) == 0)
            return true;
    return false;
}

static void judge_tee(const struct eat_kind *kind, const struct statement *statement, const char *by,
                      struct check_report *report)
{
    char enforced[64], expected[CHECK_TEXT_MAX];
    enforced_text(kind, enforced);
    if (!statement) {
        check_not_applicable(report, CHECK_BOOT, "there is no statement");
        (void)snprintf(expected, sizeof expected, "enforced by %s", enforced);
        (void)check_set(report, CHECK_TEE_MATCH, enforces(kind, by), expected, "enforced by %s", by);
        return;
    }
    (void)snprintf(expected, sizeof expected, "%s, mode %s, enforced by %s", kind->tee, kind->tee, enforced);
    (void)check_set(report, CHECK_TEE_MATCH,
                    strcmp(statement->tee, kind->tee) == 0 && strcmp(statement->mode, kind->tee) == 0 &&
                        enforces(kind, by),
                    expected, "%s, mode %s, enforced by %s", statement->tee, statement->mode, by);
}

/* Only what evidence of our own TEEs is signed with. No vendor makes roots for these. */
static const mbedtls_x509_crt_profile algorithms = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384),
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
};
static const struct chain_rules rules = {VENDOR_NONE, &algorithms, false};

void eat_judge(struct eat *eat, const struct eat_kind *kind, const struct attest_input *input,
               const struct statement *statement, struct check_report *report, struct claims *claims)
{
    char profile[EAT_PROFILE_MAX + 1];
    take_claims(&eat->claims, claims);
    copy_text(eat->claims.profile, profile);
    (void)check_set(report, CHECK_PROFILE, strcmp(profile, kind->profile) == 0, kind->profile, "%s", profile);
    judge_signature(eat, report);
    chain_judge(&eat->chain, &rules, NULL, input, report, claims);
    check_not_applicable(report, CHECK_REVOCATION, "a development root issues no revocation list");
    judge_tee(kind, statement, claims->enforced_by, report);
}

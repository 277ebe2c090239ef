/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate chains of evidence. */
#include "chain.h"

#include <inttypes.h>
#include <psa/crypto.h>
#include <stdio.h>

#include "../proto/crypto.h"
#include "calendar.h"

void chain_init(struct chain *chain)
{
    chain->count = 0;
    for (size_t i = 0; i < ATTEST_CHAIN_MAX; i++)
        mbedtls_x509_crt_init(&chain->certificate[i]);
}

void chain_free(struct chain *chain)
{
    for (size_t i = 0; i < ATTEST_CHAIN_MAX; i++) {
        chain->certificate[i].next = NULL; /* the links are ours */
        mbedtls_x509_crt_free(&chain->certificate[i]);
    }
}

bool chain_parse(struct chain *chain, const struct span *der, size_t count)
{
    if (count == 0 || count > ATTEST_CHAIN_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        mbedtls_x509_crt *crt = &chain->certificate[i];
        if (mbedtls_x509_crt_parse_der(crt, der[i].data, der[i].size) != 0 || crt->raw.len != der[i].size)
            return false;
        chain->count++;
    }
    return true;
}

/* Counts the path that Mbed TLS found. Dates are not judged here but by chain_validity(), as of the
 * verification time instead of the machine's clock. */
static int count_path(void *depth_max, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    (void)crt;
    if (depth > *(int *)depth_max)
        *(int *)depth_max = depth;
    *flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    return 0;
}

/* Only what evidence of our own TEEs is signed with. */
static const mbedtls_x509_crt_profile profile = {
    .allowed_mds = MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384),
    .allowed_pks = MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    .allowed_curves = MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
};

static void judge_path(struct chain *chain, struct check_report *report)
{
    static const char expected[] = "each certificate signed by the next, leaf first, root last";
    mbedtls_x509_crt *leaf = &chain->certificate[0], *root = &chain->certificate[chain->count - 1];
    uint32_t flags = 0;
    int depth = 0;
    char found[CHECK_TEXT_MAX] = "such a chain";
    if (chain->count < 2) {
        (void)check_set(report, CHECK_CHAIN, false, expected, "one certificate alone");
        return;
    }
    for (size_t i = 0; i + 2 < chain->count; i++)
        chain->certificate[i].next = &chain->certificate[i + 1];
    (void)mbedtls_x509_crt_verify_with_profile(leaf, root, NULL, &profile, NULL, &flags, count_path, &depth);
    if (flags)
        (void)mbedtls_x509_crt_verify_info(found, sizeof found, "", flags);
    if (!flags && (size_t)depth + 1 != chain->count)
        (void)snprintf(found, sizeof found, "a path of %d certificates among %zu", depth + 1, chain->count);
    if (mbedtls_x509_crt_check_key_usage(leaf, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0) {
        flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
        (void)snprintf(found, sizeof found, "a leaf that may not sign");
    }
    (void)check_set(report, CHECK_CHAIN, flags == 0 && (size_t)depth + 1 == chain->count, expected, "%s",
                    found);
}

static void judge_validity(const struct chain *chain, int64_t time, struct check_report *report,
                           struct claims *claims)
{
    char now[CALENDAR_TEXT], from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    calendar_text(time, now);
    for (size_t i = 0; i < chain->count; i++) {
        int64_t start = calendar_seconds(&chain->certificate[i].valid_from);
        int64_t end = calendar_seconds(&chain->certificate[i].valid_to);
        calendar_text(start, from);
        calendar_text(end, to);
        if (i == 0 || end < claims->expires)
            claims->expires = end;
        if (!check_set(report, CHECK_VALIDITY, time >= start && time <= end, now,
                       "certificate %zu valid from %s to %s", i + 1, from, to))
            return;
    }
}

static bool root_imported(const struct attest_roots *roots, const uint8_t fingerprint[DIGEST_SIZE])
{
    for (size_t i = 0; roots && i < roots->count; i++)
        if (memcmp(roots->root[i].fingerprint, fingerprint, DIGEST_SIZE) == 0)
            return true;
    return false;
}

/* No vendor makes roots for these TEEs: whatever the root, its class is simulated. A policy of that class
 * names its roots; one of class hardware refuses all of them by their class, and an unknown one by this row
 * too. */
static void judge_root(const struct chain *chain, const struct attest_input *input,
                       struct check_report *report, struct claims *claims)
{
    const mbedtls_x509_crt *root = &chain->certificate[chain->count - 1];
    const struct span der = span_of(root->raw.p, root->raw.len);
    const bool named = policy_class(input->policy) == ATTEST_SIMULATED;
    char text[ATTEST_FINGERPRINT_TEXT];
    claims->class = ATTEST_SIMULATED;
    if (crypto_sha256(&der, 1, claims->root))
        return; /* the row stays without a result, and counts as failed */
    attest_fingerprint_text(claims->root, text);
    bool imported = root_imported(input->roots, claims->root);
    (void)check_set(report, CHECK_ROOT, named ? policy_pins_root(input->policy, claims->root) : imported,
                    named ? "a root that the policy names" : "an imported root", "%s (simulated, %s)", text,
                    imported ? "imported" : "not imported");
}

void chain_judge(struct chain *chain, const struct attest_input *input, struct check_report *report,
                 struct claims *claims)
{
    claims->chain_count = chain->count;
    for (size_t i = 0; i < chain->count; i++)
        if (mbedtls_x509_dn_gets(claims->subject[i], sizeof claims->subject[i],
                                 &chain->certificate[i].subject) < 0)
            claims->subject[i][0] = '\0';
    judge_path(chain, report);
    judge_validity(chain, input->time, report, claims);
    judge_root(chain, input, report, claims);
}

bool chain_leaf_signed(struct chain *chain, const uint8_t digest[48], struct span signature)
{
    const psa_algorithm_t algorithm = PSA_ALG_ECDSA(PSA_ALG_SHA_384);
    const mbedtls_pk_context *pk = &chain->certificate[0].pk;
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, 384);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    bool good = mbedtls_pk_import_into_psa(pk, &attributes, &key) == 0 &&
                psa_verify_hash(key, algorithm, digest, 48, signature.data, signature.size) == PSA_SUCCESS;
    (void)psa_destroy_key(key);
    return good;
}

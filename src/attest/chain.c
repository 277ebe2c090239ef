/* SPDX-License-Identifier: Apache-2.0 */
/* Certificate chains of evidence. */
#include "chain.h"

#include <psa/crypto.h>
#include <stdio.h>

#include "../proto/crypto.h"
#include "calendar.h"

enum { CRLS_MAX = 16, CANDIDATES_MAX = 8 };

void chain_init(struct chain *chain)
{
    *chain = (struct chain){0};
    for (size_t i = 0; i < ATTEST_CHAIN_MAX; i++)
        mbedtls_x509_crt_init(&chain->certificate[i]);
}

void chain_free(struct chain *chain)
{
    for (size_t i = 0; i < chain->count; i++) {
        chain->certificate[i].next = NULL; /* the links are ours */
        if (chain->owned[i])
            mbedtls_x509_crt_free(&chain->certificate[i]);
    }
    chain->count = 0;
}

bool chain_parse(struct chain *chain, const struct span *der, size_t count)
{
    if (count == 0 || count > ATTEST_CHAIN_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        mbedtls_x509_crt *crt = &chain->certificate[i];
        chain->owned[i] = true;
        chain->count++;
        if (mbedtls_x509_crt_parse_der(crt, der[i].data, der[i].size) != 0 || crt->raw.len != der[i].size)
            return false;
    }
    return true;
}

/* ---- finding the path ---- */

static struct span name_span(mbedtls_x509_buf name)
{
    return span_of(name.p, name.len);
}

static bool issued_by_name(const mbedtls_x509_crt *child, const mbedtls_x509_crt *parent)
{
    return span_equal(name_span(child->issuer_raw), name_span(parent->subject_raw));
}

/* Dates are not judged by Mbed TLS and the machine's clock, but by us as of the verification time. */
static const uint32_t flags_of_dates = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE |
                                       MBEDTLS_X509_BADCRL_EXPIRED | MBEDTLS_X509_BADCRL_FUTURE;

static bool issued_by_key(const mbedtls_x509_crt *child, const mbedtls_x509_crt *parent,
                          const mbedtls_x509_crt_profile *profile)
{
    mbedtls_x509_crt leaf = *child, root = *parent; /* copies, for their links */
    uint32_t flags = 0;
    leaf.next = root.next = NULL;
    (void)mbedtls_x509_crt_verify_with_profile(&leaf, &root, NULL, profile, NULL, &flags, NULL, NULL);
    return (flags & ~flags_of_dates) == 0;
}

static void push(struct chain *chain, const mbedtls_x509_crt *certificate, bool owned)
{
    chain->certificate[chain->count] = *certificate;
    chain->certificate[chain->count].next = NULL;
    chain->owned[chain->count++] = owned;
}

/* Certificates that have the name of a child's issuer. */
struct candidates {
    size_t count;
    struct {
        mbedtls_x509_crt certificate;
        bool owned;
    } one[CANDIDATES_MAX];
};

static void candidate_add(struct candidates *c, const mbedtls_x509_crt *certificate, bool owned)
{
    for (size_t i = 0; i < c->count; i++)
        if (span_equal(name_span(c->one[i].certificate.raw), name_span(certificate->raw)))
            return;
    if (c->count == CANDIDATES_MAX)
        return;
    c->one[c->count].certificate = *certificate;
    c->one[c->count++].owned = owned;
}

/* The vendor's own come first: a name in a set cannot stand before a pinned one. One that could not be read
 * for want of memory is not there. */
static void collect_vendor(struct candidates *c, const mbedtls_x509_crt *child, enum attest_vendor vendor)
{
    const struct vendor_certificate *known;
    size_t at = 0;
    while ((known = vendor_find(vendor, name_span(child->issuer_raw), &at)) != NULL) {
        mbedtls_x509_crt crt;
        mbedtls_x509_crt_init(&crt);
        if (mbedtls_x509_crt_parse_der_nocopy(&crt, known->der.data, known->der.size) == 0 &&
            issued_by_name(child, &crt))
            candidate_add(c, &crt, true);
        else
            mbedtls_x509_crt_free(&crt);
    }
}

static void collect_sets(struct candidates *c, const mbedtls_x509_crt *child, const struct chain_sets *sets)
{
    for (size_t s = 0; s < CHAIN_SETS; s++) {
        for (size_t i = 0; sets->set[s] && i < sets->set[s]->count; i++) {
            const struct collateral_item *item = sets->set[s]->item[i];
            if (item->kind == COLLATERAL_CERTIFICATE && issued_by_name(child, &item->certificate))
                candidate_add(c, &item->certificate, false);
        }
    }
}

/* The only one, or the first whose key signed the child; else the first, so that the refusal can say what is
 * wrong. */
static size_t choose(const struct candidates *c, const mbedtls_x509_crt *child,
                     const struct chain_rules *rules)
{
    for (size_t i = 0; c->count > 1 && i < c->count; i++)
        if (issued_by_key(child, &c->one[i].certificate, rules->profile))
            return i;
    return 0;
}

void chain_find(struct chain *chain, const mbedtls_x509_crt *leaf, const struct chain_sets *sets,
                const struct chain_rules *rules)
{
    push(chain, leaf, false);
    while (chain->count < ATTEST_CHAIN_MAX) {
        const mbedtls_x509_crt *child = &chain->certificate[chain->count - 1];
        struct candidates c = {0};
        if (issued_by_name(child, child))
            return;
        collect_vendor(&c, child, rules->vendor);
        collect_sets(&c, child, sets);
        if (c.count == 0)
            return;
        size_t chosen = choose(&c, child, rules);
        push(chain, &c.one[chosen].certificate, c.one[chosen].owned);
        for (size_t i = 0; i < c.count; i++)
            if (i != chosen && c.one[i].owned)
                mbedtls_x509_crt_free(&c.one[i].certificate);
    }
}

/* ---- judging it ---- */

struct walk {
    int depth;
    uint32_t flags;
};

/* Counts the path that Mbed TLS found. */
static int walk_path(void *context, mbedtls_x509_crt *crt, int depth, uint32_t *flags)
{
    struct walk *walk = context;
    (void)crt;
    walk->depth = depth > walk->depth ? depth : walk->depth;
    *flags &= ~flags_of_dates;
    walk->flags |= *flags;
    return 0;
}

/* The lists of the chain's issuers, as copies linked for Mbed TLS, which looks for each one's by name. */
static size_t link_lists(const struct chain *chain, const struct chain_sets *sets,
                         mbedtls_x509_crl lists[CRLS_MAX])
{
    size_t count = 0;
    for (size_t s = 0; sets && s < CHAIN_SETS; s++) {
        for (size_t i = 0; sets->set[s] && i < sets->set[s]->count; i++) {
            const struct collateral_item *item = sets->set[s]->item[i];
            bool ours = false;
            for (size_t c = 1; c < chain->count && item->kind == COLLATERAL_CRL; c++)
                ours = ours || span_equal(name_span(item->crl.issuer_raw),
                                          name_span(chain->certificate[c].subject_raw));
            if (!ours || count == CRLS_MAX)
                continue;
            lists[count] = item->crl;
            lists[count].next = NULL;
            if (count)
                lists[count - 1].next = &lists[count];
            count++;
        }
    }
    return count;
}

/* The latest list of an issuer; NULL if there is none. */
static const mbedtls_x509_crl *latest_list(const mbedtls_x509_crl *lists, size_t count,
                                           const mbedtls_x509_crt *issuer)
{
    const mbedtls_x509_crl *latest = NULL;
    for (size_t i = 0; i < count; i++)
        if (span_equal(name_span(lists[i].issuer_raw), name_span(issuer->subject_raw)) &&
            (!latest || calendar_seconds(&lists[i].this_update) > calendar_seconds(&latest->this_update)))
            latest = &lists[i];
    return latest;
}

/* An issuer's list must be there, and the latest one current: an old one does not know the newest thefts. */
static bool judge_list(const mbedtls_x509_crl *list, const mbedtls_x509_crt *issuer, int64_t time,
                       struct check_report *report, struct claims *claims)
{
    static const char expected[] = "a current revocation list of each issuer, which lists none of the chain";
    char name[96] = "", from[CALENDAR_TEXT], to[CALENDAR_TEXT];
    (void)mbedtls_x509_dn_gets(name, sizeof name, &issuer->subject);
    if (!list)
        return check_set(report, CHECK_REVOCATION, false, expected, "no list of %s", name);
    int64_t start = calendar_seconds(&list->this_update), end = calendar_seconds(&list->next_update);
    calendar_text(start, from);
    calendar_text(end, to);
    claims->expires = end < claims->expires ? end : claims->expires;
    claims_collateral_date(claims, start);
    return check_set(report, CHECK_REVOCATION, time >= start && time <= end, expected,
                     "a list of %s of %s, to be renewed by %s", name, from, to);
}

static void judge_revocation(const struct chain *chain, const struct chain_rules *rules,
                             const mbedtls_x509_crl *lists, size_t list_count, uint32_t flags, int64_t time,
                             struct check_report *report, struct claims *claims)
{
    claims->revoked = claims->revoked || flags & MBEDTLS_X509_BADCERT_REVOKED;
    for (size_t i = rules->leaf_listed ? 1 : 2; i < chain->count; i++)
        if (!judge_list(latest_list(lists, list_count, &chain->certificate[i]), &chain->certificate[i], time,
                        report, claims))
            return;
    (void)check_set(report, CHECK_REVOCATION, flags == 0,
                    "lists signed by their issuers, none of the chain on them", "%s",
                    flags == 0                             ? "such lists"
                    : flags & MBEDTLS_X509_BADCERT_REVOKED ? "a revoked certificate"
                                                           : "a list that its issuer did not sign");
}

static void judge_path(struct chain *chain, const struct chain_rules *rules, const struct chain_sets *sets,
                       int64_t time, struct check_report *report, struct claims *claims)
{
    static const char expected[] = "each certificate signed by the next, leaf first, root last";
    static const uint32_t of_lists = MBEDTLS_X509_BADCERT_REVOKED | MBEDTLS_X509_BADCRL_NOT_TRUSTED |
                                     MBEDTLS_X509_BADCRL_BAD_MD | MBEDTLS_X509_BADCRL_BAD_PK |
                                     MBEDTLS_X509_BADCRL_BAD_KEY;
    mbedtls_x509_crl lists[CRLS_MAX];
    mbedtls_x509_crt *leaf = &chain->certificate[0], *root = &chain->certificate[chain->count - 1];
    struct walk walk = {0};
    uint32_t ignored = 0;
    char found[CHECK_TEXT_MAX] = "such a chain";
    if (chain->count < 2) {
        (void)check_set(report, CHECK_CHAIN, false, expected, "one certificate alone");
        return;
    }
    for (size_t i = 0; i + 1 < chain->count; i++)
        chain->certificate[i].next = i + 2 < chain->count ? &chain->certificate[i + 1] : NULL;
    size_t list_count = link_lists(chain, sets, lists);
    /* Giving up on the way, it shows no path: the count of its certificates is wrong then. */
    (void)mbedtls_x509_crt_verify_with_profile(leaf, root, list_count ? lists : NULL, rules->profile, NULL,
                                               &ignored, walk_path, &walk);
    uint32_t flags = walk.flags & ~of_lists;
    if (flags)
        (void)mbedtls_x509_crt_verify_info(found, sizeof found, "", flags);
    if (!flags && (size_t)walk.depth + 1 != chain->count)
        (void)snprintf(found, sizeof found, "a path of %d certificates among %zu", walk.depth + 1,
                       chain->count);
    if (mbedtls_x509_crt_check_key_usage(leaf, MBEDTLS_X509_KU_DIGITAL_SIGNATURE) != 0) {
        flags |= MBEDTLS_X509_BADCERT_KEY_USAGE;
        (void)snprintf(found, sizeof found, "a leaf that may not sign");
    }
    (void)check_set(report, CHECK_CHAIN, flags == 0 && (size_t)walk.depth + 1 == chain->count, expected, "%s",
                    found);
    if (sets)
        judge_revocation(chain, rules, lists, list_count, walk.flags & of_lists, time, report, claims);
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
        claims->expires = end < claims->expires ? end : claims->expires;
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

/* Class is a property of the root: this vendor's own root is hardware, every other one simulated. A policy of
 * that class names its roots; one of class hardware refuses all of them by their class, and an unknown one by
 * this row too. */
static void judge_root(const struct chain *chain, const struct chain_rules *rules,
                       const struct attest_input *input, struct check_report *report, struct claims *claims)
{
    const mbedtls_x509_crt *root = &chain->certificate[chain->count - 1];
    const struct span der = span_of(root->raw.p, root->raw.len);
    const bool named = policy_class(input->policy) == ATTEST_SIMULATED;
    char text[ATTEST_FINGERPRINT_TEXT];
    if (crypto_sha256(&der, 1, claims->root))
        return; /* the row stays without a result, and counts as failed */
    attest_fingerprint_text(claims->root, text);
    if (rules->vendor != VENDOR_NONE && vendor_of_root(der) == rules->vendor) {
        claims->class = ATTEST_HARDWARE;
        (void)check_set(report, CHECK_ROOT, true, "the vendor's root", "%s (the vendor's)", text);
        return;
    }
    bool imported = root_imported(input->roots, claims->root);
    (void)check_set(report, CHECK_ROOT, named ? policy_pins_root(input->policy, claims->root) : imported,
                    named ? "a root that the policy names" : "an imported root", "%s (simulated, %s)", text,
                    imported ? "imported" : "not imported");
}

void chain_judge(struct chain *chain, const struct chain_rules *rules, const struct chain_sets *sets,
                 const struct attest_input *input, struct check_report *report, struct claims *claims)
{
    claims->chain_count = chain->count;
    claims->expires = INT64_MAX;
    for (size_t i = 0; i < chain->count; i++)
        if (mbedtls_x509_dn_gets(claims->subject[i], sizeof claims->subject[i],
                                 &chain->certificate[i].subject) < 0)
            claims->subject[i][0] = '\0';
    judge_path(chain, rules, sets, input->time, report, claims);
    judge_validity(chain, input->time, report, claims);
    judge_root(chain, rules, input, report, claims);
}

/* Whether the path of the evidence, which is judged, went through every list of its root's: with all of them
 * at hand, an issuer's lists are checked together. */
static bool lists_checked(const struct chain *evidence, const struct chain_sets *sets,
                          const struct check_report *report)
{
    mbedtls_x509_crl lists[CRLS_MAX];
    return evidence->count > 1 && !check_failed(report, CHECK_REVOCATION) &&
           link_lists(evidence, sets, lists) < CRLS_MAX;
}

/* One certificate under that root: its lists' signatures are not checked a second time. */
static void judge_listed(const struct chain *chain, const struct chain_rules *rules,
                         const struct chain_sets *sets, int64_t time, struct check_report *report,
                         struct claims *claims)
{
    mbedtls_x509_crl lists[CRLS_MAX];
    const size_t count = link_lists(chain, sets, lists);
    uint32_t flags = 0;
    for (size_t i = 0; i < count; i++)
        if (mbedtls_x509_crt_is_revoked(&chain->certificate[0], &lists[i]))
            flags = MBEDTLS_X509_BADCERT_REVOKED;
    judge_revocation(chain, rules, lists, count, flags, time, report, claims);
}

void chain_judge_beside(struct chain *chain, const struct chain *evidence, const struct chain_rules *rules,
                        const struct chain_sets *sets, const struct attest_input *input,
                        struct check_report *report, struct claims *claims)
{
    const mbedtls_x509_crt *root = &chain->certificate[chain->count - 1];
    const mbedtls_x509_crt *own = &evidence->certificate[evidence->count - 1];
    const bool same = span_equal(name_span(root->raw), name_span(own->raw));
    const bool checked = same && chain->count == 2 && lists_checked(evidence, sets, report);
    judge_path(chain, rules, checked ? NULL : sets, input->time, report, claims);
    if (checked)
        judge_listed(chain, rules, sets, input->time, report, claims);
    judge_validity(chain, input->time, report, claims);
    (void)check_set(report, CHECK_CHAIN, same, "collateral under the root of the evidence", "%s",
                    same ? "the same root" : "another root");
}

bool chain_signed(const mbedtls_x509_crt *certificate, struct span digest, struct span signature)
{
    const psa_algorithm_t algorithm = PSA_ALG_ECDSA(digest.size == 32 ? PSA_ALG_SHA_256 : PSA_ALG_SHA_384);
    psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
    psa_key_id_t key = PSA_KEY_ID_NULL;
    psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_PUBLIC_KEY(PSA_ECC_FAMILY_SECP_R1));
    psa_set_key_bits(&attributes, digest.size * 8);
    psa_set_key_algorithm(&attributes, algorithm);
    psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_VERIFY_HASH);
    bool good = mbedtls_pk_import_into_psa(&certificate->pk, &attributes, &key) == 0 &&
                psa_verify_hash(key, algorithm, digest.data, digest.size, signature.data, signature.size) ==
                    PSA_SUCCESS;
    (void)psa_destroy_key(key);
    return good;
}

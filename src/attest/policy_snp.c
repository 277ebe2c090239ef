/* SPDX-License-Identifier: Apache-2.0 */
/* [snp] of a policy (docs/policy.md): its keys, and each clause as a row. */
#include <stdio.h>
#include <stdlib.h>

#include "../base/hex.h"
#include "../base/toml.h"
#include "attest.h"
#include "policy_rules.h"
#include "snp_report.h"

void policy_snp_default(struct policy_snp *snp)
{
    *snp = (struct policy_snp){.allow_vcek = true, .allow_vlek = true, .allow_smt = true};
}

/* ---- keys ---- */

struct parse {
    const struct toml_document *document;
    struct policy_snp *snp;
    struct casemate_error *err;
};

static int get_hex(const struct parse *p, const struct toml_node *node, const char *what, uint8_t *to,
                   size_t size)
{
    const char *text;
    size_t text_size;
    if (toml_string(p->document, node, what, &text, &text_size, p->err))
        return -1;
    return hex_decode(text, text_size, to, size)
               ? 0
               : toml_fail(p->document, node, p->err, "%s must be %zu hexadecimal digits", what, 2 * size);
}

static int parse_vmpl(const struct parse *p, const struct toml_node *node)
{
    int64_t vmpl;
    if (toml_integer(p->document, node, "`vmpl`", 0, 3, &vmpl, p->err))
        return -1;
    p->snp->vmpl = (uint32_t)vmpl;
    return 0;
}

static int parse_min_guest_svn(const struct parse *p, const struct toml_node *node)
{
    int64_t svn;
    if (toml_integer(p->document, node, "`min_guest_svn`", 0, UINT32_MAX, &svn, p->err))
        return -1;
    p->snp->min_guest_svn = (uint32_t)svn;
    return 0;
}

/* "MAJOR.MINOR", each up to 255. */
static int parse_min_abi(const struct parse *p, const struct toml_node *node)
{
    const char *text;
    size_t size;
    unsigned major = 0, minor = 0;
    char again[16];
    if (toml_string(p->document, node, "`min_abi`", &text, &size, p->err))
        return -1;
    const int count = sscanf(text, "%3u.%3u", &major, &minor);
    (void)snprintf(again, sizeof again, "%u.%u", major, minor); /* one way to write it */
    if (count == 2 && major <= 255 && minor <= 255 && strcmp(text, again) == 0) {
        p->snp->min_abi = (uint16_t)(major << 8 | minor);
        return 0;
    }
    return toml_fail(p->document, node, p->err, "`min_abi` must be a version as \"1.55\"");
}

#define DEFINE_BOOLEAN(key)                                                                                  \
    static int parse_##key(const struct parse *p, const struct toml_node *node)                              \
    {                                                                                                        \
        return toml_boolean(p->document, node, "`" #key "`", &p->snp->key, p->err);                          \
    }
DEFINE_BOOLEAN(allow_migration)
DEFINE_BOOLEAN(allow_smt)
DEFINE_BOOLEAN(allow_cxl)
DEFINE_BOOLEAN(single_socket)

#define DEFINE_BYTES(key)                                                                                    \
    static int parse_##key(const struct parse *p, const struct toml_node *node)                              \
    {                                                                                                        \
        p->snp->has_##key = true;                                                                            \
        return get_hex(p, node, "`" #key "`", p->snp->key, sizeof p->snp->key);                              \
    }
DEFINE_BYTES(host_data)
DEFINE_BYTES(family_id)
DEFINE_BYTES(image_id)

static int get_digests(const struct parse *p, const struct toml_node *node, const char *what,
                       struct policy_digests *digests)
{
    if (toml_expect(p->document, node, what, TOML_ARRAY, p->err))
        return -1;
    if (toml_count(node) == 0 || toml_count(node) > POLICY_KEYS_MAX)
        return toml_fail(p->document, node, p->err, "%s must have 1 to %d digests", what, POLICY_KEYS_MAX);
    for (size_t i = 0; i < toml_count(node); i++, digests->count++)
        if (get_hex(p, toml_item(node, i), "A digest", digests->digest[i], POLICY_KEY_SIZE))
            return -1;
    return 0;
}

static int parse_id_keys(const struct parse *p, const struct toml_node *node)
{
    return get_digests(p, node, "`id_keys`", &p->snp->id_keys);
}

static int parse_author_keys(const struct parse *p, const struct toml_node *node)
{
    return get_digests(p, node, "`author_keys`", &p->snp->author_keys);
}

static int parse_signing_keys(const struct parse *p, const struct toml_node *node)
{
    if (toml_expect(p->document, node, "`signing_keys`", TOML_ARRAY, p->err))
        return -1;
    p->snp->allow_vcek = p->snp->allow_vlek = false;
    for (size_t i = 0; i < toml_count(node); i++) {
        const char *text;
        size_t size;
        if (toml_string(p->document, toml_item(node, i), "A signing key", &text, &size, p->err))
            return -1;
        const bool vcek = strcmp(text, "vcek") == 0;
        if (!vcek && strcmp(text, "vlek") != 0)
            return toml_fail(p->document, toml_item(node, i), p->err,
                             "a signing key is \"vcek\" or \"vlek\"");
        *(vcek ? &p->snp->allow_vcek : &p->snp->allow_vlek) = true;
    }
    return 0;
}

static const struct {
    const char *key;
    int (*parse)(const struct parse *p, const struct toml_node *node);
} keys[] = {
    {"vmpl", parse_vmpl},
    {"signing_keys", parse_signing_keys},
    {"allow_migration", parse_allow_migration},
    {"allow_smt", parse_allow_smt},
    {"allow_cxl", parse_allow_cxl},
    {"single_socket", parse_single_socket},
    {"min_abi", parse_min_abi},
    {"host_data", parse_host_data},
    {"id_keys", parse_id_keys},
    {"author_keys", parse_author_keys},
    {"family_id", parse_family_id},
    {"image_id", parse_image_id},
    {"min_guest_svn", parse_min_guest_svn},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

int policy_snp_parse(const struct toml_document *document, const struct toml_node *table,
                     struct policy_snp *snp, struct casemate_error *err)
{
    const struct parse p = {document, snp, err};
    const char *known[KEY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < KEY_COUNT; i++)
        known[i] = keys[i].key;
    if (toml_expect(document, table, "`snp`", TOML_TABLE, err) ||
        toml_known_keys(document, table, known, err))
        return -1;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct toml_node *node = toml_get(table, keys[i].key);
        if (node && keys[i].parse(&p, node))
            return -1;
    }
    return 0;
}

/* ---- clauses ---- */

static void judge_vmpl(const struct policy_snp *p, const struct snp_claims *snp, struct check_report *report)
{
    char expected[32];
    (void)snprintf(expected, sizeof expected, p->vmpl ? "at most %u" : "%u", p->vmpl);
    (void)check_set(report, CHECK_SNP_VMPL, snp->vmpl <= p->vmpl, expected,
                    snp->vmpl == SNP_HOST_REQUESTED ? "%#x: the host requested it" : "%u", snp->vmpl);
}

static void judge_signer(const struct policy_snp *p, const struct snp_claims *snp,
                         struct check_report *report)
{
    (void)check_set(report, CHECK_SNP_SIGNER, snp->vlek ? p->allow_vlek : p->allow_vcek,
                    p->allow_vcek && p->allow_vlek ? "vcek or vlek"
                    : p->allow_vcek                ? "vcek"
                    : p->allow_vlek                ? "vlek"
                                                   : "no key at all",
                    "%s", snp->vlek ? "vlek" : "vcek");
}

/* A bit of the guest policy that must be clear unless the policy lets it be, or set if it wants it. */
static void judge_bit(enum check_id row, bool want, bool set, bool any, const char *name,
                      struct check_report *report)
{
    char expected[64];
    (void)snprintf(expected, sizeof expected, "%s %s", name, any ? "set or clear" : want ? "set" : "clear");
    (void)check_set(report, row, any || set == want, expected, "%s", set ? "set" : "clear");
}

/* Without an agent its report id is all ones, or all zeros. */
static bool has_agent(const struct snp_claims *snp)
{
    uint8_t all = 0xff, any = 0;
    for (size_t i = 0; i < sizeof snp->report_id_ma; i++) {
        all &= snp->report_id_ma[i];
        any |= snp->report_id_ma[i];
    }
    return all != 0xff && any != 0;
}

static void judge_bits(const struct policy_snp *p, const struct snp_claims *snp, struct check_report *report)
{
    const uint64_t bits = snp->policy;
    judge_bit(CHECK_SNP_MIGRATION, false, bits & SNP_POLICY_MIGRATE_MA || has_agent(snp), p->allow_migration,
              "MIGRATE_MA or an agent's report id", report);
    judge_bit(CHECK_SNP_SMT, false, bits & SNP_POLICY_SMT, p->allow_smt, "SMT", report);
    judge_bit(CHECK_SNP_CXL, false, bits & SNP_POLICY_CXL_ALLOW, p->allow_cxl, "CXL_ALLOW", report);
    judge_bit(CHECK_SNP_SINGLE_SOCKET, true, bits & SNP_POLICY_SINGLE_SOCKET, !p->single_socket,
              "SINGLE_SOCKET", report);
}

static void judge_abi(const struct policy_snp *p, const struct snp_claims *snp, struct check_report *report)
{
    char expected[32];
    (void)snprintf(expected, sizeof expected, "at least %u.%u", p->min_abi >> 8, p->min_abi & 0xffu);
    (void)check_set(report, CHECK_SNP_ABI, (snp->policy & 0xffff) >= p->min_abi, expected, "%u.%u",
                    (unsigned)(snp->policy >> 8 & 0xff), (unsigned)(snp->policy & 0xff));
}

static void judge_bytes(enum check_id row, bool asked, const uint8_t *expected, const uint8_t *found,
                        size_t size, struct check_report *report)
{
    if (asked)
        (void)check_digest(report, row, expected, found, size);
    else
        check_not_applicable(report, row, "the policy does not ask");
}

static void judge_key(enum check_id row, const struct policy_digests *digests, const uint8_t *found,
                      struct check_report *report)
{
    char text[2 * POLICY_KEY_SIZE + 1];
    bool known = false;
    if (digests->count == 0) {
        check_not_applicable(report, row, "the policy does not ask");
        return;
    }
    for (size_t i = 0; i < digests->count; i++)
        known = known || memcmp(digests->digest[i], found, POLICY_KEY_SIZE) == 0;
    hex_encode(found, POLICY_KEY_SIZE, text);
    (void)check_set(report, row, known, "a key of the policy", "%s", text);
}

void policy_snp_evaluate(const struct policy_snp *p, const struct claims *claims, struct check_report *report)
{
    const struct snp_claims *snp = &claims->snp;
    char expected[32];
    if (!claims->has_snp)
        return;
    judge_vmpl(p, snp, report);
    judge_signer(p, snp, report);
    judge_bits(p, snp, report);
    judge_abi(p, snp, report);
    judge_bytes(CHECK_SNP_HOST_DATA, p->has_host_data, p->host_data, snp->host_data, sizeof p->host_data,
                report);
    judge_bytes(CHECK_SNP_FAMILY_ID, p->has_family_id, p->family_id, snp->family_id, sizeof p->family_id,
                report);
    judge_bytes(CHECK_SNP_IMAGE_ID, p->has_image_id, p->image_id, snp->image_id, sizeof p->image_id, report);
    judge_key(CHECK_SNP_ID_KEY, &p->id_keys, snp->id_key, report);
    judge_key(CHECK_SNP_AUTHOR_KEY, &p->author_keys, snp->author_key, report);
    (void)snprintf(expected, sizeof expected, "at least %u", p->min_guest_svn);
    (void)check_set(report, CHECK_SNP_GUEST_SVN, snp->guest_svn >= p->min_guest_svn, expected, "%u",
                    snp->guest_svn);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Forged reports of SEV-SNP. */
#include "snp_forge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/attest/snp_tcb.h"
#include "../../src/base/hex.h"
#include "../../src/proto/crypto.h"

enum { YEAR = 365 * 24 * 3600, ASK_SERIAL = 0x10001, ASVK_SERIAL = 0x10101 };

/* ---- the hierarchy ---- */

static struct span keep(struct span bytes)
{
    uint8_t *copy = malloc(bytes.size);
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.size);
    return span_of(copy, bytes.size);
}

static struct span make_authority(const struct snp_hierarchy *h, const char *subject, const char *issuer,
                                  const struct pki_key *key, uint64_t serial, bool authority)
{
    static struct der d;
    const struct pki_wish wish = {.subject = subject,
                                  .issuer = issuer,
                                  .key = key,
                                  .signer = &h->ark,
                                  .serial = serial,
                                  .from = SNP_TIME - 5 * (int64_t)YEAR,
                                  .to = SNP_TIME + 20 * (int64_t)YEAR,
                                  .authority = authority,
                                  .usage = PKI_AUTHORITY_USAGE};
    return keep(pki_certificate(&d, &wish));
}

static struct span make_list(const struct pki_key *signer, const char *issuer, int64_t from, bool revoking)
{
    static struct der d;
    static const uint64_t revoked[] = {ASK_SERIAL};
    const struct pki_list_wish wish = {.issuer = issuer,
                                       .signer = signer,
                                       .from = from,
                                       .to = from + YEAR,
                                       .revoked = revoked,
                                       .revoked_count = revoking};
    return keep(pki_list(&d, &wish));
}

void snp_hierarchy_make(struct snp_hierarchy *h)
{
    *h = (struct snp_hierarchy){0};
    pki_key_make(&h->ark, PKI_RSA_1);
    pki_key_make(&h->ask, PKI_RSA_2);
    pki_key_make(&h->asvk, PKI_RSA_3);
    pki_key_make(&h->chip, PKI_P384);
    pki_key_make(&h->stranger, PKI_P384);
    for (unsigned p = SNP_MILAN; p <= SNP_TURIN; p++) {
        const char *name = snp_product_name((enum snp_product)p);
        char ark[32], ask[32], asvk[32];
        (void)snprintf(ark, sizeof ark, "ARK-%s", name);
        (void)snprintf(ask, sizeof ask, "SEV-%s", name);
        (void)snprintf(asvk, sizeof asvk, "SEV-VLEK-%s", name);
        h->part[p][FORGE_ARK] = make_authority(h, ark, ark, &h->ark, 0x10000, true);
        h->part[p][FORGE_ASK] = make_authority(h, ask, ark, &h->ask, ASK_SERIAL, true);
        h->part[p][FORGE_ASVK] = make_authority(h, asvk, ark, &h->asvk, ASVK_SERIAL, true);
        h->part[p][FORGE_LIST] = make_list(&h->ark, ark, SNP_TIME - 1000, false);
        h->part[p][FORGE_LIST_REVOKING] = make_list(&h->ark, ark, SNP_TIME - 1000, true);
        h->part[p][FORGE_LIST_OLD] = make_list(&h->ark, ark, SNP_TIME - 2 * (int64_t)YEAR, false);
        h->part[p][FORGE_LIST_FORGED] = make_list(&h->ask, ark, SNP_TIME - 1000, false);
        h->part[p][FORGE_ASK_PLAIN] = make_authority(h, ask, ark, &h->ask, ASK_SERIAL, false);
        assert_int_equal(crypto_sha256(&h->part[p][FORGE_ARK], 1, h->root[p]), 0);
    }
}

void snp_hierarchy_free(struct snp_hierarchy *h)
{
    for (unsigned p = SNP_MILAN; p <= SNP_TURIN; p++)
        for (size_t i = 0; i < FORGE_PARTS; i++)
            free((void *)(uintptr_t)h->part[p][i].data);
    pki_key_free(&h->ark);
    pki_key_free(&h->ask);
    pki_key_free(&h->asvk);
    pki_key_free(&h->chip);
    pki_key_free(&h->stranger);
}

struct snp_hierarchy snp_test_hierarchy;

int snp_start(void **state)
{
    (void)state;
    if (psa_crypto_init() != PSA_SUCCESS)
        return -1;
    snp_hierarchy_make(&snp_test_hierarchy);
    return 0;
}

int snp_stop(void **state)
{
    (void)state;
    snp_hierarchy_free(&snp_test_hierarchy);
    return 0;
}

/* ---- the case ---- */

void snp_put32(struct snp_case *c, size_t at, uint32_t value)
{
    store_le32(c->report + at, value);
}

void snp_put64(struct snp_case *c, size_t at, uint64_t value)
{
    store_le64(c->report + at, value);
}

void snp_put_tcbs(struct snp_case *c, uint64_t tcb)
{
    static const size_t places[] = {AT_CURRENT_TCB, AT_REPORTED_TCB, AT_COMMITTED_TCB, AT_LAUNCH_TCB};
    unsigned *level = c->certificate.level;
    struct snp_tcb parts;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        snp_put64(c, places[i], tcb);
    (void)snp_tcb_parts(tcb, c->product, &parts);
    level[1] = parts.bootloader;
    level[2] = parts.tee;
    level[3] = parts.snp;
    level[4] = level[5] = level[6] = level[7] = 0;
    level[8] = parts.microcode;
    level[9] = c->product == SNP_TURIN ? parts.fmc : LEVEL_NONE;
}

static const struct {
    uint8_t cpu[3];
    uint64_t tcb;
    const char *product_name, *issuer, *vlek_issuer, *floors;
} products[] = {
    [SNP_MILAN] = {{0x19, 0x01, 1},
                   0xdb1d000000000004,
                   "Milan-B1",
                   "SEV-Milan",
                   "SEV-VLEK-Milan",
                   "\"stackwarp\", \"staleus\", \"milan-root-seed\""},
    [SNP_GENOA] = {{0x19, 0x11, 1},
                   0x561b00000000000a,
                   "Genoa",
                   "SEV-Genoa",
                   "SEV-VLEK-Genoa",
                   "\"breakfast\", \"fabricked\", \"staleus\""},
    [SNP_TURIN] = {{0x1a, 0x02, 1},
                   0x5100000004010101,
                   "Turin-C1",
                   "SEV-Turin",
                   "SEV-VLEK-Turin",
                   "\"breakfast\", \"fabricked\", \"staleus\""},
};

const char *snp_case_floors(enum snp_product product)
{
    return products[product].floors;
}

static void fill(uint8_t *to, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (uint8_t)(seed * 31 + i + 1);
}

static void make_certificate_wish(struct snp_case *c)
{
    c->certificate = (struct snp_certificate_wish){.subject = "SEV-VCEK",
                                                   .issuer = products[c->product].issuer,
                                                   .product_name = products[c->product].product_name,
                                                   .struct_version = c->product == SNP_TURIN,
                                                   .hwid_size = c->product == SNP_TURIN ? 8 : 64,
                                                   .from = SNP_TIME - YEAR,
                                                   .to = SNP_TIME + YEAR};
    fill(c->certificate.hwid, c->certificate.hwid_size, 7);
    memcpy(c->report + AT_CHIP_ID, c->certificate.hwid, 64);
}

static void make_report(struct snp_case *c)
{
    snp_put32(c, AT_VERSION, 5);
    snp_put32(c, AT_GUEST_SVN, 3);
    snp_put64(c, AT_POLICY,
              SNP_POLICY_SMT | SNP_POLICY_ONE | SNP_POLICY_CIPHERTEXT_HIDING | SNP_POLICY_PAGE_SWAP_DISABLE |
                  0x0137);
    snp_put32(c, AT_ALGORITHM, SNP_ALGORITHM_P384);
    snp_put64(c, AT_PLATFORM_INFO,
              SNP_PLATFORM_SMT_EN | SNP_PLATFORM_ECC_EN | SNP_PLATFORM_CIPHERTEXT_HIDING |
                  SNP_PLATFORM_ALIAS_CHECK_COMPLETE);
    fill(c->report + AT_MEASUREMENT, 48, 2);
    fill(c->report + AT_ID_KEY, 48, 4);
    memset(c->report + AT_REPORT_ID_MA, 0xff, 32);
    memcpy(c->report + AT_CPUID, products[c->product].cpu, 3);
    memcpy(c->report + AT_CURRENT_VERSION, (const uint8_t[]){49, 58, 1}, 3);
    memcpy(c->report + AT_COMMITTED_VERSION, (const uint8_t[]){49, 58, 1}, 3);
    snp_put64(c, AT_LAUNCH_MITIGATIONS, 0x17);
    snp_put64(c, AT_CURRENT_MITIGATIONS, 0x17);
}

void snp_case_make(struct snp_case *c, const struct snp_hierarchy *h, enum snp_product product)
{
    *c = (struct snp_case){.h = h,
                           .product = product,
                           .names = product,
                           .list = FORGE_LIST,
                           .tolerate = products[product].floors,
                           .statuses = "\"UpToDate\"",
                           .top = "",
                           .snp = "",
                           .class = "simulated",
                           .time = SNP_TIME};
    c->statement = (struct statement){.kind = STATEMENT_SESSION, .tee = "snp", .mode = "snp"};
    fill(c->statement.boot, sizeof c->statement.boot, 3);
    make_report(c);
    make_certificate_wish(c);
    snp_put_tcbs(c, products[product].tcb);
}

void snp_case_vlek(struct snp_case *c)
{
    snp_put32(c, AT_KEY, SNP_KEY_VLEK << 2);
    c->certificate.subject = "SEV-VLEK";
    c->certificate.issuer = products[c->product].vlek_issuer;
    c->certificate.product_name = snp_product_name(c->product);
    c->certificate.hwid_size = 0;
    c->certificate.provider = "cloud.example";
}

/* ---- the certificate ---- */

struct extensions {
    struct der value[16];
    char oid[16][40];
    struct pki_extension list[16];
    size_t count;
};

#define ARC "1.3.6.1.4.1.3704.1."

static struct der *add(struct extensions *e, const char *suffix)
{
    const size_t i = e->count++;
    (void)snprintf(e->oid[i], sizeof e->oid[i], ARC "%s", suffix);
    e->value[i].size = 0;
    e->list[i] = (struct pki_extension){.oid = e->oid[i]};
    return &e->value[i];
}

static void add_levels(struct extensions *e, const struct snp_certificate_wish *w)
{
    for (unsigned i = 1; i <= 9; i++) {
        char suffix[8];
        (void)snprintf(suffix, sizeof suffix, "3.%u", i);
        if (w->level[i] != LEVEL_NONE)
            der_uint(add(e, suffix), w->level[i]);
    }
    if (w->twice)
        der_uint(add(e, "3.1"), w->level[1]);
}

static void make_extensions(struct extensions *e, const struct snp_certificate_wish *w)
{
    e->count = 0;
    der_uint(add(e, "1"), w->struct_version);
    if (w->product_name)
        der_put(add(e, "2"), DER_IA5_STRING, span_text(w->product_name));
    add_levels(e, w);
    if (w->hwid_wrapped)
        der_put(add(e, "4"), DER_OCTET_STRING, span_of(w->hwid, w->hwid_size));
    else if (w->hwid_size)
        der_raw(add(e, "4"), span_of(w->hwid, w->hwid_size));
    if (w->provider)
        der_put(add(e, "5"), DER_IA5_STRING, span_text(w->provider));
    for (size_t i = 0; i < e->count; i++) {
        const bool odd = w->odd_suffix && strcmp(e->oid[i] + strlen(ARC), w->odd_suffix) == 0;
        e->list[i].value = odd ? w->odd : der_span(&e->value[i]);
    }
}

static struct span make_leaf(const struct snp_case *c)
{
    static struct der d;
    static struct extensions e;
    const struct snp_certificate_wish *w = &c->certificate;
    const bool vlek = strncmp(w->issuer, "SEV-VLEK", 8) == 0;
    make_extensions(&e, w);
    const struct pki_wish wish = {.subject = w->subject,
                                  .issuer = w->issuer,
                                  .key = &c->h->chip,
                                  .signer = w->impostor ? &c->h->ark
                                            : vlek      ? &c->h->asvk
                                                        : &c->h->ask,
                                  .from = w->from,
                                  .to = w->to,
                                  .no_constraints = true,
                                  .extension = e.list,
                                  .extension_count = w->bare ? 0 : e.count,
                                  .bad_signature = w->bad_signature};
    return pki_certificate(&d, &wish);
}

/* ---- putting it together ---- */

static void sign(struct snp_case *c)
{
    uint8_t signature[PKI_SIGNATURE_MAX];
    const struct pki_key *key = c->stranger_signs ? &c->h->stranger : &c->h->chip;
    assert_int_equal(pki_sign(key, span_of(c->report, AT_SIGNATURE), signature), 96);
    memset(c->report + AT_SIGNATURE, 0, SNP_REPORT_SIZE - AT_SIGNATURE);
    for (size_t i = 0; i < 48; i++) {
        c->report[AT_SIGNATURE + i] = signature[47 - i];
        c->report[AT_SIGNATURE + 72 + i] = signature[95 - i];
    }
    if (c->after)
        c->report[c->after] ^= 1;
}

static void make_statement(struct snp_case *c, struct snp_bytes *b)
{
    assert_int_equal(statement_encode(&c->statement, b->statement, sizeof b->statement, &b->statement_size),
                     0);
    assert_int_equal(
        statement_report_data(span_of(b->statement, b->statement_size), c->report + AT_REPORT_DATA), 0);
    memcpy(c->report + AT_HOST_DATA, c->statement.boot, DIGEST_SIZE);
    c->report[AT_REPORT_DATA] ^= c->other_report_data;
    c->report[AT_HOST_DATA + 31] ^= c->other_host_data;
}

static const uint8_t guids[][16] = {
    {0x63, 0xda, 0x75, 0x8d, 0xe6, 0x64, 0x45, 0x64, 0xad, 0xc5, 0xf4, 0xb9, 0x3b, 0xe8, 0xac, 0xcd},
    {0x4a, 0xb7, 0xb3, 0x79, 0xbb, 0xac, 0x4f, 0xe4, 0xa0, 0x2f, 0x05, 0xae, 0xf3, 0x27, 0xc7, 0x82},
    {0xc0, 0xb4, 0x06, 0xa4, 0xa8, 0x03, 0x49, 0x52, 0x97, 0x43, 0x3f, 0xb6, 0x01, 0x4c, 0xd0, 0xae},
    {0x92, 0xf8, 0x1b, 0xc3, 0x58, 0x11, 0x4d, 0x3d, 0x97, 0xff, 0xd1, 0x9f, 0x88, 0xdc, 0x67, 0xea},
};

/* VCEK, ASK, ARK, CRL behind the report, as SNP_GET_EXT_REPORT gives them. */
static size_t put_table(const struct snp_case *c, uint8_t *table, const struct span source[4])
{
    static const uint8_t order[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    size_t used = 5 * 24;
    memset(table, 0, used);
    for (size_t i = 0; i < 4; i++) {
        for (size_t j = 0; j < 16; j++)
            table[24 * i + j] = guids[i][c->swapped_guids ? order[j] : j];
        store_le32(table + 24 * i + 16, (uint32_t)used);
        store_le32(table + 24 * i + 20, (uint32_t)source[i].size);
        memcpy(table + used, source[i].data, source[i].size);
        used += source[i].size;
    }
    return used;
}

static void put_collateral(const struct snp_case *c, struct snp_bytes *b)
{
    const struct span *part = c->h->part[c->names];
    const bool vlek = strncmp(c->certificate.issuer, "SEV-VLEK", 8) == 0;
    const struct span source[4] = {make_leaf(c),
                                   part[vlek           ? FORGE_ASVK
                                        : c->plain_ask ? FORGE_ASK_PLAIN
                                                       : FORGE_ASK],
                                   part[FORGE_ARK], part[c->list ? c->list : FORGE_LIST]};
    if (c->table) {
        b->evidence_size += put_table(c, b->evidence + SNP_REPORT_SIZE, source);
        return;
    }
    if (c->table_beside) {
        static uint8_t table[SNP_EVIDENCE_MAX];
        size_t size = put_table(c, table, source);
        memset(table + size, 0, 4096);
        assert_int_equal(collateral_add(&b->collateral, "auxblob", span_of(table, size + 4096), NULL), 0);
        return;
    }
    for (size_t i = c->no_certificate; i < (c->list ? 4 : 3); i++)
        assert_int_equal(collateral_add(&b->collateral, "forged", source[i], NULL), 0);
}

static void make_policy(const struct snp_case *c, struct snp_bytes *b)
{
    struct casemate_error err = {0};
    char text[4096], roots[512] = "", measurement[97];
    hex_encode(c->report + AT_MEASUREMENT, 48, measurement);
    measurement[0] = c->other_measurement ? (measurement[0] == 'f' ? '0' : 'f') : measurement[0];
    for (unsigned p = SNP_MILAN; p <= SNP_TURIN; p++) {
        char fingerprint[ATTEST_FINGERPRINT_TEXT];
        attest_fingerprint_text(c->h->root[p], fingerprint);
        fingerprint[8] = c->unknown_root ? (fingerprint[8] == 'f' ? '0' : 'f') : fingerprint[8];
        (void)snprintf(roots + strlen(roots), sizeof roots - strlen(roots), "\"%s\", ", fingerprint);
        memcpy(b->roots.root[b->roots.count++].fingerprint, c->h->root[p], DIGEST_SIZE);
    }
    const bool simulated = strcmp(c->class, "simulated") == 0;
    (void)snprintf(text, sizeof text,
                   "version = 1\nclass = \"%s\"\nroots = [%s]\ntcb_status = [%s]\ntolerate = [%s]\n%s\n"
                   "%s%s%s\n[snp]\n%s\n",
                   c->class, simulated ? roots : "", c->statuses, c->tolerate, c->top,
                   c->unknown_measurement ? "#" : "[[measurement]]\ntee = \"snp\"\nvalue = \"", measurement,
                   c->unknown_measurement ? "" : "\"", c->snp);
    if (policy_parse(text, strlen(text), "policy.toml", &b->policy, &err))
        fail_msg("%s", err.what);
}

void snp_case_build(struct snp_case *c, struct snp_bytes *b)
{
    *b = (struct snp_bytes){.evidence_size = SNP_REPORT_SIZE};
    make_policy(c, b);
    if (!c->raw)
        make_statement(c, b);
    sign(c);
    memcpy(b->evidence, c->report, SNP_REPORT_SIZE);
    put_collateral(c, b);
}

void snp_bytes_free(struct snp_bytes *b)
{
    collateral_free(&b->collateral);
    policy_free(b->policy);
}

int snp_case_judge(const struct snp_case *c, const struct snp_bytes *b, struct verdict *verdict,
                   struct casemate_error *err)
{
    const struct attest_input input = {.statement = span_of(b->statement, b->statement_size),
                                       .evidence = span_of(b->evidence, b->evidence_size),
                                       .collateral = &b->collateral,
                                       .recorded = true,
                                       .policy = b->policy,
                                       .roots = &b->roots,
                                       .time = c->time,
                                       .expected = {.kind = STATEMENT_SESSION}};
    return c->raw ? attest_judge_raw(&input, verdict, err) : attest_judge(&input, verdict, err);
}

int snp_case_run(struct snp_case *c, struct verdict *verdict, struct casemate_error *err)
{
    static struct snp_bytes b;
    snp_case_build(c, &b);
    int result = snp_case_judge(c, &b, verdict, err);
    snp_bytes_free(&b);
    return result;
}

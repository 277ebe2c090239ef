/* SPDX-License-Identifier: Apache-2.0 */
/* What collateral a file of evidence needs: read from the evidence as far as its structure goes; nothing of
 * it is judged, for a lie here fetches something useless, and no more. */
#include "../attest/intel.h"
#include "../attest/snp.h"
#include "../attest/snp_tcb.h"
#include "../attest/unwrap.h"
#include "../proto/bundle.h"
#include "collateral_wants.h"

struct evidence {
    struct collateral_wants *wants;
    const char *product; /* of AMD's, by the caller; empty: unknown */
    bool any_product;    /* then every one that it may be */
    struct casemate_error *err;
};

/* ---- AMD ---- */

/* By the processor's number, from version 3 on; else by the certificate that the host put behind the report,
 * or the caller. */
static const char *product_of(const struct evidence *e, const struct snp_report *report,
                              const struct snp_claims *snp)
{
    const char *name = "";
    struct collateral carried = {0};
    size_t used;
    if (snp->has_cpuid)
        return snp_product_name(snp_product_of_cpu(snp->cpu_family, snp->cpu_model));
    if (snp_table_is(report->behind))
        (void)snp_table_add(&carried, "evidence", report->behind, &used, NULL);
    for (size_t i = 0; i < carried.count; i++) {
        struct snp_certificate certificate;
        bool vlek;
        if (carried.item[i]->kind == COLLATERAL_CERTIFICATE &&
            snp_certificate_is(&carried.item[i]->certificate, &vlek) &&
            !snp_certificate_read(&carried.item[i]->certificate, &certificate))
            name = snp_product_name(certificate.product);
    }
    collateral_free(&carried);
    return name[0] ? name : e->product;
}

static int want_chip(const struct evidence *e, const struct snp_report *report, const char *product,
                     bool loaded_key)
{
    static const uint8_t masked[sizeof report->chip_id];
    const char *name;
    bool turin;
    if (!collateral_product(product, strlen(product), &name, &turin))
        return casemate_fail(e->err, E_USAGE, "AMD's products with SEV-SNP are Milan, Genoa and Turin");
    const enum snp_product number = snp_product_named(name);
    struct collateral_chip chip = {.product = name,
                                   .loaded_key = loaded_key,
                                   .id = report->chip_id,
                                   .id_size = turin ? SNP_SHORT_HWID : sizeof report->chip_id};
    /* A masked id names no chip: whoever made the report has the certificate, and must hand it over. */
    chip.certificate = !loaded_key && memcmp(report->chip_id, masked, sizeof masked) != 0;
    (void)snp_tcb_parts(report->tcb[1], number, &chip.tcb);
    return collateral_wants_amd(e->wants, &chip, e->err);
}

static int want_snp(const struct evidence *e, struct span bytes)
{
    struct snp_report report;
    struct claims claims = {0};
    if (!snp_report_read(bytes, &report, &claims))
        return casemate_fail(e->err, E_EVIDENCE, "The report is too short to read");
    const bool loaded_key = snp_signing_key(&report) == SNP_KEY_VLEK;
    const char *product = product_of(e, &report, &claims.snp);
    if (product[0])
        return want_chip(e, &report, product, loaded_key);
    if (e->any_product && !claims.snp.has_cpuid)
        return want_chip(e, &report, "Milan", loaded_key) || want_chip(e, &report, "Genoa", loaded_key) ? -1
                                                                                                        : 0;
    (void)casemate_fail(e->err, E_EVIDENCE, "The report does not say which product of AMD's made it");
    return casemate_next(e->err, "Say so with --product Milan or --product Genoa.");
}

/* ---- Intel ---- */

/* The certificate of the platform, among those that the quote brings. */
static int want_platform(const struct evidence *e, bool tdx, const struct collateral *carried)
{
    char issuer[128];
    struct pck pck;
    for (size_t i = 0; i < carried->count; i++) {
        const mbedtls_x509_crt *one = &carried->item[i]->certificate;
        if (carried->item[i]->kind != COLLATERAL_CERTIFICATE || !pck_read(one, &pck))
            continue;
        (void)mbedtls_x509_dn_gets(issuer, sizeof issuer, &one->issuer);
        const bool platform = strstr(issuer, "Platform CA"), processor = strstr(issuer, "Processor CA");
        return collateral_wants_intel(e->wants, tdx, pck.fmspc, platform || !processor,
                                      processor || !platform, e->err);
    }
    (void)casemate_fail(e->err, E_EVIDENCE, "The quote brings no certificate of its platform");
    return casemate_next(e->err, "Name the platform with --tee and --fmspc.");
}

static int want_quote(const struct evidence *e, struct span bytes, bool tdx)
{
    struct quote quote;
    struct collateral carried = {0};
    if (!quote_read(bytes, &quote))
        return casemate_fail(e->err, E_EVIDENCE, "The quote cannot be read: it has %s", quote.problem);
    /* Other types only name the platform: what they hold is no certificate. */
    const bool brings =
        quote.certification_type == QUOTE_PCK_LEAF || quote.certification_type == QUOTE_PCK_CHAIN;
    int result = brings ? intel_carry(&quote, &carried, e->err) : 0;
    if (result == 0)
        result = want_platform(e, tdx, &carried);
    collateral_free(&carried);
    return result;
}

/* ---- any ---- */

static int want_raw(const struct evidence *e, struct span bytes)
{
    if (attest_snp_recognise(bytes))
        return want_snp(e, bytes);
    if (attest_sgx_recognise(bytes))
        return want_quote(e, bytes, false);
    if (attest_tdx_recognise(bytes))
        return want_quote(e, bytes, true);
    return casemate_fail(e->err, E_TEE, "No vendor publishes collateral for this evidence");
}

static int want_bundle(const struct evidence *e, struct span bytes)
{
    struct bundle bundle;
    if (bundle_decode(bytes, &bundle) < 0)
        return casemate_fail(e->err, E_EVIDENCE, "The bundle cannot be read");
    for (size_t i = 0; i < bundle.count; i++)
        if (want_raw(e, bundle.part[i].evidence))
            return -1;
    return 0;
}

int collateral_wants_evidence(struct collateral_wants *wants, struct span evidence, const char *product,
                              bool any_product, struct casemate_error *err)
{
    const struct evidence e = {wants, product, any_product, err};
    struct unwrapped file;
    if (attest_unwrap(evidence, &file, err) < 0)
        return -1;
    const int result = file.bundle ? want_bundle(&e, file.bytes) : want_raw(&e, file.bytes);
    unwrapped_free(&file);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names of cached collateral, by what it says of itself. */
#include "collateral_file.h"

#include <jansson.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <strings.h>

#include "../attest/calendar.h"
#include "../attest/snp_certificate.h"
#include "../attest/snp_tcb.h"
#include "../base/hex.h"
#include "../base/rfc3339.h"

enum { CHIP_SHOWN = 8 /* bytes of a chip's id that name its file */ };

static const struct {
    const char *name, *file;
    bool turin;
} products[] = {{"Milan", "milan", false}, {"Genoa", "genoa", false}, {"Turin", "turin", true}};
enum { PRODUCTS = sizeof products / sizeof *products };

bool collateral_product(const char *text, size_t size, const char **name, bool *turin)
{
    for (size_t i = 0; i < PRODUCTS; i++)
        if (strlen(products[i].name) == size && strncasecmp(products[i].name, text, size) == 0) {
            *name = products[i].name;
            *turin = products[i].turin;
            return true;
        }
    return false;
}

static void set(char file[COLLATERAL_FILE_SIZE], const char *text)
{
    (void)snprintf(file, COLLATERAL_FILE_SIZE, "%s", text);
}

void collateral_file_tcb(bool tdx, const uint8_t fmspc[6], char file[COLLATERAL_FILE_SIZE])
{
    char hex[2 * 6 + 1];
    hex_encode(fmspc, 6, hex);
    (void)snprintf(file, COLLATERAL_FILE_SIZE, "intel/tcb-%s-%s.json", tdx ? "tdx" : "sgx", hex);
}

void collateral_file_vcek(const char *product, const uint8_t *chip, size_t chip_size,
                          const struct snp_tcb *tcb, char file[COLLATERAL_FILE_SIZE])
{
    char hex[2 * CHIP_SHOWN + 1] = "", lower[16] = "", fmc[16] = "";
    for (size_t i = 0; i < PRODUCTS; i++)
        if (strcmp(products[i].name, product) == 0) {
            (void)snprintf(lower, sizeof lower, "%s", products[i].file);
            if (products[i].turin)
                (void)snprintf(fmc, sizeof fmc, "-fmc%02u", tcb->fmc);
        }
    hex_encode(chip, chip_size < CHIP_SHOWN ? chip_size : CHIP_SHOWN, hex);
    (void)snprintf(file, COLLATERAL_FILE_SIZE, "amd/vcek-%s-%s%s-bl%02u-tee%02u-snp%02u-ucode%02u.der", lower,
                   hex, fmc, tcb->bootloader, tcb->tee, tcb->snp, tcb->microcode);
}

/* ---- names in certificates and lists ---- */

static void common_name(const mbedtls_x509_name *names, char cn[COLLATERAL_CN_SIZE])
{
    static const char oid[] = {0x55, 0x04, 0x03}; /* 2.5.4.3, id-at-commonName */
    const mbedtls_asn1_named_data *name = mbedtls_asn1_find_named_data(names, oid, sizeof oid);
    (void)snprintf(cn, COLLATERAL_CN_SIZE, "%.*s", name ? (int)name->val.len : 0,
                   name ? (const char *)name->val.p : "");
}

static bool list_file(const mbedtls_x509_crl *crl, char file[COLLATERAL_FILE_SIZE])
{
    static const struct {
        const char *issuer, *file;
    } lists[] = {
        {"Intel SGX Root CA", "intel/root-ca.crl"},
        {"Intel SGX PCK Platform CA", "intel/pck-platform.crl"},
        {"Intel SGX PCK Processor CA", "intel/pck-processor.crl"},
        {"ARK-Milan", "amd/milan.crl"},
        {"ARK-Genoa", "amd/genoa.crl"},
        {"ARK-Turin", "amd/turin.crl"},
    };
    char cn[COLLATERAL_CN_SIZE];
    common_name(&crl->issuer, cn);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (strcmp(cn, lists[i].issuer) == 0) {
            set(file, lists[i].file);
            return true;
        }
    return false;
}

/* "Intel SGX TCB Signing" -> "intel-sgx-tcb-signing". */
static void slug(const char *cn, char *text, size_t capacity)
{
    size_t size = 0;
    for (; *cn && size + 1 < capacity; cn++) {
        const char c = (*cn >= 'A' && *cn <= 'Z') ? (char)(*cn - 'A' + 'a') : *cn;
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            text[size++] = c;
        else if (size && text[size - 1] != '-')
            text[size++] = '-';
    }
    text[size] = '\0';
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* The certificate of a chip at a TCB, by what its extensions say. */
static bool vcek_file(const mbedtls_x509_crt *certificate, char file[COLLATERAL_FILE_SIZE])
{
    struct snp_certificate c;
    bool vlek;
    if (!snp_certificate_is(certificate, &vlek) || vlek || snp_certificate_read(certificate, &c))
        return false;
    collateral_file_vcek(snp_product_name(c.product), c.hwid, c.hwid_size, &c.tcb, file);
    return true;
}

/* The certificates of a chain, and whatever else a vendor's CA issued: the digest keeps them apart. */
static bool certificate_file(const struct collateral_item *item, char file[COLLATERAL_FILE_SIZE])
{
    char issuer[COLLATERAL_CN_SIZE], subject[COLLATERAL_CN_SIZE], name[48], hex[2 * 4 + 1];
    uint8_t digest[32];
    size_t size;
    common_name(&item->certificate.issuer, issuer);
    common_name(&item->certificate.subject, subject);
    if (vcek_file(&item->certificate, file))
        return true;
    const bool intel = begins(issuer, "Intel SGX"), amd = begins(issuer, "ARK-") || begins(issuer, "SEV-");
    if ((!intel && !amd) || psa_hash_compute(PSA_ALG_SHA_256, item->bytes, item->size, digest, sizeof digest,
                                             &size) != PSA_SUCCESS)
        return false;
    slug(subject, name, sizeof name);
    hex_encode(digest, 4, hex);
    /* A platform's own certificate comes with its evidence, and there are as many as platforms. */
    const char *folder = amd                                                 ? COLLATERAL_AMD_CERTIFICATES
                         : strcmp(subject, "Intel SGX PCK Certificate") == 0 ? "intel/pck"
                                                                             : COLLATERAL_INTEL_CERTIFICATES;
    (void)snprintf(file, COLLATERAL_FILE_SIZE, "%s/%s-%s.der", folder, name, hex);
    return true;
}

/* ---- Intel's statements ---- */

static bool tcb_file(const json_t *body, char file[COLLATERAL_FILE_SIZE])
{
    const char *id = json_string_value(json_object_get(body, "id"));
    const char *hex = json_string_value(json_object_get(body, "fmspc"));
    uint8_t fmspc[6];
    /* Version 2, before TDX, has no id. */
    const bool tdx = id && strcmp(id, "TDX") == 0;
    if ((id && !tdx && strcmp(id, "SGX") != 0) || !hex || !hex_decode(hex, strlen(hex), fmspc, sizeof fmspc))
        return false;
    collateral_file_tcb(tdx, fmspc, file);
    return true;
}

static bool identity_file(const json_t *body, char file[COLLATERAL_FILE_SIZE])
{
    const char *id = json_string_value(json_object_get(body, "id"));
    if (!id || (strcmp(id, "QE") != 0 && strcmp(id, "TD_QE") != 0 && strcmp(id, "QVE") != 0))
        return false;
    set(file, id[0] == 'T' ? "intel/qe-tdx.json" : id[1] == 'E' ? "intel/qe-sgx.json" : "intel/qve-sgx.json");
    return true;
}

static json_t *statement_of(const struct collateral_item *item)
{
    return json_loadb((const char *)item->bytes, item->size, JSON_REJECT_DUPLICATES, NULL);
}

bool collateral_file(const struct collateral_item *item, char file[COLLATERAL_FILE_SIZE])
{
    if (item->kind == COLLATERAL_CERTIFICATE)
        return certificate_file(item, file);
    if (item->kind == COLLATERAL_CRL)
        return list_file(&item->crl, file);
    json_t *body = statement_of(item);
    const bool named = item->kind == COLLATERAL_TCB_INFO ? tcb_file(body, file) : identity_file(body, file);
    json_decref(body);
    return named;
}

int64_t collateral_issued(const struct collateral_item *item)
{
    int64_t seconds = 0;
    if (item->kind == COLLATERAL_CERTIFICATE)
        return calendar_seconds(&item->certificate.valid_from);
    if (item->kind == COLLATERAL_CRL)
        return calendar_seconds(&item->crl.this_update);
    json_t *body = statement_of(item);
    const char *text = json_string_value(json_object_get(body, "issueDate"));
    if (!text || !rfc3339_parse(text, strlen(text), &seconds))
        seconds = 0;
    json_decref(body);
    return seconds;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of wanted collateral, from what options name. */
#include "collateral_wants.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/hex.h"
#include "host.h"

void collateral_wants_free(struct collateral_wants *wants)
{
    free(wants->want);
    *wants = (struct collateral_wants){0};
}

static int add(struct collateral_wants *wants, const struct collateral_want *want, struct casemate_error *err)
{
    for (size_t i = 0; i < wants->count; i++)
        if (strcmp(wants->want[i].file, want->file) == 0 && strcmp(wants->want[i].path, want->path) == 0)
            return 0;
    if (wants->count == COLLATERAL_WANTS_MAX)
        return casemate_fail(err, E_LIMIT, "More than %d files of collateral at once", COLLATERAL_WANTS_MAX);
    if (wants->count == wants->capacity) {
        const size_t capacity = wants->capacity ? 2 * wants->capacity : 16;
        void *grown = reallocarray(wants->want, capacity, sizeof *want);
        if (!grown)
            return casemate_fail(err, E_NOMEM, "No memory for a list of collateral");
        wants->want = grown;
        wants->capacity = capacity;
    }
    wants->want[wants->count++] = *want;
    return 0;
}

/* ---- Intel (PCS API v4) ---- */

/* One answer whose issuer's chain comes in a header. */
static int add_intel(struct collateral_wants *wants, enum collateral_kind kind, const char *path,
                     const char *file, const char *header, struct casemate_error *err)
{
    struct collateral_want want = {.service = SERVICE_PCCS, .kind = kind, .header = header};
    (void)snprintf(want.path, sizeof want.path, "%s", path);
    (void)snprintf(want.file, sizeof want.file, "%s", file);
    const char *end = strrchr(want.file, '.');
    if (header)
        (void)snprintf(want.header_file, sizeof want.header_file, "%.*s.chain", (int)(end - want.file),
                       want.file);
    return add(wants, &want, err);
}

static int add_pck_list(struct collateral_wants *wants, const char *ca, struct casemate_error *err)
{
    char path[COLLATERAL_PATH_SIZE], file[COLLATERAL_FILE_SIZE];
    (void)snprintf(path, sizeof path, "/sgx/certification/v4/pckcrl?ca=%s&encoding=der", ca);
    (void)snprintf(file, sizeof file, "intel/pck-%s.crl", ca);
    return add_intel(wants, COLLATERAL_CRL, path, file, "SGX-PCK-CRL-Issuer-Chain", err);
}

/* A PCCS serves the root's list; Intel's own service leaves that to the list's distribution point. */
static int add_root_list(struct collateral_wants *wants, struct casemate_error *err)
{
    struct collateral_want want = {.service = SERVICE_PCCS,
                                   .kind = COLLATERAL_CRL,
                                   .path = "/sgx/certification/v4/rootcacrl",
                                   .intel =
                                       "https://certificates.trustedservices.intel.com/IntelSGXRootCA.der",
                                   .file = "intel/root-ca.crl"};
    return add(wants, &want, err);
}

int collateral_wants_intel(struct collateral_wants *wants, bool tdx, const uint8_t fmspc[6], bool platform,
                           bool processor, struct casemate_error *err)
{
    const char *tee = tdx ? "tdx" : "sgx";
    char path[COLLATERAL_PATH_SIZE], file[COLLATERAL_FILE_SIZE], hex[2 * 6 + 1];
    hex_encode(fmspc, 6, hex);
    (void)snprintf(path, sizeof path, "/%s/certification/v4/tcb?fmspc=%s", tee, hex);
    collateral_file_tcb(tdx, fmspc, file);
    if (add_intel(wants, COLLATERAL_TCB_INFO, path, file, "TCB-Info-Issuer-Chain", err))
        return -1;
    (void)snprintf(path, sizeof path, "/%s/certification/v4/qe/identity", tee);
    if (add_intel(wants, COLLATERAL_QE_IDENTITY, path, tdx ? "intel/qe-tdx.json" : "intel/qe-sgx.json",
                  "SGX-Enclave-Identity-Issuer-Chain", err))
        return -1;
    if ((platform && add_pck_list(wants, "platform", err)) ||
        (processor && add_pck_list(wants, "processor", err)))
        return -1;
    return add_root_list(wants, err);
}

/* ---- AMD (57230, chapter 4) ---- */

static int add_amd(struct collateral_wants *wants, struct collateral_want *want, struct casemate_error *err)
{
    want->service = SERVICE_KDS;
    return add(wants, want, err);
}

/* A VCEK of one chip at one TCB. The parameters have two digits, and Turin's one more, FMC. */
static int add_vcek(struct collateral_wants *wants, const struct collateral_chip *c, bool turin,
                    struct casemate_error *err)
{
    struct collateral_want want = {.kind = COLLATERAL_CERTIFICATE, .fixed = true};
    char id[2 * 64 + 1], fmc[24] = "";
    hex_encode(c->id, c->id_size, id);
    if (turin)
        (void)snprintf(fmc, sizeof fmc, "fmcSPL=%02u&", c->tcb.fmc);
    (void)snprintf(want.path, sizeof want.path,
                   "/vcek/v1/%s/%s?%sblSPL=%02u&teeSPL=%02u&snpSPL=%02u&ucodeSPL=%02u", c->product, id, fmc,
                   c->tcb.bootloader, c->tcb.tee, c->tcb.snp, c->tcb.microcode);
    collateral_file_vcek(c->product, c->id, c->id_size, &c->tcb, want.file);
    return add_amd(wants, &want, err);
}

int collateral_wants_amd(struct collateral_wants *wants, const struct collateral_chip *c,
                         struct casemate_error *err)
{
    const char *name, *key = c->loaded_key ? "vlek" : "vcek";
    char lower[16];
    bool turin;
    struct collateral_want chain = {.kind = COLLATERAL_CERTIFICATE, .chain = true},
                           list = {.kind = COLLATERAL_CRL};
    if (!collateral_product(c->product, strlen(c->product), &name, &turin))
        return casemate_fail(err, E_USAGE, "AMD has no product \"%s\" with SEV-SNP", c->product);
    (void)snprintf(lower, sizeof lower, "%s", name);
    lower[0] = (char)(lower[0] - 'A' + 'a');
    (void)snprintf(chain.path, sizeof chain.path, "/%s/v1/%s/cert_chain", key, name);
    (void)snprintf(chain.file, sizeof chain.file, "amd/%s-%s.chain", key, lower);
    (void)snprintf(list.path, sizeof list.path, "/%s/v1/%s/crl", key, name);
    (void)snprintf(list.file, sizeof list.file, "amd/%s.crl", lower);
    if (c->certificate && add_vcek(wants, c, turin, err))
        return -1;
    return add_amd(wants, &chain, err) || add_amd(wants, &list, err) ? -1 : 0;
}

/* ---- options ---- */

static bool is(const char *text, size_t size, const char *what)
{
    return size == strlen(what) && memcmp(text, what, size) == 0;
}

static int intel_options(struct collateral_wants *wants, const struct casemate_fetch_what *what, bool tdx,
                         struct casemate_error *err)
{
    uint8_t fmspc[6];
    const bool platform = is(what->pck_ca, what->pck_ca_size, "platform");
    const bool processor = is(what->pck_ca, what->pck_ca_size, "processor");
    if (!hex_decode(what->fmspc, what->fmspc_size, fmspc, sizeof fmspc))
        return casemate_fail(err, E_USAGE, "The FMSPC has 12 hexadecimal digits, as 00906ed50000");
    if (what->pck_ca_size && !platform && !processor)
        return casemate_fail(err, E_USAGE, "The CA of PCK certificates is \"platform\" or \"processor\"");
    return collateral_wants_intel(wants, tdx, fmspc, !processor, !platform, err);
}

/* A name and its number; moves behind them and a comma. */
static bool tcb_part(const char **text, const char *end, char name[8], uint8_t *value)
{
    size_t size = 0;
    unsigned number = 0;
    const char *p = *text;
    for (; p < end && *p != '=' && size < 7; p++)
        name[size++] = *p;
    name[size] = '\0';
    if (p == end || *p++ != '=' || p == end)
        return false;
    for (; p < end && *p != ','; p++) {
        if (*p < '0' || *p > '9' || (number = number * 10 + (unsigned)(*p - '0')) > 255)
            return false;
    }
    if (p[-1] == '=')
        return false;
    *value = (uint8_t)number;
    *text = p < end ? p + 1 : p;
    return true;
}

/* Every part of the product's once, in any order. */
static bool tcb_parse(const char *text, size_t size, bool turin, struct snp_tcb *tcb)
{
    const struct {
        const char *name;
        uint8_t *value;
    } parts[] = {{"bl", &tcb->bootloader},
                 {"tee", &tcb->tee},
                 {"snp", &tcb->snp},
                 {"ucode", &tcb->microcode},
                 {"fmc", &tcb->fmc}};
    enum { PARTS = sizeof parts / sizeof *parts };
    const size_t count = turin ? PARTS : PARTS - 1;
    unsigned seen = 0;
    for (const char *end = text + size; text < end;) {
        char name[8];
        uint8_t value;
        size_t i = 0;
        if (!tcb_part(&text, end, name, &value))
            return false;
        while (i < count && strcmp(parts[i].name, name) != 0)
            i++;
        if (i == count || (seen >> i & 1))
            return false;
        seen |= 1u << i;
        *parts[i].value = value;
    }
    return seen == (1u << count) - 1;
}

static int amd_options(struct collateral_wants *wants, const struct casemate_fetch_what *what,
                       struct casemate_error *err)
{
    bool turin;
    uint8_t id[64];
    struct collateral_chip chip = {.loaded_key = what->loaded_key != 0, .id = id};
    if (!collateral_product(what->product, what->product_size, &chip.product, &turin))
        return casemate_fail(err, E_USAGE, "AMD's products with SEV-SNP are Milan, Genoa and Turin");
    if (what->chip_id_size == 0 && what->tcb_size == 0)
        return collateral_wants_amd(wants, &chip, err);
    /* Turin's certificates are found by the first 8 bytes of what its reports have. */
    const size_t whole = sizeof id, size = what->chip_id_size / 2;
    if ((size != whole && !(turin && size == 8)) || !hex_decode(what->chip_id, what->chip_id_size, id, size))
        return casemate_fail(err, E_USAGE, "A chip id of %s has %s hexadecimal digits", chip.product,
                             turin ? "16 or 128" : "128");
    if (!tcb_parse(what->tcb, what->tcb_size, turin, &chip.tcb))
        return casemate_fail(err, E_USAGE, "A TCB of %s is written %s", chip.product,
                             turin ? "fmc=1,bl=1,tee=1,snp=3,ucode=71" : "bl=3,tee=0,snp=8,ucode=115");
    chip.certificate = true;
    chip.id_size = turin ? 8 : whole;
    return collateral_wants_amd(wants, &chip, err);
}

int collateral_wants_options(struct collateral_wants *wants, const struct casemate_fetch_what *given,
                             struct casemate_error *err)
{
    struct casemate_fetch_what what;
    if (options_copy(&what, sizeof what, given, err) < 0)
        return -1;
    if (is(what.tee, what.tee_size, "snp"))
        return amd_options(wants, &what, err);
    const bool tdx = is(what.tee, what.tee_size, "tdx");
    if (!tdx && !is(what.tee, what.tee_size, "sgx"))
        return casemate_fail(err, E_USAGE, "Vendors publish collateral for sgx, tdx and snp");
    return intel_options(wants, &what, tdx, err);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Claims as JSON: what all TEEs have, then what one family has, in an object of its own. */
#include "claims_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/hex.h"
#include "../proto/utf8.h"
#include "calendar.h"
#include "snp_tcb.h"

enum { HEX_MAX = 64 };

char *verdict_json_text(const json_t *json)
{
    static const size_t flags = JSON_COMPACT | JSON_PRESERVE_ORDER;
    const size_t size = json_dumpb(json, NULL, 0, flags); /* 0: it failed */
    char *text = size ? malloc(size + 1) : NULL;
    if (text && json_dumpb(json, text, size, flags) == size) {
        text[size] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

json_t *verdict_hex_json(const uint8_t *bytes, size_t size)
{
    char text[2 * HEX_MAX + 1];
    hex_encode(bytes, size < HEX_MAX ? size : HEX_MAX, text);
    return json_string(text);
}

json_t *verdict_time_json(int64_t seconds)
{
    char text[CALENDAR_TEXT];
    calendar_text(seconds, text);
    return json_string(text);
}

void verdict_json_add(json_t **to, const char *name, json_t *value)
{
    if (json_object_set_new(*to, name, value) == 0)
        return;
    json_decref(*to);
    *to = NULL;
}

void verdict_json_append(json_t **list, json_t *value)
{
    if (json_array_append_new(*list, value) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

json_t *verdict_text_json(const char *text)
{
    json_t *json = json_string(text);
    if (json || utf8_valid(span_text(text)))
        return json;
    char *copy = strdup(text);
    for (char *at = copy; at && *at; at++)
        *at = (unsigned char)*at < 0x80 ? *at : '?';
    json = copy ? json_string(copy) : NULL;
    free(copy);
    return json;
}

static void add_text(json_t **to, const char *name, const char *text)
{
    if (text[0])
        verdict_json_add(to, name, verdict_text_json(text));
}

static void add_number(json_t **to, const char *name, uint64_t number)
{
    verdict_json_add(to, name, json_integer((json_int_t)(number & INT64_MAX)));
}

#define ADD_BYTES(to, name, field) verdict_json_add(to, name, verdict_hex_json(field, sizeof(field)))

/* A word of bits, as specifications print them. */
static void add_bits(json_t **to, const char *name, uint64_t bits)
{
    char text[24];
    (void)snprintf(text, sizeof text, "0x%llx", (unsigned long long)bits);
    verdict_json_add(to, name, json_string(text));
}

static json_t *json_measurement(const struct measurement *m)
{
    return verdict_hex_json(m->bytes, m->size);
}

/* ---- all TEEs ---- */

static void add_level(json_t **to, const struct tcb_level *level, const char *status, const char *date,
                      const char *evaluation)
{
    add_text(to, status, level->status);
    if (level->date)
        verdict_json_add(to, date, verdict_time_json(level->date));
    if (level->evaluation)
        add_number(to, evaluation, level->evaluation);
}

static void add_tcb(json_t **to, const struct claims *c)
{
    json_t *advisories = json_array();
    for (size_t i = 0; i < c->advisory_count; i++)
        verdict_json_append(&advisories, verdict_text_json(c->advisory[i]));
    add_level(to, &c->tcb, "tcb_status", "tcb_date", "tcb_evaluation");
    verdict_json_add(to, "advisories", advisories);
    if (c->collateral_date)
        verdict_json_add(to, "collateral_date", verdict_time_json(c->collateral_date));
}

static void add_launch(json_t **to, const struct claims *c)
{
    const struct measurement *digest = c->launch.size ? &c->launch : &c->measurement;
    verdict_json_add(to, "launch",
                     json_pack("{s:s, s:o}", "profile", c->launch_profile[0] ? c->launch_profile : "default",
                               "digest", json_measurement(digest)));
}

static void add_identity(json_t **to, const struct claims *c)
{
    if (c->signer.size)
        verdict_json_add(to, "signer", json_measurement(&c->signer));
    if (c->has_svn && !c->has_snp) /* a guest has no product number */
        add_number(to, "product", c->product);
    if (c->has_svn)
        add_number(to, "svn", c->svn);
    add_text(to, "platform", c->platform);
    add_text(to, "enforced_by", c->enforced_by);
    if (c->has_boot)
        ADD_BYTES(to, "boot", c->boot);
}

static void add_chain(json_t **to, const struct claims *c)
{
    char root[ATTEST_FINGERPRINT_TEXT];
    json_t *chain = json_array();
    for (size_t i = 0; i < c->chain_count; i++)
        verdict_json_append(&chain, verdict_text_json(c->subject[i]));
    verdict_json_add(to, "chain", chain);
    if (c->chain_count) {
        attest_fingerprint_text(c->root, root);
        verdict_json_add(to, "root", verdict_text_json(root));
        verdict_json_add(to, "expires", verdict_time_json(c->expires));
    }
    if (c->trailing)
        add_number(to, "trailing", c->trailing);
}

/* ---- families ---- */

static json_t *sgx_json(const struct sgx_claims *s)
{
    json_t *to = json_object();
    ADD_BYTES(&to, "cpusvn", s->cpusvn);
    add_bits(&to, "miscselect", s->miscselect);
    add_bits(&to, "flags", s->flags);
    add_bits(&to, "xfrm", s->xfrm);
    ADD_BYTES(&to, "config_id", s->config_id);
    add_number(&to, "config_svn", s->config_svn);
    ADD_BYTES(&to, "extended_product", s->extended_product);
    ADD_BYTES(&to, "family", s->family);
    return to;
}

static json_t *tdx_json(const struct tdx_claims *t)
{
    json_t *to = json_object();
    ADD_BYTES(&to, "tee_tcb_svn", t->tee_tcb_svn);
    ADD_BYTES(&to, "mrseam", t->mrseam);
    ADD_BYTES(&to, "mrsignerseam", t->mrsignerseam);
    add_bits(&to, "seam_attributes", t->seam_attributes);
    add_bits(&to, "td_attributes", t->td_attributes);
    add_bits(&to, "xfam", t->xfam);
    ADD_BYTES(&to, "mrconfigid", t->mrconfigid);
    ADD_BYTES(&to, "mrowner", t->mrowner);
    ADD_BYTES(&to, "mrownerconfig", t->mrownerconfig);
    if (t->has_1_5) {
        ADD_BYTES(&to, "tee_tcb_svn2", t->tee_tcb_svn2);
        ADD_BYTES(&to, "mrservicetd", t->mrservicetd);
    }
    return to;
}

static void add_rtmrs(json_t **to, const struct tdx_claims *t)
{
    static const char *const names[] = {"rtmr0", "rtmr1", "rtmr2", "rtmr3"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ADD_BYTES(to, names[i], t->rtmr[i]);
}

static json_t *intel_json(const struct intel_claims *i)
{
    json_t *to = json_object();
    ADD_BYTES(&to, "fmspc", i->fmspc);
    ADD_BYTES(&to, "pceid", i->pceid);
    ADD_BYTES(&to, "pck_cpusvn", i->pck_cpusvn);
    add_number(&to, "pck_pcesvn", i->pck_pcesvn);
    if (i->has_configuration) {
        verdict_json_add(&to, "smt", json_boolean(i->smt));
        verdict_json_add(&to, "dynamic", json_boolean(i->dynamic));
        verdict_json_add(&to, "cached_keys", json_boolean(i->cached_keys));
    }
    add_level(&to, &i->platform, "platform_status", "platform_date", "platform_evaluation");
    add_level(&to, &i->module, "module_status", "module_date", "module_evaluation");
    add_level(&to, &i->qe, "qe_status", "qe_date", "qe_evaluation");
    return to;
}

static json_t *sanctum_json(const struct sanctum_claims *s)
{
    json_t *to = json_object();
    ADD_BYTES(&to, "monitor", s->monitor);
    add_number(&to, "monitor_svn", s->monitor_svn);
    return to;
}

static json_t *pef_json(const struct pef_claims *p)
{
    json_t *to = json_object();
    ADD_BYTES(&to, "blob", p->blob);
    return to;
}

static json_t *snp_tcb_json(const struct snp_tcb *t, enum snp_product product)
{
    json_t *to = json_pack("{s:i, s:i, s:i, s:i}", "bootloader", t->bootloader, "tee", t->tee, "snp", t->snp,
                           "microcode", t->microcode);
    if (product == SNP_TURIN)
        add_number(&to, "fmc", t->fmc);
    return to;
}

static void add_snp_guest(json_t **to, const struct snp_claims *s)
{
    ADD_BYTES(to, "family_id", s->family_id);
    ADD_BYTES(to, "image_id", s->image_id);
    ADD_BYTES(to, "host_data", s->host_data);
    ADD_BYTES(to, "id_key", s->id_key);
    if (s->has_author_key)
        ADD_BYTES(to, "author_key", s->author_key);
    ADD_BYTES(to, "report_id", s->report_id);
    ADD_BYTES(to, "report_id_ma", s->report_id_ma);
}

static json_t *snp_json(const struct snp_claims *s)
{
    char version[16];
    json_t *to = json_object();
    add_number(&to, "version", s->version);
    add_text(&to, "product", snp_product_name(s->product));
    verdict_json_add(&to, "signing_key", json_string(s->vlek ? "vlek" : "vcek"));
    add_text(&to, "provider", s->provider);
    verdict_json_add(&to, "chip_masked", json_boolean(s->chip_masked));
    add_number(&to, "vmpl", s->vmpl);
    add_bits(&to, "policy", s->policy);
    add_bits(&to, "platform_info", s->platform_info);
    verdict_json_add(&to, "current_tcb", snp_tcb_json(&s->current, s->product));
    verdict_json_add(&to, "reported_tcb", snp_tcb_json(&s->reported, s->product));
    verdict_json_add(&to, "committed_tcb", snp_tcb_json(&s->committed, s->product));
    verdict_json_add(&to, "launch_tcb", snp_tcb_json(&s->launch, s->product));
    (void)snprintf(version, sizeof version, "%u.%u.%u", s->build[0][2], s->build[0][1], s->build[0][0]);
    verdict_json_add(&to, "firmware", json_string(version));
    (void)snprintf(version, sizeof version, "%u.%u.%u", s->build[1][2], s->build[1][1], s->build[1][0]);
    verdict_json_add(&to, "committed_firmware", json_string(version));
    if (s->has_cpuid)
        verdict_json_add(&to, "cpu",
                         json_pack("{s:i, s:i, s:i}", "family", s->cpu_family, "model", s->cpu_model,
                                   "stepping", s->cpu_stepping));
    if (s->has_mitigations) {
        add_bits(&to, "launch_mitigations", s->launch_mitigations);
        add_bits(&to, "current_mitigations", s->current_mitigations);
    }
    add_snp_guest(&to, s);
    return to;
}

static void add_families(json_t **to, const struct claims *c)
{
    if (c->has_tdx)
        add_rtmrs(to, &c->tdx);
    if (c->has_sgx)
        verdict_json_add(to, "sgx", sgx_json(&c->sgx));
    if (c->has_tdx)
        verdict_json_add(to, "tdx", tdx_json(&c->tdx));
    if (c->has_intel)
        verdict_json_add(to, "intel", intel_json(&c->intel));
    if (c->has_snp)
        verdict_json_add(to, "snp", snp_json(&c->snp));
    if (c->has_sanctum)
        verdict_json_add(to, "sanctum", sanctum_json(&c->sanctum));
    if (c->has_pef)
        verdict_json_add(to, "pef", pef_json(&c->pef));
}

json_t *verdict_claims_json(const struct verdict *v)
{
    const struct claims *c = &v->claims;
    static const char *const bindings[] = {
        [ATTEST_RECORDED] = "recorded", [ATTEST_SESSION] = "session", [ATTEST_NONCE] = "nonce"};
    json_t *to = json_object();
    add_text(&to, "tee", c->tee);
    verdict_json_add(&to, "class", json_string(attest_class_name(c->class)));
    verdict_json_add(&to, "binding", json_string(bindings[v->binding]));
    if (c->measurement.size) { /* evidence that cannot be read claims nothing */
        verdict_json_add(&to, "measurement", json_measurement(&c->measurement));
        add_launch(&to, c);
        verdict_json_add(&to, "debug", json_boolean(c->debug));
        ADD_BYTES(&to, "report_data", c->report_data);
        if (c->issued_at)
            verdict_json_add(&to, "issued_at", verdict_time_json((int64_t)(c->issued_at & INT64_MAX)));
    }
    add_tcb(&to, c);
    add_identity(&to, c);
    add_chain(&to, c);
    add_families(&to, c);
    return to;
}

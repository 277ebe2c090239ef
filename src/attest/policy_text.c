/* SPDX-License-Identifier: Apache-2.0 */
/* A policy as JSON, so that two can be compared; and the policy.toml that accepts what evidence claims, for a
 * person to look through (docs/policy.md). */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../base/buffer.h"
#include "../base/hex.h"
#include "attest.h"
#include "calendar.h"
#include "claims_json.h"
#include "policy_floors.h"
#include "policy_rules.h"

static json_t *json_digest(const struct measurement *m)
{
    char text[2 * MEASUREMENT_SIZE_MAX + 1];
    hex_encode(m->bytes, m->size, text);
    return json_string(text);
}

static json_t *json_words(const struct policy_words *words)
{
    json_t *list = json_array();
    for (size_t i = 0; i < words->count; i++)
        verdict_json_append(&list, json_string(words->word[i]));
    return list;
}

static void add_number(json_t **to, const char *key, bool has, uint32_t number)
{
    if (has)
        verdict_json_add(to, key, json_integer(number));
}

static void add_lists(json_t **to, const struct policy *p)
{
    json_t *roots = json_array(), *tees = json_array(), *platforms = json_array();
    for (size_t i = 0; i < p->roots.count; i++) {
        char text[ATTEST_FINGERPRINT_TEXT];
        attest_fingerprint_text(p->roots.root[i].fingerprint, text);
        verdict_json_append(&roots, json_string(text));
    }
    for (size_t i = 0; i < p->tee_count; i++)
        verdict_json_append(&tees, json_string(p->tee[i]));
    for (size_t i = 0; i < p->platform_count; i++)
        verdict_json_append(&platforms, json_string(p->platform[i]));
    verdict_json_add(to, "roots", roots);
    verdict_json_add(to, "tees", tees);
    json_t *status = json_words(&p->tcb_status);
    if (p->tcb_status_default)
        verdict_json_append(&status, json_string("SWHardeningNeeded with every advisory named"));
    verdict_json_add(to, "tcb_status", status);
    verdict_json_add(to, "advisories", json_words(&p->advisories));
    verdict_json_add(to, "tolerate", json_words(&p->tolerate));
    verdict_json_add(to, "platforms", platforms);
}

static json_t *json_signer(const struct policy_signer *s)
{
    json_t *one = json_pack("{s:s, s:o}", "tee", s->tee, "value", json_digest(&s->value));
    add_number(&one, "product", s->has_product, s->product);
    add_number(&one, "min_svn", s->has_min_svn, s->min_svn);
    return one;
}

static void add_digests(json_t **to, const char *key, const struct policy_digests *digests)
{
    json_t *list = json_array();
    for (size_t i = 0; i < digests->count; i++) {
        char text[2 * POLICY_KEY_SIZE + 1];
        hex_encode(digests->digest[i], POLICY_KEY_SIZE, text);
        verdict_json_append(&list, json_string(text));
    }
    verdict_json_add(to, key, list);
}

static void add_bytes(json_t **to, const char *key, bool has, const uint8_t *bytes, size_t size)
{
    char text[2 * DIGEST_SIZE + 1];
    if (!has)
        return;
    hex_encode(bytes, size, text);
    verdict_json_add(to, key, json_string(text));
}

static void add_snp(json_t **to, const struct policy_snp *s)
{
    char abi[16];
    json_t *keys = json_array();
    if (s->allow_vcek)
        verdict_json_append(&keys, json_string("vcek"));
    if (s->allow_vlek)
        verdict_json_append(&keys, json_string("vlek"));
    (void)snprintf(abi, sizeof abi, "%u.%u", s->min_abi >> 8, s->min_abi & 255);
    verdict_json_add(to, "snp.signing_keys", keys);
    verdict_json_add(to, "snp.vmpl", json_integer(s->vmpl));
    verdict_json_add(to, "snp.allow_migration", json_boolean(s->allow_migration));
    verdict_json_add(to, "snp.allow_smt", json_boolean(s->allow_smt));
    verdict_json_add(to, "snp.allow_cxl", json_boolean(s->allow_cxl));
    verdict_json_add(to, "snp.single_socket", json_boolean(s->single_socket));
    if (s->min_abi)
        verdict_json_add(to, "snp.min_abi", json_string(abi));
    add_number(to, "snp.min_guest_svn", s->min_guest_svn != 0, s->min_guest_svn);
    add_bytes(to, "snp.host_data", s->has_host_data, s->host_data, sizeof s->host_data);
    add_bytes(to, "snp.family_id", s->has_family_id, s->family_id, sizeof s->family_id);
    add_bytes(to, "snp.image_id", s->has_image_id, s->image_id, sizeof s->image_id);
    add_digests(to, "snp.id_keys", &s->id_keys);
    add_digests(to, "snp.author_keys", &s->author_keys);
}

static void add_code(json_t **to, const struct policy *p)
{
    json_t *measurements = json_array(), *signers = json_array(), *images = json_array();
    for (size_t i = 0; i < p->measurement_count; i++) {
        const struct policy_measurement *m = &p->measurement[i];
        json_t *one = json_pack("{s:s, s:o}", "tee", m->tee, "value", json_digest(&m->value));
        add_number(&one, "min_svn", m->has_min_svn, m->min_svn);
        verdict_json_append(&measurements, one);
    }
    for (size_t i = 0; i < p->signer_count; i++)
        verdict_json_append(&signers, json_signer(&p->signer[i]));
    for (size_t i = 0; i < p->image_count; i++)
        verdict_json_append(&images, json_pack("{s:s, s:I}", "name", p->image[i].name, "min_svn",
                                               (json_int_t)p->image[i].min_svn));
    verdict_json_add(to, "measurement", measurements);
    verdict_json_add(to, "signer", signers);
    verdict_json_add(to, "image", images);
}

int policy_json(const struct policy *p, char **text, struct casemate_error *err)
{
    json_t *to = json_object();
    verdict_json_add(&to, "class", json_string(attest_class_name(p->class)));
    add_lists(&to, p);
    verdict_json_add(&to, "allow_debug", json_boolean(p->allow_debug));
    add_number(&to, "max_collateral_age", p->max_collateral_age != 0, p->max_collateral_age);
    add_number(&to, "min_tcb_evaluation", p->min_tcb_evaluation != 0, p->min_tcb_evaluation);
    add_number(&to, "sgx.min_svn", p->min_svn_sgx != 0, p->min_svn_sgx);
    add_snp(&to, &p->snp);
    if (p->sanctum_monitors.count)
        add_digests(&to, "sanctum.monitors", &p->sanctum_monitors);
    add_code(&to, p);
    *text = verdict_json_text(to);
    json_decref(to);
    return *text ? 0 : casemate_fail(err, E_NOMEM, "No memory for a policy's JSON");
}

/* ---- from evidence ---- */

/* What cannot be shown without collateral; whether the evidence is what it says does not hang on it. */
static bool wants_collateral(const struct verdict *v, enum check_id id)
{
    switch (id) {
    case CHECK_REVOCATION:
        return !v->claims.revoked;
    case CHECK_TCB_INFO:
    case CHECK_TCB_INFO_DATE:
    case CHECK_TCB_LEVEL:
    case CHECK_QE_IDENTITY:
    case CHECK_QE_IDENTITY_DATE:
        return true;
    case CHECK_FORMAT:
    case CHECK_SIGNATURE:
    case CHECK_CHAIN:
        return false;
    default:
        return v->report.row[id].state == CHECK_NOT_RUN;
    }
}

static bool decided_by_policy(enum check_id id)
{
    const enum casemate_code code = check_code(id);
    return code == E_POLICY || code == E_SIMULATED || code == E_ROOT;
}

/* Whether the evidence is what it says: only what a policy decides may have failed, and what only collateral
 * shows. */
static bool proved(const struct verdict *v, enum check_id *failed)
{
    for (unsigned i = 0; i < CHECK_COUNT; i++) {
        const enum check_id id = (enum check_id)i;
        if (!check_failed(&v->report, id) || decided_by_policy(id) || wants_collateral(v, id))
            continue;
        *failed = id;
        return false;
    }
    return v->claims.measurement.size != 0;
}

static void put_unshown(struct buffer *b, const struct verdict *v)
{
    const char *before = "# Not shown, for want of collateral (--collateral DIR): ";
    for (unsigned i = 0; i < CHECK_COUNT; i++) {
        const enum check_id id = (enum check_id)i;
        if (!check_failed(&v->report, id) || decided_by_policy(id))
            continue;
        buffer_printf(b, "%s%s", before, check_id_name(id));
        before = ", ";
    }
    if (before[0] == ',')
        buffer_append_text(b, "\n");
}

static void put_digest(struct buffer *b, const char *start, const struct measurement *m)
{
    char text[2 * MEASUREMENT_SIZE_MAX + 1];
    hex_encode(m->bytes, m->size, text);
    buffer_printf(b, "%svalue = \"%s\"\n", start, text);
}

/* Floors that the platform is below: published breaks that it is open to. */
static void put_floors(struct buffer *b, const struct verdict *v)
{
    const char *id, *before = "tolerate = [";
    for (size_t i = 0; (id = policy_floor_id(i)) != NULL; i++) {
        if (!check_failed(&v->report, check_find(id)))
            continue;
        buffer_printf(b, "%s\"%s\"", before, id);
        before = ", ";
    }
    if (before[0] == ',')
        buffer_append_text(b, "]  # published breaks that this platform is open to: casemate explain ID\n");
}

static void put_platform(struct buffer *b, const struct claims *c)
{
    if (c->has_tcb && c->tcb.status[0])
        buffer_printf(b, "tcb_status = [\"%s\"]%s\n", c->tcb.status,
                      strcmp(c->tcb.status, "UpToDate") == 0 ? "" : "  # not the best: what is missing?");
    if (c->advisory_count) {
        buffer_append_text(b, "advisories = [");
        for (size_t i = 0; i < c->advisory_count; i++)
            buffer_printf(b, "%s\"%s\"", i ? ", " : "", c->advisory[i]);
        buffer_append_text(b, "]  # published holes that this platform still has\n");
    }
    if (c->debug)
        buffer_append_text(b, "allow_debug = true  # whoever runs the machine reads its memory\n");
    if (c->platform[0])
        buffer_printf(b, "# platforms = [\"%s\"]  # this machine and no other\n", c->platform);
}

/* Clauses that nothing above lifts: whoever wants them lifted does it himself. */
static void put_refused(struct buffer *b, const struct verdict *v)
{
#define CHECK(name, code, id, title, why, fix) CHECK_##name,
    static const enum check_id rows[] = {
#include "checks_amd_policy.def"
    };
#undef CHECK
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (check_failed(&v->report, rows[i]))
            buffer_printf(b, "# Still refused by %s (%s): %s\n", check_id_name(rows[i]),
                          v->report.row[rows[i]].found, check_fix(rows[i]));
}

/* Evidence shows only that it ran: whether it isolates, its makers say. */
static void put_monitor(struct buffer *b, const struct claims *c)
{
    char text[2 * sizeof c->sanctum.monitor + 1];
    if (!c->has_sanctum)
        return;
    hex_encode(c->sanctum.monitor, sizeof c->sanctum.monitor, text);
    buffer_printf(b, "\n[sanctum]\nmonitors = [\"%s\"]  # compare it with what the monitor's makers say\n",
                  text);
}

static void put_signer(struct buffer *b, const struct claims *c)
{
    if (c->signer.size == 0)
        return;
    buffer_printf(
        b, "\n# Instead of the measurement: whatever this signer signs.\n# [[signer]]\n# tee = \"%s\"\n",
        c->tee);
    put_digest(b, "# ", &c->signer);
    if (c->has_svn)
        buffer_printf(b, "# product = %u\n# min_svn = %u\n", c->product, c->svn);
}

int policy_from_verdict(const struct verdict *v, char **text, struct casemate_error *err)
{
    const struct claims *c = &v->claims;
    char root[ATTEST_FINGERPRINT_TEXT], now[CALENDAR_TEXT];
    struct buffer b = {0};
    enum check_id failed = CHECK_FORMAT;
    if (!proved(v, &failed)) {
        (void)casemate_fail_expected(
            err, E_EVIDENCE, v->report.row[failed].expected, v->report.row[failed].found,
            "A policy from evidence that is not proved would accept anything. Not so: %s",
            check_title(failed));
        return casemate_next(err, "casemate verify shows every check; --collateral DIR may be missing.");
    }
    attest_fingerprint_text(c->root, root);
    calendar_text(c->time, now);
    buffer_printf(&b,
                  "# What one piece of evidence claims, as of %s. Everything here is accepted from now on: "
                  "look at each "
                  "line.\n",
                  now);
    put_unshown(&b, v);
    buffer_printf(&b, "version = 1\nclass = \"%s\"\n", attest_class_name(c->class));
    if (c->class == ATTEST_SIMULATED)
        buffer_printf(&b, "roots = [\"%s\"]  # compare it with what the root's owner says\n", root);
    buffer_printf(&b, "tees = [\"%s\"]\n", c->tee);
    put_floors(&b, v);
    put_platform(&b, c);
    put_refused(&b, v);
    put_monitor(&b, c);
    buffer_printf(&b, "\n[[measurement]]\ntee = \"%s\"\n", c->tee);
    put_digest(&b, "", &c->measurement);
    put_signer(&b, c);
    *text = b.failed ? NULL : strdup(buffer_text(&b));
    buffer_free(&b);
    return *text ? 0 : casemate_fail(err, E_NOMEM, "No memory for a policy");
}

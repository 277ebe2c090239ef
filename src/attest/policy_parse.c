/* SPDX-License-Identifier: Apache-2.0 */
/* policy.toml (docs/policy.md): one table of keys; every key, type and value that is not understood is an
 * error with its place, for an ignored clause is one that somebody relies on. */
#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "../base/nearest.h"
#include "../base/toml.h"
#include "policy_floors.h"
#include "policy_rules.h"

/* What a reader of one key works on. */
struct parse {
    const struct toml_document *document;
    struct policy *policy;
    struct casemate_error *err;
};

static int fail(const struct parse *p, const struct toml_node *node, const char *sentence)
{
    return toml_fail(p->document, node, p->err, "%s", sentence);
}

static int get_text(const struct parse *p, const struct toml_node *node, const char *what, struct span *text)
{
    const char *bytes;
    size_t size;
    if (toml_string(p->document, node, what, &bytes, &size, p->err))
        return -1;
    *text = span_of(bytes, size);
    return 0;
}

/* Text that fits into an array of ours, and is not empty. */
static int get_word(const struct parse *p, const struct toml_node *node, const char *what, char *to,
                    size_t capacity)
{
    struct span text;
    if (get_text(p, node, what, &text))
        return -1;
    if (text.size == 0 || text.size >= capacity)
        return toml_fail(p->document, node, p->err, "%s must have 1 to %zu characters", what, capacity - 1);
    memcpy(to, text.data, text.size);
    to[text.size] = '\0';
    return 0;
}

static int parse_version(const struct parse *p, const struct toml_node *node)
{
    int64_t version;
    return toml_integer(p->document, node, "`version`", 1, 1, &version, p->err);
}

static int parse_class(const struct parse *p, const struct toml_node *node)
{
    struct span text;
    if (get_text(p, node, "`class`", &text))
        return -1;
    if (span_equal(text, SPAN_LITERAL("hardware")))
        p->policy->class = ATTEST_HARDWARE;
    else if (span_equal(text, SPAN_LITERAL("simulated")))
        p->policy->class = ATTEST_SIMULATED;
    else
        return fail(p, node, "`class` must be \"hardware\" or \"simulated\"");
    return 0;
}

/* Calls `one` for each item of an array. */
static int each(const struct parse *p, const struct toml_node *node, const char *what, size_t most,
                int (*one)(const struct parse *p, const struct toml_node *item))
{
    if (toml_expect(p->document, node, what, TOML_ARRAY, p->err))
        return -1;
    if (toml_count(node) > most)
        return toml_fail(p->document, node, p->err, "%s has more than %zu items", what, most);
    for (size_t i = 0; i < toml_count(node); i++)
        if (one(p, toml_item(node, i)))
            return -1;
    return 0;
}

static int one_root(const struct parse *p, const struct toml_node *item)
{
    struct attest_root root = {0};
    struct span text;
    if (get_text(p, item, "A root", &text))
        return -1;
    if (!attest_fingerprint_parse(text, root.fingerprint))
        return fail(p, item, "a root is \"sha256:\" and the 64 digits of its certificate's SHA-256");
    return attest_roots_add(&p->policy->roots, &root, p->err);
}

static int parse_roots(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`roots`", ATTEST_ROOTS_MAX, one_root);
}

/* A TEE by its name or by what people also call it; unknown ones are typing errors. */
static int get_tee(const struct parse *p, const struct toml_node *item, char to[STATEMENT_NAME_MAX + 1])
{
    static const char *const names[][2] = {
        {"process", "process"}, {"sgx", "sgx"},         {"snp", "snp"}, {"sev-snp", "snp"},
        {"tdx", "tdx"},         {"sanctum", "sanctum"}, {"pef", "pef"},
    };
    char word[POLICY_WORD_SIZE];
    if (get_word(p, item, "A TEE", word, sizeof word))
        return -1;
    struct nearest near = {.typed = word};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        nearest_try(&near, names[i][0]);
        if (strcmp(names[i][0], word) != 0)
            continue;
        (void)snprintf(to, STATEMENT_NAME_MAX + 1, "%s", names[i][1]);
        return 0;
    }
    if (near.best)
        return toml_fail(p->document, item, p->err, "unknown TEE \"%s\"; did you mean \"%s\"?", word,
                         near.best);
    return toml_fail(p->document, item, p->err,
                     "unknown TEE \"%s\"; known are process, sgx, snp, tdx, sanctum, pef", word);
}

static int one_tee(const struct parse *p, const struct toml_node *item)
{
    if (get_tee(p, item, p->policy->tee[p->policy->tee_count]))
        return -1;
    p->policy->tee_count++;
    return 0;
}

static int parse_tees(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`tees`", POLICY_TEES_MAX, one_tee);
}

static int add_word(const struct parse *p, const struct toml_node *item, struct policy_words *words)
{
    if (get_word(p, item, "An item", words->word[words->count], POLICY_WORD_SIZE))
        return -1;
    words->count++;
    return 0;
}

static int one_tcb_status(const struct parse *p, const struct toml_node *item)
{
    return add_word(p, item, &p->policy->tcb_status);
}

static int parse_tcb_status(const struct parse *p, const struct toml_node *node)
{
    p->policy->tcb_status.count = 0;
    p->policy->tcb_status_default = false;
    return each(p, node, "`tcb_status`", POLICY_WORDS_MAX, one_tcb_status);
}

static int one_advisory(const struct parse *p, const struct toml_node *item)
{
    return add_word(p, item, &p->policy->advisories);
}

static int parse_advisories(const struct parse *p, const struct toml_node *node)
{
    p->policy->advisories.count = 0;
    return each(p, node, "`advisories`", POLICY_WORDS_MAX, one_advisory);
}

/* A floor that is misspelt would stay where its owner thinks it lifted. */
static int one_tolerate(const struct parse *p, const struct toml_node *item)
{
    struct policy_words *words = &p->policy->tolerate;
    const char *word = words->word[words->count], *id;
    if (add_word(p, item, words))
        return -1;
    struct nearest near = {.typed = word};
    for (size_t i = 0; (id = policy_floor_id(i)) != NULL; i++) {
        if (strcmp(id, word) == 0)
            return 0;
        nearest_try(&near, id);
    }
    if (near.best)
        return toml_fail(p->document, item, p->err, "unknown floor \"%s\"; did you mean \"%s\"?", word,
                         near.best);
    return toml_fail(p->document, item, p->err, "unknown floor \"%s\"; docs/policy.md lists them", word);
}

static int parse_tolerate(const struct parse *p, const struct toml_node *node)
{
    p->policy->tolerate.count = 0;
    return each(p, node, "`tolerate`", POLICY_WORDS_MAX, one_tolerate);
}

static int parse_snp(const struct parse *p, const struct toml_node *node)
{
    return policy_snp_parse(p->document, node, &p->policy->snp, p->err);
}

static int parse_sanctum(const struct parse *p, const struct toml_node *node)
{
    return policy_sanctum_parse(p->document, node, &p->policy->sanctum_monitors, p->err);
}

static int parse_allow_debug(const struct parse *p, const struct toml_node *node)
{
    return toml_boolean(p->document, node, "`allow_debug`", &p->policy->allow_debug, p->err);
}

static int parse_min_tcb_evaluation(const struct parse *p, const struct toml_node *node)
{
    int64_t number = 0;
    if (toml_integer(p->document, node, "`min_tcb_evaluation`", 1, INT32_MAX, &number, p->err))
        return -1;
    p->policy->min_tcb_evaluation = (uint32_t)number;
    return 0;
}

static int one_platform(const struct parse *p, const struct toml_node *item)
{
    if (get_word(p, item, "A platform", p->policy->platform[p->policy->platform_count], POLICY_PLATFORM_SIZE))
        return -1;
    p->policy->platform_count++;
    return 0;
}

static int parse_platforms(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`platforms`", POLICY_PLATFORMS_MAX, one_platform);
}

/* A table of an array of tables with these keys and no others; the first `required` of them must be there. */
static int check_table(const struct parse *p, const struct toml_node *item, const char *what,
                       const char *const *keys, size_t required)
{
    if (toml_expect(p->document, item, what, TOML_TABLE, p->err) ||
        toml_known_keys(p->document, item, keys, p->err))
        return -1;
    for (size_t i = 0; i < required; i++)
        if (!toml_get(item, keys[i]))
            return toml_fail(p->document, item, p->err, "%s needs `%s`", what, keys[i]);
    return 0;
}

/* What a measurement and a signer are alike in. */
static int get_digest(const struct parse *p, const struct toml_node *item, const char *what,
                      struct measurement *value)
{
    struct span text;
    if (get_text(p, item, what, &text))
        return -1;
    value->size = text.size / 2;
    if ((value->size != 32 && value->size != 48) ||
        !hex_decode((const char *)text.data, text.size, value->bytes, value->size))
        return toml_fail(p->document, item, p->err, "%s must be 64 or 96 hexadecimal digits", what);
    return 0;
}

/* A number that may be left out. */
static int get_number(const struct parse *p, const struct toml_node *item, const char *what, bool *has,
                      uint32_t *number)
{
    int64_t value;
    if (!item)
        return 0;
    if (toml_integer(p->document, item, what, 0, UINT32_MAX, &value, p->err))
        return -1;
    *has = true;
    *number = (uint32_t)value;
    return 0;
}

static int one_measurement(const struct parse *p, const struct toml_node *item)
{
    static const char *const keys[] = {"tee", "value", "name", NULL};
    struct policy_measurement m = {0};
    if (check_table(p, item, "A [[measurement]]", keys, 2) || get_tee(p, toml_get(item, "tee"), m.tee) ||
        get_digest(p, toml_get(item, "value"), "`value`", &m.value))
        return -1;
    if (toml_get(item, "name") && get_word(p, toml_get(item, "name"), "`name`", m.name, sizeof m.name))
        return -1;
    p->policy->measurement[p->policy->measurement_count++] = m;
    return 0;
}

static int one_signer(const struct parse *p, const struct toml_node *item)
{
    static const char *const keys[] = {"tee", "value", "name", "product", "min_svn", NULL};
    struct policy_signer s = {0};
    if (check_table(p, item, "A [[signer]]", keys, 2) || get_tee(p, toml_get(item, "tee"), s.tee) ||
        get_digest(p, toml_get(item, "value"), "`value`", &s.value) ||
        get_number(p, toml_get(item, "product"), "`product`", &s.has_product, &s.product) ||
        get_number(p, toml_get(item, "min_svn"), "`min_svn`", &s.has_min_svn, &s.min_svn))
        return -1;
    if (toml_get(item, "name") && get_word(p, toml_get(item, "name"), "`name`", s.name, sizeof s.name))
        return -1;
    p->policy->signer[p->policy->signer_count++] = s;
    return 0;
}

static int parse_signer(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`signer`", POLICY_SIGNERS_MAX, one_signer);
}

static int parse_age(const struct parse *p, const struct toml_node *node)
{
    int64_t days;
    if (toml_integer(p->document, node, "`max_collateral_age`", 1, 3650, &days, p->err))
        return -1;
    p->policy->max_collateral_age = (uint32_t)days;
    return 0;
}

static int parse_sgx(const struct parse *p, const struct toml_node *node)
{
    static const char *const keys[] = {"min_svn", NULL};
    bool said;
    if (check_table(p, node, "[sgx]", keys, 0))
        return -1;
    return get_number(p, toml_get(node, "min_svn"), "`min_svn`", &said, &p->policy->min_svn_sgx);
}

static int parse_measurement(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`measurement`", POLICY_MEASUREMENTS_MAX, one_measurement);
}

static int one_image(const struct parse *p, const struct toml_node *item)
{
    static const char *const keys[] = {"name", "min_svn", NULL};
    struct policy_image *image = &p->policy->image[p->policy->image_count];
    int64_t svn = 0;
    if (check_table(p, item, "An [[image]]", keys, 1) ||
        get_word(p, toml_get(item, "name"), "`name`", image->name, sizeof image->name))
        return -1;
    if (toml_get(item, "min_svn") &&
        toml_integer(p->document, toml_get(item, "min_svn"), "`min_svn`", 0, UINT32_MAX, &svn, p->err))
        return -1;
    image->min_svn = (uint32_t)svn;
    p->policy->image_count++;
    return 0;
}

static int parse_image(const struct parse *p, const struct toml_node *node)
{
    return each(p, node, "`image`", POLICY_IMAGES_MAX, one_image);
}

static const struct {
    const char *key;
    int (*parse)(const struct parse *p, const struct toml_node *node);
} keys[] = {
    {"version", parse_version},
    {"class", parse_class},
    {"roots", parse_roots},
    {"tees", parse_tees},
    {"tcb_status", parse_tcb_status},
    {"advisories", parse_advisories},
    {"tolerate", parse_tolerate},
    {"allow_debug", parse_allow_debug},
    {"platforms", parse_platforms},
    {"measurement", parse_measurement},
    {"image", parse_image},
    {"snp", parse_snp},
    {"sanctum", parse_sanctum},
    {"min_tcb_evaluation", parse_min_tcb_evaluation},
    {"signer", parse_signer},
    {"sgx", parse_sgx},
    {"max_collateral_age", parse_age},
};
enum { KEY_COUNT = sizeof keys / sizeof *keys };

/* Rules between keys. */
static int check_whole(const struct parse *p, const struct toml_node *root)
{
    if (!toml_get(root, "version"))
        return fail(p, root, "a policy needs `version = 1`");
    if (p->policy->class == ATTEST_HARDWARE && p->policy->roots.count)
        return fail(p, toml_get(root, "roots"),
                    "`roots` is for class \"simulated\" only: vendors' roots are compiled in");
    return 0;
}

static int parse_keys(const struct parse *p)
{
    const struct toml_node *root = toml_root(p->document);
    const char *known[KEY_COUNT + 1] = {NULL};
    for (size_t i = 0; i < KEY_COUNT; i++)
        known[i] = keys[i].key;
    if (toml_known_keys(p->document, root, known, p->err))
        return -1;
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct toml_node *node = toml_get(root, keys[i].key);
        if (node && keys[i].parse(p, node))
            return -1;
    }
    return check_whole(p, root);
}

int policy_parse(const char *text, size_t size, const char *name, struct policy **policy,
                 struct casemate_error *err)
{
    struct toml_document *document;
    *policy = NULL;
    if (toml_parse(text, size, name, &document, err))
        return -1;
    struct parse p = {.document = document, .policy = policy_new(err), .err = err};
    int error = p.policy ? parse_keys(&p) : -1;
    toml_free(document);
    if (error)
        policy_free(p.policy);
    else
        *policy = p.policy;
    return error ? -1 : 0;
}

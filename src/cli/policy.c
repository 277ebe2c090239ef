/* SPDX-License-Identifier: Apache-2.0 */
/* casemate policy: policies made from evidence, tried on evidence, and compared. */
#include <string.h>

#include "../base/file.h"
#include "judging.h"
#include "output.h"

enum { POLICY_MAX = 1 << 20 };

/* ---- init ---- */

static int init(struct cli *cli)
{
    struct judging judging;
    casemate_verdict *verdict = NULL;
    const char *text;
    size_t size;
    if (cli->argc != 1 || !cli->options.from_evidence)
        return cli_usage(cli, "policy init wants --from-evidence FILE");
    cli->options.recorded = true;
    int result = judging_open(cli, &judging, NULL);
    if (result == 0)
        result = judging_file(cli, &judging, cli->options.from_evidence, &verdict);
    if (result == 0)
        result = casemate_verdict_policy(verdict, &text, &size, cli->error);
    if (result == 0)
        printf("%.*s", (int)size, text);
    casemate_verdict_free(verdict);
    judging_close(&judging);
    return result;
}

/* ---- test ---- */

static json_t *verdict_object(const casemate_verdict *verdict)
{
    const char *text;
    size_t size;
    casemate_verdict_json(verdict, &text, &size);
    return json_loadb(text, size, 0, NULL);
}

static const char *string_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static void print_clauses(const json_t *whole)
{
    const json_t *check;
    size_t i;
    json_array_foreach(json_object_get(whole, "checks"), i, check)
    {
        if (json_is_true(json_object_get(check, "ok")))
            continue;
        printf("  %s\n    expected  %s\n    found     %s\n    why       %s\n    to do     %s\n",
               string_of(check, "reason"), string_of(check, "expected"), string_of(check, "found"),
               string_of(check, "why"), string_of(check, "fix"));
    }
}

/* 0 accepted, 1 refused, 2 cannot be judged. */
static int test_one(struct cli *cli, const struct judging *judging, const char *path, json_t *results)
{
    casemate_verdict *verdict = NULL;
    if (judging_file(cli, judging, path, &verdict) < 0) {
        (void)output_error(cli);
        return EXIT_UNUSABLE;
    }
    bool accepted = casemate_verdict_accepted(verdict);
    json_t *whole = verdict_object(verdict);
    if (cli->options.json) {
        (void)json_array_append_new(results, json_pack("{s:s, s:O?, s:O?}", "file", path, "verdict",
                                                       json_object_get(whole, "verdict"), "reasons",
                                                       json_object_get(whole, "reasons")));
    } else {
        output_safe(stdout, path, strlen(path));
        printf(": %s\n", accepted ? "accepted" : "refused");
        print_clauses(whole);
    }
    json_decref(whole);
    casemate_verdict_free(verdict);
    return accepted ? 0 : EXIT_REFUSED;
}

static int test(struct cli *cli)
{
    struct judging judging;
    int worst = 0;
    if (cli->argc < 3)
        return cli_usage(cli, "policy test wants a policy and at least one file of evidence");
    cli->options.recorded = true;
    json_t *results = json_array();
    if (judging_open(cli, &judging, cli->argv[1]) < 0)
        worst = -1;
    for (int i = 2; worst >= 0 && i < cli->argc; i++) {
        int one = test_one(cli, &judging, cli->argv[i], results);
        worst = one > worst ? one : worst;
    }
    if (worst >= 0 && cli->options.json)
        output_json(stdout, json_pack("{s:O}", "results", results));
    json_decref(results);
    judging_close(&judging);
    return worst;
}

/* ---- diff ---- */

static int load(struct cli *cli, const char *path, json_t **object)
{
    struct buffer text = {0};
    casemate_policy *policy = NULL;
    const char *json;
    size_t size;
    int result = file_read(path, POLICY_MAX, &text, cli->error);
    if (result == 0)
        result =
            casemate_policy_parse(buffer_text(&text), text.size, path, strlen(path), &policy, cli->error);
    if (result == 0)
        result = casemate_policy_json(policy, &json, &size, cli->error);
    if (result == 0)
        *object = json_loadb(json, size, 0, NULL);
    casemate_policy_free(policy);
    buffer_free(&text);
    return result;
}

/* Clauses that one has and the other has not, each a line of a list or a value. */
struct difference {
    const char *key, *sign;
    const json_t *value;
};

static void report(const struct cli *cli, json_t *list, const struct difference *d)
{
    char *text = json_dumps(d->value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_PRESERVE_ORDER);
    if (cli->options.json)
        (void)json_array_append_new(list, json_pack("{s:s, s:s, s:O}", "only_in", *d->sign == '-' ? "A" : "B",
                                                    "key", d->key, "value", d->value));
    else
        printf("%s %s  %s\n", d->sign, d->key, text ? text : "");
    free(text);
}

static bool has(const json_t *list, const json_t *wanted)
{
    const json_t *item;
    size_t i;
    json_array_foreach(list, i, item) if (json_equal(item, wanted)) return true;
    return false;
}

/* Everything of `from` that `other` has not. */
static size_t only_in(const struct cli *cli, json_t *list, const char *sign, json_t *from,
                      const json_t *other)
{
    const char *key;
    json_t *value, *item;
    size_t count = 0, i;
    json_object_foreach(from, key, value)
    {
        const json_t *there = json_object_get(other, key);
        if (!json_is_array(value) && !json_equal(value, there)) {
            report(cli, list, &(struct difference){key, sign, value});
            count++;
        }
        json_array_foreach(value, i, item)
        {
            if (has(there, item))
                continue;
            report(cli, list, &(struct difference){key, sign, item});
            count++;
        }
    }
    return count;
}

/* An empty list of these means that anything is accepted, so that the first item takes, not gives. */
static void explain_empty(const struct cli *cli, const json_t *a, const json_t *b)
{
    static const char *const keys[] = {"tees", "platforms", "snp.id_keys", "snp.author_keys"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        bool any_a = json_array_size(json_object_get(a, keys[i])) == 0;
        bool any_b = json_array_size(json_object_get(b, keys[i])) == 0;
        if (any_a != any_b)
            output_note(cli, "%s accepts any of `%s`, the other only those that it lists", any_a ? "A" : "B",
                        keys[i]);
    }
}

static int diff(struct cli *cli)
{
    json_t *a = NULL, *b = NULL, *list = json_array();
    size_t count = 0;
    if (cli->argc != 3) {
        json_decref(list);
        return cli_usage(cli, "policy diff wants two policies");
    }
    int result = load(cli, cli->argv[1], &a) < 0 || load(cli, cli->argv[2], &b) < 0 ? -1 : 0;
    if (result == 0) {
        count = only_in(cli, list, "-", a, b) + only_in(cli, list, "+", b, a);
        explain_empty(cli, a, b);
        if (cli->options.json)
            output_json(stdout, json_pack("{s:O}", "differences", list));
    }
    json_decref(list);
    json_decref(a);
    json_decref(b);
    return result < 0 ? -1 : count ? EXIT_REFUSED : 0;
}

int verb_policy(struct cli *cli)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli);
    } faces[] = {{"init", init}, {"test", test}, {"diff", diff}};
    if (cli_want_arguments(cli, 1, -1) < 0)
        return -1;
    for (size_t i = 0; i < sizeof faces / sizeof *faces; i++)
        if (strcmp(faces[i].name, cli->argv[0]) == 0)
            return faces[i].run(cli);
    return cli_usage(cli, "policy wants init, test or diff, not \"%.40s\"", cli->argv[0]);
}

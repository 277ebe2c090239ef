/* SPDX-License-Identifier: Apache-2.0 */
/* [sanctum] of a policy (docs/policy.md): which monitors may stand below a Keep. None without the table. */
#include <stdio.h>
#include <string.h>

#include "../base/hex.h"
#include "../base/toml.h"
#include "attest.h"
#include "policy_rules.h"

int policy_sanctum_parse(const struct toml_document *document, const struct toml_node *table,
                         struct policy_digests *monitors, struct casemate_error *err)
{
    static const char *const known[] = {"monitors", NULL};
    const struct toml_node *list;
    if (toml_expect(document, table, "`sanctum`", TOML_TABLE, err) ||
        toml_known_keys(document, table, known, err))
        return -1;
    if (!(list = toml_get(table, "monitors")))
        return toml_fail(document, table, err, "[sanctum] needs `monitors`");
    if (toml_expect(document, list, "`monitors`", TOML_ARRAY, err))
        return -1;
    if (toml_count(list) == 0 || toml_count(list) > POLICY_KEYS_MAX)
        return toml_fail(document, list, err, "`monitors` must have 1 to %d measurements", POLICY_KEYS_MAX);
    for (size_t i = 0; i < toml_count(list); i++, monitors->count++) {
        const char *text;
        size_t size;
        if (toml_string(document, toml_item(list, i), "A monitor", &text, &size, err))
            return -1;
        if (!hex_decode(text, size, monitors->digest[i], POLICY_KEY_SIZE))
            return toml_fail(document, toml_item(list, i), err, "A monitor must be 96 hexadecimal digits");
    }
    return 0;
}

void policy_sanctum_evaluate(const struct policy_digests *monitors, const struct claims *claims,
                             struct check_report *report)
{
    char expected[2 * POLICY_KEY_SIZE + 1], found[2 * POLICY_KEY_SIZE + 1];
    bool good = false;
    if (!claims->has_sanctum)
        return;
    for (size_t i = 0; i < monitors->count; i++)
        good = good || memcmp(monitors->digest[i], claims->sanctum.monitor, POLICY_KEY_SIZE) == 0;
    hex_encode(claims->sanctum.monitor, POLICY_KEY_SIZE, found);
    (void)snprintf(expected, sizeof expected, "one of %zu known monitors", monitors->count);
    if (monitors->count == 1)
        hex_encode(monitors->digest[0], POLICY_KEY_SIZE, expected);
    (void)check_set(report, CHECK_SANCTUM_KNOWN, good, expected, "%s", found);
}

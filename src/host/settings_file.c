/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file of casemated: the settings of the table as TOML keys. Each complaint names file,
 * line and column; unknown keys are complaints. */
#include <stdio.h>
#include <string.h>

#include "../base/file.h"
#include "../base/toml.h"
#include "settings.h"

enum { KEY_MAX = 64, KEYS_MAX = 64 };

struct reading {
    struct settings *settings;
    const struct toml_document *document;
    struct casemate_error *err;
};

static void key_of(const struct setting *which, char key[KEY_MAX])
{
    (void)snprintf(key, KEY_MAX, "%s", which->name);
    for (char *c = key; *c; c++)
        if (*c == '-')
            *c = '_';
}

static int set(const struct reading *r, const struct setting *which, const struct toml_node *node,
               const char *text)
{
    struct casemate_error why = {0};
    if (settings_set_text(r->settings, which, text, &why) == 0)
        return 0;
    (void)toml_fail(r->document, node, r->err, "%s", why.what);
    (void)snprintf(r->err->expected, sizeof r->err->expected, "%s", why.expected);
    (void)snprintf(r->err->found, sizeof r->err->found, "%s", why.found);
    return -1;
}

static int read_text(const struct reading *r, const struct setting *which, const struct toml_node *node,
                     const char *key)
{
    const char *text;
    size_t size;
    return toml_string(r->document, node, key, &text, &size, r->err) < 0 ? -1 : set(r, which, node, text);
}

static int read_number(const struct reading *r, const struct setting *which, const struct toml_node *node,
                       const char *key)
{
    char text[32];
    int64_t value;
    if (which->type == SETTING_SIZE && toml_type_of(node) == TOML_STRING)
        return read_text(r, which, node, key);
    if (toml_integer(r->document, node, key, which->least, which->most, &value, r->err) < 0)
        return -1;
    (void)snprintf(text, sizeof text, "%lld", (long long)value);
    return set(r, which, node, text);
}

static int read_list(const struct reading *r, const struct setting *which, const struct toml_node *node,
                     const char *key)
{
    if (toml_type_of(node) == TOML_STRING)
        return read_text(r, which, node, key);
    if (toml_expect(r->document, node, key, TOML_ARRAY, r->err) < 0)
        return -1;
    for (size_t i = 0; i < toml_count(node); i++)
        if (read_text(r, which, toml_item(node, i), key) < 0)
            return -1;
    return 0;
}

static int read_flag(const struct reading *r, const struct setting *which, const struct toml_node *node,
                     const char *key)
{
    return toml_boolean(r->document, node, key, (bool *)((char *)r->settings + which->offset), r->err);
}

static int read_one(const struct reading *r, const struct setting *which, const struct toml_node *node)
{
    char key[KEY_MAX];
    key_of(which, key);
    switch (which->type) {
    case SETTING_TEXT:
        return read_text(r, which, node, key);
    case SETTING_LIST:
        return read_list(r, which, node, key);
    case SETTING_FLAG:
        return read_flag(r, which, node, key);
    default:
        return read_number(r, which, node, key);
    }
}

static int check_keys(const struct reading *r, const struct toml_node *root)
{
    static char names[KEYS_MAX][KEY_MAX];
    const char *known[KEYS_MAX + 2] = {"version"};
    size_t count = 1;
    int64_t version = 1;
    for (size_t i = 0; i < settings_count && count < KEYS_MAX; i++) {
        if (!settings_table[i].in_file)
            continue;
        key_of(&settings_table[i], names[count]);
        known[count] = names[count];
        count++;
    }
    if (toml_known_keys(r->document, root, known, r->err) < 0)
        return -1;
    const struct toml_node *node = toml_get(root, "version");
    return node ? toml_integer(r->document, node, "version", 1, 1, &version, r->err) : 0;
}

static int read_all(const struct reading *r, const bool *given, struct settings *overridden)
{
    /* What an option overrides is still checked: it would stop the next start without that option. */
    const struct reading unused = {overridden, r->document, r->err};
    const struct toml_node *root = toml_root(r->document);
    if (check_keys(r, root) < 0)
        return -1;
    for (size_t i = 0; i < settings_count; i++) {
        char key[KEY_MAX];
        key_of(&settings_table[i], key);
        const struct toml_node *node = settings_table[i].in_file ? toml_get(root, key) : NULL;
        if (node && read_one(given && given[i] ? &unused : r, &settings_table[i], node) < 0)
            return -1;
    }
    return 0;
}

int settings_read_file(struct settings *s, const char *path, const bool *given, struct casemate_error *err)
{
    struct buffer text = {0};
    struct toml_document *document = NULL;
    struct settings overridden = {.private_fd = -1};
    int result = file_read(path, TOML_SIZE_MAX, &text, err);
    if (result == 0)
        result = toml_parse(buffer_text(&text), text.size, path, &document, err);
    if (result == 0)
        result = read_all(&(struct reading){s, document, err}, given, &overridden);
    settings_free(&overridden);
    toml_free(document);
    buffer_free(&text);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Casemate.toml, version 1 (docs/configuration.md), and Enarx.toml, which has no `version`. Keys that are not
 * known are errors: an ignored key is a setting that somebody relies on. */
#include <limits.h>
#include <stdio.h>

#include "../base/toml.h"
#include "package.h"

struct config {
    struct casemate_package *package;
    struct toml_document *document;
    const char *folder; /* what paths are relative to; with its slash, or empty */
    size_t folder_size;
    struct casemate_error *err;
};

static int args(struct config *c, const struct toml_node *node)
{
    if (toml_expect(c->document, node, "`args`", TOML_ARRAY, c->err) < 0)
        return -1;
    for (size_t i = 0; i < toml_count(node); i++) {
        const char *text;
        size_t size;
        if (toml_string(c->document, toml_item(node, i), "an item of `args`", &text, &size, c->err) < 0 ||
            casemate_package_add_argument(c->package, text, size, c->err) < 0)
            return -1;
    }
    return 0;
}

static int env(struct config *c, const struct toml_node *node)
{
    if (toml_expect(c->document, node, "`env`", TOML_TABLE, c->err) < 0)
        return -1;
    for (size_t i = 0; i < toml_count(node); i++) {
        struct toml_position position;
        const char *name = toml_key(node, i, &position), *text;
        size_t size;
        if (toml_string(c->document, toml_get(node, name), "a variable's value", &text, &size, c->err) < 0 ||
            casemate_package_set_variable(c->package, name, strlen(name), text, size, 0, c->err) < 0)
            return -1;
    }
    return 0;
}

static int memory(struct config *c, const struct toml_node *node)
{
    int64_t bytes;
    if (toml_integer(c->document, node, "`memory`", 65536, (int64_t)4 << 30, &bytes, c->err) < 0)
        return -1;
    return casemate_package_set_memory(c->package, (uint64_t)bytes, c->err);
}

static int is_public(struct config *c, const struct toml_node *node)
{
    bool value;
    if (toml_boolean(c->document, node, "`public`", &value, c->err) < 0)
        return -1;
    casemate_package_set_public(c->package, value);
    return 0;
}

/* ---- files ---- */

/* [[files]] source = "data", path = "/data", secret = false */
static int sent_file(struct config *c, const struct toml_node *node)
{
    static const char *const known[] = {"source", "path", "secret", NULL};
    const char *source, *path;
    size_t source_size, path_size;
    char full[PATH_MAX];
    bool secret = false;
    const struct toml_node *flag = toml_get(node, "secret");
    if (toml_known_keys(c->document, node, known, c->err) < 0)
        return -1;
    if (!toml_get(node, "source") || !toml_get(node, "path"))
        return toml_fail(c->document, node, c->err,
                         "an entry of `files` needs `source` and `path`, or `kind`");
    if (toml_string(c->document, toml_get(node, "source"), "`source`", &source, &source_size, c->err) < 0 ||
        toml_string(c->document, toml_get(node, "path"), "`path`", &path, &path_size, c->err) < 0 ||
        (flag && toml_boolean(c->document, flag, "`secret`", &secret, c->err) < 0))
        return -1;
    bool absolute = source[0] == '/';
    if ((size_t)snprintf(full, sizeof full, "%.*s%s", absolute ? 0 : (int)c->folder_size, c->folder,
                         source) >= sizeof full)
        return toml_fail(c->document, node, c->err, "the path `source` is too long");
    return casemate_package_add_path(c->package, full, strlen(full), path, path_size, secret, c->err);
}

/* Enarx' descriptors: the first three are the streams, in their order. */
static int descriptor(struct config *c, const struct toml_node *node, size_t index)
{
    static const char *const known[] = {"kind", "name", "prot", "addr", "port", "host", NULL};
    static const char *const streams[] = {"stdin", "stdout", "stderr"};
    const char *kind;
    size_t size;
    if (toml_known_keys(c->document, node, known, c->err) < 0 ||
        toml_string(c->document, toml_get(node, "kind"), "`kind`", &kind, &size, c->err) < 0)
        return -1;
    if (strcmp(kind, "listen") == 0 || strcmp(kind, "connect") == 0)
        return toml_fail(
            c->document, node, c->err,
            "kind \"%s\" is a network socket, and this version has none: remove the entry, or wait for the "
            "version that has them",
            kind);
    if (strcmp(kind, "null") == 0) {
        if (index != 0)
            return toml_fail(c->document, node, c->err,
                             "kind \"null\" can only be descriptor 0 in this version");
        c->package->no_input = true;
        return 0;
    }
    for (size_t i = 0; i < 3; i++)
        if (strcmp(kind, streams[i]) == 0)
            return i == index
                       ? 0
                       : toml_fail(c->document, node, c->err,
                                   "kind \"%s\" is entry %zu, but can only be descriptor %zu in this version",
                                   kind, index, i);
    return toml_fail(c->document, node, c->err,
                     "kind \"%s\" is none of stdin, stdout, stderr, null, listen, connect", kind);
}

/* What Enarx tells a program about its descriptors. */
static int tell_descriptors(struct config *c, size_t count)
{
    static const char *const names[] = {"stdin", "stdin:stdout", "stdin:stdout:stderr"};
    char number[2] = {(char)('0' + count), 0};
    if (count == 0)
        return 0;
    if (casemate_package_set_variable(c->package, "FD_COUNT", 8, number, 1, 0, c->err) < 0)
        return -1;
    return casemate_package_set_variable(c->package, "FD_NAMES", 8, names[count - 1],
                                         strlen(names[count - 1]), 0, c->err);
}

static int files(struct config *c, const struct toml_node *node)
{
    size_t descriptors = 0;
    if (toml_expect(c->document, node, "`files`", TOML_ARRAY, c->err) < 0)
        return -1;
    for (size_t i = 0; i < toml_count(node); i++) {
        const struct toml_node *item = toml_item(node, i);
        if (toml_expect(c->document, item, "an entry of `files`", TOML_TABLE, c->err) < 0)
            return -1;
        int result = toml_get(item, "kind") ? descriptor(c, item, descriptors++) : sent_file(c, item);
        if (result < 0)
            return -1;
    }
    return tell_descriptors(c, descriptors);
}

/* Enarx asks its steward for certificates; here there is none, and its address alone asks for nothing. */
static int steward(struct config *c, const struct toml_node *node)
{
    const char *text;
    size_t size;
    return toml_string(c->document, node, "`steward`", &text, &size, c->err);
}

static int version(struct config *c, const struct toml_node *node)
{
    int64_t value;
    return toml_integer(c->document, node, "`version`", 1, 1, &value, c->err);
}

/* ---- the whole ---- */

static const struct {
    const char *key;
    int (*read)(struct config *c, const struct toml_node *node);
    bool ours, theirs; /* in a file with `version`, without */
} keys[] = {
    {"version", version, true, false}, {"args", args, true, true},      {"env", env, true, true},
    {"files", files, true, true},      {"memory", memory, true, false}, {"public", is_public, true, false},
    {"steward", steward, false, true},
};

enum { KEY_COUNT = sizeof keys / sizeof keys[0] };

static int read_all(struct config *c)
{
    const struct toml_node *root = toml_root(c->document);
    bool ours = toml_get(root, "version") != NULL;
    const char *known[KEY_COUNT + 1];
    size_t count = 0;
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (ours ? keys[i].ours : keys[i].theirs)
            known[count++] = keys[i].key;
    known[count] = NULL;
    if (toml_known_keys(c->document, root, known, c->err) < 0)
        return ours ? -1 : casemate_next(c->err, "A Casemate.toml begins with version = 1.");
    for (size_t i = 0; i < KEY_COUNT; i++) {
        const struct toml_node *node = toml_get(root, keys[i].key);
        if (node && keys[i].read(c, node) < 0)
            return -1;
    }
    return 0;
}

int32_t casemate_package_configure(casemate_package *package, const char *text, size_t size, const char *name,
                                   size_t name_size, const char *folder, size_t folder_size,
                                   casemate_error *err)
{
    char shown[256];
    struct config c = {
        .package = package, .folder = folder_size ? folder : "", .folder_size = folder_size, .err = err};
    (void)snprintf(shown, sizeof shown, "%.*s", (int)(name_size < 255 ? name_size : 255),
                   name_size ? name : "");
    if (toml_parse(text, size, shown, &c.document, err) < 0)
        return -1;
    int result = read_all(&c);
    toml_free(c.document);
    return result;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Building the package. What the command line says comes after the configuration and wins. */
#include "workload.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "../base/file.h"
#include "parse.h"

enum { MODULE_MAX = 512 << 20, CONFIG_MAX = 1 << 20, ENV_FILE_MAX = 1 << 20 };

static int read_module(struct cli *cli, const char *path, casemate_package **package, int *code)
{
    struct buffer module = {0};
    const char *slash = strrchr(path, '/');
    const char *name = strcmp(path, "-") == 0 ? "main.wasm" : slash ? slash + 1 : path;
    int result = file_read(path, MODULE_MAX, &module, cli->error);
    if (result < 0 && casemate_error_is(cli->error, "E_NOT_FOUND", strlen("E_NOT_FOUND")))
        *code = EXIT_NOT_FOUND;
    if (result == 0)
        result = casemate_package_new(module.data, module.size, name, strlen(name), package, cli->error);
    buffer_free(&module);
    return result;
}

/* Paths in the configuration are relative to its own folder. */
static int read_config(struct cli *cli, const char *path, casemate_package *package)
{
    struct buffer text = {0};
    const char *slash = strrchr(path, '/');
    size_t folder = slash ? (size_t)(slash - path) + 1 : 0;
    int result = file_read(path, CONFIG_MAX, &text, cli->error);
    if (result == 0)
        result = casemate_package_configure(package, buffer_text(&text), text.size, path, strlen(path), path,
                                            folder, cli->error);
    buffer_free(&text);
    return result;
}

/* One variable; without a value that of this process, and nothing if it has none (docker does the same). */
static int set_variable(struct cli *cli, casemate_package *package, const char *name, size_t name_size,
                        const char *value, size_t value_size, bool secret)
{
    if (!value) {
        char copy[256];
        if (name_size >= sizeof copy)
            return cli_fail(cli, "E_USAGE", "The name of a variable is longer than 255 characters");
        memcpy(copy, name, name_size);
        copy[name_size] = 0;
        value = getenv(copy);
        if (!value && secret)
            return cli_fail(cli, "E_USAGE", "The secret variable %s is not set in this shell", copy);
        if (!value)
            return 0;
        value_size = strlen(value);
    }
    return casemate_package_set_variable(package, name, name_size, value, value_size, secret, cli->error);
}

static int read_env_file(struct cli *cli, casemate_package *package, const char *path)
{
    struct buffer text = {0};
    struct env_line line;
    int result = file_read(path, ENV_FILE_MAX, &text, cli->error);
    const char *rest = buffer_text(&text);
    size_t left = text.size;
    while (result == 0 && parse_env_line(&rest, &left, &line))
        result = set_variable(cli, package, line.name, line.name_size, line.value, line.value_size, false);
    buffer_wipe(&text);
    return result;
}

static int add_variables(struct cli *cli, casemate_package *package)
{
    const struct option_list *list = &cli->options.variables;
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i].value;
        const char *equals = strchr(text, '=');
        bool secret = strcmp(list->items[i].option, "secret-env") == 0;
        int result = strcmp(list->items[i].option, "env-file") == 0
                         ? read_env_file(cli, package, text)
                         : set_variable(cli, package, text, equals ? (size_t)(equals - text) : strlen(text),
                                        equals ? equals + 1 : NULL, equals ? strlen(equals + 1) : 0, secret);
        if (result < 0)
            return -1;
    }
    return 0;
}

static int add_files(struct cli *cli, casemate_package *package)
{
    const struct option_list *list = &cli->options.files;
    for (size_t i = 0; i < list->count; i++) {
        struct volume v;
        const char *option = list->items[i].option;
        if (!parse_volume(list->items[i].value, &v)) {
            (void)cli_fail(cli, "E_USAGE", "--%s wants HOST:GUEST with an absolute GUEST, not \"%s\"", option,
                           list->items[i].value);
            return cli_next(cli, "For example --%s ./data:/data; it is sent, not mounted.", option);
        }
        if (casemate_package_add_path(package, v.host, v.host_size, v.guest, v.guest_size,
                                      strcmp(option, "secret-file") == 0, cli->error) < 0)
            return -1;
    }
    return 0;
}

static int set_limits(struct cli *cli, casemate_package *package)
{
    uint64_t bytes;
    casemate_package_set_public(package, cli->options.is_public);
    if (!cli->options.memory)
        return 0;
    if (!parse_size(cli->options.memory, &bytes))
        return cli_fail(cli, "E_USAGE", "\"%s\" is no size: write 512m or 1g", cli->options.memory);
    return casemate_package_set_memory(package, bytes, cli->error);
}

static int set_launch(struct cli *cli, casemate_package *package)
{
    const struct option_list *list = &cli->options.features;
    const char *entry = cli->options.invoke;
    if (entry && casemate_package_set_entry(package, entry, strlen(entry), cli->error) < 0)
        return -1;
    for (size_t i = 0; i < list->count; i++) {
        const char *text = list->items[i].value, *equals = strchr(text, '=');
        bool on = equals && strcmp(equals + 1, "on") == 0;
        if (!equals || (!on && strcmp(equals + 1, "off") != 0))
            return cli_fail(cli, "E_USAGE", "--wasm-feature wants NAME=on or NAME=off, not \"%s\"", text);
        if (casemate_package_set_feature(package, text, (size_t)(equals - text), on, cli->error) < 0)
            return -1;
    }
    return 0;
}

static int fill(struct cli *cli, casemate_package *package)
{
    if (cli->options.config && read_config(cli, cli->options.config, package) < 0)
        return -1;
    if (add_variables(cli, package) < 0 || add_files(cli, package) < 0 || set_limits(cli, package) < 0 ||
        set_launch(cli, package) < 0)
        return -1;
    for (int i = 1; i < cli->argc; i++)
        if (casemate_package_add_argument(package, cli->argv[i], strlen(cli->argv[i]), cli->error) < 0)
            return -1;
    return casemate_package_check(package, cli->error);
}

int workload_read(struct cli *cli, casemate_package **package, int *code)
{
    *code = EXIT_OURS;
    if (cli_want_arguments(cli, 1, -1) < 0 || read_module(cli, cli->argv[0], package, code) < 0)
        return -1;
    if (fill(cli, *package) == 0)
        return 0;
    casemate_package_free(*package);
    *package = NULL;
    return -1;
}

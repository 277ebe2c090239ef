/* SPDX-License-Identifier: Apache-2.0 */
/* casemate collateral: fetch, show and import what stands beside evidence. */
#include "collateral.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../base/file.h"
#include "../base/paths.h"
#include "output.h"

enum { DEPTH_MAX = 4, FILES_MAX = 65536, FILE_SIZE_MAX = 4 << 20 };

int collateral_cache(struct cli *cli, char path[PATH_MAX])
{
    const char *given = cli->options.cache ? cli->options.cache : getenv("CASEMATE_COLLATERAL");
    if (!given || !given[0])
        return paths_cache("collateral", path, cli->error);
    if ((size_t)snprintf(path, PATH_MAX, "%s", given) >= PATH_MAX)
        return cli_usage(cli, "The path of the cache is too long");
    return 0;
}

struct walk {
    struct cli *cli;
    collateral_visit *visit;
    void *context;
    size_t top; /* size of the folder's own path, which names leave out */
    size_t files;
};

static int walk_file(struct walk *w, const char *path)
{
    struct buffer content = {0};
    casemate_collateral *set = NULL;
    const char *name = path + w->top;
    if (++w->files > FILES_MAX)
        return cli_fail(w->cli, "E_LIMIT", "More than %d files of collateral", FILES_MAX);
    int result = file_read(path, FILE_SIZE_MAX, &content, w->cli->error);
    if (result == 0)
        result = casemate_collateral_new(&set, w->cli->error);
    if (result == 0)
        result = casemate_collateral_add(set, name, strlen(name), content.data, content.size, w->cli->error);
    if (result == 0)
        result = w->visit(w->cli, w->context, name, set);
    casemate_collateral_free(set);
    buffer_free(&content);
    return result;
}

static int walk_folder(struct walk *w, const char *path, unsigned depth)
{
    struct buffer names = {0};
    size_t count = 0;
    int result = folder_list(path, &names, &count, w->cli->error);
    const char *name = buffer_text(&names);
    for (size_t i = 0; result == 0 && i < count; i++, name += strlen(name) + 1) {
        char inner[PATH_MAX];
        struct stat status;
        if ((size_t)snprintf(inner, sizeof inner, "%s/%s", path, name) >= sizeof inner ||
            stat(inner, &status) < 0)
            result = cli_fail(w->cli, "E_IO", "Cannot look at %s in %s", name, path);
        else if (S_ISREG(status.st_mode))
            result = walk_file(w, inner);
        else if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX)
            result = walk_folder(w, inner, depth + 1);
    }
    buffer_free(&names);
    return result;
}

int collateral_walk(struct cli *cli, const char *path, collateral_visit *visit, void *context)
{
    struct walk w = {.cli = cli, .visit = visit, .context = context};
    struct stat status;
    const char *slash = strrchr(path, '/');
    if (strcmp(path, "-") == 0)
        return walk_file(&w, path);
    if (stat(path, &status) < 0)
        return cli_fail(cli, "E_NOT_FOUND", "There is no %s", path);
    w.top = S_ISDIR(status.st_mode) ? strlen(path) + 1 : slash ? (size_t)(slash - path) + 1 : 0;
    return S_ISDIR(status.st_mode) ? walk_folder(&w, path, 0) : walk_file(&w, path);
}

/* ---- import ---- */

struct import {
    char cache[PATH_MAX];
    json_t *files, *strangers;
};

static void say(struct cli *cli, struct import *im, const char *name, const char *file, bool kept)
{
    if (cli->options.json)
        (void)json_array_append_new(
            im->files, json_pack("{s:s, s:s, s:b}", "from", name, "file", file, "written", kept));
    else
        printf("%-9s %s\n", kept ? "imported" : "had", file);
}

/* A name comes from whoever made the folder. */
static void say_stranger(struct cli *cli, json_t *strangers, const char *name, const char *why)
{
    if (cli->options.json) {
        json_t *text = json_string(name);
        (void)json_array_append_new(
            strangers, json_pack("{s:o, s:s}", "file", text ? text : json_string("?"), "why", why));
        return;
    }
    fputs("stranger  ", stdout);
    output_safe(stdout, name, strlen(name));
    printf(": %s\n", why);
}

static int import_set(struct cli *cli, void *context, const char *name, const casemate_collateral *set)
{
    struct import *im = context;
    const char *from, *why;
    for (size_t i = 0; i < casemate_collateral_count(set); i++) {
        char file[CASEMATE_CACHE_FILE_SIZE];
        int32_t kept = 0;
        if (casemate_cache_keep(im->cache, strlen(im->cache), set, i, file, &kept, cli->error) == 0)
            say(cli, im, name, file, kept == 1);
        else if (casemate_error_is(cli->error, "E_NOT_FOUND", 11))
            say_stranger(cli, im->strangers, name, "of no vendor that publishes collateral");
        else
            return -1;
    }
    for (size_t i = 0; casemate_collateral_stranger_at(set, i, &from, &why) == 0; i++)
        say_stranger(cli, im->strangers, name, why);
    return 0;
}

int collateral_import(struct cli *cli)
{
    struct import im = {.files = json_array(), .strangers = json_array()};
    int result = collateral_cache(cli, im.cache);
    for (int i = 1; result == 0 && i < cli->argc; i++)
        result = collateral_walk(cli, cli->argv[i], import_set, &im);
    if (result == 0 && cli->options.json)
        output_json(stdout, json_pack("{s:s, s:O, s:O}", "folder", im.cache, "files", im.files, "strangers",
                                      im.strangers));
    json_decref(im.files);
    json_decref(im.strangers);
    return result;
}

/* ---- the verb ---- */

int verb_collateral(struct cli *cli)
{
    static const struct {
        const char *name;
        int least, most; /* arguments behind it */
        int (*run)(struct cli *cli);
    } parts[] = {{"fetch", 0, INT_MAX, collateral_fetch},
                 {"show", 0, 1, collateral_show},
                 {"import", 1, INT_MAX, collateral_import}};
    for (size_t i = 0; cli->argc > 0 && i < sizeof parts / sizeof *parts; i++)
        if (strcmp(cli->argv[0], parts[i].name) == 0) {
            const int behind = cli->argc - 1;
            if (behind < parts[i].least || behind > parts[i].most)
                break;
            return parts[i].run(cli);
        }
    return cli_usage(cli, "collateral wants fetch [EVIDENCE...], show [DIR], or import DIR|FILE...");
}

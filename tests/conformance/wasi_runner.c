/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the preview 1 programs of a checkout of the official WASI test suite (built form: a .wasm with a .json
 * manifest beside it) with the Keep's engine and WASI. Usage: wasi-runner FOLDER. Last line: "wasi: N passed,
 * N failed". */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../support/wasi_folder.h"
#include "../support/wasi_run.h"

enum { PATH_SIZE = 4096, LIST_MAX = 64 };

static unsigned passed, failed;

static uint64_t now(void *context)
{
    struct timespec time;
    (void)context;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static struct span text(const char *s)
{
    return span_of(s, strlen(s));
}

struct program {
    char path[PATH_SIZE], folder[PATH_SIZE], name[256];
    json_t *manifest;
    struct span args[LIST_MAX], env[LIST_MAX];
    char env_text[LIST_MAX][512];
};

static void read_lists(struct program *p, struct wasi_run *run)
{
    size_t i;
    json_t *value;
    const char *key;
    p->args[run->arg_count++] = text(p->name);
    json_array_foreach(json_object_get(p->manifest, "args"), i, value)
    {
        if (run->arg_count < LIST_MAX)
            p->args[run->arg_count++] = text(json_string_value(value));
    }
    json_object_foreach(json_object_get(p->manifest, "env"), key, value)
    {
        if (run->env_count < LIST_MAX) {
            (void)snprintf(p->env_text[run->env_count], sizeof *p->env_text, "%s=%s", key,
                           json_string_value(value));
            p->env[run->env_count] = text(p->env_text[run->env_count]);
            run->env_count++;
        }
    }
    run->args = p->args;
    run->env = p->env;
}

static bool as_expected(const struct program *p, const struct wasi_run *run, char *why, size_t why_size)
{
    json_int_t code = json_integer_value(json_object_get(p->manifest, "exit_code"));
    const char *out = json_string_value(json_object_get(p->manifest, "stdout"));
    if (!run->exited) {
        (void)snprintf(why, why_size, "%s", run->message);
        return false;
    }
    if (run->exit_code != (uint32_t)code) {
        (void)snprintf(why, why_size, "exit code %u, expected %lld", run->exit_code, (long long)code);
        return false;
    }
    if (out &&
        (run->output_size[0] != strlen(out) || memcmp(run->output[0], out, run->output_size[0]) != 0)) {
        (void)snprintf(why, why_size, "stdout differs");
        return false;
    }
    return true;
}

static void run_program(struct program *p)
{
    struct files_limits limits = {UINT64_C(256) << 20, 65536};
    struct wasi_run run = {.input = SPAN_LITERAL("some input\n"), .poll_limit = 100000};
    size_t size = 0;
    uint8_t *module = wasi_read_file(p->path, &size);
    if (!module || files_new(&limits, now, NULL, &run.files) != 0) {
        (void)printf("FAIL %s: cannot be read\n", p->path);
        failed++;
        free(module);
        return;
    }
    run.module = span_of(module, size);
    read_lists(p, &run);
    const char *root = json_string_value(json_object_get(p->manifest, "root"));
    run.has_root = root != NULL;
    if (root) {
        char folder[2 * PATH_SIZE];
        (void)snprintf(folder, sizeof folder, "%s/%s", p->folder, root);
        wasi_load_folder(run.files, folder, "");
    }
    wasi_run(&run);
    char why[300] = "";
    if (as_expected(p, &run, why, sizeof why)) {
        passed++;
    } else {
        failed++;
        (void)printf("FAIL %s: %s\n%s", p->name, why, run.output[1] ? (const char *)run.output[1] : "");
    }
    wasi_run_free(&run);
    files_free(run.files);
    free(module);
}

static void walk(const char *folder)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory));) {
        char path[PATH_SIZE];
        struct stat stat_;
        size_t length = strlen(entry->d_name);
        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (lstat(path, &stat_) != 0)
            continue;
        if (S_ISDIR(stat_.st_mode) && !strstr(entry->d_name, "wasip3"))
            walk(path);
        if (length < 5 || strcmp(entry->d_name + length - 5, ".wasm") != 0)
            continue;
        struct program *p = calloc(1, sizeof *p);
        (void)snprintf(p->path, sizeof p->path, "%s", path);
        (void)snprintf(p->folder, sizeof p->folder, "%s", folder);
        (void)snprintf(p->name, sizeof p->name, "%s", entry->d_name);
        (void)snprintf(path + strlen(path) - 5, 6, ".json");
        p->manifest =
            json_load_file(path, 0, NULL); /* a program without one takes no arguments and exits 0 */
        run_program(p);
        json_decref(p->manifest);
        free(p);
    }
    (void)closedir(directory);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    walk(argv[1]);
    (void)printf("wasi: %u passed, %u failed\n", passed, failed);
    return failed || !passed;
}

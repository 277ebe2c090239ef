/* SPDX-License-Identifier: Apache-2.0 */
/* Runs one of the verifier's unit tests that was compiled to wasm32-wasi, with the Keep's engine and WASI:
 * wasm_vectors PROGRAM.wasm [TEST...]. What the tests read is copied in: the corpus of the fuzzers, the
 * shared evidence and those in Debian's go-sev-guest and go-tdx-guest, where they are. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "../support/wasi_folder.h"
#include "../support/wasi_run.h"

enum { PATH_SIZE = 4096, ENV_SIZE = 8192, MEBIBYTE = 1 << 20 };

static uint64_t now(void *context)
{
    struct timespec time;
    (void)context;
    (void)clock_gettime(CLOCK_REALTIME, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/* Below the folder that an environment variable names (or `otherwise`, if that has none), one folder of it.
 */
static void load(struct files *files, const char *variable, const char *otherwise, const char *folder,
                 const char *guest)
{
    char host[PATH_SIZE];
    struct stat s;
    const char *base = getenv(variable);
    (void)snprintf(host, sizeof host, "%s/%s", base ? base : otherwise, folder);
    if (stat(host, &s) == 0 && S_ISDIR(s.st_mode))
        wasi_load_folder(files, host, guest);
}

/* The folders above one must be there before it. */
static int load_all(struct files *files)
{
    static const char *const parents[] = {"/source", "/source/fuzz", "/source/tests", "/source/tests/golden",
                                          "/shared", "/shared/data", "/sev",          "/tdx"};
    char shared[PATH_SIZE];
    const char *source = getenv("CASEMATE_SOURCE");
    struct file_node *node;
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        if (files_place_directory(files, span_of(parents[i], strlen(parents[i])), &node) != 0)
            return -1;
    (void)snprintf(shared, sizeof shared, "%s/../shared", source ? source : ".");
    load(files, "CASEMATE_SOURCE", ".", "fuzz/corpus", "/source/fuzz/corpus");
    load(files, "CASEMATE_SOURCE", ".", "tests/golden/claims", "/source/tests/golden/claims");
    load(files, "CASEMATE_SHARED", shared, "data/evidence", "/shared/data/evidence");
    load(files, "CASEMATE_GO_SEV_GUEST", "/nonexistent", "usr", "/sev/usr");
    load(files, "CASEMATE_GO_TDX_GUEST", "/nonexistent", "usr", "/tdx/usr");
    return 0;
}

/* "CASEMATE_WASM_TESTS=a b c", unless none was named or the long run is wanted. */
static bool wanted(char **names, int count, char text[ENV_SIZE])
{
    size_t size = (size_t)snprintf(text, ENV_SIZE, "CASEMATE_WASM_TESTS=");
    for (int i = 0; i < count && size < ENV_SIZE; i++)
        size += (size_t)snprintf(text + size, ENV_SIZE - size, "%s%s", i ? " " : "", names[i]);
    return count > 0 && !getenv("CASEMATE_SOAK");
}

static int run_program(struct wasi_run *run)
{
    wasi_run(run);
    if (run->output[0])
        (void)fwrite(run->output[0], 1, run->output_size[0], stdout);
    if (run->output[1])
        (void)fwrite(run->output[1], 1, run->output_size[1], stderr);
    if (!run->exited)
        (void)printf("not ok - the program ended by itself # %s\n", run->message);
    return run->exited && run->exit_code == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static char tests[ENV_SIZE];
    static const struct span args[] = {SPAN_LITERAL("vectors")};
    struct span env[] = {SPAN_LITERAL("CASEMATE_SOURCE=/source"),
                         SPAN_LITERAL("CASEMATE_SHARED=/shared"),
                         SPAN_LITERAL("CASEMATE_GO_SEV_GUEST=/sev"),
                         SPAN_LITERAL("CASEMATE_GO_TDX_GUEST=/tdx"),
                         {NULL, 0}};
    struct files_limits limits = {(uint64_t)256 * MEBIBYTE, 65536};
    struct wasi_run run = {.args = args, .arg_count = 1, .env = env, .env_count = 4, .has_root = true};
    size_t size = 0;
    uint8_t *module = argc > 1 ? wasi_read_file(argv[1], &size) : NULL;
    if (!module || files_new(&limits, now, NULL, &run.files) != 0 || load_all(run.files) != 0) {
        (void)fprintf(stderr, "usage: %s PROGRAM.wasm [TEST...]; it must be readable\n", argv[0]);
        free(module);
        return 2;
    }
    if (wanted(argv + 2, argc - 2, tests))
        env[run.env_count++] = span_of(tests, strlen(tests));
    run.module = span_of(module, size);
    int result = run_program(&run);
    wasi_run_free(&run);
    files_free(run.files);
    free(module);
    return result;
}

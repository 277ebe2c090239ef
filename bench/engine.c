/* SPDX-License-Identifier: Apache-2.0 */
/* engine.c: runs a WASI program with the Keep's engine and WASI in a plain process, without a TEE around it:
 * what the engine alone takes. Usage: engine [--times | --validate COUNT] MODULE [ARGUMENT ...]. --times
 * reports on stderr when validation, instantiation, first output and the program were done; --validate
 * decodes COUNT times and runs nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../src/keep/wasi/wasi.h"
#include "../tests/support/host_memory.h"

enum { ARGUMENTS_MAX = 64, FUEL_PER_POLL = 1000000 };

static struct {
    bool times;
    uint64_t start;
    bool has_output;
} state;

static uint64_t clock_now(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void report(const char *what)
{
    if (state.times)
        (void)fprintf(stderr, "%-14s %9.3f ms\n", what,
                      (double)(clock_now(CLOCK_MONOTONIC) - state.start) * 1e-6);
}

static int output(void *context, unsigned stream, struct span bytes)
{
    (void)context;
    if (!state.has_output)
        report("first output");
    state.has_output = true;
    while (bytes.size > 0) {
        ssize_t written = write((int)stream, bytes.data, bytes.size);
        if (written < 0 && errno != EINTR)
            return KEEP_ECLOSED;
        if (written > 0) {
            bytes.data += written;
            bytes.size -= (size_t)written;
        }
    }
    return 0;
}

static int input(void *context, uint8_t *bytes, size_t capacity, size_t *size)
{
    (void)context;
    ssize_t got = read(0, bytes, capacity);
    *size = got > 0 ? (size_t)got : 0;
    return 0;
}

static size_t input_available(void *context, bool *end)
{
    (void)context;
    *end = true;
    return 0;
}

static int wait_until(void *context, uint64_t deadline, bool for_input)
{
    (void)context;
    (void)for_input;
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (deadline == UINT64_MAX)
        return KEEP_ECLOSED;
    if (deadline > now)
        (void)usleep((useconds_t)((deadline - now) / 1000));
    return 0;
}

static int random_bytes(void *context, uint8_t *bytes, size_t size)
{
    (void)context;
    for (size_t done = 0; done < size;) {
        ssize_t got = getrandom(bytes + done, size - done, 0);
        if (got < 0 && errno != EINTR)
            return KEEP_EENTROPY;
        if (got > 0)
            done += (size_t)got;
    }
    return 0;
}

static uint64_t monotonic(void *context)
{
    (void)context;
    return clock_now(CLOCK_MONOTONIC);
}

static uint64_t realtime(void *context)
{
    (void)context;
    return clock_now(CLOCK_REALTIME);
}

static int never_stop(void *context)
{
    (void)context;
    return 0;
}

static struct span map_file(const char *path)
{
    struct stat status;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0) {
        (void)fprintf(stderr, "engine: %s: cannot be read\n", path);
        exit(2);
    }
    void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    (void)close(file);
    if (bytes == MAP_FAILED) {
        (void)fprintf(stderr, "engine: %s: cannot be mapped\n", path);
        exit(2);
    }
    return span_of(bytes, (size_t)status.st_size);
}

static struct wasm_module *decode(const struct wasm_config *config, struct span bytes)
{
    struct wasm_module *module;
    struct wasm_error error = {0};
    if (wasm_module_decode(config, bytes.data, bytes.size, &module, &error) == 0)
        return module;
    (void)fprintf(stderr, "engine: %s at offset %llu: %s\n", error.section ? error.section : "module",
                  (unsigned long long)error.offset, error.message);
    exit(2);
}

/* Decodes and validates `count` times; the best of them is what nothing else disturbed. */
static int validate(const struct wasm_config *config, struct span bytes, unsigned long count)
{
    uint64_t best = UINT64_MAX;
    for (unsigned long i = 0; i < count; i++) {
        uint64_t start = clock_now(CLOCK_MONOTONIC);
        wasm_module_destroy(decode(config, bytes));
        uint64_t took = clock_now(CLOCK_MONOTONIC) - start;
        if (took < best)
            best = took;
    }
    printf("validated in %.3f ms: %.1f MB/s of the module\n", (double)best * 1e-6,
           (double)bytes.size * 1e3 / (double)best);
    return 0;
}

static int run(const struct wasm_config *config, struct span bytes, struct wasi *wasi)
{
    struct wasm_store *store;
    struct wasm_instance *instance;
    struct wasm_error error = {0};
    struct wasm_extern start;
    struct wasm_module *module = decode(config, bytes);
    report("validated");
    if (wasm_store_new(config, &store) != 0)
        return 2;
    wasi_bind(wasi, store);
    wasm_store_set_poll(store, never_stop, NULL, FUEL_PER_POLL);
    int result = wasm_instance_new(store, module, wasi_resolve, wasi, &instance, &error);
    report("instantiated");
    if (result < 0) {
        (void)fprintf(stderr, "engine: %s\n", error.message);
        return 2;
    }
    if (result == 0 && wasm_instance_export(instance, wasm_name_of("_start"), &start) &&
        start.kind == WASM_EXTERN_FUNCTION)
        result = wasm_function_call(start.function, NULL, NULL);
    report("ended");
    uint32_t code = 0;
    if (result == WASI_TRAP_EXIT)
        (void)wasi_exit_code(wasi, &code);
    else if (result != 0)
        (void)fprintf(stderr, "engine: trap: %s\n", wasm_trap_message(result));
    wasm_store_destroy(store);
    wasm_module_destroy(module);
    return result == 0 || result == WASI_TRAP_EXIT ? (int)code : 134;
}

int main(int argc, char **argv)
{
    state.start = clock_now(CLOCK_MONOTONIC);
    unsigned long validations = 0;
    int at = 1;
    if (at < argc && strcmp(argv[at], "--times") == 0) {
        state.times = true;
        at++;
    } else if (at + 1 < argc && strcmp(argv[at], "--validate") == 0) {
        validations = strtoul(argv[at + 1], NULL, 10);
        at += 2;
    }
    if (at >= argc || argc - at > ARGUMENTS_MAX) {
        (void)fprintf(stderr, "usage: engine [--times | --validate COUNT] MODULE [ARGUMENT ...]\n");
        return 2;
    }
    struct span bytes = map_file(argv[at]);
    struct host_memory memory = {.fail_after = -1};
    struct wasm_memory_ops ops = host_memory_ops(&memory);
    struct wasm_config config;
    wasm_config_default(&config, &ops);
    if (validations > 0)
        return validate(&config, bytes, validations);
    struct span args[ARGUMENTS_MAX];
    for (int i = at; i < argc; i++)
        args[i - at] = span_of(argv[i], strlen(argv[i]));
    struct files *files = NULL;
    static const struct span root = {(const uint8_t *)"/", 1};
    struct wasi_host host = {NULL,         output,    input,    input_available, wait_until,
                             random_bytes, monotonic, realtime, never_stop};
    struct wasi_config wasi_config = {.args = args, .arg_count = (size_t)(argc - at), .preopens = &root};
    struct wasi *wasi;
    const struct files_limits limits = {UINT64_C(256) << 20, 65536};
    if (files_new(&limits, realtime, NULL, &files) != 0)
        return 2;
    wasi_config.files = files;
    wasi_config.preopen_count = 1;
    if (wasi_new(&wasi_config, &host, &wasi) != 0)
        return 2;
    int code = run(&config, bytes, wasi);
    wasi_free(wasi);
    files_free(files);
    return code;
}

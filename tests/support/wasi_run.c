/* SPDX-License-Identifier: Apache-2.0 */
/* A WASI program in a hosted process, with stdio in memory. */
#include "wasi_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "host_memory.h"

struct state {
    struct wasi_run *run;
    size_t input_at;
    uint64_t polls;
};

static int output(void *context, unsigned stream, struct span bytes)
{
    struct wasi_run *run = ((struct state *)context)->run;
    unsigned i = stream - 1;
    run->output[i] = realloc(run->output[i], run->output_size[i] + bytes.size + 1);
    memcpy(run->output[i] + run->output_size[i], bytes.data, bytes.size);
    run->output_size[i] += bytes.size;
    run->output[i][run->output_size[i]] = 0;
    return 0;
}

static int input(void *context, uint8_t *bytes, size_t capacity, size_t *size)
{
    struct state *state = context;
    size_t left = state->run->input.size - state->input_at;
    *size = left < capacity ? left : capacity;
    if (*size)
        memcpy(bytes, state->run->input.data + state->input_at, *size);
    state->input_at += *size;
    return 0;
}

static size_t input_available(void *context, bool *end)
{
    struct state *state = context;
    *end = state->input_at == state->run->input.size;
    return state->run->input.size - state->input_at;
}

static uint64_t clock_now(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
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

static int poll_run(void *context)
{
    struct state *state = context;
    return state->run->poll_limit && ++state->polls > state->run->poll_limit ? KEEP_ECLOSED : 0;
}

static int wait_until(void *context, uint64_t deadline, bool for_input)
{
    (void)for_input; /* all input is there from the start */
    if (deadline == UINT64_MAX)
        return KEEP_ECLOSED;
    uint64_t now = clock_now(CLOCK_MONOTONIC);
    if (deadline > now) {
        uint64_t left = deadline - now;
        struct timespec pause = {.tv_sec = (time_t)(left / 1000000000u),
                                 .tv_nsec = (long)(left % 1000000000u)};
        (void)nanosleep(&pause, NULL);
    }
    return poll_run(context);
}

static int random_bytes(void *context, uint8_t *bytes, size_t size)
{
    (void)context;
    while (size) {
        ssize_t got = getrandom(bytes, size, 0);
        if (got < 0 && errno != EINTR)
            return KEEP_EENTROPY;
        if (got > 0) {
            bytes += got;
            size -= (size_t)got;
        }
    }
    return 0;
}

static int engine_poll(void *context)
{
    return poll_run(context) ? WASI_TRAP_STOPPED : 0;
}

static void finish(struct wasi_run *run, const struct wasi *wasi, int result)
{
    if (result == WASI_TRAP_EXIT) {
        run->exited = wasi_exit_code(wasi, &run->exit_code);
    } else if (result == 0) {
        run->exited = true;
    } else {
        run->trap = result;
        (void)snprintf(run->message, sizeof run->message, "%s", wasm_trap_message(result));
    }
}

static void call_start(struct wasi_run *run, struct wasi *wasi, struct wasm_store *store,
                       struct wasm_module *module)
{
    struct wasm_instance *instance;
    struct wasm_error error = {0};
    int result = wasm_instance_new(store, module, wasi_resolve, wasi, &instance, &error);
    if (result < 0) {
        run->trap = result;
        (void)snprintf(run->message, sizeof run->message, "%s", error.message);
        return;
    }
    if (result > 0) {
        finish(run, wasi, result);
        return;
    }
    struct wasm_extern start;
    if (!wasm_instance_export(instance, wasm_name_of("_start"), &start) ||
        start.kind != WASM_EXTERN_FUNCTION) {
        run->trap = WASM_EARGUMENT;
        (void)snprintf(run->message, sizeof run->message, "no exported function _start");
        return;
    }
    finish(run, wasi, wasm_function_call(start.function, NULL, NULL));
}

void wasi_run(struct wasi_run *run)
{
    struct host_memory memory = {.fail_after = -1};
    struct wasm_memory_ops ops = host_memory_ops(&memory);
    struct wasm_config config;
    wasm_config_default(&config, &ops);
    struct state state = {.run = run};
    static const struct span root = {(const uint8_t *)"/", 1};
    struct wasi_host host = {&state,       output,    input,    input_available, wait_until,
                             random_bytes, monotonic, realtime, poll_run};
    struct wasi_config wasi_config = {.args = run->args,
                                      .arg_count = run->arg_count,
                                      .env = run->env,
                                      .env_count = run->env_count,
                                      .files = run->files,
                                      .preopens = &root,
                                      .preopen_count = run->has_root ? 1 : 0};
    struct wasm_module *module = NULL;
    struct wasm_store *store = NULL;
    struct wasi *wasi = NULL;
    struct wasm_error error = {0};
    run->trap = wasm_module_decode(&config, run->module.data, run->module.size, &module, &error);
    if (run->trap) {
        (void)snprintf(run->message, sizeof run->message, "%s at offset %llu: %s",
                       error.section ? error.section : "module", (unsigned long long)error.offset,
                       error.message);
        return;
    }
    if (wasi_new(&wasi_config, &host, &wasi) == 0 && wasm_store_new(&config, &store) == 0) {
        wasi_bind(wasi, store);
        wasm_store_set_poll(store, engine_poll, &state, 1000000);
        call_start(run, wasi, store, module);
        wasm_store_destroy(store);
    } else {
        run->trap = WASM_EMEMORY;
    }
    wasi_free(wasi);
    wasm_module_destroy(module);
}

void wasi_run_free(struct wasi_run *run)
{
    free(run->output[0]);
    free(run->output[1]);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The run: validate, instantiate, call `_start`, write the exit record. */
#include "program.h"

#include <stdlib.h>

#include "../keep.h"
#include "../libc/budget.h"
#include "../session/session.h"
#include "../wasi/wasi.h"
#include "engine_memory.h"
#include "entry.h"
#include "strings.h"
#include "text.h"
#include "validate.h"

/* What stops the engine from outside: a `stop`, or the end of the Keep. */
enum { TRAP_STOPPED = WASM_TRAP_HOST + 0x100 };

struct run {
    struct keep *keep;
    int fatal; /* the error that ends the Keep */
    struct text text;
    struct exit_record *exit;
    struct strings strings;
    struct wasi *wasi;
    struct wasm_config config;
    struct wasm_module *module;
    struct wasm_store *store;
};

int program_prepare(struct program *p, const uint8_t run[RUN_ID_SIZE], bool stdin_open)
{
    int error = output_open(&p->output);
    if (!error)
        error = input_open(&p->input, stdin_open);
    if (error) {
        output_free(&p->output);
        return error;
    }
    memcpy(p->run, run, RUN_ID_SIZE);
    return 0;
}

void program_free(struct program *p)
{
    output_free(&p->output);
    input_free(&p->input);
    outbox_free(&p->outbox);
    *p = (struct program){.started = false};
}

/* ---- safe points: the Keep's own work between two steps of the program ---- */

/* 0, or KEEP_ECLOSED: the program has to end. */
static int serve(struct run *r, int (*how)(struct keep *keep, uint64_t deadline), uint64_t deadline)
{
    bool reserve = budget_use_reserve(true);
    int error = how(r->keep, deadline);
    (void)budget_use_reserve(reserve);
    if (error && !r->fatal)
        r->fatal = error;
    return r->fatal || r->keep->program.stopping ? KEEP_ECLOSED : 0;
}

static int poll_once(struct keep *keep, uint64_t deadline)
{
    (void)deadline;
    return keep_poll(keep);
}

static int on_poll(void *context)
{
    return serve(context, poll_once, 0) ? TRAP_STOPPED : 0;
}

/* ---- what WASI asks of the Keep ---- */

static int host_output(void *context, unsigned stream, struct span bytes)
{
    struct run *r = context;
    struct program *p = &r->keep->program;
    unsigned index = stream - 1;
    while (bytes.size > 0) {
        size_t took = output_write(&p->output, index, sessions_held(r->keep, index),
                                   keep_realtime(r->keep) / 1000000, bytes);
        bytes = span_of(bytes.data + took, bytes.size - took);
        int error = bytes.size == 0 ? 0 : serve(r, took > 0 ? poll_once : keep_wait, UINT64_MAX);
        if (error)
            return error;
    }
    return 0;
}

static int host_input(void *context, uint8_t *bytes, size_t capacity, size_t *size)
{
    struct run *r = context;
    struct input *i = &r->keep->program.input;
    *size = ring_read(&i->ring, bytes, capacity);
    return *size == 0 && capacity > 0 && !i->end ? KEEP_EAGAIN : 0;
}

static size_t host_input_available(void *context, bool *end)
{
    const struct run *r = context;
    const struct input *i = &r->keep->program.input;
    size_t size = ring_used(&i->ring);
    *end = i->end && size == 0;
    return size;
}

static int host_wait(void *context, uint64_t deadline, bool for_input)
{
    struct run *r = context;
    int error = serve(r, poll_once, 0);
    bool end;
    while (!error && shim_time() < deadline) {
        if (for_input && (host_input_available(r, &end) > 0 || end))
            return 0;
        error = serve(r, keep_wait, deadline);
    }
    return error;
}

/* memory.atomic.wait. */
static int on_atomic_wait(void *context, uint64_t nanoseconds)
{
    uint64_t deadline;
    if (__builtin_add_overflow(shim_time(), nanoseconds, &deadline))
        deadline = UINT64_MAX;
    return host_wait(context, deadline, false) ? TRAP_STOPPED : 0;
}

static int host_random(void *context, uint8_t *bytes, size_t size)
{
    (void)context;
    return shim_random(bytes, size);
}

static uint64_t host_monotonic(void *context)
{
    (void)context;
    return shim_time();
}

static uint64_t host_realtime(void *context)
{
    const struct run *r = context;
    return keep_realtime(r->keep);
}

static int host_poll(void *context)
{
    return serve(context, poll_once, 0);
}

/* ---- the exit record ---- */

static void record(struct run *r, enum exit_kind kind, uint32_t code)
{
    r->exit->kind = kind;
    r->exit->code = code;
}

static void failed(struct run *r, const char *what)
{
    record(r, EXIT_FAILED, EXIT_CODE_FAILED);
    text_add_literal(&r->text, what);
}

/* A module that cannot run: what was expected and found, and where. */
static void refused(struct run *r, const struct wasm_error *error)
{
    bool ours = error->code == WASM_EMEMORY;
    record(r, ours ? EXIT_FAILED : EXIT_INVALID, ours ? EXIT_CODE_FAILED : EXIT_CODE_INVALID);
    validate_explain(error, &r->text);
}

static void trapped(struct run *r, int trap)
{
    const struct wasm_trap_record *t = wasm_store_trap(r->store);
    record(r, EXIT_TRAP, EXIT_CODE_TRAP);
    text_add_literal(&r->text, wasm_trap_message(trap));
    for (uint32_t i = 0; t && i < t->frame_count && i < WASM_TRAP_FRAMES; i++) {
        const struct wasm_trap_frame *f = &t->frames[i];
        text_add_literal(&r->text, "\n  at ");
        if (f->name.size > 0)
            text_add(&r->text, span_of(f->name.bytes, f->name.size));
        else
            text_add_literal(&r->text, "function");
        if (f->function_index != WASM_NO_INDEX) {
            text_add_literal(&r->text, " [");
            text_add_number(&r->text, f->function_index);
            text_add_literal(&r->text, "] byte ");
            text_add_number(&r->text, f->offset);
        }
    }
}

/* How code of the program ended: `result` is what the engine answered. */
static void ended(struct run *r, int result)
{
    uint32_t code = 0;
    if (r->keep->program.stopping || r->fatal)
        record(r, EXIT_STOPPED, EXIT_CODE_STOPPED);
    else if (r->wasi && wasi_exit_code(r->wasi, &code))
        record(r, EXIT_EXIT, code);
    else if (result == 0)
        record(r, EXIT_EXIT, 0);
    else if (result > 0 && result < WASM_TRAP_HOST)
        trapped(r, result);
    else
        failed(r, "the program could not go on");
}

/* ---- the steps, each of which may be the last ---- */

/* Most of it was done while the module arrived. */
static bool validate(struct run *r)
{
    const struct validation *v = &r->keep->workload.validation;
    int result = validate_finish(r->keep, &r->module);
    if (v->fatal && !r->fatal)
        r->fatal = v->fatal;
    if (result == WASM_ESTOPPED)
        ended(r, result);
    else if (result == WASM_EMEMORY)
        failed(r, "no memory to validate the module");
    else if (result != 0)
        refused(r, &v->error);
    return result == 0;
}

static bool wasi_make(struct run *r)
{
    const struct workload *w = &r->keep->workload;
    const struct wasi_host host = {
        .context = r,
        .output = host_output,
        .input = host_input,
        .input_available = host_input_available,
        .wait = host_wait,
        .random = host_random,
        .monotonic = host_monotonic,
        .realtime = host_realtime,
        .poll = host_poll,
    };
    uint64_t floor;
    if (__builtin_mul_overflow(w->deploy.time_floor, (uint64_t)1000000000, &floor))
        floor = UINT64_MAX;
    static const struct span root = {(const uint8_t *)"/", 1};
    const struct wasi_config config = {
        .args = r->strings.args,
        .arg_count = r->strings.arg_count,
        .env = r->strings.env,
        .env_count = r->strings.env_count,
        .files = w->files,
        .time_floor = floor,
        .preopens = &root,
        .preopen_count = 1,
    };
    if (wasi_new(&config, &host, &r->wasi) == 0)
        return true;
    failed(r, "no memory for arguments and environment");
    return false;
}

static struct wasm_instance *instantiate(struct run *r)
{
    struct wasm_instance *instance = NULL;
    struct wasm_error error = {.code = 0};
    if (wasm_store_new(&r->config, &r->store) != 0) {
        failed(r, "no memory for the program's stack");
        return NULL;
    }
    wasm_store_set_poll(r->store, on_poll, r, PROGRAM_FUEL_PER_POLL);
    wasm_store_set_wait(r->store, on_atomic_wait, r);
    wasi_bind(r->wasi, r->store);
    int result = wasm_instance_new(r->store, r->module, wasi_resolve, r->wasi, &instance, &error);
    if (result == 0)
        return instance;
    if (result < 0)
        refused(r, &error);
    else
        ended(r, result);
    return NULL;
}

/* The module has not what the run asks for: `what` is not there, or not of the type it must have. */
static void unfit(struct run *r, const char *what)
{
    record(r, EXIT_INVALID, EXIT_CODE_INVALID);
    text_add_literal(&r->text, what);
}

/* NULL if the module exports no such function. */
static struct wasm_function *exported(const struct wasm_instance *instance, struct wasm_name name)
{
    struct wasm_extern item;
    bool there = wasm_instance_export(instance, name, &item) && item.kind == WASM_EXTERN_FUNCTION;
    return there ? item.function : NULL;
}

static bool takes_and_gives_nothing(const struct wasm_function *function)
{
    struct wasm_function_type type = wasm_function_type(function);
    return type.parameter_count == 0 && type.result_count == 0;
}

static void call_start(struct run *r, struct wasm_instance *instance)
{
    struct wasm_function *start = exported(instance, wasm_name_of("_start"));
    if (start == NULL)
        unfit(r, "the module exports no function \"_start\": it is a library, not a program");
    else if (!takes_and_gives_nothing(start))
        unfit(r, "\"_start\" must take and give nothing");
    else
        ended(r, wasm_function_call(start, NULL, NULL));
}

/* Calls the export that the deploy names; its results become lines of stdout. */
static void call_entry(struct run *r, struct wasm_instance *instance)
{
    const struct span name = r->keep->workload.deploy.entry;
    struct wasm_function *function = exported(instance, (struct wasm_name){name.data, name.size});
    struct entry_call call;
    if (function == NULL) {
        unfit(r, "the module exports no function of the name that is to be called");
        return;
    }
    const char *problem = entry_prepare(&call, function, &r->strings);
    if (problem != NULL) {
        unfit(r, problem);
        return;
    }
    /* What a library does first (WASI application ABI: reactors). */
    struct wasm_function *initialize = exported(instance, wasm_name_of("_initialize"));
    int result = initialize != NULL && initialize != function && takes_and_gives_nothing(initialize)
                     ? wasm_function_call(initialize, NULL, NULL)
                     : 0;
    if (result == 0)
        result = wasm_function_call(function, call.arguments, call.results);
    for (uint32_t i = 0; result == 0 && i < call.result_count; i++) {
        uint8_t line[ENTRY_LINE_MAX];
        (void)host_output(r, STREAM_STDOUT, span_of(line, entry_line(&call, i, line)));
    }
    ended(r, result);
}

static void run_steps(struct run *r)
{
    struct workload *w = &r->keep->workload;
    if (workload_place_secrets(w) != 0 || strings_make(w, &r->strings) != 0) {
        failed(r, "no memory for secrets, arguments and environment");
        return;
    }
    (void)validate_configure(&w->deploy, &r->config);
    if (!validate(r) || !wasi_make(r))
        return;
    struct wasm_instance *instance = instantiate(r);
    if (instance && w->deploy.has_entry)
        call_entry(r, instance);
    else if (instance)
        call_start(r, instance);
}

static void run_free(struct run *r)
{
    if (r->store)
        wasm_store_destroy(r->store);
    if (r->module)
        wasm_module_destroy(r->module);
    if (r->wasi)
        wasi_free(r->wasi);
    strings_free(&r->strings);
}

int program_run(struct keep *keep)
{
    struct program *p = &keep->program;
    struct run r = {
        .keep = keep,
        .text = {.data = p->exit_text, .capacity = sizeof p->exit_text},
        .exit = &p->exit,
    };
    p->started = false;
    (void)budget_use_reserve(false);
    run_steps(&r);
    run_free(&r);
    (void)budget_use_reserve(true);
    /* Nothing of a secret is left when the first word about the end leaves. */
    workload_forget_secrets(&keep->workload);
    input_free(&p->input);
    p->exit.text = span_of(p->exit_text, r.text.size);
    for (unsigned i = 0; i < 2; i++)
        p->exit.stream_size[i] = output_written(&p->output, i);
    p->ended = true;
    keep_set_state(keep, KEEP_ENDED);
    outbox_seal(keep);
    return r.fatal;
}

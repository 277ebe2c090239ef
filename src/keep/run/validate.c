/* SPDX-License-Identifier: Apache-2.0 */
/* Validation of the module while it still arrives. */
#include "validate.h"

#include "../keep.h"
#include "../libc/budget.h"
#include "../session/session.h"
#include "engine_memory.h"
#include "text.h"

static bool features_put_off(struct span names, struct wasm_features *features)
{
    struct list_cursor list;
    struct span name;
    bool known = list_open(names, &list) == 0;
    while (known && list_next_name(&list, &name)) {
        char text[MESSAGE_FEATURE_MAX + 1] = {0};
        memcpy(text, name.data, name.size);
        known = wasm_features_set(features, text, false);
    }
    return known;
}

bool validate_configure(const struct deploy *deploy, struct wasm_config *config)
{
    const struct deploy_limits *limits = &deploy->limits;
    wasm_config_default(config, &engine_memory);
    struct wasm_limits *l = &config->limits;
    l->memory_size = limits->memory;
    l->table_elements = limits->table_elements;
    l->call_depth = limits->call_depth < UINT32_MAX ? (uint32_t)limits->call_depth : UINT32_MAX;
    l->stack_size = PROGRAM_STACK_SIZE;
    return !deploy->has_features || features_put_off(deploy->features_off, &config->features);
}

/* Serves portal and sessions. They may drop the workload, or stop the run that waits for this. */
static int on_poll(void *context)
{
    struct keep *keep = context;
    struct validation *v = &keep->workload.validation;
    bool reserve = budget_use_reserve(true);
    int error = keep_poll(keep);
    (void)budget_use_reserve(reserve);
    if (error && !v->fatal)
        v->fatal = error;
    return v->fatal || v->dropped || keep->program.stopping;
}

/* 0, or what the decoder says of the module's first `size` bytes. */
static int tell(struct keep *keep, uint64_t size)
{
    struct workload *w = &keep->workload;
    struct validation *v = &w->validation;
    if (v->decoder == NULL) {
        struct wasm_config config;
        if (!validate_configure(&w->deploy, &config))
            return WASM_EARGUMENT; /* not reached: workload_begin() has asked */
        int result = wasm_decoder_new(&config, w->module, (size_t)w->deploy.module_size, &v->decoder);
        if (result != 0)
            return result;
        wasm_decoder_set_poll(v->decoder, on_poll, keep, PROGRAM_BYTES_PER_POLL);
    }
    v->told = size;
    v->running = true;
    int result = wasm_decoder_push(v->decoder, (size_t)size, &v->error);
    v->running = false;
    return result;
}

void validate_explain(const struct wasm_error *error, struct text *text)
{
    text_add_literal(text, error->message);
    if (error->section) {
        text_add_literal(text, ", in section ");
        text_add_literal(text, error->section);
        text_add_literal(text, " at byte ");
        text_add_number(text, error->offset);
    }
}

/* The session that brings it hears why; the deploy goes with it. */
static void refuse(struct keep *keep)
{
    const struct validation *v = &keep->workload.validation;
    uint8_t bytes[MESSAGE_TEXT_MAX];
    struct text text = {.data = bytes, .capacity = sizeof bytes};
    bool ours = v->result == WASM_EMEMORY;
    text_add_literal(&text, ours ? "the Keep has no memory left to validate the module"
                                 : "the module is not valid: ");
    if (!ours)
        validate_explain(&v->error, &text);
    sessions_refuse_delivery(keep, ours ? KEEP_ENOMEM : KEEP_EMODULE, span_of(bytes, text.size));
}

int validate_step(struct keep *keep)
{
    struct workload *w = &keep->workload;
    struct validation *v = &w->validation;
    uint64_t here = w->in_files ? w->deploy.module_size : w->offset;
    if (!w->module || keep->state >= KEEP_RUNNING || v->result != 0 || here == v->told)
        return 0;
    (void)budget_use_reserve(false);
    int result = tell(keep, here);
    (void)budget_use_reserve(true);
    int fatal = v->fatal;
    if (v->dropped) {
        v->dropped = false;
        workload_drop(w);
    } else if (result != 0 && result != WASM_ESTOPPED) {
        v->result = result;
        if (!w->complete)
            refuse(keep);
    }
    keep->more = true;
    return fatal;
}

int validate_finish(struct keep *keep, struct wasm_module **module)
{
    struct workload *w = &keep->workload;
    struct validation *v = &w->validation;
    if (v->result == 0)
        v->result = tell(keep, w->deploy.module_size);
    if (v->result == 0)
        v->result = wasm_decoder_finish(v->decoder, module, &v->error);
    (void)validate_drop(v);
    return v->result;
}

bool validate_drop(struct validation *v)
{
    v->dropped = v->running;
    if (v->running)
        return false;
    wasm_decoder_destroy(v->decoder);
    v->decoder = NULL;
    return true;
}

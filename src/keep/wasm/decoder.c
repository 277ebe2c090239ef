/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decoder.c: the binary format from the outside (specification, 5.5): header, order of sections, the code
 * section function by function, while the module may still be arriving.
 */

#include <string.h>

#include "decoder.h"
#include "text.h"

#define SECTION_CUSTOM     0
#define SECTION_CODE       10
#define SECTION_DATA_COUNT 12
#define SECTION_TAG        13

/* The order in which sections must come, by number. */
static const uint8_t section_ranks[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6};
static const char *const section_names[] = {"custom", "type",   "import",     "function", "table",
                                            "memory", "global", "export",     "start",    "element",
                                            "code",   "data",   "data count", "tag"};
#define SECTION_COUNT (sizeof(section_ranks) / sizeof(section_ranks[0]))

#define HEADER_SIZE 8u

/* Where an error is that belongs to no section: in the head of one, or in what the module as a whole lacks.
 */
#define BETWEEN_SECTIONS "module"

/* ---- Errors and safe points ---------------------------------------------------------------------------- */

int wasm_decoder_fail(struct wasm_decoder *decoder, int code, uint64_t offset, const char *format, ...)
{
    struct wasm_error *error = &decoder->error;
    struct wasm_text text;
    *error = (struct wasm_error){.code = code, .offset = offset, .function_index = WASM_NO_INDEX};
    error->section = decoder->where;
    wasm_text_init(&text, error->message, sizeof(error->message));
    if (decoder->reader.problem != NULL) {
        error->code = WASM_EMALFORMED;
        wasm_text_add(&text, decoder->reader.problem);
        return error->code;
    }
    va_list arguments;
    va_start(arguments, format);
    wasm_text_format(&text, format, arguments);
    va_end(arguments);
    return code;
}

int wasm_decoder_work(struct wasm_decoder *decoder, uint64_t bytes)
{
    wasm_heap_work(&decoder->heap, bytes);
    if (decoder->heap.stopped)
        return wasm_decoder_fail(decoder, WASM_ESTOPPED, decoder->position, "stopped");
    return 0;
}

/* ---- Life ---------------------------------------------------------------------------------------------- */

static struct wasm_module *module_new(const struct wasm_config *config, const uint8_t *bytes, size_t size)
{
    struct wasm_heap heap = {.ops = config->memory, .limit = config->limits.arena_size};
    size_t allocated;
    struct wasm_module *module = wasm_heap_allocate(&heap, sizeof(*module), &allocated);
    if (module == NULL)
        return NULL;
    module->config = *config;
    module->heap = heap;
    module->allocated = allocated;
    module->bytes = bytes;
    module->size = size;
    wasm_arena_init(&module->arena, &module->heap);
    wasm_types_init(&module->types, &module->arena);
    return module;
}

void wasm_module_destroy(struct wasm_module *module)
{
    if (module == NULL)
        return;
    wasm_types_free(&module->types);
    wasm_arena_destroy(&module->arena);
    struct wasm_heap heap = module->heap;
    wasm_heap_free(&heap, module, module->allocated);
}

int wasm_decoder_new(const struct wasm_config *config, const uint8_t *bytes, size_t total_size,
                     struct wasm_decoder **decoder)
{
    struct wasm_heap heap = {.ops = config->memory, .limit = config->limits.arena_size};
    size_t allocated;
    struct wasm_decoder *made = wasm_heap_allocate(&heap, sizeof(*made), &allocated);
    if (made == NULL)
        return WASM_EMEMORY;
    made->heap = heap;
    made->allocated = allocated;
    made->where = "header";
    made->reader.start = bytes;
    made->reader.at = bytes;
    made->reader.end = bytes;
    made->module = module_new(config, bytes, total_size);
    if (made->module == NULL) {
        wasm_heap_free(&heap, made, allocated);
        return WASM_EMEMORY;
    }
    wasm_body_init(&made->body, &made->heap);
    *decoder = made;
    return 0;
}

void wasm_decoder_destroy(struct wasm_decoder *decoder)
{
    if (decoder == NULL)
        return;
    wasm_body_free(&decoder->body);
    wasm_module_destroy(decoder->module);
    struct wasm_heap heap = decoder->heap;
    wasm_heap_free(&heap, decoder, decoder->allocated);
}

void wasm_decoder_set_poll(struct wasm_decoder *decoder, int (*poll)(void *context), void *context,
                           size_t bytes_per_poll)
{
    decoder->heap.poll = poll;
    decoder->heap.poll_context = context;
    decoder->heap.work_per_poll = bytes_per_poll < INT64_MAX ? (int64_t)bytes_per_poll : INT64_MAX;
    decoder->heap.work_left = decoder->heap.work_per_poll;
}

/* ---- Sections ------------------------------------------------------------------------------------------ */

/* What a step of decoding found. */
enum step {
    STEP_MORE = 1, /* the next item has not arrived whole */
    STEP_DONE = 2, /* decoded one; there may be another */
};

static bool all_arrived(const struct wasm_decoder *decoder)
{
    return decoder->available == decoder->module->size;
}

/* The reader over [position, end). */
static void read_from(struct wasm_decoder *decoder, size_t end)
{
    decoder->reader.at = decoder->reader.start + decoder->position;
    decoder->reader.end = decoder->reader.start + end;
    decoder->reader.problem = NULL;
}

/* The reader's problem: an item that does not fit into what has arrived waits for more; anything else is an
 * error. */
static int wait_or_fail(struct wasm_decoder *decoder, size_t end)
{
    if (decoder->reader.problem == wasm_reader_unexpected_end && decoder->available < end)
        return STEP_MORE;
    return wasm_decoder_fail(decoder, WASM_EMALFORMED, wasm_reader_offset(&decoder->reader), "");
}

static int step_header(struct wasm_decoder *decoder)
{
    static const uint8_t magic[] = {0, 'a', 's', 'm'};
    static const uint8_t version[] = {1, 0, 0, 0};
    size_t size = decoder->module->size;
    if (size > decoder->module->config.limits.module_size)
        return wasm_decoder_fail(decoder, WASM_ELIMIT, 0, "a module of %U bytes, at most %U are supported",
                                 (uint64_t)size, decoder->module->config.limits.module_size);
    if (decoder->available < HEADER_SIZE && !all_arrived(decoder))
        return STEP_MORE;
    const uint8_t *bytes = decoder->module->bytes;
    size_t there = decoder->available < sizeof(magic) ? decoder->available : sizeof(magic);
    if (there < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, 0,
                                 there < sizeof(magic) ? "unexpected end: no magic header"
                                                       : "magic header not detected");
    if (decoder->available < HEADER_SIZE)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, 4, "unexpected end: no version");
    if (memcmp(bytes + 4, version, sizeof(version)) != 0)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, 4, "unknown binary version: expected 1");
    decoder->header_done = true;
    decoder->where = BETWEEN_SECTIONS;
    decoder->position = HEADER_SIZE;
    return STEP_DONE;
}

static int check_number(struct wasm_decoder *decoder, uint8_t number)
{
    bool known = number < SECTION_COUNT &&
                 (number != SECTION_DATA_COUNT || decoder->module->config.features.bulk_memory) &&
                 (number != SECTION_TAG || decoder->module->config.features.exceptions);
    if (!known)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position, "malformed section id %u",
                                 (uint32_t)number);
    return 0;
}

static int check_order(struct wasm_decoder *decoder, uint8_t number)
{
    decoder->where = section_names[number];
    decoder->body.section = section_names[number];
    if (number == SECTION_CUSTOM)
        return 0;
    if (section_ranks[number] <= decoder->last_rank)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "unexpected content after last section: %s section out of order or twice",
                                 section_names[number]);
    decoder->last_rank = section_ranks[number];
    return 0;
}

static int step_section(struct wasm_decoder *decoder)
{
    struct wasm_reader *reader = &decoder->reader;
    read_from(decoder, decoder->available);
    uint8_t number = wasm_read_byte(reader);
    uint32_t size = wasm_read_u32(reader);
    if (reader->problem != NULL)
        return wait_or_fail(decoder, decoder->module->size);
    size_t start = (size_t)(reader->at - reader->start);
    if (size > decoder->module->size - start)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "length out of bounds: a section of %u bytes", size);
    TRY(check_number(decoder, number));
    if (number != SECTION_CODE && decoder->available - start < size)
        return STEP_MORE;
    TRY(check_order(decoder, number));
    decoder->position = start;
    if (number == SECTION_CODE) {
        decoder->in_code = true;
        decoder->code_end = start + size;
        return STEP_DONE;
    }
    read_from(decoder, start + size);
    TRY(wasm_decoder_section(decoder, number));
    decoder->position = start + size;
    decoder->where = BETWEEN_SECTIONS;
    return STEP_DONE;
}

/* ---- The code section (5.5.13) ------------------------------------------------------------------------- */

static int step_code_count(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    decoder->bodies_left = wasm_read_u32(&decoder->reader);
    if (decoder->reader.problem != NULL)
        return wait_or_fail(decoder, decoder->code_end);
    if (decoder->bodies_left != module->function_count - module->imported_functions)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "function and code section have inconsistent lengths: %u and %u",
                                 module->function_count - module->imported_functions, decoder->bodies_left);
    decoder->code_counted = true;
    decoder->position = (size_t)(decoder->reader.at - decoder->reader.start);
    return STEP_DONE;
}

static int step_function(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    struct wasm_reader *reader = &decoder->reader;
    uint32_t size = wasm_read_u32(reader);
    if (reader->problem != NULL)
        return wait_or_fail(decoder, decoder->code_end);
    size_t start = (size_t)(reader->at - reader->start);
    if (size > decoder->code_end - start)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "length out of bounds: a function of %u bytes", size);
    if (size > module->config.limits.function_size)
        return wasm_decoder_fail(decoder, WASM_ELIMIT, decoder->position,
                                 "a function of %u bytes, at most %u are supported", size,
                                 module->config.limits.function_size);
    if (decoder->available - start < size)
        return STEP_MORE;
    uint32_t index = module->imported_functions + decoder->bodies_done;
    module->functions[index].body = (struct wasm_piece){start, size};
    TRY(wasm_body_pass(&decoder->body, module, index, NULL, &decoder->error));
    TRY(wasm_decoder_work(decoder, 16));
    decoder->bodies_done++;
    decoder->bodies_left--;
    decoder->position = start + size;
    return STEP_DONE;
}

static int step_code(struct wasm_decoder *decoder)
{
    size_t end = decoder->available < decoder->code_end ? decoder->available : decoder->code_end;
    read_from(decoder, end);
    if (!decoder->code_counted)
        return step_code_count(decoder);
    if (decoder->bodies_left > 0)
        return step_function(decoder);
    if (decoder->position != decoder->code_end)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "section size mismatch: bytes behind the last function");
    decoder->in_code = false;
    decoder->where = BETWEEN_SECTIONS;
    return STEP_DONE;
}

/* ---- All together -------------------------------------------------------------------------------------- */

/* A module may lack sections that others need. */
static int check_complete(struct wasm_decoder *decoder)
{
    struct wasm_module *module = decoder->module;
    if (module->function_count - module->imported_functions != decoder->bodies_done)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "function and code section have inconsistent lengths: %u and %u",
                                 module->function_count - module->imported_functions, decoder->bodies_done);
    if (module->has_data_count && module->data == NULL && decoder->data_count > 0)
        return wasm_decoder_fail(decoder, WASM_EMALFORMED, decoder->position,
                                 "data count and data section have inconsistent lengths: %u and 0",
                                 decoder->data_count);
    return 0;
}

int wasm_decoder_push(struct wasm_decoder *decoder, size_t available, struct wasm_error *error)
{
    int step = STEP_DONE;
    if (decoder->error.code == 0 && available > decoder->available && available <= decoder->module->size)
        decoder->available = available;
    while (decoder->error.code == 0 && step == STEP_DONE) {
        if (!decoder->header_done)
            step = step_header(decoder);
        else if (decoder->in_code)
            step = step_code(decoder);
        else if (decoder->position < decoder->available)
            step = step_section(decoder);
        else
            break;
    }
    if (decoder->error.code != 0 && error != NULL)
        *error = decoder->error;
    return decoder->error.code;
}

int wasm_decoder_finish(struct wasm_decoder *decoder, struct wasm_module **module, struct wasm_error *error)
{
    int status = wasm_decoder_push(decoder, decoder->available, error);
    if (status != 0)
        return status;
    if (!all_arrived(decoder) || !decoder->header_done) {
        wasm_decoder_fail(decoder, WASM_EMORE, decoder->available,
                          "unexpected end: %U of %U bytes have arrived", (uint64_t)decoder->available,
                          (uint64_t)decoder->module->size);
    } else {
        check_complete(decoder);
    }
    if (decoder->error.code != 0) {
        if (error != NULL)
            *error = decoder->error;
        return decoder->error.code;
    }
    *module = decoder->module;
    decoder->module = NULL;
    return 0;
}

int wasm_module_decode(const struct wasm_config *config, const uint8_t *bytes, size_t size,
                       struct wasm_module **module, struct wasm_error *error)
{
    struct wasm_decoder *decoder;
    int status = wasm_decoder_new(config, bytes, size, &decoder);
    if (status != 0) {
        if (error != NULL)
            *error = (struct wasm_error){
                .code = status, .message = "out of memory", .function_index = WASM_NO_INDEX};
        return status;
    }
    status = wasm_decoder_push(decoder, size, error);
    if (status == 0)
        status = wasm_decoder_finish(decoder, module, error);
    wasm_decoder_destroy(decoder);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* decoder.h: a module that is being decoded, section by section, function by function. */
#ifndef KEEP_WASM_DECODER_H
#define KEEP_WASM_DECODER_H

#include "body.h"
#include "module.h"

struct wasm_decoder {
    struct wasm_module *module;
    struct wasm_heap heap; /* working memory: the account of this structure and of `body` */
    size_t allocated;      /* of this structure */
    struct wasm_body body;
    struct wasm_reader reader; /* of the section at hand; its end is what may be read now */
    struct wasm_error error;
    size_t position; /* the first byte not decoded yet */
    size_t available;
    bool header_done;
    uint8_t last_rank; /* of the last section */
    const char *where; /* the section that is being decoded, for errors */
    /* the code section, whose functions are decoded as they arrive */
    bool in_code;
    bool code_counted;
    size_t code_end;
    uint32_t bodies_left;
    uint32_t bodies_done;
    uint32_t data_count; /* as the data count section says */
};

/* Records an error at `offset` (text.h's formats); if the reader has a problem, that one. */
int wasm_decoder_fail(struct wasm_decoder *decoder, int code, uint64_t offset, const char *format, ...);
/* Decodes a section other than code, which has arrived whole. */
int wasm_decoder_section(struct wasm_decoder *decoder, uint8_t number);
#define FAIL(code, ...)                                                                                      \
    return wasm_decoder_fail(decoder, code, wasm_reader_offset(&decoder->reader), __VA_ARGS__)
int wasm_decoder_out_of_memory(struct wasm_decoder *decoder);
int wasm_decoder_type_section(struct wasm_decoder *decoder);
/* The size of a vector: every item takes `least` bytes or more, so a size that the section cannot hold is
 * refused before anything is allocated for it. */
int wasm_decoder_count(struct wasm_decoder *decoder, uint32_t already, uint32_t limit, size_t least,
                       const char *what, uint32_t *count);
/* A value type, with indices below `bound`. */
int wasm_decoder_value_type(struct wasm_decoder *decoder, uint32_t bound, uint32_t *type);
int wasm_decoder_mutability(struct wasm_decoder *decoder, bool *is_mutable);
/* A safe point, after `bytes` more of work. */
int wasm_decoder_work(struct wasm_decoder *decoder, uint64_t bytes);

#endif

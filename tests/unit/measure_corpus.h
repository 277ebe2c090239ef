/* SPDX-License-Identifier: Apache-2.0 */
/* The images of fuzz/corpus as tests of measurements start from them, and what they change in them. */
#ifndef CASEMATE_TESTS_MEASURE_CORPUS_H
#define CASEMATE_TESTS_MEASURE_CORPUS_H

#include "../../src/measure/measure.h"

enum { CORPUS_MAX = 1 << 15 };

struct corpus_image {
    uint8_t bytes[CORPUS_MAX];
    size_t size;
};

/* A number of `width` bytes written at `at`; the refusal then names `what`, and expects `expected`. */
struct corpus_change {
    size_t at, width;
    uint64_t value;
    const char *what, *expected;
};

/* fuzz/corpus/NAME of $CASEMATE_SOURCE; the test fails without it. */
void corpus_load(const char *name, struct corpus_image *image);
void corpus_put(struct corpus_image *image, size_t at, size_t width, uint64_t value);
/* Measures with memory of exactly the image's size, so that a sanitizer sees one byte too far. */
int corpus_measure(const char *tee, const struct corpus_image *image, const struct measure_options *options,
                   struct measured *result, struct casemate_error *err);
/* E_IMAGE, with these words. */
void corpus_refused(const char *tee, const struct corpus_image *image, const struct measure_options *options,
                    const char *what, const char *expected);
/* Each change alone in the corpus's image is refused as it says. */
void corpus_refuses(const char *tee, const char *name, const struct corpus_change *changes, size_t count);
/* The measurement in hexadecimal is this one. */
void corpus_digest(const char *tee, const char *name, const struct measure_options *options,
                   const char *expected);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Images of fuzz/corpus, and changes in them. */
#include "measure_corpus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../src/base/hex.h"

void corpus_load(const char *name, struct corpus_image *image)
{
    char path[4096];
    const char *source = getenv("CASEMATE_SOURCE");
    (void)snprintf(path, sizeof path, "%s/fuzz/corpus/%s", source ? source : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s is not there: CASEMATE_SOURCE names the source tree", path);
    image->size = fread(image->bytes, 1, sizeof image->bytes, file);
    (void)fclose(file);
    assert_in_range(image->size, 1, sizeof image->bytes - 1);
}

void corpus_put(struct corpus_image *image, size_t at, size_t width, uint64_t value)
{
    assert_true(range_inside(at, width, image->size));
    for (size_t i = 0; i < width; i++)
        image->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

int corpus_measure(const char *tee, const struct corpus_image *image, const struct measure_options *options,
                   struct measured *result, struct casemate_error *err)
{
    uint8_t *copy = malloc(image->size ? image->size : 1);
    assert_non_null(copy);
    memcpy(copy, image->bytes, image->size);
    int done = measure_image(measure_find(tee, NULL), span_of(copy, image->size), options, result, err);
    free(copy);
    return done;
}

void corpus_refused(const char *tee, const struct corpus_image *image, const struct measure_options *options,
                    const char *what, const char *expected)
{
    struct casemate_error err = {0};
    struct measured result;
    if (corpus_measure(tee, image, options, &result, &err) == 0)
        fail_msg("accepted, and not refused for its %s", what);
    if (err.code != E_IMAGE || !strstr(err.what, what) || !strstr(err.expected, expected))
        fail_msg("\"%s\", expected %s, where \"%s\", expected %s was to come", err.what, err.expected, what,
                 expected);
}

void corpus_refuses(const char *tee, const char *name, const struct corpus_change *changes, size_t count)
{
    static struct corpus_image image;
    for (size_t i = 0; i < count; i++) {
        corpus_load(name, &image);
        corpus_put(&image, changes[i].at, changes[i].width, changes[i].value);
        corpus_refused(tee, &image, NULL, changes[i].what, changes[i].expected);
    }
}

void corpus_digest(const char *tee, const char *name, const struct measure_options *options,
                   const char *expected)
{
    static struct corpus_image image;
    struct casemate_error err = {0};
    struct measured result;
    char text[2 * MEASUREMENT_SIZE_MAX + 1];
    corpus_load(name, &image);
    if (corpus_measure(tee, &image, options, &result, &err))
        fail_msg("%s: %s, expected %s, found %s", name, err.what, err.expected, err.found);
    hex_encode(result.value.bytes, result.value.size, text);
    assert_string_equal(text, expected);
}

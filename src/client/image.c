/* SPDX-License-Identifier: Apache-2.0 */
/* Measuring images, and finding the installed ones. */
#include "image.h"

#include <stdio.h>
#include <stdlib.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../base/paths.h"
#include "../proto/crypto.h"

const struct measure_tee *image_tee(const char *name, size_t size, struct casemate_error *err)
{
    char copy[64];
    const char *nearest = NULL;
    (void)snprintf(copy, sizeof copy, "%.*s", (int)(size < 63 ? size : 63), name);
    const struct measure_tee *tee = measure_find(copy, &nearest);
    if (tee)
        return tee;
    (void)casemate_fail(err, E_TEE, "There is no TEE \"%s\" that this version can measure", copy);
    if (nearest) {
        (void)casemate_next(err, "Did you mean %s?", nearest);
        return NULL;
    }
    char names[128] = "";
    for (size_t i = 0, used = 0; measure_table[i] && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "",
                                 measure_table[i]->name);
    (void)casemate_next(err, "This version has %s.", names);
    return NULL;
}

int32_t casemate_image_new(const char *tee, size_t tee_size, const void *bytes, size_t size,
                           casemate_image **image, casemate_error *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct span part = span_of(bytes, size);
    const struct measure_tee *found = image_tee(tee, tee_size, err);
    if (!found || casemate_prepare(err) < 0)
        return -1;
    struct casemate_image *made = calloc(1, sizeof *made);
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for an image");
    made->tee = found;
    struct measured result;
    if (measure_image(found, part, NULL, &result, err) < 0) {
        free(made);
        return -1;
    }
    made->measurement = result.value;
    if (crypto_sha256(&part, 1, digest) < 0) {
        free(made);
        return casemate_fail(err, E_INTERNAL, "The digest of an image cannot be computed");
    }
    hex_encode(digest, sizeof digest, made->digest_text);
    hex_encode(made->measurement.bytes, made->measurement.size, made->measurement_text);
    *image = made;
    return 0;
}

int32_t casemate_image_installed(const char *tee, size_t tee_size, casemate_image **image,
                                 casemate_error *err)
{
    char name[128], path[PATHS_MAX];
    struct buffer content = {0};
    const struct measure_tee *found = image_tee(tee, tee_size, err);
    if (!found)
        return -1;
    if (!found->image) {
        (void)casemate_fail(err, E_TEE, "No Keep runs in %s, so that there is no image for it", found->name);
        return casemate_next(err, "To measure other software's firmware, name the file.");
    }
    (void)snprintf(name, sizeof name, "images/%s", found->image);
    if (paths_installed(name, path, err) < 0) {
        if (err)
            err->code = E_IMAGE;
        return casemate_next(err, "Build and install it, or name an image with --image FILE.");
    }
    int result = file_read(path, MEASURE_IMAGE_SIZE_MAX, &content, err);
    if (result == 0)
        result = casemate_image_new(tee, tee_size, content.data, content.size, image, err);
    if (result == 0)
        (void)snprintf((*image)->path, sizeof(*image)->path, "%s", path);
    buffer_free(&content);
    return result;
}

void casemate_image_free(casemate_image *image)
{
    free(image);
}

static void give(const char *value, const char **text, size_t *size)
{
    *text = value;
    *size = strlen(value);
}

void casemate_image_tee(const casemate_image *image, const char **text, size_t *size)
{
    give(image->tee->name, text, size);
}

void casemate_image_digest(const casemate_image *image, const char **text, size_t *size)
{
    give(image->digest_text, text, size);
}

void casemate_image_measurement(const casemate_image *image, const char **text, size_t *size)
{
    give(image->measurement_text, text, size);
}

void casemate_image_path(const casemate_image *image, const char **text, size_t *size)
{
    give(image->path, text, size);
}

size_t casemate_tee_count(void)
{
    size_t count = 0;
    while (measure_table[count])
        count++;
    return count;
}

const char *casemate_tee_at(size_t index)
{
    return index < casemate_tee_count() ? measure_table[index]->name : NULL;
}

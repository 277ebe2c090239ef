/* SPDX-License-Identifier: Apache-2.0 */
/* Images, found relative to this program's own file. */
#include "images.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/hex.h"
#include "../measure/measure.h"
#include "../proto/crypto.h"

/* From the sealed bytes where there are some: the digest is of what is launched, whatever happens to the
 * file. */
static bool read_bytes(struct image *image, struct buffer *bytes)
{
    if (!image->tee->seal)
        return file_read(image->path, MEASURE_IMAGE_SIZE_MAX, bytes, NULL) == 0;
    return image->tee->seal(image->path, &image->sealed, NULL) == 0 &&
           lseek(image->sealed.fd, 0, SEEK_SET) == 0 &&
           file_read_descriptor(image->sealed.fd, image->path, MEASURE_IMAGE_SIZE_MAX, bytes, NULL) == 0;
}

static bool read_image(struct image *image)
{
    struct buffer bytes = {0};
    char name[80];
    uint8_t digest[DIGEST_SIZE];
    (void)snprintf(name, sizeof name, "images/%s", image->tee->image);
    if (paths_installed(name, image->path, NULL) < 0)
        return false;
    bool good = read_bytes(image, &bytes);
    struct span whole = span_of(bytes.data, bytes.size);
    good = good && crypto_sha256(&whole, 1, digest) == 0;
    if (good)
        hex_encode(digest, sizeof digest, image->digest);
    image->size = (int64_t)bytes.size;
    buffer_free(&bytes);
    return good;
}

void images_find(struct images *images)
{
    images->count = 0;
    for (const struct tee *const *tee = tee_table; *tee && images->count < IMAGES_MAX; tee++) {
        struct image *image = &images->image[images->count++];
        *image = (struct image){.tee = *tee, .sealed.fd = -1};
        image->present = read_image(image);
    }
}

const struct image *images_choose(const struct images *images, const char *tee, const char *digest,
                                  struct casemate_error *err)
{
    const char *nearest = NULL;
    const struct tee *wanted = tee[0] ? tee_find(tee, &nearest) : tee_table[0];
    if (!wanted) {
        (void)casemate_fail(err, E_TEE, "There is no TEE \"%.32s\"", tee);
        if (nearest)
            (void)casemate_next(err, "Did you mean \"%s\"?", nearest);
        return NULL;
    }
    for (size_t i = 0; i < images->count; i++) {
        const struct image *image = &images->image[i];
        if (image->tee != wanted)
            continue;
        if (image->present && (!digest[0] || strcasecmp(digest, image->digest) == 0))
            return image;
        (void)casemate_fail_expected(err, E_IMAGE, digest[0] ? digest : "an image",
                                     image->present ? image->digest : "none",
                                     "This host has no such image for the TEE %s", wanted->name);
        return NULL;
    }
    return NULL;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The Keep images of this installation, by technology and by digest. */
#ifndef CASEMATE_HOST_IMAGES_H
#define CASEMATE_HOST_IMAGES_H

#include "../base/paths.h"
#include "../tee/tee.h"
#include "store.h"

enum { IMAGES_MAX = 8 };

struct image {
    const struct tee *tee;
    bool present;
    char path[PATHS_MAX];
    char digest[IMAGE_DIGEST_TEXT + 1]; /* SHA-256 of the file, lower-case hex */
    int64_t size;
    struct tee_image sealed; /* what digest and measurement are of, if the technology seals images */
};

struct images {
    size_t count; /* one for each technology, present or not */
    struct image image[IMAGES_MAX];
};

void images_find(struct images *images);
/* The image for a technology by name or alias ("": the first of the table) and digest ("": what there is).
 * E_TEE with the nearest name; E_IMAGE with what was expected and found. */
const struct image *images_choose(const struct images *images, const char *tee, const char *digest,
                                  struct casemate_error *err);

#endif

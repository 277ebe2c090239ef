/* SPDX-License-Identifier: Apache-2.0 */
/* Keep images as the client knows them. */
#ifndef CASEMATE_CLIENT_IMAGE_H
#define CASEMATE_CLIENT_IMAGE_H

#include <limits.h>

#include "../../include/casemate/casemate.h"
#include "../base/error.h"
#include "../measure/measure.h"

/* Security version of the images that come with this client; raised when one closes a hole. */
enum { IMAGE_SVN = 1 };

struct casemate_image {
    const struct measure_tee *tee;
    struct measurement measurement;
    char digest_text[2 * DIGEST_SIZE + 1];
    char measurement_text[2 * MEASUREMENT_SIZE_MAX + 1];
    char path[PATH_MAX];
};

/* By name or alias; NULL with E_TEE and the nearest name. */
const struct measure_tee *image_tee(const char *name, size_t size, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Expected measurements of Keep images, and which images this installation trusts. */
#ifndef CASEMATE_MEASURE_H
#define CASEMATE_MEASURE_H

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_image casemate_image;

/* An image file's bytes (not kept), for a TEE by name or alias. E_TEE with the nearest name, E_IMAGE. */
int32_t casemate_image_new(const char *tee, size_t tee_size, const void *bytes, size_t size,
                           casemate_image **image, casemate_error *error);
/* The image that came with this library, found relative to its own file; E_IMAGE if there is none. */
int32_t casemate_image_installed(const char *tee, size_t tee_size, casemate_image **image,
                                 casemate_error *error);
void casemate_image_free(casemate_image *image);

/* The TEE's own name ("snp" for "sev-snp"); the image's SHA-256 and its expected measurement, lower-case hex;
 * the path it was read from (empty if from bytes). */
void casemate_image_tee(const casemate_image *image, const char **text, size_t *size);
void casemate_image_digest(const casemate_image *image, const char **text, size_t *size);
void casemate_image_measurement(const casemate_image *image, const char **text, size_t *size);
void casemate_image_path(const casemate_image *image, const char **text, size_t *size);

/* The TEEs that this library can measure: index below the count; static text, NUL-terminated. */
size_t casemate_tee_count(void);
const char *casemate_tee_at(size_t index);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif

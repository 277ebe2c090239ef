/* SPDX-License-Identifier: Apache-2.0 */
/* Expected measurements: of Keep images, which images this installation trusts, and of other software's
 * firmware and enclaves (docs/measure.md). */
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

typedef struct casemate_measure casemate_measure;

/* What a measurement depends on beside the image. Start with all zero but size: each default is zero or NULL.
 * Texts and bytes are not kept, and sizes count bytes. An option that the TEE's measurement does not depend
 * on is refused. */
struct casemate_measure_options {
    size_t size;         /* sizeof(struct casemate_measure_options) */
    const char *profile; /* launch profile: snp "qemu", "ec2", "gce"; tdx "single-pass", "two-pass" */
    size_t profile_size;
    const char
        *vcpu_type; /* snp, sev-es: model of QEMU's ("EPYC-v4", the default) or signature ("0x800f12") */
    size_t vcpu_type_size;
    const void *kernel; /* snp, sev-es, sev: a kernel that the firmware checks. Not NULL, even for no bytes */
    size_t kernel_size;
    const void *initrd; /* with kernel only; NULL: none */
    size_t initrd_size;
    const char *append; /* the kernel's command line, with kernel only; NULL: empty */
    size_t append_size;
    const void *sigstruct; /* sgx: 1808 bytes, if the image has none of its own; NULL: none */
    size_t sigstruct_size;
    uint64_t guest_features; /* snp: SEV_FEATURES of the VMSA (AMD APM volume 2, table B-4); 0: 0x1 */
    uint32_t vcpus;          /* snp, sev-es: 1 to 4096; 0: one */
};

/* The measurement that an image will have. tee is one of casemate_tee_at() or an alias; options may be NULL;
 * the image is not kept. E_TEE with the nearest name; E_USAGE for an option; E_IMAGE with the offset, what
 * was expected there and what was found; the same for a SIGSTRUCT that does not hold or signs another
 * enclave. */
int32_t casemate_measure_new(const char *tee, size_t tee_size, const void *image, size_t image_size,
                             const struct casemate_measure_options *options, casemate_measure **measure,
                             casemate_error *error);
void casemate_measure_free(casemate_measure *measure);

/* Text that lives as long as the object. The measurement (SHA-256 or SHA-384) in lower-case hexadecimal; the
 * TEE's own name; the launch profile, empty if the TEE has none. */
void casemate_measure_digest(const casemate_measure *measure, const char **text, size_t *size);
void casemate_measure_tee(const casemate_measure *measure, const char **text, size_t *size);
void casemate_measure_profile(const casemate_measure *measure, const char **text, size_t *size);
/* What was assumed and what is not covered, a sentence each, for a person: index below the count, -1 beyond
 * it. */
size_t casemate_measure_note_count(const casemate_measure *measure);
int32_t casemate_measure_note(const casemate_measure *measure, size_t index, const char **text, size_t *size);
/* All of it as one JSON object: tee, measurement, sha256 (of the image), profile, notes; of a SIGSTRUCT
 * that was checked also signer: mrsigner, product_id, svn, date, debug. E_NOMEM. */
int32_t casemate_measure_describe(casemate_measure *measure, const char **json, size_t *size,
                                  casemate_error *error);

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

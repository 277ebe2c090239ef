/* SPDX-License-Identifier: Apache-2.0 */
/* Image -> expected measurement, one file a TEE, one table. Plain portable code over bytes: the client works
 * out itself what it will accept, and needs nobody's word for it. */
#ifndef CASEMATE_MEASURE_MEASURE_H
#define CASEMATE_MEASURE_MEASURE_H

#include "../base/error.h"
#include "../proto/statement.h"
#include "sigstruct.h"

enum {
    MEASURE_IMAGE_SIZE_MAX = 64 << 20,
    MEASURE_VCPUS_MAX = 4096,
    MEASURE_NOTES_MAX = 8,
    MEASURE_NOTE_SIZE = 240,
};

/* What a measurement depends on beside the image. All zero: the default of each. */
struct measure_options {
    uint32_t vcpus;          /* 0: one */
    const char *vcpu_type;   /* NULL: VCPU_TYPE_DEFAULT; a model of QEMU's, or "0x800f12", the signature */
    uint64_t guest_features; /* SEV_FEATURES of the VMSA; 0: SNPActive alone */
    const char *profile;     /* NULL: the first of the TEE */
    bool has_kernel;         /* kernel, initrd and command line are given to the firmware by their digests */
    struct span kernel, initrd, append;
    struct span sigstruct; /* of SGX; empty: what the image brings */
};

/* Bits of the options that a TEE's measurement depends on. */
enum {
    MEASURE_TAKES_VCPUS = 1 << 0,
    MEASURE_TAKES_FEATURES = 1 << 1,
    MEASURE_TAKES_KERNEL = 1 << 2,
    MEASURE_TAKES_SIGSTRUCT = 1 << 3,
};

/* A measurement with what was assumed on the way: what a person must know to compare it. */
struct measured {
    struct measurement value;
    const char *profile; /* static; NULL: the TEE has none */
    bool has_signer;     /* a SIGSTRUCT was there, and holds */
    struct sgx_signer signer;
    size_t note_count;
    char note[MEASURE_NOTES_MAX][MEASURE_NOTE_SIZE];
};

struct measure_tee {
    const char *name;            /* as in statements: "process" */
    const char *const *aliases;  /* NULL-terminated; what people also type */
    const char *image;           /* file name of the image: "keep-process"; NULL: no Keep runs in it */
    const char *const *profiles; /* NULL-terminated, the default first; NULL: the TEE has none */
    unsigned takes;
    /* E_IMAGE, with what is wrong with the image and where. The profile is one of the TEE's. */
    int (*measure)(struct span image, const struct measure_options *options, struct measured *result,
                   struct casemate_error *err);
};

/* All that can be measured; NULL-terminated. */
extern const struct measure_tee *const measure_table[];
/* By name or alias; NULL if there is none, and *nearest (may be NULL) then names the closest or is NULL. */
const struct measure_tee *measure_find(const char *name, const char **nearest);

/* Measures; options may be NULL. E_USAGE for an option that this TEE's measurement does not depend on or a
 * profile that it has not, E_IMAGE for the image. */
int measure_image(const struct measure_tee *tee, struct span image, const struct measure_options *options,
                  struct measured *result, struct casemate_error *err);
/* Adds a note; one too many or too long is cut. */
void measure_note(struct measured *result, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The process TEE (docs/protocol.md, section 4): SHA-384 over entry point and loaded segments. */
int measure_process(struct span image, struct measurement *m, struct casemate_error *err);

extern const struct measure_tee measure_tee_process, measure_tee_sgx, measure_tee_snp, measure_tee_sev_es,
    measure_tee_sev, measure_tee_tdx;

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The process TEE, host side: the Keep is a child process behind a socket pair. For development; nothing but
 * the kernel isolates it, and its evidence chains to a root that lies in a file here. */
#ifndef CASEMATE_TEE_PROCESS_H
#define CASEMATE_TEE_PROCESS_H

#include "../tee.h"

extern const struct tee process_tee;

/* probe.c: a timed trial launch. */
void process_probe(const struct tee_launch *trial, int timeout_ms, struct tee_probe *probe);

/* image.c: the image's bytes, copied once into memory that nobody can change any more; what is measured is
 * what is executed. 0, or -1 and no descriptor. */
int process_image_seal(const char *path, struct tee_image *image, struct casemate_error *err);
/* A descriptor of the launch's image, and its measurement: what casemated sealed, or else the file. Or -1. */
int process_image_open(const struct tee_launch *launch, uint8_t measurement[48], struct casemate_error *err);

/* child.c: becomes the Keep; returns only into _exit. The errno of what failed goes to `report`. */
_Noreturn void process_child(int image, int portal, int report, uint64_t memory);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The table of digests by which a firmware checks the kernel, initrd and command line that the host gives it
 * (QEMU docs/system/i386/amd-memory-encryption.rst, kernel-hashes; edk2 OvmfPkg BlobVerifierLibSevHashes). */
#ifndef CASEMATE_MEASURE_KERNEL_HASHES_H
#define CASEMATE_MEASURE_KERNEL_HASHES_H

#include "measure.h"

enum { KERNEL_HASHES_SIZE = 176 }; /* 168, then zeros to 16 bytes */

int kernel_hashes(const struct measure_options *options, uint8_t table[KERNEL_HASHES_SIZE],
                  struct casemate_error *err);

#endif

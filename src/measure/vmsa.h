/* SPDX-License-Identifier: Apache-2.0 */
/* The state in which a virtual CPU starts, as the page that an SEV-ES or SNP launch measures (AMD APM volume
 * 2, appendix B, table B-4). Its content is the hypervisor's choice, so each one has a shape of its own. */
#ifndef CASEMATE_MEASURE_VMSA_H
#define CASEMATE_MEASURE_VMSA_H

#include "../base/error.h"
#include "../proto/bytes.h"

enum { VMSA_SIZE = 4096 };

#define VMSA_FIRST_ADDRESS UINT32_C(0xfffffff0) /* the reset vector */
#define VCPU_TYPE_DEFAULT  "EPYC-v4"

enum vmsa_shape { VMSA_QEMU, VMSA_EC2, VMSA_GCE };

/* CPUID Fn0000_0001_EAX of a CPU model of QEMU's ("EPYC-Milan-v2"), or "0x..." itself. E_USAGE with the
 * nearest name. */
int vcpu_signature(const char *type, uint32_t *signature, struct casemate_error *err);

/* The page of a processor that starts at `address` in real mode. */
void vmsa_make(enum vmsa_shape shape, uint32_t address, uint32_t signature, uint64_t features,
               uint8_t page[VMSA_SIZE]);

#endif

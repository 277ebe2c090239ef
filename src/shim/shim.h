/* SPDX-License-Identifier: Apache-2.0 */
/* The seam inside the Keep: the only way out of the trusted code. One folder beside this file implements it
 * per technology; everything above is the same source for all. Written for the hardest of them: no call takes
 * or gives a host pointer, none may be made from a fault handler but shim_exit, and all of them return to the
 * one thread that the Keep has. */
#ifndef CASEMATE_SHIM_H
#define CASEMATE_SHIM_H

#include "../proto/statement.h"

/* What the shim found out of itself, from what the host cannot forge. Valid for the life of the image. */
struct shim_identity {
    const char *tee;      /* "process", "sgx", "snp", "tdx", "sanctum", "pef" */
    const char *mode;     /* the mode that stands in every statement */
    bool has_boot_digest; /* the hardware holds a digest of the boot record (HOST_DATA, MRCONFIGID, CONFIGID)
                           */
    uint8_t boot_digest[DIGEST_SIZE];
};
const struct shim_identity *shim_identity(void);

/* ---- memory: page = 4096 bytes; addresses and sizes are multiples of it ---- */

/* Address space without memory, for the life of the Keep; KEEP_ENOMEM when the reservation is used up. */
int shim_reserve(size_t size, uint8_t **base);
/* Readable, writable, zeroed memory inside a reservation; committing what is committed is KEEP_EORDER.
 * Untrusted resource: KEEP_ENOMEM is a normal answer. */
int shim_commit(uint8_t *at, size_t size);
/* Gives the memory back; its content is gone for the host too (wiped first, where the host could see it). */
int shim_decommit(uint8_t *at, size_t size);
enum shim_protection { SHIM_NONE = 0, SHIM_READ, SHIM_READ_WRITE, SHIM_READ_EXECUTE };
/* KEEP_ENOTSUP for SHIM_READ_EXECUTE where pages cannot become executable. Never writable and executable at
 * once. */
int shim_protect(uint8_t *at, size_t size, enum shim_protection protection);

struct shim_fault {
    uintptr_t address; /* what was touched; 0 if the technology does not tell */
    uintptr_t *pc;     /* the faulting instruction; a handler may redirect it */
};
/* The one handler of memory faults: true = continue at *pc; false = not ours, the Keep halts. Set once. */
void shim_on_fault(bool (*handler)(struct shim_fault *fault));

/* ---- portal: a byte stream to the warden; neither call blocks ---- */

/* Copies out up to size bytes; *sent may be less. KEEP_EAGAIN when nothing fits, KEEP_ECLOSED when the host
 * is gone. */
int shim_send(const uint8_t *bytes, size_t size, size_t *sent);
/* Copies in, once, up to capacity bytes. KEEP_EAGAIN, KEEP_ECLOSED. */
int shim_receive(uint8_t *bytes, size_t capacity, size_t *received);
enum shim_wake { SHIM_WAKE_RECEIVE = 1, SHIM_WAKE_SEND = 2 };
/* Waits until one of the wanted directions may move or shim_time() passes the deadline (nanoseconds;
 * UINT64_MAX: none). Spurious returns are normal. */
int shim_wait(unsigned wanted, uint64_t deadline);

/* ---- identity ---- */

/* Step one of evidence: the technology's own report over this statement, which the shim serialises and hashes
 * itself; what it wrote goes to the host as the body of an EVIDENCE request. No caller chooses the bytes that
 * are signed. */
int shim_report(const struct statement *statement, uint8_t *report, size_t capacity, size_t *size);
/* Step two: whether the evidence that the host returned covers this statement and this boot record. */
int shim_evidence_check(const struct statement *statement, struct span evidence);
/* A key that only this image on this platform gets; KEEP_ENOTSUP where there is none: what needs a key must
 * work without. */
int shim_sealing_key(uint8_t key[32]);

/* ---- the rest ---- */

/* Random bytes from the CPU or the kernel, health-tested: repeated, constant or zero output halts the Keep
 * with KEEP_EENTROPY. */
int shim_random(uint8_t *bytes, size_t size);
/* Monotonic nanoseconds and wall-clock nanoseconds since 1970. Both come from the host: never base trust on
 * them. */
uint64_t shim_time(void);
uint64_t shim_wall_time(void);
/* Ends the Keep; the reason (a keep_error, or 0) is visible to the host. */
_Noreturn void shim_exit(int reason);
/* Development images only; the product's image does not contain it. */
#ifdef CASEMATE_DEVELOPMENT
void shim_log(struct span text);
#endif

/* Where every shim hands over, with its memory, stack and portal ready; returns never. */
_Noreturn void keep_main(void);

#endif

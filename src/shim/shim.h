/* SPDX-License-Identifier: Apache-2.0 */
/* The seam inside the Keep: the only way out of the trusted code. One folder beside this file implements it
 * per technology; everything above is the same source for all. Written for the hardest of them: no call takes
 * or gives a host pointer, none may be made from a fault handler but shim_exit, and all of them return to the
 * one thread that the Keep has. A call that leaves the trusted code costs up to 10 microseconds, whatever it
 * does: hand over much at once. Why each contract is as it is: docs/rationale.md, "Two trials before the
 * seams froze". */
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

/* How much may be committed in all; from the boot record, so the host's word: it can only lead to
 * KEEP_ENOMEM. Called once, before the first commit (what the Keep needs to read the boot record is part of
 * its image); shim_commit is KEEP_EORDER until then. */
int shim_memory_limit(uint64_t bytes);

/* Address space without memory, for the life of the Keep; KEEP_ENOMEM when the reservation is used up. */
int shim_reserve(size_t size, uint8_t **base);
/* Readable, writable, zeroed memory inside a reservation; committing what is committed is KEEP_EORDER.
 * Untrusted resource: KEEP_ENOMEM is a normal answer. The host adds each page and the Keep accepts it, at up
 * to 5 microseconds a page: no more than SHIM_COMMIT_STEP between two safe points. */
enum { SHIM_COMMIT_STEP = 1 << 20 };
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
/* The one handler of memory faults: true = continue at *pc; false = not ours, the Keep halts, and for good:
 * the interrupted code never continues, even if the host repairs what faulted. It runs on a stack of its own
 * (at least 4 KiB), once per fault, and changes nothing but *pc: where it continues must restore its
 * registers from memory. A technology that cannot deliver faults never calls it; then only checked code is
 * safe. Set once. */
void shim_on_fault(bool (*handler)(struct shim_fault *fault));

/* ---- portal: a byte stream to the warden; neither call blocks ---- */

/* Copies out up to size bytes; *sent may be less. KEEP_EAGAIN when nothing fits, KEEP_ECLOSED when the host
 * is gone. */
int shim_send(const uint8_t *bytes, size_t size, size_t *sent);
/* Copies in, once, up to capacity bytes. KEEP_EAGAIN, KEEP_ECLOSED. */
int shim_receive(uint8_t *bytes, size_t capacity, size_t *received);
enum shim_wake { SHIM_WAKE_RECEIVE = 1, SHIM_WAKE_SEND = 2 };
/* Waits until one of the wanted directions may move or shim_time() passes the deadline (nanoseconds;
 * UINT64_MAX: none). Spurious returns are normal, and so is one that comes late: the host owns the timer. The
 * only call that blocks. */
int shim_wait(unsigned wanted, uint64_t deadline);

/* ---- identity ---- */

/* One step of evidence over this statement, which the shim serialises and hashes itself: no caller chooses
 * the bytes that are signed. Begin with an empty answer, which forgets what was begun before. KEEP_EAGAIN:
 * `out` is the body of an EVIDENCE request; call again with the reply's body as the answer. KEEP_OK: `out` is
 * the evidence, checked to cover this statement and this boot record. None, one or two requests, as the
 * technology needs: a key of the Keep's own, a report that becomes a quote, a quoting enclave's target before
 * the report. The bodies are between a shim and its tee; an answer that is not the one asked for is
 * KEEP_EMATCH, and this evidence has failed. One statement at a time. */
int shim_evidence(const struct statement *statement, struct span answer, uint8_t *out, size_t capacity,
                  size_t *size);
/* A key that only this image on this platform gets; KEEP_ENOTSUP where there is none: what needs a key must
 * work without. */
int shim_sealing_key(uint8_t key[32]);

/* ---- the rest ---- */

/* Random bytes from the CPU or the kernel, health-tested: repeated, constant or zero output halts the Keep
 * with KEEP_EENTROPY. */
int shim_random(uint8_t *bytes, size_t size);
/* Monotonic nanoseconds and wall-clock nanoseconds since 1970. Both come from the host, may stand still or
 * leap, but shim_time() is never less than before: never base trust on them. May leave the trusted code. */
uint64_t shim_time(void);
uint64_t shim_wall_time(void);
/* Ends the Keep; the reason (a keep_error, or 0) is visible to the host. Nothing of it runs again, however
 * often the host enters it. */
_Noreturn void shim_exit(int reason);
/* Development images only; the product's image does not contain it. */
#ifdef CASEMATE_DEVELOPMENT
void shim_log(struct span text);
#endif

/* Where every shim hands over: portal ready, SHIM_STACK_SIZE of stack above a page that cannot be touched,
 * and the floating-point control state that WebAssembly wants (round to nearest, subnormals kept, no traps),
 * which the shim sets again whenever it comes back from outside. Returns never. */
enum { SHIM_STACK_SIZE = 256 << 10 };
_Noreturn void keep_main(void);

#endif

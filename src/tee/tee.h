/* SPDX-License-Identifier: Apache-2.0 */
/* The seam on the host: one struct tee per technology, registered in the table of tee.c. All of it runs in
 * the warden, which is not trusted; nothing that it returns is believed by a client without evidence. */
#ifndef CASEMATE_TEE_H
#define CASEMATE_TEE_H

#include <sys/types.h>

#include "../proto/message.h"
#include "../base/error.h"

struct tee_keep; /* one running Keep; each technology has its own */

/* One line of `casemate platform`. Strings are static or live as long as the probe. */
struct tee_finding {
    bool ok;
    char name[48];
    char found[128];
    char expected[128];
    char next[160]; /* what to do; empty if ok */
};

enum { TEE_FINDINGS_MAX = 16 };

struct tee_probe {
    bool usable;    /* a timed trial launch succeeded, nothing less */
    bool simulated; /* its evidence chains to a test root */
    size_t count;
    struct tee_finding finding[TEE_FINDINGS_MAX];
};

/* An image that casemated read once for all its wardens: sealed memory, so that what was measured is what
 * each of them launches. */
struct tee_image {
    int fd; /* -1: none */
    uint8_t measurement[48];
};

struct tee_launch {
    const char *image; /* path of the image file */
    const struct tee_image
        *sealed;       /* its bytes, if the technology seals them; else NULL: launch reads the file */
    const char *state; /* folder of the host agent's user; a simulated root lives there */
    struct span
        boot_record; /* the first frame; its digest goes to the hardware where it has a field for it */
    uint64_t memory; /* bytes; an upper bound that the technology enforces */
    /* What the portal sends first. A technology whose Keep can take it before launch() returns transmits it
     * and says how much it was, so that the Keep makes its keys meanwhile; one that cannot leaves
     * *first_sent. */
    struct span first;
    size_t *first_sent; /* 0 before; NULL with an empty `first` */
};

struct tee {
    const char *name;           /* as in the boot record: "process", "sgx", ... */
    const char *const *aliases; /* NULL-terminated; what people also type */
    const char *image;          /* "keep-process" */
    const char *summary;
    const char *enforced_by; /* silicon, emulated CPU, process */

    /* Any time, also outside a warden: what is here, and why it is not usable. Bounded by the deadline
     * (milliseconds). */
    void (*probe)(const struct tee_launch *trial, int timeout_ms, struct tee_probe *probe);
    /* In casemated, once: image file -> sealed memory and its measurement. NULL: launch reads the file. */
    int (*seal)(const char *path, struct tee_image *image, struct casemate_error *err);
    /* In the warden, before its sandbox closes: image + boot record -> running, empty Keep. */
    int (*launch)(const struct tee_launch *launch, struct tee_keep **keep, struct casemate_error *err);
    /* System calls that the warden's sandbox must allow beyond its own for transmit, receive, evidence and
     * destroy; ends with -1. */
    const int *syscalls;
    /* The portal's stream socket, for poll(2): POLLIN always, POLLOUT while there is something to transmit.
     * The Keep is behind it in a process of its own, child of the warden, for a Keep computes as long as it
     * likes and its faults are not the warden's. */
    int (*descriptor)(const struct tee_keep *keep);
    /* The portal's bytes, non-blocking: count, or -1 with errno; 0 from receive means that the Keep is gone.
     */
    ssize_t (*transmit)(struct tee_keep *keep, const uint8_t *bytes, size_t size);
    ssize_t (*receive)(struct tee_keep *keep, uint8_t *bytes, size_t capacity);
    /* Answers one EVIDENCE request: what only the host can do (a quoting enclave's target, a report made a
     * quote, VCEK, test root). The bodies are between tee and shim. 0 = answered; -1 = refused; 1 = not yet:
     * the warden calls again with the same request within 10 ms, as one made at a time. */
    int (*evidence)(struct tee_keep *keep, struct span request, uint8_t *answer, size_t capacity,
                    size_t *size, struct casemate_error *err);
    /* Ends it at once, reaps it, frees it. *status as waitpid() gives it, or -1. */
    void (*destroy)(struct tee_keep *keep, int *status);
};

/* All of them, in order of preference; NULL-terminated. */
extern const struct tee *const tee_table[];
/* By name or alias; NULL if there is none. *nearest then names the closest for the message. */
const struct tee *tee_find(const char *name, const char **nearest);

#endif

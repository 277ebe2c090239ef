/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of one Keep's portal, for tests: it keeps the rules, answers evidence and state, and gives
 * channels as byte streams. The Keep is code in this process (over the test shim), or an image in a process
 * of its own. */
#ifndef CASEMATE_TESTS_HOST_END_H
#define CASEMATE_TESTS_HOST_END_H

#include <sys/types.h>

#include "../../../src/keep/keep.h"
#include "shim_test.h"

enum { HOST_CHANNELS = 64 };

struct host_channel {
    uint16_t number; /* 0: free */
    uint8_t purpose;
    bool closed, peer_closed;
    uint32_t credit, window;
    struct shim_pipe in, out;
};

struct host_end {
    struct keep *keep; /* in this process, or NULL */
    pid_t pid;         /* image in a process */
    int fd;
    int status; /* what keep_step() said, or the exit status of the process; 0 while it runs */
    bool gone;
    bool lenient;              /* what the Keep sends is not looked at */
    struct shim_pipe received; /* not yet a whole frame */
    struct host_channel channel[HOST_CHANNELS];
    int state;                  /* told last */
    unsigned states, evidences; /* requests seen */
    uint8_t boot[DIGEST_SIZE];
    /* How EVIDENCE is answered: 0 and a body, or a frame_status; < 0: not at all. NULL: properly. */
    int (*on_evidence)(struct host_end *host, struct span report, uint8_t *body, size_t capacity,
                       size_t *size);
    uint8_t *outbox; /* what the Keep left, once it closed that channel */
    size_t outbox_size;
    uint64_t deadline_ms;
};

/* Starts a Keep in this process, or the image at `path`, and sends the boot record. */
void host_start(struct host_end *host, const char *image, uint64_t memory);
/* The same without the boot record. */
void host_start_bare(struct host_end *host, const char *image);
/* Ends it, frees everything. */
void host_stop(struct host_end *host);
/* Moves what can be moved: both ways, one step of the Keep. */
void host_pump(struct host_end *host);
/* Pumps until the condition holds or the Keep is gone; false after `deadline_ms` (10 s). */
bool host_pump_until(struct host_end *host, bool (*condition)(void *context), void *context);

void host_send_raw(struct host_end *host, const void *bytes, size_t size);
void host_send_frame(struct host_end *host, uint8_t kind, uint16_t channel, const void *payload, size_t size);

/* Channels that the host opens. */
struct host_channel *host_open(struct host_end *host);
size_t host_read(struct host_channel *channel, void *bytes, size_t size);
void host_write(struct host_channel *channel, const void *bytes, size_t size);
void host_close(struct host_end *host, struct host_channel *channel);

/* Evidence as a warden makes it, but without a signature that anybody could verify. */
int host_evidence(const struct host_end *host, struct span report, uint8_t *body, size_t capacity,
                  size_t *size);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What casemated and a warden say to each other: datagrams over a SOCK_SEQPACKET pair, both programs of one
 * build. The warden's words are checked like a stranger's, for a hostile Keep may have taken it over. The end
 * of the descriptor on either side is the end of the Keep. */
#ifndef CASEMATE_HOST_CONTROL_H
#define CASEMATE_HOST_CONTROL_H

#include <limits.h>

#include "../../tee/tee.h"

enum control_kind {
    /* casemated to warden */
    CONTROL_LAUNCH =
        1,           /* struct control_launch; the first, once; with it the sealed image, if there is one */
    CONTROL_PROBE,   /* the same: try a launch, report, end */
    CONTROL_SESSION, /* number; the socket comes with it; payload: bytes that were already read from it */
    /* warden to casemated */
    CONTROL_READY,        /* the Keep runs and the sandbox is closed; payload: text, what is in force */
    CONTROL_STATE,        /* value: the Keep's state (enum keep_state) */
    CONTROL_SESSION_OVER, /* number of the session; value: bytes that were moved both ways */
    CONTROL_OUTBOX,       /* value: its size; it is on disk */
    CONTROL_LOG,          /* payload: text, of a development image, or of the warden about the Keep */
    CONTROL_FAILED,       /* payload: struct casemate_error; the warden ends */
    CONTROL_FINDINGS,     /* payload: struct tee_probe; the warden ends */
    CONTROL_ENDED, /* the Keep is gone; value: status as of waitpid(), -1 unknown; payload: text, why */
    /* between casemated and its TLS front: front/front.h */
    CONTROL_FRONT,
    CONTROL_LISTEN,
    CONTROL_CONNECTION,
};

enum {
    CONTROL_PAYLOAD_MAX = 32768,
    CONTROL_TEXT_MAX = 1024,
    CONTROL_TEE_MAX = 16,
    CONTROL_FD = 3,       /* where a warden finds its end */
    CONTROL_IMAGE_FD = 4, /* where it keeps the sealed image until the launch */
};

struct control_launch {
    char tee[CONTROL_TEE_MAX];
    char image[PATH_MAX];  /* file */
    char state[PATH_MAX];  /* folder of simulated roots */
    char folder[PATH_MAX]; /* the Keep's own; empty when probing */
    uint64_t memory;       /* bytes */
    uint32_t idle_ms;      /* a session without a byte for so long is closed; 0: never */
    uint32_t timeout_ms;   /* of a probe */
    uint32_t log;          /* not 0: pass on what a development image logs */
    uint32_t sealed;       /* not 0: the image's bytes come with this message, and were measured: */
    uint8_t measurement[48];
};

struct control {
    uint32_t kind, number;
    int64_t value;
    size_t size; /* of the payload; text ends with a NUL behind it */
    uint8_t payload[CONTROL_PAYLOAD_MAX + 1];
};

/* A datagram, with a descriptor unless it is -1. 0, or -1 with errno (EAGAIN when not willing to wait). */
int control_send(int fd, enum control_kind kind, uint32_t number, int64_t value, struct span payload,
                 int passed, bool wait);
int control_send_text(int fd, enum control_kind kind, int64_t value, const char *text);
/* 1 and the message, with the descriptor that came or -1; 0 at the end of the other side; -1 with errno.
 * A malformed datagram is EPROTO. More than one descriptor is refused, and closed. */
int control_receive(int fd, struct control *message, int *passed, bool wait);

/* One datagram and at most one descriptor: the same results. */
int descriptor_receive(int fd, void *bytes, size_t capacity, size_t *size, int *passed, bool wait);

/* Ends a text that came from a warden, and replaces what is not printable ASCII. */
void control_clean(char *text, size_t capacity);

#endif

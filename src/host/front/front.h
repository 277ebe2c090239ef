/* SPDX-License-Identifier: Apache-2.0 */
/* casemate-front: the process that speaks TLS on casemated's TCP port. It owns the port and the key, and
 * hands casemated the plain end of each connection whose handshake is over, so that neither a flaw in TLS nor
 * its work is casemated's. */
#ifndef CASEMATE_HOST_FRONT_H
#define CASEMATE_HOST_FRONT_H

#include "../loop.h"
#include "../warden/control.h"
#include "tls.h"

/* What casemated sends first (CONTROL_FRONT), then one CONTROL_LISTEN with each listening socket, then
 * CONTROL_READY; what comes back is CONTROL_READY or CONTROL_FAILED, then CONTROL_CONNECTION with each
 * socket. */
struct control_front {
    char certificate[PATH_MAX], key[PATH_MAX];
    uint32_t connections;  /* at a time */
    uint32_t handshake_ms; /* for the handshake */
};

enum { FRONT_BUFFER = 16384, FRONT_LISTENERS = 8 };

struct front_connection {
    struct front_connection *next, *previous; /* oldest first */
    struct front *front;
    struct source outer, inner; /* TCP; the plain end */
    mbedtls_ssl_context ssl;
    bool shaken;               /* the handshake is over */
    bool outer_end, inner_end; /* that side sends no more */
    bool tls_wants_write;
    uint64_t deadline;
    size_t in_at, in_size, out_at, out_size;
    uint8_t in[FRONT_BUFFER], out[FRONT_BUFFER]; /* to casemated, to the client */
};

struct front {
    struct loop loop;
    struct tls_server tls;
    struct source control;
    struct source listener[FRONT_LISTENERS];
    unsigned listeners, connections, limit;
    uint32_t handshake_ms;
    struct front_connection *first, *last;
    bool paused; /* out of descriptors */
};

/* Serves until casemated is gone. */
void front_run(struct front *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The malicious host of the attack tests: it stands on the real sockets between client and host agent, passes
 * everything on, and does one thing that a host could do. One process per connection. */
#ifndef CASEMATE_TESTS_MIDDLE_H
#define CASEMATE_TESTS_MIDDLE_H

#include "../../../src/proto/message.h"

enum { HEAD_MAX = 16384 };

struct attack {
    const char *mode;     /* the word before the first ':' */
    const char *argument; /* what follows it, or "" */
    const char *loot;     /* file for all that the attacker learns in clear; may be NULL */
    const char *record;   /* file for every byte that passes; may be NULL */
};

/* A connection whose request head has been read; target is connected. */
struct connection {
    int client, target;
    char head[HEAD_MAX + 1]; /* of the client's first request, and what came behind it */
    size_t head_size, head_end;
};

/* Byte modes, after an Upgrade or on any connection: pass, cut, flip, stall, repeat. */
void pump(const struct attack *attack, struct connection *c, bool session);
/* Sends the (changed) request on and the answer back, so that both ends stand behind 101. False if the host
 * refused. */
bool upgrade(struct connection *c, bool answer_client);
/* Session modes that speak TLS to the client themselves. */
void impersonate(const struct attack *attack, struct connection *c);
void answer_tls12(struct connection *c);

bool write_all(int fd, const void *bytes, size_t size);
void append_file(const char *path, const void *bytes, size_t size);

#endif

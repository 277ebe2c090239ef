/* SPDX-License-Identifier: Apache-2.0 */
/* The frame of the TLS peers: a server process sends MiB over TCP on loopback, this process receives and
 * measures; handshakes are counted for one second. Each library fills in four functions. */
#ifndef CASEMATE_BENCH_TLS_H
#define CASEMATE_BENCH_TLS_H

#include <stddef.h>

/* Both sides: make keys and settings. 0, or the process ends with the message on stderr. */
void peer_prepare(int is_server, const char *suite);
/* A handshake on a connected socket; NULL on failure. */
void *peer_handshake(int socket);
/* Bytes moved, 0 at the end, -1 on failure. */
long peer_read(void *connection, void *bytes, size_t size);
long peer_write(void *connection, const void *bytes, size_t size);
void peer_close(void *connection);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One transfer over libcurl's multi interface, never blocking: descriptor, events, timeout, and a step. */
#ifndef CASEMATE_CLIENT_CURL_LOOP_H
#define CASEMATE_CLIENT_CURL_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "curl_library.h"

enum { CURL_LOOP_SOCKETS_MAX = 8 };

struct curl_loop {
    CURLM *multi;
    struct {
        curl_socket_t fd;
        int what; /* CURL_POLL_* */
    } sockets[CURL_LOOP_SOCKETS_MAX];
    int64_t timer; /* deadline of curl's own timer, monotonic ms; -1 none */
};

/* Monotonic milliseconds. */
int64_t clock_ms(void);

/* -1 if libcurl has no memory; it must have been loaded. The loop must stay where it is until
 * curl_loop_free(), by when no transfer is in it any more; all zero is one that needs no freeing. */
int curl_loop_init(struct curl_loop *loop);
void curl_loop_free(struct curl_loop *loop);

int curl_loop_fd(const struct curl_loop *loop);
int curl_loop_events(const struct curl_loop *loop);
/* Milliseconds until a step is due, at most until the deadline. */
int64_t curl_loop_timeout(const struct curl_loop *loop, int64_t deadline);
/* A step; true, with the transfer's result, when it ended. */
bool curl_loop_step(struct curl_loop *loop, CURLcode *result);

#endif

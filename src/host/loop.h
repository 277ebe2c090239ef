/* SPDX-License-Identifier: Apache-2.0 */
/* casemated's event loop: one thread, epoll(7), level-triggered. */
#ifndef CASEMATE_HOST_LOOP_H
#define CASEMATE_HOST_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "../base/error.h"

/* Something with a descriptor; lives in the structure of its owner, who removes it before the descriptor is
 * closed. */
struct source {
    int fd;
    void (*ready)(void *owner, uint32_t events);
    void *owner;
    void *context; /* of the owner's own use */
    bool added;
};

struct loop {
    int epoll;
    bool stop;
    /* Sources that were removed while the loop was handing out events must not be called any more. */
    const struct source *removed[64];
    unsigned removed_count;
};

int loop_init(struct loop *l, struct casemate_error *err);
void loop_free(struct loop *l);
int loop_add(struct loop *l, struct source *s, uint32_t events, struct casemate_error *err);
void loop_change(struct loop *l, struct source *s, uint32_t events);
void loop_remove(struct loop *l, struct source *s);
/* Waits at most so long (milliseconds, -1 for ever) and serves what is ready. */
void loop_step(struct loop *l, int timeout_ms);

/* Milliseconds that only grow; seconds since 1970. */
uint64_t clock_ms(void);
int64_t clock_wall(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Random bytes of the process TEE: getrandom() through a small pool whose every filling is health-tested
 * (after the repetition count test of NIST SP 800-90B, 4.4.1, with words of 64 bits, so that a healthy
 * source fails once in 2^60 fillings). A source that fails ends the Keep before a key is made from it. */
#include "../../proto/guard.h"
#include "process.h"

enum { POOL_SIZE = 256, POOL_WORDS = POOL_SIZE / 8, TRIES_MAX = 16 };

static uint8_t pool[POOL_SIZE];
static size_t pool_left;               /* unused bytes, at the end of the pool */
static uint64_t last_first, last_last; /* words of the filling before */

static void pool_read(void)
{
    size_t got = 0;
    for (unsigned tries = 0; got < POOL_SIZE; tries++) {
        long n = tries < TRIES_MAX ? sys_getrandom(pool + got, POOL_SIZE - got) : 0;
        if (n == -LINUX_EINTR || n == -LINUX_EAGAIN)
            continue;
        if (n <= 0 || (size_t)n > POOL_SIZE - got)
            shim_exit(KEEP_EENTROPY);
        got += (size_t)n;
    }
}

/* No word is zero or repeats its predecessor, and the filling does not begin as the last one did. */
static bool pool_healthy(void)
{
    uint64_t previous = last_last, first = load_le64(pool);
    if (first == last_first)
        return false;
    for (size_t i = 0; i < POOL_WORDS; i++) {
        uint64_t word = load_le64(pool + 8 * i);
        if (word == 0 || word == previous)
            return false;
        previous = word;
    }
    last_first = first;
    last_last = previous;
    return true;
}

int shim_random(uint8_t *bytes, size_t size)
{
    while (size > 0) {
        if (pool_left == 0) {
            pool_read();
            if (!guard_holds(GUARD_SHIM_RANDOM, pool_healthy()))
                shim_exit(KEEP_EENTROPY);
            /* The two words that the next test compares with are kept, so they are never given out. */
            pool_left = POOL_SIZE - 16;
        }
        size_t part = size < pool_left ? size : pool_left;
        uint8_t *from = pool + POOL_SIZE - 8 - pool_left;
        memcpy(bytes, from, part);
        bytes_wipe(from, part);
        pool_left -= part;
        bytes += part;
        size -= part;
    }
    return 0;
}

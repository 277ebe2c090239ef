/* SPDX-License-Identifier: Apache-2.0 */
/* Is a process Keep usable here? Decided by launching one and having it answer: it opens, and closes, a
 * channel. */
#include "process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct tee_finding *add(struct tee_probe *probe, const char *name)
{
    struct tee_finding *f = &probe->finding[probe->count++];
    (void)snprintf(f->name, sizeof f->name, "%s", name);
    return f;
}

static uint64_t now_ms(void)
{
    struct timespec t = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void find_image(const struct tee_launch *trial, struct tee_probe *probe)
{
    struct tee_finding *f = add(probe, "image");
    f->ok = access(trial->image, R_OK) == 0;
    (void)snprintf(f->expected, sizeof f->expected, "a readable Keep image");
    (void)snprintf(f->found, sizeof f->found, "%.127s", f->ok ? trial->image : "none");
    if (!f->ok)
        (void)snprintf(f->next, sizeof f->next, "install Casemate whole: images live in lib/casemate/images");
}

/* BOOT, OPEN of channel 1, CLOSE of channel 1: a Keep that lives answers with its own CLOSE. */
static size_t compose(const struct tee_launch *trial, uint8_t *to)
{
    const struct frame boot = {FRAME_BOOT, 0, (uint32_t)trial->boot_record.size}, open = {FRAME_OPEN, 1, 1},
                       shut = {FRAME_CLOSE, 1, 0};
    size_t at = 0;
    frame_encode(&boot, to);
    at += FRAME_HEADER_SIZE;
    memcpy(to + at, trial->boot_record.data, trial->boot_record.size);
    at += trial->boot_record.size;
    frame_encode(&open, to + at);
    at += FRAME_HEADER_SIZE;
    to[at++] = FRAME_PURPOSE_SESSION;
    frame_encode(&shut, to + at);
    return at + FRAME_HEADER_SIZE;
}

/* True when the CLOSE came. *size of what came in so far, at most a frame: a Keep says no more than that
 * here. */
static bool closed(struct tee_keep *keep, uint8_t *bytes, size_t *size, bool *over)
{
    ssize_t n = process_tee.receive(keep, bytes + *size, FRAME_SIZE_MAX - *size);
    *over = n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
    if (n > 0)
        *size += (size_t)n;
    for (size_t at = 0; *size - at >= FRAME_HEADER_SIZE;) {
        struct frame f;
        if (frame_decode(bytes + at, &f) < 0 || f.size > *size - at - FRAME_HEADER_SIZE)
            break;
        if (f.kind == FRAME_CLOSE && f.channel == 1)
            return true;
        at += FRAME_HEADER_SIZE + f.size;
    }
    return false;
}

static bool answers(const struct tee_launch *trial, struct tee_keep *keep, uint64_t until)
{
    static uint8_t out[BOOT_RECORD_SIZE_MAX + 64], in[FRAME_SIZE_MAX];
    size_t size = compose(trial, out), got = 0;
    bool over = false;
    /* A fresh socket's buffer takes it whole. */
    if (process_tee.transmit(keep, out, size) != (ssize_t)size)
        return false;
    while (!over) {
        uint64_t now = now_ms();
        struct pollfd wait = {.fd = process_tee.descriptor(keep), .events = POLLIN};
        if (now >= until || (poll(&wait, 1, (int)(until - now)) < 0 && errno != EINTR))
            return false;
        if (closed(keep, in, &got, &over))
            return true;
    }
    return false;
}

static void try_launch(const struct tee_launch *trial, int timeout_ms, struct tee_probe *probe)
{
    struct casemate_error err = {0};
    struct tee_keep *keep = NULL;
    uint64_t begun = now_ms();
    struct tee_finding *f = add(probe, "trial launch");
    (void)snprintf(f->expected, sizeof f->expected, "a Keep that answers within %d ms", timeout_ms);
    if (process_tee.launch(trial, &keep, &err) < 0) {
        (void)snprintf(f->found, sizeof f->found, "%.120s", err.what);
        (void)snprintf(f->next, sizeof f->next, "%.150s",
                       err.next[0] ? err.next : "see the log of casemated");
        return;
    }
    f->ok = answers(trial, keep, begun + (uint64_t)timeout_ms);
    process_tee.destroy(keep, NULL);
    if (f->ok) {
        (void)snprintf(f->found, sizeof f->found, "it answered after %d ms", (int)(now_ms() - begun));
        return;
    }
    (void)snprintf(f->found, sizeof f->found, "it was started, and did not answer");
    (void)snprintf(f->next, sizeof f->next, "is %.100s of this release?", trial->image);
}

void process_probe(const struct tee_launch *trial, int timeout_ms, struct tee_probe *probe)
{
    *probe = (struct tee_probe){.simulated = true};
    find_image(trial, probe);
    if (!probe->finding[0].ok)
        return;
    try_launch(trial, timeout_ms, probe);
    probe->usable = probe->finding[1].ok;
}

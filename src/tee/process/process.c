/* SPDX-License-Identifier: Apache-2.0 */
/* Launch, portal, evidence and end of a process Keep. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../proto/crypto.h"
#include "evidence.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

struct tee_keep {
    int portal, process; /* socket; pidfd */
    struct process_leaf *leaf;
    uint8_t measurement[PROCESS_MEASUREMENT_SIZE];
    uint8_t boot[DIGEST_SIZE];
};

static int make_leaf(struct tee_keep *k, const char *state, struct casemate_error *err)
{
    struct process_root *root = NULL;
    if (process_root_open(state, &root, err) < 0)
        return -1;
    int result = process_leaf_new(root, &k->leaf, err);
    process_root_free(root);
    return result;
}

/* Waits until the child has become the image, or has said why it cannot. */
static int await_exec(int report, struct casemate_error *err)
{
    int error = 0;
    ssize_t n;
    do
        n = read(report, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return 0;
    errno = n == sizeof error ? error : EIO;
    return casemate_fail_errno(err, E_TEE, "Cannot start the Keep image");
}

/* On success k->portal, k->process and *pending are open: who reads the last learns whether it came to exec.
 */
static int start(struct tee_keep *k, int image, uint64_t memory, int *pending, struct casemate_error *err)
{
    int portal[2] = {-1, -1}, report[2] = {-1, -1}, result = -1;
    pid_t child = -1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, portal) < 0 ||
        pipe2(report, O_CLOEXEC) < 0)
        (void)casemate_fail_errno(err, E_TEE, "Cannot make the Keep's portal");
    else if ((child = fork()) < 0)
        (void)casemate_fail_errno(err, E_TEE, "Cannot make the Keep's process");
    else if (child == 0)
        process_child(image, portal[1], report[1], memory);
    if (child > 0) {
        (void)close(report[1]);
        report[1] = -1;
        k->portal = portal[0];
        portal[0] = -1;
        k->process = (int)syscall(SYS_pidfd_open, child, 0);
        if (k->process < 0) {
            (void)casemate_fail_errno(err, E_TEE, "Cannot hold the Keep's process");
        } else {
            *pending = report[0];
            report[0] = -1;
            result = 0;
        }
    }
    for (int i = 0; i < 2; i++) {
        if (portal[i] >= 0)
            (void)close(portal[i]);
        if (report[i] >= 0)
            (void)close(report[i]);
    }
    return result;
}

static void destroy(struct tee_keep *k, int *status)
{
    siginfo_t info = {0};
    int got = -1;
    if (k->process >= 0) {
        (void)syscall(SYS_pidfd_send_signal, k->process, SIGKILL, NULL, 0);
        if (waitid((idtype_t)P_PIDFD, (id_t)k->process, &info, WEXITED) == 0)
            got = info.si_code == CLD_EXITED ? info.si_status << 8 : info.si_status;
        (void)close(k->process);
    }
    if (k->portal >= 0)
        (void)close(k->portal);
    process_leaf_free(k->leaf);
    free(k);
    if (status)
        *status = got;
}

/* What can be done while the Keep starts: its first bytes wait for it in the socket, its leaf is made. */
static int prepare(struct tee_keep *k, const struct tee_launch *launch, struct casemate_error *err)
{
    if (launch->first.size > 0) {
        ssize_t n = send(k->portal, launch->first.data, launch->first.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        *launch->first_sent = n > 0 ? (size_t)n : 0;
    }
    if (crypto_sha256(&launch->boot_record, 1, k->boot) < 0)
        return casemate_fail(err, E_INTERNAL, "Cannot hash the boot record");
    return make_leaf(k, launch->state, err);
}

static int launch(const struct tee_launch *launch, struct tee_keep **keep, struct casemate_error *err)
{
    struct tee_keep *k = calloc(1, sizeof *k);
    if (!k)
        return casemate_fail(err, E_NOMEM, "No memory for a Keep");
    k->portal = k->process = -1;
    int pending = -1, image = process_image_open(launch, k->measurement, err);
    int result = image < 0 ? -1 : start(k, image, launch->memory, &pending, err);
    if (image >= 0)
        (void)close(image);
    if (result == 0)
        result = prepare(k, launch, err);
    if (result == 0)
        result = await_exec(pending, err);
    if (pending >= 0)
        (void)close(pending);
    if (result < 0) {
        destroy(k, NULL);
        return -1;
    }
    *keep = k;
    return 0;
}

static int descriptor(const struct tee_keep *k)
{
    return k->portal;
}

static ssize_t transmit(struct tee_keep *k, const uint8_t *bytes, size_t size)
{
    return send(k->portal, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static ssize_t receive(struct tee_keep *k, uint8_t *bytes, size_t capacity)
{
    return recv(k->portal, bytes, capacity, MSG_DONTWAIT);
}

static int evidence(struct tee_keep *k, struct span request, uint8_t *answer, size_t capacity, size_t *size,
                    struct casemate_error *err)
{
    struct process_evidence e = {.debug = false};
    struct timespec now;
    if (request.size != REPORT_DATA_SIZE)
        return casemate_fail(err, E_PROTOCOL, "An EVIDENCE request of %zu bytes, not %d", request.size,
                             (int)REPORT_DATA_SIZE);
    memcpy(e.report_data, request.data, sizeof e.report_data);
    memcpy(e.measurement, k->measurement, sizeof e.measurement);
    memcpy(e.boot, k->boot, sizeof e.boot);
    e.issued_at = clock_gettime(CLOCK_REALTIME, &now) == 0 && now.tv_sec > 0 ? (uint64_t)now.tv_sec : 0;
    return process_evidence_sign(k->leaf, &e, answer, capacity, size, err);
}

static const char *const aliases[] = {"proc", "development", NULL};

static const int syscalls[] = {
    SYS_pidfd_send_signal, /* ends the Keep; only its own descriptor exists */
    SYS_waitid,            /* reaps it */
    SYS_getpid,            /* the generator behind signatures looks whether it was forked */
    SYS_getrandom,         /* and seeds itself anew now and then */
    -1,
};

const struct tee process_tee = {
    .name = "process",
    .aliases = aliases,
    .image = "keep-process",
    .summary = "a process of this machine, for development: nothing protects it from the host",
    .enforced_by = "process",
    .probe = process_probe,
    .seal = process_image_seal,
    .launch = launch,
    .syscalls = syscalls,
    .descriptor = descriptor,
    .transmit = transmit,
    .receive = receive,
    .evidence = evidence,
    .destroy = destroy,
};

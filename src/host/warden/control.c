/* SPDX-License-Identifier: Apache-2.0 */
/* Datagrams between casemated and warden. */
#include "control.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

struct head {
    uint32_t kind, number;
    int64_t value;
};

int control_send(int fd, enum control_kind kind, uint32_t number, int64_t value, struct span payload,
                 int passed, bool wait)
{
    struct head head = {(uint32_t)kind, number, value};
    struct iovec parts[2] = {{&head, sizeof head}, {(void *)(uintptr_t)payload.data, payload.size}};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct msghdr m = {.msg_iov = parts, .msg_iovlen = 2};
    if (payload.size > CONTROL_PAYLOAD_MAX) {
        errno = EMSGSIZE;
        return -1;
    }
    if (passed >= 0) {
        m.msg_control = &ancillary;
        m.msg_controllen = sizeof ancillary.space;
        struct cmsghdr *c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(c), &passed, sizeof passed);
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &m, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -1 : 0;
}

int control_send_text(int fd, enum control_kind kind, int64_t value, const char *text)
{
    size_t size = strnlen(text, CONTROL_TEXT_MAX);
    return control_send(fd, kind, 0, value, span_of(text, size), -1, true);
}

/* The one descriptor that came, or -1; false, with all of them closed, if there are more. */
static bool take_descriptor(struct msghdr *m, int *passed)
{
    bool more = (m->msg_flags & MSG_CTRUNC) != 0;
    *passed = -1;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int got;
            memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof got);
            if (*passed < 0) {
                *passed = got;
                continue;
            }
            (void)close(got);
            more = true;
        }
    }
    if (!more)
        return true;
    if (*passed >= 0)
        (void)close(*passed);
    *passed = -1;
    return false;
}

static int receive(int fd, struct iovec *parts, size_t count, size_t *size, int *passed, bool wait)
{
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(4 * sizeof(int))];
    } ancillary;
    struct msghdr m = {.msg_iov = parts,
                       .msg_iovlen = count,
                       .msg_control = &ancillary,
                       .msg_controllen = sizeof ancillary.space};
    ssize_t got;
    *passed = -1;
    /* ECONNRESET comes once, when the other side ended without reading all: what it said is still there. */
    do
        got = recvmsg(fd, &m, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
    while (got < 0 && (errno == EINTR || errno == ECONNRESET));
    if (got <= 0)
        return (int)got;
    *size = (size_t)got;
    if (take_descriptor(&m, passed) && !(m.msg_flags & MSG_TRUNC))
        return 1;
    if (*passed >= 0)
        (void)close(*passed);
    *passed = -1;
    errno = EPROTO;
    return -1;
}

int descriptor_receive(int fd, void *bytes, size_t capacity, size_t *size, int *passed, bool wait)
{
    struct iovec part = {bytes, capacity};
    return receive(fd, &part, 1, size, passed, wait);
}

int control_receive(int fd, struct control *message, int *passed, bool wait)
{
    struct head head;
    struct iovec parts[2] = {{&head, sizeof head}, {message->payload, CONTROL_PAYLOAD_MAX}};
    size_t got = 0;
    int result = receive(fd, parts, 2, &got, passed, wait);
    if (result <= 0)
        return result;
    if (got < sizeof head) {
        if (*passed >= 0)
            (void)close(*passed);
        *passed = -1;
        errno = EPROTO;
        return -1;
    }
    message->kind = head.kind;
    message->number = head.number;
    message->value = head.value;
    message->size = got - sizeof head;
    message->payload[message->size] = 0;
    return 1;
}

void control_clean(char *text, size_t capacity)
{
    text[capacity - 1] = 0;
    for (; *text; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

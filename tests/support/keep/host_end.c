/* SPDX-License-Identifier: Apache-2.0 */
/* A well-behaved host, as far as a test does not ask for another. */
#include "host_end.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../src/proto/cose.h"
#include "../../../src/proto/eat.h"

static uint64_t now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- the two kinds of Keep ---- */

static void image_start(struct host_end *host, const char *path)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        abort();
    pid_t pid = fork();
    if (pid < 0)
        abort();
    if (pid == 0) {
        (void)dup2(ends[1], 0);
        for (int fd = 1; fd < 64; fd++)
            close(fd);
        execl(path, path, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    host->fd = ends[0];
    host->pid = pid;
}

void host_start_bare(struct host_end *host, const char *image)
{
    *host = (struct host_end){.fd = -1, .state = -1, .deadline_ms = 10000};
    if (image) {
        image_start(host, image);
    } else {
        shim_test_reset();
        host->keep = calloc(1, sizeof *host->keep);
        if (!host->keep)
            abort();
        keep_init(host->keep);
    }
}

void host_start(struct host_end *host, const char *image, uint64_t memory)
{
    host_start_bare(host, image);
    uint8_t record[BOOT_RECORD_SIZE_MAX];
    size_t size;
    struct boot_record boot = {.tee = "process", .memory = memory};
    if (boot_record_encode(&boot, record, sizeof record, &size) != 0)
        abort();
    struct span part = span_of(record, size);
    if (crypto_sha256(&part, 1, host->boot) != 0)
        abort();
    host_send_frame(host, FRAME_BOOT, 0, record, size);
}

static void image_gone(struct host_end *host)
{
    int status = 0;
    if (!host->gone && waitpid(host->pid, &status, 0) == host->pid)
        host->status = WIFEXITED(status) ? -WEXITSTATUS(status) : -1000 - WTERMSIG(status);
    host->gone = true;
}

void host_stop(struct host_end *host)
{
    if (host->keep) {
        keep_free(host->keep);
        free(host->keep);
    } else {
        close(host->fd);
        image_gone(host);
    }
    for (unsigned i = 0; i < HOST_CHANNELS; i++) {
        free(host->channel[i].in.bytes);
        free(host->channel[i].out.bytes);
    }
    free(host->received.bytes);
    free(host->outbox);
    if (host->keep)
        shim_test_reset();
    *host = (struct host_end){.fd = -1};
}

void host_send_raw(struct host_end *host, const void *bytes, size_t size)
{
    if (host->keep) {
        shim_pipe_write(&shim_test.to_keep, bytes, size);
        return;
    }
    for (size_t at = 0; at < size && !host->gone;) {
        ssize_t n = send(host->fd, (const uint8_t *)bytes + at, size - at, MSG_NOSIGNAL);
        if (n > 0)
            at += (size_t)n;
        else if (errno == EAGAIN)
            (void)poll(&(struct pollfd){.fd = host->fd, .events = POLLOUT}, 1, 100);
        else
            return;
    }
}

void host_send_frame(struct host_end *host, uint8_t kind, uint16_t channel, const void *payload, size_t size)
{
    uint8_t header[FRAME_HEADER_SIZE];
    struct frame f = {.kind = kind, .channel = channel, .size = (uint32_t)size};
    frame_encode(&f, header);
    host_send_raw(host, header, sizeof header);
    host_send_raw(host, payload, size);
}

/* ---- requests ---- */

int host_evidence(const struct host_end *host, struct span report, uint8_t *body, size_t capacity,
                  size_t *size)
{
    uint8_t payload[PROCESS_EAT_SIZE_MAX], header[64];
    static const uint8_t signature[COSE_SIGNATURE_SIZE], certificate[8];
    size_t payload_size, header_size;
    struct process_eat eat = {.issued_at = 1,
                              .debug = EAT_DEBUG_DISABLED,
                              .profile = SPAN_LITERAL(PROCESS_EAT_PROFILE),
                              .enforced_by = SPAN_LITERAL("process")};
    if (report.size != REPORT_DATA_SIZE)
        return FRAME_STATUS_REFUSED;
    memcpy(eat.report_data, report.data, REPORT_DATA_SIZE);
    memcpy(eat.boot, host->boot, DIGEST_SIZE);
    struct span chain = span_of(certificate, sizeof certificate);
    if (process_eat_encode(&eat, payload, sizeof payload, &payload_size) != 0 ||
        cose_protected_encode(&chain, 1, header, sizeof header, &header_size) != 0)
        abort();
    struct cose_sign1 sign = {.protected_header = span_of(header, header_size),
                              .payload = span_of(payload, payload_size),
                              .signature = span_of(signature, sizeof signature)};
    if (cose_sign1_encode(&sign, body, capacity, size) != 0)
        abort();
    return FRAME_STATUS_OK;
}

static void answer(struct host_end *host, uint32_t id, int status, const uint8_t *body, size_t size)
{
    static uint8_t payload[FRAME_PAYLOAD_MAX];
    frame_call_encode(&(struct frame_call){.id = id, .code = (uint16_t)status}, payload);
    if (size > 0)
        memcpy(payload + FRAME_CALL_HEADER_SIZE, body, size);
    host_send_frame(host, FRAME_REPLY, 0, payload, FRAME_CALL_HEADER_SIZE + size);
}

static void on_request(struct host_end *host, struct span payload)
{
    static uint8_t body[FRAME_CALL_BODY_MAX];
    struct frame_call call;
    struct span asked;
    size_t size = 0;
    if (frame_call_decode(FRAME_REQUEST, payload, &call, &asked) != 0)
        abort();
    if (call.code == FRAME_METHOD_STATE) {
        host->state = asked.size == 1 ? asked.data[0] : -2;
        host->states++;
        answer(host, call.id, FRAME_STATUS_OK, NULL, 0);
        return;
    }
    host->evidences++;
    int status = host->on_evidence ? host->on_evidence(host, asked, body, sizeof body, &size)
                                   : host_evidence(host, asked, body, sizeof body, &size);
    if (status >= 0)
        answer(host, call.id, status, body, status == FRAME_STATUS_OK ? size : 0);
}

/* ---- channels ---- */

static struct host_channel *find(struct host_end *host, uint16_t number)
{
    for (unsigned i = 0; i < HOST_CHANNELS; i++)
        if (host->channel[i].number == number)
            return &host->channel[i];
    return NULL;
}

static struct host_channel *take(struct host_end *host, uint16_t number, uint8_t purpose)
{
    struct host_channel *c = find(host, 0);
    if (!c)
        abort();
    free(c->in.bytes);
    free(c->out.bytes);
    *c = (struct host_channel){
        .number = number, .purpose = purpose, .credit = FRAME_WINDOW, .window = FRAME_WINDOW};
    return c;
}

struct host_channel *host_open(struct host_end *host)
{
    uint16_t number = 1;
    while (find(host, number))
        number = (uint16_t)(number + 2);
    uint8_t purpose = FRAME_PURPOSE_SESSION;
    host_send_frame(host, FRAME_OPEN, number, &purpose, 1);
    return take(host, number, purpose);
}

size_t host_read(struct host_channel *c, void *bytes, size_t size)
{
    return shim_pipe_read(&c->in, bytes, size);
}

void host_write(struct host_channel *c, const void *bytes, size_t size)
{
    shim_pipe_write(&c->out, bytes, size);
}

/* What was written goes first. */
static void channel_flush(struct host_end *host, struct host_channel *c)
{
    uint8_t bytes[FRAME_PAYLOAD_MAX];
    while (c->number && !c->closed && c->credit > 0 && c->out.at < c->out.size) {
        size_t size = sizeof bytes < c->credit ? sizeof bytes : c->credit;
        size = shim_pipe_read(&c->out, bytes, size);
        c->credit -= (uint32_t)size;
        host_send_frame(host, FRAME_DATA, c->number, bytes, size);
    }
    /* Consumed is what the test has read. */
    uint32_t held = (uint32_t)(c->in.size - c->in.at), grant = FRAME_WINDOW - c->window - held;
    if (c->number && !c->closed && !c->peer_closed && grant >= FRAME_WINDOW / 4) {
        uint8_t count[4];
        store_le32(count, grant);
        c->window += grant;
        host_send_frame(host, FRAME_CREDIT, c->number, count, sizeof count);
    }
}

void host_close(struct host_end *host, struct host_channel *c)
{
    channel_flush(host, c);
    host_send_frame(host, FRAME_CLOSE, c->number, NULL, 0);
    c->closed = true;
    if (c->peer_closed)
        c->number = 0;
}

static void on_frame(struct host_end *host, const struct frame *f, const uint8_t *payload)
{
    struct host_channel *c = f->channel ? find(host, f->channel) : NULL;
    if (f->kind == FRAME_REQUEST) {
        on_request(host, span_of(payload, f->size));
    } else if (f->kind == FRAME_OPEN && !c) {
        (void)take(host, f->channel, payload[0]);
    } else if (f->kind == FRAME_DATA && c && f->size <= c->window) {
        c->window -= f->size;
        shim_pipe_write(&c->in, payload, f->size);
    } else if (f->kind == FRAME_CREDIT && c && load_le32(payload) <= FRAME_WINDOW - c->credit) {
        c->credit += load_le32(payload);
    } else if (f->kind == FRAME_CLOSE && c) {
        c->peer_closed = true;
        if (c->purpose == FRAME_PURPOSE_OUTBOX) {
            host->outbox_size = c->in.size - c->in.at;
            host->outbox = malloc(host->outbox_size + 1);
            (void)shim_pipe_read(&c->in, host->outbox, host->outbox_size);
            host_close(host, c);
        } else if (c->closed) {
            c->number = 0;
        }
    } else {
        fprintf(stderr, "the Keep broke the portal's rules: kind %u channel %u\n", f->kind, f->channel);
        abort();
    }
}

static void frames_handle(struct host_end *host)
{
    struct shim_pipe *p = &host->received;
    struct frame f;
    while (p->size - p->at >= FRAME_HEADER_SIZE) {
        if (frame_decode(p->bytes + p->at, &f) != 0)
            abort();
        if (p->size - p->at - FRAME_HEADER_SIZE < f.size)
            break;
        static uint8_t payload[FRAME_PAYLOAD_MAX];
        memcpy(payload, p->bytes + p->at + FRAME_HEADER_SIZE, f.size);
        p->at += FRAME_HEADER_SIZE + f.size;
        on_frame(host, &f, payload);
    }
}

static void receive(struct host_end *host)
{
    uint8_t bytes[65536];
    if (host->keep) {
        for (size_t n; (n = shim_pipe_read(&shim_test.to_host, bytes, sizeof bytes)) > 0;)
            shim_pipe_write(&host->received, bytes, n);
        return;
    }
    for (;;) {
        ssize_t n = recv(host->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (n > 0) {
            shim_pipe_write(&host->received, bytes, (size_t)n);
        } else {
            if (n == 0 || (errno != EAGAIN && errno != EINTR))
                image_gone(host);
            return;
        }
    }
}

void host_pump(struct host_end *host)
{
    for (unsigned i = 0; i < HOST_CHANNELS; i++)
        channel_flush(host, &host->channel[i]);
    if (host->keep && !host->gone && !host->keep->polling) {
        host->status = keep_step(host->keep);
        host->gone = host->status != 0;
    } else if (!host->keep) {
        (void)poll(&(struct pollfd){.fd = host->fd, .events = POLLIN}, 1, 1);
    }
    receive(host);
    if (host->lenient)
        host->received.at = host->received.size;
    else
        frames_handle(host);
}

bool host_pump_until(struct host_end *host, bool (*condition)(void *context), void *context)
{
    uint64_t end = now_ms() + host->deadline_ms;
    while (!condition(context)) {
        if (host->gone || now_ms() > end)
            return false;
        host_pump(host);
    }
    return true;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A Keep image for tests of warden and casemated: speaks the portal (docs/protocol.md, section 2), no TLS. It
 * echoes what sessions send; how else it behaves is in the last two digits of the memory size that it is
 * booted with. Native code without a C library, as an image that a hostile client might have got a host to
 * run. */
#include "../../src/proto/frame.h"

enum mode {
    MODE_ECHO = 0,
    MODE_EXIT = 1,        /* ends at once with status 7 */
    MODE_SILENT = 2,      /* reads nothing after BOOT */
    MODE_OUTBOX = 3,      /* states up to ended, an outbox of 100000 bytes, ends when it is stored */
    MODE_OUTBOX_HUGE = 4, /* an outbox without end */
    MODE_OUTBOX_CUT = 5,  /* ends in the middle of an outbox */
    MODE_EVIDENCE = 6,    /* echoes, after twelve requests for evidence have been answered */
    MODE_CRASH = 7,       /* a fault */
    MODE_SYSCALL = 8,     /* socket(2) */
    MODE_FLOOD = 9,       /* echoes, and a million requests for logging beside it */
    MODE_RANDOM = 10,     /* frames at random, most of them with a sound header */
    MODE_BREAK = 20,      /* from here on: one broken rule each */
    RULES = 24,
};

/* ---- no C library ---- */

#define ATTRIBUTES __attribute__((used, visibility("default")))
void *memcpy(void *restrict to, const void *restrict from, size_t size) ATTRIBUTES;
void *memset(void *to, int value, size_t size) ATTRIBUTES;
int memcmp(const void *a, const void *b, size_t size) ATTRIBUTES;
void *memmove(void *to, const void *from, size_t size) ATTRIBUTES;

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
    return result;
}

void *memset(void *to, int value, size_t size)
{
    void *result = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(size) : "a"(value) : "memory");
    return result;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;
    for (; size; size--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;
    if (t <= f)
        return memcpy(to, from, size);
    while (size--)
        t[size] = f[size];
    return to;
}

static long call(long number, long a, long b, long c, long d, long e)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

enum {
    CALL_READ = 0,
    CALL_WRITE = 1,
    CALL_SOCKET = 41,
    CALL_EXIT = 231,
    CALL_PPOLL = 271,
    CALL_RANDOM = 318
};

static _Noreturn void leave(int status)
{
    for (;;)
        (void)call(CALL_EXIT, status, 0, 0, 0, 0);
}

static void await(short events)
{
    struct {
        int fd;
        short events, returned;
    } set = {0, events, 0};
    (void)call(CALL_PPOLL, (long)&set, 1, 0, 0, 8);
}

static void put(const uint8_t *bytes, size_t size)
{
    while (size) {
        long n = call(CALL_WRITE, 0, (long)bytes, (long)size, 0, 0);
        if (n == -11) {
            await(4);
            continue;
        }
        if (n <= 0)
            leave(9);
        bytes += n;
        size -= (size_t)n;
    }
}

static void get(uint8_t *bytes, size_t size)
{
    while (size) {
        long n = call(CALL_READ, 0, (long)bytes, (long)size, 0, 0);
        if (n == -11) {
            await(1);
            continue;
        }
        if (n <= 0)
            leave(8);
        bytes += n;
        size -= (size_t)n;
    }
}

/* ---- frames ---- */

static uint8_t in[FRAME_PAYLOAD_MAX], out[FRAME_PAYLOAD_MAX];
static struct frame head;
static uint32_t last_id, replies;
static struct {
    bool open;
    uint32_t credit, size, at;
    uint8_t ring[FRAME_WINDOW];
} channel[FRAME_CHANNELS_MAX];
static uint32_t outbox_credit;
static bool outbox_closed;

static void send_frame(uint8_t kind, uint16_t number, const uint8_t *payload, size_t size)
{
    uint8_t header[FRAME_HEADER_SIZE] = {kind, 0, (uint8_t)number, (uint8_t)(number >> 8)};
    store_le32(header + 4, (uint32_t)size);
    put(header, sizeof header);
    put(payload, size);
}

static void ask(uint16_t method, const uint8_t *body, size_t size)
{
    uint8_t payload[FRAME_CALL_HEADER_SIZE + 64];
    store_le32(payload, ++last_id);
    store_le16(payload + 4, method);
    store_le16(payload + 6, 0);
    memcpy(payload + FRAME_CALL_HEADER_SIZE, body, size);
    send_frame(FRAME_REQUEST, 0, payload, FRAME_CALL_HEADER_SIZE + size);
}

static void say_credit(uint16_t number, uint32_t count)
{
    uint8_t payload[4];
    store_le32(payload, count);
    send_frame(FRAME_CREDIT, number, payload, sizeof payload);
}

static void echo(unsigned slot)
{
    while (channel[slot].open && channel[slot].size && channel[slot].credit) {
        uint32_t straight = FRAME_WINDOW - channel[slot].at, count = channel[slot].size;
        count = count < straight ? count : straight;
        count = count < channel[slot].credit ? count : channel[slot].credit;
        count = count < FRAME_PAYLOAD_MAX ? count : FRAME_PAYLOAD_MAX;
        send_frame(FRAME_DATA, (uint16_t)(2 * slot + 1), channel[slot].ring + channel[slot].at, count);
        channel[slot].at = (channel[slot].at + count) % FRAME_WINDOW;
        channel[slot].size -= count;
        channel[slot].credit -= count;
        say_credit((uint16_t)(2 * slot + 1), count);
    }
}

static void on_data(unsigned slot)
{
    for (uint32_t i = 0; i < head.size; i++)
        channel[slot].ring[(channel[slot].at + channel[slot].size + i) % FRAME_WINDOW] = in[i];
    channel[slot].size += head.size;
    /* A session that sends a lone NUL is closed by this end. */
    if (head.size == 1 && in[0] == 0) {
        send_frame(FRAME_CLOSE, head.channel, in, 0);
        channel[slot].open = false;
    }
}

static void act(void)
{
    unsigned slot = head.channel / 2;
    if (head.kind == FRAME_REPLY) {
        replies++;
        return;
    }
    if (head.channel % 2 == 0) {
        outbox_credit += head.kind == FRAME_CREDIT ? load_le32(in) : 0;
        outbox_closed |= head.kind == FRAME_CLOSE;
        return;
    }
    if (slot >= FRAME_CHANNELS_MAX)
        leave(10);
    if (head.kind == FRAME_OPEN) {
        channel[slot].open = true;
        channel[slot].size = 0;
        channel[slot].credit = FRAME_WINDOW;
    } else if (head.kind == FRAME_DATA && channel[slot].open) {
        on_data(slot);
    } else if (head.kind == FRAME_CREDIT) {
        channel[slot].credit += load_le32(in);
    } else if (head.kind == FRAME_CLOSE) {
        if (channel[slot].open)
            send_frame(FRAME_CLOSE, head.channel, in, 0);
        channel[slot].open = false;
    }
    echo(slot);
}

static void receive_one(void)
{
    uint8_t header[FRAME_HEADER_SIZE];
    get(header, sizeof header);
    head = (struct frame){header[0], load_le16(header + 2), load_le32(header + 4)};
    if (head.size > sizeof in)
        leave(11);
    get(in, head.size);
    act();
}

/* ---- modes ---- */

static void send_outbox(size_t size, bool whole)
{
    uint8_t purpose = FRAME_PURPOSE_OUTBOX;
    send_frame(FRAME_OPEN, 2, &purpose, 1);
    outbox_credit = FRAME_WINDOW;
    while (size) {
        size_t count = size < 5000 ? size : 5000;
        while (outbox_credit < count)
            receive_one();
        memset(out, (int)(size & 0xff), count);
        send_frame(FRAME_DATA, 2, out, count);
        outbox_credit -= (uint32_t)count;
        size -= count;
    }
    if (!whole)
        leave(0);
    send_frame(FRAME_CLOSE, 2, out, 0);
    while (!outbox_closed)
        receive_one();
}

static void say_state(uint8_t state)
{
    uint32_t before = replies;
    ask(FRAME_METHOD_STATE, &state, 1);
    while (replies == before)
        receive_one();
}

static void live_and_leave(size_t size, bool whole)
{
    for (uint8_t state = 1; state <= 3; state++)
        say_state(state);
    send_outbox(size, whole);
    leave(0);
}

static void ask_evidence(void)
{
    uint8_t report_data[64] = {1};
    for (unsigned i = 0; i < 12; i++) {
        ask(FRAME_METHOD_EVIDENCE, report_data, sizeof report_data);
        while (last_id - replies >= FRAME_REQUESTS_MAX)
            receive_one();
    }
    while (last_id != replies)
        receive_one();
}

static void flood(void)
{
    for (unsigned i = 0; i < 1000000; i++) {
        ask(FRAME_METHOD_LOG, (const uint8_t *)"flood\n\x1b[31m", 11);
        while (last_id - replies >= FRAME_REQUESTS_MAX)
            receive_one();
    }
}

/* Headers that are mostly sound, so that the payloads are looked at. */
static void random_frames(void)
{
    for (;;) {
        uint8_t dice[8], kind, number;
        (void)call(CALL_RANDOM, (long)dice, sizeof dice, 0, 0, 0);
        (void)call(CALL_RANDOM, (long)out, 600, 0, 0, 0);
        kind = dice[0] % 16 ? (uint8_t)(1 + dice[0] % 7) : dice[1];
        number = dice[2] % 4;
        size_t size = dice[3] % 2 ? dice[4] : kind == 2 ? 1 : kind == 4 ? 4 : kind == 5 ? 0 : 9;
        if (kind == 6 && dice[5] % 2) {
            ask((uint16_t)(dice[6] % 5), out, dice[7] % 64);
            continue;
        }
        send_frame(kind, number, out, size);
    }
}

static void open_outbox(void)
{
    uint8_t purpose = FRAME_PURPOSE_OUTBOX;
    send_frame(FRAME_OPEN, 2, &purpose, 1);
}

/* More than the window on channel 2, in one write: before the host has taken any of it and granted more. */
static void burst(void)
{
    static uint8_t bytes[6 * FRAME_SIZE_MAX];
    for (size_t at = 0; at < sizeof bytes; at += FRAME_SIZE_MAX) {
        bytes[at] = FRAME_DATA;
        bytes[at + 2] = 2;
        store_le32(bytes + at + 4, FRAME_PAYLOAD_MAX);
    }
    put(bytes, sizeof bytes);
}

/* Nine requests in one write: before the first is answered. */
static void burst_of_requests(void)
{
    enum { SIZE = FRAME_HEADER_SIZE + FRAME_CALL_HEADER_SIZE + 64 };
    static uint8_t bytes[9 * SIZE];
    for (unsigned i = 0; i < 9; i++) {
        uint8_t *frame = bytes + i * SIZE;
        frame[0] = FRAME_REQUEST;
        store_le32(frame + 4, SIZE - FRAME_HEADER_SIZE);
        store_le32(frame + FRAME_HEADER_SIZE, i + 1);
        store_le16(frame + FRAME_HEADER_SIZE + 4, FRAME_METHOD_EVIDENCE);
    }
    put(bytes, sizeof bytes);
}

/* The rules of docs/protocol.md, section 2, one by one. */
static void break_rule(unsigned rule)
{
    static const uint8_t zeros[64];
    uint8_t purpose = FRAME_PURPOSE_SESSION, header[8] = {0};
    switch (rule) {
    case 0:
        send_frame(FRAME_BOOT, 0, zeros, 10);
        break;
    case 1:
        send_frame(FRAME_OPEN, 2, &purpose, 1);
        break;
    case 2:
        purpose = FRAME_PURPOSE_OUTBOX;
        send_frame(FRAME_OPEN, 3, &purpose, 1);
        break;
    case 3:
        send_frame(FRAME_OPEN, 2, zeros, 1);
        break;
    case 4:
        open_outbox();
        open_outbox();
        break;
    case 5:
        send_frame(FRAME_DATA, 5, zeros, 10);
        break;
    case 6:
        send_frame(FRAME_DATA, 0, zeros, 10);
        break;
    case 7:
        open_outbox();
        burst();
        break;
    case 8:
        open_outbox();
        say_credit(2, 1);
        break;
    case 9:
        open_outbox();
        say_credit(2, 0);
        break;
    case 10:
        say_credit(7, 1);
        break;
    case 11:
        send_frame(FRAME_CLOSE, 9, zeros, 0);
        break;
    case 12:
        open_outbox();
        send_frame(FRAME_CLOSE, 2, zeros, 0);
        send_frame(FRAME_CLOSE, 2, zeros, 0);
        break;
    case 13:
        last_id = 1;
        ask(FRAME_METHOD_STATE, zeros, 1);
        break;
    case 14:
        ask(9, zeros, 1);
        break;
    case 15:
        burst_of_requests();
        break;
    case 16:
        header[0] = 1;
        send_frame(FRAME_REPLY, 0, header, 8);
        break;
    case 17:
        send_frame(8, 0, zeros, 0);
        break;
    case 18:
        send_frame(FRAME_CLOSE, 1, zeros, 1);
        break;
    case 19:
        header[0] = FRAME_REQUEST;
        header[1] = 1;
        put(header, 8);
        break;
    case 20:
        header[0] = FRAME_DATA;
        header[2] = 1;
        store_le32(header + 4, 16377);
        put(header, 8);
        break;
    case 21:
        header[0] = 4;
        ask(FRAME_METHOD_STATE, header, 1);
        break;
    case 22:
        header[0] = 2;
        ask(FRAME_METHOD_STATE, header, 1);
        ask(FRAME_METHOD_STATE, zeros, 1);
        break;
    case 23:
        ask(FRAME_METHOD_STATE, zeros, 2);
        break;
    default:
        leave(12);
    }
}

static void behave(unsigned mode)
{
    switch (mode) {
    case MODE_EXIT:
        leave(7);
    case MODE_SILENT:
        for (;;)
            await(8);
    case MODE_OUTBOX:
        live_and_leave(100000, true);
        break;
    case MODE_OUTBOX_HUGE:
        live_and_leave((size_t)1 << 40, true);
        break;
    case MODE_OUTBOX_CUT:
        live_and_leave(100000, false);
        break;
    case MODE_EVIDENCE:
        ask_evidence();
        break;
    case MODE_CRASH:
        *(volatile int *)8 = 1;
        break;
    case MODE_SYSCALL:
        (void)call(CALL_SOCKET, 2, 1, 0, 0, 0);
        break;
    case MODE_FLOOD:
        flood();
        break;
    case MODE_RANDOM:
        random_frames();
        break;
    default:
        if (mode >= MODE_BREAK && mode < MODE_BREAK + RULES)
            break_rule(mode - MODE_BREAK);
    }
}

/* memory is the last item of the boot record: an unsigned integer of up to eight bytes. */
static uint64_t memory_of(const uint8_t *record, size_t size)
{
    uint64_t value = 0;
    for (size_t i = size >= 8 ? size - 8 : 0; i < size; i++)
        value = value << 8 | record[i];
    return size > 9 && record[size - 9] == 0x1b ? value : value & 0xffffffff;
}

_Noreturn void keep_start(void) __attribute__((used));
_Noreturn void keep_start(void)
{
    uint8_t header[FRAME_HEADER_SIZE];
    get(header, sizeof header);
    head.size = load_le32(header + 4);
    if (header[0] != FRAME_BOOT || head.size > BOOT_RECORD_SIZE_MAX)
        leave(13);
    get(in, head.size);
    behave((unsigned)(memory_of(in, head.size) % 100));
    for (;;)
        receive_one();
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n and $-16, %rsp\n call keep_start\n hlt\n");

/* SPDX-License-Identifier: Apache-2.0 */
/* The host's end of the portal with a Keep that says anything: the input is a script. Each step opens or
 * closes a session, takes bytes, answers, transmits, or gives the Keep's next bytes, which are frames with a
 * sound header or just bytes. After each step windows and credit must add up. */
#include <stdlib.h>

#include "../src/host/warden/portal.h"

static struct portal portal;

static ssize_t pull(void *context, unsigned slot, uint8_t *to, size_t capacity)
{
    size_t count = capacity < 100 ? capacity : 100;
    (void)context;
    (void)slot;
    memset(to, 1, count);
    return (ssize_t)count;
}

static void check(void)
{
    for (unsigned i = 0; i < PORTAL_SLOTS; i++) {
        const struct portal_channel *c = &portal.channel[i];
        if (c->number == 0)
            continue;
        if (c->credit > FRAME_WINDOW || c->size > FRAME_WINDOW || c->at >= FRAME_WINDOW ||
            (uint64_t)c->granted + c->consumed + c->size > FRAME_WINDOW)
            abort();
    }
}

static void transmit(void)
{
    for (int round = 0; round < 50; round++) {
        portal_fill(&portal, pull, NULL);
        struct span out = portal_output(&portal);
        if (out.size == 0)
            return;
        portal_output_sent(&portal, out.size > 5000 ? 5000 : out.size);
    }
}

static void receive(const uint8_t *bytes, size_t size)
{
    size_t capacity;
    uint8_t *room = portal_input_room(&portal, &capacity);
    if (portal.broken)
        return;
    size = size < capacity ? size : capacity;
    memcpy(room, bytes, size);
    (void)portal_input(&portal, size);
}

/* kind and channel from the script, payload of the script's next bytes. */
static size_t receive_frame(const uint8_t *data, size_t size)
{
    uint8_t bytes[FRAME_HEADER_SIZE + 255];
    if (size < 3)
        return size;
    size_t payload = data[2] < size - 3 ? data[2] : size - 3;
    struct frame f = {(uint8_t)(1 + data[0] % 7), (uint16_t)(data[1] % 40), (uint32_t)payload};
    frame_encode(&f, bytes);
    memcpy(bytes + FRAME_HEADER_SIZE, data + 3, payload);
    if (f.kind == FRAME_REQUEST && payload >= FRAME_CALL_HEADER_SIZE && data[1] >= 128)
        store_le32(bytes + FRAME_HEADER_SIZE, portal.last_id + 1);
    receive(bytes, FRAME_HEADER_SIZE + payload);
    return 3 + payload;
}

static size_t step(const uint8_t *data, size_t size)
{
    unsigned slot = size > 1 ? data[1] % PORTAL_SLOTS : 0;
    struct portal_call *call;
    struct span waiting;
    switch (data[0] % 8) {
    case 0:
        (void)portal_open(&portal);
        return 1;
    case 1:
        portal_close(&portal, slot);
        return 2;
    case 2:
        waiting = portal_peek(&portal, slot);
        if (waiting.size)
            portal_consume(&portal, slot, waiting.size > 70 ? 70 : waiting.size);
        return 2;
    case 3:
        call = portal_next_call(&portal);
        if (call)
            (void)portal_answer(call, FRAME_STATUS_OK, span_of(data, size < 64 ? size : 64));
        return 1;
    case 4:
        transmit();
        return 1;
    case 5:
        receive(data + 1, slot < size - 1 ? slot : size - 1);
        return 1 + slot;
    default:
        return 1 + receive_frame(data + 1, size - 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (portal_init(&portal, SPAN_LITERAL("boot")) < 0)
        abort();
    for (size_t at = 0; at < size;) {
        at += step(data + at, size - at);
        check();
    }
    return 0;
}

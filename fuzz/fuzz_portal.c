/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the Keep's end of the portal (src/keep/portal): the input is what a host sends, whole frames or not.
 * Channels are read, echoed and closed, requests are always under way. */
#include <stdlib.h>

#include "../src/keep/portal/portal.h"
#include "../tests/support/keep/shim_test.h"

static struct portal portal;

static int on_boot(void *context, struct span record)
{
    (void)context;
    return record.size > BOOT_RECORD_SIZE_MAX ? abort(), 0 : 0;
}

static int on_opened(void *context, struct channel *channel)
{
    (void)context;
    if (channel->purpose != FRAME_PURPOSE_SESSION || channel->number % 2 == 0)
        abort();
    return 0;
}

static int on_reply(void *context, uint32_t id, enum frame_method method, enum frame_status status,
                    struct span body)
{
    (void)context;
    if (id == 0 || method != FRAME_METHOD_STATE || (status != FRAME_STATUS_OK && body.size > 0))
        abort();
    return 0;
}

static const struct portal_events events = {.boot = on_boot, .opened = on_opened, .reply = on_reply};

/* Reads what came; a byte of it decides what the Keep does. */
static void serve(struct channel *c)
{
    uint8_t bytes[512];
    size_t size = channel_read(c, bytes, sizeof bytes);
    if (size > 0 && bytes[0] == 'c')
        channel_close(c);
    else
        (void)channel_write(c, bytes, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t id;
    shim_test_reset();
    portal_init(&portal, &events, NULL);
    for (size_t at = 0; at < size; at += 100) {
        shim_pipe_write(&shim_test.to_keep, data + at, size - at < 100 ? size - at : 100);
        (void)portal_request(&portal, FRAME_METHOD_STATE, SPAN_LITERAL("x"), &id);
        shim_test.to_host.at = shim_test.to_host.size;
        if (portal_pump(&portal) != 0)
            break;
        for (unsigned i = 0; i < PORTAL_CHANNELS; i++) {
            struct channel *c = &portal.channel[i];
            if (c->number == 0)
                continue;
            if (c->credit > FRAME_WINDOW || ring_used(&c->in) + c->window > FRAME_WINDOW)
                abort();
            serve(c);
        }
    }
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The image keep-process in a process of its own, under a host that is this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "../../support/keep/any.h"
#include "../../support/keep/client.h"

enum { MEMORY = 256 << 20 };

static const char *image;

static void the_image_boots_attests_and_takes_an_owner(void **state)
{
    (void)state;
    struct host_end host;
    struct client c;
    struct owner_keys keys;
    owner_keys_make(&keys);
    host_start(&host, image, MEMORY);
    assert_int_equal(client_connect(&c, &host, NULL), 0);
    assert_true(client_attest(&c, 7));
    assert_memory_equal(c.said.spki, c.spki, 32);
    assert_int_equal(c.said.state, KEEP_UNOWNED);
    assert_true(client_prove(&c, &keys));
    assert_int_equal(c.m.state, KEEP_OWNED);
    assert_int_equal(host.state, KEEP_OWNED);
    client_free(&c);
    host_stop(&host);
}

static void the_image_ends_when_its_host_is_gone(void **state)
{
    (void)state;
    struct host_end host;
    host_start(&host, image, MEMORY);
    struct client c;
    assert_int_equal(client_connect(&c, &host, NULL), 0);
    client_free(&c);
    pid_t pid = host.pid;
    assert_true(pid > 0);
    host_stop(&host); /* waits for it */
}

/* A Keep that could not go on has said why by its exit status; a signal would be a fault of ours. */
static bool ended_in_order(const struct host_end *host)
{
    return host->status <= 0 && host->status >= KEEP_EENTROPY;
}

/* Frames in any order with fields near what is allowed, and a byte that is wrong now and then. */
static void send_anything(struct host_end *host)
{
    uint8_t payload[600], kind = (uint8_t)(1 + any() % 7);
    uint16_t channel = (uint16_t)(any() % 4 ? 1 + 2 * (any() % 3) : any() % 8);
    uint32_t size = kind == FRAME_OPEN     ? 1
                    : kind == FRAME_CREDIT ? 4
                    : kind == FRAME_CLOSE  ? 0
                                           : 8 + any() % 500;
    for (uint32_t i = 0; i < size; i++)
        payload[i] = (uint8_t)any();
    if (kind == FRAME_OPEN && any() % 8)
        payload[0] = FRAME_PURPOSE_SESSION;
    if (kind == FRAME_CREDIT || kind == FRAME_REPLY)
        memset(payload + 1, 0, kind == FRAME_CREDIT ? 3 : 7);
    if (kind >= FRAME_REQUEST || kind == FRAME_BOOT)
        channel = 0;
    host_send_frame(host, kind, channel, payload, size);
    if (any() % 50 == 0)
        host_send_raw(host, payload, 1 + any() % 7);
}

/* Acceptance 8, across processes. */
static void whatever_the_host_sends_the_image_goes_on_or_halts(void **state)
{
    (void)state;
    unsigned rounds = getenv("CASEMATE_SOAK") ? 10000 : 100, halted = 0;
    for (unsigned round = 0; round < rounds; round++) {
        struct host_end host;
        host_start(&host, image, MEMORY);
        host.lenient = true;
        for (int i = 0; i < 40 && !host.gone; i++) {
            send_anything(&host);
            host_pump(&host);
        }
        for (int i = 0; i < 20 && !host.gone; i++)
            host_pump(&host);
        halted += host.gone;
        if (!ended_in_order(&host) || (host.gone && host.status != KEEP_EHOST))
            fail_msg("round %u: status %d", round, host.status);
        host_stop(&host);
    }
    assert_true(halted > rounds / 4);
}

/* However little the boot record allows: service, or an orderly end. */
static void any_amount_of_memory_means_service_or_an_orderly_end(void **state)
{
    (void)state;
    unsigned served = 0, ended = 0;
    for (uint64_t memory = 0; memory <= 4 << 20; memory += 96 << 10) {
        struct host_end host;
        struct client c;
        struct owner_keys keys;
        owner_keys_make(&keys);
        host_start(&host, image, memory);
        host.deadline_ms = 3000;
        if (client_connect(&c, &host, NULL) == 0 && client_attest(&c, 1) && client_prove(&c, &keys))
            served++;
        else
            ended++;
        if (!ended_in_order(&host))
            fail_msg("memory %lu: status %d", (unsigned long)memory, host.status);
        client_free(&c);
        host_stop(&host);
    }
    assert_true(served > 5 && ended > 1);
}

static void a_boot_record_of_another_technology_halts_the_image(void **state)
{
    (void)state;
    static const uint8_t records[][24] = {
        {0xa3, 0, 1, 1, 0x63, 's', 'g', 'x', 2, 0x1a, 0x10, 0, 0, 0},
        {0xa3, 0, 2, 1, 0x67, 'p', 'r', 'o', 'c', 'e', 's', 's', 2, 0x1a, 0x10, 0, 0, 0},
        {0xff},
    };
    static const size_t sizes[] = {14, 18, 1};
    for (size_t i = 0; i < 3; i++) {
        struct host_end host;
        host_start_bare(&host, image);
        host_send_frame(&host, FRAME_BOOT, 0, records[i], sizes[i]);
        for (int j = 0; j < 1000 && !host.gone; j++)
            host_pump(&host);
        assert_true(host.gone);
        assert_int_equal(host.status, KEEP_EHOST);
        host_stop(&host);
    }
}

int main(void)
{
    image = getenv("CASEMATE_KEEP_IMAGE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_boots_attests_and_takes_an_owner),
        cmocka_unit_test(the_image_ends_when_its_host_is_gone),
        cmocka_unit_test(whatever_the_host_sends_the_image_goes_on_or_halts),
        cmocka_unit_test(any_amount_of_memory_means_service_or_an_orderly_end),
        cmocka_unit_test(a_boot_record_of_another_technology_halts_the_image),
    };
    return image && psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

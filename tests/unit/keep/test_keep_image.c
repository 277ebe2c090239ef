/* SPDX-License-Identifier: Apache-2.0 */
/* The image keep-process in a process of its own, under a host that is this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

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

int main(void)
{
    image = getenv("CASEMATE_KEEP_IMAGE");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_image_boots_attests_and_takes_an_owner),
        cmocka_unit_test(the_image_ends_when_its_host_is_gone),
    };
    return image && psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

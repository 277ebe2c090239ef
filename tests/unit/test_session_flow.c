/* SPDX-License-Identifier: Apache-2.0 */
/* A session with a Keep, step by step and in every wrong order, over TLS between buffers (docs/protocol.md,
 * sections 3 to 5). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../support/keep/client.h"

enum { MEMORY = 256 << 20 };

static void a_keep_attests_whoever_asks(void **state)
{
    (void)state;
    struct host_end host;
    struct client c;
    host_start(&host, NULL, MEMORY);
    assert_int_equal(client_connect(&c, &host, NULL), 0);
    assert_true(client_attest(&c, 7));
    uint8_t binder[32];
    assert_int_equal(client_export(&c, EXPORTER_EVIDENCE, c.said.nonce, binder), 0);
    assert_memory_equal(c.said.binder, binder, 32);
    assert_memory_equal(c.said.spki, c.spki, 32);
    assert_memory_equal(c.said.boot, host.boot, 32);
    assert_int_equal(c.said.state, KEEP_UNOWNED);
    assert_int_equal(c.said.nonce[0], 7);
    client_free(&c);
    host_stop(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_keep_attests_whoever_asks),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of sessions share: includes, one Keep, and short ways to say what is expected. */
#ifndef CASEMATE_TESTS_SESSION_TEST_H
#define CASEMATE_TESTS_SESSION_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "../../../src/keep/session/session.h"
#include "client.h"

enum { MEMORY = 256 << 20 };

/* The smallest module that is one. */
static const uint8_t tiny_module[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
#define TINY span_of(tiny_module, sizeof tiny_module)

/* The next answer is an `error` with this code, which closes the session or does not. */
static inline bool refused_with(struct client *c, const char *code, bool closes)
{
    if (!client_expect(c, MESSAGE_ERROR))
        return false;
    if (!span_equal(c->m.code, span_of(code, strlen(code))) || c->m.closes != closes) {
        fprintf(stderr, "# expected %s, got %.*s, closes %d\n", code, (int)c->m.code.size,
                (const char *)c->m.code.data, c->m.closes);
        return false;
    }
    return !closes || client_receive(c) == 0;
}

static inline bool closed_with(struct client *c, const char *code)
{
    return refused_with(c, code, true);
}

/* The session answers `attest` still. */
static inline bool still_served(struct client *c)
{
    return client_attest(c, 0x55);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the calls of a peer (src/keep/session): the first byte says how far the session has come, then
 * follow messages, each with two bytes of size. TLS is left out: what comes out of it is the peer's word in
 * any case. */
#include <stdlib.h>

#include "../src/keep/session/session.h"
#include "../tests/support/keep/shim_test.h"

enum { ATTESTED = 1, OWNER = 2, WORKLOAD = 4, PUBLIC = 8, RUNNING = 16, INPUT = 32 };

static const uint8_t module[] = {0, 'a', 's', 'm', 1, 0, 0, 0};

static uint64_t now(void *context)
{
    (void)context;
    return 1;
}

static void workload_make(struct keep *keep, bool is_public)
{
    struct deploy d = {.module_size = sizeof module, .is_public = is_public};
    struct span part = span_of(module, sizeof module);
    if (crypto_sha256(&part, 1, d.module_digest) != 0 ||
        workload_begin(&keep->workload, &d, 1 << 20, now, NULL) != 0 ||
        workload_data(&keep->workload, part) != 0)
        abort();
    /* Digest and run id that an input can name. */
    memset(keep->workload.digest, 'w', DIGEST_SIZE);
    keep->has_workload = true;
}

static void stage(struct keep *keep, struct session *s, uint8_t how)
{
    static const uint8_t run[RUN_ID_SIZE] = "rrrrrrrrrrrrrrr";
    s->attested = how & (ATTESTED | OWNER);
    s->owner = how & OWNER;
    if (how & (WORKLOAD | RUNNING))
        workload_make(keep, how & PUBLIC);
    if (s->owner) {
        keep->owner.known = true;
        keep->state = KEEP_OWNED;
    }
    if (!(how & RUNNING))
        return;
    if (program_prepare(&keep->program, run, how & INPUT) != 0)
        abort();
    keep->state = KEEP_RUNNING;
    s->input = s->owner && (how & INPUT);
    (void)output_write(&keep->program.output, 0, UINT64_MAX, 0, SPAN_LITERAL("some output"));
}

/* What is queued has left, and nobody waits for evidence. */
static void settle(struct session *s)
{
    for (int i = 0; i < 100; i++) {
        s->tx_at = s->tx_size;
        if (!session_stream(s))
            break;
    }
    s->tx_at = s->tx_size;
    s->attest.wanted = false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready) {
        shim_test_reset();
        ready = psa_crypto_init() == PSA_SUCCESS;
    }
    if (size < 1)
        return 0;
    struct keep *keep = calloc(1, sizeof *keep);
    struct session *s = calloc(1, sizeof *s);
    if (!keep || !s)
        abort();
    keep->boot.memory = 64 << 20;
    keep->session[0] = s;
    s->keep = keep;
    s->phase = SESSION_OPEN;
    stage(keep, s, data[0]);
    for (size_t at = 1; at + 2 <= size && s->phase == SESSION_OPEN;) {
        size_t part = (size_t)data[at] << 8 | data[at + 1];
        at += 2;
        part = part < size - at ? part : size - at;
        if (session_dispatch(s, span_of(data + at, part)) != 0)
            break;
        settle(s);
        at += part;
    }
    keep_free(keep);
    free(keep);
    return 0;
}

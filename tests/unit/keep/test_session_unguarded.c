/* SPDX-License-Identifier: Apache-2.0 */
/* Each protection of the Keep's sessions counts: with all of them every attack fails, and without one exactly
 * its attack succeeds. The Keep is a build for this test alone (src/proto/guards.def; rows 1, 8, 20, 27, 39,
 * 40, 42, 47, 48, 49, 52 and 56; acceptance 7 and 18). */
#include "../../support/keep/session_test.h"

#include "../../../src/proto/guard.h"

bool guard_off[GUARD_COUNT];

struct rig {
    struct host_end host;
    struct client owner, attacker;
    struct owner_keys keys, thief;
    uint8_t workload[32];
};

static bool deployed(struct rig *r, uint64_t time_floor)
{
    struct deploy d = client_deploy_of(TINY);
    d.time_floor = time_floor;
    return client_own(&r->owner, &r->host, &r->keys) && client_deploy(&r->owner, &d, TINY, r->workload);
}

static bool ran(struct rig *r)
{
    return deployed(r, 0) && client_start(&r->owner, r->workload, 7, false, false);
}

static bool stranger(struct rig *r)
{
    return client_connect(&r->attacker, &r->host, NULL) == 0 && client_attest(&r->attacker, 1);
}

/* Whether the answer to this is of the type that the attacker hopes for. */
static bool gets(struct client *c, const struct message *m, enum message_type wanted)
{
    client_send(c, m);
    return client_receive(c) == (int)wanted;
}

static struct message named(const struct rig *r, enum message_type type)
{
    struct message m = {.type = type, .path = SPAN_LITERAL("/")};
    memcpy(m.workload, r->workload, 32);
    memset(m.run, 7, sizeof m.run);
    return m;
}

/* ---- the attacks: true if they succeed ---- */

static bool a_stranger_deploys(struct rig *r)
{
    const struct message m = {.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)};
    return stranger(r) && gets(&r->attacker, &m, MESSAGE_CONTINUE);
}

static bool the_proof_of_one_session_is_used_in_another(struct rig *r)
{
    struct message proof;
    if (client_connect(&r->owner, &r->host, NULL) != 0 || !client_attest(&r->owner, 1) || !stranger(r))
        return false;
    client_proof(&r->owner, &r->keys, &proof);
    return gets(&r->attacker, &proof, MESSAGE_OWNER_VIEW);
}

static bool a_second_owner_takes_the_keep(struct rig *r)
{
    struct message proof;
    if (!client_own(&r->owner, &r->host, &r->keys) || !stranger(r))
        return false;
    client_proof(&r->attacker, &r->thief, &proof);
    return gets(&r->attacker, &proof, MESSAGE_OWNER_VIEW);
}

static bool an_abandoned_session_deploys(struct rig *r)
{
    const struct message older = {.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)};
    return client_own(&r->attacker, &r->host, &r->keys) && client_own(&r->owner, &r->host, &r->keys) &&
           gets(&r->attacker, &older, MESSAGE_CONTINUE);
}

static bool another_deploy_is_said_to_be_in(struct rig *r)
{
    struct message m = {.type = MESSAGE_DEPLOY, .deploy = client_deploy_of(TINY)};
    m.deploy.salt[0] = 1;
    return deployed(r, 0) && gets(&r->owner, &m, MESSAGE_WORKLOAD);
}

static bool secrets_reach_another_workload(struct rig *r)
{
    static const uint8_t none[] = {0x80};
    if (!deployed(r, 0))
        return false;
    struct message m = named(r, MESSAGE_SECRETS);
    m.env = m.files = span_of(none, 1);
    m.workload[9] ^= 1;
    return gets(&r->owner, &m, MESSAGE_OK);
}

static bool a_command_reaches_another_run(struct rig *r)
{
    if (!ran(r))
        return false;
    struct message m = named(r, MESSAGE_CP);
    m.run[3] ^= 1;
    return gets(&r->owner, &m, MESSAGE_DIRECTORY);
}

static bool a_stranger_is_told_the_workload(struct rig *r)
{
    const struct message m = {.type = MESSAGE_ATTEST_WORKLOAD};
    return deployed(r, 0) && stranger(r) && gets(&r->attacker, &m, MESSAGE_STATEMENT);
}

static bool a_client_without_a_protocol_is_served(struct rig *r)
{
    const struct message m = {.type = MESSAGE_ATTEST};
    return client_connect(&r->attacker, &r->host, &(struct client_options){.alpn = ""}) == 0 &&
           gets(&r->attacker, &m, MESSAGE_STATEMENT);
}

/* With no token left, an answer within the interval. A machine that is too slow to tell tries again. */
static bool attest_has_no_end(struct rig *r)
{
    struct evidence *e = &r->host.keep->evidence;
    if (!stranger(r))
        return false;
    for (int tries = 0; tries < 20; tries++) {
        unsigned before = r->host.evidences;
        e->tokens = 0;
        e->tokens_at = shim_time();
        uint64_t end = e->tokens_at + (uint64_t)EVIDENCE_INTERVAL_MS * 1000000;
        client_send(&r->attacker, &(struct message){.type = MESSAGE_ATTEST});
        host_pump(&r->host);
        bool at_once = r->host.evidences > before && shim_time() < end;
        if (at_once)
            return true;
        if (!client_expect(&r->attacker, MESSAGE_STATEMENT))
            return false;
    }
    return false;
}

enum { SECOND = 1000000000 };

static bool the_clock_stands_before_the_floor(struct rig *r)
{
    shim_test.wall_time = (uint64_t)1000 * SECOND;
    return deployed(r, 5000) && keep_realtime(r->host.keep) < (uint64_t)5000 * SECOND;
}

static bool the_clock_runs_back(struct rig *r)
{
    shim_test.wall_time = (uint64_t)1800000000 * SECOND;
    uint64_t first = keep_realtime(r->host.keep);
    shim_test.wall_time -= (uint64_t)315360000 * SECOND;
    return keep_realtime(r->host.keep) < first;
}

static int of_another(struct host_end *host, struct span report, uint8_t *body, size_t capacity, size_t *size)
{
    uint8_t other[REPORT_DATA_SIZE];
    memcpy(other, report.data, sizeof other);
    other[63] ^= 1;
    return host_evidence(host, span_of(other, sizeof other), body, capacity, size);
}

static bool evidence_of_something_else_is_passed_on(struct rig *r)
{
    r->host.on_evidence = of_another;
    const struct message m = {.type = MESSAGE_ATTEST};
    return client_connect(&r->attacker, &r->host, NULL) == 0 && gets(&r->attacker, &m, MESSAGE_STATEMENT);
}

static const struct attack {
    enum guard guard;
    bool (*succeeds)(struct rig *r);
    const char *name;
} attacks[] = {
#define ATTACK(guard, function) {GUARD_##guard, function, #function}
    ATTACK(KEEP_RIGHTS, a_stranger_deploys),
    ATTACK(KEEP_PROOF, the_proof_of_one_session_is_used_in_another),
    ATTACK(KEEP_OWNER, a_second_owner_takes_the_keep),
    ATTACK(KEEP_FENCE, an_abandoned_session_deploys),
    ATTACK(KEEP_ONCE, another_deploy_is_said_to_be_in),
    ATTACK(KEEP_WORKLOAD, secrets_reach_another_workload),
    ATTACK(KEEP_RUN, a_command_reaches_another_run),
    ATTACK(KEEP_PRIVATE, a_stranger_is_told_the_workload),
    ATTACK(KEEP_PROTOCOL, a_client_without_a_protocol_is_served),
    ATTACK(KEEP_RATE, attest_has_no_end),
    ATTACK(KEEP_FLOOR, the_clock_stands_before_the_floor),
    ATTACK(KEEP_FORWARD, the_clock_runs_back),
    ATTACK(KEEP_EVIDENCE, evidence_of_something_else_is_passed_on),
};
enum { ATTACKS = sizeof attacks / sizeof attacks[0] };
_Static_assert(ATTACKS == (int)GUARD_CLIENT_STATE, "every guard of the Keep has its attack");

/* A fresh Keep without the one guard, or with all (GUARD_COUNT). */
static bool succeeds(const struct attack *attack, enum guard without)
{
    static struct rig rig;
    static struct owner_keys keys, thief;
    static bool made;
    if (!made) {
        owner_keys_make(&keys);
        owner_keys_make(&thief);
        made = true;
    }
    rig = (struct rig){.keys = keys, .thief = thief};
    memset(guard_off, 0, sizeof guard_off);
    if (without < GUARD_COUNT)
        guard_off[without] = true;
    host_start(&rig.host, NULL, MEMORY);
    host_pump(&rig.host);
    bool result = attack->succeeds(&rig);
    if (rig.owner.host)
        client_free(&rig.owner);
    if (rig.attacker.host)
        client_free(&rig.attacker);
    host_stop(&rig.host);
    return result;
}

static void with_all_guards_every_attack_fails(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACKS; i++)
        if (succeeds(&attacks[i], GUARD_COUNT))
            fail_msg("%s", attacks[i].name);
}

static void without_its_guard_each_attack_succeeds(void **state)
{
    (void)state;
    for (int i = 0; i < ATTACKS; i++) {
        assert_int_equal(attacks[i].guard, i);
        if (!succeeds(&attacks[i], attacks[i].guard))
            fail_msg("%s", attacks[i].name);
    }
}

/* In short runs one other guard an attack, in long ones all. */
static void without_another_guard_no_attack_succeeds(void **state)
{
    (void)state;
    int others = getenv("CASEMATE_SOAK") ? ATTACKS - 1 : 1;
    for (int i = 0; i < ATTACKS; i++)
        for (int n = 1; n <= others; n++) {
            enum guard other = attacks[(i + n) % ATTACKS].guard;
            if (succeeds(&attacks[i], other))
                fail_msg("%s without guard %d", attacks[i].name, (int)other);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_all_guards_every_attack_fails),
        cmocka_unit_test(without_its_guard_each_attack_succeeds),
        cmocka_unit_test(without_another_guard_no_attack_succeeds),
    };
    return psa_crypto_init() == PSA_SUCCESS ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}

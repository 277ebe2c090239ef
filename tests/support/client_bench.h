/* SPDX-License-Identifier: Apache-2.0 */
/* A client's session and its other end in one thread, for tests: a fresh home in a temporary folder, a fake
 * Keep, a host whose connections are socketpairs, and a loop over both ends. */
#ifndef CASEMATE_TESTS_CLIENT_BENCH_H
#define CASEMATE_TESTS_CLIENT_BENCH_H

#include "../../include/casemate/casemate.h"
#include "fake_keep.h"

enum { BENCH_ENDS_MAX = 128 };

struct bench {
    char folder[64]; /* state of host and client */
    struct fake_keep keep;
    struct fake_session *ends[BENCH_ENDS_MAX];
    size_t end_count;
    /* What the next end is made with. */
    struct fake_session next;
    casemate_host *host;
    casemate_roots *roots;
    casemate_policy *policy;
    casemate_store *store;
    casemate_package *package;
    casemate_session *session;
    casemate_error *error;
    struct buffer output[2];
    struct buffer file;
    unsigned events[32]; /* how many came of each type */
    char exit_kind[16];
    int64_t exit_code;
    int64_t timeout_ms; /* of sessions: 2000 */
};

/* Everything but a session. allow: the policy allows the fake Keep's root. */
void bench_open(struct bench *b, bool allow);
void bench_close(struct bench *b);
/* A session with a new Keep, or with that of a record, or by a key. */
void bench_session(struct bench *b, casemate_record *record, const casemate_key *key);
void bench_session_end(struct bench *b);
/* The deploy of the package, its secrets, and start, as steps. */
void bench_ask_run(struct bench *b, bool input);
/* Until an event of this type (0), an end (1) or a failure (-1, b->error). Fails the test if nothing comes
 * for 10 s. */
int bench_until(struct bench *b, int32_t type);
/* The failure's code; "E_NONE" if nothing failed. */
const char *bench_code(const struct bench *b);
/* The one record of the store. */
casemate_record *bench_record(struct bench *b);
/* A verdict's policy for another roots/policy choice: replaces b->policy. */
void bench_policy(struct bench *b, bool allow, bool know_measurement);

#endif

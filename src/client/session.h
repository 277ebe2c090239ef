/* SPDX-License-Identifier: Apache-2.0 */
/* The session's inside: one struct, and what its files call of each other. session.c moves bytes, steps.c
 * decides what comes next and who takes which message; attest.c, own.c, deploy.c and command.c each do their
 * steps. */
#ifndef CASEMATE_CLIENT_SESSION_H
#define CASEMATE_CLIENT_SESSION_H

#include "../../include/casemate/casemate.h"
#include "channel.h"
#include "events.h"
#include "http.h"
#include "key.h"
#include "package.h"
#include "record.h"
#include "verdict.h"

enum {
    STEPS_MAX = 32,
    SESSION_OUT_HIGH = 1 << 16,    /* no more data is prepared beyond this */
    SESSION_EVENTS_HIGH = 1 << 18, /* no more is read while so much waits for the caller */
};

enum step_kind {
    STEP_ATTEST = 1,
    STEP_OWN,
    STEP_DEPLOY,
    STEP_ATTEST_WORKLOAD,
    STEP_SECRETS,
    STEP_START,
    STEP_ATTACH,
    STEP_LOGS,
    STEP_CP,
    STEP_STOP,
};

struct step {
    enum step_kind kind;
    struct casemate_package *package;
    bool attach, input;
    uint64_t offset[2];
    char *path;
};

/* What the session waits for. Streaming (output, exit) goes on beside it. */
enum awaiting {
    AWAIT_NOTHING = 0,
    AWAIT_STATEMENT,
    AWAIT_OWNER_VIEW,
    AWAIT_CONTINUE,
    AWAIT_SENT, /* the package goes out */
    AWAIT_WORKLOAD,
    AWAIT_WORKLOAD_STATEMENT,
    AWAIT_SECRETS_OK,
    AWAIT_RUNNING,
    AWAIT_ATTACHED,
    AWAIT_LOGS,
    AWAIT_CP,
    AWAIT_CP_DATA,
    AWAIT_STOP_OK,
};

enum connecting { CONNECT_TRANSPORT = 0, CONNECT_UPGRADE, CONNECT_DONE };

struct casemate_session {
    /* what the caller asked for */
    casemate_host *host;
    char keep_id[URL_KEEP_MAX + 1];
    const casemate_policy *policy;
    const casemate_roots *roots;
    casemate_store *store, *own_store;
    char name[RECORD_NAME_MAX + 1];
    char key_reference[RECORD_KEY_MAX];
    struct buffer policy_text;
    int64_t timeout_ms;

    /* transport */
    struct http http;
    enum connecting connecting;
    struct http_answer upgrade;
    struct buffer raw;  /* bytes after 101 that TLS has not read yet */
    struct buffer sent; /* the Upgrade request's rest */
    struct channel channel;
    struct buffer out, in;
    bool stalled; /* not read on because of waiting events */

    /* where it stands */
    int32_t state;
    enum awaiting awaiting;
    int64_t deadline; /* monotonic ms; -1 none */
    struct step steps[STEPS_MAX];
    size_t step_count;
    bool adopting, own_queued, owned, streaming, following, peer_closed, closing, ended;
    struct casemate_error error; /* once failed */
    bool failed;

    /* attestation */
    uint8_t spki[DIGEST_SIZE], nonce[NONCE_SIZE], binder[DIGEST_SIZE];
    struct buffer statement, evidence; /* the last of kind session */
    struct buffer workload_statement, workload_evidence;
    struct statement said;
    uint8_t statement_digest[DIGEST_SIZE];
    bool attested;
    struct casemate_verdict *verdict;
    int64_t valid_until;
    struct buffer bundle;

    /* ownership and workload */
    const struct casemate_key *key;
    struct casemate_key *own_key;
    struct casemate_record *record, *own_record;
    struct casemate_package *package;
    uint64_t package_sent;
    uint8_t run[RUN_ID_SIZE];

    /* streams */
    uint64_t output_at[2];
    bool input_open, start_attaches;
    uint64_t input_sent, input_acknowledged;
    bool input_full;
    uint64_t file_left;

    struct event_queue events;
};

/* Writes a message behind those that wait to be sent. */
int session_send(struct casemate_session *s, const struct message *m, struct casemate_error *err);
/* Sets what is waited for, and the time by which it must come. */
void session_await(struct casemate_session *s, enum awaiting awaiting);
int session_push(struct casemate_session *s, const struct step *step, struct casemate_error *err);

/* steps.c */
int session_advance(struct casemate_session *s, struct casemate_error *err);
int session_take_message(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_unexpected(const struct casemate_session *s, const struct message *m, struct casemate_error *err);

/* attest.c */
int session_begin_attest(struct casemate_session *s, struct casemate_error *err);
int session_begin_attest_workload(struct casemate_session *s, struct casemate_error *err);
int session_take_statement(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_workload_statement(struct casemate_session *s, const struct message *m,
                                    struct casemate_error *err);

/* own.c */
int session_begin_own(struct casemate_session *s, struct casemate_package *package,
                      struct casemate_error *err);
int session_take_owner_view(struct casemate_session *s, const struct message *m, struct casemate_error *err);
/* The owner digest that a statement with this nonce must carry. */
int session_owner_digest(const struct casemate_session *s, uint8_t digest[DIGEST_SIZE],
                         struct casemate_error *err);
/* The key that proves ownership: given, read with the record, or none yet (0 and s->key NULL). */
int session_find_key(struct casemate_session *s, struct casemate_error *err);

/* deploy.c */
int session_begin_deploy(struct casemate_session *s, struct casemate_package *package,
                         struct casemate_error *err);
int session_send_package(struct casemate_session *s, struct casemate_error *err);
int session_take_workload(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_begin_secrets(struct casemate_session *s, struct casemate_package *package,
                          struct casemate_error *err);
int session_begin_start(struct casemate_session *s, const struct step *step, struct casemate_error *err);
int session_take_running(struct casemate_session *s, const struct message *m, struct casemate_error *err);

/* command.c */
int session_begin_command(struct casemate_session *s, const struct step *step, struct casemate_error *err);
int session_take_attached(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_output(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_input_ack(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_logs_end(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_exit(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_file(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_file_data(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_directory(struct casemate_session *s, const struct message *m, struct casemate_error *err);
int session_take_ok(struct casemate_session *s, const struct message *m, struct casemate_error *err);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A session with one Keep: TLS 1.3, attested after the handshake and bound to it, then ownership, deployment
 * and commands, in the order of docs/protocol.md. Nothing of the workload is sent before the evidence passed.
 *
 * The object is a state machine. The steps that are asked for (casemate_session_deploy() and the others) are
 * queued and done in order; what happens comes out as events. A step that fails fails the session: its error
 * is given by casemate_session_process(), the peer gets close_notify and nothing else. */
#ifndef CASEMATE_SESSION_H
#define CASEMATE_SESSION_H

#include "host.h"
#include "key.h"
#include "package.h"
#include "policy.h"
#include "store.h"

#ifdef __cplusplus
extern "C" {
#endif
#ifdef __GNUC__
#pragma GCC visibility push(default)
#endif

typedef struct casemate_session casemate_session;

/* States, in order. */
#define CASEMATE_STATE_CONNECT  0 /* HTTP Upgrade */
#define CASEMATE_STATE_TLS      1
#define CASEMATE_STATE_ATTEST   2 /* waits for evidence */
#define CASEMATE_STATE_VERIFIED 3 /* the Keep is what the policy asks for */
#define CASEMATE_STATE_OWNED    4 /* ownership is proved and the Keep's view of it checked */
#define CASEMATE_STATE_DEPLOYED 5 /* the Keep has attested the same workload digest */
#define CASEMATE_STATE_RUNNING  6
#define CASEMATE_STATE_ENDED    7 /* exit record received, or session closed */

struct casemate_session_options {
    size_t size;
    /* Id of the Keep at the host; empty with a record. */
    const char *keep_id;
    size_t keep_id_size;
    /* Required. They must outlive the session. */
    const casemate_policy *policy;
    const casemate_roots *roots; /* NULL: vendors' roots only */
    /* The owner's key; NULL: for a new Keep a fresh pair, kept with its record; for a record, its own. */
    const casemate_key *key;
    const char *key_reference; /* what the record says of a key that was given (a path), for people */
    size_t key_reference_size;
    /* Where the record of a new Keep goes; NULL: the user's own store. */
    casemate_store *store;
    const char *name; /* of a new Keep, for its record */
    size_t name_size;
    const char *policy_text; /* the policy's file, for the record; empty: the default policy */
    size_t policy_text_size;
    /* Reconnection: only this very Keep is accepted. NULL for a new one. Updated by the session's steps. */
    casemate_record *record;
    /* Longest wait for an answer of the Keep and for each connection step; 0 for 30,000 ms. Output may pause
     * for ever. */
    int64_t timeout_ms;
};

int32_t casemate_session_new(casemate_host *host, const struct casemate_session_options *options,
                             casemate_session **session, casemate_error *error);
/* Closes it if it is open; the Keep goes on. */
void casemate_session_free(casemate_session *session);

/* ---- the non-blocking face: as casemate_request_fd() and the others ---- */
int32_t casemate_session_fd(const casemate_session *session);
int32_t casemate_session_events(const casemate_session *session);
int64_t casemate_session_timeout(const casemate_session *session);
/* Moves the session as far as it goes without waiting. 1: ended; 0: goes on; -1: failed. Events that came
 * before a failure can still be fetched. */
int32_t casemate_session_process(casemate_session *session, casemate_error *error);
/* The blocking face: until there is an event, an end, or the time is over (E_TIMEOUT; the session lives on).
 */
int32_t casemate_session_wait(casemate_session *session, int64_t timeout_ms, casemate_error *error);
int32_t casemate_session_state(const casemate_session *session);

/* ---- steps ---- */

/* Takes the (unowned) Keep and sends the package, which must outlive the session. Sealed first if it is not.
 */
int32_t casemate_session_deploy(casemate_session *session, casemate_package *package, casemate_error *error);
/* Sends the package's secrets, if it has any; needs a deploy, or a record whose Keep has not started. */
int32_t casemate_session_secrets(casemate_session *session, casemate_package *package, casemate_error *error);
/* Starts the workload. attach: its output comes as events. input: it may get casemate_session_input(). */
int32_t casemate_session_start(casemate_session *session, int32_t attach, int32_t input,
                               casemate_error *error);
/* The following need a record. Output from these offsets on, as far as the Keep still has it; to the end of
 * the program (follow, then input may be asked for) or to the present. */
int32_t casemate_session_attach(casemate_session *session, const uint64_t offset[2], int32_t input,
                                casemate_error *error);
int32_t casemate_session_logs(casemate_session *session, const uint64_t offset[2], casemate_error *error);
/* A file of the Keep, or the listing of a folder. */
int32_t casemate_session_cp(casemate_session *session, const char *path, size_t size, casemate_error *error);
/* Ends the program. May be asked for at any time after start, also while attached. */
int32_t casemate_session_stop(casemate_session *session, casemate_error *error);
/* Attests again with a fresh nonce: also done by the session itself when its verdict has expired. */
int32_t casemate_session_attest(casemate_session *session, casemate_error *error);
/* Rebuilds the record of a Keep that this session's key (required) owns. */
int32_t casemate_session_adopt(casemate_session *session, casemate_error *error);
/* Bytes for the program's stdin; *taken says how many fit the window (0: wait for CASEMATE_EVENT_INPUT). end
 * nonzero: no more follow, if all were taken. */
int32_t casemate_session_input(casemate_session *session, const void *bytes, size_t size, int32_t end,
                               size_t *taken, casemate_error *error);
/* Closes in order: no more steps are taken; CASEMATE_EVENT_CLOSED follows. */
void casemate_session_close(casemate_session *session);

/* ---- events ---- */

#define CASEMATE_EVENT_VERIFIED 1 /* the evidence passed: casemate_session_verdict() */
#define CASEMATE_EVENT_OWNED    2 /* text: id of the record */
#define CASEMATE_EVENT_SENT     3 /* value: bytes of the package sent so far; total: all of them */
#define CASEMATE_EVENT_DEPLOYED 4 /* bytes: workload digest */
#define CASEMATE_EVENT_RUNNING  5 /* bytes: run id */
#define CASEMATE_EVENT_OUTPUT   6 /* value: 1 stdout, 2 stderr; total: offset of the first byte; bytes */
#define CASEMATE_EVENT_SKIPPED                                                                               \
    7 /* value: stream; total: offset where output begins: earlier bytes are gone */
#define CASEMATE_EVENT_INPUT     8  /* the window for stdin has room again */
#define CASEMATE_EVENT_LOGS_END  9  /* all output up to now was given */
#define CASEMATE_EVENT_FILE      10 /* value: mode; total: size; bytes follow as CASEMATE_EVENT_FILE_DATA */
#define CASEMATE_EVENT_FILE_DATA 11 /* bytes; value: 1 with the last */
#define CASEMATE_EVENT_ENTRY                                                                                 \
    12 /* a folder's entry. text: name; value: 0 file, 1 folder, 2 link; total: size */
#define CASEMATE_EVENT_ENTRIES 13 /* no more entries */
#define CASEMATE_EVENT_STOPPED 14 /* the Keep took the stop */
#define CASEMATE_EVENT_EXIT    15 /* value: code; text: kind; bytes: a sentence (text) */
#define CASEMATE_EVENT_CLOSED  16 /* the session is over */
#define CASEMATE_EVENT_REFUSED                                                                               \
    17 /* the Keep refused the last command, session goes on. text: code; bytes: text */

struct casemate_event {
    size_t size; /* sizeof(struct casemate_event), set by the caller */
    int32_t type;
    int32_t reserved; /* 0 */
    int64_t value;
    uint64_t total;
    const char *text;
    size_t text_size;
    const void *bytes;
    size_t bytes_size;
    uint64_t time; /* of CASEMATE_EVENT_OUTPUT: when its bytes were written at the latest, milliseconds since
                    * 1970 by the host's clock; 0: unknown */
};

/* Takes the next event: 1, or 0 if there is none. Its pointers are valid until the next call on the session.
 * While output events are not taken, the session reads no more, and the program slows down. */
int32_t casemate_session_event(casemate_session *session, struct casemate_event *event);

/* After CASEMATE_EVENT_VERIFIED, and after a failure by policy: the verdict, owned by the session; else NULL.
 */
const casemate_verdict *casemate_session_verdict(const casemate_session *session);
/* Statements and evidence of this session as a bundle, for casemate_verify(). Until the next call. */
int32_t casemate_session_evidence(casemate_session *session, const void **bytes, size_t *size,
                                  casemate_error *error);
/* The record, from the moment it is on disk, before the Keep is taken: owned by the session, or by whoever
 * gave it. NULL before. */
casemate_record *casemate_session_record(casemate_session *session);

#ifdef __GNUC__
#pragma GCC visibility pop
#endif
#ifdef __cplusplus
}
#endif

#endif

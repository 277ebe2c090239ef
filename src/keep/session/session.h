/* SPDX-License-Identifier: Apache-2.0 */
/* One session: TLS, messages over it, what its peer has proved, and what it streams. Its state machine is the
 * table in dispatch.c. */
#ifndef CASEMATE_KEEP_SESSION_H
#define CASEMATE_KEEP_SESSION_H

#include "../keep.h"

enum {
    SESSION_HANDSHAKE_MS = 10000, /* a stranger's time for the handshake, */
    SESSION_STRANGER_MS = 60000,  /* and then between two of its messages */
    SESSION_CLOSING_MS = 5000,    /* for the last words to get out */
    SESSION_RX_SIZE = MESSAGE_HEADER_SIZE + 16384,
    SESSION_TX_SIZE = MESSAGE_HEADER_SIZE + 20476, /* a statement with evidence, or output */
    SESSION_TX_OWNER = MESSAGE_HEADER_SIZE + MESSAGE_SIZE_CLIENT,
};

enum session_phase { SESSION_HANDSHAKE, SESSION_OPEN, SESSION_CLOSING, SESSION_DEAD };

enum session_follow { FOLLOW_NONE, FOLLOW_ATTACH, FOLLOW_LOGS };

/* Evidence that this session asked for. */
struct session_attest {
    bool wanted;
    enum statement_kind kind;
    uint8_t nonce[NONCE_SIZE];
    /* The answer, until it is sent. */
    bool ready;
    int error;
    uint8_t statement[STATEMENT_SIZE_MAX];
    size_t statement_size;
    uint8_t *evidence;
    size_t evidence_size;
};

struct session {
    struct keep *keep;
    struct tls tls;
    enum session_phase phase;
    uint64_t age;      /* the how-manieth of this Keep */
    uint64_t deadline; /* UINT64_MAX for an owner */

    /* What the peer has done, and so may do. */
    bool attested; /* has got a `session` statement; what follows is of the last one */
    uint8_t statement_digest[DIGEST_SIZE];
    uint8_t nonce[NONCE_SIZE];
    enum keep_state statement_state;
    bool owner;      /* has proved ownership */
    bool delivering; /* its deploy is arriving */
    bool input;      /* feeds stdin */

    struct session_attest attest;

    /* One message comes in, one goes out, at a time. */
    uint8_t *rx, *tx;
    size_t rx_size, rx_capacity, tx_size, tx_at, tx_capacity;

    enum session_follow follow;
    uint64_t position[2], end[2]; /* of stdout and stderr; end: of logs */
    bool announce;                /* `attached` is still to be sent */
    uint64_t input_base, input_acked;

    struct file_node *copy; /* `cp` that is under way */
    uint64_t copy_at, copy_size;
};

/* A session on a new channel of the host, if the rules of section 4 let it in; else the channel is closed. */
int session_accept(struct keep *keep, struct channel *channel);
/* All sessions as far as they can go now. True if something moved. */
bool sessions_step(struct keep *keep);
/* The next deadline of any session. */
uint64_t sessions_deadline(const struct keep *keep);
/* Ends a session at once; it is freed by the next sessions_step(). */
void session_end(struct session *s);
/* Closes every other session that has proved ownership. */
void sessions_fence(struct keep *keep, const struct session *except);
void sessions_free(struct keep *keep);
/* Lowest position of a stream that a session which follows has still to send; UINT64_MAX if none does. */
uint64_t sessions_held(const struct keep *keep, unsigned stream);

/* Queues a message; what is queued must be sent before the next is. KEEP_ESIZE. */
int session_send(struct session *s, const struct message *m);
/* Queues an `error` with this code; if it closes, the session ends once it is sent. */
int session_refuse(struct session *s, int code, bool closes);
/* The deploy that arrives is refused, with these words, and its session closed. */
void sessions_refuse_delivery(struct keep *keep, int code, struct span text);

/* stream.c: fills an empty queue from what the session streams. True if it put something there. */
bool session_stream(struct session *s);
/* dispatch.c: one message, whole. An error ends the session. */
int session_dispatch(struct session *s, struct span encoded);

#endif

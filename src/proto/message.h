/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the session, inside TLS (docs/protocol.md, sections 3 and 5). One table of types with who may
 * send each; one struct for all, of which a type uses the fields named beside it there. Spans point into the
 * encoded bytes. */
#ifndef CASEMATE_PROTO_MESSAGE_H
#define CASEMATE_PROTO_MESSAGE_H

#include "bundle.h"
#include "crypto.h"
#include "deploy.h"
#include "frame.h"
#include "outbox.h"

enum {
    MESSAGE_HEADER_SIZE = 4,
    MESSAGE_SIZE_STRANGER = 4096,  /* to a Keep, before the owner proof */
    MESSAGE_SIZE_OWNER = 1 << 20,  /* to a Keep, after it */
    MESSAGE_SIZE_CLIENT = 1 << 16, /* to a client */
    MESSAGE_DATA_MAX = 16000,
    MESSAGE_TEXT_MAX = 1024, /* of an error */
    MESSAGE_CODE_MAX = 32,
    EVIDENCE_SIZE_MAX = FRAME_CALL_BODY_MAX,
    STREAM_STDOUT = 1,
    STREAM_STDERR = 2,
    STDIN_WINDOW = 65536,
};

enum message_type {
    /* client to Keep */
    MESSAGE_ATTEST = 1,
    MESSAGE_ATTEST_WORKLOAD,
    MESSAGE_OWNER,
    MESSAGE_DEPLOY,
    MESSAGE_DATA, /* both ways */
    MESSAGE_SECRETS,
    MESSAGE_START,
    MESSAGE_STOP,
    MESSAGE_ATTACH,
    MESSAGE_LOGS,
    MESSAGE_INPUT,
    MESSAGE_CP,
    /* Keep to client */
    MESSAGE_STATEMENT,
    MESSAGE_OWNER_VIEW,
    MESSAGE_CONTINUE,
    MESSAGE_WORKLOAD,
    MESSAGE_OK,
    MESSAGE_RUNNING,
    MESSAGE_ATTACHED,
    MESSAGE_OUTPUT,
    MESSAGE_INPUT_ACK,
    MESSAGE_LOGS_END,
    MESSAGE_EXIT,
    MESSAGE_FILE,
    MESSAGE_DIRECTORY,
    MESSAGE_ERROR,
};

enum message_sender { MESSAGE_FROM_CLIENT = 1, MESSAGE_FROM_KEEP = 2 };

struct message {
    enum message_type type;
    uint8_t nonce[NONCE_SIZE];    /* attest, attest-workload */
    struct span spki, outbox_key; /* owner */
    uint8_t signature[P256_SIGNATURE_SIZE];
    struct deploy deploy;
    struct span bytes;               /* data, output, input */
    uint8_t workload[DIGEST_SIZE];   /* secrets, start, stop, attach, logs, cp, workload, owner-view */
    uint8_t run[RUN_ID_SIZE];        /* start, stop, attach, logs, cp, running, owner-view */
    struct span env, files;          /* secrets */
    bool attach, input, end;         /* start, attach; input: end of stdin */
    uint64_t offset[2];              /* attach, logs, attached, logs-end */
    struct span path;                /* cp */
    struct span statement, evidence; /* statement */
    enum keep_state state;           /* owner-view */
    uint8_t owner[DIGEST_SIZE];
    bool has_workload, has_run; /* owner-view: workload and salt, run */
    uint8_t salt[SALT_SIZE];
    unsigned stream;   /* output */
    uint64_t position; /* output: offset; input-ack: consumed; file: size */
    bool has_time;     /* output */
    uint64_t time;     /* of its last byte: milliseconds since 1970, the host's word */
    uint32_t mode;     /* file */
    struct exit_record exit;
    struct span entries;    /* directory: encoded array */
    struct span code, text; /* error */
    bool closes;
};

/* Encoded message with its 4-byte size in front. */
int message_encode(const struct message *m, uint8_t *to, size_t capacity, size_t *size);
/* One message without its size prefix. Refuses a type that `sender` may not send. KEEP_ETYPE, KEEP_EFORMAT,
 * KEEP_ESIZE. */
int message_decode(enum message_sender sender, struct span encoded, struct message *m);
const char *message_type_name(enum message_type type);

#endif

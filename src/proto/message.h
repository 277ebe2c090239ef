/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the session, inside TLS (docs/protocol.md, sections 3 and 5). One table of types with who may
 * send each; one struct for all, of which a type uses the fields named beside it there. Spans point into the
 * encoded bytes. */
#ifndef CASEMATE_PROTO_MESSAGE_H
#define CASEMATE_PROTO_MESSAGE_H

#include "crypto.h"

enum {
    MESSAGE_HEADER_SIZE = 4,
    MESSAGE_SIZE_STRANGER = 4096,  /* to a Keep, before the owner proof */
    MESSAGE_SIZE_OWNER = 1 << 20,  /* to a Keep, after it */
    MESSAGE_SIZE_CLIENT = 1 << 16, /* to a client */
    MESSAGE_DATA_MAX = 16000,
    MESSAGE_ARGS_MAX = 4096,
    MESSAGE_ENV_MAX = 4096,
    MESSAGE_FILES_MAX = 16384,
    MESSAGE_PATH_MAX = 1024,
    MESSAGE_DIRECTORY_MAX = 1024, /* entries in one directory answer */
    EVIDENCE_SIZE_MAX = 16368,    /* FRAME_CALL_BODY_MAX */
    STREAM_STDOUT = 1,
    STREAM_STDERR = 2,
    STDIN_WINDOW = 65536,
    STREAM_TAIL_MAX = 1 << 20,
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

struct deploy_limits {
    uint64_t memory;         /* bytes of all linear memories together */
    uint64_t table_elements; /* of all tables together */
    uint64_t call_depth;
};

/* A deploy's record: what the workload digest covers. Lists stay encoded (checked by message_decode) and are
 * walked with the cursors below, so that no count decides about memory. */
struct deploy {
    uint64_t module_size;
    uint8_t module_digest[DIGEST_SIZE];
    struct span args, env, files, endpoints; /* encoded CBOR arrays */
    struct deploy_limits limits;
    uint64_t time_floor; /* seconds since 1970 */
    uint8_t salt[SALT_SIZE];
    bool is_public;
};

enum exit_kind { EXIT_EXIT = 1, EXIT_TRAP, EXIT_STOPPED, EXIT_INVALID, EXIT_FAILED };

struct exit_record {
    enum exit_kind kind;
    uint32_t code;
    struct span text;
    uint64_t stream_size[2]; /* bytes ever written to stdout, stderr */
};

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
const char *exit_kind_name(enum exit_kind kind);

/* Cursors over the encoded lists of a checked message. *_next returns false at the end. */
struct list_cursor {
    struct span rest;
    size_t left;
};
int list_open(struct span encoded_array, struct list_cursor *cursor);
bool list_next_bytes(struct list_cursor *cursor, struct span *bytes);                   /* args */
bool list_next_pair(struct list_cursor *cursor, struct span *name, struct span *value); /* env */
struct deploy_file {
    struct span path;
    uint64_t size;
    const uint8_t *digest; /* DIGEST_SIZE */
    uint32_t mode;
};
bool list_next_file(struct list_cursor *cursor, struct deploy_file *file);
struct secret_file {
    struct span path, bytes;
    uint32_t mode;
};
bool list_next_secret(struct list_cursor *cursor, struct secret_file *file);
enum entry_kind { ENTRY_FILE = 0, ENTRY_DIRECTORY = 1, ENTRY_LINK = 2 };
struct directory_entry {
    struct span name;
    enum entry_kind kind;
    uint64_t size;
};
bool list_next_entry(struct list_cursor *cursor, struct directory_entry *entry);

/* A guest path as files and secrets may name: absolute, no empty part, '.', '..' or NUL, at most
 * MESSAGE_PATH_MAX. */
bool guest_path_allowed(struct span path);

/* SHA-256("casemate-workload-1" || record): the workload digest, on both sides. */
int deploy_workload_digest(const struct deploy *d, uint8_t digest[DIGEST_SIZE]);

/* Outbox (section 6): plaintext and file. */
struct outbox {
    uint8_t instance[INSTANCE_ID_SIZE];
    uint8_t run[RUN_ID_SIZE];
    uint8_t workload[DIGEST_SIZE];
    struct exit_record exit;
    uint64_t tail_offset[2];
    struct span tail[2];
};
int outbox_encode(const struct outbox *o, uint8_t *to, size_t capacity, size_t *size);
int outbox_decode(struct span encoded, struct outbox *o);
struct outbox_file {
    struct span statement, evidence, enc, ciphertext;
};
int outbox_file_encode(const struct outbox_file *f, uint8_t *to, size_t capacity, size_t *size);
int outbox_file_decode(struct span encoded, struct outbox_file *f);

/* Boot record (section 2). */
struct boot_record {
    char tee[STATEMENT_NAME_MAX + 1];
    uint64_t memory;
};
int boot_record_encode(const struct boot_record *b, uint8_t *to, size_t capacity, size_t *size);
int boot_record_decode(struct span encoded, struct boot_record *b);

/* Bundle (section 7). */
enum { BUNDLE_PARTS_MAX = 16 };
struct bundle {
    size_t count;
    struct {
        struct span statement, evidence;
    } part[BUNDLE_PARTS_MAX];
    struct span collateral; /* empty if none */
};
int bundle_encode(const struct bundle *b, uint8_t *to, size_t capacity, size_t *size);
/* Refuses parts whose header fields 1 to 6 differ (KEEP_EMATCH). */
int bundle_decode(struct span encoded, struct bundle *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How a program ended, and what a Keep leaves behind for its absent owner (docs/protocol.md, sections 5 and
 * 6). */
#ifndef CASEMATE_PROTO_OUTBOX_H
#define CASEMATE_PROTO_OUTBOX_H

#include "list.h"

enum {
    STREAM_TAIL_MAX = 1 << 20, /* bytes of a stream that a Keep keeps */
    EXIT_TEXT_MAX = 1024,
    STREAM_TIMES_SIZE_MAX = 3 + 19 * STREAM_TIMES_MAX,                      /* encoded */
    OUTBOX_SIZE_MAX = 2 * (STREAM_TAIL_MAX + STREAM_TIMES_SIZE_MAX) + 2048, /* of the plaintext */
};

enum exit_kind { EXIT_EXIT = 1, EXIT_TRAP, EXIT_STOPPED, EXIT_INVALID, EXIT_FAILED };

struct exit_record {
    enum exit_kind kind;
    uint32_t code;
    struct span text;
    uint64_t stream_size[2]; /* bytes ever written to stdout, stderr */
};

void exit_record_put(struct cbor_writer *w, const struct exit_record *e);
void exit_record_get(struct cbor_reader *r, struct exit_record *e);
const char *exit_kind_name(enum exit_kind kind);

/* What is sealed. A tail lies inside its stream as the exit record counts it. */
struct outbox {
    uint8_t instance[INSTANCE_ID_SIZE];
    uint8_t run[RUN_ID_SIZE];
    uint8_t workload[DIGEST_SIZE];
    struct exit_record exit;
    uint64_t tail_offset[2];
    struct span tail[2];
    bool has_times;
    struct span times[2]; /* lists of struct stream_time */
};
int outbox_encode(const struct outbox *o, uint8_t *to, size_t capacity, size_t *size);
int outbox_decode(struct span encoded, struct outbox *o);

/* What the host keeps. */
struct outbox_file {
    struct span statement, evidence, enc, ciphertext;
};
int outbox_file_encode(const struct outbox_file *f, uint8_t *to, size_t capacity, size_t *size);
int outbox_file_decode(struct span encoded, struct outbox_file *f);

#endif

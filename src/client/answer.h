/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/1.1 as far as a client of host agents needs it (RFC 9110, 9112; docs/protocol.md, section 3): a
 * bounded parser of what an untrusted host answers, to an Upgrade or to a plain request. */
#ifndef CASEMATE_CLIENT_ANSWER_H
#define CASEMATE_CLIENT_ANSWER_H

#include "../base/buffer.h"
#include "../base/error.h"
#include "../proto/bytes.h"

enum { ANSWER_HEAD_MAX = 8192, ANSWER_LINE_MAX = 1024, ANSWER_REFUSAL_MAX = 4096 };

struct http_answer {
    char line[ANSWER_LINE_MAX + 1];
    size_t line_size;
    size_t head_size;
    int status; /* 0 before the status line */
    bool upgrade, connection, head_done;
    size_t content_size;
    bool has_content_size;
    size_t body_max; /* more is cut off, and the answer whole */
    struct buffer body;
};

enum answer_result {
    ANSWER_MORE = 0,
    ANSWER_SWITCHED = 1, /* 101: the bytes after *used belong to the Keep */
    ANSWER_WHOLE = 2,    /* another status, and its body */
};

/* Takes bytes as they come; *used of them are consumed. -1 with E_PROTOCOL. */
int answer_feed(struct http_answer *a, struct span bytes, size_t *used, struct casemate_error *err);
/* The connection ended: ANSWER_WHOLE, or -1 if something is missing. */
int answer_end(const struct http_answer *a, struct casemate_error *err);
void answer_free(struct http_answer *a);

#endif

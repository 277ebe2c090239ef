/* SPDX-License-Identifier: Apache-2.0 */
/* stdin of the program: what a session sent and the program has not read yet. A client keeps at most
 * STDIN_WINDOW bytes unconsumed; a second client may take over while the first one's are still here. */
#ifndef CASEMATE_KEEP_INPUT_H
#define CASEMATE_KEEP_INPUT_H

#include "../../proto/message.h"
#include "../portal/ring.h"

struct input {
    struct ring ring; /* without memory if stdin was never open */
    bool end;         /* nothing more will come */
};

int input_open(struct input *i, bool open);
void input_free(struct input *i);
/* Whether a session may feed stdin now: it is open and has room for a whole window. */
bool input_takes(const struct input *i);
/* All of the bytes, or KEEP_ESIZE: the client has sent more than its window. KEEP_EORDER after the end. */
int input_put(struct input *i, struct span bytes, bool end);

#endif

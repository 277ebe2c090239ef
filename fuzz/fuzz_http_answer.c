/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes the client's parser of HTTP answers (src/client/answer.c): whole and byte by byte it must say the
 * same. */
#include <stdlib.h>

#include "../src/client/answer.h"

static int feed(struct http_answer *a, const uint8_t *data, size_t size, size_t piece, size_t *used)
{
    int result = ANSWER_MORE;
    *used = 0;
    while (*used < size && result == ANSWER_MORE) {
        size_t eaten, take = size - *used < piece ? size - *used : piece;
        result = answer_feed(a, span_of(data + *used, take), &eaten, NULL);
        if (result >= 0)
            *used += eaten;
    }
    return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http_answer whole = {.body_max = 256}, slow = {.body_max = 256};
    size_t used, used_slow;
    int result = feed(&whole, data, size, size, &used);
    if (feed(&slow, data, size, 1, &used_slow) != result || (result >= 0 && used != used_slow) ||
        whole.body.size != slow.body.size)
        abort();
    (void)answer_end(&whole, NULL);
    answer_free(&whole);
    answer_free(&slow);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence of the process TEE: one question to the warden, report_data, which it answers with an EAT in
 * COSE_Sign1 (docs/protocol.md, section 4; RFC 9711, RFC 9052).
 *
 * What is checked here is that the answer belongs to this statement, so that a confused host is noticed
 * before a client is. The signature is not: there is no key in here that could judge it, the image is the
 * same for every root, and whoever may sign with the root could sign this as well. The client judges it. */
#include "process.h"

#include "../../proto/eat.h"
#include "../../proto/guard.h"

static int ask(const uint8_t report_data[REPORT_DATA_SIZE], uint8_t *out, size_t capacity, size_t *size)
{
    if (capacity < REPORT_DATA_SIZE)
        return KEEP_ESIZE;
    memcpy(out, report_data, REPORT_DATA_SIZE);
    *size = REPORT_DATA_SIZE;
    return KEEP_EAGAIN;
}

int shim_evidence(const struct statement *statement, struct span answer, uint8_t *out, size_t capacity,
                  size_t *size)
{
    static bool asked;
    uint8_t encoded[STATEMENT_SIZE_MAX], report_data[REPORT_DATA_SIZE];
    size_t encoded_size;
    int error = statement_encode(statement, encoded, sizeof encoded, &encoded_size);
    if (!error)
        error = statement_report_data(span_of(encoded, encoded_size), report_data);
    if (error)
        return error;
    bool begin = answer.size == 0, expected = asked;
    asked = begin;
    if (begin)
        return ask(report_data, out, capacity, size);
    if (!expected)
        return KEEP_EMATCH;
    if (answer.size > capacity)
        return KEEP_ESIZE;
    bool covers = process_evidence_covers(answer, report_data, statement->boot) == 0;
    if (!guard_holds(GUARD_KEEP_EVIDENCE, covers))
        return KEEP_EMATCH;
    memcpy(out, answer.data, answer.size);
    *size = answer.size;
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Every wire format against its golden files, both ways; and what a malicious host makes of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "../../src/proto/message.h"
#include "forms.h"
#include "golden.h"

static uint8_t output[FORM_OUTPUT_MAX];

static const struct form *form_of(const struct golden *g)
{
    const struct form *form = form_find(g->form);
    if (!form)
        fail_msg("%s: there is no form \"%s\"", g->name, g->form);
    return form;
}

static const char *result_name(int result)
{
    return result ? keep_error_name(result) : "ok";
}

static void check_result(const struct golden *g)
{
    size_t size = 0;
    int result = form_of(g)->again(span_of(g->bytes, g->size), output, sizeof output, &size);
    if (strcmp(result_name(result), g->result) != 0)
        fail_msg("%s: found %s, expected %s", g->name, result_name(result), g->result);
    if (result || !g->again)
        return;
    if (!span_equal(span_of(output, size), span_of(g->bytes, g->size)))
        fail_msg("%s: encoding it gives other bytes", g->name);
}

static void every_golden_file_decodes_to_its_result_and_encodes_to_itself(void **state)
{
    (void)state;
    golden_each(check_result);
}

static void check_truncations(const struct golden *g)
{
    size_t size;
    if (strcmp(g->result, "ok") != 0)
        return;
    for (size_t cut = 0; cut < g->size; cut++) {
        if (form_of(g)->again(span_of(g->bytes, cut), output, sizeof output, &size) == 0)
            fail_msg("%s: %zu of %zu bytes are accepted", g->name, cut, g->size);
        form_try(form_of(g), span_of(g->bytes, cut));
    }
}

static void no_truncation_of_a_golden_file_is_accepted(void **state)
{
    (void)state;
    golden_each(check_truncations);
}

static void check_corruptions(const struct golden *g)
{
    uint8_t bytes[sizeof g->bytes];
    memcpy(bytes, g->bytes, g->size);
    for (size_t i = 0; i < g->size; i++) {
        for (unsigned change = 1; change < 256; change++) {
            bytes[i] = (uint8_t)(g->bytes[i] ^ change);
            form_try(form_of(g), span_of(bytes, g->size));
        }
        bytes[i] = g->bytes[i];
    }
}

/* row 65 */
static void every_corrupted_byte_gives_an_error_or_something_well_formed(void **state)
{
    (void)state;
    golden_each(check_corruptions);
}

static void check_one_more_byte(const struct golden *g)
{
    uint8_t bytes[sizeof g->bytes + 1];
    size_t size;
    if (strcmp(g->result, "ok") != 0)
        return;
    memcpy(bytes, g->bytes, g->size);
    for (unsigned more = 0; more < 256; more++) {
        bytes[g->size] = (uint8_t)more;
        if (form_of(g)->again(span_of(bytes, g->size + 1), output, sizeof output, &size) == 0)
            fail_msg("%s: byte %02x behind it is accepted", g->name, more);
    }
}

static void no_byte_behind_a_golden_file_is_accepted(void **state)
{
    (void)state;
    golden_each(check_one_more_byte);
}

/* ---- nothing is forgotten ---- */

static uint64_t types_seen;
static unsigned kinds_seen, frames_seen;
static unsigned forms_seen;

static void note_what_it_is(const struct golden *g)
{
    struct message m;
    struct statement s;
    struct span bytes = span_of(g->bytes, g->size);
    if (strcmp(g->result, "ok") != 0)
        return;
    forms_seen |= 1u << (form_of(g) - forms);
    if (strcmp(g->form, "message-from-client") == 0 && message_decode(MESSAGE_FROM_CLIENT, bytes, &m) == 0)
        types_seen |= UINT64_C(1) << m.type;
    if (strcmp(g->form, "message-from-keep") == 0 && message_decode(MESSAGE_FROM_KEEP, bytes, &m) == 0)
        types_seen |= UINT64_C(1) << m.type;
    if (strcmp(g->form, "statement") == 0 && statement_decode(bytes, &s) == 0)
        kinds_seen |= 1u << s.kind;
    if (strcmp(g->form, "frame") == 0)
        frames_seen |= 1u << g->bytes[0];
}

static void there_is_a_golden_file_for_every_message_statement_and_frame(void **state)
{
    (void)state;
    golden_each(note_what_it_is);
    for (unsigned t = MESSAGE_ATTEST; t <= MESSAGE_ERROR; t++)
        if (!(types_seen >> t & 1))
            fail_msg("no golden file for message %s", message_type_name((enum message_type)t));
    assert_int_equal(kinds_seen,
                     1u << STATEMENT_SESSION | 1u << STATEMENT_WORKLOAD | 1u << STATEMENT_RECEIPT);
    assert_int_equal(frames_seen, 0xfe);
    for (unsigned i = 0; forms[i].name; i++)
        if (!(forms_seen >> i & 1))
            fail_msg("no golden file of form %s", forms[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_golden_file_decodes_to_its_result_and_encodes_to_itself),
        cmocka_unit_test(no_truncation_of_a_golden_file_is_accepted),
        cmocka_unit_test(every_corrupted_byte_gives_an_error_or_something_well_formed),
        cmocka_unit_test(no_byte_behind_a_golden_file_is_accepted),
        cmocka_unit_test(there_is_a_golden_file_for_every_message_statement_and_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

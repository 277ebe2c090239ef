/* SPDX-License-Identifier: Apache-2.0 */
/* What a Keep may ask of its warden: evidence, and to take note. */
#include "warden.h"

static void call_evidence(struct warden *w, struct portal_call *call)
{
    static uint8_t answer[FRAME_CALL_BODY_MAX];
    struct casemate_error err = {0};
    size_t size = 0;
    int result =
        w->tee->evidence(w->keep, span_of(call->body, call->size), answer, sizeof answer, &size, &err);
    if (result == 0 && portal_answer(call, FRAME_STATUS_OK, span_of(answer, size)) == 0)
        return;
    if (result > 0) {
        w->retry = true;
        return;
    }
    (void)portal_answer(call, FRAME_STATUS_UNAVAILABLE, span_of(NULL, 0));
    (void)control_send_text(w->control, CONTROL_LOG, 0, err.what);
}

/* States only go forward (docs/protocol.md, section 4). */
static void call_state(struct warden *w, struct portal_call *call)
{
    uint8_t state = call->body[0];
    if (call->size != 1 || state > KEEP_ENDED || state < w->state) {
        warden_break(w, "a STATE that is none, or goes back");
        return;
    }

    /* inputs are valid from here */
    (void)portal_answer(call, FRAME_STATUS_OK, span_of(NULL, 0));
    if (state == w->state)
        return;
    w->state = state;
    (void)control_send(w->control, CONTROL_STATE, 0, state, span_of(NULL, 0), -1, true);
}

static void call_log(struct warden *w, struct portal_call *call)
{
    size_t size = call->size < CONTROL_TEXT_MAX ? call->size : CONTROL_TEXT_MAX;
    /* Not waiting: a Keep that logs without end must not stop its warden. */
    if (w->log)
        (void)control_send(w->control, CONTROL_LOG, 0, 0, span_of(call->body, size), -1, false);
    (void)portal_answer(call, w->log ? FRAME_STATUS_OK : FRAME_STATUS_REFUSED, span_of(NULL, 0));
}

typedef void call_handler(struct warden *w, struct portal_call *call);
static call_handler *const handlers[] = {
    [FRAME_METHOD_EVIDENCE] = call_evidence,
    [FRAME_METHOD_STATE] = call_state,
    [FRAME_METHOD_LOG] = call_log,
};

void warden_serve_calls(struct warden *w)
{
    struct portal_call *call;
    w->retry = false;
    /* frame_call_decode() lets no other method through. */
    while (!w->portal.broken && !w->retry && (call = portal_next_call(&w->portal)))
        handlers[call->code](w, call);
}

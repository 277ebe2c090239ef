/* SPDX-License-Identifier: Apache-2.0 */
/* What a service answered: is it what was wanted? By content, because services differ in what they call it
 * (a PCCS serves lists as text/html), and never by trust: that is the verifier's part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collateral_fetch.h"

void fetch_answer_free(struct fetch_answer *answer)
{
    buffer_free(&answer->body);
    free(answer->header);
    *answer = (struct fetch_answer){0};
}

static const char *kind_name(const struct collateral_want *want)
{
    switch (want->kind) {
    case COLLATERAL_CERTIFICATE:
        return want->chain ? "a chain of certificates" : "a certificate";
    case COLLATERAL_CRL:
        return "a revocation list";
    case COLLATERAL_TCB_INFO:
        return "a TCB Info";
    case COLLATERAL_QE_IDENTITY:
        return "a QE Identity";
    }
    return "collateral";
}

/* ---- the transfer ---- */

static enum fetch_judgement judge_transfer(const struct fetch_answer *a, struct casemate_error *err)
{
    if (a->too_large) {
        (void)casemate_fail(err, E_LIMIT, "The answer is larger than %d bytes, or its head than %d",
                            COLLATERAL_SIZE_MAX, FETCH_HEAD_MAX);
        return FETCH_BAD;
    }
    switch (a->result) {
    case CURLE_OK:
        return FETCH_GOOD;
    case CURLE_OPERATION_TIMEDOUT:
        (void)casemate_fail(err, E_TIMEOUT, "The service did not answer in time");
        return FETCH_BAD;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
        (void)casemate_fail(err, E_COLLATERAL, "The certificate of the service is not trusted: %s",
                            curl.easy_strerror(a->result));
        (void)casemate_next(err, "Give the CA of a PCCS of your own with --ca-file FILE.");
        return FETCH_BAD;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        (void)casemate_fail(err, E_COLLATERAL, "The answer broke off: %s", curl.easy_strerror(a->result));
        return FETCH_AGAIN;
    default:
        (void)casemate_fail(err, E_COLLATERAL, "The service cannot be reached: %s",
                            curl.easy_strerror(a->result));
        (void)casemate_next(err, "A site without a network imports what another one fetched: casemate "
                                 "collateral import DIR.");
        return FETCH_BAD;
    }
}

static enum fetch_judgement judge_status(const struct fetch_answer *a, struct casemate_error *err)
{
    if (a->status == 200)
        return FETCH_GOOD;
    if (a->status == 429 || a->status == 502 || a->status == 503 || a->status == 504) {
        (void)casemate_fail(err, E_COLLATERAL, "The service is busy (HTTP %ld)", a->status);
        (void)casemate_next(err,
                            "Try again later; a PCCS of your own, or a shared cache, spares the service.");
        return FETCH_AGAIN;
    }
    if (a->status >= 300 && a->status < 400) {
        (void)casemate_fail(err, E_COLLATERAL,
                            "The service points elsewhere (HTTP %ld%s%s); that is not "
                            "followed",
                            a->status, a->redirect[0] ? ", to " : "", a->redirect);
        (void)casemate_next(err, "Give the service's own URL with --pccs or --kds.");
    } else if (a->status == 404 || a->status == 400) {
        (void)casemate_fail(err, E_COLLATERAL, "The service does not have it (HTTP %ld)", a->status);
        (void)casemate_next(err, "Is it the vendor's platform, product and TCB? A PCCS may need to be filled "
                                 "first.");
    } else {
        (void)casemate_fail(err, E_COLLATERAL, "The service refused (HTTP %ld)", a->status);
    }
    return FETCH_BAD;
}

/* ---- the content ---- */

static enum fetch_judgement other(const struct collateral_want *want, const struct fetch_answer *a,
                                  const char *found, struct casemate_error *err)
{
    char shown[160];
    (void)snprintf(shown, sizeof shown, "%s%s%s", found, a->content_type[0] ? "; it is called " : "",
                   a->content_type);
    (void)casemate_fail_expected(err, E_COLLATERAL, kind_name(want), shown,
                                 "The answer is not what was asked");
    return FETCH_BAD;
}

/* Every item of the wanted kind, and it belongs into the wanted file: so an answer about another platform is
 * not filed under this one's name. A chain's certificates have names of their own. */
static enum fetch_judgement judge_items(const struct collateral_want *want, const struct fetch_answer *a,
                                        const struct collateral *set, struct casemate_error *err)
{
    if (set->stranger_count)
        return other(want, a, set->stranger[0].why, err);
    if (set->count == 0 || (set->count > 1 && !want->chain))
        return other(want, a, set->count ? "more than one item" : "nothing", err);
    for (size_t i = 0; i < set->count; i++) {
        char file[COLLATERAL_FILE_SIZE] = "of no known vendor";
        if (set->item[i]->kind != want->kind)
            return other(want, a, "collateral of another kind", err);
        if (!want->chain && (!collateral_file(set->item[i], file) || strcmp(file, want->file) != 0)) {
            (void)casemate_fail_expected(err, E_COLLATERAL, want->file, file,
                                         "The answer is about something else than what was asked for");
            return FETCH_BAD;
        }
    }
    return FETCH_GOOD;
}

static enum fetch_judgement judge_source(const struct collateral_want *want, const struct fetch_answer *a,
                                         struct span source, struct casemate_error *err)
{
    struct collateral set = {0};
    enum fetch_judgement judgement = FETCH_BAD;
    if (collateral_add(&set, "answer", source, err) == 0)
        judgement = judge_items(want, a, &set, err);
    collateral_free(&set);
    return judgement;
}

static enum fetch_judgement judge_header(const struct collateral_want *want, const struct fetch_answer *a,
                                         struct casemate_error *err)
{
    const struct collateral_want chain = {.kind = COLLATERAL_CERTIFICATE, .chain = true};
    if (!want->header)
        return FETCH_GOOD;
    if (!a->header) {
        (void)casemate_fail(err, E_COLLATERAL,
                            "The answer lacks the header %s, without which nobody can check "
                            "its signature",
                            want->header);
        (void)casemate_next(err, "A proxy on the way may strip it. Is the URL a PCCS with API version 4?");
        return FETCH_BAD;
    }
    if (judge_source(&chain, a, span_of(a->header, strlen(a->header)), err) == FETCH_GOOD)
        return FETCH_GOOD;
    (void)casemate_context(err, "%s", want->header);
    return FETCH_BAD;
}

enum fetch_judgement fetch_judge(const struct collateral_want *want, const struct fetch_answer *a,
                                 struct casemate_error *err)
{
    enum fetch_judgement judgement = judge_transfer(a, err);
    if (judgement == FETCH_GOOD)
        judgement = judge_status(a, err);
    if (judgement == FETCH_GOOD)
        judgement = judge_source(want, a, span_of(a->body.data, a->body.size), err);
    return judgement == FETCH_GOOD ? judge_header(want, a, err) : judgement;
}

int64_t fetch_pause(int64_t backoff_ms, int32_t attempt, int64_t retry_after, uint32_t random)
{
    int64_t pause = backoff_ms;
    if (retry_after > FETCH_RETRY_AFTER_MAX)
        return -1;
    for (int32_t i = 1; i < attempt && pause < FETCH_PAUSE_MAX; i++)
        pause *= 2;
    if (pause > FETCH_PAUSE_MAX)
        pause = FETCH_PAUSE_MAX;
    /* Clients that were turned away together must not come back together. */
    pause = pause / 2 + (int64_t)(random % (uint32_t)(pause / 2 + 1));
    /* What the service asks for is the least; the random part comes on top. */
    return retry_after ? retry_after * 1000 + pause / 4 : pause;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The client of PCS, PCCS and KDS: one request after the other, each bounded in time, size and repetition.
 * KDS limits how often it is asked, so what never changes is asked for once. */
#include "collateral_fetch.h"

#include <poll.h>
#include <psa/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../include/casemate/casemate.h"
#include "host.h"

enum { TIMEOUT = 30000, BACKOFF = 1000, ATTEMPTS = 5, TIME_MAX = 3600 * 1000, ATTEMPTS_MAX = 20 };

struct outcome {
    int32_t state; /* CASEMATE_FETCH_... */
    char url[FETCH_URL_SIZE];
    struct casemate_error error;
};

struct casemate_fetch {
    char *cache, *ca_file; /* ca_file may be NULL */
    struct fetch_service service[SERVICES];
    bool given_up[SERVICES]; /* it stayed busy or silent: the rest is not asked for */
    struct casemate_error why[SERVICES];
    int64_t timeout_ms, backoff_ms;
    int32_t attempts;
    bool again;
    struct collateral_wants wants;
    struct outcome *outcome; /* one a want, once it has begun */
    size_t at;               /* the want in work */
    int32_t attempt;         /* of it, from 1 */
    int64_t resume;          /* monotonic ms; paused until then if no transfer runs */
    struct curl_loop loop;
    CURL *easy; /* of the transfer that runs; NULL none */
    size_t head_size;
    struct fetch_answer answer;
};

/* ---- handles ---- */

static int copy(char **to, const char *text, size_t size, struct casemate_error *err)
{
    *to = size ? strndup(text, size) : NULL;
    return size && !*to ? casemate_fail(err, E_NOMEM, "No memory for a fetch") : 0;
}

static int fill(struct casemate_fetch *f, const struct casemate_fetch_options *o, struct casemate_error *err)
{
    f->timeout_ms = o->timeout_ms > 0 && o->timeout_ms < TIME_MAX ? o->timeout_ms : TIMEOUT;
    f->backoff_ms = o->backoff_ms > 0 && o->backoff_ms < TIME_MAX ? o->backoff_ms : BACKOFF;
    f->attempts = o->attempts > 0 && o->attempts <= ATTEMPTS_MAX ? o->attempts : ATTEMPTS;
    f->again = o->again != 0;
    if (o->cache_size == 0)
        return casemate_fail(err, E_USAGE, "A fetch needs the folder of a cache");
    if (copy(&f->cache, o->cache, o->cache_size, err) || copy(&f->ca_file, o->ca_file, o->ca_file_size, err))
        return -1;
    return fetch_service_parse(SERVICE_PCCS, o->pccs, o->pccs_size, &f->service[SERVICE_PCCS], err) ||
                   fetch_service_parse(SERVICE_KDS, o->kds, o->kds_size, &f->service[SERVICE_KDS], err)
               ? -1
               : 0;
}

int32_t casemate_fetch_new(const struct casemate_fetch_options *options, casemate_fetch **fetch,
                           casemate_error *err)
{
    struct casemate_fetch_options o;
    if (options_copy(&o, sizeof o, options, err) < 0 || casemate_prepare(err) < 0)
        return -1;
    struct casemate_fetch *made = calloc(1, sizeof *made);
    if (!made)
        return casemate_fail(err, E_NOMEM, "No memory for a fetch");
    if (fill(made, &o, err) || curl_loop_init(&made->loop) < 0) {
        casemate_fetch_free(made);
        return -1;
    }
    *fetch = made;
    return 0;
}

static void end_transfer(struct casemate_fetch *f)
{
    if (f->easy) {
        (void)curl.multi_remove_handle(f->loop.multi, f->easy);
        curl.easy_cleanup(f->easy);
        f->easy = NULL;
    }
    fetch_answer_free(&f->answer);
}

void casemate_fetch_free(casemate_fetch *f)
{
    if (!f)
        return;
    end_transfer(f);
    curl_loop_free(&f->loop);
    collateral_wants_free(&f->wants);
    free(f->outcome);
    free(f->cache);
    free(f->ca_file);
    free(f);
}

int32_t casemate_fetch_add(casemate_fetch *f, const struct casemate_fetch_what *what, casemate_error *err)
{
    if (f->outcome)
        return casemate_fail(err, E_USAGE, "The fetch has begun, and takes no more");
    return collateral_wants_options(&f->wants, what, err);
}

int32_t casemate_fetch_add_evidence(casemate_fetch *f, const void *evidence, size_t size, const char *product,
                                    size_t product_size, casemate_error *err)
{
    char name[16] = "";
    if (f->outcome)
        return casemate_fail(err, E_USAGE, "The fetch has begun, and takes no more");
    if (product_size >= sizeof name)
        return casemate_fail(err, E_USAGE, "AMD's products with SEV-SNP are Milan, Genoa and Turin");
    if (product_size)
        memcpy(name, product, product_size);
    return collateral_wants_evidence(&f->wants, span_of(evidence, size), name, false, err);
}

/* ---- one transfer ---- */

static size_t on_body(char *bytes, size_t one, size_t count, void *context)
{
    struct casemate_fetch *f = context;
    const size_t size = one * count;
    f->answer.too_large = f->answer.too_large || size > COLLATERAL_SIZE_MAX - f->answer.body.size;
    if (f->answer.too_large)
        return 0;
    buffer_append(&f->answer.body, bytes, size);
    return f->answer.body.failed ? 0 : size;
}

static size_t on_head(char *bytes, size_t one, size_t count, void *context)
{
    struct casemate_fetch *f = context;
    const size_t size = one * count;
    (void)bytes;
    f->answer.too_large = f->answer.too_large || size > FETCH_HEAD_MAX - f->head_size;
    f->head_size += size;
    return f->answer.too_large ? 0 : size;
}

static int set_options(struct casemate_fetch *f, const struct fetch_service *service, const char *url)
{
    CURL *e = f->easy;
    return curl.easy_setopt(e, CURLOPT_URL, url) || curl.easy_setopt(e, CURLOPT_NOSIGNAL, 1L) ||
                   curl.easy_setopt(e, CURLOPT_PROTOCOLS_STR, service->loopback ? "http,https" : "https") ||
                   curl.easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L) ||
                   curl.easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
                   curl.easy_setopt(e, CURLOPT_TIMEOUT_MS, (long)f->timeout_ms) ||
                   curl.easy_setopt(e, CURLOPT_USERAGENT, "casemate") ||
                   curl.easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) ||
                   curl.easy_setopt(e, CURLOPT_WRITEDATA, f) ||
                   curl.easy_setopt(e, CURLOPT_HEADERFUNCTION, on_head) ||
                   curl.easy_setopt(e, CURLOPT_HEADERDATA, f) ||
                   (service->loopback && curl.easy_setopt(e, CURLOPT_PROXY, "")) ||
                   (f->ca_file && curl.easy_setopt(e, CURLOPT_CAINFO, f->ca_file))
               ? -1
               : 0;
}

static int begin_transfer(struct casemate_fetch *f, struct casemate_error *err)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    f->head_size = 0;
    f->easy = curl.easy_init();
    if (!f->easy || set_options(f, &f->service[want->service], f->outcome[f->at].url) ||
        curl.multi_add_handle(f->loop.multi, f->easy))
        return casemate_fail(err, E_INTERNAL, "libcurl cannot be set up for a request");
    return 0;
}

static void take_header(struct casemate_fetch *f, const char *name, char **value)
{
    struct curl_header *header;
    if (curl.easy_header(f->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        *value = strdup(header->value);
}

/* What of it is shown to people is made printable. */
static void take_text(const char *text, char *to, size_t capacity)
{
    size_t size = 0;
    for (; text && text[size] && size + 1 < capacity; size++)
        to[size] = text[size] >= ' ' && text[size] <= '~' ? text[size] : '?';
    to[size] = '\0';
}

static void take_answer(struct casemate_fetch *f, CURLcode result)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    struct fetch_answer *a = &f->answer;
    char *type = NULL, *location = NULL;
    curl_off_t retry_after = 0;
    a->result = result;
    (void)curl.easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &a->status);
    (void)curl.easy_getinfo(f->easy, CURLINFO_CONTENT_TYPE, &type);
    (void)curl.easy_getinfo(f->easy, CURLINFO_REDIRECT_URL, &location);
    (void)curl.easy_getinfo(f->easy, CURLINFO_RETRY_AFTER, &retry_after);
    take_text(type, a->content_type, sizeof a->content_type);
    take_text(location, a->redirect, sizeof a->redirect);
    a->retry_after = retry_after;
    if (want->header)
        take_header(f, want->header, &a->header);
}

/* ---- one file after the other ---- */

static void next_want(struct casemate_fetch *f, int32_t state)
{
    f->outcome[f->at].state = state;
    f->at++;
    f->attempt = 0;
    f->resume = 0;
}

static void fail_want(struct casemate_fetch *f)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    (void)casemate_context(&f->outcome[f->at].error, "%s",
                           f->outcome[f->at].url[0] ? f->outcome[f->at].url : want->file);
    next_want(f, CASEMATE_FETCH_FAILED);
}

/* Whoever was sent away so often, or cannot be reached, is not asked for the rest. */
static void give_up(struct casemate_fetch *f)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    f->given_up[want->service] = true;
    f->why[want->service] = f->outcome[f->at].error;
}

static void pause_or_give_up(struct casemate_fetch *f)
{
    struct casemate_error *err = &f->outcome[f->at].error;
    const int64_t retry_after = f->answer.retry_after;
    uint32_t random = 0;
    (void)psa_generate_random((uint8_t *)&random, sizeof random);
    const int64_t pause = fetch_pause(f->backoff_ms, f->attempt, retry_after, random);
    if (pause < 0)
        (void)casemate_context(err, "It asks to wait %lld s, and nobody waits more than %d",
                               (long long)retry_after, FETCH_RETRY_AFTER_MAX);
    else if (f->attempt >= f->attempts)
        (void)casemate_context(err, "Asked %d times", (int)f->attempt);
    if (pause < 0 || f->attempt >= f->attempts) {
        give_up(f);
        fail_want(f);
    } else {
        f->resume = clock_ms() + pause;
    }
    end_transfer(f);
}

static void finish(struct casemate_fetch *f, CURLcode result)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    struct casemate_error *err = &f->outcome[f->at].error;
    take_answer(f, result);
    enum fetch_judgement judgement = fetch_judge(want, &f->answer, err);
    if (judgement == FETCH_AGAIN) {
        pause_or_give_up(f);
        return;
    }
    if (judgement == FETCH_BAD && result != CURLE_OK && !f->answer.too_large)
        give_up(f);
    if (judgement == FETCH_GOOD && cache_store(f->cache, want, &f->answer, err))
        judgement = FETCH_BAD;
    if (judgement == FETCH_GOOD) {
        casemate_error_clear(err);
        next_want(f, CASEMATE_FETCH_FETCHED);
    } else {
        fail_want(f);
    }
    end_transfer(f);
}

/* The want in work has no transfer: begin one, or be done with it. */
static int begin_want(struct casemate_fetch *f, struct casemate_error *err)
{
    const struct collateral_want *want = &f->wants.want[f->at];
    struct outcome *o = &f->outcome[f->at];
    if (f->resume > clock_ms())
        return 0;
    if (f->given_up[want->service]) {
        o->error = f->why[want->service];
        (void)casemate_context(&o->error, "Not asked for, after the service failed");
        fail_want(f);
        return 0;
    }
    if (want->fixed && !f->again && cache_has(f->cache, want->file)) {
        next_want(f, CASEMATE_FETCH_CACHED);
        return 0;
    }
    if (fetch_url(&f->service[want->service], want, o->url, &o->error)) {
        fail_want(f);
        return 0;
    }
    f->attempt++;
    return begin_transfer(f, err);
}

/* ---- the faces ---- */

int32_t casemate_fetch_fd(const casemate_fetch *f)
{
    return f->easy ? curl_loop_fd(&f->loop) : -1;
}

int32_t casemate_fetch_events(const casemate_fetch *f)
{
    return f->easy ? curl_loop_events(&f->loop) : 0;
}

int64_t casemate_fetch_timeout(const casemate_fetch *f)
{
    const int64_t now = clock_ms();
    if (f->easy)
        return curl_loop_timeout(&f->loop, now + f->timeout_ms);
    return f->at < f->wants.count && f->resume > now ? f->resume - now : 0;
}

int32_t casemate_fetch_process(casemate_fetch *f, casemate_error *err)
{
    CURLcode result;
    if (!f->outcome) {
        f->outcome = calloc(f->wants.count + 1, sizeof *f->outcome);
        if (!f->outcome)
            return casemate_fail(err, E_NOMEM, "No memory for a fetch");
    }
    if (f->easy && curl_loop_step(&f->loop, &result))
        finish(f, result);
    if (!f->easy && f->at < f->wants.count && begin_want(f, err))
        return -1;
    return f->at == f->wants.count;
}

int32_t casemate_fetch_wait(casemate_fetch *f, int64_t timeout_ms, casemate_error *err)
{
    const int64_t deadline = timeout_ms < 0 ? INT64_MAX : clock_ms() + timeout_ms;
    for (;;) {
        const int32_t done = casemate_fetch_process(f, err);
        if (done != 0)
            return done < 0 ? -1 : 0;
        int64_t wait = casemate_fetch_timeout(f);
        const int64_t left = deadline - clock_ms();
        if (left <= 0)
            return casemate_fail(err, E_TIMEOUT, "Fetching collateral took longer than %lld ms",
                                 (long long)timeout_ms);
        wait = wait < left ? wait : left;
        struct pollfd polled = {.fd = casemate_fetch_fd(f), .events = (short)casemate_fetch_events(f)};
        (void)poll(&polled, polled.fd < 0 ? 0 : 1, wait > 60000 ? 60000 : (int)wait);
    }
}

size_t casemate_fetch_count(const casemate_fetch *f)
{
    return f->wants.count;
}

int32_t casemate_fetch_at(const casemate_fetch *f, size_t index, struct casemate_fetch_file *file)
{
    struct casemate_fetch_file full = {.size = file->size};
    if (index >= f->wants.count || file->size < sizeof file->size || file->size > sizeof full)
        return -1;
    full.file = f->wants.want[index].file;
    full.file_size = strlen(full.file);
    full.url = f->outcome ? f->outcome[index].url : "";
    full.url_size = strlen(full.url);
    full.state = f->outcome ? f->outcome[index].state : CASEMATE_FETCH_WAITING;
    memcpy(file, &full, file->size);
    return 0;
}

void casemate_fetch_error(const casemate_fetch *f, size_t index, casemate_error *err)
{
    casemate_error_clear(err);
    if (f->outcome && index < f->wants.count && err)
        *err = f->outcome[index].error;
}

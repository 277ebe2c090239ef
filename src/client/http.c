/* SPDX-License-Identifier: Apache-2.0 */
/* Exchanges and raw connections over libcurl's multi interface. */
#include "http.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t on_data(char *bytes, size_t one, size_t count, void *context)
{
    struct http *h = context;
    size_t size = one * count;
    if (h->answer.size + size > HTTP_ANSWER_MAX)
        return 0;
    buffer_append(&h->answer, bytes, size);
    return h->answer.failed ? 0 : size;
}

/* ---- setting up ---- */

static int set_address(struct http *h, const char *path)
{
    const struct casemate_host *host = h->host;
    struct buffer url = {0};
    buffer_printf(&url, "https://%s%s", host->url.authority, path);
    bool bad = url.failed || curl.easy_setopt(h->easy, CURLOPT_URL, buffer_text(&url));
    buffer_free(&url);
    return bad || (host->ca_file && curl.easy_setopt(h->easy, CURLOPT_CAINFO, host->ca_file)) ||
                   curl.easy_setopt(h->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) ||
                   curl.easy_setopt(h->easy, CURLOPT_SSL_ENABLE_ALPN, 0L)
               ? -1
               : 0;
}

static int start(struct http *h, const char *path, int64_t timeout_ms)
{
    h->easy = curl.easy_init();
    if (!h->easy || curl_loop_init(&h->loop) < 0)
        return -1;
    bool bad = curl.easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L) ||
               curl.easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms) ||
               curl.easy_setopt(h->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1) ||
               curl.easy_setopt(h->easy, CURLOPT_FOLLOWLOCATION, 0L);
    return bad || set_address(h, path) < 0 ? -1 : 0;
}

static void begin(struct http *h, const struct casemate_host *host, int64_t timeout_ms)
{
    memset(h, 0, sizeof *h);
    h->host = host;
    h->fd = -1;
    h->deadline = clock_ms() + timeout_ms;
    h->local = host->connect || host->url.socket[0];
}

static int add_header(struct http *h, const char *format, const char *value)
{
    struct buffer line = {0};
    buffer_printf(&line, format, value);
    struct curl_slist *list = line.failed ? NULL : curl.slist_append(h->headers, buffer_text(&line));
    buffer_wipe(&line);
    if (!list)
        return -1;
    h->headers = list;
    return 0;
}

static int failed_to_start(struct http *h, struct casemate_error *err)
{
    http_close(h);
    return casemate_fail(err, E_INTERNAL, "libcurl cannot be set up for a request");
}

int http_open(struct http *h, const struct casemate_host *host, const char *method, const char *path,
              const char *json, struct casemate_error *err)
{
    begin(h, host, host->timeout_ms);
    if (h->local) {
        if (local_open(h, err) == 0 && local_request(h, method, path, json, err) == 0)
            return 0;
        http_close(h);
        return -1;
    }
    if (curl_library_load(err) < 0)
        return -1;
    if (start(h, path, host->timeout_ms) < 0)
        return failed_to_start(h, err);
    bool bad = curl.easy_setopt(h->easy, CURLOPT_CUSTOMREQUEST, method) ||
               curl.easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_data) ||
               curl.easy_setopt(h->easy, CURLOPT_WRITEDATA, h);
    if (json)
        buffer_append_text(&h->body, json);
    bad = bad || h->body.failed ||
          (json && (curl.easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE, (long)h->body.size) ||
                    curl.easy_setopt(h->easy, CURLOPT_POSTFIELDS, buffer_text(&h->body)) ||
                    add_header(h, "Content-Type: %s", "application/json") < 0)) ||
          (host->token[0] && add_header(h, "Authorization: Bearer %s", host->token) < 0) ||
          add_header(h, "Host: %s", host->url.authority) < 0 || add_header(h, "Expect:%s", "") < 0 ||
          curl.easy_setopt(h->easy, CURLOPT_HTTPHEADER, h->headers) ||
          curl.multi_add_handle(h->loop.multi, h->easy);
    return bad ? failed_to_start(h, err) : 0;
}

int http_connect(struct http *h, const struct casemate_host *host, int64_t timeout_ms,
                 struct casemate_error *err)
{
    begin(h, host, timeout_ms);
    h->raw = true;
    if (h->local) {
        if (local_open(h, err) == 0)
            return 0;
        http_close(h);
        return -1;
    }
    if (curl_library_load(err) < 0)
        return -1;
    if (start(h, "/", timeout_ms) < 0 || curl.easy_setopt(h->easy, CURLOPT_CONNECT_ONLY, 1L) ||
        curl.multi_add_handle(h->loop.multi, h->easy))
        return failed_to_start(h, err);
    return 0;
}

void http_close(struct http *h)
{
    if (h->loop.multi && h->easy)
        (void)curl.multi_remove_handle(h->loop.multi, h->easy);
    if (h->easy)
        curl.easy_cleanup(h->easy);
    curl_loop_free(&h->loop);
    if (h->local && h->fd >= 0)
        (void)close(h->fd);
    if (h->headers)
        curl.slist_free_all(h->headers);
    buffer_wipe(&h->out);
    answer_free(&h->parsed);
    buffer_free(&h->answer);
    buffer_free(&h->body);
    memset(h, 0, sizeof *h);
    h->fd = -1;
}

/* ---- running ---- */

int http_fd(const struct http *h)
{
    return h->local ? h->fd : curl_loop_fd(&h->loop);
}

int http_events(const struct http *h)
{
    return h->local ? local_events(h) : curl_loop_events(&h->loop);
}

int64_t http_timeout(const struct http *h)
{
    int64_t until = h->deadline;
    if (h->local && h->connecting && h->fd < 0 && h->retry_at < until)
        until = h->retry_at;
    int64_t wait = curl_loop_timeout(&h->loop, until);
    return h->done ? 0 : wait;
}

const char *http_shown(const struct http *h)
{
    return h->host->url.url[0] ? h->host->url.url : "the private host agent";
}

/* The certificate's chain, or else the name in it: each has another way out. */
static int not_trusted(struct http *h, struct casemate_error *err)
{
    /* Until curl has looked at the chain the result is not X509_V_OK but 1, which no chain gives: the name is
     * compared before. */
    enum { CHAIN_GOOD = 0, CHAIN_NOT_LOOKED_AT = 1 };
    long chain = 0;
    (void)curl.easy_getinfo(h->easy, CURLINFO_SSL_VERIFYRESULT, &chain);
    if (chain == CHAIN_GOOD || chain == CHAIN_NOT_LOOKED_AT) {
        (void)casemate_fail(err, E_CONNECT, "The certificate of %s is one of another host", http_shown(h));
        return casemate_next(err, "Give --host the name that its certificate has.");
    }
    (void)casemate_fail(err, E_CONNECT, "The certificate of %s is not trusted: %s", http_shown(h),
                        h->host->ca_file ? "no CA of the file given has signed it"
                                         : "no CA that this machine knows has signed it");
    return casemate_next(err, "Give the CA of this host with --ca-file FILE.");
}

static int transfer_failed(struct http *h, CURLcode code, struct casemate_error *err)
{
    if (code == CURLE_WRITE_ERROR)
        return casemate_fail(err, E_LIMIT, "The answer of %s is larger than %d bytes", http_shown(h),
                             HTTP_ANSWER_MAX);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return casemate_fail(err, E_TIMEOUT, "%s did not answer in time", http_shown(h));
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        return not_trusted(h, err);
    if (code == CURLE_SSL_CACERT_BADFILE) {
        (void)casemate_fail(err, E_CONFIG, "The file of CA certificates cannot be used: %s",
                            h->host->ca_file ? h->host->ca_file : "the system's");
        return casemate_next(err, "Give certificates in PEM with --ca-file FILE.");
    }
    long connected = 0;
    (void)curl.easy_getinfo(h->easy, CURLINFO_OS_ERRNO, &connected);
    (void)casemate_fail(err, E_CONNECT, "Cannot reach %s: %s", http_shown(h),
                        connected ? strerror((int)connected) : curl.easy_strerror(code));
    return casemate_next(err, "Start casemated there, or name another host with --host.");
}

static int curl_process(struct http *h, struct casemate_error *err)
{
    CURLcode result;
    if (!curl_loop_step(&h->loop, &result))
        return 0;
    if (result != CURLE_OK)
        return transfer_failed(h, result, err);
    h->done = true;
    return 1;
}

int http_process(struct http *h, struct casemate_error *err)
{
    if (h->done)
        return 1;
    if (h->local) {
        int result = local_process(h, err);
        h->done = result == 1;
        if (result != 0)
            return result;
    } else {
        int result = curl_process(h, err);
        if (result != 0)
            return result;
    }
    if (clock_ms() >= h->deadline)
        return casemate_fail(err, E_TIMEOUT, "%s did not answer in time", http_shown(h));
    return 0;
}
long http_status(const struct http *h)
{
    long status = h->local ? h->parsed.status : 0;
    if (h->easy)
        (void)curl.easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* ---- raw connections ---- */

int http_raw_fd(const struct http *h)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    if (h->local)
        return h->fd;
    (void)curl.easy_getinfo(h->easy, CURLINFO_ACTIVESOCKET, &fd);
    return fd == CURL_SOCKET_BAD ? -1 : (int)fd;
}

ptrdiff_t http_send(struct http *h, const uint8_t *bytes, size_t size)
{
    size_t sent = 0;
    if (h->local)
        return local_send(h, bytes, size);
    CURLcode code = curl.easy_send(h->easy, bytes, size, &sent);
    if (code == CURLE_OK)
        return (ptrdiff_t)sent;
    errno = code == CURLE_AGAIN ? EAGAIN : EPIPE;
    return -1;
}

ptrdiff_t http_receive(struct http *h, uint8_t *bytes, size_t capacity)
{
    size_t got = 0;
    if (h->local)
        return local_receive(h, bytes, capacity);
    CURLcode code = curl.easy_recv(h->easy, bytes, capacity, &got);
    if (code == CURLE_OK)
        return (ptrdiff_t)got;
    errno = code == CURLE_AGAIN ? EAGAIN : ECONNRESET;
    return -1;
}

struct span http_body(const struct http *h)
{
    const struct buffer *body = h->local ? &h->parsed.body : &h->answer;
    return span_of(buffer_text(body), body->size);
}

/* ---- refusals ---- */

/* The host's own words, made safe for a terminal: printable ASCII, cut. */
static void reason_of(struct span body, char reason[200])
{
    json_t *root = json_loadb((const char *)body.data, body.size, 0, NULL);
    const json_t *error = json_object_get(root, "error");
    const char *text = json_string_value(json_is_object(error) ? json_object_get(error, "what") : error);
    if (!text)
        text = json_string_value(json_object_get(root, "what"));
    size_t size = 0;
    for (; text && text[size] && size < 199; size++)
        reason[size] = text[size] >= ' ' && text[size] <= '~' ? text[size] : '?';
    reason[size] = 0;
    json_decref(root);
}

int http_refusal(long status, struct span body, const char *what, struct casemate_error *err)
{
    char reason[200];
    reason_of(body, reason);
    if (status == 401 || status == 403) {
        (void)casemate_fail(err, E_TOKEN,
                            "The host agent refused %s: the token is missing or wrong (HTTP %ld)", what,
                            status);
        return casemate_next(err, "Give the token with --token-file FILE.");
    }
    if (status == 404) {
        (void)casemate_fail(err, E_NOT_FOUND, "The host agent has no %s (HTTP 404)%s%s", what,
                            reason[0] ? ": " : "", reason);
        return casemate_next(err, "casemate ps lists the Keeps of a host.");
    }
    if (status == 410)
        return casemate_fail(err, E_LOST, "The host agent says that there is no %s any more (HTTP 410)%s%s",
                             what, reason[0] ? ": " : "", reason);
    return casemate_fail(err, E_HTTP, "The host agent refused %s (HTTP %ld)%s%s", what, status,
                         reason[0] ? ": " : "", reason);
}

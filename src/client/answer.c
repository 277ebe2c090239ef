/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of HTTP answers. */
#include "answer.h"

#include <stdlib.h>
#include <strings.h>

static int broken(struct casemate_error *err, const char *what)
{
    return casemate_fail(err, E_PROTOCOL, "The host agent's answer is not HTTP/1.1: %s", what);
}

/* status-line = "HTTP/1.1" SP 3DIGIT SP [ reason ] (RFC 9112, section 4) */
static int status_line(struct http_answer *p, struct casemate_error *err)
{
    const char *line = p->line;
    if (p->line_size < 12 || memcmp(line, "HTTP/1.1 ", 9) != 0 || (line[12] != ' ' && line[12] != 0))
        return broken(err, "its first line is no status line");
    if (strspn(line + 9, "0123456789") != 3 || line[9] == '0')
        return broken(err, "its status is no number");
    p->status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
    return 0;
}

/* True if a comma-separated list has the token, whatever its case. */
static bool list_has(const char *list, const char *token)
{
    size_t size = strlen(token);
    while (*list) {
        list += strspn(list, " \t,");
        size_t item = strcspn(list, ",");
        size_t end = item;
        while (end && (list[end - 1] == ' ' || list[end - 1] == '\t'))
            end--;
        if (end == size && strncasecmp(list, token, size) == 0)
            return true;
        list += item;
    }
    return false;
}

static int header_line(struct http_answer *p, struct casemate_error *err)
{
    char *colon = strchr(p->line, ':');
    /* RFC 9112, section 5.1 and 5.2: no space before the colon, no folded lines. */
    if (!colon || colon == p->line || strcspn(p->line, " \t") < (size_t)(colon - p->line))
        return broken(err, "a header line has no name");
    *colon = 0;
    const char *value = colon + 1 + strspn(colon + 1, " \t");
    if (strcasecmp(p->line, "upgrade") == 0)
        p->upgrade = p->upgrade || list_has(value, "casemate/1");
    else if (strcasecmp(p->line, "connection") == 0)
        p->connection = p->connection || list_has(value, "upgrade");
    else if (strcasecmp(p->line, "content-length") == 0) {
        size_t digits = strspn(value, "0123456789");
        if (p->has_content_size || digits == 0 || digits > 9 || value[digits + strspn(value + digits, " \t")])
            return broken(err, "its Content-Length is no number, or comes twice");
        p->content_size = strtoul(value, NULL, 10);
        p->has_content_size = true;
    } else if (strcasecmp(p->line, "transfer-encoding") == 0) {
        return broken(err, "it has a Transfer-Encoding, and none was offered");
    }
    return 0;
}

/* One complete line of the head. 1 when it was the empty line that ends it. */
static int head_line(struct http_answer *p, struct casemate_error *err)
{
    if (p->line_size == 0 || p->line[p->line_size - 1] != '\r')
        return broken(err, "a line ends without CR LF");
    p->line[--p->line_size] = 0;
    for (size_t i = 0; i < p->line_size; i++)
        if ((unsigned char)p->line[i] < 0x20 && p->line[i] != '\t')
            return broken(err, "a control character stands in its head");
    if (p->line_size == 0)
        return p->status ? 1 : broken(err, "it begins with an empty line");
    return p->status ? header_line(p, err) : status_line(p, err);
}

static int head_end(struct http_answer *p, struct casemate_error *err)
{
    p->head_done = true;
    if (p->status == 101) {
        if (!p->upgrade || !p->connection)
            return broken(err, "it switches to something else than casemate/1");
        return ANSWER_SWITCHED;
    }
    if (p->status < 200)
        return broken(err, "an interim answer that was not asked for");
    /* RFC 9110, sections 15.3.5 and 15.4.5: no body follows these. */
    if (p->status == 204 || p->status == 304)
        return ANSWER_WHOLE;
    return p->has_content_size && p->content_size == 0 ? ANSWER_WHOLE : ANSWER_MORE;
}

static int body_feed(struct http_answer *p, struct span bytes, size_t *used, struct casemate_error *err)
{
    size_t room = p->body_max - p->body.size;
    size_t left = p->has_content_size ? p->content_size - p->body.size : room;
    size_t take = bytes.size < room ? bytes.size : room;
    take = take < left ? take : left;
    buffer_append(&p->body, bytes.data, take);
    if (p->body.failed)
        return casemate_fail(err, E_NOMEM, "No memory for an answer");
    *used += take;
    bool whole = p->has_content_size && p->body.size == p->content_size;
    return whole || p->body.size == p->body_max ? ANSWER_WHOLE : ANSWER_MORE;
}

int answer_feed(struct http_answer *p, struct span bytes, size_t *used, struct casemate_error *err)
{
    *used = 0;
    while (*used < bytes.size && !p->head_done) {
        char c = (char)bytes.data[(*used)++];
        if (++p->head_size > ANSWER_HEAD_MAX || (c != '\n' && p->line_size == ANSWER_LINE_MAX))
            return broken(err, "its head is too large");
        if (c == 0)
            return broken(err, "a control character stands in its head");
        if (c != '\n') {
            p->line[p->line_size++] = c;
            continue;
        }
        int result = head_line(p, err);
        p->line_size = 0;
        memset(p->line, 0, sizeof p->line);
        if (result < 0)
            return -1;
        if (result == 1) {
            result = head_end(p, err);
            if (result != ANSWER_MORE)
                return result;
        }
    }
    if (!p->head_done)
        return ANSWER_MORE;
    return body_feed(p, span_of(bytes.data + *used, bytes.size - *used), used, err);
}

int answer_end(const struct http_answer *p, struct casemate_error *err)
{
    if (!p->status)
        return casemate_fail(err, E_CONNECT, "The host agent closed the connection before it answered");
    if (!p->head_done || (p->has_content_size && p->body.size < p->content_size))
        return casemate_fail(err, E_CONNECT,
                             "The host agent closed the connection in the middle of its answer");
    return ANSWER_WHOLE;
}

void answer_free(struct http_answer *p)
{
    buffer_free(&p->body);
    memset(p, 0, sizeof *p);
}

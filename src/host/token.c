/* SPDX-License-Identifier: Apache-2.0 */
/* Bearer tokens. */
#include "token.h"

#include <strings.h>
#include <sys/stat.h>

#include "../base/file.h"

enum { FILE_SIZE_MAX = 64 << 10 };

int tokens_add(struct tokens *t, struct span token, struct casemate_error *err)
{
    if (token.size < TOKEN_SIZE_MIN || token.size > TOKEN_SIZE_MAX)
        return casemate_fail(err, E_CONFIG, "A token has %zu characters; %d to %d are allowed", token.size,
                             (int)TOKEN_SIZE_MIN, (int)TOKEN_SIZE_MAX);
    for (size_t i = 0; i < token.size; i++)
        if (token.data[i] <= ' ' || token.data[i] > '~')
            return casemate_fail(err, E_CONFIG, "A token has a character that no header may have");
    if (t->count == TOKENS_MAX)
        return casemate_fail(err, E_CONFIG, "More than %d tokens", (int)TOKENS_MAX);
    if (crypto_sha256(&token, 1, t->digest[t->count]) < 0)
        return casemate_fail(err, E_INTERNAL, "Cannot hash a token");
    t->count++;
    return 0;
}

static int add_lines(struct tokens *t, const char *text, size_t size, struct casemate_error *err)
{
    size_t at = 0;
    while (at < size) {
        size_t end = at, last;
        while (end < size && text[end] != '\n')
            end++;
        last = end;
        while (last > at && (text[last - 1] == '\r' || text[last - 1] == ' ' || text[last - 1] == '\t'))
            last--;
        if (last > at && text[at] != '#' && tokens_add(t, span_of(text + at, last - at), err) < 0)
            return -1;
        at = end + 1;
    }
    return 0;
}

int tokens_load(struct tokens *t, const char *path, struct casemate_error *err)
{
    struct buffer text = {0};
    struct stat st;
    *t = (struct tokens){0};
    if (stat(path, &st) < 0)
        return casemate_fail_errno(err, E_IO, "Cannot read the token file %s", path);
    if (st.st_mode & 077) {
        (void)casemate_fail(err, E_INSECURE, "The token file %s may be read by others (mode %03o)", path,
                            (unsigned)st.st_mode & 0777);
        return casemate_next(err, "chmod 600 %s", path);
    }
    int result = file_read(path, FILE_SIZE_MAX, &text, err);
    if (result == 0)
        result = add_lines(t, buffer_text(&text), text.size, err);
    if (result == 0 && t->count == 0)
        result = casemate_fail(err, E_CONFIG, "The token file %s holds no token", path);
    buffer_wipe(&text);
    return result;
}

bool tokens_accept(const struct tokens *t, const char *authorization)
{
    uint8_t digest[DIGEST_SIZE];
    bool found = false;
    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0)
        return false;
    const char *token = authorization + 7;
    while (*token == ' ')
        token++;
    struct span given = span_of(token, strlen(token));
    if (crypto_sha256(&given, 1, digest) < 0)
        return false;
    /* All of them, so that the time does not tell which came near. */
    for (size_t i = 0; i < t->count; i++)
        found |= bytes_equal_constant_time(digest, t->digest[i], sizeof digest);
    return found;
}

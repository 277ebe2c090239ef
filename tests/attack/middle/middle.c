/* SPDX-License-Identifier: Apache-2.0 */
/* Usage: middle LISTEN_SOCKET TARGET_SOCKET MODE[:ARGUMENT] [--loot FILE] [--record FILE]
 * Modes: pass, cut:c|k:N, flip:c|k:N, stall:c|k:N, repeat:c|k:N (bytes of the session from client or Keep),
 * divert:ID (another Keep's session), tls12, mitm (own key), mitm:FILE (a Keep's private key in hexadecimal),
 * noalpn, replay:FILE (a bundle). */
#include "middle.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static bool socket_address(const char *path, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path)
        return false;
    memcpy(address->sun_path, path, strlen(path) + 1);
    return true;
}

static int connect_to(const char *path)
{
    struct sockaddr_un address;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || !socket_address(path, &address) ||
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        return -1;
    return fd;
}

bool write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size) {
        ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

void append_file(const char *path, const void *bytes, size_t size)
{
    if (!path)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0 && write(fd, bytes, size) < 0)
        perror(path);
    if (fd >= 0)
        (void)close(fd);
}

/* Reads until the empty line that ends an HTTP head. */
static bool read_head(int fd, char head[HEAD_MAX + 1], size_t *size, size_t *end)
{
    *size = 0;
    while (*size < HEAD_MAX) {
        ssize_t got = recv(fd, head + *size, HEAD_MAX - *size, 0);
        if (got <= 0)
            return false;
        *size += (size_t)got;
        head[*size] = 0;
        const char *blank = strstr(head, "\r\n\r\n");
        if (blank) {
            *end = (size_t)(blank - head) + 4;
            return true;
        }
    }
    return false;
}

/* "GET /v1/keeps/OLD/session HTTP/1.1" -> the same with another id. */
static void divert(struct connection *c, const char *id)
{
    char changed[2 * HEAD_MAX];
    char *start = strstr(c->head, "/v1/keeps/") + strlen("/v1/keeps/");
    const char *rest = strstr(start, "/session");
    int size = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(start - c->head), c->head, id, rest);
    if (size > 0 && size <= HEAD_MAX) {
        memcpy(c->head, changed, (size_t)size + 1);
        c->head_end = (size_t)size - (c->head_size - c->head_end);
        c->head_size = (size_t)size;
    }
}

bool upgrade(struct connection *c, bool answer_client)
{
    char answer[HEAD_MAX + 1];
    size_t size, end;
    if (!write_all(c->target, c->head, c->head_size) || !read_head(c->target, answer, &size, &end))
        return false;
    if (answer_client && !write_all(c->client, answer, size))
        return false;
    return strncmp(answer, "HTTP/1.1 101", 12) == 0;
}

static bool answer_101(const struct connection *c)
{
    static const char answer[] =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: casemate/1\r\n\r\n";
    return write_all(c->client, answer, sizeof answer - 1);
}

static void serve_session(const struct attack *attack, struct connection *c)
{
    if (strcmp(attack->mode, "tls12") == 0) {
        if (answer_101(c))
            answer_tls12(c);
        return;
    }
    if (strcmp(attack->mode, "mitm") == 0 || strcmp(attack->mode, "replay") == 0 ||
        strcmp(attack->mode, "noalpn") == 0) {
        if (upgrade(c, false) && answer_101(c))
            impersonate(attack, c);
        return;
    }
    if (strcmp(attack->mode, "divert") == 0)
        divert(c, attack->argument);
    if (upgrade(c, true))
        pump(attack, c, true);
}

static void serve(const struct attack *attack, int client, const char *target)
{
    struct connection c = {.client = client, .target = connect_to(target)};
    if (c.target < 0 || !read_head(client, c.head, &c.head_size, &c.head_end))
        return;
    append_file(attack->record, c.head, c.head_size);
    bool session = strncmp(c.head, "GET /v1/keeps/", 14) == 0 && strstr(c.head, "/session ") != NULL;
    if (session)
        serve_session(attack, &c);
    else if (write_all(c.target, c.head, c.head_size))
        pump(attack, &c, false);
}

static bool parse(int argc, char **argv, struct attack *attack)
{
    if (argc < 4)
        return false;
    char *colon = strchr(argv[3], ':');
    attack->mode = argv[3];
    attack->argument = "";
    if (colon) {
        *colon = 0;
        attack->argument = colon + 1;
    }
    for (int i = 4; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--loot") == 0)
            attack->loot = argv[i + 1];
        else if (strcmp(argv[i], "--record") == 0)
            attack->record = argv[i + 1];
        else
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct attack attack = {0};
    struct sockaddr_un address;
    if (!parse(argc, argv, &attack) || !socket_address(argv[1], &address)) {
        (void)fprintf(stderr, "usage: middle LISTEN TARGET MODE[:ARGUMENT] [--loot FILE] [--record FILE]\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)unlink(argv[1]);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 16) != 0) {
        perror(argv[1]);
        return 1;
    }
    (void)puts("ready");
    (void)fflush(stdout);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            continue;
        if (fork() == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* nobody stalls on after the test */
            (void)close(listener);
            serve(&attack, client, argv[2]);
            _exit(0);
        }
        (void)close(client);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
}

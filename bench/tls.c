/* SPDX-License-Identifier: Apache-2.0 */
/* Plain TLS 1.3 over loopback, two processes: `tls_X SUITE MIB` prints handshakes per second and MB/s. */
#include "tls.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
    fprintf(stderr, "tls: %s failed\n", what);
    exit(1);
}

static void serve(int listener, const char *suite, size_t size)
{
    static char block[16384];
    peer_prepare(1, suite);
    for (;;) {
        int s = accept(listener, NULL, NULL);
        char command = 0;
        void *tls = s < 0 ? NULL : peer_handshake(s);
        if (tls == NULL)
            exit(0);
        if (peer_read(tls, &command, 1) == 1 && command == 'b')
            for (size_t sent = 0; sent < size;) {
                long n = peer_write(tls, block, sizeof(block));
                if (n <= 0)
                    fail("write");
                sent += (size_t)n;
            }
        peer_close(tls);
        close(s);
    }
}

static void *connect_to(const struct sockaddr_in *at, int *s, char command)
{
    int one = 1;
    *s = socket(AF_INET, SOCK_STREAM, 0);
    if (*s < 0 || connect(*s, (const struct sockaddr *)at, sizeof(*at)) != 0)
        fail("connect");
    setsockopt(*s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
    void *tls = peer_handshake(*s);
    if (tls == NULL || peer_write(tls, &command, 1) != 1)
        fail("handshake");
    return tls;
}

static double count_handshakes(const struct sockaddr_in *at)
{
    unsigned count = 0;
    double start = now();
    while (now() - start < 1.0) {
        int s;
        void *tls = connect_to(at, &s, 'h');
        peer_close(tls);
        close(s);
        count++;
    }
    return count / (now() - start);
}

static double receive_bulk(const struct sockaddr_in *at, size_t size)
{
    static char block[16384];
    int s;
    void *tls = connect_to(at, &s, 'b');
    double start = now();
    size_t got = 0;
    while (got < size) {
        long n = peer_read(tls, block, sizeof(block));
        if (n <= 0)
            fail("read");
        got += (size_t)n;
    }
    double rate = (double)got / 1e6 / (now() - start);
    peer_close(tls);
    close(s);
    return rate;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        fail("usage: tls_X SUITE MIB: starting");
    size_t size = strtoul(argv[2], NULL, 10) << 20;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        listen(listener, 16) != 0 || getsockname(listener, (struct sockaddr *)&at, &length) != 0)
        fail("listen");
    pid_t server = fork();
    if (server == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(listener, argv[1], size);
    }
    close(listener);
    peer_prepare(0, argv[1]);
    double handshakes = count_handshakes(&at), rate = receive_bulk(&at, size);
    printf("handshakes_per_second %.0f\nbulk_mb_per_second %.1f\n", handshakes, rate);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Signals through a pipe. A handler has no context, so this file has the only state outside main(). */
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static int ends[2] = {-1, -1};
static volatile sig_atomic_t first, count;
static bool stopping;

static void on_signal(int number)
{
    int saved = errno;
    char byte = 0;
    if (!first)
        first = number;
    count++;
    ssize_t ignored = write(ends[1], &byte, 1);
    (void)ignored;
    errno = saved;
}

void signals_catch(void)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal};
    if (ends[0] >= 0 || pipe(ends) < 0)
        return;
    for (int i = 0; i < 2; i++) {
        (void)fcntl(ends[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(ends[i], F_SETFL, O_NONBLOCK);
    }
    (void)sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        (void)sigaction(caught[i], &action, NULL);
}

int signals_fd(void)
{
    return ends[0];
}

int signals_pending(void)
{
    char bytes[16];
    while (ends[0] >= 0 && read(ends[0], bytes, sizeof bytes) > 0)
        ;
    return first;
}

int signals_count(void)
{
    return count;
}

void signals_stop(void)
{
    stopping = true;
}

bool signals_stopping(void)
{
    return stopping;
}

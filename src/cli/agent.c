/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and ending the private host agent. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../base/file.h"
#include "../base/paths.h"

enum { END_WAIT_MS = 10000 };

/* Its messages: an unlinked file, so that it never waits for a reader. */
static int open_log(void)
{
    char path[] = "/tmp/casemate-XXXXXX";
    int fd = mkstemp(path);
    if (fd >= 0) {
        (void)unlink(path);
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    }
    return fd;
}

/* In the child: descriptor 3 is the socketpair, nothing else of ours is open. */
static _Noreturn void become_agent(const char *program, const char *state, int fd, int log)
{
    int null = open("/dev/null", O_RDWR);
    /* A process group of its own: Ctrl-C is for the client, which ends things in order. */
    (void)setsid();
    (void)dup2(null, STDIN_FILENO);
    (void)dup2(null, STDOUT_FILENO);
    (void)dup2(log >= 0 ? log : null, STDERR_FILENO);
    if (fd == 3)
        (void)fcntl(fd, F_SETFD, 0);
    else
        (void)dup2(fd, 3);
    (void)execl(program, "casemated", "--private-fd", "3", "--state", state, (char *)NULL);
    _exit(127);
}

int agent_start(struct cli *cli, struct agent *agent)
{
    char program[PATHS_MAX], state[PATHS_MAX];
    int pair[2];
    if (paths_installed("casemated", program, cli->error) < 0)
        return cli_next(cli,
                        "casemate run needs the host agent; casemate deploy --host URL uses one elsewhere.");
    if (paths_state("host", state, cli->error) < 0 || folder_make(state, cli->error) < 0)
        return -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0)
        return cli_fail(cli, "E_IO", "Cannot make a socketpair: %s", strerror(errno));
    (void)fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    agent->fd = pair[0];
    agent->log = open_log();
    agent->pid = fork();
    if (agent->pid == 0) {
        (void)close(pair[0]);
        become_agent(program, state, pair[1], agent->log);
    }
    (void)close(pair[1]);
    if (agent->pid < 0) {
        agent_end(agent);
        return cli_fail(cli, "E_IO", "Cannot start %s: %s", program, strerror(errno));
    }
    return 0;
}

static int32_t failed(casemate_error *error, const char *what)
{
    return casemate_error_set(error, "E_CONNECT", strlen("E_CONNECT"), what, strlen(what));
}

int32_t agent_connect(void *context, casemate_error *error)
{
    struct agent *agent = context;
    int pair[2];
    char byte = 'c';
    struct iovec vector = {.iov_base = &byte, .iov_len = 1};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct msghdr message = {.msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = control.space,
                             .msg_controllen = sizeof control.space};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
        return failed(error, "Cannot make a socketpair for the private host agent");
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &pair[1], sizeof(int));
    ssize_t sent;
    do
        sent = sendmsg(agent->fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    (void)close(pair[1]);
    if (sent < 0) {
        (void)close(pair[0]);
        return failed(error, "The private host agent has ended");
    }
    return pair[0];
}

void agent_end(struct agent *agent)
{
    struct timespec tick = {.tv_nsec = 2000000};
    if (agent->fd >= 0)
        (void)close(agent->fd);
    agent->fd = -1;
    for (int waited = 0; agent->pid > 0; waited += 2) {
        pid_t done = waitpid(agent->pid, NULL, WNOHANG);
        if (done == agent->pid || (done < 0 && errno != EINTR))
            agent->pid = 0;
        else if (waited == END_WAIT_MS)
            (void)kill(agent->pid, SIGKILL);
        else
            (void)nanosleep(&tick, NULL);
    }
    if (agent->log >= 0)
        (void)close(agent->log);
    agent->log = -1;
}

void agent_explain(struct cli *cli, const struct agent *agent)
{
    char text[4096];
    const char *next;
    size_t next_size;
    off_t end = agent->log < 0 ? -1 : lseek(agent->log, 0, SEEK_END);
    if (end <= 0)
        return;
    off_t from = end > (off_t)sizeof text - 1 ? end - (off_t)sizeof text + 1 : 0;
    ssize_t size = pread(agent->log, text, sizeof text - 1, from);
    if (size <= 0)
        return;
    while (size && (text[size - 1] == '\n' || text[size - 1] == ' '))
        size--;
    text[size] = 0;
    if (cli->options.verbose && !cli->options.json)
        fprintf(stderr, "casemated: %s\n", text);
    const char *last = strrchr(text, '\n');
    bool ours = casemate_error_is(cli->error, "E_CONNECT", strlen("E_CONNECT")) ||
                casemate_error_is(cli->error, "E_HTTP", strlen("E_HTTP"));
    casemate_error_part(cli->error, CASEMATE_ERROR_NEXT, &next, &next_size);
    if (ours)
        (void)cli_next(cli, "Its last words: %.300s", last ? last + 1 : text);
}

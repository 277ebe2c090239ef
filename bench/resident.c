/* SPDX-License-Identifier: Apache-2.0 */
/* resident.c: runs a command and says how much memory was resident at most. The kernel counts what the parent
 * had at the moment of exec, too; so the parent must be as small as this one. Usage: resident COMMAND
 * [ARGUMENT ...] */
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
    pid_t child;
    int status;
    struct rusage usage;
    if (argc < 2 || posix_spawnp(&child, argv[1], NULL, NULL, argv + 1, environ) != 0 ||
        wait4(child, &status, 0, &usage) != child) {
        (void)fprintf(stderr, "resident: cannot run %s\n", argc < 2 ? "nothing" : argv[1]);
        return 127;
    }
    (void)fprintf(stderr, "\nresident_kib %ld\n", usage.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

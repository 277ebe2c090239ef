/* SPDX-License-Identifier: Apache-2.0 */
/* Writes as many MiB to standard output as its argument says, in 16,000-byte pieces: the load of the
 * session's throughput figure. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static char piece[16000];
    size_t left = (argc > 1 ? strtoul(argv[1], NULL, 10) : 1) << 20;
    memset(piece, 'x', sizeof(piece));
    while (left > 0) {
        ssize_t n = write(1, piece, left < sizeof(piece) ? left : sizeof(piece));
        if (n <= 0)
            return 1;
        left -= (size_t)n;
    }
    return 0;
}

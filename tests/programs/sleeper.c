/* SPDX-License-Identifier: Apache-2.0 */
/* Says its argument and stays until it is stopped, at most ten minutes. */
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    (void)printf("awake %s\n", argc > 1 ? argv[1] : "");
    (void)fflush(stdout);
    (void)sleep(600);
    return 0;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Says that it runs, and never ends by itself. */
#include <stdio.h>

int main(void)
{
    puts("start");
    (void)fflush(stdout);
    for (volatile unsigned n = 0;; n++)
        ;
}
